"""Which commands a manual page leads to in SEE ALSO."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

#: What users do next, or first, with commands of other groups. Each page leads to the other.
NEXT = {
    "iam-accountaliascreate": ("iam-useraddloginprofile",),
    "iam-accountgetsummary": ("iam-grouplistbypath", "iam-rolelistbypath", "iam-userlistbypath"),
    "iam-accountmodpasswordpolicy": ("iam-useraddloginprofile", "iam-userchangepassword"),
    "iam-groupcreate": ("iam-groupaddpolicy", "iam-groupuploadpolicy"),
    "iam-groupdel": ("iam-groupdelpolicy", "iam-grouplistpolicies"),
    "iam-instanceprofileaddrole": ("iam-rolecreate",),
    "iam-instanceprofilecreate": ("iam-rolecreate",),
    "iam-roledel": (
        "iam-instanceprofilelistforrole",
        "iam-instanceprofileremoverole",
        "iam-roledelpolicy",
        "iam-rolelistpolicies",
    ),
    "iam-rolecreate": ("iam-roleaddpolicy", "iam-roleuploadpolicy"),
    "iam-useraddloginprofile": ("iam-userenablemfadevice",),
    "iam-usercreate": (
        "iam-groupadduser",
        "iam-useraddkey",
        "iam-useraddloginprofile",
        "iam-useraddpolicy",
        "iam-useruploadpolicy",
    ),
    "iam-userdel": (
        "iam-groupremoveuser",
        "iam-userdelkey",
        "iam-userdelloginprofile",
        "iam-userdelpolicy",
    ),
    "iam-usergetattributes": (
        "iam-usergetloginprofile",
        "iam-userlistkeys",
        "iam-userlistpolicies",
    ),
    "iam-userlistgroups": ("iam-groupadduser", "iam-groupremoveuser"),
}

#: Commands of one group that have different words of the same row have nothing to do with each
#: other: iam-useraddpolicy and iam-roledelpolicy, iam-accountaliaslist and iam-accountgetsummary.
DIFFERENT = (("iam-user", "iam-group", "iam-role"), ("alias", "passwordpolicy", "summary"))


def related(name: str, siblings: Iterable[str]) -> set[str]:
    """Return the commands that the page of the command ``name`` leads to.

    These are the ``siblings``, which are in the same group, unless they are about something
    different; and what ``NEXT`` says, in both directions.
    """
    found = {sibling for sibling in siblings if not _different(name, sibling)}
    found.update(NEXT.get(name, ()))
    found.update(other for other, following in NEXT.items() if name in following)
    return found - {name}


def _different(name: str, other: str) -> bool:
    pairs = [(_word(name, words), _word(other, words)) for words in DIFFERENT]
    return any(one and another and one != another for one, another in pairs)


def _word(name: str, words: Iterable[str]) -> str:
    return next((word for word in words if word in name), "")
