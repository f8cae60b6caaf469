# Completion of iam-accountmodpasswordpolicy(1) for fish.
source (string replace -r '[^/]*$' '' -- (status filename))iamcli.fish
complete -c iam-accountmodpasswordpolicy -f
complete -c iam-accountmodpasswordpolicy -l aws-credential-file -r -F -d 'read the access key from this file; default: AWS_CREDENTIAL_FILE, else the AWS SDK\'s own chain'
complete -c iam-accountmodpasswordpolicy -l client-config-file -r -F -d 'read from this file which proxy to go through; default: CLIENT_CONFIG_FILE, else the proxy variables'
complete -c iam-accountmodpasswordpolicy -l url -x -d 'send requests to this address; default: AWS_IAM_URL, else the AWS configuration\'s, else AWS\'s own'
complete -c iam-accountmodpasswordpolicy -l version -d 'show the version and exit'
complete -c iam-accountmodpasswordpolicy -o a -d 'users may change their own passwords'
complete -c iam-accountmodpasswordpolicy -o d -d 'log requests and answers on standard error, without their secrets'
complete -c iam-accountmodpasswordpolicy -l debug -d 'log requests and answers on standard error, without their secrets'
complete -c iam-accountmodpasswordpolicy -o h -d 'show this help and exit'
complete -c iam-accountmodpasswordpolicy -l help -d 'show this help and exit'
complete -c iam-accountmodpasswordpolicy -o l -d 'a password must have a lower-case letter'
complete -c iam-accountmodpasswordpolicy -o m -x -d 'a password must have at least this many characters; default: 6'
complete -c iam-accountmodpasswordpolicy -o n -d 'a password must have a digit'
complete -c iam-accountmodpasswordpolicy -o s -d 'a password must have a sign'
complete -c iam-accountmodpasswordpolicy -o u -d 'a password must have an upper-case letter'
