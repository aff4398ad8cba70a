#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Scenes of podman and buildah, each played with bulkhead and with runc: what the user sees has to be the same."""
import contextlib
import fcntl
import json
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from podbox import ENV, box, podman, ranges_left, remove, top  # noqa: E402
from harness import BULKHEAD, LONG, TOP, check, equal, has, main, proc_status, read, run, test, wait_for, write  # noqa: E402

RUNTIMES = (BULKHEAD, "/usr/sbin/runc")


def alike(scene):
    def both():
        equal(*[scene(runtime) for runtime in RUNTIMES], "with bulkhead, and with runc")
        ranges_left()
    both.__name__ = scene.__name__
    return test(both, limit=900)


@contextlib.contextmanager
def container(runtime, *args):
    cid = podman("run", "-d", *args, runtime=runtime).out.strip()
    try:
        uid = int(proc_status(podman("inspect", "-f", "{{.State.Pid}}", cid).out.strip(), "Uid").split()[0])
        check((uid >= 65536) == (runtime == BULKHEAD), f"host uid {uid}")
        yield cid
    finally:
        remove(cid)


def words(text):
    """Without the runtime's name, the time, how podman found the message, and where newer ones of runc failed."""
    text = "".join(line for line in text.splitlines(keepends=True) if "create message from subprocess" not in line)
    text = text.replace(BULKHEAD, "RUNTIME").replace("/usr/sbin/runc", "RUNTIME").replace("bulkhead", "runc").replace('\\"', '"')
    text = text.replace("error during container init: ", "")
    return re.sub(r'time="\S+" level=error msg="(.*?\$PATH|.*?permission denied)"', r"\1", text)


@alike
def exit_codes(runtime):
    """125: podman itself; 126: not executable; 127: not there; 137: killed, also by podman."""
    seen = []
    for args in (("--network=none", "bb", "sh", "-c", "exit 41"), ("--network=none", "bb", "nonesuch"), ("--network=none", "bb", "/etc/passwd"),
                 ("--network=none", "--nonesuch", "bb", "true"), ("--network=none", "-w", "/nonesuch", "bb", "true"),
                 ("--network=none", "bb", "sh", "-c", "sh -c 'kill -9 $$'; exit $?"), ("--network=none", "--init", "bb", "sh", "-c", "exit 3")):
        r = podman("run", "--rm", *args, runtime=runtime, status=None)
        seen.append((r.status, re.sub(r"container [0-9a-f]{64}", "container ID", words(r.err))))
    with container(runtime, "--network=none", "bb", "sleep", "1000") as c:
        for args in (("exec", c, "sh", "-c", "exit 6"), ("exec", c, "nonesuch"), ("exec", c, "/etc/passwd"), ("exec", "nonesuch", "true"),
                     ("exec", "-w", "/nonesuch", c, "true"), ("exec", "-u", "nobody-there", c, "true")):
            r = podman(*args, runtime=runtime, status=None)
            seen.append(r.status)
        podman("kill", c, runtime=runtime)
        seen.append(podman("wait", c, runtime=runtime).out)
    return seen


@alike
def a_low_port(runtime):
    """With the setting that contrib/podman proposes: the network is podman's, and not the container's."""
    setting = re.search(r"^default_sysctls = .*$", read(f"{TOP}/contrib/podman/bulkhead.conf"), re.MULTILINE)[0]
    own = read(f"{top}/containers.conf")
    write(f"{top}/containers.conf", f"{own}{setting}\n")
    try:
        return podman("run", "--rm", "bb", "sh", "-c", "httpd -p 80 -h /data && wget -qO- http://127.0.0.1/file", runtime=runtime).out
    finally:
        write(f"{top}/containers.conf", own)


class Terminal:
    """podman ARGS on a terminal of this size."""

    def __init__(self, runtime, *args, size=(24, 80)):
        self.master, slave = pty.openpty()
        self.resize(*size)
        # A session whose terminal it is: a new size is told by a signal then.
        self.p = subprocess.Popen(["setsid", "--ctty", "podman", "--root", f"{top}/root", "--runroot", f"{top}/run", "--cgroup-manager=cgroupfs", "--runtime", runtime, *args],
                                  stdin=slave, stdout=slave, stderr=slave, env=ENV)
        os.close(slave)
        self.text = ""

    def resize(self, rows, columns):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def type(self, text):
        os.write(self.master, text.encode())

    def until(self, part, limit=LONG):
        end = time.monotonic() + limit
        while part not in self.text:
            check(time.monotonic() < end, f"{part!r} not in {self.text!r}")
            if select.select([self.master], [], [], 0.2)[0]:
                with contextlib.suppress(OSError):
                    self.text += os.read(self.master, 4096).decode(errors="replace")

    def end(self, limit=LONG):
        try:
            return self.p.wait(limit)
        finally:
            self.p.kill()
            self.p.wait()
            os.close(self.master)


@alike
def terminals(runtime):
    seen = []
    with container(runtime, "--network=none", "-t", "-i", "bb", "sh") as c:
        t = Terminal(runtime, "exec", "-it", c, "sh", size=(30, 90))
        t.until("/ # ")
        t.type("tty; while [ $(stty size | cut -c1-2) != 30 ]; do sleep 0.1; done; stty size\n")
        t.until("/dev/pts/1\r\n")
        t.until("30 90\r\n")
        t.resize(40, 120)
        t.type("while [ $(stty size | cut -c1-2) != 40 ]; do sleep 0.1; done; stty size\n")
        t.until("40 120\r\n")
        t.type("exit 5\n")
        seen.append(t.end())
        # The container's own, twice: detached by keys, and its end.
        t = Terminal(runtime, "attach", "--detach-keys=ctrl-x", c)
        t.type("echo one$((1+1))\n")
        t.until("one2\r\n")
        t.type("\x18")
        seen.append(t.end())
        seen.append(podman("inspect", "-f", "{{.State.Status}}", c).out)
        t = Terminal(runtime, "attach", c)
        t.type("exit 7\n")
        seen.append(t.end())
        seen.append(podman("wait", c).out)
    return seen


@alike
def signals_pause_and_looks(runtime):
    with container(runtime, "--network=none", "--memory=64m", "bb", "sh", "-c",
                   "trap 'echo hup' HUP; trap 'echo ten' USR1; echo up; while :; do sleep 0.05; done") as c:
        wait_for(lambda: "up" in podman("logs", c).out, "the traps")
        for s, word in (("HUP", "hup"), ("10", "ten")):
            podman("kill", "-s", s, c, runtime=runtime)
            wait_for(lambda word=word: word in podman("logs", c).out, f"signal {s} by {runtime}")
        podman("pause", c, runtime=runtime)
        seen = [podman("inspect", "-f", "{{.State.Status}}", c).out, podman("exec", c, "true", runtime=runtime, status=None).status,
                podman("pause", c, runtime=runtime, status=None).status]
        podman("unpause", c, runtime=runtime)
        podman("update", "--memory", "80m", c, runtime=runtime)
        stats = json.loads(podman("stats", "--no-stream", "--format", "json", c, runtime=runtime).out)[0]
        rows = podman("top", c, "pid", "user", "comm", runtime=runtime).out.splitlines()
        return seen + [stats["mem_usage"].split(" / ")[1], sorted(stats), [r.split() for r in rows if r.split()[0] in ("PID", "1")],
                       podman("exec", c, "sh", "-c", "ulimit -n; id -u", runtime=runtime).out, podman("ps", "-q", "--no-trunc").out.strip() == c]


def buildah(*args, **kw):
    return run("buildah", "--root", f"{top}/root", "--runroot", f"{top}/run", *args, env=ENV, **kw)


@alike
def buildah_run(runtime):
    volume = f"{top}/volume"
    os.makedirs(volume, exist_ok=True)
    write(f"{volume}/file", "from the host\n", 0o644)
    name = buildah("from", "--pull-never", "--add-host", "h1:10.1.1.1", "localhost/bb").out.strip()

    def step(*args, status=0, **kw):
        at = args.index("--")
        r = buildah("run", "--runtime", runtime, "--isolation", "oci", *args[:at], name, *args[at:], status=status, **kw)
        return r.status, r.out, words(r.err)
    try:
        seen = [step("--network=none", "--", "sh", "-c", "cat; echo err >&2", stdin="through\n"),
                step("--user", "1000:1000", "--workingdir", "/tmp", "--env", "A=b", "--", "sh", "-c", "id; pwd; echo $A; touch mine; stat -c %u mine"),
                step("-v", f"{volume}:/v:ro", "--hostname", "hh", "--", "sh", "-c", "cat /v/file; hostname; grep 10.1.1.1 /etc/hosts; touch /v/x", status=None),
                step("--mount", "type=tmpfs,dst=/t", "--cap-drop", "CAP_CHOWN", "--", "sh", "-c", "touch /t/x && chown 1 /t/x", status=None),
                step("--", "sh", "-c", "ip -o addr show eth0 | grep -c 'inet '"),
                step("--", "sh", "-c", "exit 6", status=None), step("--", "nonesuch", status=None), step("--", "/etc/passwd", status=None)]
        t = run("script", "-qec", f"buildah --root {top}/root --runroot {top}/run run -t --runtime {runtime} --isolation oci {name} -- sh -c 'tty; exit 5'",
                "/dev/null", env=ENV, status=5)
        has(t.out, "/dev/pts/0")
        buildah("commit", "-q", name, "localhost/stepped")
        return seen + [podman("run", "--rm", "--network=none", "localhost/stepped", "stat", "-c", "%u", "/tmp/mine", runtime=runtime).out]
    finally:
        buildah("rm", name)


@alike
def buildah_builds_in_stages(runtime):
    write(f"{top}/Stages", "FROM bb AS first\nRUN echo made > /made && chown 1000:1000 /made\nRUN --mount=type=tmpfs,target=/t touch /t/x\n"
          "RUN --mount=type=bind,target=/ctx cat /ctx/file\n"
          "FROM bb\nARG A=1\nENV B=2\nCOPY --from=first /made /made\nRUN grep h1 /etc/hosts && stat -c %u /made && echo $A $B && id -u && ulimit -n && df -k /dev/shm\n"
          "USER 1000\nRUN id -u && touch /tmp/mine\n")
    os.makedirs(f"{top}/context", exist_ok=True)
    write(f"{top}/context/file", "of the context\n", 0o644)
    r = buildah("bud", "--runtime", runtime, "--isolation", "oci", "--no-cache", "-t", "staged", "--add-host", "h1:10.1.1.1", "--build-arg", "A=9",
                "--memory=64m", "--ulimit", "nofile=100:200", "--shm-size=1m", "-f", f"{top}/Stages", f"{top}/context", limit=300)
    files = podman("run", "--rm", "--network=none", "localhost/staged", "stat", "-c", "%u:%g", "/made", "/tmp/mine", runtime=runtime).out
    return [line for line in r.out.splitlines() if not re.search(r"^-->|^[0-9a-f]{64}$", line)] + [files]


if __name__ == "__main__":
    with box():
        main()
