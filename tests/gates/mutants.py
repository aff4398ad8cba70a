#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Faults planted in the pure rooms, one for each measure (tests/mutate/SMOKE): the tests notice each of them."""
import os
import subprocess
import sys

import _tap

BUILD = os.environ.get("BUILD_DIR") or os.path.join(_tap.SRC, "build")


def main():
    if not os.path.exists(f"{BUILD}/Makefile"):
        print(f"1..0 # SKIP nothing is built in {BUILD}")
        return
    here = f"{_tap.SRC}/tests/mutate"
    p = subprocess.run([sys.executable, f"{here}/run", "--build", BUILD, "--only", f"{here}/SMOKE", "--least", "100"],
                       capture_output=True, text=True, timeout=1700, env=dict(os.environ, SRC_DIR=_tap.SRC))
    lines = (p.stdout + p.stderr).splitlines()
    _tap.report([("each planted fault is noticed", [] if p.returncode == 0 else lines or ["no output"])])


if __name__ == "__main__":
    main()
