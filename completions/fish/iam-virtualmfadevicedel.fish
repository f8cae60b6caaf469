# Completion of iam-virtualmfadevicedel(1) for fish.
source (string replace -r '[^/]*$' '' -- (status filename))iamcli.fish
complete -c iam-virtualmfadevicedel -f
complete -c iam-virtualmfadevicedel -l aws-credential-file -r -F -d 'read the access key from this file; default: AWS_CREDENTIAL_FILE, else the AWS SDKs\' credential provider chain'
complete -c iam-virtualmfadevicedel -l client-config-file -r -F -d 'read proxy settings from this file; default: CLIENT_CONFIG_FILE, else the proxy environment variables'
complete -c iam-virtualmfadevicedel -l url -x -d 'send requests to this address; default: AWS_IAM_URL, else the AWS SDKs\' settings, else the AWS endpoint'
complete -c iam-virtualmfadevicedel -l version -d 'show the version and exit'
complete -c iam-virtualmfadevicedel -o d -d 'log requests and responses to standard error, without secrets'
complete -c iam-virtualmfadevicedel -l debug -d 'log requests and responses to standard error, without secrets'
complete -c iam-virtualmfadevicedel -o h -d 'show this help and exit'
complete -c iam-virtualmfadevicedel -l help -d 'show this help and exit'
complete -c iam-virtualmfadevicedel -o s -x -a '(__iamcli_names mfa)' -d 'the MFA device\'s serial number, or its ARN if virtual (required)'
