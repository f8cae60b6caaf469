# Completion of iam-roleaddpolicy(1) for fish.
source (string replace -r '[^/]*$' '' -- (status filename))iamcli.fish
complete -c iam-roleaddpolicy -f
complete -c iam-roleaddpolicy -l aws-credential-file -r -F -d 'read the access key from this file; default: AWS_CREDENTIAL_FILE, else the AWS SDKs\' credential provider chain'
complete -c iam-roleaddpolicy -l client-config-file -r -F -d 'read proxy settings from this file; default: CLIENT_CONFIG_FILE, else the proxy environment variables'
complete -c iam-roleaddpolicy -l url -x -d 'send requests to this address; default: AWS_IAM_URL, else the AWS SDKs\' settings, else the AWS endpoint'
complete -c iam-roleaddpolicy -l version -d 'show the version and exit'
complete -c iam-roleaddpolicy -o a -x -d 'an action such as s3:GetObject (required, repeatable)'
complete -c iam-roleaddpolicy -o c -x -d 'the ARN of a resource, or * (required, repeatable)'
complete -c iam-roleaddpolicy -o d -d 'log requests and responses to standard error, without secrets'
complete -c iam-roleaddpolicy -l debug -d 'log requests and responses to standard error, without secrets'
complete -c iam-roleaddpolicy -o e -x -a 'Allow\t Deny\t' -d 'Allow or Deny (required)'
complete -c iam-roleaddpolicy -o h -d 'show this help and exit'
complete -c iam-roleaddpolicy -l help -d 'show this help and exit'
complete -c iam-roleaddpolicy -o o -d 'print the policy after the service accepts it'
complete -c iam-roleaddpolicy -o p -x -a '(__iamcli_names policy)' -d 'the policy\'s name (required); 1 to 128 characters'
complete -c iam-roleaddpolicy -o r -x -a '(__iamcli_names role)' -d 'the role\'s name (required); 1 to 64 characters'
