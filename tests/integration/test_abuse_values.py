#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Values that pass the check of the document and hurt later: what is created can always be asked about,
started or refused by a reason, and deleted."""
import glob
import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from bundle import bundle  # noqa: E402
from harness import BULKHEAD, check, equal, has, main, read, test, wait_for, write  # noqa: E402


def create(b, cid, *options, bundle_path=None, **kw):
    with open(f"{b.top}/out", "w") as f:
        p = subprocess.run([BULKHEAD, "--root", b.root, "create", "-b", bundle_path or f"{b.top}/bundle", *options, cid],
                           stdin=subprocess.DEVNULL, stdout=f, stderr=f, timeout=60, **kw)
    text = open(f"{b.top}/out", errors="replace").read()
    check(p.returncode in (0, 1), f"create: status {p.returncode}: {text[:500]!r}")
    if p.returncode:
        equal(text.count("level=error"), 1, f"output of create: {text[:500]!r}")
        b.nothing_left(cid)
    return p.returncode == 0


def whole_life(b, cid):
    """Every command works on it."""
    equal(b.state(cid)["status"], "created")
    b("list")
    b("start", cid)
    equal(b.state(cid)["status"], "running")
    b("delete", "-f", cid)
    b.nothing_left(cid)


@test
def large_annotations():
    with bundle() as b:
        b.args("sleep", "1000")
        for size, hooks in ((10_000, True), (300_000, True), (300_000, False), (1_500_000, False), (6_000_000, False)):
            b.config["annotations"] = {f"k{i}": "v" * 1000 for i in range(size // 1000)}
            b.config["hooks"] = {"poststop": [{"path": "/bin/true"}]} if hooks else {}
            b.save()
            cid = b.new_id()
            if create(b, cid):
                equal(len(b.state(cid)["annotations"]), size // 1000)
                whole_life(b, cid)


@test
def values_that_are_hard_to_write_down():
    """Quotes, control characters and half characters in what the state repeats."""
    with bundle() as b:
        b.config["annotations"] = {'quote"\\': "line\nend\t\x01\x7f\u2028\U0001f600 </script>", "": "empty key"}
        b.args("sleep", "1000").save()
        cid = b.new_id()
        if create(b, cid):
            equal(b.state(cid)["annotations"], b.config["annotations"])
            whole_life(b, cid)
        top = b.top.encode()
        for name in (b'quote"\\', b"line\nend", b"half\xff\xc3", b"\xed\xa0\x80surrogate", b"space and , : ; = %s", b"-x"):
            os.rename(top + b"/bundle", top + b"/" + name)
            try:
                cid = b.new_id()
                if create(b, cid, bundle_path=top + b"/" + name):
                    whole_life(b, cid)
            finally:
                os.rename(top + b"/" + name, top + b"/bundle")


@test
def container_ids():
    with bundle() as b:
        b.args("sleep", "1000").save()
        for cid in ("a" * 64, "a" * 200, "a" * 246, "a" * 255, "...", ".hidden", "a..b", "+", "_", "tasks", "cgroup.procs", "0"):
            if create(b, cid):
                whole_life(b, cid)
        for cid in ("", ".", "..", "a/b", "/", "../x", "a b", "a\n", "\u00e4", "a" * 256, "a\\b", "*", "a:b"):
            before = sorted(os.listdir(b.top)), sorted(os.listdir(b.root))
            b("create", "-b", f"{b.top}/bundle", cid, status=1)
            b("delete", "-f", cid, status=1)
            equal((sorted(os.listdir(b.top)), sorted(os.listdir(b.root))), before, f"after {cid!r}")


@test
def cgroup_paths():
    """A container's cgroup is below what it may use, and of its own."""
    with bundle() as b:
        b.args("sleep", "1000")
        def ours():
            return sorted((d for d in glob.glob("/sys/fs/cgroup/**/bkhu-*", recursive=True) if os.path.isdir(d)), key=len)
        for path in ("../../../../bkhu-up", "/../../bkhu-up", "/bkhu-a/../../../bkhu-b", "bkhu-rel/x", "/bkhu-deep" + "/x" * 20,
                     "bkhu-:slice:x", "/bkhu-x//y/./z", "/bkhu-nl\nx", "/bkhu-\\x", "/bkhu- x"):
            b.config["linux"]["cgroupsPath"] = path
            b.save()
            cid = b.new_id()
            if create(b, cid):
                pid = b.state(cid)["pid"]
                for line in read(f"/proc/{pid}/cgroup").splitlines():
                    check("/.." not in line, f"{path}: {line}")
                whole_life(b, cid)
            # Parents stay, as with other runtimes; nothing is in them.
            for top in ours():
                for where, _, _ in os.walk(top, topdown=False):
                    os.rmdir(where)
        equal(ours(), [], "cgroups left")


@test
def resource_limits_of_the_program():
    """Limits so small that the way to the program needs more: a reason, never a silent end. (Not the stack: the kernel
    lets execve succeed and kills the program then, or not, as its random layout happens to be.)"""
    with bundle() as b:
        b.args("probe", "ids")
        for name, values in (("NOFILE", (0, 1, 3, 4, 5, 8)), ("AS", (0, 4096, 1 << 20)), ("DATA", (0,)),
                             ("NPROC", (0, 1)), ("MEMLOCK", (0,)), ("SIGPENDING", (0,)), ("MSGQUEUE", (0,))):
            for n in values:
                b.config["process"]["rlimits"] = [{"type": f"RLIMIT_{name}", "soft": n, "hard": n}]
                b.save()
                r = b.run(status=None)
                where = f"{name} {n}: {r}"
                check(r.status == 0 and r.out or r.status > 1 or (r.status == 1 and "level=error" in r.err), f"run: {where}")
                cid = b.new_id()
                if not create(b, cid):
                    continue
                s = b("start", cid, status=None)
                wait_for(lambda: b.state(cid)["status"] == "stopped", "the end")
                ran = "0 0 0" in b.output() or "Uid" in b.output() or b.output().strip()
                check(s.status == 1 and "level=error" in s.err or ran or r.status > 1, f"start: {where}: {s}, {b.output()!r}")
                b("delete", cid)
                b.nothing_left(cid)


@test
def frozen_containers():
    with bundle() as b:
        def freeze(pid, word):
            path = next(line.split(":", 2)[2] for line in read(f"/proc/{pid}/cgroup").splitlines() if ":freezer:" in line)
            write(f"/sys/fs/cgroup/freezer{path}/freezer.state", word)
        if not os.path.exists("/sys/fs/cgroup/freezer"):
            def freeze(pid, word):
                path = next(line.split(":", 2)[2] for line in read(f"/proc/{pid}/cgroup").splitlines() if line.startswith("0::"))
                write(f"/sys/fs/cgroup{path}/cgroup.freeze", "1" if word == "FROZEN" else "0")
        for how in ("delete", "kill", "kill all", "start"):
            with b.created("sh", "-c", "sleep 1000 & sleep 1000") as cid:
                pid = b.state(cid)["pid"]
                if how != "start":
                    b("start", cid)
                freeze(pid, "FROZEN")
                wait_for(lambda: b.state(cid)["status"] == "paused", "paused")
                started = time.monotonic()
                if how == "start":
                    has(b("start", cid, status=1).err, "paused")
                elif how.startswith("kill"):
                    b("kill", *(["--all"] if "all" in how else []), cid, "KILL")
                    wait_for(lambda: b.state(cid)["status"] == "stopped", "stopped")
                has(b("delete", cid, status=1).err, "paused") if how == "start" else None
                b("delete", "-f", cid)
                check(time.monotonic() - started < 40, f"{how}: takes long")


@test
def first_process_that_nobody_reaps():
    """A zombie is gone for every purpose: its parent may be busy."""
    with bundle() as b:
        b.args("sleep", "1000").save()
        cid = b.new_id()
        code = f"""
import ctypes, subprocess, sys, time
ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)
subprocess.run({[BULKHEAD, '--root', b.root, 'run', '-d', '-b', f'{b.top}/bundle', cid]!r}, stdin=subprocess.DEVNULL,
               stdout=subprocess.DEVNULL, check=True)
print("up", flush=True)
time.sleep(1000)
"""
        p = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
        equal(p.stdout.readline(), "up\n")
        pid = b.state(cid)["pid"]
        try:
            b("kill", cid, "KILL")
            wait_for(lambda: b.state(cid)["status"] == "stopped", "stopped")
            has(read(f"/proc/{pid}/status"), "Z (zombie)")
            started = time.monotonic()
            b("delete", cid)
            check(time.monotonic() - started < 40, "delete waits for the zombie")
            b.nothing_left(cid)
        finally:
            p.kill()
            p.wait()


@test
def processes_left_by_the_first_one():
    """Whatever the first process leaves behind dies with its pid namespace, also under load."""
    with bundle() as b:
        for argv in (("sh", "-c", "for i in 1 2 3 4 5 6 7 8 9; do setsid sleep 1000 & done; exit 3"),
                     ("sh", "-c", "(trap '' TERM; while :; do sleep 1; done) & exit 3")):
            started = time.monotonic()
            b.run(*argv, status=None)
            check(time.monotonic() - started < 40, "takes long")


@test
def memory_used_up_at_the_end():
    """A container at its memory limit, its tmpfs full, is stopped and deleted as any other."""
    with bundle() as b:
        b.config["linux"]["resources"]["memory"] = {"limit": 32 << 20, "swap": 32 << 20}
        b.args("sh", "-c", "dd if=/dev/zero of=/dev/shm/x bs=1M count=60; echo done; sleep 1000").save()
        cid = b.new_id()
        check(create(b, cid), "create")
        b("start", cid)
        time.sleep(1)
        b("delete", "-f", cid)
        b.nothing_left(cid)


if __name__ == "__main__":
    main()
