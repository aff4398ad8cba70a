# SPDX-License-Identifier: LGPL-2.1-or-later
"""newer.py: the rest of a program runs inside a newer Debian, with the engines that are there: the scenes of other files, with
the same paths for them and for the engine. tests/engines/in-newer says how it is entered, and that nothing of it stays."""
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))


def enter():
    """Does not return on the host: the program is begun anew inside."""
    if "IN_NEWER" in os.environ:
        return
    fetch = subprocess.run([f"{HERE}/fetch-newer-debian"], capture_output=True, text=True)
    if fetch.returncode != 0:
        print(f"1..1\nnot ok 1 - a newer Debian # {fetch.stderr.strip()}")
        sys.exit(1)
    os.execve(f"{HERE}/in-newer", ["in-newer", "/usr/bin/python3", os.path.abspath(sys.argv[0]), *sys.argv[1:]],
              dict(os.environ, NEWER_TREE=fetch.stdout.strip(), IN_NEWER="1", PYTHONDONTWRITEBYTECODE="1"))


def version(*command):
    """What a program of the newer Debian says that it is: (28, 5)."""
    return tuple(int(n) for n in re.search(r"(\d+)\.(\d+)", subprocess.run(command, capture_output=True, text=True).stdout).groups())
