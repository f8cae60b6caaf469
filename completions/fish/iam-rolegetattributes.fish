# Completion of iam-rolegetattributes(1) for fish.
source (string replace -r '[^/]*$' '' -- (status filename))iamcli.fish
complete -c iam-rolegetattributes -f
complete -c iam-rolegetattributes -l aws-credential-file -r -F -d 'read the access key from this file; default: AWS_CREDENTIAL_FILE, else the AWS SDK\'s own chain'
complete -c iam-rolegetattributes -l client-config-file -r -F -d 'read from this file which proxy to go through; default: CLIENT_CONFIG_FILE, else the proxy variables'
complete -c iam-rolegetattributes -l url -x -d 'send requests to this address; default: AWS_IAM_URL, else the AWS configuration\'s, else AWS\'s own'
complete -c iam-rolegetattributes -l version -d 'show the version and exit'
complete -c iam-rolegetattributes -o d -d 'log requests and answers on standard error, without their secrets'
complete -c iam-rolegetattributes -l debug -d 'log requests and answers on standard error, without their secrets'
complete -c iam-rolegetattributes -o h -d 'show this help and exit'
complete -c iam-rolegetattributes -l help -d 'show this help and exit'
complete -c iam-rolegetattributes -o r -x -a '(__iamcli_names role)' -d 'the role\'s name (required)'
