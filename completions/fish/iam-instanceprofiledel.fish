# Completion of iam-instanceprofiledel(1) for fish.
source (string replace -r '[^/]*$' '' -- (status filename))iamcli.fish
complete -c iam-instanceprofiledel -f
complete -c iam-instanceprofiledel -l aws-credential-file -r -F -d 'read the access key from this file; default: AWS_CREDENTIAL_FILE, else the AWS SDK\'s own chain'
complete -c iam-instanceprofiledel -l client-config-file -r -F -d 'read from this file which proxy to go through; default: CLIENT_CONFIG_FILE, else the proxy variables'
complete -c iam-instanceprofiledel -l url -x -d 'send requests to this address; default: AWS_IAM_URL, else the AWS configuration\'s, else AWS\'s own'
complete -c iam-instanceprofiledel -l version -d 'show the version and exit'
complete -c iam-instanceprofiledel -o d -d 'log requests and answers on standard error, without their secrets'
complete -c iam-instanceprofiledel -l debug -d 'log requests and answers on standard error, without their secrets'
complete -c iam-instanceprofiledel -o h -d 'show this help and exit'
complete -c iam-instanceprofiledel -l help -d 'show this help and exit'
complete -c iam-instanceprofiledel -o p -d 'with -r: list the roles in it, and remove nothing'
complete -c iam-instanceprofiledel -o r -d 'first take the roles out of it'
complete -c iam-instanceprofiledel -o s -x -a '(__iamcli_names profile)' -d 'the instance profile\'s name (required)'
