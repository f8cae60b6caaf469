# Completion of iam-userresyncmfadevice(1) for fish.
source (string replace -r '[^/]*$' '' -- (status filename))iamcli.fish
complete -c iam-userresyncmfadevice -f
complete -c iam-userresyncmfadevice -l aws-credential-file -r -F -d 'read the access key from this file; default: AWS_CREDENTIAL_FILE, else the AWS SDK\'s own chain'
complete -c iam-userresyncmfadevice -l client-config-file -r -F -d 'read from this file which proxy to go through; default: CLIENT_CONFIG_FILE, else the proxy variables'
complete -c iam-userresyncmfadevice -l url -x -d 'send requests to this address; default: AWS_IAM_URL, else the AWS configuration\'s, else AWS\'s own'
complete -c iam-userresyncmfadevice -l version -d 'show the version and exit'
complete -c iam-userresyncmfadevice -o c1 -x -d 'a code that the device shows (required)'
complete -c iam-userresyncmfadevice -o c2 -x -d 'the code that it shows next (required)'
complete -c iam-userresyncmfadevice -o d -d 'log requests and answers on standard error, without their secrets'
complete -c iam-userresyncmfadevice -l debug -d 'log requests and answers on standard error, without their secrets'
complete -c iam-userresyncmfadevice -o h -d 'show this help and exit'
complete -c iam-userresyncmfadevice -l help -d 'show this help and exit'
complete -c iam-userresyncmfadevice -o s -x -a '(__iamcli_names mfa)' -d 'the MFA device\'s serial number; for a virtual device its ARN (required)'
complete -c iam-userresyncmfadevice -o u -x -a '(__iamcli_names user)' -d 'the user\'s name (required)'
