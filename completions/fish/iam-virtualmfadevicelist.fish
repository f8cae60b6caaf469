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
complete -c iam-virtualmfadevicelist -o i -x -d 'read at most this many entries; 1 to 1000; default: all'
complete -c iam-virtualmfadevicelist -o m -x -d 'read the page after this marker; the value after Marker:'
complete -c iam-virtualmfadevicelist -o t -x -a 'Assigned\t Unassigned\t Any\t' -d 'devices to list (required); Assigned, Unassigned or Any'
complete -c iam-virtualmfadevicelist -o v -d 'also print each device\'s user and when it was enabled'
