#!/bin/sh
# Creates the first user of an account, with full permissions, an access key, a password and an
# account alias for the sign-in page. To try it: iamcli sandbox examples/first-user.sh

set -e

policy='{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'

# Print a command as you would type it, and run it.
run() {
    printf '$'
    for word in "$@"; do
        case $word in
            *[!A-Za-z0-9_/-]*) printf " '%s'" "$word" ;;
            *) printf ' %s' "$word" ;;
        esac
    done
    printf '\n'
    "$@"
}

run iam-usercreate -u iam_user -p / -v
run iam-useruploadpolicy -u iam_user -p AllAccessPolicy -o "$policy"
run iam-useraddkey -u iam_user
run iam-useraddloginprofile -u iam_user -p somePassword
run iam-accountaliascreate -a example
run iam-usergetattributes -u iam_user
run iam-userlistpolicies -u iam_user
run iam-userlistpolicies -u iam_user -p AllAccessPolicy
