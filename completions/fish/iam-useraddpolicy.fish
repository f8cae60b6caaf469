# Completion of iam-useraddpolicy(1) for fish.
source (string replace -r '[^/]*$' '' -- (status filename))iamcli.fish
complete -c iam-useraddpolicy -f
complete -c iam-useraddpolicy -l aws-credential-file -r -F -d 'read the access key from this file; default: AWS_CREDENTIAL_FILE, else the AWS SDKs\' credential provider chain'
complete -c iam-useraddpolicy -l client-config-file -r -F -d 'read proxy settings from this file; default: CLIENT_CONFIG_FILE, else the proxy environment variables'
complete -c iam-useraddpolicy -l url -x -d 'send requests to this address; default: AWS_IAM_URL, else the AWS SDKs\' settings, else the AWS endpoint'
complete -c iam-useraddpolicy -l version -d 'show the version and exit'
complete -c iam-useraddpolicy -o a -x -d 'an action such as s3:GetObject (required, repeatable)'
complete -c iam-useraddpolicy -o d -d 'log requests and responses to standard error, without secrets'
complete -c iam-useraddpolicy -l debug -d 'log requests and responses to standard error, without secrets'
complete -c iam-useraddpolicy -o e -x -a 'Allow\t Deny\t' -d 'Allow or Deny (required)'
complete -c iam-useraddpolicy -o h -d 'show this help and exit'
complete -c iam-useraddpolicy -l help -d 'show this help and exit'
complete -c iam-useraddpolicy -o o -d 'print the policy after the service accepts it'
complete -c iam-useraddpolicy -o p -x -a '(__iamcli_names policy)' -d 'the policy\'s name (required); 1 to 128 characters'
complete -c iam-useraddpolicy -o r -x -d 'the ARN of a resource, or * (required, repeatable)'
complete -c iam-useraddpolicy -o u -x -a '(__iamcli_names user)' -d 'the user\'s name (required); 1 to 64 characters'
