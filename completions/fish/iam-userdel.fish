# Completion of iam-userdel(1) for fish.
source (string replace -r '[^/]*$' '' -- (status filename))iamcli.fish
complete -c iam-userdel -f
complete -c iam-userdel -l aws-credential-file -r -F -d 'read the access key from this file; default: AWS_CREDENTIAL_FILE, else the AWS SDKs\' credential provider chain'
complete -c iam-userdel -l client-config-file -r -F -d 'read proxy settings from this file; default: CLIENT_CONFIG_FILE, else the proxy environment variables'
complete -c iam-userdel -l url -x -d 'send requests to this address; default: AWS_IAM_URL, else the AWS SDKs\' settings, else the AWS endpoint'
complete -c iam-userdel -l version -d 'show the version and exit'
complete -c iam-userdel -o d -d 'log requests and responses to standard error, without secrets'
complete -c iam-userdel -l debug -d 'log requests and responses to standard error, without secrets'
complete -c iam-userdel -o h -d 'show this help and exit'
complete -c iam-userdel -l help -d 'show this help and exit'
complete -c iam-userdel -o p -d 'with -r: list what would be removed; remove nothing'
complete -c iam-userdel -o r -d 'first remove everything that belongs to the user'
complete -c iam-userdel -o u -x -a '(__iamcli_names user)' -d 'the user\'s name (required); 1 to 64 characters'
