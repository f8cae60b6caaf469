"""What the script checks and does for each entity, in the order in which it can be done."""

from __future__ import annotations

import json

from iamcli.cli.account_file.arns import owner_of
from iamcli.cli.recreate.shell import aws, is_writable, option, piped, word
from iamcli.errors import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any

    from iamcli.cli.recreate.selection import Selection

    Record = Mapping[str, Any]

#: How each kind is looked for; its name follows the option.
_LOOK = {
    "user": "iam-usergetattributes -u",
    "group": "iam-grouplistusers -i 1 -g",
    "role": "iam-rolegetattributes -r",
    "instance-profile": "iam-instanceprofilegetattributes -r -s",
}
#: The maximum session duration of a role that has no other one (seconds). Source: CreateRole.
_SESSION = 3600
#: The rules of a password policy that are switches, with the option of each.
_SWITCHES = {
    "RequireLowercaseCharacters": "-l",
    "RequireUppercaseCharacters": "-u",
    "RequireNumbers": "-n",
    "RequireSymbols": "-s",
    "AllowUsersToChangePassword": "-a",
}
#: The rules that have no option.
_WITHOUT_OPTION = ("MaxPasswordAge", "PasswordReusePrevention", "HardExpiry")
#: The trust policy that a role has until the roles exist that its own one names, and the step that
#: sets that one.
_NOBODY = (
    '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":{"AWS":"*"},'
    '"Action":"sts:AssumeRole"}]}'
)
_LATE = "trust policies that name these roles"
#: The paths of roles that only AWS creates.
_OF_AWS = ("/aws-service-role/", "/aws-reserved/")


def is_creatable(kind: str, record: Record) -> bool:
    """Return whether there are commands that create an entity; ``comments`` says why not."""
    if kind == "policy":
        versions = record["PolicyVersionList"]
        return bool(versions) and all(is_writable(one["Document"]) for one in versions)
    if kind == "role":
        trust = record.get("AssumeRolePolicyDocument", "")
        return bool(trust) and is_writable(trust) and not record["Path"].startswith(_OF_AWS)
    return True


class Plan:
    """The script for ``selection``.

    ``checks``: the lines that find out whether it can work; ``steps``: the lines that create each
    thing, by its name; ``passwords``: those that set passwords, by the name of the user.
    """

    def __init__(self, selection: Selection) -> None:
        self._selection = selection
        self._snapshot = selection.snapshot
        self._of = selection.of
        self._profiles = 0
        self._required: dict[str, None] = {}
        self._managed: dict[str, None] = {}
        self.checks: list[str] = []
        self.steps: dict[str, list[str]] = {}
        self.passwords: dict[str, list[str]] = {}
        own = self._snapshot["policies"] if selection.everything else ()
        self._policies = {
            self.arn(one["Arn"]): one
            for one in own
            if owner_of(one["Arn"]) != "aws" and is_creatable("policy", one)
        }
        for arn, policy in self._policies.items():
            self._policy(arn, policy)
        for name, group in self._of["group"].items():
            self._group(name, group)
        for name, user in self._of["user"].items():
            self._user(name, user)
        self._roles = {
            name: role for name, role in self._of["role"].items() if is_creatable("role", role)
        }
        for name, role in self._roles.items():
            self._role(name, role)
        if _LATE in self.steps:
            # After all roles.
            self.steps[_LATE] = self.steps.pop(_LATE)
        for name, profile in self._of["instance-profile"].items():
            self._profile(name, profile)
        if selection.everything:
            self._alias()
            self._password_policy()
        self.checks += self._required
        if self.uses_aws:
            self.checks += self._managed

    @property
    def uses_aws(self) -> bool:
        """Whether some line calls ``aws``."""
        lines = (*self.checks, *self._lines())
        # No value contains this, because its quotes are written in another way.
        return any("AWS_PAGER='' aws" in line for line in lines)

    def _lines(self) -> Iterator[str]:
        for lines in (*self.steps.values(), *self.passwords.values()):
            yield from lines

    def arn(self, arn: str) -> str:
        """Return the ARN of a managed policy in the account of the script."""
        parts = arn.split(":")
        if owner_of(arn) == self._selection.account:
            parts[4] = self._selection.target
        return ":".join(parts)

    def _policy(self, arn: str, policy: Record) -> None:
        title = f"policy/{policy['PolicyName']}"
        self.checks.append(_check("absent", title, _look_for_policy(arn)))
        first, *later = _versions(policy)
        tags = list(filter(is_settable, policy.get("Tags", ())))
        more = {"Description": policy.get("Description"), "Tags": tags}
        lines = [
            aws(
                "create-policy",
                PolicyName=policy["PolicyName"],
                Path=policy["Path"],
                PolicyDocument=first["Document"],
                **{name: value for name, value in more.items() if value},
            )
            + " >/dev/null"
        ]
        for version in later:
            line = aws(
                "create-policy-version",
                PolicyArn=arn,
                PolicyDocument=version["Document"],
                SetAsDefault=version["IsDefaultVersion"],
            )
            lines.append(f"{line} >/dev/null")
        self.steps[title] = lines

    def _group(self, name: str, group: Record) -> None:
        title = self._absent("group", name)
        own = option("-g", name)
        lines = [f"iam-groupcreate {own}{_path(group)}"]
        lines += self._inline(group["GroupPolicyList"], f"iam-groupuploadpolicy {own}")
        lines += self._attached(group, "attach-group-policy", GroupName=name)
        for user in self._snapshot["users"]:
            member = user["UserName"]
            if name in user["GroupList"] and member not in self._of["user"]:
                self._present("user", member)
                lines.append(f"iam-groupadduser {own} {option('-u', member)}")
        self.steps[title] = lines

    def _user(self, name: str, user: Record) -> None:
        title = self._absent("user", name)
        own = option("-u", name)
        lines = [f"iam-usercreate {own}{_path(user)}{self._boundary(user)}{_tags(user)}"]
        lines += _other_tags(user, "tag-user", UserName=name)
        lines += self._inline(user["UserPolicyList"], f"iam-useruploadpolicy {own}")
        lines += self._attached(user, "attach-user-policy", UserName=name)
        for group in user["GroupList"]:
            if group not in self._of["group"]:
                self._present("group", group)
            lines.append(f"iam-groupadduser {option('-g', group)} {own}")
        lines += _ssh_keys(name, user)
        self.steps[title] = lines
        profile = user.get("LoginProfile")
        if profile:
            prompt = word(f"Type a new password for {title}.")
            self.passwords[title] = [
                f"printf '%s\\n' {prompt} >&2",
                f"iam-useraddloginprofile {own} -p -",
            ]
            if profile.get("PasswordResetRequired"):
                self.passwords[title].append(
                    aws("update-login-profile", UserName=name, PasswordResetRequired=True)
                )

    def _role(self, name: str, role: Record) -> None:
        title = self._absent("role", name)
        own = option("-r", name)
        create = f"iam-rolecreate {own}{_path(role)}{self._boundary(role)}{_tags(role)}"
        trust = role["AssumeRolePolicyDocument"]
        names = list(self._roles)
        later = [self._roles[other]["Arn"] for other in names[names.index(name) :]]
        if _names_one(trust, later):
            # CreateRole refuses a principal that does not exist yet.
            late = self.steps.setdefault(_LATE, [])
            late.append(piped(trust, f"iam-roleupdateassumepolicy {own}"))
            trust = _NOBODY
        lines = [piped(trust, create)]
        lines += _other_tags(role, "tag-role", RoleName=name)
        description, seconds = role.get("Description", ""), role.get("MaxSessionDuration", _SESSION)
        if description or seconds != _SESSION:
            lines.append(
                aws(
                    "update-role",
                    RoleName=name,
                    Description=description,
                    MaxSessionDuration=seconds,
                )
            )
        lines += self._inline(role["RolePolicyList"], f"iam-roleuploadpolicy {own}")
        lines += self._attached(role, "attach-role-policy", RoleName=name)
        self.steps[title] = lines

    def _profile(self, name: str, profile: Record) -> None:
        own = option("-s", name)
        create = [f"iam-instanceprofilecreate {own}{_path(profile)}"]
        tags = list(filter(is_settable, profile.get("Tags", ())))
        if tags:
            create.append(aws("tag-instance-profile", InstanceProfileName=name, Tags=tags))
        roles = [role["RoleName"] for role in profile["Roles"]]
        if not roles:
            self.steps[self._absent("instance-profile", name)] = create
            return
        # The role is missing, but the profile may exist: iam-roledel -c leaves it.
        title = visible(f"instance-profile/{name}")
        self._profiles += 1
        variable = f"profile_{self._profiles}"
        look = _look("instance-profile", name)
        self.checks += [_check("empty_or_absent", title, look), f"{variable}=$found"]
        lines = [f'if [ "${variable}" = no ]; then', *(f"    {line}" for line in create), "fi"]
        for role in roles:
            if role not in self._roles:
                self._present("role", role)
            lines.append(f"iam-instanceprofileaddrole {own} {option('-r', role)}")
        self.steps[title] = lines

    def _alias(self) -> None:
        alias = self._snapshot.get("account_alias")
        if alias:
            self.checks.append("no_alias")
            self.steps["the account alias"] = [f"iam-accountaliascreate {option('-a', alias)}"]

    def _password_policy(self) -> None:
        policy = self._snapshot.get("password_policy")
        if not policy:
            return
        title = "the password policy"
        self.checks.append(_check("absent", title, "iam-accountgetpasswordpolicy"))
        rules = {name: policy[name] for name in _SWITCHES if policy.get(name)}
        length = policy.get("MinimumPasswordLength")
        others = {name: policy[name] for name in _WITHOUT_OPTION if policy.get(name)}
        if others:
            line = aws(
                "update-account-password-policy",
                **({"MinimumPasswordLength": length} if length else {}),
                **rules,
                **others,
            )
        else:
            options = [option("-m", str(length))] if length else []
            options += [switch for name, switch in _SWITCHES.items() if name in rules]
            line = f"iam-accountmodpasswordpolicy {' '.join(options or ['--reset'])}"
        self.steps[title] = [line]

    def _absent(self, kind: str, name: str) -> str:
        """Check that an entity does not exist; return its title."""
        title = visible(f"{kind}/{name}")
        self.checks.append(_check("absent", title, _look(kind, name)))
        return title

    def _present(self, kind: str, name: str) -> None:
        """Check that an entity exists that is not created."""
        self._required[_check("present", visible(f"{kind}/{name}"), _look(kind, name))] = None

    def _inline(self, policies: Iterable[Record], upload: str) -> Iterator[str]:
        for policy in policies:
            document = policy["PolicyDocument"]
            if is_writable(document):
                yield piped(document, f"{upload} {option('-p', policy['PolicyName'])}")

    def _attached(self, holder: Record, operation: str, **name: str) -> Iterator[str]:
        for policy in holder["AttachedManagedPolicies"]:
            arn = self.arn(policy["PolicyArn"])
            self._managed_policy(arn)
            yield aws(operation, **name, PolicyArn=arn)

    def _boundary(self, holder: Record) -> str:
        arn = holder.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
        if not arn:
            return ""
        self._managed_policy(self.arn(arn))
        return f" {option('-b', self.arn(arn))}"

    def _managed_policy(self, arn: str) -> None:
        """Check that a managed policy exists that is not created, if the script uses ``aws``."""
        if arn not in self._policies:
            title = visible(f"managed policy {arn}")
            self._managed[_check("present", title, _look_for_policy(arn))] = None


def _names_one(document: str, arns: Iterable[str]) -> bool:
    """Return whether a policy names one of ``arns``, which JSON may escape."""
    try:
        text = json.dumps(json.loads(document))
    except ValueError:
        return False
    return any(json.dumps(arn) in text for arn in arns)


def _check(function: str, title: str, command: str) -> str:
    return f"{function} {word(title)} {command}"


def _look(kind: str, name: str) -> str:
    return f"{_LOOK[kind]}{'' if name.startswith('-') else ' '}{word(name)}"


def _look_for_policy(arn: str) -> str:
    return f"env {aws('get-policy', PolicyArn=arn)}"


def _versions(policy: Record) -> list[Record]:
    """Return the versions of a policy, the oldest one first."""

    def number(version: Record) -> int:
        digits = version["VersionId"][1:]
        return int(digits) if digits.isascii() and digits.isdigit() else 0

    return sorted(policy["PolicyVersionList"], key=number)


def _path(record: Record) -> str:
    return "" if record["Path"] == "/" else f" {option('-p', record['Path'])}"


def _tags(record: Record) -> str:
    """Return the options for the tags that -t can express."""
    pairs = [
        (tag["Key"], tag["Value"])
        for tag in record["Tags"]
        if is_settable(tag) and _has_option(tag)
    ]
    return "".join(f" {option('-t', f'{key}={value}')}" for key, value in pairs)


def is_settable(tag: Record) -> bool:
    """Return whether anyone but AWS can set a tag. Source: the IAM User Guide (tags)."""
    return not tag["Key"].lower().startswith("aws:")


def _has_option(tag: Record) -> bool:
    """Return whether -t can express a tag: it splits its value at the first ``=``."""
    return bool(tag["Key"]) and "=" not in tag["Key"]


def _other_tags(record: Record, operation: str, **name: str) -> Iterator[str]:
    tags = [tag for tag in record["Tags"] if is_settable(tag) and not _has_option(tag)]
    if tags:
        yield aws(operation, **name, Tags=tags)


def _ssh_keys(name: str, user: Record) -> Iterator[str]:
    for key in user.get("SSHPublicKeys", ()):
        body = key.get("SSHPublicKeyBody")
        if not body:
            continue
        upload = aws("upload-ssh-public-key", UserName=name, SSHPublicKeyBody=body)
        if key["Status"] == "Active":
            yield f"{upload} >/dev/null"
            continue
        yield f"key=$({upload} --query SSHPublicKey.SSHPublicKeyId --output text)"
        update = aws("update-ssh-public-key", UserName=name, Status=key["Status"])
        yield f'{update} --ssh-public-key-id "$key"'
