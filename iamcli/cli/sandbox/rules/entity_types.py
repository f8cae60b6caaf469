"""The types of entities, a row each for all rules that differ only in the type."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from moto.iam.models import IAMBackend

from iamcli.cli.sandbox.refusals import no_such_entity

#: moto's IAM of an account.
Backend = IAMBackend
Parameters = Mapping[str, Any]
Rule = Callable[[Backend, Parameters], None]

#: The ARN of a managed policy in any partition; the group is the account, or aws for one of AWS.
_POLICY_ARN = re.compile(r"arn:[\w-]+:iam::(\d{12}|aws):policy/.+", re.ASCII)


class EntityType(NamedTuple):
    """A type of entity.

    ``type_name``: as in the names of operations; ``entities``: returns those of an account;
    ``missing`` and ``taken``: what IAM says of a name that no entity has, and of one that an entity
    has; ``attribute``: the attribute of moto's object that has the name.
    """

    type_name: str
    entities: Callable[[Backend], Iterable[Any]]
    missing: str
    taken: str
    attribute: str = "name"

    @property
    def noun(self) -> str:
        """The type as in the names of rules."""
        return re.sub(r"\B[A-Z]", r"_\g<0>", self.type_name).lower()

    @property
    def plural(self) -> str:
        """The type as in the names of quotas."""
        return "Policies" if self.type_name == "Policy" else f"{self.type_name}s"

    @property
    def parameter(self) -> str:
        """The parameter that names an entity."""
        return f"{self.type_name}Name"

    def names(self, backend: Backend) -> list[str]:
        """Return the names of the entities of an account."""
        return [getattr(entity, self.attribute) for entity in self.entities(backend)]

    def find(self, backend: Backend, parameters: Parameters) -> Any:
        """Return the entity that a request names; raise Refusal if there is none."""
        name = parameters[self.parameter]
        for entity in self.entities(backend):
            if getattr(entity, self.attribute) == name:
                return entity
        raise no_such_entity(self.missing.format(name))

    def rule(self, check: Callable[[EntityType, Backend, Parameters], None]) -> Rule:
        """Return the rule for this type of a ``check`` for every type."""

        def rule(backend: Backend, parameters: Parameters) -> None:
            check(self, backend, parameters)

        rule.__name__ = f"{self.noun}_{check.__name__}"
        return rule


def user_or_account(backend: Backend, parameters: Parameters) -> Any:
    """Return the user that a request names, or the account, which calls if it names none.

    What is said of the account is worded like what is said of users.
    """
    named = "UserName" in parameters
    return USER.find(backend, parameters) if named else vars(backend)["account_root"]


def is_policy_arn(arn: str) -> bool:
    """Return whether ``arn`` has the form of a managed policy's."""
    return bool(_POLICY_ARN.fullmatch(arn))


def is_policy_of_aws(arn: str) -> bool:
    """Return whether ``arn`` is that of a policy which AWS manages."""
    match = _POLICY_ARN.fullmatch(arn)
    return bool(match and match[1] == "aws")


def _holder(type_name: str, entities: Callable[[Backend], Iterable[Any]]) -> EntityType:
    """Return the row of a type that has policies: IAM words errors about all of them alike."""
    missing = f"The {type_name.lower()} with name {{}} cannot be found."
    return EntityType(type_name, entities, missing, f"{type_name} with name {{}} already exists.")


# The evidence of each row: where ``missing``, ``taken`` and the quota are recorded or reported, or
# named in the API reference. If no quota is named, its wording is like that of CreateUser.

#: Recorded (GetUser, CreateUser); reported (the quota).
USER = _holder("User", lambda iam: iam.users.values())
#: Recorded (DeleteGroup, CreateGroup).
GROUP = _holder("Group", lambda iam: iam.groups.values())
#: Recorded (GetRole, CreateRole, the quota).
ROLE = _holder("Role", lambda iam: iam.roles.values())
#: Recorded (GetInstanceProfile, CreateInstanceProfile).
INSTANCE_PROFILE = EntityType(
    "InstanceProfile",
    lambda iam: iam.instance_profiles.values(),
    "Instance Profile {} cannot be found.",
    "Instance Profile {} already exists.",
)
#: Customer managed policies. Recorded (DeletePolicy, for the ARN; CreatePolicy).
POLICY = EntityType(
    "Policy",
    lambda iam: [one for one in iam.managed_policies.values() if not is_policy_of_aws(one.arn)],
    "Policy {} was not found.",
    "A policy called {} already exists. Duplicate names are not allowed.",
)
#: Recorded (GetServerCertificate, UploadServerCertificate); reported (the quota).
SERVER_CERTIFICATE = EntityType(
    "ServerCertificate",
    lambda iam: iam.certificates.values(),
    "The Server Certificate with name {} cannot be found.",
    "The Server Certificate with name {} already exists.",
    attribute="cert_name",
)

#: The types that a request names by the name of the entity.
NAMED = (USER, GROUP, INSTANCE_PROFILE, ROLE, SERVER_CERTIFICATE)
