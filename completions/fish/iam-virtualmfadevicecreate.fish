# Completion of iam-virtualmfadevicecreate(1) for fish.
source (string replace -r '[^/]*$' '' -- (status filename))iamcli.fish
complete -c iam-virtualmfadevicecreate -f
complete -c iam-virtualmfadevicecreate -l aws-credential-file -r -F -d 'read the access key from this file; default: AWS_CREDENTIAL_FILE, else the AWS SDKs\' credential provider chain'
complete -c iam-virtualmfadevicecreate -l client-config-file -r -F -d 'read proxy settings from this file; default: CLIENT_CONFIG_FILE, else the proxy environment variables'
complete -c iam-virtualmfadevicecreate -l url -x -d 'send requests to this address; default: AWS_IAM_URL, else the AWS SDKs\' settings, else the AWS endpoint'
complete -c iam-virtualmfadevicecreate -l version -d 'show the version and exit'
complete -c iam-virtualmfadevicecreate -o b -x -a 'Base32String\t Base32StringSeed\t QRCodePNG\t' -d 'Base32String, Base32StringSeed or QRCodePNG (required)'
complete -c iam-virtualmfadevicecreate -o d -d 'log requests and responses to standard error, without secrets'
complete -c iam-virtualmfadevicecreate -l debug -d 'log requests and responses to standard error, without secrets'
complete -c iam-virtualmfadevicecreate -o h -d 'show this help and exit'
complete -c iam-virtualmfadevicecreate -l help -d 'show this help and exit'
complete -c iam-virtualmfadevicecreate -o o -r -F -d 'write the seed or the QR code to this file'
complete -c iam-virtualmfadevicecreate -o p -x -a '/\t' -d 'create the device under this path; default: /'
complete -c iam-virtualmfadevicecreate -o s -x -d 'the name of the new device (required); 1 to 226 characters'
