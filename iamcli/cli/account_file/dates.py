"""Dates in snapshots and responses."""

from __future__ import annotations

from datetime import datetime, timezone


def parsed(text: str) -> datetime:
    """Return the date in ``text``, which is in ISO 8601, in UTC; raise ValueError if it is none.

    A date without a time zone is taken to be in UTC.
    """
    # Before Python 3.11, fromisoformat does not accept Z.
    date = datetime.fromisoformat(f"{text[:-1]}+00:00" if text.endswith("Z") else text)
    try:
        return date.replace(tzinfo=date.tzinfo or timezone.utc).astimezone(timezone.utc)
    except OverflowError:
        raise ValueError(f"there is no such date in UTC: {text!r}") from None
