# Completion of iam-groupdel(1) for fish.
source (string replace -r '[^/]*$' '' -- (status filename))iamcli.fish
complete -c iam-groupdel -f
complete -c iam-groupdel -l aws-credential-file -r -F -d 'read the access key from this file; default: AWS_CREDENTIAL_FILE, else the AWS SDKs\' credential provider chain'
complete -c iam-groupdel -l client-config-file -r -F -d 'read proxy settings from this file; default: CLIENT_CONFIG_FILE, else the proxy environment variables'
complete -c iam-groupdel -l url -x -d 'send requests to this address; default: AWS_IAM_URL, else the AWS SDKs\' settings, else the AWS endpoint'
complete -c iam-groupdel -l version -d 'show the version and exit'
complete -c iam-groupdel -o d -d 'log requests and responses to standard error, without secrets'
complete -c iam-groupdel -l debug -d 'log requests and responses to standard error, without secrets'
complete -c iam-groupdel -o g -x -a '(__iamcli_names group)' -d 'the group\'s name (required); 1 to 128 characters'
complete -c iam-groupdel -o h -d 'show this help and exit'
complete -c iam-groupdel -l help -d 'show this help and exit'
complete -c iam-groupdel -o p -d 'with -r: list what would be removed; remove nothing'
complete -c iam-groupdel -o r -d 'first remove all members and policies'
