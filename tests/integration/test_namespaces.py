#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Namespaces: joined by path in any mix, shared with the host, time offsets; and who dies when one pid namespace has
two containers. With every rule off, because most of it is refused otherwise; that is looked at, too."""
import contextlib
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from bundle import bundle  # noqa: E402
from harness import TOP, cgroups, check, ended, equal, main, read, run, test, wait_for, write  # noqa: E402

OFF = json.loads(read(f"{TOP}/contrib/policy/off.json"))
FILES = {"pid": "pid", "network": "net", "ipc": "ipc", "uts": "uts", "cgroup": "cgroup", "time": "time", "user": "user"}
OWN = ("mount", "network", "uts", "ipc", "pid")


def link(pid, kind):
    return os.readlink(f"/proc/{pid}/ns/{FILES[kind]}")


def use(b, paths, without=()):
    """New namespaces, but for those in @paths and @without."""
    kinds = [k for k in OWN if k not in paths and k not in without]
    b.config["linux"]["namespaces"] = [{"type": k} for k in kinds] + [{"type": k, "path": p} for k, p in paths.items()]
    b.config.pop("hostname", None)


@contextlib.contextmanager
def namespaces(*options):
    """A process in new namespaces that belong to the host, or with --user to somebody else."""
    p = subprocess.Popen(["unshare", *options, "sh", "-c", "echo; exec sleep 1000"], stdout=subprocess.PIPE)
    try:
        p.stdout.readline()
        pid = p.pid
        if "--user" in options:
            for name in ("gid_map", "uid_map"):
                write(f"/proc/{pid}/{name}", "0 2000000 65536")
        if "--fork" in options:
            pid = int(read(f"/proc/{p.pid}/task/{p.pid}/children").split()[0])
        yield pid
    finally:
        run("kill", "-KILL", str(pid), status=None)
        p.kill()
        p.wait()
        p.stdout.close()


def seen(b, kind):
    return b.run("readlink", f"/proc/self/ns/{FILES[kind]}").out.strip()


@test
def each_one_by_path():
    with bundle() as b, namespaces("--pid", "--fork", "--net", "--ipc", "--uts", "--cgroup", "--time") as pid:
        b.policy = OFF
        kinds = [k for k in FILES if k != "user"]
        for k in kinds:
            # That of the children: unshare(1) itself stays in the host's pid and time namespaces.
            use(b, {k: f"/proc/{pid}/ns/{FILES[k]}"})
            equal(seen(b, k), link(pid, k), k)
        use(b, {k: f"/proc/{pid}/ns/{FILES[k]}" for k in kinds})
        out = b.run("sh", "-c", "for n in pid net ipc uts cgroup time; do readlink /proc/self/ns/$n; done").out.split()
        equal(out, [link(pid, k) for k in kinds], "all of them")
        # By default only what engines make for a container is joined.
        b.policy = None
        for k, words in (("pid", "a pid namespace that does not belong to a container"),
                         ("ipc", "a ipc namespace that does not belong to a container")):
            use(b, {k: f"/proc/{pid}/ns/{FILES[k]}"})
            b.refused(f"policy: namespaces: {words}")
        use(b, {"network": f"/proc/{pid}/ns/net"})
        equal(seen(b, "network"), link(pid, "network"))


@test
def an_ipc_namespace_that_a_mount_holds():
    """CRI-O makes such ones for its pods. A process's own, by whatever path, is another thing; so is the host's."""
    with bundle() as b, namespaces("--ipc") as pid:
        pin, link_to, proc = (f"{b.top}/{name}" for name in ("pin", "link", "proc"))
        write(pin, "")
        os.mkdir(proc)
        os.symlink(f"/proc/{pid}/ns/ipc", link_to)
        run("mount", "--bind", f"/proc/{pid}/ns/ipc", pin)
        run("mount", "--bind", f"/proc/{pid}", proc)
        try:
            use(b, {"ipc": pin})
            b.args("sleep", "1000").save()
            cid = b.new_id()
            try:
                subprocess.run(b.command("run", "--detach", "--bundle", f"{b.top}/bundle", cid), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL, timeout=60, check=True)
                equal(link(b.state(cid)["pid"], "ipc"), link(pid, "ipc"))
                check("is as planned" in b("verify", cid).out, "verify")
                equal(b("exec", cid, "readlink", "/proc/self/ns/ipc").out.strip(), link(pid, "ipc"))
            finally:
                b("delete", "--force", cid)
            refusal = "policy: namespaces: a ipc namespace that does not belong to a container"
            for path in (link_to, f"{proc}/ns/ipc"):
                use(b, {"ipc": path})
                refused(b, refusal)
            use(b, {"ipc": pin})
            b.policy = {"version": 1, "namespaces": {"allowPinnedIpc": False}}
            refused(b, refusal)
            b.policy = None
            run("umount", pin)
            run("mount", "--bind", "/proc/self/ns/ipc", pin)
            refused(b, "policy: namespaces: the host's ipc namespace")
        finally:
            run("umount", pin)
            run("umount", proc)


def refused(b, words):
    """As b.refused(), with mounts of the test's own below its directory."""
    b.args("true").save()
    r = b("run", "--bundle", f"{b.top}/bundle", b.new_id(), status=1)
    check(words in r.err, r.err)


@test
def those_of_a_user_namespace_and_new_ones_in_it():
    with bundle() as b, namespaces("--user", "--net", "--ipc", "--uts") as pid, namespaces("--user", "--ipc") as other:
        b.policy = OFF
        for kinds in (("user",), ("network",), ("user", "network"), ("user", "network", "ipc", "uts"), ("uts", "ipc")):
            use(b, {k: f"/proc/{pid}/ns/{FILES[k]}" for k in kinds})
            os.chown(b.rootfs, *((2000000, 2000000) if "user" in kinds else (0, 0)))
            with b.started("sleep", "1000") as cid:
                inside = b.state(cid)["pid"]
                for k in ("user", *kinds):
                    equal(link(inside, k), link(pid, k), f"{k} of {kinds}")
                for k in OWN[1:]:
                    if k not in kinds:
                        check(link(inside, k) not in (link(pid, k), link("self", k)), f"{k} is new in {kinds}")
                equal(read(f"/proc/{inside}/uid_map").split(), ["0", "2000000", "65536"])
        os.chown(b.rootfs, 0, 0)
        use(b, {"network": f"/proc/{pid}/ns/net", "ipc": f"/proc/{other}/ns/ipc"})
        b.refused("/linux/namespaces/4/path: belongs to another user namespace than the container's")
        use(b, {"user": f"/proc/{pid}/ns/user", "ipc": f"/proc/{other}/ns/ipc"})
        b.refused("/linux/namespaces/", "/path: belongs to another user namespace than the container's")


@test
def paths_that_lead_elsewhere():
    with bundle() as b:
        b.policy = OFF
        for kind, path, words in (("pid", "/proc/self/ns/net", "does not lead to a pid namespace"),
                                  ("network", "/etc/passwd", "does not lead to a network namespace"),
                                  ("ipc", "/no/such/file", "does not lead to a ipc namespace"),
                                  ("user", "/proc/self/ns/ipc", "does not lead to a user namespace")):
            use(b, {kind: path})
            n = len(b.config["linux"]["namespaces"]) - 1
            b.refused(f"/linux/namespaces/{n}/path: ", words)
        use(b, {"pid": "relative/path"})
        b.refused("/linux/namespaces/4/path", "absolute")
        # Of a process that the runtime may not look into.
        use(b, {"network": "/proc/1/ns/net"})
        b.args("true").save()
        setpriv = ("setpriv", "--bounding-set=-sys_ptrace", "--inh-caps=-sys_ptrace")
        if run(*setpriv, "true", status=None).status == 0:  # busybox's, in an emulated machine, has no such options
            r = run(*setpriv, *b.command("run", "--bundle", f"{b.top}/bundle", b.new_id()), status=1)
            for words in ("/linux/namespaces/4/path: open ", "EACCES"):
                check(words in r.err, r.err)
        use(b, {})
        b.config["linux"]["namespaces"].append({"type": "ipc"})
        b.refused("/linux/namespaces/5: ", "duplicated ns")


@test
def the_runtimes_own_by_path():
    with bundle() as b:
        b.policy = OFF
        for kind in ("network", "ipc", "uts", "cgroup"):
            use(b, {kind: f"/proc/self/ns/{FILES[kind]}"})
            equal(seen(b, kind), link("self", kind), kind)
        b.policy = None
        use(b, {"network": "/proc/self/ns/net"})
        b.refused("policy: namespaces: the host's network namespace")


@test
def none_of_its_own():
    with bundle() as b:
        b.policy = OFF
        b.config["mounts"] = [m for m in b.config["mounts"] if m["type"] not in ("sysfs", "mqueue")]
        use(b, {}, without=OWN[1:])
        with b.started("sleep", "1000") as cid:
            pid = b.state(cid)["pid"]
            for k in FILES:
                equal(link(pid, k), link("self", k), k)
            check(os.readlink(f"/proc/{pid}/ns/mnt") != os.readlink("/proc/self/ns/mnt"), "mounts of its own")
        b.policy = None
        b.refused("policy: namespaces: the host's pid namespace")


@test
def clocks():
    def offsets(**clocks):
        b.config["linux"]["timeOffsets"] = clocks
        return b.run("cat", "/proc/self/timens_offsets").out.split()

    with bundle() as b:
        for policy in (OFF, None):
            b.policy = policy
            b.config["linux"]["namespaces"].append({"type": "time"})
            equal(offsets(boottime={"secs": 1000, "nanosecs": 5}, monotonic={"secs": 7}),
                  ["monotonic", "7", "0", "boottime", "1000", "5"])
            equal(offsets(boottime={"secs": -3, "nanosecs": 999999999}), ["monotonic", "0", "0", "boottime", "-3", "999999999"])
            here = float(read("/proc/uptime").split()[0])
            b.config["linux"]["timeOffsets"] = {"boottime": {"secs": 5000}}
            inside = float(b.run("cat", "/proc/uptime").out.split()[0])
            check(0 <= inside - here - 5000 < 100, f"uptime {inside} inside, {here} outside")
            # exec is in it, too: the first process is in no other.
            with b.started("sleep", "1000") as cid:
                check(float(b("exec", cid, "cat", "/proc/uptime").out.split()[0]) > 5000, "exec")
            for clock, words in ((({"boottime": {"secs": -10**12}}), "/linux/timeOffsets: "),
                                 (({"boottime": {"secs": 1, "nanosecs": 10**9}}), "/linux/timeOffsets/boottime/nanosecs: "),
                                 (({"boottime": {"secs": "1"}}), "/linux/timeOffsets/boottime/secs: "),
                                 (({"realtime": {"secs": 1}}), "/linux/timeOffsets")):
                b.config["linux"]["timeOffsets"] = clock
                b.refused(words)
            b.config["linux"]["timeOffsets"] = {"boottime": {"secs": 1}}
            b.config["linux"]["namespaces"].pop()
            b.refused("/linux/timeOffsets: a new time namespace is needed")
            with namespaces("--time", "--fork") as pid:
                b.config["linux"]["namespaces"].append({"type": "time", "path": f"/proc/{pid}/ns/time"})
                b.refused("/linux/timeOffsets: a new time namespace is needed")
            b.config["linux"]["namespaces"].pop()


def processes(cid):
    """Of its cgroups, by the kernel."""
    return sorted({int(p) for d in cgroups(cid) for p in read(f"{d}/cgroup.procs").split()})


SPAWN = "for i in 1 2 3; do setsid sh -c \"trap '' TERM HUP; sleep 1000; :\" & done; {}"


@contextlib.contextmanager
def neighbours(b, script):
    """Two containers in the first one's pid namespace; the second one has three processes beside its first."""
    with b.started("sh", "-c", SPAWN.format("wait")) as first:
        use(b, {"pid": f"/proc/{b.state(first)['pid']}/ns/pid"} |
            ({} if b.policy == OFF else {"user": f"/proc/{b.state(first)['pid']}/ns/user"}))
        wait_for(lambda: len(processes(first)) == 7, "the first one's processes")
        with b.started("sh", "-c", SPAWN.format(script)) as second:
            wait_for(lambda: len(processes(second)) >= (6 if script == "sleep 0.3" else 7), "the second one's processes")
            before = processes(first)
            yield first, second
            equal(processes(first), before, "processes of the neighbour")
        equal(processes(first), before, "processes of the neighbour after delete")


def all_ended(pids):
    return all(ended(p) for p in pids)


@test(limit=300)
def kill_ends_all_of_a_container_and_nothing_of_its_neighbour():
    for policy in (OFF, None):
        with bundle() as b:
            b.policy = policy
            with neighbours(b, "wait") as (_, second):
                pids = processes(second)
                equal(len(pids), 7, "processes of the second")
                b("kill", second, "TERM")
                # For the first process alone, and the others ignore it. It may be gone before the next signal.
                b("kill", second, "KILL")
                wait_for(lambda: all_ended(pids), "the end of all of it")
                wait_for(lambda: b.state(second)["status"] == "stopped", "stopped")
                b("delete", second)
                equal(cgroups(second), [])


@test(limit=400)
def a_first_process_that_leaves_others_behind():
    for policy in (OFF, None):
        for how in ("kill", "delete", "kill --all"):
            with bundle() as b:
                b.policy = policy
                with neighbours(b, "sleep 0.3") as (_, second):
                    wait_for(lambda: b.state(second)["status"] == "stopped", "stopped")
                    # It may have gone before each of them had its own.
                    wait_for(lambda: len(processes(second)) == 6, "what it left behind")
                    pids = processes(second)
                    if how == "kill":
                        # The container is what is left of it; another signal is for its first process.
                        check("container not running" in b("kill", second, "TERM", status=1).err, "kill TERM")
                        b("kill", second, "KILL")
                    elif how == "kill --all":
                        b("kill", "--all", second, "KILL")
                    else:
                        b("delete", second)
                    wait_for(lambda: all_ended(pids), f"the end of all of it by {how}")


@test
def kill_all_with_another_signal():
    with bundle() as b:
        b.policy = OFF
        with neighbours(b, "sleep 1000") as (_, second):
            pids = processes(second)
            b("kill", "--all", second, "USR1")
            # Not one of them catches it.
            wait_for(lambda: all_ended(pids), "the end of all of it")


@test
def the_hosts_pid_namespace():
    with bundle() as b:
        b.policy = OFF
        use(b, {}, without=("pid",))
        b.args("sh", "-c", SPAWN.format("sleep 0.3"))
        # In the foreground: what is left behind goes with the container.
        b.run()
        with b.started("sh", "-c", SPAWN.format("wait")) as cid:
            wait_for(lambda: len(processes(cid)) == 7, "its processes")
            pids = processes(cid)
            b("delete", "--force", cid)
            check(all_ended(pids), "nothing of it runs after delete --force")


if __name__ == "__main__":
    main()
