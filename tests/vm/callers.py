# SPDX-License-Identifier: LGPL-2.1-or-later
"""CRI-O's part (tests/engines/crio.py) and podman with systemd's cgroups, in a virtual machine with systemd as init; started by
test_callers.sh."""
import contextlib
import json
import os
import re
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "engines"))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import images  # noqa: E402
from crio import Crio  # noqa: E402
from harness import BULKHEAD, check, equal, has, main, none_left, proc_status, read, run, test, wait_for, write  # noqa: E402
from rootless import user  # noqa: E402

TREE = "/sys/fs/cgroup"
top = tempfile.mkdtemp(prefix="bkhcall-", dir="/var/tmp")
os.chmod(top, 0o755)
os.chmod("/var/tmp", 0o1777)


def show(unit, *names, manager=("systemctl",)):
    return dict(line.split("=", 1) for line in run(*manager, "show", unit, *[f"-p{n}" for n in names]).out.splitlines())


def values(directory, *files):
    return [read(f"{directory}/{f}").strip() for f in files]


def crio_scene(e):
    with e.pod() as pod:
        c = pod.create("sh", "-c", "echo up; exec sleep 1000", memory=64 << 20, pids=50)
        c.start()
        unit = os.path.basename(c.cgroup)
        equal(read(f"/proc/{c.pid}/cgroup"), f"0::{c.cgroup}\n")
        seen = [show(unit, "ActiveState", "MemoryMax", "TasksMax", "CPUQuotaPerSecUSec", "TimeoutStopUSec", "CollectMode",
                     "DefaultDependencies"), "crio.service" in show(unit, "After")["After"]]
        seen += [values(TREE + c.cgroup, "memory.max", "memory.swap.max", "pids.max", "cpu.max"), c.exec_sync("cat", "/proc/self/cgroup")]
        e.command("update", "--resources", "-", c.id, stdin=json.dumps({"memory": {"limit": 80 << 20, "swap": 80 << 20}}))
        seen += [values(TREE + c.cgroup, "memory.max"), show(unit, "MemoryMax")]
        e.command("pause", c.id)
        seen += [c.status(), values(TREE + c.cgroup, "cgroup.freeze")]
        e.command("resume", c.id)
        e.command("kill", c.id, "KILL")
        seen += [c.exit_file(), c.status()]
        # conmon 2.1.6 does not notice on cgroup v2, with any runtime; the kernel has counted.
        c = pod.create("sh", "-c", "head -c 60000000 /dev/zero | tail -c 59000000 > /dev/null; echo killed; exec sleep 1000", memory=20 << 20)
        c.start()
        wait_for(lambda: "killed" in c.output(), "the line after it", limit=300)
        return [*seen, re.findall(r"^oom_kill (.*)$", read(f"{TREE}{c.cgroup}/memory.events"), re.MULTILINE), c.status()]


@test(limit=1200)
def crio_with_systemd():
    got, want = [crio_scene(Crio(runtime, f"{top}/{name}", systemd=True)) for name, runtime in (("bulkhead", BULKHEAD), ("runc", "/usr/bin/runc"))]
    equal(got, want, "with bulkhead, and with runc")


class Podman:
    """@call: runs a program. With podman's own places: the timers of health checks know no others."""

    def __init__(self, call, runtime):
        self.call, self.words = call, ["podman", "--events-backend=file", "--cgroup-manager=systemd", "--runtime", runtime]

    def __call__(self, *args, **kw):
        r = self.call(*self.words, *args, limit=400, **kw)
        return r.out if hasattr(r, "out") else r.stdout

    def pid(self, c):
        return int(self("inspect", "-f", "{{.State.Pid}}", c))

    @contextlib.contextmanager
    def container(self, *args):
        c = self("run", "-d", "--network=none", *args).strip()
        try:
            yield c
        finally:
            # podman's own clean-up, which conmon calls, may be at work on it.
            wait_for(lambda: self.removes(c), "the end of a container", limit=300, step=1)

    def removes(self, c):
        r = self.call(*self.words, "rm", "-f", "-t", "0", c, limit=400, status=None)
        return (r.status if hasattr(r, "status") else r.returncode) == 0


def archive():
    path = f"{top}/bb.tar"
    if not os.path.exists(path):
        images.busybox_archive(path)
        os.chmod(path, 0o644)
    return path


@test(limit=1200)
def podman_with_systemd():
    podman = Podman(run, BULKHEAD)
    podman("load", "-q", "-i", archive())
    with podman.container("--memory=64m", "--pids-limit=50", "--cpus=0.5", "--health-cmd", "test -e /well", "--health-interval=1s", "--health-retries=1",
                          "bb", "sh", "-c", "touch /well; exec sleep 1000") as c:
        unit, pid = f"libpod-{c}.scope", podman.pid(c)
        check(int(proc_status(pid, "Uid").split()[0]) >= 65536, "an unprivileged uid on the host")
        path = read(f"/proc/{pid}/cgroup").strip().removeprefix("0::")
        has(path, f"/machine.slice/{unit}")
        equal(values(TREE + path, "memory.max", "pids.max", "cpu.max"), [str(64 << 20), "50", "50000 100000"])
        equal(show(unit, "ActiveState", "MemoryMax", "TasksMax"), {"ActiveState": "active", "MemoryMax": str(64 << 20), "TasksMax": "50"})
        # podman's own timer of systemd asks.
        wait_for(lambda: podman("inspect", "-f", "{{.State.Health.Status}}", c) == "healthy\n", "healthy", limit=300, step=0.5)
        podman("exec", c, "rm", "/well")
        wait_for(lambda: podman("inspect", "-f", "{{.State.Health.Status}}", c) == "unhealthy\n", "unhealthy", limit=300, step=0.5)
    none_left(lambda: run("systemctl", "list-units", "--all", "--plain", "--no-legend", f"*{c}*").out, "units")
    # Ranges that podman chooses, from those of the user "containers", for as long as the container lives.
    for name in ("/etc/subuid", "/etc/subgid"):
        with open(name, "a") as f:
            f.write("containers:2000000:131072\n")
    with podman.container("--userns=auto", "bb", "sleep", "1000") as a, podman.container("--userns=auto:size=2000", "bb", "sleep", "1000") as b:
        maps = [read(f"/proc/{podman.pid(c)}/uid_map").split() for c in (a, b)]
        check(all(m[0] == "0" and 2000000 <= int(m[1]) < 2131072 for m in maps) and maps[0][1] != maps[1][1] and maps[1][2] == "2000", maps)
        for c, m in zip((a, b), maps):
            equal(proc_status(podman.pid(c), "Uid").split()[0], m[1])
            equal(podman("exec", c, "stat", "-c", "%u", "/bin/busybox", "/etc"), "0\n0\n")
    # A secret of a build, in podman's own place: buildah binds it elsewhere before it calls the runtime.
    write(f"{top}/secret", "hush\n", 0o600)
    write(f"{top}/Containerfile", "FROM bb\nRUN --mount=type=secret,id=s cat /run/secrets/s && stat -c owner:%u /run/secrets/s && cat /proc/self/uid_map\n")
    out = podman("build", "--network=none", "--pull-never", "--secret", f"id=s,src={top}/secret", "-f", f"{top}/Containerfile", top)
    for part in ("hush\n", "owner:0\n", " 65536\n"):
        has(out, part)
    # In the cgroup of the service that podman is called from, which is delegated to it.
    run("systemd-run", "--quiet", "-p", "Delegate=yes", "-u", "split", "--", *podman.words, "run", "--name=s", "--network=none", "--cgroups=split", "-m", "32m",
        "bb", "sleep", "1000")
    wait_for(lambda: run(*podman.words, "inspect", "-f", "{{.State.Status}}", "s", status=None).out == "running\n", "it runs", limit=300, step=0.5)
    path = read(f"/proc/{podman.pid('s')}/cgroup").strip().removeprefix("0::")
    check(re.match(r"/system\.slice/split\.service/libpod-payload-[0-9a-f]{64}$", path), path)
    equal(values(TREE + path, "memory.max"), [str(32 << 20)])
    podman("rm", "-f", "-t", "0", "s")
    wait_for(lambda: not os.path.exists(TREE + path), "its cgroup's end")


@test(limit=1200)
def podman_of_a_user():
    """Its containers are scopes of the user's own systemd."""
    with user() as u:
        run("systemctl", "start", f"user@{u.uid}.service")
        try:
            u.env.update(XDG_RUNTIME_DIR=f"/run/user/{u.uid}", DBUS_SESSION_BUS_ADDRESS=f"unix:path=/run/user/{u.uid}/bus")
            podman = Podman(u, u.program)
            podman("load", "-q", "-i", archive())
            with podman.container("--memory=64m", "--pids-limit=50", "bb", "sleep", "1000") as c:
                pid = podman.pid(c)
                equal(proc_status(pid, "Uid").split()[0], str(u.uid), "uid on the host")
                path = read(f"/proc/{pid}/cgroup").strip().removeprefix("0::")
                has(path, f"/user.slice/user-{u.uid}.slice/user@{u.uid}.service/user.slice/libpod-{c}.scope")
                equal(values(TREE + path, "memory.max", "pids.max"), [str(64 << 20), "50"])
                equal(podman("exec", c, "id", "-u"), "0\n")
                podman("pause", c)
                equal(values(TREE + path, "cgroup.freeze"), ["1"])
                podman("unpause", c)
        finally:
            run("systemctl", "stop", f"user@{u.uid}.service", f"user-runtime-dir@{u.uid}.service", status=None)


if __name__ == "__main__":
    main()
