# Functions for the scripts in this directory, which source this file in the root of the sources.

# Print the version.
version() {
    sed -n 's/^__version__ = "\(.*\)"$/\1/p' iamcli/__init__.py
}

# Print the version of the Debian package. There, 1.1.0~dev0 is older than 1.1.0, and 1.1.0.dev0 is not.
deb_version() {
    version | sed 's/\.dev/~dev/'
}

# Print the time that all files of a package get: SOURCE_DATE_EPOCH, or else that of the last commit,
# or else that of the file with the version, which is the same for all who unpacked the sources.
epoch() {
    if [ -n "${SOURCE_DATE_EPOCH:-}" ]; then
        echo "$SOURCE_DATE_EPOCH"
    elif [ -e .git ]; then
        git log -1 --format=%ct
    else
        stat -c %Y iamcli/__init__.py
    fi
}

# Copy the sources to the directory $1, without what was made from them.
copy_sources() {
    mkdir -p "$1"
    if [ -e .git ]; then
        git ls-files -z --cached --others --exclude-standard
    else
        find . -name __pycache__ -prune -o -path './.venv*' -prune -o -path './.*_cache' -prune \
            -o -path './.nox*' -prune -o -path ./.hypothesis -prune -o -path './*.egg-info' -prune \
            -o -path ./build -prune -o -path ./dist -prune -o -path ./site -prune \
            -o ! -type d ! -name PKG-INFO -print0
    fi | while IFS= read -r -d '' file; do
        if [ -e "$file" ] || [ -L "$file" ]; then printf '%s\0' "$file"; fi
    done | tar --create --null --files-from - --owner 0 --group 0 | tar --extract -C "$1"
}

# Set python to the Python of an environment that has the tools in packaging/requirements.txt.
tools() {
    python=$PWD/.venv-packaging/bin/python
    local stamp=.venv-packaging/requirements.txt
    cmp -s packaging/requirements.txt "$stamp" && return
    "${PYTHON:-python3}" -m venv --clear .venv-packaging
    "$python" -m pip install --disable-pip-version-check -q -r packaging/requirements.txt
    cp packaging/requirements.txt "$stamp"
}

# Print the Debian packages that packaging/deb requires.
deb_tools() {
    echo build-essential debhelper dh-python lintian pybuild-plugin-pyproject python3-all python3-setuptools
}

# Print the settings with which apt downloads here: proxies, and whether the lists may be expired.
acquire() {
    apt-config dump | grep '^Acquire::' | grep -v '^Acquire::IndexTargets' || true
}

# Print the path of each Python from 3.10 on that is on PATH or was built by pyenv, one per version.
pythons() {
    local file
    for file in $(compgen -c python3. | grep -E '^python3\.[0-9]+$' | sort -u) python3 \
        "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.*/bin/python; do
        "$file" -c 'import sys, venv, ensurepip
if sys.version_info >= (3, 10): print(sys.version_info[1], sys.executable)' 2>/dev/null || true
    done | sort -n -u -k 1,1 | cut -d ' ' -f 2
}
