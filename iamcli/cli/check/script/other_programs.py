"""What is known of programs that are not of the toolkit."""

from __future__ import annotations


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: The programs that run the argument after an option like -c, or else what they read.
SHELLS = _names("sh bash dash ksh ksh93 zsh ash mksh rbash su")
#: The programs that run another, and their options that take the next argument.
PREFIXES = {
    "sudo": "-u -g -h -p -C -r -t -T -U -D -R --user --group --host",
    "doas": "-u -C -a",
    "env": "-u -C --unset --chdir",
    "time": "-f -o --format --output",
    "exec": "-a",
    "nice": "-n --adjustment",
    "ionice": "-c -n",
    "stdbuf": "-i -o -e",
    "timeout": "-s -k --signal --kill-after",
    "xargs": "-n -L -P -d -s -a -E -I --max-args --max-procs --max-lines --delimiter",
    "parallel": "-j --jobs -P -I -a -n -N -L -d -C --colsep -S --sshlogin --joblog",
    "watch": "-n --interval",
    "flock": "-w -E --timeout --wait --conflict-exit-code",
    **dict.fromkeys(_names("command builtin coproc - noglob nocorrect"), ""),
    **dict.fromkeys(_names("nohup setsid chronic repeat busybox"), ""),
}
#: Programs that neither create nor change a file that they name.
KEEPERS = _names(
    ". [ [[ awk basename case cat cd chgrp chmod chown cut date diff dirname echo egrep exit fgrep"
    " file grep head kill less logger ls mail mkdir more popd printf pushd read return rm rmdir set"
    " shift shred sleep sort source stat tail test tr uniq wc"
)
#: Programs that print their arguments.
PRINTING = _names("echo printf print")
AWKS, GREPS = _names("awk gawk mawk"), _names("grep egrep fgrep")
