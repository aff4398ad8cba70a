# SPDX-License-Identifier: LGPL-2.1-or-later
"""bundle.py: bundles with a busybox root file system, and the runtime's commands on them."""
import contextlib
import copy
import itertools
import json
import os
import shutil
import subprocess
import tempfile

from harness import BULKHEAD, LONG, PROBE, Failure, cgroups, check, equal, id_ranges, mount_points, run, write

_count = itertools.count()
APPLETS = """sh true false id cat ls rm touch echo mount umount mknod sleep ps grep ip hostname mkdir chmod chown stat
env head tail kill wc sort test readlink dd yes ulimit pwd tty stty trap uname seq df find tr od""".split()

# What `docker run` sends, without seccomp and hooks.
CONFIG = {
    "ociVersion": "1.0.2",
    "process": {
        "user": {"uid": 0, "gid": 0},
        "args": ["true"],
        "env": ["PATH=/bin", "TERM=xterm"],
        "cwd": "/",
        "capabilities": {s: [f"CAP_{c}" for c in (
            "CHOWN DAC_OVERRIDE FSETID FOWNER MKNOD NET_RAW SETGID SETUID SETFCAP SETPCAP NET_BIND_SERVICE "
            "SYS_CHROOT KILL AUDIT_WRITE").split()] for s in ("bounding", "effective", "permitted")},
    },
    "root": {"path": "rootfs"},
    "hostname": "box",
    "mounts": [
        {"destination": "/proc", "type": "proc", "source": "proc", "options": ["nosuid", "noexec", "nodev"]},
        {"destination": "/dev", "type": "tmpfs", "source": "tmpfs",
         "options": ["nosuid", "strictatime", "mode=755", "size=65536k"]},
        {"destination": "/dev/pts", "type": "devpts", "source": "devpts",
         "options": ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"]},
        {"destination": "/sys", "type": "sysfs", "source": "sysfs", "options": ["nosuid", "noexec", "nodev", "ro"]},
        {"destination": "/sys/fs/cgroup", "type": "cgroup", "source": "cgroup",
         "options": ["ro", "nosuid", "noexec", "nodev"]},
        {"destination": "/dev/mqueue", "type": "mqueue", "source": "mqueue", "options": ["nosuid", "noexec", "nodev"]},
        {"destination": "/dev/shm", "type": "tmpfs", "source": "shm",
         "options": ["nosuid", "noexec", "nodev", "mode=1777", "size=67108864"]},
    ],
    "linux": {
        "resources": {"devices": [{"allow": False, "access": "rwm"}]},
        "namespaces": [{"type": t} for t in ("mount", "network", "uts", "pid", "ipc")],
        "maskedPaths": ["/proc/acpi", "/proc/kcore", "/proc/keys", "/proc/timer_list", "/proc/scsi", "/sys/firmware"],
        "readonlyPaths": ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"],
    },
}


def make_rootfs(path):
    for sub in ("bin", "etc", "root", "tmp", "proc", "sys", "dev", "home/app"):
        os.makedirs(f"{path}/{sub}")
    os.chmod(f"{path}/tmp", 0o1777)
    shutil.copy("/bin/busybox", f"{path}/bin/busybox")
    for a in APPLETS:
        os.symlink("busybox", f"{path}/bin/{a}")
    write(f"{path}/etc/passwd", "root:x:0:0:root:/root:/bin/sh\napp:x:1000:1000::/home/app:/bin/sh\n")
    write(f"{path}/etc/group", "root:x:0:\napp:x:1000:\n")
    shutil.copy(PROBE, f"{path}/bin/probe")


class Bundle:
    """One bundle directory with its own state root; `config` is written by every command."""

    def __init__(self, top):
        self.top = top
        self.root = f"{top}/state"
        self.config = copy.deepcopy(CONFIG)
        self.policy = None  # sections of a policy file that every command then gets
        self.rootfs = f"{top}/bundle/rootfs"
        os.makedirs(f"{top}/bundle")
        make_rootfs(self.rootfs)

    def args(self, *argv):
        self.config["process"]["args"] = list(argv)
        return self

    def save(self):
        write(f"{self.top}/bundle/config.json", json.dumps(self.config))

    def new_id(self):
        return f"bkht-{os.getpid()}-{next(_count)}"

    def command(self, *argv):
        """bulkhead --root ROOT [--policy FILE] ARGV"""
        if self.policy is None:
            return [BULKHEAD, "--root", self.root, *argv]
        write(f"{self.top}/policy.json", json.dumps(self.policy), 0o600)
        return [BULKHEAD, "--root", self.root, "--policy", f"{self.top}/policy.json", *argv]

    def __call__(self, *argv, **kw):
        kw.setdefault("env", {"PATH": os.environ["PATH"]})
        return run(*self.command(*argv), **kw)

    def run(self, *argv, cid=None, options=(), **kw):
        """Foreground run of a command; nothing may be left afterwards."""
        if argv:
            self.args(*argv)
        self.save()
        cid = cid or self.new_id()
        r = self("run", "--bundle", f"{self.top}/bundle", *options, cid, **kw)
        self.nothing_left(cid)
        return r

    def refused(self, *words, **kw):
        """A run that must fail with exit status 1 and a message with all these words."""
        r = self.run(status=1, **kw)
        for w in words:
            check(w in r.err, f"{w!r} not in {r.err!r}")
        equal(len(r.err.strip().splitlines()), 1, f"lines of {r.err!r}")
        return r

    @contextlib.contextmanager
    def created(self, *argv, options=(), **kw):
        """A created container; deleted by force at the end, and nothing may be left."""
        if argv:
            self.args(*argv)
        self.save()
        cid = self.new_id()
        out = f"{self.top}/out"
        with open(out, "w") as f:
            # As an engine does it: files as stdio, because the container keeps them open.
            p = subprocess.run(self.command("create", "--bundle", f"{self.top}/bundle", *options, cid),
                               stdin=subprocess.DEVNULL, stdout=f, stderr=f, timeout=2 * LONG)
        text = open(out).read()
        check(p.returncode == 0, f"create: status {p.returncode}: {text!r}")
        equal(text, "", "output of create")
        try:
            yield cid
        finally:
            self("delete", "--force", cid)
        self.nothing_left(cid)

    @contextlib.contextmanager
    def started(self, *argv, **kw):
        with self.created(*argv, **kw) as cid:
            self("start", cid)
            yield cid

    def state(self, cid):
        return json.loads(self("state", cid).out)

    def output(self):
        return open(f"{self.top}/out").read()

    def nothing_left(self, cid, besides=()):
        equal(cgroups(cid), [], "cgroups left")
        equal({k: v for k, v in id_ranges().items() if v.endswith("/" + cid)}, {}, "id ranges left")
        check(not os.path.exists(f"{self.root}/{cid}"), "state left")
        equal([m for m in mount_points() if m.startswith(self.top) and m not in besides], [], "mounts left")
        if os.path.exists(f"{self.top}/bundle"):
            equal(sorted(x for x in os.listdir(f"{self.top}/bundle") if x not in ("rootfs", "config.json")), [],
                  "files left in the bundle")


@contextlib.contextmanager
def overlay(b):
    """The bundle's root as an engine makes it: an overlay with its layers beside it."""
    lower, upper, work = f"{b.top}/lower", f"{b.top}/layer/diff", f"{b.top}/layer/work"
    os.rename(b.rootfs, lower)
    for d in (b.rootfs, upper, work):
        os.makedirs(d)
    run("mount", "-t", "overlay", "overlay", "-o", f"lowerdir={lower},upperdir={upper},workdir={work}", b.rootfs)
    try:
        yield upper
    finally:
        run("umount", b.rootfs)


@contextlib.contextmanager
def bundle():
    top = tempfile.mkdtemp(prefix="bkh-", dir="/var/tmp")
    os.chmod(top, 0o755)
    try:
        yield Bundle(top)
    finally:
        left = [m for m in mount_points() if m.startswith(top + "/")]
        if left:
            raise Failure(f"mounts left: {left}")
        shutil.rmtree(top)
