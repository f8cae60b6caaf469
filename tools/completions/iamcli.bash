# Completion of iamcli(1) and the iam-* commands for bash with bash-completion.
# Written by tools/completions.py.

# Four words an option: its name, what its value is, what it excludes, what it means.
_iamcli_table()
{
    table=(
@COMMON@
    )
    case $1 in
@COMMANDS@
    esac
}

# Names from the account, where the user asked for that; $1 is their kind.
_iamcli_names()
{
    [[ ${IAMCLI_COMPLETE-} == 1 ]] || return
    local program=iamcli name
    [[ ${words[0]} != */* ]] || program=${words[0]%/*}/iamcli
    program=${program/#\~\//$HOME/}
    # Neither the word to complete nor the option before it.
    local -a line=("${words[@]:0:cword-1}" "${words[@]:cword+1}")
    while IFS= read -r name; do
        [[ $name != "$cur"* ]] || COMPREPLY+=("$name")
    done < <("$program" complete "$1" "${line[@]}" 2>/dev/null </dev/null)
}

# Several options are listed with what they mean; one alone is inserted without.
_iamcli_explained()
{
    local -a names=("${COMPREPLY[@]}")
    ((${#names[@]} > 1)) || return
    # Menus insert what they show.
    [[ ${COMP_TYPE-} != 37 && ${COMP_TYPE-} != 42 ]] || return
    local i wide=0 line
    for i in "${!names[@]}"; do
        ((${#names[i]} <= wide)) || wide=${#names[i]}
    done
    for i in "${!names[@]}"; do
        printf -v line '%-*s  (%s)' "$wide" "${names[i]}" "${meanings[i]}"
        COMPREPLY[i]=${line:0:${COLUMNS:-80} - 2}
    done
}

_iamcli_options()
{
    local i word taken=' '
    local -a meanings=()
    for word in "${words[@]:1:cword-1}" "${words[@]:cword+1}"; do
        for ((i = 0; i < ${#table[@]}; i += 4)); do
            [[ $word != "${table[i]}" ]] || taken+="${table[i + 2]} "
        done
    done
    for ((i = 0; i < ${#table[@]}; i += 4)); do
        [[ ${table[i]} == "$cur"* && $taken != *" ${table[i]} "* ]] || continue
        COMPREPLY+=("${table[i]}")
        meanings+=("${table[i + 3]}")
    done
    _iamcli_explained
}

_iamcli()
{
    local cur prev cword
    local -a words table
    _get_comp_words_by_ref -n =: cur prev words cword || return
    COMPREPLY=()
    local command=${words[0]##*/} i value='' word
    if [[ $command == iamcli ]]; then
        _iamcli_umbrella
        return
    fi
    _iamcli_table "$command"
    # An option behind an option that takes a value is that value.
    for ((i = 1; i < cword; i++)); do
        _iamcli_value "${words[i]}"
        [[ $value == switch || -z $value ]] || { ((i + 1 == cword)) && break; ((i++)); value=; }
    done
    case $value in
        '' | switch) _iamcli_options ;;
        words\ *)
            for word in ${value#words }; do
                [[ ${word,,} != "${cur,,}"* ]] || COMPREPLY+=("$word")
            done
            ;;
        names\ *) _iamcli_names "${value#names }" ;;
        file) _filedir ;;
    esac
    __ltrim_colon_completions "$cur"
}

_iamcli_value()
{
    local at
    value=
    for ((at = 0; at < ${#table[@]}; at += 4)); do
        [[ $1 != "${table[at]}" ]] || value=${table[at + 1]}
    done
}

_iamcli_umbrella()
{
    case $cword,${words[1]-} in
        1,*) mapfile -t COMPREPLY < <(compgen -W 'sandbox home -h --help --version' -- "$cur") ;;
        *,sandbox) _command_offset 2 ;;
        2,home) _filedir -d ;;
    esac
}

complete -F _iamcli iamcli @NAMES@
