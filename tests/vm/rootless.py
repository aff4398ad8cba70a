# SPDX-License-Identifier: LGPL-2.1-or-later
"""Containers of an ordinary user with delegated cgroups, in a virtual machine with systemd as init; started by
test_rootless.sh."""
import contextlib
import glob
import itertools
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from harness import equal, has, lacks, main, only_if, read, run, test, wait_for  # noqa: E402
from rootless import UserBundle, rootless_config, user  # noqa: E402

V2 = os.environ["LAYOUT"] == "v2"
on_v2, on_v1 = only_if(V2), only_if(not V2)
TREE = "/sys/fs/cgroup" if V2 else "/sys/fs/cgroup/unified"
_count = itertools.count()
LIMITS = {"memory": {"limit": 64 << 20, "swap": 64 << 20}, "pids": {"limit": 55},
          "cpu": {"shares": 512, "quota": 50000, "period": 100000}}


@contextlib.contextmanager
def managed(subids=True):
    """A user with a systemd of the user's own."""
    with user(subids) as u:
        run("systemctl", "start", f"user@{u.uid}.service")
        try:
            u.env["XDG_RUNTIME_DIR"] = f"/run/user/{u.uid}"
            u.tree = f"/user.slice/user-{u.uid}.slice/user@{u.uid}.service"
            yield u
            # A scope ends after its last process.
            wait_for(lambda: not leftovers(u), "the end of all scopes")
        finally:
            run("systemctl", "stop", f"user@{u.uid}.service", f"user-runtime-dir@{u.uid}.service", status=None)


def systemctl(u, *argv):
    return u("systemctl", "--user", *argv).stdout


def leftovers(u):
    return systemctl(u, "list-units", "--all", "--plain", "--no-legend", "*.scope").splitlines()[1:]  # init.scope


def show(u, unit, *names):
    return dict(line.split("=", 1) for line in systemctl(u, "show", unit, *[f"-p{n}" for n in names]).splitlines())


class Bundle(UserBundle):
    """Every command with --systemd-cgroup; @inside: called by a process of the user's systemd."""
    globals = ("--systemd-cgroup",)

    def __init__(self, u, name="b", inside=True):
        super().__init__(u, name)
        self.root = f"{u.env['XDG_RUNTIME_DIR']}/bulkhead"
        if inside:
            self.wrap = ["systemd-run", "--user", "--scope", "--quiet", "--collect"]

    def command(self, *argv):
        words = super().command(*argv)
        n = len(self.wrap) + 1
        return [*words[:n], *self.globals, *words[n:]]

    def directory(self, name):
        return f"{TREE}{self.u.tree}/user.slice/{name}"


def both(u):
    for inside in (True, False):
        yield Bundle(u, f"b{next(_count)}", inside)


@on_v2
def limits_of_a_scope():
    with managed() as u:
        for b in both(u):
            b.config["linux"]["resources"].update(LIMITS)
            with b.started("sleep", "1000") as cid:
                unit = f"bulkhead-{cid}.scope"
                d = b.directory(unit)
                pid = b.state(cid)["pid"]
                equal(read(f"/proc/{pid}/cgroup"), f"0::{u.tree}/user.slice/{unit}\n")
                equal(read(f"{d}/cgroup.procs").split(), [str(pid)], "no process but the container's")
                got = [read(f"{d}/{f}").strip() for f in ("memory.max", "memory.swap.max", "pids.max", "cpu.max", "cpu.weight")]
                equal(got, [str(64 << 20), "0", "55", "50000 100000", "59"])
                equal(show(u, unit, "ActiveState", "Slice", "Delegate", "MemoryMax", "TasksMax", "CPUQuotaPerSecUSec", "CPUWeight"),
                      {"ActiveState": "active", "Slice": "user.slice", "Delegate": "yes", "MemoryMax": str(64 << 20),
                       "TasksMax": "55", "CPUQuotaPerSecUSec": "500ms", "CPUWeight": "59"})
                has(b("verify", cid).out, "is as planned")
            # A fork bomb hits the limit, and nobody else.
            has(b.run("probe", "forkbomb", status=None).out, "forks 54 EAGAIN")


@on_v2
def update_pause_and_exec():
    with managed() as u:
        for b in both(u):
            with b.started("sleep", "1000") as cid:
                unit = f"bulkhead-{cid}.scope"
                d = b.directory(unit)
                b("update", "--pids-limit", "44", "--memory", "96m", cid)
                equal([read(f"{d}/{f}").strip() for f in ("pids.max", "memory.max")], ["44", str(96 << 20)])
                equal(show(u, unit, "TasksMax", "MemoryMax"), {"TasksMax": "44", "MemoryMax": str(96 << 20)})
                systemctl(u, "daemon-reload")
                equal([read(f"{d}/{f}").strip() for f in ("pids.max", "memory.max")], ["44", str(96 << 20)], "after a reload")
                u(*b.command("exec", "--detach", cid, "sleep", "1001"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                equal(len(read(f"{d}/cgroup.procs").split()), 2, "processes")
                b("pause", cid)
                has(read(f"{d}/cgroup.events"), "frozen 1")
                b("resume", cid)
                equal(b("exec", cid, "cat", "/proc/self/cgroup").out, "0::/\n")
                has(b("verify", cid).out, "is as planned")


@on_v2
def slices():
    with managed() as u:
        for path, where in (("app.slice:pod:NAME", "/app.slice/pod-NAME.scope"), ("a-b.slice::NAME", "/a.slice/a-b.slice/NAME.scope")):
            for b in both(u):
                name = b.new_id()
                b.config["linux"]["cgroupsPath"] = path.replace("NAME", name)
                with b.started("sleep", "1000") as cid:
                    equal(read(f"/proc/{b.state(cid)['pid']}/cgroup"), f"0::{u.tree}{where.replace('NAME', name)}\n")
                    # The rule of who pays is about the unit, not about a path that has this text.
                    lacks(b("explain", "--bundle", f"{b.top}/bundle").out, "no cgroup")


@test
def through_the_message_bus():
    with managed() as u:
        b = Bundle(u)
        u.env["DBUS_SESSION_BUS_ADDRESS"] = f"unix:path=/run/user/{u.uid}/bus"
        equal(b.run("id", "-u").out, "0\n")


@test
def without_a_systemd_of_the_user():
    with managed() as u:
        b = Bundle(u, inside=False)
        b.args("true").save()
        env = {"XDG_RUNTIME_DIR": f"{u.top}/run", "DBUS_SESSION_BUS_ADDRESS": ""}
        r = b("run", "--bundle", f"{b.top}/bundle", "bkht-none", env=env, status=1)
        has(r.err, "--systemd-cgroup: no systemd to talk to")
        b.nothing_left("bkht-none")


@test
def the_own_id_alone():
    with managed(subids=False) as u:
        for b in both(u):
            rootless_config(b)
            b.config["linux"]["resources"].update(LIMITS if V2 else {})
            with b.started("sleep", "1000") as cid:
                pid = b.state(cid)["pid"]
                equal(read(f"/proc/{pid}/uid_map").split(), ["0", str(u.uid), "1"])
                if V2:
                    equal(read(f"{b.directory(f'bulkhead-{cid}.scope')}/pids.max"), "55\n")
                equal(b("exec", cid, "id", "-u").out, "0\n")


@on_v1
def a_host_whose_limits_are_on_v1():
    """Nothing is limited there by a user's systemd; what is asked for is an error, what is not a note."""
    with managed() as u:
        for b in both(u):
            with b.started("sleep", "1000") as cid:
                has(read(f"/proc/{b.state(cid)['pid']}/cgroup"), f"{u.tree}/user.slice/bulkhead-{cid}.scope")
                equal(show(u, f"bulkhead-{cid}.scope", "ActiveState"), {"ActiveState": "active"})
                equal(b("exec", cid, "id", "-u").out, "0\n")
                b("pause", cid)
                equal(b.state(cid)["status"], "paused")
                b("resume", cid)
            b.config["linux"]["resources"]["pids"] = {"limit": 5}
            b.refused("/linux/resources/pids/limit")


@test
def failures_leave_no_unit():
    with managed() as u:
        for b in both(u):
            b.args("no-such-program")
            b.refused("executable file not found")
            b.args("true").config["hooks"] = {"createRuntime": [{"path": "/bin/false"}]}
            b.run(status=1)


@on_v2
def a_delegated_subtree_without_the_option():
    """Beside the caller's own cgroup, where the user's systemd would look after units only."""
    with managed() as u:
        b = Bundle(u)
        b.globals = ()
        b.config["linux"]["resources"].update(LIMITS)
        with b.started("sleep", "1000") as cid:
            d = glob.glob(f"{TREE}{u.tree}/**/{cid}", recursive=True)
            equal(len(d), 1, "cgroups")
            equal(read(f"{d[0]}/pids.max"), "55\n")
            equal(read(f"{d[0]}/cgroup.procs").split(), [str(b.state(cid)["pid"])])


if __name__ == "__main__":
    main()
