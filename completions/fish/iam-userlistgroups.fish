# Completion of iam-userlistgroups(1) for fish.
source (string replace -r '[^/]*$' '' -- (status filename))iamcli.fish
complete -c iam-userlistgroups -f
complete -c iam-userlistgroups -l aws-credential-file -r -F -d 'read the access key from this file; default: AWS_CREDENTIAL_FILE, else the AWS SDKs\' credential provider chain'
complete -c iam-userlistgroups -l client-config-file -r -F -d 'read proxy settings from this file; default: CLIENT_CONFIG_FILE, else the proxy environment variables'
complete -c iam-userlistgroups -l url -x -d 'send requests to this address; default: AWS_IAM_URL, else the AWS SDKs\' settings, else the AWS endpoint'
complete -c iam-userlistgroups -l version -d 'show the version and exit'
complete -c iam-userlistgroups -o d -d 'log requests and responses to standard error, without secrets'
complete -c iam-userlistgroups -l debug -d 'log requests and responses to standard error, without secrets'
complete -c iam-userlistgroups -o h -d 'show this help and exit'
complete -c iam-userlistgroups -l help -d 'show this help and exit'
complete -c iam-userlistgroups -o i -x -d 'read at most this many entries; 1 to 1000; default: all'
complete -c iam-userlistgroups -o m -x -d 'read the page after this marker; the value after Marker:'
complete -c iam-userlistgroups -o u -x -a '(__iamcli_names user)' -d 'the user\'s name (required); 1 to 64 characters'
