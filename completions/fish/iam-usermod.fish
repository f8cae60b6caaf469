# Completion of iam-usermod(1) for fish.
source (string replace -r '[^/]*$' '' -- (status filename))iamcli.fish
complete -c iam-usermod -f
complete -c iam-usermod -l aws-credential-file -r -F -d 'read the access key from this file; default: AWS_CREDENTIAL_FILE, else the AWS SDKs\' credential provider chain'
complete -c iam-usermod -l client-config-file -r -F -d 'read proxy settings from this file; default: CLIENT_CONFIG_FILE, else the proxy environment variables'
complete -c iam-usermod -l url -x -d 'send requests to this address; default: AWS_IAM_URL, else the AWS SDKs\' settings, else the AWS endpoint'
complete -c iam-usermod -l version -d 'show the version and exit'
complete -c iam-usermod -o d -d 'log requests and responses to standard error, without secrets'
complete -c iam-usermod -l debug -d 'log requests and responses to standard error, without secrets'
complete -c iam-usermod -o h -d 'show this help and exit'
complete -c iam-usermod -l help -d 'show this help and exit'
complete -c iam-usermod -o n -x -d 'rename the user to this name; 1 to 64 characters'
complete -c iam-usermod -o p -x -a '/\t' -d 'move the user to this path'
complete -c iam-usermod -o u -x -a '(__iamcli_names user)' -d 'the user\'s name (required); 1 to 64 characters'
