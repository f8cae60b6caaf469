# Completion of iam-usermodcert(1) for fish.
source (string replace -r '[^/]*$' '' -- (status filename))iamcli.fish
complete -c iam-usermodcert -f
complete -c iam-usermodcert -l aws-credential-file -r -F -d 'read the access key from this file; default: AWS_CREDENTIAL_FILE, else the AWS SDKs\' credential provider chain'
complete -c iam-usermodcert -l client-config-file -r -F -d 'read proxy settings from this file; default: CLIENT_CONFIG_FILE, else the proxy environment variables'
complete -c iam-usermodcert -l url -x -d 'send requests to this address; default: AWS_IAM_URL, else the AWS SDKs\' settings, else the AWS endpoint'
complete -c iam-usermodcert -l version -d 'show the version and exit'
complete -c iam-usermodcert -o c -x -a '(__iamcli_names signingcert)' -d 'the signing certificate\'s ID (required)'
complete -c iam-usermodcert -o d -d 'log requests and responses to standard error, without secrets'
complete -c iam-usermodcert -l debug -d 'log requests and responses to standard error, without secrets'
complete -c iam-usermodcert -o h -d 'show this help and exit'
complete -c iam-usermodcert -l help -d 'show this help and exit'
complete -c iam-usermodcert -o s -x -a 'Active\t Inactive\t' -d 'Active or Inactive (required)'
complete -c iam-usermodcert -o u -x -a '(__iamcli_names user)' -d 'the user\'s name; default: the owner of the access key'
