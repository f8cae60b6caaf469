"""What Python runs when it starts, in processes that have the variables of support/moments.py."""

import os

exec(os.environ.pop("CODE_AT_START", ""))
