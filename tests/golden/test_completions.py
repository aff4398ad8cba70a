#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The completions against the program's options, and in the shells that are installed.

`test_completions.py --update` makes them anew.
"""
import difflib
import json
import os
import shutil
import subprocess
import sys
import tempfile

SRC = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("BUILD_DIR", os.path.join(SRC, "build"))
TOP = os.path.join(SRC, "contrib", "completions")
FILES = {"bash": "bash/bulkhead", "zsh": "zsh/_bulkhead", "fish": "fish/bulkhead.fish"}
# What is typed, and what must be, or must not be, among the words that are offered.
CASES = [
    ("bulkhead ", "create verify help", "--debug"),
    ("bulkhead ve", "verify", "create"),
    ("bulkhead --", "--root --systemd-cgroup --version", "--criu --bundle"),
    ("bulkhead --log-format ", "text json", "table create"),
    ("bulkhead --root /x --debug ev", "events", "exec"),
    ("bulkhead create --", "--bundle --no-pivot --help", "--root --detach"),
    ("bulkhead update --", "--memory --pids-limit", "--kernel-memory"),
    ("bulkhead list --format ", "table json", "text"),
    ("bulkhead list -f ", "table json", "text"),
    ("bulkhead policy ", "default show check", "create"),
    ("bulkhead help ev", "events", "exec"),
    ("bulkhead audit --event re", "resume refused", "create"),
    ("bulkhead kill box T", "TERM", "KILL"),
    ("bulkhead kill ", "one two", "three"),
    ("bulkhead --root DIR exec --env A=b ", "one two", "table"),
    ("bulkhead run ", "", "one"),
]
BASH = """. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _bulkhead; printf '%s\\n' "${COMPREPLY[@]}\""""


def tables():
    return subprocess.run([os.path.join(BUILD, "runtime", "option_tables")], capture_output=True, timeout=60, check=True).stdout


def made(shell, document):
    return subprocess.run([os.path.join(TOP, "generate"), shell], input=document, capture_output=True, timeout=60,
                          check=True).stdout.decode()


def compare(shell, document, update):
    path = os.path.join(TOP, FILES[shell])
    want = made(shell, document)
    if update:
        with open(path, "w", encoding="utf-8") as f:
            f.write(want)
    with open(path, encoding="utf-8") as f:
        have = f.read()
    lines = difflib.unified_diff(have.splitlines(), want.splitlines(), FILES[shell], "the options of now", lineterm="", n=0)
    return [] if have == want else [*lines, "run tests/golden/test_completions.py --update"]


def offered(shell, line, env):
    path = os.path.join(TOP, FILES[shell])
    if shell == "bash":
        argv = ["bash", "--norc", "-c", BASH, "bash", path, *line.split(" ")]
    else:
        argv = ["fish", "--no-config", "-c", f"source {path}; complete -C '{line}'"]
    r = subprocess.run(argv, capture_output=True, text=True, timeout=60, env=env, check=False)
    return [x.split("\t")[0] for x in r.stdout.splitlines()], r.stderr


def behaviour(shell, env):
    for line, want, unwanted in CASES:
        words, noise = offered(shell, line, env)
        missing = [w for w in want.split() if w not in words]
        wrong = [w for w in unwanted.split() if w in words]
        # fish offers options after a dash only; bash does, too.
        if missing or wrong or noise:
            yield f"{line!r}: missing {missing}, wrong {wrong}, {noise!r}"


def syntax(shell):
    r = subprocess.run([shell, "-n", os.path.join(TOP, FILES[shell])], capture_output=True, text=True, timeout=60, check=False)
    return [] if r.returncode == 0 else r.stderr.splitlines()


def every_option(shell, document):
    """Not only the same as the generator's: each option is really in there."""
    with open(os.path.join(TOP, FILES[shell]), encoding="utf-8") as f:
        text = f.read()
    all_tables = [json.loads(document)] + json.loads(document)["commands"]
    for table in all_tables:
        for o in table["options"]:
            word = f"-l {o['name']} " if shell == "fish" else f"--{o['name']}"
            if not o["hidden"] and word not in text:
                yield f"--{o['name']}"


def results(update):
    document = tables()
    for shell in FILES:
        yield f"{shell}: made of the options", compare(shell, document, update)
        yield f"{shell}: every option", list(every_option(shell, document))
    with tempfile.TemporaryDirectory() as d:
        # A program that has containers, whatever this machine has.
        with open(os.open(f"{d}/bulkhead", os.O_CREAT | os.O_WRONLY, 0o755), "w", encoding="utf-8") as f:
            f.write('#!/bin/sh\n[ "$1 $2" != "--root DIR" ] || shift 2\n[ "$*" != "list --quiet" ] || printf "one\\ntwo\\n"\n')
        env = {"PATH": f"{d}:{os.environ['PATH']}", "HOME": d, "TERM": "dumb", "LC_ALL": "C.UTF-8"}
        for shell in FILES:
            if not shutil.which(shell):
                yield f"{shell}: # SKIP {shell} is not installed", []
                continue
            yield f"{shell}: syntax", syntax(shell)
            if shell != "zsh":
                yield f"{shell}: what is offered", list(behaviour(shell, env))


def main():
    update = sys.argv[1:] == ["--update"]
    failed = number = 0
    for number, (name, why) in enumerate(results(update), 1):
        for line in why:
            print(f"# {line}")
        failed |= bool(why)
        print(f"{'not ok' if why else 'ok'} {number} - {name}")
    print(f"1..{number}")
    return failed


if __name__ == "__main__":
    sys.exit(main())
