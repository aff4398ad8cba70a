#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Ways around the hardening that somebody thought of: spellings, combinations and detours of config.json. Each one
is refused with a reason, or has no effect. A row that stops being so is a hole."""
import contextlib
import copy
import os
import socket
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from bundle import CONFIG, bundle  # noqa: E402
from harness import BULKHEAD, Failure, check, equal, has, main, read, run, test, write  # noqa: E402

SECRET = "only for the host's root\n"


@contextlib.contextmanager
def host_dir(b):
    """A directory of the host's root with a file that is nobody else's; it must stay as it is."""
    d = f"{b.top}/host"
    os.mkdir(d)
    write(f"{d}/secret", SECRET, 0o600)
    yield d
    equal(sorted(os.listdir(d)), ["secret"], "files of the host")
    equal((read(f"{d}/secret"), os.stat(f"{d}/secret").st_uid), (SECRET, 0), "the host's file")


def mount(destination, kind, source, *options, **more):
    return lambda c, d: c["mounts"].append({"destination": destination, "type": kind, "source": source.format(d=d),
                                            "options": list(options), **more})


def put(path, value):
    """Set a member; the path's parts are keys, "/" in a key is written "|"."""
    def change(c, d):
        *where, last = [k.replace("|", "/") for k in path.split(".")]
        for k in where:
            c = c.setdefault(k, {})
        c[last] = value
    return change


def namespace(kind, path=None):
    def change(c, d):
        left = [n for n in c["linux"]["namespaces"] if n["type"] != kind]
        c["linux"]["namespaces"] = left + ([{"type": kind, **({"path": path} if path else {})}] if path != "" else [])
    return change


def maps(host_id, size=65536):
    def change(c, d):
        namespace("user")(c, d)
        c["linux"]["uidMappings"] = [{"containerID": 0, "hostID": host_id, "size": size}]
        c["linux"]["gidMappings"] = [{"containerID": 0, "hostID": 100000, "size": 65536}]
    return change


def device(path, major, minor, kind="c"):
    return put("linux.devices", [{"path": path, "type": kind, "major": major, "minor": minor}])


REFUSED = [
    # Flags that no rule sees, because they hide in one text with others.
    (mount("/h", "bind", "{d}", "rbind", "idmap,"), "has to be an option of its own"),
    (mount("/h", "bind", "{d}", "bind", "nosuid", "nodev", "suid,dev"), "has to be an option of its own"),
    (mount("/h", "bind", "{d}", "bind", ",rshared"), "has to be an option of its own"),
    (mount("/h", "bind", "/sys", "rbind", "rro", "rrw,"), "has to be an option of its own"),
    (mount("/h", "none", "{d}", "bind,ro"), "/mounts/7"),
    # Types and options.
    (mount("/h", "BIND", "/etc"), "policy: mounts"),
    (mount("/h", "overlay", "overlay", "lowerdir=/run:/etc"), "policy: mounts"),
    (mount("/h", "bind", "{d}", "bind", "shared"), "policy: mounts"),
    (mount("/h", "bind", "{d}", "bind", "remount"), "remount"),
    (mount("/h", "proc", "proc", "pidns=/proc/1/ns/pid"), "is no parameter"),
    (mount("/h", "tmpfs", "x", "uid=4294967295"), "not an id"),
    # Destinations that end up in /proc, or on it.
    (mount("/dev/../proc/sys", "bind", "{d}", "bind"), "inside /proc"),
    (mount("proc/./sys/", "tmpfs", "x"), "inside /proc"),
    (mount("//proc/", "bind", "{d}", "bind"), "not of type proc"),
    (mount("/link-to-proc/sys", "bind", "{d}", "bind"), "inside /proc"),
    # The host's own.
    (mount("/h", "bind", "/", "rbind"), "control socket"),
    (mount("/h", "bind", "/var/run/../run/.", "rbind"), "control socket"),
    (mount("/h", "bind", "/proc/self/root", "bind"), "control socket"),
    (mount("/h", "bind", "/proc/self/ns/net", "bind"), "policy: binds"),
    (mount("/h", "bind", "/proc//sys/../sys", "bind"), "policy: binds"),
    (mount("/h", "bind", "/dev/kmsg", "bind"), "policy: binds"),
    (put("root.path", "../../../../.."), "policy: rootfs"),
    (put("root.path", "/proc/self/root"), "rootfs"),
    # Device nodes.
    (device("/dev/console", 5, 1), "policy: devices"),
    (device("/dev/null", 1, 1), "policy: devices"),
    (device("/dev/x", 1, 1, "u"), "policy: devices"),
    (device("/dev/x", (1 << 32) + 1, 3), "policy: devices"),
    # Namespaces and ids.
    (namespace("pid", ""), "policy: namespaces"),
    (namespace("ipc", "/proc/self/ns/ipc"), "policy: namespaces"),
    (namespace("network", "/proc/thread-self/ns/net"), "policy: namespaces"),
    (namespace("mount", "{other}"), "namespaces"),
    (lambda c, d: c["linux"]["namespaces"].append({"type": "pid", "path": "/proc/self/ns/pid"}), "duplicated"),
    (maps(0), "policy: userns"),
    (maps(4294967290), "highest id"),
    (maps(0x70000000), "policy: userns"),
    (put("process.user", {"uid": 4294967295, "gid": 0}), "policy: userns"),
    (put("process.user", {"uid": 0, "gid": 0, "additionalGids": [65536]}), "policy: userns"),
    # cgroups.
    *((put("linux.cgroupsPath", p), "/linux/cgroupsPath") for p in ("/", "//", "/./", "a/../..", "/..", "/docker/../../x")),
    (put("linux.resources.unified", {"cgroup.procs": "1"}), "not a limit"),
    (put("linux.resources.unified", {"../cgroup.procs": "1"}), "CONTROLLER.PARAMETER"),
    # Settings of the kernel.
    (put("linux.sysctl", {"net/ipv4/../../kernel/core_pattern": "x"}), "policy: sysctl"),
    (put("linux.sysctl", {"net.ipv4.ip_forward": "1\n1"}), "policy: sysctl"),
    (put("linux.sysctl", {"kernel/core_pattern": "x"}), "policy: sysctl"),
    (put("process.cwd", "/proc/1/root/../.."), "/process/cwd"),
]


def image(b):
    os.symlink("/proc", f"{b.rootfs}/link-to-proc")


@test
def refused():
    with bundle() as b, host_dir(b) as d:
        image(b)
        bad = []
        for i, (change, words) in enumerate(REFUSED):
            b.config = copy.deepcopy(CONFIG)
            change(b.config, d)
            try:
                b.refused(words)
            except Failure as e:
                bad.append(f"row {i} ({words}): {e}")
        equal(bad, [], "not refused")


def at(place):
    return f"grep ' {place} ' /proc/self/mountinfo"


PROBE_HOST = "cat /h/secret; echo x >/h/secret; rm -f /h/secret; touch /h/new"
# What is changed, the command, what its output has and has not.
HARMLESS = [
    (mount("/h", "bind", "{d}", "rbind", "idmap"), PROBE_HOST, "", SECRET),
    (mount("/h", "bind", "{d}", "rbind", uidMappings=[{"containerID": 0, "hostID": 0, "size": 1}],
           gidMappings=[{"containerID": 0, "hostID": 0, "size": 1}]), PROBE_HOST, "", SECRET),
    (mount("/h", "tmpfs", "{d}", "bind"), PROBE_HOST, "", SECRET),
    (mount("/h", "bind", "{d}/../host/.", "rbind", "suid", "rdev", "dev", "rsuid"), at("/h"), "nosuid,nodev", " rw,relatime"),
    # Views of the kernel, wherever they are.
    (mount("/h", "proc", "proc"), "wc -c </h/interrupts; wc -c </h/timer_list", "0\n0\n", "1"),
    (mount("h/./p", "proc", "proc"), "echo 1 >/h/p/sys/kernel/shm_rmid_forced && echo WRITTEN", "", "WRITTEN"),
    (mount("/h", "sysfs", "sysfs", "rw"), "ls /h/firmware; " + at("/h"), " ro,", "acpi"),
    (mount("/h", "bind", "/proc", "rbind", "rw", "rrw"), "wc -c </h/interrupts; " + at("/h"), "0\n", " rw,"),
    (mount("/h", "bind", "/sys", "bind", "rw"), "ls /h/firmware; " + at("/h"), " ro,", "acpi"),
    (mount("/h", "bind", "/dev", "rbind", "dev", "rdev"), "head -c1 /h/kmsg && echo READ; " + at("/h"), "nodev", "READ"),
    (put("linux.maskedPaths", ["//proc/../proc/kcore/"]), "wc -c </proc/interrupts; wc -c </proc/keys", "0\n0\n", "1"),
    (put("linux.readonlyPaths", []), "echo 1 >/proc/sys/kernel/shm_rmid_forced && echo WRITTEN", "", "WRITTEN"),
    # Spellings of capabilities, and a filter that allows everything.
    (put("process.capabilities", {k: ["cap_sys_admin", "SYS_ADMIN", "CAP_SYS_ADMIN ", "CAP_SYS_PTRACE"] for k in (
        "bounding", "effective", "permitted", "inheritable", "ambient")}), "grep ^Cap /proc/self/status", "0000000000000000",
     "1"),
    (put("linux.seccomp", {"defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_X86", "SCMP_ARCH_X86_64"]}),
     "grep Seccomp: /proc/self/status", "\t2", "\t0"),
    (put("process.noNewPrivileges", False), "grep NoNewPrivs /proc/self/status", "\t1", "\t0"),
    (namespace("user", "/proc/self/ns/user"), "cat /proc/self/uid_map", "65536", "4294967295"),
    # Limits.
    (put("linux.resources.pids", {"limit": 0}), "cat /sys/fs/cgroup/pids/pids.max /sys/fs/cgroup/pids.max", "2048", "max\n"),
    (put("linux.resources.unified", {"pids.max": "max", "memory.max": "max"}),
     "cat /sys/fs/cgroup/pids/pids.max /sys/fs/cgroup/pids.max", "2048", "max\n"),
    (lambda c, d: [m.update(options=["rw", "rrw"]) for m in c["mounts"] if m["type"] == "cgroup"],
     "for d in /sys/fs/cgroup /sys/fs/cgroup/pids; do mkdir $d/mine && echo MADE; done", "", "MADE"),
    (put("linux.resources.devices", [{"allow": True, "access": "rwm"}]), "head -c1 /image-kmsg && echo READ", "", "READ"),
]


@test
def no_effect():
    with bundle() as b, host_dir(b) as d:
        os.mknod(f"{b.rootfs}/image-kmsg", 0o20666, os.makedev(1, 11))
        bad = []
        for i, (change, command, part, none) in enumerate(HARMLESS):
            b.config = copy.deepcopy(CONFIG)
            change(b.config, d)
            r = b.run("sh", "-c", f"{{ {command}; }} 2>&1; echo END", status=None)
            if r.status or part not in r.out or none in r.out or "END" not in r.out:
                bad.append(f"row {i} ({command}): {r}")
        equal(bad, [], "with effect")


@test
def a_directory_of_the_host_as_a_descriptor():
    """From a descriptor, openat(2) with ".." leads to the host's root."""
    with bundle() as b:
        b.args("ls", "/proc/self/fd/0/", "/proc/self/fd/3/").save()
        fd = os.open("/etc", os.O_RDONLY | os.O_DIRECTORY)
        argv = [BULKHEAD, "--root", b.root, "run", "--bundle", f"{b.top}/bundle"]
        for options, stdin in (((), fd), (("--preserve-fds", "1"), subprocess.DEVNULL)):
            p = subprocess.run([*argv, *options, b.new_id()], stdin=stdin, capture_output=True, text=True, timeout=60,
                               pass_fds=(3,), preexec_fn=lambda: os.dup2(fd, 3))
            equal((p.returncode, p.stdout), (1, ""), p.stderr)
            has(p.stderr, "policy: descriptors")
        os.close(fd)


@test
def a_bind_source_behind_another_processs_root():
    """A link whose target only the kernel can name: the rules cannot see where it leads."""
    with bundle() as b:
        os.mkdir(f"{b.top}/jail")
        holder = subprocess.Popen(["unshare", "-m", "sh", "-c", f"mount -t tmpfs x {b.top}/jail && mkdir {b.top}/jail/in && "
                                   "echo up && exec sleep 1000"], stdout=subprocess.PIPE, text=True)
        try:
            equal(holder.stdout.readline(), "up\n")
            os.symlink(f"/proc/{holder.pid}/root{b.top}/jail/in", f"{b.top}/link")
            b.config["mounts"].append({"destination": "/h", "type": "bind", "source": f"{b.top}/link", "options": ["rbind"]})
            b.refused("link")
        finally:
            holder.kill()
            holder.wait()


@test
def the_directory_of_a_control_socket_by_another_mount():
    """A bind mount of its directory has a path of its own, and the same inode."""
    with bundle() as b, contextlib.ExitStack() as undo:
        if not os.path.exists("/run/buildkit"):
            os.mkdir("/run/buildkit", 0o700)
            undo.callback(os.rmdir, "/run/buildkit")
        if not os.path.exists("/run/buildkit/buildkitd.sock"):
            s = undo.enter_context(socket.socket(socket.AF_UNIX))
            s.bind("/run/buildkit/buildkitd.sock")
            undo.callback(os.unlink, "/run/buildkit/buildkitd.sock")
        os.mkdir(f"{b.top}/elsewhere")
        run("mount", "--bind", "/run/buildkit", f"{b.top}/elsewhere")
        undo.callback(run, "umount", f"{b.top}/elsewhere")
        b.config["mounts"].append({"destination": "/h", "type": "bind", "source": f"{b.top}/elsewhere", "options": ["bind"]})
        b.save()
        r = b("run", "--bundle", f"{b.top}/bundle", b.new_id(), status=1)
        has(r.err, "contains an engine's control socket")


if __name__ == "__main__":
    check(os.geteuid() == 0, "must be root")
    main()
