# Completion of iam-groupuploadpolicy(1) for fish.
source (string replace -r '[^/]*$' '' -- (status filename))iamcli.fish
complete -c iam-groupuploadpolicy -f
complete -c iam-groupuploadpolicy -l aws-credential-file -r -F -d 'read the access key from this file; default: AWS_CREDENTIAL_FILE, else the AWS SDKs\' credential provider chain'
complete -c iam-groupuploadpolicy -l client-config-file -r -F -d 'read proxy settings from this file; default: CLIENT_CONFIG_FILE, else the proxy environment variables'
complete -c iam-groupuploadpolicy -l url -x -d 'send requests to this address; default: AWS_IAM_URL, else the AWS SDKs\' settings, else the AWS endpoint'
complete -c iam-groupuploadpolicy -l version -d 'show the version and exit'
complete -c iam-groupuploadpolicy -o d -d 'log requests and responses to standard error, without secrets'
complete -c iam-groupuploadpolicy -l debug -d 'log requests and responses to standard error, without secrets'
complete -c iam-groupuploadpolicy -o f -r -F -d 'read the policy from this file (or -o); JSON'
complete -c iam-groupuploadpolicy -o g -x -a '(__iamcli_names group)' -d 'the group\'s name (required); 1 to 128 characters'
complete -c iam-groupuploadpolicy -o h -d 'show this help and exit'
complete -c iam-groupuploadpolicy -l help -d 'show this help and exit'
complete -c iam-groupuploadpolicy -o o -x -d 'the policy, in single quotes (or -f); JSON'
complete -c iam-groupuploadpolicy -o p -x -a '(__iamcli_names policy)' -d 'the policy\'s name (required); 1 to 128 characters'
