"""Dates in snapshots and responses."""

from __future__ import annotations

from datetime import datetime


def parsed(text: str) -> datetime:
    """Return the date in ``text``, which is in ISO 8601; raise ValueError if it is none."""
    # Before Python 3.11, fromisoformat does not accept Z.
    return datetime.fromisoformat(f"{text[:-1]}+00:00" if text.endswith("Z") else text)
