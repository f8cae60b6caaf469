# Completion of iam-instanceprofilecreate(1) for fish.
source (string replace -r '[^/]*$' '' -- (status filename))iamcli.fish
complete -c iam-instanceprofilecreate -f
complete -c iam-instanceprofilecreate -l aws-credential-file -r -F -d 'read the access key from this file; default: AWS_CREDENTIAL_FILE, else the AWS SDK\'s own chain'
complete -c iam-instanceprofilecreate -l client-config-file -r -F -d 'read from this file which proxy to go through; default: CLIENT_CONFIG_FILE, else the proxy variables'
complete -c iam-instanceprofilecreate -l url -x -d 'send requests to this address; default: AWS_IAM_URL, else the AWS configuration\'s, else AWS\'s own'
complete -c iam-instanceprofilecreate -l version -d 'show the version and exit'
complete -c iam-instanceprofilecreate -o d -d 'log requests and answers on standard error, without their secrets'
complete -c iam-instanceprofilecreate -l debug -d 'log requests and answers on standard error, without their secrets'
complete -c iam-instanceprofilecreate -o h -d 'show this help and exit'
complete -c iam-instanceprofilecreate -l help -d 'show this help and exit'
complete -c iam-instanceprofilecreate -o p -x -a '/' -d 'the path to put it under; default: /'
complete -c iam-instanceprofilecreate -o r -x -a '(__iamcli_names role)' -d 'put this role in it'
complete -c iam-instanceprofilecreate -o s -x -d 'the instance profile\'s name (required)'
