# Completion of iam-roleupdateassumepolicy(1) for fish.
source (string replace -r '[^/]*$' '' -- (status filename))iamcli.fish
complete -c iam-roleupdateassumepolicy -f
complete -c iam-roleupdateassumepolicy -l aws-credential-file -r -F -d 'read the access key from this file; default: AWS_CREDENTIAL_FILE, else the AWS SDKs\' credential provider chain'
complete -c iam-roleupdateassumepolicy -l client-config-file -r -F -d 'read proxy settings from this file; default: CLIENT_CONFIG_FILE, else the proxy environment variables'
complete -c iam-roleupdateassumepolicy -l url -x -d 'send requests to this address; default: AWS_IAM_URL, else the AWS SDKs\' settings, else the AWS endpoint'
complete -c iam-roleupdateassumepolicy -l version -d 'show the version and exit'
complete -c iam-roleupdateassumepolicy -o d -d 'log requests and responses to standard error, without secrets'
complete -c iam-roleupdateassumepolicy -l debug -d 'log requests and responses to standard error, without secrets'
complete -c iam-roleupdateassumepolicy -o f -r -F -d 'read the trust policy from this file (or -s); JSON'
complete -c iam-roleupdateassumepolicy -o h -d 'show this help and exit'
complete -c iam-roleupdateassumepolicy -l help -d 'show this help and exit'
complete -c iam-roleupdateassumepolicy -o o -d 'print the trust policy after the service accepts it'
complete -c iam-roleupdateassumepolicy -o r -x -a '(__iamcli_names role)' -d 'the role\'s name (required); 1 to 64 characters'
complete -c iam-roleupdateassumepolicy -o s -x -d 'let this service assume the role (or -f)'
