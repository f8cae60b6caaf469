"""The commands that change something, each with an account and how to see what became of it.

They are the rows of ``tests/faults/test_matrix.py``, and what ``tests/faults/fuzz.py`` runs. Tests
about single operations take their rows from ``OPERATIONS``.
"""

from __future__ import annotations

from support.cases.account import ACCOUNT
from support.cases.credentials import CREDENTIALS
from support.cases.groups import GROUPS
from support.cases.policies import POLICIES
from support.cases.roles import ROLES
from support.cases.stubbed import STUBBED
from support.cases.users import USERS

CASES = USERS | CREDENTIALS | GROUPS | ROLES | POLICIES | ACCOUNT | STUBBED
#: The row of each operation; of two commands that send it, the last one.
OPERATIONS = {case.operation: case for case in CASES.values() if case.operation}
