# SPDX-License-Identifier: LGPL-2.1-or-later
"""log_sink.py: a socket of ours in the place of /dev/log or of the journal's, in a mount namespace of its own."""
import os
import sys

from harness import run, write

SINK = """mount -t tmpfs -o mode=755 none {top}/dev && for n in null zero full random urandom tty; do
cp -a /dev/$n {top}/dev/; done; mkdir {top}/dev/pts {top}/dev/shm; mount --rbind /dev/pts {top}/dev/pts
ln -s pts/ptmx {top}/dev/ptmx; ln -s /proc/self/fd {top}/dev/fd; mount --rbind {top}/dev /dev
mkdir -p /run/systemd; mount -t tmpfs none /run/systemd && mkdir /run/systemd/journal
exec {python} {listener} {where} "$@" """
LISTENER = """
import os, socket, subprocess, sys, threading
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
if sys.argv[1] != "none":
    s.bind(sys.argv[1])
s.settimeout(0.5)
got, ended = [], threading.Event()
def listen():
    while sys.argv[1] != "none" and os.environ["READS"]:
        try:
            got.append(s.recv(1 << 20))
        except TimeoutError:
            if ended.is_set():
                break
listener = threading.Thread(target=listen)
listener.start()
p = subprocess.run(sys.argv[2:])
ended.set()
listener.join()
with open(os.environ["SINK"], "wb") as f:
    f.writelines(x + b"\\n====\\n" for x in got)
sys.exit(p.returncode)
"""


def with_sink(b, where, *argv, reads=True, **kw):
    """Run argv in a mount namespace where a socket of ours is /dev/log or the journal's -> Result, datagrams.

    @where: the socket's path, or "none" for no socket at all. @reads: False for a daemon that takes nothing.
    """
    os.makedirs(f"{b.top}/dev", exist_ok=True)
    write(f"{b.top}/listener.py", LISTENER)
    made = not os.path.exists("/run/systemd")
    script = SINK.format(top=b.top, python=sys.executable, listener=f"{b.top}/listener.py", where=where)
    try:
        r = run("unshare", "-m", "--propagation", "private", "sh", "-c", script, "sh", *argv,
                env={"PATH": os.environ["PATH"], "SINK": f"{b.top}/sink",
                     "READS": "yes" if reads else ""}, **kw)
    finally:
        if made:
            os.rmdir("/run/systemd")
    with open(f"{b.top}/sink", "rb") as f:
        return r, f.read().split(b"\n====\n")[:-1]
