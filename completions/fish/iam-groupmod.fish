# Completion of iam-groupmod(1) for fish.
source (string replace -r '[^/]*$' '' -- (status filename))iamcli.fish
complete -c iam-groupmod -f
complete -c iam-groupmod -l aws-credential-file -r -F -d 'read the access key from this file; default: AWS_CREDENTIAL_FILE, else the AWS SDKs\' credential provider chain'
complete -c iam-groupmod -l client-config-file -r -F -d 'read proxy settings from this file; default: CLIENT_CONFIG_FILE, else the proxy environment variables'
complete -c iam-groupmod -l url -x -d 'send requests to this address; default: AWS_IAM_URL, else the AWS SDKs\' settings, else the AWS endpoint'
complete -c iam-groupmod -l version -d 'show the version and exit'
complete -c iam-groupmod -o d -d 'log requests and responses to standard error, without secrets'
complete -c iam-groupmod -l debug -d 'log requests and responses to standard error, without secrets'
complete -c iam-groupmod -o g -x -a '(__iamcli_names group)' -d 'the group\'s name (required); 1 to 128 characters'
complete -c iam-groupmod -o h -d 'show this help and exit'
complete -c iam-groupmod -l help -d 'show this help and exit'
complete -c iam-groupmod -o n -x -d 'rename the group to this name; 1 to 128 characters'
complete -c iam-groupmod -o p -x -a '/\t' -d 'move the group to this path'
