# Completion of iam-instanceprofilelistforrole(1) for fish.
source (string replace -r '[^/]*$' '' -- (status filename))iamcli.fish
complete -c iam-instanceprofilelistforrole -f
complete -c iam-instanceprofilelistforrole -l aws-credential-file -r -F -d 'read the access key from this file; default: AWS_CREDENTIAL_FILE, else the AWS SDKs\' credential provider chain'
complete -c iam-instanceprofilelistforrole -l client-config-file -r -F -d 'read proxy settings from this file; default: CLIENT_CONFIG_FILE, else the proxy environment variables'
complete -c iam-instanceprofilelistforrole -l url -x -d 'send requests to this address; default: AWS_IAM_URL, else the AWS SDKs\' settings, else the AWS endpoint'
complete -c iam-instanceprofilelistforrole -l version -d 'show the version and exit'
complete -c iam-instanceprofilelistforrole -o d -d 'log requests and responses to standard error, without secrets'
complete -c iam-instanceprofilelistforrole -l debug -d 'log requests and responses to standard error, without secrets'
complete -c iam-instanceprofilelistforrole -o h -d 'show this help and exit'
complete -c iam-instanceprofilelistforrole -l help -d 'show this help and exit'
complete -c iam-instanceprofilelistforrole -o i -x -d 'read at most this many entries; 1 to 1000; default: all'
complete -c iam-instanceprofilelistforrole -o m -x -d 'read the page after this marker; the value after Marker:'
complete -c iam-instanceprofilelistforrole -o r -x -a '(__iamcli_names role)' -d 'the role\'s name (required); 1 to 64 characters'
