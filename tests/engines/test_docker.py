#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A plain, unmodified dockerd with bulkhead beside its own runc."""
import os
import re
import shutil
import socket
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import dockerd  # noqa: E402
import images  # noqa: E402
from dockerd import DOCKER  # noqa: E402
from harness import (BULKHEAD, Failure, cgroups, check, equal, has, id_ranges, none_left,  # noqa: E402
                     proc_status, read, run, scratch, test, wait_for, write)

d = dockerd.make()


def host_uid(pid):
    return int(proc_status(pid, "Uid").split()[0])


def nothing_left(cid_prefix=""):
    """No container is there: no state, cgroup, id range of this daemon is either."""
    none_left(lambda: d("ps", "-aq").out.split(), "containers")
    root = f"{d.top}/exec/runtime-runc/moby"
    none_left(lambda: os.listdir(root) if os.path.isdir(root) else [], "state directories")
    none_left(lambda: {k: v for k, v in id_ranges().items() if v.startswith(d.top)}, "id ranges")
    none_left(lambda: [c for base in os.listdir("/sys/fs/cgroup")
                       for c in [f"/sys/fs/cgroup/{base}/{d.parent}"] if os.path.isdir(c)
                       for c in [os.path.join(c, x) for x in os.listdir(c)] if os.path.isdir(c)], "cgroups")


# --- the everyday commands

@test
def run_and_exit_status():
    equal(d.bulkhead("bb", "echo", "hello").out, "hello\n")
    equal(d.bulkhead("bb", "sh", "-c", "exit 7", status=None).status, 7)
    equal(d.bulkhead("bb", "sh", "-c", "sh -c 'kill -9 $$'; exit $?", status=None).status, 137)
    nothing_left()


@test
def stdin_and_stderr():
    equal(d("run", "--rm", "-i", "--runtime=bulkhead", "bb", "cat", stdin="through\n").out, "through\n")
    r = d.bulkhead("bb", "sh", "-c", "echo out; echo err >&2")
    equal((r.out, r.err), ("out\n", "err\n"))
    # Reopening /dev/stdout works although the pipe is the host's.
    equal(d.bulkhead("bb", "sh", "-c", "echo again > /dev/stdout").out, "again\n")


@test
def interactive_terminal():
    text, _ = d.on_tty("run", "--rm", "-it", "--runtime=bulkhead", "bb", "sh",
                  script="tty=$(readlink /proc/self/fd/0); echo tty is $tty; ls -l /dev/console; exit\r")
    has(text, "tty is /dev/pts/0")
    check(re.search(r"crw--w----\s+1 (root|0)\s+(5|tty)\s+136,\s+0", text), f"console: {text!r}")


@test
def detached_logs_stop():
    with d.container("bb", "sh", "-c", "trap 'echo got term; exit 3' TERM; echo up; while :; do sleep 0.1; done") as c:
        wait_for(lambda: "up" in d("logs", c).out, "the log")
        d("stop", "-t", "60", c)
        wait_for(lambda: "got term" in d("logs", c).out, "the log")
        equal(d.inspect(c, "{{.State.ExitCode}}"), "3")
    nothing_left()


@test
def kill_restart_start():
    with d.container("bb", "sh", "-c", "echo $((1+$(cat /n 2>/dev/null || echo 0))) > /n; exec sleep 1000") as c:
        def started(times):
            wait_for(lambda: d("exec", c, "cat", "/n", status=None).out == f"{times}\n", f"start {times}")
        started(1)
        first = d.pid(c)
        d("restart", "-t", "1", c)
        check(d.pid(c) != first, "a new process")
        started(2)
        d("kill", "-s", "KILL", c)
        wait_for(lambda: d.inspect(c, "{{.State.Running}}") == "false", "killed")
        equal(d.inspect(c, "{{.State.ExitCode}}"), "137")
        d("start", c)
        started(3)
        d("cp", f"{c}:/n", f"{d.top}/n")
        equal(read(f"{d.top}/n").strip(), "3", "count of starts")
    nothing_left()


@test
def debian_tree():
    r = d.bulkhead("deb", "bash", "-c", "cat /etc/debian_version; id -u; apt-get --version | head -1; "
                   "useradd -m bob && su bob -c 'id -un'; perl -e 'print 6*7, \"\\n\"'")
    has(r.out, "bob\n")
    has(r.out, "42\n")


@test
def user_and_groups():
    has(d.bulkhead("--user", "1000:1000", "--group-add", "2000", "bb", "id").out,
        "uid=1000(app) gid=1000(app) groups=1000(app),2000(extra)")
    with d.container("--user", "1000", "bb", "sleep", "1000") as c:
        pid = d.pid(c)
        equal(host_uid(pid) % 65536, 1000)
        check(host_uid(pid) > 65536, "an unprivileged host uid")
        equal(proc_status(pid, "CapEff"), "0000000000000000")
    r = d.bulkhead("--user", "70000", "bb", "id", status=None)
    check(r.status in (125, 126, 127, 128), f"uid 70000: {r}")
    has(r.err, "70000")
    nothing_left()


@test
def read_only_and_tmpfs():
    r = d.bulkhead("--read-only", "--tmpfs", "/scratch:size=1m,mode=1777", "bb", "sh", "-c",
                   "touch /x; touch /scratch/y && echo scratch ok; "
                   "dd if=/dev/zero of=/scratch/big bs=1M count=2 2>&1 | grep -i space")
    has(r.err, "Read-only file system")
    has(r.out, "scratch ok")
    has(r.out, "No space left")
    has(d.bulkhead("--user", "1000", "--tmpfs", "/mine:uid=1000,mode=700", "bb", "sh", "-c",
                   "touch /mine/f && ls -ln /mine").out, " 1000 ")


@test
def volumes():
    d("volume", "create", "v1")
    try:
        d.bulkhead("-v", "v1:/v", "bb", "sh", "-c", "echo data > /v/f; chown 7:8 /v/f; mkdir /v/sub")
        # Two containers with different ranges share it; on disk the ids are the container's.
        equal(d.bulkhead("-v", "v1:/v", "bb", "stat", "-c", "%u:%g", "/v/f").out, "7:8\n")
        path = d("volume", "inspect", "-f", "{{.Mountpoint}}", "v1").out.strip()
        st = os.stat(f"{path}/f")
        equal((st.st_uid, st.st_gid), (7, 8))
        equal(os.stat(f"{path}/sub").st_uid, 0)
        has(d.bulkhead("-v", "v1:/v:ro", "bb", "touch", "/v/g", status=None).err, "Read-only file system")
        # An anonymous volume takes what the image has there.
        equal(d.bulkhead("-v", "/data", "bb", "cat", "/data/file").out, "from the image\n")
    finally:
        d("volume", "rm", "-f", "v1")


@test
def host_binds():
    with scratch() as h:
        write(f"{h}/readable", "public\n", 0o644)
        write(f"{h}/secret", "secret\n", 0o600)
        os.mkdir(f"{h}/open")
        os.chmod(f"{h}/open", 0o777)
        r = d.bulkhead("-v", f"{h}:/h", "bb", "sh", "-c",
                       "cat /h/readable; cat /h/secret; touch /h/new; touch /h/open/mine && echo made; stat -c %u /h/readable")
        has(r.out, "public")
        has(r.out, "made")
        has(r.out, "65534")
        equal(r.err.count("Permission denied"), 2, r.err)
        uid = os.stat(f"{h}/open/mine").st_uid
        check(uid > 65536, f"host uid {uid} of a file that the container made")
        equal(d("run", "--rm", "--runtime=bulkhead", "--mount", f"type=bind,source={h},target=/h,readonly", "bb",
                "sh", "-c", "touch /h/open/x || echo no").out, "no\n")


@test
def published_port():
    with d.container("-p", "127.0.0.1::80", "bb", "sh", "-c",
                     "mkdir /www; echo served > /www/index.html; exec httpd -f -p 80 -h /www") as c:
        address, port = d("port", c, "80").out.strip().rsplit(":", 1)

        def fetch():
            # dockerd's proxy listens before the server does, and resets what it cannot pass on.
            try:
                with socket.create_connection((address, int(port)), 10) as s:
                    s.sendall(b"GET /index.html HTTP/1.0\r\n\r\n")
                    return s.makefile().read()
            except OSError:
                return ""
        wait_for(lambda: "served" in fetch(), "the page")
        # From another container, by address.
        address = d.inspect(c, "{{.NetworkSettings.IPAddress}}")
        equal(d.bulkhead("bb", "wget", "-q", "-O", "-", f"http://{address}/index.html").out, "served\n")


@test
def limits_are_the_kernels():
    with d.container("--memory", "64m", "--pids-limit", "33", "--cpus", "0.5", "--cpuset-cpus", "1",
                     "--cpu-shares", "512", "--memory-reservation", "32m", "bb", "sleep", "1000") as c:
        full = d.inspect(c, "{{.Id}}")
        def v1(controller, file):
            return read(f"/sys/fs/cgroup/{controller}/{d.parent}/{full}/{file}").strip()
        equal(v1("memory", "memory.limit_in_bytes"), str(64 << 20))
        equal(v1("memory", "memory.memsw.limit_in_bytes") if os.path.exists(
            f"/sys/fs/cgroup/memory/{d.parent}/{full}/memory.memsw.limit_in_bytes") else str(128 << 20), str(128 << 20))
        equal(v1("memory", "memory.soft_limit_in_bytes"), str(32 << 20))
        equal(v1("pids", "pids.max"), "33")
        equal(v1("cpu", "cpu.cfs_quota_us"), "50000")
        equal(v1("cpu", "cpu.shares"), "512")
        equal(v1("cpuset", "cpuset.cpus"), "1")
        pid = d.pid(c)
        for line in read(f"/proc/{pid}/cgroup").splitlines():
            n, controller, path = line.split(":", 2)
            check(path.endswith(full), f"/proc/{pid}/cgroup: {line}")


def limit(pid, controller, *names):
    """A limit file of a process's cgroup, v1 or v2."""
    for line in read(f"/proc/{pid}/cgroup").splitlines():
        _, controllers, path = line.split(":", 2)
        for base in ([f"/sys/fs/cgroup/{controllers}"] if controller in controllers.split(",") else []) + ["/sys/fs/cgroup"]:
            for name in names:
                if os.path.exists(f"{base}{path}/{name}"):
                    return read(f"{base}{path}/{name}").strip()
    raise Failure(f"no {names}")


@test
def update_follows_the_policy():
    with d.container("-m", "128m", "bb", "sleep", "1000") as cid:
        pid = d.pid(cid)

        def memory():
            return int(limit(pid, "memory", "memory.limit_in_bytes", "memory.max")) >> 20

        d("update", "-m", "256m", "--memory-swap", "512m", "--pids-limit", "50", "--cpus", "0.5", "--cpu-shares", "512", cid)
        equal((memory(), limit(pid, "pids", "pids.max")), (256, "50"))
        check(limit(pid, "cpu", "cpu.cfs_quota_us", "cpu.max").startswith("50000"), "half a CPU")
        d("update", "-m", "64m", "--memory-swap", "64m", cid)
        equal((memory(), limit(pid, "pids", "pids.max")), (64, "50"))
        # Docker's "no limit" is the policy's default.
        d("update", "--pids-limit", "-1", cid)
        equal(limit(pid, "pids", "pids.max"), "2048")
        d("update", "--cpuset-cpus", "0", cid)
        equal(limit(pid, "cpuset", "cpuset.cpus"), "0")
        d("restart", "-t", "0", cid)
        pid = d.pid(cid)
        equal(memory(), 64)
    nothing_left()


@test
def pause_unpause_top():
    with d.container("bb", "sh", "-c", "sleep 1234 & exec sleep 2345") as cid:
        wait_for(lambda: all(p in d("top", cid).out for p in ("sleep 1234", "sleep 2345")), "its processes")
        d("pause", cid)
        equal(d.inspect(cid, "{{.State.Status}}"), "paused")
        check(d("exec", cid, "true", status=None).status != 0, "exec in a paused container")
        d("unpause", cid)
        equal(d.inspect(cid, "{{.State.Status}}"), "running")
        top = d("top", cid).out
        has(top, "sleep 1234")
        has(top, "sleep 2345")
        equal(len(top.splitlines()), 3)
        equal(len(d("top", cid, "-o", "pid,args", "-e").out.splitlines()), 3)
    nothing_left()


@test
def host_ids_lead_to_docker_containers():
    with d.container("bb", "sleep", "1000") as cid:
        uid = host_uid(d.pid(cid))
        rows = run(BULKHEAD, "audit", "--uid", uid + 33).out.splitlines()
        mine = [x for x in rows if x.startswith(d.inspect(cid, "{{.Id}}"))]
        equal(len(mine), 1, f"{rows}")
        check(" now " in mine[0] and " 33 " in mine[0], mine)
    nothing_left()


@test
def default_limits():
    with d.container("bb", "sleep", "1000") as c:
        full = d.inspect(c, "{{.Id}}")
        equal(read(f"/sys/fs/cgroup/pids/{d.parent}/{full}/pids.max").strip(), "2048")
        limit = int(read(f"/sys/fs/cgroup/memory/{d.parent}/{full}/memory.limit_in_bytes"))
        total = int(re.search(r"MemTotal:\s+(\d+)", read("/proc/meminfo"))[1]) * 1024
        check(0.74 * total < limit < 0.76 * total, f"limit {limit} of {total}")


@test
def ulimits_sysctls_names():
    r = d.bulkhead("--ulimit", "nofile=100:200", "--ulimit", "cpu=12:14", "--sysctl", "net.ipv4.ip_forward=0",
                   "--sysctl", "kernel.shmmax=12345678", "--sysctl", "fs.mqueue.msg_max=9", "--hostname", "box",
                   "--domainname", "example.org", "--shm-size", "5m", "bb", "sh", "-c",
                   "ulimit -Sn; ulimit -Hn; cat /proc/sys/net/ipv4/ip_forward /proc/sys/kernel/shmmax "
                   "/proc/sys/fs/mqueue/msg_max /proc/sys/kernel/domainname; hostname; "
                   "df -k /dev/shm | tail -1; cat /proc/sys/net/ipv4/ping_group_range /proc/sys/net/ipv4/ip_unprivileged_port_start")
    lines = r.out.split("\n")
    equal(lines[:7], ["100", "200", "0", "12345678", "9", "example.org", "box"])
    has(lines[7], "5120")
    equal(lines[9], "0")


@test
def other_options():
    r = d.bulkhead("-w", "/made/here", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--oom-score-adj",
                   "100", "-e", "X=y z", "--add-host", "h:10.9.8.7", "--dns", "10.1.1.1", "--init=false", "--uts=",
                   "--entrypoint", "/bin/sh", "bb", "-c",
                   "pwd; echo $X; grep CapEff /proc/self/status; cat /proc/self/oom_score_adj; "
                   "grep 10.9.8.7 /etc/hosts; grep nameserver /etc/resolv.conf; stat -c %u /made/here")
    equal(r.out.split("\n")[:4], ["/made/here", "y z", "CapEff:\t0000000000000000", "100"])
    has(r.out, "10.9.8.7\th")
    has(r.out, "nameserver 10.1.1.1\n")
    equal(r.out.split("\n")[-2], "0", "whose the working directory is")
    with scratch() as h:
        os.mkdir(f"{h}/sub")
        equal(d.bulkhead("-v", f"{h}:/h:ro,rprivate", "bb", "ls", "/h").out, "sub\n")
    equal(d.bulkhead("--mount", "type=tmpfs,target=/t,tmpfs-size=1048576", "bb", "sh", "-c",
                     "df -k /t | tail -1 | awk '{print $2}'").out, "1024\n")


@test(limit=900)
def twenty_at_once():
    ids = []
    try:
        started = [subprocess.Popen([DOCKER, "-H", f"unix://{d.socket}", "run", "-d", "--runtime=bulkhead", "bb",
                                     "sleep", "1000"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
                   for _ in range(20)]
        for p in started:
            out, err = p.communicate(timeout=600)
            check(p.returncode == 0, err)
            ids.append(out.strip())
        equal(len({host_uid(d.pid(c)) for c in ids}), 20, "different uids")
    finally:
        if ids:
            d("rm", "-f", *ids, limit=600)
    nothing_left()


@test
def diff_cp_commit_export():
    with d.container("bb", "sh", "-c", "echo one > /one; rm /data/file; exec sleep 1000") as c:
        wait_for(lambda: {"A /one", "D /data/file"} <= set(d("diff", c).out.splitlines()), "diff")
        write(f"{d.top}/in", "cp in\n")
        d("cp", f"{d.top}/in", f"{c}:/etc/in")
        d("cp", f"{c}:/one", f"{d.top}/one")
        equal(read(f"{d.top}/one"), "one\n")
        has(d("diff", c).out, "A /etc/in")
        d("commit", c, "committed")
        d("kill", c)
    try:
        r = d.bulkhead("committed", "sh", "-c", "cat /one /etc/in; stat -c %u:%g /one; ls /data")
        equal(r.out, "one\ncp in\n0:0\n")
        equal(d.runc("committed", "stat", "-c", "%u:%g", "/one").out, "0:0\n")
    finally:
        d("rmi", "-f", "committed", status=None)
    with d.container("bb", "sh", "-c", "echo exported > /e; exec sleep 1000") as c:
        wait_for(lambda: "/e" in d("diff", c).out, "diff")
        d("export", "-o", f"{d.top}/e.tar", c)
        has(run("tar", "--numeric-owner", "-tvf", f"{d.top}/e.tar", "e").out, "0/0")


@test
def join_network_of_another():
    with d.container("--ipc=shareable", "bb", "sleep", "1000") as a:
        with d.container(f"--net=container:{a}", "bb", "sleep", "1000") as b:
            equal(os.readlink(f"/proc/{d.pid(a)}/ns/net"), os.readlink(f"/proc/{d.pid(b)}/ns/net"))
            equal(os.readlink(f"/proc/{d.pid(a)}/ns/user"), os.readlink(f"/proc/{d.pid(b)}/ns/user"))
        with d.container(f"--pid=container:{a}", f"--ipc=container:{a}", "bb", "sleep", "1000") as b:
            equal(os.readlink(f"/proc/{d.pid(a)}/ns/pid"), os.readlink(f"/proc/{d.pid(b)}/ns/pid"))
    nothing_left()


# --- the doors that must be closed, with runc as the contrast

@test
def root_cannot_delete_the_hosts_file():
    with scratch() as h:
        write(f"{h}/touch.bak", "x", 0o644)
        r = d.bulkhead("-v", f"{h}:/host", "bb", "rm", "-f", "/host/touch.bak", status=None)
        has(r.err, "Permission denied")
        check(os.path.exists(f"{h}/touch.bak"), "the host's file is still there")
        d.runc("-v", f"{h}:/host", "bb", "rm", "-f", "/host/touch.bak")
        check(not os.path.exists(f"{h}/touch.bak"), "runc deletes it: the scene is real")


@test
def the_hosts_settings_are_read_only():
    """CIS 5.6: also where the modes would let everybody write, and under the name of a volume"""
    etc = f"/etc/bkht-{os.getpid()}"
    volume = f"bkht-{os.getpid()}"
    os.mkdir(etc)
    os.chmod(etc, 0o777)
    try:
        d("volume", "create", "-o", "type=none", "-o", "o=bind", "-o", f"device={etc}", volume)
        for source in (etc, volume):
            r = d.bulkhead("-v", f"{source}:/host:rw", "bb", "touch", "/host/x", status=None)
            has(r.err, "Read-only file system", source)
        d("volume", "rm", volume)
        equal(os.listdir(etc), [], "the host's files")
        d.runc("-v", f"{etc}:/host", "bb", "touch", "/host/x")
        equal(os.listdir(etc), ["x"], "runc writes it: the scene is real")
    finally:
        shutil.rmtree(etc)


@test
def root_inside_is_nobody_outside():
    has(d.bulkhead("bb", "id").out, "uid=0(root)")
    with d.container("bb", "sleep", "1000") as a, d.container("bb", "sleep", "1000") as b, \
            d.container("bb", "sleep", "1000", runtime="runc") as c:
        ua, ub, uc = (host_uid(d.pid(x)) for x in (a, b, c))
        check(ua >= 65536 and ub >= 65536 and ua != ub, f"{ua} and {ub}")
        equal(uc, 0, "runc's")
        for x in (a, b):
            check("0 0 " not in read(f"/proc/{d.pid(x)}/uid_map"), "host root is not mapped")


@test
def userns_host_is_remapped_all_the_same():
    with d.container("--userns=host", "bb", "sleep", "1000") as c:
        check(host_uid(d.pid(c)) >= 65536, "remapped")


@test
def fork_bomb():
    with d.container("--pids-limit", "100", "bb", "sh", "-c", "sh -c 'b() { b | b & }; b'; exec sleep 1000") as bomb, \
            d.container("bb", "sleep", "1000") as other:
        full = d.inspect(bomb, "{{.Id}}")
        def current():
            return int(read(f"/sys/fs/cgroup/pids/{d.parent}/{full}/pids.current"))
        wait_for(lambda: int(read(f"/sys/fs/cgroup/pids/{d.parent}/{full}/pids.events").split()[1]) > 0,
                 "the limit is hit")
        check(current() <= 100, "within its limit")
        run("/bin/true")
        equal(d.bulkhead("bb", "sh", "-c", "true & wait; echo forks").out, "forks\n")
        d("rm", "-f", bomb, limit=300)
        wait_for(lambda: not cgroups(full), "nothing left of the bomb")
    nothing_left()


@test
def fork_bomb_at_the_default_limit():
    r = d("run", "--rm", "--runtime=bulkhead", "bb", "probe", "forkbomb", status=None, limit=300)
    n = int(r.out.split()[1])
    check(2000 < n < 2048, f"{n} forks")
    has(r.out, "EAGAIN")
    nothing_left()


@test(limit=1500)
def hogs_die_inside_their_limit():
    for what in ("memory", "pipes", "sockets"):
        with d.container("--memory", "64m", "--memory-swap", "64m", "bb", "probe", what) as c:
            full = d.inspect(c, "{{.Id}}")
            def of_cgroup(file):
                try:
                    return read(f"/sys/fs/cgroup/memory/{d.parent}/{full}/{file}")
                except FileNotFoundError:  # the container has ended meanwhile
                    return ""
            def killed():
                m = re.search(r"oom_kill (\d+)", of_cgroup("memory.oom_control"))
                return m and int(m[1]) > 0 or d.inspect(c, "{{.State.Running}}") == "false"
            wait_for(killed, f"{what}: the OOM killer inside the container", 300, 0.2)
            peak = int(of_cgroup("memory.max_usage_in_bytes") or 0)
            check(peak <= 64 << 20, f"{what}: peak {peak}")
            if d.inspect(c, "{{.State.Running}}") == "false":
                equal(d.inspect(c, "{{.State.ExitCode}}"), "137", f"{what}: exit status")
            run("/bin/true")
    # Dentries are reclaimable: the allocator lives on, within the limit.
    r = d("run", "--rm", "--runtime=bulkhead", "--memory", "64m", "bb", "probe", "dentries", status=None, limit=600)
    check(r.status in (0, 137), f"dentries: {r}")
    nothing_left()


@test
def setuid_gives_nothing():
    equal(d.bulkhead("--user", "1000", "bb", "/suid/probe", "ids").out, "1000 1000 1000\n")
    equal(d.runc("--user", "1000", "bb", "/suid/probe", "ids").out, "1000 0 0\n", "under runc")


def probe_lines(r):
    return dict(line.split() for line in r.out.splitlines() if line)


@test
def system_calls_refused():
    r = probe_lines(d.bulkhead("bb", "probe"))
    for name in ("keyctl", "add_key", "request_key", "bpf", "io_uring_setup", "userfaultfd", "perf_event_open",
                 "af_vsock", "raw_socket", "mknod_block", "setns", "sethostname", "init_module",
                 "kexec_load", "unshare_user", "unshare_net", "unshare_mount", "clone_user", "mount_tmpfs",
                 "umount_proc", "remount_rw", "open_by_handle_at"):
        check(r[name] in ("EPERM", "ENOSYS", "EACCES"), f"{name}: {r[name]}")
    check(r["af_alg"] != "ok", "AF_ALG")
    check(r["mknod_char"] != "ok", "mknod")
    equal(r["clone3"], "ENOSYS")
    equal(r["unknown_syscall"], "ENOSYS")
    for name in ("core_pattern", "sysrq", "uevent_helper", "kmsg", "mem"):
        check(r[name] != "ok", f"{name}: {r[name]}")
    equal(r["unix_socket"], "ok")
    contrast = probe_lines(d.runc("bb", "probe"))
    equal((contrast["raw_socket"], contrast["mknod_char"]), ("ok", "ok"), "under runc")


@test
def unconfined_is_confined():
    r = probe_lines(d.bulkhead("--security-opt", "seccomp=unconfined", "bb", "probe"))
    for name in ("keyctl", "bpf", "unshare_user", "clone_user"):
        check(r[name] in ("EPERM", "ENOSYS"), f"{name}: {r[name]}")


@test
def capabilities_and_filter_on_the_host_side():
    with d.container("--cap-add", "ALL", "bb", "sleep", "1000", runtime="bulkhead") as c:
        pid = d.pid(c)
        names = "CHOWN DAC_OVERRIDE FOWNER FSETID KILL SETGID SETUID SETPCAP NET_BIND_SERVICE SYS_CHROOT SETFCAP".split()
        bits = dict(CHOWN=0, DAC_OVERRIDE=1, FOWNER=3, FSETID=4, KILL=5, SETGID=6, SETUID=7, SETPCAP=8,
                    NET_BIND_SERVICE=10, SYS_CHROOT=18, SETFCAP=31)
        ceiling = f"{sum(1 << bits[n] for n in names):016x}"
        for field in ("CapPrm", "CapEff", "CapBnd"):
            equal(proc_status(pid, field), ceiling, field)
        for field in ("CapInh", "CapAmb"):
            equal(proc_status(pid, field), "0" * 16, field)
        equal(proc_status(pid, "NoNewPrivs"), "1")
        equal(proc_status(pid, "Seccomp"), "2")


@test
def refusals_say_what_and_why():
    for args, words in (
            (("--privileged",), ("policy: ", "privileged")),
            (("--pid=host",), ("policy: ", "pid")),
            (("--ipc=host",), ("policy: ", "ipc")),
            (("--net=host",), ("policy: ", "network")),
            (("-v", f"{d.socket}:/var/run/docker.sock"), ("policy: ", "docker.sock")),
            (("--device", "/dev/loop-control"), ("policy: ", "device"))):
        r = d.bulkhead(*args, "bb", "true", status=None)
        check(125 <= r.status <= 128, f"{args}: {r}")
        for w in words:
            has(r.err, w, f"{args}")
        if args != ("--privileged",):  # needs CAP_SYS_RESOURCE, which this machine may lack
            d.runc(*args, "bb", "true")
    nothing_left()


@test
def state_keeps_the_decisions():
    with d.container("bb", "sleep", "1000") as c:
        import json
        report = json.loads(read(f"{d.state_dir(c)}/hardening.json"))
        rules = {x["rule"] for x in report["decisions"]}
        check({"userns", "capabilities"} <= rules, f"rules {rules}")
        check(report["cgroup"]["kernelMemory"], "which limit charges kernel memory")


def start():
    d.start_with_image()
    d.import_tree(images.debian_tree(), "deb")


if __name__ == "__main__":
    dockerd.run_tests(d, start)
