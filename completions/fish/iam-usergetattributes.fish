# Completion of iam-usergetattributes(1) for fish.
source (string replace -r '[^/]*$' '' -- (status filename))iamcli.fish
complete -c iam-usergetattributes -f
complete -c iam-usergetattributes -l aws-credential-file -r -F -d 'read the access key from this file; default: AWS_CREDENTIAL_FILE, else the AWS SDKs\' credential provider chain'
complete -c iam-usergetattributes -l client-config-file -r -F -d 'read proxy settings from this file; default: CLIENT_CONFIG_FILE, else the proxy environment variables'
complete -c iam-usergetattributes -l url -x -d 'send requests to this address; default: AWS_IAM_URL, else the AWS SDKs\' settings, else the AWS endpoint'
complete -c iam-usergetattributes -l version -d 'show the version and exit'
complete -c iam-usergetattributes -o d -d 'log requests and responses to standard error, without secrets'
complete -c iam-usergetattributes -l debug -d 'log requests and responses to standard error, without secrets'
complete -c iam-usergetattributes -o h -d 'show this help and exit'
complete -c iam-usergetattributes -l help -d 'show this help and exit'
complete -c iam-usergetattributes -o u -x -a '(__iamcli_names user)' -d 'the user\'s name; default: the owner of the access key'
