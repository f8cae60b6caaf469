# Completion of iam-rolecreate(1) for fish.
source (string replace -r '[^/]*$' '' -- (status filename))iamcli.fish
complete -c iam-rolecreate -f
complete -c iam-rolecreate -l aws-credential-file -r -F -d 'read the access key from this file; default: AWS_CREDENTIAL_FILE, else the AWS SDKs\' credential provider chain'
complete -c iam-rolecreate -l client-config-file -r -F -d 'read proxy settings from this file; default: CLIENT_CONFIG_FILE, else the proxy environment variables'
complete -c iam-rolecreate -l url -x -d 'send requests to this address; default: AWS_IAM_URL, else the AWS SDKs\' settings, else the AWS endpoint'
complete -c iam-rolecreate -l version -d 'show the version and exit'
complete -c iam-rolecreate -o b -x -d 'set this managed policy as the permissions boundary'
complete -c iam-rolecreate -o d -d 'log requests and responses to standard error, without secrets'
complete -c iam-rolecreate -l debug -d 'log requests and responses to standard error, without secrets'
complete -c iam-rolecreate -o f -r -F -d 'read the trust policy from this file (or -s); JSON'
complete -c iam-rolecreate -o h -d 'show this help and exit'
complete -c iam-rolecreate -l help -d 'show this help and exit'
complete -c iam-rolecreate -o p -x -a '/\t' -d 'create the role under this path; default: /'
complete -c iam-rolecreate -o r -x -d 'the role\'s name (required); 1 to 64 characters'
complete -c iam-rolecreate -o s -x -d 'let this service assume the role (or -f)'
complete -c iam-rolecreate -o t -x -d 'add a tag (repeatable); at most 50 tags'
complete -c iam-rolecreate -o v -d 'print the role\'s ARN, ID and trust policy'
