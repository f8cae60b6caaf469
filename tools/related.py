"""Which commands a manual page leads to in SEE ALSO."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

#: A command, and what users do next, or first, with commands of other groups. Each page leads to
#: the other.
_ROWS = """
accountaliascreate useraddloginprofile
accountgetsummary grouplistbypath rolelistbypath userlistbypath
accountmodpasswordpolicy useraddloginprofile userchangepassword
groupcreate groupaddpolicy groupuploadpolicy
groupdel groupdelpolicy grouplistpolicies
instanceprofileaddrole rolecreate
instanceprofilecreate rolecreate
roledel instanceprofilelistforrole instanceprofileremoverole roledelpolicy rolelistpolicies
rolecreate roleaddpolicy roleuploadpolicy
useraddloginprofile userenablemfadevice
usercreate groupadduser useraddkey useraddloginprofile useraddpolicy useruploadpolicy
userdel groupremoveuser userdelkey userdelloginprofile userdelpolicy
usergetattributes usergetloginprofile userlistkeys userlistpolicies
userlistgroups groupadduser groupremoveuser
"""
NEXT = [[f"iam-{word}" for word in row.split()] for row in _ROWS.strip().splitlines()]

#: Commands of one group that have different words of the same row have nothing to do with each
#: other: iam-useraddpolicy and iam-roledelpolicy, iam-accountaliaslist and iam-accountgetsummary.
DIFFERENT = (("iam-user", "iam-group", "iam-role"), ("alias", "passwordpolicy", "summary"))


def related(name: str, siblings: Iterable[str]) -> set[str]:
    """Return the commands that the page of the command ``name`` leads to.

    These are the ``siblings``, which are in the same group, unless they are about something
    different; and what ``NEXT`` says, in both directions.
    """
    rows = [words for words in DIFFERENT if any(word in name for word in words)]
    others = [word for words in rows for word in words if word not in name]
    found = {sibling for sibling in siblings if not any(word in sibling for word in others)}
    found.update(*(row[1:] for row in NEXT if row[0] == name))
    found.update(row[0] for row in NEXT if name in row)
    return found - {name}
