"""What the script checks and does for each entity, in the order in which it can be done."""

from __future__ import annotations

import json
from itertools import chain

from iamcli.cli.account_file.arns import owner_of
from iamcli.cli.recreate.comments import is_settable, why_not
from iamcli.cli.recreate.selection import ACCOUNT, Record, Selection, versions
from iamcli.cli.recreate.shell import HELP, aws, iam, is_writable, option, piped, word
from iamcli.errors import Failure, visible

#: How an entity of each kind is looked for, and the option with its name.
_LOOK_UP = {
    "user": ("iam-usergetattributes", "u"),
    "group": ("iam-grouplistusers -i 1", "g"),
    "role": ("iam-rolegetattributes", "r"),
    "instance-profile": ("iam-instanceprofilegetattributes -r", "s"),
}
#: The rules of a password policy, with the option of each; some have none.
_RULES = {
    "MinimumPasswordLength": "-m",
    "RequireLowercaseCharacters": "-l",
    "RequireUppercaseCharacters": "-u",
    "RequireNumbers": "-n",
    "RequireSymbols": "-s",
    "AllowUsersToChangePassword": "-a",
    "MaxPasswordAge": "",
    "PasswordReusePrevention": "",
    "HardExpiry": "",
}
#: The kinds whose command that creates an entity has the option -t.
_WITH_TAGS = ("user", "role")
#: The maximum session duration of a role that has no other one (seconds). Source: CreateRole.
_SESSION = 3600
#: The trust policy that a role has until the roles exist that its own one names, and the step that
#: sets that one.
_NOBODY = (
    '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":{"AWS":"*"},'
    '"Action":"sts:AssumeRole"}]}'
)
_LATE = "trust policies that name these roles"


class ScriptContent:
    """The lines of the script for ``selection``.

    ``checks``: the lines that find out whether it can work; ``steps``: the lines that create each
    thing, by its name; ``passwords``: those that set passwords; ``lost``: what they lack because
    of its name; ``uses_aws``: whether some line calls ``aws``.
    """

    def __init__(self, selection: Selection) -> None:
        self._selection = selection
        self._created = {
            entity: record
            for entity, record in selection.entities.items()
            if not why_not(entity, record)
        }
        #: The ARNs of the managed policies that are created, and of the roles that are not yet.
        self._policies: set[str] = set()
        self._roles = [
            role["Arn"] for entity, role in self._created.items() if entity.startswith("role/")
        ]
        self._profiles = 0
        #: The checks that something exists which is not created.
        self._required: list[str] = []
        self._managed: list[str] = []
        self.checks: list[str] = []
        self.steps: dict[str, list[str]] = {}
        self.passwords: dict[str, list[str]] = {}
        self.lost: list[str] = []
        add = {
            "policy": self._policy,
            "group": self._group,
            "user": self._user,
            "role": self._role,
            "instance-profile": self._profile,
            ACCOUNT: self._account,
        }
        for entity, record in self._created.items():
            kind, _, name = entity.partition("/")
            add[kind](name, record)
        self.checks += dict.fromkeys(self._required)
        lines = chain(self.checks, *self.steps.values(), *self.passwords.values())
        # No value contains this, because its quotes are written in another way.
        self.uses_aws = any("AWS_PAGER='' aws" in line for line in lines)
        if self.uses_aws:
            self.checks += dict.fromkeys(self._managed)

    def _policy(self, name: str, policy: Record) -> None:
        arn, title = self._arn(policy["Arn"]), visible(f"policy/{name}")
        self._policies.add(arn)
        self.checks.append(f"absent {word(title)} env {aws('get-policy', PolicyArn=arn)}")
        first, *later = versions(policy)
        members = {"PolicyName": name, "Path": policy["Path"], "PolicyDocument": first["Document"]}
        more = {"Description": policy.get("Description"), "Tags": _tags("policy", policy)[1]}
        members |= {member: value for member, value in more.items() if value}
        lines = [aws("create-policy", **members)]
        for version in later:
            text, default = version["Document"], version["IsDefaultVersion"]
            members = {"PolicyArn": arn, "PolicyDocument": text, "SetAsDefault": default}
            lines.append(aws("create-policy-version", **members))
        self.steps[title] = [f"{line} >/dev/null" for line in lines]

    def _group(self, name: str, group: Record) -> None:
        lines = self._step("group", name, group)
        users = [user for user in self._selection.snapshot["users"] if name in user["GroupList"]]
        for member in self._taken(f"group/{name}: user", [user["UserName"] for user in users]):
            if self._require("user", member):
                lines.append(iam("groupadduser", g=name, u=member))

    def _user(self, name: str, user: Record) -> None:
        lines = self._step("user", name, user)
        for group in self._taken(f"user/{name}: group", user["GroupList"]):
            self._require("group", group)
            lines.append(iam("groupadduser", g=group, u=name))
        for key in user.get("SSHPublicKeys", ()):
            if key.get("SSHPublicKeyBody"):
                body, status = key["SSHPublicKeyBody"], key["Status"]
                upload = aws("upload-ssh-public-key", UserName=name, SSHPublicKeyBody=body)
                shown = "--query SSHPublicKey.SSHPublicKeyId --output text"
                update = aws("update-ssh-public-key", UserName=name, Status=status)
                update += ' --ssh-public-key-id "$key"'
                lines += _uploaded(status, upload, f"key=$({upload} {shown})", update)
        for certificate in user.get("Certificates", ()):
            upload = piped(certificate["CertificateBody"], iam("useraddcert", u=name))
            update = f'{iam("usermodcert", u=name, s=certificate["Status"])} -c "$certificate"'
            lines += _uploaded(certificate["Status"], upload, f"certificate=$({upload})", update)
        if profile := user.get("LoginProfile"):
            title = visible(f"user/{name}")
            prompt = word(f"Type a new password for {title}.")
            lines = [f"printf '%s\\n' {prompt} >&2", f"{iam('useraddloginprofile', u=name)} -p -"]
            if profile.get("PasswordResetRequired"):
                lines.append(aws("update-login-profile", UserName=name, PasswordResetRequired=True))
            self.passwords[f"the password of {title}"] = lines

    def _role(self, name: str, role: Record) -> None:
        lines = self._step("role", name, role)
        trust = role["AssumeRolePolicyDocument"]
        late = self.steps.pop(_LATE, [])
        if self._names_role(name, trust):
            # CreateRole refuses a principal that does not exist yet.
            late.append(piped(trust, iam("roleupdateassumepolicy", r=name)))
            trust = _NOBODY
        self._roles.remove(role["Arn"])
        lines[0] = piped(trust, lines[0])
        if late:
            # After all roles.
            self.steps[_LATE] = late

    def _names_role(self, name: str, trust: str) -> bool:
        """Return whether the ``trust`` policy of a role names one that is not created yet."""
        try:
            # JSON may escape an ARN.
            text = json.dumps(json.loads(trust))
        except ValueError:
            return False
        except RecursionError:
            raise Failure(
                f"{self._selection.file}: AssumeRolePolicyDocument of role/{name} is nested too "
                "deeply"
            ) from None
        return any(json.dumps(arn) in text for arn in self._roles)

    def _profile(self, name: str, profile: Record) -> None:
        # If its role is missing, the profile may exist: iam-roledel -c leaves it.
        check = "empty_or_absent" if profile["Roles"] else "absent"
        lines = self._step("instance-profile", name, profile, check)
        if not profile["Roles"]:
            return
        self._profiles += 1
        variable = f"profile_{self._profiles}"
        self.checks.append(f"{variable}=$found")
        lines[:] = [f'if [ "${variable}" = no ]; then', *(f"    {line}" for line in lines), "fi"]
        roles = [role["RoleName"] for role in profile["Roles"]]
        for role in self._taken(f"instance-profile/{name}: role", roles):
            self._require("role", role)
            lines.append(iam("instanceprofileaddrole", s=name, r=role))

    def _account(self, _: str, snapshot: Record) -> None:
        alias, policy = snapshot.get("account_alias"), snapshot.get("password_policy")
        if alias:
            self.checks.append("no_alias")
            self.steps["the account alias"] = [iam("accountaliascreate", a=alias)]
        if policy:
            self.checks.append("absent 'the password policy' iam-accountgetpasswordpolicy")
            self.steps["the password policy"] = [_password_policy(policy)]

    def _step(self, kind: str, name: str, record: Record, check: str = "absent") -> list[str]:
        """Add what several kinds have; return the lines, which begin with the one that creates it.

        ``check``: the function of the script that looks whether the entity exists.
        """
        self.checks.append(_look(check, kind, name))
        api = kind.title().replace("-", "")
        command, own, named = api.lower(), {_LOOK_UP[kind][1]: name}, {f"{api}Name": name}
        boundary = record.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
        create = iam(
            f"{command}create",
            **own,
            p=record["Path"] if record["Path"] != "/" else None,
            b=self._require_policy(boundary) if boundary else None,
        )
        tags, others = _tags(kind, record)
        options = [option("-t", f"{tag['Key']}={tag['Value']}") for tag in tags]
        lines = self.steps[visible(f"{kind}/{name}")] = [" ".join([create, *options])]
        if others:
            lines.append(aws(f"tag-{kind}", **named, Tags=others))
        # Only roles have these.
        description = record.get("Description", "")
        seconds = record.get("MaxSessionDuration", _SESSION)
        if description or seconds != _SESSION:
            more = {"Description": description, "MaxSessionDuration": seconds}
            lines.append(aws("update-role", **named, **more))
        for policy in record.get(f"{api}PolicyList", ()):
            names = [policy["PolicyName"]] if is_writable(policy["PolicyDocument"]) else []
            for each in self._taken(f"{kind}/{name}: policy", names):
                upload = iam(f"{command}uploadpolicy", **own, p=each)
                lines.append(piped(policy["PolicyDocument"], upload))
        for policy in record.get("AttachedManagedPolicies", ()):
            arn = self._require_policy(policy["PolicyArn"])
            lines.append(aws(f"attach-{kind}-policy", **named, PolicyArn=arn))
        return lines

    def _taken(self, what: str, names: list[str]) -> list[str]:
        """Return those of ``names`` that an iam-* command takes; note that ``what`` is lost."""
        self.lost += [
            f"{what} {name}: no iam-* command takes this name" for name in names if name in HELP
        ]
        return [name for name in names if name not in HELP]

    def _require(self, kind: str, name: str) -> bool:
        """Check that an entity exists, if it is not created; return whether it is not."""
        required = f"{kind}/{name}" not in self._created
        if required:
            self._required.append(_look("present", kind, name))
        return required

    def _require_policy(self, arn: str) -> str:
        """Check that a managed policy exists, if it is not created; return its ARN."""
        arn = self._arn(arn)
        if arn not in self._policies:
            title = word(visible(f"managed policy {arn}"))
            self._managed.append(f"present {title} env {aws('get-policy', PolicyArn=arn)}")
        return arn

    def _arn(self, arn: str) -> str:
        """Return the ARN of a managed policy in the account of the script."""
        parts = arn.split(":")
        if owner_of(arn) == self._selection.account:
            parts[4] = self._selection.target
        return ":".join(parts)


def _look(check: str, kind: str, name: str) -> str:
    return f"{check} {word(visible(f'{kind}/{name}'))} {option(' -'.join(_LOOK_UP[kind]), name)}"


def _tags(kind: str, record: Record) -> tuple[list[Record], list[Record]]:
    """Return the tags that -t can express, whose value it splits at the first ``=``; the others."""
    tags = [tag for tag in record.get("Tags", ()) if is_settable(tag)]
    simple = [tag for tag in tags if tag["Key"] and "=" not in tag["Key"] and kind in _WITH_TAGS]
    return simple, [tag for tag in tags if tag not in simple]


def _uploaded(status: str, upload: str, kept: str, update: str) -> list[str]:
    """Return the lines for a certificate or a key; ``kept`` uploads it and keeps its ID."""
    return [f"{upload} >/dev/null"] if status == "Active" else [kept, update]


def _password_policy(policy: Record) -> str:
    rules = {rule: policy[rule] for rule in _RULES if policy.get(rule)}
    if not all(map(_RULES.get, rules)):
        return aws("update-account-password-policy", **rules)
    options = [
        _RULES[rule] if value is True else option(_RULES[rule], str(value))
        for rule, value in rules.items()
    ]
    return f"iam-accountmodpasswordpolicy {' '.join(options or ['--reset'])}"
