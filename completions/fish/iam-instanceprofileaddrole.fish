# Completion of iam-instanceprofileaddrole(1) for fish.
source (string replace -r '[^/]*$' '' -- (status filename))iamcli.fish
complete -c iam-instanceprofileaddrole -f
complete -c iam-instanceprofileaddrole -l aws-credential-file -r -F -d 'read the access key from this file; default: AWS_CREDENTIAL_FILE, else the AWS SDKs\' credential provider chain'
complete -c iam-instanceprofileaddrole -l client-config-file -r -F -d 'read proxy settings from this file; default: CLIENT_CONFIG_FILE, else the proxy environment variables'
complete -c iam-instanceprofileaddrole -l url -x -d 'send requests to this address; default: AWS_IAM_URL, else the AWS SDKs\' settings, else the AWS endpoint'
complete -c iam-instanceprofileaddrole -l version -d 'show the version and exit'
complete -c iam-instanceprofileaddrole -o d -d 'log requests and responses to standard error, without secrets'
complete -c iam-instanceprofileaddrole -l debug -d 'log requests and responses to standard error, without secrets'
complete -c iam-instanceprofileaddrole -o h -d 'show this help and exit'
complete -c iam-instanceprofileaddrole -l help -d 'show this help and exit'
complete -c iam-instanceprofileaddrole -o r -x -a '(__iamcli_names role)' -d 'the role\'s name (required); 1 to 64 characters'
complete -c iam-instanceprofileaddrole -o s -x -a '(__iamcli_names profile)' -d 'the instance profile\'s name (required)'
