# SPDX-License-Identifier: LGPL-2.1-or-later
"""The systemd cgroup driver, in a virtual machine with systemd as init; started by test_systemd.sh.

What systemd shows of the unit, and what the kernel shows of its cgroup.
"""
import contextlib
import glob
import json
import os
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import bundle as bundles  # noqa: E402
from harness import BULKHEAD, check, equal, has, lacks, main, none_left, only_if, read, run, test, wait_for, write  # noqa: E402

V2 = os.environ["LAYOUT"] == "v2"
PREFIX = "org.systemd.property."
OFF = {"version": 1, "cgroupPath": {"level": "off"}, "annotations": {"level": "off"}, "pids": {"level": "off"},
       "memory": {"level": "off"}, "devices": {"level": "off"}}


class Bundle(bundles.Bundle):
    """Every command with --systemd-cgroup, as engines give it."""
    globals = ["--systemd-cgroup"]

    def command(self, *argv):
        program, *rest = super().command(*argv)
        return [program, *self.globals, *rest]

    def nothing_left(self, cid, besides=()):
        super().nothing_left(cid, besides)
        none_left(lambda: units(f"*{cid}*"), "units")
        none_left(lambda: directories(f"*{cid}*"), "cgroups")


@contextlib.contextmanager
def bundle():
    with bundles.bundle() as b:
        b.__class__ = Bundle
        yield b


def units(pattern):
    return run("systemctl", "list-units", "--all", "--plain", "--no-legend", pattern).out.split("\n")[:-1]


def directories(pattern):
    return glob.glob(f"/sys/fs/cgroup/**/{pattern}", recursive=True)


def show(unit, *names):
    lines = run("systemctl", "show", unit, *[f"-p{n}" for n in names]).out.splitlines()
    return dict(line.split("=", 1) for line in lines)


def scope(cid):
    return f"bulkhead-{cid}.scope"


def place(controller, path):
    """The directory of a cgroup path in the hierarchy of a controller."""
    if V2:
        return f"/sys/fs/cgroup{path}"
    return glob.glob(f"/sys/fs/cgroup/*{controller}*")[0] + path


def limit(cid, controller, v1, v2, path=None):
    return read(f"{place(controller, path or '/system.slice/' + scope(cid))}/{v2 if V2 else v1}").strip()


def paths_of(pid):
    return {line.split(":", 2)[1] or "unified": line.split(":", 2)[2] for line in read(f"/proc/{pid}/cgroup").splitlines()}


LIMITS = {"memory": {"limit": 128 << 20, "swap": 128 << 20, "reservation": 64 << 20},
          "cpu": {"shares": 512, "quota": 50000, "period": 100000}, "pids": {"limit": 55}}


def files(cid):
    common = {"memory": limit(cid, "memory", "memory.limit_in_bytes", "memory.max"),
              "pids": limit(cid, "pids", "pids.max", "pids.max"),
              "weight": limit(cid, "cpu,", "cpu.shares", "cpu.weight"),
              "reservation": limit(cid, "memory", "memory.soft_limit_in_bytes", "memory.low")}
    if V2:
        common["cpu"] = limit(cid, "cpu", "", "cpu.max")
    else:
        common["cpu"] = limit(cid, "cpu,", "cpu.cfs_quota_us", "") + " " + limit(cid, "cpu,", "cpu.cfs_period_us", "")
    return common


WANT = {"memory": str(128 << 20), "pids": "55", "weight": "59" if V2 else "512", "reservation": str(64 << 20),
        "cpu": "50000 100000"}


@test
def a_scope_with_its_properties_and_limits():
    with bundle() as b:
        b.config["linux"]["resources"].update(LIMITS)
        with b.started("sleep", "1000") as cid:
            pid = b.state(cid)["pid"]
            got = show(scope(cid), "ActiveState", "Slice", "Delegate", "Description", "MemoryMax", "MemoryLimit", "CPUWeight",
                       "CPUShares", "CPUQuotaPerSecUSec", "CPUQuotaPeriodUSec", "TasksMax", "DevicePolicy", "ControlGroup",
                       "MemoryLow", "MemorySwapMax", "DefaultDependencies")
            equal(got["ActiveState"], "active")
            equal(got["Slice"], "system.slice")
            equal(got["Delegate"], "yes")
            equal(got["DefaultDependencies"], "no")
            equal(got["Description"], f"bulkhead container {cid}")
            equal(got["ControlGroup"], f"/system.slice/{scope(cid)}")
            equal(got["TasksMax"], "55")
            equal(got["DevicePolicy"], "strict")
            equal(got["CPUQuotaPerSecUSec"], "500ms")
            equal(got["CPUQuotaPeriodUSec"], "100ms")
            if V2:
                equal((got["MemoryMax"], got["MemoryLow"], got["MemorySwapMax"], got["CPUWeight"]),
                      (str(128 << 20), str(64 << 20), "0", "59"))
            else:
                equal((got["MemoryLimit"], got["CPUShares"]), (str(128 << 20), "512"))
            equal(files(cid), WANT)
            for controllers, path in paths_of(pid).items():
                check(path == f"/system.slice/{scope(cid)}" or controllers in ("misc", "unified"), f"{controllers}: {path}")
            inside = read(place("pids", f"/system.slice/{scope(cid)}/cgroup.procs")).split()
            equal(inside, [str(pid)], "no process but the container's")


@test
def a_reload_changes_nothing():
    with bundle() as b:
        b.config["linux"]["resources"].update(LIMITS)
        b.config["linux"]["resources"]["devices"] += [{"allow": True, "type": "c", "major": 10, "minor": 229, "access": "rw"},
                                                      {"allow": True, "type": "c", "major": 136, "access": "rw"}]
        b.policy = {"version": 1, "devices": {"level": "off"}}
        script = ": >/dev/null && echo null; (: <>/dev/fuse0) 2>&1; (: </dev/tty0x) 2>&1; echo end"
        b.config["linux"]["devices"] = [{"path": "/dev/fuse0", "type": "c", "major": 10, "minor": 229, "fileMode": 0o666},
                                        {"path": "/dev/tty0x", "type": "c", "major": 4, "minor": 0, "fileMode": 0o666}]
        with b.started("sleep", "1000") as cid:
            before = b("exec", cid, "sh", "-c", script).out
            has(before, "null\n")
            has(before, "tty0x: Operation not permitted")
            lacks(before, "fuse0: Operation not permitted")
            run("systemctl", "daemon-reload")
            equal(b("exec", cid, "sh", "-c", script).out, before, "devices after daemon-reload")
            equal(files(cid), WANT)
            # systemd writes files and device rules anew.
            run("systemctl", "set-property", "--runtime", scope(cid), "CPUWeight=21" if V2 else "CPUShares=513")
            run("systemctl", "daemon-reload")
            want = dict(WANT, weight="21" if V2 else "513")
            equal(files(cid), want)
            equal(b("exec", cid, "sh", "-c", script).out, before, "devices after set-property")
            run("systemctl", "daemon-reexec")
            equal(files(cid), want)
            equal(b("exec", cid, "sh", "-c", script).out, before, "devices after daemon-reexec")
            has(b("exec", cid, "sh", "-c", "echo still").out, "still")


@test
def update_reaches_systemd_and_the_files():
    with bundle() as b:
        b.config["linux"]["resources"].update(LIMITS)
        with b.started("sleep", "1000") as cid:
            b("update", "--pids-limit", "77", "--memory", "96m", "--cpu-share", "1024", "--cpu-quota", "25000", cid)
            got = show(scope(cid), "TasksMax", "MemoryMax", "MemoryLimit", "CPUQuotaPerSecUSec")
            equal(got["TasksMax"], "77")
            equal(got["CPUQuotaPerSecUSec"], "250ms")
            equal(got["MemoryMax" if V2 else "MemoryLimit"], str(96 << 20))
            want = dict(WANT, pids="77", memory=str(96 << 20), weight="100" if V2 else "1024", cpu="25000 100000")
            equal(files(cid), want)
            run("systemctl", "daemon-reload")
            equal(files(cid), want)
            # One that cannot be leaves both as they were.
            r = b("update", "--resources", "-", cid, stdin=json.dumps({"pids": {"limit": 88}, "cpu": {"cpus": "4000"}}),
                  status=1)
            has(r.err, "/linux/resources/cpu/cpus")
            equal(show(scope(cid), "TasksMax")["TasksMax"], "77")
            equal(files(cid), want)


@test
def pause_kill_exec_ps_and_delete():
    with bundle() as b:
        with b.started("sh", "-c", "trap 'exit 3' TERM; while :; do sleep 0.1; done") as cid:
            b("pause", cid)
            equal(b.state(cid)["status"], "paused")
            b("resume", cid)
            has(b("exec", cid, "cat", "/proc/self/cgroup").out, ":/")
            # exec from outside: the same cgroup
            p = subprocess.Popen(b.command("exec", cid, "sleep", "50"), stdin=subprocess.DEVNULL)
            wait_for(lambda: len(json.loads(b("ps", "--format", "json", cid).out)) >= 3, "exec in the scope")
            p.kill()
            p.wait()
            b("kill", cid, "KILL")
            wait_for(lambda: b.state(cid)["status"] == "stopped", "stopped")
            # The scope has ended with its last process.
            wait_for(lambda: units(scope(cid)) == [], "no unit")


@test
def slices():
    for path, slice_, unit, where in (
            ("a-b-c.slice:pre:NAME", "a-b-c.slice", "pre-NAME.scope", "/a.slice/a-b.slice/a-b-c.slice/"),
            ("system.slice:docker:NAME", "system.slice", "docker-NAME.scope", "/system.slice/"),
            (":docker:NAME", "system.slice", "docker-NAME.scope", "/system.slice/"),
            ("machine.slice:libpod:NAME", "machine.slice", "libpod-NAME.scope", "/machine.slice/"),
            ("-.slice::NAME", "-.slice", "NAME.scope", "/")):
        with bundle() as b:
            name = b.new_id()
            b.config["linux"]["cgroupsPath"] = path.replace("NAME", name)
            unit = unit.replace("NAME", name)
            with b.started("sleep", "1000") as cid:
                equal(show(unit, "Slice", "ControlGroup"), {"Slice": slice_, "ControlGroup": where + unit})
                has(paths_of(b.state(cid)["pid"])["pids" if not V2 else "unified"], where + unit)
            none_left(lambda: units(unit), path)  # noqa: B023
            none_left(lambda: directories(unit), path)  # noqa: B023


@test
def a_slice_as_the_unit():
    with bundle() as b:
        b.policy = OFF
        b.config["linux"]["cgroupsPath"] = "bkht.slice::bkht-own.slice"
        with b.started("sleep", "1000"):
            equal(show("bkht-own.slice", "ActiveState")["ActiveState"], "active")
        none_left(lambda: units("bkht-own.slice"), "units")
        b.policy = None
        b.refused("is a slice, which holds cgroups of others")


@test
def annotations():
    with bundle() as b:
        b.config["annotations"] = {PREFIX + "TimeoutStopUSec": "uint64 12345678", PREFIX + "CollectMode": "'inactive-or-failed'",
                                   PREFIX + "RuntimeMaxSec": "600", PREFIX + "After": "['bkht-x.service', 'bkht-y.service']",
                                   PREFIX + "DefaultDependencies": "true"}
        with b.started("sleep", "1000") as cid:
            got = show(scope(cid), "TimeoutStopUSec", "CollectMode", "RuntimeMaxUSec", "After", "DefaultDependencies")
            equal(got["TimeoutStopUSec"], "12.345678s")
            equal(got["CollectMode"], "inactive-or-failed")
            equal(got["RuntimeMaxUSec"], "10min")
            equal(got["DefaultDependencies"], "yes")
            has(got["After"], "bkht-x.service")
            has(got["After"], "bkht-y.service")


@test
def bad_annotations_are_refused():
    for name, value, words in (
            ("TimeoutStopUSec", "uint64 3600000001", ("policy: annotations: ", "TimeoutStopUSec", "at most an hour")),
            ("RuntimeMaxUSec", "uint64 x", ("/annotations/org.systemd.property.RuntimeMaxUSec: ", "number")),
            ("RuntimeMaxUSec", "'text'", ("/annotations/org.systemd.property.RuntimeMaxUSec: ", "systemd refuses")),
            ("CollectMode", "'nonsense'", ("systemd refuses",)),
            ("MemoryMax", "uint64 1000", ("policy: annotations: ", "MemoryMax")),
            ("OnFailure", "['reboot.target']", ("policy: annotations: ", "OnFailure"))):
        with bundle() as b:
            b.config["annotations"] = {PREFIX + name: value}
            b.refused(*words)
    with bundle() as b:
        b.policy = OFF
        for name in ("PIDs", "Slice", "Delegate"):
            b.config["annotations"] = {PREFIX + name: "true"}
            b.refused(f"/annotations/org.systemd.property.{name}: ", "bulkhead's own")
        b.config["annotations"] = {PREFIX + "NoSuchThing": "true"}
        b.refused("/annotations/org.systemd.property.NoSuchThing: ", "systemd refuses")


@test
def paths_that_are_refused():
    for path, words in (("/docker/x", ("/linux/cgroupsPath", "slice:prefix:name")), ("a:b", ("slice:prefix:name",)),
                        ("a.slice:b:c:d", ("slice:prefix:name",)), ("x:docker:y", (".slice",)),
                        ("a--b.slice:c:d", ("no name of a slice",)), ("system.slice:a:b/c", ("character",)),
                        ("system.slice:a:", ("empty",)), ("system.slice:a:" + "x" * 250, ("bytes",))):
        with bundle() as b:
            b.config["linux"]["cgroupsPath"] = path
            b.refused(*words)
    with bundle() as b:
        b.policy = {"version": 1, "cgroupPath": {"prefixes": {"/machine.slice": "for tests"}}}
        b.config["linux"]["cgroupsPath"] = "system.slice:a:b"
        b.refused("policy: cgroup-path: ", "not below a cgroup that the policy lists")
        b.config["linux"]["cgroupsPath"] = "machine-a.slice:b:c"
        b.run("true")


@test
def a_unit_that_exists_is_not_touched():
    with bundle() as b:
        b.config["linux"]["cgroupsPath"] = "system.slice:bkht:taken"
        other = subprocess.Popen(["systemd-run", "--quiet", "--scope", "--unit=bkht-taken.scope", "sleep", "1000"])
        wait_for(lambda: units("bkht-taken.scope"), "the other's scope")
        try:
            b.refused("the unit bkht-taken.scope exists already")
            equal(other.poll(), None, "the other one runs")
            equal(show("bkht-taken.scope", "ActiveState")["ActiveState"], "active")
        finally:
            other.kill()
            other.wait()
        wait_for(lambda: not units("bkht-taken.scope"), "the end of the other's scope")
        b.run("true")


@test
def a_scope_that_took_the_name_is_not_killed():
    with bundle() as b:
        b.config["linux"]["cgroupsPath"] = "system.slice:bkht:reused"
        b.args("true").save()
        b("run", "--detach", "--bundle", f"{b.top}/bundle", "old")
        wait_for(lambda: not units("bkht-reused.scope"), "the end of the first scope")
        other = subprocess.Popen(["systemd-run", "--quiet", "--scope", "--unit=bkht-reused.scope", "sleep", "1000"])
        wait_for(lambda: units("bkht-reused.scope"), "the other's scope")
        try:
            b("delete", "old")
            time.sleep(0.2)
            equal(other.poll(), None, "the other one runs")
        finally:
            other.kill()
            other.wait()


@test
def a_failed_unit_is_forgotten_first():
    with bundle() as b:
        b.config["linux"]["cgroupsPath"] = "system.slice:bkht:failed"
        run("systemd-run", "--quiet", "--scope", "--unit=bkht-failed.scope", "-p", "RuntimeMaxSec=1", "sleep", "1000",
            status=None)
        wait_for(lambda: show("bkht-failed.scope", "ActiveState")["ActiveState"] == "failed", "failed")
        b.run("true")
        none_left(lambda: units("bkht-failed.scope"), "units")


@test
def an_oom_kill_leaves_nothing():
    with bundle() as b:
        b.config["linux"]["resources"]["memory"] = {"limit": 24 << 20, "swap": 24 << 20}
        r = b.run("sh", "-c", "tail /dev/zero", status=None)
        check(r.status != 0, f"{r}")


@test
def failures_leave_no_unit():
    with bundle() as b:
        b.refused("executable file not found", cid="bkht-f1") if b.args("no-such-program") else None
        b.args("true").config["hooks"] = {"createRuntime": [{"path": "/bin/false"}]}
        b.run(status=1, cid="bkht-f2")
        del b.config["hooks"]
        b.config["linux"]["resources"]["cpu"] = {"cpus": "4000"}
        b.run(status=1, cid="bkht-f3")
        b.config["linux"]["resources"]["cpu"] = {}
        b.config["root"]["path"] = "nowhere"
        b.run(status=1, cid="bkht-f4")
        none_left(lambda: units("*bkht-f*"), "units")


@test
def a_runtime_that_is_killed_at_any_time():
    with bundle() as b:
        b.config["hooks"] = {"createRuntime": [{"path": "/bin/sleep", "args": ["sleep", "0.2"]}]}
        b.args("sleep", "1000").save()
        for i in range(14):
            cid = f"{b.new_id()}-k"
            p = subprocess.Popen(b.command("create", "--bundle", f"{b.top}/bundle", cid), stdin=subprocess.DEVNULL,
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(0.03 * i)
            p.kill()
            p.wait()
            wait_for(lambda: b("delete", "--force", cid, status=None).status == 0, "delete --force")
            wait_for(lambda: not units(f"*{cid}*"), "the end of the scope")
            b.nothing_left(cid)


@test(limit=900)
def ten_at_once():
    with bundle() as b:
        b.args("sleep", "1000").save()
        ids = [b.new_id() for _ in range(10)]
        ps = [subprocess.Popen(b.command("run", "--detach", "--bundle", f"{b.top}/bundle", cid), stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL) for cid in ids]
        equal([p.wait(timeout=600) for p in ps], [0] * 10)
        for cid in ids:
            equal(show(scope(cid), "ActiveState")["ActiveState"], "active")
        ps = [subprocess.Popen(b.command("delete", "--force", cid)) for cid in ids]
        equal([p.wait(timeout=600) for p in ps], [0] * 10)
        for cid in ids:
            b.nothing_left(cid)


@test
def one_process_is_allowed():
    with bundle() as b:
        b.config["linux"]["resources"]["pids"] = {"limit": 1}
        with b.started("sleep", "1000") as cid:
            equal(limit(cid, "pids", "pids.max", "pids.max"), "1")
            equal(show(scope(cid), "TasksMax")["TasksMax"], "1")


@test
def clean_up_without_the_option():
    """containerd's `delete --force` has no --systemd-cgroup."""
    with bundle() as b, b.started("sleep", "1000") as cid:
        b.globals = []
        b("update", "--pids-limit", "66", cid)
        equal(show(scope(cid), "TasksMax")["TasksMax"], "66")
        b("delete", "--force", cid)
        none_left(lambda: units(scope(cid)), "units")


@test
def crun_s_word_for_it():
    with bundle() as b:
        b.globals = ["--cgroup-manager", "systemd"]
        with b.started("sleep", "1000") as cid:
            equal(show(scope(cid), "ActiveState")["ActiveState"], "active")


@only_if(V2)
def files_of_v2_as_properties():
    with bundle() as b:
        b.policy = OFF
        b.config["linux"]["resources"].update({
            "unified": {"memory.high": "50331648", "memory.max": "67108864", "pids.max": "33", "cpu.weight": "77"},
            "cpu": {"cpus": "0", "mems": "0"}})
        with b.started("sleep", "1000") as cid:
            equal(show(scope(cid), "MemoryHigh", "MemoryMax", "TasksMax", "CPUWeight", "AllowedCPUs", "AllowedMemoryNodes"),
                  {"MemoryHigh": "50331648", "MemoryMax": "67108864", "TasksMax": "33", "CPUWeight": "77",
                   "AllowedCPUs": "0", "AllowedMemoryNodes": "0"})
        b.config["linux"]["resources"].update({"unified": {}, "cpu": {"idle": 1}})
        with b.started("sleep", "1000") as cid:
            equal(limit(cid, "cpu", "", "cpu.idle"), "1")
            run("systemctl", "set-property", "--runtime", scope(cid), "CPUQuota=50%")
            equal(limit(cid, "cpu", "", "cpu.idle"), "1")
            equal(limit(cid, "cpu", "", "cpu.max"), "50000 100000")


@test
def through_the_message_bus():
    with bundle() as b:
        env = {"PATH": os.environ["PATH"], "DBUS_SYSTEM_BUS_ADDRESS": "unix:path=/run/dbus/system_bus_socket"}
        b.args("cat", "/proc/self/cgroup").save()
        r = b("run", "--bundle", f"{b.top}/bundle", "bkht-bus", env=env)
        has(r.out, ":/")
        b.nothing_left("bkht-bus")


@test
def no_systemd_to_talk_to():
    with bundle() as b:
        env = {"PATH": os.environ["PATH"], "DBUS_SYSTEM_BUS_ADDRESS": "unix:path=/nonexistent/bus"}
        b.args("true").save()
        r = b("run", "--bundle", f"{b.top}/bundle", "bkht-none", env=env, status=1)
        has(r.err, "--systemd-cgroup: no message bus to talk to")
        b.nothing_left("bkht-none")
        env["DBUS_SYSTEM_BUS_ADDRESS"] = "tcp:host=127.0.0.1"
        r = b("run", "--bundle", f"{b.top}/bundle", "bkht-none", env=env, status=1)
        has(r.err, "no address of a unix socket")
        b.nothing_left("bkht-none")


if __name__ == "__main__":
    main()
