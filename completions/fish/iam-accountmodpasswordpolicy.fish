# Completion of iam-accountmodpasswordpolicy(1) for fish.
source (string replace -r '[^/]*$' '' -- (status filename))iamcli.fish
complete -c iam-accountmodpasswordpolicy -f
complete -c iam-accountmodpasswordpolicy -l aws-credential-file -r -F -d 'read the access key from this file; default: AWS_CREDENTIAL_FILE, else the AWS SDKs\' credential provider chain'
complete -c iam-accountmodpasswordpolicy -l client-config-file -r -F -d 'read proxy settings from this file; default: CLIENT_CONFIG_FILE, else the proxy environment variables'
complete -c iam-accountmodpasswordpolicy -l reset -d 'reset every rule to its default; use no other option'
complete -c iam-accountmodpasswordpolicy -l url -x -d 'send requests to this address; default: AWS_IAM_URL, else the AWS SDKs\' settings, else the AWS endpoint'
complete -c iam-accountmodpasswordpolicy -l version -d 'show the version and exit'
complete -c iam-accountmodpasswordpolicy -o a -d 'let users change their own passwords'
complete -c iam-accountmodpasswordpolicy -o d -d 'log requests and responses to standard error, without secrets'
complete -c iam-accountmodpasswordpolicy -l debug -d 'log requests and responses to standard error, without secrets'
complete -c iam-accountmodpasswordpolicy -o h -d 'show this help and exit'
complete -c iam-accountmodpasswordpolicy -l help -d 'show this help and exit'
complete -c iam-accountmodpasswordpolicy -o l -d 'require a lower-case letter'
complete -c iam-accountmodpasswordpolicy -o m -x -d 'at least this many characters; 6 to 128; default: 6'
complete -c iam-accountmodpasswordpolicy -o n -d 'require a digit'
complete -c iam-accountmodpasswordpolicy -o s -d 'require a symbol; one of !@#$%^&*()_+-=[]{}|\''
complete -c iam-accountmodpasswordpolicy -o u -d 'require an upper-case letter'
