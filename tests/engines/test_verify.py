#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""`bulkhead verify` on containers of a real dockerd: everything that an engine asks for is as planned, and stays so."""
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import dockerd  # noqa: E402
from harness import BULKHEAD, check, equal, has, read, run, scratch, test, wait_for, write  # noqa: E402

d = dockerd.make()


def verify(cid, *options, status=0):
    state = d.state_dir(cid)
    r = run(BULKHEAD, "--root", os.path.dirname(state), "verify", "--format", "json", *options,
            os.path.basename(state), status=None)
    equal(r.err, "", "stderr")
    found = json.loads(r.out)
    bad = [c for c in found["checks"] if c["result"] == "FAILED"]
    equal((r.status, [f"{c['area']} {c['what']}: {c['seen']}" for c in bad] if status == 0 else []), (status, []))
    return found


def notes(found):
    return [f"{c['area']} {c['what']}" for c in found["checks"] if c["result"] == "note"]


@test
def default_container():
    with d.container("bb", "sleep", "1000") as cid:
        found = verify(cid, "--stop")
        equal(notes(found), ["cgroup kernel memory"] + [n for n in notes(found) if n.startswith("process ")])
        seen = {c["what"]: c["seen"] for c in found["checks"]}
        check("overlay" in seen["file system of /"], seen)
        equal(seen["program"], "the same")
        for name in ("/etc/hosts", "/etc/resolv.conf", "/etc/hostname"):
            has(seen[name], "idmapped")


@test
def everything_at_once():
    with scratch() as top:
        write(f"{top}/file", "x")
        args = ("-t", "--memory=64m", "--memory-swap=96m", "--cpus=0.5", "--cpu-shares=300", "--pids-limit=77",
                "--cpuset-cpus=0", "--ulimit=nofile=100:200", "--user=1000:1000", "--group-add=5", "--cap-drop=ALL",
                "--cap-add=CHOWN", "--read-only", "--tmpfs=/t:size=1m", "--shm-size=1m", "--hostname=h",
                "--device=/dev/zero:/dev/nought:r", "--sysctl=net.core.somaxconn=99",
                "-v", f"{top}:/bind:ro", "-v", f"{top}/file:/one", "-v", "vol:/vol", "--oom-score-adj=100", "-w", "/tmp")
        with d.container(*args, "bb", "sleep", "1000") as cid:
            found = verify(cid, "--stop")
            what = {c["what"]: c for c in found["checks"]}
            for name, seen in (("RLIMIT_NOFILE", "100:200"), ("oom_score_adj", "100"), ("/dev/nought", "character device 1:5")):
                equal(what[name]["seen"], seen)
            has(what["/"]["expected"], "ro,nosuid,nodev")
            for name in ("/bind", "/one", "/vol", "/t"):
                equal(what[name]["result"], "ok", name)


@test
def while_it_is_used():
    """exec, cp, commit, pause, update, restart: none of them makes a container another one."""
    with d.container("bb", "sleep", "1000") as cid:
        d("exec", "-d", cid, "sleep", "1000")
        found = verify(cid)
        has(next(c["seen"] for c in found["checks"] if c["what"] == "processes in the cgroups"), "2, of which 0")
        with scratch() as top:
            write(f"{top}/file", "x")
            d("cp", f"{top}/file", f"{cid}:/tmp/file")
        d("commit", cid, "committed")
        verify(cid)
        d("pause", cid)
        equal(verify(cid)["status"], "paused")
        d("unpause", cid)
        d("update", "--memory=100m", "--memory-swap=100m", "--pids-limit=33", cid)
        found = verify(cid)
        equal([c["seen"] for c in found["checks"] if c["what"].startswith("pids.max")], ["33"])
        d("restart", "-t", "0", cid)
        verify(cid)


@test
def joined_network():
    with d.container("bb", "sleep", "1000") as one:
        with d.container(f"--network=container:{one}", f"--pid=container:{one}", "bb", "sleep", "1000") as two:
            verify(one)
            verify(two)


@test
def a_limit_that_somebody_raised():
    with d.container("bb", "sleep", "1000") as cid:
        state = json.loads(read(f"{d.state_dir(cid)}/state.json"))
        pids = next(p for p in state["cgroupPaths"] if os.path.exists(f"{p}/pids.max"))
        write(f"{pids}/pids.max", "max")
        found = verify(cid, status=1)
        equal([c["what"] for c in found["checks"] if c["result"] == "FAILED"], ["pids.max (/linux/resources/pids/limit)"])
        wait_for(lambda: d("inspect", cid).status == 0, "docker does not mind")


if __name__ == "__main__":
    dockerd.run_tests(d)
