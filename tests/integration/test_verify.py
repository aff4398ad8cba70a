#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""`bulkhead verify`: a healthy container passes; whatever is broken from outside is named, and nothing else.

Two ways to break something: change the container (limits, mounts, cgroups, files of the state directory); or, where
the kernel lets nobody do that, change what is stored, seal it again and so change what is expected."""
import contextlib
import hashlib
import json
import os
import resource
import shutil
import signal
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from bundle import bundle  # noqa: E402
from harness import (BULKHEAD, IDS_DIR, Skip, check, equal, has, id_ranges, main, read, run, test,  # noqa: E402
                     wait_for, write)

SEAL = "trusted.bulkhead.seal"
FILES = ("state.json", "config.json", "hardening.json")
UNIFIED = os.path.exists("/sys/fs/cgroup/cgroup.controllers")


def report(b, cid, *options, status=0):
    r = b("verify", "--format", "json", *options, cid, status=status)
    equal(r.err, "", "stderr of verify")
    found = json.loads(r.out)
    equal(sorted(found), ["checks", "failed", "id", "pid", "seal", "status", "verified"], "members")
    for row in found["checks"]:
        equal(sorted(row), ["area", "expected", "result", "seen", "what"], "members of a row")
        check(row["result"] in ("ok", "note", "FAILED"), row)
    failed = [row for row in found["checks"] if row["result"] == "FAILED"]
    equal((found["verified"], found["failed"]), (not failed, len(failed)), "sums")
    equal(found["verified"], status == 0, f"verified, of {failed}")
    return found


def row(found, area, what):
    rows = [r for r in found["checks"] if r["area"] == area and (r["what"] == what or r["what"].startswith(f"{what} "))]
    equal(len(rows), 1, f"rows of {area} {what}: {rows}")
    return rows[0]


def fails(b, cid, *expected, options=()):
    """verify names exactly these comparisons ("area what") and exits 1."""
    found = report(b, cid, *options, status=1)
    got = sorted(f"{r['area']} {r['what']}" for r in found["checks"] if r["result"] == "FAILED")
    equal(got, sorted(expected), "what failed")
    return found


@contextlib.contextmanager
def running(*argv, **config):
    with bundle() as b:
        b.config["process"].update(config)
        with b.started(*(argv or ("sleep", "1000"))) as cid:
            yield b, cid, b.state(cid)["pid"]


def record(b, cid):
    return json.loads(read(f"{b.root}/{cid}/state.json"))


def cgroup_dir(b, cid, controller):
    paths = record(b, cid)["cgroupPaths"]
    if UNIFIED:
        return paths[0]
    return next(p for p in paths if controller in p.split("/")[4].split(","))


def seal_dir(b, cid):
    paths = record(b, cid)["cgroupPaths"]
    return next((p for p in paths if os.path.exists(f"{p}/cgroup.events")), paths[0])


def seal_again(b, cid):
    """What somebody could do who knows all about it: the files are then believed."""
    text = "".join(f"{hashlib.sha256(open(f'{b.root}/{cid}/{n}', 'rb').read()).hexdigest()} {n}\n" for n in FILES)
    os.setxattr(seal_dir(b, cid), SEAL, text.encode())


def edit(b, cid, name, change, seal=False):
    path = f"{b.root}/{cid}/{name}"
    before = read(path)
    document = json.loads(before)
    change(document)
    write(path, json.dumps(document))
    if seal:
        seal_again(b, cid)
    return before


def inside(pid, *argv):
    """The host's root in the container's mount namespace, where none of its limits holds it."""
    run("nsenter", "-t", pid, "-m", *argv)


@test
def healthy():
    with bundle() as b:
        b.config["process"]["rlimits"] = [{"type": "RLIMIT_NOFILE", "soft": 100, "hard": 200}]
        b.config["process"]["oomScoreAdj"] = 300
        b.config["process"]["user"] = {"uid": 1000, "gid": 1000}
        b.config["linux"]["resources"].update(memory={"limit": 64 << 20}, pids={"limit": 50}, cpu={"shares": 512})
        os.mkdir(f"{b.top}/volume")
        b.config["mounts"].append({"destination": "/volume", "type": "bind", "source": f"{b.top}/volume",
                                   "options": ["rbind", "ro"]})
        with b.created("sh", "-c", "sleep 1000 & sleep 1000 & wait") as cid:
            found = report(b, cid)
            equal((found["id"], found["status"], found["pid"]), (cid, "created", b.state(cid)["pid"]))
            equal(row(found, "seccomp", "mode")["result"], "note")
            b("start", cid)
            wait_for(lambda: len(read(f"{cgroup_dir(b, cid, 'pids')}/cgroup.procs").split()) == 3, "three processes")
            found = report(b, cid)
            equal(found["status"], "running")
            equal(row(found, "seccomp", "program")["result"], "note")
            equal(row(found, "mounts", "/volume")["result"], "ok")
            equal(row(found, "limits", "RLIMIT_NOFILE")["expected"], "at most 100:200")
            has(row(found, "other processes", "processes")["seen"], "3, of which 0")
            equal(row(report(b, cid, "--stop"), "seccomp", "program")["seen"], "the same")
            table = b("verify", cid).out
            has(table, f"Container {cid} (process {found['pid']}, running) is as planned.")
            equal(table.splitlines()[0].split(), ["RESULT", "AREA", "WHAT", "EXPECTED", "SEEN"])


@test
def frozen_terminal_and_readonly():
    with bundle() as b:
        b.config["root"]["readonly"] = True
        with b.started("sleep", "1000") as cid:
            freezer = cgroup_dir(b, cid, "freezer")
            v2 = os.path.exists(f"{freezer}/cgroup.freeze")
            knob, on, off = ("cgroup.freeze", "1", "0") if v2 else ("freezer.state", "FROZEN", "THAWED")
            write(f"{freezer}/{knob}", on)
            wait_for(lambda: b.state(cid)["status"] == "paused", "paused")
            found = report(b, cid, "--stop")
            equal(found["status"], "paused")
            has(row(found, "mounts", "/")["expected"], "ro,nosuid,nodev")
            has(row(found, "seccomp", "program")["seen"], "paused")
            write(f"{freezer}/{knob}", off)


@test
def no_container_to_look_at():
    with bundle() as b:
        has(b("verify", "none", status=1).err, "container does not exist")
        has(b("verify", "--format", "xml", "none", status=1).err, "invalid format option")
        with b.started("true") as cid:
            wait_for(lambda: b.state(cid)["status"] == "stopped", "end")
            has(b("verify", cid, status=1).err, "cannot verify a container that has stopped")
            os.rename(f"{b.root}/{cid}/state.json", f"{b.top}/state.json")
            error = b("verify", cid, status=1).err
            has(error, "nothing of the container runs, and state of the container is damaged: ")
            has(error, f"{cid} has no state.json")
            os.rename(f"{b.top}/state.json", f"{b.root}/{cid}/state.json")


@test
def limits_that_were_raised():
    with running() as (b, cid, pid):
        pids = f"{cgroup_dir(b, cid, 'pids')}/pids.max"
        memory = f"{cgroup_dir(b, cid, 'memory')}/" + ("memory.max" if UNIFIED else "memory.limit_in_bytes")
        before = read(pids)
        write(pids, "max")
        found = fails(b, cid, "cgroup pids.max (/linux/resources/pids/limit)")
        equal(row(found, "cgroup", "pids.max")["seen"], "max")
        write(pids, before)
        report(b, cid)
        before = read(memory)
        write(memory, str(int(before) - (1 << 20)))
        fails(b, cid, f"cgroup {os.path.basename(memory)} (/linux/resources/memory/limit)")
        write(memory, before)
        report(b, cid)
        table = b("verify", cid).out
        check("FAILED" not in table, table)


@test
def a_limit_that_not_every_kernel_has():
    """It need not be in force; but what was has to stay."""
    with bundle() as b:
        b.config["linux"]["resources"]["cpu"] = {"idle": 0}
        with b.started("sleep", "1000") as cid:
            knob = f"{cgroup_dir(b, cid, 'cpu')}/cpu.idle"
            if not os.path.exists(knob):
                raise Skip("no cpu.idle: it came with Linux 5.15")
            report(b, cid)
            write(knob, "1")
            fails(b, cid, "cgroup cpu.idle (/linux/resources/cpu/idle)")
            # As on a kernel where it did not stick.
            edit(b, cid, "hardening.json", lambda d: d["cgroup"].update(
                limits=[x for x in d["cgroup"]["limits"] if x["file"] != "cpu.idle"]), seal=True)
            equal(row(report(b, cid), "cgroup", "cpu.idle")["result"], "note")


@test
def a_tracer_of_its_own():
    """Who is traced cannot be stopped by another; what was asked for and not done is no success."""
    strace = shutil.which("strace")
    if not strace:
        raise Skip("no strace to hold the process")
    with running() as (b, cid, pid):
        tracer = subprocess.Popen([strace, "-qq", "-o", "/dev/null", "-p", str(pid)])
        try:
            wait_for(lambda: "TracerPid:\t0" not in read(f"/proc/{pid}/status"), "tracer")
            report(b, cid)
            fails(b, cid, "seccomp program", options=("--stop",))
        finally:
            tracer.terminate()
            tracer.wait()
        report(b, cid, "--stop")


@test
def device_rules():
    with running() as (b, cid, pid):
        rules = "cgroup devices (/linux/resources/devices)"
        before = edit(b, cid, "config.json", lambda c: c["linux"]["resources"]["devices"].append(
            {"allow": True, "type": "c", "major": 1, "minor": 7, "access": "m"}), seal=True)
        found = fails(b, cid, rules)
        has(row(found, "cgroup", "devices")["seen"], "none has the planned instructions" if UNIFIED else "devices.list")
        write(f"{b.root}/{cid}/config.json", before)
        seal_again(b, cid)
        report(b, cid)
        if UNIFIED:
            return
        devices = cgroup_dir(b, cid, "devices")
        write(f"{devices}/devices.allow", "c 10:229 rwm")
        found = fails(b, cid, rules)
        has(row(found, "cgroup", "devices")["seen"], "c 10:229 rwm")
        write(f"{devices}/devices.deny", "c 10:229 rwm")
        report(b, cid)
        write(f"{devices}/devices.deny", "c 1:3 rwm")
        fails(b, cid, rules)


@test
def out_of_its_cgroups():
    with running("sh", "-c", "sleep 1000 & echo $! >/tmp/pid; wait") as (b, cid, pid):
        pids = cgroup_dir(b, cid, "pids")
        wait_for(lambda: len(read(f"{pids}/cgroup.procs").split()) == 2, "two processes")
        top = os.path.dirname(pids)
        name = "cgroup v2" if UNIFIED else f"cgroup v1 {pids.split('/')[4]}"
        write(f"{top}/cgroup.procs", str(pid))
        found = fails(b, cid, name)
        equal(row(found, "cgroup", name[7:])["expected"], pids)
        write(f"{pids}/cgroup.procs", str(pid))
        report(b, cid)
        # Another process of the container, out of all of them.
        child = next(int(p) for p in read(f"{pids}/cgroup.procs").split() if int(p) != pid)
        for path in record(b, cid)["cgroupPaths"]:
            write(f"{os.path.dirname(path)}/cgroup.procs", str(child))
        found = fails(b, cid, f"other processes process {child}")
        has(row(found, "other processes", f"process {child}")["seen"], "not in its cgroups")
        for path in record(b, cid)["cgroupPaths"]:
            write(f"{path}/cgroup.procs", str(child))
        report(b, cid)


@test
def a_stranger_in_its_cgroups():
    with running() as (b, cid, pid):
        stranger = subprocess.Popen(["sleep", "1000"])
        try:
            for path in record(b, cid)["cgroupPaths"]:
                write(f"{path}/cgroup.procs", str(stranger.pid))
            found = fails(b, cid, f"other processes process {stranger.pid} (sleep)")
            has(row(found, "other processes", f"process {stranger.pid}")["seen"], "user namespace")
        finally:
            stranger.kill()
            stranger.wait()
        report(b, cid)


@test
def limits_of_the_process():
    with bundle() as b:
        b.config["process"]["rlimits"] = [{"type": "RLIMIT_NOFILE", "soft": 100, "hard": 200}]
        b.config["process"]["oomScoreAdj"] = 300
        with b.created("sleep", "1000") as cid:
            pid = b.state(cid)["pid"]
            resource.prlimit(pid, resource.RLIMIT_NOFILE, (50, 100))
            found = fails(b, cid, "limits RLIMIT_NOFILE")
            equal((row(found, "limits", "RLIMIT_NOFILE")["expected"], row(found, "limits", "RLIMIT_NOFILE")["seen"]),
                  ("100:200", "50:100"))
            b("start", cid)
            report(b, cid)
            write(f"/proc/{pid}/oom_score_adj", "10")
            fails(b, cid, "process oom_score_adj")
            # Nobody can raise a hard limit here: expect a lower one instead.
            edit(b, cid, "config.json", lambda c: c["process"].update(
                rlimits=[{"type": "RLIMIT_NOFILE", "soft": 10, "hard": 20}], oomScoreAdj=5), seal=True)
            fails(b, cid, "limits RLIMIT_NOFILE")


@test
def files_of_the_state_directory():
    with running() as (b, cid, pid):
        for name, change in (("config.json", lambda d: d["linux"]["resources"]["pids"].update(limit=1 << 20)),
                             ("hardening.json", lambda d: d.update(decisions=[])),
                             ("state.json", lambda d: d.update(annotations={"a": "b"}))):
            before = edit(b, cid, name, change)
            also = ["cgroup pids.max (/linux/resources/pids/limit)"] if name == "config.json" else []
            found = fails(b, cid, f"state {name}", *also)
            has(row(found, "state", name)["seen"], "not what bulkhead wrote")
            # What does not need the files is checked by the policy in force.
            equal(row(found, "minimum", "NoNewPrivs")["result"], "ok")
            write(f"{b.root}/{cid}/{name}", before)
            report(b, cid)
        for name, words in (("config.json", "plan"), ("hardening.json", "plan"), ("state.json", "first process")):
            path = f"{b.root}/{cid}/{name}"
            before = read(path)
            for text in ("", "{", "\0", "[]", before[:-20]):
                write(path, text)
                found = fails(b, cid, f"state {name}", f"state {words}")
                equal(found["pid"], pid)
                equal(row(found, "minimum", "user namespace")["seen"], "its own")
                equal(row(found, "minimum", "limit on processes")["result"], "ok")
            os.unlink(path)
            found = fails(b, cid, f"state {name}", f"state {words}")
            has(row(found, "state", name)["seen"], "missing")
            write(path, before)
            report(b, cid)


@test
def the_seal_itself():
    with running() as (b, cid, pid):
        where = seal_dir(b, cid)
        text = os.getxattr(where, SEAL)
        equal([line.split(" ")[1] for line in text.decode().splitlines()], list(FILES))
        for path in record(b, cid)["cgroupPaths"]:
            equal(SEAL in os.listxattr(path), path == where, path)
        for bad, words in ((b"", "as written"), (b"x", "cannot be read"), (text[:70], "cannot be read")):
            os.setxattr(where, SEAL, bad)
            found = report(b, cid, status=1)
            check(any(r["result"] == "FAILED" and words in r["expected"] + r["seen"] for r in found["checks"]), found)
        os.removexattr(where, SEAL)
        has(row(fails(b, cid, "state seal"), "state", "seal")["seen"], "none")
        seal_again(b, cid)
        equal(os.getxattr(where, SEAL), text, "the same text")
        report(b, cid)
        # Nobody inside can see or change it.
        code = f"cd {where} && exec sh -c 'getfattr -d -m - . 2>&1; setfattr -n {SEAL} -v x . 2>&1'"
        r = run("nsenter", "-t", pid, "-U", "sh", "-c", code, status=None)
        check(r.status != 0 and SEAL + "=" not in r.out, r)


@test
def another_process_in_its_place():
    with running() as (b, cid, pid):
        stranger = subprocess.Popen(["sleep", "1000"])
        try:
            start = int(read(f"/proc/{stranger.pid}/stat").rsplit(")", 1)[1].split()[19])
            before = edit(b, cid, "state.json", lambda d: d.update(pid=stranger.pid, startTime=start))
            found = fails(b, cid, "state state.json", "state first process")
            equal(found["pid"], pid, "who is looked at")
            has(row(found, "state", "first process")["seen"], f"names process {stranger.pid}")
            # With cgroups of its own choice, where nothing limits it.
            edit(b, cid, "state.json", lambda d: d.update(cgroupPaths=[os.path.dirname(p) for p in d["cgroupPaths"]]))
            found = report(b, cid, status=1)
            equal((found["pid"], row(found, "state", "state.json")["result"]), (pid, "FAILED"))
            write(f"{b.root}/{cid}/state.json", before)
            report(b, cid)
            # A wrong start time, a process that is gone: the same.
            edit(b, cid, "state.json", lambda d: d.update(startTime=1))
            equal(fails(b, cid, "state state.json", "state first process")["pid"], pid)
            write(f"{b.root}/{cid}/state.json", before)
        finally:
            stranger.kill()
            stranger.wait()


@test
def another_container_in_its_place():
    """The whole state directory of a healthy container under another one's name."""
    with running() as (b, one, pid):
        with b.started("sleep", "1000") as two:
            kept = {n: read(f"{b.root}/{one}/{n}") for n in FILES}
            for n in FILES:
                write(f"{b.root}/{one}/{n}", read(f"{b.root}/{two}/{n}"))
            found = report(b, one, status=1)
            equal(row(found, "state", "container id")["result"], "FAILED")
            equal(row(found, "ids", "range")["result"], "FAILED")
            report(b, two)
            for n, text in kept.items():
                write(f"{b.root}/{one}/{n}", text)
            report(b, one)


@test
def a_host_process_without_any_confinement():
    """Who gives maps of its own holds no range: state.json is taken at its word, and then all of it is wrong."""
    with bundle() as b:
        b.config["linux"]["namespaces"].append({"type": "user"})
        for kind in ("uidMappings", "gidMappings"):
            b.config["linux"][kind] = [{"containerID": 0, "hostID": 3000000, "size": 65536}]
        run("chown", "-R", "3000000:3000000", b.rootfs)
        with b.started("sleep", "1000") as cid:
            report(b, cid)
            stranger = subprocess.Popen(["sleep", "1000"])
            try:
                start = int(read(f"/proc/{stranger.pid}/stat").rsplit(")", 1)[1].split()[19])
                for path in record(b, cid)["cgroupPaths"]:
                    write(f"{path}/cgroup.procs", str(stranger.pid))
                before = edit(b, cid, "state.json", lambda d: d.update(pid=stranger.pid, startTime=start), seal=True)
                found = report(b, cid, status=1)
                for area, what in (("namespaces", "user"), ("namespaces", "pid"), ("namespaces", "net"), ("namespaces", "mnt"),
                                   ("ids", "uid map"), ("ids", "gid map"), ("process", "CapBnd"), ("process", "CapPrm"),
                                   ("process", "CapEff"), ("process", "NoNewPrivs"), ("seccomp", "mode"),
                                   ("mounts", "/"), ("mounts", "owner"), ("masked paths", "/proc/keys"),
                                   ("read-only paths", "/proc/sys")):
                    equal(row(found, area, what)["result"], "FAILED", f"{area} {what}")
                has(row(found, "process", "CapBnd")["seen"], "not in the plan")
                write(f"{b.root}/{cid}/state.json", before)
                seal_again(b, cid)
            finally:
                stranger.kill()
                stranger.wait()
            report(b, cid)


@test
def a_root_with_two_names():
    """docker says /var/run; an administrator finds the directory below /run."""
    with running() as (b, cid, pid):
        os.symlink(b.root, f"{b.top}/other")
        found = json.loads(run(BULKHEAD, "--root", f"{b.top}/other", "verify", "-f", "json", cid).out)
        equal((found["verified"], row(found, "ids", "range")["result"]), (True, "ok"))


@test
def range_given_to_somebody_else():
    with running() as (b, cid, pid):
        name = next(n for n, target in id_ranges().items() if target == f"{b.root}/{cid}")
        os.rename(f"{IDS_DIR}/{name}", f"{IDS_DIR}/elsewhere-{os.getpid()}")
        try:
            has(row(fails(b, cid, "ids range"), "ids", "range")["seen"], "another container can get the same ids")
            os.symlink(b.root, f"{IDS_DIR}/{name}")
            fails(b, cid, "ids range")
        finally:
            if os.path.islink(f"{IDS_DIR}/{name}"):
                os.unlink(f"{IDS_DIR}/{name}")
            os.rename(f"{IDS_DIR}/elsewhere-{os.getpid()}", f"{IDS_DIR}/{name}")
        report(b, cid)


@test
def mounts_on_top():
    """Locked mounts can be neither removed nor changed by anybody; but the host's root can cover them."""
    with running() as (b, cid, pid):
        r = run("nsenter", "-t", pid, "-m", "umount", "/proc/keys", status=None)
        check(r.status != 0, "a locked mask was unmounted")
        report(b, cid)
        for argv, failed in (
                (("mount", "--bind", "/proc/version", "/proc/keys"), "masked paths /proc/keys"),
                (("mount", "-t", "tmpfs", "x", "/sys/firmware"), "masked paths /sys/firmware"),
                (("mount", "-t", "tmpfs", "x", "/proc/bus"), "read-only paths /proc/bus"),
                (("mount", "-t", "tmpfs", "-o", "nosuid,nodev,noexec", "x", "/proc"), "mounts /proc"),
                (("mount", "-t", "tmpfs", "x", "/dev/shm"), "mounts /dev/shm"),
                (("mount", "-t", "tmpfs", "-o", "nosuid,nodev,noexec", "x", "/dev/mqueue"), "mounts /dev/mqueue")):
            inside(pid, *argv)
            fails(b, cid, failed)
            inside(pid, "umount", argv[-1])
            report(b, cid)
        # One that nobody planned is no fault by itself.
        inside(pid, "mount", "-t", "tmpfs", "x", "/home")
        equal(row(report(b, cid), "mounts", "/home")["result"], "note")
        inside(pid, "umount", "/home")


@test
def device_nodes():
    with running() as (b, cid, pid):
        inside(pid, "mknod", "/dev/mem", "c", "1", "1")
        found = fails(b, cid, "devices /dev/mem")
        equal(row(found, "devices", "/dev/mem")["seen"], "character device 1:1")
        inside(pid, "rm", "/dev/mem", "/dev/full")
        equal(row(report(b, cid), "devices", "/dev/full")["result"], "note")
        inside(pid, "mknod", "/dev/full", "b", "7", "0")
        fails(b, cid, "devices /dev/full")


@test
def a_stricter_plan():
    """Every comparison that nobody can make fail from outside: expect more than there is."""
    with running() as (b, cid, pid):
        def capabilities(c):
            for s in ("bounding", "permitted", "effective"):
                c["process"]["capabilities"][s] = ["CAP_CHOWN"]

        def mount(c, destination, option):
            next(m for m in c["mounts"] if m["destination"] == destination)["options"].append(option)

        def measures(d):
            d["measures"]["rootfsNoexec"] = True

        write(f"{b.top}/volume", "")
        kept = {n: read(f"{b.root}/{cid}/{n}") for n in FILES}
        for name, change, failed, options in (
                ("config.json", capabilities, ["process CapBnd", "process CapPrm", "process CapEff"], ()),
                ("config.json", lambda c: c["linux"]["maskedPaths"].append("/proc/version"), ["masked paths /proc/version"], ()),
                ("config.json", lambda c: c["linux"]["readonlyPaths"].append("/etc"), ["read-only paths /etc"], ()),
                ("config.json", lambda c: c["root"].update(readonly=True), ["mounts /"], ()),
                ("config.json", lambda c: mount(c, "/dev/shm", "ro"), ["mounts /dev/shm"], ()),
                ("config.json", lambda c: c["mounts"].append({"destination": "/home", "type": "tmpfs", "source": "x"}),
                 ["mounts /home"], ()),
                ("config.json", lambda c: c["mounts"].append(
                    {"destination": "/volume", "type": "bind", "source": f"{b.top}/volume", "options": ["bind"]}),
                 ["mounts /volume"], ()),
                ("config.json", lambda c: c["linux"]["resources"].update(cpu={"shares": 77}),
                 ["cgroup cpu.shares (/linux/resources/cpu/shares)"], ()),
                ("config.json", lambda c: c["linux"]["uidMappings"][0].update(size=1000), ["ids uid map"], ()),
                ("config.json", lambda c: c["linux"].update(seccomp={
                    "defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["mkdirat"], "action": "SCMP_ACT_ERRNO"}]}),
                 ["seccomp program"], ("--stop",)),
                ("hardening.json", measures, ["mounts /"], ()),
                ("state.json", lambda d: d.update(rootUID=5), ["ids root in state.json"], ()),
                ("state.json", lambda d: d.update(rootfs="/etc"), ["mounts directory of /"], ()),
                ("state.json", lambda d: d.update(id="other"), ["state container id"], ())):
            if failed[0].startswith("cgroup cpu") and UNIFIED:
                failed = ["cgroup cpu.weight (/linux/resources/cpu/shares)"]
            edit(b, cid, name, change, seal=True)
            found = fails(b, cid, *failed, options=options)
            if "version" in failed[0]:
                equal(row(found, "masked paths", "/proc/version")["seen"], "open to everybody inside")
            write(f"{b.root}/{cid}/{name}", kept[name])
            seal_again(b, cid)
        report(b, cid, "--stop")


@test
def it_disturbs_nobody():
    """--stop is over at once; the process goes on, and is nobody's tracee afterwards."""
    with running("sh", "-c", "i=0; while :; do i=$((i+1)); echo $i >/tmp/n; sleep 0.01; done") as (b, cid, pid):
        wait_for(lambda: os.path.exists(f"{b.rootfs}/tmp/n"), "its first step")
        for _ in range(5):
            equal(row(report(b, cid, "--stop"), "seccomp", "program")["result"], "ok")
        has(read(f"/proc/{pid}/status"), "TracerPid:\t0")
        n = read(f"{b.rootfs}/tmp/n")
        wait_for(lambda: read(f"{b.rootfs}/tmp/n") not in ("", n), "it goes on")
        before = {n: (read(f"{b.root}/{cid}/{n}"), os.stat(f"{b.root}/{cid}/{n}").st_mtime_ns) for n in FILES}
        report(b, cid)
        equal({n: (read(f"{b.root}/{cid}/{n}"), os.stat(f"{b.root}/{cid}/{n}").st_mtime_ns) for n in FILES}, before)
        equal(sorted(os.listdir(f"{b.root}/{cid}")), sorted(FILES))
        os.kill(pid, signal.SIGKILL)
        wait_for(lambda: b.state(cid)["status"] == "stopped", "end")


@test
def sysctls():
    with bundle() as b:
        b.config["linux"]["sysctl"] = {"net.ipv4.ip_unprivileged_port_start": "99", "kernel.msgmax": "4242"}
        with b.started("sleep", "1000") as cid:
            found = report(b, cid)
            equal([(r["what"], r["seen"]) for r in found["checks"] if r["area"] == "sysctls"],
                  [("net.ipv4.ip_unprivileged_port_start", "99"), ("kernel.msgmax", "4242")])
            pid = b.state(cid)["pid"]
            run("nsenter", "-t", pid, "-n", "sh", "-c", "echo 100 >/proc/sys/net/ipv4/ip_unprivileged_port_start")
            equal(row(fails(b, cid, "sysctls net.ipv4.ip_unprivileged_port_start"), "sysctls",
                      "net.ipv4.ip_unprivileged_port_start")["seen"], "100")


@test
def signals_that_come_meanwhile():
    """A signal that arrives while the process is stopped is handed on."""
    script = "trap 'n=$((n+1)); echo $n >/tmp/n' USR1; n=0; echo 0 >/tmp/n; while :; do sleep 0.01; done"
    with running("sh", "-c", script) as (b, cid, pid):
        wait_for(lambda: os.path.exists(f"{b.rootfs}/tmp/n"), "trap")
        for i in range(1, 31):
            p = subprocess.Popen([BULKHEAD, "--root", b.root, "verify", "--stop", cid], stdout=subprocess.DEVNULL)
            os.kill(pid, signal.SIGUSR1)
            equal(p.wait(60), 0, "status of verify")
            wait_for(lambda: read(f"{b.rootfs}/tmp/n") == f"{i}\n", f"signal {i}")


@test
def documents_written_anew():
    """update seals what it writes, but not what somebody else has written."""
    with running() as (b, cid, pid):
        b("update", "--pids-limit", "33", cid)
        equal(row(report(b, cid), "cgroup", "pids.max")["seen"], "33")
        # Its stdio is the caller's: no pipe that the test waits on.
        null = subprocess.DEVNULL
        subprocess.run([BULKHEAD, "--root", b.root, "exec", "--detach", cid, "sleep", "1000"],
                       stdin=null, stdout=null, stderr=null, timeout=60, check=True)
        has(row(report(b, cid), "other processes", "processes")["seen"], "2, of which 0")
        edit(b, cid, "state.json", lambda d: d.update(annotations={"a": "b"}))
        b("update", "--pids-limit", "34", cid)
        found = report(b, cid, status=1)
        equal((row(found, "state", "state.json")["result"], row(found, "cgroup", "pids.max")["seen"]), ("FAILED", "34"))


@test
def joined_containers():
    with running() as (b, one, pid):
        for ns in b.config["linux"]["namespaces"]:
            if ns["type"] in ("network", "ipc"):
                ns["path"] = f"/proc/{pid}/ns/{'net' if ns['type'] == 'network' else 'ipc'}"
        with b.started("sleep", "1000") as two:
            found = report(b, two)
            has(row(found, "namespaces", "net")["expected"], "the one at /proc/")
            report(b, one)
            # The path is gone, the namespace is not.
            b("kill", one, "KILL")
            wait_for(lambda: b.state(one)["status"] == "stopped", "end")
            equal([r["result"] for r in report(b, two)["checks"] if r["area"] == "namespaces" and "gone" in r["seen"]],
                  ["note", "note"])


@test
def chrooted_first_process():
    script = "mkdir -p /tmp/jail/bin && cp /bin/busybox /tmp/jail/bin/sleep && exec chroot /tmp/jail /bin/sleep 1000"
    with running("sh", "-c", script) as (b, cid, pid):
        wait_for(lambda: os.readlink(f"/proc/{pid}/root").endswith("/tmp/jail"), "chroot")
        report(b, cid)


if __name__ == "__main__":
    main()
