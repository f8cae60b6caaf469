"""iamcli check: what is a fault and what is none, and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.checking import POLICY, checked, codes

from iamcli.cli.check.rules import limits
from iamcli.commands import index

if TYPE_CHECKING:
    from pathlib import Path

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
    "iam-usergetattributes ${=OPTIONS}",
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
    "find . -exec iam-groupadduser -u {} +",
    "iam-groupadduser -u user{1..3}",
    'iam-userdel -r -u "$1$(id -un)"',
    "if iam-usercreate -u bob -v | grep -q arn:; then echo made; fi",
    'a=()\nif b; then a+=(-g Admin); fi\niam-groupadduser -u bob "${a[@]}"',
    'a=(-u bob)\nread -ra a\niam-groupadduser "${a[@]}"',
    'a=(-u bob)\nread -A a\niam-groupadduser "${a[@]}"',
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
    "n=$(iam-userlistbypath | wc -l)\nn=$((n - 1))",
    "echo $(($(iam-userlistbypath | wc -l) - 1))",
    "iam-userlistkeys -u bob | grep Active",
    "iam-userlistkeys -u bob | grep -ix active",
    "iam-userlistkeys -u bob | grep -iw active",
    "iam-userlistkeys -u bob | grep -v Inactive | grep -i active",
    "iam-userlistkeys -u bob | grep Inactive",
    "iam-userlistkeys -u bob | fgrep -i '[aA]ctive'",
    "iam-userlistkeys -u bob | grep -i 'active['",
    "iam-userlistkeys -u bob | grep --invert-match -i active",
    "iam-usermodloginprofile -u bob -p -",
    "umask go=\niam-useraddkey -u bob > key",
    "umask $MASK\niam-useraddkey -u bob > key",
    "umask 077\niam-useraddkey -u bob > key",
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
    "out=$(iam-usergetattributes -u bob 2>&1)\n[[ $out == *error* ]] && exit 1",
    "IAMCLI_STRICT=1 iam-usergetattributes -u bob | grep -q error",
    "export IAMCLI_STRICT=1\niam-usergetattributes -u bob | grep -q error",
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
    "read -d '' arn id <<< $(iam-usergetattributes -u bob)",
    "read arn id <<< $(iam-usergetattributes -u bob | xargs)",
    "read arn <<< $(iam-usergetattributes -u bob)",
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
    "for u in $(iam-userlistbypath | cut -sd/ -f2); do echo $u; done",
    "for u in $(iam-userlistbypath | cut -d: -f6); do echo $u; done",
    "for u in $(iam-userlistbypath | cut -c32-); do echo $u; done",
    "for u in $(iam-userlistbypath | awk -F/ '{print $2}'); do echo $u; done",
    "for u in $(iam-userlistbypath | awk -F/ '/arn/ {print $NF}'); do echo $u; done",
    "for u in $(iam-userlistbypath | sed '$d' | sort); do echo $u; done",
    "for u in $(iam-userlistbypath | sed -n 's/.*\\///p'); do echo $u; done",
    "for u in $(iam-userlistbypath | sed 's#.*/##;/false/d'); do echo $u; done",
    "for u in $(iam-userlistbypath | head -1); do echo $u; done",
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
    'for u in "$@"; do iam-userdel -r -u $u; done',
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
    "set -o pipefail\niam-useraddkey -u bob | sed -n 1p > id",
    "set -o pipefail\niam-useraddkey -u bob | awk 'NR==1' > id",
    "iam-usercreate -u bob -v > id",
    "iam-useruploadpolicy -u bob -p all -o {$X}",
    "setopt PIPE_FAIL\niam-useraddkey -u bob | tail -1",
    "setopt $x err_exit\nkey=$(iam-useraddkey -u bob)",
    "set -e\ntrap 'date' EXIT\nkey=$(iam-useraddkey -u bob)",
    "if iam-usercreate -u bob -v | egrep -q arn:; then echo made; fi",
    "if iam-usercreate -u bob -v | fgrep -q arn:; then echo made; fi",
    "key=$(iam-useraddkey -u bob) <<E || exit\nE",
    "iam-userlistbypath | iam-usergetattributes -u bob",
    "if key=$(iam-useraddkey -u bob) <<E\nE\nthen date; fi",
    "iam-userdel -u bob &> log | grep error",
    "iam-userdel -u bob &>> log | grep error",
    "chmod go-rwx key\niam-useraddkey -u bob > key",
    "chmod og-rwx key\niam-useraddkey -u bob > key",
    "chmod go= key\niam-useraddkey -u bob > key",
    "chmod og= key\niam-useraddkey -u bob > key",
    "echo ud=iam-userdel\nud -R",
    "getopts a\nprintf -v\nenv A=b\nsudo",
    'OPTARG="a b"\ngetopts a: x\niam-usercreate -u "$OPTARG"',
    'OPTIND="a b"\ngetopts a: x\niam-usercreate -u "$OPTIND"',
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
    "f() { iam-userdel -u bob | grep error; }\nIAMCLI_STRICT=1\nf",
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
    'name="a b"\nlocal name\niam-usercreate -u "$name"',
    'name="a b"\ndeclare name\niam-usercreate -u "$name"',
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


def test_no_fault_is_reported(tmp_path: Path) -> None:
    found = {script: codes(tmp_path, script) for script in NO_FAULT}
    assert {script: each for script, each in found.items() if each} == {}


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        # A fault is reported once.
        ("iam-usercreate -U bob", ["E102"]),
        ("iam-usercreate -u bob smith jones", ["E108"]),
        ("iam-userdel -u bob\\\n \\\nsmith", ["E108"]),
        ("iam-userdel -r -u", ["E108"]),
        ("iam-userdel -r -u b*", ["E105", "W201"]),
        ('iam-userdel -u ""', ["E105"]),
        ("iam-userdel -u bob 0 <file", ["E108"]),
        ("iam-userdel -u bob x0<file", ["E108"]),
        ('read a b <<< "$(iam-groupcreate -g Admin -v)$x"', ["W207"]),
        ("case $(iam-userdel -u bob) in *error*) a ;; *Error*) b ;; esac", ["W206"]),
        ("k=$(iam-userlistbypath)\nwhile read u; do echo $u; done <<E\n$k\nE", ["W202"]),
        ("k=$(iam-userdel -u bob)\ngrep error <<E\n${k}\nE", ["W206"]),
        ("{ k=$(iam-useraddkey -u bob); a; } || exit", ["W207"]),
        ("while a; do k=$(iam-useraddkey -u bob); done || exit", ["W207"]),
        ('iam-usercreate -u $ "b"', ["E105", "E108"]),
        ("iam-usercreate -u", ["E108"]),
        ("iam-usergetattributes -u=$1", ["E110"]),
        ('iam-usergetattributes -u="$1" -z', ["E110", "E102"]),
        ("a==bob; iam-usergetattributes -u$a", ["E110"]),
        ("iam-usergetattributes -u =bob", []),
        ("iam-usergetattributes -u bob --url=http://x", []),
        ("iam-usercreate \u2013u \u201cbob smith\u201d -z", ["E106", "E106"]),
        ("iam\u2013usercreate -u bob", ["E106"]),
        ("iam-usercreate -u '\u2013staff'", ["E105"]),
        ("iam-useruploadpolicy -u bob -p p -o '{\u201cStatement\u201d:[]}'", ["E106"]),
        ("iam-usergetattributes -u bob -- x", ["E108"]),
        ('iam-useruploadpolicy -z -o {"Statement": [{"Effect": "Allow"}]}', ["E107"]),
        # Values that are known through variables.
        ('name="bob smith"\niam-usercreate -u "$name"', ["E105"]),
        ('name="bob smith"\niam-usercreate -u $name', ["E108"]),
        ('name=bob\nname="a b"\niam-usercreate -u "$name"', ["E105"]),
        ('if a; then name="a b"; fi\niam-usercreate -u "$name"', []),
        ('for name in "a b"; do iam-usercreate -u "$name"; done', ["E105"]),
        ('name="a b"\niam-usercreate -u "${name:-x}"', ["E105"]),
        ('name="a b"\nread name\niam-usercreate -u "$name"', []),
        ('name="a b"\nread "$other" name\niam-usercreate -u "$name"', []),
        ('name="a b"\ngetopts a: name\niam-usercreate -u "$name"', []),
        ('cmd="iam-usercreate -u bob -z"\n$cmd || exit 1', ["E102"]),
        ("sudo=\n$sudo iam-usercreate -u bob -z", ["E102"]),
        ('a="s3:*"\niam-useraddpolicy -u b -p p -e Allow -a $a -r x', ["W201"]),
        (f"p='{POLICY}'\niam-useruploadpolicy -u bob -p all -o \"$p\"", []),
        ("iam-useruploadpolicy -u bob -p all -o '{\"Statement\":'", ["E107"]),
        ('iam-useruploadpolicy -u bob -p all -o "{"Statement":[]}"', ["E107"]),
        ('iam-useruploadpolicy -u bob -p all -o {"Resource":"$ARN"}', ["E107"]),
        ("iam-useruploadpolicy -u bob -p all -o {Id{a,b}{c,d}}", ["E107"]),
        # Options in arrays.
        ('a=(-u bob # the user\n -z)\niam-usergetattributes "${a[@]}"', ["E102"]),
        ('declare -a a=(-u)\na+=("bob smith")\niam-usercreate "${a[@]}"', ["E105"]),
        ('a=(-u bob)\nb=("${a[@]}" -z)\niam-usercreate "${b[@]}"', ["E102"]),
        ('a=(-u bob)\niam-groupadduser "${a[@]}"', ["E103"]),
        ('a=()\niam-groupadduser -g Admin "${a[@]}"', ["E103"]),
        ('a=(-u "$1" -z)\nf() { iam-usercreate "${a[@]}"; }', ["E102"]),
        # Values that may have changed.
        ('f() { name=bob; }\nname="a b"\nf\niam-usercreate -u "$name"', []),
        ('IFS=:\nname="a b"\niam-usercreate -u $name', []),
        # Values.
        ("iam-usercreate -u ''", ["E105"]),
        ("iam-usercreate -u bob -p '/my staff/'", ["E105"]),
        ("iam-userlistbypath -p staff", ["E105"]),
        ("iam-userlistbypath -i 0", ["E105"]),
        ("iam-userlistbypath -i 1001", ["E105"]),
        ("iam-accountaliascreate -a 123456789012", ["E105"]),
        ("iam-accountaliascreate -a a--b", ["E105"]),
        ("iam-accountmodpasswordpolicy -m 5", ["E105"]),
        ("iam-virtualmfadevicelist -t assigned", ["E105"]),
        ("iam-virtualmfadevicecreate -s phone -b base32string", []),
        (f"iam-usercreate -u {'a' * 65}", ["E105"]),
        (f"iam-groupcreate -g {'a' * 128}", []),
        ("iam-useraddkey -u bob -o -", ["E105"]),
        # Options that exclude each other, or require another one.
        ("iam-usercreate -u bob -o bob.key", ["E103"]),
        ("iam-rolecreate -r r -s ec2.amazonaws.com -f /dev/null", ["E104"]),
        ("iam-userlistpolicies -u bob -a -v", ["E104"]),
        ("iam-accountmodpasswordpolicy --reset -n", ["E104"]),
        # Several findings about one command.
        ("iam-usercreate -u bob | grep error | sort", ["W206"]),
        ("local key=$(iam-useraddkey -u bob smith)", ["W207", "E108"]),
        ("read id key <<< $(iam-useraddkey -u bob)", ["W209", "W207"]),
        (
            "read a b <<< $(iam-servercertupload -s s -b /dev/null -k /dev/null -v)",
            ["W209", "W207"],
        ),
        ("umask 070\niam-useraddkey -u bob > key", ["W205"]),
        ("iam-userlistbypath -p /?/", ["W201"]),
        ("set +e\nset -e\nset +e\nkey=$(iam-useraddkey -u bob)", ["W207"]),
        ("set -- -e\nkey=$(iam-useraddkey -u bob)", ["W207"]),
        ("set x -e\nkey=$(iam-useraddkey -u bob)", ["W207"]),
        ("trap - ERR\nkey=$(iam-useraddkey -u bob)", ["W207"]),
        ("umask u=rwx,go=r\niam-useraddkey -u bob > key", ["W205"]),
        # It does not go into the pipe.
        ("exec 2>&1\niam-userdel -u bob | grep -q NoSuchEntity", ["W206"]),
        ("cat <<A && iam-userdel -R || iam-userdel -Q\na\nA", ["E102", "E102"]),
        ("iam-userlistbypath | xargs -n 1 echo", []),
        ("iam-userlistbypath | xargs -n 1 iam-userdel -u", ["W202"]),
        ("iam-userlistbypath | cut -d/ -f2 | sort | xargs -I{} iam-userdel -u {}", ["W202"]),
        ("iam-userlistbypath | cut -sd/ -f2 | xargs -I{} iam-userdel -u {}", []),
        ("iam-userlistbypath | sort | wc -l", ["W202"]),
        ("iam-userlistbypath | grep arn | sort | wc -l", []),
        ('users=($(iam-userlistbypath))\nfor u in "${users[@]}"; do echo $u; done', ["W202"]),
        ("for u in $(iam-userlistbypath || exit); do echo $u; done", ["W202"]),
        ("iam-usergetattributes -u bob | awk '/error/ { exit 1 }'", ["W206"]),
        ("keys=($(iam-useraddkey -u bob))", ["W207"]),
        ('retry() { "${@:2}"; }\nretry 3 iam-usergetattributes -u bob -z', ["E102"]),
        ("mapfile -t users < <(iam-userlistbypath)", ["W202"]),
        ("while read u; do echo $u; done < <(iam-userlistbypath)", ["W202"]),
        ("{ iam-useraddkey -u bob; } >> keys", ["W205"]),
        ('key=$(iam-useraddkey -u bob) || exit\necho "$key" > key', ["W205"]),
        ("iam-userchangepassword -o old -n new", ["W205"]),
        ("case $(iam-usergetattributes -u bob) in *NoSuch*) exit ;; esac", ["W206"]),
        ('grep -q error <<< "$(iam-usergetattributes -u bob)"', ["W206"]),
        ("cd /\niam-useruploadpolicy -u bob -p all -f no-such-file", ["W208"]),
        ("f=/none/x/\nd=${f%/}\niam-useruploadpolicy -u b -p p -f ${d%/*}/y", ["W208"]),
        ("f=x/none\niam-useruploadpolicy -u bob -p all -f ${f##*/}", ["W208"]),
        ('cd "$(dirname "$0")"\niam-useruploadpolicy -u bob -p all -f no-such-file', ["W208"]),
        ("iam-roledel -c -r $1", ["W210"]),
        ('sh -c \'iam-roledel -c -r "$1"\' sh "$2"', ["W210"]),
        ("sh -c 'iam-usercreate -u \"$1\"' sh 'a b'", ["E105"]),
        ("xargs -I{} sh -c \"iam-userdel -r -u '$1'\" sh {} < users", ["W210"]),
        # What is redirected at the end of a pipe is the output of its last command.
        ("if iam-userdel -u bob | grep NoSuchEntity > /dev/null 2>&1; then exit; fi", ["W206"]),
        ("! iam-userdel -u bob | grep NoSuchEntity 2>&1", ["W206"]),
        ("{ iam-userdel -u bob | grep NoSuchEntity; } 2>&1", ["W206"]),
        ("set -o pipefail\niam-useraddkey -u bob | tr a-z A-Z > key", ["W205"]),
        ("sort u | while read u; do echo $u; done < <(iam-userlistbypath) > out", ["W202"]),
        # Filters that pass the footer on.
        ("for u in $(iam-userlistbypath | cut -d/ -f2); do echo $u; done", ["W202"]),
        ("for u in $(iam-userlistbypath | cut -d' ' -f2); do echo $u; done", ["W202"]),
        ("for u in $(iam-userlistbypath | cut -c9-); do echo $u; done", ["W202"]),
        ("for u in $(iam-userlistbypath | awk -F/ '{print $NF}'); do echo $u; done", ["W202"]),
        ("for u in $(iam-userlistbypath | awk '{ print $2; }'); do echo $u; done", ["W202"]),
        ("for u in $(iam-userlistbypath | sed 's/.*\\///'); do echo $u; done", ["W202"]),
        ("for u in $(iam-userlistbypath | sort | uniq); do echo $u; done", ["W202"]),
        ("iam-userlistbypath | sed 's#.*/##' | xargs -n1 iam-userlistkeys -u", ["W202"]),
        ("u=`iam-userlistbypath | sort`\nfor u in $u; do echo $u; done", ["W202"]),
        ("mapfile -t u < <(iam-userlistbypath | sort)", ["W202"]),
        # Other loops.
        ("iam-userlistbypath | (while read u; do echo $u; done)", ["W202"]),
        ("iam-userlistbypath | { # all\nwhile read u; do echo $u; done; }", ["W202"]),
        ("{ while read u; do echo $u; done; } < <(iam-userlistbypath)", ["W202"]),
        ("while read u; do echo $u; done <<E\n$(iam-userlistbypath)\nE", ["W202"]),
        # Tests that also hold for the footer, or of something else.
        ('iam-userlistbypath | while read u && [ -n "$u" ]; do echo $u; done', ["W202"]),
        ('iam-userlistbypath | while IFS= read -r u; do [ "$u" ] && echo $u; done', ["W202"]),
        ("for u in $(iam-userlistbypath); do [ $V = 1 ] && echo $u; done", ["W202"]),
        ('for u in $(iam-userlistbypath); do [ -n "$u" ] && echo n=$u; done', ["W202"]),
        ("key=$(iam-useraddkey -u bob)\n# no test\necho done\nexit $?", ["W207"]),
        ('local key=$(iam-useraddkey -u bob | tail -1)\n[ -n "$key" ] || return', ["W207"]),
        ("iam-usergetattributes -u bob - 2>&1", ["E108"]),
        ("iam-userlistkeys -u bob | grep -i -A 1 -e active", ["W203"]),
        ("iam-userlistkeys -u bob | fgrep -i active", ["W203"]),
        ("iam-userlistkeys -u bob | grep --ignore-case Active", ["W203"]),
        ("iam-userlistkeys -u bob | grep '[[:alnum:]]*active'", ["W203"]),
        ("iam-userlistkeys -u b | grep -E '[[:upper:]n]?active'", ["W203"]),
        ("iam-userlistkeys -u b | grep -E '^[[:upper:]]ctive'", []),
        # The character class is not followed.
        ("iam-userlistkeys -u b | grep -i '[[:print:]]*active'", []),
        ("tar xf policies.tar\nls\niam-useruploadpolicy -u bob -p all -f policy.json", []),
        # What precedes a part that cannot be read.
        ("{\niam-userdel -R & iam-groupdel -R\nfor x in", ["E102", "E102"]),
        # Standard input that a loop and a command read.
        ("while read o && read n; do iam-userchangepassword -o - -n -; done < users", ["W211"]),
        ("if a; then while read u; do (iam-usermodloginprofile -u $u -p -); done; fi", ["W211"]),
        ("while read u && iam-usermodloginprofile -u $u -p -; do echo $u; done", ["W211"]),
        (
            "while read u; do for x in 1; do iam-usermodloginprofile -u $u -p -; done; done",
            ["W211"],
        ),
        (
            "a() { a; b; }\nb() { iam-usermodloginprofile -p - -u x; }\nwhile read u; do a; done",
            ["W211"],
        ),
        ("while read u; do sudo iam-usermodloginprofile -u $u -p -; done 2>&1 3<x", ["W211"]),
        # Names that may be empty.
        ('for u in "$1" bob; do iam-userdel -r -u $u; done', ["W210"]),
        ('if [ "$1" = x ]; then echo x; fi\niam-userdel -r -u $1', ["W210"]),
        ('if [ "x$1" = "x-h" ]; then echo x; fi\niam-userdel -r -u $1', ["W210"]),
        ("while read u; do iam-userdel -r -u $u; done", ["W210"]),
        # A name that may be empty after one of the branches.
        ("if a; then u=bob; else u=$1; fi; iam-userdel -r -u $u", ["W210"]),
        ("if a; then u=$1; else u=bob; fi; iam-userdel -r -u $u", ["W210"]),
        ("if a; then u=b; elif b; then u=$1; else u=c; fi; iam-userdel -r -u $u", ["W210"]),
        ("if a; then u=b; elif b; then u=c; else u=$1; fi; iam-userdel -r -u $u", ["W210"]),
        ("if a; then u=bob; fi; iam-userdel -r -u $u", ["W210"]),
        ("u=bob; if a; then unset u; fi; iam-userdel -r -u $u", ["W210"]),
        ("case $1 in a) u=bob ;; b) u= ;; *) u=al ;; esac; iam-userdel -r -u $u", ["W210"]),
        ("u=x; case $1 in a) u=$2 ;; b) u=al ;; esac; iam-userdel -r -u $u", ["W210"]),
        # A name that only one of the branches sets.
        ('if a; then b; else u="a b"; fi; iam-usercreate -u "$u"', []),
        ('k=$(iam-usergetattributes -u bob)\nread a b <<< "$(echo "$k")"', ["W209"]),
        ("if iam-userdel -u bob | grep -q 'cannot be found'; then exit; fi", ["W206"]),
        ('iam-groupcreate -g Devs | grep -i "already exists" && exit', ["W206"]),
        ('iam-groupdel -g Devs | grep "Cannot delete entity"', ["W206"]),
        # What xargs replaces in a script.
        ("xargs -I{} sh -c 'iam-usercreate -u {} -z' < users", ["E102"]),
        ("xargs -I% sh -c 'iam-usercreate -u {}' < users", ["E105"]),
        ("xargs -n1 sh -c 'iam-usercreate -u {}' < users", ["E105"]),
        ("xargs -i iam-groupadduser -u {} < users", ["E103"]),
        ("find . -exec iam-groupadduser -u {} \\;", ["E103"]),
        ("iam-groupadduser -u $((1 + 1))", ["E103"]),
        ("iam-usercreate -u bob \\ \n  -k", ["E108"]),
        ("sudo iam-groupadduser -g Admin \\\t \n  -u bob", ["E108"]),
        ("eval iam-usercreate -u bob -z", ["E102"]),
        ("sh -c 'iam-usergetattributes -z", ["E109"]),
        ("eval iam-usercreate -u '\"bob smith\"'", ["E105"]),
        ('iam="$AWS_IAM_HOME/bin"\n$iam/iam-usercraete -u bob', ["E101"]),
        ('iam="$OTHER_HOME/bin"\n$iam/iam-usercraete -u bob', []),
        # Counts.
        ("if [ $(iam-userlistbypath | wc -l) -gt 0 ]; then echo users; fi", ["W202"]),
        ("expr `iam-userlistbypath | wc -l` - 10", ["W202"]),
        ("iam-userlistbypath | grep -c ''", ["W202"]),
        ("iam-userlistbypath | grep -ic .", ["W202"]),
        ("iam-userlistbypath | awk 'END {print NR}'", ["W202"]),
        ("iam-userlistbypath | cut -d/ -f2 | sed -n '$='", ["W202"]),
        ('u=$(iam-userlistbypath)\nfor v in $(echo "$u" | sort); do echo $v; done', ["W202"]),
        ("u=$(iam-userlistbypath)\nfor v in $(echo $u); do echo $v; done", ["W202"]),
        ("u=$(iam-userlistbypath)\necho $u | xargs -n1 iam-userlistkeys -u", ["W202"]),
        ("for u in $(iam-userlistbypath | sed -e 's/:/ /' -e s/a/b/); do :; done", ["W202"]),
        ("set -o pipefail\niam-useraddkey -u bob | sed -n 2p > key", ["W205"]),
        ("set -o pipefail\niam-useraddkey -u bob | awk 'NR==2 {print}' | tee key", ["W205"]),
        # A secret is in a file before chmod, or in another file.
        ("iam-useraddkey -u bob > key.txt\nchmod 600 key.txt", ["W205"]),
        ("chmod 600 id\niam-useraddkey -u bob > key", ["W205"]),
        ("iam-usercreate -u bob -k > id", ["W205"]),
        ("iam-usermodloginprofile -u bob -p=secret", ["E110", "W205"]),
        ("setopt errexit\nunsetopt errexit\nkey=$(iam-useraddkey -u bob)", ["W207"]),
        ("key=$(iam-useraddkey -u bob) <<E\nE", ["W207"]),
        ("x=1\niam-usergetattributes -u bob | grep -q error", ["W206"]),
        ('{ read a b; } <<< "$(iam-usergetattributes -u bob)"', ["W209"]),
        # sudo runs no function, and an alias is none.
        ("iam-usergetattributes() { echo; }\nsudo iam-usergetattributes -z", ["E102"]),
        ("alias iam-userdel='iam-userdel -u bob'\niam-userdel -R", ["E102"]),
        ("alias $X ud=iam-userdel\nud -R", ["E102"]),
        ("chmod $X key\niam-useraddkey -u bob > key", ["W205"]),
        ("key=$(iam-useraddkey -u bob 2> log)", ["W207"]),
        ("iam-usercreate -u bob -v | grep -q arn:", ["W207"]),
        ("iam-userdel -u bob 1>&2 | grep -q error", ["W206"]),
        ("case $(iam-userdel -u bob) in ok) ;; *error*) exit ;; esac", ["W206"]),
        ('test "$(iam-userdel -u bob)" = error', ["W206"]),
        ("iam-userdel -u bob | awk -F: '/error/'", ["W206"]),
        ("iam-userdel -u bob | awk -F : '/error/'", ["W206"]),
        ("[[ $(iam-userdel -u bob) == *err\\\nor* ]]", ["W206"]),
        ("iam-userlistkeys -u bob | grep . | grep -i active", ["W203"]),
        ("iam-userlistkeys -u bob | grep -v IsTruncated | grep -i active", ["W203"]),
        ("read a b <<< $(iam-groupcreate -g Admin -v)", ["W209", "W207"]),
        ("read $X a b <<< $(iam-usergetattributes -u bob)", ["W209"]),
        ('while read u; do iam-usermodloginprofile -u $u -p "$p"; done < users', ["W205"]),
        ("iam-userlistbypath | while read u; [ a ]; do echo $u; done", ["W202"]),
        ("iam-userlistbypath | xargs -n1 sudo iam-userdel -u", ["W202"]),
        ('wc -l <<< "$(iam-userlistbypath)"', ["W202"]),
        ("wc -l < <(iam-userlistbypath)", ["W202"]),
        ("iam-userlistbypath | wc -l\nn=$((m - 1))", ["W202"]),
        ("f() { iam-userlistbypath | wc -l; [ $(date +%d) -gt 1 ]; }", ["W202"]),
        ("iam-userdel -r -u ${1:-$2}", ["W210"]),
        ('name="a b"\ncat -v name\niam-usercreate -u "$name"', ["E105"]),
        ('name="a b"\niam-usercreate -u "${name:?}"', ["E105"]),
        ('name="a b"\niam-usercreate -u "${name?}"', ["E105"]),
        ('name="a b"\niam-usercreate -u "${name-x}"', ["E105"]),
        ('name="a b"\niam-usercreate -u "${name:=x}"', ["E105"]),
        ('name="a b"\niam-usercreate -u "${name=x}"', ["E105"]),
        ("iam-usercreate -u bob$", ["E105"]),
        ("name='{a,b}'\niam-usercreate -u $name", ["E105"]),
        ('name="a b"\nexport name\niam-usercreate -u "$name"', ["E105"]),
        ("iam-usergetattributes() { echo; }\n/opt/iam-usergetattributes -z", ["E102"]),
        ("if iam-usercreate -u bob -v | sort; then date; fi", ["W207"]),
        (f"sort < p.json\n{UPLOAD} p.json", ["W208"]),
        ('name="a b"\nprintf %s name\niam-usercreate -u "$name"', ["E105"]),
        ("iam-usermodloginprofile \u2013u bob -p secret", ["E106"]),
        ("iam-userlistkeys -u bob | grep -i active | while read k; do echo $k; done", ["W203"]),
        ("bash <<'E'\niam-usercreate -u \\$X\nE", ["E105"]),
        ("iam-useruploadpolicy -u bob -p all -o", ["E108"]),
        ('iam-useruploadpolicy \u2013u bob -p all -o {"Statement":[]}', ["E106"]),
        ("IAMCLI_STRICT=0 iam-usergetattributes -u bob | grep -q error", ["W206"]),
        ("iam-userchangepassword -o - -n new", ["W205"]),
        ("iam-userchangepassword -o old -n -", ["W205"]),
        ("iam-x\nAWS_IAM_HOME=/opt/iam\n$AWS_IAM_HOME/bin/iam-nothing", ["E101", "E101"]),
        ("x=$AWS_IAM_HOME/bin\n$x/iam-nothing", ["E101"]),
        ('name="a b"\nread -rp name x\niam-usercreate -u "$name"', ["E105"]),
        ("sh -c 'iam-userdel -r -u \"$1\"' sh", ["W210"]),
        ("sh -c 'iam-userdel -r -u \"$0\"'", ["W210"]),
        ("IFS=:\nu=\niam-userdel -r -u $u", ["W210"]),
        ("f=none\niam-useruploadpolicy -u bob -p all -f ${f%/*}", ["W208"]),
        ('name=b\niam-usercreate -u "a $name"', ["E105"]),
        ('name=b\niam-usercreate -u "a ${name}"', ["E105"]),
        ('name=b\niam-usercreate -u "$name "', ["E105"]),
        ('u="a b"\niam-usercreate -u x$u', ["E108"]),
        ('u="a b"\niam-usercreate -u x"$u"', ["E105"]),
        ('u="a\tb"\niam-usercreate -u $u', ["E108"]),
        ('u="a\nb"\niam-usercreate -u $u', ["E108"]),
        ('u=" "\niam-usercreate -u $u', ["E108"]),
        ("u=\niam-groupadduser -u bob $u", ["E103"]),
        ('u=\niam-groupadduser -u bob "$u"', ["E108"]),
        ('a="-g x"\niam-groupadduser -u bob "$a"', ["E105"]),
        ("u=*\niam-userlistbypath -p $u", ["E105", "W201"]),
        ('u=*\niam-userlistbypath -p "/$u/"', []),
        ("iam-groupadduser -u '{a,b}'", ["E103", "E105"]),
        ('name="a b"\nnome=${y:+ (>> $z)}\niam-usercreate -u "$name"', ["E105"]),
        ('x=$"a b"\niam-usercreate -u "$x"', ["E105"]),
        ("set -o pipefail\niam-useraddkey -u bob | xargs > key", ["W205"]),
        ("key=$(iam-useraddkey -u bob) <<E || x\nE", []),
        ("key=$(iam-useraddkey -u bob) <<E && x\nE", []),
        ("k=$(iam-useraddkey -u bob <<E\nE\n)", ["W207"]),
        ("local k=$(iam-useraddkey -u bob <<E\nE\n)", ["W207"]),
        ("local k=$(iam-useraddkey -u bob <<E | x\nE\n)", ["W207"]),
        ("for u in $(iam-userlistbypath <<E\nE\n); do echo $u; done", ["W202"]),
        ("for u in $(iam-userlistbypath # x\n); do echo $u; done", ["W202"]),
        ("iam-useraddkey -u bob > k <<E\nE", ["W205"]),
        ("iam-useraddkey -u bob <<E > k\nE", ["W205"]),
        (
            "f() { iam-useraddloginprofile -u $2 -p -; }\nwhile read u; do f <(date) $u; done",
            ["W211"],
        ),
    ],
)
def test_what_is_reported(script: str, expected: list[str], tmp_path: Path) -> None:
    assert codes(tmp_path, script) == expected


@pytest.mark.parametrize(
    ("script", "code", "fix"),
    [
        # A variable that cannot be changed is not declared before it is assigned.
        ("readonly k=$(iam-useraddkey -u bob)", "W207", "assign k first, then run readonly k"),
        ("export A=1 k=$(iam-useraddkey -u bob)", "W207", "assign k first, then run export k"),
        (
            "local -r k=$(iam-useraddkey -u bob)",
            "W207",
            "declare k without -r first, then assign it",
        ),
        ("declare -x k=$(iam-useraddkey -u bob)", "W207", "declare k first, then assign it"),
        (
            "p='{\"Statement\": []}'\niam-useruploadpolicy -u bob -p all -o $p",
            "E107",
            'type "$p"',
        ),
        (
            "iam-usergetattributes -u 'bob smith'",
            "E105",
            "allowed: 1 to 64 characters: letters, digits and any of +=,.@-_",
        ),
        (
            "iam-usercreate -u bob -t Owner",
            "E105",
            "allowed: KEY=VALUE, at most 50 tags; split at the first =; the value may be empty",
        ),
        ("iam-usergetattributes \u2013-url=http://x", "E106", "type --url=http://x"),
        ("iam-usercreate bob", "E108", "remove it, or put an option before it"),
        ("iam-userlistbypaht -p /staff/", "E101", "did you mean iam-userlistbypath?"),
        ("iam-nothing", "E101", "run iamcli for a list of the commands"),
        (
            "iam-usermodkey -u bob -k AKIAIOSFODNN7EXAMPLE -s Off",
            "E105",
            "use Active or Inactive",
        ),
        (
            "iam-virtualmfadevicelist -t assigned",
            "E105",
            "allowed: Assigned, Unassigned or Any; sent as typed",
        ),
        ("iam-usergetattributes -u=$1", "E110", "write: -u $1"),
        ('iam-usergetattributes -u="a $1"', "E110", 'write: -u "a $1"'),
        ('iam-usergetattributes "-u=$1"', "E110", "write: -u USERNAME"),
        ('a="s3:*"\niam-useraddpolicy -u b -p p -e Allow -a $a -r x', "W201", 'type "$a"'),
        ("iam-userlistbypath -p `date`*", "W201", 'type "`date`*"'),
        (
            'p="[]"\niam-useruploadpolicy -u bob -p all -o {"Statement":$p}',
            "E107",
            (
                "put it in single quotes: "
                "iam-useruploadpolicy -u bob -p all -o '{\"Statement\":[...]}'"
            ),
        ),
        (
            "iam-usergetattributes -u bob smith",
            "E108",
            "remove it; if it belongs to the value of -u, put the value in quotes",
        ),
        (
            'iam-useruploadpolicy -u bob -p all -o {"Statement":[]}',
            "E107",
            (
                "put it in single quotes: "
                "iam-useruploadpolicy -u bob -p all -o '{\"Statement\":[...]}'"
            ),
        ),
    ],
)
def test_what_to_do(script: str, code: str, fix: str, tmp_path: Path) -> None:
    found = checked(tmp_path, script).findings
    assert [(each.code, each.fix) for each in found] == [(code, fix)]


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("iam-useraddloginprofile -u bob -p - Secret1", "an unexpected word"),
        ("iam-userlistpolicies -u bob -a -p x -v", "-a and -p exclude each other"),
        (
            "iam-useruploadpolicy -u bob -p all -o '{\"Statement\":'",
            "the policy of -o, line 1, column 14: not JSON (Expecting value)",
        ),
        (
            f"iam-useruploadpolicy -u bob -p all -o '{'[' * 5000}'",
            "the policy of -o: nested too deeply",
        ),
        ("iam-useruploadpolicy -u bob -p all -f /none/p", "/none/p does not exist"),
        (
            "iam-userenablemfadevice -u bob -s arn:aws:iam::1:mfa/x -c1 12345 -c2 123456",
            "the value cannot be a code of an MFA device: it has 5 characters",
        ),
        (
            '[[ $(iam-userdel -u bob) == "error $x $(y) ${z} $((1)) $x ." ]]',
            ('"error      ." is looked for on standard output, but errors are on standard error'),
        ),
        (
            r"iam-usercreate -u $'\n\t\r\a\b\e\f\v\x'",
            '"\n\t\r\a\b\x1b\f\vx" cannot be a user name',
        ),
        ("iam-accountaliascreate -a a", '"a" cannot be an account alias: it has 1 character'),
    ],
    ids=[
        "secret",
        "options",
        "policy",
        "deep policy",
        "absolute name",
        "code",
        "spaces",
        "escapes",
        "one character",
    ],
)
def test_what_is_wrong(script: str, message: str, tmp_path: Path) -> None:
    (finding,) = checked(tmp_path, script).findings
    assert finding.message == message


@pytest.mark.parametrize("name", ["no-such-file", "./no-such-file", "none/no-such-file"])
def test_the_directory_is_where_the_name_is_looked_up(name: str, tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    script = f"cd ./sub\niam-useruploadpolicy -u bob -p all -f {name}"
    (finding,) = checked(tmp_path, script).findings
    assert finding.message == f"{name} does not exist in {tmp_path}/sub"


def test_every_name_has_a_limit() -> None:
    for command in index.commands():
        for option in command.options:
            if "letters" in option.limits:
                assert limits.refused(option, "no name: \u00e4"), (command.name, option.name)


def test_a_file_that_is_there_is_no_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "p.json").write_text(POLICY)
    upload = "iam-useruploadpolicy -u bob -p all -f"
    assert codes(tmp_path, f"{upload} sub/p.json") == []
    assert codes(tmp_path, f"cd sub\n{upload} p.json") == []
    assert codes(tmp_path, f"(cd sub; {upload} p.json)\n{upload} p.json") == ["W208"]
    monkeypatch.setenv("HOME", str(tmp_path))
    assert codes(tmp_path, f"{upload} ~/sub/p.json") == []
    assert codes(tmp_path, f"{upload} '~/sub/p.json'") == ["W208"]
    assert codes(tmp_path, f'{upload} "{tmp_path}/sub/p.json"') == []
    assert codes(tmp_path, f"{upload} \\~/sub/p.json") == ["W208"]
    for name in ("cd", "cd -P", "cd -L", "cd --", "pushd", "chdir"):
        script = f"{name} sub\n{upload} p.json\n{upload} sub/p.json"
        assert codes(tmp_path, script) == ["W208"], script
    for name in ("popd", "popd sub", "cd -", "cd", "cd sub sub", "pushd"):
        script = f"cd sub\n{name}\n{upload} no-such-file"
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
        *(
            f"iam-groupadduser -u {word}"
            for word in (
                *(
                    "$#",
                    "$?",
                    "$$",
                    "$!",
                    "$-",
                    "${#x}",
                    "${#}",
                    "${?}",
                    "${$}",
                    "${!}",
                    "${#x[@]}",
                ),
                *("$((1))", "x$!", "<(a)", "x$$", "''$?"),
            )
        ),
    ],
    "E104": [
        *("iam-userlistpolicies -u bob -p a -a", "iam-userlistpolicies -u bob -a -v"),
        *("iam-grouplistpolicies -g Admin -p a -a", "iam-grouplistpolicies -g Admin -a -v"),
        *("iam-rolelistpolicies -r webserver -p a -a", "iam-rolelistpolicies -r webserver -a -v"),
        *(f"iam-accountmodpasswordpolicy --reset {option}" for option in ("-l", "-n", "-s", "-u")),
        *("iam-accountmodpasswordpolicy --reset -m 8", "iam-rolecreate -r webserver"),
    ],
    "E108": [
        *(
            f"iam-usergetattributes -u bob {word}"
            for word in (
                *(
                    "=",
                    "!=",
                    "$",
                    "\\<",
                    "{",
                    "}",
                    "[",
                    "]",
                    "!",
                    "5",
                    "'a'",
                    "$'a'",
                    '"a"',
                    "a",
                    "x=y",
                ),
                *('$"a b"', "a\\ b", "+", "%"),
            )
        ),
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
    "W203": [
        *(
            f"iam-userlistkeys -u bob | grep -i {option} active"
            for option in ("-A 1", "-B 1", "-C 1", "-m 1", "-d skip", "-e", "-E", "-P", "-F", "-q")
        ),
        *(
            f"iam-userlistkeys -u bob | grep '[[:{name}:]]*active'"
            for name in ("alnum", "alpha", "blank", "digit", "lower", "space", "upper")
        ),
        *(
            f"iam-userlistcerts -u bob | {search}"
            for search in (
                *("grep -y active", "egrep -i '(active)'", "grep -i '\\(active\\)'"),
                *("grep -i 'active\\>'", "grep -i 'active$'", "fgrep -i active"),
            )
        ),
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
        *(f"f() {{ {KEY} > k; }}", f"> k {KEY}", f"x=1 {KEY} > k", f"sudo {KEY} > k"),
        *(f"{{ x && {KEY}; }} > k", f"{{ {KEY} && x; }} > k", f"{KEY} > a > k"),
        *(f"{KEY} > /dev/null > k", f"{KEY} > $(x)", f"eval '{KEY}' > k", f"echo $({KEY}) > k"),
        *("iam-usercreate -u bob -k > key", "iam-virtualmfadevicecreate -s a -b QRCodePNG > key"),
    ],
    "W206": [
        *(
            f"iam-userdel -u bob | grep '{word}'"
            for word in (
                *("errors", "[Ee]rror", "malformed", "nosuch", "alreadyexists", "access denied"),
                *("AccessDenied", "DeleteConflict", "LimitExceeded", "InvalidClientToken"),
                *("SignatureDoesNotMatch", "InvalidInput", "ValidationError", "Throttling"),
                *("exception", "not authorized", "cannot be found", "already exist"),
                *("cannot delete entity", "rate exceeded"),
            )
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
def test_each_line_has_the_finding(code: str, tmp_path: Path) -> None:
    script = ["set -o pipefail", *EACH[code]]
    found = checked(tmp_path, "\n".join(script)).findings
    assert [(script[each.line - 2], each.code) for each in found] == [
        (line, code) for line in EACH[code]
    ]


def test_no_line_has_a_finding(tmp_path: Path) -> None:
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
        *(f"{KEY} | tee -a /dev/null", f'echo "$({KEY})"', "iam-userlistbypath | grep -i active"),
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
        *(f"{KEY} && x > k", f"({KEY} | x) > k", f"f() {{ {KEY}; }} > k", f"{KEY} 3> k"),
        *(f"{KEY} < k", f"sh -c '{KEY}' > k"),
        "iam-userlistkeys -u bob | grep -i 'active('",
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
def test_a_file_that_is_made_is_not_missing(writer: str, tmp_path: Path) -> None:
    assert codes(tmp_path, f"{writer}\n{UPLOAD} ./p.json") == []
