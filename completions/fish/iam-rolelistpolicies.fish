# Completion of iam-rolelistpolicies(1) for fish.
source (string replace -r '[^/]*$' '' -- (status filename))iamcli.fish
complete -c iam-rolelistpolicies -f
complete -c iam-rolelistpolicies -l aws-credential-file -r -F -d 'read the access key from this file; default: AWS_CREDENTIAL_FILE, else the AWS SDKs\' credential provider chain'
complete -c iam-rolelistpolicies -l client-config-file -r -F -d 'read proxy settings from this file; default: CLIENT_CONFIG_FILE, else the proxy environment variables'
complete -c iam-rolelistpolicies -l url -x -d 'send requests to this address; default: AWS_IAM_URL, else the AWS SDKs\' settings, else the AWS endpoint'
complete -c iam-rolelistpolicies -l version -d 'show the version and exit'
complete -c iam-rolelistpolicies -o a -d 'list the ARNs of the attached managed policies instead'
complete -c iam-rolelistpolicies -o d -d 'log requests and responses to standard error, without secrets'
complete -c iam-rolelistpolicies -l debug -d 'log requests and responses to standard error, without secrets'
complete -c iam-rolelistpolicies -o h -d 'show this help and exit'
complete -c iam-rolelistpolicies -l help -d 'show this help and exit'
complete -c iam-rolelistpolicies -o i -x -d 'read at most this many entries; 1 to 1000; default: all'
complete -c iam-rolelistpolicies -o m -x -d 'read the page after this marker; the value after Marker:'
complete -c iam-rolelistpolicies -o p -x -a '(__iamcli_names policy)' -d 'print only this policy\'s document; default: all names'
complete -c iam-rolelistpolicies -o r -x -a '(__iamcli_names role)' -d 'the role\'s name (required); 1 to 64 characters'
complete -c iam-rolelistpolicies -o v -d 'print each policy\'s document after its name'
