# Completion of iam-virtualmfadevicecreate(1) for fish.
source (string replace -r '[^/]*$' '' -- (status filename))iamcli.fish
complete -c iam-virtualmfadevicecreate -f
complete -c iam-virtualmfadevicecreate -l aws-credential-file -r -F -d 'read the access key from this file; default: AWS_CREDENTIAL_FILE, else the AWS SDK\'s own chain'
complete -c iam-virtualmfadevicecreate -l client-config-file -r -F -d 'read from this file which proxy to go through; default: CLIENT_CONFIG_FILE, else the proxy variables'
complete -c iam-virtualmfadevicecreate -l url -x -d 'send requests to this address; default: AWS_IAM_URL, else the AWS configuration\'s, else AWS\'s own'
complete -c iam-virtualmfadevicecreate -l version -d 'show the version and exit'
complete -c iam-virtualmfadevicecreate -o b -x -a 'Base32String Base32StringSeed QRCodePNG' -d 'how the seed is handed over (required): Base32String, Base32StringSeed or QRCodePNG'
complete -c iam-virtualmfadevicecreate -o d -d 'log requests and answers on standard error, without their secrets'
complete -c iam-virtualmfadevicecreate -l debug -d 'log requests and answers on standard error, without their secrets'
complete -c iam-virtualmfadevicecreate -o h -d 'show this help and exit'
complete -c iam-virtualmfadevicecreate -l help -d 'show this help and exit'
complete -c iam-virtualmfadevicecreate -o o -r -F -d 'write the seed or the picture to this new file; default: standard output'
complete -c iam-virtualmfadevicecreate -o p -x -a '/' -d 'the path to put it under; default: /'
complete -c iam-virtualmfadevicecreate -o s -x -d 'the device\'s name (required)'
