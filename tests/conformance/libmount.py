# SPDX-License-Identifier: LGPL-2.1-or-later
"""libmount.py: the part of util-linux's Python binding that crun's suite uses; Debian does not build that binding."""


class _Mount:
    def __init__(self, line):
        left, _, right = line.partition(" - ")
        self.target, self.vfs_options = left.split()[4:6]
        self.fs_options = right.split(" ", 2)[2]


class Table:
    """A mountinfo file."""

    def __init__(self, path):
        with open(path) as f:
            self.mounts = [_Mount(line) for line in f.read().splitlines() if " - " in line]

    def find_target(self, target):
        """The last mount there, which covers the others; None: there is none."""
        return next((m for m in reversed(self.mounts) if m.target == target), None)
