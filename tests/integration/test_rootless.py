#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Containers of an ordinary user: with subordinate ids, with the own id alone, inside a user namespace that is there
already, and nested twice."""
import contextlib
import json
import os
import pty
import signal
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from bundle import bundle  # noqa: E402
from harness import Skip, check, equal, has, main, proc_status, read, test, wait_for, write  # noqa: E402
from rootless import UserBundle, no_groups, rootless_config, user  # noqa: E402


def init_of(b, cid):
    return b.state(cid)["pid"]


def uid_map(pid):
    return [[int(x) for x in line.split()] for line in read(f"/proc/{pid}/uid_map").splitlines()]


@test
def with_subordinate_ids():
    with user() as u:
        b = UserBundle(u)
        b.config["process"]["user"] = {"uid": 1000, "gid": 1000, "additionalGids": [5, 65536]}
        with b.started("sleep", "1000") as cid:
            pid = init_of(b, cid)
            equal(uid_map(pid), [[0, u.uid, 1], [1, u.first, 65536]], "ids as the host sees them")
            equal(proc_status(pid, "Uid").split(), [str(u.first + 999)] * 4, "uid on the host")
            equal(proc_status(pid, "Groups"), f"{u.first + 4} {u.first + 65535}", "groups on the host")
            equal(proc_status(pid, "Seccomp"), "2", "seccomp")
            equal(os.stat(f"{u.top}/run/bulkhead").st_mode & 0o7777, 0o1700, "mode of the state root")
            has(b("list").out, u.name)


@test
def with_the_own_id_alone():
    with user(subids=False) as u:
        b = UserBundle(u)
        rootless_config(b)
        equal(b.run("sh", "-c", "id -u; id -g; cat /proc/self/uid_map").out.split(), ["0", "0", "0", "0", "1"])
        with b.started("sleep", "1000") as cid:
            equal(uid_map(init_of(b, cid)), [[0, u.uid, 1]], "ids as the host sees them")
            equal(b("exec", cid, "id", "-u").out, "0\n")
        # What one id is not enough for is named.
        b.config["process"]["user"] = {"uid": 5, "gid": 0}
        b.refused("user id 5 is outside of the ids")
        b.config["process"]["user"] = {"uid": 0, "gid": 0, "additionalGids": [0]}
        equal(b.run("id", "-u").out, "0\n")
        # A group of the caller's stays: it cannot be dropped, and cannot be given either.
        b.config["process"]["user"] = {"uid": 0, "gid": 0}
        b.args("grep", "Groups", "/proc/self/status").save()
        p = b("run", "--bundle", f"{b.top}/bundle", "groups", groups=[u.gid])
        equal(p.out.split(), ["Groups:", "0"])


@test
def the_document_of_spec_runs():
    for subids in (True, False):
        with user(subids) as u:
            b = UserBundle(u)
            b("spec", "--rootless", "--bundle", f"{b.top}/bundle")
            b.config = json.loads(read(f"{b.top}/bundle/config.json"))
            b.config["process"]["terminal"] = False
            equal(b.run("id", "-u").out, "0\n")


@test
def every_command_from_outside():
    with user() as u:
        b = UserBundle(u)
        with b.created("sh", "-c", "echo $0; exec sleep 1000", "up") as cid:
            equal(b.state(cid)["status"], "created")
            equal(b("exec", cid, "id", "-u").out, "0\n")
            b("start", cid)
            wait_for(lambda: b.output() == "up\n", "output")
            has(b("ps", cid).out, "sleep 1000")
            has(b("features").out, "ociVersionMax")
            # No cgroup is this user's: that is said, and nothing is done by halves.
            has(b("pause", cid, status=1).err, "no cgroup that could be frozen")
            has(b("update", "--pids-limit", "5", cid, status=1).err, "no cgroup whose limits could be changed")
            b("kill", "--all", cid, "TERM")
            b("kill", cid, "KILL")
            wait_for(lambda: b.state(cid)["status"] == "stopped", "stopped")
            has(b("exec", cid, "id", status=255).err, "stopped container")


@test
def a_terminal():
    with user() as u:
        b = UserBundle(u)
        b.config["process"]["terminal"] = True
        b.args("sh", "-c", "tty; stat -c %u $(tty)").save()
        master, slave = pty.openpty()
        p = subprocess.Popen(b.command("run", "--bundle", f"{b.top}/bundle", "tty"), stdin=slave, stdout=slave,
                             stderr=slave, env=u.env, **u.options())
        os.close(slave)
        text = b""
        while True:
            try:
                part = os.read(master, 1000)
            except OSError:
                break
            if not part:
                break
            text += part
        os.close(master)
        equal(p.wait(60), 0, f"status, {text!r}")
        equal(text.split(), [b"/dev/pts/0", b"0"])


@test
def mounts_are_locked():
    with user() as u:
        b = UserBundle(u)
        # With every capability there is, and without the filter: the kernel's word alone.
        b.policy = {"capabilities": {"level": "off"}, "seccomp": {"level": "off"}}
        for s in ("bounding", "effective", "permitted"):
            b.config["process"]["capabilities"][s] = ["CAP_SYS_ADMIN", "CAP_DAC_OVERRIDE"]
        out = b.run("sh", "-c", "umount /proc/irq; umount /proc/sys; mount -o remount,bind,rw /proc/sys; "
                                "umount /proc; grep CapEff /proc/self/status; mount -t tmpfs t /tmp && echo mounted",
                    status=None)
        has(out.out, "CapEff:\t0000000000200002")
        has(out.out, "mounted")
        equal(out.err.count("Invalid argument"), 3, out.err)
        has(out.err, "permission denied")


@test
def processes_are_counted_without_a_cgroup():
    with user() as u:
        b = UserBundle(u)
        b.policy = {"pids": {"defaultLimit": 20}}
        with b.started("sleep", "1000") as cid:
            has(read(f"/proc/{init_of(b, cid)}/limits"), "Max processes             20                   20")
        out = b.run("sh", "-c", "i=0; while [ $i -lt 40 ]; do sleep 9 & i=$((i+1)); done; kill $(ps | grep -c x)",
                    status=None)
        has(out.err, "can't fork")
        b.policy = {"pids": {"required": True}}
        b.refused("policy: pids: no cgroup with the pids controller is delegated to this user")
        b.policy = {"memory": {"required": True}}
        b.refused("policy: memory: no cgroup with the memory controller is delegated to this user")
        b.policy = None
        b.save()
        has(b("--rootless", "false", "run", "--bundle", f"{b.top}/bundle", "x", status=1).err, "--rootless false: no cgroup")
        b.config["linux"]["resources"]["pids"] = {"limit": 5}
        b.refused("/linux/resources/pids/limit")
        b.config["linux"]["resources"] = {"memory": {"limit": 1 << 26}}
        b.refused("/linux/resources/memory")


def cgroup2():
    """Where cgroup2 is mounted, and which of the controllers that matter it has."""
    for top in ("/sys/fs/cgroup", "/sys/fs/cgroup/unified"):
        if os.path.exists(f"{top}/cgroup.controllers"):
            have = read(f"{top}/cgroup.controllers").split()
            return top, [c for c in ("pids", "memory") if c in have]
    raise Skip("no cgroup2 file system is mounted here")


@contextlib.contextmanager
def delegated(u):
    """A subtree of the user's own, as an administrator delegates it (cgroups(7)), and a leaf to be in."""
    top, controllers = cgroup2()
    d = f"{top}/bkh-{os.getpid()}"
    try:
        os.makedirs(f"{d}/leaf")
        for c in controllers:
            write(f"{top}/cgroup.subtree_control", f"+{c}")
        for n in (d, f"{d}/leaf"):
            for f in ("", "/cgroup.procs", "/cgroup.subtree_control", "/cgroup.threads"):
                os.chown(n + f, u.uid, u.gid)
        yield d, controllers
        equal(sorted(x.name for x in os.scandir(d) if x.is_dir()), ["leaf"], "cgroups left")
    finally:
        for n in (f"{d}/leaf", d):
            os.rmdir(n)


@test
def a_delegated_cgroup():
    with user() as u, delegated(u) as (d, controllers):
        b = UserBundle(u)
        b.wrap = ["sh", "-c", f'echo $$ >{d}/leaf/cgroup.procs && exec setpriv --reuid={u.uid} --regid={u.gid} '
                              '--clear-groups "$@"', "x"]
        u.options = lambda groups=(): {"cwd": u.top}
        with b.started("sleep", "1000") as cid:
            pid = init_of(b, cid)
            own = f"{d}/{cid}"
            equal(read(f"{own}/cgroup.procs"), f"{pid}\n", "processes of the cgroup")
            if controllers:
                equal(read(f"{own}/pids.max"), "2048\n", "limit")
                check(read(f"{own}/memory.max") != "max\n", "a limit of memory")
                b("update", "--pids-limit", "7", cid)
                equal(read(f"{own}/pids.max"), "7\n", "limit after update")
            equal(b("exec", cid, "grep", "^0:", "/proc/self/cgroup").out, "0::/\n")
            b("pause", cid)
            equal(b.state(cid)["status"], "paused")
            has(read(f"{own}/cgroup.events"), "frozen 1")
            b("resume", cid)


@test
def inside_a_user_namespace():
    with user() as u:
        unshare = ["unshare", "--user", "--map-root-user"]
        for wrap in (unshare, unshare + unshare, unshare + ["--mount"]):
            b = UserBundle(u, f"b{len(wrap)}", wrap)
            no_groups(b)
            equal(b.run("sh", "-c", "cat /proc/self/uid_map").out.split(), ["0", "0", "1"])
            b.config["process"]["user"] = {"uid": 1, "gid": 0}
            b.refused("user id 1 is outside of the ids")


def verdict(b, *argv, status=0, **kw):
    report = json.loads(b("verify", "--format", "json", *argv, status=status, **kw).out)
    return report, {r["what"]: r for r in report["checks"] if r["result"] == "FAILED"}


@test
def verify_says_what_was_planned():
    """Without a cgroup there is no limit and no seal, and nobody has planned one."""
    with user() as u:
        b = UserBundle(u)
        with b.started("sleep", "1000") as cid:
            report, failed = verdict(b, cid)
            equal((report["verified"], report["seal"], failed), (True, False, {}))
            has(b("verify", cid).out, "There is no seal")
            rows = {r["what"]: r for r in report["checks"]}
            equal((rows["limit on memory"]["result"], rows["seal"]["result"]), ("note", "note"))
            equal(rows["processes in the cgroups"]["seen"], "1, of which 0 are not confined")
            # Who demands limits is told that there are none.
            b.policy = {"version": 1, "memory": {"required": True}}
            has(verdict(b, cid, status=1)[1]["limit on memory"]["seen"], "no cgroup")
            b.policy = None
            # What is not as planned is found all the same.
            stored = f"{b.root}/{cid}/config.json"
            plan = json.loads(read(stored))
            plan["linux"]["maskedPaths"] += ["/etc/group"]
            write(stored, json.dumps(plan))
            equal(list(verdict(b, cid, status=1)[1]), ["/etc/group"])


@test
def verify_from_outside():
    """Of a container that root of a user namespace has made, whose config speaks of that one's ids."""
    with user() as u:
        b = UserBundle(u, wrap=["unshare", "--user", "--map-root-user"])
        no_groups(b)
        b.config["linux"]["namespaces"] += [{"type": "user"}]
        for kind in ("uidMappings", "gidMappings"):
            b.config["linux"][kind] = [{"containerID": 0, "hostID": 0, "size": 1}]
        # Its state root is the one of this user outside, too.
        b.wrap += ["env", f"XDG_RUNTIME_DIR={u.top}/run"]
        with b.started("sleep", "1000") as cid:
            b.wrap = []
            report, failed = verdict(b, cid)
            equal((report["verified"], failed), (True, {}))
            equal(b("exec", cid, "id", "-u").out, "0\n")


@test
def failures_name_the_member():
    with user() as u:
        b = UserBundle(u)
        b.policy = {"version": 1, "scheduling": {"level": "off"}}
        b.config["process"]["oomScoreAdj"] = -500
        b.refused("/process/oomScoreAdj: -500 is below")
        del b.config["process"]["oomScoreAdj"]
        # A procfs or sysfs that would show more than the one that is there is not made by the kernel.
        unshare = ["unshare", "--user", "--map-root-user", "--mount"]
        for n, fs, hidden in ((0, "proc", "bus"), (3, "sysfs", "kernel")):
            # All there are: a jail of somebody else has some, too.
            script = (f'grep " {fs} " /proc/self/mounts | while read -r x at y; do mount -t tmpfs none "$at/{hidden}" || exit; done; '
                      'exec "$@"')
            b = UserBundle(u, f"hidden{n}", [*unshare, "sh", "-c", script, "x", *unshare])
            no_groups(b)
            b.refused(f"/mounts/{n}: error mounting", "operation not permitted")


@test
def inside_a_user_namespace_of_root():
    with bundle() as b:
        no_groups(b)
        plain = b.command
        for wrap in (["unshare", "-Ur"], ["unshare", "-Ur", "unshare", "-Ur"]):
            b.command = lambda *argv, wrap=wrap: [*wrap, *plain(*argv)]
            b.refused("policy: userns: the user namespace that the runtime runs in has an id for "
                      "root on the host: refused")


@test
def mappings_that_are_not_the_callers():
    with user() as u:
        b = UserBundle(u)
        rootless_config(b)
        equal(b.run("id", "-u").out, "0\n")
        for bad in (0, 1, u.uid + 1, u.first + 65536):
            b.config["linux"]["uidMappings"][0]["hostID"] = bad
            b.refused(f"/linux/uidMappings/0/hostID: {bad} is not an id that this caller has")
        b.config["linux"]["uidMappings"][0]["hostID"] = u.first + 7
        b.config["linux"]["uidMappings"].append({"containerID": 9, "hostID": u.uid, "size": 1})
        b.config["root"]["readonly"] = True
        equal(b.run("cat", "/proc/self/uid_map").out.split(), ["0", "8", "1", "9", "0", "1"])


@test
def programs_that_map_ids():
    with user() as u:
        b = UserBundle(u)
        no_groups(b)
        b.args("cat", "/proc/self/uid_map").save()
        os.mkdir(f"{u.top}/bin")
        for name in ("newuidmap", "newgidmap"):
            write(f"{u.top}/bin/{name}", "#!/bin/sh\necho not today; echo never\nexit 1\n", 0o755)
        p = b("run", "--bundle", f"{b.top}/bundle", "x", env={"PATH": f"{u.top}/bin:/usr/bin:/bin"}, status=1)
        has(p.err, f"{u.top}/bin/newgidmap and {u.top}/bin/newuidmap cannot map the ids")
        has(p.err, "not today")
        check("never" not in p.err, p.err)
        # Not installed: the own id alone.
        p = b("run", "--bundle", f"{b.top}/bundle", "x", env={"PATH": "/nowhere"})
        equal(p.out.split(), ["0", "0", "1"])


@test
def where_user_namespaces_are_forbidden():
    with user() as u:
        b = UserBundle(u)
        b.args("true").save()
        # The setting is that of each user namespace: one in which an ordinary user may make none.
        script = "echo 0 >/proc/sys/user/max_user_namespaces; exec setpriv --reuid=7 --regid=7 --clear-groups \"$@\""
        b.wrap = ["unshare", "--user", "--map-root-user", "--map-auto", "sh", "-c", script, "x"]
        p = b("--root", f"{u.top}/run/other", "run", "--bundle", f"{b.top}/bundle", "x", status=1)
        has(p.err, "lets an ordinary user make no user namespace: user.max_user_namespaces is 0")


@test
def hooks():
    """createContainer's is born in the container's pid namespace, from which the user could not come back."""
    with user() as u:
        b = UserBundle(u)
        told = f"{u.top}/told"
        os.mkdir(told)
        os.chown(told, u.uid, u.gid)
        script = "id -u >{0}/{1}; readlink /proc/self/ns/pid /proc/self/ns/net >>{0}/{1}; cat >>{0}/{1}"
        kinds = ("prestart", "createRuntime", "createContainer", "poststart", "poststop")
        b.config["hooks"] = {k: [{"path": "/bin/sh", "args": ["sh", "-c", script.format(told, k)]}] for k in kinds}
        b.config["hooks"]["startContainer"] = [{"path": "/bin/sh", "args": ["sh", "-c", "id -u >/tmp/started"]}]
        with b.started("sh", "-c", "cat /tmp/started; readlink /proc/self/ns/pid; readlink /proc/self/ns/net; exec sleep 1000"):
            wait_for(lambda: b.output().count("\n") == 3, "the container")
            inside = b.output().split()
        equal(inside[0], "0", "startContainer's user")
        said = {k: read(f"{told}/{k}").split() for k in kinds}
        host = [os.readlink(f"/proc/self/ns/{k}") for k in ("pid", "net")]
        for k in kinds:
            equal(said[k][1:3], inside[1:] if k == "createContainer" else host, f"{k}'s namespaces")
            equal(json.loads(said[k][3])["status"], {"poststart": "running", "poststop": "stopped"}.get(k, "creating"), k)
        b.config["hooks"] = {"createContainer": [{"path": "/bin/sh", "args": ["sh", "-c", "echo no >&2; exit 3"]}]}
        b.refused("error running createContainer hook #0: exit status 3, stdout: , stderr: no")


@test
def a_creator_that_is_killed():
    with user() as u:
        b = UserBundle(u)
        b.config["hooks"] = {"createRuntime": [{"path": "/bin/sleep", "args": ["sleep", "1000"]}]}
        b.args("sleep", "1000").save()
        p = subprocess.Popen(b.command("run", "--bundle", f"{b.top}/bundle", "k"), stdin=subprocess.DEVNULL,
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=u.env, **u.options())
        wait_for(lambda: any(name == "sleep" for _, name in u.processes()), "the hook")
        equal(b.state("k")["status"], "creating")
        p.kill()
        p.wait()
        b("delete", "--force", "k")
        for pid, name in u.processes():
            if name == "sleep":
                with contextlib.suppress(ProcessLookupError):
                    os.kill(int(pid), signal.SIGKILL)
        wait_for(lambda: not u.processes(), "nobody left")
        b.nothing_left("k")


@test
def a_runtime_that_the_user_owns_is_not_the_containers():
    with user() as u:
        b = UserBundle(u)
        # Its owner may change its mode, whatever that is, and the container's root has his id.
        for own, gid, mode in ((False, 0, 0o755), (True, 0, 0o555), (True, u.gid, 0o755)):
            os.chown(u.program, u.uid if own else 0, gid)
            os.chmod(u.program, mode)
            with b.created("true") as cid:
                exe = os.readlink(f"/proc/{init_of(b, cid)}/exe")
                equal("memfd:bulkhead" in exe, own, f"{exe}: a sealed copy")


@test
def binds_and_devices():
    with user() as u:
        b = UserBundle(u)
        os.mkdir(f"{u.top}/data")
        u.give(f"{u.top}/data")
        write(f"{u.top}/roots", "x\n", 0o644)
        b.config["mounts"] += [{"destination": "/data", "source": f"{u.top}/data", "options": ["rbind"]},
                               {"destination": "/roots", "source": f"{u.top}/roots", "options": ["bind"]}]
        out = b.run("sh", "-c", "echo hi >/data/file; echo bad >/roots; cat /roots; stat -c %u /roots /dev/null; "
                                "echo gone >/dev/null && echo null; mknod /tmp/x c 1 3", status=None)
        equal(out.out.split(), ["x", "65534", "65534", "null"], out.err)
        equal(os.stat(f"{u.top}/data/file").st_uid, u.uid, "owner on the host")
        has(out.err, "/tmp/x")


if __name__ == "__main__":
    main()
