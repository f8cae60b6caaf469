"""How long tests wait, and what lasts longer than that."""

from __future__ import annotations

#: The longest wait for what must happen (seconds): more than ten times what a machine without other
#: work needs for anything that a test waits for. A wait ends when that has happened.
TIMEOUT = 120
#: A test that takes so long hangs, unless only make test-full runs it (seconds).
HANGING = 5 * TIMEOUT
#: What lasts so long has not ended while a test waits (seconds).
NEVER = 1000
