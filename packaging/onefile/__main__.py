"""The beginning of iamcli.pyz: unpacks the packages if they are not unpacked yet, and runs iamcli.

Every start runs this module, so it is small. Python 2.7 and 3.6 can run its beginning.
"""

import os
import stat
import sys

#: Identifies the contents of the file; packaging/archive.py sets it.
BUILD = ""


def protected(folder):  # type: (str) -> bool  # noqa: ANN001, ANN201 - Python 2
    """Return whether only this user and root can change ``folder``, or put another in its place.

    ``folder``: an absolute path; a symbolic link in it is not followed.
    """
    # Whoever owns the root directory can replace everything. In a container this may not be root.
    trusted = 0, os.geteuid(), os.stat("/").st_uid
    path = "/"
    # From the top: nobody can exchange what is in a protected directory.
    for part in folder.split("/"):
        path = os.path.join(path, part)
        info = os.lstat(path)
        others = info.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
        # In a directory with the sticky bit, others cannot replace what is not theirs.
        shared = others and (path == folder or not info.st_mode & stat.S_ISVTX)
        if shared or info.st_uid not in trusted or not stat.S_ISDIR(info.st_mode):
            return False
    return True


program = os.path.basename(sys.argv[0])
if not program.startswith("iam-"):
    program = "iamcli"
if sys.version_info < (3, 10):  # noqa: UP036
    import iamcli_later

    iamcli_later.run(program)
os.environ.pop("IAMCLI_LATER_PYTHON", None)

named = bool(os.environ.get("SHIV_ROOT"))
root = os.path.expanduser(os.environ["SHIV_ROOT"] if named else "~/.shiv")
# "~" remains if there is no home directory. Anyone may have made it in the current directory.
root = "" if root.startswith("~") else os.path.realpath(root)
name = "iamcli.pyz_" + BUILD + "_" + str(sys.implementation.cache_tag)
place = os.path.join(root, name)
try:
    # If others may write HOME or ~/.shiv, anyone may have made it, too.
    ready = root and (os.path.isdir(place) if named else protected(place))
except OSError:
    ready = False
# Another Python, which unpacked it in this home directory, may have been complete.
complete = any(finder.find_spec("shutil", None) for finder in sys.meta_path)
if not (ready and complete):
    import iamcli_unpack

    place = iamcli_unpack.unpacked(program, name, root, protected, named=named)
sys.path[0] = place

from iamcli.installation.onefile import main  # noqa: E402

sys.exit(main())
