#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Mounts with every rule off: what other runtimes can do, by the kernel's mount table; and the rule that refuses it."""
import json
import os
import shutil
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from bundle import bundle  # noqa: E402
from harness import TOP, Skip, check, equal, has, main, mount_points, read, run, scratch, test, write  # noqa: E402

OFF = json.loads(read(f"{TOP}/contrib/policy/off.json"))


def mount(destination, kind, source, *options, **more):
    return {"destination": destination, "type": kind, "source": source, "options": list(options), **more}


def table(text):
    """{mount point: (options, optional fields, type, options of the file system)} of the last mount at each."""
    found = {}
    for line in text.splitlines():
        left, right = line.split(" - ")
        fields, rest = left.split(" "), right.split(" ")
        found[fields[4]] = (fields[5].split(","), fields[6:], rest[0], rest[2].split(","))
    return found


def mounts(b, *more):
    """The mount table of a container with these mounts beside the usual ones."""
    b.config["mounts"] += more
    return table(b.run("cat", "/proc/self/mountinfo").out)


def off(b):
    b.policy = OFF
    write(f"{b.top}/file", "from the host\n")
    os.makedirs(f"{b.top}/dir/sub")
    return b


@test
def other_file_systems():
    kernel = {line.split()[-1] for line in read("/proc/filesystems").splitlines()}
    with bundle() as b:
        off(b)
        wanted = [mount("/r", "ramfs", "ramfs", "nosuid", "mode=750")]
        if "hugetlbfs" in kernel:
            wanted.append(mount("/h", "hugetlbfs", "huge", "pagesize=2M", "size=4M"))
        m = mounts(b, *wanted)
        equal(m["/r"][2], "ramfs")
        has(m["/r"][0], "nosuid")
        if "hugetlbfs" in kernel:
            equal(m["/h"][2], "hugetlbfs")
            has(m["/h"][3], "pagesize=2M")
            has(m["/h"][3], "size=4194304")
        b.config["mounts"].append(mount("/n", "nosuchfs", "x"))
        b.refused("/type: open a nosuchfs file system", "no such device")
        b.policy = None
        b.refused("policy: mounts: ramfs is not a file system that containers may have mounted")


@test
def an_overlay_as_a_mount():
    with bundle() as b:
        off(b)
        for d in ("lower", "upper", "work"):
            os.makedirs(f"{b.top}/{d}")
        write(f"{b.top}/lower/below", "")
        b.config["mounts"].append(mount("/o", "overlay", "overlay", f"lowerdir={b.top}/lower,upperdir={b.top}/upper",
                                        f"workdir={b.top}/work"))
        equal(b.run("sh", "-c", "touch /o/new; ls /o").out.split(), ["below", "new"])
        equal(os.listdir(f"{b.top}/upper"), ["new"])
        # More layers than one value has room for: told one by one, where the kernel can (6.8).
        layers = [f"{b.top}/layer{i}" for i in range(12)]
        for i, d in enumerate(layers):
            os.makedirs(d)
            write(f"{d}/f{i}", "")
        b.config["mounts"][-1]["options"] = ["lowerdir=" + ":".join(layers)]
        if tuple(int(n) for n in os.uname().release.split("-")[0].split(".")[:2]) >= (6, 8):
            equal(len(b.run("ls", "/o").out.split()), 12)
        else:
            b.refused("/mounts/7: error mounting ", "overlay")
        b.config["mounts"][-1]["options"] = [f"lowerdir={b.top}/lower", "upperdir=/" + 300 * "x"]
        b.refused("/mounts/7/options: ", "upperdir", "longer than the 255 bytes that fsconfig(2) takes")


@test
def a_disk_of_a_loop_device():
    if not os.path.exists("/dev/loop-control") or not shutil.which("mkfs.ext4"):
        raise Skip("this machine has no loop devices, or no mkfs.ext4")
    with bundle() as b:
        off(b)
        run("truncate", "-s", "4M", f"{b.top}/disk")
        run("mkfs.ext4", "-q", f"{b.top}/disk")
        r = run("losetup", "--find", "--show", "--read-only", f"{b.top}/disk", status=None)
        if r.status:
            raise Skip(f"no loop device can be had: {r.err.strip()}")
        try:
            # The device cannot be written to: without "ro" on the file system itself this is EACCES.
            b.config["mounts"].append(mount("/d", "ext4", r.out.strip(), "ro", "noload"))
            equal(b.run("ls", "/d").out.split(), ["lost+found"])
        finally:
            run("losetup", "--detach", r.out.strip())


@test
def every_parameter_is_passed_on():
    with bundle() as b:
        off(b)
        m = mounts(b, mount("/t", "tmpfs", "tmpfs", "size=1m,nr_inodes=50", "mode=700", "mpol=local"))
        # Kernels differ in what else they show: inode64.
        equal({"size=1024k", "nr_inodes=50", "mode=700", "mpol=local"} - set(m["/t"][3]), set())
        b.policy = None
        b.refused("policy: mounts: ", "mpol=local", "is no parameter that containers may give to a tmpfs")


@test
def remount():
    with bundle() as b:
        off(b)
        m = mounts(b, mount("/t", "tmpfs", "tmpfs", "size=1m", "nosuid"), mount("/t", "tmpfs", "x", "remount", "size=2m", "ro"),
                   mount("/b", "bind", f"{b.top}/dir", "bind", "nodev"),
                   mount("/b", "bind", "none", "remount", "bind", "ro", "noatime"))
        # As mount(2) does: the flags are those of the last call, and no others.
        equal(m["/t"][0], ["ro", "relatime"])
        equal((m["/t"][2], m["/t"][3][:2]), ("tmpfs", ["ro", "size=2048k"]))
        equal(m["/b"][0], ["ro", "noatime"])
        b.config["mounts"] = b.config["mounts"][:7] + [mount("/tmp", "tmpfs", "x", "remount", "ro")]
        b.refused("/mounts/7/destination: ", "/tmp", "is to be remounted, but nothing is mounted there")
        b.policy = None
        b.refused("policy: mounts: remount would undo what was decided about another mount")


@test
def flags_that_the_source_is_mounted_with():
    """An option about flags clears the others, as with runc and crun (mount(8)); not by a rule's option, nor what a user namespace locks."""
    strict = "ro,nosuid,nodev,noexec,noatime,nodiratime"
    with bundle() as b, scratch() as source:
        off(b)
        run("mount", "-t", "tmpfs", "-o", strict, "tmpfs", source)
        try:
            asked = {"plain": ("bind",), "private": ("rbind", "rprivate"), "dev": ("bind", "dev"), "rw": ("bind", "rw", "nosuid"),
                     "ro": ("rbind", "ro"), "strict": ("bind", "strictatime"), "rec": ("rbind", "rnosuid", "rnoexec"),
                     "both": ("rbind", "ro", "rnoexec")}
            more = [mount(f"/{name}", "bind", source, *options) for name, options in asked.items()]
            m = mounts(b, *more)
            same = strict.split(",")
            kept = ["noatime", "nodiratime"]
            equal({name: m[f"/{name}"][0] for name in asked},
                  {"plain": same, "private": same, "dev": ["rw"] + kept, "rw": ["rw", "nosuid"] + kept, "ro": ["ro"] + kept,
                   "strict": ["rw"], "rec": same, "both": ["ro", "noexec"] + kept})
            b.config["linux"]["namespaces"].append({"type": "user"})
            for name in "uidMappings", "gidMappings":
                b.config["linux"][name] = [{"containerID": 0, "hostID": 100000, "size": 65536}]
            os.chown(b.rootfs, 100000, 100000)
            m = mounts(b)
            locked = {name: m[f"/{name}"][0] for name in ("plain", "private", "dev", "rw", "ro", "rec", "both")}
            want = dict.fromkeys(locked, same)
            want.update(dev=["ro", "nosuid", "noexec"] + kept, rw=["rw", "nosuid", "nodev", "noexec"] + kept)
            equal(locked, want)
        finally:
            run("umount", source)


@test
def flags_stay_under_the_rules():
    """Without a user namespace, too: "nosuid", which the rule adds, does not clear the host's "ro"."""
    for level in "enforce", "audit":
        with bundle() as b, scratch() as source:
            off(b)
            b.policy = {**OFF, "mounts": {"level": level}}
            run("mount", "-t", "tmpfs", "-o", "ro,noexec", "tmpfs", source)
            try:
                m = mounts(b, mount("/plain", "bind", source, "bind"), mount("/nodev", "bind", source, "bind", "nodev"))
                equal([m["/plain"][0], m["/nodev"][0]], [["ro", "nosuid", "nodev", "noexec", "relatime"]] * 2 if level == "enforce"
                      else [["ro", "noexec", "relatime"], ["rw", "nodev", "relatime"]])
            finally:
                run("umount", source)


@test
def procfs_of_the_host():
    with bundle() as b:
        off(b)
        b.config["mounts"].append(mount("/hp", "bind", "/proc", "rbind"))
        b.config["mounts"].append(mount("/hs", "bind", "/proc/sys/kernel", "bind"))
        r = b.run("sh", "-c", f"cat /hp/{os.getpid()}/comm; (: >> /hp/sys/kernel/hostname); echo $?; cat /hs/ostype")
        equal(r.out.split(), [read("/proc/self/comm").strip(), "0", "Linux"])
        # Such a proc can be covered: only the container's own is what masks and labels rely on.
        b.config["mounts"].append(mount("/hp/cpuinfo", "bind", f"{b.top}/file", "bind"))
        equal(b.run("cat", "/hp/cpuinfo").out, "from the host\n")
        os.symlink("../proc/fs", f"{b.rootfs}/way")
        b.config["mounts"][-1] = mount("/way", "bind", f"{b.top}/dir", "bind")
        b.refused("cannot be mounted because it is inside /proc")
        del b.config["mounts"][-1]
        b.policy = None
        b.refused("policy: binds: /proc/sys/kernel is a part of the host's procfs or sysfs")
        # At /proc, as engines do that have no pid namespace to mount one for: then read-only, and masked.
        b.config["mounts"] = [mount("/proc", "bind", "/proc", "rbind")] + b.config["mounts"][1:7]
        out = b.run("sh", "-c", "cat /proc/mounts; : >> /proc/sys/kernel/hostname", status=1).out
        has(out, "proc /proc proc ro,")
        has(out, " /proc/timer_list ")
        b.config["mounts"][0]["source"] = "/proc/sys"
        b.policy = OFF
        b.refused("/mounts/0/destination: ", "cannot be mounted because it is not of type proc")


@test
def cgroups_as_the_config_says():
    for namespace in (True, False):
        for mode in ("ro", "rw"):
            with bundle() as b:
                off(b)
                if namespace:
                    b.config["linux"]["namespaces"].append({"type": "cgroup"})
                b.config["mounts"][4]["options"] = [mode, "nosuid", "noexec", "nodev"]
                m = table(b.run("cat", "/proc/self/mountinfo").out)
                found = {p: v for p, v in m.items() if v[2] in ("cgroup", "cgroup2")}
                check(found, "a cgroup is shown")
                equal({v[0][0] for v in found.values()}, {mode})
                check(all(p.startswith("/sys/fs/cgroup") for p in found), f"places: {list(found)}")


@test
def links_of_the_host_as_sources():
    with bundle() as b:
        os.symlink(f"{b.top}/file", f"{b.top}/link")
        write(f"{b.top}/file", "from the host\n")
        os.symlink("etc/passwd", f"{b.rootfs}/there")
        b.config["mounts"] += [mount("/m", "bind", f"{b.top}/link", "bind", "src-nofollow"),
                               mount("/there", "bind", f"{b.top}/link", "bind", "src-nofollow", "dest-nofollow"),
                               mount("/copied", "bind", f"{b.top}/link", "bind", "copy-symlink"),
                               mount("/plain", "bind", f"{b.top}/link", "bind")]
        r = b.run("sh", "-c", "readlink /m; readlink /there; readlink /copied; cat /plain; head -c 5 /etc/passwd; grep -c ' /copied ' "
                              "/proc/self/mounts", status=1)
        equal(r.out.split("\n"), [f"{b.top}/file"] * 3 + ["from the host", "root:0", ""])
        # Once more: the link that is there says the same.
        b.run("true")
        os.unlink(f"{b.rootfs}/copied")
        write(f"{b.rootfs}/copied", "the image's")
        b.refused("/mounts/9/destination: ", "exists and is not the symlink that copy-symlink would make")
        equal(read(f"{b.rootfs}/copied"), "the image's")


@test
def links_of_the_image_as_destinations():
    with bundle() as b:
        write(f"{b.top}/file", "from the host\n")
        os.symlink("etc/passwd", f"{b.rootfs}/there")
        b.config["mounts"].append(mount("/there", "bind", f"{b.top}/file", "bind", "dest-nofollow"))
        b.config["mounts"].append(mount("/new/file", "bind", f"{b.top}/file", "bind", "dest-nofollow"))
        r = b.run("sh", "-c", "cat /there /new/file; head -c 4 /etc/passwd")
        equal(r.out, "from the host\nfrom the host\nroot")
        equal(os.readlink(f"{b.rootfs}/there"), "etc/passwd")
        b.config["mounts"][-2]["source"] = b.top
        b.refused("to rootfs at", "/there", "not a directory")


@test
def verify_knows_them():
    with bundle() as b:
        off(b)
        os.symlink(f"{b.top}/file", f"{b.top}/link")
        os.symlink("etc/passwd", f"{b.rootfs}/there")
        b.config["linux"]["rootfsPropagation"] = "rshared"
        b.config["mounts"] += [mount("/m", "bind", f"{b.top}/link", "bind", "src-nofollow"),
                               mount("/there", "bind", f"{b.top}/file", "bind", "dest-nofollow"),
                               mount("/copied", "bind", f"{b.top}/link", "bind", "copy-symlink"),
                               mount("/u", "bind", f"{b.top}/dir", "bind", "unbindable"),
                               mount("/t", "tmpfs", "t", "size=1m"), mount("/t", "tmpfs", "x", "remount", "ro", "nosuid"),
                               mount("/r", "ramfs", "r", "noexec"), mount("/hp", "bind", "/proc", "rbind", "ro"),
                               mount("/i", "bind", f"{b.top}/file", "bind", "idmap=uids=0-5-1;gids=0-5-1")]
        with b.started("sleep", "1000") as cid:
            lines = b("verify", cid).out.splitlines()
            equal([x for x in lines if x.startswith(("failed", "note")) and " mounts " in x], [])
            # And sees when one of them is not what it was.
            run("nsenter", "--target", b.state(cid)["pid"], "--mount", "umount", "/r")
            has(b("verify", cid, status=None).out, "nothing is mounted")


@test
def a_magic_link_is_never_bound():
    with bundle() as b:
        b.config["mounts"].append(mount("/m", "bind", f"/proc/{os.getpid()}/root", "bind", "src-nofollow"))
        b.refused("policy: binds: ", "is a part of the host's procfs")
        off(b)
        b.refused("/mounts/7/source: ", "is on procfs, which cannot be bound")


@test
def propagation_of_mounts():
    with bundle() as b:
        off(b)
        names = ("shared", "rshared", "slave", "rslave", "private", "rprivate", "unbindable", "runbindable")
        m = mounts(b, *(mount(f"/{n}", "bind", f"{b.top}/dir", "rbind", n) for n in names))
        kind = {n: [f.split(":")[0] for f in m[f"/{n}"][1]] for n in names}
        for n in names:
            if "shared" in n or "unbindable" in n:
                equal(kind[n], [n.removeprefix("r")], n)
            elif "private" in n:
                equal(kind[n], [], n)
        b.config["mounts"][-1]["options"].append("rslave")
        b.policy = None
        b.refused("policy: mounts: shared propagation makes the container's mounts appear on the host")


@test
def propagation_of_the_root():
    with bundle() as b:
        for name, own in (("shared", ["shared"]), ("rshared", ["shared"]), ("slave", []), ("rslave", []), ("private", []),
                          ("rprivate", []), ("unbindable", ["unbindable"]), ("runbindable", ["unbindable"])):
            b.policy = OFF
            b.config["linux"]["rootfsPropagation"] = name
            m = table(b.run("cat", "/proc/self/mountinfo").out)
            equal([f.split(":")[0] for f in m["/"][1]], own, name)
            equal([f.split(":")[0] for f in m["/proc"][1]], own if name.startswith("r") else [], f"/proc of {name}")
            b.policy = None
            if own == ["shared"]:
                b.refused("policy: rootfs: shared propagation")
            else:
                b.run("true")


@test
def maps_of_their_own_without_a_user_namespace():
    with bundle() as b:
        off(b)
        os.chown(f"{b.top}/file", 7, 8)
        one = {"containerID": 7, "hostID": 1000, "size": 1}
        other = {"containerID": 7, "hostID": 2000, "size": 1}
        gids = [{"containerID": 0, "hostID": 100, "size": 50}]
        b.config["mounts"] += [
            mount("/plain", "bind", f"{b.top}/file", "bind"),
            mount("/one", "bind", f"{b.top}/file", "bind", "idmap", uidMappings=[one], gidMappings=gids),
            mount("/other", "bind", f"{b.top}/file", "bind", uidMappings=[other], gidMappings=gids)]
        b.config["mounts"].append(mount("/crun", "bind", f"{b.top}/file", "bind", "idmap=uids=7-3000-1;gids=@8-9-1"))
        equal(b.run("stat", "-c", "%u:%g", "/plain", "/one", "/other", "/crun").out.split(),
              ["7:8", "1000:108", "2000:108", "3000:9"])
        b.config["mounts"].pop()
        # By default host root's files would be the container's: the maps are taken away, and that is said.
        b.policy = None
        os.chown(f"{b.top}/file", 0, 0)
        os.chmod(f"{b.top}/file", 0o600)
        base = [{"containerID": 0, "hostID": 0, "size": 65536}]
        b.config["mounts"][-3:] = [mount("/one", "bind", f"{b.top}/file", "bind", "idmap", uidMappings=base, gidMappings=base)]
        r = b.run("sh", "-c", "stat -c %u:%g /one; echo x >> /one", status=1)
        equal(r.out, "65534:65534\n")
        has(b("explain", "--bundle", f"{b.top}/bundle").out, "the container would own root's files of a host directory")
        b.config["mounts"][-1] = mount("/one", "bind", f"{b.top}/file", "bind", "idmap=uids=0-0-65536;gids=0-0-65536")
        equal(b.run("stat", "-c", "%u:%g", "/one").out, "65534:65534\n")
        equal(read(f"{b.top}/file"), "from the host\n")
        # Overlapping, too long, and one list without the other.
        b.policy = OFF
        for more, words in (({"uidMappings": [one, one], "gidMappings": gids}, "/mounts/7/uidMappings"),
                            ({"uidMappings": [one]}, "/mounts/7/gidMappings: "),
                            ({"uidMappings": [{"containerID": 0, "hostID": 0, "size": 0}], "gidMappings": gids},
                             "/mounts/7/uidMappings")):
            b.config["mounts"][7:] = [mount("/one", "bind", f"{b.top}/file", "bind", **more)]
            b.refused(words)


@test
def masked_paths():
    for policy in (OFF, None):
        with bundle() as b:
            b.policy = policy
            for d in ("a1/x", "a2/x", "b1/x", ".a/x"):
                os.makedirs(f"{b.rootfs}/{d}")
                write(f"{b.rootfs}/{d}/secret", "s")
                write(f"{b.rootfs}/{d}/file", "f")
            write(f"{b.rootfs}/star*", "s")
            write(f"{b.rootfs}/star1", "s")
            os.symlink("loop", f"{b.rootfs}/loop")
            os.symlink("loop", f"{b.rootfs}/etc/loop")
            os.symlink("/a1/x", f"{b.rootfs}/link")
            b.config["linux"]["maskedPaths"] = ["/a*/x/secret", "/b[0-9]/?", "/star*", "/nothing/*/here", "/loo?/*", "/lin*/file",
                                                "/no/such", "/etc/passwd/*", "/*/passwd/none",
                                                "/*/loop"]
            out = b.run("sh", "-c", "for f in a1 a2 .a; do cat /$f/x/secret; echo; done; ls /b1/x; cat '/star*' /star1; "
                                    "cat /a1/x/file /a2/x/file /.a/x/secret; cut -d: -f1 /etc/passwd").out
            # A name with a star in it is that name; "*" does not match ".a"; a symlink is followed inside the root.
            equal(out, "\n\ns\nsfsroot\napp\n")
            with b.started("sleep", "1000") as cid:
                b("verify", cid)
            b.config["linux"]["maskedPaths"] = ["relative/*"]
            b.refused("/linux/maskedPaths/0: ", "is not absolute")


@test
def masked_paths_in_a_hostile_image():
    with bundle() as b:
        os.makedirs(f"{b.rootfs}/many")
        fd = os.open(f"{b.rootfs}/many", os.O_RDONLY)
        for i in range(1100):
            os.close(os.open(f"m{i}", os.O_CREAT | os.O_WRONLY, dir_fd=fd))
        b.config["linux"]["maskedPaths"] = ["/many/*"]
        b.refused("/linux/maskedPaths: ", "/many/*", "has more than 1024 matches")
        # All patterns count together: each of these has fewer.
        b.config["linux"]["maskedPaths"] = ["/many/m[1-4]*", "/many/m[5-9]*", "/many/m[0-3]*", "/many/m[4-9]*"]
        b.refused("/linux/maskedPaths: ", "has more than 1024 matches")
        os.close(fd)
        # A few directories, each read again and again through symlinks.
        os.makedirs(f"{b.rootfs}/s")
        for i in range(300):
            os.symlink(".", f"{b.rootfs}/s/l{i}")
        b.config["linux"]["maskedPaths"] = ["/s/*/*/*/*/none*"]
        b.refused("/linux/maskedPaths: ", "has more than 65536 entries to look at")


@test
def read_only_paths():
    with bundle() as b:
        off(b)
        b.config["mounts"] += [mount("/d", "tmpfs", "tmpfs"), mount("/d/below", "tmpfs", "tmpfs")]
        b.config["linux"]["readonlyPaths"] = ["/d", "/no/such", "/etc/passwd"]
        m = table(b.run("cat", "/proc/self/mountinfo").out)
        equal((m["/d"][0][0], m["/d/below"][0][0], m["/etc/passwd"][0]), ("ro", "ro", ["ro", "relatime"]))


@test
def devices():
    with bundle() as b:
        off(b)
        write(f"{b.rootfs}/in-the-way", "the image's")
        b.config["linux"]["devices"] = [
            {"path": "/dev/c", "type": "c", "major": 1, "minor": 3, "fileMode": 0o640, "uid": 5, "gid": 6},
            {"path": "/dev/sub/u", "type": "u", "major": 1, "minor": 5}, {"path": "/dev/p", "type": "p", "fileMode": 0o600},
            {"path": "/dev/b", "type": "b", "major": 7, "minor": 200}, {"path": "/else/where", "type": "c", "major": 1, "minor": 7},
            {"path": "/in-the-way", "type": "c", "major": 1, "minor": 3},
            # In the place of a default one. Masks are of a null device all the same.
            {"path": "/dev/null", "type": "c", "major": 1, "minor": 5}]
        b.config["linux"]["maskedPaths"].append("/etc/passwd")
        got = b.run("sh", "-c", "stat -c '%F %a %u:%g %t:%T' /dev/c /dev/sub/u /dev/p /dev/b /else/where /in-the-way /dev/null; "
                                "cat /etc/passwd").out.splitlines()
        equal(got, ["character special file 640 5:6 1:3", "character special file 666 0:0 1:5", "fifo 600 0:0 0:0",
                    "block special file 666 0:0 7:c8", "character special file 666 0:0 1:7",
                    "character special file 666 0:0 1:3", "character special file 666 0:0 1:5"])
        equal(read(f"{b.rootfs}/in-the-way"), "the image's")
        links = b.run("sh", "-c", "for l in fd stdin stdout stderr ptmx; do readlink /dev/$l; done").out.split()
        equal(links, ["/proc/self/fd"] + [f"/proc/self/fd/{n}" for n in range(3)] + ["pts/ptmx"])
        b.policy = None
        b.refused("policy: devices: /dev/b is a block device of the host that the policy does not list")


def on_a_shared_mount(b):
    """In a mount namespace of its own, so that nothing travels to this machine: b.top/dir is shared."""
    b.args("sh", "-c", "mkdir -p /v/inside; mount -t tmpfs t /v/inside && echo mounted; read x; ls /v/outside").save()
    script = f"""
        mount --make-rprivate / && mount --bind {b.top}/dir {b.top}/dir && mount --make-shared {b.top}/dir || exit 9
        mkdir {b.top}/dir/outside; mkfifo {b.top}/go
        {' '.join(b.command('run', '--bundle', f'{b.top}/bundle', b.new_id()))} < {b.top}/go > {b.top}/out &
        exec 3> {b.top}/go
        until grep -q mounted {b.top}/out || ! kill -0 $!; do sleep 0.05; done
        grep -c ' {b.top}/dir/inside ' /proc/self/mounts
        mount -t tmpfs t {b.top}/dir/outside && touch {b.top}/dir/outside/seen
        echo >&3; wait $!; cat {b.top}/out
        umount {b.top}/dir/outside {b.top}/dir/inside 2>/dev/null; umount {b.top}/dir"""
    return run("unshare", "--mount", "sh", "-c", script, status=None).out.split()


@test
def mounts_that_travel_both_ways():
    caps = ["CAP_SYS_ADMIN", "CAP_DAC_OVERRIDE"]
    for root, option, inside, outside in (("rshared", "rshared", "1", True), ("rslave", "rslave", "0", True),
                                          ("rslave", "rshared", "0", True), ("private", "private", "0", False)):
        with bundle() as b:
            off(b)
            for s in ("bounding", "effective", "permitted"):
                b.config["process"]["capabilities"][s] = caps
            b.config["linux"]["rootfsPropagation"] = root
            b.config["mounts"].append(mount("/v", "bind", f"{b.top}/dir", "rbind", option))
            r = on_a_shared_mount(b)
            equal(r, [inside, "mounted"] + (["seen"] if outside else []), f"{root}, {option}")
            equal([m for m in mount_points() if m.startswith(b.top)], [], "mounts of this machine")


if __name__ == "__main__":
    main()
