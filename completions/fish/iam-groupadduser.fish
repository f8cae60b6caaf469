# Completion of iam-groupadduser(1) for fish.
source (string replace -r '[^/]*$' '' -- (status filename))iamcli.fish
complete -c iam-groupadduser -f
complete -c iam-groupadduser -l aws-credential-file -r -F -d 'read the access key from this file; default: AWS_CREDENTIAL_FILE, else the AWS SDKs\' credential provider chain'
complete -c iam-groupadduser -l client-config-file -r -F -d 'read proxy settings from this file; default: CLIENT_CONFIG_FILE, else the proxy environment variables'
complete -c iam-groupadduser -l url -x -d 'send requests to this address; default: AWS_IAM_URL, else the AWS SDKs\' settings, else the AWS endpoint'
complete -c iam-groupadduser -l version -d 'show the version and exit'
complete -c iam-groupadduser -o d -d 'log requests and responses to standard error, without secrets'
complete -c iam-groupadduser -l debug -d 'log requests and responses to standard error, without secrets'
complete -c iam-groupadduser -o g -x -a '(__iamcli_names group)' -d 'the group\'s name (required); 1 to 128 characters'
complete -c iam-groupadduser -o h -d 'show this help and exit'
complete -c iam-groupadduser -l help -d 'show this help and exit'
complete -c iam-groupadduser -o u -x -a '(__iamcli_names user)' -d 'a user\'s name (required, repeatable); 1 to 64 characters'
