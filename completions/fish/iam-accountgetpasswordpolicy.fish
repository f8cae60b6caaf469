# Completion of iam-accountgetpasswordpolicy(1) for fish.
source (string replace -r '[^/]*$' '' -- (status filename))iamcli.fish
complete -c iam-accountgetpasswordpolicy -f
complete -c iam-accountgetpasswordpolicy -l aws-credential-file -r -F -d 'read the access key from this file; default: AWS_CREDENTIAL_FILE, else the AWS SDKs\' credential provider chain'
complete -c iam-accountgetpasswordpolicy -l client-config-file -r -F -d 'read proxy settings from this file; default: CLIENT_CONFIG_FILE, else the proxy environment variables'
complete -c iam-accountgetpasswordpolicy -l url -x -d 'send requests to this address; default: AWS_IAM_URL, else the AWS SDKs\' settings, else the AWS endpoint'
complete -c iam-accountgetpasswordpolicy -l version -d 'show the version and exit'
complete -c iam-accountgetpasswordpolicy -o d -d 'log requests and responses to standard error, without secrets'
complete -c iam-accountgetpasswordpolicy -l debug -d 'log requests and responses to standard error, without secrets'
complete -c iam-accountgetpasswordpolicy -o h -d 'show this help and exit'
complete -c iam-accountgetpasswordpolicy -l help -d 'show this help and exit'
