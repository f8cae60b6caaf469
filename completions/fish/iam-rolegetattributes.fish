# Completion of iam-rolegetattributes(1) for fish.
source (string replace -r '[^/]*$' '' -- (status filename))iamcli.fish
complete -c iam-rolegetattributes -f
complete -c iam-rolegetattributes -l aws-credential-file -r -F -d 'read the access key from this file; default: AWS_CREDENTIAL_FILE, else the AWS SDKs\' credential provider chain'
complete -c iam-rolegetattributes -l client-config-file -r -F -d 'read proxy settings from this file; default: CLIENT_CONFIG_FILE, else the proxy environment variables'
complete -c iam-rolegetattributes -l url -x -d 'send requests to this address; default: AWS_IAM_URL, else the AWS SDKs\' settings, else the AWS endpoint'
complete -c iam-rolegetattributes -l version -d 'show the version and exit'
complete -c iam-rolegetattributes -o d -d 'log requests and responses to standard error, without secrets'
complete -c iam-rolegetattributes -l debug -d 'log requests and responses to standard error, without secrets'
complete -c iam-rolegetattributes -o h -d 'show this help and exit'
complete -c iam-rolegetattributes -l help -d 'show this help and exit'
complete -c iam-rolegetattributes -o r -x -a '(__iamcli_names role)' -d 'the role\'s name (required); 1 to 64 characters'
