#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The scenes of the host's dockerd under the one of a newer Debian, beside its newer runc; and what only a newer one can do."""
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import newer  # noqa: E402

newer.enter()
import dockerd  # noqa: E402
import test_docker  # noqa: E402,F401
import test_docker_exec  # noqa: E402,F401
import test_docker_life  # noqa: E402
from harness import BULKHEAD, TOP, check, equal, has, leave_out, mount_points, only_if, run, scratch, test, wait_for, write  # noqa: E402

d = dockerd.make()
d.runtimes["by-shim"] = {"runtimeType": "io.containerd.runc.v2", "options": {"BinaryName": BULKHEAD}}
# A whole Debian as an image, more of the same, and what is between the runtime and the kernel alone.
leave_out("debian_tree", "fifty_at_once", "hogs_die_inside_their_limit")


# For checkpoints.
d.options["experimental"] = True


@test
def checkpoint():
    """What is started from one no dockerd of late can do, with runc either: it looks for the network namespace of process 0."""
    with d.container("bb", "sh", "-c", "i=0; while :; do i=$((i+1)); echo $i > /count; sleep 0.1; done") as cid:
        wait_for(lambda: int(d("exec", cid, "cat", "/count", status=None).out.strip() or 0) > 3, "a count")
        for name, options, state in (("one", ["--leave-running"], "running"), ("two", [], "exited")):
            d("checkpoint", "create", *options, cid, name)
            wait_for(lambda: d.inspect(cid, "{{.State.Status}}") == state, state)
        equal(sorted(d("checkpoint", "ls", cid).out.split()[2:]), ["one", "two"])


@test
def it_reads_the_files_of_contrib():
    """--validate, since 23."""
    for name in ("docker", "swarm"):
        run("dockerd", "--validate", "--config-file", f"{TOP}/contrib/{name}/daemon.json")


@test
def it_knows_what_the_runtime_can_do():
    """docker asks for features, and shows them."""
    runtimes = json.loads(d("info", "-f", "{{json .Runtimes}}").out)
    features = json.loads(runtimes["bulkhead"]["status"]["org.opencontainers.runtime-spec.features"])
    theirs = json.loads(runtimes["runc"]["status"]["org.opencontainers.runtime-spec.features"])
    check(set(theirs["mountOptions"]) <= set(features["mountOptions"]), "options of mounts that runc knows")
    check(set(theirs["linux"]["namespaces"]) <= set(features["linux"]["namespaces"]), "namespaces that runc knows")
    # Newer than docker 20.10, in which no runtime is asked for anything.
    check(int(d("version", "-f", "{{.Server.Version}}").out.split(".")[0]) > 20, "a newer dockerd")


@test
def a_runtime_by_its_shim():
    with d.container("bb", "sleep", "1000", runtime="by-shim") as c:
        test_docker_life.is_ours(c)
        equal(d("exec", c, "id", "-u").out, "0\n")
    test_docker_life.nothing_left()


@test
def read_only_binds_are_so_all_the_way_down():
    """readonly means recursively, since 25, where the runtime says that it can do that."""
    with scratch() as h:
        os.makedirs(f"{h}/b/sub")
        run("mount", "-t", "tmpfs", "-o", "mode=777", "none", f"{h}/b/sub")
        try:
            os.chmod(f"{h}/b", 0o777)
            for option, writable in (("", ""), (",bind-recursive=readonly,bind-propagation=rprivate", ""), (",bind-recursive=writable", "sub\n")):
                r = d.bulkhead("--mount", f"type=bind,source={h}/b,target=/b,readonly{option}", "bb", "sh", "-c",
                               "touch /b/x && echo top; touch /b/sub/x && echo sub", status=None)
                equal(r.out, writable, option)
            equal(d.bulkhead("--mount", f"type=bind,source={h}/b,target=/b,bind-recursive=disabled", "bb", "ls", "/b/sub").out, "")
        finally:
            run("umount", f"{h}/b/sub")


@test
def a_part_of_a_volume():
    """volume-subpath, since 26: a mount in docker's own directory, which is the volume's all the same."""
    d("volume", "create", "whole")
    with scratch() as h:
        os.makedirs(f"{h}/sub")
        os.chmod(h, 0o755)
        d("volume", "create", "-o", "type=none", "-o", "o=bind", "-o", f"device={h}", "hosts")
        try:
            d.bulkhead("-v", "whole:/v", "bb", "sh", "-c", "mkdir -p /v/a/b; echo deep > /v/a/b/f; chown 5:6 /v/a/b/f; chown 1000 /v/a")
            ask = "cat /m/f; stat -c %u:%g /m /m/f; touch /m/n; stat -c %u /m/n; rm /m/n"
            for runtime in (d.bulkhead, d.runc):
                equal(runtime("--mount", "type=volume,source=whole,target=/m,volume-subpath=a/b", "bb", "sh", "-c", ask).out, "deep\n0:0\n5:6\n0\n")
            # A volume that is a directory of the host stays one.
            r = d.bulkhead("--mount", "type=volume,source=hosts,target=/m,volume-subpath=sub", "bb", "touch", "/m/x", status=None)
            has(r.err, "Permission denied")
            equal(os.listdir(f"{h}/sub"), [])
            equal([m for m in mount_points() if "safe-mount" in m], [], "docker's mounts")
        finally:
            d("volume", "rm", "whole", "hosts")


@only_if(newer.version("dockerd", "--version") >= (27, 0))
def sysctls_of_one_network_device():
    """And a second network from the start."""
    for name, subnet in (("left", "172.30.252.0/24"), ("right", "172.30.253.0/24")):
        d("network", "create", "--internal", "--subnet", subnet, name)
    try:
        r = d.bulkhead("--network=left", "--network", "name=right,driver-opt=com.docker.network.endpoint.sysctls=net.ipv4.conf.IFNAME.log_martians=1",
                       "bb", "sh", "-c", "cat /proc/sys/net/ipv4/conf/eth?/log_martians | sort; ip -o link | wc -l")
        equal(r.out, "0\n1\n3\n")
    finally:
        d("network", "rm", "left", "right")


@test
def containers_may_be_told_more():
    """--annotation, which reaches config.json, and --cgroupns."""
    with d.container("--annotation", "org.example.told=yes", "--cgroupns=private", "bb", "sleep", "1000") as c:
        equal(d("exec", c, "sh", "-c", "cut -d : -f 3 /proc/self/cgroup | sort -u").out, "/\n")
        config = json.loads(run(BULKHEAD, "--root", os.path.dirname(d.state_dir(c)), "state", d.inspect(c, "{{.Id}}")).out)
        equal(config["annotations"]["org.example.told"], "yes")


@test
def the_first_checks_of_health_come_sooner():
    """--health-start-interval, since 25."""
    with d.container("--health-cmd", "test -e /tmp/well", "--health-interval", "1h", "--health-start-period", "300s",
                     "--health-start-interval", "1s", "bb", "sh", "-c", "sleep 2; touch /tmp/well; sleep 1000") as c:
        wait_for(lambda: d.inspect(c, "{{.State.Health.Status}}") == "healthy", "healthy", step=0.2)


if __name__ == "__main__":
    dockerd.run_tests(d)
