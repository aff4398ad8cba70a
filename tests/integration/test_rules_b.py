#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the rules about the host's directories, limits, cgroup paths and id ranges do to real containers. Scenes that
need mounts of the host have a mount namespace of their own."""
import contextlib
import glob
import json
import os
import shutil
import socket
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from bundle import bundle  # noqa: E402
from harness import BULKHEAD, Skip, check, equal, has, lacks, main, read, run, test, write  # noqa: E402

RAM = os.sysconf("SC_PHYS_PAGES") * 4096


@contextlib.contextmanager
def directory(parent):
    """A directory that everybody may write to, so that only a read-only mount stands in the way."""
    path = tempfile.mkdtemp(prefix="bkht-", dir=parent)
    os.chmod(path, 0o777)
    try:
        yield path
    finally:
        shutil.rmtree(path)


def bind(b, source, *options, destination="/h"):
    b.config["mounts"].append({"destination": destination, "type": "bind", "source": source,
                               "options": list(options) or ["rbind", "rw"]})


def policy(b, **sections):
    path = f"{b.top}/policy.json"
    write(path, json.dumps({"version": 1, "audit": {"destination": "none"}, **sections}), 0o600)
    return path


def run_with(b, sections, *argv, **kw):
    """A run by a policy; the same checks as Bundle.run()."""
    b.args(*argv).save()
    cid = b.new_id()
    r = run(BULKHEAD, "--root", b.root, "--policy", policy(b, **sections), "run", "--bundle", f"{b.top}/bundle", cid,
            **kw)
    b.nothing_left(cid)
    return r


def with_mounts(b, script, *argv, **kw):
    """A run in a mount namespace in which the shell @script was run before."""
    b.args(*argv).save()
    cid = b.new_id()
    r = run("unshare", "--mount", "--propagation", "private", "sh", "-ec", script + '\nexec "$@"', "sh",
            BULKHEAD, "--root", b.root, "run", "--bundle", f"{b.top}/bundle", cid, **kw)
    b.nothing_left(cid)
    return r


def cgroup_value(name, controller, file):
    for path in glob.glob(f"/sys/fs/cgroup/{controller}/**/{name}/{file}", recursive=True):
        return read(path).strip()
    raise Skip(f"no {file} on this host")


# --- directories of the host

@test
def the_hosts_settings_are_read_only():
    with bundle() as b, directory("/etc") as etc, directory("/var/tmp") as var:
        bind(b, etc)
        bind(b, var, destination="/v")
        r = b.run("sh", "-c", "touch /h/x; touch /v/x", status=0)
        has(r.err, "Read-only file system")
        equal((os.listdir(etc), os.listdir(var)), ([], ["x"]), "only the one outside of the list is written to")


@test
def also_without_rbind_and_with_the_list_of_a_policy():
    with bundle() as b, directory("/etc") as etc, directory("/var/tmp") as var:
        mine = [{"path": var, "treatment": "readonly", "why": "a test"}]
        os.mkdir(f"{var}/in")
        os.chmod(f"{var}/in", 0o777)
        bind(b, etc, "bind", "rw")
        has(b.run("touch", "/h/x", status=1).err, "Read-only file system")
        run_with(b, {"binds": {"hostPaths": []}}, "touch", "/h/x")
        b.config["mounts"].pop()
        bind(b, var)
        has(run_with(b, {"binds": {"hostPaths": mine}}, "touch", "/h/x", status=1).err, "Read-only file system")
        mine[0]["treatment"] = "refuse"
        r = run_with(b, {"binds": {"hostPaths": mine}}, "true", status=1)
        has(r.err, f"policy: binds: {var} leads to {var}: a test: refused")
        # The longest path counts.
        mine += [{"path": f"{var}/in", "treatment": "plain", "why": "a test"}]
        b.config["mounts"].pop()
        bind(b, f"{var}/in")
        run_with(b, {"binds": {"hostPaths": mine}}, "touch", "/h/y")


@test
def another_name_of_a_directory_does_not_help():
    """docker volume create -o type=none -o o=bind -o device=/etc/x, and a directory that brings it along"""
    with bundle() as b, directory("/etc") as etc, directory("/var/tmp") as var:
        os.mkdir(f"{var}/in")
        script = f"mount --bind {etc} {var}/in"
        for source, options, name in ((f"{var}/in", ["bind", "rw"], "/h/x"), (f"{var}/in", ["rbind", "rw"], "/h/x"),
                                      (var, ["rbind", "rw"], "/h/in/x")):
            bind(b, source, *options)
            has(with_mounts(b, script, "touch", name, status=1).err, "Read-only file system", source)
            b.config["mounts"].pop()
        # Without the mount below it there is nothing to protect.
        bind(b, var, "bind", "rw")
        with_mounts(b, script, "touch", "/h/x")
        equal(os.listdir(etc), [], "files made in /etc")


@test
def no_programs_from_the_host_by_policy():
    with bundle() as b, directory("/var/tmp") as var:
        shutil.copy("/bin/busybox", f"{var}/busybox")
        bind(b, var)
        run_with(b, {}, "/h/busybox", "true")
        r = run_with(b, {"binds": {"noexec": True}}, "sh", "-c", "/h/busybox true; cat /h/busybox > /dev/null && echo read")
        has(r.err, "Permission denied")
        has(r.out, "read")


# --- control sockets

@contextlib.contextmanager
def listener(path):
    with socket.socket(socket.AF_UNIX) as s:
        s.bind(path)
        s.listen()
        try:
            yield
        finally:
            os.unlink(path)


@test
def an_engine_listens_where_nobody_expects_it():
    with bundle() as b, directory("/var/tmp") as var:
        os.mkdir(f"{var}/deep")
        bind(b, var)
        with listener(f"{var}/deep/other.sock"):
            b.run("test", "-S", "/h/deep/other.sock")
        with listener(f"{var}/deep/docker.sock"):
            b.refused("policy: binds: ", f"contains an engine's control socket, {var}/deep/docker.sock")
            # By another way, and along with something else.
            os.mkdir(f"{var}/deep/way")
            with directory("/var/tmp") as other:
                b.config["mounts"].pop()
                bind(b, other)
                script = f"mkdir {other}/x; mount --bind {var}/deep {other}/x"
                has(with_mounts(b, script, "true", status=1).err, "contains an engine's control socket")
                os.rmdir(f"{other}/x")
                b.run("true")


@test
def sockets_of_the_list_below_another_mount():
    """rbind of a directory below which something shows /run once more"""
    with bundle() as b, directory("/var/tmp") as var:
        bind(b, var)
        script = f"mount -t tmpfs none /run; mkdir {var}/x /run/podman; mount --bind /run {var}/x; " \
                 "python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind(\"/run/podman/podman.sock\")'"
        try:
            has(with_mounts(b, script, "true", status=1).err,
                "contains an engine's control socket, /run/podman/podman.sock")
        finally:
            os.rmdir(f"{var}/x")


# --- views of the kernel

@test
def views_of_the_kernel_mounted_elsewhere():
    with bundle() as b, directory("/var/tmp") as var:
        os.mkdir(f"{var}/in")
        for kind in ("debugfs", "tracefs", "securityfs", "bpf", "configfs"):
            if f"\t{kind}\n" not in read("/proc/filesystems"):
                continue
            script = f"mount -t {kind} none {var}/in"
            bind(b, f"{var}/in")
            has(with_mounts(b, script, "true", status=1).err, f"policy: binds: {var}/in is a part of the host's {kind}")
            b.config["mounts"].pop()
            bind(b, var)
            out = with_mounts(b, script, "cat", "/proc/mounts").out
            lines = [line.split() for line in out.splitlines() if line.split()[1].startswith("/h")]
            check(len(lines) == 2, lines)
            for line in lines:
                check(line[3].split(",")[0] == "ro", line)
            b.config["mounts"].pop()


# --- the root file system

@test
def a_root_that_is_not_written_to_and_one_without_programs():
    with bundle() as b:
        r = run_with(b, {"rootfs": {"readonly": True}}, "sh", "-c", "touch /x; touch /dev/shm/x && echo shm")
        has(r.err, "Read-only file system")
        has(r.out, "shm")
        r = run_with(b, {"rootfs": {"noexec": True}}, "true", status=None)
        check(r.status != 0, "a program of the image ran")
        lacks(r.err, "policy: ")


@test
def a_directory_of_the_host_as_root():
    """podman run --rootfs /etc/x: its files would become the container's root's"""
    with bundle() as b, directory("/etc") as etc:
        b.config["root"]["path"] = etc
        b.refused(f"policy: rootfs: {etc} leads to /etc: the host's settings: refused")
        os.symlink(etc, f"{b.top}/link")
        b.config["root"]["path"] = f"{b.top}/link"
        b.refused("link leads to /etc")


# --- limits

@test
def a_limit_above_the_ram_is_none():
    with bundle() as b:
        b.config["linux"]["resources"]["memory"] = {"limit": 1 << 50, "swap": 1 << 50}
        with b.created("true") as cid:
            got = int(cgroup_value(cid, "memory", "memory.limit_in_bytes"))
            check(got <= RAM, f"{got} of {RAM}")
            check(got > RAM * 0.9, f"{got} of {RAM}")


@contextlib.contextmanager
def created_with(b, sections):
    b.args("true").save()
    cid = b.new_id()
    # With a file for its output, which the container keeps open.
    run("sh", "-c", 'out=$1; shift; "$@" < /dev/null > $out 2>&1', "sh", f"{b.top}/out", BULKHEAD, "--root", b.root,
        "--policy", policy(b, **sections), "create", "--bundle", f"{b.top}/bundle", cid)
    try:
        yield cid
    finally:
        b("delete", "--force", cid)
    b.nothing_left(cid)


@test
def ceilings_of_memory_cpu_and_socket_buffers():
    with bundle() as b:
        b.config["linux"]["resources"]["memory"] = {"limit": 1 << 50, "swap": 1 << 50}
        b.config["linux"]["resources"]["cpu"] = {"quota": 10 ** 9, "period": 50000}
        sections = {"memory": {"ceilingPercent": 10, "kernelTcpPercent": 50, "defaultPercent": 5},
                    "cpu": {"ceilingPercent": 50}}
        with created_with(b, sections) as cid:
            limit = int(cgroup_value(cid, "memory", "memory.limit_in_bytes"))
            check(0.09 * RAM < limit <= 0.1 * RAM, f"{limit} of {RAM}")
            tcp = int(cgroup_value(cid, "memory", "memory.kmem.tcp.limit_in_bytes"))
            check(limit / 2 - 4096 <= tcp <= limit / 2, f"{tcp} of {limit}")
            quota = int(cgroup_value(cid, "cpu*", "cpu.cfs_quota_us"))
            equal((quota, cgroup_value(cid, "cpu*", "cpu.cfs_period_us")), (25000 * os.cpu_count(), "50000"), "quota")
            # What is in force was read back and can be looked up.
            has(read(f"{b.root}/{cid}/hardening.json"), "memory.kmem.tcp.limit_in_bytes")


@test
def one_oom_ends_all_where_the_kernel_can():
    with bundle() as b:
        b.save()
        r = run(BULKHEAD, "--policy", policy(b, memory={"oomGroup": True}), "explain", "--bundle", f"{b.top}/bundle")
        v1 = os.path.isdir("/sys/fs/cgroup/memory")
        has(r.out, "cgroup v1 has no memory.oom.group" if v1 else "/linux/resources/unified/memory.oom.group")


# --- where cgroups are made

@test
def cgroups_below_the_listed_paths_only():
    places = {"cgroupPath": {"prefixes": {"/bkht-place": "a test"}}}
    with bundle() as b:
        run_with(b, places, "true")
        for path in ("/bkht-other/x", "/bkht-place", "/bkht-place/../bkht-other/x", "bkht-place/x", "/bkht-placebo/x"):
            b.config["linux"]["cgroupsPath"] = path
            has(run_with(b, places, "true", status=1).err, f"policy: cgroup-path: {path} is not below a cgroup")
        b.config["linux"]["cgroupsPath"] = "/bkht-place/x"
        run_with(b, places, "true")
        b.config["linux"]["cgroupsPath"] = "/bkht.slice"
        b.refused("policy: cgroup-path: /bkht.slice is a slice")
        equal(glob.glob("/sys/fs/cgroup/*/bkht*.slice") + glob.glob("/sys/fs/cgroup/*/bkht-other"), [], "cgroups left")
    for path in glob.glob("/sys/fs/cgroup/*/bkht-place"):
        os.rmdir(path)


# --- id ranges

@test
def a_pool_that_is_used_up():
    """A pool of one range, in a mount namespace with an /etc/subuid and a /run/bulkhead-ids of its own."""
    with bundle() as b:
        write(f"{b.top}/subid", "small:1879048192:65536\n")
        b.args("sleep", "1000").save()
        path = policy(b, userns={"pool": "small"})
        one, two = b.new_id(), b.new_id()
        do = f"{BULKHEAD} --root {b.root} --policy {path}"
        script = f"""
            for f in /etc/subuid /etc/subgid; do mount --bind {b.top}/subid $f; done
            mkdir -p /run/bulkhead-ids; mount -t tmpfs -o mode=700 none /run/bulkhead-ids
            exec < /dev/null
            {do} create --bundle {b.top}/bundle {one} > {b.top}/out 2>&1
            trap '{do} delete --force {one}' EXIT
            ls /run/bulkhead-ids > {b.top}/held
            cat /proc/$({do} state {one} | grep -o '"pid": *[0-9]*' | grep -o '[0-9]*')/uid_map > {b.top}/map
            status=0
            {do} run --bundle {b.top}/bundle {two} > {b.top}/second 2>&1 || status=$?
            echo status $status >> {b.top}/second
            ls {b.root} > {b.top}/left
            {do} delete --force {one}
            trap - EXIT
            {do} create --bundle {b.top}/bundle {two} > {b.top}/out 2>&1
            {do} delete --force {two}"""
        run("unshare", "--mount", "--propagation", "private", "sh", "-ec", script)
        has(read(f"{b.top}/held"), "1879048192\n")
        equal(read(f"{b.top}/map").split(), ["0", "1879048192", "65536"], "map")
        second = read(f"{b.top}/second")
        has(second, "policy: userns: all 1 id ranges are in use (pool from /etc/subuid)")
        has(second, "status 1")
        equal(read(f"{b.top}/left").split(), [one], "state")
        b.nothing_left(one)
        b.nothing_left(two)


@test
def a_pool_that_nobody_defined():
    with bundle() as b:
        has(run_with(b, {"userns": {"pool": "bkht-nobody"}}, "true", status=1).err,
            'bkht-nobody\\" in /etc/subuid is missing')


# --- storage of engines

@test
def the_shape_of_a_path_is_no_proof():
    """podman run --rootfs: who chooses the root chooses the data root"""
    with bundle() as b:
        data = f"{b.top}/data"
        os.makedirs(f"{data}/overlay/x")
        os.makedirs(f"{data}/volumes/v/_data")
        os.rename(b.rootfs, f"{data}/overlay/x/merged")
        os.mkdir(b.rootfs)
        b.config["root"]["path"] = f"{data}/overlay/x/merged"
        bind(b, f"{data}/volumes/v/_data")
        b.run("touch", "/h/by-root")
        equal(os.stat(f"{data}/volumes/v/_data/by-root").st_uid, 0, "the container's root owns the volume")
        os.chmod(data, 0o777)
        has(b.run("touch", "/h/again", status=1).err, "Permission denied")
        os.chmod(data, 0o755)
        os.chown(f"{data}/volumes", 1000, 1000)
        has(b.run("touch", "/h/again", status=1).err, "Permission denied")


if __name__ == "__main__":
    main()
