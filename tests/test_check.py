"""iamcli check: every code in five forms, what is no fault, and scripts that cannot be parsed."""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.checking import checked, write
from support.selection import every
from support.shell import BIN, HERE, ROOT

from iamcli.cli.check import limits
from iamcli.cli.check.check import check
from iamcli.cli.check.explanations import EXPLANATIONS
from iamcli.cli.check.syntax import MAX_SIZE
from iamcli.commands import index

if TYPE_CHECKING:
    from support.shell import Shell

POLICY = '{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'
#: A command with one fault for each code that concerns a single command. None of them creates
#: anything, so that its status may be lost.
SINGLE = {
    "E101": "iam-userlistbypaht -p /staff/",
    "E102": "iam-usergetattributes -u bob -z",
    "E103": "iam-usermod -n bob",
    "E104": "iam-roleupdateassumepolicy -r webserver",
    "E105": "iam-usermodkey -u bob -k AKIAIOSFODNN7EXAMPLE -s Off",
    "E106": "iam-usergetattributes \u2013u bob",
    "E107": f"iam-userputpolicy -u bob -p all -o {POLICY}".replace("put", "upload"),
    "E108": "iam-usergetattributes -u bob susan",
    "E110": "iam-usergetattributes -u=bob",
    "W201": "iam-userlistbypath -p /*/",
    "W205": "iam-usermodloginprofile -u bob -p secret",
    "W208": "iam-roleupdateassumepolicy -r webserver -f no-such-file.json",
}


def forms(command: str) -> dict[str, str]:
    """The command with a fault in five forms."""
    name, _, rest = command.partition(" ")
    return {
        "plain": command,
        "variable": f"tool={name}\n$tool {rest}",
        "function": f"work() {{\n    {command}\n}}\nwork",
        "pipe": f"{command} | sort",
        "substitution": f'echo "$({command})"',
    }


SEEDS: dict[str, dict[str, str]] = {code: forms(command) for code, command in SINGLE.items()}
SEEDS["E109"] = {
    "plain": "echo ${x:+ (>> $y)} `iam-userdel -R`",
    "variable": "x=${y:+ (>> $(iam-userdel -R))}",
    "function": "work() {\n    eval 'iam-userdel '$x' -R'\n}\nwork",
    "pipe": 'eval "iam-userdel $(date)" | sort',
    "substitution": 'echo "$(iam-userdel -R',
}
SEEDS["W202"] = {
    "plain": "for arn in $(iam-userlistbypath); do echo $arn; done",
    "variable": "users=`iam-userlistbypath`\nfor arn in $users; do echo $arn; done",
    "function": "count() {\n    iam-userlistgroups -u bob | wc -l\n}",
    "pipe": "iam-userlistkeys -u bob | while read line; do echo $line; done",
    "substitution": "count=$(iam-grouplistbypath | wc -l)\necho $count",
}
SEEDS["W203"] = {
    "plain": "iam-userlistkeys -u bob | grep -i active",
    "variable": 'keys=$(iam-userlistkeys -u bob)\necho "$keys" | grep -iq ACTIVE',
    "function": "active() {\n    iam-userlistcerts -u bob | grep '[Aa]ctive'\n}",
    "pipe": "iam-userlistkeys -u bob | paste - - | grep -i 'active$' | cut -f 1",
    "substitution": "keys=$(iam-userlistkeys -u bob | egrep -i -B1 'active|pending')",
}
SEEDS["W206"] = {
    "plain": "if iam-usergetattributes -u bob | grep -q NoSuchEntity; then exit; fi",
    "variable": "out=$(iam-userdel -u bob)\nif [[ $out == *error* ]]; then exit 1; fi",
    "function": 'make() {\n    o=$(iam-usercreate -u x)\n    echo "$o" | grep AlreadyExists\n}',
    "pipe": "iam-userdel -u bob | sort | grep -i error",
    "substitution": 'if [ -n "$(iam-groupdel -g Admin | grep Malformed)" ]; then exit; fi',
}
SEEDS["W207"] = {
    "plain": "iam-useraddkey -u bob | tail -1",
    "variable": "key=$(iam-useraddkey -u bob)\necho $key",
    "function": "work() {\n    local key=$(iam-useraddkey -u bob)\n    echo $key\n}",
    "pipe": "iam-usercreate -u bob -v | sort | head -1",
    "substitution": 'read id <<< "$(iam-useraddcert -u bob -f /dev/stdin)"',
}
SEEDS["W209"] = {
    "plain": "read arn id <<< $(iam-usergetattributes -u bob)",
    "variable": "both=$(iam-usergetattributes -u bob)\nread -r arn id <<< $both",
    "function": 'work() {\n    read arn id <<< "$(iam-rolegetattributes -r webserver)"\n}',
    "pipe": "read arn id <<< $(iam-usergetattributes -u bob) | sort",
    "substitution": 'echo "$(read arn id <<< `iam-groupcreate -g Admin -v`; echo $id)"'.replace(
        "groupcreate -g Admin -v", "usergetattributes -u bob"
    ),
}
SEEDS["W210"] = {
    "plain": 'iam-userdel -r -u "$1"',
    "variable": "user=$2\niam-userdel -u $user -r",
    "function": 'remove() {\n    local group=$1\n    iam-groupdel -r -g "$group"\n}',
    "pipe": "iam-roledel -c -r $ROLE | sort",
    "substitution": 'echo "$(iam-instanceprofiledel -r -s ${PROFILE})"',
}
SEEDS["W211"] = {
    "plain": "while read -r u; do iam-useraddloginprofile -u $u -p -; done < users",
    "variable": "tool=iam-usermodloginprofile\nwhile read u\ndo\n  $tool -u $u -p -\ndone",
    "function": "add() {\n    iam-useraddloginprofile -u $1 -p -\n}\nwhile read u; do add $u; done",
    "pipe": "cat users | while IFS= read -r u; do iam-useraddloginprofile -u $u -p -; done",
    "substitution": "while read u; do e=$(iam-usermodloginprofile -u $u -p - 2>&1); done < users",
}


class Case(NamedTuple):
    code: str
    form: str
    script: str


CASES = [Case(code, form, text) for code, seeds in SEEDS.items() for form, text in seeds.items()]


def codes(folder: Path, script: str, **options: str) -> list[str]:
    """The codes of the findings in ``script``, in the order of the lines."""
    return [finding.code for finding in checked(folder, script, **options).findings]


def test_every_code_is_seeded_in_five_forms() -> None:
    assert sorted(SEEDS) == sorted(EXPLANATIONS)
    assert {tuple(seeds) for seeds in SEEDS.values()} == {tuple(forms("x"))}


def test_the_manual_lists_every_code() -> None:
    page = (ROOT / "man" / "iamcli.1").read_text(encoding="utf-8")
    assert re.findall(r"^\.It Cm ([EW]\d+)$", page, re.MULTILINE) == list(EXPLANATIONS)


def test_every_seeded_fault_is_found_and_nothing_else(run: Shell, tmp_path: Path) -> None:
    names = [f"{case.code}-{case.form}.sh" for case in CASES]
    for case, name in zip(CASES, names, strict=True):
        write(tmp_path, case.script, name)
    done = run("iamcli", "check", "--format", "json", *(str(tmp_path / name) for name in names))
    assert done.status == 1
    assert [line for line in done.err.splitlines() if "/E109-" not in line] == []
    found: dict[str, list[str]] = {name: [] for name in names}
    for finding in json.loads(done.out)["findings"]:
        found[Path(finding["file"]).name].append(finding["code"])
    assert found == {name: [case.code] for case, name in zip(CASES, names, strict=True)}


def test_the_place_is_that_of_the_word(tmp_path: Path) -> None:
    script = 'if true; then\n\tsudo iam-usercreate -u "\u00e4" -z \\\n    -x; fi'
    found = checked(tmp_path, script).findings
    assert [(each.line, each.column, each.code) for each in found] == [
        (3, 25, "E105"),
        (3, 29, "E102"),
        (4, 5, "E102"),
    ]


# Commands behind other programs.

BEHIND = [
    "sudo -u root {}",
    "sudo AWS_IAM_URL=x {}",
    "env -i A=b {}",
    "A=b {}",
    "time {}",
    "time -p {}",
    "command {}",
    "exec {}",
    "nice -n 5 {}",
    "nohup {} &",
    "timeout -k 5 10 {}",
    "noglob {}",
    "sudo nice timeout 5 {}",
    "! {}",
    "if {}; then :; elif {}; then :; else {}; fi",
    "while {}; do {}; done",
    "until {}; do :; done",
    "for u in a b; do {}; done",
    "for ((i = 0; i < 3; i++)); do {}; done",
    "case $x in a) {} ;; *) {} ;; esac",
    "( {} )",
    "{{ {}; }}",
    "{} && {} || {}",
    "{} & {}",
    "a=( $({}) b )",
    "echo `{}`",
    "cat <({})",
    'echo "${{x:-$({})}}"',
    "cat <<EOF\n$({})\nEOF",
    "cat <<EOF | {}\ntext\nEOF",
    "find . -name x -exec {} \\;",
    "watch -n 5 {}",
    "flock -w 5 lock {}",
    "trap '{}' EXIT",
    "eval '{}'",
    'eval "{}"',
    "sh -c '{}; {}'",
    'sudo bash -ec "{}"',
    "su - admin -c '{}'",
    "f() {{ trap 'if true; then\n{}\nfi' EXIT; }}",
    "eval \"sh -c '{}'\"",
    'run() {{ "$@"; }}\nrun {}',
    "\\{}",
]


@pytest.mark.parametrize("around", BEHIND)
def test_commands_are_found_behind_other_programs(around: str, tmp_path: Path) -> None:
    script = around.format(*["iam-usergetattributes -u bob -z"] * around.count("{}"))
    assert codes(tmp_path, script) == ["E102"] * around.replace("{{", "").count("{}")


@pytest.mark.parametrize(
    "name",
    [
        "$AWS_IAM_HOME/bin/iam-usergetattributes",
        '"${AWS_IAM_HOME}"/bin/iam-usergetattributes',
        '"$AWS_IAM_HOME/bin/iam-usergetattributes"',
        "/opt/aws/apitools/iam/bin/iam-usergetattributes",
        "'iam-usergetattributes'",
    ],
)
def test_commands_are_found_by_their_paths(name: str, tmp_path: Path) -> None:
    assert codes(tmp_path, f"{name} -u bob -z") == ["E102"]


def test_the_place_in_a_quoted_script_is_that_in_the_file(tmp_path: Path) -> None:
    script = "echo \u00e4; trap 'iam-usergetattributes\\\n -u bob -z' EXIT"
    found = checked(tmp_path, script).findings
    assert [finding[1:4] for finding in found] == [(3, 9, "E102")]


def test_what_xargs_adds_is_not_missing(tmp_path: Path) -> None:
    assert codes(tmp_path, "cat users | xargs -n 1 iam-userdel -u") == []
    assert codes(tmp_path, "cat users | xargs -I U iam-userdel -u U") == []
    assert codes(tmp_path, "cat users | xargs iam-groupadduser -z -u") == ["E102"]
    assert codes(tmp_path, "cat users | xargs -I{} iam-groupadduser -u {}") == ["E103"]


@pytest.mark.parametrize(
    "script",
    [
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
    ],
)
def test_no_fault_is_reported(script: str, tmp_path: Path) -> None:
    assert codes(tmp_path, script) == []


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        # A fault is reported once.
        ("iam-usercreate -U bob", ["E102"]),
        ("iam-usercreate -u bob smith jones", ["E108"]),
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
    ],
)
def test_what_to_do(script: str, code: str, fix: str, tmp_path: Path) -> None:
    found = checked(tmp_path, script).findings
    assert [(each.code, each.fix) for each in found] == [(code, fix)]


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


def test_a_file_that_is_there_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "p.json").write_text(POLICY)
    upload = "iam-useruploadpolicy -u bob -p all -f"
    assert codes(tmp_path, f"{upload} sub/p.json") == []
    assert codes(tmp_path, f"cd sub\n{upload} p.json") == []
    assert codes(tmp_path, f"(cd sub; {upload} p.json)\n{upload} p.json") == ["W208"]


# Files that a script reads.


def test_what_a_sourced_file_defines_is_known(tmp_path: Path) -> None:
    (tmp_path / "lib.sh").write_text('name="a b"\niam-report() { iam-usergetattributes -z; }\n')
    script = '. ./lib.sh\niam-report\niam-usercreate -u "$name"\niam-nothing'
    found = checked(tmp_path, script).findings
    assert [(Path(each.file).name, each.line, each.code) for each in found] == [
        ("old.sh", 4, "E105"),
        ("old.sh", 5, "E101"),
        ("lib.sh", 2, "E102"),
    ]
    both = check([str(tmp_path / "old.sh"), str(tmp_path / "lib.sh")])
    assert (len(both.findings), both.commands) == (3, 3)


def test_a_file_that_is_not_known_may_define_everything(tmp_path: Path) -> None:
    script = 'name="a b"\n. "$LIB"\niam-nothing\niam-usercreate -u "$name"\niam-usercreat -u bob'
    assert codes(tmp_path, script) == ["E101"]
    assert codes(tmp_path, script.replace('"$LIB"', "./no-such-file")) == ["E101"]


def test_a_file_that_is_no_script_may_define_everything(tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\x7fELF\0")
    script = '. ./binary\niam-nothing\nname="a b"\n. ./binary\niam-usercreate -u "$name"'
    assert codes(tmp_path, script) == []


def test_the_options_of_the_first_line_are_on(tmp_path: Path) -> None:
    script = "key=$(iam-useraddkey -u bob)"
    for first, expected in (
        ("#!/bin/bash -e\n", []),
        ("#!/usr/bin/env bash -e\n", []),
        ("#!/bin/bash -x\n", ["W207"]),
    ):
        assert codes(tmp_path, script, shebang=first) == expected


def test_files_that_read_each_other_end(tmp_path: Path) -> None:
    (tmp_path / "lib.sh").write_text(". ./old.sh\n")
    assert codes(tmp_path, ". ./lib.sh\niam-usergetattributes -z") == ["E102"]


# Comments that silence findings.


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("iam-userlistbypath -p /*/ # iamcli: ignore=W201", []),
        ("# iamcli: ignore=W202,W201\niam-userlistbypath -p /*/", []),
        ("# iamcli: ignore=E102\niam-userlistbypath \\\n  -i 5 \\\n  -z", []),
        ("# iamcli: ignore=W202\niam-userlistbypath -p /*/", ["W201"]),
        ("iam-userlistbypath -z # iamcli: ignore=E102\niam-userlistbypath -z", ["E102"]),
        ("# iamcli: ignore=E102\n\niam-userlistbypath -z", ["E102"]),
    ],
)
def test_a_comment_silences(script: str, expected: list[str], tmp_path: Path) -> None:
    assert codes(tmp_path, script) == expected


# The sample scripts.

SAMPLES = sorted([*(HERE / "scripts").glob("*.sh"), *(ROOT / "examples").glob("*.sh")])
#: Every warning in the sample scripts. All of them are true; there is no error.
TRUE_WARNINGS = [
    # s3:* and arn:aws:s3:::* are not in quotes.
    ("scripts/bucket-user.sh", 4, 42, "W201"),
    ("scripts/bucket-user.sh", 4, 50, "W201"),
    # -p somePassword
    ("scripts/first-user.sh", 10, 40, "W205"),
    ("examples/first-user.sh", 25, 44, "W205"),
]


def test_the_sample_scripts_have_true_warnings_only(run: Shell) -> None:
    done = run("iamcli", "check", "--format", "json", *map(str, SAMPLES))
    assert (done.status, done.err) == (0, "")
    answer = json.loads(done.out)
    found = [
        ("/".join(Path(each["file"]).parts[-2:]), each["line"], each["column"], each["code"])
        for each in answer["findings"]
    ]
    assert sorted(found) == sorted(TRUE_WARNINGS)
    assert answer["commands"] == 35


# The program.


def test_the_text(run: Shell, tmp_path: Path) -> None:
    file = write(tmp_path, "iam-usercreate -u bob -vk\niam-userlistbypath -p /*/")
    done = run("iamcli", "check", file)
    assert (done.status, done.err) == (1, "")
    assert done.out == (
        f'{file}:2:23: E102 "-vk" is not an option of iam-usercreate\n'
        "    type each option separately: -v -k\n"
        f"{file}:3:23: W201 /*/ is not in quotes, so the shell may replace it with file names\n"
        "    type '/*/'\n"
        "2 commands, 1 error, 1 warning\n"
        "To read more about a code, run: iamcli check --explain E102\n"
    )


def test_the_json(run: Shell, tmp_path: Path) -> None:
    file = write(tmp_path, "iam-groupadduser -g Admin")
    done = run("iamcli", "check", "--format", "json", file)
    finding = {
        "file": file,
        "line": 2,
        "column": 1,
        "code": "E103",
        "level": "error",
        "command": "iam-groupadduser",
        "message": "iam-groupadduser requires -u",
        "fix": "add -u USERNAME",
    }
    assert json.loads(done.out) == {"findings": [finding], "commands": 1, "unread": []}
    assert run("iamcli", "check", "--format", "json", os.devnull).out == (
        '{"findings": [], "commands": 0, "unread": []}\n'
    )


def test_the_annotations_of_github(run: Shell, tmp_path: Path) -> None:
    file = write(tmp_path, "iam-usercreate -u $'50%\\n'", name="a,b:c.sh")
    done = run("iamcli", "check", "--format", "github", file)
    named = f"{tmp_path}/a%2Cb%3Ac.sh"
    (line,) = done.out.splitlines()
    assert line.startswith(
        f'::error file={named},line=2,col=19,title=E105::"50%25%0A" cannot be a user name; allowed:'
    )


@pytest.mark.parametrize(
    ("script", "options", "status"),
    every(
        3,
        [
            ("iam-usergetattributes", [], 0),
            ("iam-userlistbypath -p /*/", [], 0),
            ("iam-userlistbypath -p /*/", ["--strict"], 1),
            ("iam-usergetattributes", ["--strict"], 0),
            ("iam-usergetattributes -z", [], 1),
            ("iam-usergetattributes -z", ["no-such-file"], 2),
        ],
    ),
)
def test_the_exit_status(
    script: str, options: list[str], status: int, run: Shell, tmp_path: Path
) -> None:
    assert run("iamcli", "check", write(tmp_path, script), *options).status == status


def test_files_that_cannot_be_checked(run: Shell, tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\x7fELF\0\0")
    with (tmp_path / "large").open("wb") as large:
        large.truncate(MAX_SIZE + 1)
    first = "#!/usr/bin/env python3"
    (tmp_path / "tool").write_text(f"{first}\nprint()\n")
    good = write(tmp_path, "iam-usergetattributes -z")
    files = [str(tmp_path / name) for name in ("none", "", "binary", "tool", "large")]
    done = run("iamcli", "check", *files, good)
    assert done.status == 2
    assert "E102" in done.out
    assert done.err.splitlines() == [
        f"iamcli: cannot check {files[0]}: No such file or directory",
        f"iamcli: cannot check {files[1]}: Is a directory",
        f"iamcli: cannot check {files[2]}: not a text file",
        f"iamcli: cannot check {files[3]}: not a sh, bash or zsh script; its first line is {first}",
        f"iamcli: cannot check {files[4]}: larger than {MAX_SIZE} bytes",
    ]


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ([], "specify the scripts to check; see iamcli check --help"),
        (["--explain", "W999"], "there is no code W999; the codes are E101, "),
        (["--format", "xml", "x"], "Invalid value for '--format'"),
    ],
)
def test_usage_errors(arguments: list[str], line: str, run: Shell) -> None:
    done = run("iamcli", "check", *arguments)
    assert (done.status, done.out) == (1, "")
    assert done.err.startswith(f"iamcli: {line}")


def test_without_the_extra_the_error_says_how_to_install_it(run: Shell, tmp_path: Path) -> None:
    hidden = "import sys\nsys.modules['tree_sitter_bash'] = None\n"
    (tmp_path / "sitecustomize.py").write_text(hidden)
    path = os.pathsep.join([str(tmp_path), str(ROOT)])
    done = run("iamcli", "check", write(tmp_path, ""), env={"PYTHONPATH": path})
    assert (done.status, done.out, done.err) == (
        1,
        "",
        (
            f"iamcli: tree_sitter_bash is not installed; run: {sys.executable} -m pip install "
            "'tree-sitter>=0.23.2' 'tree-sitter-bash>=0.23.3'\n"
        ),
    )


def test_it_starts_without_botocore_and_sends_nothing(run: Shell, tmp_path: Path) -> None:
    file = write(tmp_path, "iam-usergetattributes -z")
    done = run(sys.executable, "-X", "importtime", str(BIN / "iamcli"), "check", file)
    assert "E102" in done.out
    assert "tree_sitter_bash" in done.err
    assert not re.search(r"\| +(botocore|urllib3|ssl|http\.client)", done.err)


# Explanations.


@pytest.mark.parametrize("code", EXPLANATIONS)
def test_the_example_of_an_explanation_has_the_fault_before_and_not_after(
    code: str, tmp_path: Path
) -> None:
    for before, after in EXPLANATIONS[code].examples:
        assert codes(tmp_path, before) == [code]
        assert codes(tmp_path, after) == []


def test_an_explanation_is_shown(run: Shell) -> None:
    done = run("iamcli", "check", "--explain", "w210")
    assert (done.status, done.err) == (0, "")
    assert done.out == (
        "W210: a recursive removal whose name may be wrong\n"
        "\n"
        "The name is a variable that the script neither sets to known text nor tests. If\n"
        "it is empty, the next option becomes the name.\n"
        "\n"
        "Before:\n"
        "    iam-userdel -u $user -r\n"
        "\n"
        "After:\n"
        '    iam-userdel -u "${user:?}" -r\n'
        "\n"
        "To silence it, write above the line: # iamcli: ignore=W210\n"
    )


# What cannot be parsed.


def test_what_cannot_be_parsed_is_reported(run: Shell, tmp_path: Path) -> None:
    script = (
        "iam-usergetattributes -a\n\nif then ( iam-usergetattributes -b\n\niam-usergetattributes -c"
    )
    file = write(tmp_path, script)
    done = run("iamcli", "check", file)
    assert re.findall(r':(\d+):\d+: E102 "(-\w)"', done.out) == [("2", "-a"), ("6", "-c")]
    assert done.err == f"iamcli: {file}: line 4 cannot be parsed, not checked\n"


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ('iam-userlistbypath -a\necho "open\niam-userlistbypath -b', ["-a"]),
        ('echo "open\niam-userlistbypath -b\n\niam-userlistbypath -c', ["-c"]),
        ("if true; then\n  iam-userlistbypath -a\n", ["-a"]),
        ("iam-userlistbypath -a )\niam-userlistbypath -b", ["-a", "-b"]),
        ("x() {\niam-userlistbypath -a\n", ["-a"]),
        ("! echo (\nx\n\niam-userlistbypath -a", ["-a"]),
        ("x && case $1 in a) b;; & c) iam-userlistbypath -a;; esac", ["-a"]),
        ("if true; then\niam-userlistbypath -a )\nfi\niam-userlistbypath -b", ["-b"]),
    ],
)
def test_it_goes_on_after_what_cannot_be_parsed(
    script: str, expected: list[str], tmp_path: Path
) -> None:
    result = checked(tmp_path, script)
    assert result.notes
    found = [
        re.findall(r'"(-\w)"', each.message)[0] for each in result.findings if each.code != "E109"
    ]
    assert [each for each in found if each not in expected] == []
    assert found == expected


def test_a_here_string_after_a_group_is_understood(tmp_path: Path) -> None:
    script = 'for u in a b; do { read x; read y; } <<< "$(iam-usergetattributes -z)"; done'
    result = checked(tmp_path, script)
    assert [finding.code for finding in result.findings] == ["E102"]
    assert result.notes == []


def test_lines_that_end_in_cr_lf_are_read(run: Shell, tmp_path: Path) -> None:
    path = tmp_path / "dos.sh"
    path.write_bytes(
        b"#!/bin/sh\r\niam-usercreate \\\r\n  -u bob -z\r\nfor u in a; do\r\n:\r\ndone\r\n"
    )
    done = run("iamcli", "check", str(path))
    assert re.findall(r"(\d+:\d+): (\w+)", done.out) == [("3:10", "E102")]
    assert done.err == (
        f"iamcli: {path}: lines 1 to 7 end in CR LF, which shells do not accept; checked as if "
        "they ended in LF\n"
    )


ZSH = """\
setopt extendedglob pipefail
print -l ${(f)"$(iam-userlistbypath | grep arn)"}
for f in *(.); do print $f; done
files=(**/*.txt(N))
repeat 3 iam-usergetattributes -u bob
for u ($users) iam-userdel -u $u
if [[ $x == (a|b) ]] { iam-usergetattributes }
print =(iam-usergetattributes)

iam-usergetattributes -z
"""


def test_zsh_is_read_as_far_as_it_is_understood(tmp_path: Path) -> None:
    found = codes(tmp_path, ZSH, name="old.zsh", shebang="#!/bin/zsh\n")
    assert found == ["E109", "E109", "E109", "E102"]


@pytest.mark.parametrize(
    "value",
    [
        '(${(f)"$(<names.txt)"})',
        '("${(@f)$(<names.txt)}")',
        "${(j:,:)names}",
        "${(%):-%x}",
        "${(k)names}",
    ],
)
def test_the_flags_of_zsh_are_understood(value: str, tmp_path: Path) -> None:
    script = f"names={value}\niam-usergetattributes -z"
    result = checked(tmp_path, script, name="old.zsh", shebang="#!/bin/zsh\n")
    assert [finding[1:4] for finding in result.findings] == [(3, 23, "E102")]
    assert result.notes == []


def parsed(folder: Path, source: bytes) -> None:
    path = folder / "fuzz.sh"
    path.write_bytes(source)
    result = check([str(path)])
    for finding in result.findings:
        lines = source.count(b"\n") + source.count(b"\r") + 1
        assert 1 <= finding.line <= lines
        assert finding.column >= 1
        assert finding.code in EXPLANATIONS


FRAGMENTS = st.sampled_from(
    [
        *(
            "iam-usercreate ",
            "iam-userdel -r ",
            "-u ",
            "bob",
            "$x",
            '"$@"',
            '"',
            "'",
            "`",
            "$(",
            ")",
        ),
        *(
            "{",
            "}",
            "${",
            "\n",
            " ",
            ";",
            "|",
            "||",
            "&&",
            "if ",
            "then ",
            "fi",
            "for x in ",
            "do ",
        ),
        *(
            "done",
            "case x in ",
            "esac",
            "<<EOF\n",
            "EOF\n",
            "<<<",
            ">",
            "2>&1",
            "x=",
            "f() ",
            "[[ ",
        ),
        *(" ]]", "\\", "\r\n", "*", "\u2013u", "\u201c", "# iamcli: ignore=E102\n", "local ", "\t"),
        *(
            "read a b ",
            "grep -i active",
            "((",
            "))",
            "set -e\n",
            ". ",
            "\x00",
            "\x1b",
            "\ud7ff",
            "=(",
        ),
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(FRAGMENTS, max_size=40).map("".join))
def test_no_text_is_too_much(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    folder = Path(tmp_path_factory.getbasetemp())
    parsed(folder, text.encode("utf-8", "surrogatepass"))


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=200))
def test_no_bytes_are_too_much(tmp_path_factory: pytest.TempPathFactory, source: bytes) -> None:
    parsed(Path(tmp_path_factory.getbasetemp()), source)


def test_no_beginning_of_a_script_is_too_much(tmp_path: Path) -> None:
    for sample in SAMPLES:
        source = sample.read_bytes()
        for end in range(0, len(source), 97):
            parsed(tmp_path, source[:end])


@pytest.mark.parametrize("script", ["$(" * 1000, "( " * 1000 + ")" * 1000], ids=range(2))
def test_a_deeply_nested_script_is_refused(script: str, tmp_path: Path) -> None:
    result = check([write(tmp_path, script)])
    assert result.findings == []
    assert [each.reason for each in result.unreadable] == ["nested too deeply"]


@pytest.mark.full
def test_a_deeply_nested_script_is_refused_or_read(tmp_path: Path) -> None:
    for script in ("$(" * 3000, "( " * 3000 + ")" * 3000, "if a; then " * 2000 + "fi; " * 2000):
        result = check([write(tmp_path, script)])
        assert result.findings == []
