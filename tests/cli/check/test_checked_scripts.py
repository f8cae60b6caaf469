"""iamcli check: how scripts are read; what the parser lacks is in test_unread.py."""

from __future__ import annotations

import itertools
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.checking import checked, codes, made_program, write
from support.checking import scripts as examples
from support.selection import every, in_full
from support.shell import ROOT, TESTS

from iamcli.cli.check import report
from iamcli.cli.check.check import Result, check_files
from iamcli.cli.check.explanations import EXPLANATIONS
from iamcli.cli.check.findings import STATES
from iamcli.cli.check.script import scripts, shfmt
from iamcli.cli.check.script.scripts import MAX_SIZE, Script

#: Words with a blank, which no name of a user has.
WORDS = [
    "'a b'",
    '"a b"',
    r"a\ b",
    r"\a\ b\c",
    "a' 'b",
    "'a'\" b\"c",
    "a'\"'b' '",
    '"a\'b c"',
    r'"a\"b c"',
    r'"a\$x c"',
    r'"a\`b c"',
    r'"a\\b c"',
    r'"\a b"',
    r"'a\ b'",
    r"a\\' 'b",
    "a\\\nb' '",
    "'a '\\\n\\\nb\\\n'c'",
    "$x\\\n' b'",
    '"$x "\\\n$x',
    "\\\n'a b'",
    '"a\\\nb c"',
    "'a\nb c'",
    '"a\nb c"',
    r"$'a\tb'",
    r"$'a\'b c\\'",
    "$'a'$' b'",
    '$"a b"',
    'a$"b c"',
    '"$""a b"',
    '"a $"',
    '"a # b"',
    "a#' '",
    '"~ a"',
    '"* a"',
    '"{a,b} c"',
    '"$x b"',
    '"a $x"',
    '"a    $x"',
    '"   $x"',
    '"$x   $x"',
    '"${x}   "',
    '"$x$x b"',
    '$x" b"',
    '"${x} b"',
    '"a ${x}c"',
    '" ${x}"',
    '"a   ${x}   c"',
    '"$y"',
    '"${y}"',
    '"a$y"',
    '"$y  $x"',
    "\"$x\"' $x'",
    '"$x-$y"',
    '"$x\\ b"',
    '"\u00e4 $x"',
    '"\u00e4\u20ac  $x \u00e4"',
]


def test_a_word_is_what_bash_makes_of_it(tmp_path):
    values = "x=1\ny='2 3'\n"
    words = "".join(f"printf '%s\\0' {word}\n" for word in WORDS)
    made = subprocess.run(["bash", "-c", values + words], capture_output=True, check=True)
    expected = dict(zip(WORDS, made.stdout.decode().split("\0")[:-1], strict=True))
    found = {}
    for word in WORDS:
        result = checked(tmp_path, f"{values}iam-usercreate -u {word}")
        found[word] = "".join(each.message for each in result.findings)
    assert found == {word: f'"{value}" cannot be a user name' for word, value in expected.items()}


# Files that a script reads.


def test_what_a_sourced_file_defines_is_known(tmp_path):
    (tmp_path / "lib.sh").write_text('name="a b"\niam-report() { iam-usergetattributes -z; }\n')
    script = '. ./lib.sh\niam-report\niam-usercreate -u "$name"\niam-nothing'
    found = checked(tmp_path, script).findings
    places = [(Path(each.file).name, each.line, each.code) for each in found]
    assert places == [("old.sh", 5, "E101"), ("lib.sh", 2, "E102")]
    both = check_files([str(tmp_path / "old.sh"), str(tmp_path / "lib.sh")])
    assert (len(both.findings), both.commands) == (3, 3)
    (hidden,) = (each for each in found if each.file.endswith("lib.sh"))
    assert (hidden.column, hidden.command, hidden.message) == (1, "", "no such option")


def printed(result: Result) -> str:
    """Return what is printed of files that were checked, as text and as JSON, with the notes."""
    return "\n".join([*report.text(result), *report.json(result), *report.notes(result)])


def words(text: str) -> set[str]:
    return set(re.findall(r"[\w/+.-]{3,}", text))


@pytest.mark.parametrize("step", [6, in_full(1)])
@pytest.mark.parametrize("code", sorted(EXPLANATIONS))
def test_no_word_of_a_file_that_was_not_given_is_shown(code, step, tmp_path):
    """Only the code and the line; and its values are not shown in the file that was given."""
    write(tmp_path, "iam-userdel -R; x iam-userdel; ( iam-userdel", name="other.sh")
    titles = " ".join(
        ["errors IAMCLI_STRICT", *STATES, *(each.title for each in EXPLANATIONS.values())]
    )
    usual = words(f"{printed(check_files([write(tmp_path, '. ./other.sh')]))} {titles}")
    codes = set()
    for at, script in enumerate(examples(code)[::step]):
        write(tmp_path, script.text, name=f"other{at}.sh")
        given = write(tmp_path, f". ./other{at}.sh", name=f"{at}.sh")
        result = check_files([given])
        assert words(printed(result)) & words(script.text) <= usual, script.text
        assert {(each.column, each.command) for each in result.findings} <= {(1, "")}
        codes |= {each.code for each in result.findings}
        values = "\n".join(re.findall(r"(?m)^\w+=[^$`]*$", script.text))
        if not values:
            continue
        rest = re.sub(r"(?m)^\w+=[^$`]*$", "", script.text)
        write(tmp_path, values, name=f"other{at}.sh")
        write(tmp_path, f". ./other{at}.sh\n{rest}", name=f"{at}.sh")
        shown = words(printed(check_files([given])))
        assert shown & words(values) <= words(rest) | usual, script.text
    assert code in codes


def test_a_file_that_is_sourced_again_sets_its_variables_again(tmp_path):
    (tmp_path / "env").write_text("export AWS_CREDENTIAL_FILE=/etc/key\n")
    for inner in (". ./env && ", ". ./env; ", "set -e; . ./env; "):
        line = f"su -l ops -c '{inner}iam-userlistbypath'"
        assert codes(tmp_path, f". ./env\n{line}\n{line}") == []
    assert codes(tmp_path, ". ./env\nsu -l ops -c 'iam-userlistbypath'") == ["W213"]


def test_the_values_of_credentials_are_unknown(tmp_path):
    (tmp_path / "aws.sh").write_text("AWSAccessKeyId=AKIA/x\nAWSSecretKey=wJalr/KEY\nother=a/b\n")
    script = '. ./aws.sh\nexport AWS_SECRET_ACCESS_KEY=c/d\nx="e f"\n'
    names = ("AWSSecretKey", "other", "AWS_SECRET_ACCESS_KEY", "x")
    script += "\n".join(f'iam-usercreate -u "${name}"' for name in names)
    name = write(tmp_path, script)
    for files in ([name], [str(tmp_path)]):
        assert [(each.line, each.code) for each in check_files(files).findings] == [(8, "E105")]


def test_a_file_that_is_not_known_may_define_everything(tmp_path):
    script = 'name="a b"\n. "$LIB"\niam-nothing\niam-usercreate -u "$name"\niam-usercreat -u bob'
    assert codes(tmp_path, script) == ["E101"]
    assert codes(tmp_path, script.replace('"$LIB"', "./no-such-file")) == ["E101"]


def test_a_file_that_is_no_script_may_define_everything(tmp_path):
    (tmp_path / "binary").write_bytes(b"\x7fELF\0")
    script = '. ./binary\niam-nothing\nname="a b"\n. ./binary\niam-usercreate -u "$name"'
    assert codes(tmp_path, script) == []


def test_the_options_of_the_first_line_are_on(tmp_path):
    script = "key=$(iam-useraddkey -u bob)"
    for first, expected in (
        ("#!/bin/bash -e\n", []),
        ("#!/usr/bin/env bash -e\n", []),
        ("#!/bin/bash -x\n", ["W207"]),
        ("\ufeff#!/bin/bash -e\n", []),
        # The name says that it is a script for a shell.
        ("#!/opt/bin/own-shell -e\n", []),
    ):
        assert codes(tmp_path, script, shebang=first) == expected


def test_a_file_without_a_first_line_is_read(tmp_path):
    for name in ("old", "old.sh", "old.bash", "old.ksh", "old.zsh"):
        script = "iam-usergetattributes -z"
        assert (name, codes(tmp_path, script, name=name, shebang="")) == (name, ["E102"])
        first = "" if name == "old" else "#!/opt/bin/own-shell\n"
        assert (name, codes(tmp_path, script, name=name, shebang=first)) == (name, ["E102"])


def test_files_that_read_each_other_end(tmp_path):
    (tmp_path / "lib.sh").write_text(". ./old.sh\n")
    assert codes(tmp_path, ". ./lib.sh\niam-usergetattributes -z") == ["E102"]


def test_each_file_that_another_one_reads_is_read(tmp_path):
    for number in range(60):
        (tmp_path / f"{number}.sh").write_text(f". ./{number + 1}.sh\niam-userdel -R\n")
    result = check_files([str(tmp_path / "0.sh")])
    assert (len(result.files), len(result.findings)) == (60, 60)


# The sample scripts.


SAMPLES = sorted([*(TESTS / "scripts").glob("*.sh"), *(ROOT / "examples").glob("*.sh")])
#: Every warning in the sample scripts. All of them are true; there is no error.
TRUE_WARNINGS = [
    # s3:* and arn:aws:s3:::* are not in quotes.
    ("scripts/bucket-user.sh", 4, 42, "W201"),
    ("scripts/bucket-user.sh", 4, 50, "W201"),
    # -p somePassword
    ("scripts/first-user.sh", 10, 40, "W205"),
    ("examples/first-user.sh", 25, 44, "W205"),
]


def test_the_sample_scripts_have_true_warnings_only(run_fast):
    done = run_fast("iamcli", "check", "--format", "json", *map(str, SAMPLES))
    assert (done.status, done.err) == (0, "")
    answer = json.loads(done.out)
    found = [
        ("/".join(Path(file).parts[-2:]), line, column, code)
        for file, line, column, code, *_ in (each.values() for each in answer["findings"])
    ]
    assert sorted(found) == sorted(TRUE_WARNINGS)
    assert answer["commands"] == 35


# What cannot be parsed.


def test_what_cannot_be_parsed_is_reported(run_fast, tmp_path):
    file = write(tmp_path, "iam-userdel -a\n\nif then ( iam-userdel -b\n\niam-userdel -c")
    done = run_fast("iamcli", "check", file)
    assert re.findall(r':(\d+):\d+: E102 "(-\w)"', done.out) == [("2", "-a"), ("6", "-c")]
    assert done.err == f"iamcli: {file}: line 4 cannot be parsed, not checked\n"


#: Files, what the note says of them, and where E109 is.
CR_LF = [
    (
        "a.sh",
        "#!/bin/sh\niam-usercreate \\\n  -u bob\nfor u in a; do\n:\ndone\n",
        "lines 1 to 6",
        "1:10",
    ),
    ("a.sh", "iam-usercreate -u bob\n\n", "lines 1 to 2", "1:22"),
    ("a.zsh", "iam-usercreate -u bob\n", "line 1", "1:22"),
    ("a b'c.sh", "# a\n:\ncat <<E\niam-userdel\nE\n", "lines 1 to 5", "1:4"),
    ("crontab", "# a\nA=b\n\n@daily iam-userdel -u b\n", "lines 1 to 4", "1:4"),
]


@pytest.mark.parametrize(("name", "text", "note", "place"), CR_LF)
def test_lines_that_end_in_cr_lf_are_an_error(name, text, note, place, run_fast, tmp_path):
    """The advised command removes it."""
    path = tmp_path / name
    path.write_bytes(text.replace("\n", "\r\n").encode())
    done = run_fast("iamcli", "check", str(path))
    assert re.findall(r"(\d+:\d+): (E\d+)", done.out) == [(place, "E109")]
    said = "must not end in CR LF, which shells do not accept; checked with LF instead"
    assert done.err.startswith(f"iamcli: {path}: {note} {said}\n")
    subprocess.run(re.findall("    run: (sed .*)", done.out)[0], shell=True, check=True)
    assert path.read_text() == text
    assert run_fast("iamcli", "check", str(path)).status == 0


def test_only_some_lines_end_in_cr_lf(run_fast, tmp_path):
    (tmp_path / "lib.sh").write_bytes(b":\nif a\r\nthen\n:\nfi\r\n")
    (tmp_path / "a.sh").write_bytes(b". ./lib.sh\niam-userdel -u b\n")
    done = run_fast("iamcli", "check", f"{tmp_path}/a.sh")
    assert f"{tmp_path}/lib.sh:2:1: E109" in done.out
    assert "/lib.sh: lines 2 to 5 must not end in CR LF, which" in done.err


def test_cr_lf_in_a_here_document_and_for_make_is_no_error(run_fast, tmp_path):
    """GNU make removes it."""
    text = b"if true; then\n  nc host <<E\nGET / HTTP/1.0\r\n\r\nE\nfi\n"
    (tmp_path / "a.sh").write_bytes(b"iam-userdel -u b\n" + text)
    (tmp_path / "Makefile").write_bytes(b"a:\r\n\tiam-userdel -u b\r\n")
    done = run_fast("iamcli", "check", f"{tmp_path}/a.sh", f"{tmp_path}/Makefile")
    assert (done.status, done.err) == (0, "")


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


def skip_unless_it_knows_zsh() -> None:
    command = [shfmt.program(), "-ln", "zsh", "--to-json"]
    if subprocess.run(command, input=b"", capture_output=True, check=False).returncode:
        pytest.skip("shfmt before 3.13 does not know zsh")


def test_zsh_is_read_as_far_as_it_is_understood(tmp_path):
    found = codes(tmp_path, ZSH, name="old.zsh", shebang="#!/bin/zsh\n")
    # Each version of shfmt knows more of zsh.
    assert set(found[:-1]) <= {"W212"}
    assert found[-1] == "E102"


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
def test_the_flags_of_zsh_are_understood(value, tmp_path):
    script = f"names={value}; iam-usergetattributes -z"
    skip_unless_it_knows_zsh()
    result = checked(tmp_path, script, name="old.zsh", shebang="#!/bin/zsh\n")
    assert [finding[1:4] for finding in result.findings] == [(2, len(script) - 1, "E102")]
    assert result.notes == []


def test_a_script_for_bash_and_zsh_is_read(tmp_path):
    skip_unless_it_knows_zsh()
    script = "iam-usergetattributes ${=OPTIONS}\niam-usergetattributes -z"
    assert codes(tmp_path, script) == ["E102"]


def parsed(folder: Path, source: bytes) -> None:
    path = folder / "fuzz.sh"
    path.write_bytes(source)
    lines = source.count(b"\n") + source.count(b"\r") + 1
    for finding in check_files([str(path)]).findings:
        assert 1 <= finding.line <= lines
        assert finding.column >= 1
        assert finding.code in EXPLANATIONS


@pytest.mark.parametrize(
    "end",
    [
        "[[ a ",
        "case x in a",
        "x=(a ",
        "${a",
        "$((1",
        "cat <<A\n",
        "cat <<",
        '"a',
        "`a",
        "$'",
        "x=$(a ",
        "for x in a",
        "(",
        "case a in (",
        "# ",
        "[[ ",
        "${",
        '"$',
        "a=(",
    ],
)
def test_a_script_that_ends_anywhere(end, tmp_path):
    for last in ("", "\\", "'", '"'):
        parsed(tmp_path, f"#!/bin/bash\n{end}{last}".encode())


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=200))
def test_no_bytes_are_too_much(tmp_path_factory, source):
    parsed(Path(tmp_path_factory.getbasetemp()), source)


def test_no_beginning_of_a_script_is_too_much(tmp_path):
    for sample in SAMPLES:
        source = sample.read_bytes()
        for end in range(0, len(source), 97):
            parsed(tmp_path, source[:end])


#: Scripts that are refused, and why.
REFUSED = {
    "x" * (300 << 10): "larger than 262144 bytes",
    "(" * 10_000 + "a" + ")" * 10_000: "too large or nested too deeply",
    "a | " * 20_000 + "a": "too large or nested too deeply",
    "a | " * 2000 + "a": "too large or nested too deeply",
    "a &&\n" * 20_000 + "a": "too large or nested too deeply",
    "(\n" * 10_000 + "a\n" + ")\n" * 10_000: "too large or nested too deeply",
    "if a; then " * 4000 + "b; " + "fi; " * 4000: "too large or nested too deeply",
    "echo \0": "not a text file",
}


@pytest.mark.parametrize("script", every(3, list(REFUSED)), ids=range(len(REFUSED)))
def test_what_takes_too_much_memory_is_refused_in_one_line(script, run_fast, tmp_path):
    if REFUSED[script] == "too large or nested too deeply" and not sys.platform.startswith("linux"):
        pytest.skip("only Linux can limit the memory of another process")
    file = write(tmp_path, script)
    done = run_fast("iamcli", "check", file)
    assert (done.status, done.out) == (2, "0 commands, 0 errors, 0 warnings, 1 file not read\n")
    assert done.err == f"iamcli: cannot check {file}: {REFUSED[script]}\n"


@pytest.mark.parametrize("form", [f"#{' ' * 1022}\n", "#"])
def test_the_largest_script_is_read(form, tmp_path):
    file = tmp_path / "old.sh"
    reason = f"larger than {MAX_SIZE} bytes"
    for size, unreadable in ((MAX_SIZE, []), (MAX_SIZE + 1, [(str(file), reason)])):
        file.write_text((form * size)[:size])
        assert check_files([str(file)]).unreadable == unreadable


@pytest.mark.parametrize("operator", ["&&", "||", "|"])
def test_a_long_chain_is_read(operator, tmp_path):
    chain = f" {operator} ".join(["a"] * 300)
    assert codes(tmp_path, f"{chain} {operator} iam-userdel -R") == ["E102"]


OTHER_OUTPUT = "shfmt does not print what it should; is it shfmt?"


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("echo no >&2; exit 7", "shfmt fails: no"),
        ("exit 7", "shfmt fails: 7"),
        ("kill -9 $$", "shfmt fails: -9"),
        ("echo rubbish", OTHER_OUTPUT),
        ("echo {}", OTHER_OUTPUT),
        ('echo \'{"Type": "File", "Stmts": 1}\'', OTHER_OUTPUT),
        ('echo \'{"Type": "File", "Stmts": [1]}\'', OTHER_OUTPUT),
    ],
)
def test_a_shfmt_that_fails_is_one_line(script, reason, tmp_path, monkeypatch):
    fake = made_program(tmp_path, script)
    monkeypatch.setattr(shfmt, "program", lambda: fake)
    result = check_files([write(tmp_path, "iam-userdel 'x'")])
    assert [each for _, each in result.unreadable] == [reason]


def test_a_shfmt_that_does_not_end_is_ended(tmp_path, monkeypatch):
    fake = made_program(tmp_path, f"echo $$ >{tmp_path}/pid\nexec sleep 1000")
    monkeypatch.setattr(shfmt, "program", lambda: fake)
    monkeypatch.setattr(shfmt, "MAX_TIME", 3)
    result = check_files([write(tmp_path, "iam-userdel 'x'")])
    assert result.unreadable == [(str(tmp_path / "old.sh"), "shfmt takes longer than 3 seconds")]
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


def test_each_file_has_its_own_time(tmp_path, monkeypatch):
    # Each look at the clock is 15 of the 20 seconds after the one before.
    clock = SimpleNamespace(monotonic=itertools.count(0, 15).__next__)
    monkeypatch.setattr(shfmt, "time", clock)
    files = [write(tmp_path, f"iam-userdel -u {name}", f"{name}.sh") for name in "abc"]
    assert check_files(files).unreadable == []


def in_python() -> None:
    while True:
        pass


def in_a_pattern() -> None:
    re.fullmatch("(a|a)*b", "a" * 1000)


@pytest.mark.parametrize("never_ends", [in_python, in_a_pattern])
def test_a_file_that_takes_too_long_cannot_be_read(never_ends, tmp_path, monkeypatch):
    """The others are checked, and the timer is as it was before."""
    names = [write(tmp_path, "iam-userdel -R", name) for name in ("a", "never", "c")]

    def slow(file: str, *others: object, **more: object) -> Script:
        left, _ = signal.getitimer(signal.ITIMER_PROF)
        assert 15 < left < 21
        if file == names[1]:
            signal.setitimer(signal.ITIMER_PROF, 0.01, 1)
            never_ends()
        return scripts.read_script(file, *others, **more)  # type: ignore[arg-type]

    monkeypatch.setattr("iamcli.cli.check.check.read_script", slow)
    before = signal.getsignal(signal.SIGPROF)
    result = check_files(names)
    assert result.unreadable == [(names[1], "takes longer than 20 seconds")]
    assert [(each.file, each.code) for each in result.findings] == [
        (names[0], "E102"),
        (names[2], "E102"),
    ]
    assert signal.getsignal(signal.SIGPROF) is before
    assert signal.getitimer(signal.ITIMER_PROF) == (0, 0)


@pytest.mark.parametrize("shebang", ["#!/bin/bash\n", "#!/bin/zsh\n"])
def test_nothing_of_a_script_is_run(shebang, run_fast, tmp_path):
    """Neither of a script that is read, nor of one with a syntax error, nor of start-up files."""
    made = tmp_path / "made"
    for name in (".zshenv", ".bashrc", ".profile"):
        (tmp_path / name).write_text(f"touch {made}\n")
    env = {"HOME": str(tmp_path), "ZDOTDIR": str(tmp_path), "BASH_ENV": str(tmp_path / ".bashrc")}
    lines = f"touch {made}\n$(touch {made})\neval 'touch {made}'\n: $((x[$(touch {made})0]))\n"
    read, faulty = (
        write(tmp_path, lines + end, name, shebang)
        for name, end in (("read.sh", "iam-userdel -R"), ("faulty.sh", "echo )"))
    )
    assert "E102" in run_fast("iamcli", "check", read, env=env).out
    run_fast("iamcli", "check", faulty, env=env)
    assert not made.exists()
