"""The command line parser: each rule, and the message if it is broken."""

from __future__ import annotations

import _locale
import json
import shlex
import sys
from types import SimpleNamespace

import pytest
from support.selection import in_full
from support.shell import TESTS

from iamcli.cli import index
from iamcli.errors import MAX_LINE, message
from iamcli.parsing import habits, suggestions
from iamcli.parsing import shared as options
from iamcli.parsing.options import Limit, Option, UsageError, entity_path, tag, whole_number
from iamcli.parsing.options import refused as not_allowed
from iamcli.parsing.parser import HelpRequested, VersionRequested, parse

COMMANDS = json.loads((TESTS / "interface" / "commands.json").read_text())["commands"]
NAME = Option("-u", "USER", "user", "a name", required=True)
SIZE = Option("-i", "SIZE", "size", "a size", convert=whole_number(1, 1000))
PATH = Option("-p", "PATH", "path", "a path", convert=entity_path)
STATE = Option("-s", "STATE", "state", "a state", choices=("Active", "Inactive"))
GROUPS = Option("-g", "GROUP", "groups", "groups", repeatable=True)
FIRST = Option("-c1", "CODE", "first", "a code")
SECOND = Option("-c2", "CODE", "second", "a code")
BODY = Option("-c", "BODY", "body", "a body")
LOUD = Option("-v", None, "zeal", "more")
OPTIONS = [NAME, SIZE, PATH, STATE, GROUPS, BODY, FIRST, SECOND, LOUD, *options.COMMON]
NOTHING = {
    "user": "x",
    "size": None,
    "path": None,
    "state": None,
    "groups": [],
    "first": None,
    "second": None,
    "body": None,
    "zeal": False,
    "credential_file": None,
    "client_config_file": None,
    "url": None,
    "debug": False,
    "help": False,
    "version": False,
}


def said(*arguments: str) -> str:
    """Return what is said of arguments that are not accepted."""
    with pytest.raises(UsageError) as error:
        parse("iam-x", OPTIONS, arguments)
    return str(error.value)


@pytest.mark.parametrize(
    ("arguments", "values"),
    [
        ([], {}),
        (["-v"], {"zeal": True}),
        (["-u", "y"], {"user": "y"}),
        (["-u", ""], {"user": ""}),
        (["-u", " y\t\r\f"], {"user": " y\t\r\f"}),
        (["-u", "-v"], {"user": "-v"}),
        (["-u", "--version"], {"user": "--version"}),
        (["--url=-h"], {"url": "-h"}),
        (["-u", "\u2013h"], {"user": "\u2013h"}),
        (["-u", "--"], {"user": "--"}),
        (["-u", "--url=y"], {"user": "--url=y"}),
        # The last of several values wins.
        (["-u", "y", "-v", "-u", "z", "-v"], {"user": "z", "zeal": True}),
        (["-u", "=Bob"], {"user": "=Bob"}),
        (["-g", "a", "-v", "-g", "b", "-g", "a"], {"groups": ["a", "b", "a"], "zeal": True}),
        (["-s", "aCTIVE"], {"state": "Active"}),
        (["-s", "INACTIVE"], {"state": "Inactive"}),
        (["-i", "1"], {"size": 1}),
        (["-i", "0001"], {"size": 1}),
        (["-i", "1000"], {"size": 1000}),
        (["-p", "a"], {"path": "/a/"}),
        (["-c1", "1", "-c2", "2", "-c", "3"], {"first": "1", "second": "2", "body": "3"}),
        (["--url", "a"], {"url": "a"}),
        (["--url=a=b"], {"url": "a=b"}),
        (["--url="], {"url": ""}),
        (["--url==a"], {"url": "=a"}),
        (["--debug"], {"debug": True}),
        (["-d"], {"debug": True}),
    ],
)
def test_what_is_read(arguments, values):
    assert parse("iam-x", OPTIONS, ["-u", "x", *arguments]) == NOTHING | values


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], 'Option "-u" is required'),
        (["-v", "-u"], 'Option "-u" takes an operand'),
        (["--url"], 'Option "--url" takes an operand'),
        (["-i", "x"], '"x" is not a valid value for "-i"'),
        (["-i", "0"], '"0" is not a valid value for "-i"'),
        (["-i", "-1"], '"-1" is not a valid value for "-i"'),
        (["-i", "1001"], '"1001" is not a valid value for "-i"'),
        (["-i", "1.0"], '"1.0" is not a valid value for "-i"'),
        (["-i", "\u0661"], '"\u0661" is not a valid value for "-i"'),
        (["-i", "--1"], '"--1" is not a valid value for "-i"'),
        (["-i", ""], '"" is not a valid value for "-i"'),
        (["-s", "on"], '"on" is not a valid value for "-s"; it takes Active or Inactive'),
        (["-s", "abc"], '"abc" is not a valid value for "-s"; it takes Active or Inactive'),
        (["x"], "No argument is allowed: x"),
        (["-u", "x", "y", "z"], "No argument is allowed: y"),
        (["--", "-v", "x"], '"--" is not a valid option; leave it out'),
        (["-"], "No argument is allowed: -"),
        ([""], "No argument is allowed: "),
        (["-z"], '"-z" is not a valid option'),
        (["-vx"], '"-vx" is not a valid option'),
        (["-v=x"], '"-v=..." is not a valid option; did you mean "-v"?'),
        (["--debug=1"], '"--debug=..." is not a valid option; did you mean "-d"?'),
        (["-i", "x", "-z"], '"x" is not a valid value for "-i"'),
        (["-z", "-i", "x"], '"-z" is not a valid option'),
        (["-z", "-u"], '"-z" is not a valid option'),
        (["-u", "\udcff"], 'The value of "-u" is not text in this locale\'s encoding'),
    ],
)
def test_what_is_said(arguments, message):
    assert said(*arguments) == message


@pytest.mark.parametrize(
    ("utf8_mode", "encoding", "utf8"),
    [
        (1, "ISO-8859-1", True),
        (1, "UTF-8", False),
        (1, "ANSI_X3.4-1968", False),
        (0, "EUC-JP", False),
    ],
)
def test_a_value_that_is_not_utf_8(utf8_mode, encoding, utf8, monkeypatch):
    """Python 3.15 reads UTF-8 in all locales."""
    monkeypatch.setattr(sys, "flags", SimpleNamespace(utf8_mode=utf8_mode))
    monkeypatch.setattr(sys, "version_info", (3, 15, 0))
    monkeypatch.setattr(_locale, "nl_langinfo", {_locale.CODESET: encoding}.get)
    what = "text in this locale's encoding"
    if utf8:
        what = "UTF-8, which Python 3.15 reads in all locales; "
        what += "to read ISO-8859-1, set PYTHONUTF8=0"
    assert said("-u", "\udcff") == f'The value of "-u" is not {what}'


def test_one_of_two_options_is_required():
    text = Option("-o", "TEXT", "text", "a text", alternative="-f")
    file = Option("-f", "FILE", "file", "a file", alternative="-o")
    both = [NAME, text, file]
    given = {"user": "x", "text": None, "file": None}
    for option, value in (("-f", "a"), ("-o", "b"), ("-o", "")):
        name = "file" if option == "-f" else "text"
        assert parse("iam-x", both, ["-u", "x", option, value]) == given | {name: value}
    for arguments, missing, about in (
        (["-u", "x"], 'Option "-f" or "-o" is required', file),
        ([], 'Option "-u" is required', NAME),
    ):
        with pytest.raises(UsageError) as error:
            parse("iam-x", both, arguments)
        assert (str(error.value), error.value.option) == (missing, about)


@pytest.mark.parametrize(
    ("arguments", "option"),
    [
        ([], "-u"),
        (["-v", "-u"], "-u"),
        (["-i", "x"], "-i"),
        (["-s", "on"], "-s"),
        (["-p=x"], "-p"),
        (["-p", "\udcff"], "-p"),
        (["-z"], None),
        (["x"], None),
        (["--", "x"], None),
    ],
)
def test_the_option_that_the_message_is_about(arguments, option):
    with pytest.raises(UsageError) as error:
        parse("iam-x", OPTIONS, arguments)
    assert (error.value.option and error.value.option.name) == option


REPLACED = (
    "{} is in the current directory; if you typed * without quotes, the shell replaced it with the "
    "names there; type '*'"
)


def refused(line: str) -> tuple[str, str]:
    """Return what is said of a command line that is not accepted, and the hint."""
    name, *arguments = shlex.split(line)
    with pytest.raises(UsageError) as error:
        parse(name, index.load(name).all_options, arguments)
    return str(error.value), error.value.hint


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("iam-userdel bob", "write: iam-userdel -u bob"),
        ("iam-userdel -r bob", "write: iam-userdel -r -u bob"),
        (f"iam-userdel {'b' * 64}", f"write: iam-userdel -u {'b' * 64}"),
        (f"iam-userdel {'b' * 65}", ""),
        # It may be a secret access key.
        (f"iam-userdel {'Ab1+' * 10}", ""),
        (f"iam-userdel {'Ab1' * 14}", f"write: iam-userdel -u {'Ab1' * 14}"),
        ("iam-userdel -u ann bob", ""),
        ("iam-userdelkey AKIAIOSFODNN7EXAMPLE", "write: iam-userdelkey -k AKIAIOSFODNN7EXAMPLE"),
        # Not an access key ID.
        ("iam-userdelkey bob", ""),
        ("iam-usermodkey -s Active AKIAIOSFODNN7EXAMPLE", ""),
        ("iam-userdel bob -r -p", "write: iam-userdel -u bob -r -p"),
        ("iam-userdel -- bob", ""),
        ("iam-userdel 'a b'", ""),
        ("iam-accountaliascreate acme", "write: iam-accountaliascreate -a acme"),
        ("iam-usercreate -p /a/ bob -v", "write: iam-usercreate -p /a/ -u bob -v"),
        ("iam-usercreate bob -p/a/", ""),
        ("iam-usercreate bob -p=/a/", ""),
        ("iam-usercreate bob -z", ""),
        ("iam-usermod bob -p /a/", "write: iam-usermod -u bob -p /a/"),
        ("iam-usermod -u bob ann", ""),
        ("iam-userlistkeys bob", "write: iam-userlistkeys -u bob"),
        ("iam-groupadduser bob", ""),
        ("iam-groupadduser -g a bob", "write: iam-groupadduser -g a -u bob"),
        ("iam-groupadduser bob -u ann", "write: iam-groupadduser -g bob -u ann"),
        ("iam-userdel bob ann", ""),
        ("iam-userdel bob bob", ""),
        ("iam-userlistbypath /ops/", ""),
        # Secrets are neither shown nor taken from an argument.
        ("iam-userenablemfadevice 123456 -u bob -s phone -c2 123456", ""),
        *(
            (
                f"iam-useraddloginprofile bob -p{value}",
                "write: iam-useraddloginprofile -u bob -p PASSWORD",
            )
            for value in (" hunter2", " ''")
        ),
        ("iam-useraddloginprofile bob -p", ""),
        # Only the last letter may be an option with a value.
        ("iam-usercreate -kv -u bob", "type each option separately: -k -v"),
        ("iam-usercreate -vku bob", "type each option separately: -v -k -u"),
        ("iam-usercreate -kuv", ""),
        ("iam-usercreate -kz", ""),
        ("iam-usercreate -kk", ""),
        # A shell replaces * with what is in the directory, but not with these names.
        ("iam-userdel file", REPLACED.format("file")),
        ("iam-userdel link", REPLACED.format("link")),
        ("iam-userdel .file", "write: iam-userdel -u .file"),
        ("iam-userdel ./file", ""),
        ("iam-userdel folder/file", ""),
        (
            "iam-userdel -u \u201cbob ann\u201d",
            "ann\u201d contains a typographic quote; to quote, type ' or \"",
        ),
    ],
)
def test_the_hint(line, hint, tmp_path, monkeypatch):
    for name in ("file", ".file"):
        (tmp_path / name).touch()
    (tmp_path / "link").symlink_to("nothing")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "file").touch()
    monkeypatch.chdir(tmp_path)
    assert refused(line)[1] == hint


UNCERTAIN = (
    'begins with a dash that is not the ASCII "-", as pasted from a web page; type "-" instead'
)
AFTER_SECRET = "No argument is allowed after -p PASSWORD; quote a value that contains a blank"
PASTED = 'begins with a dash that is not the ASCII "-", as pasted from a web page;'


@pytest.mark.parametrize(
    ("line", "message"),
    [
        # Any secret before it, also with other options between.
        ("iam-useraddloginprofile -p correct -u bob hunter2", AFTER_SECRET),
        ("iam-useraddloginprofile -p correct -u bob -d hunter2", AFTER_SECRET),
        ("iam-useraddloginprofile -u bob hunter2", "No argument is allowed: ..."),
        # The last of several.
        ("iam-userchangepassword -o a -n b c", AFTER_SECRET.replace("-p ", "-n NEW")),
        # What follows = may be a secret if the command has an option with one.
        ("iam-usercreate --zzz=bob", '"--zzz=..." is not a valid option'),
        ("iam-useraddloginprofile --zzz=bob", '"--zzz=..." is not a valid option'),
        ("iam-useraddloginprofile --zzz=hunter=2", '"--zzz=..." is not a valid option'),
        ("iam-useraddloginprofile --zzz", '"--zzz" is not a valid option'),
        # The name, the placeholder, the parameter or a word of it is similar, whatever the case.
        ("iam-usercreate --user=b", '"--user=..." is not a valid option; did you mean "-u"?'),
        ("iam-usercreate --user=b=c", '"--user=..." is not a valid option; did you mean "-u"?'),
        ("iam-usercreate --UserNam b", '"--UserNam" is not a valid option; did you mean "-u"?'),
        ("iam-usercreate --rsue b", '"--rsue" is not a valid option; did you mean "-u"?'),
        ("iam-userlistkeys --last-used", '"--last-used" is not a valid option; did you mean "-l"?'),
        ("iam-usercreate --uxr b", '"--uxr" is not a valid option'),
        ("iam-usercreate --=b", '"--=..." is not a valid option'),
        (
            "iam-usercreate --config b",
            '"--config" is not a valid option; did you mean "--client-config-file"?',
        ),
        (
            "iam-usercreate --aws-credential b",
            '"--aws-credential" is not a valid option; did you mean "--aws-credential-file"?',
        ),
        (
            "iam-usercreate --versoin",
            '"--versoin" is not a valid option; did you mean "--version"?',
        ),
        # So is what begins with such a word, or with the parameter in AWS.
        *(
            (f"{line} {word}", f'"{word}" is not a valid option; did you mean "{option}"?')
            for line, word, option in (
                ("iam-accountmodpasswordpolicy", "-require-symbols", "-s"),
                ("iam-accountmodpasswordpolicy", "-require-numbers", "-n"),
                ("iam-accountmodpasswordpolicy", "-require-lowercase-characters", "-l"),
                ("iam-accountmodpasswordpolicy", "-require-uppercase-characters", "-u"),
                ("iam-accountmodpasswordpolicy", "-allow-users-to-change-password", "-a"),
                ("iam-accountmodpasswordpolicy", "-minimum-password-length", "-m"),
                ("iam-servercertupload", "-certificate-body", "-b"),
                ("iam-servercertupload", "-certificate-chain", "-c"),
                ("iam-servercertupload", "-private-key", "-k"),
                ("iam-servercertupload", "-server-certificate-name", "-s"),
                ("iam-useraddpolicy", "-endpoint-url", "--url"),
                ("iam-useruploadpolicy", "-file", "-f"),
                ("iam-usercreate", "--userbob", "-u"),
                ("iam-usercreate", "-outputfile", "-o"),
            )
        ),
        *(
            (
                f"iam-userenablemfadevice -authentication-code{number}",
                f'"-a..." is not a valid option; did you mean "-c{number}"?',
            )
            for number in (1, 2)
        ),
        *(
            (f"iam-usercreate -k {word}", f'"{word}" is not a valid option')
            for word in ("-output", "--output", "-outputjson", "-u-h", "-u=--help")
        ),
        # Dashes, more than one of them, with values and with long names.
        *(
            (
                f"iam-usercreate -u bob {dash}",
                f'"{dash}" {PASTED} type: iam-usercreate -u bob --debug',
            )
            for dash in ("\u2014debug", "\u2013\u2013debug", "\u2013-debug", "\u2212debug")
        ),
        (
            "iam-usercreate \u2014url=http://x=y -u bob",
            f'"\u2014url=http://x=y" {PASTED} type: iam-usercreate --url=http://x=y -u bob',
        ),
        ("iam-usercreate \u2013v -ubob", f'"\u2013v" {PASTED} type: iam-usercreate -v -u USERNAME'),
        ("iam-usercreate \u2013v -u bob", f'"\u2013v" {PASTED} type: iam-usercreate -v -u bob'),
        ("iam-usercreate -v \u2013u", f'"\u2013u" {PASTED} type: iam-usercreate -v -u'),
        ("iam-usercreate \u2013u ''", f"\"\u2013u\" {PASTED} type: iam-usercreate -u ''"),
        ("iam-usercreate \u2013u=", f'"\u2013u=" {PASTED} type: iam-usercreate -u USERNAME'),
        ("iam-usercreate \u2013u \u2014help", f'"\u2013u" {PASTED} type: iam-usercreate -u --help'),
        ("iam-usercreate \u2013u help", f'"\u2013u" {PASTED} type: iam-usercreate -u help'),
        ("iam-usercreate \u2013u bob v", f'"\u2013u" {PASTED} type "-" instead'),
        ("iam-usercreate \u2013u bob x", f'"\u2013u" {PASTED} type "-" instead'),
        ("iam-usercreate \u2013ubob", f'"\u2013ubob" {PASTED} type "-" instead'),
        (
            "iam-useraddloginprofile -u bob \u2013p hunter2",
            f'"\u2013p" {PASTED} type: iam-useraddloginprofile -u bob -p PASSWORD',
        ),
        (
            "iam-useraddloginprofile -u bob \u2013p=-hunter2",
            f'"\u2013p=..." {PASTED} type: iam-useraddloginprofile -u bob -p PASSWORD',
        ),
    ],
)
def test_suggestions(line, message):
    assert refused(line)[0] == message


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("iam-accountmodpasswordpolicy -m x", '"x" is not a valid value for "-m"'),
        *(
            (f"iam-accountmodpasswordpolicy -m {n}", f'"{n}" is not a valid value for "-m"')
            for n in (-(1 << 31) - 1, 1 << 31)
        ),
        ("iam-usercreate -t =x", '"=x" is not a valid value for "-t"'),
        ("iam-usercreate -t x", '"x" is not a valid value for "-t"'),
        # The first missing option by name, whatever the order of the command line.
        ("iam-useraddpolicy -u b -p n", 'Option "-a" is required'),
        ("iam-userenablemfadevice -u b -s x -c1 1", 'Option "-c2" is required'),
        # A similar option is suggested.
        ("iam-usercreate -U bob", '"-U" is not a valid option; did you mean "-u"?'),
        ("iam-usercreate --username b", '"--username" is not a valid option; did you mean "-u"?'),
        ("iam-usercreate --verbos", '"--verbos" is not a valid option; did you mean "-v"?'),
        # A short option and its value are not joined with "=", as in the original.
        ("iam-usercreate -u=bob", '"-u=bob" is not a valid option; write: -u bob'),
        ("iam-usercreate -u=", '"-u=" is not a valid option; write: -u USERNAME'),
        ("iam-usercreate -u=-h", '"-u=-h" is not a valid option'),
        ("iam-usercreate -u=a;b", '"-u=..." is not a valid option; write: -u USERNAME'),
        ("iam-usercreate -u==bob", "\"-u==bob\" is not a valid option; write: -u '=bob'"),
        ("iam-userlistbypath -i=5", '"-i=5" is not a valid option; write: -i 5'),
        (
            "iam-useraddloginprofile -u bob -p=hunter2",
            '"-p=..." is not a valid option; write: -p PASSWORD',
        ),
        # The first of two faults is reported, and what follows a secret is not shown.
        ("iam-groupcreate -g=Admins -p=/x/", '"-g=Admins" is not a valid option; write: -g Admins'),
        (
            "iam-useraddloginprofile -p=correct hunter2 -u b",
            '"-p=..." is not a valid option; write: -p PASSWORD',
        ),
        (
            "iam-useraddloginprofile \u2013u=bob \u2013p=hunter2",
            f'"\u2013u=bob" {PASTED} type: iam-useraddloginprofile -u bob -p PASSWORD',
        ),
        # A dash from a web page is reported; the command line to type omits secrets.
        (
            "iam-useraddloginprofile \u2013u bob -p hunter2secret",
            f'"\u2013u" {PASTED} type: iam-useraddloginprofile -u bob -p PASSWORD',
        ),
        (
            "iam-useraddloginprofile \u2013u bob -phunter2secret",
            f'"\u2013u" {PASTED} type: iam-useraddloginprofile -u bob -p PASSWORD',
        ),
        ("iam-useraddloginprofile -u bob \u2013phunter2secret", f'"\u2013p..." {UNCERTAIN}'),
        # What the dash was is not certain: "-u" with a value, or "--user".
        ("iam-useraddloginprofile \u2013ubob -p x", f'"\u2013ubob" {UNCERTAIN}'),
        ("iam-usercreate \u2014user=bob", f'"\u2014user=bob" {UNCERTAIN}'),
        ("iam-usercreate \u2014\u2014user bob", f'"\u2014\u2014user" {UNCERTAIN}'),
        ("iam-userdel \u2013u bob \u2014recursive", f'"\u2013u" {UNCERTAIN}'),
        ("iam-userdel \u2013rp \u2013u bob", f'"\u2013rp" {UNCERTAIN}'),
        (
            "iam-useraddloginprofile \u2013\u2013password hunter2secret",
            f'"\u2013\u2013p..." {UNCERTAIN}',
        ),
        ("iam-useraddloginprofile \u2013u b -p a hunter2", f'"\u2013u" {UNCERTAIN}'),
        # What may be a secret is not shown.
        (
            "iam-useraddloginprofile --password=hunter2",
            '"--password=..." is not a valid option; did you mean "-p"?',
        ),
        (
            "iam-userchangepassword --old=hunter2 --new=x",
            '"--old=..." is not a valid option; did you mean "-o"?',
        ),
        ("iam-useraddloginprofile -u bob -p correct hunter2", AFTER_SECRET),
        (
            "iam-useraddloginprofile -u bob -pass hunter2",
            '"-p..." is not a valid option; write: -p PASSWORD',
        ),
        ("iam-useraddloginprofile extra -u bob -p x", "No argument is allowed: extra"),
        (
            "iam-useraddloginprofile \u2013u bob \u2013p \u2013h",
            f'"\u2013u" {PASTED} type: iam-useraddloginprofile -u bob -p -h',
        ),
        ("iam-usercreate \u2013u=-d", f'"\u2013u=-d" {PASTED} type: iam-usercreate -u -d'),
        (
            "iam-usercreate \u2013u \u2013d",
            f"\"\u2013u\" {PASTED} type: iam-usercreate -u '\u2013d'",
        ),
        (
            "iam-usercreate -u bob \u2014url http://x",
            f'"\u2014url" {PASTED} type: iam-usercreate -u bob --url http://x',
        ),
    ],
)
def test_messages(line, message):
    assert "hunter2" not in message
    assert refused(line)[0] == message


def wrong(name: str, *arguments: str) -> str:
    """Return what is said of arguments that the command does not accept."""
    return refused(shlex.join([name, *arguments]))[0]


@pytest.mark.parametrize("name", COMMANDS)
def test_the_original_errors_and_help_of_each_command(name):
    required = {
        option["option"]: option.get("choices", ["Base32String"])[0]
        for option in COMMANDS[name]
        if option.get("required")
    }
    assert wrong(name, "--url") == 'Option "--url" takes an operand'
    # From left to right, and before a missing option.
    assert wrong(name, "-z", "extra") == '"-z" is not a valid option'
    secrets = any(option.secret for option in index.load(name).options)
    shown = "..." if secrets else "extra"
    assert wrong(name, "extra", "-z") == f"No argument is allowed: {shown}"
    if required:
        first = min(required)
        others = [item for item in required.items() if item[0] != first]
        assert wrong(name, *sum(others, ())) == f'Option "{first}" is required'
    with_value = [option["option"] for option in COMMANDS[name] if not option.get("flag")]
    every_option = index.load(name).all_options
    for option in with_value:
        assert wrong(name, option) == f'Option "{option}" takes an operand'
    # Help is no value, and goes before each error.
    for option in (*with_value, "--url", "--aws-credential-file", "--client-config-file"):
        for wanted in ("-h", "--help"):
            with pytest.raises(HelpRequested):
                parse(name, every_option, [option, wanted])


@pytest.mark.parametrize("wanted", ["-h", "--help"])
@pytest.mark.parametrize(
    "before",
    [
        [],
        ["-z"],
        ["-i", "x"],
        ["--version"],
        ["x"],
        ["-u"],
        ["-u", "x", "-i"],
        ["--url"],
        ["-u", "-v", "-p"],
        ["-z", "-u"],
        ["--"],
        ["-u", "--"],
    ],
)
def test_help_goes_before_everything(wanted, before):
    for after in ([], ["-u"], ["-z"], ["--", "x"], ["--version"]):
        with pytest.raises(HelpRequested):
            parse("iam-x", OPTIONS, [*before, wanted, *after])


@pytest.mark.parametrize("argument", ["-H", "--help=x", "--hel", "-hx", "\u2013h", "--h"])
def test_what_resembles_help_is_not_help(argument):
    shown = "--help=..." if argument == "--help=x" else argument
    assert said("-u", "x", argument).startswith(f'"{shown}" ')


@pytest.mark.parametrize("arguments", [["--version"], ["-z", "--version"], ["--version", "-u"]])
def test_version_goes_before_errors(arguments):
    with pytest.raises(VersionRequested):
        parse("iam-x", OPTIONS, arguments)


@pytest.mark.parametrize("wanted", ["-h", "--version"])
@pytest.mark.parametrize("wrong", ["-z", "x", "--profile", "-ubob", "\u2013u"])
def test_help_and_version_make_no_advice(wanted, wrong, monkeypatch):
    monkeypatch.setattr(suggestions, "unknown", None)
    with pytest.raises((HelpRequested, VersionRequested)):
        parse("iam-x", OPTIONS, [wrong, wrong, wanted])


#: Words that are wrong, and options without their values.
WRONG = "x -z -ubob -u=bob \u2013u -u -v - -- 'x"


def calls(command: str, arguments: list[str]) -> int:
    """Return how many functions are called for the error of a wrong line."""
    options, events = index.load(command).all_options, []
    sys.setprofile(lambda _, event, *__: events.append(event))
    try:
        parse(command, options, arguments)
    except UsageError as error:
        message(f"{error}; {error.hint}")
    finally:
        sys.setprofile(None)
    return len(events)


@pytest.mark.parametrize(
    "words",
    [
        *([word] for word in WRONG.split()),
        *([name, value] for name in habits.HABITS for value in ("x", "-u", "--region")),
    ],
    ids=" ".join,
)
def test_the_work_of_a_wrong_line_grows_as_the_line_does(words):
    def typed(number: int) -> list[str]:
        return ["-u", "bob", *words * (number // len(words))]

    # What is made once is made before.
    calls("iam-usercreate", typed(10))
    long, short = (calls("iam-usercreate", typed(number)) for number in (2000, 100))
    assert long <= 20 * short


@pytest.mark.parametrize(
    "text", ["-", *map(in_full, ["\u2013", "a", "A1", "/", "=", "'", "secret", "-----BEGIN "])]
)
def test_a_long_word_is_read_once(text):
    """With work that grows as the square of the length, this takes hours."""
    shown = message(said("-u", "x", f"-{text * (1_000_000 // len(text))}"))
    assert len(shown) <= MAX_LINE


def test_required_options_are_missed_in_the_order_of_their_names():
    both = [NAME.replace(name="-z"), GROUPS.replace(required=True)]
    with pytest.raises(UsageError, match='Option "-g" is required'):
        parse("iam-x", both, [])
    with pytest.raises(UsageError, match='Option "-z" is required'):
        parse("iam-x", both, ["-g", "a"])


@pytest.mark.parametrize(
    ("value", "allowed"),
    [
        ("a", False),
        ("ab", True),
        ("a_\u00e9", False),
        ("abc", True),
        ("abcd", False),
        ("a b", False),
        ("ab\n", False),
        ("", False),
    ],
)
def test_a_limit(value, *, allowed):
    assert Limit("a name", 2, 3, r"\w+").allows(value) == allowed


@pytest.mark.parametrize(
    ("option", "allowed", "refused"),
    [
        (options.USER, ["a", "a" * 64, "+=,.@-_Z9"], ["", "a" * 65, "a b", "a/b", "\u00e9"]),
        (options.GROUP, ["a", "a" * 128], ["", "a" * 129]),
        (
            options.SERIAL,
            ["GAHT12345", "arn:aws:iam::123456789012:mfa/a-b_c@d", "a" * 256],
            ["GAHT1234", "a" * 257, "GAHT 12345"],
        ),
        (options.KEY, ["A" * 16, "a" * 128], ["A" * 15, "A" * 129, "AKIA-IOSFODNN7EXAMPLE"]),
        (options.CERTIFICATE_ID, ["A" * 24, "a" * 128], ["A" * 23, "A" * 129, f"{'A' * 24}-"]),
        (
            options.PATH,
            ["/", "/a/", "/!/~/", f"/{'a' * 510}/"],
            ["", "/a", "a/", "/a b/", "/\u00e9/", f"/{'a' * 511}/"],
        ),
        (options.PATH_PREFIX, ["/", "/a", "/a/"], ["", "a/", "/a b", f"/{'a' * 512}"]),
        (
            options.ALIAS,
            ["abc", "a" * 63, "a-b", "1a2", "1" * 11, "1" * 13],
            ["ab", "a" * 64, "-ab", "ab-", "a--b", "Abc", "1" * 12],
        ),
        (options.CODE1, ["123456"], ["12345", "1234567", "12345a", "\u0661" * 6]),
        (options.OUTPUT_FILE, ["a", "-a", "a\nb", "a" * 4096], ["", "-", "a" * 4097]),
    ],
    ids=lambda value: value.dest if isinstance(value, Option) else "",
)
def test_the_limit_of_each_kind_of_value(option, allowed, refused):
    assert option.limit
    assert list(filter(option.limit.allows, [*allowed, *refused])) == allowed


@pytest.mark.parametrize(
    ("wrong", "nearest"),
    [("BOBBY", "Bobbi"), ("bobby", "Bobbi"), ("nna", "aNN"), ("NNA", "aNN"), ("bo", ""), ("", "")],
)
def test_the_nearest_text(wrong, nearest):
    assert suggestions.nearest(wrong, ["Bobbi", "aNN", "Zoe"]) == nearest


@pytest.mark.parametrize(("text", "valid"), [("5", 0), ("6", 1), ("128", 1), ("129", 0)])
def test_the_length_of_a_password(text, valid):
    (length,) = [o for o in index.load("iam-accountmodpasswordpolicy").options if o.name == "-m"]
    assert (not_allowed(length, text) is None) == valid


def test_the_length_of_a_limit():
    assert [Limit("a code", 6, high, "").length for high in (6, 7)] == ["6", "6 to 7"]


@pytest.mark.parametrize(
    ("low", "high", "argument", "number"),
    [(-5, 5, "-5", -5), (-5, 5, "5", 5), (0, 9, "-0", 0), (1, 1, "1", 1)],
)
def test_a_whole_number(low, high, argument, number):
    assert whole_number(low, high)(argument) == number


@pytest.mark.parametrize("argument", ["-6", "6", "+1", " 1", "1 ", "1e1", "", "-", "x", "1_0"])
def test_what_is_no_whole_number(argument):
    with pytest.raises(ValueError):  # noqa: PT011 - the message is never shown
        whole_number(-5, 5)(argument)


@pytest.mark.parametrize(
    ("argument", "path"),
    [("/", "/"), ("a", "/a/"), ("/a", "/a/"), ("a/", "/a/"), ("/a/", "/a/"), ("", "/")],
)
def test_a_path_gets_its_slashes(argument, path):
    assert entity_path(argument) == path


def test_a_tag():
    for argument, key, value in (("a=b", "a", "b"), ("a=", "a", ""), ("a==b=", "a", "=b=")):
        assert tag(argument) == {"Key": key, "Value": value}
    for argument in ("", "a", "=b", "="):
        with pytest.raises(ValueError):  # noqa: PT011 - the message is never shown
            tag(argument)
