#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""events on real containers: samples against the kernel's files, a container that runs out of memory, the end."""
import contextlib
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from bundle import bundle  # noqa: E402
from harness import Skip, cgroups, check, descriptors, equal, has, main, proc_status, read, run, test, wait_for  # noqa: E402
from rootless import UserBundle, user  # noqa: E402

MB = 1 << 20
# What runc writes whatever there is to count.
ALWAYS = {
    "cpu": {"usage": {"kernel": 0, "user": 0}, "throttling": {}},
    "cpuset": dict.fromkeys(["cpu_exclusive", "mem_hardwall", "mem_exclusive", "memory_migrate", "memory_spread_page",
                             "memory_spread_slab", "memory_pressure", "sched_load_balance", "sched_relax_domain_level"]),
    "memory": {k: {"limit": 0, "failcnt": 0} for k in ("usage", "swap", "kernel", "kernelTCP")},
    "pids": {}, "blkio": {}, "hugetlb": {}, "intel_rdt": {}, "network_interfaces": None,
}
EAT = "dd if=/dev/zero of=/dev/null bs=256M count=1"  # dd takes its block size as memory


def knob(cid, *names):
    """The first of these files that one of the container's cgroups has; "" without any."""
    for d in cgroups(cid):
        for n in names:
            if os.path.exists(f"{d}/{n}"):
                return read(f"{d}/{n}").strip()
    return ""


def sample(b, cid):
    r = b("events", "--stats", cid)
    equal((r.err, r.out.count("\n")), ("", 1), "one line")
    event = json.loads(r.out)
    equal((event["type"], event["id"], list(event)), ("stats", cid, ["type", "id", "data"]))
    return event["data"]


@contextlib.contextmanager
def watching(b, cid, *options):
    """`events` in the background; it is to end by itself with the container."""
    p = subprocess.Popen(b.command("events", *options, cid), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                         bufsize=1)
    try:
        yield p
    finally:
        p.kill()
        p.wait()
        p.stdout.close()
        p.stderr.close()


def watches(p):
    """Whether `events` has begun to listen, and waits: a descriptor tells of memory, and it sleeps, in poll(2)."""
    return any("event" in x for x in descriptors(p.pid).values()) and proc_status(p.pid, "State").startswith("S")


def next_event(p, limit=60):
    check(select.select([p.stdout], [], [], limit)[0], f"no event within {limit} s")
    line = p.stdout.readline()
    return json.loads(line) if line else None


def contains(got, want, where="data"):
    for key, value in want.items():
        check(key in got, f"{where} has no {key}")
        if isinstance(value, dict):
            contains(got[key], value, f"{where}.{key}")


@test
def one_sample():
    with bundle() as b:
        b.config["linux"]["resources"].update({"memory": {"limit": 64 * MB}, "pids": {"limit": 77}})
        with b.started("sh", "-c", "i=0; while test $i -lt 20000; do i=$((i+1)); done; sleep 1000 & sleep 1000; true") as cid:
            wait_for(lambda: knob(cid, "pids.current") == "3", "three processes")
            data = sample(b, cid)
            contains(data, ALWAYS)
            equal(list(data), list(ALWAYS), "members in their order")
            equal(data["pids"], {"current": 3, "limit": 77})
            equal(data["memory"]["usage"]["limit"], 64 * MB)
            check(0 < data["memory"]["usage"]["usage"] <= 64 * MB, data["memory"]["usage"])
            equal(list(data["memory"]["raw"]), sorted(data["memory"]["raw"]), "raw")
            equal(len(data["memory"]["raw"]), len(knob(cid, "memory.stat").splitlines()))
            # Nanoseconds: a shell has counted for some milliseconds.
            check(10**6 < data["cpu"]["usage"]["total"] < 60 * 10**9, data["cpu"])
            now = knob(cid, "cpuacct.usage") or str(int(knob(cid, "cpu.stat").split()[1]) * 1000)
            check(data["cpu"]["usage"]["total"] <= int(now), f"{data['cpu']} and then {now}")
            cpus = knob(cid, "cpuset.cpus.effective") or knob(cid, "cpuset.cpus")
            if cpus and "-" not in cpus and "," not in cpus:
                equal(data["cpuset"]["cpus"], [int(cpus)])
            equal("psi" in data["cpu"], bool(knob(cid, "cpu.pressure")), "pressure")


@test
def throttling():
    with bundle() as b:
        b.config["linux"]["resources"]["cpu"] = {"quota": 5000, "period": 100000}
        with b.started("sh", "-c", "while :; do :; done") as cid:
            t = wait_for(lambda: (lambda x: x if x.get("throttledPeriods", 0) > 2 else None)(
                sample(b, cid)["cpu"]["throttling"]), "throttled periods")
            check(t["periods"] >= t["throttledPeriods"] and t["throttledTime"] > 10**6, t)
            directory = next(d for d in cgroups(cid) if os.path.exists(f"{d}/cpu.max") or os.path.exists(f"{d}/cpu.cfs_quota_us"))
            stat = dict(line.split() for line in read(f"{directory}/cpu.stat").splitlines())
            ns = int(stat["throttled_time"]) if "throttled_time" in stat else int(stat["throttled_usec"]) * 1000
            check(t["throttledTime"] <= ns, f"{t} and then {ns}")


@test
def the_same_members_as_runc():
    """Of a container with the same limits on the same host; runc 1.1 knows no pressure."""
    runc = shutil.which("runc")
    if not runc:
        raise Skip("no runc here")
    with bundle() as b:
        b.config["linux"]["resources"].update({"memory": {"limit": 64 * MB, "swap": 64 * MB}, "pids": {"limit": 77}})
        with b.started("sleep", "1000") as cid:
            ours = sample(b, cid)
        b.save()
        other = b.new_id()
        root = f"{b.top}/runc"
        # No pipes: the container would keep them open.
        r = subprocess.run([runc, "--root", root, "run", "--detach", "--bundle", f"{b.top}/bundle", other], timeout=60,
                           stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            equal(r.returncode, 0, "runc")
            theirs = json.loads(run(runc, "--root", root, "events", "--stats", other).out)["data"]
        finally:
            run(runc, "--root", root, "delete", "--force", other, status=None)
        compare(theirs, ours, "data")


def compare(theirs, ours, where):
    """Members of one are in the other, but for zeros, which both leave out, and what counters have reached."""
    for key, value in theirs.items():
        if where in ("data.cpu.usage", "data.blkio") or where.startswith("data.memory") and key in ("usage", "max", "cache"):
            if not isinstance(value, dict):
                continue
        check(key in ours, f"{where}.{key} is runc's, and {value}")
        equal(type(ours[key]), type(value), f"{where}.{key}")
        if isinstance(value, dict):
            compare(value, ours[key], f"{where}.{key}")
        elif key in ("limit", "cpus", "mems", "sched_relax_domain_level", "sched_load_balance"):
            equal(ours[key], value, f"{where}.{key}")
    more = set(ours) - set(theirs) - {"psi", "usage", "max", "total", "cache"}
    # Where both layouts are there runc does not look at v2, which may have the controller of huge pages.
    check(not more or where in ("data.blkio", "data.hugetlb"), f"{where}: {more} are not runc's")


@test
def samples_until_the_end():
    with bundle() as b, b.started("sleep", "1000") as cid:
        began = time.monotonic()
        with watching(b, cid, "--interval", "200ms") as p:
            events = [next_event(p) for _ in range(3)]
            check(0.6 <= time.monotonic() - began < 60, "three intervals")
            for e in events:
                equal((e["type"], e["id"]), ("stats", cid))
            totals = [e["data"]["cpu"]["usage"]["total"] for e in events]
            equal(totals, sorted(totals))
            b("kill", cid, "KILL")
            while (e := next_event(p)) is not None:
                equal(e["type"], "stats")
            equal((p.wait(60), p.stderr.read()), (0, ""), "the end")


@test
def paused_and_created_containers_count():
    with bundle() as b:
        with b.created("sleep", "1000") as cid:
            equal(sample(b, cid)["pids"]["current"], 1)
        with b.started("sleep", "1000") as cid:
            b("pause", cid)
            equal(sample(b, cid)["pids"]["current"], 1)
            with watching(b, cid, "--interval=100ms") as p:
                equal(next_event(p)["type"], "stats")
            b("resume", cid)


@test
def out_of_memory():
    with bundle() as b:
        b.config["linux"]["resources"]["memory"] = {"limit": 32 * MB, "swap": 32 * MB}
        with b.started("sh", "-c", f"while ! test -e /tmp/go; do sleep 0.1; done; {EAT}; sleep 1000") as cid:
            with watching(b, cid, "--interval", "1h") as p:
                wait_for(lambda: watches(p), "events is watching")
                b("exec", cid, "touch", "/tmp/go")
                equal(next_event(p), {"type": "oom", "id": cid})
            def failures():
                events = dict(line.split() for line in knob(cid, "memory.events").splitlines())
                return int(knob(cid, "memory.failcnt") or events["max"])

            def at_rest():
                """What is being killed may ask for more until it is gone."""
                before, memory = failures(), sample(b, cid)["memory"]
                return memory if failures() == before else None
            equal(wait_for(at_rest, "a count that stays")["usage"]["failcnt"], failures(), "failcnt")


@test
def out_of_memory_at_the_very_end():
    """The first process is the one that is killed."""
    with bundle() as b:
        b.config["linux"]["resources"]["memory"] = {"limit": 32 * MB, "swap": 32 * MB}
        with b.created("sh", "-c", f"exec {EAT}") as cid:
            with watching(b, cid, "--interval", "1h") as p:
                wait_for(lambda: watches(p), "events is watching")
                b("start", cid)
                events = [next_event(p)]
                # The kernel may tell of it again, when the process needs memory to end.
                while (e := next_event(p)) is not None:
                    events.append(e)
                equal([e for e in events if e != {"type": "oom", "id": cid}], [], f"of {len(events)} events")
                equal(p.wait(60), 0)


@test
def killed_without_being_out_of_memory():
    with bundle() as b, b.started("sleep", "1000") as cid:
        with watching(b, cid, "--interval", "1h") as p:
            wait_for(lambda: watches(p), "events is watching")
            b("kill", cid, "KILL")
            equal(next_event(p), None)
            equal((p.wait(60), p.stderr.read()), (0, ""))
        r = b("events", "--stats", cid, status=1)
        for r in (r, b("events", cid, status=1)):
            equal((r.out, r.err.count("\n")), ("", 1))
            has(r.err, f'msg="container with id {cid} is not running"')


@test
def a_cgroup_that_is_removed_under_it():
    """Whoever deletes the container does not keep `events` waiting, nor make it report anything."""
    with bundle() as b, b.started("sleep", "1000") as cid:
        with watching(b, cid, "--interval", "1h") as p:
            wait_for(lambda: watches(p), "events is watching")
            b("delete", "--force", cid)
            equal(next_event(p), None)
            equal((p.wait(60), p.stderr.read()), (0, ""))


@test
def interfaces_of_its_own_namespace():
    """Seen from inside: what the other end sends, the container receives."""
    name = f"bkh{os.getpid()}"
    if run("ip", "netns", "add", name, status=None).status:
        raise Skip("no ip program that makes network namespaces")
    try:
        run("ip", "link", "add", f"{name}h", "type", "veth", "peer", "name", "eth0", "netns", name)
        run("ip", "-n", name, "link", "set", "eth0", "up")
        run("ip", "link", "set", f"{name}h", "up")
        with bundle() as b:
            for n in b.config["linux"]["namespaces"]:
                if n["type"] == "network":
                    n["path"] = f"/run/netns/{name}"
            with b.started("sleep", "1000") as cid:
                found = sample(b, cid)["network_interfaces"]
                equal([i["Name"] for i in found], ["eth0"])
                equal(sorted(found[0]), sorted(["Name"] + [f"{d}{w}" for d in ("Rx", "Tx")
                                                           for w in ("Bytes", "Packets", "Errors", "Dropped")]))
                host = f"/sys/class/net/{name}h/statistics"

                def sent():
                    """Nothing goes out before the kernel has seen that the link is up."""
                    with contextlib.suppress(OSError), socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as s:
                        s.bind((f"{name}h", 0))
                        s.send(b"\xff" * 6 + b"\x02" + bytes(5) + b"\x88\xb5" + bytes(46))  # to all, of an experiment
                    return int(read(f"{host}/tx_bytes")) > 0
                wait_for(sent, "anything sent")
                before = int(read(f"{host}/tx_bytes"))
                check(sample(b, cid)["network_interfaces"][0]["RxBytes"] >= before, "received is what was sent")
    finally:
        run("ip", "netns", "del", name, status=None)
        run("ip", "link", "del", f"{name}h", status=None)


@test
def a_reader_that_goes_away():
    with bundle() as b, b.started("sleep", "1000") as cid:
        with watching(b, cid, "--interval", "100ms") as p:
            next_event(p)
            p.stdout.close()
            equal(p.wait(60), -signal.SIGPIPE)


@test
def wrong_usage():
    with bundle() as b:
        has(b("events", "none", status=1).err, "does not exist")
        for value in ("0", "0s", "-5s"):
            has(b("events", "--interval", value, "x", status=1).err, "duration interval must be greater than 0")
        for value in ("", "5", "s", "1 s", "1e3s"):
            has(b("events", f"--interval={value}", "x", status=1).err, f'invalid value \\"{value}\\" for flag -interval: parse error')


@test
def a_user_without_a_cgroup():
    """Nothing is counted for such a container, and that is what `events` says."""
    if not shutil.which("useradd"):
        raise Skip("users cannot be made here")
    with user() as u:
        b = UserBundle(u)
        with b.started("sleep", "1000") as cid:
            if cgroups(cid):
                raise Skip("users are given cgroups here")
            for options in (["--stats"], []):
                r = b("events", *options, cid, status=1)
                equal((r.out, r.err.count("\n")), ("", 1))
                has(r.err, f"container with id {cid} has no cgroup")


if __name__ == "__main__":
    main()
