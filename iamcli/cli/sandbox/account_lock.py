"""The lock of the account, of which the process of the server has only one, as moto has.

It is held while a request is served, and while the whole account is read. So nothing changes
between the rules and what they allow, and nothing reads half of a change.
"""

from __future__ import annotations

import threading

ACCOUNT_LOCK = threading.Lock()
