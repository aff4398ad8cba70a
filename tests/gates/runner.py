#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""tests/run itself: what it counts, and that nothing that goes wrong looks like success."""

import os
import subprocess
import sys
import tempfile

import _tap

# Name, program, further options, last line, exit status.
CASES = [
    ("all pass", "echo 1..2; echo ok 1 - a; echo ok 2 - b", [], "2 passed, 0 failed, 0 skipped", 0),
    ("one fails", "echo 1..2; echo ok 1 - a; echo not ok 2 - b; exit 1", [],
     "1 passed, 1 failed, 0 skipped", 1),
    ("a failure with status 0", "echo 1..1; echo not ok 1 - b", [],
     "0 passed, 1 failed, 0 skipped", 1),
    ("one is skipped", "echo 1..2; echo ok 1 - a; echo 'ok 2 - b # SKIP no c'", [],
     "1 passed, 0 failed, 1 skipped", 0),
    ("a skipped test that must run", "echo 1..2; echo ok 1 - a; echo 'ok 2 - b # SKIP no c'",
     ["--no-skips", "SUITE"], "1 passed, 1 failed, 0 skipped", 1),
    ("a test marked TODO fails", "echo 1..1; echo 'not ok 1 - a # TODO'", [],
     "0 passed, 1 failed, 0 skipped", 1),
    ("everything is skipped", "echo '1..0 # SKIP not here'", [],
     "0 passed, 0 failed, 1 skipped", 1),
    ("no output", "exit 0", [], "0 passed, 1 failed, 0 skipped", 1),
    ("a plan without tests", "echo 1..0; exit 0", [], "0 passed, 0 failed, 1 skipped", 1),
    ("fewer tests than planned", "echo 1..3; echo ok 1 - a", [],
     "1 passed, 1 failed, 0 skipped", 1),
    ("more tests than planned", "echo 1..1; echo ok 1; echo ok 2", [],
     "2 passed, 1 failed, 0 skipped", 1),
    ("no plan", "echo ok 1 - a", [], "1 passed, 1 failed, 0 skipped", 1),
    ("plan at the end", "echo ok 1 - a; echo 1..1", [], "1 passed, 0 failed, 0 skipped", 0),
    ("exit status without a failure", "echo 1..1; echo ok 1 - a; exit 3", [],
     "1 passed, 1 failed, 0 skipped", 1),
    ("death by a signal", "echo 1..1; echo ok 1 - a; kill -SEGV $$", [],
     "1 passed, 1 failed, 0 skipped", 1),
    ("bail out", "echo 1..2; echo ok 1 - a; echo 'Bail out! no root'", [],
     "1 passed, 1 failed, 0 skipped", 1),
    ("a program that hangs", "echo 1..1; echo ok 1 - a; sleep 600", ["--time-limit", "5"],
     "1 passed, 1 failed, 0 skipped", 1),
    ("a child that stays behind", "echo 1..1; echo ok 1 - a; sleep 600 &", ["--time-limit", "200"],
     "1 passed, 0 failed, 0 skipped", 0),
    ("a signal that the caller ignores", "echo 1..1; trap 'echo ok 1 - a' HUP; kill -HUP $$", [],
     "1 passed, 0 failed, 0 skipped", 0),
    ("beside the others", "echo 1..1; echo ok 1 - a", ["--beside", "SUITE"], "1 passed, 0 failed, 0 skipped", 0),
    ("on either side", "echo 1..1; echo ok 1 - a", ["--either", "SUITE"], "1 passed, 0 failed, 0 skipped", 0),
    ("a failure on either side", "echo 1..1; echo not ok 1 - a", ["--beside", "vm", "--either", "SUITE"],
     "0 passed, 1 failed, 0 skipped", 1),
    ("a failure beside the others", "echo 1..1; echo not ok 1 - a", ["--beside", "SUITE"],
     "0 passed, 1 failed, 0 skipped", 1),
    ("words that only look like results", "echo 1..1; echo okay; echo nothing; echo ok 1 - a", [],
     "1 passed, 0 failed, 0 skipped", 0),
]


def check(program, options, last, status):
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "case.sh")
        with open(path, "w", encoding="utf-8") as file:
            file.write(f"#!/bin/sh\n{program}\n")
        os.chmod(path, 0o755)
        options = [os.path.basename(directory) if o == "SUITE" else o for o in options]
        run = subprocess.run(["nohup", sys.executable, os.path.join(_tap.SRC, "tests/run"), *options, path],
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300,
                             text=True, check=False)
    if run.stdout.splitlines()[-1:] != [last] or run.returncode != status:
        return [f"expected \"{last}\" and status {status}, got {run.returncode} and:",
                *run.stdout.splitlines()]
    failed = int(last.split()[2])
    if run.stdout.count("FAILED: ") != 2 * failed:
        return ["a failure is named where it happens and again at the end, not so in:", *run.stdout.splitlines()]
    return []


def main():
    _tap.report((name, check(*case)) for name, *case in CASES)


if __name__ == "__main__":
    main()
