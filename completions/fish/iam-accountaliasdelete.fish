# Completion of iam-accountaliasdelete(1) for fish.
source (string replace -r '[^/]*$' '' -- (status filename))iamcli.fish
complete -c iam-accountaliasdelete -f
complete -c iam-accountaliasdelete -l aws-credential-file -r -F -d 'read the access key from this file; default: AWS_CREDENTIAL_FILE, else the AWS SDKs\' credential provider chain'
complete -c iam-accountaliasdelete -l client-config-file -r -F -d 'read proxy settings from this file; default: CLIENT_CONFIG_FILE, else the proxy environment variables'
complete -c iam-accountaliasdelete -l url -x -d 'send requests to this address; default: AWS_IAM_URL, else the AWS SDKs\' settings, else the AWS endpoint'
complete -c iam-accountaliasdelete -l version -d 'show the version and exit'
complete -c iam-accountaliasdelete -o a -x -d 'the account alias (required); 3 to 63 of a-z, 0-9 and -'
complete -c iam-accountaliasdelete -o d -d 'log requests and responses to standard error, without secrets'
complete -c iam-accountaliasdelete -l debug -d 'log requests and responses to standard error, without secrets'
complete -c iam-accountaliasdelete -o h -d 'show this help and exit'
complete -c iam-accountaliasdelete -l help -d 'show this help and exit'
