"""docs/moving.md: what it tells the new owner of old scripts to type works, from its beginning."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import pytest
from support.doctor import caller
from support.requirements import PATH
from support.shell import KEY_ID, ROOT, SECRET
from support.snapshot import ARN, answer, refused
from support.stub import ok

if TYPE_CHECKING:
    from pathlib import Path

    from support.forked import Done
    from support.shell import Shell
    from support.stub import Endpoint

PAGE = (ROOT / "docs" / "moving.md").read_text()
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
#: What separates the output of two blocks.
END = "the block ended with"

#: What a predecessor left in /opt/ops: the text of each file.
LEFT = {
    "nightly.sh": """\
#!/bin/sh
PATH=/opt/aws/apitools/iam/bin:/usr/bin:/bin
AWS_CREDENTIAL_FILE=/opt/ops/aws-credentials
export PATH AWS_CREDENTIAL_FILE
. /opt/ops/lib.sh
add_user backup
""",
    "lib.sh": """\
add_user() {
    iam-usercreate -u "$1" -p /robots/ || exit 1
    iam-groupadduser -g dev -u "$1"
}
""",
    "has-keys.sh": """\
#!/bin/sh
if iam-userlistkeys -u "$1" | grep -q NoSuchEntity; then
    echo "$1: no such user"
fi
""",
    "monthly.sh": """\
#!/bin/sh
/opt/iam-cli/bin/iam-userlistbypath | grep -v IsTruncated
""",
    "report.csh": """\
#!/bin/csh -f
setenv AWS_IAM_HOME /opt/aws/apitools/iam
foreach user (`$AWS_IAM_HOME/bin/iam-userlistbypath | grep -v IsTruncated`)
    $AWS_IAM_HOME/bin/iam-userlistkeys -u $user
end
""",
    "cron.d/iam": """\
AWS_IAM_HOME=/opt/aws/apitools/iam
JAVA_HOME=/usr/lib/jvm/jre
0 2 * * * ops /opt/ops/nightly.sh >>/var/log/nightly.log
""",
    "aws-credentials": f"AWSAccessKeyId={KEY_ID}\nAWSSecretKey={SECRET}\n",
}


class Step(NamedTuple):
    """What a block printed, and the exit status of its last command."""

    out: str
    err: str
    status: int


@pytest.fixture
def opt(run: Shell, served_account: Endpoint) -> Path:
    """The directory that has the place of /opt, with the scripts in ops; the account is a stub."""
    served_account.on("GetCallerIdentity", caller(f"{ARN}:user/bob"))
    served_account.on("GetUser", ok("GetUser", f"<User><Arn>{ARN}:user/bob</Arn></User>"))
    run.env["AWS_ENDPOINT_URL"] = served_account.url
    del run.env["AWS_CREDENTIAL_FILE"]
    folder = run.home / "opt"
    for name, text in LEFT.items():
        file = folder / "ops" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(placed(text, folder))
        file.chmod(0o755 if text.startswith("#!") else 0o644)
    return folder


def placed(text: str, opt: Path) -> str:
    """Return ``text`` with the directory ``opt`` in place of /opt."""
    return re.sub(r"(?<![\w.])/opt(?=/)", str(opt), text)


def blocks(language: str) -> list[str]:
    """Return the text of each fenced block in this language."""
    return [text for found, text in FENCE.findall(PAGE) if found == language]


def walk(run: Shell, opt: Path) -> list[Step]:
    """Type the blocks for a shell in order; return what each printed.

    ``make deb-test`` types the first one, which installs iamcli.
    """
    install, *typed = blocks("sh")
    assert "pip install" in install
    # What step 6 says.
    typed.append("sed -i '1a export IAMCLI_STRICT=0' nightly.sh\n" + typed[-1])
    lines = [f"{block}echo {END} $?\necho {END} >&2\n" for block in typed]
    done = run("bash", "-c", placed(f"umask 022\n{''.join(lines)}", opt))
    assert done.status == 0
    *out, _ = re.split(rf"{END} (\d+)\n", done.out)
    *err, _ = done.err.split(f"{END}\n")
    return [
        Step(printed, errors, int(status))
        for printed, errors, status in zip(out[::2], err, out[1::2], strict=True)
    ]


#: Where jobs can be, on Debian and on Red Hat.
PLACES = """
etc/anacrontab etc/cron.d/iam etc/cron.daily/iam etc/crontab etc/default/iam etc/init.d/iam
etc/logrotate.d/iam etc/profile.d/iam.sh etc/rc.d/rc.local etc/rc.local etc/sudoers
etc/sudoers.d/iam etc/sysconfig/iam etc/systemd/system/iam.service usr/local/bin/iam
var/spool/at/a0001019ae5c8b var/spool/cron/atjobs/a00 var/spool/cron/crontabs/root
"""


def test_the_search_finds_jobs_in_each_place(run, opt):
    for place in PLACES.split():
        (run.home / place).parent.mkdir(parents=True, exist_ok=True)
        (run.home / place).write_text(f"{opt}/ops/nightly.sh\n")
    search = re.sub(r" /(?=etc|usr|var)", f" {run.home}/", placed(blocks("sh")[1], opt))
    found = run("bash", "-c", search).out
    assert {*re.findall(rf"(?m)^{run.home}/(.*?):1:", found)} == {*PLACES.split()}


def cron(run: Shell, job: str, variables: dict[str, str]) -> Done:
    """Run ``job`` as cron does, with its variables and those of the crontab."""
    env = {"HOME": str(run.home), "LOGNAME": "ops", "SHELL": "/bin/sh", "PATH": PATH}
    given = [f"{name}={value}" for name, value in {**env, **variables}.items()]
    return run("env", "-i", *given, "/bin/sh", "-c", job)


@pytest.mark.full
def test_the_page_leads_from_the_directory_to_the_crontab(run, opt, served_account):
    served_account.on("CreateUser", ok("CreateUser"))
    search, home, check, snapshot, sandbox, installed = walk(run, opt)
    before = [*served_account.operations]
    assert [step.status for step in (home, check, snapshot, sandbox, installed)] == [0, 0, 0, 0, 0]

    assert f"./monthly.sh:2:{opt}/iam-cli/bin/iam-userlistbypath" in search.out
    ready = f"{opt}/aws/apitools/iam is ready; its bin has scripts that run 69 commands in "
    assert ready in home.out
    assert f"./nightly.sh:2:PATH={opt}/aws/apitools/iam/bin:/usr/bin:/bin\n" in search.out

    assert re.search(rf"^identity +ok +{ARN}:user/bob", check.out, re.MULTILINE)
    assert "wrong" not in check.out
    states = re.findall(
        r"^(no difference found|needs a change|not all checked) +(\S+?)(?::|$)",
        check.out,
        re.MULTILINE,
    )
    assert states == [
        ("no difference found", "has-keys.sh"),
        ("no difference found", "lib.sh"),
        ("no difference found", "monthly.sh"),
        ("no difference found", "nightly.sh"),
        ("not all checked", "report.csh"),
        ("no difference found", "cron.d/iam"),
    ]

    # What the page says of a second directory.
    (missing,) = re.findall(rf"^ +(iamcli home {opt}/iam-cli)$", check.out, re.MULTILINE)
    assert run(*missing.split()).status == 0
    served_account.on("ListUsers", answer("ListUsers", Users=[{"Arn": f"{ARN}:user/bob"}]))
    key = {"AWS_CREDENTIAL_FILE": f"{opt}/ops/aws-credentials"}
    assert run(f"{opt}/ops/monthly.sh", env=key).out == f"{ARN}:user/bob\n"

    assert (opt / "ops" / "aws-credentials").stat().st_mode & 0o777 == 0o600
    assert (run.home / "account.json").stat().st_mode & 0o777 == 0o600
    # The report is about the account, and nothing but reading has reached it.
    assert "\nuser/backup\n  + user backup\n  + membership dev\n" in sandbox.err
    assert {name[:3] for name in before} <= {"Get", "Lis"}

    assert "\nuser/backup\n" in installed.err


@pytest.mark.full
def test_the_lines_of_the_crontab_run(run, opt, served_account):
    served_account.on("CreateUser", answer("CreateUser", User={"UserName": "backup"}))
    served_account.on("AddUserToGroup", ok("AddUserToGroup"))
    served_account.on("ListAccessKeys", refused("NoSuchEntity", "No user susan.", 404))
    run("iamcli", "home", str(opt / "aws/apitools/iam"))
    (crontab,) = blocks("crontab")
    lines = placed(crontab, opt).splitlines()
    variables = dict(line.split("=", 1) for line in lines if re.match(r"\w+=", line))
    jobs = [line.split(None, 6)[6] for line in lines if re.match(r"[\d*]", line)]
    assert {line.split()[5] for line in lines[len(variables) :]} == {"ops"}
    variables["AWS_IAM_URL"] = served_account.url
    printed = [cron(run, job, variables) for job in jobs]
    assert [(done.status, done.out, done.err) for done in printed] == [
        (0, "", ""),
        (0, "susan: no such user\n", ""),
    ]
    assert served_account.operations == ["CreateUser", "AddUserToGroup", "ListAccessKeys"]


@pytest.mark.parametrize("readable", [True, False], ids=["readable", "not-readable"])
def test_the_lines_of_the_profile_set_what_the_user_may_use(run, opt, readable):
    run("iamcli", "home", str(opt / "aws/apitools/iam"))
    key = opt / "ops" / "aws-credentials"
    if not readable:
        key.unlink()
    (profile,) = blocks("profile")
    file = run.home / "iam.sh"
    file.write_text(placed(profile, opt))
    show = 'set -e; . "$1"; command -v iam-usercreate; echo "${PATH%:/usr/bin:/bin}"'
    script = f'{show}; echo "${{AWS_CREDENTIAL_FILE-not set}}"'
    env = ["env", "-i", "PATH=/usr/bin:/bin", f"HOME={run.home}"]
    done = run(*env, "sh", "-c", script, "sh", str(file))
    home, installed = opt / "aws/apitools/iam/bin", opt / "iamcli/bin"
    found = f"{home}/iam-usercreate\n{home}:{installed}\n"
    assert done.out == f"{found}{key if readable else 'not set'}\n"
    assert (done.err, done.status) == ("", 0)


def test_the_page_is_short_and_each_of_its_blocks_is_run():
    assert len(PAGE.split()) <= 800
    assert {language for language, _ in FENCE.findall(PAGE)} == {"sh", "profile", "crontab"}
    assert len(FENCE.findall(PAGE)) * 2 == PAGE.count("```")
    assert "(docs/moving.md)" in (ROOT / "README.md").read_text()
