"""What files are: scripts for a shell, crontabs and Makefiles with their commands, or other."""

from __future__ import annotations

import os
import pwd
import re
from itertools import chain
from shutil import which

from iamcli.cli import index
from iamcli.cli.check.script import other_programs
from iamcli.config import files
from iamcli.parsing.command_names import is_meant

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    #: Text, and the byte that it is copied from, or stands for.
    Piece = tuple[str, int]

SHELL, ZSH, CRONTAB, MAKEFILE = "sh", "zsh", "crontab", "Makefile"
#: What nothing shows the language of, and a shell refuses.
UNKNOWN = "an unknown language"
SHELLS = (SHELL, ZSH)
#: What is read: scripts, and what contains scripts.
READ = (*SHELLS, CRONTAB, MAKEFILE)
_PROGRAM = r"^#!\s*(?:\S*/)?(?:env\s+(?:-S\s*)?(?:\S*/)?)?"
_SHELLS = r"(?:busybox\s+)?(?:a|ba|da|k|lk|mk|ok|pdk|rba|rk|ya)?sh(?:93)?(?![\w.-])"
#: By language: forms of the first line, of the path after a "/", and of the first command.
_LANGUAGES = {
    language: re.compile(form, re.MULTILINE)
    for language, form in {
        ZSH: rf"{_PROGRAM}zsh\b|\A//.*\.zsh$|\A//.*/[._]?z(?:sh(?:rc|env)|profile|log(?:in|out))$",
        SHELL: rf"{_PROGRAM}{_SHELLS}|\A//.*\.(?:sh|bash|ksh)$"
        r"|\A//.*/(?:cron\.(?:hour|dai|week|month)ly|(?:rc\d?|init|profile)\.d)/(?!README$)[^/]*(?<!csh)$"
        r"|\A//.*/\.?(?:rc\.local|profile|(?:bash[._]?|m?k?sh)(?:bash)?(?:rc|profile|log(?:in|out)|aliases))$",
        CRONTAB: r"\A//.*/(?:cron\.d/.*|crontabs/.*|crontab|[^/]*\.cron(?:tab)?)$",
        MAKEFILE: r"^#!.*\bmake\b|\A//.*/(?:GNU|BSD)?[Mm]akefile(\.[^/]*)?$|\A//.*\.ma?ke?$",
        "csh": r"^#!.*\bt?csh\b|\A//.*\.t?csh(?:rc)?$",
        "Python": r'^#!.*python|\A//.*\.py$|^(?:from [\w.]+ )?import [\w., ]+$|^"""',
        "Perl": r"^#!.*perl|\A//.*\.p[lm]$|^(?:use|package) [\w:]+.*;$",
        "Dockerfile": r"\A//.*/(?:Docker|Container)file(?:\.[^/]*)?$|^FROM \S+$",
        "YAML": r"\A//.*\.ya?ml$|^---|^[\w-]+:(?: .*)?$",
        "XML": r"\A//.*\.(?:xml|html?)$|^<[?!\w].*>$",
        "Markdown": r"\A//.*\.(?:md|markdown)$|^```",
        "text": r"\A//.*\.(?:txt|rst|adoc|log)$|\A//.*/README$",
    }.items()
}
#: The first line and the path of a file in another language.
_OTHER = re.compile(
    r"^#!\s*(?:\S*/env\s+)?(?:\S*/)?(.+)"
    r"|\A//.*(\.(?:[jt]s|rb|php|tcl|exp|awk|fish|json|ini|service|pp|groovy|lua|erb))$"
    r"|\A//.*/(?:([A-Z]\w+file|\.?procmailrc|monitrc|sudoers|logrotate)(?:\.(?:conf|d/.*))?)$"
)
#: ``exec`` of another program with "$0" at the top of a script, without comments and quotes.
_HANDOVER = re.compile(
    r"(?m)(?: ?(?::|set [-+]\w[\w ]*|_=\[=*\[)?\n)* ?(?:eval \(exit \$\?0\) && ?)?"
    r"(?:(?::(?![^ ;])|//)[^;&|\n]*; ?)?(?:eval\s+)?exec (?:(?:\S*/)?env (?:-\S+ |\w+=\S* )*)?"
    rf"(?:\S*/)?(?!{_SHELLS}|(?:zsh|t?csh|fish|su|{'|'.join(other_programs.PREFIXES)})(?![\w.-]))"
    r"(\w[\w.+-]*)(?: run)?(?: -\S*(?: [^-\s]\S*)?)* \$(?:0|\{0\})(?![^\s;])"
    r"(?:[^|&\n]|\|\||&&|[<>]&)*$"
)
#: What sets a variable, and a variable of the toolkit.
_ASSIGNMENT = re.compile(r"[ \t]*(?:export[ \t]+)?[A-Za-z_]\w*(?:=.*)?")
_SETTING = re.compile(r"\b(?:AWS_IAM_\w+|AWS_CREDENTIAL_FILE|CLIENT_CONFIG_FILE|IAMCLI_STRICT)=")
_CODE = re.compile(r"^(?![ \t]*(?:#|$)).+", re.MULTILINE)
#: Where a credential is set: of the toolkit, the AWS CLI and the SDKs.
CREDENTIAL = re.compile(
    r"^[ \t]*(?:export[ \t]+)?(?:AWSAccessKeyId|AWSSecretKey"
    r"|aws_(?:access_key(?:_id)?|secret(?:_access)?_key|session_token|security_token))[ \t]*=",
    re.IGNORECASE | re.MULTILINE,
)
#: The real paths of files that the system makes, which can wait. /dev/shm has usual files.
SPECIAL = re.compile(r"/+(?:proc|sys|dev(?!/shm/))(?:/|$)")
_MENTION = re.compile(rb"iam-(?<![\w.-]iam-)\w+(?![\w-]|\.\w)")
_NAMES = frozenset(index.names())
#: The class of the toolkit that java runs, and the command in its first argument, if known; or the
#: archive of the toolkit.
_JAVA = re.compile(
    rb"\bcom\.amazonaws\.[\w.]*CommandLineView(?:(?:[\"' \t]|\\\n)+([a-z]+))?|IAMCli[\w.-]*\.zip"
)
#: A word that can be a wrong name, not in a path, an option or its value, or an assignment.
_WORD = re.compile(
    rb"(?<![^\s`'\"(;|&!])(--[\w-]+ +)?(?<!=['\"])(iam[-_][A-Za-z_-]+)(?![^\s`'\");|&<>])"
)
_FIELD = r"(?:[-*\d,/~]+|(?:[a-z]{3}[-,]?)+)"
#: A line of a crontab: a variable, or a time and a command. Source: crontab(5).
CRON_LINE = re.compile(
    r"^[ \t]*(?:(?P<name>\w+)[ \t]*=[ \t]*(?P<value>.*)"
    r"|(?:@(?:reboot|midnight|\w+ly|every_\w+)"
    rf"|[-*\d,/~]+[ \t]+[-*\d,/~]+(?:[ \t]+{_FIELD}){{3}})[ \t]+(?P<command>.+))$",
    re.IGNORECASE | re.MULTILINE,
)
#: The crontabs with the name of a user before each command.
_OF_SYSTEM = re.compile(r"/etc/crontab$|/cron\.d/")
#: A word before a command in a crontab that may be the name of a user.
_USER = re.compile(
    r"(?!(?:iam[-_]|(?:case|eval|export|for|if|source|trap|ulimit|umask|unset|until|while)\b))"
    r"([A-Za-z_][\w.-]*)[ \t]+[^-\s<>|&;()%=]"
)
#: A part of a command in a crontab.
_CRON_PIECE = re.compile(r"\\.|[^\\%]+|\\|%")
#: A recipe, also on the line of its rule.
_RECIPE = re.compile(r"^(?:\t|[^\s#=:;][^=\n;:]*:[^=\n;]*;)[ \t@+-]*((?:.*\\\n)*.*)", re.MULTILINE)
#: A line of a crontab or a Makefile that sets options of Java, and what passes them on to recipes.
_JAVA_OPTIONS = re.compile(
    r"(?m)^(?:[^\t\n#;=]*[ \t])?(AWS_IAM_JVM_OPTS)[ \t]*[:+?]*=[ \t]*([^'\n]*)"
)
_EXPORTS = re.compile(r"(?m)^(?:[^\t#\n]*:[ \t]*)?export\b(?:[ \t]*$|.*AWS_IAM_JVM)|^\.EXPORT_ALL")
_PARENTHESES = r"\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)"
_PIECE = re.compile(
    rf"\$(?:{_PARENTHESES}|\{{[^}}]*\}}|[^(])|\\\n\t?|\\[^$]|['\"]|[^$\\'\"]+|.", re.DOTALL
)
#: By the quotes around it: what a variable of make becomes. Its value is unknown.
_UNKNOWN = {"": "$_", '"': "$_", "'": "'\"$_\"'"}


def language(file: str, text: str) -> str:
    """Return the language of ``file``, "" if neither its name nor its ``text`` shows it."""
    first, path = text.partition("\n")[0], f"/{os.path.abspath(file)}"
    code = _CODE.search(text)
    texts = [first if first.startswith("#!") else "", path, code[0] if code else ""]
    found = [name for each in texts for name, form in _LANGUAGES.items() if form.search(each)]
    found += [str(match[match.lastindex or 0]) for each in texts if (match := _OTHER.search(each))]
    if code and CRON_LINE.match(code[0]) and not texts[0]:
        matches = [CRON_LINE.match(line) for line in _CODE.findall(text)]
        if all(matches) and any(match["command"] for match in matches if match):
            return CRONTAB
    if found[:1] in ([], [SHELL], [ZSH]):
        top = re.sub(r"(?m)(?:^|[ \t]+)#.*|['\"]", "", text[:9999]).replace("\\\n", " ")
        if handover := _HANDOVER.match(re.sub(r"[ \t]+", " ", top)):
            return language("/", f"#!{handover[1]}")
    return found[0] if found else ""


def is_shared(file: str, language: str) -> bool:
    """Return whether others run the jobs of ``file``, a crontab of the system."""
    path = os.path.abspath(file)
    system = _OF_SYSTEM.search(path) or re.match("/(?:etc|var)/", path)
    return language == CRONTAB and system is not None


def mentions(source: bytes) -> list[tuple[int, str]]:
    """Return the names of commands in ``source``, or what java runs, with their bytes."""
    found = [(match.start(), match[0].decode()) for match in _MENTION.finditer(source)]
    java = [(each.start(), f"iam-{(each[1] or b'*').decode()}") for each in _JAVA.finditer(source)]
    return [(at, name) for at, name in found if name in _NAMES] + java


def wrong_names(source: bytes) -> list[tuple[int, str]]:
    """Return the words in ``source`` that mean commands but are no names, with their bytes."""
    matches = [match for match in _WORD.finditer(source) if not match[1]]
    found = ((match.start(2), match[2].decode()) for match in matches)
    return [(at, name) for at, name in found if name not in _NAMES and is_meant(name, _NAMES)]


def scripts(names: Iterable[str]) -> Iterator[str]:
    """Yield the files ``names``, and instead of a directory the scripts in it.

    These are text files that are a script by their name or first line, that have the name of a
    command or only set variables such as AWS_IAM_HOME, and what cannot be read. Symbolic links,
    FIFOs, devices and what the system makes are passed over.
    """
    for name in names:
        if name == "-" or not os.path.isdir(name):
            yield name
            continue
        errors: list[OSError] = []
        real, waiting = os.path.realpath(name), [name]
        while waiting:
            folder = waiting.pop()
            if SPECIAL.match(f"{real}{folder.removeprefix(name)}/"):
                continue
            # Before Python 3.12, os.walk calls itself for each level.
            _, folders, found = next(os.walk(folder, onerror=errors.append), (folder, [], []))
            inner = [f"{folder}/{each}" for each in sorted({*folders} - {".git"}, reverse=True)]
            waiting += [each for each in inner if not os.path.islink(each)]
            paths = (os.path.normpath(f"{folder}/{each}") for each in sorted(found))
            yield from filter(_is_script, paths)
        yield from (str(error.filename) for error in errors)


def _is_script(path: str) -> bool:
    if os.path.islink(path) or not os.path.isfile(path):
        return False
    source = files.content(path)
    if source is None or b"\0" in source:
        return source is None
    text = source.decode("utf-8", "replace")
    settings = _SETTING.search(text) and all(map(_ASSIGNMENT.fullmatch, _CODE.findall(text)))
    return bool(settings) or language(path, text) in READ or bool(mentions(source))


def commands(language: str, file: str, source: bytes) -> Iterator[tuple[bytes, list[int]]]:
    """Yield the scripts with a command of the toolkit, and where the bytes of each script are."""
    # Each byte is a character.
    text = source.decode("latin-1")
    found = _crontab(text, file) if language == CRONTAB else _makefile(text)
    for pieces in chain(_java_options(text, language), found):
        script = "".join(piece for piece, _ in pieces)
        command = r"iam-|\AAWS_IAM_JVM|(?:^|[;&|])\s*(?:\.|source)\s|\bjava\s|JAVA|com\.amazonaws"
        if re.search(command, script):
            copied = ((piece, at, text.startswith(piece, at)) for piece, at in pieces)
            places = [at + n * copy for piece, at, copy in copied for n in range(len(piece))]
            yield script.encode("latin-1"), places


def _java_options(text: str, language: str) -> Iterator[list[Piece]]:
    """Yield what sets AWS_IAM_JVM_OPTS for the jobs, or the recipes, as a line for a shell."""
    if language == CRONTAB or _EXPORTS.search(text):
        for line in _JAVA_OPTIONS.finditer(text):
            yield [(f"{line[1]}='", line.start(1)), (line[2], line.start(2)), ("'", line.end(2))]


def _crontab(text: str, file: str) -> Iterator[list[Piece]]:
    """Yield the commands of a crontab. Source: crontab(5)."""
    lines = [line for line in CRON_LINE.finditer(text) if line["command"]]
    users = _users([line["command"] for line in lines])
    for line in lines:
        user = _USER.match(line["command"])
        words = (user and user[1] in users) or _OF_SYSTEM.search(os.path.abspath(file))
        at = line.end() - len(line["command"].split(None, bool(words))[-1])
        pieces = _CRON_PIECE.finditer(text, at, line.end())
        yield [(piece[0].replace("\\%", "%"), piece.start()) for piece in pieces]


def _users(commands: list[str]) -> set[str]:
    """Return the first words of the ``commands`` of a crontab that are names of users.

    These are root, users of this machine, and a word of all other lines that is no known program.
    """
    words = {match[1] if (match := _USER.match(each)) else "" for each in commands}
    known = other_programs.SHELLS | other_programs.KEEPERS | other_programs.PREFIXES.keys()
    words = {"" if word in known or which(word) else word for word in words}
    users = words & {"root", *(entry.pw_name for entry in pwd.getpwall())}
    others = words - users
    return users | others if len(others) == 1 else users


def _makefile(text: str) -> Iterator[list[Piece]]:
    """Yield the recipes of a Makefile. Source: the manual of GNU make, Recipe Syntax."""
    for recipe in _RECIPE.finditer(text):
        at, end = recipe.span(1)
        quote, pieces = "", []
        while match := _PIECE.match(text, at, end):
            piece = "\\" if quote == "'" and match[0][0] == "\\" else match[0]
            replaced = "$" if piece == "$$" else _UNKNOWN[quote]
            pieces.append((replaced if piece[0] == "$" else piece.replace("\n\t", "\n"), at))
            if piece in ("'", '"') and quote in ("", piece):
                quote = "" if quote else piece
            at += len(piece)
        yield pieces
