# Completion of iam-virtualmfadevicelist(1) for fish.
source (string replace -r '[^/]*$' '' -- (status filename))iamcli.fish
complete -c iam-virtualmfadevicelist -f
complete -c iam-virtualmfadevicelist -l aws-credential-file -r -F -d 'read the access key from this file; default: AWS_CREDENTIAL_FILE, else the AWS SDK\'s own chain'
complete -c iam-virtualmfadevicelist -l client-config-file -r -F -d 'read from this file which proxy to go through; default: CLIENT_CONFIG_FILE, else the proxy variables'
complete -c iam-virtualmfadevicelist -l url -x -d 'send requests to this address; default: AWS_IAM_URL, else the AWS configuration\'s, else AWS\'s own'
complete -c iam-virtualmfadevicelist -l version -d 'show the version and exit'
complete -c iam-virtualmfadevicelist -o d -d 'log requests and answers on standard error, without their secrets'
complete -c iam-virtualmfadevicelist -l debug -d 'log requests and answers on standard error, without their secrets'
complete -c iam-virtualmfadevicelist -o h -d 'show this help and exit'
complete -c iam-virtualmfadevicelist -l help -d 'show this help and exit'
complete -c iam-virtualmfadevicelist -o i -x -d 'read one page of at most this many entries; default: the whole list'
complete -c iam-virtualmfadevicelist -o m -x -d 'read one page, from the place where an earlier page ended; default: the beginning'
complete -c iam-virtualmfadevicelist -o t -x -a 'Assigned Unassigned Any' -d 'which devices to list (required)'
complete -c iam-virtualmfadevicelist -o v -d 'print whose it is, and since when'
