# Completion of iam-groupuploadpolicy(1) for fish.
source (string replace -r '[^/]*$' '' -- (status filename))iamcli.fish
complete -c iam-groupuploadpolicy -f
complete -c iam-groupuploadpolicy -l aws-credential-file -r -F -d 'read the access key from this file; default: AWS_CREDENTIAL_FILE, else the AWS SDK\'s own chain'
complete -c iam-groupuploadpolicy -l client-config-file -r -F -d 'read from this file which proxy to go through; default: CLIENT_CONFIG_FILE, else the proxy variables'
complete -c iam-groupuploadpolicy -l url -x -d 'send requests to this address; default: AWS_IAM_URL, else the AWS configuration\'s, else AWS\'s own'
complete -c iam-groupuploadpolicy -l version -d 'show the version and exit'
complete -c iam-groupuploadpolicy -o d -d 'log requests and answers on standard error, without their secrets'
complete -c iam-groupuploadpolicy -l debug -d 'log requests and answers on standard error, without their secrets'
complete -c iam-groupuploadpolicy -o f -r -F -d 'read the policy from this file (exactly one of -f and -o)'
complete -c iam-groupuploadpolicy -o g -x -a '(__iamcli_names group)' -d 'the group\'s name (required)'
complete -c iam-groupuploadpolicy -o h -d 'show this help and exit'
complete -c iam-groupuploadpolicy -l help -d 'show this help and exit'
complete -c iam-groupuploadpolicy -o o -x -d 'the policy itself, in single quotes (exactly one of -f and -o)'
complete -c iam-groupuploadpolicy -o p -x -a '(__iamcli_names policy)' -d 'the policy\'s name (required)'
