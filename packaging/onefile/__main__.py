"""The beginning of iamcli.pyz: unpacks the packages if they are not unpacked yet, and runs iamcli.

Every start runs this module, so it is small. Python 2 can parse it, too, to say what is needed.
"""

import os
import sys

#: Identifies the contents of the file; packaging/archive.py sets it.
BUILD = ""

program = os.path.basename(sys.argv[0])
if not program.startswith("iam-"):
    program = "iamcli"
if sys.version_info < (3, 10):  # noqa: UP036
    this = sys.version.split()[0] + ", " + sys.executable
    sys.exit(program + ": requires Python 3.10 or later; this is Python " + this)

named = bool(os.environ.get("SHIV_ROOT"))
root = os.path.expanduser(os.environ["SHIV_ROOT"] if named else "~/.shiv")
# "~" remains if there is no home directory. Anyone may have made it in the current directory.
root = "" if root.startswith("~") else os.path.abspath(root)
name = "iamcli.pyz_" + BUILD + "_" + str(sys.implementation.cache_tag)
place = os.path.join(root, name)
try:
    # If HOME is a directory of all users, anyone may have made it, too.
    ready = os.stat(place).st_uid in (0, os.geteuid()) or named
except OSError:
    ready = False
# Another Python, which unpacked it in this home directory, may have been complete.
complete = any(finder.find_spec("shutil", None) for finder in sys.meta_path)
if not (root and ready and complete):
    import iamcli_unpack

    place = iamcli_unpack.unpacked(program, name, root, named=named)
sys.path[0] = place

from iamcli.installation.onefile import main  # noqa: E402

sys.exit(main())
