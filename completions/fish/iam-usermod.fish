# Completion of iam-usermod(1) for fish.
source (string replace -r '[^/]*$' '' -- (status filename))iamcli.fish
complete -c iam-usermod -f
complete -c iam-usermod -l aws-credential-file -r -F -d 'read the access key from this file; default: AWS_CREDENTIAL_FILE, else the AWS SDK\'s own chain'
complete -c iam-usermod -l client-config-file -r -F -d 'read from this file which proxy to go through; default: CLIENT_CONFIG_FILE, else the proxy variables'
complete -c iam-usermod -l url -x -d 'send requests to this address; default: AWS_IAM_URL, else the AWS configuration\'s, else AWS\'s own'
complete -c iam-usermod -l version -d 'show the version and exit'
complete -c iam-usermod -o d -d 'log requests and answers on standard error, without their secrets'
complete -c iam-usermod -l debug -d 'log requests and answers on standard error, without their secrets'
complete -c iam-usermod -o h -d 'show this help and exit'
complete -c iam-usermod -l help -d 'show this help and exit'
complete -c iam-usermod -o n -x -d 'the new name; default: the name stays'
complete -c iam-usermod -o p -x -a '/' -d 'move it to this path; default: it stays where it is'
complete -c iam-usermod -o u -x -a '(__iamcli_names user)' -d 'the user\'s name (required)'
