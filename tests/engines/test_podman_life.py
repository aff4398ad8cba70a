#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Pods, health checks, YAML of Kubernetes, ranges of ids that podman chooses, and images that podman and buildah build."""
import json
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from podbox import ENV, box, is_hierarchy, podman, podman_run, ranges_left, remove, top  # noqa: E402
from harness import BULKHEAD, check, equal, has, main, proc_status, read, run, test, wait_for, write  # noqa: E402


def pid_of(c):
    return int(podman("inspect", "-f", "{{.State.Pid}}", c).out)


@test
def a_pod_with_two_containers():
    """podman makes a pod's infrastructure container first; the others join its namespaces."""
    write(f"{top}/Pause", "FROM bb\nENTRYPOINT [\"sleep\", \"100000\"]\n")
    podman("build", "-q", "-t", "localhost/pause", "-f", f"{top}/Pause", top, limit=300)
    # A cgroup of the pod's own is more than podman 4.3 can take away on a host with hugetlb on cgroup v2 alone.
    podman("pod", "create", "--name", "p1", "--share-parent=false", "--infra-image", "localhost/pause", "--infra-command",
           "sleep 100000")
    try:
        podman("run", "-d", "--pod", "p1", "--name", "a", "bb", "sh", "-c", "echo from a > /tmp/f; httpd -f -p 8080 -h /tmp")
        podman("run", "-d", "--pod", "p1", "--name", "b", "bb", "sleep", "1000")
        for ns in ("net", "ipc", "uts", "user"):
            equal(*[os.readlink(f"/proc/{pid_of(c)}/ns/{ns}") for c in ("a", "b")], ns)
        wait_for(lambda: podman("exec", "b", "wget", "-qO-", "http://127.0.0.1:8080/f", status=None).out == "from a\n", "the page")
        check(int(read(f"/proc/{pid_of('a')}/uid_map").split()[1]) >= 65536, "ids of the host")
        podman("pod", "stop", "-t", "1", "p1", limit=300)
        podman("pod", "start", "p1")
        equal(podman("pod", "inspect", "-f", "{{.State}}", "p1").out, "Running\n")
        podman("pod", "pause", "p1")
        equal(podman("inspect", "-f", "{{.State.Status}}", "b").out, "paused\n")
        podman("pod", "unpause", "p1")
    finally:
        podman("pod", "rm", "-f", "-t", "0", "p1", limit=300)
    ranges_left()


@test
def health_checks():
    podman("run", "-d", "--name", "h", "--network=none", "--health-cmd", "test -e /tmp/well", "--health-interval", "disable", "bb",
           "sh", "-c", "touch /tmp/well; sleep 1000")
    try:
        wait_for(lambda: podman("healthcheck", "run", "h", status=None).status == 0, "healthy")
        podman("exec", "h", "rm", "/tmp/well")
        equal(podman("healthcheck", "run", "h", status=None).status, 1)
        podman("healthcheck", "run", "h", status=None)
        podman("healthcheck", "run", "h", status=None)
        equal(podman("inspect", "-f", "{{.State.Health.Status}}", "h").out, "unhealthy\n")
    finally:
        remove("h")


@test
def yaml_out_and_in():
    podman("run", "-d", "--name", "web", "-m", "64m", "-e", "A=b", "bb", "sleep", "1000")
    try:
        text = podman("generate", "kube", "web").out
    finally:
        remove("web")
    has(text, "kind: Pod")
    write(f"{top}/pod.yaml", text)
    podman("play", "kube", f"{top}/pod.yaml", limit=300)
    try:
        name = [n for n in podman("ps", "--format", "{{.Names}}").out.split() if n.endswith("-web")][0]
        equal(podman("exec", name, "sh", "-c", "echo $A").out, "b\n")
        check(int(proc_status(pid_of(name), "Uid").split()[0]) >= 65536, "an unprivileged uid")
    finally:
        # podman 4.3 takes a plain directory for a cgroup hierarchy here and fails to remove it; the pod is gone all the same.
        r = podman("play", "kube", "--down", f"{top}/pod.yaml", limit=300, status=None)
        check(r.status == 0 or "/sys/fs/cgroup/hugetlb/" in r.err and not is_hierarchy("hugetlb"), r)
        equal(podman("ps", "-aq").out, "")
    ranges_left()


@test
def ids_that_podman_chose():
    """--userns=auto and --uidmap are honoured: the map is podman's, and files of the image are root's inside."""
    podman("run", "-d", "--name", "m", "--network=none", "--uidmap", "0:700000:65536", "--gidmap", "0:800000:65536", "bb", "sleep", "1000")
    try:
        equal(read(f"/proc/{pid_of('m')}/uid_map").split(), ["0", "700000", "65536"])
        equal(read(f"/proc/{pid_of('m')}/gid_map").split(), ["0", "800000", "65536"])
        equal(podman("exec", "m", "stat", "-c", "%u %g", "/bin/busybox").out, "0 0\n")
    finally:
        remove("m")
    r = podman("run", "--rm", "--network=none", "--uidmap", "0:0:65536", "bb", "true", status=None)
    equal(r.status, 126, r)
    has(r.err, "policy: userns")
    if not any(line.startswith("containers:") for line in read("/etc/subuid").splitlines()):
        has(podman("run", "--rm", "--userns=auto", "bb", "true", status=None).err, "containers")
        return
    text = podman("run", "--rm", "--userns=auto", "bb", "cat", "/proc/self/uid_map").out.split()
    check(int(text[1]) >= 65536, text)


@test
def volumes_and_secrets():
    podman("volume", "create", "v1")
    try:
        podman_run("--network=none", "-v", "v1:/v", "bb", "sh", "-c", "echo data > /v/f; chown 7:8 /v/f")
        equal(podman_run("--network=none", "-v", "v1:/v:ro", "bb", "stat", "-c", "%u:%g", "/v/f").out, "7:8\n")
        has(podman_run("--network=none", "-v", "v1:/v:ro", "bb", "touch", "/v/g", status=None).err, "Read-only file system")
    finally:
        podman("volume", "rm", "v1")


@test
def cgroups_as_asked():
    """--cgroups=no-conmon leaves conmon where it was; "disabled" asks for a container without limits, which is refused."""
    cid = podman("run", "-d", "--network=none", "--cgroups=no-conmon", "--pids-limit", "77", "bb", "sleep", "1000").out.strip()
    try:
        path = [line.split(":", 2)[2] for line in read(f"/proc/{pid_of(cid)}/cgroup").splitlines() if ":pids:" in line]
        base = f"/sys/fs/cgroup/pids{path[0]}" if path else f"/sys/fs/cgroup{read(f'/proc/{pid_of(cid)}/cgroup').strip()[3:]}"
        equal(read(f"{base}/pids.max").strip(), "77")
    finally:
        remove(cid)
    r = podman("run", "--rm", "--network=none", "--cgroups=disabled", "bb", "true", status=None)
    check(r.status != 0, "a container without a cgroup")


@test
def restart_and_wait():
    cid = podman("run", "-d", "--network=none", "--restart", "on-failure:2", "bb", "sh", "-c", "echo x >> /log; exit 3").out.strip()
    try:
        wait_for(lambda: podman("inspect", "-f", "{{.State.Status}} {{.RestartCount}}", cid).out == "exited 2\n", "two restarts", step=0.2)
        equal(podman("wait", cid).out, "3\n")
    finally:
        remove(cid)
    cid = podman("run", "-d", "--network=none", "bb", "sleep", "1000").out.strip()
    first = pid_of(cid)
    podman("restart", "-t", "0", cid)
    check(pid_of(cid) != first, "a new process")
    table = podman("top", cid, "hpid", "huser", "args").out
    check(re.search(rf"^{pid_of(cid)}\s+\d+\s+sleep 1000", table, re.MULTILINE), table)
    stats = json.loads(podman("stats", "--no-stream", "--format", "json", cid).out)
    equal(stats[0]["pids"], "1")
    remove(cid)
    ranges_left()


@test(limit=900)
def images_are_built():
    write(f"{top}/Containerfile", "FROM bb\nRUN id -u > /who && cat /proc/self/uid_map > /map && mkdir /opt && chown 1000:1000 /opt\n"
          "USER 1000\nRUN touch /opt/mine\n")
    podman("build", "-t", "built", "-f", f"{top}/Containerfile", top, limit=600)
    equal(podman_run("--network=none", "built", "stat", "-c", "%u", "/who", "/opt", "/opt/mine").out, "0\n1000\n1000\n")
    check(int(podman_run("--network=none", "built", "cat", "/map").out.split()[1]) >= 65536, "the step had ids of its own")


@test(limit=900)
def buildah_runs_in_it():
    def buildah(*args, **kw):
        return run("buildah", "--root", f"{top}/root", "--runroot", f"{top}/run", *args, env=ENV, **kw)
    name = buildah("from", "--pull-never", "localhost/bb").out.strip()
    try:
        r = buildah("run", "--runtime", BULKHEAD, "--network", "none", "--isolation", "oci", name, "--", "cat", "/proc/self/uid_map", limit=600)
        check(int(r.out.split()[1]) >= 65536, r.out)
        equal(buildah("run", "--runtime", BULKHEAD, "--isolation", "oci", name, "--", "sh", "-c", "exit 6", status=None).status, 6)
        buildah("run", "--runtime", BULKHEAD, "--isolation", "oci", "--user", "1000", name, "--", "touch", "/tmp/mine")
        buildah("commit", name, "localhost/made")
        equal(podman_run("--network=none", "localhost/made", "stat", "-c", "%u", "/tmp/mine").out, "1000\n")
    finally:
        buildah("rm", name)
    ranges_left()


if __name__ == "__main__":
    with box():
        main()
