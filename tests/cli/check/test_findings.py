"""iamcli check: what is a fault and what is none, and what to do about it."""

from __future__ import annotations

import pytest
from support.checking import POLICY, checked, codes

from iamcli.cli import index
from iamcli.parsing.options import refused

KEY = "iam-useraddkey -u bob"
LIST = "iam-userlistbypath"
AWKS = ("awk", "gawk", "mawk")
UPLOAD = "iam-useruploadpolicy -u bob -p all -f"


NO_FAULT = [
    "# iam-usergetattributes -z",
    "cat <<EOF\niam-usergetattributes -z\nEOF",
    "cat <<'EOF'\n$(iam-usergetattributes -z)\nEOF",
    "echo 'iam-usergetattributes -z'",
    'echo "iam-usergetattributes -z"',
    "hash iam-usergetattributes; type iam-nothing; command -v iam-nothing",
    "iam-nothing() { :; }\niam-nothing -z",
    "alias iam-nothing=true\niam-nothing",
    "iam-usergetattributes() { echo; }\niam-usergetattributes -z",
    "/usr/local/bin/iam-report",
    "iam-2to3 -z",
    "find . -name iam-nothing",
    "iam-usergetattributes -u bob --",
    "alias iam='iam-userdel -u \"bob'\niam -R",
    "cat <<E\nE\nbash",
    "./iam-report",
    "bash script -c 2>&1 'it is'",
    "trap 'echo \"iam-usergetattributes -z\"' EXIT",
    "trap - EXIT; trap; sh -c; eval",
    "perl -c 'iam-usergetattributes -z'",
    "iam-usergetattributes -z -h",
    "iam-groupadduser $ARGUMENTS",
    "iam-groupcreate -g probe-$$",
    'iam-groupadduser "$@"',
    'iam-groupadduser "${arguments[@]}" -g Admin',
    "iam-groupadduser -u user{1..3}",
    'iam-userdel -r -u "$1$(id -un)"',
    *(f"if iam-usercreate -u bob -v | {a}grep -q arn:; then echo made; fi" for a in ("", "e", "f")),
    'a=()\nif b; then a+=(-g Admin); fi\niam-groupadduser -u bob "${a[@]}"',
    *(f'a=(-u bob)\nread {option} a\niam-groupadduser "${{a[@]}}"' for option in ("-ra", "-A")),
    "a=(-u bob -g)\nunset 'a[2]'\niam-groupadduser \"${a[@]}\"",
    'f() { a+=(-g Admin); }\na=(-u bob)\nf\niam-groupadduser "${a[@]}"',
    'a=(-u bob)\na[2]=-g\na[3]=Admin\niam-groupadduser "${a[@]}"',
    'for g in A B; do a=(-u b); a+=(-g "$g"); iam-groupadduser "${a[@]}"; done',
    'a=(-u bob)\na=("${a[@]}" -g Admin)\niam-groupadduser "${a[@]}"',
    'a=(-z)\na=($(cat options))\niam-usergetattributes "${a[@]}"',
    "iam-rolecreate $ARGUMENTS -r webserver",
    'iam-usergetattributes "$@" susan',
    "iam-usercreate -u $NAME -p /staff -p staff/",
    'iam-useruploadpolicy -u bob -p all -o "{\\"Statement\\":[\\"$X\\"]}"',
    "iam-useraddpolicy -u bob -p p -e allow -a '*' -r '*'",
    'iam-useraddpolicy -u bob -p p -e Allow -a \\* -r "*"',
    "set -f\niam-useraddpolicy -u bob -p p -e Allow -a * -r *",
    "noglob iam-useraddpolicy -u bob -p p -e Allow -a * -r *",
    "for arn in $(iam-userlistbypath | grep arn); do echo $arn; done",
    "for a in $(iam-userlistbypath); do case $a in IsTruncated*) ;; *) echo $a ;; esac; done",
    "iam-userlistbypath | head -1 | while read line; do echo $line; done",
    "iam-userlistpolicies -u bob -p all | wc -l",
    "echo $(($(iam-userlistbypath | wc -l) - 1))",
    "iam-usermodloginprofile -u bob -p -",
    *(f"umask {mask}\n{KEY} > key" for mask in ("go=", "$MASK", "077")),
    "iam-useraddkey -u bob -o bob.key > id",
    "iam-usercreate -u bob -k -o bob.key > id",
    "(umask 0077; iam-useraddkey -u bob > key)",
    "iam-useraddkey -u bob > /dev/null",
    'file=$(mktemp)\niam-useraddkey -u bob > "$file"',
    "touch key; chmod 600 key\niam-useraddkey -u bob > key",
    "iam-usergetattributes -u bob 2>&1 | grep -q NoSuchEntity",
    "iam-userlistbypath | grep error-reports",
    "iam-userlistbypath | grep -v error",
    "iam-usergetattributes -u bob |& grep -q NoSuchEntity",
    "iam-user\\\ndel -u bo\\\nb",
    "sudo -u; nice -n; timeout -k 5; env -u; iam-userdel -u bob",
    "iam-userdel -r -u bob --aws-credential-file $f",
    "for u in ${y:+ (>> $z)}; do iam-userdel -u $u; done",
    "iam-usermodloginprofile -u bob -p - 0< file",
    "iam-usermodloginprofile -u bob -p - 0<&3 2>errors",
    "{ k=$(iam-useraddkey -u bob); } || exit",
    "if (a; k=$(iam-useraddkey -u bob)\n# b\n); then c; fi",
    "out=$(iam-userlistkeys -u bob 2>&1)\n[[ $out == *NoSuch* ]] && exit 1",
    "IAMCLI_STRICT=1 iam-userlistkeys -u bob | grep -q NoSuch",
    "export IAMCLI_STRICT=1\niam-userlistkeys -u bob | grep -q NoSuch",
    "IAMCLI_STRICT=0 iam-userdel -u bob 2>&1 | grep -q NoSuch",
    "IAMCLI_STRICT=0\nIAMCLI_STRICT=\niam-userdel -u bob | grep -q NoSuch",
    "case $(iam-userdel -u bob) in *rror*) a ;; *NoSuch*) b ;; esac",
    "iam-userdel -u bob | grep -E 'error|NoSuch'",
    "iam-userlistpolicies -u bob -p all | grep -q NoSuch",
    "set -o pipefail\niam-useraddkey -u bob | tail -1",
    "set -e\nkey=$(iam-useraddkey -u bob)",
    "if a; then set -e; fi\nkey=$(iam-useraddkey -u bob)",
    "trap 'exit 1' ERR\nkey=$(iam-useraddkey -u bob)",
    "a=1 key=$(iam-useraddkey -u bob)\nif [ $? -ne 0 ]; then exit 1; fi",
    "key=$(iam-useraddkey -u bob) || exit 1",
    "if ! key=$(iam-useraddkey -u bob); then exit 1; fi",
    'key=$(iam-useraddkey -u bob)\n[ -n "$key" ] || exit 1',
    "key=$(iam-useraddkey -u bob)\nif [ $? -ne 0 ]; then exit 1; fi",
    "local key; key=$(iam-useraddkey -u bob) || return",
    "echo '{}' > p.json\niam-useruploadpolicy -u bob -p all -f p.json",
    "cat << E > p.json\n{}\nE\niam-useruploadpolicy -u bob -p all -f p.json",
    "sed s/a/b/ t | tee p.json\niam-useruploadpolicy -u bob -p all -f p.json",
    "openssl genrsa -out key.pem\niam-servercertupload -s s -b /dev/stdin -k key.pem",
    "cd $DIR\niam-useruploadpolicy -u bob -p all -f p.json",
    "cd build || exit\niam-useruploadpolicy -u bob -p all -f p.json",
    "enter() { cd /; }\nenter\niam-useruploadpolicy -u bob -p all -f p.json",
    "iam-useraddloginprofile -u bob -p - 2>&1",
    "iam-useraddloginprofile -u bob -p - <<E\nsecret\nE",
    "while read u; do iam-useraddloginprofile -u $u -p - <<E\nsecret\nE\ndone",
    "for u in a b; do iam-useraddloginprofile -u $u -p -; done < passwords",
    "while read u <&3; do iam-useraddloginprofile -u $u -p -; done 3< users",
    "while read -r -u 3 u; do iam-useraddloginprofile -u $u -p -; done 3< users",
    "while read u; do iam-useraddloginprofile -u $u -p - < password; done < users",
    "while read u; do { iam-useraddloginprofile -u $u -p -; } < password; done < users",
    'while read u p; do echo "$p" | iam-useraddloginprofile -u $u -p -; done < users',
    'while read u p; do iam-useraddloginprofile -u $u -p - <<< "$p"; done < users',
    "while read u; do sh password | { iam-useraddloginprofile -u $u -p -; }; done < users",
    "while read u; do iam-useraddloginprofile -u $u -p - & done < users",
    "while read u; do xargs iam-useraddloginprofile -p - -u; done < users",
    "while read -rp 'User: ' u; do iam-useraddloginprofile -u $u -p -; done",
    "while read u; do echo $u; done < users\niam-useraddloginprofile -u bob -p -",
    "add() { iam-useraddloginprofile -u $1 -p -; }\nwhile read u; do add $u < $u; done < users",
    "while read u; do iam-usercreate -u $u; done < users",
    'iam-userdel -r -u "${1:?}"',
    "iam-userdel -r -u bob",
    "user=bob\niam-userdel -r -u $user",
    "for u in bob susan; do iam-userdel -r -u $u; done",
    'if [ -z "$1" ]; then exit; fi\niam-userdel -r -u "$1"',
    'u=$1\n[[ -n $u ]] || exit\niam-userdel -r -u "$u"',
    'set -u\niam-userdel -r -u "$1"',
    'iam-userdel -r -p -u "$1"',
    'iam-userdel -u "$1"',
    "xargs -I{} sh -c 'iam-userdel -r -u \"$1\"' sh {} < users",
    "sh -c \"iam-usercreate -u '$NAME'\"",
    "xargs -n 1 sh -c 'iam-userdel -r -u \"$1\"' sh < users",
    "if a; then u=bob; else u=susan; fi\niam-userdel -r -u $u",
    # What is redirected at the end of a pipe is the output of its last command.
    "set -o pipefail\niam-useraddkey -u bob | gpg -e -r root > key.gpg",
    "iam-useraddkey -u bob && date > log",
    "{ set -o pipefail; iam-useraddkey -u bob | head -1; } > id",
    "iam-usergetattributes -u bob 2>&1 | grep NoSuchEntity > /dev/null",
    # Loops that skip the footer, and filters that remove it.
    "for k in $(iam-userlistkeys -u b); do case $k in AKIA*) echo $k ;; esac; done",
    "for k in $(iam-userlistkeys -u b); do\n[[ $k == AKIA* ]] || continue\necho $k\ndone",
    "for k in $(iam-userlistkeys -u b); do if [ ${#k} -eq 20 ]; then echo $k; fi; done",
    "for k in $(iam-userlistkeys -u b); do expr $k : AKIA >/dev/null && echo $k; done",
    'for k in $(iam-userlistkeys -u b); do [ "${k%%[!A]*}" = A ] && echo $k; done',
    "iam-userlistbypath | while read u; do if [[ $u =~ ^arn ]]; then echo $u; fi; done",
    'iam-userlistbypath | while read u; do case "$u" in */*) echo $u ;; esac; done',
    'iam-userlistbypath | while read u && [ "$u" != x ]; do echo $u; done',
    'iam-userlistbypath | while read; do [[ $REPLY = a* ]] && echo "$REPLY"; done',
    "iam-userlistkeys -u b | while read k && read status; do echo $k; done",
    'iam-userlistbypath | while IFS=/ read a u; do test -n "$u" && echo $u; done',
    'iam-userlistbypath | while read a; do u=$(f $a); [ -z "$u" ] || echo $u; done',
    *(f"for u in $({LIST} | {a}); do echo $u; done" for a in ("cut -sd/ -f2", "cut -d: -f6")),
    *(f"for u in $({LIST} | {a}); do echo $u; done" for a in ("cut -c32-", "head -1")),
    "for u in $(iam-userlistbypath | awk -F/ '/arn/ {print $NF}'); do echo $u; done",
    "for u in $(iam-userlistbypath | sed -n 's/.*\\///p'); do echo $u; done",
    "for u in $(iam-userlistbypath | sed '$d' | sort); do echo $u; done",
    "for u in $(iam-userlistbypath | awk -F/ '{print $2}'); do echo $u; done",
    "for u in $(iam-userlistbypath | sed 's#.*/##;/false/d'); do echo $u; done",
    "iam-userlistbypath | { while read u; do echo $u; done < users; }",
    "while read u; do echo $u; done <<E\n$(iam-userlistbypath | grep arn)\nE",
    "key=$(iam-useraddkey -u bob)\n# did it work?\n\nif [ $? -ne 0 ]; then exit 1; fi",
    'local key=$(iam-useraddkey -u bob)\nif [ -z "$key" ]; then return 1; fi',
    'u=$1\nif [ "x$u" = "x" ]; then exit; fi\niam-userdel -r -u "$u"',
    "if [ x$1 = x ]; then exit; fi\niam-userdel -r -u $1",
    'u=$1\ncase "$u" in\n  "") exit ;;\nesac\niam-userdel -r -u $u',
    "read u\nif [[ ! $u =~ ^[a-z]+$ ]]; then exit; fi\niam-userdel -r -u $u",
    'read u\necho "$u" | grep -q "^[a-z]*$" || exit\niam-userdel -r -u $u',
    "for u in $(iam-grouplistusers -g old | grep arn:); do iam-userdel -r -u $u; done",
    "for u in $USERS; do iam-userdel -r -u $u; done",
    "for u in user{1..3}; do iam-userdel -r -u $u; done",
    'for u in a$1 b "c$2"; do iam-userdel -r -u $u; done',
    "printf -v u 'user%02d' 5\niam-userdel -r -u $u",
    "k=$(iam-usergetattributes -u bob)\nread a b <<< $(echo $k)",
    'k=$(iam-usergetattributes -u bob)\nread a b <<< "$(echo $k)"',
    "iam-userdel -u bob 2>&1 | grep 'cannot be found'",
    "xargs -I{} sh -c 'iam-userlistkeys -u {}' < users",
    "xargs -I % sh -c 'iam-usergetattributes -u %/x || echo no %' < users",
    'xargs -i sudo bash -c "u={}; iam-usercreate -u $u" < users',
    'xargs -I{} sh -c \'echo "$(iam-userlistkeys -u "{}")"\' < users',
    "find . -exec sh -c 'iam-usercreate -u {}' \\;",
    # What eval gets without quotes.
    "eval iam-usercreate -u '\"bob-smith\"'",
    "eval export IAM=iam-usercreate -z",
    "iam-userlistbypath -p /a/ # \\ ",
    "iam-userlistbypath \\\n  -p /a/",
    # Counts without the footer.
    "expr `iam-userlistbypath | wc -l` - 1",
    "let total=$(iam-userlistbypath | wc -l)-1",
    "(( n = $(iam-userlistbypath | wc -l) - 1 ))",
    'if [ "$(iam-userlistbypath | wc -l)" -gt 1 ]; then echo users; fi',
    "n=`iam-userlistbypath | wc -l`\nif [ $n -eq 1 ]; then echo none; fi",
    "iam-userlistbypath | grep -c arn:",
    "iam-userlistbypath | awk '/arn/ {n++} END {print n}'",
    "iam-userlistbypath | sed -n 1p",
    "for u in $(iam-userlistbypath | sed -e '/^Is/d' -e 's/.*\\///'); do echo $u; done",
    "for u in $(iam-userlistbypath | sed 's/^IsTruncated.*//'); do echo $u; done",
    "for u in $(iam-userlistbypath); do [ -f $u.key ] && echo $u; done",
    # echo joins the lines.
    "u=$(iam-userlistbypath)\nfor v in $(echo $u | awk '{print $1}'); do echo $v; done",
    "u=$(iam-userlistbypath)\necho $u | wc -l",
    "u=$(iam-userlistbypath)\necho $u | while read v rest; do echo $v; done",
    *(f"set -o pipefail\n{KEY} | {second} > id" for second in ("sed -n 1p", "awk 'NR==1'")),
    "iam-usercreate -u bob -v > id",
    "iam-useruploadpolicy -u bob -p all -o {$X}",
    f"setopt PIPE_FAIL\n{KEY} | tail -1",
    "setopt $x err_exit\nkey=$(iam-useraddkey -u bob)",
    "set -e\ntrap 'date' EXIT\nkey=$(iam-useraddkey -u bob)",
    "key=$(iam-useraddkey -u bob) <<E || exit\nE",
    "iam-userlistbypath | iam-usergetattributes -u bob",
    "if key=$(iam-useraddkey -u bob) <<E\nE\nthen date; fi",
    *(f"iam-userdel -u bob {operator} log | grep error" for operator in ("&>", "&>>")),
    *(f"chmod {mode} key\n{KEY} > key" for mode in ("go-rwx", "og-rwx", "go=", "og=")),
    "echo ud=iam-userdel\nud -R",
    "getopts a\nprintf -v\nenv A=b\nsudo",
    *(f'{a}="a b"\ngetopts a: x\niam-usercreate -u "${a}"' for a in ("OPTARG", "OPTIND")),
    'name="a b"\niam-usercreate -u "${!name}"',
    'name="a b"\na && name=bob\niam-usercreate -u "$name"',
    'name="a b"\nf() { read name; }\ng() { iam-usercreate -u "$name"; }',
    'name=a\niam-usercreate -u "${name%/*}"',
    'iam-usercreate -u "bo\\\nb"',
    'iam-userdel -r -u "$@"',
    'iam-groupadduser "$X" -u bob',
    'iam-usergetattributes -u "$@" susan',
    "iam-groupcreate -g $*",
    "IFS=:\niam-usercreate -u $name",
    'name="a b"\neval "$X"\niam-usercreate -u "$name"',
    "for name in iam-userdel iam-usercreate; do man $name; done",
    "f() { iam-userlistkeys -u bob | grep NoSuch; }\nIAMCLI_STRICT=1\nf",
    f"enter() {{ cd /; }}\nf() {{ date; }}\nenter\n{UPLOAD} p.json",
    f"f() {{ {UPLOAD} p.json; }}\ncd /\nf",
    ".\nsource",
    "set -o posix\niam-usercreate -u bob",
    "for u in {a,b}; do iam-usercreate -u $u; done",
    "u=${1:-bob}\nv=$u\niam-userdel -r -u $v",
    'v=$1\n[ -n "$1" ] || exit\niam-userdel -r -u "$v"',
    "while read u; do f() { iam-usermodloginprofile -u $u -p -; }; done < users",
    "install -m 600 /dev/null key\niam-useraddkey -u bob > key",
    f"if a; then cd /; fi\n{UPLOAD} p.json",
    'name="a b"\ndate | read name\niam-usercreate -u "$name"',
    "chmod 600 key\niam-useraddkey -u bob > 'key'",
    "chmod 600 'key'\niam-useraddkey -u bob > key",
    "xargs -I{} sh -c 'u={}; iam-userdel -r -u \"$u\"' < users",
    'name="a b"\nread -rdp name\niam-usercreate -u "$name"',
    'if a; then n="a b"; elif iam-usercreate -u "$n"; then b; fi',
    "if a; then b; elif key=$(iam-useraddkey -u b); then c; fi",
    *('name=bob\niam-usercreate -u "${name^^}"', 'iam-usercreate -u "${1%/*}"'),
    'name=\niam-usercreate -u "${name:?}"',
    'key=$(iam-useraddkey -u bob)\necho "$key" | grep -q AKIA || exit 1',
    *('iam-userdel -r -u "${1?}"', "IFS=:\niam-usercreate -u $name"),
    *("IFS=:\nu=bob\niam-userdel -r -u $u", 'u=" a "\niam-usercreate -u $u'),
    'a="-g x"\niam-groupadduser -u bob $a',
    'name="a b"\nname=${y:+ (>> $z)}\niam-usercreate -u "$name"',
    *('x=$"bob"\niam-usercreate -u "$x"', 'iam-usercreate -u x$"bob"'),
    *(f'name="a b"\n{a} name\niam-usercreate -u "$name"' for a in ("local", "declare")),
    "f() { key=$(iam-useraddkey -u bob); }\nset -e\nf\nset +e",
    "iam-groupadduser -u bob -g {Admin,Devs}",
    "iam-userlistbypath | while true; do date; done",
    # What read reads is not for the loop.
    "if read u; then iam-usermodloginprofile -u $u -p -; fi",
    "while true; do read u; iam-usermodloginprofile -u $u -p -; done < users",
    "f() { iam-usermodloginprofile -u $1 -p -; }\nwhile read u; do sudo f $u; done < users",
    (
        "f() { g; f; }\ng() { iam-usermodloginprofile -u x -p -; }\n"
        "while read u; do date; done < users\nf"
    ),
]


def test_no_fault_is_reported(tmp_path):
    found = {script: codes(tmp_path, script) for script in NO_FAULT}
    assert {script: each for script, each in found.items() if each} == {}


def test_a_policy_that_is_nested_too_deeply(tmp_path):
    script = f"iam-useruploadpolicy -u bob -p all -o '{'[' * 40_000}'"
    (finding,) = checked(tmp_path, script).findings
    # Python 3.14 reads as many levels as the limit of the stack allows.
    assert finding.message in (
        "the policy of -o: nested too deeply",
        "the policy of -o, line 1, column 40001: not JSON (Expecting value)",
    )


@pytest.mark.parametrize("name", ["no-such-file", "./no-such-file", "none/no-such-file"])
def test_the_directory_is_where_the_name_is_looked_up(name, tmp_path):
    (tmp_path / "sub").mkdir()
    (finding,) = checked(tmp_path, f"cd ./sub\n{UPLOAD} {name}").findings
    assert finding.message == f"{name} does not exist in {tmp_path}/sub"


def test_every_name_has_a_limit():
    for command in index.commands():
        for option in command.options:
            if "letters" in option.limits:
                assert refused(option, "no name: \u00e4"), (command.name, option.name)


def test_a_file_that_is_there_is_no_fault(tmp_path, monkeypatch):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "p.json").write_text(POLICY)
    assert codes(tmp_path, f"{UPLOAD} sub/p.json") == []
    assert codes(tmp_path, f"cd sub\n{UPLOAD} p.json") == []
    assert codes(tmp_path, f"(cd sub; {UPLOAD} p.json)\n{UPLOAD} p.json") == ["W208"]
    monkeypatch.setenv("HOME", str(tmp_path))
    assert codes(tmp_path, f"{UPLOAD} ~/sub/p.json") == []
    assert codes(tmp_path, f"{UPLOAD} '~/sub/p.json'") == ["W208"]
    assert codes(tmp_path, f'{UPLOAD} "{tmp_path}/sub/p.json"') == []
    assert codes(tmp_path, f"{UPLOAD} \\~/sub/p.json") == ["W208"]
    for name in ("cd", "cd -P", "cd -L", "cd --", "pushd", "chdir"):
        script = f"{name} sub\n{UPLOAD} p.json\n{UPLOAD} sub/p.json"
        assert codes(tmp_path, script) == ["W208"], script
    for name in ("popd", "popd sub", "cd -", "cd", "cd sub sub", "pushd"):
        script = f"cd sub\n{name}\n{UPLOAD} no-such-file"
        assert codes(tmp_path, script) == [], script


#: Lines that have the same finding each, in a script with "set -o pipefail".
EACH = {
    "E102": [
        f"{program} iam-userdel -u bob -z"
        for program in (
            *("sudo -u a -g a -h a -p a -C 3 -r a -t a -T 5 -U a -D a -R a A=b", "doas -u a -C a"),
            *("sudo --user a --group a --host a", "env -u A -C a --unset A --chdir a A=b C=d"),
            *("time -f a -o a --format a --output a", "command -p", "builtin", "exec -a a", "-"),
            *("nice -n 5", "nice --adjustment 5", "ionice -c 2 -n 3", "nohup", "setsid", "coproc"),
            *("stdbuf -i 0 -o L -e 0", "timeout -s HUP -k 5 10", "watch -n 5", "chronic"),
            *("timeout --signal HUP --kill-after 5 10", "watch --interval 5", "nocorrect"),
            *("xargs -n 1 -L 1 -P 2 -d a -s 9 -a a -E a -I {}", "flock -w 5 -E 1 a", "noglob"),
            *("xargs --max-args 1 --max-procs 2 --max-lines 3 --delimiter a", "repeat 3"),
            *("flock --timeout 5 --wait 5 --conflict-exit-code 1 a", "eval", "find . -exec"),
            *("find . -execdir", "find . -ok", "find . -okdir"),
        )
    ]
    + [
        f"r{number}() {{ {body}; }}; r{number} iam-userdel -u bob -z"
        for number, body in enumerate(
            (
                *('"$@"', "$@", "$*", "${@}", '"${@:2}"', 'eval "$@"', "if $@; then a; fi"),
                *("a; $@", "a && $@", "a || $@", "{ $@; }", "( $@ )", "! $@", "a | $@"),
                *("while $@; do b; done", "until $@; do b; done", "a & $@", "if a; then $@; fi"),
                *("if a; then b; else $@; fi", "for x in a; do $@; done"),
            )
        )
    ],
    "E103": [
        f"iam-groupadduser -u {word}"
        for word in (
            *("$#", "$?", "$$", "$!", "$-", "${#x}", "${#}", "${?}", "${$}", "${!}", "${#x[@]}"),
            *("$((1))", "x$!", "<(a)", "x$$", "''$?"),
        )
    ],
    "E104": [
        *("iam-userlistpolicies -u bob -p a -a", "iam-userlistpolicies -u bob -a -v"),
        *("iam-grouplistpolicies -g Admin -p a -a", "iam-grouplistpolicies -g Admin -a -v"),
        *("iam-rolelistpolicies -r webserver -p a -a", "iam-rolelistpolicies -r webserver -a -v"),
        *(f"iam-accountmodpasswordpolicy --reset {option}" for option in ("-l", "-n", "-s", "-u")),
        *("iam-accountmodpasswordpolicy --reset -m 8", "iam-rolecreate -r webserver"),
    ],
    "E108": [
        f"iam-usergetattributes -u bob {word}"
        for word in (
            *("=", "!=", "$", "\\<", "{", "}", "[", "]", "!", "5", "'a'", "$'a'", '"a"', "a"),
            *("x=y", '$"a b"', "a\\ b", "+", "%"),
        )
    ],
    "W210": [
        f"iam-userdel -r -u {word}"
        for word in (
            *('"${1}"', '"${10}"', "${1:-}", '"${1:-""}"', "${1:+bob}", "${1+bob}", "${1:0:2}"),
            *("${1%a}", "$1", "${1:-$2}", "${1:-'$2'}"),
        )
    ],
    "W202": [
        *(f"{LIST} | {a} | wc -l" for a in ("cat", "rev", "sort", "tr a b", "uniq", "sed s/a/b/")),
        *(f"{LIST} | {a} '{{print {b}}}' | wc -l" for a in AWKS for b in ("", "$0", "$1", "$2")),
        *(f"{LIST} | awk -F/ '{{print {field}}}' | wc -l" for field in ("", "$0", "$1", "$NF")),
        *(f"{LIST} | {a} 'END {{print NR}}'" for a in AWKS),
        *(f"{LIST} | {a}" for a in ("awk '{print $NF}' | wc -l", "wc --lines", "grep -c ^")),
        *(f"{LIST} | cut {a} | wc -l" for a in ("-c18", "-b18", "-d: -f2", "-d. -f5", "-f9")),
        f"for u in $({LIST} || x); do echo $u; done",
        *(f"for u in $({LIST} > x); do echo $u; done", f"for u in $( ({LIST}) ); do echo $u; done"),
        f"for u in $({{ {LIST}; }}); do echo $u; done",
        *(f"for u in $(! {LIST}); do echo $u; done", f"for u in $(sudo {LIST}); do echo $u; done"),
        *(f"for u in `{LIST}`; do echo $u; done", f"for u in `{LIST} | sort`; do echo $u; done"),
        *(f"for u in x $({LIST}); do echo $u; done", f"for u in a$({LIST}); do echo $u; done"),
        f"select u in $({LIST}); do echo $u; done",
        *("mapfile users < <(iam-userlistbypath)", "readarray users < <(iam-userlistbypath)"),
    ],
    "W205": [
        *(f"{KEY} {a} key" for a in (">", ">>", ">|", "&>", "&>>", "1>", "| tee", "| tee -a")),
        *(
            f"{KEY} | {program} > key"
            for program in (
                *("cat", "tr a b", "paste", "tail -1", "sort", "tee log", "cat | tr a b | cat"),
                *("sed -n 2p", "sed -n '$p'", "sed 1d", "awk 'NR>1'", "gawk 'NR!=1 {print}'"),
                "mawk NR==2",
            )
        ),
        *(f"{{ {KEY}; }} > k", f"({KEY}) > k", f"if {KEY}; then x; fi > k"),
        *(f"if x; then {KEY}; fi > k", f"while x; do {KEY}; done > k"),
        *(f"for x in a; do {KEY}; done > k", f"case x in a) {KEY};; esac > k", f"x | {KEY} > k"),
        *(f"! {KEY} > k", f"x && {KEY} > k", f"(x | {KEY}) > k", f"({KEY}; x) > k"),
        *(f"f() {{ {KEY}; }} > k", f"f() {{ {KEY} > k; }}", f"> k {KEY}", f"x=1 {KEY} > k"),
        f"sudo {KEY} > k",
        *(f"{{ x && {KEY}; }} > k", f"{{ {KEY} && x; }} > k", f"{KEY} > a > k"),
        *(f"{KEY} > /dev/null > k", f"{KEY} > $(x)", f"eval '{KEY}' > k", f"echo $({KEY}) > k"),
        *(
            "iam-usercreate -u bob -k > key",
            "iam-virtualmfadevicecreate -s a -b Base32String > key",
        ),
    ],
    "W206": [
        *(
            f"iam-userlistkeys -u bob | grep '{word}'"
            for word in (
                *("malformed", "nosuch", "alreadyexists", "access denied", "not a valid option"),
                *("AccessDenied", "DeleteConflict", "LimitExceeded", "InvalidClientToken"),
                *("SignatureDoesNotMatch", "InvalidInput", "ValidationError", "Throttling"),
                *("not authorized", "cannot be found", "already exist", "takes an operand"),
                *("cannot delete entity", "rate exceeded", 'Option "-u" is required'),
            )
        ),
        *(
            f"{command} | grep '{word}'"
            for command in ("iam-userdel -u bob", LIST, "iam-userdel -u bob 2>&1")
            for word in ("errors", "[Ee]rror", "exception", "Unable to execute HTTP request")
        ),
        *(f"{command} | grep NoSuch" for command in (KEY, "iam-grouplistbypath")),
        *(
            f"IAMCLI_STRICT={mode} iam-userdel -u bob | grep {word}"
            for mode, word in (("1", "error"), ("0", "error"), ("0", "NoSuch"))
        ),
        *(f"iam-userdel -u bob | {program} -n '/error/p'" for program in (*AWKS, "sed")),
    ],
    "W207": [
        *(f"x && key=$({KEY})", f"x || key=$({KEY})", f"if x; then key=$({KEY}); fi"),
        *(f"while x; do key=$({KEY}); done", f"(key=$({KEY}))", f"{{ key=$({KEY}); }}"),
        *(f"(key=$({KEY}); x) || y", f"for x in a; do key=$({KEY}); done"),
        *(f"case x in a) key=$({KEY});; esac", f"if x; then y; else key=$({KEY}); fi"),
        *(f"if x; then y; elif z; then key=$({KEY}); fi", f"if x; then key=$({KEY}); fi || y"),
        *(f"k=$(key=$({KEY}))", f"k=$(key=$({KEY}); x) || y", f"f() {{ key=$({KEY}); }}"),
        *(f"if x; then f() {{ key=$({KEY}); }}; fi", f"k=$(x; {KEY})", f"k=$({KEY}; x)"),
        *(f"k=$({KEY} || x)", f"k=$({KEY} && x)", f"k=$(x && {KEY})", f"k=$(if x; then {KEY}; fi)"),
        *(f"k=$({{ {KEY}; }})", f"k=$( ({KEY}) )", f"k=$(while x; do {KEY}; done)"),
        *(f"k=$(for x in a; do {KEY}; done)", f"k=$(x | {KEY})", f"k=$(case x in a) {KEY};; esac)"),
        *(f"local k=$({KEY} || x)", f"x <<< $({KEY} || y)", f"k=$({KEY}) > k"),
    ],
    "W208": [
        f"{program} {program}.json; {UPLOAD} {program}.json"
        for program in (
            *("cat", "echo", "printf", "ls", "grep", "egrep", "less", "more", "head", "tail", "wc"),
            *("stat", "rm", "shred", "file", "diff", "chmod", "chown"),
        )
    ],
}


@pytest.mark.parametrize("code", EACH)
def test_each_line_has_the_finding(code, tmp_path):
    script = ["set -o pipefail", *EACH[code]]
    found = checked(tmp_path, "\n".join(script)).findings
    assert [(script[each.line - 2], each.code) for each in found] == [
        (line, code) for line in EACH[code]
    ]


def test_no_line_has_a_finding(tmp_path):
    lines = [
        *(f"sudo {option} iam-userdel -z" for option in ("-l", "-v", "-e")),
        *(f"command {option} iam-userdel -z" for option in ("-v", "-V")),
        *("function iam-a { b; }; iam-a -z", "function iam-b() { b; }; iam-b -z"),
        *("iam-c () { b; }; iam-c -z", "alias -g iam-d=a; iam-d -z"),
        *('q() { a "$@"; }; q iam-userdel -R', 'p() { "$1"; }; p iam-userdel -R'),
        *('o() { "$@"; }; sudo o iam-userdel -R', "o a iam-usr"),
        *(f"{LIST} | cut {a} | wc -l" for a in ("-c19", "-b19", "-d: -f3", "-sd: -f1", "-sf1")),
        *(f"{LIST} | awk {a} | wc -l" for a in ("'{print $3}'", "-F/ '{print $2}'", "'/arn/'")),
        *(f"{LIST} | sed {a} | wc -l" for a in ("-n s/a/b/p", "--quiet s/a/b/p", "1d")),
        *(f"{LIST} | {a}" for a in ("wc -c", "awk 'END {print $0}'", "sed -n '2='", "grep -vc ^")),
        *(f"{KEY} | {a} > key" for a in ("head -1", "grep -v AKIA", "sed -n 1p", "awk NR==1")),
        *(f"{KEY} {a}" for a in ("2> log", "> /dev/null", "-o key > id")),
        *("iam-userdel -u bob | grep terror", "iam-userdel -u bob | grep error-log"),
        *(f"{KEY} | tee -a /dev/null", f'echo "$({KEY})"'),
        *(
            f"iam-groupadduser -u {word}"
            for word in (
                *("$x", "$@", "$*", "${@}", "${x[@]}", '"$@"', '"${x[@]}"', '"${!x}"', '"${@:2}"'),
                *("$(a)", "`a`", "{a,b}", "x{a,b}", "${*:1}", '"${@:-x}"', "$!$x"),
            )
        ),
        *(
            f"iam-userdel -r -u ${{1{each}}}"
            for each in (":-bob", "-bob", ":=bob", "=bob", ":-'b'")
        ),
        *(f"iam-userlistbypath -p {each}" for each in ("/x/'*/'", "/\\*/", '"/?/"')),
        *(f"key=$({KEY}) || x", f"key=$({KEY}) && x", f"! key=$({KEY})"),
        *(f"{{ key=$({KEY}); }} || x", f"(key=$({KEY})) || x"),
        *(f"if key=$({KEY}); then x; fi", f"while key=$({KEY}); do x; done"),
        *(f"until key=$({KEY}); do x; done", f"if x; then y; elif key=$({KEY}); then z; fi"),
        *(f"key=$({KEY}) > x || y", f"k=$(x || {KEY})", f"k=$(if {KEY}; then x; fi)"),
        *(f"k=$(! {KEY})", f"k=$(while {KEY}; do x; done)", f"k=$({KEY} | x)"),
        *(f"local k=$(if {KEY}; then x; fi)", f"local k=$(x || {KEY})", f"local k=$(! {KEY})"),
        *(f"local k=$(while {KEY}; do x; done)", f"for u in $(x || {LIST}); do echo $u; done"),
        *(f"for u in $({LIST}; x); do echo $u; done", f"for u in $({LIST} && x); do echo $u; done"),
        *(f"for u in $(if {LIST}; then x; fi); do echo $u; done", f"{KEY} | x > k"),
        *(f"{KEY} && x > k", f"({KEY} | x) > k", f"{KEY} 3> k"),
        *(f"{KEY} < k", f"sh -c '{KEY}' > k"),
    ]
    script = ["set -o pipefail", *lines]
    found = checked(tmp_path, "\n".join(script)).findings
    assert [(script[each.line - 2], each.code) for each in found] == []


@pytest.mark.parametrize(
    "writer",
    [
        *("tar x", "unzip x", "git x", "rsync x", "svn x", "make x", "aws x", "s3cmd x", "patch x"),
        *("cat >> p.json", "cat &> p.json", "cp p.json sub", "curl -o=p.json x", "f $X/p.json"),
        *("touch x,p.json", "iam-useraddkey -u bob -o key > p.json", "eval 'x'"),
    ],
)
def test_a_file_that_is_made_is_not_missing(writer, tmp_path):
    assert codes(tmp_path, f"{writer}\n{UPLOAD} ./p.json") == []


def test_a_word_that_may_be_a_part_of_a_password_is_not_shown(tmp_path):
    found = checked(tmp_path, "iam-useraddloginprofile -p my secret").findings
    assert [each.code for each in found] == ["W205", "E108"]
    assert "secret" not in f"{found[1].message} {found[1].fix}"
    # Its option was forgotten.
    [finding] = checked(tmp_path, "iam-useraddloginprofile -u bob s3cret").findings
    assert finding.code == "E108"
    assert "s3cret" not in f"{finding.message} {finding.fix}"


@pytest.mark.parametrize(
    ("name", "first", "fix"),
    [
        ("old.sh", "#!/bin/bash\n", "run set -o pipefail before"),
        ("old.sh", "", "run set -o pipefail before"),
        ("old.sh", "#!/bin/sh\n", "assign the output to a variable first, and test the status"),
        ("old.sh", "#!/bin/dash\n", "assign the output to a variable first, and test the status"),
        ("Makefile", "key:\n\t", "assign the output to a variable first, and test the status"),
    ],
)
def test_pipefail_is_advised_only_if_the_shell_has_it(name, first, fix, tmp_path):
    found = checked(tmp_path, f"{KEY} | tail -1", name=name, shebang=first).findings
    assert [(each.code, each.fix) for each in found] == [("W207", fix)]
