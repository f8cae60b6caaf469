"""The file of an account that the sandbox keeps: what it contains, and when it is written."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import sys
import threading
from importlib.metadata import version
from pathlib import Path

import pytest
from support import private_iam
from support.private_iam import HEADER
from support.processes import wait_until

from iamcli import __version__
from iamcli.cli.sandbox import kept, objects
from iamcli.errors import Failure

NOT_OURS = "was not written by iamcli sandbox; specify another directory"


@pytest.mark.parametrize(
    ("content", "shown"),
    [
        (b"", NOT_OURS),
        (b"a letter\n", NOT_OURS),
        (b"[1]\n", NOT_OURS),
        (b"{}\n", NOT_OURS),
        (b'{"moto": "5"}\n', NOT_OURS),
        (b'{"iamcli": "1", "format": 1}\n', NOT_OURS),
        (
            {"moto": "4.0"},
            f"was kept by iamcli {__version__} with moto 4.0; this is iamcli {__version__}",
        ),
        ({"moto": "4.0"}, "cannot read it; install moto==4.0, or specify another directory"),
        ({"iamcli": "9", "format": 9}, f"kept by iamcli 9 with moto {version('moto')}; this is "),
        ({"iamcli": "0.1"}, ""),
        # What was kept as a pickle.
        ({"format": 1}, "which cannot read it; specify another directory"),
    ],
)
def test_a_file_of_another_version_or_program_is_refused_and_left(tmp_path, content, shown):
    file = tmp_path / "account"
    if isinstance(content, dict):
        content = json.dumps(HEADER | content).encode() + b"\n{}"
    file.write_bytes(content)
    try:
        assert kept.KeptAccount(str(tmp_path)).existed
        said = ""
    except Failure as failure:
        said = str(failure)
    assert (said.count("\n"), shown in said, bool(said)) == (0, True, bool(shown)), said
    assert file.read_bytes() == content


def test_what_is_no_file_is_no_account(tmp_path):
    for make, why in (
        (os.mkfifo, "{}/account is not a file of yours; specify another directory"),
        (lambda file: file.symlink_to("elsewhere"), "cannot use {}: "),
        (Path.mkdir, "cannot use {}: Is a directory"),
    ):
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        folder.mkdir()
        make(folder / "account")
        with pytest.raises(Failure, match=f"^{why.format(folder)}"):
            kept.KeptAccount(str(folder))


@pytest.mark.skipif(os.geteuid() != 0, reason="requires root, to be two users")
def test_a_file_of_another_user_is_no_account(tmp_path):
    (tmp_path / "account").touch()
    os.chown(tmp_path / "account", 65534, 65534)
    said = f"^{tmp_path}/account is not a file of yours; specify another directory$"
    with pytest.raises(Failure, match=said):
        kept.KeptAccount(str(tmp_path))


def test_what_is_saved_and_when(tmp_path, monkeypatch):
    file, state = tmp_path / "account", [b"one"]
    monkeypatch.setattr(objects, "serialize", lambda: state[0])
    # A sandbox that was killed has left this.
    (tmp_path / "account.new").write_text("half")
    account = kept.KeptAccount(str(tmp_path))
    assert not account.existed

    def saved(change=lambda: None):
        """Return what is in the file, and whether it is another one."""
        change()
        before = file.stat().st_ino if file.exists() else None
        account.save()
        header, content = file.read_bytes().split(b"\n")
        assert json.loads(header) == HEADER
        assert sorted(each.name for each in tmp_path.iterdir()) == ["account", "lock"]
        return content, file.stat().st_ino != before

    assert saved() == (b"one", True)
    assert file.stat().st_mode & 0o777 == 0o600
    assert saved() == (b"one", False)
    state[0] = b"two"
    assert saved() == (b"two", True)
    assert saved() == (b"two", False)

    def replace():
        (tmp_path / "other").write_text("other")
        shutil.copystat(file, tmp_path / "other")
        (tmp_path / "other").rename(file)

    assert saved(replace) == (b"two", True)
    assert saved(file.unlink) == (b"two", True)
    assert saved(lambda: file.write_text("other")) == (b"two", True)
    (tmp_path / "account.new").mkdir()
    state[0] = b"three"
    with pytest.raises(Failure, match=f"^cannot write {file}: "):
        account.save()
    # At the end, it is written elsewhere if there is room.
    with pytest.raises(Failure, match=rf"^cannot write {file}: .*; to continue") as failed:
        account.save(last=True)
    elsewhere = Path(str(failed.value).rpartition(" iamcli sandbox --keep ")[2])
    header, content = (elsewhere / "account").read_bytes().split(b"\n")
    assert (json.loads(header), content) == (HEADER, b"three")
    shutil.rmtree(elsewhere)
    monkeypatch.setattr(kept, "protected_folder", lambda _: elsewhere.mkdir() or str(elsewhere))
    real_write = kept.Folder.write

    def full(*_given, **_settings):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(kept.Folder, "write", full)
    with pytest.raises(Failure, match=rf"^cannot write {file}: [\w ]*$"):
        account.save(last=True)
    monkeypatch.setattr(kept.Folder, "write", real_write)
    assert not elsewhere.exists()
    state[0] = None
    (tmp_path / "account.new").rmdir()
    with pytest.raises(Failure, match=r"^cannot save moto's objects: "):
        account.save()
    assert file.read_bytes().endswith(b"\ntwo")


def test_what_is_saved_is_on_the_disk_before_it_takes_the_place_of_the_old(tmp_path, monkeypatch):
    """And the directory is written after that, so that no loss of power loses the account."""
    calls = []
    real_fsync, real_replace = os.fsync, os.replace

    def fsync(number):
        real_fsync(number)
        calls.append(
            ("fsync", str(Path(f"/proc/self/fd/{number}").readlink()), os.fstat(number).st_size)
        )

    def replace(old, new, **folders):
        real_replace(old, new, **folders)
        calls.append(("replace", old, new))

    monkeypatch.setattr(objects, "serialize", lambda: b"content")
    account = kept.KeptAccount(str(tmp_path))
    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "replace", replace)
    account.save()
    file = tmp_path / "account"
    *written, (last, folder, _) = calls
    assert written == [
        ("fsync", f"{file}.new", file.stat().st_size),
        ("replace", "account.new", "account"),
    ]
    assert (last, folder) == ("fsync", str(tmp_path))


def test_every_change_is_saved_soon(tmp_path):
    account, saved = kept.KeptAccount(str(tmp_path / "kept"), delay=0), []
    account.save = lambda: saved.append(True)
    threading.Thread(target=account.save_changes, daemon=True).start()
    for number in range(1, 4):
        account.save_soon()
        wait_until(lambda number=number: len(saved) == number)


@pytest.fixture(autouse=True)
def no_account_is_left():
    """An account in this process would be the account of other tests."""
    yield
    if "moto.iam.models" in sys.modules:
        sys.modules["moto.iam.models"].iam_backends.clear()


def restored(*listed, backends=()):
    """Restore ``listed`` objects; return those that were made."""
    pytest.importorskip("moto.iam.models")
    objects.restore(json.dumps({"objects": listed, "backends": backends}).encode())
    return objects._Objects(listed)._made  # noqa: SLF001


@pytest.mark.parametrize(
    "name",
    [
        "iamcli.cli.sandbox.corrections.caller.Root",
        "iamcli.cli.sandbox.corrections.keys.ServiceCredential",
        "moto.iam.models.User",
        "moto.utilities.tagging_service.TaggingService",
    ],
)
def test_what_a_kept_account_is_made_of(name):
    (made,) = restored([name, ["name", "bob"], ["itself", [0]]])
    assert f"{type(made).__module__}.{type(made).__name__}" == name
    assert vars(made) == {"name": "bob", "itself": made}


def test_objects_that_refer_to_each_other():
    # Both lists are the same, and contain themselves.
    one, two, three, four, five = restored(
        ["list", 1, None, "\udcff", [0], [1]],
        ["dict", ["a", [0]], ["b", [2]], ["c", [3]]],
        ["bytes", "/wA="],
        ["datetime", "2026-11-20T12:00:00.000001+01:00"],
        ["backend", "123456789012", "aws"],
    )
    assert one[:3] == [1, None, "\udcff"]
    assert (one[3] is one, one[4] is two, two["a"] is one) == (True, True, True)
    assert (two["b"], two["c"].isoformat()) == (b"\xff\0", "2026-11-20T12:00:00.000001+01:00")
    assert five.account_id == "123456789012"
    assert (three, four) == (two["b"], two["c"])


@pytest.mark.parametrize(
    "name",
    [
        "exec",
        "builtins.exec",
        "builtins.object",
        "os.system",
        "subprocess.Popen",
        "",
        ".",
        "moto",
        "moto.iam.models",
        "moto.iam.models.",
        "moto.iam.models.User.arn",
        "moto.iam.models.IAMBackend",
        # A function and a class that the modules of the account import.
        "moto.iam.models.random_access_key",
        "moto.iam.models.BackendDict",
        "moto.iam.models.json",
        "iamcli.cli.sandbox.corrections.keys.Refusal",
    ],
)
def test_a_kept_account_has_no_other_things(name):
    with pytest.raises(TypeError, match=f"^{name} is not part of an account"):
        restored([name])


def test_a_kept_account_changes_no_class(monkeypatch):
    from moto.iam import models

    before = {one: dict(vars(one)) for one in vars(models).values() if isinstance(one, type)}
    names = ["__class__", "__dict__", "__init__", "arn", "create_access_key", "instances"]
    for value in ("x", [1], [0]):
        restored(
            ["moto.iam.models.User", *([name, value] for name in names)],
            ["dict", *([name, value] for name in names)],
            backends=[["999999999999", "aws", [["users", [1]]]]],
        )
    after = {one: dict(vars(one)) for one in before}
    for one, members in before.items():
        # moto counts the instances.
        assert {**members, "instances": None} == {**after[one], "instances": None}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"x",
        b"[]",
        b"{}",
        b"1",
        b'{"objects": [], "backends": [1]}',
        b"\x80\x05.",
        b'{"objects": [["list", [7]]], "backends": []}',
        b'{"objects": [["list", {"a": 1}]], "backends": []}',
        b'{"objects": [["list", [0, 0]]], "backends": []}',
        b'{"objects": [["dict", [[0], 1]]], "backends": []}',
        b'{"objects": [["dict", 1]], "backends": []}',
        b'{"objects": [["bytes", "*"]], "backends": []}',
        b'{"objects": [["bytes"]], "backends": []}',
        b'{"objects": [["datetime", "today"]], "backends": []}',
        b'{"objects": [["backend", "1"]], "backends": []}',
        b'{"objects": [[]], "backends": []}',
        b'{"objects": [[1]], "backends": []}',
        b'{"objects": [], "backends": [["1", "mars", []]]}',
        b'{"objects": ' + b"[" * 100_000,
    ],
)
def test_a_damaged_account_is_reported(content, tmp_path):
    pytest.importorskip("moto.iam.models")
    (tmp_path / "account").write_bytes(json.dumps(HEADER).encode() + b"\n" + content)
    account = kept.KeptAccount(str(tmp_path))
    account.existed = True
    with pytest.raises(Failure, match=r"^\S+ is damaged \(\w+: .*; move it away to start with an "):
        account.restore()


def test_what_cannot_be_kept_is_named(backend):
    backend.users["bob"] = {1, 2}
    with pytest.raises(TypeError, match=r"^builtins\.set is not part of an account$"):
        objects.serialize()


def test_a_kept_account_that_cannot_be_used_is_refused(tmp_path):
    with (tmp_path / "lock").open("w") as file:
        # As weak as possible: the lock of a sandbox is nobody else's.
        fcntl.flock(file, fcntl.LOCK_SH)
        for folder, why in (
            (tmp_path, f"another sandbox uses {tmp_path}; leave that one, or specify another dire"),
            (tmp_path / "lock", f"cannot use {tmp_path}/lock: Not a directory"),
        ):
            with pytest.raises(Failure, match=f"cannot start the sandbox: {why}"):
                private_iam.server(keep=str(folder)).__enter__()


def test_everything_in_an_account_is_kept(backend):
    from moto.iam.models import iam_backends
    from support.copies import whole
    from support.corrections import NUMBER

    from iamcli.cli.sandbox import loading
    from iamcli.cli.sandbox.changes import state

    content = json.dumps(whole()).replace(whole()["account"], NUMBER)
    loading._Loader(backend).load(json.loads(content))  # noqa: SLF001
    backend.create_saml_provider("saml", "x" * 1000)
    backend.create_open_id_connect_provider("https://example.com", ["a" * 40], [], [])
    backend.users["bob"].earlier_passwords = ["one"]
    before, saved = state.account_contents(), objects.serialize()
    iam_backends.clear()
    objects.restore(saved)
    assert (state.account_contents(), objects.serialize()) == (before, saved)
    restored = iam_backends[NUMBER]["aws"]
    assert (len(restored.saml_providers), len(restored.open_id_providers)) == (1, 1)
    assert restored.users["bob"].earlier_passwords == ["one"]
