# Completion of iam-usermodloginprofile(1) for fish.
source (string replace -r '[^/]*$' '' -- (status filename))iamcli.fish
complete -c iam-usermodloginprofile -f
complete -c iam-usermodloginprofile -l aws-credential-file -r -F -d 'read the access key from this file; default: AWS_CREDENTIAL_FILE, else the AWS SDKs\' credential provider chain'
complete -c iam-usermodloginprofile -l client-config-file -r -F -d 'read proxy settings from this file; default: CLIENT_CONFIG_FILE, else the proxy environment variables'
complete -c iam-usermodloginprofile -l url -x -d 'send requests to this address; default: AWS_IAM_URL, else the AWS SDKs\' settings, else the AWS endpoint'
complete -c iam-usermodloginprofile -l version -d 'show the version and exit'
complete -c iam-usermodloginprofile -o d -d 'log requests and responses to standard error, without secrets'
complete -c iam-usermodloginprofile -l debug -d 'log requests and responses to standard error, without secrets'
complete -c iam-usermodloginprofile -o h -d 'show this help and exit'
complete -c iam-usermodloginprofile -l help -d 'show this help and exit'
complete -c iam-usermodloginprofile -o p -x -d 'the new password; - prompts or reads standard input (required)'
complete -c iam-usermodloginprofile -o u -x -a '(__iamcli_names user)' -d 'the user\'s name (required); 1 to 64 characters'
