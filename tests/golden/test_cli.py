#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Golden tests of the command line: the very bytes on stdout and stderr, and the exit status.

Each file in tests/golden/cli/ is one test: a shell session in an empty directory.

    ! mkdir bundle             a line of set-up, run by sh
    $ bulkhead run -b bundle x the command under test, in shell quoting
    status: 1                  what came out
    stdout:
    stderr:
    bulkhead run failed: ...

Times, the commit, versions of libraries and the directory's name are replaced by @NAMES@. A file
may hold several commands. `test_cli.py --update` writes down what the program does now: read the diff.
"""

import difflib
import glob
import os
import re
import shlex
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
SRC = os.path.dirname(os.path.dirname(HERE))
BULKHEAD = os.environ.get("BULKHEAD", os.path.join(SRC, "build", "bulkhead"))
REPLACEMENTS = [
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"), "@TIME@"),
    (re.compile(r"^commit: .+$", re.MULTILINE), "commit: @COMMIT@"),
    (re.compile(r"^libseccomp: \d+\.\d+\.\d+$", re.MULTILINE), "libseccomp: @LIBSECCOMP@"),
    (re.compile(r'(libseccomp\.version": )"\d+\.\d+\.\d+"'), r'\1"@LIBSECCOMP@"'),
    # libseccomp 2.6 knows it.
    (re.compile(r'^ +"SCMP_ARCH_LOONGARCH64",\n', re.MULTILINE), ""),
    (re.compile(r'("(apparmor|selinux)": \{\s*"enabled": )(true|false)'), r"\1@BUILD@"),
]


def normalise(data, directory):
    text = data.decode(errors="backslashreplace").replace(directory, "@TMP@")
    for pattern, replacement in REPLACEMENTS:
        text = pattern.sub(replacement, text)
    return text


def section(name, text):
    """The lines of one stream; a missing newline at the end is made visible."""
    if not text:
        return f"{name}:\n"
    end = "" if text.endswith("\n") else "@NO-NEWLINE@\n"
    return f"{name}:\n{text}{end}"


def run_command(line, directory):
    words = shlex.split(line)
    assert words[0] == "bulkhead", line
    env = {"PATH": os.environ["PATH"], "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "")}
    run = subprocess.run(["bulkhead", *words[1:]], executable=BULKHEAD, cwd=directory, env=env,
                         stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                         stderr=subprocess.PIPE, timeout=60, check=False)
    return (f"$ {line}\nstatus: {run.returncode}\n"
            + section("stdout", normalise(run.stdout, directory))
            + section("stderr", normalise(run.stderr, directory)))


def play(text):
    """Runs the session in @text again; returns what it looks like now."""
    now = []
    with tempfile.TemporaryDirectory(prefix="bulkhead-golden-") as directory:
        for line in text.split("\n"):
            if line.startswith("$ "):
                now.append(run_command(line[2:], directory))
            elif line.startswith("! "):
                subprocess.run(["sh", "-ec", line[2:]], cwd=directory, check=True, timeout=60)
                now.append(line + "\n")
    return "".join(now)


def main():
    update = sys.argv[1:] == ["--update"]
    paths = sorted(glob.glob(os.path.join(HERE, "cli", "*.txt")))
    failed = 0
    print(f"1..{len(paths)}")
    for number, path in enumerate(paths, 1):
        with open(path, encoding="utf-8") as file:
            text = file.read()
        now = play(text)
        if update and now != text:
            with open(path, "w", encoding="utf-8") as file:
                file.write(now)
            text = now
        if now != text:
            failed = 1
            for line in difflib.unified_diff(text.splitlines(), now.splitlines(), "expected", "got",
                                             lineterm=""):
                print(f"# {line}")
        print(f"{'not ok' if now != text else 'ok'} {number} - {os.path.basename(path)[:-4]}")
    return failed


if __name__ == "__main__":
    sys.exit(main())
