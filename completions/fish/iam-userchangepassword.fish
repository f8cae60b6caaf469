# Completion of iam-userchangepassword(1) for fish.
source (string replace -r '[^/]*$' '' -- (status filename))iamcli.fish
complete -c iam-userchangepassword -f
complete -c iam-userchangepassword -l aws-credential-file -r -F -d 'read the access key from this file; default: AWS_CREDENTIAL_FILE, else the AWS SDK\'s own chain'
complete -c iam-userchangepassword -l client-config-file -r -F -d 'read from this file which proxy to go through; default: CLIENT_CONFIG_FILE, else the proxy variables'
complete -c iam-userchangepassword -l url -x -d 'send requests to this address; default: AWS_IAM_URL, else the AWS configuration\'s, else AWS\'s own'
complete -c iam-userchangepassword -l version -d 'show the version and exit'
complete -c iam-userchangepassword -o d -d 'log requests and answers on standard error, without their secrets'
complete -c iam-userchangepassword -l debug -d 'log requests and answers on standard error, without their secrets'
complete -c iam-userchangepassword -o h -d 'show this help and exit'
complete -c iam-userchangepassword -l help -d 'show this help and exit'
complete -c iam-userchangepassword -o n -x -d 'the new password; - reads it from standard input, or asks on a terminal (required)'
complete -c iam-userchangepassword -o o -x -d 'the password of today; - reads it from standard input, or asks on a terminal (required)'
