"""What is known of programs that are not of the toolkit."""

from __future__ import annotations

#: The programs that run the argument after an option like -c, or else what they read.
SHELLS = {"sh", "bash", "dash", "ksh", "ksh93", "zsh", "ash", "mksh", "rbash", "su"}
#: The programs that run another, and their options that take the next argument.
PREFIXES = {
    "sudo": "-u -g -h -p -C -r -t -T -U -D -R --user --group --host",
    "doas": "-u -C",
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
    **dict.fromkeys(("command", "builtin", "coproc", "-", "noglob", "nocorrect"), ""),
    **dict.fromkeys(("nohup", "setsid", "chronic", "repeat", "busybox"), ""),
}
#: Programs that neither create nor change a file that they name.
KEEPERS = {
    *("[", "awk", "basename", "cat", "cd", "chgrp", "chmod", "chown", "cut", "date", "diff"),
    *("dirname", "echo", "egrep", "exit", "fgrep", "file", "grep", "head", "kill", "less"),
    *("logger", "ls", "mail", "mkdir", "more", "printf", "read", "return", "rm", "rmdir"),
    *("set", "shift", "shred", "sleep", "sort", "stat", "tail", "test", "tr", "uniq", "wc"),
}
#: Programs that print, compare or set their arguments.
SHOWING = {"echo", "printf", "print", "expr", "set"}
#: Programs that set variables to what they read, those that write files in their arguments, and all
#: that read the files in their arguments, or else their standard input.
SETTING, COPYING = {"mapfile", "read", "readarray"}, {"cp", "ln", "mv", "tee"}
FILTERS = {
    *(*SETTING, *COPYING, "awk", "cat", "cut", "egrep", "fgrep", "gawk", "grep", "head", "mawk"),
    *("paste", "perl", "python", "rev", "sed", "sort", "tac", "tail", "tr", "uniq", "zgrep"),
}
