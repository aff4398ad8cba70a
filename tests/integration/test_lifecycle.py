#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The life of a container, seen from the kernel's side."""
import json
import os
import random
import signal
import stat
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from bundle import bundle, overlay  # noqa: E402
from harness import (BULKHEAD, check, descriptors, equal, has, id_ranges, lacks, main, proc_status, read, run, test,  # noqa: E402
                     wait_for, write)


@test
def run_in_the_foreground():
    with bundle() as b:
        r = b.run("echo", "hello")
        equal((r.out, r.err), ("hello\n", ""))
        equal(b.run("sh", "-c", "exit 42", status=42).out, "")
        b.run("sh", "-c", "kill -TERM $$; sleep 5", status=None)
        equal(b.run("cat", stdin="in\n").out, "in\n")


@test
def create_start_state_kill_delete():
    with bundle() as b:
        b.config["annotations"] = {"a.b": "c"}
        with b.created("sleep", "1000", options=("--pid-file", f"{b.top}/pid")) as cid:
            s = b.state(cid)
            equal((s["status"], s["id"], s["bundle"]), ("created", cid, f"{b.top}/bundle"))
            equal(s["annotations"], {"a.b": "c"})
            pid = s["pid"]
            equal(read(f"{b.top}/pid"), str(pid), "pid file without a newline")
            has(b("run", "--bundle", f"{b.top}/bundle", cid, status=1).err, "container with given ID already exists")
            b("start", cid)
            equal(b.state(cid)["status"], "running")
            equal(read(f"/proc/{pid}/cmdline"), "sleep\0001000\0")
            has(b("start", cid, status=1).err, "cannot start an already running container")
            has(b("delete", cid, status=1).err, "that is not stopped: running")
            b("kill", cid, "KILL")
            wait_for(lambda: b.state(cid)["status"] == "stopped", "stopped")
            check("pid" not in b.state(cid) or b.state(cid)["pid"] == 0, "no pid when stopped")
            has(b("kill", cid, "TERM", status=1).err, "container not running")
            has(b("start", cid, status=1).err, "cannot start a container that has stopped")
            b("delete", cid)
            has(b("state", cid, status=1).err, "does not exist")
            has(b("delete", cid, status=1).err, "does not exist")


@test
def ids_namespaces_and_privileges():
    with bundle() as b, b.started("sleep", "1000") as cid:
        pid = b.state(cid)["pid"]
        maps = read(f"/proc/{pid}/uid_map").split()
        equal((maps[0], maps[2]), ("0", "65536"))
        check(int(maps[1]) >= 65536, "no host id below 65536")
        equal(read(f"/proc/{pid}/gid_map").split(), maps)
        equal(proc_status(pid, "Uid").split(), [maps[1]] * 4)
        for ns in ("user", "pid", "net", "ipc", "uts", "mnt", "cgroup"):
            check(os.readlink(f"/proc/{pid}/ns/{ns}") != os.readlink(f"/proc/self/ns/{ns}"), f"own {ns} namespace")
        equal(proc_status(pid, "NoNewPrivs"), "1")
        equal(proc_status(pid, "Seccomp"), "2")
        equal(proc_status(pid, "CapInh"), "0" * 16)
        equal(proc_status(pid, "CapBnd"), "00000000800405fb")
        equal(proc_status(pid, "CapEff"), "00000000800405fb")
        equal(sorted(os.listdir(f"/proc/{pid}/fd")), ["0", "1", "2"], "descriptors")
        equal([v for v in id_ranges().values() if v.endswith(cid)], [f"{b.root}/{cid}"], "range held")


@test
def files_on_disk_belong_to_root():
    with bundle() as b:
        b.run("sh", "-c", "touch /made; mkdir /dir; chown 5:7 /dir; ln -s x /link")
        equal([(s.st_uid, s.st_gid) for s in (os.lstat(f"{b.rootfs}/{n}") for n in ("made", "dir", "link"))],
              [(0, 0), (5, 7), (0, 0)])


@test
def mounts_are_locked():
    with bundle() as b:
        r = b.run("sh", "-c", "umount /proc; umount /sys/firmware; mount -o remount,rw /sys; "
                  "echo 1 > /proc/sys/kernel/core_pattern; mount -t tmpfs none /tmp; true")
        equal(r.out, "")
        check(len(r.err.splitlines()) >= 5, f"five refusals: {r.err!r}")


@test
def created_waits_without_privileges_to_lose():
    """Before start: in its cgroups, limits in force, all descriptors known."""
    with bundle() as b, b.created("sleep", "1000") as cid:
        pid = b.state(cid)["pid"]
        for line in read(f"/proc/{pid}/cgroup").splitlines():
            if "hugetlb" not in line:
                has(line, cid)
        for n in descriptors(pid).values():
            check(n.startswith(("socket:", "anon_inode:", "pipe:", "/dev/null", "/var/tmp/bkh-", "/proc")), n)
        equal(proc_status(pid, "NoNewPrivs"), "1")
        equal(proc_status(pid, "CapBnd"), "00000000800405fb")


@test
def created_is_ended_by_signals():
    """By those that end programs, as with runc, although it is the first process of a pid namespace; the program's are its own."""
    with bundle() as b:
        for name in ("TERM", "INT", "HUP", "QUIT"):
            with b.created("sleep", "1000") as cid:
                for dropped in ("USR1", "WINCH", "PIPE"):
                    b("kill", cid, dropped)
                equal(b.state(cid)["status"], "created", dropped)
                b("kill", cid, name)
                wait_for(lambda: b.state(cid)["status"] == "stopped", f"its end by {name}")
                b("start", cid, status=1)
                b("delete", cid)
        with b.started("sleep", "1000") as cid:
            caught = int(proc_status(b.state(cid)["pid"], "SigCgt"), 16)
            equal(caught, 0)


@test
def missing_program_fails_at_create():
    with bundle() as b:
        has(b.args("nonesuch").refused().err.replace('\\"', '"'),
            'exec: "nonesuch": executable file not found in $PATH')
        has(b.args("/none/such").refused().err, "no such file or directory")
        has(b.args("/etc/passwd").refused().err, "permission denied")


@test
def pdeath_and_stdio():
    with bundle() as b:
        r = b.run("sh", "-c", "tty; echo err >&2")
        has(r.out, "not a tty")
        equal(r.err, "err\n")


@test
def signals_are_passed_on():
    with bundle() as b:
        b.args("sh", "-c", "trap 'echo hup; exit 9' HUP; echo up; while :; do sleep 0.05; done").save()
        cid = b.new_id()
        p = subprocess.Popen([BULKHEAD, "--root", b.root, "run", "--bundle", f"{b.top}/bundle", cid],
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        equal(p.stdout.readline(), "up\n")
        p.send_signal(signal.SIGHUP)
        out, _ = p.communicate(timeout=60)
        equal((p.returncode, out), (9, "hup\n"))
        b.nothing_left(cid)


@test
def detached_and_kept():
    with bundle() as b:
        b.args("sleep", "1000").save()
        cid = b.new_id()
        with open(f"{b.top}/out", "w") as f:
            subprocess.run([BULKHEAD, "--root", b.root, "run", "-d", "--bundle", f"{b.top}/bundle", cid],
                           stdin=subprocess.DEVNULL, stdout=f, stderr=f, check=True, timeout=60)
        equal(b.state(cid)["status"], "running")
        listed = json.loads(b("list", "--format", "json").out)
        equal([c["id"] for c in listed], [cid])
        equal(b("list", "-q").out, cid + "\n")
        b("delete", "--force", cid)
        b.nothing_left(cid)
        b.args("true").save()
        b("run", "--keep", "--bundle", f"{b.top}/bundle", cid)
        equal(b.state(cid)["status"], "stopped")
        b("delete", cid)
        b.nothing_left(cid)


@test
def bad_configs_leave_nothing():
    with bundle() as b:
        cases = (
            (("process", "cwd"), "relative", "Cwd must be an absolute path"),
            (("process", "user"), {"uid": 4294967295, "gid": 0}, "4294967295"),
            (("process", "user"), {"uid": 70000, "gid": 0}, "70000"),
            (("root", "path"), "nowhere", "nowhere"),
            (("hostname",), 7, "/hostname"),
            (("linux", "namespaces"), [{"type": "mount"}, {"type": "mount"}], "duplicated ns"),
            (("linux", "sysctl"), {"kernel.panic": "1"}, "kernel.panic"),
            (("linux", "resources"), {"memory": {"limit": -7}}, "/linux/resources/memory/limit"),
            (("linux", "intelRdt"), {"schemata": ["L3:0=f"]}, "policy: intel-rdt: "),
            (("mounts",), [{"destination": "/x", "type": "bind", "source": "/no/such/source", "options": ["bind"]}],
             "/no/such/source"),
            (("mounts",), [{"destination": "/proc", "type": "tmpfs", "source": "tmpfs"}], "/proc"),
        )
        import copy
        from bundle import CONFIG
        for path, value, words in cases:
            b.config = copy.deepcopy(CONFIG)
            target = b.config
            for k in path[:-1]:
                target = target[k]
            target[path[-1]] = value
            b.refused(words)


@test
def time_namespace_and_its_offsets():
    with bundle() as b:
        b.config["linux"]["namespaces"].append({"type": "time"})
        with b.started("sleep", "1000") as cid:
            pid = b.state(cid)["pid"]
            check(os.readlink(f"/proc/{pid}/ns/time") != os.readlink("/proc/self/ns/time"), "own time namespace")
        b.config["linux"]["timeOffsets"] = {"boottime": {"secs": 1000000, "nanosecs": 5}, "monotonic": {"secs": 3}}
        own = float(read("/proc/uptime").split()[0])
        seen = float(b.run("cat", "/proc/uptime").out.split()[0])
        check(1000000 <= seen - own < 1000060, f"uptime {seen} inside, {own} outside")
        b.config["linux"]["namespaces"].pop()
        b.refused("/linux/timeOffsets")


@test
def ping_groups_are_the_containers():
    with bundle() as b:
        for asked, shown in (("0 2147483647", "0\t65535\n"), ("0 0", "0\t0\n"), ("5 10", "5\t10\n"), ("1 0", "1\t0\n")):
            b.config["linux"]["sysctl"] = {"net.ipv4.ping_group_range": asked}
            r = b.run("cat", "/proc/sys/net/ipv4/ping_group_range")
            if asked != "1 0":  # how "nobody" reads through a map is the kernel's affair
                equal(r.out, shown, asked)
        b.config["linux"]["sysctl"] = {"net.ipv4.ping_group_range": "70000 80000"}
        b.refused("/linux/sysctl/net.ipv4.ping_group_range")


@test
def relative_bind_source_is_in_the_bundle():
    with bundle() as b:
        os.mkdir(f"{b.rootfs}/mnt")
        write(f"{b.rootfs}/shown", "from the bundle")
        b.config["mounts"].append({"destination": "/mnt", "type": "bind", "source": "rootfs",
                                   "options": ["bind", "ro"]})
        equal(b.run("cat", "/mnt/shown").out, "from the bundle")


@test
def parents_of_a_file_that_is_mounted():
    """Made where they are missing, and directories that everybody can enter: also those that a dangling symlink leads through."""
    with bundle() as b:
        write(f"{b.top}/file", "from the host")
        os.symlink("/far/away", f"{b.rootfs}/jump")
        for destination in "/new/dir/file", "/jump/sub/file":
            b.config["mounts"].append({"destination": destination, "type": "bind", "source": f"{b.top}/file", "options": ["bind"]})
        b.config["process"]["user"] = {"uid": 1000, "gid": 1000}
        equal(b.run("cat", "/new/dir/file", "/far/away/sub/file").out, "from the hostfrom the host")
        for d in "new", "new/dir", "far", "far/away", "far/away/sub":
            equal(stat.S_IMODE(os.stat(f"{b.rootfs}/{d}").st_mode), 0o755, d)


@test
def pid_file_that_cannot_be_written():
    with bundle() as b:
        b.refused("pid file", options=("--pid-file", f"{b.top}/none/pid"))


def kill_creates(b, rounds, longest, check_more=lambda: None):
    """SIGKILL to create after a random time, then delete --force: nothing may be left."""
    b.args("sleep", "1000").save()
    rng = random.Random(int(os.environ.get("BULKHEAD_SEED", "1")))
    early = n = 0
    while n < rounds or early <= rounds / 5:  # a runtime that is quicker than we are proves nothing
        n += 1
        cid = b.new_id()
        with open(f"{b.top}/out", "w") as f:
            p = subprocess.Popen([BULKHEAD, "--root", b.root, "create", "--bundle", f"{b.top}/bundle", cid],
                                 stdin=subprocess.DEVNULL, stdout=f, stderr=f)
        time.sleep(rng.uniform(0, longest))
        p.kill()
        early += p.wait(60) == -signal.SIGKILL
        b("delete", "--force", cid)
        b.nothing_left(cid)
        check_more()


@test(limit=300)
def killed_at_any_moment_then_deleted():
    with bundle() as b:
        kill_creates(b, 150, 0.012)


@test(limit=300)
def killed_on_an_overlay_then_deleted():
    with bundle() as b, overlay(b) as upper:
        mounted = b.nothing_left
        b.nothing_left = lambda cid: mounted(cid, besides=[b.rootfs])
        kill_creates(b, 100, 0.016, lambda: equal(sorted(os.listdir(f"{b.top}/layer")), ["diff", "work"], "beside the upper layer"))
        equal(b.run("sh", "-c", "echo x > /made; stat -c %u /made").out, "0\n")
        equal(os.stat(f"{upper}/made").st_uid, 0)
        equal(sorted(os.listdir(f"{b.top}/layer")), ["diff", "work"], "beside the upper layer")


@test
def concurrent_creates_of_one_id():
    with bundle() as b:
        b.args("sleep", "1000").save()
        cid = b.new_id()
        ps = []
        for i in range(6):
            with open(f"{b.top}/out{i}", "w") as f:
                ps.append(subprocess.Popen([BULKHEAD, "--root", b.root, "create", "--bundle", f"{b.top}/bundle", cid],
                                           stdin=subprocess.DEVNULL, stdout=f, stderr=f))
        statuses = sorted(p.wait(60) for p in ps)
        equal(statuses, [0, 1, 1, 1, 1, 1])
        equal(b.state(cid)["status"], "created")
        b("delete", "-f", cid)
        b.nothing_left(cid)


@test
def many_have_ranges_of_their_own():
    with bundle() as b:
        b.args("sleep", "1000").save()
        ids = [b.new_id() for _ in range(20)]
        for cid in ids:
            with open(f"{b.top}/out", "w") as f:
                subprocess.run([BULKHEAD, "--root", b.root, "run", "-d", "--bundle", f"{b.top}/bundle", cid],
                               stdin=subprocess.DEVNULL, stdout=f, stderr=f, check=True, timeout=60)
        uids = {proc_status(b.state(cid)["pid"], "Uid").split()[0] for cid in ids}
        equal(len(uids), 20)
        for cid in ids:
            b("delete", "-f", cid)
            b.nothing_left(cid)


if __name__ == "__main__":
    main()
