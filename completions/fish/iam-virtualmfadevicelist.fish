# Completion of iam-virtualmfadevicelist(1) for fish.
source (string replace -r '[^/]*$' '' -- (status filename))iamcli.fish
complete -c iam-virtualmfadevicelist -f
complete -c iam-virtualmfadevicelist -l aws-credential-file -r -F -d 'read the access key from this file; default: AWS_CREDENTIAL_FILE, else the AWS SDKs\' credential provider chain'
complete -c iam-virtualmfadevicelist -l client-config-file -r -F -d 'read proxy settings from this file; default: CLIENT_CONFIG_FILE, else the proxy environment variables'
complete -c iam-virtualmfadevicelist -l url -x -d 'send requests to this address; default: AWS_IAM_URL, else the AWS SDKs\' settings, else the AWS endpoint'
complete -c iam-virtualmfadevicelist -l version -d 'show the version and exit'
complete -c iam-virtualmfadevicelist -o d -d 'log requests and responses to standard error, without secrets'
complete -c iam-virtualmfadevicelist -l debug -d 'log requests and responses to standard error, without secrets'
complete -c iam-virtualmfadevicelist -o h -d 'show this help and exit'
complete -c iam-virtualmfadevicelist -l help -d 'show this help and exit'
complete -c iam-virtualmfadevicelist -o i -x -d 'read one page of at most this many entries; default: the whole list'
complete -c iam-virtualmfadevicelist -o m -x -d 'read one page, starting after this marker; default: the start of the list'
complete -c iam-virtualmfadevicelist -o t -x -a 'Assigned\t Unassigned\t Any\t' -d 'which devices to list (required)'
complete -c iam-virtualmfadevicelist -o v -d 'also print the user of each device and the date it was enabled'
