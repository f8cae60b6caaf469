# Completion of iam-userenablemfadevice(1) for fish.
source (string replace -r '[^/]*$' '' -- (status filename))iamcli.fish
complete -c iam-userenablemfadevice -f
complete -c iam-userenablemfadevice -l aws-credential-file -r -F -d 'read the access key from this file; default: AWS_CREDENTIAL_FILE, else the AWS SDKs\' credential provider chain'
complete -c iam-userenablemfadevice -l client-config-file -r -F -d 'read proxy settings from this file; default: CLIENT_CONFIG_FILE, else the proxy environment variables'
complete -c iam-userenablemfadevice -l url -x -d 'send requests to this address; default: AWS_IAM_URL, else the AWS SDKs\' settings, else the AWS endpoint'
complete -c iam-userenablemfadevice -l version -d 'show the version and exit'
complete -c iam-userenablemfadevice -o c1 -x -d 'a code that the device shows (required); 6 digits'
complete -c iam-userenablemfadevice -o c2 -x -d 'the next code that the device shows (required); 6 digits'
complete -c iam-userenablemfadevice -o d -d 'log requests and responses to standard error, without secrets'
complete -c iam-userenablemfadevice -l debug -d 'log requests and responses to standard error, without secrets'
complete -c iam-userenablemfadevice -o h -d 'show this help and exit'
complete -c iam-userenablemfadevice -l help -d 'show this help and exit'
complete -c iam-userenablemfadevice -o s -x -a '(__iamcli_names mfa)' -d 'the MFA device\'s serial number, or its ARN if virtual (required)'
complete -c iam-userenablemfadevice -o u -x -a '(__iamcli_names user)' -d 'the user\'s name (required); 1 to 64 characters'
