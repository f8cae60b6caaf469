# Completion of iam-groupcreate(1) for fish.
source (string replace -r '[^/]*$' '' -- (status filename))iamcli.fish
complete -c iam-groupcreate -f
complete -c iam-groupcreate -l aws-credential-file -r -F -d 'read the access key from this file; default: AWS_CREDENTIAL_FILE, else the AWS SDKs\' credential provider chain'
complete -c iam-groupcreate -l client-config-file -r -F -d 'read proxy settings from this file; default: CLIENT_CONFIG_FILE, else the proxy environment variables'
complete -c iam-groupcreate -l url -x -d 'send requests to this address; default: AWS_IAM_URL, else the AWS SDKs\' settings, else the AWS endpoint'
complete -c iam-groupcreate -l version -d 'show the version and exit'
complete -c iam-groupcreate -o d -d 'log requests and responses to standard error, without secrets'
complete -c iam-groupcreate -l debug -d 'log requests and responses to standard error, without secrets'
complete -c iam-groupcreate -o g -x -d 'the group\'s name (required); 1 to 128 characters'
complete -c iam-groupcreate -o h -d 'show this help and exit'
complete -c iam-groupcreate -l help -d 'show this help and exit'
complete -c iam-groupcreate -o p -x -a '/\t' -d 'create the group under this path; default: /'
complete -c iam-groupcreate -o v -d 'print the group\'s ARN and ID'
