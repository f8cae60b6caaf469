"""Scripts of ``iamcli recreate``, and what they change.

What two snapshots of an account may differ in, after a script has run, is in its comments, and
nothing else may differ. Each row of the tables below is one kind of comment, with what it allows.
"""

from __future__ import annotations

import copy
import json
import re
import subprocess
from typing import TYPE_CHECKING, Any

from support.shell import BIN

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator
    from pathlib import Path

    from support.forked import Done, ForkRunner
    from support.shell import Shell

    Snapshot = dict[str, Any]

CANNOT, UNKNOWN = "It cannot create:", "The snapshot does not say:"
#: The comment that allows new values for these members of everything that was created.
NEW = "IDs and dates: they are new, and policies that name the old IDs do not match"
#: The service does not send these tags in lists, so that neither snapshot has them.
TAGS_OF_PROFILE = r"instance-profile/(\S+): it may have had tags"
IDS_AND_DATES = {
    "UserId",
    "GroupId",
    "RoleId",
    "InstanceProfileId",
    "PolicyId",
    "SSHPublicKeyId",
    "CertificateId",
    "CreateDate",
    "UpdateDate",
    "UploadDate",
}
#: The lists of a snapshot with entities, and the member with the name of each.
LISTS = {
    "user": ("users", "UserName"),
    "group": ("groups", "GroupName"),
    "role": ("roles", "RoleName"),
    "instance-profile": ("instance_profiles", "InstanceProfileName"),
    "policy": ("policies", "PolicyName"),
}


def recreate(run: Shell | ForkRunner, content: object, *arguments: str) -> Done:
    """Run ``iamcli recreate`` with the snapshot ``content`` and other arguments."""
    (run.home / "before.json").write_text(json.dumps(content))
    return run("iamcli", "recreate", "before.json", *arguments)


def shellcheck(folder: Path, *scripts: str, shell: str = "sh") -> None:
    """Check scripts with ShellCheck, which must have no finding; they are written to ``folder``."""
    files = [folder / f"{number}.sh" for number in range(len(scripts))]
    for file, script in zip(files, scripts, strict=True):
        file.write_bytes(script.encode())
    done = subprocess.run(
        [BIN / "shellcheck", "-s", shell, *files], capture_output=True, check=False, text=True
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def leaves(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the place of each value in a snapshot that has no parts."""
    if isinstance(value, (dict, list)):
        for name, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(inner, (*place, name))
    else:
        yield place


def _access_key(snapshot: Snapshot, user: str, key: str) -> None:
    keys = _named(snapshot, "user", user)["AccessKeyMetadata"]
    keys.remove(_one(keys, "AccessKeyId", key))


def _device(snapshot: Snapshot, user: str, serial: str) -> None:
    held = _named(snapshot, "user", user)["MFADevices"]
    held.remove(_one(held, "SerialNumber", serial))
    snapshot["summary"]["MFADevicesInUse"] -= 1
    _virtual_device(snapshot, serial)


def _password(snapshot: Snapshot, user: str) -> None:
    """The password is another one, which a snapshot does not show."""
    assert _named(snapshot, "user", user)["LoginProfile"]


def _signing_certificate(snapshot: Snapshot, certificate: str) -> None:
    """The certificate comes back, with another ID."""
    held = [one for user in snapshot["users"] for one in user["Certificates"]]
    assert _one(held, "CertificateId", certificate)


def _linked_role(snapshot: Snapshot, name: str) -> None:
    role = _named(snapshot, "role", name)
    snapshot["roles"].remove(role)
    snapshot["summary"]["Roles"] -= 1
    for attached in role["AttachedManagedPolicies"]:
        policy = _one(snapshot["policies"], "Arn", attached["PolicyArn"])
        policy["AttachmentCount"] -= 1
        if not policy["AttachmentCount"] and ":aws:" in policy["Arn"]:
            snapshot["policies"].remove(policy)


def _versions(snapshot: Snapshot, name: str) -> None:
    policy = _named(snapshot, "policy", name)
    versions = sorted(
        policy["PolicyVersionList"], key=lambda version: int(version["VersionId"][1:])
    )
    for number, version in enumerate(versions, 1):
        version["VersionId"] = f"v{number}"
        if version["IsDefaultVersion"]:
            policy["DefaultVersionId"] = f"v{number}"


def _certificate(snapshot: Snapshot, name: str) -> None:
    certificates = snapshot["server_certificates"]
    metadata = [one["ServerCertificateMetadata"] for one in certificates]
    del certificates[metadata.index(_one(metadata, "ServerCertificateName", name))]
    snapshot["summary"]["ServerCertificates"] -= 1


def _virtual_device(snapshot: Snapshot, serial: str) -> None:
    """Remove a device from the whole snapshot, as the deletion of its user removes it."""
    devices = snapshot["virtual_mfa_devices"]
    snapshot["virtual_mfa_devices"] = [one for one in devices if one["SerialNumber"] != serial]
    snapshot["summary"]["MFADevices"] -= 1


#: What a script cannot create: the comment with its name, and what it allows.
LOST: dict[str, Callable[..., None]] = {
    r"user/(\S+): access key (\S+) \(\w+\): its secret cannot be read; .*": _access_key,
    r"user/(\S+): MFA device (\S+): .*": _device,
    r"user/(\S+): password: it cannot be read; the script asks for a new one": _password,
    r"user/\S+: signing certificate (\S+): its ID is new": _signing_certificate,
    r"role/(\S+): only its service creates it, for example with: .*": _linked_role,
    r"policy/(\S+): the numbers of its versions .*: they begin with v1 again": _versions,
    r"server-certificate/(\S+): its private key cannot be read; run: .*": _certificate,
    r"virtual MFA device (\S+): its seed cannot be read": _virtual_device,
}


def comments(script: str) -> dict[str, list[str]]:
    """Return the comments at the beginning of ``script``, by the title of their list."""
    lists: dict[str, list[str]] = {}
    title = ""
    for line in script.splitlines():
        if not line.startswith("#"):
            break
        if line.startswith("#   "):
            lists[title].append(line.removeprefix("#   "))
        elif line.endswith(":"):
            title = line.removeprefix("# ")
            lists[title] = []
    return lists


def differences(
    before: Snapshot, after: Snapshot, script: str, created: Iterable[str] | None
) -> list[str]:
    """Return how the snapshot ``after`` differs from ``before`` beyond the comments of ``script``.

    The script was made of ``before``, and has run. ``created``: what was deleted and is created
    again; None for everything. Fails if the script has a comment that is in no table, or that names
    what ``before`` lacks.
    """
    lists = comments(script)
    for comment in lists.get(UNKNOWN, ()):
        assert re.fullmatch(TAGS_OF_PROFILE, comment), comment
    cannot = lists.get(CANNOT, [])
    expected = copy.deepcopy(before)
    for comment in cannot:
        if comment != NEW:
            _lose(expected, comment)
    new = created if NEW in cannot else ()
    return list(_differences("", _comparable(expected, new), _comparable(after, new)))


def _differences(place: str, expected: Any, seen: Any) -> Iterator[str]:
    if isinstance(expected, dict) and isinstance(seen, dict):
        for name in sorted(expected.keys() | seen.keys()):
            missing = "(missing)"
            inner = expected.get(name, missing), seen.get(name, missing)
            yield from _differences(f"{place}.{name}", *inner)
    elif isinstance(expected, list) and isinstance(seen, list):
        yield from (f"{place} lacks {one}" for one in expected if one not in seen)
        yield from (f"{place} has {one}" for one in seen if one not in expected)
        if len(expected) != len(seen):
            yield f"{place} has {len(seen)} instead of {len(expected)}"
    elif expected != seen:
        yield f"{place} is {seen!r} instead of {expected!r}"


def _comparable(snapshot: Snapshot, created: Iterable[str] | None) -> Snapshot:
    """Return ``snapshot`` with sorted lists, and without the IDs and dates of ``created``."""
    snapshot = copy.deepcopy(snapshot)
    del snapshot["taken"]
    names = None if created is None else set(created)
    for kind, (key, member) in LISTS.items():
        snapshot[key] = [
            without(IDS_AND_DATES, record)
            if names is None or f"{kind}/{record.get(member)}" in names
            else record
            for record in snapshot[key]
        ]
    for device in snapshot["virtual_mfa_devices"]:
        user = device.get("User", {})
        if names is None or f"user/{user.get('UserName')}" in names:
            device["User"] = without(IDS_AND_DATES, user)
    rules = snapshot.get("password_policy") or {}
    if rules.get("HardExpiry") is False:
        # The same as none. Source: API reference, PasswordPolicy.
        del rules["HardExpiry"]
    result: Snapshot = _sorted(snapshot)
    return result


def _lose(snapshot: Snapshot, comment: str) -> None:
    for pattern, lose in LOST.items():
        found = re.fullmatch(pattern, comment)
        if found:
            lose(snapshot, *found.groups())
            return
    raise AssertionError(f"a comment that is in no table: {comment}")


def without(names: Container[str], value: Any) -> Any:
    """Return ``value``, a part of a snapshot, without the members ``names``."""
    if isinstance(value, dict):
        return {name: without(names, inner) for name, inner in value.items() if name not in names}
    return [without(names, inner) for inner in value] if isinstance(value, list) else value


def _sorted(value: Any) -> Any:
    """Return ``value`` with its lists, whose order means nothing, in one order."""
    if isinstance(value, dict):
        return {name: _sorted(inner) for name, inner in value.items()}
    return sorted(map(_sorted, value), key=repr) if isinstance(value, list) else value


def _named(snapshot: Snapshot, kind: str, name: str) -> dict[str, Any]:
    key, member = LISTS[kind]
    return _one(snapshot[key], member, name)


def _one(records: list[dict[str, Any]], member: str, value: str) -> dict[str, Any]:
    found = [record for record in records if record[member] == value]
    assert len(found) == 1, (member, value, found)
    return found[0]
