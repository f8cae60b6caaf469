# Completion of iam-roleupdateassumepolicy(1) for fish.
source (string replace -r '[^/]*$' '' -- (status filename))iamcli.fish
complete -c iam-roleupdateassumepolicy -f
complete -c iam-roleupdateassumepolicy -l aws-credential-file -r -F -d 'read the access key from this file; default: AWS_CREDENTIAL_FILE, else the AWS SDK\'s own chain'
complete -c iam-roleupdateassumepolicy -l client-config-file -r -F -d 'read from this file which proxy to go through; default: CLIENT_CONFIG_FILE, else the proxy variables'
complete -c iam-roleupdateassumepolicy -l url -x -d 'send requests to this address; default: AWS_IAM_URL, else the AWS configuration\'s, else AWS\'s own'
complete -c iam-roleupdateassumepolicy -l version -d 'show the version and exit'
complete -c iam-roleupdateassumepolicy -o d -d 'log requests and answers on standard error, without their secrets'
complete -c iam-roleupdateassumepolicy -l debug -d 'log requests and answers on standard error, without their secrets'
complete -c iam-roleupdateassumepolicy -o f -r -F -d 'read the trust policy from this file (exactly one of -f and -s)'
complete -c iam-roleupdateassumepolicy -o h -d 'show this help and exit'
complete -c iam-roleupdateassumepolicy -l help -d 'show this help and exit'
complete -c iam-roleupdateassumepolicy -o o -d 'print the trust policy once the service has taken it'
complete -c iam-roleupdateassumepolicy -o r -x -a '(__iamcli_names role)' -d 'the role\'s name (required)'
complete -c iam-roleupdateassumepolicy -o s -x -d 'let this service assume the role, such as ec2.amazonaws.com (exactly one of -f and -s)'
