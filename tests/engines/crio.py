# SPDX-License-Identifier: LGPL-2.1-or-later
"""crio.py: what CRI-O does to a runtime, without CRI-O, of which Debian 12 has no package: its command lines, by way of a real conmon and directly, its
config.json, its namespaces pinned to files, and its side of conmon's pipes, sockets and files.

    engine = Crio("/usr/sbin/runc", directory)
    with engine.pod() as pod:
        c = pod.create("sleep", "1000")     # as CreateContainer of the CRI
        c.start()
        c.exec_sync("id", "-u")             # (exit code, stdout, stderr)
"""
import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import images  # noqa: E402
from harness import LONG, TOP, Failure, cgroups, equal, id_ranges, mount_points, none_left, proc_status, read, run, wait_for, write  # noqa: E402

CONMON = "/usr/bin/conmon"
CAPABILITIES = [f"CAP_{c}" for c in "CHOWN DAC_OVERRIDE FSETID FOWNER SETGID SETUID SETPCAP NET_BIND_SERVICE KILL".split()]
MASKED = ["/proc/acpi", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list", "/proc/timer_stats", "/proc/sched_debug",
          "/proc/scsi", "/sys/firmware", "/sys/dev/block"]
READ_ONLY = ["/proc/asound", "/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"]
SYSTEMD_PROPERTIES = {f"org.systemd.property.{name}": value for name, value in (
    ("TimeoutStopUSec", "uint64 30000000"), ("CollectMode", "'inactive-or-failed'"), ("DefaultDependencies", "true"), ("After", "['crio.service']"))}
NAMESPACE_FILES = {"network": "net", "ipc": "ipc", "uts": "uts", "user": "user"}
PIPES = (3, 4)  # _OCI_SYNCPIPE, _OCI_STARTPIPE
EXEC_OUTPUT_MAX = 16 << 20
BUFFER = 8192  # conmon's, for one packet on the attach socket
TIMED_OUT = "command timed out"
MAY_LOWER_OOM_SCORE = int(proc_status("self", "CapEff"), 16) >> 24 & 1  # CAP_SYS_RESOURCE, which this machine may not have
CGROUP2 = os.path.exists("/sys/fs/cgroup/cgroup.controllers")


class CreateFailed(Exception):
    """What CRI-O makes of conmon's message: "container create failed: ..." """


def default_seccomp():
    """CRI-O's RuntimeDefault: the profile of containers/common, for our architecture and CRI-O's capabilities."""
    machine = {"x86_64": "amd64", "aarch64": "arm64"}[os.uname().machine]
    profile = json.loads(read("/usr/share/containers/seccomp.json"))

    def applies(rule):
        has_to, must_not = rule.get("includes") or {}, rule.get("excludes") or {}
        return not (set(has_to.get("caps") or []) - set(CAPABILITIES) or machine not in (has_to.get("arches") or [machine]) or
                    set(must_not.get("caps") or []) & set(CAPABILITIES) or machine in (must_not.get("arches") or []))
    rules = [{k: v for k, v in rule.items() if k in ("names", "action", "args", "errnoRet")} for rule in profile["syscalls"] if applies(rule)]
    return {"defaultAction": profile["defaultAction"], **({"defaultErrnoRet": profile["defaultErrnoRet"]} if "defaultErrnoRet" in profile else {}),
            "architectures": {"amd64": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"], "arm64": ["SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM"]}[machine],
            "syscalls": rules}


def default_sysctls():
    """(name, value) pairs that the drop-in we ship proposes; pinns sets them."""
    text = re.search(r"^#default_sysctls = \[(.*?)\]", read(f"{TOP}/contrib/crio/50-bulkhead.conf"), re.MULTILINE | re.DOTALL)[1]
    return [pair.split("=", 1) for pair in re.findall(r'"([^"]+)"', text)]


class Crio:
    def __init__(self, runtime, top, systemd=False):
        """@systemd: its cgroup manager, which is CRI-O's default; else cgroupfs"""
        self.runtime, self.top, self.systemd = runtime, top, systemd
        self.root = f"{top}/root"  # runtime_root
        self.exits, self.attach = f"{top}/exits", f"{top}/attach"
        self.parent = f"/bkhcrio-{os.getpid()}"
        for d in (self.exits, self.attach):
            os.makedirs(d)
        os.chmod(top, 0o755)
        self.lower = f"{top}/image"
        os.mkdir(self.lower)
        images.busybox_tree(self.lower)
        for d in ("proc", "dev", "sys", "run", "etc/hosts.d", "vol"):
            os.makedirs(f"{self.lower}/{d}")

    def command(self, *args, status=0, **kw):
        """runtimeCmd() of CRI-O: with nothing but XDG_RUNTIME_DIR in its environment."""
        # UpdateContainer() leaves it out, and so does what asks for features.
        options = ["--systemd-cgroup"] if self.systemd and args[0] not in ("update", "features") else []
        return run(self.runtime, "--root", self.root, *options, *args, status=status, env={"XDG_RUNTIME_DIR": f"{self.top}/xdg"}, **kw)

    def rundir(self, cid):
        """As containers/storage has it below /run/containers/storage."""
        path = f"{self.top}/run/overlay-containers/{cid}/userdata"
        os.makedirs(path, exist_ok=True)
        return path

    @contextlib.contextmanager
    def pod(self, **kw):
        p = Pod(self, **kw)
        try:
            yield p
        finally:
            p.remove()
        none_left(lambda: {k: v for k, v in id_ranges().items() if v.startswith(self.top)}, "id ranges")
        none_left(lambda: [g for c in p.made for g in cgroups(f"crio-{c}*")], "cgroups")
        none_left(lambda: [m for m in mount_points() if m.startswith(self.top + "/")], "mounts")
        none_left(lambda: os.listdir(self.root) if os.path.isdir(self.root) else [], "state")


class Pod:
    """A pod sandbox. @infra: with a pause container, as before "drop_infra_ctr", and for a shared pid namespace still.
    @userns: (first host id, number), a pod with hostUsers false."""

    def __init__(self, engine, infra=False, userns=None):
        self.engine, self.userns = engine, userns
        self.id = uuid.uuid4().hex * 2
        self.dir = engine.rundir(self.id)
        self.containers, self.made, self.pins = [], [], {}
        self.slice = f"bkhcrio-pod{self.id[:12]}.slice"
        self.cgroup = f"/bkhcrio.slice/{self.slice}" if engine.systemd else f"{engine.parent}/pod{self.id[:12]}"
        for name, text in (("hostname", "the-pod\n"), ("resolv.conf", "nameserver 10.0.0.10\n"), (".containerenv", "")):
            write(f"{self.dir}/{name}", text, 0o644)
            if userns:
                os.chown(f"{self.dir}/{name}", userns[0], userns[0])
        os.mkdir(f"{self.dir}/shm")
        # CRI-O gives it to root of the pod's user namespace.
        run("mount", "-t", "tmpfs", "-o", "noexec,nosuid,nodev,mode=1777,size=65536k", "shm", f"{self.dir}/shm")
        if userns:
            os.chown(f"{self.dir}/shm", userns[0], userns[0])
        try:
            self.pin(default_sysctls())
            self.infra = None
            if infra:
                self.infra = self.create("sleep", "100000", infra=True)
                self.infra.start()
        except BaseException:
            self.remove()
            raise

    def pin(self, sysctls):
        """pinns: namespaces that no process is in, held by bind mounts below /var/run/{netns,ipcns,utsns,userns}."""
        keeper = subprocess.Popen(["unshare", *(["--user"] if self.userns else []), "--net", "--ipc", "--uts", "sleep", "1000"])
        try:
            def ready(kind):
                return os.readlink(f"/proc/{keeper.pid}/ns/{kind}") != os.readlink(f"/proc/self/ns/{kind}")
            wait_for(lambda: all(ready(k) for k in ("net", "ipc", "uts")), "the namespaces")
            if self.userns:
                for name in ("uid_map", "gid_map"):
                    write(f"/proc/{keeper.pid}/{name}", f"0 {self.userns[0]} {self.userns[1]}\n")
            for key, value in sysctls:
                run("nsenter", f"--net=/proc/{keeper.pid}/ns/net", f"--ipc=/proc/{keeper.pid}/ns/ipc", f"--uts=/proc/{keeper.pid}/ns/uts",
                    "sh", "-c", f"echo {value} > /proc/sys/{key.replace('.', '/')}")
            for kind, name in NAMESPACE_FILES.items():
                if kind != "user" or self.userns:
                    path = f"{self.dir}/{name}ns"
                    write(path, "")
                    run("mount", "--bind", f"/proc/{keeper.pid}/ns/{name}", path)
                    self.pins[kind] = path
        finally:
            keeper.kill()
            keeper.wait()

    def create(self, *args, **kw):
        c = Container(self, list(args), **kw)
        c.create()
        return c

    def remove(self):
        for c in reversed(self.containers):
            c.remove()
        for path in (*self.pins.values(), f"{self.dir}/shm"):
            run("umount", path, status=None)
        shutil.rmtree(os.path.dirname(self.dir))
        # The kubelet removes the pod's cgroup.
        if self.engine.systemd:
            run("systemctl", "stop", self.slice, "bkhcrio.slice")
        for tree in os.listdir("/sys/fs/cgroup"):
            for d in (f"/sys/fs/cgroup/{tree}{self.cgroup}", f"/sys/fs/cgroup/{tree}{self.engine.parent}"):
                with contextlib.suppress(OSError):
                    os.rmdir(d)
        for d in (self.cgroup, self.engine.parent):
            with contextlib.suppress(OSError):
                os.rmdir(f"/sys/fs/cgroup{d}")


class Container:
    def __init__(self, pod, args, infra=False, tty=False, stdin=False, stdin_once=False, log_max=-1, full_attach=False, edit=None, **cri):
        """@edit: function on config.json; @cri: user, memory, pids, readonly, mounts, seccomp, pid ("pod"), env, annotations"""
        self.pod, self.engine, self.args, self.infra = pod, pod.engine, args, infra
        self.tty, self.stdin, self.stdin_once, self.log_max, self.full_attach = tty, stdin, stdin_once, log_max, full_attach
        self.id = pod.id if infra else uuid.uuid4().hex * 2
        self.name = f"k8s_{'POD' if infra else 'c'}_pod_default_{self.id[:8]}_0"
        self.bundle = self.engine.rundir(self.id)
        self.log_path = f"{pod.dir}/{self.id[:12]}.log"
        self.layer = f"{self.engine.top}/storage/overlay/{self.id}"
        self.rootfs = f"{self.layer}/merged"
        self.pid = None
        self.cgroup = f"{pod.cgroup}/crio-{self.id}" + (".scope" if self.engine.systemd else "")
        for d in ("diff", "work", "merged"):
            os.makedirs(f"{self.layer}/{d}")
        if pod.userns:
            # containers/storage makes a layer whose files belong to the range, for kernels without idmapped layers.
            shutil.copytree(self.engine.lower, f"{self.layer}/lower", symlinks=True)
            run("chown", "-hR", f"{pod.userns[0]}:{pod.userns[0]}", f"{self.layer}/lower", f"{self.layer}/diff")
        lower = f"{self.layer}/lower" if pod.userns else self.engine.lower
        run("mount", "-t", "overlay", "overlay", "-o", f"lowerdir={lower},upperdir={self.layer}/diff,workdir={self.layer}/work", self.rootfs)
        self.spec = self.config(**cri)
        if edit:
            edit(self.spec)
        write(f"{self.bundle}/config.json", json.dumps(self.spec))
        pod.containers.append(self)
        pod.made.append(self.id)

    def config(self, user=0, memory=0, pids=0, readonly=False, mounts=(), seccomp=None, pid="container", env=(), annotations=None):
        pod, infra = self.pod, self.infra
        mode = "ro" if readonly or infra else "rw"
        bind = [mode, "bind"]
        all_mounts = [
            {"destination": "/proc", "type": "proc", "source": "proc", "options": ["nosuid", "noexec", "nodev"]},
            {"destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "strictatime", "mode=755", "size=65536k"]},
            {"destination": "/dev/pts", "type": "devpts", "source": "devpts",
             "options": ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"]},
            {"destination": "/dev/mqueue", "type": "mqueue", "source": "mqueue", "options": ["nosuid", "noexec", "nodev"]},
            {"destination": "/sys", "type": "sysfs", "source": "sysfs", "options": ["nosuid", "noexec", "nodev", "ro"]},
            *([] if infra else [{"destination": "/sys/fs/cgroup", "type": "cgroup", "source": "cgroup",
                                 "options": ["nosuid", "noexec", "nodev", "relatime", "ro"]}]),
            {"destination": "/dev/shm", "type": "bind", "source": f"{pod.dir}/shm", "options": ["rw", "bind"]},
            {"destination": "/etc/resolv.conf", "type": "bind", "source": f"{pod.dir}/resolv.conf",
             "options": [*bind, "nodev", "nosuid", "noexec"]},
            {"destination": "/etc/hostname", "type": "bind", "source": f"{pod.dir}/hostname", "options": bind},
            {"destination": "/run/.containerenv", "type": "bind", "source": f"{pod.dir}/.containerenv", "options": bind},
            *mounts]
        namespaces = [{"type": "pid"}, *({"type": k, "path": p} for k, p in pod.pins.items()), {"type": "mount"}]
        if pid == "pod":
            namespaces[0]["path"] = f"/proc/{pod.infra.pid}/ns/pid"
        if CGROUP2:
            namespaces.append({"type": "cgroup"})
        resources = {"devices": [{"allow": False, "access": "rwm"}], "cpu": {"shares": 2}}
        if not infra:
            resources["cpu"] = {"shares": 512, "quota": 50000, "period": 100000}
            resources["memory"] = {"limit": memory, "swap": memory} if memory else {}
            resources["pids"] = {"limit": pids}  # 0: CRI-O has no limit of its own
        return {
            "ociVersion": "1.0.2-dev",
            "process": {
                **({"terminal": True} if self.tty else {}),
                "user": {"uid": user, "gid": user, "additionalGids": [user]},
                "args": self.args,
                "env": [f"PATH={images.PATH}", "TERM=xterm", "HOSTNAME=the-pod", *env],
                "cwd": "/",
                "capabilities": {s: CAPABILITIES for s in ("bounding", "effective", "permitted")},
                "oomScoreAdj": -998 if infra and MAY_LOWER_OOM_SCORE else 1000,
            },
            "root": {"path": self.rootfs, **({"readonly": True} if readonly or infra else {})},
            "hostname": "the-pod",
            "mounts": all_mounts,
            "annotations": {
                "io.container.manager": "cri-o", "io.kubernetes.cri-o.ContainerID": self.id, "io.kubernetes.cri-o.SandboxID": pod.id,
                "io.kubernetes.cri-o.ContainerType": "sandbox" if infra else "container", "io.kubernetes.cri-o.TTY": str(self.tty).lower(),
                "io.kubernetes.cri-o.Labels": "{\"app\":\"x\"}", "io.kubernetes.cri-o.MountPoint": self.rootfs,
                "io.kubernetes.cri-o.LogPath": self.log_path, "io.kubernetes.cri-o.Volumes": "[]",
                "io.kubernetes.cri-o.Created": "2026-11-29T20:00:00.000000000Z", "kubernetes.io/config.source": "api",
                "io.kubernetes.container.terminationMessagePath": "/dev/termination-log", **(SYSTEMD_PROPERTIES if self.engine.systemd else {}),
                **(annotations or {})},
            "linux": {
                **({k: [{"containerID": 0, "hostID": pod.userns[0], "size": pod.userns[1]}] for k in ("uidMappings", "gidMappings")}
                   if pod.userns else {}),
                "resources": resources,
                "cgroupsPath": f"{pod.slice}:crio:{self.id}" if self.engine.systemd else self.cgroup,
                "namespaces": namespaces,
                "seccomp": seccomp or default_seccomp(),
                "maskedPaths": MASKED, "readonlyPaths": READ_ONLY}}

    def conmon(self, args, *, stderr=None, stdout=None):
        """Start a conmon and let it go on, as CRI-O does once it has put it into a cgroup -> (process, our end of the sync pipe)."""
        sync, child_sync = socket.socketpair()
        start, child_start = socket.socketpair()
        argv = [CONMON, *args]

        def pipes():
            os.dup2(child_sync.fileno(), 103)
            os.dup2(child_start.fileno(), 104)
            for to, of in zip(PIPES, (103, 104)):
                os.dup2(of, to)
        env = {"_OCI_SYNCPIPE": str(PIPES[0]), "_OCI_STARTPIPE": str(PIPES[1]), "XDG_RUNTIME_DIR": f"{self.engine.top}/xdg"}
        p = subprocess.Popen(argv, cwd=self.bundle, env=env, stdin=subprocess.DEVNULL, stdout=stdout or subprocess.DEVNULL,
                             stderr=stderr or subprocess.DEVNULL, preexec_fn=pipes, pass_fds=PIPES)
        child_sync.close()
        child_start.close()
        start.send(b"\0")
        start.close()
        return p, sync

    def said(self, sync, limit=2 * LONG):
        """One JSON object of conmon's."""
        sync.settimeout(limit)
        text = b""
        while not text.endswith(b"\n"):
            data = sync.recv(8192)
            if not data:
                break
            text += data
        return json.loads(text.decode())

    def create(self):
        """CreateContainer(): conmon's options in CRI-O's order"""
        e = self.engine
        args = ["-b", self.bundle, "-c", self.id, "--exit-dir", e.exits, "-l", self.log_path, "--log-level", "info", "-n", self.name,
                "-P", f"{self.bundle}/conmon-pidfile", "-p", f"{self.bundle}/pidfile", "--persist-dir", self.bundle, "-r", e.runtime,
                "--runtime-arg", f"--root={e.root}", "--socket-dir-path", e.attach, "--syslog", "-u", self.id]
        if e.systemd:
            args += ["-s"]
        if self.log_max >= 0:
            args += ["--log-size-max", str(self.log_max)]
        if self.full_attach:
            args += ["--full-attach"]
        if self.tty:
            args += ["-t"]
        elif self.stdin:
            args += ([] if self.stdin_once else ["--leave-stdin-open"]) + ["-i"]
        p, sync = self.conmon(args)
        try:
            equal(p.wait(2 * LONG), 0, "status of conmon, which forks")
            info = self.said(sync)
        except ValueError:
            raise CreateFailed("error reading container (probably exited) json message")
        finally:
            sync.close()
        if info["pid"] == -1:
            self.engine.command("delete", "--force", self.id)
            raise CreateFailed(f"container create failed: {info.get('message', '')}")
        self.pid = info["pid"]

    def start(self):
        equal(self.engine.command("start", self.id).all, "", "output of start")

    def state(self):
        return json.loads(self.engine.command("state", self.id).out)

    def status(self):
        return self.state()["status"]

    def exit_file(self):
        path = f"{self.engine.exits}/{self.id}"
        return wait_for(lambda: os.path.exists(path) and read(path), "the exit file")

    def oom_killed(self):
        return os.path.exists(f"{self.bundle}/oom")

    def log(self):
        """[(stream, F or P, text)] of the log in the kubelet's format"""
        return [tuple(line.split(" ", 3)[1:]) for line in read(self.log_path).splitlines()]

    def output(self, *streams):
        """Of both streams, or of one: which of both conmon reads first is nobody's to say."""
        return "".join(text + ("\n" if tag == "F" else "") for stream, tag, text in self.log() if stream in (streams or ("stdout", "stderr")))

    def process_file(self, args, tty):
        path = f"{self.bundle}/exec-process-{uuid.uuid4().hex[:8]}"
        write(path, json.dumps({**self.spec["process"], "args": list(args), "terminal": tty}))
        return path

    def exec_sync(self, *args, timeout=0):
        """ExecSyncContainer(): by a conmon of its own -> (exit code, stdout, stderr or conmon's message)"""
        e = self.engine
        file, log, pidfile = self.process_file(args, self.tty), f"{self.bundle}/exec-log", f"{self.bundle}/exec-pid"
        write(pidfile, "")
        write(log, "")
        argv = ["-c", self.id, "-n", self.name, "-r", e.runtime, "-p", pidfile, "-e", "-l", log, "--socket-dir-path", e.attach, "--log-level", "info",
                "--sync", "--log-global-size-max", str(EXEC_OUTPUT_MAX), *(["-t"] if self.tty else []), *(["-T", str(timeout)] if timeout else []),
                *(["-s"] if e.systemd else []),
                "--exec-process-spec", file, "--runtime-arg", f"--root={e.root}"]
        p, sync = self.conmon(argv)
        try:
            p.wait(2 * LONG)
            info = self.said(sync)
        finally:
            sync.close()
            p.kill()
            p.wait()
            os.unlink(file)
        out = {"stdout": "", "stderr": ""}
        for line in read(log).splitlines():
            _, stream, tag, text = line.split(" ", 3)
            out[stream] += text + ("" if tag == "P" else "\n")
        return info["exit_code"], out["stdout"], info.get("message") or out["stderr"]

    def exec(self, *args, stdin=None, status=0):
        """ExecContainer() without a terminal: the runtime itself, in the foreground"""
        file = self.process_file(args, False)
        try:
            return self.engine.command("exec", "--process", file, self.id, stdin=stdin or "", status=status)
        finally:
            os.unlink(file)

    @contextlib.contextmanager
    def exec_tty(self, *args):
        """ExecContainer() with one: CRI-O makes it and is the runtime's -> (process, master)"""
        import pty
        file = self.process_file(args, True)
        master, slave = pty.openpty()
        systemd = ["--systemd-cgroup"] if self.engine.systemd else []
        p = subprocess.Popen([self.engine.runtime, "--root", self.engine.root, *systemd, "exec", "--process", file, self.id], stdin=slave, stdout=slave,
                             stderr=slave, env={"XDG_RUNTIME_DIR": f"{self.engine.top}/xdg"}, start_new_session=True)
        os.close(slave)
        try:
            yield p, master
        finally:
            os.close(master)
            p.kill()
            p.wait()
            os.unlink(file)

    def attached(self):
        return Attached(self)

    def control(self, *numbers):
        """A line for conmon's control fifo: 1 HEIGHT WIDTH, or 2 0 0 for a new log file"""
        with open(f"{self.bundle}/ctl", "w") as f:
            f.write("%d %d %d\n" % numbers)

    def remove(self):
        """StopContainer() without patience, and RemoveContainer()"""
        if self.pid is not None:
            self.engine.command("kill", self.id, "KILL", status=None)
            self.exit_file()
            equal(self.engine.command("delete", "--force", self.id).all, "", "output of delete")
            conmon = int(read(f"{self.bundle}/conmon-pidfile"))
            wait_for(lambda: not os.path.exists(f"/proc/{conmon}"), "the end of conmon")
        with contextlib.suppress(FileNotFoundError):
            os.unlink(f"{self.engine.attach}/{self.id}")  # conmon's way around the length of an address
        run("umount", self.rootfs)
        shutil.rmtree(self.layer)
        if not self.infra:
            shutil.rmtree(os.path.dirname(self.bundle))
        self.pod.containers.remove(self)


class Attached:
    """AttachContainer(): conmon's socket, a packet with the number of the stream before its bytes"""

    def __init__(self, c):
        directory = c.bundle if c.full_attach else f"{c.engine.attach}/{c.id}"
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        # The path of a full attach is longer than an address of a socket may be.
        fd = os.open(f"{directory}/attach", os.O_PATH)
        try:
            self.socket.connect(f"/proc/self/fd/{fd}")
        finally:
            os.close(fd)
        self.socket.settimeout(LONG)
        self.text = {1: "", 2: "", 3: ""}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, text):
        self.socket.send(text.encode())

    def no_more(self):
        self.socket.shutdown(socket.SHUT_WR)

    def until(self, part, stream=2):
        """Read until the stream (2: stdout, 3: stderr) has shown it."""
        end = time.monotonic() + LONG
        while part not in self.text[stream]:
            if time.monotonic() > end:
                raise Failure(f"{part!r} not in {self.text}")
            data = self.socket.recv(BUFFER + 1)
            if not data:
                raise Failure(f"the end before {part!r}: {self.text}")
            self.text[data[0]] += data[1:].decode(errors="replace")
        return self.text[stream]

    def rest(self):
        while data := self.socket.recv(BUFFER + 1):
            self.text[data[0]] += data[1:].decode(errors="replace")
        return self.text[2]
