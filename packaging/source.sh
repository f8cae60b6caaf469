# Functions for the scripts in this directory; they are to be sourced in the root of the sources.

# Print the version.
version() {
    sed -n 's/^__version__ = "\(.*\)"$/\1/p' iamcli/__init__.py
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
        find . -name __pycache__ -prune -o -path './.*' -prune -o -path './*.egg-info' -prune \
            -o -path ./build -prune -o -path ./dist -prune -o -path ./site -prune \
            -o ! -type d ! -name PKG-INFO -print0
    fi | while IFS= read -r -d '' file; do
        if [ -e "$file" ] || [ -L "$file" ]; then printf '%s\0' "$file"; fi
    done | tar --create --null --files-from - --owner 0 --group 0 | tar --extract -C "$1"
}
