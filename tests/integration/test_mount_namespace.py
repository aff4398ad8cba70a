#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A mount namespace that is joined by path or shared with the host, and --no-pivot: with the rules off that forbid them.
What the container sees, what the namespace and the host see, and that nothing stays."""
import contextlib
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from bundle import bundle, overlay  # noqa: E402
from harness import TOP, check, equal, has, main, mount_points, read, run, test, wait_for, write  # noqa: E402

OFF = json.loads(read(f"{TOP}/contrib/policy/off.json"))
# The container's root is an unprivileged user outside all the same.
MAPPED = {k: v for k, v in OFF.items() if k != "userns"}
OWN = ("network", "uts", "ipc", "pid")
HOST = os.readlink("/proc/self/ns/mnt")


def host_mounts(b):
    """Those of the host's mounts that are not somebody else's, who may be at work beside this test."""
    table = [(line.split()[4], line) for line in read("/proc/self/mountinfo").splitlines()]
    return [line for place, line in table if place.startswith(b.top) or not place.startswith(("/var/tmp/", "/tmp/", "/run/"))]


def mnt(pid):
    return os.readlink(f"/proc/{pid}/ns/mnt")


def use(b, path=None, missing=False):
    b.config["linux"]["namespaces"] = [{"type": k} for k in OWN]
    if not missing:
        b.config["linux"]["namespaces"].append({"type": "mount"} | ({"path": path} if path else {}))


@contextlib.contextmanager
def process(*options, script="exec sleep 1000"):
    """A process in namespaces of its own."""
    p = subprocess.Popen(["unshare", *options, "sh", "-c", f"echo; {script}"], stdout=subprocess.PIPE)
    try:
        p.stdout.readline()
        if "--user" in options:
            for name in ("gid_map", "uid_map"):
                write(f"/proc/{p.pid}/{name}", "0 2000000 65536")
        yield p.pid
    finally:
        p.kill()
        p.wait()
        p.stdout.close()


def looks_right(b, cid, inside, besides=()):
    """From inside, by the first process and by exec, and by verify."""
    out = b("exec", cid, "sh", "-c", "ls /; readlink /proc/self/ns/mnt; pwd; ls /..; echo x >/tmp/from-exec; cat /proc/kcore; "
            "echo h 2>/dev/null >/proc/sysrq-trigger || echo closed; echo /no*").out.split("\n")
    names = sorted(os.listdir(b.rootfs))
    equal(sorted(out[:len(names)]), names, "/ seen by exec")
    equal(out[len(names):len(names) + 2], [inside, "/"], "namespace and directory of exec")
    equal(sorted(out[len(names) + 2:-3]), names, "/.. seen by exec")
    equal(out[-3:], ["closed", "/no*", ""])
    pid = b.state(cid)["pid"]
    equal(mnt(pid), inside, "mount namespace")
    equal(sorted(os.listdir(f"/proc/{pid}/root")), names, "/ of the first process")
    equal(read(f"{b.rootfs}/tmp/from-exec"), "x\n")
    failed = [x.split()[1] for x in b("verify", cid, status=None).out.splitlines() if x.startswith("FAILED")]
    equal([x for x in failed if x not in besides], [], "verify")


@test
def joined():
    for policy in (OFF, MAPPED):
        with bundle() as b, process("--mount") as pid:
            b.policy = policy
            use(b, f"/proc/{pid}/ns/mnt")
            mounts = host_mounts(b)
            with b.started("sleep", "1000") as cid:
                looks_right(b, cid, mnt(pid))
                check(mnt(pid) != HOST, "not the host's")
                # Its root is everybody's in there, and the old one is gone: there is no way back to it.
                equal(sorted(os.listdir(f"/proc/{pid}/root")), sorted(os.listdir(b.rootfs)))
                places = [x.split()[4] for x in read(f"/proc/{pid}/mountinfo").splitlines()]
                check("/proc" in places and not any(x.startswith(b.top) for x in places), "nothing at root.path")
                equal(host_mounts(b), mounts, "mounts of the host")


@test
def joined_with_its_user_namespace():
    with bundle() as b, process("--user", "--mount") as pid:
        b.policy = OFF
        os.chown(b.rootfs, 2000000, 2000000)
        use(b, f"/proc/{pid}/ns/mnt")
        b.config["linux"]["namespaces"].append({"type": "user", "path": f"/proc/{pid}/ns/user"})
        run("chown", "-R", "2000000:2000000", b.rootfs)
        with b.started("sleep", "1000") as cid:
            # The user namespace is not ours: its range, and its other process.
            looks_right(b, cid, mnt(pid), besides=("ids", "other"))
            equal(os.readlink(f"/proc/{b.state(cid)['pid']}/ns/user"), os.readlink(f"/proc/{pid}/ns/user"))


@test
def all_of_another_container():
    """Each namespace of a container that runs, by path: there root.path does not exist."""
    with bundle() as a, bundle() as b:
        a.policy = b.policy = OFF
        use(a)
        with a.started("sleep", "1000") as first:
            pid = a.state(first)["pid"]
            kinds = {"mount": "mnt", "network": "net", "uts": "uts", "ipc": "ipc", "pid": "pid"}
            b.config["linux"]["namespaces"] = [{"type": k, "path": f"/proc/{pid}/ns/{n}"} for k, n in kinds.items()]
            b.config.pop("hostname")
            with b.started("sleep", "1000") as cid:
                looks_right(b, cid, mnt(pid))
                for n in kinds.values():
                    equal(os.readlink(f"/proc/{b.state(cid)['pid']}/ns/{n}"), os.readlink(f"/proc/{pid}/ns/{n}"), n)


@test
def what_fails_before_leaves_the_joined_one_alone():
    with bundle() as b, process("--mount") as pid:
        b.policy = OFF
        use(b, f"/proc/{pid}/ns/mnt")
        before = read(f"/proc/{pid}/mountinfo")
        b.config["hooks"] = {"createContainer": [{"path": "/bin/false"}]}
        b.refused("createContainer")
        b.config.pop("hooks")
        b.config["mounts"].append({"destination": "/x", "type": "bind", "source": "/no/such/file", "options": ["bind"]})
        b.refused("/mounts/7")
        equal(read(f"/proc/{pid}/mountinfo"), before)
        # A peer of the host's gets nothing of it back, either.
        b.config["mounts"].pop()
    with bundle() as b, process("--mount", "--propagation", "unchanged") as pid:
        b.policy = OFF
        use(b, f"/proc/{pid}/ns/mnt")
        mounts = host_mounts(b)
        equal(b.run("readlink", "/proc/self/ns/mnt").out.strip(), mnt(pid))
        equal(host_mounts(b), mounts)


@test
def the_hosts_own_is_not_joined_by_another_name():
    with bundle() as b:
        b.policy = OFF
        use(b, "/proc/1/ns/mnt")
        b.save()
        before = host_mounts(b)
        # From a mount namespace of its own the runtime would put the container's root in the place of the host's. The
        # real one may be closed to us: the first process of a pid namespace stands for it.
        r = run("unshare", "--mount", "--pid", "--fork", "--mount-proc", "sh", "-c", '"$@"; exit $?', "sh", "unshare", "--mount",
                *b.command("run", "--bundle", f"{b.top}/bundle", b.new_id()), status=1)
        has(r.err, "/proc/1/ns/mnt is the mount namespace of the host")
        equal(host_mounts(b), before)
        # By its own path it is what it is without one.
        use(b, "/proc/self/ns/mnt")
        equal(b.run("readlink", "/proc/self/ns/mnt").out.strip(), HOST)


@test
def shared_with_the_host():
    for policy in (OFF, MAPPED):
        with bundle() as b:
            b.policy = policy
            use(b, missing=True)
            b.config["mounts"].append({"destination": "/tmp/u", "type": "tmpfs", "source": "u", "options": ["unbindable"]})
            before = host_mounts(b)
            with b.started("sleep", "1000") as cid:
                top = f"{b.root}/{cid}/root"
                mine = [m for m in mount_points() if m.startswith(b.top)]
                check(mine[0] == top and all(m == top or m.startswith(top + "/") for m in mine), str(mine))
                has(b("exec", cid, "grep", " /tmp/u ", "/proc/self/mountinfo").out, " unbindable ")
                looks_right(b, cid, HOST)
                # A volume is carried along, an engine that looks at root.path finds it as it was.
                check(b.rootfs not in mount_points(), "its place")
            equal(host_mounts(b), before)
            equal(b.run("sh", "-c", "readlink /proc/self/ns/mnt; cd /..; ls -d etc").out.split(), [HOST, "etc"])
            b.config["hooks"] = {"createContainer": [{"path": "/bin/false"}]}
            b.refused("createContainer")
            b.config["hooks"] = {"startContainer": [{"path": "/bin/false"}]}
            b.refused("startContainer")
            equal(host_mounts(b), before)


@test
def peers_of_the_host_are_left_clean():
    script = """
        mount --make-rshared / || exit 1
        unshare --mount --propagation unchanged sh -c 'echo $$ >{top}/peer; exec sleep 1000' &
        unshare --mount --propagation slave sh -c 'echo $$ >{top}/slave; exec sleep 1000' &
        while ! [ -s {top}/peer ] || ! [ -s {top}/slave ]; do sleep 0.05; done
        P="$(cat {top}/peer) $(cat {top}/slave)"
        {command} create --bundle {top}/bundle c1 </dev/null >{top}/log 2>&1 || exit 2
        for p in $P; do grep -c '{top}/state/c1/root' /proc/$p/mountinfo; done
        {command} delete --force c1 || exit 3
        for p in $P; do grep -c '{top}/state/c1/root' /proc/$p/mountinfo; done
        grep -c '{top}/state/c1/root' /proc/self/mountinfo
        kill $P
    """
    with bundle() as b:
        b.policy = OFF
        use(b, missing=True)
        b.args("sleep", "1000").save()
        r = run("unshare", "--mount", "sh", "-c", script.format(top=b.top, command=" ".join(b.command())), status=None)
        equal(r.status, 0, read(f"{b.top}/log") if os.path.exists(f"{b.top}/log") else r.err)
        out = r.out.split()
        # An empty directory is all that travels.
        equal(out[:2], ["1", "1"], "what others see")
        equal(out[2:], ["0", "0", "0"], "mounts left")


@test
def no_pivot_in_a_joined_one():
    """`exec` of whoever has it already would be in this container's root."""
    with bundle() as b, process("--mount") as pid:
        b.policy = OFF
        use(b, f"/proc/{pid}/ns/mnt")
        b.refused("--no-pivot: not in a mount namespace that is joined", options=("--no-pivot",))


@test
def no_overlay_of_ours_in_a_joined_one():
    """It would stay there, and its work directory be emptied below it."""
    with bundle() as b, process("--mount") as pid, overlay(b):
        b.policy = MAPPED
        use(b, f"/proc/{pid}/ns/mnt")
        places = read(f"/proc/{pid}/mountinfo")
        b.args("true").save()
        cid = b.new_id()
        r = b("run", "--bundle", f"{b.top}/bundle", cid, status=1)
        has(r.err, "/linux/namespaces: an engine's overlay whose ids are mapped cannot become the root")
        equal(read(f"/proc/{pid}/mountinfo"), places, "mounts of the joined namespace")
        equal(sorted(os.listdir(f"{b.top}/layer")), ["diff", "work"], "beside the upper layer")
        b.nothing_left(cid, besides=[b.rootfs])


@test
def a_joined_one_is_left_as_it_was():
    """pivot_root(2) is refused: whoever joins later must not be in the root of a container that never was."""
    with bundle() as b, process("--mount") as pid:
        b.policy = OFF
        use(b, f"/proc/{pid}/ns/mnt")
        places = len(read(f"/proc/{pid}/mountinfo").splitlines())
        b.args("true").save()
        cid = b.new_id()
        r = run("strace", "-f", "-o", "/dev/null", "-e", "inject=pivot_root:error=EINVAL", *b.command("run", "--bundle", f"{b.top}/bundle", cid),
                status=1)
        has(r.err, "pivot_root")
        equal(len(read(f"/proc/{pid}/mountinfo").splitlines()), places, "mounts")
        equal(run("nsenter", "--mount", f"--target={pid}", "test", "-e", b.top, status=None).status, 0, "what one who joins it sees")
        b.nothing_left(cid)


@test
def what_the_host_mounts_in_a_shared_bind_stays():
    """Unmounting a tree that holds a peer of the host's mount reaches what is mounted below that, unless the two are parted first."""
    script = """
        mount --make-rshared / || exit 1
        mkdir {top}/data && mount -t tmpfs data {top}/data && mkdir {top}/data/sub && mount -t tmpfs sub {top}/data/sub || exit 1
        {command} create --bundle {top}/bundle c1 </dev/null >{top}/log 2>&1 || exit 2
        {command} delete --force c1 || exit 3
        grep -c ' {top}/data/sub ' /proc/self/mountinfo
    """
    with bundle() as b:
        b.policy = OFF
        use(b, missing=True)
        b.config["linux"]["rootfsPropagation"] = "rshared"
        b.config["mounts"].append({"destination": "/vol", "type": "bind", "source": f"{b.top}/data", "options": ["rbind", "rshared"]})
        b.args("sleep", "1000").save()
        r = run("unshare", "--mount", "sh", "-c", script.format(top=b.top, command=" ".join(b.command())), status=None)
        equal((r.status, r.out), (0, "1\n"), r.err)


@test
def killed_while_it_is_made():
    with bundle() as b:
        b.policy = OFF
        use(b, missing=True)
        b.config["hooks"] = {"startContainer": [{"path": "/bin/sleep", "args": ["sleep", "1000"]}]}
        b.args("true").save()
        cid = b.new_id()
        p = subprocess.Popen(b.command("run", "--bundle", f"{b.top}/bundle", cid), stdin=subprocess.DEVNULL)
        top = f"{b.root}/{cid}/root"
        try:
            wait_for(lambda: top in mount_points(), "the root")
        finally:
            p.kill()
            p.wait()
        check(top in mount_points(), "still there")
        b("delete", "--force", cid)
        b.nothing_left(cid)


@test
def hooks_and_terminals():
    with bundle() as b, process("--mount") as pid:
        b.policy = OFF
        os.mkdir(f"{b.rootfs}/hooked")
        for kind in ("joined", "missing", "no pivot"):
            use(b, f"/proc/{pid}/ns/mnt" if kind == "joined" else None, missing=kind == "missing")
            options = ("--no-pivot",) if kind == "no pivot" else ()
            b.config["hooks"] = {
                "createRuntime": [{"path": "/bin/sh", "args": ["sh", "-c", f"readlink /proc/self/ns/mnt >{b.top}/host"]}],
                "createContainer": [{"path": "/bin/sh", "args": ["sh", "-c", f"mount -t tmpfs none {b.rootfs}/hooked; "
                                                                 f"echo y >{b.rootfs}/hooked/f"]}],
                "startContainer": [{"path": "/bin/sh", "args": ["sh", "-c", "readlink /proc/self/ns/mnt >/hooked/ns"],
                                    "env": ["PATH=/bin"]}],
                "poststop": [{"path": "/bin/sh", "args": ["sh", "-c", f"echo end >>{b.top}/stop; "
                                                          f"grep -c {b.top}/state /proc/self/mountinfo >>{b.top}/stop"]}]}
            out = b.run("sh", "-c", "cat /hooked/f /hooked/ns; readlink /proc/self/ns/mnt", options=options).out.split()
            equal([out[0], out[1]], ["y", out[2]], kind)
            equal(out[2] == HOST, kind == "missing", kind)
            equal(read(f"{b.top}/host").strip(), HOST)
            equal(read(f"{b.top}/stop"), "end\n0\n", "mounts when the poststop hooks run")
            os.unlink(f"{b.top}/stop")
            equal(os.listdir(f"{b.rootfs}/hooked"), [])
            b.config.pop("hooks")
            b.config["process"]["terminal"] = True
            b.args("sh", "-c", "tty; test -c /dev/console && echo yes").save()
            r = run("script", "-qec", " ".join(b.command("run", "--bundle", f"{b.top}/bundle", *options, b.new_id())),
                    "/dev/null")
            equal(r.out.replace("^@", "").split(), ["/dev/pts/0", "yes"], f"{kind}, terminal")
            b.config["process"]["terminal"] = False
            if kind == "joined":
                # It has got the container's root for good.
                equal(os.path.exists(f"/proc/{pid}/root/bin/probe"), True)


@test
def without_pivot_root():
    for policy in (OFF, MAPPED):
        with bundle() as b:
            b.policy = policy
            use(b)
            with b.started("sleep", "1000", options=("--no-pivot",)) as cid:
                pid = b.state(cid)["pid"]
                check(mnt(pid) != HOST, "its own")
                looks_right(b, cid, mnt(pid))
                # Whoever gets out of it finds no procfs and no sysfs of the host.
                r = run("nsenter", f"--mount=/proc/{pid}/ns/mnt", "--", "/bin/sh", "-c", "ls /", status=None)
                equal(sorted(r.out.split()), sorted(os.listdir(b.rootfs)), "what setns(2) leads to")
                table = [x.split() for x in read(f"/proc/{pid}/mountinfo").splitlines()]
                equal([m[4] for m in table if m[m.index("-") + 1] == "proc" and m[3] == "/"], ["/proc"])
            b.run("true", options=("--no-pivot",))
    with bundle() as b:
        b.refused("policy: rootfs: --no-pivot: a root that is set with MS_MOVE and chroot can be left: refused",
                  options=("--no-pivot",))
        b.policy = {"rootfs": {"level": "audit"}}
        b.run("true", options=("--no-pivot",))


@test
def the_built_in_policy_refuses():
    with bundle() as b, process("--mount") as pid:
        use(b, f"/proc/{pid}/ns/mnt")
        b.refused("policy: namespaces: a mount namespace cannot be joined: its root would be the container's: refused")
        # A missing one is made.
        use(b, missing=True)
        check(b.run("readlink", "/proc/self/ns/mnt").out.strip() not in (HOST, ""), "a new one")


if __name__ == "__main__":
    main()
