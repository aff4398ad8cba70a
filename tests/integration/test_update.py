#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""update, pause, resume and ps on real containers: what the kernel says afterwards, and what was written down."""
import glob
import json
import os
import subprocess
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from bundle import bundle  # noqa: E402
from harness import BULKHEAD, cgroups, check, equal, has, lacks, main, read, run, test, wait_for, write  # noqa: E402

MB = 1 << 20


def knob(cid, *names):
    """The first of these files that one of the container's cgroups has."""
    for d in cgroups(cid):
        for n in names:
            if os.path.exists(f"{d}/{n}"):
                return read(f"{d}/{n}").strip()
    raise AssertionError(f"no {names}")


def memory(cid):
    return int(knob(cid, "memory.limit_in_bytes", "memory.max"))


def swap(cid):
    """Memory and swap together; None where swap is not accounted."""
    for d in cgroups(cid):
        if os.path.exists(f"{d}/memory.memsw.limit_in_bytes"):
            return int(read(f"{d}/memory.memsw.limit_in_bytes"))
        if os.path.exists(f"{d}/memory.swap.max"):
            return int(read(f"{d}/memory.swap.max")) + memory(cid)
    return None


def stored(b, cid):
    return json.loads(read(f"{b.root}/{cid}/config.json"))["linux"]["resources"]


def hardening(b, cid):
    return json.loads(read(f"{b.root}/{cid}/hardening.json"))


def update(b, cid, document, **kw):
    return b("update", "--resources", "-", cid, stdin=json.dumps(document), **kw)


def refused(b, cid, *argv, words=(), **kw):
    """An update that fails and changes nothing."""
    before = [read(f) for f in files(b, cid)], memory(cid), knob(cid, "pids.max")
    r = b("update", *argv, cid, status=1, **kw)
    for w in words:
        has(r.err, w)
    equal(len(r.err.splitlines()), 1, "lines of the error")
    equal(([read(f) for f in files(b, cid)], memory(cid), knob(cid, "pids.max")), before, "after a refusal")


def files(b, cid):
    return sorted(glob.glob(f"{b.root}/{cid}/*.json"))


@test
def memory_goes_up_and_down():
    with bundle() as b:
        b.config["linux"]["resources"]["memory"] = {"limit": 128 * MB}
        with b.started("sleep", "1000") as cid:
            equal((memory(cid), swap(cid) in (None, 128 * MB)), (128 * MB, True))
            for size, want in (("512m", 512 * MB), ("64M", 64 * MB), ("0.25g", 256 * MB), (str(100 * MB), 100 * MB)):
                r = b("update", "--memory", size, cid)
                equal(r.all, "", "output of update")
                equal(memory(cid), want)
                check(swap(cid) in (None, want), f"a container without swap has none: {swap(cid)}")
                equal(stored(b, cid)["memory"]["limit"], want)
            record = hardening(b, cid)
            check(record["decisions"], "decisions of create stay")
            check("update" in record and "measures" in record, record.keys())
            values = [x["value"] for x in record["cgroup"]["limits"] if x["file"] in ("memory.limit_in_bytes", "memory.max")]
            equal(values, [str(100 * MB)], "as read back")


@test
def swap_moves_with_memory_in_both_directions():
    with bundle() as b:
        b.config["linux"]["resources"]["memory"] = {"limit": 64 * MB, "swap": 128 * MB}
        with b.started("sleep", "1000") as cid:
            if swap(cid) is None:
                return
            for limit, total in ((256, 512), (32, 64), (64, 64), (300, 301)):
                b("update", "--memory", f"{limit}m", "--memory-swap", f"{total}m", cid)
                equal((memory(cid), swap(cid)), (limit * MB, total * MB))
            refused(b, cid, "--memory", "400m", words=["/linux/resources/memory/swap: is less than the memory limit"])
            refused(b, cid, "--memory-swap", "100m", words=["is less than the memory limit"])


@test
def no_limit_is_no_way_out():
    with bundle() as b:
        b.config["linux"]["resources"]["memory"] = {"limit": 64 * MB}
        b.config["linux"]["resources"]["pids"] = {"limit": 50}
        with b.started("sleep", "1000") as cid:
            b("update", "--pids-limit", "-1", "--memory", "-1", "--memory-swap", "-1", cid)
            ram = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
            check(64 * MB < memory(cid) < ram, memory(cid))
            check(swap(cid) in (None, memory(cid)), swap(cid))
            equal(knob(cid, "pids.max"), "2048")
            why = {d["pointer"]: d["why"] for d in hardening(b, cid)["update"]}
            has(why["/linux/resources/pids/limit"], "fork bomb")
            update(b, cid, {"unified": {"pids.max": "max"}}, status=None)
            equal(knob(cid, "pids.max"), "2048")


@test
def every_flag():
    flags = {
        "--cpu-period": ("50000", ("cpu.cfs_period_us",), "50000"),
        "--cpu-quota": ("25000", ("cpu.cfs_quota_us",), "25000"),
        "--cpu-share": ("512", ("cpu.shares",), "512"),
        "--cpuset-cpus": ("0", ("cpuset.cpus",), "0"),
        "--cpuset-mems": ("0", ("cpuset.mems",), "0"),
        "--pids-limit": ("77", ("pids.max",), "77"),
        "--memory-reservation": ("32m", ("memory.soft_limit_in_bytes", "memory.low"), str(32 * MB)),
    }
    with bundle() as b, b.started("sleep", "1000") as cid:
        v1 = any(os.path.exists(f"{d}/cpu.shares") for d in cgroups(cid))
        for flag, (value, names, want) in flags.items():
            b("update", flag, value, cid)
            if v1 or not names[0].startswith("cpu."):
                equal(knob(cid, *names), want, flag)
        # What was set before stays when something else is set.
        if v1:
            equal((knob(cid, "cpu.cfs_quota_us"), knob(cid, "cpu.shares")), ("25000", "512"))
            b("update", "--cpu-quota", "-1", "--cpu-burst", "0", cid)
            equal(knob(cid, "cpu.cfs_quota_us"), "-1")
            b("update", "--cpu-period", "100000", "--cpu-quota", "200000", cid)
            equal((knob(cid, "cpu.cfs_period_us"), knob(cid, "cpu.cfs_quota_us")), ("100000", "200000"))
            b("update", "--cpu-idle", "1", cid)
            equal(knob(cid, "cpu.idle"), "1")
            b("update", "--cpu-idle", "0", "--cpu-shares", "1024", cid)
            equal((knob(cid, "cpu.idle"), knob(cid, "cpu.shares")), ("0", "1024"))
        b("update", "--kernel-memory", "100m", "--kernel-memory-tcp", "1", cid)


@test
def documents():
    with bundle() as b, b.started("sleep", "1000") as cid:
        # What dockerd sends: every member, most of them 0.
        update(b, cid, {"memory": {"limit": 200 * MB, "swap": 0, "reservation": 0, "kernel": 0},
                        "cpu": {"shares": 0, "quota": 0, "period": 0, "cpus": "", "mems": "", "realtimeRuntime": 0},
                        "pids": {"limit": 0}, "blockIO": {"weight": 0}, "somethingNew": {"x": 1}})
        equal((memory(cid), knob(cid, "pids.max")), (200 * MB, "2048"))
        write(f"{b.top}/r.json", json.dumps({"pids": {"limit": 99}}))
        # The other options are ignored, as runc does.
        b("update", "-r", f"{b.top}/r.json", "--pids-limit", "55", "--memory", "nonsense", cid)
        equal(knob(cid, "pids.max"), "99")
        update(b, cid, {"devices": [{"allow": True, "access": "rwm"}], "pids": {"limit": 98}})
        notes = [d for d in hardening(b, cid)["update"] if d["rule"] == "device-rules"]
        equal(len(notes), 1, "a note about device rules")
        equal(stored(b, cid)["devices"][0], {"allow": False, "access": "rwm"})
        update(b, cid, {})
        equal((memory(cid), knob(cid, "pids.max")), (200 * MB, "98"))


@test
def refusals_change_nothing():
    with bundle() as b:
        b.config["linux"]["resources"]["memory"] = {"limit": 128 * MB}
        with b.started("sh", "-c", "dd if=/dev/zero of=/dev/shm/x bs=1M count=40 2>/dev/null; echo ready; sleep 1000") as cid:
            wait_for(lambda: "ready" in b.output(), "40 MB in use")
            # pids come before memory: they are put back.
            if any(os.path.exists(f"{d}/memory.max") for d in cgroups(cid)):
                document = json.dumps({"pids": {"limit": 44}, "memory": {"limit": 20 * MB, "checkBeforeUpdate": True}})
                refused(b, cid, "-r", "-", stdin=document, words=["rejecting memory limit 20971520 < usage "])
            else:
                refused(b, cid, "--pids-limit", "44", "--memory", "20m",
                        words=["unable to set memory limit to 20971520 (current usage: "])
            # Memory comes before CPUs, and is put back from above and from below.
            for size in ("300m", "100m"):
                refused(b, cid, "--memory", size, "--cpuset-cpus", "9999", words=["/linux/resources/cpu/cpus"])
                refused(b, cid, "--memory", size, "--memory-swap", "301m", "--cpuset-cpus", "9999", words=["/linux/resources/cpu/cpus"])
                check(swap(cid) in (None, 128 * MB), f"swap was not put back: {swap(cid)}")
            refused(b, cid, "--pids-limit", "43", "--cpu-rt-runtime", "950000", words=["policy: scheduling: real-time"])
            refused(b, cid, "--l3-cache-schema", "L3:0=f", words=["/linux/intelRdt: the container has no class of service"])
            refused(b, cid, "--mem-bw-schema", "MB:0=5", words=["/linux/intelRdt: the container has no class of service"])
            refused(b, cid, "-r", "/nonexistent", words=["/nonexistent"])
            for text in ("", "{", "[]", '{"memory":{"limit":"5"}}', '{"pids":{"limit":1.5}}', '{"pids":{"limit":1},"pids":{}}'):
                refused(b, cid, "-r", "-", stdin=text)


@test
def bad_values():
    with bundle() as b, b.started("sleep", "1000") as cid:
        for flag in ("--cpu-period", "--cpu-quota", "--cpu-share", "--cpu-burst", "--cpu-rt-period", "--cpu-rt-runtime",
                     "--cpu-idle", "--memory", "--memory-swap", "--memory-reservation", "--pids-limit", "--blkio-weight"):
            for value in ("x", "1x", "-2", "99999999999999999999", "0x10", "1e3", " 1"):
                if flag == "--cpu-rt-runtime" and value == "-2":
                    continue
                refused(b, cid, flag, value, words=[f'invalid value for {flag[2:]}: "{value}"'.replace('"', '\\"')])
        refused(b, cid, "--memory", "9999999999999g", words=["invalid value for memory"])
        r = b("update", status=1)
        has(r.out, "Incorrect Usage.")


@test
def which_states():
    with bundle() as b:
        equal(b("update", "--pids-limit", "5", "nobody", status=1).err.count("container does not exist"), 1)
        with b.created("sleep", "1000") as cid:
            b("update", "--pids-limit", "60", cid)
            equal(knob(cid, "pids.max"), "60")
            b("start", cid)
            b("pause", cid)
            b("update", "--pids-limit", "61", cid)
            equal(knob(cid, "pids.max"), "61")
            b("kill", cid, "KILL")
            wait_for(lambda: b.state(cid)["status"] == "stopped", "stopped")
            has(b("update", "--pids-limit", "5", cid, status=1).err, "container not running")


@test
def many_at_once():
    """The state directory's lock makes them one after the other."""
    with bundle() as b, b.started("sleep", "1000") as cid:
        results = []
        threads = [threading.Thread(target=lambda n=n: results.append(b("update", "--pids-limit", str(100 + n), cid, status=None)))
                   for n in range(8)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        equal([r.status for r in results], [0] * 8, results)
        equal(str(stored(b, cid)["pids"]["limit"]), knob(cid, "pids.max"), "stored and in force")
        json.loads(read(f"{b.root}/{cid}/hardening.json"))
        equal(sorted(os.listdir(f"{b.root}/{cid}")), ["config.json", "hardening.json", "state.json"])


@test
def the_seal_goes_along():
    with bundle() as b, b.started("sleep", "1000") as cid:
        b("update", "--pids-limit", "70", cid)
        b("verify", cid)
        # Somebody's change is not made right by an update.
        state = json.loads(read(f"{b.root}/{cid}/state.json"))
        state["annotations"] = {"a": "b"}
        write(f"{b.root}/{cid}/state.json", json.dumps(state))
        b("verify", cid, status=1)
        b("update", "--pids-limit", "71", cid)
        b("verify", cid, status=1)


def killed(b, cid, call, when, path=None, options=("--pids-limit", "70", "--memory", "64m")):
    """An update that ends by SIGKILL instead of this call."""
    where = [x for p in ([path] if isinstance(path, str) else path or []) for x in ("-P", p)]
    r = run("strace", "-f", "-o", "/dev/null", *where, "-e", f"inject={call}:error=EIO:signal=KILL:when={when}",
            *b.command("update", *options, cid), status=None)
    check(r.status != 0, f"{call} {when}: {r}")


def cgroup_file(cid, name):
    return next(f"{d}/{name}" for d in cgroups(cid) if os.path.exists(f"{d}/{name}"))


@test
def an_update_that_is_killed():
    """Before and after each file, before and between the limits, and before each seal: verify knows what is there, but not
    a limit that is neither the old one nor the new one; and the next update sets things right."""
    pids, renames, found = "pids.max", RENAMES, {}
    for call, when, path, known in ((renames, 1, None, False), ("write", 1, pids, True), (renames, 2, None, True),
                                    ("fsetxattr", 1, None, False), ("fsetxattr", 2, None, True), ("fsetxattr", 3, None, True)):
        with bundle() as b, b.started("sleep", "1000") as cid:
            before = knob(cid, "pids.max")
            killed(b, cid, call, when, path and cgroup_file(cid, path))
            found[call, when] = knob(cid, "pids.max") == before
            has((before, "70"), knob(cid, "pids.max"), f"limit after {call} {when}")
            seen = b("verify", cid).out
            equal("written by an update that has not ended" in seen, known, f"{call} {when}: {seen}")
            equal("one has not ended" in seen, (call, when) != ("fsetxattr", 1), f"{call} {when}: {seen}")
            if known and (call, when) != ("fsetxattr", 3):
                limit = knob(cid, "pids.max")
                write(cgroup_file(cid, "pids.max"), "71")
                b("verify", cid, status=1)
                write(cgroup_file(cid, "pids.max"), limit)
                b("verify", cid)
            # The next one settles it.
            b("update", "--pids-limit", "71", cid)
            equal(knob(cid, "pids.max"), "71")
            lacks(b("verify", cid).out, "has not ended")
            equal(sorted(os.listdir(f"{b.root}/{cid}")), ["config.json", "hardening.json", "state.json"])
            # What nobody has noted is still told.
            document = json.loads(read(f"{b.root}/{cid}/config.json"))
            document["hostname"] = "other"
            write(f"{b.root}/{cid}/config.json", json.dumps(document))
            b("verify", cid, status=1)
    equal([k for k, old in found.items() if old], [(renames, 1), ("write", 1), ("fsetxattr", 1)], "killed before the limit")


RENAMES = "?renameat,?renameat2"


@test
def two_updates_that_are_killed():
    """The second one makes nothing of the first one right, whatever it gets to: what is in force was never on record."""
    for call, when in ((RENAMES, 1), (RENAMES, 2), ("fsetxattr", 2), ("fsetxattr", 3)):
        with bundle() as b:
            b.config["linux"]["resources"]["pids"] = {"limit": 310}
            with b.started("sleep", "1000") as cid:
                killed(b, cid, "fsetxattr", 3, options=("--pids-limit", "2000"))
                killed(b, cid, call, when, options=("--pids-limit", "310"))
                has(("2000", "310"), knob(cid, "pids.max"))
                has(b("verify", cid).out, "has not ended", f"{call} {when}")
                write(cgroup_file(cid, "pids.max"), "777")
                b("verify", cid, status=1)
                b("update", "--pids-limit", "300", cid)
                lacks(b("verify", cid).out, "has not ended")
                equal(knob(cid, "pids.max"), "300")


@test
def a_failing_update_after_one_that_was_killed():
    """What was announced and never in force stays a note, not a failure, until an update succeeds."""
    for second in ("fails", "killed"):
        with bundle() as b:
            b.config["linux"]["resources"]["pids"] = {"limit": 310}
            with b.started("sleep", "1000") as cid:
                killed(b, cid, "write", 1, cgroup_file(cid, "pids.max"), options=("--pids-limit", "400"))
                equal(knob(cid, "pids.max"), "310")
                has(b("verify", cid).out, "has not ended")
                if second == "fails":
                    b("update", "--cpuset-cpus", "9999", cid, status=1)
                else:
                    killed(b, cid, "write", 1, cgroup_file(cid, "pids.max"), options=("--memory", "64m"))
                equal(knob(cid, "pids.max"), "310")
                has(b("verify", cid).out, "has not ended", second)
                write(cgroup_file(cid, "pids.max"), "777")
                b("verify", cid, status=1)
                b("update", "--memory", "64m", cid)
                equal(knob(cid, "pids.max"), "400", "as announced")
                lacks(b("verify", cid).out, "has not ended")
                # One that fails after one that succeeded leaves nothing open.
                b("update", "--cpuset-cpus", "9999", cid, status=1)
                lacks(b("verify", cid).out, "has not ended")


@test
def a_limit_that_was_never_set():
    """Before the update that was killed it was the kernel's default, and nothing else passes for that."""
    wanted = {"cpu.cfs_quota_us": ("--cpu-quota", "50000"), "cpu.cfs_period_us": ("--cpu-period", "90000"),
              "cpu.max": ("--cpu-quota", "50000"), "cpu.shares": ("--cpu-share", "512"), "cpu.weight": ("--cpu-share", "512"),
              "cpuset.cpus": ("--cpuset-cpus", "0"), "cpuset.mems": ("--cpuset-mems", "0"), "cpu.idle": ("--cpu-idle", "1"),
              "memory.soft_limit_in_bytes": ("--memory-reservation", "32m"), "memory.low": ("--memory-reservation", "32m"),
              "blkio.bfq.weight": ("--blkio-weight", "200"), "io.bfq.weight": ("--blkio-weight", "200"),
              "cpu.cfs_burst_us": ("--cpu-burst", "0")}
    other = {"cpu.cfs_quota_us": "777000", "cpu.cfs_period_us": "77000", "cpu.max": "777000 100000", "cpu.shares": "777",
             "cpu.weight": "77", "cpuset.cpus": None, "cpuset.mems": None, "cpu.idle": None, "cpu.cfs_burst_us": None,
             "memory.soft_limit_in_bytes": str(77 * MB), "memory.low": str(77 * MB), "blkio.bfq.weight": "77", "io.bfq.weight": "77"}
    with bundle() as b, b.started("sleep", "1000") as cid:
        there = {name: path for name in wanted for d in cgroups(cid) for path in [f"{d}/{name}"] if os.path.exists(path)}
    check(len(there) >= 4, there)
    for name in there:
        with bundle() as b, b.started("sleep", "1000") as cid:
            path = cgroup_file(cid, name)
            before = read(path)
            killed(b, cid, "write", 1, path, options=wanted[name])
            equal(read(path), before, name)
            lacks(b("verify", cid).out, "FAILED", name)
            if other[name]:
                write(path, other[name])
                has(b("verify", cid, status=1).out, f"FAILED      cgroup            {name} ", name)
                b("update", *wanted[name], cid)
                lacks(b("verify", cid).out, "has not ended")


@test
def an_update_that_is_killed_before_it_is_on_record():
    """The trail's line comes before the new seal: what nobody has noted does not pass for what was planned."""
    with bundle() as b:
        trail = f"{b.top}/trail"
        b.policy = {"audit": {"destination": "file", "file": trail, "required": True}}
        with b.started("sleep", "1000") as cid:
            before = read(trail)
            r = run("strace", "-f", "-o", "/dev/null", "-P", trail, "-e", "inject=writev:error=EIO:signal=KILL:when=1",
                    *b.command("update", "--pids-limit", "70", cid), status=None)
            check(r.status != 0, r)
            equal(read(trail), before, "no line")
            equal(knob(cid, "pids.max"), "70")
            has(b("verify", cid).out, "written by an update that has not ended")
            b("update", "--pids-limit", "71", cid)
            lacks(b("verify", cid).out, "has not ended")


@test
def pause_and_resume():
    with bundle() as b:
        count = "i=0; while :; do i=$((i+1)); echo $i >/tmp/n; sleep 0.02; done"
        with b.started("sh", "-c", count) as cid:
            beat = f"{b.rootfs}/tmp/n"
            wait_for(lambda: os.path.exists(beat), "beats")
            r = b("pause", cid)
            equal(r.all, "", "output of pause")
            equal(b.state(cid)["status"], "paused")
            before = read(beat)
            has(b("pause", cid, status=1).err, "container not running")
            has(b("exec", cid, "true", status=255).err, "cannot exec in a paused container")
            subprocess.run(["sleep", "0.2"], check=True)
            equal(read(beat), before, "a paused counter")
            equal(b("resume", cid).all, "")
            equal(b.state(cid)["status"], "running")
            wait_for(lambda: read(beat).strip() not in ("", before.strip()), "beats again")
            has(b("resume", cid, status=1).err, "container not paused")
            b("pause", cid)
            # delete --force of a paused one follows.
        for command in ("pause", "resume", "ps"):
            has(b(command, "nobody", status=1).err, "container does not exist")


@test
def ps_in_both_formats():
    with bundle() as b:
        with b.started("sh", "-c", "sleep 123 & sleep 124 & wait") as cid:
            init = b.state(cid)["pid"]
            pids = wait_for(lambda: (lambda p: p if len(p) == 3 else None)(json.loads(b("ps", "--format", "json", cid).out)), "3")
            check(init in pids and pids == sorted(pids), pids)
            check(b("ps", "-f", "json", cid).out.endswith("]\n"), "a line")
            lines = b("ps", cid).out.splitlines()
            has(lines[0], "PID")
            equal(len(lines), 4)
            check(any("sleep 123" in line for line in lines), lines)
            lines = b("ps", cid, "-eo", "pid,args").out.splitlines()
            equal(lines[0].split(), ["PID", "COMMAND"])
            equal(sorted(int(line.split()[0]) for line in lines[1:]), pids)
            has(b("ps", cid, "-eo", "args", status=1).err, "couldn't find PID field in ps output")
            has(b("ps", cid, "--no-such", status=1).err, "exit status")
            has(b("ps", "--format", "xml", cid, status=1).err, "invalid format option")
            b("kill", cid, "KILL")
            wait_for(lambda: b.state(cid)["status"] == "stopped", "stopped")
            wait_for(lambda: b("ps", "--format", "json", cid).out == "null\n", "nobody")
            equal(len(b("ps", cid).out.splitlines()), 1)


if __name__ == "__main__":
    check(os.path.exists(BULKHEAD), BULKHEAD)
    run("true")
    main()
