"""iamcli check: what is known of variables, settings and names after other statements."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
from support.checking import checked, codes

if TYPE_CHECKING:
    from pathlib import Path

#: Commands, and the statements after which there is a finding in them, or none. @ is n="a b".
AFTER = {
    'iam-usercreate -u "$n"': {
        "E105": [
            *("if a; then @; else @; fi", "@; if a; then @; fi", "@; a && @", "@; (n=c)"),
            *("n=c; { @; }", "@; n=c | a", "@; while a; do b; done", "@; for x in a; do b; done"),
            *("for n in 'a b'; do iam-usercreate -u \"$n\"; done", "@; case x in a) b;; esac"),
            *("@; f() { b; }; f", "@; x=$(n=c)", "@; sh -c 'n=c'", "@; unset m", "@; export n"),
            *("@; local m", "local @", "export @", "readonly @", "m=c @", "n=c a; @"),
            *("@; mapfile -d n m", "@; read -n n m", "@; getopts n m", "@; printf -v m n"),
            *("@; printf n", "@; while b; do (( n += 1 )); done"),
        ],
        "": [
            *("@; if a; then n=c; fi", "@; a && n=c", "@; { n=c; }", "@; a | n=c"),
            *("@; while a; do n=c; done", "@; for x in a; do n=c; done"),
            *("@; for n in c; do b; done", "@; case x in a) n=c;; esac", "@; eval 'n=c'"),
            *("@; eval b", "@; select n in a; do b; done", "@; n+=c", "@; n[1]=c", "@; unset n"),
            *("@; local n", "@ a", "@; mapfile n", "@; readarray n", "@; mapfile -t n"),
            *("@; read m n", "@; read -t 5 n", "@; getopts m n", "@; printf -v n x", "@; read - n"),
            *("@; while read n; do b; done", "@; while b; do printf -v n x; done"),
            *("@; while b; do unset n; done", "@; while b; do getopts x n; done"),
            *("@; for ((n=0;;)); do b; done", "@; while b; do n[1]=c; done"),
            *("@; while b; do n+=c; done", "@; until b; do mapfile n; done"),
            *("@; until b; do readarray n; done", "@; until b; do select n in b; do c; done; done"),
        ],
    },
    "iam-userdel -r -u $u": {
        "W210": [
            *("u=$1$2", "u=$1; u+=$2", "u=$(a)", "u=`a`", 'u="$1"', "u=$v", "read u"),
            *("unset u", "u=b; unset u", "local u", "u=b; local u", "u=b; while a; do u=$1; done"),
            *("for u in b; do :; done", "u=b; a && u=$1", "u=$1; a && u=c"),
            *("if a; then u=b; else u=$1; fi", "case x in a) u=b;; *) u=c;; esac", "[ -f $u ]"),
            *("[ $u = a ]", '[ "x$u" = "xa" ]', "a ${u:-b}", "case $v in a) b;; esac"),
            *("echo $u | sed a", "expr $u + a", "[ -n $v ]", "test -f $u", "echo $u", "[ $#x ]"),
            *("[ $# = 1 ]", "set +u", "set -e", "set -u; set +u"),
        ],
        "E108": ["u=''"],
        "": [
            *("u=b$1", "u=; u+=b", "u=b; u+=$1", "u=$((1))", "u=$$", "v=b; u=$v", "printf -v u b"),
            *("u=b; while a; do u=c; done", "u=b; a && u=c", "if a; then u=b; else u=c; fi"),
            *("u=b; case x in a) u=c;; esac", "[ -n $u ]", '[ -n "$u" ]', '[ -z "${u}" ]'),
            *('[ "$u" ]', '[ ! "$u" ]', "[[ $u ]]", "[[ ! $u ]]", 'test "$u"', "test $u && a"),
            *('[ "$u" = "" ]', '[ "$u" != "" ]', '[ "$u" == "" ]', "[ $u = '' ]", "[ x$u = x ]"),
            *('[ "x$u" = "x" ]', '[ "x$u" != "x" ]', "[[ $u =~ a ]]", "a ${#u}", "a ${u:?}"),
            *("a ${u?}", "case $u in a) b;; esac", 'case "$u" in a) b;; esac'),
            *("case x$u in a) b;; esac", "echo $u | grep a", 'echo "$u" | egrep a'),
            *("echo $u | fgrep a", "expr $u : a", 'expr "x$u" : a', "set -u", "set -o nounset"),
            *("set -eu", "setopt nounset", "setopt NO_UNSET"),
        ],
    },
    "iam-userdel -r -u $1": {
        "W210": ["[ $## ]"],
        "": [*("[ $# = 1 ]", "[ ${#} = 1 ]", 'a "$#"', "(( $# ))")],
    },
    "k=$(iam-useraddkey -u bob)": {
        "W207": [
            *("set +e", "set -x", "set -o pipefail", "set -o", "set errexit", "unsetopt errexit"),
            *("set -e; set +e", "set -e; set +o errexit", "(set -e)", "trap x EXIT", "trap - ERR"),
            *("set -o xtrace errexit", "set $x -e", "f() { set -e; }", "set -E"),
        ],
        "": [
            *("set -e", "set -ex", "set -xe", "set -o errexit", "set -eu", "set -o pipefail -e"),
            *("setopt errexit", "setopt ERR_EXIT", "set +o errexit; set -o errexit", "{ set -e; }"),
            *("if a; then set -e; fi", "a && set -e", "trap x ERR", "trap 'x' EXIT ERR"),
            *("set -- ; set -e", "set -o errexit; f() { set +e; }"),
        ],
    },
    "iam-useraddkey -u bob | a": {
        "W207": [
            *("set -e", "set +o pipefail", "unsetopt pipefail", "set -o pipefail; set +o pipefail"),
            "(set -o pipefail)",
        ],
        "": [
            *("set -o pipefail", "set -eo pipefail", "set -euo pipefail", "setopt pipefail"),
            *("setopt PIPE_FAIL", "if a; then set -o pipefail; fi"),
        ],
    },
    "iam-userlistbypath -p /*/": {
        "W201": [*("set +f", "noglob a")],
        "": [*("set -f", "set -o noglob", "setopt noglob", "setopt NO_GLOB", "set -ef")],
    },
    "iam-useraddkey -u bob > k": {
        "W205": [
            *("umask 007", "umask 070", "umask 022", "umask 0", "umask go=r", "umask g="),
            *("umask o=", "umask u=", "umask go-rw", "umask -S", "umask ", "umask 089"),
            *("umask 077x", "umask ugo="),
        ],
        "": [
            *("umask 077", "umask 0077", "umask 77", "umask 177", "umask 277", "umask 777"),
            *("umask u=rwx,go=", "umask go=", "umask og=", "umask u=rwx,g=,o=", "umask go-rwx"),
            *("umask og-rwx", "umask $m", "umask u=,go-rwx,a="),
        ],
    },
}


@pytest.mark.parametrize("command", AFTER)
def test_a_statement_before_the_command(command: str, tmp_path: Path) -> None:
    expected = {before: code for code, each in AFTER[command].items() for before in each}
    found = {
        before: "".join(codes(tmp_path, f"{before}; {command}".replace("@", 'n="a b"')))
        for before in expected
    }
    assert found == expected


#: Words with a blank, which no name of a user has.
WORDS = [
    *("'a b'", '"a b"', r"a\ b", r"\a\ b\c", "a' 'b", "'a'\" b\"c", "a'\"'b' '", '"a\'b c"'),
    *(r'"a\"b c"', r'"a\$x c"', r'"a\`b c"', r'"a\\b c"', r'"\a b"', r"'a\ b'", r"a\\' 'b"),
    *("a\\\nb' '", "'a '\\\n\\\nb\\\n'c'", "$x\\\n' b'", '"$x "\\\n$x', "\\\n'a b'"),
    *('"a\\\nb c"', "'a\nb c'", '"a\nb c"', r"$'a\tb'", r"$'a\'b c\\'", "$'a'$' b'", '$"a b"'),
    *('a$"b c"', '"$""a b"', '"a $"', '"a # b"', "a#' '", '"~ a"', '"* a"', '"{a,b} c"'),
    *('"$x b"', '"a $x"', '"a    $x"', '"   $x"', '"$x   $x"', '"${x}   "', '"$x$x b"', '$x" b"'),
    *('"${x} b"', '"a ${x}c"', '" ${x}"', '"a   ${x}   c"', '"$y"', '"${y}"', '"a$y"'),
    *('"$y  $x"', "\"$x\"' $x'", '"$x-$y"', '"$x\\ b"', '"\u00e4 $x"', '"\u00e4\u20ac  $x \u00e4"'),
]


def test_a_word_is_what_bash_makes_of_it(tmp_path: Path) -> None:
    values = "x=1\ny='2 3'\n"
    words = "".join(f"printf '%s\\0' {word}\n" for word in WORDS)
    made = subprocess.run(["bash", "-c", values + words], capture_output=True, check=True)
    expected = dict(zip(WORDS, made.stdout.decode().split("\0")[:-1], strict=True))
    found = {}
    for word in WORDS:
        result = checked(tmp_path, f"{values}iam-usercreate -u {word}")
        found[word] = "".join(each.message for each in result.findings)
    assert found == {word: f'"{value}" cannot be a user name' for word, value in expected.items()}
