# Completion of iam-roleuploadpolicy(1) for fish.
source (string replace -r '[^/]*$' '' -- (status filename))iamcli.fish
complete -c iam-roleuploadpolicy -f
complete -c iam-roleuploadpolicy -l aws-credential-file -r -F -d 'read the access key from this file; default: AWS_CREDENTIAL_FILE, else the AWS SDKs\' credential provider chain'
complete -c iam-roleuploadpolicy -l client-config-file -r -F -d 'read proxy settings from this file; default: CLIENT_CONFIG_FILE, else the proxy environment variables'
complete -c iam-roleuploadpolicy -l url -x -d 'send requests to this address; default: AWS_IAM_URL, else the AWS SDKs\' settings, else the AWS endpoint'
complete -c iam-roleuploadpolicy -l version -d 'show the version and exit'
complete -c iam-roleuploadpolicy -o d -d 'log requests and responses to standard error, without secrets'
complete -c iam-roleuploadpolicy -l debug -d 'log requests and responses to standard error, without secrets'
complete -c iam-roleuploadpolicy -o f -r -F -d 'read the policy from this file (or -o); JSON'
complete -c iam-roleuploadpolicy -o h -d 'show this help and exit'
complete -c iam-roleuploadpolicy -l help -d 'show this help and exit'
complete -c iam-roleuploadpolicy -o o -x -d 'the policy, in single quotes (or -f); JSON'
complete -c iam-roleuploadpolicy -o p -x -a '(__iamcli_names policy)' -d 'the policy\'s name (required); 1 to 128 characters'
complete -c iam-roleuploadpolicy -o r -x -a '(__iamcli_names role)' -d 'the role\'s name (required); 1 to 64 characters'
