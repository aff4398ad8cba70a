# SPDX-License-Identifier: LGPL-2.1-or-later
"""execs.py: processes that `bulkhead exec` makes in a container of bundle.py."""
import contextlib
import json
import os
import re
import signal
import subprocess

from harness import BULKHEAD, LONG, check, equal, read, write


def fields(text):
    """"Key:\tvalue" lines of /proc/PID/status."""
    return dict((line.split(":", 1)[0], line.split(":", 1)[1].split()) for line in text.splitlines() if ":" in line)


@contextlib.contextmanager
def detached(b, cid, *argv, options=()):
    """A process that exec left running: its pid. Output goes to b.top/exec-out, as files."""
    pid_file = f"{b.top}/pid-{b.new_id()}"
    with open(f"{b.top}/exec-out", "w") as f:
        p = subprocess.run([BULKHEAD, "--root", b.root, "exec", "--detach", "--pid-file", pid_file, *options, cid, *argv],
                           stdin=subprocess.DEVNULL, stdout=f, stderr=f, timeout=2 * LONG)
    equal((p.returncode, read(f"{b.top}/exec-out")), (0, ""), "exec")
    text = read(pid_file)
    check(re.fullmatch(r"[0-9]+", text), f"pid file {text!r}")
    pid = int(text)
    try:
        yield pid
    finally:
        os.unlink(pid_file)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def process(b, **more):
    """A process object as containerd writes it, in a file: its path."""
    p = dict(b.config["process"], **more)
    write(f"{b.top}/process.json", json.dumps({k: v for k, v in p.items() if v is not None}))
    return f"{b.top}/process.json"
