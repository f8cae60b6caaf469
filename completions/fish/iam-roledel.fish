# Completion of iam-roledel(1) for fish.
source (string replace -r '[^/]*$' '' -- (status filename))iamcli.fish
complete -c iam-roledel -f
complete -c iam-roledel -l aws-credential-file -r -F -d 'read the access key from this file; default: AWS_CREDENTIAL_FILE, else the AWS SDKs\' credential provider chain'
complete -c iam-roledel -l client-config-file -r -F -d 'read proxy settings from this file; default: CLIENT_CONFIG_FILE, else the proxy environment variables'
complete -c iam-roledel -l url -x -d 'send requests to this address; default: AWS_IAM_URL, else the AWS SDKs\' settings, else the AWS endpoint'
complete -c iam-roledel -l version -d 'show the version and exit'
complete -c iam-roledel -o c -d 'first remove it from instance profiles and delete its policies'
complete -c iam-roledel -o d -d 'log requests and responses to standard error, without secrets'
complete -c iam-roledel -l debug -d 'log requests and responses to standard error, without secrets'
complete -c iam-roledel -o h -d 'show this help and exit'
complete -c iam-roledel -l help -d 'show this help and exit'
complete -c iam-roledel -o p -d 'with -c: list what would be removed; remove nothing'
complete -c iam-roledel -o r -x -a '(__iamcli_names role)' -d 'the role\'s name (required); 1 to 64 characters'
