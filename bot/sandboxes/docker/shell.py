"""The shell that stays in a container and runs one command after another, as the text it is started with.

It is of the same user as the commands, for only an engine can make a process another user's. So all that it
keeps from them rests on four things, which tests attack one by one:

- It and `head` run from copies that this user may execute but not read. Such a process is nobody's to trace,
  and its memory and its open files are nobody's to open, whoever has the same user id.
- Before it says that a command has ended, nothing else of this user lives: neither the answer to a later
  command nor the request for it meets anybody who could forge or swallow it.
- What they could set on it from outside, such as its limits, which all that it starts would have, it looks at
  where what comes next must know nothing of what was before.
- Each request begins with a word that came with the one before. Whatever else comes in by this way, such as
  input that a command left when it killed its `head`, ends the shell, and the host starts another.

Killed or stopped by a command, it has harmed that command alone: the host starts another for the next one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from bot.sandboxes.command import USER
from workflows.ports.sandbox import WORKSPACE

KEEPER = USER - 1
"""Whom the container's own processes are. A `kill -9 -1` of a command, or of ours after it, spares these."""

PLACE = "/redfirst"
"""A tmpfs of the keeper's: the copies, the way to the tools as the image has them, and snapshots."""
TOOLS = ("sh", "tar", "rm", "chmod", "head", "mkfifo", "cat")

# Where a command could leave a program of its own in the image's PATH, ours are found before it can. A
# busybox has its tools in itself, and says no path for them.
KEEP = f"""
umask 022
cd {PLACE} && mkdir bin || exit
for tool in {" ".join(TOOLS)}; do
    at=$(command -v $tool) || echo $tool >>missing
    case $at in /*) ;; *) at={PLACE}/sh ;; esac
    ln -s "$at" bin/$tool
done
at=$(command -v head)
case $at in /*) ;; *) at=/proc/$$/exe ;; esac
cat /proc/$$/exe >sh && cat "$at" >head && chmod 0711 sh head
: >ready
while :; do sleep 3600; done
"""

# The first one comes while they are being made; nothing hostile has been here yet.
FIRST = f"""
until [ -e {PLACE}/ready ]; do :; done
[ ! -e {PLACE}/missing ] || {{ echo missing $(cat {PLACE}/missing); exit 1; }}
exec {PLACE}/sh -c "$1"
"""

# What the shell itself says of jobs that were killed is no command's output, so its own streams lead nowhere.
# A command gets streams that are opened anew: what it sets on its own, such as not to block, stays its own.
RUNNER = f"""
unset rf_hello rf_traits rf_first rf_word rf_line rf_begin rf_end rf_size rf_code rf_alone rf_one rf_newline
exec 3<&0 4>&1 5>&2 </dev/null >/dev/null 2>&1
rf_newline='
'
rf_calm() {{
    while :; do
        kill -9 -1
        rf_alone=yes
        for rf_one in /proc/[0-9]*; do
            [ "$rf_one" = "/proc/$$" ] || [ ! -O "$rf_one" ] || rf_alone=
        done
        [ -z "$rf_alone" ] || return 0
        (:)
    done
}}
rf_look() {{
    rf_traits=
    while IFS= read -r rf_one; do rf_traits=$rf_traits$rf_one; done </proc/$$/limits
    while read -r rf_one rf_alone; do
        case $rf_one in Cpus_allowed:|Mems_allowed:) rf_traits="$rf_traits $rf_alone" ;; esac
    done </proc/$$/status
    IFS= read -r rf_one </proc/$$/stat
    set -- ${{rf_one##*) }}
    shift 16
    rf_traits="$rf_traits nice $1"
    shift 21
    rf_traits="$rf_traits policy $1 $2"
}}
rf_unchanged() {{
    rf_look
    [ "$rf_traits" = "$rf_first" ] || exit 1
}}
rf_begun() {{ printf %s "$rf_begin"; printf %s "$rf_begin" >&2; }}
rf_run() {{
    rf_size=$1; shift
    exec 6>/proc/self/fd/4 7>/proc/self/fd/5 || exit
    cd {WORKSPACE} || {{ {PLACE}/bin/chmod 0700 {WORKSPACE}; cd {WORKSPACE}; }}
    unset OLDPWD
    if [ "$rf_size" = 0 ]; then
        (rf_begun; exec "$@") </dev/null >&6 2>&7 3<&- 4>&- 5>&- 6>&- 7>&-
    else
        {PLACE}/head -c "$rf_size" <&3 3<&- 4>&- 5>&- 6>&- 7>&- | {{
            (rf_begun; exec "$@") </proc/self/fd/0 >&6 2>&7 3<&- 4>&- 5>&- 6>&- 7>&-
            rf_code=$?
            {PLACE}/head -c "$rf_size" 3<&- 4>&- 5>&- 6>&- 7>&-
            exit $rf_code
        }}
    fi
    rf_code=$?
    exec 6>&- 7>&-
    rf_calm
    printf '%s %s\\n' "$rf_end" "$rf_code" >&4; printf '%s %s\\n' "$rf_end" "$rf_code" >&5
}}
read -r rf_hello rf_word <&3 || exit
rf_calm
rf_look
rf_first=$rf_traits
if [ -O /proc/$$/fd ]; then rf_line=open; else rf_line=closed; fi
printf '%s %s\\n' "$rf_hello" "$rf_line" >&4
while IFS= read -r rf_line <&3; do
    case $rf_line in "$rf_word "*) eval "${{rf_line#"$rf_word "}}" ;; *) exit 1 ;; esac
done
"""


class Words(NamedTuple):
    """Secrets of one request."""

    this: str
    """By which the shell knows that it is from us."""
    next: str
    begin: str
    """Comes before what the command prints, which could still read it there: it is not `end`."""
    end: str


def request(
    words: Words, argv: Sequence[str], env: Mapping[str, str], size: int, *, unchanged: bool = False
) -> bytes:
    """One line: a shell reads a pipe byte by byte, and so takes nothing of what follows. Where it has to be
    `unchanged` and is not, the shell ends."""
    command = list(argv)
    if env:
        # With a `=` in its name, `env` would take the program for one more variable.
        through = ["sh", "-c", 'exec "$@"', "sh"] if "=" in command[0] else []
        command = ["env", *(f"{name}={value}" for name, value in env.items()), *through, *command]
    assigned = f"rf_word={words.next} rf_begin={words.begin} rf_end={words.end}"
    quoted = " ".join(map(_quoted, command))
    look = "rf_unchanged; " if unchanged else ""
    return f"{words.this} {assigned}; {look}rf_run {size} {quoted}\n".encode()


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''").replace("\n", "'\"$rf_newline\"'") + "'"
