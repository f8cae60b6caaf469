# Completion of iam-servercertmod(1) for fish.
source (string replace -r '[^/]*$' '' -- (status filename))iamcli.fish
complete -c iam-servercertmod -f
complete -c iam-servercertmod -l aws-credential-file -r -F -d 'read the access key from this file; default: AWS_CREDENTIAL_FILE, else the AWS SDKs\' credential provider chain'
complete -c iam-servercertmod -l client-config-file -r -F -d 'read proxy settings from this file; default: CLIENT_CONFIG_FILE, else the proxy environment variables'
complete -c iam-servercertmod -l url -x -d 'send requests to this address; default: AWS_IAM_URL, else the AWS SDKs\' settings, else the AWS endpoint'
complete -c iam-servercertmod -l version -d 'show the version and exit'
complete -c iam-servercertmod -o d -d 'log requests and responses to standard error, without secrets'
complete -c iam-servercertmod -l debug -d 'log requests and responses to standard error, without secrets'
complete -c iam-servercertmod -o h -d 'show this help and exit'
complete -c iam-servercertmod -l help -d 'show this help and exit'
complete -c iam-servercertmod -o n -x -d 'rename the certificate to this name; 1 to 128 characters'
complete -c iam-servercertmod -o p -x -a '/\t' -d 'move the certificate to this path'
complete -c iam-servercertmod -o s -x -a '(__iamcli_names servercert)' -d 'the server certificate\'s name (required)'
