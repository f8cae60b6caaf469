"""Tags, which moto keeps in another form for each kind of entity and in each release."""

from __future__ import annotations

from moto.iam.models import IAMBackend, User

from iamcli.cli.sandbox.corrections.paging import named, page
from iamcli.cli.sandbox.corrections.protocol import METHODS, OPERATIONS, method
from iamcli.cli.sandbox.refusals import quota_exceeded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from iamcli.cli.sandbox.corrections.paging import Key
    from iamcli.cli.sandbox.corrections.protocol import Operation, Request, Result

    Tag = dict[str, str]
    Find = Callable[[IAMBackend, str], Any]

#: How many tags an entity has, besides those of AWS. Source: the IAM User Guide (quotas).
TAGS = 50

#: The kinds whose tags must have keys that differ in more than the case of their letters. Source:
#: the IAM User Guide (tags); recorded for TagRole: "Tag keys are case insensitive."
IN_ANY_CASE = ("Role", "User")

_create_policy = IAMBackend.create_policy


def tags(iam: IAMBackend, entity: Any) -> list[Tag]:
    """Return the tags of an entity, sorted by key.

    Source: API reference, ListUserTags: "The returned list of tags is sorted by tag key."
    """
    return sorted(_read(iam, entity), key=_key)


def write(iam: IAMBackend, entity: Any, wanted: list[Tag]) -> None:
    """Replace the tags of an entity."""
    if isinstance(entity, User):
        iam.tagger.delete_all_tags_for_resource(entity.arn)
        iam.tagger.tag_resource(entity.arn, wanted)
    elif isinstance(getattr(entity, "tags", None), dict):
        entity.tags = {tag["Key"]: tag for tag in wanted}
    else:
        entity.tags = wanted


@method
def create_policy(  # noqa: PLR0913, PLR0917 - moto's
    self: IAMBackend,
    description: str,
    path: str,
    policy_document: str,
    policy_name: str,
    tags: list[Tag],
) -> Any:
    """Take tags whose keys differ in the case of their letters only, which moto refuses.

    Replaces ``IAMBackend.create_policy``. Source: ``IN_ANY_CASE``.
    """
    policy = _create_policy(self, description, path, policy_document, policy_name, [])
    write(self, policy, tags)
    return policy


def tagging(kind: str, find: Find) -> Callable[[IAMBackend, str, list[Tag]], None]:
    """Return the method that adds tags to an entity of ``kind``; one with the same key is replaced.

    ``find``: finds the entity by its name. Source: API reference, TagUser: a tag with the same key
    is overwritten; LimitExceeded, whose wording is like that of CreateAccessKey.
    """

    def tag(self: IAMBackend, name: str, tags: list[Tag]) -> None:
        entity = find(self, name)
        added = {_compared(kind, new["Key"]): new for new in tags}
        kept = [old for old in _read(self, entity) if _compared(kind, old["Key"]) not in added]
        own = [old for old in kept if not old["Key"].lower().startswith("aws:")]
        if len(own) + len(added) > TAGS:
            raise quota_exceeded(f"TagsPer{kind}", TAGS)
        write(self, entity, [*kept, *added.values()])

    return tag


def untagging(kind: str, find: Find) -> Callable[[IAMBackend, str, list[str]], None]:
    """Return the method that removes tags. ``kind`` and ``find``: as in ``tagging``.

    Source: API reference, UntagUser.
    """

    def untag(self: IAMBackend, name: str, tag_keys: list[str]) -> None:
        entity = find(self, name)
        removed = {_compared(kind, key) for key in tag_keys}
        kept = [old for old in _read(self, entity) if _compared(kind, old["Key"]) not in removed]
        write(self, entity, kept)

    return untag


def _listing(parameter: str, find: Find) -> Operation:
    def list_tags(iam: IAMBackend, request: Request) -> Result:
        shown, rest = page(request, _read(iam, find(iam, request.get(parameter))), _key)
        return {"Tags": shown, **rest}

    return list_tags


def _tag(kind: str, parameter: str) -> Operation:
    def tag(iam: IAMBackend, request: Request) -> None:
        getattr(iam, f"tag_{kind}")(request.get(parameter), request.tags())

    return tag


def _untag(kind: str, parameter: str) -> Operation:
    def untag(iam: IAMBackend, request: Request) -> None:
        getattr(iam, f"untag_{kind}")(request.get(parameter), request.items("TagKeys"))

    return untag


#: Which entities have tags: the end of the names of their operations and of moto's methods, the
#: parameter, and how moto finds them.
TAGGED: dict[str, tuple[str, str, Find]] = {
    "InstanceProfile": (
        "instance_profile",
        "InstanceProfileName",
        lambda iam, name: iam.get_instance_profile(name),
    ),
    "MFADevice": (
        "mfa_device",
        "SerialNumber",
        lambda iam, serial: iam.virtual_mfa_devices[serial],
    ),
    "Policy": ("policy", "PolicyArn", lambda iam, arn: iam.get_policy(arn)),
    "Role": ("role", "RoleName", lambda iam, name: iam.get_role(name)),
    "ServerCertificate": (
        "server_certificate",
        "ServerCertificateName",
        lambda iam, name: iam.get_server_certificate(name),
    ),
    "User": ("user", "UserName", lambda iam, name: iam.get_user(name)),
}

#: The kinds whose methods moto's own operations call.
CALLED_BY_MOTO = ("Policy", "Role", "User")

for _kind, (_method, _parameter, _find) in TAGGED.items():
    OPERATIONS[f"List{_kind}Tags"] = _listing(_parameter, _find)
    if _kind not in CALLED_BY_MOTO:
        OPERATIONS[f"Tag{_kind}"] = _tag(_method, _parameter)
        OPERATIONS[f"Untag{_kind}"] = _untag(_method, _parameter)
    METHODS[f"tag_{_method}"] = tagging(_kind, _find)
    METHODS[f"untag_{_method}"] = untagging(_kind, _find)


def _key(tag: Tag) -> Key:
    return named(tag["Key"])


def _compared(kind: str, key: str) -> str:
    """Return what two equal keys of tags of a ``kind`` have in common."""
    return key.lower() if kind in IN_ANY_CASE else key


def _read(iam: IAMBackend, entity: Any) -> list[Tag]:
    if isinstance(entity, User):
        return list(iam.tagger.list_tags_for_resource(entity.arn)["Tags"])
    kept = getattr(entity, "tags", [])
    if isinstance(kept, dict):
        return [
            value if isinstance(value, dict) else {"Key": key, "Value": value}
            for key, value in kept.items()
        ]
    return list(kept)
