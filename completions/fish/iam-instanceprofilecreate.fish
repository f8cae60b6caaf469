# Completion of iam-instanceprofilecreate(1) for fish.
source (string replace -r '[^/]*$' '' -- (status filename))iamcli.fish
complete -c iam-instanceprofilecreate -f
complete -c iam-instanceprofilecreate -l aws-credential-file -r -F -d 'read the access key from this file; default: AWS_CREDENTIAL_FILE, else the AWS SDKs\' credential provider chain'
complete -c iam-instanceprofilecreate -l client-config-file -r -F -d 'read proxy settings from this file; default: CLIENT_CONFIG_FILE, else the proxy environment variables'
complete -c iam-instanceprofilecreate -l url -x -d 'send requests to this address; default: AWS_IAM_URL, else the AWS SDKs\' settings, else the AWS endpoint'
complete -c iam-instanceprofilecreate -l version -d 'show the version and exit'
complete -c iam-instanceprofilecreate -o d -d 'log requests and responses to standard error, without secrets'
complete -c iam-instanceprofilecreate -l debug -d 'log requests and responses to standard error, without secrets'
complete -c iam-instanceprofilecreate -o h -d 'show this help and exit'
complete -c iam-instanceprofilecreate -l help -d 'show this help and exit'
complete -c iam-instanceprofilecreate -o p -x -a '/\t' -d 'create the profile under this path; default: /'
complete -c iam-instanceprofilecreate -o r -x -a '(__iamcli_names role)' -d 'add this role to the instance profile'
complete -c iam-instanceprofilecreate -o s -x -d 'the instance profile\'s name (required)'
