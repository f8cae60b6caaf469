# Completion of iam-userdel(1) for fish.
source (string replace -r '[^/]*$' '' -- (status filename))iamcli.fish
complete -c iam-userdel -f
complete -c iam-userdel -l aws-credential-file -r -F -d 'read the access key from this file; default: AWS_CREDENTIAL_FILE, else the AWS SDK\'s own chain'
complete -c iam-userdel -l client-config-file -r -F -d 'read from this file which proxy to go through; default: CLIENT_CONFIG_FILE, else the proxy variables'
complete -c iam-userdel -l url -x -d 'send requests to this address; default: AWS_IAM_URL, else the AWS configuration\'s, else AWS\'s own'
complete -c iam-userdel -l version -d 'show the version and exit'
complete -c iam-userdel -o d -d 'log requests and answers on standard error, without their secrets'
complete -c iam-userdel -l debug -d 'log requests and answers on standard error, without their secrets'
complete -c iam-userdel -o h -d 'show this help and exit'
complete -c iam-userdel -l help -d 'show this help and exit'
complete -c iam-userdel -o p -d 'with -r: list what would be removed, and remove nothing'
complete -c iam-userdel -o r -d 'first remove everything that the user has'
complete -c iam-userdel -o u -x -a '(__iamcli_names user)' -d 'the user\'s name (required)'
