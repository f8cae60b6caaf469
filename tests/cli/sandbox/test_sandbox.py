"""The sandbox as users see it: what a command sees, how it ends, and what is kept and removed."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys

import pytest
from support import prepared, private_iam
from support.limits import NEVER, TIMEOUT
from support.processes import BIN, WITH_ENTRY, left_behind, run, running, wait_until
from support.requirements import needs
from support.selection import in_full, usual
from support.terminal import USUAL_SIZE, Terminal

IAMCLI = BIN / "iamcli"


def in_sandbox(env, *arguments, **more):
    return run(prepared.program(), "sandbox", *arguments, env=env, **more)


# What a command sees.


@pytest.mark.parametrize("with_path", usual({False}, (False, True)))
def test_only_the_sandbox_can_be_reached(env, tmp_path, *, with_path):
    path = env["PATH"] if with_path else os.defpath
    if not with_path:
        del env["PATH"]
    env |= {
        "AWS_PROFILE": "work",
        "AWS_IAM_URL": "https://iam.example.com",
        "AWS_ENDPOINT_URL_IAM": "https://iam.example.com",
        "AWS_SESSION_TOKEN": "token",
        "CLIENT_CONFIG_FILE": "/proxy",
        "BASH_ENV": "/elsewhere",
        "ENV": "/elsewhere",
        **{
            name: "http://proxy.example.com"
            for scheme in ("http", "https", "all")
            for name in (f"{scheme}_proxy", f"{scheme.upper()}_PROXY")
        },
        "KEPT": "yes",
    }
    done = in_sandbox(env, "env")
    assert done.returncode == 0
    assert done.stderr == ""
    seen = dict(line.split("=", 1) for line in done.stdout.splitlines())
    url = seen["AWS_IAM_URL"]
    assert url.startswith("http://127.0.0.1:")
    folder = str((tmp_path / "tmp").resolve() / "iamcli-sandbox-")
    assert seen.pop("AWS_CREDENTIAL_FILE").startswith(folder)
    assert seen.pop("AWS_IAM_HOME").startswith(folder)
    # What PATH finds already is found first.
    assert seen["PATH"] == (f"{path}:{BIN}" if with_path else f"{BIN}:{path}")
    assert seen["HOME"] == str(tmp_path)
    assert seen["KEPT"] == "yes"
    removed = ("BASH_ENV", "ENV", "CLIENT_CONFIG_FILE")
    assert [name for name in seen if name.lower().endswith("_proxy") or name in removed] == []
    assert {name: seen[name] for name in seen if name.startswith("AWS_")} == {
        "AWS_ACCESS_KEY_ID": private_iam.ACCESS_KEY,
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ENDPOINT_URL": url,
        "AWS_IAM_URL": url,
        "AWS_REGION": "us-east-1",
        "AWS_SECRET_ACCESS_KEY": private_iam.SECRET_KEY,
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
    }


#: What scripts do with the directory of the old toolkit.
OF_THE_HOME = """
AWS_CREDENTIAL_FILE=$AWS_IAM_HOME/aws-credential.template
CLIENT_CONFIG_FILE=$AWS_IAM_HOME/client-config.template
export AWS_CREDENTIAL_FILE CLIENT_CONFIG_FILE
PATH=$AWS_IAM_HOME/bin:/usr/bin:/bin
iam-usercreate -u bob && iam-userlistbypath && iamcli doctor | grep '^home'
ls -l "$AWS_CREDENTIAL_FILE" | cut -c1-10; ls "$AWS_IAM_HOME" "$AWS_IAM_HOME/bin"
"""


def test_a_file_that_is_not_used_is_named_once(env, tmp_path):
    """Also by commands that run without the server, and those that run at the same time."""
    text = """
        export AWS_CREDENTIAL_FILE=/nonexistent/keys
        (iam-userlistbypath & iam-userlistbypath & wait)
        setsid -w iam-userlistbypath | cat
        IAMCLI_STRICT=1 AWS_CREDENTIAL_FILE=other iam-userlistbypath
        for i in 1 2; do AWS_CREDENTIAL_FILE=other iam-userlistbypath; done
        iam-userlistbypath --url http://10.0.0.1
    """
    done = in_sandbox(env, "sh", "-c", text, cwd=tmp_path)
    absent = "(No such file or directory)"
    said = "iam-userlistbypath: requests go to the sandbox, not"
    keys = f"with credential file /nonexistent/keys {absent}\n"
    assert (done.returncode, done.stdout) == (0, "IsTruncated: false\n" * 7)
    assert done.stderr == (
        f"{said} {keys}{said} with credential file other {absent}\n"
        f"{said} to http://10.0.0.1 (--url) and not {keys}"
    )


def test_an_old_script_finds_a_whole_directory(env, tmp_path):
    path = f'PATH="$PATH:{BIN}"'
    env |= {"AWS_IAM_HOME": f"{tmp_path}/outside"}
    script = OF_THE_HOME.replace("iamcli doctor", f"{path} iamcli doctor")
    done = in_sandbox(env, "sh", "-c", script)
    user, footer, home, mode, *listed = done.stdout.splitlines()
    assert (done.returncode, done.stderr) == (0, "")
    assert (user, footer) == ("arn:aws:iam::123456789012:user/bob", "IsTruncated: false")
    assert re.fullmatch(r"home +ok +\S+/home: ready for scripts", home)
    assert mode == "-rw-------"
    assert {"aws-credential.template", "client-config.template", "README", "bin"} < {*listed}
    assert {path.name for path in BIN.glob("iam-*")} <= {*listed}


# How it ends.


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["sh", "-c", "exit 7"], 7),
        in_full(["sh", "-c", "kill -9 $$"], 137),
        in_full(["sh", "-c", "kill -2 $$"], -signal.SIGINT),
        in_full(["sh", "-c", "exit 130"], 130),
        in_full(["sh", "-c", 'test "$1" = --help', "--", "--help"], 0),
        in_full(["--", "true"], 0),
        in_full(["sh", "-c", "cat >/dev/null"], 0),
    ],
)
def test_the_status_is_the_commands(env, arguments, status):
    done = in_sandbox(env, *arguments)
    assert (done.returncode, done.stdout, done.stderr) == (status, "", "")


@pytest.mark.full
def test_a_script_without_interpreter_line_is_for_sh(env, tmp_path):
    script = tmp_path / "old.sh"
    script.write_text('echo "$1"\n')
    script.chmod(0o755)
    assert in_sandbox(env, script, "word").stdout == "word\n"


@pytest.mark.parametrize(
    ("number", "status"),
    [
        (signal.SIGINT, -signal.SIGINT),
        in_full(signal.SIGTERM, 143),
        in_full(signal.SIGHUP, 129),
        (signal.SIGKILL, -signal.SIGKILL),
    ],
)
def test_a_signal_leaves_nothing_behind(env, tmp_path, number, status):
    """It comes when everything runs, so that as much as possible could be left."""
    started = tmp_path / "started"
    script = f"touch {started}; exec sleep {NEVER}"
    process = subprocess.Popen([prepared.program(), "sandbox", "sh", "-c", script], env=env)
    wait_until(started.exists)
    # A folder, the sandbox, its server and the client of that, sleep, the server of the commands
    # and its pool. If the path is long, the folder of that server is elsewhere.
    wait_until(lambda: len(left_behind(tmp_path)) >= 7)
    process.send_signal(number)
    assert process.wait(TIMEOUT) == status


@pytest.mark.full
def test_a_kill_before_the_server_listens_leaves_nothing_behind(env, tmp_path):
    process = subprocess.Popen([IAMCLI, "sandbox", "sleep", str(NEVER)], env=env)
    wait_until(lambda: len(running(tmp_path)) >= 2)
    process.kill()
    process.wait()


UNKNOWN = "iamcli: the sandbox server ended too early; it is not known what has changed\n"
LACKS = "iamcli: the sandbox server was killed; kept may lack the last changes\n"


@pytest.mark.full
@pytest.mark.parametrize(
    ("options", "end", "status", "said"),
    [([], 3, 3, ""), (["--changes=changes"], 0, 1, UNKNOWN), (["--keep", "kept"], 0, 1, LACKS)],
)
def test_a_server_that_is_killed_leaves_only_what_is_kept(
    env, tmp_path, options, end, status, said
):
    """It is killed after a change, which is what is kept."""
    script = f"iam-usercreate -u david; touch started; read line; exit {end}"
    process = subprocess.Popen(
        [IAMCLI, "sandbox", *options, "sh", "-c", script],
        env=env,
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    wait_until((tmp_path / "started").exists)
    kept = tmp_path / "kept" / "account"
    wait_until(lambda: "--keep" not in options or (kept.exists() and b"david" in kept.read_bytes()))
    (server,) = (pid for pid, line in running(tmp_path).items() if "sandbox.server" in line)
    os.kill(server, signal.SIGKILL)
    assert process.communicate(b"\n")[1].decode() == said
    assert process.returncode == status
    assert not (tmp_path / "changes").exists()
    if "--keep" in options:
        done = in_sandbox(env, "--keep", kept.parent, "iam-userlistbypath")
        assert done.stdout == "arn:aws:iam::123456789012:user/david\nIsTruncated: false\n"


COUNT_INTERRUPTS = """
import signal, subprocess
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
print("ready", flush=True)
signal.sigwaitinfo([signal.SIGINT])
again = signal.sigtimedwait([signal.SIGINT], 0.5)
print("twice" if again else "once", flush=True)
raise SystemExit(subprocess.call(["iam-userlistbypath"]) or 5)
"""


def test_ctrl_c_reaches_the_command_once_and_the_server_not_at_all(env):
    """The command must run to count them."""
    terminal = Terminal(
        prepared.program(), "sandbox", sys.executable, "-c", COUNT_INTERRUPTS, env=env
    )
    terminal.wait_for("ready")
    terminal.type("\x03")
    assert terminal.status() == 5
    assert "once\r\nIsTruncated: false\r\n" in terminal.shown


@pytest.mark.parametrize(
    ("shell", "zdotdir"),
    [
        ("bash", "own"),
        in_full("dash", "own"),
        in_full("ksh", "own"),
        in_full("fish", "own"),
        in_full("zsh", "own"),
        in_full("zsh", ""),
    ],
)
@needs("{shell}")
def test_a_shell_is_ready_and_ignores_start_up_files_that_lead_elsewhere(
    env, tmp_path, shell, zdotdir
):
    path = shutil.which(shell)
    files = [tmp_path / name for name in (".bashrc", ".zshrc", ".zshenv", ".profile")]
    files += [tmp_path / "own" / name for name in (".zshrc", ".zshenv")]
    files += [tmp_path / ".bash_completion"]
    for file in files:
        file.parent.mkdir(exist_ok=True)
        file.write_text("export AWS_IAM_URL=https://iam.example.com\n")
    fish = tmp_path / ".config" / "fish" / "config.fish"
    fish.parent.mkdir(parents=True)
    fish.write_text("set -x AWS_IAM_URL https://iam.example.com\n")
    env |= {"SHELL": path, "ENV": str(tmp_path / ".profile"), "TERM": "dumb"}
    # The name of the shell's own start-up file must be quoted.
    temporary = tmp_path / "tmp" / "it's"
    temporary.mkdir()
    env |= {"TMPDIR": str(temporary)}
    own = str(tmp_path / zdotdir) if zdotdir else ""
    env |= {"ZDOTDIR": own} if zdotdir else {}
    terminal = Terminal(prepared.program(), "sandbox", env=env)
    greeting = terminal.wait_for("(iamcli sandbox) $ ")
    said = "; requests do not reach AWS; type exit to leave. Other programs, such as aws and ssh, "
    assert f"{said}are not stopped. Try these commands." in " ".join(greeting.split())
    assert [line.split()[0] for line in greeting.splitlines() if line.startswith("  iam-")] == [
        "iam-usercreate",
        "iam-useraddpolicy",
        "iam-userlistpolicies",
    ]
    completes = shell in ("bash", "fish", "zsh")
    assert ("TAB completes options and names." in greeting) == completes
    terminal.type("iam-usercreate -u robert; iam-usercreate -u ben\n")
    terminal.wait_for("(iamcli sandbox) $ ")
    if completes:
        terminal.type("iam-usergetatt\t -u ro\t\n")
        terminal.wait_for("arn:aws:iam::123456789012:user/robert")
        # A name that was made after the last list.
        terminal.type("iam-usercreate -u rufus\n")
        terminal.wait_for("(iamcli sandbox) $ ")
        terminal.type("iam-usergetatt\t -u ru\t\n")
        terminal.wait_for("arn:aws:iam::123456789012:user/rufus")
        terminal.wait_for("(iamcli sandbox) $ ")
    terminal.type("echo at=$AWS_IAM_URL= zdotdir=$ZDOTDIR=; exit 3\n")
    assert terminal.status() == 3
    assert "at=http://127.0.0.1:" in terminal.shown
    assert f"zdotdir={own}=" in terminal.shown
    assert not (tmp_path / ".cache" / "iamcli").exists()
    assert not (tmp_path / ".zcompdump").exists()
    wait_until(lambda: not [*temporary.iterdir()])
    temporary.rmdir()


# No request.

#: Sets a PATH that lacks the commands.
LOST = "PATH=/opt/x/bin:/usr/bin:/bin; iam-usercreate -u bob; iam-useraddkey -u bob; exit 0"
UNREACHED = "iamcli: no request reached the private IAM; iamcli check SCRIPT shows what it expects"


@pytest.mark.parametrize(
    ("command", "lines"),
    [
        (("sh", "-c", LOST), 1),
        in_full(("--changes=out", "sh", "-c", LOST), 1),
        # The report says so.
        in_full(("--changes", "sh", "-c", LOST), 0),
        in_full(("iam-userlistbypath",), 0),
        # A request that is refused has reached it.
        in_full(("iam-userdel", "-u", "bob"), 0),
        # Another line has the reason.
        in_full(("sh", "-c", "env -i PATH=$PATH iam-userlistbypath"), 0),
        in_full(("/not/there",), 0),
    ],
)
def test_a_terminal_shows_that_no_request_was_sent(env, tmp_path, command, lines):
    line = ('cd $0; exec "$@"', str(tmp_path), str(prepared.program()), "sandbox", *command)
    terminal = Terminal("sh", "-c", *line, env=env, size=USUAL_SIZE)
    terminal.status()
    assert terminal.shown.count(f"{UNREACHED}\r\n") == lines
    reported = "changes in the private IAM: none; no request reached it"
    if "--changes" in command:
        assert reported in terminal.shown
    if "--changes=out" in command:
        assert (tmp_path / "out").read_text() == f"{reported}\n"


@pytest.mark.full
def test_a_pipe_does_not_show_that_no_request_was_sent(env, tmp_path):
    done = in_sandbox(env, "sh", "-c", f"({LOST}) 2>/dev/null")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    options = ("--changes=out", "--format", "json")
    for command, reached in (("iam-userlistbypath", True), ("true", False)):
        assert in_sandbox(env, *options, command, cwd=tmp_path).returncode == 0
        assert json.loads((tmp_path / "out").read_text())["reached"] is reached
        (tmp_path / "out").unlink()


@pytest.mark.full
def test_a_shell_of_80_columns_without_shell(env, tmp_path):
    program = ("-c", WITH_ENTRY, "/usr/sbin/nologin", "sandbox", "--keep", str(tmp_path / "kept"))
    terminal = Terminal(sys.executable, *program, env=env, size=USUAL_SIZE)
    greeting = terminal.wait_for("(iamcli sandbox) $ ")
    lines = greeting.partition("TAB completes options and names.")[0].split("\r\n")
    assert lines[-1] == "Try these commands. "
    said = rf"iamcli: private IAM at \S+, kept in {tmp_path}/kept; requests do not reach AWS; type"
    not_stopped = "Other programs, such as aws and ssh, are not stopped"
    assert re.search(rf"{said} exit to leave. {not_stopped}.$", " ".join(lines[:-1]))
    assert [line for line in lines if len(line) > 80 and " " in line] == []
    # Control-A is line editing.
    terminal.type("cho $0 $SHELL; exit\x01e\n")
    assert terminal.status() == 0
    assert re.search(r"\n(/\S+/bash) \1\r", terminal.shown)


def test_a_shell_ends_with_sigterm(env):
    """When it shows its prompt, it ignores the signal: SIGHUP ends it."""
    terminal = Terminal(prepared.program(), "sandbox", env={**env, "SHELL": "/bin/bash"})
    terminal.wait_for("(iamcli sandbox) $")
    terminal.send_signal(signal.SIGTERM)
    assert terminal.status() == 129


def test_a_shell_that_misses_the_signal_gets_it_again(env, tmp_path):
    """It must run to miss it, as bash does while it shows its prompt."""
    shell = tmp_path / "shell"
    shell.write_text("#!/bin/sh\ntrap 'trap - HUP' HUP\necho ready\nwhile :; do sleep 0.1; done\n")
    shell.chmod(0o755)
    terminal = Terminal(prepared.program(), "sandbox", env={**env, "SHELL": str(shell)})
    terminal.wait_for("ready")
    terminal.send_signal(signal.SIGTERM)
    assert terminal.status() == 129


# The account that is kept.


def identity(done):
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()


def test_an_account_is_kept(env, tmp_path):
    folder = tmp_path / "kept"
    # What was saved is not written again if nothing has changed since.
    script = (
        'made=$(iam-usercreate -u david -k -v); echo "$made"; '
        'until grep -qs "${made%%[!A-Z0-9]*}" "$0"; do sleep 0.1; done; stat -c %i "$0"'
    )
    *made, written = identity(
        in_sandbox(env, "--keep", folder, "sh", "-c", script, folder / "account")
    )
    assert (folder / "account").stat().st_ino == int(written)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {file.name: file.stat().st_mode & 0o777 for file in folder.iterdir()} == {
        "account": 0o600,
        "lock": 0o600,
    }
    key, secret, arn, user_id = made
    # Its key still signs requests as the user, and the shell knows that it is not empty.
    terminal = Terminal(
        prepared.program(), "sandbox", "--keep", str(folder), env={**env, "SHELL": "/bin/sh"}
    )
    greeting = terminal.wait_for("(iamcli sandbox) $ ")
    assert f", kept in {folder}; requests do not reach AWS" in greeting.replace("\r\n", " ")
    assert "  iam-userlistbypath\r\n" in greeting
    terminal.type(f"export AWS_ACCESS_KEY_ID={key} AWS_SECRET_ACCESS_KEY={secret}\n")
    terminal.type("unset AWS_CREDENTIAL_FILE; iam-usergetattributes; iam-userlistkeys\n")
    terminal.wait_for(f"{arn}\r\n{user_id}\r\n{key}\r\nActive\r\n")
    terminal.type("exit\n")
    assert terminal.status() == 0


@pytest.mark.full
@pytest.mark.parametrize(("end", "status"), [("exit 0", 1), ("exit 3", 3)])
def test_an_account_that_cannot_be_kept_is_no_success(env, tmp_path, end, status):
    folder = tmp_path / "kept"
    saved = f"until [ -f {folder}/account ]; do sleep 0.05; done"
    script = f"iam-usercreate -u david; {saved}; rm -r {folder}; {end}"
    done = in_sandbox(env, "--keep", folder, "sh", "-c", script)
    why = f"cannot write {folder}/account: No such file or directory"
    before, _, elsewhere = done.stderr.rpartition(" --keep ")
    advice = "to continue with it, run: iamcli sandbox"
    assert before == f"iamcli: the account was not kept: {why}; {advice}"
    assert done.returncode == status
    done = in_sandbox(env, "--keep", elsewhere.strip(), "iam-userlistbypath")
    assert done.stdout == "arn:aws:iam::123456789012:user/david\nIsTruncated: false\n"
    shutil.rmtree(elsewhere.strip())


# A QR code.


@pytest.mark.full
@pytest.mark.parametrize("bootstrap", ["QRCodePNG", "Base32StringSeed"])
def test_without_segno_no_picture_is_written(env, tmp_path, bootstrap):
    folder = tmp_path / "hidden"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text("import sys\nsys.modules['segno'] = None\n")
    env |= {"PYTHONPATH": str(folder), "PYTHONSAFEPATH": "1"}
    script = f"iam-virtualmfadevicecreate -s bob -b {bootstrap} -o bob.png"
    script += "; iam-virtualmfadevicelist -t Any"
    # The server does not find it either.
    done = run(IAMCLI, "sandbox", "--changes", "sh", "-c", script, env=env, cwd=tmp_path)
    if bootstrap == "Base32StringSeed":
        assert (done.returncode, "+ virtual-mfa-device" in done.stderr) == (0, True)
        return
    first, *rest = done.stderr.splitlines()
    assert re.fullmatch(
        r"iam-virtualmfadevicecreate: segno is not installed; run: \S+ -m pip install "
        r"'segno>=1\.6', or use -b Base32StringSeed",
        first,
    )
    assert rest == ["changes in the private IAM: none"]
    assert done.stdout == f"{first}\nIsTruncated: false\n"
    assert not (tmp_path / "bob.png").exists()
