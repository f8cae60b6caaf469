# Completion of iam-useraddkey(1) for fish.
source (string replace -r '[^/]*$' '' -- (status filename))iamcli.fish
complete -c iam-useraddkey -f
complete -c iam-useraddkey -l aws-credential-file -r -F -d 'read the access key from this file; default: AWS_CREDENTIAL_FILE, else the AWS SDKs\' credential provider chain'
complete -c iam-useraddkey -l client-config-file -r -F -d 'read proxy settings from this file; default: CLIENT_CONFIG_FILE, else the proxy environment variables'
complete -c iam-useraddkey -l url -x -d 'send requests to this address; default: AWS_IAM_URL, else the AWS SDKs\' settings, else the AWS endpoint'
complete -c iam-useraddkey -l version -d 'show the version and exit'
complete -c iam-useraddkey -o d -d 'log requests and responses to standard error, without secrets'
complete -c iam-useraddkey -l debug -d 'log requests and responses to standard error, without secrets'
complete -c iam-useraddkey -o h -d 'show this help and exit'
complete -c iam-useraddkey -l help -d 'show this help and exit'
complete -c iam-useraddkey -o o -r -F -d 'save the access key in this file and print only its ID'
complete -c iam-useraddkey -o u -x -a '(__iamcli_names user)' -d 'the user\'s name; default: the owner of the access key'
