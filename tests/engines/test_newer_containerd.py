#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The scenes of the host's containerd under the one of a newer Debian, beside its newer runc."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import newer  # noqa: E402

newer.enter()
import test_containerd  # noqa: E402
from harness import check, test  # noqa: E402


@test
def it_is_newer():
    check(newer.version("containerd", "--version") >= (1, 7), "containerd")


if __name__ == "__main__":
    test_containerd.run_tests()
