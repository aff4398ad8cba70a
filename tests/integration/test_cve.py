#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Published holes of container runtimes and engines, tried from outside: a hostile image or document,
the command line, and a look from the host's side. Races are in test_cve_race.py."""
import array
import contextlib
import copy
import hashlib
import json
import os
import shutil
import socket
import stat
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from bundle import CONFIG, bundle  # noqa: E402
from harness import (BULKHEAD, check, equal, has, lacks, main, mount_points, proc_status, read, test,  # noqa: E402
                     wait_for, write)

HOST_KNOBS = [f"/proc/sys/{k}" for k in ("kernel/core_pattern", "kernel/sysrq", "net/ipv4/ip_forward", "kernel/hostname",
                                         "kernel/shm_rmid_forced", "vm/overcommit_memory")
              if os.path.exists(f"/proc/sys/{k}")]
DOTS = "../" * 30


def listing(top):
    """Everything below a directory: name, kind, mode, owner, size, time of change, content."""
    found = {}
    for where, dirs, files in os.walk(top):
        for name in [*dirs, *files, "."]:
            path = os.path.join(where, name)
            s = os.lstat(path)
            text = read(path) if stat.S_ISREG(s.st_mode) else ""
            found[path] = (s.st_mode, s.st_uid, s.st_gid, s.st_size, s.st_rdev, s.st_mtime_ns, text)
    return found


def host_side(b, canary):
    """Others may work on this machine: mounts elsewhere are theirs."""
    ours = (b.top, "/proc", "/sys", "/dev", "/etc", "/usr", "/bin")
    return listing(canary), [read(k) for k in HOST_KNOBS], sorted(m for m in mount_points() if m.startswith(ours))


@contextlib.contextmanager
def untouched(b):
    """A directory of the host that everybody may write, and the host's settings, must not change."""
    canary = f"{b.top}/canary"
    os.mkdir(canary)
    os.chmod(canary, 0o777)
    os.mkdir(f"{canary}/sub")
    os.chmod(f"{canary}/sub", 0o777)
    for name in ("file", "ptmx", "null", "sub/file"):
        write(f"{canary}/{name}", "canary\n", 0o666)
    before = host_side(b, canary)
    yield canary
    equal(host_side(b, canary), before, "the host's side")


def image_link(b, name, target):
    """In the image, @name becomes a symbolic link."""
    path = f"{b.rootfs}/{name}"
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    elif os.path.lexists(path):
        os.unlink(path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    os.symlink(target, path)


def without_mount(b, *destinations):
    b.config["mounts"] = [m for m in b.config["mounts"] if m["destination"] not in destinations]


def try_run(b, *argv, **kw):
    """A run that may be refused, in one line, or work. Returns its result."""
    r = b.run(*argv, status=None, **kw)
    check(r.status >= 0, f"killed by a signal: {r}")
    if r.status:
        has(r.err, "level=error", "reason of the refusal")
    return r


@test
def cve_2016_3697_user_named_like_a_number():
    """A name in the image's /etc/passwd that looks like an id is no id."""
    with bundle() as b:
        write(f"{b.rootfs}/etc/passwd", "1000:x:0:0::/:/bin/sh\nroot:x:0:0::/root:/bin/sh\n")
        b.config["process"]["user"] = {"uid": 1000, "gid": 1000}
        equal(b.run("sh", "-c", "id -u; id -g").out, "1000\n1000\n")


@test
def cve_2016_8867_no_ambient_capabilities():
    """CVE-2016-8867, CVE-2022-24769, CVE-2022-27649 to 27652: a user has none, whatever is asked."""
    with bundle() as b:
        caps = b.config["process"]["capabilities"]
        caps["inheritable"] = caps["ambient"] = caps["bounding"]
        b.config["process"]["user"] = {"uid": 1000, "gid": 1000}
        with b.started("sleep", "1000") as cid:
            pid = b.state(cid)["pid"]
            for s in ("CapInh", "CapAmb", "CapEff", "CapPrm"):
                equal(proc_status(pid, s), "0" * 16, s)
        b.config["process"]["user"] = {"uid": 0, "gid": 0}
        with b.started("sleep", "1000") as cid:
            pid = b.state(cid)["pid"]
            for s in ("CapInh", "CapAmb"):
                equal(proc_status(pid, s), "0" * 16, s)


@test
def cve_2022_24769_default_document_has_no_inheritable():
    with bundle() as b:
        b("spec", cwd=b.top)
        lacks(json.loads(read(f"{b.top}/config.json"))["process"]["capabilities"], "inheritable")


@test
def cve_2019_5736_program_is_the_runtime():
    """#!/proc/self/exe makes the kernel run the host's binary inside; nobody there may write it."""
    with bundle() as b:
        write(f"{b.rootfs}/bin/evil", "#!/proc/self/exe\n", 0o755)
        before = hashlib.sha256(open(BULKHEAD, "rb").read()).digest(), os.stat(BULKHEAD)
        for argv in (["/bin/evil"], ["/proc/self/exe"], ["/proc/self/exe", "--version"], ["/proc/1/exe", "features"]):
            try_run(b, *argv)
        image_link(b, "bin/link", "/proc/self/exe")
        try_run(b, "/bin/link", "--version")
        # A process that holds the binary open for reading, when it comes in time, tries to open it again for writing.
        write(f"{b.rootfs}/bin/writer", "#!/proc/self/exe\n", 0o755)
        try_run(b, "sh", "-c", "/bin/writer & (exec 9</proc/$!/exe; sleep 0.1; echo x >/proc/self/fd/9); wait; exit 0")
        after = hashlib.sha256(open(BULKHEAD, "rb").read()).digest(), os.stat(BULKHEAD)
        equal((after[0], after[1].st_ino, after[1].st_mtime_ns, after[1].st_mode),
              (before[0], before[1].st_ino, before[1].st_mtime_ns, before[1].st_mode), "the runtime's binary")


@test
def cve_2019_16884_something_else_over_proc():
    """An image's volume /proc: labels and masks would go to files of the attacker."""
    with bundle() as b, untouched(b) as canary:
        os.makedirs(f"{b.top}/fake/self/attr")
        write(f"{b.top}/fake/self/attr/exec", "", 0o666)
        original = copy.deepcopy(b.config["mounts"])
        over = ({"destination": "/proc", "type": "tmpfs", "source": "tmpfs"},
                {"destination": "/proc", "type": "bind", "source": f"{b.top}/fake", "options": ["rbind"]},
                {"destination": "/proc/self", "type": "tmpfs", "source": "tmpfs"},
                {"destination": "/proc/self/attr", "type": "bind", "source": canary, "options": ["bind"]},
                {"destination": "/proc/sys", "type": "tmpfs", "source": "tmpfs"},
                {"destination": "/proc/sys/net", "type": "bind", "source": canary, "options": ["bind"]},
                {"destination": "//proc/../proc/", "type": "tmpfs", "source": "tmpfs"},
                {"destination": "proc/./attr/..", "type": "tmpfs", "source": "tmpfs"})
        for m in over:
            for mounts in (original + [m], [m] + original, [m] + [o for o in original if o["destination"] != "/proc"]):
                b.config["mounts"] = mounts
                has(b.run("true", status=1).err, "/proc", str(m))
                equal(sorted(os.listdir(f"{b.rootfs}/proc")), [], "made in the image")


@test
def cve_2019_19921_proc_or_sys_is_a_link():
    """CVE-2019-19921, CVE-2023-27561, CVE-2023-28642, CVE-2025-54867."""
    with bundle() as b, untouched(b) as canary:
        for name in ("proc", "sys"):
            for target in ("/bad", "bad", canary, DOTS + canary, "/dev", "/nowhere", name, "/proc/self/root"):
                os.makedirs(f"{b.rootfs}/bad", exist_ok=True)
                image_link(b, name, target)
                r = b.run("cat", "/proc/kcore", status=1)
                has(r.err, "must be mounted on ordinary directory", f"/{name} -> {target}")
            os.unlink(f"{b.rootfs}/{name}")
            write(f"{b.rootfs}/{name}", "a file")
            b.run("true", status=1)
            os.unlink(f"{b.rootfs}/{name}")
            # Missing is no attack.
            b.run("true")


@test
def cve_2023_25809_cgroups_cannot_be_written():
    """CVE-2023-25809 and CVE-2022-0492: neither cgroups nor the release agent, with any options."""
    with bundle() as b, untouched(b):
        agents = {p: read(p) for p in (f"/sys/fs/cgroup/{h}/release_agent" for h in os.listdir("/sys/fs/cgroup"))
                  if os.path.exists(p)}
        attack = ("for d in /sys/fs/cgroup /sys/fs/cgroup/*; do mkdir $d/pwned; echo 1 > $d/notify_on_release; "
                  "echo /pwn > $d/release_agent; echo 0 > $d/cgroup.procs; echo -1 > $d/pids.max; "
                  "echo a > $d/devices.allow; done 2>/dev/null; ls /sys/fs/cgroup; true")
        for edit in ("ro", "rw", "none", "bind", "sys"):
            b.config = copy.deepcopy(CONFIG)
            if edit != "ro":
                without_mount(b, "/sys/fs/cgroup")
            if edit == "rw":
                b.config["mounts"].append({"destination": "/sys/fs/cgroup", "type": "cgroup", "source": "cgroup",
                                           "options": ["rw"]})
            if edit == "bind":
                b.config["mounts"].append({"destination": "/sys/fs/cgroup", "type": "bind", "source": "/sys/fs/cgroup",
                                           "options": ["rbind", "rw"]})
            if edit == "sys":
                without_mount(b, "/sys")
                b.config["mounts"].append({"destination": "/sys", "type": "bind", "source": "/sys",
                                           "options": ["rbind", "rw"]})
            try_run(b, "sh", "-c", attack)
            for h in os.listdir("/sys/fs/cgroup"):
                check(not os.path.exists(f"/sys/fs/cgroup/{h}/pwned"), f"{edit}: {h}/pwned was made")
            equal({p: read(p) for p in agents}, agents, f"{edit}: release agents")


def leaking(b, fds, *argv):
    """A run by a caller that leaks directories of the host under these numbers."""
    b.args(*argv).save()
    cid = b.new_id()
    host = os.open("/", os.O_RDONLY | os.O_DIRECTORY)
    for fd in fds:
        if fd != host:
            os.dup2(host, fd)
    try:
        p = subprocess.run([BULKHEAD, "--root", b.root, "run", "-b", f"{b.top}/bundle", cid], stdin=subprocess.DEVNULL,
                           stdout=subprocess.PIPE, stderr=subprocess.PIPE, pass_fds=fds, timeout=60, text=True)
    finally:
        for fd in {*fds, host}:
            os.close(fd)
    b.nothing_left(cid)
    return p


@test
def cve_2024_21626_working_directory_by_a_leaked_descriptor():
    with bundle() as b:
        fds = list(range(40, 44))
        # The attack is real: through such a descriptor the host's root is there to be seen.
        for fd in [*range(3, 25), *fds]:
            b.config["process"]["cwd"] = f"/proc/self/fd/{fd}"
            p = leaking(b, fds, "sh", "-c", "ls ../../../../../..")
            equal(p.returncode, 1, f"cwd by descriptor {fd}: {p}")
        for fd in (3, 7, 40):
            image_link(b, "x", f"/proc/self/fd/{fd}")
            image_link(b, "y", f"/proc/self/fd/{fd}/../..")
            for cwd in ("/x", "/x/etc", "/y", "/proc/self/cwd", "/proc/1/root/proc/self/fd/40", "/proc/thread-self/fd/40"):
                b.config["process"]["cwd"] = cwd
                p = leaking(b, fds, "sh", "-c", "cat etc/shadow ../etc/shadow ../../../etc/shadow; pwd; exec readlink /proc/self/cwd")
                lacks(p.stdout, "root:", f"cwd {cwd}: the host's shadow file")
        b.config["process"]["cwd"] = "/"


@test
def cve_2024_21626_program_by_a_leaked_descriptor():
    with bundle() as b:
        fds = list(range(40, 44))
        for fd in [*range(3, 25), *fds]:
            p = leaking(b, fds, f"/proc/self/fd/{fd}/bin/busybox", "echo", "out")
            equal((p.returncode, p.stdout), (1, ""), f"program by descriptor {fd}")
        p = leaking(b, fds, "sh", "-c", "ls /proc/self/fd")
        equal(p.stdout.split(), ["0", "1", "2", "3"], "3 is the directory that ls reads")
        with b.created("sleep", "1000") as cid:
            pid = b.state(cid)["pid"]
            for n in os.listdir(f"/proc/{pid}/fd"):
                check(not os.path.isdir(f"/proc/{pid}/fd/{n}"), f"descriptor {n} is a directory of the host")


@test
def cve_2019_18837_parents_of_mount_points_are_links():
    """CVE-2019-18837, CVE-2024-45310, CVE-2025-24965, CVE-2026-55686: what the runtime makes stays inside."""
    with bundle() as b, untouched(b) as canary:
        for target in (canary, DOTS + canary, f"/proc/self/root{canary}", f"/proc/1/root{canary}", f"{canary}/sub/.."):
            for name in ("a", "b/c"):
                image_link(b, name, target)
            image_link(b, "etc/resolv.conf", f"{target}/file")
            image_link(b, "etc/hosts", f"{target}/new-file")
            write(f"{b.top}/source", "bound\n")
            b.config["mounts"] = CONFIG["mounts"] + [
                {"destination": "/a/deep/er", "type": "tmpfs", "source": "tmpfs"},
                {"destination": "/b/c/sub", "type": "tmpfs", "source": "tmpfs"},
                {"destination": "/a", "type": "tmpfs", "source": "tmpfs"},
                {"destination": "/etc/resolv.conf", "type": "bind", "source": f"{b.top}/source", "options": ["bind", "ro"]},
                {"destination": "/etc/hosts", "type": "bind", "source": f"{b.top}/source", "options": ["bind", "ro"]}]
            b.config["linux"]["maskedPaths"] = ["/a/file", "/b/c/sub", "/proc/kcore"]
            b.config["linux"]["readonlyPaths"] = ["/a", "/b/c/file"]
            b.config["process"]["cwd"] = "/b/c/made/for/cwd"
            try_run(b, "true")


@test
def cve_2026_55686_working_directory_through_a_link():
    with bundle() as b, untouched(b) as canary:
        for target in (canary, DOTS + canary, "/proc/1/cwd", "/dev/fd", "loop"):
            image_link(b, "loop", "loop")
            image_link(b, "a", target)
            for cwd in ("/a", "/a/b", "/a/sub/new"):
                b.config["process"]["cwd"] = cwd
                try_run(b, "sh", "-c", "echo pwned > file; echo pwned > pwned; exit 0")


@test
def cve_2026_41579_dev_is_a_link():
    """CVE-2026-41579 and CVE-2026-47766: nodes, ptmx and the links of /dev stay inside."""
    with bundle() as b, untouched(b) as canary:
        for target in (canary, DOTS + canary, f"/proc/self/root{canary}", "/proc/self/fd/7", "/nowhere", "/etc"):
            for mounts in (True, False):
                b.config = copy.deepcopy(CONFIG)
                b.config["linux"]["devices"] = [{"path": "/dev/extra", "type": "c", "major": 1, "minor": 3}]
                b.config["linux"]["resources"]["devices"].append(
                    {"allow": True, "type": "c", "major": 1, "minor": 3, "access": "rwm"})
                if not mounts:
                    without_mount(b, "/dev", "/dev/pts", "/dev/shm", "/dev/mqueue")
                image_link(b, "dev", target)
                try_run(b, "true")
        # No link, but the names that the runtime makes are.
        os.unlink(f"{b.rootfs}/dev")
        os.mkdir(f"{b.rootfs}/dev")
        for name in ("null", "zero", "ptmx", "pts", "console", "fd", "stdin", "core", "shm", "tty"):
            image_link(b, f"dev/{name}", f"{canary}/{name}")
        b.config = copy.deepcopy(CONFIG)
        without_mount(b, "/dev", "/dev/pts", "/dev/shm", "/dev/mqueue")
        try_run(b, "sh", "-c", "echo pwned > /dev/null; echo pwned > /dev/console; true")


@test
def cve_2025_31133_null_device_replaced():
    """The mask of a file is the null device: only the true one will do."""
    with bundle() as b, untouched(b) as canary:
        for kind in ("link", "file", "absent", "zero", "fifo", "directory"):
            dev = f"{b.top}/dev-{kind}"
            os.mkdir(dev)
            os.chmod(dev, 0o777)
            if kind == "link":
                os.symlink("/proc/sys/kernel/core_pattern", f"{dev}/null")
            elif kind == "file":
                write(f"{dev}/null", "a file\n", 0o666)
            elif kind == "zero":
                os.mknod(f"{dev}/null", stat.S_IFCHR | 0o666, os.makedev(1, 5))
            elif kind == "fifo":
                os.mkfifo(f"{dev}/null", 0o666)
            elif kind == "directory":
                os.mkdir(f"{dev}/null")
            b.config = copy.deepcopy(CONFIG)
            without_mount(b, "/dev", "/dev/pts", "/dev/shm", "/dev/mqueue")
            b.config["mounts"].append({"destination": "/dev", "type": "bind", "source": dev, "options": ["rbind", "rw"]})
            b.config["linux"]["maskedPaths"] = ["/proc/timer_list", "/proc/interrupts"]
            r = try_run(b, "sh", "-c", "stat -c %t:%T /proc/timer_list /proc/interrupts; echo '|/pwn' > /proc/sys/kernel/core_pattern; "
                        "echo h > /proc/sysrq-trigger; exit 0")
            if r.status == 0:
                equal(r.out, "1:3\n1:3\n", f"masks with /dev/null as {kind}")
            if kind == "file":
                equal(read(f"{dev}/null"), "a file\n", "content of the prepared file")
            shutil.rmtree(dev)
        # The image's own /dev/null, before a /dev is mounted over it.
        image_link(b, "dev/null", f"{canary}/file")
        b.config = copy.deepcopy(CONFIG)
        equal(b.run("sh", "-c", "stat -c %t:%T /proc/timer_list /dev/null").out, "1:3\n1:3\n")


def create_with_terminal(b, *argv):
    """Returns the status of a run -d with a console socket, and the terminal's descriptor or None."""
    path, cid = f"{b.top}/console", b.new_id()
    b.config["process"]["terminal"] = True
    b.args(*argv).save()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
        server.bind(path)
        server.listen(1)
        server.settimeout(60)
        with open(f"{b.top}/out", "w") as out:
            p = subprocess.run([BULKHEAD, "--root", b.root, "run", "-d", "-b", f"{b.top}/bundle", "--console-socket", path, cid],
                               stdin=subprocess.DEVNULL, stdout=out, stderr=out, timeout=60)
        fds = array.array("i")
        peer, _ = server.accept()
        with peer:
            if p.returncode == 0:
                _, control, _, _ = peer.recvmsg(4096, socket.CMSG_SPACE(64))
                fds.frombytes(control[0][2])
    os.unlink(path)
    return p.returncode, cid, fds[0] if fds else None


@test
def cve_2025_52565_console_and_terminals_replaced():
    with bundle() as b, untouched(b) as canary:
        pts = f"{b.top}/pts"
        os.mkdir(pts)
        os.chmod(pts, 0o777)
        for n in range(21):
            os.symlink("/proc/sys/kernel/core_pattern", f"{pts}/{n}")
        os.symlink(f"{canary}/ptmx", f"{pts}/ptmx")
        image_link(b, "dev/console", f"{canary}/file")
        for case in ("bind", "bind over devpts", "image"):
            b.config = copy.deepcopy(CONFIG)
            if case == "bind":
                without_mount(b, "/dev/pts")
            if case.startswith("bind"):
                b.config["mounts"].append({"destination": "/dev/pts", "type": "bind", "source": pts, "options": ["bind"]})
            if case == "image":
                without_mount(b, "/dev/mqueue")
            status, cid, fd = create_with_terminal(b, "sh", "-c", "stat -c '%F %t' /dev/console; stat -c '%F %t' -L /dev/pts/0; sleep 1000")
            if status == 0:
                text = ""
                while text.count("\n") < 2:
                    text += os.read(fd, 4096).decode()
                for line in text.splitlines():
                    has(line, "character special file 88", f"{case}: console")
                os.close(fd)
            if case == "image":
                equal(status, 0, f"an ordinary terminal: {b.output()}")
            b("delete", "-f", cid)
            b.nothing_left(cid)


@test
def cve_2022_0811_smuggled_settings():
    """CVE-2022-0811 and its kin: one value sets one setting, and only one that the container owns."""
    with bundle() as b, untouched(b):
        for key, value in (("kernel.shm_rmid_forced", "1+kernel.core_pattern=|/x"),
                           ("kernel.shm_rmid_forced", "1\nkernel.core_pattern=|/x"), ("kernel/core_pattern", "|/x"),
                           ("kernel.core_pattern", "|/x"), ("net..core", "1"), ("net/../kernel/core_pattern", "|/x"),
                           ("net.../kernel/core_pattern", "|/x"), ("net.ipv4.ip_forward\0x", "1"), ("net.", "1"), ("", "1"),
                           ("/proc/sys/kernel/core_pattern", "|/x"), ("net.ipv4.ip_forward ", "1"), ("net", "1"),
                           ("fs.mqueue/../../kernel/sysrq", "1"), ("kernel.sysrq", "1"), ("vm.overcommit_memory", "2"),
                           ("fs.mqueue.../../kernel/sysrq", "1"), ("net.ipv4.ip_forward", "1=2"), ("net.ipv4.conf.*.x", "1")):
            b.config["linux"]["sysctl"] = {key: value}
            b.refused("sysctl") if "\0" not in key else b.run(status=1)
        b.config["linux"]["sysctl"] = {"net.ipv4.ip_forward": "1", "kernel.shm_rmid_forced": "1"}
        equal(b.run("cat", "/proc/sys/net/ipv4/ip_forward", "/proc/sys/kernel/shm_rmid_forced").out, "1\n1\n")


@test
def cve_2024_40635_ids_out_of_range():
    """CVE-2024-40635, CVE-2026-46680, CVE-2026-30892: an id that does not fit never becomes root."""
    with bundle() as b:
        for uid in (4294967295, 4294967296, 2147483648, 18446744073709551616, -1, 65536, "0", "1x", 1.5, True, [0], 1e3):
            for who in ({"uid": uid, "gid": 0}, {"uid": 0, "gid": uid}, {"uid": 0, "gid": 0, "additionalGids": [uid]}):
                b.config["process"]["user"] = who
                has(b.run(status=1).err, "level=error")
        for uid in (0, 1, 65534, 65535):
            b.config["process"]["user"] = {"uid": uid, "gid": uid, "additionalGids": [uid, 7]}
            equal(b.run("sh", "-c", "id -u; id -g").out, f"{uid}\n{uid}\n")


@test
def cve_2026_53488_annotations_are_no_commands():
    with bundle() as b, untouched(b) as canary:
        write(f"{b.top}/run-me", f"#!/bin/sh\ntouch {canary}/pwned\n", 0o755)
        b.config["annotations"] = {
            "org.criu.config": f"{b.top}/run-me", "run.oci.hooks.stdout": f"{canary}/stdout",
            "run.oci.hooks.stderr": f"{canary}/stderr", "run.oci.seccomp.plugins": f"{b.top}/run-me",
            "run.oci.handler": "krun", "run.oci.seccomp_fail_unknown_syscall": "0", "run.oci.keep_original_groups": "1",
            "run.oci.delegate-cgroup": "../../..", "run.oci.systemd.subgroup": "../..", "run.oci.mount_context_type": "x",
            "org.systemd.property.ExecStart": f"'{b.top}/run-me'", "module.wasm.image/variant": "compat",
            "cdi.k8s.io/x": "vendor.com/device=evil", "binary://": f"{b.top}/run-me"}
        b.config["hooks"] = {"createRuntime": [{"path": "/bin/echo", "args": ["echo", "from the hook"]}]}
        b.run("true")


@test
def cve_2025_23266_environment_of_hooks():
    """CVE-2025-23266: a hook of the host sees neither the container's environment nor its files."""
    with bundle() as b:
        log = f"{b.top}/log"
        b.config["process"]["env"] += ["LD_PRELOAD=/proc/self/cwd/poc.so", "LD_LIBRARY_PATH=/", "BASH_ENV=/poc"]
        write(f"{b.rootfs}/poc.so", "x")
        script = f"{b.top}/hook"
        write(script, f"#!/bin/sh\n/usr/bin/env >> {log}\npwd >> {log}\nls -l /proc/self/fd >> {log}\n", 0o755)
        kinds = ("prestart", "createRuntime", "createContainer", "poststart", "poststop")
        b.config["hooks"] = {k: [{"path": script, "args": ["hook"]}] for k in kinds}
        b.run("true")
        text = read(log)
        for word in ("LD_PRELOAD", "LD_LIBRARY_PATH", "BASH_ENV", "TERM", "poc.so", b.rootfs, b.root, "start.sock"):
            lacks(text, word, "what hooks see")
        equal(text.count(f"PWD={b.top}/bundle"), len(kinds), "working directory is the bundle")
        for path in ("relative", "bin/sh", "", "./x"):
            b.config["hooks"] = {"createRuntime": [{"path": path}]}
            b.refused("/hooks/createRuntime/0/path")


@test
def cve_2020_15257_network_of_the_host():
    """The host's abstract sockets trust uid 0: either there is no such network, or nobody is 0."""
    with bundle() as b:
        for spaces in ([{"type": "mount"}, {"type": "pid"}], [{"type": "network", "path": "/proc/self/ns/net"}],
                       [{"type": "network", "path": "/proc/1/ns/net"}]):
            b.config["linux"]["namespaces"] = [*spaces, {"type": "uts"}, {"type": "ipc"}]
            if not any(s["type"] == "mount" for s in spaces):
                b.config["linux"]["namespaces"] += [{"type": "mount"}, {"type": "pid"}]
            has(b.run(status=1).err, "namespace")


@test
def cve_2022_0185_kernel_interfaces_are_closed():
    """User and network namespaces, fsopen, AF_ALG (CVE-2026-31431), AF_VSOCK, TIOCSTI, keys, bpf: none of it."""
    with bundle() as b:
        b.config["process"]["capabilities"] = {s: ["CAP_SYS_ADMIN", "CAP_NET_ADMIN", "CAP_SYS_PTRACE", "CAP_BPF"]
                                               for s in ("bounding", "effective", "permitted")}
        got = dict(line.split() for line in b.run("probe").out.splitlines() if len(line.split()) == 2)
        for name in ("keyctl", "add_key", "bpf", "io_uring_setup", "userfaultfd", "perf_event_open", "af_alg", "af_vsock",
                     "packet_socket", "setns", "init_module", "kexec_load", "core_pattern", "sysrq", "unshare_user",
                     "unshare_net", "unshare_mount", "clone_user", "clone3", "mount_tmpfs", "umount_proc", "remount_rw",
                     "tiocsti", "handle"):
            check(name not in got or got[name] != "ok", f"{name}: {got.get(name)}")
        equal(got["af_alg"] != "ok" and got["clone3"], "ENOSYS")
        equal(got["unix_socket"], "ok", "and the probe works at all")


if __name__ == "__main__":
    main()
