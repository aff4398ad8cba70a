# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the gates share: the list of source files, and TAP."""

import os
import subprocess
import sys

SRC = os.environ.get("SRC_DIR") or os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))


def source_files():
    """Files of the project relative to the top: git's list, else (a tarball) what lies there."""
    git = subprocess.run(["git", "-c", "safe.directory=*", "ls-files", "-z"], cwd=SRC,
                         stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    if git.returncode == 0 and git.stdout:
        names = [name for name in git.stdout.decode().split("\0") if name]
    else:
        names = []
        for top, directories, files in os.walk(SRC):
            directories[:] = [d for d in directories
                              if not d.startswith((".", "build", "autom4te", "bulkhead-"))]
            names += [os.path.relpath(os.path.join(top, name), SRC) for name in files]
    # A file that was deleted and not yet committed is still in git's list.
    return sorted(name for name in names if os.path.isfile(os.path.join(SRC, name)))


def read(name):
    with open(os.path.join(SRC, name), encoding="utf-8") as file:
        return file.read()


def report(results):
    """Prints TAP for (name, list of complaints) pairs and exits."""
    results = list(results)
    print(f"1..{len(results)}")
    for number, (name, complaints) in enumerate(results, 1):
        for line in complaints:
            print(f"# {line}")
        print(f"{'not ok' if complaints else 'ok'} {number} - {name}")
    sys.exit(1 if any(complaints for _, complaints in results) else 0)
