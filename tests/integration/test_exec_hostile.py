#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""exec into containers that want something of who comes in, and runtimes that are killed on the way."""
import contextlib
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from bundle import bundle  # noqa: E402
from harness import BULKHEAD, cgroups, check, equal, has, lacks, main, read, test, wait_for, write  # noqa: E402


def digest(path):
    with open(path, "rb") as f:
        return hashlib.sha256(f.read()).hexdigest()


def processes(cid):
    """pid -> command line of every process in the container's cgroups."""
    pids = set()
    for d in cgroups(cid):
        with contextlib.suppress(OSError):
            pids |= set(read(f"{d}/cgroup.procs").split())
    found = {}
    for pid in pids:
        with contextlib.suppress(OSError):
            found[int(pid)] = read(f"/proc/{pid}/cmdline").replace("\0", " ").strip()
    return found


@test(limit=300)
def nothing_is_had_of_who_comes_in():
    """CVE-2016-9962: the container's first process, root with its capabilities, tries everything on each new one."""
    with bundle() as b:
        with b.started("probe", "watch") as cid:
            wait_for(lambda: "watching" in b.output(), "watching")
            # As often as it takes until it was there in time: it needs a processor as well.
            execs = 0
            while execs < 150 or "met" not in b.output():
                b("exec", cid, "true")
                execs += 1
            b("exec", "-u", "1000", cid, "true")
            b("kill", cid, "TERM")
            wait_for(lambda: "seen" in b.output(), "its report")
            lines = b.output().splitlines()
            equal({line for line in lines if line.startswith("had")}, set(), "what was had")
            seen = int(lines[-1].split()[1])
            check(seen > 100, f"only {seen} attempts met the runtime: {lines}")


@test
def the_runtime_is_not_overwritten():
    """CVE-2019-5736: a program of the image is a link or a script that leads to /proc/self/exe."""
    with bundle() as b:
        before = digest(BULKHEAD)
        write(f"{b.rootfs}/bin/evil", "#!/proc/self/exe\n", 0o755)
        os.symlink("/proc/self/exe", f"{b.rootfs}/bin/link")
        # Opens the runtime's executable by its own process while that is still the runtime, and later for writing.
        write(f"{b.rootfs}/bin/wait", "#!/bin/sh\nwhile :; do for p in /proc/[0-9]*; do\n"
              "if test $p/exe -ef /proc/self/exe; then :; else (echo evil > $p/exe) 2>/dev/null && echo written; fi\n"
              "done; done\n", 0o755)
        with b.started("wait") as cid:
            for _ in range(20):
                b("exec", cid, "evil", status=None)
                b("exec", cid, "link", status=None)
                b("exec", cid, "true")
            lacks(b.output(), "written")
        equal(digest(BULKHEAD), before)


@test
def working_directories_and_programs_through_descriptors():
    """CVE-2024-21626, with a caller that leaks a directory of the host."""
    with bundle() as b:
        for n in range(3, 24):
            os.symlink(f"/proc/self/fd/{n}", f"{b.rootfs}/fd{n}")
        leaked = os.open("/", os.O_RDONLY)
        try:
            with b.started("sleep", "1000") as cid:
                marker = f"{b.top}/marker"
                write(marker, "the host's")
                for n in range(3, 24):
                    for options, argv in ((("--cwd", f"/proc/self/fd/{n}"), ("cat", f".{marker}")),
                                          (("--cwd", f"/fd{n}"), ("cat", f".{marker}")),
                                          (("--cwd", f"/proc/self/fd/{n}/.."), ("cat", f".{marker}")),
                                          (("--cwd", f"/proc/thread-self/fd/{n}"), ("cat", f".{marker}")),
                                          ((), (f"/proc/self/fd/{n}/bin/cat", marker)),
                                          ((), (f"/fd{n}/bin/cat", marker))):
                        r = b("exec", *options, cid, *argv, status=None, pass_fds=(leaked,))
                        check(r.status != 0 and "the host's" not in r.out, f"{options} {argv}: {r}")
        finally:
            os.close(leaked)


@test
def the_first_process_moves_to_a_user_namespace_of_its_own():
    """With a policy that allows it. Whoever came in there would get ids of the container's choice."""
    with bundle() as b:
        write(f"{b.top}/policy", json.dumps({"seccomp": {"level": "off"}}))
        b.args("busybox", "unshare", "-U", "-r", "sleep", "1000").save()
        cid = b.new_id()
        with open(f"{b.top}/out", "w") as f:
            subprocess.run([BULKHEAD, "--root", b.root, "--policy", f"{b.top}/policy", "run", "-d", "--bundle", f"{b.top}/bundle",
                            cid], stdin=subprocess.DEVNULL, stdout=f, stderr=f, check=True, timeout=60)
        try:
            wait_for(lambda: "sleep" in read(f"/proc/{b.state(cid)['pid']}/comm"), "its move")
            has(b("exec", cid, "id", status=255).err, "is in another user namespace than it was started in")
        finally:
            b("delete", "--force", cid)
        b.nothing_left(cid)


@test
def a_terminal_comes_from_a_devpts_only():
    with bundle() as b:
        for change in ("rm", "link"):
            b.config["mounts"] = [m for m in b.config["mounts"] if m["destination"] != "/dev/pts"]
            with b.started("sh", "-c", {"rm": "true", "link": "ln -s /proc/sys/kernel /dev/pts"}[change] + "; echo up; sleep 1000") as cid:
                wait_for(lambda: "up" in b.output(), "its start")
                r = b("exec", "-t", cid, "true", status=255)
                has(r.err, "/dev/pts")


@test
def the_container_kills_and_stops_who_comes_in():
    """Its root may send signals to a process that is root there: that ends the exec, and nothing else."""
    with bundle() as b:
        with b.started("sh", "-c", "echo up; while :; do kill -9 -1 2>/dev/null; done") as cid:
            wait_for(lambda: "up" in b.output(), "its start")
            for i in range(60):
                r = b("exec", "--pid-file", f"{b.top}/pid", cid, "true", status=None)
                check(r.status in (0, 137, 255), f"{r}")
                # A pid file only when the program was reached.
                check(os.path.exists(f"{b.top}/pid") == (r.status != 255), f"{r}")
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(f"{b.top}/pid")
            wait_for(lambda: len(processes(cid)) == 1, f"only its first process: {processes(cid)}")
        b.nothing_left(cid)


def kill_execs(b, cid, options, rounds, longest):
    """SIGKILL to the runtime at a random time. Either the program runs, or there is nothing."""
    rng = random.Random(int(os.environ.get("BULKHEAD_SEED", "1")))
    early = reached = n = 0
    while n < rounds or early <= rounds / 5:  # a runtime that is quicker than we are proves nothing
        n += 1
        pid_file = f"{b.top}/pid"
        with open(f"{b.top}/o", "w") as f:
            p = subprocess.Popen([BULKHEAD, "--root", b.root, "exec", "--pid-file", pid_file, *options, cid, "sleep", "999"],
                                 stdin=subprocess.DEVNULL, stdout=f, stderr=f)
        time.sleep(rng.uniform(0, longest))
        p.kill()
        early += p.wait(60) == -signal.SIGKILL

        def settled():
            left = {pid: c for pid, c in processes(cid).items() if c != "sleep 1000"}
            return [left] if all(c == "sleep 999" for c in left.values()) else None
        left, = wait_for(settled, f"round {n}: no process but the program: {processes(cid)}")
        check(len(left) <= 1, f"round {n}: {left}")
        if os.path.exists(pid_file):
            equal(read(pid_file), str(next(iter(left), None)), "pid file")
            os.unlink(pid_file)
        for name in os.listdir(b.top):
            if name.startswith(".pid"):  # what the rename had no time for
                os.unlink(f"{b.top}/{name}")
        reached += len(left)
        for pid in left:
            os.kill(pid, signal.SIGKILL)
        wait_for(lambda: len(processes(cid)) == 1, "the program's end")
    return reached


@test(limit=300)
def killed_at_any_moment():
    with bundle() as b, b.started("sleep", "1000") as cid:
        kill_execs(b, cid, ("--detach",), 120, 0.006)
        kill_execs(b, cid, (), 60, 0.008)
        equal(b("exec", cid, "echo", "still").out, "still\n")


@test
def the_first_process_ends_meanwhile():
    """The pid is never trusted for longer than it is the container's."""
    with bundle() as b:
        for delay in (0, 0.0005, 0.001, 0.0015, 0.002, 0.003):
            with b.started("sleep", "1000") as cid:
                pid = b.state(cid)["pid"]
                ps = [subprocess.Popen([BULKHEAD, "--root", b.root, "exec", cid, "sleep", "1000"], stdin=subprocess.DEVNULL,
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for _ in range(4)]
                time.sleep(delay)
                os.kill(pid, signal.SIGKILL)
                for p in ps:
                    check(p.wait(60) in (137, 255), f"status {p.returncode}")
                wait_for(lambda: not processes(cid), "the container's end")


if __name__ == "__main__":
    main()
