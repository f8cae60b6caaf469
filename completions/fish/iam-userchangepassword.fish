# Completion of iam-userchangepassword(1) for fish.
source (string replace -r '[^/]*$' '' -- (status filename))iamcli.fish
complete -c iam-userchangepassword -f
complete -c iam-userchangepassword -l aws-credential-file -r -F -d 'read the access key from this file; default: AWS_CREDENTIAL_FILE, else the AWS SDKs\' credential provider chain'
complete -c iam-userchangepassword -l client-config-file -r -F -d 'read proxy settings from this file; default: CLIENT_CONFIG_FILE, else the proxy environment variables'
complete -c iam-userchangepassword -l url -x -d 'send requests to this address; default: AWS_IAM_URL, else the AWS SDKs\' settings, else the AWS endpoint'
complete -c iam-userchangepassword -l version -d 'show the version and exit'
complete -c iam-userchangepassword -o d -d 'log requests and responses to standard error, without secrets'
complete -c iam-userchangepassword -l debug -d 'log requests and responses to standard error, without secrets'
complete -c iam-userchangepassword -o h -d 'show this help and exit'
complete -c iam-userchangepassword -l help -d 'show this help and exit'
complete -c iam-userchangepassword -o n -x -d 'the new password; - prompts or reads standard input (required)'
complete -c iam-userchangepassword -o o -x -d 'the old password; - prompts or reads standard input (required)'
