# Completion of iam-servercertmod(1) for fish.
source (string replace -r '[^/]*$' '' -- (status filename))iamcli.fish
complete -c iam-servercertmod -f
complete -c iam-servercertmod -l aws-credential-file -r -F -d 'read the access key from this file; default: AWS_CREDENTIAL_FILE, else the AWS SDK\'s own chain'
complete -c iam-servercertmod -l client-config-file -r -F -d 'read from this file which proxy to go through; default: CLIENT_CONFIG_FILE, else the proxy variables'
complete -c iam-servercertmod -l url -x -d 'send requests to this address; default: AWS_IAM_URL, else the AWS configuration\'s, else AWS\'s own'
complete -c iam-servercertmod -l version -d 'show the version and exit'
complete -c iam-servercertmod -o d -d 'log requests and answers on standard error, without their secrets'
complete -c iam-servercertmod -l debug -d 'log requests and answers on standard error, without their secrets'
complete -c iam-servercertmod -o h -d 'show this help and exit'
complete -c iam-servercertmod -l help -d 'show this help and exit'
complete -c iam-servercertmod -o n -x -d 'the new name; default: the name stays'
complete -c iam-servercertmod -o p -x -a '/' -d 'move it to this path; default: it stays where it is'
complete -c iam-servercertmod -o s -x -a '(__iamcli_names servercert)' -d 'the server certificate\'s name (required)'
