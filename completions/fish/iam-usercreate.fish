# Completion of iam-usercreate(1) for fish.
source (string replace -r '[^/]*$' '' -- (status filename))iamcli.fish
complete -c iam-usercreate -f
complete -c iam-usercreate -l aws-credential-file -r -F -d 'read the access key from this file; default: AWS_CREDENTIAL_FILE, else the AWS SDK\'s own chain'
complete -c iam-usercreate -l client-config-file -r -F -d 'read from this file which proxy to go through; default: CLIENT_CONFIG_FILE, else the proxy variables'
complete -c iam-usercreate -l url -x -d 'send requests to this address; default: AWS_IAM_URL, else the AWS configuration\'s, else AWS\'s own'
complete -c iam-usercreate -l version -d 'show the version and exit'
complete -c iam-usercreate -o d -d 'log requests and answers on standard error, without their secrets'
complete -c iam-usercreate -l debug -d 'log requests and answers on standard error, without their secrets'
complete -c iam-usercreate -o g -x -a '(__iamcli_names group)' -d 'a group that the user is to be a member of (repeatable)'
complete -c iam-usercreate -o h -d 'show this help and exit'
complete -c iam-usercreate -l help -d 'show this help and exit'
complete -c iam-usercreate -o k -d 'create an access key and show its id and its secret'
complete -c iam-usercreate -o p -x -a '/' -d 'the path to put it under; default: /'
complete -c iam-usercreate -o u -x -d 'the user\'s name (required)'
complete -c iam-usercreate -o v -d 'print ARN and id'
