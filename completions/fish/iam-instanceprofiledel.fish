# Completion of iam-instanceprofiledel(1) for fish.
source (string replace -r '[^/]*$' '' -- (status filename))iamcli.fish
complete -c iam-instanceprofiledel -f
complete -c iam-instanceprofiledel -l aws-credential-file -r -F -d 'read the access key from this file; default: AWS_CREDENTIAL_FILE, else the AWS SDKs\' credential provider chain'
complete -c iam-instanceprofiledel -l client-config-file -r -F -d 'read proxy settings from this file; default: CLIENT_CONFIG_FILE, else the proxy environment variables'
complete -c iam-instanceprofiledel -l url -x -d 'send requests to this address; default: AWS_IAM_URL, else the AWS SDKs\' settings, else the AWS endpoint'
complete -c iam-instanceprofiledel -l version -d 'show the version and exit'
complete -c iam-instanceprofiledel -o d -d 'log requests and responses to standard error, without secrets'
complete -c iam-instanceprofiledel -l debug -d 'log requests and responses to standard error, without secrets'
complete -c iam-instanceprofiledel -o h -d 'show this help and exit'
complete -c iam-instanceprofiledel -l help -d 'show this help and exit'
complete -c iam-instanceprofiledel -o p -d 'with -r: list what would be removed; remove nothing'
complete -c iam-instanceprofiledel -o r -d 'first remove the role from the instance profile'
complete -c iam-instanceprofiledel -o s -x -a '(__iamcli_names profile)' -d 'the instance profile\'s name (required)'
