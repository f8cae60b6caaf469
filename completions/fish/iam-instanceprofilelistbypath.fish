# Completion of iam-instanceprofilelistbypath(1) for fish.
source (string replace -r '[^/]*$' '' -- (status filename))iamcli.fish
complete -c iam-instanceprofilelistbypath -f
complete -c iam-instanceprofilelistbypath -l aws-credential-file -r -F -d 'read the access key from this file; default: AWS_CREDENTIAL_FILE, else the AWS SDKs\' credential provider chain'
complete -c iam-instanceprofilelistbypath -l client-config-file -r -F -d 'read proxy settings from this file; default: CLIENT_CONFIG_FILE, else the proxy environment variables'
complete -c iam-instanceprofilelistbypath -l url -x -d 'send requests to this address; default: AWS_IAM_URL, else the AWS SDKs\' settings, else the AWS endpoint'
complete -c iam-instanceprofilelistbypath -l version -d 'show the version and exit'
complete -c iam-instanceprofilelistbypath -o d -d 'log requests and responses to standard error, without secrets'
complete -c iam-instanceprofilelistbypath -l debug -d 'log requests and responses to standard error, without secrets'
complete -c iam-instanceprofilelistbypath -o h -d 'show this help and exit'
complete -c iam-instanceprofilelistbypath -l help -d 'show this help and exit'
complete -c iam-instanceprofilelistbypath -o i -x -d 'read at most this many entries; 1 to 1000; default: all'
complete -c iam-instanceprofilelistbypath -o m -x -d 'read the page after this marker; the value after Marker:'
complete -c iam-instanceprofilelistbypath -o p -x -a '/\t' -d 'list only what is under this path prefix; default: /'
