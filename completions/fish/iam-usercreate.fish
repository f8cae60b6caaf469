# Completion of iam-usercreate(1) for fish.
source (string replace -r '[^/]*$' '' -- (status filename))iamcli.fish
complete -c iam-usercreate -f
complete -c iam-usercreate -l aws-credential-file -r -F -d 'read the access key from this file; default: AWS_CREDENTIAL_FILE, else the AWS SDKs\' credential provider chain'
complete -c iam-usercreate -l client-config-file -r -F -d 'read proxy settings from this file; default: CLIENT_CONFIG_FILE, else the proxy environment variables'
complete -c iam-usercreate -l url -x -d 'send requests to this address; default: AWS_IAM_URL, else the AWS SDKs\' settings, else the AWS endpoint'
complete -c iam-usercreate -l version -d 'show the version and exit'
complete -c iam-usercreate -o b -x -d 'set this managed policy as the permissions boundary'
complete -c iam-usercreate -o d -d 'log requests and responses to standard error, without secrets'
complete -c iam-usercreate -l debug -d 'log requests and responses to standard error, without secrets'
complete -c iam-usercreate -o g -x -a '(__iamcli_names group)' -d 'add the user to this group (repeatable); 1 to 128 characters'
complete -c iam-usercreate -o h -d 'show this help and exit'
complete -c iam-usercreate -l help -d 'show this help and exit'
complete -c iam-usercreate -o k -d 'create an access key and print or save its ID and secret'
complete -c iam-usercreate -o o -r -F -d 'with -k: save the key in this file and print only its ID'
complete -c iam-usercreate -o p -x -a '/\t' -d 'create the user under this path; default: /'
complete -c iam-usercreate -o t -x -d 'add a tag (repeatable); at most 50 tags'
complete -c iam-usercreate -o u -x -d 'the user\'s name (required); 1 to 64 characters'
complete -c iam-usercreate -o v -d 'print the user\'s ARN and ID'
