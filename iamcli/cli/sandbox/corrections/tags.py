"""Tags, which moto keeps in another form for each type of entity and in each release."""

from __future__ import annotations

from typing import Any

from moto.iam.models import User

from iamcli.cli.sandbox.corrections.entities import entity_of
from iamcli.cli.sandbox.corrections.lists import Key, listing, named
from iamcli.cli.sandbox.corrections.protocol import Backend, Request, operation
from iamcli.cli.sandbox.refusals import quota_exceeded

Tag = dict[str, str]

#: How many tags an entity has, besides those of AWS. Source: the IAM User Guide (quotas).
TAGS = 50

#: The types whose tags must have keys that differ in more than the case of their letters. Source:
#: the IAM User Guide (tags); recorded for TagRole: "Tag keys are case insensitive."
IN_ANY_CASE = ("Role", "User")


def tags(iam: Backend, entity: Any) -> list[Tag]:
    """Return the tags of an entity, sorted by key.

    Source: API reference, ListUserTags: "The returned list of tags is sorted by tag key."
    """
    return sorted(_read(iam, entity), key=_key)


def write(iam: Backend, entity: Any, wanted: list[Tag]) -> None:
    """Replace the tags of an entity."""
    if isinstance(entity, User):
        iam.tagger.delete_all_tags_for_resource(entity.arn)
        iam.tagger.tag_resource(entity.arn, wanted)
    elif isinstance(getattr(entity, "tags", None), dict):
        entity.tags = {tag["Key"]: tag for tag in wanted}
    else:
        entity.tags = wanted


def _register(type_name: str) -> None:
    """Register the operations on the tags of a type of entity."""

    def compared(key: str) -> str:
        """Return what two equal keys have in common."""
        return key.lower() if type_name in IN_ANY_CASE else key

    @operation(f"Tag{type_name}")
    def tag(iam: Backend, request: Request) -> None:
        """Add tags to an entity; one with the same key is replaced.

        Source: API reference, TagUser: a tag with the same key is overwritten; LimitExceeded, whose
        wording is like that of CreateAccessKey.
        """
        entity = entity_of(type_name, iam, request)
        added = {compared(new["Key"]): new for new in request.get("Tags", [])}
        kept = [old for old in _read(iam, entity) if compared(old["Key"]) not in added]
        own = [old for old in kept if not old["Key"].lower().startswith("aws:")]
        if len(own) + len(added) > TAGS:
            raise quota_exceeded(f"TagsPer{type_name}", TAGS)
        write(iam, entity, [*kept, *added.values()])

    @operation(f"Untag{type_name}")
    def untag(iam: Backend, request: Request) -> None:
        """Remove tags. Source: API reference, UntagUser."""
        entity = entity_of(type_name, iam, request)
        removed = {compared(key) for key in request.get("TagKeys")}
        kept = [old for old in _read(iam, entity) if compared(old["Key"]) not in removed]
        write(iam, entity, kept)

    def entries(iam: Backend, request: Request) -> list[Tag]:
        return _read(iam, entity_of(type_name, iam, request))

    listing(f"List{type_name}Tags", "Tags", entries, dict, _key)


def _key(tag: Tag) -> Key:
    return named(tag["Key"])


def _read(iam: Backend, entity: Any) -> list[Tag]:
    if isinstance(entity, User):
        return list(iam.tagger.list_tags_for_resource(entity.arn)["Tags"])
    kept = getattr(entity, "tags", [])
    if isinstance(kept, dict):
        return [
            value if isinstance(value, dict) else {"Key": key, "Value": value}
            for key, value in kept.items()
        ]
    return list(kept)


for _type_name in ("InstanceProfile", "MFADevice", "Policy", "Role", "ServerCertificate", "User"):
    _register(_type_name)
