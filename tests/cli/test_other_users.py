"""Other users of the machine: links and directories that they prepare for what iamcli writes."""

from __future__ import annotations

import ast
import json
import os
import pwd
import stat
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from support import prepared
from support.limits import TIMEOUT
from support.processes import ROOT, environment
from support.processes import run as run_program
from support.selection import in_full
from support.snapshot import loaded, succeeded
from support.stub import ok
from support.users import OTHER, link, other_user, protected_symlinks, two_users

from iamcli import protection
from iamcli.cli.doctor.credential_sources import changeable_files
from iamcli.cli.homes import directory, layout
from iamcli.cli.homes.directory import CLOSED
from iamcli.config.settings import Settings, restrict
from iamcli.errors import Failure
from iamcli.interrupts import SignalState
from iamcli.protection import Folder, Place, protected_folder, unprotected, with_owners

if TYPE_CHECKING:
    from collections.abc import Iterator


NEW_KEY = ok(
    "CreateAccessKey",
    "<AccessKey><UserName>bob</UserName><AccessKeyId>AKIAIOSFODNN7EXAMPLE</AccessKeyId>"
    "<Status>Active</Status><SecretAccessKey>secret</SecretAccessKey></AccessKey>",
)


@pytest.fixture(params=["0", "1"], ids=["unprotected links", "protected links"])
def setting(request: pytest.FixtureRequest) -> Iterator[None]:
    """Both values of fs.protected_symlinks."""
    with protected_symlinks(request.param):
        yield


def why(name: str) -> str:
    return f"the symbolic link {name} belongs to another user, and is not followed"


@two_users
@pytest.mark.usefixtures("setting")
@pytest.mark.parametrize("mode", [0o777, 0o1777, 0o775])
def test_a_snapshot_does_not_overwrite_what_a_link_of_another_user_names(
    served_account, run_fast, shared, mode
):
    victim = run_fast.home / ".bashrc"
    victim.write_text("mine")
    link(victim, shared / "account.json")
    link(run_fast.home, shared / "place")
    shared.chmod(mode)
    for name, part in (("account.json", "account.json"), ("place/.bashrc", "place")):
        done = run_fast("iamcli", "snapshot", "--force", str(shared / name))
        assert done == (1, "", f"iamcli: cannot write {shared / name}: {why(part)}\n")
    done = run_fast("iamcli", "snapshot", str(shared / "account.json"))
    assert done.err == f"iamcli: {shared}/account.json exists; use --force to overwrite it\n"
    assert (victim.read_text(), served_account.requests) == ("mine", [])
    assert sorted(path.name for path in shared.iterdir()) == ["account.json", "place"]


@pytest.mark.parametrize("mode", [0o700, 0o777, 0o1777])
@pytest.mark.usefixtures("served_account")
def test_an_own_link_is_followed_wherever_it_is(run_fast, shared, mode):
    (run_fast.home / "real").mkdir()
    (run_fast.home / "to-real").symlink_to("real")
    (shared / "account.json").symlink_to(run_fast.home / "to-real" / "file.json")
    shared.chmod(mode)
    succeeded(run_fast("iamcli", "snapshot", "--force", str(shared / "account.json")))
    assert (shared / "account.json").is_symlink()
    assert loaded(run_fast, "real/file.json")["taken"]
    assert [path.name for path in (run_fast.home / "real").iterdir()] == ["file.json"]


@two_users
def test_a_link_in_a_directory_that_only_its_owner_can_write_is_followed(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    os.chown(tmp_path / "link", OTHER, OTHER, follow_symlinks=False)
    with Folder(str(tmp_path / "link")) as folder:
        folder.write("file", b"content")
    assert (tmp_path / "real" / "file").read_bytes() == b"content"


@two_users
@pytest.mark.usefixtures("setting")
def test_a_new_key_is_not_saved_through_a_link_of_another_user(endpoint, run_fast, shared):
    endpoint.on("CreateAccessKey", NEW_KEY)
    elsewhere = run_fast.home / "elsewhere"
    elsewhere.mkdir()
    link(elsewhere, shared / "place")
    link(elsewhere / "key", shared / "key")
    for name, reason in (("place/key", why("place")), ("key", "File exists")):
        done = run_fast("iam-useraddkey", "-u", "bob", "-o", str(shared / name))
        path = f"{shared / name} for the access key"
        said = f"iam-useraddkey: cannot create {path}: {reason}; nothing was sent\n"
        assert (done.status, done.out, done.err) == (1, "", said)
    assert (endpoint.requests, list(elsewhere.iterdir())) == ([], [])
    assert run_fast("iam-useraddkey", "-u", "bob", "-o", str(shared / "new")).status == 0
    assert stat.S_IMODE((shared / "new").stat().st_mode) == 0o600


@two_users
def test_the_sandbox_writes_nothing_through_a_link_of_another_user(tmp_path, shared):
    env = environment(tmp_path)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    link(elsewhere, shared / "place")
    done = run_program(
        prepared.program(), "sandbox", f"--changes={shared}/place/new", "true", env=env
    )
    end = "for the changes: " + why("place") + "; the command was not run"
    said = f"iamcli: cannot create {shared}/place/new {end}\n"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", said)
    for kept in ("place", "place/inner"):
        done = run_program(prepared.program(), "sandbox", "--keep", shared / kept, "true", env=env)
        said = f"cannot start the sandbox: cannot use {shared / kept}: {why('place')}"
        assert (done.returncode, done.stdout, done.stderr) == (1, "", f"iamcli: {said}\n")
    assert list(elsewhere.iterdir()) == []


@two_users
def test_a_lock_of_another_user_is_refused(tmp_path, shared):
    other_user((shared / "lock").touch)
    env = environment(tmp_path)
    done = run_program(prepared.program(), "sandbox", "--keep", shared, "true", env=env)
    said = f"cannot start the sandbox: cannot use {shared}: it is not a file of yours"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"iamcli: {said}\n")


# Temporary directories.


def test_a_temporary_directory_is_where_nobody_can_replace_it(tmp_path, shared):
    if unprotected("/tmp"):
        pytest.skip("other users can replace files in /tmp")
    env = environment(tmp_path, TMPDIR=str(shared))
    show = 'dirname "$AWS_CREDENTIAL_FILE"; stat -c %a "$AWS_CREDENTIAL_FILE"'
    done = run_program(prepared.program(), "sandbox", "sh", "-c", show, env=env)
    place, permissions = done.stdout.split()
    assert (str(Path(place).parent), permissions) == ("/tmp", "600")
    assert list(shared.iterdir()) == []
    assert not Path(place).exists()


@pytest.mark.parametrize(
    ("mode", "used"), [(0o1777, 1), (0o700, 1), (0o755, 1), (0o770, 0), (0o702, 0)]
)
def test_where_a_temporary_directory_is(mode, used, shared, monkeypatch):
    """It is in TMPDIR, unless others could replace it or its path would be too long."""
    if unprotected("/tmp"):
        pytest.skip("other users can replace files in /tmp")
    shared.chmod(mode)
    monkeypatch.setattr("tempfile.tempdir", str(shared))
    longest = len(f"{shared}/x-12345678")
    for length, fits in ((None, 1), (longest, 1), (longest - 1, 0)):
        place = Path(protected_folder("x-", length))
        place.rmdir()
        assert str(place.parent) == (str(shared) if used and fits else "/tmp")


def test_a_path_may_have_as_many_links_as_in_linux(tmp_path):
    for number in range(41):
        (tmp_path / f"{number}").symlink_to(f"{number - 1}" if number else ".")
    Folder(f"{tmp_path}/39").close()
    with pytest.raises(OSError, match="Too many levels of symbolic links"):
        Folder(f"{tmp_path}/40")


@two_users
def test_a_temporary_directory_of_another_user_is_not_used(shared, tmp_path):
    (tmp_path / "link").symlink_to(shared)
    for mode, used in ((0o777, 0), (0o1777, 1), (0o770, 0), (0o700, 1), (0o755, 1)):
        shared.chmod(mode)
        assert [not unprotected(path) for path in (shared, tmp_path / "link")] == [used] * 2
    os.chown(shared, OTHER, OTHER)
    assert unprotected(shared)
    inner = shared / "inner"
    inner.mkdir(0o700)
    assert unprotected(inner)


def test_no_protected_place(shared, monkeypatch):
    from iamcli.cli.explain.explanation import Explanation
    from iamcli.cli.sandbox.server import _credential_file

    monkeypatch.setattr("tempfile.tempdir", str(shared))
    monkeypatch.setattr(protection, "_OTHER_PLACE", str(shared))
    # A program that makes such a directory defers signals until its end.
    monkeypatch.setattr(SignalState, "raises", SignalState.raises)
    said = "other users can replace files in the temporary folder; set TMPDIR to your own"
    with pytest.raises(OSError, match=said):
        protected_folder("x-")
    with pytest.raises(Failure, match=said):
        _credential_file()
    with pytest.raises(Failure, match=said):
        Explanation(["iam-userlistbypath"])
    assert list(shared.iterdir()) == []


def test_no_file_can_be_written(run):
    """Python tries each place, and lists them."""
    done = run("sh", "-c", "ulimit -f 0; iamcli explain iam-userlistbypath")
    assert (done.status, done.out) == (1, "")
    assert done.err == (
        "iamcli: iam-userlistbypath: no temporary file can be written in TMPDIR or /tmp; set "
        "TMPDIR to a directory with free space, and check ulimit -f\n"
    )


@two_users
def test_only_who_can_restrict_a_file_is_told_to(shared):
    file = shared / "keys"
    file.write_text("AWSAccessKeyId=i\nAWSSecretKey=s\n")
    file.chmod(0o644)

    def read(advice: str) -> None:
        settings = Settings(
            {"credential_file": str(file), "client_config_file": None, "url": None}, {}
        )
        assert settings.warnings == [f"{file} is readable by other users; {advice}"]

    read(f"run: chmod 600 {file}")
    other_user(read, "use a copy that belongs to you and that only you can read")
    os.chown(file, OTHER, OTHER)
    other_user(read, f"run: chmod 600 {file}")
    read(f"run: chmod 600 {file}")
    # The file may go away before its owner is asked.
    other_user(restrict, str(shared / "gone"))


# Settings.


def owned_by(owner: int) -> str:
    return f" (owned by {pwd.getpwuid(OTHER).pw_name})" if owner else ""


#: How others could change the configuration: its path, its mode, its owner; or why they cannot.
CONFIGURATIONS = {
    "everybody": (".aws/config", 0o666, 0, True),
    "another user": (".aws/config", 0o600, OTHER, True),
    "directory": (".aws", 0o777, 0, True),
    "directory of another user": (".aws", 0o755, OTHER, True),
    "home": (".", 0o777, 0, True),
    "group": (".aws/config", 0o664, 0, False),
    "group of the directory": (".aws", 0o775, 0, False),
    "sticky": (".aws", 0o1777, 0, False),
    "readable": (".aws/config", 0o644, 0, False),
}


@two_users
@pytest.mark.parametrize("case", CONFIGURATIONS)
def test_who_can_change_a_configuration(tmp_path, monkeypatch, case):
    name, mode, owner, reported = CONFIGURATIONS[case]
    monkeypatch.setenv("HOME", str(tmp_path / "user"))
    place = tmp_path / "user" / name
    (tmp_path / "user" / ".aws").mkdir(parents=True)
    (tmp_path / "user" / ".aws" / "config").touch()
    os.chown(place, owner, owner)
    place.chmod(mode)
    configuration: Any = SimpleNamespace(settings=SimpleNamespace(credential_file=None))
    said = f"{place.resolve()}{owned_by(owner)}" if reported else ""
    assert with_owners(changeable_files(configuration)) == said


@two_users
def test_root_is_told_to_ask_as_the_owner(tmp_path, run):
    """If root took the file away from them, their scripts would fail."""
    file = tmp_path / "keys"
    file.write_text("AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE\nAWSSecretKey=s\n")
    file.chmod(0o600)
    os.chown(file, OTHER, OTHER)
    owner = pwd.getpwuid(OTHER).pw_name
    shown = run("iamcli", "doctor", "--offline", env={"AWS_CREDENTIAL_FILE": str(file)}).out
    assert (
        f"other users may write {file}{owned_by(OTHER)}; if {owner} runs the scripts, run iamcli "
        f"doctor as {owner}; otherwise let only you and root write there"
    ) in " ".join(shown.split())


# Homes.


@two_users
def test_a_home_of_another_user_is_not_called_incomplete(shared, monkeypatch):
    (shared / "source").mkdir()
    (shared / "source" / "iam-userdel").touch(0o755)
    monkeypatch.setattr(layout, "commands_folder", lambda: shared / "source")
    monkeypatch.setattr(layout, "why_not", lambda *_: None)
    home, said = shared / "home", "nothing was changed; choose a directory that you may write"

    def assert_refused(folder: Path) -> None:
        with pytest.raises(Failure, match=f"Permission denied; {said}$"):
            layout.lay_out(str(folder), ["iam-userdel"], strict=False)

    layout.lay_out(str(home), ["iam-userdel"])
    shared.chmod(0o755)
    other_user(assert_refused, home)
    other_user(assert_refused, shared / "another")


@two_users
def test_a_toolkit_of_another_user_is_not_to_be_moved(shared, monkeypatch):
    monkeypatch.setattr(layout, "commands_folder", lambda: shared / "source")
    (shared / "source").mkdir()
    (shared / "source" / "iam-userdel").touch(0o755)
    (shared / "kit" / "bin").mkdir(parents=True)
    for name in ("iam-userdel", "iam-usercreate", "service"):
        (shared / "kit" / "bin" / name).touch(0o755)

    def assert_refused(steps: str) -> None:
        with pytest.raises(Failure, match=f"has the legacy toolkit; nothing was changed; {steps}"):
            layout.lay_out(str(shared / "kit"), ["iam-userdel"])

    shared.chmod(0o755)
    assert_refused("run: mv ")
    other_user(assert_refused, "ask its owner to move it, or choose another directory$")


@two_users
def test_a_home_that_is_exchanged_for_a_link_in_the_middle(tmp_path, shared, monkeypatch):
    source, elsewhere = tmp_path / "source", tmp_path / "elsewhere"
    for folder in (source, elsewhere, elsewhere / "bin"):
        folder.mkdir()
    (source / "iam-userdel").touch()
    monkeypatch.setattr(layout, "commands_folder", lambda: source)
    os.chown(shared, OTHER, OTHER)
    put = layout._put  # noqa: SLF001 - nothing else is between two writes
    names = []

    def exchanging(*arguments: object, **more: object) -> None:
        put(*arguments, **more)  # type: ignore[arg-type]
        names.append(arguments[1])
        if len(names) == 1:
            # It belonged to this user when it was checked.
            os.chown(shared / "home", OTHER, OTHER)
            other_user(os.rename, shared / "home", shared / "moved")
            link(elsewhere, shared / "home")
        if len(names) == 3:
            other_user(os.rename, shared / "moved" / "bin", shared / "moved" / "old")
            link(elsewhere / "bin", shared / "moved" / "bin")

    monkeypatch.setattr(layout, "_put", exchanging)
    (shared / "home").mkdir()
    with pytest.raises(Failure, match="is not ready"):
        layout.lay_out(str(shared / "home"), ["iam-userdel", "iam-useradd"], strict=True)
    assert len(names) > 3
    assert [path.name for path in elsewhere.rglob("*")] == ["bin"]
    assert {path.name for path in (shared / "moved" / "old").iterdir()} == {
        "iam-userdel",
        "iam-useradd",
    }


@two_users
@pytest.mark.usefixtures("setting")
def test_a_home_is_not_made_through_a_link_of_another_user(tmp_path, shared):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    link(elsewhere, shared / "place")
    for name in ("place", "place/new"):
        done = run_program("iamcli", "home", shared / name, env=environment(tmp_path))
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.startswith(f"iamcli: {shared / name}: {why('place')}; ")
    assert list(elsewhere.iterdir()) == []


#: What makes a directory or its bin one that others can change: a mode or an owner of each.
REFUSED = [
    ("", 0o777, None),
    ("", 0o1777, None),
    ("", 0o702, None),
    ("bin", 0o777, None),
    ("bin", 0o1777, None),
    ("", 0o755, OTHER),
    ("", 0o700, OTHER),
    ("bin", 0o755, OTHER),
]
NOTHING = "nothing was changed; let only you and root write there"


@two_users
@pytest.mark.parametrize(("name", "mode", "owner"), REFUSED)
def test_a_home_that_another_user_can_change_is_refused(shared, name, mode, owner):
    home = shared / "home"
    (home / "bin").mkdir(parents=True)
    place = home / name
    place.chmod(mode)
    if owner:
        os.chown(place, owner, owner)
    with pytest.raises(Failure) as raised:
        layout.lay_out(str(home), ["iam-userdel"])
    assert str(raised.value) == f"other users may write {place}; {NOTHING}"
    assert [path.name for path in home.rglob("*")] == ["bin"]


#: What is group-writable, or writable by others, or not of this user, and whether it is safe.
EXPOSED = {
    "nothing": ("", 0o755, 0, False),
    "sticky": ("..", 0o1777, 0, False),
    "private": (".", 0o700, 0, False),
    "group": (".", 0o775, 0, True),
    "group of bin": ("bin", 0o775, 0, True),
    "parent": ("..", 0o777, 0, True),
    "group of the parent": ("..", 0o775, 0, True),
    "another parent": ("..", 0o755, OTHER, True),
    "target": ("../installed/iamcli.pyz", 0o777, 0, True),
    "group of the target": ("../installed/iamcli.pyz", 0o775, 0, True),
    "another target": ("../installed/iamcli.pyz", 0o755, OTHER, True),
    "directory of the target": ("../installed", 0o777, 0, True),
}


@two_users
@pytest.mark.parametrize("case", EXPOSED)
def test_a_home_that_another_user_may_be_able_to_change(shared, case):
    name, mode, owner, reported = EXPOSED[case]
    shared.chmod(0o755)
    home, file = shared / "home", shared / "installed" / "iamcli.pyz"
    (home / "bin").mkdir(parents=True)
    file.parent.mkdir()
    file.touch(mode=0o755)
    (home / "bin" / "iam-userdel").symlink_to(file)
    place = home / name
    os.chown(place, owner, owner)
    place.chmod(mode)
    shown = f"{place.resolve()}{owned_by(owner)}"
    said = f"other users may write {shown}, and so can change what {home} runs"
    assert directory.exposure(home, ["iam-userdel"]) == (said if reported else "")


@two_users
def test_a_home_that_another_user_may_be_able_to_change_is_reported(tmp_path, shared):
    """It is made, and renewed in place, as before."""
    home = shared / "home"
    env = environment(tmp_path, AWS_IAM_HOME=str(home))
    problem = f"other users may write {shared}, and so can change what {home} runs"
    said = f"{problem}; let only you and root write there"
    for _ in range(2):
        done = run_program("iamcli", "home", home, env=env)
        # The Python of the tests may be private.
        lines = [line for line in done.stderr.splitlines() if CLOSED not in line]
        assert (done.returncode, lines) == (0, [f"iamcli: {said}"])
    done = run_program("iamcli", "doctor", "--offline", "--format", "json", env=env)
    check = next(one for one in json.loads(done.stdout)["checks"] if one["check"] == "home")
    assert (check["result"], check["cause"]) == ("warning", "writable-by-others")
    assert f"{check['found']}; {check['advice']}" == said


def with_umask(umask: int, *command: str | Path, env: dict[str, str]) -> None:
    subprocess.run(command, env=env, umask=umask, check=True, capture_output=True, timeout=TIMEOUT)


@pytest.mark.parametrize("umask", [0, in_full(0o002)])
def test_others_may_not_change_what_is_made_without_a_umask(tmp_path, umask):
    env = environment(tmp_path)
    for option in ("--no-strict", "--"):
        with_umask(umask, "iamcli", "home", option, tmp_path / "above" / "home", env=env)
        made = [tmp_path / "above", *(tmp_path / "above").rglob("*")]
        assert len(made) > 50
        modes = {stat.S_IMODE(path.stat().st_mode) for path in made if not path.is_symlink()}
        assert modes == {0o755, 0o644}
    with_umask(
        umask, prepared.program(), "sandbox", "--keep", tmp_path / "a" / "b", "true", env=env
    )
    for folder in ("a", "a/b"):
        assert stat.S_IMODE((tmp_path / folder).stat().st_mode) == 0o700


def test_the_names_that_are_kept_are_private_without_a_umask(patient, stub):
    members = "<Groups><member><GroupName>Admin</GroupName></member></Groups>"
    listed = ok("ListGroups", f"{members}<IsTruncated>false</IsTruncated>")
    patient.env |= {"AWS_IAM_URL": stub.endpoint(listed).url, "IAMCLI_COMPLETE": "1"}
    done = patient("sh", "-c", "umask 0; exec iamcli complete group iam-groupdel")
    assert done.out == "Admin\n"
    made = [patient.home / ".cache", *(patient.home / ".cache").rglob("*")]
    assert [stat.S_IMODE(path.stat().st_mode) for path in made] == [0o700, 0o700, 0o600]


def test_a_umask_still_removes_permissions(tmp_path):
    with_umask(0o077, "iamcli", "home", tmp_path / "home", env=environment(tmp_path))
    made = [tmp_path / "home", *(tmp_path / "home").rglob("*")]
    assert {stat.S_IMODE(path.stat().st_mode) for path in made} == {0o700, 0o600}


# The module itself.


#: What makes files and directories. ``open`` with a mode for writing is looked for separately.
MAKING = {
    "O_CREAT",
    "mkdir",
    "makedirs",
    "mkdtemp",
    "mkstemp",
    "symlink",
    "symlink_to",
    "touch",
    "NamedTemporaryFile",
    "TemporaryDirectory",
    "TemporaryFile",
    "write_bytes",
    "write_text",
}


def writing(tree: ast.AST) -> Iterator[str]:
    """Yield what makes a file, or opens one to write it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in MAKING:
            yield node.attr
        if isinstance(node, ast.Call) and len(node.args) > 1:
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            mode = getattr(node.args[1], "value", "")
            if name == "open" and isinstance(mode, str) and set(mode) & set("wax+"):
                yield f"open {ast.unparse(node.args[0])}"


def test_one_module_opens_what_is_written():
    found = {
        f"{path.relative_to(ROOT / 'iamcli')}: {what}"
        for path in (ROOT / "iamcli").rglob("*.py")
        for what in writing(ast.parse(path.read_text(encoding="utf-8")))
        if path.name != "protection.py"
    }
    # Descriptors that are open, the name of the process, and what is in a private directory.
    assert found == {
        "connection/confinement.py: mkdir",
        "cli/sandbox/server.py: open 1",
        "cli/sandbox/changes/report_writer.py: open self._number",
        "connection/processes.py: open _OWN_NAME",
        "cli/homes/layout.py: symlink",
    }


def test_which_paths_are_entered(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder" / "inner").mkdir(parents=True)
    (tmp_path / "file").touch()
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "absolute").symlink_to(tmp_path / "folder")
    (tmp_path / "dangling").symlink_to("folder/none")
    for path in ("", ".", "folder", "folder/", "./folder/inner/..", "absolute", f"{tmp_path}//"):
        with Folder(path) as folder:
            folder.write("new", b"")
        assert Path(path or ".", "new").exists(), path
        Path(path or ".", "new").unlink()
    for path, error in (
        ("file", NotADirectoryError),
        ("file/x", NotADirectoryError),
        ("none", FileNotFoundError),
        ("dangling", FileNotFoundError),
        ("loop", OSError),
        ("folder\0", ValueError),
    ):
        with pytest.raises(error):
            Folder(path)
    for path in ("absolute", "dangling", "loop"):
        with pytest.raises(NotADirectoryError):
            Folder(path, follow=False)
    for path, follow, name in (
        ("file", False, "file"),
        ("file/", False, "file/"),
        ("dangling", False, "dangling"),
        ("dangling", True, "none"),
        ("folder/../file", True, "file"),
        ("none", True, "none"),
        ("/", True, "."),
        ("./", True, "."),
        ("", True, ""),
    ):
        with Place(path, follow=follow) as place:
            assert place.name == name, path
    with Place("file/") as place, pytest.raises(OSError, match=r"Is a directory|Not a directory"):
        place.create(place.name)
    with pytest.raises(OSError, match="symbolic links"):
        Place("loop", follow=True)


@two_users
def test_other_systems_have_the_same_rule(tmp_path, shared, monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(protection, "_FOLDER", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    (tmp_path / "real").mkdir()
    (shared / "own").symlink_to(tmp_path / "real")
    link(tmp_path / "real", shared / "link")
    Folder(str(shared / "own")).close()
    for attempt in (Folder, lambda path: Place(path, follow=True)):
        with pytest.raises(PermissionError, match=why("link")):
            attempt(str(shared / "link"))
    for path in (shared / "link" / "x", tmp_path / "none" / "x"):
        with pytest.raises(OSError, match=r"not followed|No such file"):
            Place(str(path))


def test_a_directory_that_cannot_be_read_is_used(tmp_path):
    (tmp_path / "closed").mkdir()
    (tmp_path / "closed").chmod(0o311)
    with Place(str(tmp_path / "closed" / "file")) as place:
        place.write(place.name, b"")
    (tmp_path / "closed").chmod(0o755)
    assert (tmp_path / "closed" / "file").exists()


def test_what_is_not_complete_is_removed(tmp_path, monkeypatch):
    def fail(*_: object, **_places: object) -> None:
        raise OSError(28, "No space left on device")

    (tmp_path / "file").write_bytes(b"old")
    with Folder(str(tmp_path)) as folder:
        for name in ("fsync", "replace"):
            with monkeypatch.context() as patched:
                patched.setattr(os, name, fail)
                with pytest.raises(OSError, match="No space left"):
                    folder.replace("file", b"new", temporary="part", sync=True)
            assert [path.name for path in tmp_path.iterdir()] == ["file"], name
            assert (tmp_path / "file").read_bytes() == b"old"
        (tmp_path / "link").symlink_to("elsewhere")
        for new in (True, False):
            with pytest.raises(OSError, match=r"File exists|symbolic links"):
                folder.create("link", new=new)
        os.mkfifo(tmp_path / "pipe")
        with pytest.raises(OSError, match="No such device"):
            folder.create("pipe", new=False)
