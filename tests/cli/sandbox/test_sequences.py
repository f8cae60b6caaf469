"""Random sequences of commands: what they say is what the account holds.

A model of the account predicts whether the service refuses each command, and with which code. After
each command, boto3 reads the account, which must be as the model.
"""

from __future__ import annotations

import copy
import itertools
import json
import shlex
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from support import resettable
from support.certificates import certificate
from support.clients import connected
from support.refusals import LATEST, padded, policy, trust

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.forked import ForkRunner

pytestmark = pytest.mark.releases

ARN = "arn:aws:iam::123456789012:"
MANAGED = f"{ARN}policy/Managed"
#: Few names, so that they meet. Two differ in case only, and one is none.
NAMES = st.sampled_from([*["ann", "bob"] * 6, "eve", "eve", "Ann", "b b"])
PATHS = st.sampled_from(["/", "/staff/", "/staff/web/"])
STATUSES = st.sampled_from(["Active", "Inactive"])
KINDS = st.sampled_from(["user", "group", "role"])
#: What can be renamed: the command, and its option for the name.
RENAMED = {
    "user": ("iam-usermod", "-u"),
    "group": ("iam-groupmod", "-g"),
    "certificate": ("iam-servercertmod", "-s"),
}
INLINE = st.sampled_from(["p", "q"])
#: Policies, of which some are not, and of which two are too long for a user.
DOCUMENTS = st.sampled_from(
    [policy(), policy(LATEST, Sid="a"), padded(policy(), 1100), policy(Action="everything")]
)
TRUST = st.sampled_from([trust(), trust(Sid="a"), trust(Action="s3:*")])
PASSWORDS = st.sampled_from(["x", "lower-case", "Mixed-Case-1"])
#: The quotas of inline policies.
QUOTAS = {"user": 2048, "group": 5120, "role": 10240}
ABSENT, TAKEN, INVALID = "NoSuchEntity", "EntityAlreadyExists", "ValidationError"
CONFLICT, LIMIT = "DeleteConflict", "LimitExceeded"


#: What can happen: the methods of Account, each with its arguments.
STEPS: list[tuple[Callable[..., None], st.SearchStrategy[dict[str, Any]]]] = []


def step(**arguments: st.SearchStrategy[Any]) -> Callable[[Callable[..., None]], Any]:
    """Declare a step.

    All steps are one rule of hypothesis, which leaves out some of the rules in each sequence: here
    the sequences are few and long, and each is to have every step.
    """

    def declare(method: Callable[..., None]) -> Callable[..., None]:
        STEPS.append((method, st.fixed_dictionaries(arguments)))
        return method

    return declare


class Account(RuleBasedStateMachine):
    """An account, the commands that change it, and the model of it."""

    run: ClassVar[ForkRunner]
    iam: ClassVar[Any]
    url: ClassVar[str]
    #: How often the whole account is read: after each of so many commands.
    every: ClassVar[int]

    def __init__(self) -> None:
        super().__init__()
        resettable.reset(self.url)
        self.iam.create_policy(PolicyName="Managed", PolicyDocument=policy(LATEST))
        self.model: dict[str, Any] = {
            "user": {},
            "group": {},
            "role": {},
            "profile": {},
            "certificate": {},
            "device": {},
            "alias": [],
            "password policy": None,
        }
        #: The secret keys, by access key.
        self.secrets: dict[str, str] = {}
        self.numbers = itertools.count()
        self.steps = 0

    @initialize()
    def begin(self) -> None:
        for name in ("ann", "bob"):
            self.create_user(name, "/")
            self.create_group(name, "/staff/")
            self.create_role(name, "/", trust())
            self.create_profile(name, "/")
        self.add_to_group("bob", "ann")
        self.add_role("ann", "bob")
        self.set_password("bob", "x", new=True)

    # What the commands say.

    def do(self, line: str, code: str | None = None, *more: str) -> list[str]:
        """Run a command; it must be refused with ``code``, or succeed; return what it prints."""
        words = [*shlex.split(line), *more]
        done = self.run(*words)
        if code:
            assert done.status == 1, (words, code, done)
            assert done.err.startswith(f"{words[0]}: {code}: "), (words, code, done)
        else:
            assert done.status == 0, (words, done)
        return done.out.splitlines()

    def named(self, kind: str, name: str) -> str | None:
        """Return the code with which a request about something that exists is refused."""
        if " " in name:
            return INVALID
        return None if name in self.model[kind] else ABSENT

    def new(self, kind: str, name: str) -> str | None:
        """Return the code with which the creation of something is refused."""
        if " " in name:
            return INVALID
        taken = {other.lower() for other in self.model[kind]}
        return TAKEN if name.lower() in taken else None

    def one(self, names: Any, number: int, otherwise: str) -> str:
        """Return one of the names, or now and then another."""
        choice = [*sorted(names), otherwise]
        return choice[number % len(choice)]

    # Users, groups, roles and instance profiles.

    @step(name=NAMES, path=PATHS)
    def create_user(self, name: str, path: str) -> None:
        code = self.new("user", name)
        out = self.do("iam-usercreate -v", code, "-u", name, "-p", path)
        if not code:
            assert out[0] == f"{ARN}user{path}{name}"
            self.model["user"][name] = {
                "path": path,
                "inline": {},
                "attached": [],
                "keys": {},
                "certificates": {},
                "password": None,
            }

    @step(name=NAMES, path=PATHS)
    def create_group(self, name: str, path: str) -> None:
        code = self.new("group", name)
        self.do("iam-groupcreate", code, "-g", name, "-p", path)
        if not code:
            self.model["group"][name] = {"path": path, "inline": {}, "attached": [], "users": []}

    @step(name=NAMES, path=PATHS, document=TRUST)
    def create_role(self, name: str, path: str, document: str) -> None:
        code = self.new("role", name) or ("MalformedPolicyDocument" if "s3" in document else None)
        (self.run.home / "trust").write_text(document)
        self.do("iam-rolecreate -f trust", code, "-r", name, "-p", path)
        if not code:
            self.model["role"][name] = {
                "path": path,
                "inline": {},
                "attached": [],
                "trust": json.loads(document),
            }

    @step(name=NAMES, document=TRUST)
    def change_trust(self, name: str, document: str) -> None:
        code = self.named("role", name) or ("MalformedPolicyDocument" if "s3" in document else None)
        (self.run.home / "trust").write_text(document)
        self.do("iam-roleupdateassumepolicy -f trust", code, "-r", name)
        if not code:
            self.model["role"][name]["trust"] = json.loads(document)

    @step(name=NAMES, path=PATHS)
    def create_profile(self, name: str, path: str) -> None:
        code = self.new("profile", name)
        self.do("iam-instanceprofilecreate", code, "-s", name, "-p", path)
        if not code:
            self.model["profile"][name] = {"path": path, "role": None}

    @step(
        kind=st.sampled_from(sorted(RENAMED)),
        name=NAMES,
        new=st.none() | NAMES,
        path=st.none() | PATHS,
    )
    def rename(self, kind: str, name: str, new: str | None, path: str | None) -> None:
        """Rename something, change its path, or both."""
        if not new and not path:
            return
        code = INVALID if " " in (new or "") else self.named(kind, name)
        if not code and new and name != new:
            code = self.new(kind, new)
        options = ["-n", new] if new else []
        options += ["-p", path] if path else []
        self.do(f"{RENAMED[kind][0]} {RENAMED[kind][1]}", code, name, *options)
        if code:
            return
        entities = self.model[kind]
        if path:
            entities[name]["path"] = path
        if new:
            entities[new] = entities.pop(name)
        if new and kind == "user":
            for group in self.model["group"].values():
                group["users"] = sorted(new if user == name else user for user in group["users"])
            for serial, user in self.model["device"].items():
                self.model["device"][serial] = new if user == name else user

    @step(name=NAMES, everything=st.booleans())
    def delete_user(self, name: str, everything: bool) -> None:  # noqa: FBT001
        code = self.named("user", name)
        if not code and not everything and self.of_user(name):
            code = CONFLICT
        self.do("iam-userdel" + " -r" * everything, code, "-u", name)
        if not code:
            del self.model["user"][name]
            for group in self.model["group"].values():
                group["users"] = [user for user in group["users"] if user != name]
            devices = self.model["device"]
            self.model["device"] = {key: user for key, user in devices.items() if user != name}

    def of_user(self, name: str) -> list[Any]:
        """Return everything that a user has."""
        user = self.model["user"][name]
        has = [user[key] for key in ("inline", "attached", "keys", "certificates", "password")]
        groups = [group for group in self.model["group"].values() if name in group["users"]]
        devices = [serial for serial, owner in self.model["device"].items() if owner == name]
        return [*filter(None, has), *groups, *devices]

    @step(name=NAMES, everything=st.booleans())
    def delete_group(self, name: str, everything: bool) -> None:  # noqa: FBT001
        code = self.named("group", name)
        group = self.model["group"].get(name)
        if group and not everything and (group["users"] or group["inline"] or group["attached"]):
            code = CONFLICT
        self.do("iam-groupdel" + " -r" * everything, code, "-g", name)
        if not code:
            del self.model["group"][name]

    @step(name=NAMES, everything=st.booleans())
    def delete_role(self, name: str, everything: bool) -> None:  # noqa: FBT001
        code = self.named("role", name)
        role = self.model["role"].get(name)
        profiles = [one for one in self.model["profile"].values() if role and one["role"] == name]
        if role and not everything and (profiles or role["inline"] or role["attached"]):
            code = CONFLICT
        self.do("iam-roledel" + " -c" * everything, code, "-r", name)
        if not code:
            del self.model["role"][name]
            for profile in profiles:
                profile["role"] = None

    @step(name=NAMES, everything=st.booleans())
    def delete_profile(self, name: str, everything: bool) -> None:  # noqa: FBT001
        code = self.named("profile", name)
        if not code and not everything and self.model["profile"][name]["role"]:
            code = CONFLICT
        self.do("iam-instanceprofiledel" + " -r" * everything, code, "-s", name)
        if not code:
            del self.model["profile"][name]

    # What belongs to each other.

    @step(name=NAMES, group=NAMES)
    def add_to_group(self, name: str, group: str) -> None:
        invalid = INVALID if " " in name + group else None
        code = invalid or self.named("user", name) or self.named("group", group)
        self.do("iam-groupadduser", code, "-u", name, "-g", group)
        if not code:
            users = self.model["group"][group]["users"]
            self.model["group"][group]["users"] = sorted({*users, name})

    @step(name=NAMES, group=NAMES)
    def remove_from_group(self, name: str, group: str) -> None:
        """Remove a user from a group; who is not in the group is removed as well."""
        invalid = INVALID if " " in name + group else None
        code = invalid or self.named("user", name) or self.named("group", group)
        self.do("iam-groupremoveuser", code, "-u", name, "-g", group)
        if not code:
            users = self.model["group"][group]["users"]
            self.model["group"][group]["users"] = [user for user in users if user != name]

    @step(name=NAMES, role=NAMES)
    def add_role(self, name: str, role: str) -> None:
        invalid = INVALID if " " in name + role else None
        code = invalid or self.named("profile", name) or self.named("role", role)
        if not code and self.model["profile"][name]["role"]:
            code = LIMIT
        self.do("iam-instanceprofileaddrole", code, "-s", name, "-r", role)
        if not code:
            self.model["profile"][name]["role"] = role

    @step(name=NAMES, role=NAMES)
    def remove_role(self, name: str, role: str) -> None:
        invalid = INVALID if " " in name + role else None
        code = invalid or self.named("profile", name) or self.named("role", role)
        if not code and self.model["profile"][name]["role"] != role:
            code = ABSENT
        self.do("iam-instanceprofileremoverole", code, "-s", name, "-r", role)
        if not code:
            self.model["profile"][name]["role"] = None

    @step(kind=KINDS, name=NAMES)
    def attach(self, kind: str, name: str) -> None:
        """No command attaches managed policies, but another client can."""
        entity = self.model[kind].get(name)
        if entity:
            call = getattr(self.iam, f"attach_{kind}_policy")
            call(**{f"{kind.capitalize()}Name": name}, PolicyArn=MANAGED)
            entity["attached"] = [MANAGED]

    # Inline policies.

    @step(kind=KINDS, name=NAMES, inline=INLINE, document=DOCUMENTS)
    def put_policy(self, kind: str, name: str, inline: str, document: str) -> None:
        code = self.named(kind, name)
        policies = {} if code else self.model[kind][name]["inline"]
        after = {**policies, inline: document}
        if not code and "everything" in document:
            code = "MalformedPolicyDocument"
        elif not code and sum(len("".join(one.split())) for one in after.values()) > QUOTAS[kind]:
            code = LIMIT
        option = f"-{kind[0]}"
        self.do(f"iam-{kind}uploadpolicy", code, option, name, "-p", inline, "-o", document)
        if not code:
            policies[inline] = document

    @step(kind=KINDS, name=NAMES, inline=INLINE)
    def delete_policy(self, kind: str, name: str, inline: str) -> None:
        code = self.named(kind, name)
        if not code and inline not in self.model[kind][name]["inline"]:
            code = ABSENT
        self.do(f"iam-{kind}delpolicy", code, f"-{kind[0]}", name, "-p", inline)
        if not code:
            del self.model[kind][name]["inline"][inline]

    # Credentials.

    @step(name=NAMES)
    def add_key(self, name: str) -> None:
        code = self.named("user", name)
        if not code and len(self.model["user"][name]["keys"]) == 2:
            code = LIMIT
        out = self.do("iam-useraddkey", code, "-u", name)
        if not code:
            self.model["user"][name]["keys"][out[0]] = "Active"
            self.secrets[out[0]] = out[1]

    @step(name=NAMES, number=st.integers(0, 9), status=STATUSES)
    def change_key(self, name: str, number: int, status: str) -> None:
        keys = self.model["user"].get(name, {}).get("keys", {})
        key = self.one(keys, number, "AKIAIOSFODNN7EXAMPLE")
        code = self.named("user", name) or (None if key in keys else ABSENT)
        self.do("iam-usermodkey", code, "-u", name, "-k", key, "-s", status)
        if not code:
            keys[key] = status

    @step(name=NAMES, number=st.integers(0, 9))
    def delete_key(self, name: str, number: int) -> None:
        keys = self.model["user"].get(name, {}).get("keys", {})
        key = self.one(keys, number, "AKIAIOSFODNN7EXAMPLE")
        code = self.named("user", name) or (None if key in keys else ABSENT)
        self.do("iam-userdelkey", code, "-u", name, "-k", key)
        if not code:
            del keys[key]

    @step(name=NAMES)
    def add_certificate(self, name: str) -> None:
        code = self.named("user", name)
        if not code and len(self.model["user"][name]["certificates"]) == 2:
            code = LIMIT
        body = certificate(f"signing {next(self.numbers)}")[0]
        (self.run.home / "cert.pem").write_text(body)
        out = self.do("iam-useraddcert -f cert.pem", code, "-u", name)
        if not code:
            self.model["user"][name]["certificates"][out[0]] = "Active"

    @step(name=NAMES, number=st.integers(0, 9), status=st.sampled_from(["Active", "Inactive", ""]))
    def change_certificate(self, name: str, number: int, status: str) -> None:
        """Change the status of a certificate; delete it if the status is empty."""
        certificates = self.model["user"].get(name, {}).get("certificates", {})
        identity = self.one(certificates, number, "NONEXISTENTCERTID12345678901")
        code = self.named("user", name) or (None if identity in certificates else ABSENT)
        command = "iam-usermodcert" if status else "iam-userdelcert"
        options = ["-s", status] if status else []
        self.do(command, code, "-u", name, "-c", identity, *options)
        if not code and status:
            certificates[identity] = status
        elif not code:
            del certificates[identity]

    @step(name=NAMES, password=PASSWORDS, new=st.booleans())
    def set_password(self, name: str, password: str, new: bool) -> None:  # noqa: FBT001
        code = self.named("user", name)
        if not code and bool(self.model["user"][name]["password"]) == new:
            code = TAKEN if new else ABSENT
        if not code and not self.conforms(password):
            code = "PasswordPolicyViolation"
        command = "iam-useraddloginprofile" if new else "iam-usermodloginprofile"
        self.do(command, code, "-u", name, "-p", password)
        if not code:
            self.model["user"][name]["password"] = password

    def conforms(self, password: str) -> bool:
        """Return whether the password policy, if there is one, allows the password."""
        rules = self.model["password policy"]
        return not rules or (
            len(password) >= rules["MinimumPasswordLength"]
            and (not rules["RequireUppercaseCharacters"] or password.lower() != password)
        )

    @step(name=NAMES)
    def delete_password(self, name: str) -> None:
        code = self.named("user", name)
        if not code and not self.model["user"][name]["password"]:
            code = ABSENT
        self.do("iam-userdelloginprofile", code, "-u", name)
        if not code:
            self.model["user"][name]["password"] = None

    @step(name=NAMES, old=PASSWORDS, new=PASSWORDS)
    def change_own_password(self, name: str, old: str, new: str) -> None:
        """Change the password of the user whose key signs, whatever the user is called by now."""
        user = self.model["user"].get(name, {})
        keys = [key for key, status in user.get("keys", {}).items() if status == "Active"]
        if not keys:
            return
        code = None if user["password"] else ABSENT
        if not code and not self.conforms(new):
            code = "PasswordPolicyViolation"
        if not code and user["password"] != old:
            code = "AccessDenied"
        credentials = f"AWSAccessKeyId={keys[0]}\nAWSSecretKey={self.secrets[keys[0]]}\n"
        (self.run.home / "own").write_text(credentials)
        options = ["--aws-credential-file", "own"]
        self.do("iam-userchangepassword", code, "-o", old, "-n", new, *options)
        if not code:
            user["password"] = new

    @step(name=NAMES)
    def create_device(self, name: str) -> None:
        # Two devices can have names that differ in case.
        serial = f"{ARN}mfa/{name}"
        code = INVALID if " " in name else TAKEN if serial in self.model["device"] else None
        out = self.do("iam-virtualmfadevicecreate -b Base32StringSeed", code, "-s", name)
        if not code:
            assert out[0] == serial
            self.model["device"][serial] = None

    @step(name=NAMES, device=NAMES)
    def enable_device(self, name: str, device: str) -> None:
        serial = f"{ARN}mfa/{device}"
        code = INVALID if " " in name + device else self.named("user", name)
        if not code and serial not in self.model["device"]:
            code = ABSENT
        if not code and self.model["device"][serial]:
            code = TAKEN
        codes = ["-c1", "123456", "-c2", "654321"]
        self.do("iam-userenablemfadevice", code, "-u", name, "-s", serial, *codes)
        if not code:
            self.model["device"][serial] = name

    @step(name=st.none() | NAMES, device=NAMES)
    def deactivate_device(self, name: str | None, device: str) -> None:
        serial = f"{ARN}mfa/{device}"
        name = name or self.model["device"].get(serial) or "ann"
        code = INVALID if " " in name + device else self.named("user", name)
        if not code and self.model["device"].get(serial) != name:
            code = ABSENT
        self.do("iam-userdeactivatemfadevice", code, "-u", name, "-s", serial)
        if not code:
            self.model["device"][serial] = None

    @step(name=st.none() | NAMES, device=NAMES)
    def resynchronize_device(self, name: str | None, device: str) -> None:
        serial = f"{ARN}mfa/{device}"
        name = name or self.model["device"].get(serial) or "ann"
        code = INVALID if " " in name + device else self.named("user", name)
        if not code and self.model["device"].get(serial) != name:
            code = ABSENT
        codes = ["-c1", "123456", "-c2", "654321"]
        self.do("iam-userresyncmfadevice", code, "-u", name, "-s", serial, *codes)

    @step(device=NAMES)
    def delete_device(self, device: str) -> None:
        serial = f"{ARN}mfa/{device}"
        code = INVALID if " " in device else None
        if not code and serial not in self.model["device"]:
            code = ABSENT
        if not code and self.model["device"][serial]:
            code = CONFLICT
        self.do("iam-virtualmfadevicedel", code, "-s", serial)
        if not code:
            del self.model["device"][serial]

    # The account.

    @step(name=NAMES, path=PATHS, mismatched=st.booleans())
    def upload_certificate(self, name: str, path: str, mismatched: bool) -> None:  # noqa: FBT001
        body, key = certificate("example.com")
        if mismatched:
            key = certificate("another")[1]
        code = INVALID if " " in name else "KeyPairMismatch" if mismatched else None
        code = code or self.new("certificate", name)
        (self.run.home / "body.pem").write_text(body)
        (self.run.home / "key.pem").write_text(key)
        self.do("iam-servercertupload -b body.pem -k key.pem", code, "-s", name, "-p", path)
        if not code:
            self.model["certificate"][name] = {"path": path}

    @step(name=NAMES)
    def delete_certificate(self, name: str) -> None:
        code = self.named("certificate", name)
        self.do("iam-servercertdel", code, "-s", name)
        if not code:
            del self.model["certificate"][name]

    @step(alias=st.sampled_from(["first", "second", "Third"]), delete=st.booleans())
    def change_alias(self, alias: str, delete: bool) -> None:  # noqa: FBT001
        has = self.model["alias"] == [alias]
        code = INVALID if alias == "Third" else None
        if not code and has != delete:
            code = ABSENT if delete else TAKEN
        self.do("iam-accountaliasdelete" if delete else "iam-accountaliascreate", code, "-a", alias)
        if not code:
            self.model["alias"] = [] if delete else [alias]

    @step(length=st.sampled_from([6, 12, 5, 0]), upper=st.booleans())
    def change_password_policy(self, length: int, upper: bool) -> None:  # noqa: FBT001
        """Change the password policy; delete it if the length is 0."""
        if not length:
            code = None if self.model["password policy"] else ABSENT
            self.do("iam-accountdelpasswordpolicy", code)
            self.model["password policy"] = None
            return
        code = INVALID if length == 5 else None
        self.do("iam-accountmodpasswordpolicy" + " -u" * upper, code, "-m", str(length))
        if not code:
            rules = {"MinimumPasswordLength": length, "RequireUppercaseCharacters": upper}
            self.model["password policy"] = rules

    # What the commands list.

    @step(kind=KINDS, prefix=st.sampled_from(["/", "/staff", "/staff/web/"]))
    def list_by_path(self, kind: str, prefix: str) -> None:
        arns = [
            f"{ARN}{kind}{entity['path']}{name}"
            for name, entity in self.model[kind].items()
            if entity["path"].startswith(prefix)
        ]
        out = self.do(f"iam-{kind}listbypath", None, "-p", prefix)
        assert sorted(out) == sorted([*arns, "IsTruncated: false"])

    @step(kind=KINDS, name=NAMES)
    def list_policies(self, kind: str, name: str) -> None:
        code = self.named(kind, name)
        out = self.do(f"iam-{kind}listpolicies", code, f"-{kind[0]}", name)
        if not code:
            names = self.model[kind][name]["inline"]
            assert sorted(out) == sorted([*names, "IsTruncated: false"])

    @step(kind=KINDS, name=NAMES, inline=INLINE)
    def show_policy(self, kind: str, name: str, inline: str) -> None:
        code = self.named(kind, name)
        if not code and inline not in self.model[kind][name]["inline"]:
            code = ABSENT
        out = self.do(f"iam-{kind}listpolicies", code, f"-{kind[0]}", name, "-p", inline)
        if not code:
            assert "\n".join(out) == self.model[kind][name]["inline"][inline]

    @step(name=NAMES)
    def list_credentials(self, name: str) -> None:
        code = self.named("user", name)
        keys = self.do("iam-userlistkeys", code, "-u", name)
        certificates = self.do("iam-userlistcerts", code, "-u", name)
        devices = self.do("iam-userlistmfadevices", code, "-u", name)
        if not code:
            user = self.model["user"][name]
            for listed, held in ((keys, user["keys"]), (certificates, user["certificates"])):
                assert dict(zip(listed[:-1:2], listed[1::2], strict=True)) == held
            own = [serial for serial, owner in self.model["device"].items() if owner == name]
            assert sorted(devices) == sorted([*own, "IsTruncated: false"])

    @step(name=NAMES)
    def list_members(self, name: str) -> None:
        code = self.named("group", name)
        out = self.do("iam-grouplistusers", code, "-g", name)
        if not code:
            users = self.model["group"][name]["users"]
            arns = [f"{ARN}user{self.model['user'][user]['path']}{user}" for user in users]
            head = f"{ARN}group{self.model['group'][name]['path']}{name}"
            lines = [head, "\tusers", *(f"\t{arn}" for arn in arns), "IsTruncated: false"]
            assert sorted(out) == sorted(lines)

    @rule(number=st.integers(0, 100), data=st.data())
    def any_step(self, number: int, data: st.DataObject) -> None:
        # The simplest sequence, of zeros, has every step in turn.
        method, arguments = STEPS[(number + self.steps) % len(STEPS)]
        method(self, **data.draw(arguments, label=method.__name__))

    # What the account holds.

    @invariant()
    def the_account_is_as_the_model(self) -> None:
        wanted = copy.deepcopy(self.model)
        for kind in ("user", "group", "role"):
            for entity in wanted[kind].values():
                entity["inline"] = {
                    name: json.loads(document) for name, document in entity["inline"].items()
                }
        held = details(self.iam)
        whole = self.steps % self.every == 0
        self.steps += 1
        if whole:
            held |= rest(self.iam)
            for name in held["user"]:
                held["user"][name] |= credentials(self.iam, name)
            for user in wanted["user"].values():
                user["password"] = bool(user["password"])
        else:
            for user in wanted["user"].values():
                for key in ("keys", "certificates", "password"):
                    del user[key]
        for key, value in held.items():
            assert value == wanted[key], key

    def teardown(self) -> None:
        self.steps = 0
        self.the_account_is_as_the_model()


def details(iam: Any) -> dict[str, Any]:
    """Return the users, groups, roles and instance profiles as boto3 reads them."""
    read = iam.get_account_authorization_details(Filter=["User", "Group", "Role"])
    assert not read.get("IsTruncated")
    found: dict[str, Any] = {"user": {}, "group": {}, "role": {}}
    for kind, entities in (
        ("user", read["UserDetailList"]),
        ("group", read["GroupDetailList"]),
        ("role", read["RoleDetailList"]),
    ):
        title = kind.capitalize()
        for entity in entities:
            found[kind][entity[f"{title}Name"]] = {
                "path": entity["Path"],
                "inline": {
                    one["PolicyName"]: one["PolicyDocument"]
                    for one in entity.get(f"{title}PolicyList", [])
                },
                "attached": [one["PolicyArn"] for one in entity.get("AttachedManagedPolicies", [])],
            }
    for group in found["group"].values():
        group["users"] = []
    for entity in read["UserDetailList"]:
        for group in entity.get("GroupList", []):
            found["group"][group]["users"].append(entity["UserName"])
    for group in found["group"].values():
        group["users"].sort()
    for entity in read["RoleDetailList"]:
        found["role"][entity["RoleName"]]["trust"] = entity["AssumeRolePolicyDocument"]
    return found


def rest(iam: Any) -> dict[str, Any]:
    """Return the rest of the account as boto3 reads it, without the credentials of users."""
    try:
        rules = iam.get_account_password_policy()["PasswordPolicy"]
        names = ("MinimumPasswordLength", "RequireUppercaseCharacters")
        rules = {name: rules[name] for name in names}
    except iam.exceptions.NoSuchEntityException:
        rules = None
    return {
        "profile": {
            one["InstanceProfileName"]: {
                "path": one["Path"],
                "role": one["Roles"][0]["RoleName"] if one["Roles"] else None,
            }
            for one in iam.list_instance_profiles()["InstanceProfiles"]
        },
        "certificate": {
            one["ServerCertificateName"]: {"path": one["Path"]}
            for one in iam.list_server_certificates()["ServerCertificateMetadataList"]
        },
        "device": {
            one["SerialNumber"]: one.get("User", {}).get("UserName")
            for one in iam.list_virtual_mfa_devices()["VirtualMFADevices"]
        },
        "alias": iam.list_account_aliases()["AccountAliases"],
        "password policy": rules,
    }


def credentials(iam: Any, name: str) -> dict[str, Any]:
    """Return the credentials of a user as boto3 reads them."""
    keys = iam.list_access_keys(UserName=name)["AccessKeyMetadata"]
    certificates = iam.list_signing_certificates(UserName=name)["Certificates"]
    try:
        password = bool(iam.get_login_profile(UserName=name))
    except iam.exceptions.NoSuchEntityException:
        password = False
    return {
        "keys": {one["AccessKeyId"]: one["Status"] for one in keys},
        "certificates": {one["CertificateId"]: one["Status"] for one in certificates},
        "password": password,
    }


SHORT = settings(
    max_examples=1,
    stateful_step_count=25,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
LONG = settings(SHORT, max_examples=6, stateful_step_count=500, derandomize=False)


@pytest.mark.parametrize(
    ("every", "sequences"), [(8, SHORT), pytest.param(10, LONG, marks=pytest.mark.full)]
)
def test_the_account_holds_what_commands_said(every, sequences, run_fast, moto):
    run_fast.env |= {"IAMCLI_SANDBOX": moto, "AWS_IAM_URL": moto}
    Account.run, Account.url, Account.every = run_fast, moto, every
    Account.iam = connected(moto)
    run_state_machine_as_test(Account, settings=sequences)
