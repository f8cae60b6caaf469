# Completion of iam-servercertlistbypath(1) for fish.
source (string replace -r '[^/]*$' '' -- (status filename))iamcli.fish
complete -c iam-servercertlistbypath -f
complete -c iam-servercertlistbypath -l aws-credential-file -r -F -d 'read the access key from this file; default: AWS_CREDENTIAL_FILE, else the AWS SDKs\' credential provider chain'
complete -c iam-servercertlistbypath -l client-config-file -r -F -d 'read proxy settings from this file; default: CLIENT_CONFIG_FILE, else the proxy environment variables'
complete -c iam-servercertlistbypath -l url -x -d 'send requests to this address; default: AWS_IAM_URL, else the AWS SDKs\' settings, else the AWS endpoint'
complete -c iam-servercertlistbypath -l version -d 'show the version and exit'
complete -c iam-servercertlistbypath -o d -d 'log requests and responses to standard error, without secrets'
complete -c iam-servercertlistbypath -l debug -d 'log requests and responses to standard error, without secrets'
complete -c iam-servercertlistbypath -o h -d 'show this help and exit'
complete -c iam-servercertlistbypath -l help -d 'show this help and exit'
complete -c iam-servercertlistbypath -o i -x -d 'read at most this many entries; 1 to 1000; default: all'
complete -c iam-servercertlistbypath -o m -x -d 'read the page after this marker; the value after Marker:'
complete -c iam-servercertlistbypath -o p -x -a '/\t' -d 'list only what is under this path prefix; default: /'
