"""iamcli check: the fix that an explanation shows does what the line before it was meant to do."""

from __future__ import annotations

import re
from typing import NamedTuple

import pytest
from support.checking import POLICY, checked

from iamcli.cli.check.explanations import EXPLANATIONS

TRUST = (
    '{"Statement":[{"Effect":"Allow","Action":"sts:AssumeRole",'
    '"Principal":{"Service":"ec2.amazonaws.com"}}]}'
)
#: Made before each line: a user, a group, and files that lines read.
BEFORE = f"""
umask 022
iam-usercreate -u susan
iam-groupcreate -g Admin
echo '{POLICY}' >policy.json
echo '{TRUST}' >trust
printf '%s\\n' Secret12345 Secret67890 >password.txt
printf '%s\\n' bob susan >users
touch s3:x
"""
BOB = "iam-usercreate -u bob\n"
ENTRIES = "sed '/^IsTruncated:/d; /^Marker:/d'"
HOME = """\
{"Version": "2012-10-17",
 "Statement": [{"Effect": "Allow", "Action": "s3:*",
                "Resource": "arn:aws:s3:::home/${aws:username}/*"}]}"""
USERS = "iam-userlistbypath | grep -c /bob"
SHOW = "iam-userlistpolicies -u bob -p all"


class Fix(NamedTuple):
    """A line and the fixed line, and what ``ask`` prints after each of them.

    They are run after ``BEFORE`` and ``setup``, with the variables in ``setup`` and with ``stdin``.
    ``out`` has what they print, ``trace`` the commands with their arguments.
    """

    before: str
    after: str
    ask: str
    shown: tuple[str, str]
    setup: str = ""
    stdin: str = "/dev/null"


FIXES = {
    "E101": [Fix("iam-usercrate -u bob", "iam-usercreate -u bob", USERS, ("0", "1"))],
    "E102": [Fix("iam-usercreate -u bob -z", "iam-usercreate -u bob -v", USERS, ("0", "1"))],
    "E103": [
        Fix(
            "iam-groupadduser -g Admin",
            "iam-groupadduser -g Admin -u bob",
            "iam-grouplistusers -g Admin | grep -c /bob",
            ("0", "1"),
            BOB,
        )
    ],
    "E104": [
        Fix(
            "iam-rolecreate -r webserver",
            "iam-rolecreate -r webserver -s ec2.amazonaws.com",
            "iam-rolelistbypath | grep -c /webserver",
            ("0", "1"),
        ),
        Fix(
            "iam-rolecreate -r webserver -s ec2.amazonaws.com -f /dev/stdin",
            "iam-rolecreate -r webserver -f /dev/stdin",
            "iam-rolelistbypath | grep -c /webserver",
            ("0", "1"),
            stdin="trust",
        ),
    ],
    "E105": [
        Fix(
            "iam-accountaliascreate -a My_Company",
            "iam-accountaliascreate -a my-company",
            "iam-accountaliaslist | head -1",
            ("IsTruncated: false", "Alias: my-company"),
        ),
        Fix(
            "iam-useruploadpolicy -u bob -p all -f - <policy.json",
            "iam-useruploadpolicy -u bob -p all -f /dev/stdin <policy.json",
            SHOW,
            ("", POLICY),
            BOB,
        ),
    ],
    "E106": [
        Fix("iam-usercreate \u2013u bob", "iam-usercreate -u bob", USERS, ("0", "1")),
        Fix(
            "iam-usercreate -u \u201cbob\u201d",
            'iam-usercreate -u "bob"',
            "iam-userlistbypath | grep -c '/bob$'",
            ("0", "1"),
        ),
    ],
    "E107": [
        Fix(
            f"iam-useruploadpolicy -u bob -p all -o {POLICY}",
            f"iam-useruploadpolicy -u bob -p all -o '{POLICY}'",
            SHOW,
            ("", POLICY),
            BOB,
        ),
        Fix(
            "iam-useruploadpolicy -u bob -p all -o '{\"Statement\":}'",
            f"iam-useruploadpolicy -u bob -p all -o '{POLICY}'",
            SHOW,
            ("", POLICY),
            BOB,
        ),
        Fix(
            'bucket=b\niam-useruploadpolicy -u bob -p all -o {"Resource":"$bucket"}',
            'bucket=b\niam-useruploadpolicy -u bob -p all -o "{\\"Resource\\":\\"$bucket\\"}"',
            "tail -1 trace",
            (
                "+ iam-useruploadpolicy -u bob -p all -o '{Resource:b}'",
                '+ iam-useruploadpolicy -u bob -p all -o \'{"Resource":"b"}\'',
            ),
            BOB,
        ),
    ],
    "E108": [
        Fix(
            "iam-usergetattributes -u bob susan",
            "iam-usergetattributes -u bob",
            "grep -c ^arn: out",
            ("0", "1"),
            BOB,
        ),
        Fix(
            "iam-usergetattributes -u",
            "iam-usergetattributes -u bob",
            "grep -c ^arn: out",
            ("0", "1"),
            BOB,
        ),
    ],
    "E109": [
        Fix(
            'echo "$(iam-usergetattributes -u bob)',
            'echo "$(iam-usergetattributes -u bob)"',
            "grep -c ^arn: out",
            ("0", "1"),
            BOB,
        )
    ],
    "E110": [Fix("iam-usercreate -u=bob", "iam-usercreate -u bob", USERS, ("0", "1"))],
    "E111": [
        Fix(
            "bucket=b\niam-useraddpolicy -u bob -p all -e Allow -a 's3:*' "
            "-r 'arn:aws:s3:::$bucket/*'",
            "bucket=b\niam-useraddpolicy -u bob -p all -e Allow -a 's3:*' "
            '-r "arn:aws:s3:::$bucket/*"',
            f"{SHOW} | grep -o 'arn:[^\"]*'",
            ("arn:aws:s3:::$bucket/*", "arn:aws:s3:::b/*"),
            BOB,
        ),
        Fix(
            'iam-useraddpolicy -u bob -p all -e Allow -a "s3:*" '
            '-r "arn:aws:s3:::home/${aws:username}/*"',
            f"cat >policy.json <<'END'\n{HOME}\nEND\n"
            "iam-useruploadpolicy -u bob -p all -f policy.json",
            f"{SHOW} | grep -o '20..-10-17\\|arn:[^\"]*'",
            ("2008-10-17\narn:aws:s3:::home//*", "2012-10-17\narn:aws:s3:::home/${aws:username}/*"),
            BOB,
        ),
    ],
    "W201": [
        Fix(
            "iam-useraddpolicy -u bob -p all -e Allow -a s3:* -r '*'",
            "iam-useraddpolicy -u bob -p all -e Allow -a 's3:*' -r '*'",
            f"{SHOW} | grep -o 's3:.'",
            ("s3:x", "s3:*"),
            BOB,
        )
    ],
    "W202": [
        Fix(
            'for arn in $(iam-userlistbypath); do echo "$arn"; done',
            f'for arn in $(iam-userlistbypath | {ENTRIES}); do echo "$arn"; done',
            "sed 's#.*/##' out",
            ("susan\nIsTruncated:\nfalse", "susan"),
        ),
        Fix(
            "iam-userlistbypath | wc -l",
            f"iam-userlistbypath | {ENTRIES} | wc -l",
            "tr -d ' ' <out",
            ("2", "1"),
        ),
        Fix(
            f"for key in $(iam-userlistkeys -u bob | {ENTRIES}); do echo $key; done",
            "iam-userlistkeys -u bob | while read -r key && read -r status; do echo $key; done",
            "sed 's/^[A-Z0-9]*$/KEY/' out",
            ("KEY\nActive", "KEY"),
            f"{BOB}iam-useraddkey -u bob >/dev/null\n",
        ),
        Fix(
            'if [ -z "$(iam-userlistkeys -u bob)" ]; then echo none; fi',
            f'if [ -z "$(iam-userlistkeys -u bob | {ENTRIES})" ]; then echo none; fi',
            "cat out",
            ("", "none"),
            BOB,
        ),
    ],
    "W205": [
        Fix(
            "iam-useraddkey -u bob >key.txt",
            "(umask 077; iam-useraddkey -u bob >key.txt)",
            "ls -l key.txt | cut -c 1-10",
            ("-rw-r--r--", "-rw-------"),
            BOB,
        ),
        Fix(
            "iam-useraddloginprofile -u bob -p Secret12345",
            "iam-useraddloginprofile -u bob -p - <password.txt",
            "grep -c Secret trace; iam-usergetloginprofile -u bob",
            ("1\nLogin Profile Exists for User bob", "0\nLogin Profile Exists for User bob"),
            BOB,
        ),
    ],
    "W207": [
        Fix(
            'key=$(iam-useraddkey -u bob)\necho "$key"',
            'key=$(iam-useraddkey -u bob) || exit 1\necho "$key"',
            "cat status",
            ("0", "1"),
        ),
        Fix(
            'export key=$(iam-useraddkey -u bob)\necho "$key"',
            'key=$(iam-useraddkey -u bob) || exit 1\nexport key\necho "$key"',
            "cat status",
            ("0", "1"),
        ),
        Fix(
            "iam-useraddkey -u bob | tail -1",
            'key=$(iam-useraddkey -u bob) || exit 1\necho "$key" | tail -1',
            "cat status",
            ("0", "1"),
        ),
        Fix(
            'set -o pipefail\nkey=$(iam-useraddkey -u bob | tail -1)\necho "$key"',
            'key=$(iam-useraddkey -u bob) || exit 1\nkey=$(echo "$key" | tail -1)\necho "$key"',
            "cat status",
            ("0", "1"),
        ),
        Fix(
            'read -r id < <(iam-useraddkey -u bob)\necho "$id"',
            'key=$(iam-useraddkey -u bob) || exit 1\nread -r id <<< "$key"\necho "$id"',
            "cat status",
            ("0", "1"),
        ),
    ],
    "W208": [
        Fix(
            "iam-useruploadpolicy -u bob -p all -f no.json",
            f"echo '{POLICY}' >policy.json\niam-useruploadpolicy -u bob -p all -f policy.json",
            SHOW,
            ("", POLICY),
            BOB,
        )
    ],
    "W210": [
        Fix(
            "iam-userdel -u $user -r",
            'iam-userdel -u "${user:?}" -r',
            "iam-userlistbypath | grep -c '/-r$'",
            ("0", "1"),
            "iam-usercreate -u -r\n",
        )
    ],
    "W211": [
        Fix(
            'while read -r user; do iam-useraddloginprofile -u "$user" -p -; done <users',
            'while read -r user <&3; do iam-useraddloginprofile -u "$user" -p -; done 3<users',
            "for u in bob susan; do iam-usergetloginprofile -u $u; done",
            (
                "Login Profile Exists for User bob",
                "Login Profile Exists for User bob\nLogin Profile Exists for User susan",
            ),
            BOB,
            "password.txt",
        )
    ],
    "W212": [
        Fix(
            'echo "`echo "\\`echo \\\\\\`iam-usergetattributes -u bob\\\\\\`\\`"`"',
            'echo "$(echo "$(echo $(iam-usergetattributes -u bob))")"',
            "cut -d ' ' -f 1 out",
            ("arn:aws:iam::123456789012:user/bob",) * 2,
            BOB,
        )
    ],
    "W213": [
        Fix(
            "iam-groupdel -g Admin -p",
            "iam-groupdel -g Admin",
            "iam-grouplistbypath | grep -c /Admin",
            ("1", "0"),
        ),
        # That the file is not there is an error only if it is used.
        Fix(
            "sudo iam-userlistbypath",
            "sudo env AWS_CREDENTIAL_FILE=FILE iam-userlistbypath",
            "cat status",
            ("0", "1"),
            'sudo() { env -u AWS_CREDENTIAL_FILE "$@"; }; export -f sudo',
        ),
        Fix(
            "which java || exit 1\niam-userlistbypath",
            "iam-userlistbypath",
            "cat status",
            ("1", "0"),
            "which() { return 1; }; export -f which",
        ),
        Fix(
            "export IAMCLI_STRICT=0\niam-usercreate -u bob | grep EntityAlreadyExists",
            "export IAMCLI_STRICT=0\niam-usercreate -u bob 2>&1 | grep EntityAlreadyExists",
            "cat status",
            ("1", "0"),
            BOB,
        ),
    ],
}
#: A line that is not of an explanation: the text of E107 describes it.
_MORE = 'iam-useruploadpolicy -u bob -p all -o {"Resource":"$bucket"}'
#: Each takes a third of a second.
ROWS = [
    pytest.param(
        row,
        after,
        id=f"{code}-{number}-{'after' if after else 'before'}",
        marks=() if code == "E111" else pytest.mark.full,
    )
    for code, rows in FIXES.items()
    for number, row in enumerate(rows)
    for after in (False, True)
]


def test_the_table_has_each_example():
    shown = {
        code: [(row.before, row.after) for row in rows if _MORE not in row.before]
        for code, rows in FIXES.items()
    }
    assert shown == {code: list(each.examples) for code, each in EXPLANATIONS.items()}


@pytest.mark.parametrize(("row", "after"), ROWS)
def test_the_fix_does_what_the_line_was_meant_to_do(row, after, aws, forked, tmp_path):
    for name, script in (("line", row.after if after else row.before), ("ask", row.ask)):
        (tmp_path / name).write_text(script + "\n", encoding="utf-8")
    line = f"BASH_XTRACEFD=9 bash -x line <{row.stdin} >out 2>&1 9>trace\necho $? >status"
    done = forked("bash", "-c", f"{BEFORE}{row.setup}\n{line}\nIAMCLI_STRICT=0 sh ask")
    assert done.out.rstrip("\n") == row.shown[after]


#: Scripts with set -e or -u, in which %s is the advice of iamcli check about the line below it, and
#: what they print.
ADVISED = {
    "umask 022; set -e; %s; echo >later; ls -l key later | cut -c 1-10": (
        "iam-useraddkey -u susan >key",
        "-rw-------\n-rw-r--r--",
    ),
    "umask 022; set -e; %s >out; echo >later; ls -l k later | cut -c 1-10": (
        "iam-useraddkey -u susan | tee -a k",
        "-rw-------\n-rw-r--r--",
    ),
    "set -u; user=; (%s) 2>err; iam-userlistbypath | grep -c /-r": ("iam-userdel -u $user -r", "1"),
}


@pytest.mark.parametrize("script", ADVISED)
def test_the_advice_can_be_followed_in_the_script_that_it_is_for(script, aws, forked, tmp_path):
    """It ends no script, and makes no other file private; set -u does not see an empty variable."""
    line, printed = ADVISED[script]
    found = [each.fix for each in checked(tmp_path, line).findings]
    fix = found[-1].replace("COMMAND", re.split(r" [|>]", line)[0])
    advised = fix.removeprefix("write: ")
    if fix.startswith("use "):
        advised = line.replace("$user", fix.removeprefix("use "))
    forked("bash", "-c", f"{BEFORE}iam-usercreate -u -r")
    assert forked("bash", "-c", script.replace("%s", advised)).out.strip() == printed


#: Lines that read a list, and what they print of none and of more than a page of 100 groups.
LISTS = {
    f"for g in $(iam-grouplistbypath | {ENTRIES}); do echo $g; done | grep -c ^arn: || :": "0 100",
    f"for g in $(iam-grouplistbypath | {ENTRIES}); do echo $g; done | grep -vc ^arn: || :": "0 0",
    "for g in $(iam-grouplistbypath | grep -v ^IsTr); do echo $g; done | grep -vc ^a || :": "0 2",
    f"iam-grouplistbypath | {ENTRIES} | wc -l": "0 100",
    f'[ "$(iam-grouplistbypath | {ENTRIES})" ] || echo none': "none ",
    f"groups=$(iam-grouplistbypath | {ENTRIES}); echo $groups | wc -w": "0 100",
    "groups=$(iam-grouplistbypath | grep -v ^IsTruncated:); echo $groups | wc -w": " 102",
}


def test_the_fix_for_lists_removes_the_footer_of_each_page_and_ends_no_script(aws, forked, iam):
    """Also in strict mode, and with set -e; grep ends a script if a list is empty."""
    forked.env["IAMCLI_STRICT"] = "1"
    printed: dict[str, list[str]] = {line: [] for line in LISTS}
    for number in (0, 101):
        for at in range(number):
            iam.create_group(GroupName=f"group-{at}")
        for line, found in printed.items():
            found.append(forked("bash", "-c", f"set -e -o pipefail\n{line}").out.strip())
    assert {line: " ".join(found) for line, found in printed.items()} == LISTS
