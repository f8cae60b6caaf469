# Completion of iamcli(1) for fish, and what the iam-* commands share.
# Written by tools/completions.py.

# Names from the account, where the user asked for that; the argument is their kind.
function __iamcli_names
    test "$IAMCLI_COMPLETE" = 1
    or return
    set -l line (commandline -opc)
    set -l program (string replace -r '[^/]*$' '' -- $line[1])iamcli
    # Not the option that the name is for.
    set -e line[-1]
    eval (string escape -- $program complete $argv[1] $line) 2>/dev/null </dev/null
end

complete -c iamcli -f
complete -c iamcli -n __fish_is_first_token -s h -l help -d 'list the commands'
complete -c iamcli -n __fish_is_first_token -l version -d 'show the version'
complete -c iamcli -n __fish_is_first_token -a sandbox -d 'run a command, or a shell, with a private IAM on this machine'
complete -c iamcli -n __fish_is_first_token -a home -d 'lay out a folder for scripts that name the original toolkit'
complete -c iamcli -n '__fish_seen_subcommand_from home' -a '(__fish_complete_directories)'
complete -c iamcli -n '__fish_seen_subcommand_from sandbox' -a '(__fish_complete_subcommand --fcs-skip=2)'
