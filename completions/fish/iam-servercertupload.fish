# Completion of iam-servercertupload(1) for fish.
source (string replace -r '[^/]*$' '' -- (status filename))iamcli.fish
complete -c iam-servercertupload -f
complete -c iam-servercertupload -l aws-credential-file -r -F -d 'read the access key from this file; default: AWS_CREDENTIAL_FILE, else the AWS SDKs\' credential provider chain'
complete -c iam-servercertupload -l client-config-file -r -F -d 'read proxy settings from this file; default: CLIENT_CONFIG_FILE, else the proxy environment variables'
complete -c iam-servercertupload -l url -x -d 'send requests to this address; default: AWS_IAM_URL, else the AWS SDKs\' settings, else the AWS endpoint'
complete -c iam-servercertupload -l version -d 'show the version and exit'
complete -c iam-servercertupload -o b -r -F -d 'read the certificate from this file (required); PEM'
complete -c iam-servercertupload -o c -r -F -d 'read the certificate chain from this file; PEM'
complete -c iam-servercertupload -o d -d 'log requests and responses to standard error, without secrets'
complete -c iam-servercertupload -l debug -d 'log requests and responses to standard error, without secrets'
complete -c iam-servercertupload -o h -d 'show this help and exit'
complete -c iam-servercertupload -l help -d 'show this help and exit'
complete -c iam-servercertupload -o k -r -F -d 'read the private key from this file (required); PEM'
complete -c iam-servercertupload -o p -x -a '/\t' -d 'create the certificate under this path; default: /'
complete -c iam-servercertupload -o s -x -d 'the server certificate\'s name (required)'
complete -c iam-servercertupload -o v -d 'print the server certificate\'s ARN and ID'
