#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A container that shares namespaces with a hostile one, and images made to hold the runtime up."""
import copy
import os
import resource
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from bundle import CONFIG, bundle  # noqa: E402
from harness import BULKHEAD, check, ended, equal, has, id_ranges, main, read, test, wait_for, write  # noqa: E402


def joining(b, cid, *types):
    """The configuration of one more container in some namespaces of @cid."""
    pid = b.state(cid)["pid"]
    b.config = copy.deepcopy(CONFIG)
    b.config["linux"]["namespaces"] = [{"type": t, "path": f"/proc/{pid}/ns/{t[:3]}" if t == "network" else f"/proc/{pid}/ns/{t}"} for t in types] + [
        {"type": t} for t in ("mount", "network", "uts", "pid", "ipc") if t not in types]


@test
def second_of_a_pid_namespace_is_killed_alone_and_whole():
    with bundle() as b, b.started("sh", "-c", "sleep 1000 & sleep 1000") as first:
        joining(b, first, "pid", "user")
        with b.started("sh", "-c", "sleep 2000 & sleep 2000 & wait") as second:
            pid = b.state(second)["pid"]
            group = next(line for line in read(f"/proc/{pid}/cgroup").splitlines() if ":pids:" in line or line.startswith("0::"))
            has(group, second)
            b("kill", second, "KILL")
            wait_for(lambda: b.state(second)["status"] == "stopped", "stopped")
            left = subprocess.run(["pgrep", "-x", "-f", "sleep 2000"], capture_output=True, text=True).stdout.split()
            wait_for(lambda: all(ended(p) for p in left), "the end of the others")
            equal(b.state(first)["status"], "running")
            # Its range is that of the first one, which goes before it.
            base = int(read(f"/proc/{b.state(first)['pid']}/uid_map").split()[1])
        joining(b, first, "pid", "user", "network")
        with b.created("sleep", "1000") as third:
            b("delete", "-f", first)
            check(any(v.endswith("/" + third) for v in id_ranges().values()), "the range is still held")
            b.config = copy.deepcopy(CONFIG)
            with b.started("sleep", "1000") as fourth:
                check(int(read(f"/proc/{b.state(fourth)['pid']}/uid_map").split()[1]) != base, "given out twice")
            # Without its first process nobody can live in that pid namespace.
            wait_for(lambda: b.state(third)["status"] == "stopped", "stopped")


@test
def neighbour_kills_and_stops_first_processes():
    """Root of a shared pid namespace signals whatever appears there: no creation hangs for long."""
    with bundle() as b:
        for s in ("KILL", "STOP"):
            b.config = copy.deepcopy(CONFIG)
            hunt = (f"while :; do for p in /proc/[0-9]*; do n=${{p#/proc/}}; [ $n -gt 1 ] && kill -{s} $n; done 2>/dev/null; done")
            with b.started("sh", "-c", hunt) as first:
                joining(b, first, "pid", "user")
                b.args("true").save()
                end = time.monotonic() + 4
                results = []
                while time.monotonic() < end:
                    cid = b.new_id()
                    with open(f"{b.top}/out", "w") as f:
                        p = subprocess.Popen([BULKHEAD, "--root", b.root, "run", "-b", f"{b.top}/bundle", cid],
                                             stdin=subprocess.DEVNULL, stdout=f, stderr=f)
                    try:
                        results.append(p.wait(3))
                    except subprocess.TimeoutExpired:
                        # Whoever waits too long kills the runtime; delete is enough then.
                        p.kill()
                        results.append(p.wait(60))
                    b("delete", "-f", cid, limit=60)
                    b.nothing_left(cid)
                check(len(results) > 0, "runs")
                equal(b.state(first)["status"], "running")


def worked():
    """Seconds that commands have used a processor for: how long they had to wait for one is the machine's affair."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@test
def image_files_that_hold_readers_up():
    """/etc/passwd and /etc/group of the image are read for HOME: no device, no end, no FIFO there."""
    with bundle() as b:
        b.config["process"]["user"] = {"uid": 1000, "gid": 1000}

        def sparse(p):
            with open(p, "w") as f:
                f.truncate(64 << 30)
        makes = {"fifo": os.mkfifo, "zero": lambda p: os.symlink("/dev/zero", p), "directory": os.mkdir,
                 "tty": lambda p: os.symlink("/dev/tty", p), "kmsg": lambda p: os.symlink("/proc/kmsg", p),
                 "loop": lambda p: os.symlink("passwd", p), "sparse": sparse,
                 "fd": lambda p: os.symlink("/proc/self/fd/0", p), "full": lambda p: os.symlink("/dev/full", p),
                 "long line": lambda p: write(p, "x" * (20 << 20)), "many lines": lambda p: write(p, "a:x:7:7::/:\n" * 1000000),
                 "NUL": lambda p: write(p, "a\0b:x:1000:1000::/nul:\n"), "half": lambda p: write(p, "app:x:1000"),
                 "control": lambda p: write(p, "app:x:1000:1000::/a\tb\x1b:\n"),
                 "relative": lambda p: write(p, "app:x:1000:1000::relative:\n"),
                 "equals": lambda p: write(p, "app:x:1000:1000::=PATH=/evil:\n"),
                 "longest": lambda p: write(p, "app:x:1000:1000::/" + "h" * 5000 + ":\n")}
        for kind, make in makes.items():
            for name in ("passwd", "group"):
                p = f"{b.rootfs}/etc/{name}"
                os.unlink(p)
                make(p)
                before = worked()
                r = b.run("env", status=None, stdin="")
                check(worked() - before < 8, f"{name} as {kind} takes long")
                check(r.status == 0 or "level=error" in r.err, f"{name} as {kind}: {r}")
                if r.status == 0:
                    equal(sorted(line.split("=")[0] for line in r.out.splitlines() if line[:1].isalpha()),
                          ["HOME", "PATH", "TERM"], f"{name} as {kind}: environment")
                (os.rmdir if os.path.isdir(p) and not os.path.islink(p) else os.unlink)(p)
                write(p, "root:x:0:0::/root:\n")


@test
def programs_that_are_none():
    with bundle() as b:
        os.mkfifo(f"{b.rootfs}/bin/fifo", 0o777)
        os.symlink("loop", f"{b.rootfs}/bin/loop")
        os.symlink("/dev/null", f"{b.rootfs}/bin/device")
        os.symlink("/proc/1/exe", f"{b.rootfs}/bin/init-exe")
        write(f"{b.rootfs}/bin/empty", "", 0o777)
        write(f"{b.rootfs}/bin/text", "no magic", 0o777)
        write(f"{b.rootfs}/bin/self", "#!/bin/self\n", 0o777)
        write(f"{b.rootfs}/bin/elf", "\x7fELF" + "\0" * 60, 0o777)
        for name in ("fifo", "loop", "device", "empty", "text", "self", "elf", "none", "/bin", "", "/", ".", "..", "bin/true/", "x" * 5000):
            r = b.run(name, status=None)
            check(r.status > 0 and "level=error" in r.err, f"{name!r}: {r}")


@test
def deleted_by_another_command_while_in_the_foreground():
    with bundle() as b:
        for i in range(10):
            b.args("sleep", "1000").save()
            cid = b.new_id()
            with open(f"{b.top}/out", "w") as f:
                p = subprocess.Popen([BULKHEAD, "--root", b.root, "run", "-b", f"{b.top}/bundle", cid], stdin=subprocess.DEVNULL,
                                     stdout=f, stderr=f)
            wait_for(lambda: '"running"' in b("state", cid, status=None).out, "running")
            b("delete", "-f", cid)
            equal((p.wait(60), b.output()), (128 + signal.SIGKILL, ""), "status and output of run")
            b.nothing_left(cid)


if __name__ == "__main__":
    main()
