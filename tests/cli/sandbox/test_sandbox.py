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
from support import private_iam
from support.limits import NEVER, TIMEOUT
from support.private_iam import HEADER
from support.processes import (
    BIN,
    ROOT,
    WITH_ENTRY,
    assert_nothing_left,
    left_behind,
    run,
    running,
    wait_until,
)
from support.requirements import need
from support.selection import in_full, usual
from support.terminal import USUAL_SIZE, Terminal

IAMCLI = BIN / "iamcli"
POLICY = '{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'


def in_sandbox(env, *arguments, **more):
    return run(IAMCLI, "sandbox", *arguments, env=env, **more)


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
    folder = str(tmp_path / "tmp" / "iamcli-sandbox-")
    assert seen.pop("AWS_CREDENTIAL_FILE").startswith(folder)
    assert seen.pop("AWS_IAM_HOME").startswith(folder)
    assert seen["PATH"] == f"{BIN}:{path}"
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
    names = {path.name for path in BIN.glob("iam-*")}
    assert names <= {*listed}


@pytest.mark.full
def test_the_credential_file_is_an_old_one_and_private(env):
    done = in_sandbox(env, "sh", "-c", 'cat "$AWS_CREDENTIAL_FILE"; ls -l "$AWS_CREDENTIAL_FILE"')
    key, secret, listed = done.stdout.splitlines()
    assert key == f"AWSAccessKeyId={private_iam.ACCESS_KEY}"
    assert secret == f"AWSSecretKey={private_iam.SECRET_KEY}"
    assert listed.startswith("-rw------- ")


@pytest.mark.full
def test_aws_sees_the_same_account_whatever_its_files_say(env, tmp_path):
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "config").write_text(
        "[default]\nignore_configured_endpoint_urls = true\nregion = eu-west-1\n"
    )
    done = in_sandbox(
        env, "sh", "-c", "iam-usercreate -u david && aws iam get-user --user-name david"
    )
    assert done.stderr == ""
    assert json.loads(done.stdout)["User"]["UserName"] == "david"


@pytest.mark.full
def test_the_first_walk(env):
    done = in_sandbox(env, ROOT / "examples" / "first-user.sh")
    assert done.stderr == ""
    assert done.returncode == 0
    shown = done.stdout.split("\n")
    arn = "arn:aws:iam::123456789012:user/iam_user"
    assert shown[:3] == ["$ iam-usercreate -u iam_user -p / -v", arn, shown[2]]
    assert shown[3] == f"$ iam-useruploadpolicy -u iam_user -p AllAccessPolicy -o '{POLICY}'"
    assert shown[4] == "$ iam-useraddkey -u iam_user"
    assert [len(line) for line in shown[5:7]] == [20, 40]
    assert shown[7:] == [
        "$ iam-useraddloginprofile -u iam_user -p somePassword",
        "$ iam-accountaliascreate -a example",
        "$ iam-usergetattributes -u iam_user",
        arn,
        shown[2],
        "$ iam-userlistpolicies -u iam_user",
        "AllAccessPolicy",
        "IsTruncated: false",
        "$ iam-userlistpolicies -u iam_user -p AllAccessPolicy",
        POLICY,
        "",
    ]


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
def test_a_command_that_cannot_be_run_is_named(env, tmp_path):
    plain = tmp_path / "plain"
    plain.touch()
    done = in_sandbox(env, "no-such-command")
    assert (done.returncode, done.stderr) == (
        127,
        "iamcli: no-such-command: not found; is it installed and on PATH?\n",
    )
    done = in_sandbox(env, plain)
    assert (done.returncode, done.stderr) == (
        126,
        (
            f"iamcli: {plain}: cannot be executed: Permission denied; run: chmod +x {plain}, or "
            f"run: iamcli sandbox sh {plain}\n"
        ),
    )


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
    started = tmp_path / "started"
    script = f"touch {started}; exec sleep {NEVER}"
    process = subprocess.Popen([IAMCLI, "sandbox", "sh", "-c", script], env=env)
    wait_until(started.exists)
    # Two folders, the sandbox, its server, sleep, the server of the commands and its pool.
    wait_until(lambda: len(left_behind(tmp_path)) >= 7)
    process.send_signal(number)
    assert process.wait(TIMEOUT) == status


@pytest.mark.full
def test_a_kill_before_the_server_listens_leaves_nothing_behind(env, tmp_path):
    process = subprocess.Popen([IAMCLI, "sandbox", "sleep", str(NEVER)], env=env)
    wait_until(lambda: len(left_behind(tmp_path)) >= 2)
    process.kill()
    process.wait()


@pytest.mark.full
def test_a_server_that_is_killed_leaves_nothing_behind(env, tmp_path):
    started = tmp_path / "started"
    script = f"touch {started}; read line; exit 3"
    process = subprocess.Popen(
        [IAMCLI, "sandbox", "sh", "-c", script], env=env, stdin=subprocess.PIPE
    )
    wait_until(started.exists)
    (server,) = (pid for pid, line in running(tmp_path).items() if "sandbox.server" in line)
    os.kill(server, signal.SIGKILL)
    process.communicate(b"\n")
    assert process.returncode == 3


COUNT_INTERRUPTS = """
import signal, subprocess
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
print("ready", flush=True)
signal.sigwaitinfo([signal.SIGINT])
again = signal.sigtimedwait([signal.SIGINT], 0.5)
print("twice" if again else "once", flush=True)
raise SystemExit(subprocess.call(["iam-userlistbypath"]) or 5)
"""


@pytest.mark.full
def test_ctrl_c_reaches_the_command_once_and_the_server_not_at_all(env):
    terminal = Terminal(IAMCLI, "sandbox", sys.executable, "-c", COUNT_INTERRUPTS, env=env)
    terminal.wait_for("ready")
    terminal.type("\x03")
    assert terminal.status() == 5
    assert "once\r\nIsTruncated: false\r\n" in terminal.shown


@pytest.mark.parametrize(
    ("shell", "zdotdir"),
    [
        ("bash", "own"),
        in_full("dash", "own"),
        in_full("fish", "own"),
        in_full("zsh", "own"),
        in_full("zsh", ""),
    ],
)
def test_a_shell_is_ready_and_ignores_start_up_files_that_lead_elsewhere(
    env, tmp_path, shell, zdotdir
):
    need(shell)
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
    terminal = Terminal(IAMCLI, "sandbox", env=env)
    greeting = terminal.wait_for("(iamcli sandbox) $ ")
    said = "; requests do not reach AWS; type exit to leave. Other programs, such as aws and ssh, "
    assert f"{said}are not stopped. Try these commands." in " ".join(greeting.split())
    assert [line.split()[0] for line in greeting.splitlines() if line.startswith("  iam-")] == [
        "iam-usercreate",
        "iam-useraddpolicy",
        "iam-userlistpolicies",
    ]
    assert ("TAB completes options and names." in greeting) == (shell != "dash")
    terminal.type("iam-usercreate -u robert; iam-usercreate -u ben\n")
    terminal.wait_for("(iamcli sandbox) $ ")
    if shell != "dash":
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
    line = ('cd $0; exec "$@"', str(tmp_path), str(IAMCLI), "sandbox", *command)
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


@pytest.mark.full
def test_a_shell_ends_with_sigterm(env):
    terminal = Terminal(IAMCLI, "sandbox", env={**env, "SHELL": "/bin/bash"})
    terminal.wait_for("(iamcli sandbox) $")
    terminal.send_signal(signal.SIGTERM)
    assert terminal.status() == 129


@pytest.mark.full
def test_a_shell_that_misses_the_signal_gets_it_again(env, tmp_path):
    # bash does so while it shows its prompt.
    shell = tmp_path / "shell"
    shell.write_text("#!/bin/sh\ntrap 'trap - HUP' HUP\necho ready\nwhile :; do sleep 0.1; done\n")
    shell.chmod(0o755)
    terminal = Terminal(IAMCLI, "sandbox", env={**env, "SHELL": str(shell)})
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
    terminal = Terminal(IAMCLI, "sandbox", "--keep", str(folder), env={**env, "SHELL": "/bin/sh"})
    greeting = terminal.wait_for("(iamcli sandbox) $ ")
    assert f", kept in {folder}; requests do not reach AWS" in greeting.replace("\r\n", " ")
    assert "  iam-userlistbypath\r\n" in greeting
    terminal.type(f"export AWS_ACCESS_KEY_ID={key} AWS_SECRET_ACCESS_KEY={secret}\n")
    terminal.type("unset AWS_CREDENTIAL_FILE; iam-usergetattributes; iam-userlistkeys\n")
    terminal.wait_for(f"{arn}\r\n{user_id}\r\n{key}\r\nActive\r\n")
    terminal.type("exit\n")
    assert terminal.status() == 0


@pytest.mark.full
def test_a_second_sandbox_on_the_same_directory_is_refused(env, tmp_path):
    folder = tmp_path / "kept"
    inner = f"{IAMCLI} sandbox --keep {folder} true"
    done = in_sandbox(env, "--keep", folder, "sh", "-c", inner)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"iamcli: cannot start the sandbox: another sandbox uses {folder}; leave that one, or "
        "specify another directory\n"
    )


@pytest.mark.skipif(os.geteuid() != 0, reason="requires root, to be two users")
def test_the_account_of_another_user_is_refused(env, tmp_path):
    file = tmp_path / "kept" / "account"
    file.parent.mkdir()
    file.write_bytes(json.dumps(HEADER).encode() + b"\n{}")
    os.chown(file, 65534, 65534)
    done = in_sandbox(env, "--keep", file.parent, "true")
    why = f"cannot start the sandbox: {file} is not a file of yours; specify another directory"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"iamcli: {why}\n")


EVIL = (
    b'{"objects": [["subprocess.Popen", ["args", [1]]], ["list", "touch", "made"]], "backends": []}'
)


def test_a_kept_account_runs_no_code(env, tmp_path):
    file = tmp_path / "kept" / "account"
    file.parent.mkdir()
    file.write_bytes(json.dumps(HEADER).encode() + b"\n" + EVIL)
    done = in_sandbox(env, "--keep", file.parent, "true", cwd=tmp_path)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert f"{file} is damaged (TypeError: subprocess.Popen" in done.stderr
    assert " is not part of an account); move it away to start with" in done.stderr
    assert not (tmp_path / "made").exists()


@pytest.mark.full
def test_a_directory_that_cannot_be_used_is_reported(env, tmp_path):
    for name, why in (
        ("", "the directory name is empty; specify a directory"),
        ("/dev/null", "cannot start the sandbox: cannot use /dev/null: Not a directory"),
        ("/dev/null/x", "cannot start the sandbox: cannot use /dev/null/x: Not a directory"),
    ):
        done = in_sandbox(env, "--keep", name, "true")
        assert (done.returncode, done.stdout, done.stderr) == (1, "", f"iamcli: {why}\n")
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "account").symlink_to(tmp_path / "elsewhere")
    done = in_sandbox(env, "--keep", tmp_path / "kept", "true")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)


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


@pytest.mark.full
@pytest.mark.parametrize("killed", ["sandbox", "server"])
def test_what_a_kill_leaves_is_whole(env, tmp_path, killed):
    file = tmp_path / "kept" / "account"
    script = f"iam-usercreate -u david; exec sleep {NEVER}"
    process = subprocess.Popen(
        [IAMCLI, "sandbox", "--keep", file.parent, "sh", "-c", script],
        env=env,
        stderr=subprocess.PIPE,
        text=True,
    )
    wait_until(lambda: file.exists() and b"david" in file.read_bytes())
    # The file is written before the command ends.
    wait_until(lambda: any(line.startswith("sleep") for line in running(tmp_path).values()))
    found = {line: pid for pid, line in running(tmp_path).items()}
    (server,) = (pid for line, pid in found.items() if "sandbox.server" in line)
    if killed == "sandbox":
        process.kill()
        assert process.communicate()[1] == ""
    else:
        os.kill(server, signal.SIGKILL)
        (sleeping,) = (pid for line, pid in found.items() if line.startswith("sleep"))
        os.kill(sleeping, signal.SIGTERM)
        assert process.communicate()[1] == (
            f"iamcli: the sandbox server was killed; {file.parent} may lack the last changes\n"
        )
        assert process.returncode == 1
    assert_nothing_left(tmp_path)
    done = in_sandbox(env, "--keep", file.parent, "iam-userlistbypath")
    assert done.stdout == "arn:aws:iam::123456789012:user/david\nIsTruncated: false\n"


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
    done = in_sandbox(env, "--changes", "sh", "-c", script, cwd=tmp_path)
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


@pytest.mark.full
def test_the_picture_of_a_device_can_be_read(env, tmp_path):
    script = "iam-virtualmfadevicecreate -s bob -b QRCodePNG -o bob.png"
    assert in_sandbox(env, "sh", "-c", script, cwd=tmp_path).returncode == 0
    assert (tmp_path / "bob.png").read_bytes().startswith(b"\x89PNG\r\n")
