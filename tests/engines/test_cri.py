#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Pods as a kubelet makes them: containerd's CRI plugin with bulkhead as the handler of a RuntimeClass, runc as another one."""
import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import cri  # noqa: E402
import images  # noqa: E402
from harness import (BULKHEAD, LONG, TOP, cgroups, check, equal, has, id_ranges, main, mount_points, none_left, proc_status, read, run, test,  # noqa: E402
                     wait_for, write)

top = tempfile.mkdtemp(prefix="bkhcri-", dir="/var/tmp")
IMAGE, PAUSE = "docker.io/library/bb:latest", "docker.io/library/pause:latest"
INSTALLED = "/usr/local/sbin/bulkhead"
BRIDGE, SUBNET = "bkhcni0", "172.30.253.0/24"
PARENT = f"bkhcri-{os.getpid()}"
client = None
UNCONFINED = 1
CREATED, RUNNING, EXITED = 0, 1, 2


def shipped_handler():
    """The handler that contrib/kubernetes' RuntimeClass names, as contrib/containerd configures it; with cgroupfs and our binary."""
    handler = re.search(r"^handler: (\S+)$", read(f"{TOP}/contrib/kubernetes/runtimeclass.yaml"), re.MULTILINE).group(1)
    text = read(f"{TOP}/contrib/containerd/config.toml")
    tables = text[text.index(f'[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.{handler}]'):]
    check(f'BinaryName = "{INSTALLED}"' in tables and "SystemdCgroup = true" in tables, tables)
    return tables.replace(INSTALLED, BULKHEAD).replace("SystemdCgroup = true", "SystemdCgroup = false")


def configure():
    runtime = '[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.{0}]\n  runtime_type = "io.containerd.runc.v2"\n' \
              '[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.{0}.options]\n  BinaryName = "{1}"\n'
    write(f"{top}/config.toml", f'version = 2\nroot = "{top}/root"\nstate = "{top}/state"\n[grpc]\n  address = "{top}/containerd.sock"\n'
          f'[ttrpc]\n  address = "{top}/ttrpc"\n[plugins."io.containerd.grpc.v1.cri"]\n  sandbox_image = "{PAUSE}"\n'
          f'  disable_tcp_service = true\n  stream_server_port = "0"\n  restrict_oom_score_adj = true\n  enable_unprivileged_ports = true\n  enable_unprivileged_icmp = true\n'
          f'[plugins."io.containerd.grpc.v1.cri".cni]\n  bin_dir = "/usr/lib/cni"\n  conf_dir = "{top}/net.d"\n'
          f'[plugins."io.containerd.internal.v1.opt"]\n  path = "{top}/opt"\n'
          + shipped_handler() + runtime.format("runc", "/usr/sbin/runc"))
    os.makedirs(f"{top}/net.d")
    write(f"{top}/net.d/10-test.conflist", json.dumps({"cniVersion": "0.4.0", "name": "bkhcri", "plugins": [
        {"type": "bridge", "bridge": BRIDGE, "isGateway": True,
         "ipam": {"type": "host-local", "dataDir": f"{top}/ipam", "ranges": [[{"subnet": SUBNET}]]}}]}))


class Pod:
    def __init__(self, handler, **linux):
        name = uuid.uuid4().hex[:12]
        self.config = {"metadata": {"name": name, "uid": name, "namespace": "default"}, "hostname": "" if "security_context" in linux else "the-pod",
                       "log_directory": f"{top}/logs/{name}",
                       "labels": {"app": name}, "linux": {"cgroup_parent": f"/{PARENT}", **linux}}
        os.makedirs(self.config["log_directory"])
        self.handler, self.containers = handler, []
        self.id = client("RunPodSandbox", config=self.config, runtime_handler=handler)["pod_sandbox_id"]

    def create(self, *command, name="c", resources=None, security=None, mounts=(), **config):
        security = {"namespace_options": {"pid": 1}, **(security or {})}
        full = {"metadata": {"name": name}, "image": {"image": IMAGE}, "command": list(command), "log_path": f"{name}.log", "mounts": list(mounts),
                "linux": {"resources": resources or {}, "security_context": security}, **config}
        cid = client("CreateContainer", pod_sandbox_id=self.id, config=full, sandbox_config=self.config)["container_id"]
        self.containers.append(cid)
        return cid

    def start(self, *command, **kw):
        cid = self.create(*command, **kw)
        client("StartContainer", container_id=cid)
        return cid

    def log(self, name="c"):
        path = f"{self.config['log_directory']}/{name}.log"
        return "".join(line.split(" ", 3)[3] for line in read(path).splitlines(keepends=True)) if os.path.exists(path) else ""

    def address(self):
        return client("PodSandboxStatus", pod_sandbox_id=self.id)["status"]["network"]["ip"]

    def remove(self):
        client("StopPodSandbox", pod_sandbox_id=self.id)
        client("RemovePodSandbox", pod_sandbox_id=self.id)


@contextlib.contextmanager
def pod(handler="bulkhead", **linux):
    p = Pod(handler, **linux)
    try:
        yield p
    finally:
        p.remove()
        none_left(lambda: {k: v for k, v in id_ranges().items() if v.startswith(top)}, "id ranges")
        none_left(lambda: [c for i in [p.id, *p.containers] for c in cgroups(i)], "cgroups")


def status(cid):
    return client("ContainerStatus", container_id=cid)["status"]


def pid_of(cid):
    return json.loads(client("ContainerStatus", container_id=cid, verbose=True)["info"]["info"])["pid"]


def inside(cid, *cmd, code=0):
    r = client("ExecSync", container_id=cid, cmd=list(cmd), timeout=60)
    equal(r["exit_code"], code, f"{cmd}: {r}")
    return r["stdout"].decode()


def ended(cid):
    wait_for(lambda: status(cid)["state"] == EXITED, "its end")
    return status(cid)["exit_code"]


def is_ready():
    """The plugin begins to serve, and to read the configuration of networks, some time after its daemon."""
    try:
        conditions = {c["type"]: c["status"] for c in client("Status")["status"]["conditions"]}
    except cri.Error:
        return False
    return conditions["RuntimeReady"] and conditions["NetworkReady"]


@test
def the_engine_is_ready():
    wait_for(is_ready, "runtime and network")


@test
def two_containers_share_a_pod():
    with pod() as p:
        a = p.start("sh", "-c", "echo from a > /tmp/f; httpd -p 80 -h /tmp; sleep 1000", name="a")
        b = p.start("sleep", "1000", name="b")
        shared = ("net", "ipc", "uts", "user")
        equal([os.readlink(f"/proc/{pid_of(a)}/ns/{n}") for n in shared], [os.readlink(f"/proc/{pid_of(b)}/ns/{n}") for n in shared])
        for n in ("pid", "mnt", "cgroup"):
            check(os.readlink(f"/proc/{pid_of(a)}/ns/{n}") != os.readlink(f"/proc/{pid_of(b)}/ns/{n}"), n)
        wait_for(lambda: client("ExecSync", container_id=b, cmd=["wget", "-qO-", "http://127.0.0.1/f"], timeout=60)["stdout"] == b"from a\n", "the page")
        equal(inside(b, "hostname"), "the-pod\n")
        has(inside(b, "ip", "-o", "addr"), p.address())
        equal(inside(b, "cat", "/proc/sys/net/ipv4/ping_group_range").split(), ["0", "65535"])


@test
def confined_whatever_the_kubelet_asks():
    with pod() as p:
        for security in ({}, {"seccomp": {"profile_type": UNCONFINED}}, {"capabilities": {"add_capabilities": ["SYS_ADMIN", "NET_RAW"]}}):
            pid = pid_of(p.start("sleep", "1000", name=f"c{len(p.containers)}", security=security))
            check(int(proc_status(pid, "Uid").split()[0]) >= 65536, "an unprivileged uid on the host")
            equal((proc_status(pid, "Seccomp"), proc_status(pid, "NoNewPrivs")), ("2", "1"), security)
            equal(int(proc_status(pid, "CapBnd"), 16) & (1 << 21 | 1 << 13), 0, "SYS_ADMIN and NET_RAW")
        c = p.start("sleep", "1000", name="user", security={"run_as_user": {"value": 1000}})
        equal(inside(c, "id", "-u"), "1000\n")
    with pod("runc") as p:  # the contrast
        pid = pid_of(p.start("sleep", "1000"))
        equal((proc_status(pid, "Uid").split()[0], proc_status(pid, "Seccomp"), proc_status(pid, "NoNewPrivs")), ("0", "0", "0"))


@test
def exec_logs_and_exit_codes():
    with pod() as p:
        c = p.start("sh", "-c", "echo to stdout; echo to stderr >&2; read x < /tmp/no; sleep 1000", envs=[{"key": "A", "value": "b c"}],
                    working_dir="/tmp")
        equal(inside(c, "sh", "-c", "echo $A; pwd"), "b c\n/tmp\n")
        inside(c, "sh", "-c", "exit 7", code=7)
        wait_for(lambda: sorted(p.log().splitlines())[-2:] == ["to stderr", "to stdout"], "the log")
        d = p.start("sh", "-c", "exit 3", name="d")
        equal(ended(d), 3)
        client("StopContainer", container_id=c, timeout=0)
        equal(ended(c), 137)
        equal(ended(p.start("sh", "-c", "trap 'exit 4' TERM; kill -TERM $$; sleep 5", name="t")), 4)
        for container in (c, d):
            client("RemoveContainer", container_id=container)


@test
def what_cannot_start_says_so():
    with pod() as p:
        c = p.create("no-such-program")
        try:
            client("StartContainer", container_id=c)
            check(False, "it started")
        except cri.Error as e:
            has(e.text, 'exec: "no-such-program": executable file not found in $PATH')
        equal(status(c)["exit_code"], 128)


@test
def limits_update_and_stats():
    with pod() as p:
        c = p.start("sh", "-c", "while :; do :; done", resources={"memory_limit_in_bytes": 64 << 20, "cpu_period": 100000, "cpu_quota": 20000})
        (memory,) = [path for path in cgroups(c) if "/memory/" in path]
        equal(read(f"{memory}/memory.limit_in_bytes").strip(), str(64 << 20))
        client("UpdateContainerResources", container_id=c, linux={"memory_limit_in_bytes": 96 << 20, "cpu_quota": 30000, "cpu_period": 100000})
        equal(read(f"{memory}/memory.limit_in_bytes").strip(), str(96 << 20))
        equal(read(memory.replace("/memory/", "/cpu/") + "/cpu.cfs_quota_us").strip(), "30000")
        wait_for(lambda: client("ContainerStats", container_id=c)["stats"]["cpu"]["usage_core_nano_seconds"]["value"] > 10**7, "CPU time")
        check(client("ContainerStats", container_id=c)["stats"]["memory"]["working_set_bytes"]["value"] > 0, "memory")
        # A kill is told when the engine has come to watch: it has once the container is said to have started.
        hog = p.start("sh", "-c", "until [ -e /tmp/go ]; do sleep 0.1; done; exec dd if=/dev/zero of=/dev/null bs=60M count=1", name="hog",
                      resources={"memory_limit_in_bytes": 20 << 20})
        inside(hog, "touch", "/tmp/go")
        equal(ended(hog), 137)
        wait_for(lambda: status(hog)["reason"] == "OOMKilled", "the reason")


@test
def volumes_of_a_pod():
    """emptyDir and hostPath are directories of the host: the kubelet's are made for whoever runs inside, others stay the host's."""
    volume = f"{top}/volume"
    os.makedirs(volume, mode=0o777, exist_ok=True)
    os.chmod(volume, 0o777)
    with pod() as p:
        a = p.start("sh", "-c", "echo shared > /v/f; sleep 1000", name="a", mounts=[{"container_path": "/v", "host_path": volume}])
        b = p.start("sleep", "1000", name="b", mounts=[{"container_path": "/v", "host_path": volume, "readonly": True}])
        wait_for(lambda: client("ExecSync", container_id=b, cmd=["cat", "/v/f"], timeout=60)["stdout"] == b"shared\n", "the file")
        inside(b, "sh", "-c", "echo x > /v/f", code=1)
        inside(a, "sh", "-c", "echo again > /v/f")
        equal(read(f"{volume}/f"), "again\n")
        try:
            p.create("true", name="s", mounts=[{"container_path": "/s", "host_path": f"{top}/containerd.sock"}])
            client("StartContainer", container_id=p.containers[-1])
            check(False, "a control socket was handed in")
        except cri.Error as e:
            has(e.text, "policy: binds")


@test
def privileged_pods_and_host_namespaces_are_refused():
    for linux in ({"security_context": {"namespace_options": {"network": 2}}}, {"security_context": {"namespace_options": {"pid": 2}}},
                  {"security_context": {"namespace_options": {"ipc": 2}}}):
        try:
            p = Pod("bulkhead", **linux)
            p.remove()
            check(False, f"{linux} was not refused")
        except cri.Error as e:
            has(e.text, "policy: namespaces")
    with pod("runc", security_context={"namespace_options": {"network": 2}}):
        pass


@test
def sysctls_of_a_pod():
    with pod(sysctls={"net.ipv4.ip_unprivileged_port_start": "0", "kernel.shm_rmid_forced": "1"}) as p:
        c = p.start("sleep", "1000")
        equal(inside(c, "cat", "/proc/sys/net/ipv4/ip_unprivileged_port_start", "/proc/sys/kernel/shm_rmid_forced"), "0\n1\n")


@test(limit=900)
def ten_pods_at_once():
    pods = []
    try:
        for _ in range(10):
            pods.append(Pod("bulkhead"))
            pods[-1].start("sleep", "1000")
        maps = {read(f"/proc/{pid_of(p.containers[0])}/uid_map").split()[1] for p in pods}
        equal(len(maps), 10, "ranges of ids")
        equal(len({p.address() for p in pods}), 10, "addresses")
    finally:
        for p in pods:
            p.remove()


def load_images():
    for name, command in ((IMAGE, ["/bin/sh"]), (PAUSE, ["sleep", "1000000"])):
        images.busybox_archive(f"{top}/image.tar", name, command)
        run("ctr", "--address", f"{top}/containerd.sock", "-n", "k8s.io", "image", "import", f"{top}/image.tar")


if __name__ == "__main__":
    configure()
    log = open(f"{top}/log", "w")
    daemon = subprocess.Popen(["containerd", "-c", f"{top}/config.toml"], stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True)
    try:
        wait_for(lambda: run("ctr", "--address", f"{top}/containerd.sock", "version", status=None).status == 0, "containerd answers", 2 * LONG, 0.2)
        client = cri.Client(f"{top}/containerd.sock")
        wait_for(is_ready, "the plugin answers")
        load_images()
        main()
    finally:
        if client:
            client.close()
        daemon.send_signal(signal.SIGTERM)
        try:
            daemon.wait(LONG)
        except subprocess.TimeoutExpired:
            daemon.kill()
        run("ip", "link", "del", BRIDGE, status=None)
        for m in sorted((m for m in mount_points() if m.startswith(top + "/")), reverse=True):
            run("umount", m, status=None)
        for tree in os.listdir("/sys/fs/cgroup"):
            for directory, _, _ in os.walk(f"/sys/fs/cgroup/{tree}/{PARENT}", topdown=False):
                with contextlib.suppress(OSError):
                    os.rmdir(directory)
        shutil.rmtree(top, ignore_errors=True)
