# Completion of iam-rolecreate(1) for fish.
source (string replace -r '[^/]*$' '' -- (status filename))iamcli.fish
complete -c iam-rolecreate -f
complete -c iam-rolecreate -l aws-credential-file -r -F -d 'read the access key from this file; default: AWS_CREDENTIAL_FILE, else the AWS SDK\'s own chain'
complete -c iam-rolecreate -l client-config-file -r -F -d 'read from this file which proxy to go through; default: CLIENT_CONFIG_FILE, else the proxy variables'
complete -c iam-rolecreate -l url -x -d 'send requests to this address; default: AWS_IAM_URL, else the AWS configuration\'s, else AWS\'s own'
complete -c iam-rolecreate -l version -d 'show the version and exit'
complete -c iam-rolecreate -o d -d 'log requests and answers on standard error, without their secrets'
complete -c iam-rolecreate -l debug -d 'log requests and answers on standard error, without their secrets'
complete -c iam-rolecreate -o f -r -F -d 'read the trust policy from this file (exactly one of -f and -s)'
complete -c iam-rolecreate -o h -d 'show this help and exit'
complete -c iam-rolecreate -l help -d 'show this help and exit'
complete -c iam-rolecreate -o p -x -a '/' -d 'the path to put it under; default: /'
complete -c iam-rolecreate -o r -x -d 'the role\'s name (required)'
complete -c iam-rolecreate -o s -x -d 'let this service assume the role, such as ec2.amazonaws.com (exactly one of -f and -s)'
complete -c iam-rolecreate -o v -d 'print ARN, id and trust policy'
