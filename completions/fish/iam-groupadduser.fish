# Completion of iam-groupadduser(1) for fish.
source (string replace -r '[^/]*$' '' -- (status filename))iamcli.fish
complete -c iam-groupadduser -f
complete -c iam-groupadduser -l aws-credential-file -r -F -d 'read the access key from this file; default: AWS_CREDENTIAL_FILE, else the AWS SDK\'s own chain'
complete -c iam-groupadduser -l client-config-file -r -F -d 'read from this file which proxy to go through; default: CLIENT_CONFIG_FILE, else the proxy variables'
complete -c iam-groupadduser -l url -x -d 'send requests to this address; default: AWS_IAM_URL, else the AWS configuration\'s, else AWS\'s own'
complete -c iam-groupadduser -l version -d 'show the version and exit'
complete -c iam-groupadduser -o d -d 'log requests and answers on standard error, without their secrets'
complete -c iam-groupadduser -l debug -d 'log requests and answers on standard error, without their secrets'
complete -c iam-groupadduser -o g -x -a '(__iamcli_names group)' -d 'the group\'s name (required)'
complete -c iam-groupadduser -o h -d 'show this help and exit'
complete -c iam-groupadduser -l help -d 'show this help and exit'
complete -c iam-groupadduser -o u -x -a '(__iamcli_names user)' -d 'a user\'s name (required, repeatable)'
