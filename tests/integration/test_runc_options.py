#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""docs/commands.md against Debian's runc and against bulkhead: each command and option of runc has its counterpart, or a reason why not.

`test_runc_options.py --update` writes the tables anew and keeps the reasons."""
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from harness import BULKHEAD, TOP, check, equal, main, read, test, write  # noqa: E402

PAGE = f"{TOP}/docs/commands.md"
RUNC = "/usr/sbin/runc"
HEAD = """# Commands and options beside runc's

What Debian's runc shows in its help, and what bulkhead does with it. `tests/integration/test_runc_options.py` compares both programs with these tables.
An option that takes a value takes one in both. Where the last column has words, they say what differs.
"""


def help_of(program, *command):
    return subprocess.run([program, *command, "--help"], capture_output=True, text=True, timeout=60, check=False).stdout


def commands(program):
    text = help_of(program).split("COMMANDS:")[1].split("GLOBAL OPTIONS:")[0]
    return [line.split()[0].rstrip(",") for line in text.splitlines() if re.match(r"^   [a-z]", line) and not line.strip().startswith("help")]


def options(program, *command):
    """{"--name": whether it takes a value}, without help and version."""
    text = help_of(program, *command)
    found = {}
    for line in text[text.find("OPTIONS:"):].splitlines() if "OPTIONS:" in text else []:
        m = re.match(r"^ +((?:-\w|--[\w-]+)(?: value)?(?:, (?:-\w|--[\w-]+)(?: value)?)*)(?:  |$)", line)
        if m:
            name = re.search(r"--[\w-]+", m.group(1)).group(0)
            found[name] = " value" in m.group(1)
    return {name: value for name, value in found.items() if name not in ("--help", "--version")}


def table():
    """[(command, option or "", in runc, in bulkhead)]"""
    ours = commands(BULKHEAD)
    rows = [("", o, True, options(BULKHEAD).get(o)) for o in sorted(options(RUNC))]
    rows += [("", o, None, v) for o, v in sorted(options(BULKHEAD).items()) if o not in options(RUNC)]
    for c in commands(RUNC) + [c for c in ours if c not in commands(RUNC)]:
        theirs, mine = options(RUNC, c) if c in commands(RUNC) else {}, options(BULKHEAD, c) if c in ours else {}
        rows.append((c, "", c in commands(RUNC), c in ours or None))
        if c not in ours:
            continue
        for o in sorted(set(theirs) | set(mine)):
            rows.append((c, o, o in theirs or None, True if o in mine else None))
    return rows


def reasons():
    found = {}
    for line in read(PAGE).splitlines() if os.path.exists(PAGE) else []:
        cells = [c.strip() for c in line.strip().strip("|").split("|")]
        if line.startswith("| `"):
            words = cells[0].strip("`").split()
            found[tuple(words)] = cells[3]
    return found


def page():
    known, lines = reasons(), [HEAD, "| command or option | runc | bulkhead | |", "|---|---|---|---|"]
    for c, o, runc, ours in table():
        key = tuple(w for w in (c, o) if w)
        lines.append(f"| `{' '.join(key)}` | {'yes' if runc else '-'} | {'yes' if ours is not None else '-'} | {known.get(key, '')} |")
    return "\n".join(lines) + "\n"


@test
def the_table_is_that_of_both_programs():
    equal(read(PAGE), page(), "docs/commands.md (--update writes it anew)")


@test
def no_cell_is_empty_without_a_reason():
    bad = [line for line in read(PAGE).splitlines() if line.startswith("| `") and "| yes | - |  |" in line]
    equal(bad, [])
    check(sum(1 for line in read(PAGE).splitlines() if "| yes | yes |" in line) > 60, "counterparts")


@test
def options_with_values_have_them_in_both():
    for c in [None] + [c for c in commands(RUNC) if c in commands(BULKHEAD)]:
        args = [c] if c else []
        theirs, mine = options(RUNC, *args), options(BULKHEAD, *args)
        for o in set(theirs) & set(mine):
            equal(mine[o], theirs[o], f"{c or 'global'} {o} takes a value")


@test
def hidden_options_of_runc_are_taken():
    """What its help does not show and callers pass all the same: kill --all of containerd and podman, --criu."""
    for argv in (["kill", "--all", "no-such"], ["--criu", "/x", "state", "no-such"], ["update", "--kernel-memory", "1", "no-such"]):
        r = subprocess.run([BULKHEAD, "--root", "/run/bulkhead-no-such", *argv], capture_output=True, text=True, timeout=60, check=False)
        check("does not exist" in r.stderr, f"{argv}: {r.stderr}")


if __name__ == "__main__":
    if "--update" in sys.argv:
        write(PAGE, page())
    else:
        main()
