#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""docker exec, health checks and top through an unmodified dockerd."""
import contextlib
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import dockerd  # noqa: E402
from dockerd import DOCKER  # noqa: E402
from harness import LONG, check, equal, has, none_left, proc_status, read, test, wait_for  # noqa: E402

d = dockerd.make()


def exec_pid(cid, name):
    """Host pid of a process of the container by its command line."""
    def find():
        for pid in d("top", cid, "-eo", "pid").out.split()[1:]:
            with contextlib.suppress(OSError):
                if read(f"/proc/{pid}/cmdline").split("\0")[:-1] == name:
                    return int(pid)
        return None
    return wait_for(find, f"{name} in {cid}")


@test
def status_output_and_input():
    with d.container("bb", "sleep", "1000") as c:
        r = d("exec", c, "sh", "-c", "echo out; echo err >&2; exit 7", status=7)
        equal((r.out, r.err), ("out\n", "err\n"))
        equal(d("exec", "-i", c, "cat", stdin="through\n").out, "through\n")
        equal(d("exec", c, "sh", "-c", "kill -9 $$", status=None).status, 137)
        # Reopening /dev/stdout works although the pipe is the host's.
        equal(d("exec", c, "sh", "-c", "echo again > /dev/stdout").out, "again\n")


@test
def what_cannot_be_run_is_said_as_with_runc():
    def answers(runtime):
        with d.container("bb", "sleep", "1000", runtime=runtime) as c:
            rs = [d("exec", *a, status=None) for a in ((c, "nonesuch"), (c, "/etc/passwd"), (c, "/none/such"), (c, "/tmp"),
                                                       ("-w", "/none", c, "true"))]
            return [(r.status, (r.out + r.err).replace(c, "ID")) for r in rs]
    ours, theirs = answers("bulkhead"), answers("runc")
    for mine, its in zip(ours, theirs):
        equal(mine[0], its[0], f"status of {mine} and {its}")
    for mine, its in list(zip(ours, theirs))[:3]:
        words = ("executable file not found in $PATH", "permission denied", "no such file or directory")
        equal([w in mine[1] for w in words], [w in its[1] for w in words], f"words of {mine} and {its}")


@test
def user_directory_environment():
    with d.container("-e", "A=1", "bb", "sleep", "1000") as c:
        has(d("exec", "-u", "1000:1000", c, "id").out, "uid=1000(app) gid=1000(app)")
        has(d("exec", "-u", "app", c, "id").out, "uid=1000(app)")
        equal(d("exec", "-w", "/tmp", c, "pwd").out, "/tmp\n")
        env = d("exec", "-e", "B=2", "-e", "A=3", c, "env").out.splitlines()
        check({"A=3", "B=2"} <= set(env), f"{env}")
    caps = {}
    for runtime in ("bulkhead", "runc"):
        with d.container("--user", "1000:1000", "bb", "sleep", "1000", runtime=runtime) as c:
            equal(d("exec", c, "id", "-u").out, "1000\n")
            s = d("exec", "-u", "0", c, "cat", "/proc/self/status").out
            caps[runtime] = int(re.search(r"CapEff:\t([0-9a-f]+)", s)[1], 16)
    equal(caps["bulkhead"], caps["runc"] & 0x800405fb, "capabilities of root in a user's container")


@test
def interactive_terminal():
    with d.container("bb", "sleep", "1000") as c:
        text, status = d.on_tty("exec", "-it", c, "sh", size=(31, 97),
                              script="while [ \"$(stty size)\" != '31 97' ]; do sleep 0.1; done; stty size; echo tty is $(tty); ls -l $(tty); exit 6\r")
        has(text, "31 97\r\n")
        has(text, "tty is /dev/pts/0")
        equal(status, 6)


@test
def privileged_gives_nothing():
    """CIS Docker Benchmark 5.23; under runc all capabilities are there."""
    def caps(runtime):
        with d.container("bb", "sleep", "1000", runtime=runtime) as c:
            r = d("exec", "--privileged", c, "cat", "/proc/self/status", status=None)
            return r, {m[1]: int(m[2], 16) for m in re.finditer(r"(CapEff|CapBnd|Seccomp):\t([0-9a-f]+)", r.out)}
    equal(caps("bulkhead")[1], {"CapEff": 0x800405fb, "CapBnd": 0x800405fb, "Seccomp": 2})
    r, contrast = caps("runc")
    # All of them, or a failure where the machine itself has not all.
    check("unable to apply caps" in r.all or contrast["CapEff"] & (1 << 21), f"runc: {r}")


@test
def is_as_confined_as_the_container():
    with d.container("bb", "sleep", "1000") as c:
        init = d.pid(c)
        d("exec", "-d", c, "sleep", "555")
        pid = exec_pid(c, ["sleep", "555"])
        for ns in ("user", "pid", "net", "ipc", "uts", "mnt", "cgroup"):
            equal(os.readlink(f"/proc/{pid}/ns/{ns}"), os.readlink(f"/proc/{init}/ns/{ns}"), ns)
        for field in ("Uid", "CapBnd", "CapEff", "NoNewPrivs", "Seccomp", "Seccomp_filters"):
            equal(proc_status(pid, field), proc_status(init, field), field)
        equal(read(f"/proc/{pid}/cgroup"), read(f"/proc/{init}/cgroup"))


@test
def health_checks():
    with d.container("--health-cmd", "test -e /tmp/well", "--health-interval", "1s", "--health-retries", "1", "bb", "sh", "-c",
                     "touch /tmp/well; sleep 1000") as c:
        wait_for(lambda: d.inspect(c, "{{.State.Health.Status}}") == "healthy", "healthy", step=0.2)
        d("exec", c, "rm", "/tmp/well")
        wait_for(lambda: d.inspect(c, "{{.State.Health.Status}}") == "unhealthy", "unhealthy", step=0.2)


@test
def many_at_once_and_after_each_other():
    with d.container("bb", "sleep", "1000") as c:
        ps = [subprocess.Popen([DOCKER, "-H", f"unix://{d.socket}", "exec", c, "sh", "-c", f"exit {i}"],
                               stdin=subprocess.DEVNULL) for i in range(20)]
        equal([p.wait(300) for p in ps], list(range(20)))
        for i in range(20):
            equal(d("exec", c, "echo", str(i)).out, f"{i}\n")
        none_left(lambda: d("top", c, "-eo", "pid").out.split()[2:], "besides the container's own process")


@test
def files_that_were_copied_in_are_seen():
    with d.container("bb", "sh", "-c", "cat /tmp/none 2>/dev/null; sleep 1000") as c:
        with open(f"{d.top}/f", "w") as f:
            f.write("copied\n")
        d("exec", c, "cat", "/tmp/new", status=1)
        d("cp", f"{d.top}/f", f"{c}:/tmp/new")
        equal(d("exec", c, "cat", "/tmp/new").out, "copied\n")


@test
def ends_with_its_container():
    with d.container("bb", "sleep", "1000") as c:
        p = subprocess.Popen([DOCKER, "-H", f"unix://{d.socket}", "exec", c, "sleep", "777"], stdin=subprocess.DEVNULL)
        pid = exec_pid(c, ["sleep", "777"])
        d("kill", c)
        equal(p.wait(LONG), 137)
        wait_for(lambda: not os.path.exists(f"/proc/{pid}"), "its end")
        check(d("exec", c, "true", status=None).status != 0, "exec in a container that has ended")


if __name__ == "__main__":
    dockerd.run_tests(d)
