"""iamcli check: which files are read, as what, and which names in them are not checked."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from support.checking import TOOLKIT, checked, made_program, write
from support.requirements import PATH
from support.selection import in_full
from support.shell import BIN
from support.strict_scripts import SCRIPTS
from support.users import other_user

from iamcli.cli import index
from iamcli.cli.check import report
from iamcli.cli.check.check import check_files
from iamcli.cli.check.script import kinds, shfmt
from iamcli.cli.check.script.kinds import CRONTAB, MAKEFILE, SHELL, ZSH
from iamcli.cli.homes import choice
from iamcli.cli.homes.choice import INSTALLED as FOUND
from iamcli.cli.homes.choice import STRICT, Advice
from iamcli.cli.homes.layout import lay_out
from iamcli.cli.installed_commands import commands_folders

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from iamcli.cli.check.findings import Result

WRONG = "iam-userdel -R"

#: Files: the name, the language and the text. A line with WRONG has the finding E102, and each name
#: in a line with "not" is not checked; "shown" is in lines with names that need no check.
FILES = [
    ("old.sh", "sh", f"{WRONG}\n# iam-userdel shown\nperl -e 'iam-userdel not'\n"),
    ("ash", "sh", f"#!/bin/busybox sh\n{WRONG}\n"),
    ("ksh", "sh", f"#!/usr/bin/ksh93\n{WRONG}\n"),
    ("rbash", "sh", f"#!/bin/rbash\n{WRONG}\n"),
    ("env", "sh", f"#!/usr/bin/env -S bash -e\n{WRONG}\n"),
    ("old", "sh", f"{WRONG}\n"),
    (".bashrc", "sh", f"alias ud='{WRONG}'\nalias ul='cd /; {WRONG} && ls'\n"),
    (".zshrc", "zsh", f"alias -g ud='{WRONG}'\n"),
    (
        "writes.sh",
        "sh",
        (
            f"cat >run.sh <<'E'\n{WRONG}\n# iam-userdel shown\nE\nsh run.sh\n"
            f'cat >"$file" <<E\n#!/bin/sh\n{WRONG} -u \\$user\nE\n'
            "cat >run.py <<E\nos.system('iam-userdel not')\nE\n"
        ),
    ),
    (
        "crontab",
        "crontab",
        (
            f"# iam-userdel shown\nPATH=/opt/iam:$HOME\n\n*/5 0-6 1,15 * mon-fri {WRONG}\n"
            f"@daily\tcd /tmp && {WRONG} >/dev/null 2>&1 # iam-userdel shown\n"
            f"@reboot sh%iam-userdel not\n0 0 * * * docker run iam iam-userdel not\n"
        ),
    ),
    ("cron.d/iam", "crontab", f"SHELL=/bin/bash\n0 1 * jan,jul 7 root {WRONG}\n"),
    ("jobs", "crontab", f"MAILTO=root\n@hourly {WRONG}\n"),
    # The user is known, or the same in each line.
    ("jobs.txt", "crontab", f"@daily root {WRONG}\n@daily own iam-userdel not\n@daily x/y\n"),
    ("jobs.md", "crontab", f"A=b\n@daily own-1 {WRONG}\n@daily own-1 nice {WRONG}\n"),
    ("jobs.sh", "crontab", f"@daily root {WRONG}\n@daily own {WRONG}\n"),
    ("jobs.yml", "crontab", "@daily own iam-userdel not\n@daily other iam-userdel not\n"),
    ("jobs.log", "crontab", f"@daily timeout 60 {WRONG}\n@daily umask 077; {WRONG}\n"),
    (
        "Makefile",
        "Makefile",
        "IAM = iam-userdel not\n# iam-userdel shown\nall: x ; @" + WRONG + "\n"
        f"\t-{WRONG}\n\t@ if $$x; then \\\n\t    {WRONG}; \\\n\tfi # iam-userdel shown\n"
        f"\t$(BIN)/{WRONG} '$(X)' \"$<\" $X\n"
        f"\tsh -c '{WRONG}'\n\techo iam-userdel shown\n"
        "\tiam-userdel -u $(shell iam-userlistbypath not)\n",
    ),
    ("build.mk", "Makefile", f"all:\n\t{WRONG}\n"),
    ("rules.make", "Makefile", f"all:\n\t{WRONG}\n"),
    ("tool", "Makefile", f"#!/usr/bin/make -f\nall:\n\t{WRONG}\n"),
    ("tool.py", "Python", "import os\n# iam-userdel shown\nos.system('iam-userdel not')\n"),
    ("python", "Python", "# -*- python -*-\nimport os, sys\nos.system('iam-userdel not')\n"),
    ("tool.sh", "Python", "#!/usr/bin/env python3\nos.system('iam-userdel not')\n"),
    ("perl", "Perl", "use strict;\nsystem 'iam-userdel not';\n$x = 'iam-user';\n"),
    ("tool.rb", ".rb", "`iam-userdel not`\n"),
    ("type", "expect -f", "#!/usr/bin/expect -f\nspawn iam-userdel not\n"),
    ("deploy.yml", "YAML", "run: iam-userdel not\n"),
    ("ci", "YAML", "jobs:\n  - run: iam-userdel not (\n"),
    ("notes.md", "Markdown", "# iam-userdel not\n"),
    ("page", "XML", '<?xml version="1.0"?>\n<run>iam-userdel not</run>\n'),
    ("Dockerfile", "Dockerfile", "FROM debian\nRUN iam-userdel not\n"),
    ("old.csh", "csh", "iam-userdel not\n"),
    ("iam.pp", ".pp", "exec { 'x': command => 'iam-userdel not' }\n"),
    ("a.groovy", ".groovy", "'iam-userdel not'.execute()\n"),
    ("Jenkinsfile", "Jenkinsfile", "pipeline { steps { sh 'iam-userdel not' } }\n"),
    ("Vagrantfile", "Vagrantfile", "x.inline = 'iam-userdel not'\n"),
    ("a.lua", ".lua", "os.execute('iam-userdel not')\n"),
    ("run.sh.erb", ".erb", "iam-userdel not -u <%= @user %>\n"),
    ("sudoers", "sudoers", "ops ALL = NOPASSWD: /x/iam-userdel not\n"),
    ("sudoers.d/ops", "sudoers", "ops ALL = NOPASSWD: /x/iam-userdel not\n"),
    ("logrotate.d/iam", "logrotate", "/x.log {\n  postrotate\n    iam-userdel not\n}\n"),
    ("nagios/iam.cfg", kinds.UNKNOWN, "define command {\n  command_line iam-userdel not\n}\n"),
    ("monitrc", "monitrc", "check program x with path iam-userdel not\n"),
    (".procmailrc", ".procmailrc", ":0\n* ^Subject: x\n| iam-userdel not\n"),
    # Only what a shell refuses shows that it is no script.
    ("nagios/iam", kinds.UNKNOWN, "# iam-userdel shown\ndefine x{\n  line iam-userdel not\n}\n"),
    ("mail", kinds.UNKNOWN, ":0\n* ^Subject: x\n| iam-userdel not\n"),
    ("todo.txt", "text", "iam-userdel not, and /opt/iam-userdel.log\n"),
]

START = "#!/bin/sh\n"
PERL = '${1+"$@"}\'\n    if 0;\nsystem(q{iam-userdel not});\n'
PYTHON = "import os\nos.system('iam-userdel not')\n"
NODE = "\nrequire('child_process').exec('iam-userdel not')\n"
#: Files that a shell begins to read, and that another program then reads.
HANDED_OVER = [
    ("tclsh", '# the next line restarts \\\nexec tclsh "$0" "$@"\nexec iam-userdel not {\n'),
    ("wish8.6", '# \\\n\texec wish8.6 "$0" ${1+"$@"}\nexec iam-userdel not {\n'),
    ("expect", '#\\\nexec /usr/bin/expect -f "$0" -- "$@"\nspawn iam-userdel not\n'),
    ("Perl", f"eval 'exec perl -x -wS $0 {PERL}"),
    ("Perl", f"# -*- perl -*-\n\neval 'exec /usr/bin/perl5 -S $0 {PERL}"),
    ("Perl", f"eval '(exit $?0)' && eval 'exec perl -wS $0 {PERL}"),
    ("Perl", f'eval \'\n  exec perl -I lib -S "$0" {PERL}'),
    ("Perl", 'set -e\nexec perl -x -S -- "$0" "$@"; exit 1\n#!perl\nqx{iam-userdel not};\n'),
    ("Python", f'"exec" "python" "$0" "$@"\n{PYTHON}'),
    ("Python", f'"exec" "/usr/bin/env" "python3" "-u" "$0" "$@"\n{PYTHON}'),
    ("Python", f"''':'\nexec python3 \"$0\" \"$@\"\n'''\n{PYTHON}"),
    ("Python", f'""":" # its own\nexec python3 "${{0}}" ${{1+"$@"}} || exit\n"""\n{PYTHON}'),
    ("Python", f"'''exec' /opt/venv/bin/python3 \"$0\" \"$@\"\n' '''\n{PYTHON}"),
    ("Python", f"''''exec python3 -- \"$0\" ${{1+\"$@\"}} # '''\n{PYTHON}"),
    ("ruby", 'exec env ruby "$0" "$@" 2>&1\n#!ruby\nsystem("iam-userdel not") if (x\n'),
    ("ruby", "exec /usr/bin/env -S LC_ALL=C ruby -x $0\n#!ruby\n`iam-userdel not`\n"),
    ("node", f'":" //# comment ; exec /usr/bin/env node --harmony "$0" "$@"{NODE}'),
    ("node", f'//usr/bin/true; exec node "$0"{NODE}'),
    ("lua", '_=[[\nexec lua "$0" "$@"\n]]\nos.execute("iam-userdel not")\n'),
    ("guile", 'exec guile \\\n  -e main -s "$0" "$@"\n!#\n(system "iam-userdel not")\n'),
    ("go", '//usr/bin/true; exec go run "$0" "$@"\nfunc run() { x("iam-userdel not") }\n'),
]
#: What does not end the part for the shell: it reads on, or another shell does, or it is about
#: another file.
NOT_HANDED_OVER = [
    '[ -x /usr/bin/perl ] && exec perl "$0" "$@"',
    'test -n "$X" ||\nexec perl "$0" "$@"',
    'test -n "$X" || \\\nexec perl "$0" "$@"',
    'if test -n "$X"; then\nexec perl "$0" "$@"\nfi',
    'f() {\nexec perl "$0" "$@"\n}',
    ':() { echo; exec perl "$0"; }',
    "eval '[ -x /usr/bin/perl ] && exec perl $0'",
    ": '\nexec perl \"$0\"\n'",
    ": <<'E'\nexec perl \"$0\"\nE",
    '# exec perl "$0"',
    '(exec perl "$0")',
    'exec perl "$0" &',
    'exec perl "$0" 2>&1 | tee log',
    'exec bash "$0" "$@"',
    'exec /usr/bin/env A=b /bin/ksh93 "$0"',
    '"exec" "zsh" "$0" "$@"',
    "eval 'exec sh $0 ${1+\"$@\"}'",
    'exec busybox sh "$0"',
    'exec csh -f "$0"',
    'exec su -c "$0"',
    'exec sudo "$0" "$@"',
    'exec /usr/bin/sudo -E perl "$0"',
    'exec env -i "$0"',
    'exec nohup "$0"',
    'exec "$0" "$@"',
    'exec >"$0.log" 2>&1',
    'exec perl "$0.pl" "$@"',
    'exec python3 "$(dirname "$0")/tool.py"',
    'exec python3 /opt/tool.py "$0"',
]
FILES += [
    (f"handed{number}.sh", language, f"{START}{text}")
    for number, (language, text) in enumerate(HANDED_OVER)
]
FILES += [
    (f"read{number}.sh", "sh", f"{START}{text}\n{WRONG}\n")
    for number, text in enumerate(NOT_HANDED_OVER)
]


@pytest.fixture
def of_each_kind(tmp_path: Path) -> Path:
    """A directory with one file of each kind."""
    for name, _, text in FILES:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_each_name_is_checked_or_counted(of_each_kind):
    result = check_files([str(of_each_kind)])
    assert {each.code for each in result.findings} == {"E102"}
    found = {(each.file, each.line) for each in result.findings}
    by_name = {file.name: file for file in result.files}
    assert by_name.keys() == {str(of_each_kind / name) for name, _, _ in FILES}
    for name, language, text in FILES:
        file = by_name[str(of_each_kind / name)]
        lines = list(enumerate(text.splitlines(), 1))
        wrong = [number for number, line in lines if WRONG in line]
        assert (name, file.language) == (name, language)
        assert (name, [number for number, _ in lines if (file.name, number) in found]) == (
            name,
            wrong,
        )
        not_checked = [number for number, line in lines if " not" in line]
        assert (name, [number for number, _ in file.mentions]) == (name, not_checked)
        state = "needs a change" if wrong else "not all checked"
        assert (name, file.state) == (name, state)


def test_what_is_no_shell_script_has_no_syntax_error(tmp_path):
    for name, language, text in FILES:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        if language not in kinds.READ:
            (tmp_path / name).write_text(f"{text}if (x 'y {{\n")
            assert (name, check_files([str(tmp_path / name)]).findings) == (name, [])


def test_the_languages(tmp_path):
    """Of files without a name above."""
    names = {
        SHELL: (
            "profile",
            ".profile",
            ".bash_profile",
            "bash.bashrc",
            ".kshrc",
            ".bash_aliases",
            "cron.daily/iam",
            "init.d/iam",
            "rc3.d/S99iam",
            "profile.d/iam",
            "rc.local",
        ),
        ZSH: ("zshenv", ".zprofile", ".zlogin"),
        CRONTAB: ("crontabs/bob", "jobs.cron"),
        MAKEFILE: ("GNUmakefile", "Makefile.inc"),
        "csh": ("profile.d/iam.csh",),
        "text": ("init.d/README",),
        "": ("aliases", "rc", "login", "old", "cron.txt.old"),
    }
    for language, each in names.items():
        for name in each:
            assert (name, kinds.language(str(tmp_path / name), "a\n")) == (name, language)
    texts = {
        "@include a\n@include b\n": "",
        "@yearly a\n": CRONTAB,
        "A=b\n": "",
        "A=b\n@daily a\necho\n": "",
        "#!/opt/own/shell -x\n": "shell -x",
        "#!/usr/bin/env -S zsh -f\n": ZSH,
        "#!/bin/pdksh\n": SHELL,
        "#!/bin/fish\n": "fish",
        "#!/bin/sh\n@daily a\n": SHELL,
    }
    for text, language in texts.items():
        assert (text, kinds.language(str(tmp_path / "old"), text)) == (text, language)


JAVA = "com.amazonaws.iam.CommandLineView"
#: Scripts, and the lines of the names in them that are not checked.
MENTIONS = [
    ("echo iam-userdel; printf '%s\\n' iam-userdel >&2", []),
    ("command -v iam-userdel >/dev/null || which iam-userdel; type iam-userdel", []),
    ("f() { echo iam-userdel >/dev/stderr; }", []),
    ("[ -x $AWS_IAM_HOME/bin/iam-userdel ] || [[ -e iam-userdel ]] || test -f iam-userdel", []),
    ("${SHELL:-/bin/sh} <<'E'\niam-userdel -u b\nE\n\"$SHELL\" -c 'iam-userdel -u b'", []),
    ("echo iam-userdel | sh", [1]),
    ("{ echo iam-userdel; } | sh", [1]),
    ("echo iam-userdel >run", [1]),
    ("{\necho iam-userdel\n} >>run", [2]),
    ("x=$(command -v iam-userdel)", [1]),
    ('echo "$(\necho iam-userdel\n)"', [2]),
    ("x=$(sh -c 'echo iam-userdel')", [1]),
    ("docker run x iam-userdel -u bob", [1]),
    ("watch 'iam-userlistbypath -p /'", [1]),
    ("at now <<E\niam-userdel -u bob\n# iam-userdel\nE", [2, 3]),
    ("awk '{ system(\"iam-userdel -u \" $1) }' users", [1]),
    ("cat <<E\nuse iam-userdel\nE", [2]),
    ("case $1 in\niam-userdel) ;;\nesac", [2]),
    ("man iam-userdel; man iam-userdel", [1, 1]),
    ("iam-userdel() { :; }\niam-userdel -z", [1, 2]),
    ("for c in iam-userdel iam-groupdel; do $c -h; done", [1, 1]),
    # A value is checked where it is used.
    ("c=iam-userdel\n$c -u bob", []),
    ("export PATH c=iam-userdel\n$c -u bob", []),
    ('c=(iam-userdel -u bob)\n"${c[@]}"', []),
    ("for c in iam-userdel; do $c -u bob; done", []),
    ("alias ud=iam-userdel\nud -u bob", []),
    ("c=iam-userdel\n$c -u bob\nperl -e 'iam-userdel'", [3]),
    ("c=iam-userdel\n$d -u bob", [1]),
    # What is in the arguments of a command that is checked.
    ("iam-usercreate -u iam-userdel", []),
    ("iam-usercreate -u \"$(perl -e 'iam-userdel')\"", [1]),
    ('iam-usercreate -u "$(echo x\n# iam-userdel\n)"', []),
    ("ssh host 'iam-userlistbypath; perl -e iam-userdel'", [1]),
    ("ssh host <<E\niam-userlistbypath\n# iam-userdel\nE", []),
    ("bash -c 'iam-userlistbypath # iam-userdel\n'", []),
    ("busybox sh -c iam-userlistbypath", [1]),
    ("sudo nice iam-userlistbypath", []),
    ("xargs iam-userdel -u <users", []),
    ('run() { "$@"; }\nrun iam-userdel -u bob', []),
    ("run iam-userdel -u bob", [1]),
    # Lines that cannot be read are reported as such.
    ("echo $((1 +)) # iam-userdel", []),
    # Words that mean a command.
    ("strace -f iam-usercraete -u bob", [1]),
    ("at now <<E\niam-create-user bob\niam_list-users\nE", [2, 3]),
    ("screen -dm 'iam-delete-user -u bob'; run iam_delete_user", [1, 1]),
    ("ssh host \"perl -e 'iam-create-user'\"", [1]),
    ("run iam-report; run my-iam-user; run iam-users-x", []),
    ("run x/iam-users ./iam-users iam-users/x iam-users.txt", []),
    ("run --iam-user x --name iam-user --name=iam-user -iam-user iam-user=x", []),
    ("iam_users=x; role='iam-role'\nrun iam_users $iam_users \"${iam_users}\"", []),
    ("iam_create_user() { :; }\niam_create_user bob", []),
    ("logger -t iam-users 'iam-user gone'; mkdir iam-users; echo iam-users", []),
    ("cat <<E\nan iam-user\nE\n# an iam-user", []),
    ("iam-usercreate -u iam-user", []),
    # What java runs.
    (f"java -cp '/opt/iam/lib/*' {JAVA} usercreate -u bob", [1]),
    (f"exec $JAVA_HOME/bin/java \\\n {JAVA} \\\n usercreate; # {JAVA}\necho {JAVA} x", [2]),
    (f"view={JAVA}\njava $view userdel -u bob", [1]),
    ("java -jar $AWS_IAM_HOME/lib/x.jar com.example.Main usercreate", [1]),
    ("java -cp '/opt/aws/apitools/iam/lib/*' com.example.Main", [1]),
    ("AWS_IAM_HOME=/opt/x\nlib=$AWS_IAM_HOME/lib\nsudo java -cp a:$lib/b.jar x.Y", [3]),
    ('export CLASSPATH=$AWS_IAM_HOME/lib/x.jar\nexec "$JAVA_HOME"/bin/java x.Y "$@"', [2]),
    ('"$JAVA" -cp $AWS_IAM_HOME/lib/x.jar x.Y', [1]),
    (f"java -cp $AWS_IAM_HOME/lib/x.jar {JAVA} usercreate", [1]),
    ("java -jar own.jar; java -cp $X/a.jar x.Y $AWS_IAM_HOME; java -version", []),
    ("AWS_IAM_HOME=; AWS_IAM_HOMES=/x; java -jar /opt/own/x.jar $AWS_IAM_HOMES/x", []),
    ("ls $AWS_IAM_HOME/lib/x.jar; [ -r /opt/aws/apitools/iam/lib/x.jar ]", []),
    (
        'java com.amazonaws.iam.X; f() { java -jar /x/IAMCli.jar; }\nf && "$J" -jar $X/iam.jar',
        [1, 1, 2],
    ),
    (
        "if java -cp $CP com.amazonaws.x.Y; then :; fi\n$X && exec java -jar lib/IAMCli-1.5.jar",
        [1, 2],
    ),
    ("$AWS_IAM_HOME/bin/service iam.X; service httpd restart", [1]),
    (
        "wget http://x/IAMCli.zip\nunzip -q /tmp/IAMCli-1.5.0.zip # IAMCli.zip\necho IAMCli.zip",
        [1, 2],
    ),
    # Commands whose names are not known to their ends.
    ('"$AWS_IAM_HOME/bin/iam-$sub" "$@"', [1]),
    ("$AWS_IAM_HOME/bin/iam-user$1 -u bob; /opt/iam/bin/iam-${x}list", [1, 1]),
    ('iam-$x -u bob\n"iam-$1" "$@"\niam-${y}key -u bob', [1, 2, 3]),
    ("A=b sudo -u ops iam-$x\nenv -i A=b iam-$x\nexec iam-$x\nxargs -n1 iam-$x -u", [1, 2, 3, 4]),
    ("nohup iam-$x &\ntime iam-$x\n! iam-$x || iam-$y\nfind . -exec iam-$x {} +", [1, 2, 3, 3, 4]),
    ("if iam-$x; then :; elif iam-$x; then :; fi\nwhile iam-$x; do iam-$y; done", [1, 1, 2, 2]),
    ("for x in add del; do\niam-user$x -u bob\ndone", [2]),
    ("f() {\niam-$1\n}\nf usercreate", [2]),
    ("n=$(iam-$x | wc -l)\nsh -c 'iam-$2' x y\neval \"iam-$x\"\nssh host iam-$x", [1, 2, 3, 4]),
    ("cmd=$AWS_IAM_HOME/bin/iam-$1\n$cmd -u bob", [2]),
    ("alias i='iam-$x'\ni -u bob", [1]),
    ('run() { "$@"; }\nrun iam-$x -u bob', [2]),
    ("x=userdel; iam-$x -u bob; for x in userdel; do iam-$x -u bob; done", []),
    ("iam-$(date).log; echo >iam-$(date).log; tar cf iam-$x iam-$y; iam-$x.sh", []),
    ('echo "iam-$x"; printf iam-$x; logger "iam-$x"; grep iam-$x y', []),
    ("command -v iam-$x; which iam-$x; type $AWS_IAM_HOME/bin/iam-$x", []),
    ("[ -x $AWS_IAM_HOME/bin/iam-$x ] && [[ -e iam-$x ]]; test iam-$x = iam-$y", []),
    ("x=iam-$y; iam-report-$z; ./iam-$z; /opt/ops/iam-$z; case iam-$x in iam-$y) ;; esac", []),
    # Options that are not known, if -p may be one of them, and -r another.
    ("iam-groupdel -g $g -p $X; iam-roledel -r x ${X:+-p}; xargs iam-groupdel -p", [1, 1, 1]),
    ("[ a ] && X=-p\niam-groupdel -g $g $X\niam-groupdel -g x $X -r", [2]),
    ("iam-groupdel -g $g -p; iam-groupdel -g $g $X; iam-useraddpolicy -p x $X", []),
    # Parts of other names.
    ("x.iam-userdel; iam-userdel.log; my-iam-userdel; IAM-userdel", []),
    ("iam-userdel.", [1]),
]


def test_which_names_are_not_checked(tmp_path):
    found = {}
    for script, _ in MENTIONS:
        (file,) = checked(tmp_path, script, shebang="").files
        found[script] = [line for line, _ in file.mentions]
    assert found == dict(MENTIONS)


@pytest.mark.parametrize(
    ("name", "text", "lines"),
    [
        ("crontab", "PATH=/opt/iam/bin\n@daily iam-$X -u bob\n@daily echo iam-$X\n", [2]),
        ("crontab", "0 1 * * * cd / && /opt/iam/bin/iam-user$(cat x) -u bob\n", [1]),
        (
            "crontab",
            "@daily java -jar /opt/IAMCli.jar\n@daily cd /x && $J -cp $C com.amazonaws.X\n",
            [1, 2],
        ),
        ("Makefile", "a:\n\tjava -jar $(IAM)/IAMCli.jar\n", [2]),
        ("Makefile", "X = iam-$(Y)\nall:\n\t@iam-user$(X) -u bob\n\techo iam-$(X)\n", [3]),
        ("Makefile", "a:\n\tiam-groupdel -g $$g -p\n\tiam-groupdel -p -g x $(X)\n", [3]),
        ("Makefile", "%:\n\tfor x in a; do $$AWS_IAM_HOME/bin/iam-$@; done >iam-$@.log\n", [2]),
    ],
)
def test_names_that_are_not_known_in_crontabs_and_makefiles(name, text, lines, tmp_path):
    (tmp_path / name).write_text(text)
    (file,) = check_files([str(tmp_path / name)]).files
    assert [line for line, _ in file.mentions] == lines


@pytest.mark.parametrize("shell", ["sh", "bash"])
def test_a_shell_reads_no_further_line(shell, run, tmp_path):
    """The other program gets the file; what is no script for a shell is not read."""
    programs = {language.lower() for language, _ in HANDED_OVER} | {"perl5", "python3"}
    for program in programs:
        made_program(tmp_path / "bin", "echo read by another program", program)
    for number, (_, text) in enumerate(HANDED_OVER):
        inside = re.sub("/(?:usr|opt/venv)/bin/(?!env|true)", f"{tmp_path}/bin/", text)
        inside = inside.replace("-S LC_ALL=C", "A=b")
        script = write(tmp_path, f"{inside}\nif ((", f"{number}.sh", START)
        done = run(shell, script, env={"PATH": f"{tmp_path}/bin:{PATH}"})
        assert (text, done) == (text, (0, "read by another program\n", ""))


@pytest.mark.parametrize("form", report.FORMATS)
def test_what_a_shell_does_not_read_is_not_checked_in_any_format(form, run_fast, tmp_path):
    for name, (_, text) in zip("ab", HANDED_OVER[:5:4], strict=True):
        (tmp_path / name).write_text(f"{START}{text}if ((\n")
    done = run_fast("iamcli", "check", "--format", form, str(tmp_path))
    tcl, perl = (
        f"{tmp_path}/{name}: {language}, which is not checked; 1 mention not checked: line {line}"
        for name, language, line in (("a", "tclsh", 4), ("b", "Perl", 6))
    )
    assert (done.status, done.err) == (0, f"iamcli: {tcl}\niamcli: {perl}\n")
    if form == "text":
        states = f"not all checked      {tcl}\nnot all checked      {perl}\n"
        numbers = "0 commands, 0 errors, 0 warnings, 2 mentions not checked"
        assert done.out == f"{states}2 files: not all checked in 2\n{numbers}\n"
    elif form == "json":
        files = json.loads(done.out)["files"]
        assert [(each["language"], each["state"]) for each in files] == [
            ("tclsh", "not all checked"),
            ("Perl", "not all checked"),
        ]
    else:
        assert done.out == ""


def test_what_to_write_instead_of_java_is_said(run_fast, tmp_path):
    """In a script, and in a file in another language; without a known command, it is iam-*."""
    script = write(tmp_path, f'java {JAVA} usercreate -u bob\njava {JAVA} "$@"\niam-userdel -h')
    (tmp_path / "a.csh").write_text(f"java {JAVA} userdel -u bob\n")
    done = run_fast("iamcli", "check", str(tmp_path))
    assert done.err == (
        f"iamcli: {tmp_path}/a.csh: csh, which is not checked; 1 mention not checked: line 1; "
        "write iam-userdel instead of java and its class\n"
        f"iamcli: {script}: 2 mentions not checked: lines 2 and 3; "
        "write iam-* and iam-usercreate instead of java and its class\n"
    )
    said = re.findall("(?m)^not all checked .*; write (.*) instead", done.out)
    assert said == ["iam-userdel", "iam-* and iam-usercreate"]


def test_names_that_are_not_checked_are_said_in_each_format(run_fast, tmp_path):
    file = write(tmp_path, "perl -e iam-userdel\n\nperl -e iam-groupdel iam-userdel", shebang="")
    done = run_fast("iamcli", "check", "--strict", file)
    assert done.err == f"iamcli: {file}: 3 mentions not checked: lines 1 and 3\n"
    assert (done.status, done.out) == (
        0,
        "0 commands, 0 errors, 0 warnings, 3 mentions not checked\n",
    )
    done = run_fast("iamcli", "check", "--format", "json", file)
    assert json.loads(done.out)["mentions"] == [
        {"file": file, "line": 1, "command": "iam-userdel"},
        {"file": file, "line": 3, "command": "iam-groupdel"},
        {"file": file, "line": 3, "command": "iam-userdel"},
    ]
    done = run_fast("iamcli", "check", "--format", "github", file)
    assert (done.status, done.out) == (0, "")


@pytest.mark.parametrize(
    ("count", "end"), [(1, "line 1"), (20, ", 19 and 20"), (21, " and others")]
)
def test_twenty_lines_are_named(count, end, tmp_path):
    (tmp_path / "iam.log").write_text("iam-userdel bob\n" * count)
    [line] = report.notes(check_files([str(tmp_path)]))
    assert line.endswith(end)


def test_a_large_file_in_another_language_is_searched(run_fast, tmp_path):
    (tmp_path / "iam.log").write_text(
        "x" * 70_000 + " iam-userdel ((\n" + "iam-userdel bob\n" * 19_999
    )
    done = run_fast("iamcli", "check", str(tmp_path))
    assert (done.status, done.out) == (
        0,
        "0 commands, 0 errors, 0 warnings, 20000 mentions not checked\n",
    )
    lines = ", ".join(map(str, range(1, 21)))
    assert done.err.endswith(
        f"text, which is not checked; 20000 mentions not checked: lines {lines} and others\n"
    )
    (tmp_path / "iam.log").write_bytes(b"iam-userdel\n" * 2_000_000)
    done = run_fast("iamcli", "check", str(tmp_path))
    assert (done.status, done.err.split(": ")[-1]) == (2, f"larger than {16 << 20} bytes\n")


# Crontabs and Makefiles.

JVM, PROXY_HOST = "AWS_IAM_JVM_OPTS", "-Dhttps.proxyHost=proxy"


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        # A variable is not expanded, and a command ends at %.
        ("crontab", "U=$X\n@daily iam-userdel -u $U\n", '2:23 E105 "$X" cannot be'),
        ("crontab", "U='b c'\n@daily iam-userdel -u \"$U\"\n", '2:23 E105 "b c" cannot be'),
        ("crontab", "@daily iam-userdel -u a\\%b\n", '1:23 E105 "a%b" cannot be'),
        ("crontab", "@daily iam-userdel -u a%-z\n", ""),
        ("crontab", "@daily iam-userdel -u a\\\\%-z\n", '1:23 E105 "a\\"'),
        ("crontab", "@daily iam-userdel -u bob\nx y z\n", ""),
        # It is wrong in quotes, in a substitution and in a format of date.
        ("crontab", "@daily iam-userdel -u $(date +%F)\n", "1:31 E109 in a crontab, % ends the"),
        ("crontab", "@daily iam-userdel -u `date +%F`\n", "1:30 E109 in a crontab, % ends the"),
        ("crontab", "@daily iam-userdel -u a || mail -s 'b%' c\n", "1:38 E109 in a"),
        ("crontab", "@daily date -u +%F; iam-userdel -z\n", "1:17 E109 in a crontab, % ends the"),
        ("crontab", "@daily date -u +\\%F; iam-userdel -z\n", '1:34 E102 "-z"'),
        ("crontab", "@daily iam-userdel -u $(date +\\%F)\n", ""),
        ("crontab", "@daily mail root%Body of iam-userdel\n", ""),
        ("crontab", "@daily iam-userdel -u b )%c\n", "1:25 E109 syntax error"),
        # Each line has a shell of its own.
        ("crontab", "@daily set -u; iam-userdel -u b\n@daily iam-userdel -ru $x", "2:20 E102"),
        ("crontab", "@daily set -u; iam-userdel -u b\n@daily iam-userdel -r -u $x", "2:26 W210"),
        ("crontab", "@daily x='a b'; iam-userdel -u b\n@daily iam-userdel -u $x", ""),
        (
            "crontab",
            "@daily cd /; iam-userdel -u b\n@daily iam-rolecreate -r a -f none.json",
            "2:31 W208 none.json",
        ),
        ("Makefile", "a:\n\tx='a b'\n\tiam-userdel -u $$x\n", ""),
        ("Makefile", "a:\n\tx='a b'; \\\n\tiam-userdel -u $$x\n", '3:17 E108 unexpected word "b"'),
        # Options of Java for the jobs, or for the recipes if make passes them on.
        (
            "crontab",
            f"A=b\n{JVM}=-Xmx9m {PROXY_HOST}\n@daily iam-userdel -u b\n",
            "2:1 W213 the proxy",
        ),
        ("crontab", f'  {JVM} = "{PROXY_HOST}"\n@daily iam-userdel -u b\n', "1:3 W213 the proxy"),
        ("crontab", f"{JVM}=-Xmx9m\n@daily iam-userdel -u b\n", ""),
        ("crontab", f"{JVM}={PROXY_HOST}\nHTTPS_PROXY=x\n@daily iam-userdel -u b\n", ""),
        ("crontab", f"# {JVM}={PROXY_HOST}\n@daily iam-userdel -u b\n", ""),
        (
            "Makefile",
            f"export {JVM} := {PROXY_HOST}\na:\n\tiam-userdel -u b\n",
            "1:8 W213 the proxy",
        ),
        (
            "Makefile",
            f"{JVM} = -X {PROXY_HOST}\nexport {JVM}\na:\n\tiam-userdel -u b\n",
            "1:1 W213",
        ),
        ("Makefile", f"{JVM} ?= {PROXY_HOST}\nexport\na:\n\tiam-userdel -u b\n", "1:1 W213"),
        ("Makefile", f"a: export {JVM}={PROXY_HOST}\na:\n\tiam-userdel -u b\n", "1:11 W213"),
        ("Makefile", f"a:\n\t{JVM}={PROXY_HOST} iam-userdel -u b\n", "2:19 W213"),
        ("Makefile", f"{JVM} = {PROXY_HOST}\na:\n\tiam-userdel -u b\n", ""),
        (
            "Makefile",
            f"export {JVM} = {PROXY_HOST}\nexport HTTPS_PROXY=x\na:\n\tiam-userdel -u b\n",
            "",
        ),
        # What make replaces can be anything.
        ("Makefile", "a:\n\tiam-userdel $(X)\n\tiam-userdel -u $X\n\tiam-userdel -u $<\n", ""),
        ("Makefile", "a:\n\tiam-userdel -r -u '$(X)' -u \"$(X $(Y))\"\n", ""),
        ("Makefile", "a:\n\tiam-userdel -u '$(X)' '-z'\n", '2:24 E102 "-z"'),
        ("Makefile", "a:\n\tiam-userdel -u a\\$$b\n", '2:17 E105 "a$$b"'),
        ("Makefile", "a:\n\tiam-userdel -u '\\' -z\n", '2:17 E105 "\\"'),
        # The advice is as in a recipe.
        ("Makefile", "a:\n\tiam-userdel -r -u $$x\n", "2:20 W210 everything of $$x is removed"),
        # make ends if a line fails.
        ("Makefile", "a:\n\tx=$$(iam-useraddkey -u b)\n", ""),
        ("Makefile", "a:\n\tx=$$(iam-useraddkey -u b); y\n", "2:7 W207 the exit status"),
        ("Makefile", "# iamcli: ignore=E102\na:\n\tiam-userdel -z\n", ""),
        ("Makefile", "a:\n\tiam-userdel -u b\n# iamcli: ignore=E102\n\tiam-userdel -z\n", ""),
        # A recipe with a syntax error.
        ("Makefile", "a:\n\tif iam-userdel -u b\n", "2:2 E109 syntax error"),
    ],
)
def test_what_is_found_in_crontabs_and_makefiles(name, text, expected, tmp_path):
    (tmp_path / name).write_text(text)
    lines = [
        f"{each.line}:{each.column} {each.code} {each.message}"
        for each in check_files([str(tmp_path / name)]).findings
    ]
    assert [line[: len(expected)] for line in lines[:1]] == [expected][: bool(expected)]


def test_the_advice_in_a_makefile_can_be_typed_there(tmp_path):
    (tmp_path / "Makefile").write_text("a:\n\tiam-userdel -r -u $$x; iam-userdel -u $(X)*\n")
    fixes = [each.fix for each in check_files([str(tmp_path / "Makefile")]).findings]
    assert fixes == ["use $${x:?}", 'type "$(...)*"']


# What scripts expect of the machine.

HOME_LINE = f"iamcli home {TOOLKIT}"
NO_TOOLKIT = {f"{TOOLKIT}/bin": HOME_LINE}
KEY = "the lines AWSAccessKeyId=ID and AWSSecretKey=SECRET"
PROXY = "the lines ClientProxyHost=HOST and ClientProxyPort=PORT"
SOURCED = "who ran the script may have it"


def cat(file: str, content: str) -> str:
    """Return the line that makes ``file``."""
    return f"(umask 077; cat >{file})  # {content}"


#: Scripts, and what is not there, each with the line that makes it. OWN is the directory of the
#: commands, FOLDER that of the script.
MISSING = [
    (f"PATH={TOOLKIT}/bin:/usr/bin:/bin\niam-userdel -u b; iam-userdel -u c", NO_TOOLKIT),
    (f"PATH={TOOLKIT}/bin:/bin\nf() {{ iam-userdel -u b; }}", NO_TOOLKIT),
    (f"{TOOLKIT}/bin/iam-userdel -u b", NO_TOOLKIT),
    (f"export AWS_IAM_HOME={TOOLKIT}\n$AWS_IAM_HOME/bin/iam-userdel -u b", NO_TOOLKIT),
    (r"/opt/i\ m/bin/iam-userdel -u b", {"/opt/i m/bin": "iamcli home '/opt/i m'"}),
    (f"sudo -E {TOOLKIT}/bin/iam-userdel -u b", NO_TOOLKIT),
    (
        "PATH=/usr/no/bin:/bin; iam-userdel -u b",
        {"the iam-* commands in /usr/no/bin:/bin": "PATH=OWN:/usr/no/bin:/bin"},
    ),
    (
        "[ -d /no -o / = a ] || exit; PATH=/usr/no/bin:/bin; iam-userdel -u b",
        {"the iam-* commands in /usr/no/bin:/bin": "PATH=OWN:/usr/no/bin:/bin"},
    ),
    ("AWS_CREDENTIAL_FILE=/opt/k iam-userdel -u b", {"/opt/k": cat("/opt/k", KEY)}),
    ("iam-userdel -u b --aws-credential-file k", {"FOLDER/k": cat("FOLDER/k", KEY)}),
    ("CLIENT_CONFIG_FILE=/opt/c iam-userdel -u b", {"/opt/c": cat("/opt/c", PROXY)}),
    ("AWS_CREDENTIAL_FILE=/opt/k iam-userdel -u b --aws-credential-file /", {}),
    # Whoever checks it may have the commands in PATH.
    (f"PATH={TOOLKIT}/bin:$PATH; iam-userdel -u b", NO_TOOLKIT),
    (
        "AWS_IAM_HOME=/opt/none; export PATH=$PATH:$AWS_IAM_HOME/bin; iam-userdel -u b",
        {"/opt/none/bin": "iamcli home /opt/none"},
    ),
    (
        ". /dev/null/x; PATH=/opt/git/bin:/opt/iam/bin:$1; iam-userdel -u b",
        {"/dev/null/x": cat("/dev/null/x", SOURCED), "/opt/iam/bin": "iamcli home /opt/iam"},
    ),
    (
        "PATH=/opt/none/bin:/usr/no/bin:$PATH; iam-userdel -u b",
        {"/opt/none/bin": "iamcli home /opt/none  # if the toolkit was there"},
    ),
    ("PATH=/opt/none/bin:OWN:/bin; iam-userdel -u b", {}),
    ("PATH=/opt/iam/bin:OWN:/bin; iam-userdel -u b", {"/opt/iam/bin": "iamcli home /opt/iam"}),
    ("PATH=$PATH:/usr/no/bin:/snap/no/bin:no/bin:/no; iam-userdel -u b", {}),
    ("[ -d /opt/none ] && PATH=$PATH:/opt/none/bin; iam-userdel -u b", {}),
    ("PATH=$PATH:/opt/none/bin; sudo -E iam-userdel -u b", {}),
    # Files that it reads.
    (". /opt/no; f x", {"/opt/no": cat("/opt/no", SOURCED)}),
    ('source /opt/no && f "$x"', {"/opt/no": cat("/opt/no", SOURCED)}),
    ("f() { . ./no >/dev/null; }", {"FOLDER/no": cat("FOLDER/no", SOURCED)}),
    ("f() { cd .; . ./no; }; f", {"FOLDER/no": cat("FOLDER/no", SOURCED)}),
    ("f() { cd .; . ./no; }; f; f", {}),
    ("f() { cd .; . ./no; }; f; cd $X; $Y", {}),
    ("trap '. ./no' EXIT; f() { cd .; }; f", {}),
    ("[ -f /opt/no ] && . /opt/no; if [ -r ./no ]; then . ./no; fi; [ -e no ] && . ./no", {}),
    (". /opt/no || :; if . /opt/no; then :; fi; ! . /opt/no; . /opt/a && . /opt/no || f", {}),
    (". /opt/no 2>/dev/null; . /opt/no &>/dev/null; . $X/no; . /dev/null; .", {}),
    # The home is that of the user who runs check.
    (". $HOME/etc/no; f", {"HOME/etc/no": cat("HOME/etc/no", SOURCED)}),
    ('. ~/no; . "${HOME}/no"; E=$HOME; . $E/no', {"HOME/no": cat("HOME/no", SOURCED)}),
    (". '~/no'; . \\~/no; . ./\"~\"/no", {"FOLDER/~/no": cat("'FOLDER/~/no'", SOURCED)}),
    ("AWS_CREDENTIAL_FILE=$HOME/k iam-userdel -u b", {"HOME/k": cat("HOME/k", KEY)}),
    ("export CLIENT_CONFIG_FILE=~/c; iam-userdel -u b", {"HOME/c": cat("HOME/c", PROXY)}),
    ("PATH=/bin:~/iam/bin:$PATH; iam-userdel -u b", {"HOME/iam/bin": "iamcli home HOME/iam"}),
    ("~/iam/bin/iam-userdel -u b", {"HOME/iam/bin": "iamcli home HOME/iam"}),
    ("A=$HOME/iam; $A/bin/iam-userdel -u b", {"HOME/iam/bin": "iamcli home HOME/iam"}),
    ("HOME=/opt/x; ~/iam/bin/iam-userdel -u b", {"/opt/x/iam/bin": "iamcli home /opt/x/iam"}),
    ("PATH=$HOME/bin:$PATH; PATH=~/bin:$PATH; iam-userdel -u b", {}),
    ("su - ops -c '. ~/no'; ssh h '. ~/no'; sudo -E sh -c '. $HOME/no'; su x -c '. ~/no'", {}),
    # Where it changes to.
    ("cd /opt/iam/bin && ./iam-userdel -u b", {"/opt/iam/bin": "iamcli home /opt/iam"}),
    ("pushd /opt/iam; bin/iam-userdel -u b", {"/opt/iam/bin": "iamcli home /opt/iam"}),
    ("cd /opt/none\ncd iam; ./iam-userdel -u b", {"the iam-* commands in /opt/none/iam": ""}),
    ("/opt/none/iam-userdel -u b", {"the iam-* commands in /opt/none": ""}),
    ("cd $X && ./iam-userdel -u b; cd /opt/iam; cd -; bin/iam-userdel -u b", {}),
    ("./iam-userdel -u b; [ -d /opt/iam ] || exit; cd /opt/iam/bin; ./iam-userdel -u b", {}),
    ('echo >no; . ./no; tar x; . /opt/no; ssh host ". /opt/a"', {}),
    (f"export AWS_IAM_HOME={TOOLKIT}; iam-userdel -u b", {}),
    (f"[ -d {TOOLKIT} ] && PATH={TOOLKIT}/bin; iam-userdel -u b", {}),
    (f"if test -d {TOOLKIT}/bin; then PATH={TOOLKIT}/bin; iam-userdel -u b; fi", {}),
    (f"[[ -x {TOOLKIT}/bin/iam-userdel ]] && {TOOLKIT}/bin/iam-userdel -u b", {}),
    (f"ssh host {TOOLKIT}/bin/iam-userdel -u b", {}),
    (f"ssh host 'PATH={TOOLKIT}/bin; iam-userdel -u b'", {}),
    (f"ssh host sh <<E\nPATH={TOOLKIT}/bin\niam-userdel -u b\nE", {}),
    (f"PATH={TOOLKIT}/bin; sudo -E iam-userdel -u b", {}),
    (f"PATH={TOOLKIT}/bin ls; (PATH={TOOLKIT}/bin; ls); iam-userdel -u b", {}),
    (f"ln -s /x {TOOLKIT}; {TOOLKIT}/bin/iam-userdel -u b", {}),
    ("echo >/opt/k; AWS_CREDENTIAL_FILE=/opt/k iam-userdel -u b", {}),
    ('cp a "$b"; AWS_CREDENTIAL_FILE=/opt/k iam-userdel -u b', {}),
    (f'cp a "$b"; {TOOLKIT}/bin/iam-userdel -u b', NO_TOOLKIT),
]


@pytest.mark.parametrize(("script", "missing"), MISSING)
def test_what_a_script_expects_of_the_machine(script, missing, tmp_path):
    own = str(next(commands_folders()))
    result = checked(tmp_path, script.replace("OWN", own))
    # PATH does not have iamcli here.
    places = {
        f"{own}/iamcli ": "iamcli ",
        own: "OWN",
        str(tmp_path): "FOLDER",
        f"{Path.home()}/": "HOME/",
    }
    form = re.compile("|".join(map(re.escape, places)))
    shown = [
        tuple(form.sub(lambda place: places[place[0]], text) for text in each)
        for each in result.missing
    ]
    assert shown == [*missing.items()]
    assert (result.findings, result.files[0].changes) == ([], [])


def test_what_a_file_that_was_not_given_expects_is_not_shown(tmp_path):
    """But its settings are used for the commands of the script."""
    lib = tmp_path / "lib"
    lib.write_text(f"{TOOLKIT}/bin/iam-userdel -u b\nAWS_CREDENTIAL_FILE=/opt/k")
    assert checked(tmp_path, ". ./lib\n: -u b").missing == {}
    missing = {("/opt/k", cat("/opt/k", KEY)): [str(tmp_path / "old.sh")]}
    assert checked(tmp_path, ". ./lib\niam-userdel -u b").missing == missing


def test_a_file_that_sets_variables_of_the_toolkit_is_read_in_a_directory(tmp_path):
    for name, text in {
        "iam.env": "# all\nAWS_IAM_HOME=/opt/x\n\nexport PATH=$PATH:$AWS_IAM_HOME/bin A=\n",
        "key.conf": "export AWS_CREDENTIAL_FILE\nAWS_CREDENTIAL_FILE=/opt/k\n",
        "other.env": "JAVA_HOME=/usr/lib/jvm\n",
        "text": "AWS_IAM_HOME=/opt/x\nis the directory\n",
    }.items():
        (tmp_path / name).write_text(text)
    assert [Path(each.name).name for each in check_files([str(tmp_path)]).files] == [
        "iam.env",
        "key.conf",
    ]


@pytest.mark.parametrize(
    "script",
    [
        "for f in conf.d/*.sh; do . $f; done",
        'for f in conf.d/*.sh; do [ -r "$f" ] && . "$f"; done',
        'for f in a b; do\n  source "./conf.d/$f.sh"\ndone',
        "F='conf.d/a.sh conf.d/b.sh'; for f in $F; do if [ -e $f ]; then . $f; fi; done",
        "cd conf.d; for f in *; do . ./$f; done",
        "[ -f conf.d/b.sh ] && . conf.d/b.sh; . conf.d/a.sh",
        "for f in conf.d/*.conf; do [ -e $f ] && . $f; done; . conf.d/a.sh; . conf.d/b.sh",
    ],
)
def test_each_file_that_a_script_reads_in_a_loop_or_after_a_test_is_read(script, tmp_path):
    (tmp_path / "conf.d").mkdir()
    for name, text in {"a": f"{WRONG}\n", "b": f"AWS_IAM_HOME={TOOLKIT}\n"}.items():
        (tmp_path / f"conf.d/{name}.sh").write_text(text)
    result = checked(tmp_path, f"{script}\n$AWS_IAM_HOME/bin/iam-userdel -u b")
    assert [each.file for each in result.findings] == [f"{tmp_path}/conf.d/a.sh"]
    # PATH does not have iamcli here.
    missing = {what: line.rpartition("/iamcli ")[2] for what, line in result.missing}
    assert missing == {what: line.removeprefix("iamcli ") for what, line in NO_TOOLKIT.items()}
    assert result.notes == []


def test_a_file_that_may_be_read_or_another_is_not_known(tmp_path):
    (tmp_path / "b.sh").write_text(f"AWS_IAM_HOME={TOOLKIT}\n")
    for script in ('[ "$1" = b ] && . ./b.sh', "while f; do . ./b.sh; done", "f || . ./b.sh"):
        assert checked(tmp_path, f"{script}\n$AWS_IAM_HOME/bin/iam-userdel -u b").missing == {}


def test_what_cannot_be_followed_is_said(run_fast, tmp_path):
    (tmp_path / "binary").write_bytes(b"\0")
    lines = ". /opt/no\n. ./binary || :\n. $X/env 2>&1\n. /opt/other 2>/dev/null\n. <(cat)\n:"
    file = write(tmp_path, f"{lines}\nsu - ops -c '. ~/x'", shebang="")
    done = run_fast("iamcli", "check", file)
    absent, unknown = "is not there or cannot be read", "is not known"
    whys = {1: absent, 2: absent, 3: unknown, 5: unknown, 7: unknown}
    assert done.err == "".join(
        f"iamcli: {file}: line {line} reads a file that {why}, not checked\n"
        for line, why in whys.items()
    )


def test_a_file_beside_the_script_or_in_the_directory_is_not_missing(tmp_path):
    (tmp_path / "lib").touch()
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "more").touch()
    assert checked(tmp_path, "cd other; . ./lib; . ./more; iam-userdel -u b").missing == {}


def test_each_place_is_looked_at_once_in_a_check(tmp_path, monkeypatch):
    """It takes longer than to check a command."""
    seen = []

    def counted(folder: str) -> bool:
        seen.append(folder)
        return True

    monkeypatch.setattr("iamcli.cli.check.rules.machine.may_make", counted)
    for name in ("one", "two"):
        lines = "iam-userlistbypath\niam-userdel -u b\n"
        (tmp_path / f"{name}.sh").write_text(f"PATH={TOOLKIT}/bin:/none\n{lines}")
    assert len(check_files([str(tmp_path)]).missing) == 1
    assert seen == [TOOLKIT]


#: Settings, and commands that are found with them.
SETTINGS = [
    (f"AWS_IAM_HOME={TOOLKIT}\nexport PATH=$AWS_IAM_HOME/bin:$PATH", "iam-userdel -u b"),
    ("TOP=/opt/none\nTOOLS=$TOP/apitools/iam\nPATH=${TOOLS}/bin:$PATH", "iam-userdel -u b"),
    (f"export AWS_IAM_HOME={TOOLKIT}", "$AWS_IAM_HOME/bin/iam-userdel -u b"),
    (f"export AWS_IAM_HOME={TOOLKIT}", "f() { PATH=$PATH:$AWS_IAM_HOME/bin; iam-userdel -u b; }"),
    (f"IAM={TOOLKIT}/bin", "$IAM/iam-userdel -u b"),
    ("DIR=TMP\nexport AWS_CREDENTIAL_FILE=$DIR/k", "iam-userdel -u b"),
    ("export CLIENT_CONFIG_FILE=TMP/c", "iam-userdel -u b"),
    ("export IAMCLI_STRICT=1", "iam-userdel -u b"),
    ("AWS_SECRET_ACCESS_KEY=TMP/k\nexport AWS_CREDENTIAL_FILE=TMP/k", "iam-userdel -u b"),
]


@pytest.mark.parametrize(("settings", "commands"), SETTINGS)
def test_settings_in_a_file_that_is_sourced_are_used(settings, commands, tmp_path, environ):
    """As if they were written in the script, also if the file was not given."""
    environ.setenv("IAMCLI_STRICT", "")
    environ.setenv("PATH", f"{BIN}:{PATH}")
    settings = settings.replace("TMP", str(tmp_path))
    written = checked(tmp_path, f"{settings}\n{commands}")
    (tmp_path / "env").write_text(f"{settings}\n")
    sourced = checked(tmp_path, f". ./env\n{commands}")
    assert (sourced.missing, sourced.installed) == (written.missing, written.installed)
    unset = checked(tmp_path, commands)
    assert (sourced.missing, sourced.installed) != (unset.missing, unset.installed)


def test_the_value_of_a_secret_in_a_file_that_is_sourced_is_not_used(tmp_path):
    (tmp_path / "env").write_text("AWS_SECRET_ACCESS_KEY=/wJalr\nAWS_CREDENTIAL_FILE=/opt/k\n")
    for name in ("AWS_CREDENTIAL_FILE", "PATH"):
        script = f". ./env\n{name}=$AWS_SECRET_ACCESS_KEY/bin iam-userdel -u b"
        assert "wJalr" not in str(checked(tmp_path, script))


def test_a_crontab_without_path_has_that_of_cron(tmp_path):
    for text, name in {
        "@daily iam-userdel -u b\n": "the iam-* commands in /usr/bin:/bin",
        f"PATH={TOOLKIT}/bin\n@daily iam-userdel -u b\n": f"{TOOLKIT}/bin",
        "15 2 * * * . /opt/ops/.bash_profile; nightly.sh\n": "/opt/ops/.bash_profile",
        "15 2 * * * . /opt/ops/.bash_profile && iam-userdel -u b\n": "/opt/ops/.bash_profile",
    }.items():
        (tmp_path / "crontab").write_text(text)
        assert [each for each, _ in check_files([str(tmp_path / "crontab")]).missing] == [name]


def test_a_script_that_a_file_runs_is_read_only_if_it_is_given(tmp_path):
    inner = write(tmp_path, "iam-userdel -x", "inner.sh")
    crontab = write(tmp_path, f"PATH={tmp_path}:/bin\n@daily inner.sh\n", "crontab", "")
    outer = write(tmp_path, f"sudo {inner}", "outer.sh")
    assert not check_files([crontab, outer]).findings
    assert [each.file for each in check_files([crontab, outer, inner]).findings] == [inner]


def test_what_cron_does_not_expand(tmp_path, environ):
    """The line is the one that the crontab seems to mean; the shell expands what a job sets."""
    environ.setenv("HOME", "/home/carol")
    (tmp_path / "iam-userdel").touch(0o755)
    crontab, said = tmp_path / "crontab", "(cron does not expand ~ and $HOME)"

    def missing(path: str, file: str) -> dict[str, str]:
        crontab.write_text(f"PATH={path}:/none\nAWS_CREDENTIAL_FILE={file}\n@daily {BARE}\n")
        return dict(check_files([str(crontab)]).missing.keys())

    for home in ("~", "$HOME", "${HOME}"):
        assert missing(f"{home}/iam/bin", f"{home}/key") == {
            f"the iam-* commands in {home}/iam/bin:/none {said}": "PATH=/home/carol/iam/bin:/none",
            f"{home}/key {said}": "AWS_CREDENTIAL_FILE=/home/carol/key",
        }
        assert missing(f"{home}/bin:{tmp_path}", str(crontab)) == {}
        # What looks like a secret access key is not shown.
        assert missing(str(tmp_path), f"{home}/wJalrXUtnFEMIxK7MDENGxbPxRfiCYEXAMPLEKEY") == {}
    crontab.write_text(f"PATH={tmp_path}\n@daily AWS_CREDENTIAL_FILE=~/key {BARE}\n")
    assert dict(check_files([str(crontab)]).missing.keys()) == {
        "/home/carol/key": cat("/home/carol/key", KEY)
    }


def test_a_script_is_led_to_the_home_in_the_path_of_this_user(tmp_path, environ):
    """Not to another one, such as one that is yet to be made."""
    lay_out(str(tmp_path / "own"), index.names())
    environ.setenv("PATH", f"{tmp_path}/own/bin:{PATH}")
    expected = f"PATH={tmp_path}/own/bin:/none:/bin"
    missing = checked(tmp_path, f"PATH=/none:/bin\n{BARE}").missing
    assert missing["the iam-* commands in /none:/bin", expected]


def test_what_is_not_there_follows_the_table(run_fast, tmp_path):
    for name, text in {"a.sh": "", "b.sh": f"AWS_CREDENTIAL_FILE={tmp_path}/k "}.items():
        write(tmp_path, f"{text}{TOOLKIT}/bin/iam-userdel -u b", name, "")
    line = f"    {HOME_LINE}\n" if os.access("/opt", os.W_OK) else ""
    expected = (
        f"this machine does not have {TOOLKIT}/bin, which FILES\n{line}",
        f"this machine does not have PATH/k, which PATH/b.sh needs\n    {cat('PATH/k', KEY)}\n",
    )
    done = run_fast("iamcli", "check", "--strict", f"{tmp_path}/a.sh")
    said = expected[0].replace("FILES", f"{tmp_path}/a.sh needs")
    assert (done.status, done.err) == (0, "")
    assert done.out == f"{said}1 command, 0 errors, 0 warnings\n"
    done = run_fast("iamcli", "check", "--strict", str(tmp_path))
    said = (
        "".join(expected)
        .replace("PATH", str(tmp_path))
        .replace("FILES", f"{tmp_path}/a.sh and {tmp_path}/b.sh need")
    )
    assert done.status == 0
    assert done.out.endswith(
        f"\n2 files: no difference found in 2\n{said}2 commands, 0 errors, 0 warnings\n"
    )
    done = run_fast("iamcli", "check", "--format", "json", str(tmp_path))
    assert json.loads(done.out)["missing"] == [
        {
            "name": f"{TOOLKIT}/bin",
            "files": [f"{tmp_path}/a.sh", f"{tmp_path}/b.sh"],
            "fix": line.strip(),
        },
        {"name": f"{tmp_path}/k", "files": [f"{tmp_path}/b.sh"], "fix": cat(f"{tmp_path}/k", KEY)},
    ]


# Which commands scripts find: those of a directory in strict mode, or the installed ones.

BARE = "iam-userdel -u b"
#: Scripts, and the line that makes the commands strict that they find, "" if they need none. TOOLS
#: and LINKS are directories that iamcli home has set up, BIN is that of the installed commands.
INSTALLED = [
    (BARE, HOME_LINE),
    ("iam-userdel -h", HOME_LINE),
    (f"f() {{ {BARE}; }}", HOME_LINE),
    (f"PATH=BIN:/bin; {BARE}", HOME_LINE),
    (f"PATH={TOOLKIT}/bin:$PATH; {BARE}", HOME_LINE),
    (
        f"export AWS_IAM_HOME=/opt/IAMCli-1 PATH=/opt/IAMCli-1/bin:$PATH; {BARE}",
        "iamcli home /opt/IAMCli-1",
    ),
    (f"PATH=/opt/git/bin:$PATH; {BARE}", HOME_LINE),
    (f"PATH=LINKS/bin:/bin; {BARE}", STRICT),
    (f"$AWS_IAM_HOME/bin/{BARE}", STRICT),
    (f"AWS_IAM_HOME=LINKS; $AWS_IAM_HOME/bin/{BARE}", STRICT),
    (f"PATH=TOOLS/bin:$PATH; {BARE}; BIN/iam-groupdel -g g", STRICT),
    (f"(IAMCLI_STRICT=1; {BARE}); iam-groupdel -g g", HOME_LINE),
    (f"export IAMCLI_STRICT=; {BARE}", HOME_LINE),
    (f"IAMCLI_STRICT=yes {BARE}", "IAMCLI_STRICT=1"),
    (f"TOOLS/bin/{BARE}", ""),
    (f"AWS_IAM_HOME=TOOLS; $AWS_IAM_HOME/bin/{BARE}", ""),
    (
        f"PATH=OTHER/bin:$PATH; {BARE}",
        "OTHER/bin/iam-userdel, which is not a command of this iamcli",
    ),
    (f"IAMCLI_STRICT=1 {BARE}", ""),
    (f"export IAMCLI_STRICT=0; {BARE}", ""),
    (f"IAMCLI_STRICT=$1; {BARE}", ""),
    (f"[ x ] && IAMCLI_STRICT=1; {BARE}", ""),
    (f"export IAMCLI_STRICT=1; f() {{ {BARE}; }}; f", ""),
    (f"f() {{ export IAMCLI_STRICT=1; }}; f; {BARE}", ""),
    (f". ./strict.sh; {BARE}", ""),
    (f"eval IAMCLI_STRICT=1; {BARE}", ""),
    (f". ./none.sh; {BARE}", ""),
    (f"PATH=$1; {BARE}", ""),
    (f"PATH=bin:$PATH; {BARE}", ""),
    (f"[ -d /x ] && PATH=/x:$PATH; {BARE}", ""),
    (f"PATH=/none; {BARE}", ""),
    (f"$NO_SUCH_VARIABLE/bin/{BARE}", ""),
    (f"ssh host {BARE}; ssh host 'BIN/{BARE}'", ""),
    (f"sudo {BARE}; sudo BIN/{BARE}; env IAMCLI_STRICT=1 {BARE}; env BIN/{BARE}", ""),
    ("iam-no-such-command", ""),
]
#: The same of other files.
INSTALLED_FILES = [
    ("crontab", f"PATH=BIN:/bin\n@daily {BARE}\n", HOME_LINE),
    ("crontab", f"IAMCLI_STRICT=1\nPATH=BIN:/bin\n@daily {BARE}\n", ""),
    ("crontab", f"@daily {BARE}\n", ""),
    ("Makefile", f"a:\n\t{BARE}\n", HOME_LINE),
    ("Makefile", f"PATH := BIN:/bin # all\na:\n\t{BARE}\n", HOME_LINE),
    ("Makefile", f"export IAMCLI_STRICT = 1\na:\n\t{BARE}\n", ""),
    ("Makefile", f"a: export IAMCLI_STRICT=1\na:\n\t{BARE}\n", ""),
    ("Makefile", f"IAMCLI_STRICT ?= $(X)\na:\n\t{BARE}\n", ""),
    ("Makefile", f"PATH += :x\na:\n\t{BARE}\n", ""),
    ("Makefile", f"a:\n\tIAMCLI_STRICT=1 {BARE}\n", ""),
]


@pytest.fixture(scope="module")
def directories(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The directories in INSTALLED."""
    top = tmp_path_factory.mktemp("places")
    found = {name: str(top / name.lower()) for name in ("TOOLS", "LINKS", "OTHER")}
    for name in ("TOOLS", "LINKS"):
        lay_out(found[name], index.names(), strict=name == "TOOLS")
    (top / "other").mkdir()
    made_program(top / "other" / "bin", "exit", "iam-userdel")
    return {**found, "BIN": str(BIN)}


def found_here(folder: Path, name: str, text: str, directories: dict[str, str]) -> list[str]:
    """Return the lines about the commands that a script finds."""
    (folder / "strict.sh").write_text("export IAMCLI_STRICT=1\n")
    for each, path in directories.items():
        text = text.replace(each, path)
    (folder / name).write_text(text)
    result = check_files([str(folder / name)])
    assert all(users == [str(folder / name)] for users in result.installed.values())
    lines = ["; ".join(advice.lines) or advice.found for advice in result.installed]
    for each, path in directories.items():
        lines = [line.replace(path, each) for line in lines]
    return lines


def test_scripts_that_find_installed_commands(tmp_path, environ, directories):
    environ.setenv("PATH", f"{BIN}:{PATH}")
    environ.setenv("AWS_IAM_HOME", directories["LINKS"])
    rows = [*(("old.sh", script, line) for script, line in INSTALLED), *INSTALLED_FILES]
    found = [(name, text, *found_here(tmp_path, name, text, directories)) for name, text, _ in rows]
    assert found == [(name, text, line)[: 3 if line else 2] for name, text, line in rows]
    environ.setenv("IAMCLI_STRICT", "1")
    assert found_here(tmp_path, "old.sh", BARE, directories) == []
    # cron has no variables of a shell.
    crontab = f"PATH=BIN:/bin\n@daily {BARE}\n"
    assert found_here(tmp_path, "crontab", crontab, directories) == [HOME_LINE]
    environ.setenv("IAMCLI_STRICT", "")
    environ.setenv("PATH", f"{directories['TOOLS']}/bin:{BIN}:{PATH}")
    assert found_here(tmp_path, "old.sh", BARE, directories) == []


def test_the_directory_of_the_toolkit_is_to_be_in_path(tmp_path, environ, directories):
    environ.setattr(choice, "STANDARD", directories["TOOLS"])
    environ.setenv("PATH", f"{BIN}:{PATH}")
    assert found_here(tmp_path, "old.sh", BARE, directories) == ["PATH=TOOLS/bin:$PATH"]
    crontab = f"PATH=BIN:/bin\n@daily {BARE}\n"
    assert found_here(tmp_path, "crontab", crontab, directories) == ["PATH=TOOLS/bin:BIN:/bin"]


def test_scripts_that_need_strict_mode_are_named(tmp_path, environ, directories):
    """Each of thirty, unless it sets IAMCLI_STRICT or the directory is first in PATH."""
    environ.setenv("PATH", f"{BIN}:{PATH}")
    for number, text in enumerate(SCRIPTS.values()):
        first, _, rest = text.partition("\n")
        write(tmp_path, text, f"named{number:02}.sh", "")
        setting = f"{first}\nexport IAMCLI_STRICT={number % 2}\n{rest}"
        write(tmp_path, setting, f"set{number:02}.sh", "")
    files = [f"{tmp_path}/named{number:02}.sh" for number in range(30)]
    result = check_files([str(tmp_path)], ["E101", "E102"])
    assert result.installed == {Advice(FOUND, (HOME_LINE,)): files}
    assert "\n".join(report.text(result)).partition("\n60 files: ")[2].splitlines()[:3] == [
        # A script with IAMCLI_STRICT=0 looks for NoSuchEntity in a file of standard output.
        "no difference found in 59, change needed in 1",
        f"{files[0]} and 29 others find the installed commands here: errors, lists and -h differ",
        f"    as in the toolkit: {HOME_LINE}, or IAMCLI_STRICT=1",
    ]
    assert "installed" not in "".join(report.github(result))
    environ.setenv("PATH", f"{directories['TOOLS']}/bin:{BIN}:{PATH}")
    assert check_files([str(tmp_path)]).installed == {}


# Directories.


def filled(top: Path, number: int) -> None:
    """Put scripts into ten levels of directories, and other things that are there."""
    inner = top
    for level in range(10):
        inner = inner / f"level{level}"
        inner.mkdir(parents=True)
        for at in range(number // 10):
            (inner / f"{at}.sh").write_text(f"iam-usergetattributes -u bob # {level} {at}\n")
    (inner / "up").symlink_to(top)
    (inner / "linked.sh").symlink_to(top.parent / "outside.sh")
    (top.parent / "outside.sh").write_text(f"{WRONG}\n")
    os.mkfifo(top / "fifo.sh")
    (top / "binary").write_bytes(b"iam-userdel\0")
    (top / "notes").write_text("nothing\n")
    (top / "tool.py").write_text("import os\n")
    (top / ".git").mkdir()
    (top / ".git/hook.sh").write_text(f"{WRONG}\n")
    (top / "changed.sh").write_text(f"{WRONG}\n")
    (top / "secret.sh").write_text(f"{WRONG}\n")
    (top / "secret.sh").chmod(0)
    (top / "closed").mkdir(mode=0)


def run_as_user(function: Callable[[], None], environ: pytest.MonkeyPatch, shared: Path) -> None:
    """Run the function, which writes the file "shown": root can read everything."""
    Path("shown").touch()
    if os.geteuid() == 0:
        # Others may not be able to enter the checkout.
        program = shutil.copy(shfmt.program(), shared)
        environ.setattr(shfmt, "program", lambda: program)
        Path().chmod(0o755)
        Path("shown").chmod(0o666)
        other_user(function)
    else:
        function()


def test_a_sourced_file_that_may_not_be_read_is_named(environ, shared):
    environ.chdir(shared)
    write(shared, ". ./secret.sh", "old.sh")
    Path("secret.sh").touch(0)
    run_as_user(lambda: said(check_files(["old.sh"])), environ, shared)
    missing, state = Path("shown").read_text().split("\n")
    assert missing == "a readable secret.sh"
    assert state == "not all checked"


def said(result: Result) -> None:
    names = [name for name, _ in result.missing]
    Path("shown").write_text("\n".join([*names, result.files[0].state]))


@pytest.mark.parametrize("number", [20, in_full(300)])
def test_a_directory_ends_in_one_table(number, tmp_path, environ, shared):
    """Each script is parsed once."""
    filled(tmp_path / "top", number)
    runs = []
    run = shfmt.Parser.run
    environ.setattr(shfmt.Parser, "run", lambda *rest: (runs.append(rest), run(*rest))[1])

    def shown() -> None:
        text = "\n".join(report.text(check_files(["top"])))
        Path("shown").write_text(f"{len(runs)}\n{text}")

    environ.chdir(tmp_path)
    run_as_user(shown, environ, shared)
    processes, *lines = Path("shown").read_text().splitlines()
    assert int(processes) == number + 1
    table = lines[3:]
    assert table[: number // 10 + 2] == [
        "needs a change       top/changed.sh: E102",
        "cannot be read       top/secret.sh: Permission denied",
        *(
            f"no difference found  top/level0/{at}.sh"
            for at in sorted(map(str, range(number // 10)))
        ),
    ]
    sums = f"no difference found in {number}, change needed in 1, nothing read in 2"
    assert table[number + 2 :] == [
        "cannot be read       top/closed: Permission denied",
        f"{number + 3} files: {sums}",
        f"{number + 1} commands, 1 error, 0 warnings, 2 files not read",
    ]


@contextlib.contextmanager
def many_levels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """In the directory, make 1,100 others, each in the one before, and a script in the last."""
    monkeypatch.chdir(tmp_path)
    for _ in range(1100):
        Path("d").mkdir()
        os.chdir("d")
    Path("deep.sh").write_text(f"{WRONG}\n")
    monkeypatch.chdir(tmp_path)
    try:
        yield
    finally:
        # pytest cannot remove so many.
        subprocess.run(["rm", "-rf", "d"], check=True)


def test_a_directory_can_have_any_number_of_levels(tmp_path, monkeypatch):
    with many_levels(tmp_path, monkeypatch):
        result = check_files(["."])
    assert [(each.code, each.file.count("/")) for each in result.findings] == [("E102", 1100)]


def test_a_file_that_becomes_a_fifo_is_not_waited_for(tmp_path, monkeypatch):
    names = [write(tmp_path, WRONG, name) for name in ("a.sh", "b.sh")]
    parser = shfmt.program

    def replace() -> str:
        Path(names[0]).unlink()
        os.mkfifo(names[0])
        return parser()

    monkeypatch.setattr("iamcli.cli.check.check.program", replace)
    result = check_files([str(tmp_path)])
    assert result.unreadable == [(names[0], "not a regular file")]
    assert [each.file for each in result.findings] == [names[1]]


@pytest.mark.skipif(sys.platform != "linux", reason="it is about /proc")
def test_what_the_system_makes_is_read_only_if_it_is_named(tmp_path, run):
    link = tmp_path / "lib.sh"
    link.symlink_to("/proc/self/cmdline")
    name = write(tmp_path, f". /proc/kmsg\n. ./lib.sh\n. /dev/stdin\n{WRONG}")
    assert [each.name for each in check_files([name, "/proc/self", "/proc/sys/kernel"]).files] == [
        name
    ]
    done = run("bash", "-c", f"iamcli check <(echo {WRONG}) {name}")
    assert (done.status, done.out.count("E102 ")) == (1, 2)


def test_the_order_is_that_of_the_arguments(run_fast, tmp_path):
    (tmp_path / "lib").mkdir()
    for name, text in {"b.sh": ". lib/x.sh\n. lib/y.sh", "a.sh": ":", "lib/y.sh": ":"}.items():
        (tmp_path / name).write_text(f"{text}\n{WRONG}\n")
    (tmp_path / "lib/x.sh").write_text(f"{WRONG} -u $(iam-useraddkey -u b >k)\n")
    names = [f"{tmp_path}/{name}" for name in ("b.sh", "lib/y.sh", "a.sh", "./b.sh")]
    out = run_fast("iamcli", "check", *names).out.replace(f"{tmp_path}/", "")
    assert re.findall(r"(?m)^(\S+):\d+:\d+: (\w+)", out) == [
        ("b.sh", "E102"),
        *(("lib/x.sh", code) for code in ("E102", "W205")),
        *((name, "E102") for name in ("lib/y.sh", "a.sh")),
    ]
    table = ["b.sh: E102", "lib/x.sh: E102, W205", "lib/y.sh: E102", "a.sh: E102"]
    assert re.findall(r"(?m)^needs a change +(.*)$", out) == table


def test_standard_input(run_fast):
    done = run_fast("iamcli", "check", "-", stdin=f"{WRONG}\n")
    assert (done.status, done.out.partition(" ")[0]) == (1, "-:1:13:")
    done = run_fast("iamcli", "check", "-", stdin=f"@daily {WRONG}\n")
    assert (done.status, done.out.partition(" ")[0]) == (1, "-:1:20:")


@pytest.mark.parametrize(
    ("script", "state", "status"),
    [
        ("iam-usergetattributes -u bob", "no difference found", 0),
        ("iam-useraddkey -u bob >key", "no difference found: W205", 0),
        (WRONG, "needs a change: E102", 1),
        ("while read u; do iam-usermodloginprofile -u $u -p -; done", "needs a change: W211", 0),
        (f"{WRONG}; iam-useraddkey -u bob >key", "needs a change: E102, W205", 1),
        ("echo $((1 +)) $(iam-userdel -u bob)", "not all checked: W212", 0),
        ("iam-$1 -u bob", "not all checked: 1 mention not checked: line 2", 0),
        (". /opt/no", "not all checked", 0),
        ('. "$X"', "not all checked", 0),
        ("ssh host '. /etc/profile'", "not all checked", 0),
        ("[ -f /opt/no ] && . /opt/no", "no difference found", 0),
        ("java -jar /opt/apitools/x.jar", "not all checked: 1 mention not checked: line 2", 0),
    ],
)
def test_the_state_of_a_file(script, state, status, run_fast, tmp_path):
    name = write(tmp_path, script)
    done = run_fast("iamcli", "check", name, os.devnull)
    state, _, detail = state.partition(": ")
    assert f"\n{state:19}  {name}{detail and ': '}{detail}\n" in f"\n{done.out}"
    assert done.status == status


def test_the_jobs_of_a_crontab_that_names_no_command_are_counted(run_fast, tmp_path):
    """Scripts that they run may run commands; the codes are those of all lines."""
    crontab = tmp_path / "crontab"
    crontab.write_text("A=b\n# a\n0 1 * * * /opt/a.sh\n@daily root b\n")
    done = run_fast("iamcli", "check", str(crontab))
    said = f"{crontab}: 2 jobs, whose programs are not checked\n"
    assert (done.status, done.err) == (0, f"iamcli: {said}")
    done = run_fast("iamcli", "check", str(crontab), os.devnull)
    assert f"no difference found  {said}" in done.out
    crontab.write_text(f"@daily a\n@daily {WRONG}\n@daily iam-useraddkey -u bob >key\n")
    done = run_fast("iamcli", "check", str(crontab), os.devnull)
    assert f"needs a change       {crontab}: E102, W205\n" in done.out
    assert " job" not in done.out + done.err


def test_a_file_that_cannot_be_read_does_not_hide_the_others(run_fast, tmp_path):
    """What os.access says is replaced, because root can read each file."""
    bad, gone = write(tmp_path, WRONG, "bad.sh"), f"{tmp_path}/gone.sh"
    access = f"lambda path, *_, real=os.access, **__: path != {bad!r} and real(path, *_, **__)"
    done = run_fast("iamcli", "check", gone, bad, before=f"import os\nos.access = {access}")
    assert done.err == f"iamcli: cannot check {gone}: No such file or directory\n"
    assert (done.status, done.out.partition(": E102")[0]) == (2, f"{bad}:2:13")


def test_codes_are_left_out(run_fast, tmp_path):
    file = write(tmp_path, "iam-userlistbypath -z -p /*/ && iam-useraddkey -u bob >key")
    done = run_fast("iamcli", "check", "--exclude", "E102, w205", file)
    assert (done.status, re.findall("[EW]2?[0-9]+", done.out)[:1]) == (0, ["W201"])
    done = run_fast("iamcli", "check", "--exclude", "E102,W999", file)
    assert (done.status, done.out) == (1, "")
    assert done.err.startswith("iamcli check: there is no code W999; the codes are E101, ")
