# Completion of iam-useraddcert(1) for fish.
source (string replace -r '[^/]*$' '' -- (status filename))iamcli.fish
complete -c iam-useraddcert -f
complete -c iam-useraddcert -l aws-credential-file -r -F -d 'read the access key from this file; default: AWS_CREDENTIAL_FILE, else the AWS SDKs\' credential provider chain'
complete -c iam-useraddcert -l client-config-file -r -F -d 'read proxy settings from this file; default: CLIENT_CONFIG_FILE, else the proxy environment variables'
complete -c iam-useraddcert -l url -x -d 'send requests to this address; default: AWS_IAM_URL, else the AWS SDKs\' settings, else the AWS endpoint'
complete -c iam-useraddcert -l version -d 'show the version and exit'
complete -c iam-useraddcert -o c -x -d 'the certificate (or -f); PEM'
complete -c iam-useraddcert -o d -d 'log requests and responses to standard error, without secrets'
complete -c iam-useraddcert -l debug -d 'log requests and responses to standard error, without secrets'
complete -c iam-useraddcert -o f -r -F -d 'read the certificate from this file (or -c); PEM'
complete -c iam-useraddcert -o h -d 'show this help and exit'
complete -c iam-useraddcert -l help -d 'show this help and exit'
complete -c iam-useraddcert -o u -x -a '(__iamcli_names user)' -d 'the user\'s name; default: the owner of the access key'
