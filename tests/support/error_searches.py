"""Scripts that look for an error in what a command prints, in many forms."""

from __future__ import annotations

#: Files that scripts source.
FILES = {
    "lib.sh": """\
found() { grep -q "$1" "$2"; }
contains() { case "$1" in *"$2"*) return 0 ;; esac; return 1; }
log() { printf '%s\\n' "$*" >>log; }
""",
    "search.sh": "case $(cat out) in *WORD*) echo found ;; esac\n",
    "keys.sh": "keys() { COMMAND; }\n",
}
#: Forms of looking for an error, WORD, in what COMMAND prints: the status is 0, or "found" is
#: printed.
FORMS = {
    "grep": "COMMAND | grep -q WORD",
    "grep without -q": "COMMAND | grep WORD >/dev/null",
    "grep -i": "COMMAND | grep -qi 'WORD'",
    "grep -e": "COMMAND | grep -q -e nothing -e WORD",
    "grep -E": "COMMAND | grep -qE 'WORD|nothing'",
    "grep -f": "COMMAND >out; grep -q -f - out <<'END'\nWORD\nEND\n[ $? = 0 ]",
    "grep -c": '[ "$(COMMAND | grep -c WORD)" -gt 0 ]',
    "a number of grep -c": "n=$(COMMAND | grep -c WORD); [ $n != 0 ]",
    "awk": "COMMAND | awk '/WORD/ { found = 1 } END { exit !found }'",
    "awk ==": "COMMAND | awk '$2 == \"WORD:\" { found = 1 } END { exit !found }'",
    "sed": "[ -n \"$(COMMAND | sed -n '/WORD/p')\" ]",
    "sed s": "COMMAND | sed -n 's/.*WORD.*/yes/p' | grep -q yes",
    "perl": "! COMMAND | perl -ne 'exit 1 if /WORD/'",
    "cut": "COMMAND | cut -d: -f2 | grep -q WORD",
    "head": "COMMAND | head -1 | grep -q WORD",
    "sort": "COMMAND | sort | uniq | grep -q WORD",
    "a group after the pipe": (
        "COMMAND | { read -r line; case $line in *WORD*) true ;; *) false ;; esac; }"
    ),
    "a loop after the pipe": (
        'COMMAND | while read -r a b c; do [ "$b" = WORD: ] && echo found; done'
    ),
    "if after the pipe": "COMMAND | if grep -q WORD; then echo found; fi",
    "tee": "COMMAND | tee out >/dev/null; grep -q WORD out",
    "tee in the pipe": "COMMAND | tee out | grep -q WORD",
    "a group before the pipe": "{ echo begin; COMMAND; } | grep -q WORD",
    "a list before the pipe": "(COMMAND && echo end) | grep -q WORD",
    "until": "n=0; until COMMAND | grep -q Entity || [ $n = 2 ]; do n=$((n + 1)); done; [ $n = 0 ]",
    "the start": "COMMAND | grep -q '^iam-'",
    "2>/dev/null": "COMMAND 2>/dev/null | grep -q WORD",
    "a file": "COMMAND >out; grep -q WORD out",
    "a file in a directory": "mkdir -p sub; COMMAND >sub/out; grep -q WORD sub/out",
    "./": "COMMAND >./out; grep -q WORD out",
    "PWD": 'COMMAND >"$PWD/out"; grep -q WORD "$PWD"/out',
    "cd": "mkdir -p sub; cd sub; COMMAND >../out; cd ..; grep -q WORD out",
    "a subshell with cd": "mkdir -p sub; (cd sub; COMMAND >out); grep -q WORD sub/out",
    ">>": "COMMAND >>out; grep -q WORD out",
    "case of a file": 'COMMAND >out; case "$(cat out)" in *WORD*) true ;; *) false ;; esac',
    "case of <": "COMMAND >out; case $(<out) in *WORD*) true ;; *) false ;; esac",
    "[[ of a file": "COMMAND >out; [[ $(cat out) == *WORD* ]]",
    "[[ =~": "COMMAND >out; [[ $(<out) =~ WORD ]]",
    "[[ =~ start": "COMMAND >out; [[ $(<out) =~ ^iam- ]]",
    "read": 'COMMAND >out; read -r a b c <out; [ "$b" = WORD: ]',
    "read and case": (
        'COMMAND >out; read -r line <out; case "$line" in *WORD*) true ;; *) false ;; esac'
    ),
    "a loop of read": (
        'COMMAND >out; while read -r a b c; do [ "$b" = WORD: ] && echo found; done <out'
    ),
    "a loop with IFS": (
        "COMMAND >out; while IFS=: read -r a b c; do case $b in *WORD) echo found ;; esac; "
        "done <out"
    ),
    "a descriptor": 'COMMAND >out; exec 5<out; read -r a b c <&5; [ "$b" = WORD: ]',
    "<": "COMMAND >out; grep -q WORD <out",
    "cat": "COMMAND >out; cat out | grep -q WORD",
    "head of a file": "COMMAND >out; head -n 1 out | grep -q WORD",
    "awk of a file": "COMMAND >out; awk '/WORD/ { found = 1 } END { exit !found }' out",
    "awk of < file": "COMMAND >out; awk '/WORD/ { found = 1 } END { exit !found }' <out",
    "sed of a file": "COMMAND >out; [ -n \"$(sed -n '/WORD/p' out)\" ]",
    "perl of a file": "COMMAND >out; ! perl -ne 'exit 1 if /WORD/' out",
    "awk prints": "COMMAND >out; e=$(awk -F': ' 'NR == 1 { print $2 }' out); [ \"$e\" = WORD ]",
    "sort of a file": "COMMAND >out; sort out >sorted; grep -q WORD sorted",
    "mv": "COMMAND >out; mv out old; grep -q WORD old",
    "cp": "COMMAND >out; cp out /tmp/$$; grep -q WORD /tmp/$$; n=$?; rm /tmp/$$; [ $n = 0 ]",
    "a file in a variable": "f=out; COMMAND >$f; grep -q WORD out",
    "a file in two variables": 'f=out; COMMAND >"$f"; g=out; grep -q WORD "$g"',
    "a part of a file name": "n=1; COMMAND >out.$n; grep -q WORD out.1",
    "a file with $$": 'COMMAND >out.$$; grep -q WORD "out.$$"',
    "mktemp": 't=$(mktemp); COMMAND >$t; grep -q WORD "$t"',
    "mktemp with braces": 't=`mktemp` || exit; COMMAND >"${t}"; grep -q WORD $t',
    "mktemp -d": "d=$(mktemp -d); COMMAND >$d/out; cat $d/out | grep -q WORD",
    "mktemp twice": 't=$(mktemp); u=$t; COMMAND >$u; grep -q WORD "$t"',
    "a file of a function": "save() { COMMAND >$1; }; save out; grep -q WORD out",
    "a file of a function with local": (
        'save() { local f="$1"; COMMAND >"$f"; }; save out; grep -q WORD out'
    ),
    "a function searches": 'has() { grep -q "$1" out; }; COMMAND >out; has WORD',
    "a function searches a file": 'has() { grep -q WORD "$1"; }; COMMAND >out; has out',
    "a function with both": "COMMAND >out; found WORD out",
    "a function compares": 'COMMAND >out; contains "$(cat out)" WORD',
    "a sourced search": "COMMAND >out; . ./search.sh",
    "{": "{ COMMAND; echo end; } >out; grep -q WORD out",
    "(": "(COMMAND) >out; grep -q WORD out",
    "if >": "if COMMAND; then echo yes; fi >out; grep -q WORD out",
    "for >": "for i in 1 2; do COMMAND; done >out; grep -q WORD out",
    "exec >": "exec 3>&1 >out; COMMAND; exec >&3; grep -q WORD out",
    "exec > and back": "exec 3>&1; exec >out; COMMAND; exec 1>&3; grep -q WORD out",
    "exec in a subshell": "(exec >out; COMMAND); grep -q WORD out",
    ">&4": "exec 4>out; COMMAND >&4; exec 4>&-; grep -q WORD out",
    "{ >&4": "{ COMMAND >&4; } 4>out; grep -q WORD out",
    "a pattern in a variable": "p=WORD; COMMAND >out; grep -q $p out",
    "patterns of a loop": (
        "COMMAND >out; for p in nothing WORD; do grep -q $p out && echo found; done"
    ),
    "a pattern that may be another": '[ -e none ] && p=x || p=WORD; COMMAND >out; grep -q "$p" out',
    "files of a loop": (
        "COMMAND >out; for f in out none; do grep -q WORD $f 2>/dev/null && echo found; done"
    ),
    "a glob": "COMMAND >out.1; grep -q WORD out.*",
    "background": "COMMAND >out & wait; grep -q WORD out",
    "and grep": "COMMAND >out && echo ok || grep WORD out | wc -l",
    "case": "out=$(COMMAND); case $out in *WORD*) true ;; *) false ;; esac",
    "[[": "out=$(COMMAND); [[ $out == *WORD* ]]",
    "[[ of a substitution": "[[ $(COMMAND) = *WORD* ]]",
    "[[ =~ of a variable": 'out=`COMMAND`; [[ "$out" =~ WORD ]]',
    "echo": 'out=$(COMMAND); echo "$out" | grep -q WORD',
    "printf": "out=$(COMMAND); printf '%s\\n' \"$out\" | grep -q WORD",
    "echo of a substitution": "echo $(COMMAND) | grep -q WORD",
    "<<<": 'out=$(COMMAND); grep -q WORD <<<"$out"',
    "<<": "out=$(COMMAND); grep -q WORD <<END && echo found\n$out\nEND",
    "expr": 'out=$(COMMAND); expr "$out" : ".*WORD" >/dev/null',
    "expr of a substitution": 'expr "x$(COMMAND)" : ".*WORD" >/dev/null',
    "set": 'res=$(COMMAND); set -- $res; [ "$2" = WORD: ]',
    "set in a loop": 'set -- $(COMMAND); for w in "$@"; do [ "$w" = WORD: ] && echo found; done',
    "set and shift": 'set -- $(COMMAND); shift; [ "$1" = WORD: ]',
    "an array": 'L=($(COMMAND)); [ "${L[1]}" = WORD: ]',
    "an array of a variable": 'out=$(COMMAND); L=($out); [ "${L[1]}" = WORD: ]',
    "all of an array": 'L=($(COMMAND)); [[ "${L[*]}" == *WORD* ]]',
    "mapfile": "mapfile -t L < <(COMMAND); [[ ${L[0]} == *WORD* ]]",
    "mapfile of a file": "COMMAND >out; mapfile -t L <out; [[ ${L[0]} == *WORD* ]]",
    "words": 'for w in $(COMMAND); do [ "$w" = WORD: ] && echo found; done',
    "words of a variable": (
        "out=$(COMMAND); for w in $out; do case $w in WORD*) echo found ;; esac; done"
    ),
    "cut of a variable": 'out=$(COMMAND); e=$(echo "$out" | cut -d: -f2); [ "$e" = " WORD" ]',
    "cut of a substitution": "[ \"$(COMMAND | cut -d: -f2 | tr -d ' ')\" = WORD ]",
    "awk of a variable": "out=$(COMMAND); [ \"$(echo $out | awk '{ print $2 }')\" = WORD: ]",
    "awk -v": "out=$(COMMAND); awk -v o=\"$out\" 'BEGIN { exit o !~ /WORD/ }'",
    "#": 'out=$(COMMAND); [ "${out#*WORD}" != "$out" ]',
    "/": '[[ ${out/WORD/} != "$out" ]]; out=$(COMMAND); [[ ${out/WORD/} != "$out" ]]',
    "##": 'out=$(COMMAND); [ -n "$out" ] && [ -z "${out##*WORD*}" ]',
    "a part of a variable": 'out=$(COMMAND); out=${out#*: }; [ "${out%%:*}" = WORD ]',
    "read of a variable": 'out=$(COMMAND); read -r a b c <<<"$out"; [ "$b" = WORD: ]',
    "read of a substitution": 'read -r a b c < <(COMMAND); [ "$b" = WORD: ]',
    "another variable": "out=$(COMMAND); first=$out; [[ $first == *WORD* ]]",
    "a variable in a branch": 'if [ -n "$HOME" ]; then out=$(COMMAND); fi; [[ $out == *WORD* ]]',
    "a default": "out=${out:-$(COMMAND)}; [[ $out == *WORD* ]]",
    "+=": "out=begin; out+=$(COMMAND); [[ $out == *WORD* ]]",
    "||": "out=$(COMMAND) || case $out in *WORD*) echo found ;; esac",
    "two commands": "out=$(COMMAND; echo end); [[ $out == *WORD* ]]",
    "head of a variable": "out=$(COMMAND | head -1); [[ $out == *WORD* ]]",
    "a variable in a file": 'out=$(COMMAND); echo "$out" >out; grep -q WORD out',
    "a file in a variable's value": 'COMMAND >out; res=$(cat out); echo "$res" | grep -q WORD',
    "export": "export OUT=$(COMMAND); [[ $OUT == *WORD* ]]",
    "local": "f() { local out=$(COMMAND); [[ $out == *WORD* ]]; }; f",
    "local later": (
        'f() { local out; out=$(COMMAND); case "$out" in *WORD*) return 0 ;; esac; return 1; }; f'
    ),
    "a global of a function": "f() { out=$(COMMAND); }; f; [[ $out == *WORD* ]]",
    "an operand of a function": 'out=$(COMMAND); contains "$out" WORD',
    "a substitution for a function": 'has() { [[ $1 == *WORD* ]]; }; has "$(COMMAND)"',
    "echo in a function": 'has() { echo "$1" | grep -q "$2"; }; out=$(COMMAND); has "$out" WORD',
    "a function": "keys() { COMMAND; }; keys | grep -q WORD",
    "a function with a pipe": "keys() { COMMAND | head -1; }; keys | grep -q WORD",
    "a function in a variable": "keys() { COMMAND; }; out=$(keys); [[ $out == *WORD* ]]",
    "a function in a file": "keys() { COMMAND; }; keys >out; grep -q WORD out",
    "a function of a function": "a() { COMMAND; }\nb() { a; }\nb >out; grep -q WORD out",
    "a function in a loop": (
        'keys() { COMMAND; }; keys | while read -r a b c; do [ "$b" = WORD: ] && echo found; done'
    ),
    "a function in a sourced file": ". ./keys.sh; keys | grep -q WORD",
    "a filter": "has() { grep -q WORD; }; COMMAND | has",
    "a filter with its pattern": 'has() { grep -q "$1"; }; COMMAND | has WORD',
    "a command in a function": 'run() { "$@" >out; grep -q WORD out; }; run COMMAND',
    "<()": "grep -q WORD <(COMMAND)",
    "< <()": "grep -q WORD < <(COMMAND)",
    "a loop of < <()": 'while read -r a b c; do [ "$b" = WORD: ] && echo found; done < <(COMMAND)',
    # The shell does not wait for the process in >().
    "> >()": "COMMAND > >(cat >out; : >ready); until [ -e ready ]; do :; done; grep -q WORD out",
    "tee >()": "COMMAND | tee >(cat >/dev/null) | grep -q WORD",
    "eval": 'eval "COMMAND" >out; grep -q WORD out',
    "sh -c": "sh -c 'COMMAND' | grep -q WORD",
    "bash -c to a file": "bash -c 'COMMAND >out'; grep -q WORD out",
    "a command in a variable": 'c="COMMAND"; $c | grep -q WORD',
    "set -e": "set -e; COMMAND >out || true; if grep -q WORD out; then echo found; fi",
    "time": "time COMMAND >out; grep -q WORD out",
    "env": "env COMMAND | grep -q WORD",
    "2>&1 >": "(COMMAND 2>&1 >out) >/dev/null; grep -q WORD out",
    "exec 2>&1": "(exec >/dev/null 2>&1; COMMAND | grep -q WORD)",
}
#: Forms that find as much in strict mode, or less, and what only looks like a search.
OTHERS = {
    "a file that is named like an error": "COMMAND >iam-users.txt; grep -q bob iam-users.txt; true",
    "grep -v": "COMMAND | grep -v WORD >out; [ -s out ] && cat out",
    "sed d": "COMMAND | sed '/WORD/d'",
    "awk !": "COMMAND | awk '!/WORD/' | cat",
    "another file for errors": "COMMAND >out 2>err; if grep -q WORD err; then echo found; fi; true",
    "both": "COMMAND >out 2>err; cat out err | grep -q WORD",
    "&>": "COMMAND &>out; grep -q WORD out",
    ">&": "COMMAND >&out; grep -q WORD out",
    "> 2>&1": "COMMAND >out 2>&1; grep -q WORD out",
    "2>>": "COMMAND >>out 2>>out; grep -q WORD out",
    "|&": "COMMAND |& grep -q WORD",
    "a function with 2>&1": "f() { COMMAND; }; f >out 2>&1; grep -q WORD out",
    "a function with 2>&1 in a pipe": "f() { COMMAND; }; f 2>&1 | grep -q WORD",
    "a group with 2>&1": "{ COMMAND; } 2>&1 | grep -q WORD",
    "a group with > 2>&1": "{ COMMAND; } >out 2>&1; grep -q WORD out",
    "exec > 2>&1": "exec 3>&1 4>&2 >out 2>&1; COMMAND; exec >&3 2>&4; grep -q WORD out",
    "exec 2>&1 in a substitution": "out=$(exec 2>&1; COMMAND); [[ $out == *WORD* ]]",
    "strict": "IAMCLI_STRICT=1; export IAMCLI_STRICT; COMMAND | grep -q WORD",
    "printed": "COMMAND >out; echo 'WORD is an error'; log \"WORD $(wc -l <none.txt 2>/dev/null)\"",
    "a message": (
        'COMMAND >out || echo "iam-x: user cannot be found, WORD" >&2; [ ! -s out ]; echo WORD'
    ),
    "a value": "out=$(COMMAND -v WORD 2>/dev/null); echo end",
    "the status": "if COMMAND >out; then echo ok; else echo WORD; fi",
    "an assigned message": 'm="WORD: cannot be found"; COMMAND >out || echo "$m"',
    "a heredoc": "COMMAND >out; cat <<END\nWORD\nEND\ntrue",
    "another file": "COMMAND >out; echo WORD >none; grep -q WORD none",
    "/dev/null": "COMMAND >/dev/null; echo WORD | grep -q WORD",
    ">&2": "COMMAND >&2; echo nothing | grep -q WORD",
    "a file of another name": "COMMAND >out; echo x >$HOME/x.log; grep -q WORD $HOME/x.log",
    "a temporary file of another": (
        't=$(mktemp); u=$(mktemp); COMMAND >$t; ./other >$u; grep -q WORD "$u"'
    ),
    "the suffix": "COMMAND >$$.out 2>$$.err; ./other >$$.log; grep -q WORD $$.log",
    "a log for each entry": (
        "for u in $(COMMAND | grep -v '^IsT'); do ./other $u >log 2>&1; grep -q WORD log; done"
    ),
    "another program for each entry": (
        'COMMAND | while read -r u; do r=$(./other $u); [ "$r" = WORD ] && echo found; done; true'
    ),
}
