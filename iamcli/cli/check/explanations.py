"""What each code means, with a script that has the fault and the same script without it."""

from __future__ import annotations

from iamcli.cli.listing import filled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_ADD_POLICY = "iam-useraddpolicy -u bob -p all -e Allow -a"
_ENTRIES = "sed '/^IsTruncated:/d; /^Marker:/d'"
_CREATE = "iam-usercreate -u bob"
_KEY, _KEYS = "iam-useraddkey -u bob", "iam-userlistkeys -u bob"
_LIST = "iam-userlistbypath"
_LOGIN = "iam-useraddloginprofile -u bob -p"
_ROLE = "iam-rolecreate -r webserver"
_SHOW = 'echo "$arn"; done'
_UPLOAD = "iam-useruploadpolicy -u bob -p all"
_CLASSES = ("a problem in the script", "a difference from the original toolkit")
#: The warnings about what a script did otherwise with the original toolkit.
DIFFERENCE_CODES = ("W211", "W213")
_POLICY = '{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'
_HOME = """{"Version": "2012-10-17",
 "Statement": [{"Effect": "Allow", "Action": "s3:*",
                "Resource": "arn:aws:s3:::home/${aws:username}/*"}]}"""


class CodeExplanation:
    """What a code means, with examples before and after; the first is of the usual fault."""

    def __init__(self, title: str, text: str, *examples: tuple[str, str]) -> None:
        self.title = title
        self.text = text
        self.examples = examples


#: The codes. Everything else that lists them is made from this, or compared with it by a test.
EXPLANATIONS = {
    "E101": CodeExplanation(
        "no such command",
        "Neither the script nor a file that it sources defines a function of this name.",
        ("iam-usercrate -u bob", "iam-usercreate -u bob"),
    ),
    "E102": CodeExplanation(
        "no such option",
        "The command sends nothing. Options cannot be combined: write -v -k, not -vk.",
        ("iam-usercreate -u bob -z", "iam-usercreate -u bob -v"),
    ),
    "E103": CodeExplanation(
        "a required option is missing",
        'This is not reported if an unquoted variable, "$@", an array or xargs may add it.',
        ("iam-groupadduser -g Admin", "iam-groupadduser -g Admin -u bob"),
    ),
    "E104": CodeExplanation(
        "options that exclude each other, or neither of a pair",
        "Of a pair, exactly one is required. The file /dev/stdin is the standard input.",
        (_ROLE, f"{_ROLE} -s ec2.amazonaws.com"),
        (f"{_ROLE} -s ec2.amazonaws.com -f /dev/stdin", f"{_ROLE} -f /dev/stdin"),
    ),
    "E105": CodeExplanation(
        "an invalid value",
        "The command or AWS IAM refuses the value, such as a name with a blank, a number outside "
        "its range, an account alias with capital letters, or - as the name of a file.",
        ("iam-accountaliascreate -a My_Company", "iam-accountaliascreate -a my-company"),
        (f"{_UPLOAD} -f - <policy.json", f"{_UPLOAD} -f /dev/stdin <policy.json"),
    ),
    "E106": CodeExplanation(
        "a pasted dash or curly quote",
        "Word processors and web pages replace - with a longer dash, and straight quotes with "
        "curly ones, which are letters. Other faults of the same command are not reported.",
        ("iam-usercreate \u2013u bob", "iam-usercreate -u bob"),
        ("iam-usercreate -u \u201cbob\u201d", 'iam-usercreate -u "bob"'),
    ),
    "E107": CodeExplanation(
        "a policy that the shell splits into words, or that is not JSON",
        "The shell removes double quotes and expands braces, unless the policy is in single "
        "quotes. If it contains a variable of the shell, it needs double quotes, and backslashes "
        "before those in it. Other faults of the same command are not reported.",
        (f"{_UPLOAD} -o {_POLICY}", f"{_UPLOAD} -o '{_POLICY}'"),
        (f"{_UPLOAD} -o '{{\"Statement\":}}'", f"{_UPLOAD} -o '{_POLICY}'"),
    ),
    "E108": CodeExplanation(
        "an unexpected word, or an option without its value",
        "Each argument is an option or the value of an option. A value with spaces needs quotes, "
        "and a backslash continues the line only if it is the last character.",
        ("iam-usergetattributes -u bob susan", "iam-usergetattributes -u bob"),
        ("iam-usergetattributes -u", "iam-usergetattributes -u bob"),
    ),
    "E109": CodeExplanation(
        "a syntax error",
        "The shell refuses this script: bash -n (or zsh -n) says so, too. Only the first error is "
        "reported; other lines are checked as far as they can be read. A shell also takes the CR "
        "of CR LF for a letter (sed -i 's/\\r$//' FILE removes it), and cron ends a command at % "
        "without a backslash.",
        ('echo "$(iam-usergetattributes -u bob)', 'echo "$(iam-usergetattributes -u bob)"'),
    ),
    "E110": CodeExplanation(
        "an option and its value in one word",
        "The command refuses it, as the original did. Write the value as a word of its own.",
        ("iam-usercreate -u=bob", "iam-usercreate -u bob"),
    ),
    "E111": CodeExplanation(
        "a variable in a policy that the wrong side expands",
        "In single quotes, the shell does not expand its variables, and the policy has their "
        "letters. The service expands policy variables such as ${aws:username}, but only in a "
        "document with the Version 2012-10-17, which iam-useraddpolicy and the like do not make. "
        "In double quotes, policy variables need a backslash; the shell removes them otherwise.",
        (
            f"bucket=b\n{_ADD_POLICY} 's3:*' -r 'arn:aws:s3:::$bucket/*'",
            f"bucket=b\n{_ADD_POLICY} 's3:*' -r \"arn:aws:s3:::$bucket/*\"",
        ),
        (
            f'{_ADD_POLICY} "s3:*" -r "arn:aws:s3:::home/${{aws:username}}/*"',
            f"cat >policy.json <<'END'\n{_HOME}\nEND\n{_UPLOAD} -f policy.json",
        ),
    ),
    "W201": CodeExplanation(
        "an unquoted * or ?",
        "If names of files match the word, the shell puts them in its place. Until then it works.",
        (f"{_ADD_POLICY} s3:* -r '*'", f"{_ADD_POLICY} 's3:*' -r '*'"),
    ),
    "W202": CodeExplanation(
        "a list read with its footer",
        'The footer of a list is "IsTruncated: false", or if it has more than 100 entries, the two '
        'lines "IsTruncated: true" and "Marker: ...". A loop also runs for it, a count is too '
        "high, and the output is never empty. This is not reported if the loop compares the entry "
        "with something else. Entries of iam-userlistkeys, iam-userlistcerts, iam-grouplistusers "
        "and lists with -v or -l have several lines.",
        (f"for arn in $({_LIST}); do {_SHOW}", f"for arn in $({_LIST} | {_ENTRIES}); do {_SHOW}"),
        (f"{_LIST} | wc -l", f"{_LIST} | {_ENTRIES} | wc -l"),
        (
            f"for key in $({_KEYS} | {_ENTRIES}); do echo $key; done",
            f"{_KEYS} | while read -r key && read -r status; do echo $key; done",
        ),
        (
            f'if [ -z "$({_KEYS})" ]; then echo none; fi',
            f'if [ -z "$({_KEYS} | {_ENTRIES})" ]; then echo none; fi',
        ),
    ),
    "W205": CodeExplanation(
        "a secret that others can see",
        "Other users can see command lines, and read new files unless the umask prevents it.",
        (f"{_KEY} >key.txt", f"(umask 077; {_KEY} >key.txt)"),
        (f"{_LOGIN} Secret12345", f"{_LOGIN} - <password.txt"),
    ),
    "W207": CodeExplanation(
        "a lost exit status",
        "If the command fails, the script goes on: local and export succeed whatever the command "
        "substitution does, a here-string and <(...) ignore its status, and a pipe has that of its "
        "last command. With set -o pipefail, the next command of the pipe still reads the error, "
        "so assign the output to a variable first. A coprocess of ksh (|&) has the status of "
        "wait $!.",
        (f'key=$({_KEY})\necho "$key"', f'key=$({_KEY}) || exit 1\necho "$key"'),
        (f'export key=$({_KEY})\necho "$key"', f'key=$({_KEY}) || exit 1\nexport key\necho "$key"'),
        (f"{_KEY} | tail -1", f'key=$({_KEY}) || exit 1\necho "$key" | tail -1'),
        (
            f'set -o pipefail\nkey=$({_KEY} | tail -1)\necho "$key"',
            f'key=$({_KEY}) || exit 1\nkey=$(echo "$key" | tail -1)\necho "$key"',
        ),
        (
            f'read -r id < <({_KEY})\necho "$id"',
            f'key=$({_KEY}) || exit 1\nread -r id <<< "$key"\necho "$id"',
        ),
    ),
    "W208": CodeExplanation(
        "a file that is not there",
        "Relative names are looked up in the directory that the script changes to, or else in that "
        "of the script. Files that it may write are not reported, and none is if one is unknown.",
        (f"{_UPLOAD} -f no.json", f"echo '{_POLICY}' >policy.json\n{_UPLOAD} -f policy.json"),
    ),
    "W210": CodeExplanation(
        "a recursive removal whose name may be wrong",
        "The name is a variable that the script neither sets to known text nor tests. If it "
        "is empty, the next option becomes the name. set -u only sees variables that are not set.",
        ("iam-userdel -u $user -r", 'iam-userdel -u "${user:?}" -r'),
    ),
    "W211": CodeExplanation(
        "a standard input that a loop and a command read",
        "read and the command each take one line of the same standard input, so a line of the "
        "loop's list becomes a password, and the loop does not see it. If the lines alternate in "
        "this way, silence the warning.",
        (
            'while read -r user; do iam-useraddloginprofile -u "$user" -p -; done <users',
            'while read -r user <&3; do iam-useraddloginprofile -u "$user" -p -; done 3<users',
        ),
    ),
    "W212": CodeExplanation(
        "a command in a line that only the parser cannot read",
        "The shell accepts the script, or there is no bash or zsh that could tell. The command is "
        "not checked, and the exit status does not change, also not with --strict. Check the "
        "command yourself and silence this, or write it in a simpler form.",
        (
            'echo "`echo "\\`echo \\\\\\`iam-usergetattributes -u bob\\\\\\`\\`"`"',
            'echo "$(echo "$(echo $(iam-usergetattributes -u bob))")"',
        ),
    ),
    "W213": CodeExplanation(
        "not what the original toolkit did",
        "Removals with -p, but without -r (or -c), remove nothing; those of the original did. The "
        "proxy in AWS_IAM_JVM_OPTS is not used; set HTTPS_PROXY. The original stopped without "
        "AWS_CREDENTIAL_FILE, which sudo, doas and su - do not pass on; a command can now use the "
        "default profile of the other user. With IAMCLI_STRICT=0, errors are only on standard "
        "error, and a script that searches the output for one does not find it. Java, and files of "
        "the toolkit that iamcli home does not make, such as lib/*.jar, VERSION or README.TXT, are "
        "not needed.",
        ("iam-groupdel -g Admin -p", "iam-groupdel -g Admin"),
        (f"sudo {_LIST}", f"sudo env AWS_CREDENTIAL_FILE=FILE {_LIST}"),
        (f"which java || exit 1\n{_LIST}", _LIST),
        (
            f"export IAMCLI_STRICT=0\n{_CREATE} | grep EntityAlreadyExists",
            f"export IAMCLI_STRICT=0\n{_CREATE} 2>&1 | grep EntityAlreadyExists",
        ),
    ),
}


def explained(code: str) -> Iterator[str]:
    """Yield the lines that explain ``code``, one of EXPLANATIONS."""
    explanation = EXPLANATIONS[code]
    yield from (f"{code}: {explanation.title}", "", filled(explanation.text), "")
    yield f"Class: {_CLASSES[code in DIFFERENCE_CODES]}"
    for example in explanation.examples:
        for heading, script in zip(("Before:", "After:"), example, strict=True):
            yield from ("", heading, *(f"    {line}" for line in script.splitlines()))
    yield from ("", f"To silence it, write above the line: # iamcli: ignore={code}")
