#compdef iamcli @NAMES@
# Completion of iamcli(1) and the iam-* commands for zsh. Written by tools/completions.py.

# Names from the account, where the user asked for that. The last argument is their kind; _arguments
# puts what compadd needs in front of it.
(( $+functions[_iamcli_names] )) ||
_iamcli_names() {
    [[ ${IAMCLI_COMPLETE-} == 1 ]] || return 1
    local program=iamcli
    [[ ${words[1]} != */* ]] || program=${${words[1]:h}/#\~/$HOME}/iamcli
    # Neither the word to complete nor the option before it.
    local -a names line=("${(@)words[1,CURRENT-2]}" "${(@)words[CURRENT+1,-1]}")
    names=(${(f)"$("$program" complete "$argv[-1]" "$line[@]" 2>/dev/null </dev/null)"})
    (( $#names )) && compadd "${(@)argv[1,-2]}" -a names
}

(( $+functions[_iamcli_umbrella] )) ||
_iamcli_umbrella() {
    local -a subcommands=(
        'sandbox:run a command, or a shell, with a private IAM on this machine'
        'home:lay out a folder for scripts that name the original toolkit'
    )
    if (( CURRENT == 2 )); then
        _arguments '(- *)'{-h,--help}'[list the commands]' '(- *)--version[show the version]' \
            '1:subcommand:{_describe subcommand subcommands}'
    elif [[ $words[2] == sandbox ]]; then
        words=("${(@)words[3,-1]}")
        (( CURRENT -= 2 ))
        _normal
    elif [[ $words[2] == home ]]; then
        _files -/
    fi
}

local curcontext=$curcontext
local -a specs
specs=(
@COMMON@
)
case $service in
    iamcli)
        _iamcli_umbrella
        return
        ;;
@COMMANDS@
esac
_arguments : $specs
