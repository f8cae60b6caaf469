"""The JMESPath expressions with which ``aws`` prints values of an answer."""

from __future__ import annotations

import itertools
import json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from iamcli.cli.explain.answers import Source

#: The members that are printed as a whole, in JSON.
WHOLE = ("PasswordPolicy", "SummaryMap")
#: What prints a new access key as the lines of a credential file.
KEY_LINES = (
    'AccessKey.[join(`"="`, [`"AWSAccessKeyId"`, AccessKeyId]), '
    'join(`"="`, [`"AWSSecretKey"`, SecretAccessKey])][].[@]'
)


def lines(sources: Sequence[Source], defaults: Mapping[Source, str]) -> str:
    """Return the expression that prints each value on a line, "" if there are no values.

    ``defaults``: what is printed in place of values that an answer lacks.
    """
    if not sources:
        return ""
    for source in sources:
        whole = source.member.partition(".")[0]
        if not source.list and whole in WHOLE:
            return whole
    parts = []
    for name, group in itertools.groupby(sources, lambda source: source.list):
        members = [_member(source, defaults) for source in group]
        if not name:
            parts += members
        elif len(members) > 1:
            parts.append(f"{name}[].[{', '.join(members)}][]")
        else:
            parts.append(name if members == ["@"] else f"{name}[].{members[0]}")
    if len(parts) > 1:
        return f"[{', '.join(parts)}][].[@]"
    if not sources[0].list:
        return parts[0]
    return f"{parts[0]}.[@]" if len(sources) > 1 else row(sources, defaults)


def row(sources: Sequence[Source], defaults: Mapping[Source, str]) -> str:
    """Return the expression that prints the values of each entry of a list on a line."""
    members = [_member(source, defaults) for source in sources]
    return f"{sources[0].list}[].[{', '.join(members)}]"


def _member(source: Source, defaults: Mapping[Source, str]) -> str:
    if source in defaults:
        return f"{source.member} || `{json.dumps(defaults[source])}`"
    return f"to_string({source.member})" if source.document else source.member
