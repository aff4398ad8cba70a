#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""CRI-O's calls, by crio.py: every scene once with runc and once with bulkhead, and what CRI-O would see of it is compared."""
import json
import os
import re
import shutil
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from crio import TIMED_OUT, CreateFailed, Crio, default_seccomp  # noqa: E402
import terminal  # noqa: E402
from agent import Agent  # noqa: E402
from harness import BULKHEAD, LONG, check, equal, has, main, mount_points, proc_status, read, run, test, wait_for  # noqa: E402

top = tempfile.mkdtemp(prefix="bkhcrio-", dir="/var/tmp")
os.chmod(top, 0o755)
engines = {}


def alike(scene):
    """A test that plays the scene with both runtimes: what it returns must be the same."""
    def both():
        equal(scene(engines["bulkhead"]), scene(engines["runc"]), "with bulkhead, and with runc")
    both.__name__ = scene.__name__
    return test(both, limit=900)


def ours(c):
    """Whether it is bulkhead's: on the host, root inside is somebody without rights."""
    uid = int(proc_status(c.pid, "Uid").split()[0])
    if c.engine is engines["bulkhead"]:
        check(uid >= 65536, f"host uid {uid}")
        equal(proc_status(c.pid, "Seccomp"), "2")
    else:
        equal(uid, 0, "the contrast")


def message(text):
    """An error without what differs by design: time, logger, and the runtime's name."""
    return re.sub(r"^time=\S+ ", "", text.strip().replace("bulkhead", "runc"))


def link(pid, kind):
    return os.readlink(f"/proc/{pid}/ns/{kind}")


@alike
def a_pod_and_two_containers(e):
    with e.pod() as pod:
        a = pod.create("sh", "-c", "httpd -p 80 -h /data; echo from a; echo to stderr >&2; exec sleep 1000")
        seen = [a.status(), a.state()["pid"] == a.pid, read(f"{a.bundle}/pidfile") == str(a.pid), a.log()]
        a.start()
        ours(a)
        b = pod.create("sleep", "1000", user=1000)
        b.start()
        # Pinned namespaces have no process of their own: both join by the path of a mount.
        for kind in ("net", "ipc", "uts"):
            pinned = os.stat(pod.pins[{"net": "network"}.get(kind, kind)]).st_ino
            equal([link(c.pid, kind) for c in (a, b)], [f"{kind}:[{pinned}]"] * 2)
        check(link(a.pid, "pid") != link(b.pid, "pid"), "a pid namespace for each")
        if e is engines["bulkhead"]:  # nothing in the pod has a user namespace that they could share
            equal(len({int(proc_status(c.pid, "Uid").split()[0]) >> 16 for c in (a, b)}), 2, "ranges of host ids")
            has(e.command("verify", a.id).out, "is as planned")
        wait_for(lambda: len(a.log()) == 2, "the log")
        run("nsenter", f"--net={pod.pins['network']}", "ip", "link", "set", "lo", "up")  # by the CNI plugin
        seen += [sorted(a.log()), b.exec_sync("wget", "-qO-", "http://127.0.0.1/file"), b.exec_sync("hostname"), b.exec_sync("id", "-u"),
                 a.exec_sync("sh", "-c", "echo x > /dev/shm/f; cat /etc/hostname /etc/resolv.conf; pwd; ulimit -n"),
                 b.exec_sync("cat", "/dev/shm/f"), b.exec_sync("sh", "-c", "touch /dev/shm/mine; ls /dev/shm"),
                 a.status(), sorted(a.state()), a.state()["annotations"]["io.container.manager"], b.exec_sync("touch", "/etc/mine")]
        e.command("kill", a.id, "15")
        time.sleep(0.2)
        seen += [a.status(), e.command("kill", a.id, "KILL").all, a.exit_file(), a.status(), a.state()["pid"], a.oom_killed()]
        seen += [message(e.command("kill", a.id, "TERM", status=1).err), e.command("kill", "-a", a.id, "9").all]
        seen += [e.command("delete", "--force", a.id).all]
        gone = e.command("state", a.id, status=1)
        has(gone.err, "does not exist")
        return seen + [gone.out, e.command("delete", "--force", a.id).all]


@alike
def a_pod_with_a_pause_container(e):
    """As before CRI-O 1.23, and for pods that share processes: those see the pause container as process 1."""
    with e.pod(infra=True) as pod:
        ours(pod.infra)
        c = pod.create("sleep", "1000", pid="pod")
        c.start()
        equal(link(c.pid, "pid"), link(pod.infra.pid, "pid"))
        seen = [pod.infra.status(), c.exec_sync("sh", "-c", "tr '\\0' ' ' < /proc/1/cmdline; hostname; ps | grep -c '[s]leep 10'"),
                pod.infra.exec_sync("touch", "/x")[0]]
        # Its end is that of every process in it.
        e.command("kill", pod.infra.id, "KILL")
        return seen + [pod.infra.exit_file(), c.exit_file(), c.status()]


@alike
def logs_as_the_kubelet_reads_them(e):
    with e.pod() as pod:
        c = pod.create("sh", "-c", "trap 'echo again' USR1; printf 'no end'; echo; seq 3 >&2; while :; do sleep 0.05; done", log_max=400)
        c.start()
        wait_for(lambda: (c.output("stdout"), c.output("stderr")) == ("no end\n", "1\n2\n3\n"), "its lines")
        seen = [c.output("stdout"), c.output("stderr")]
        os.rename(c.log_path, f"{c.log_path}.1")
        c.control(2, 0, 0)  # ReopenContainerLog
        wait_for(lambda: os.path.exists(c.log_path), "a new file")
        e.command("kill", c.id, "USR1")
        wait_for(lambda: "again" in c.output(), "a line in it")
        os.unlink(f"{c.log_path}.1")
        for _ in range(12):
            e.command("kill", c.id, "USR1")
            time.sleep(0.07)
        check(os.path.getsize(c.log_path) <= 400, "--log-size-max")
        return seen


@alike
def exec_sync(e):
    with e.pod() as pod:
        c = pod.create("sleep", "1000")
        seen = [c.exec_sync("echo", "before start")]
        c.start()
        seen += [c.exec_sync("sh", "-c", "echo out; echo err >&2; exit 3"), c.exec_sync("sh", "-c", "kill -9 $$"),
                 c.exec_sync("sh", "-c", "yes | head -n 40000 | wc -c"), c.exec_sync("sh", "-c", "cat; echo end of input")]
        seen += [(code, message(text)) for code, _, text in (c.exec_sync("nonesuch"), c.exec_sync("/etc/passwd"))]
        began = time.monotonic()
        slow = c.exec_sync("sh", "-c", "echo began; sleep 77", timeout=1)
        equal((slow[0], slow[2]), (-1, TIMED_OUT))
        check(time.monotonic() - began < 70, "the time limit")
        wait_for(lambda: "sleep 77" not in c.exec_sync("ps")[1], "the end of what took too long")
        return seen + [c.status()]


@alike
def exec_for_a_client(e):
    with e.pod() as pod:
        c = pod.create("sleep", "1000")
        c.start()
        seen = [repr(c.exec("cat", stdin="through\n")), repr(c.exec("sh", "-c", "echo e >&2; exit 5", status=5))]
        r = c.exec("nonesuch", status=None)
        seen += [r.status, message(r.err)]
        with c.exec_tty("sh", "-c", "tty; read line; echo got $line; stty size; exit 4") as (p, master):
            out = b""
            for data in terminal.pieces(master):
                # Before that the terminal is not the runtime's: its own one echoes, too.
                if b"/dev/pts/0" in data + out[-10:] and b"/dev/pts/0" not in out:
                    os.write(master, b"typed\n")
                out += data
            seen += [sorted(out.decode().replace("\r\r", "\r").split("\r\n")), p.wait(LONG)]
        # The client goes away: CRI-O kills the runtime, and the process with it sees the end of its terminal.
        with c.exec_tty("sh", "-c", "echo here; exec sleep 78") as (p, master):
            wait_for(lambda: "sleep 78" in c.exec_sync("ps")[1], "it runs")
        return seen + [c.status()]


@alike
def attach(e):
    with e.pod() as pod:
        # A terminal.
        c = pod.create("sh", tty=True)
        c.start()
        with c.attached() as a:
            c.control(1, 33, 101)
            a.send("until [ \"$(stty size)\" = '33 101' ]; do sleep 0.1; done; stty size; tty\n")
            a.until("33 101\r\n/dev/pts/0\r\n")
        with c.attached() as a:  # and again
            c.control(1, 20, 40)
            a.send("until [ \"$(stty size)\" = '20 40' ]; do sleep 0.1; done; stty size; exit 7\n")
            a.until("20 40\r\n")
            a.rest()
        seen = [c.exit_file(), c.status(), c.exec_sync("true")[0]]
        # Pipes: the first client's end is the end of input, unless --leave-stdin-open.
        c = pod.create("sh", "-c", "cat; echo the end >&2; exit 8", stdin=True, stdin_once=True)
        c.start()
        with c.attached() as a:
            a.send("through\n")
            a.until("through\n")
            a.no_more()
            a.until("the end\n", stream=3)
        seen += [c.exit_file(), sorted(c.log())]
        c = pod.create("cat", stdin=True, full_attach=True)
        c.start()
        for text in ("one\n", "two\n"):
            with c.attached() as a:
                a.send(text)
                a.until(text)
                a.no_more()
        return seen + [c.status(), c.output()]


@alike
def pause_update_and_signals(e):
    with e.pod() as pod:
        c = pod.create("sh", "-c", "trap 'echo hup' HUP; trap 'exit 9' TERM; echo up; while :; do sleep 0.05; done", memory=64 << 20, pids=100)
        c.start()
        wait_for(lambda: "up" in c.output(), "the traps")
        e.command("pause", c.id)
        seen = [c.status()]
        paused = c.exec("true", status=None)
        seen += [paused.status, message(paused.err), message(e.command("pause", c.id, status=None).err)]
        e.command("resume", c.id)
        seen += [c.status(), message(e.command("resume", c.id, status=None).err)]
        e.command("kill", c.id, "HUP")
        wait_for(lambda: "hup" in c.output(), "the signal's line")
        resources = {"cpu": {"shares": 256, "quota": 30000, "period": 100000}, "memory": {"limit": 96 << 20, "swap": 96 << 20}}
        seen += [e.command("update", "--resources", "-", c.id, stdin=json.dumps(resources)).all]
        seen += [limit(c, "memory", "memory.limit_in_bytes", "memory.max"), limit(c, "cpu", "cpu.cfs_quota_us", "cpu.max"),
                 limit(c, "pids", "pids.max")]
        seen += [json.loads(e.command("ps", "--format", "json", c.id).out)[0] == c.pid, e.command("kill", c.id, "TERM").all, c.exit_file()]
        stopped = e.command("update", "--resources", "-", c.id, stdin=json.dumps(resources), status=None)
        return seen + [stopped.status, message(e.command("pause", c.id, status=None).err), c.exec_sync("true")[0]]


def limit(c, controller, *names):
    """A limit where CRI-O looks for it: below the pod's cgroup."""
    for base in (f"/sys/fs/cgroup/{controller}", "/sys/fs/cgroup/unified", "/sys/fs/cgroup"):
        for name in names:
            path = f"{base}{c.cgroup}/{name}"
            if os.path.exists(path):
                return read(path).strip()
    return None


@alike
def memory_that_runs_out(e):
    with e.pod() as pod:
        c = pod.create("sh", "-c", "x=$(head -c 80000000 /dev/zero | tr '\\0' x); echo ${#x}", memory=20 << 20)
        c.start()
        seen = [c.exit_file()]
        wait_for(c.oom_killed, "conmon's file")
        return seen + [c.status(), c.output()]


@alike
def what_cannot_be_created(e):
    seen = []
    with e.pod() as pod:
        for args, kw in ((["nonesuch"], {}), (["/etc/passwd"], {}),
                         (["true"], {"edit": lambda s: s["process"].update(cwd="relative")})):
            try:
                pod.create(*args, **kw)
                check(False, f"{args} was created")
            except CreateFailed as failure:
                seen.append(re.sub(r"time=\S+ |/process/cwd: ", "", message(str(failure))))
            check(not os.listdir(e.root), "state left")
    return seen


@alike
def a_user_namespace_for_the_pod(e):
    """hostUsers: false. pinns makes the others in it, and writes the maps; the files of the layer are those of the range."""
    with e.pod(userns=(1000000, 65536)) as pod:
        # runc 1.1 wants the maps as well, which CRI-O gave then.
        if e is engines["bulkhead"]:
            x = pod.create("true", edit=lambda s: (s["linux"].pop("uidMappings"), s["linux"].pop("gidMappings")))
            x.start()
            equal(x.exit_file(), "0")
        c = pod.create("sh", "-c", "echo x > /f; echo y > /dev/shm/g; exec sleep 1000")
        c.start()
        d = pod.create("sleep", "1000", user=1000)
        d.start()
        for x in (c, d):
            equal([link(x.pid, kind) for kind in ("user", "net", "ipc", "uts")],
                  [f"{kind}:[{os.stat(pod.pins[{'net': 'network'}.get(kind, kind)]).st_ino}]" for kind in ("user", "net", "ipc", "uts")])
        wait_for(lambda: os.path.exists(f"{c.rootfs}/f"), "its file")
        seen = [proc_status(c.pid, "Uid").split(), proc_status(d.pid, "Uid").split(), os.stat(f"{c.rootfs}/f").st_uid]
        return seen + [x.exec_sync(*command) for x in (c, d) for command in (
            ("id", "-u"), ("cat", "/proc/self/uid_map"), ("stat", "-c", "%u:%g", "/etc/passwd", "/etc/hostname", "/proc/1", "/data"),
            ("cat", "/dev/shm/g"), ("cat", "/proc/sys/net/ipv4/ip_unprivileged_port_start"), ("hostname",), ("touch", "/f2"))]


@alike
def the_seccomp_notifier(e):
    """CRI-O turns the errors of a profile into notifications, and listens itself."""
    profile = default_seccomp()
    path = f"{e.top}/notify"
    profile["listenerPath"], profile["listenerMetadata"] = path, "the-id"
    for rule in profile["syscalls"]:
        rule["names"] = [n for n in rule["names"] if n not in ("mkdir", "mkdirat")]
    profile["syscalls"].append({"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_NOTIFY"})
    with e.pod() as pod, Agent(path, {"mkdir": 18, "mkdirat": 18, "*": "continue"}) as agent:
        c = pod.create("sleep", "1000", seccomp=profile)
        c.start()
        state = wait_for(lambda: agent.states, "the listener")[0]
        equal((state["metadata"], state["pid"], state["state"]["id"]), ("the-id", c.pid, c.id))
        seen = [sorted(state), sorted(state["state"]), state["state"]["status"], c.exec_sync("mkdir", "/tmp/x")]
        return seen + [sorted({asked[1] for asked in agent.asked})]


@alike
def mounts_of_volumes(e):
    volume = f"{e.top}/volume"
    os.mkdir(volume)
    os.mkdir(f"{volume}/sub")
    os.chmod(volume, 0o777)
    try:
        with e.pod() as pod:
            c = pod.create("sleep", "1000", readonly=True, mounts=[
                {"destination": "/vol", "type": "bind", "source": volume, "options": ["rbind", "rprivate", "rw", "bind"]},
                {"destination": "/home/app", "type": "bind", "source": volume, "options": ["rbind", "rprivate", "ro", "bind"]},
                {"destination": "/run", "type": "tmpfs", "source": "tmpfs", "options": ["rw", "noexec", "nosuid", "nodev", "tmpcopyup", "mode=0755"]}])
            c.start()
            return [c.exec_sync(*command) for command in (
                ("sh", "-c", "echo x > /vol/f; cat /home/app/f"), ("touch", "/home/app/g"), ("touch", "/etc/g"), ("touch", "/run/g"),
                ("ls", "/run"), ("stat", "-c", "%u:%g %a", "/run"))]
    finally:
        shutil.rmtree(volume)


@test
def features_and_version():
    for name in ("bulkhead", "runc"):
        e = engines[name]
        r = e.command("features")
        equal(r.err, "", "CRI-O decodes both streams as one")
        f = json.loads(r.out)
        check(f["ociVersionMin"] and f["ociVersionMax"], "versions")
        has(run(e.runtime, "--version").out, f"{name} version ")
    f = json.loads(engines["bulkhead"].command("features").out)
    check(f["linux"]["mountExtensions"]["idmap"]["enabled"] and "rro" in f["mountOptions"], "what pods with a user namespace need")


if __name__ == "__main__":
    try:
        for engine, runtime in (("runc", "/usr/sbin/runc"), ("bulkhead", BULKHEAD)):
            engines[engine] = Crio(runtime, f"{top}/{engine}")
        main()
    finally:
        for m in sorted((m for m in mount_points() if m.startswith(top + "/")), reverse=True):
            run("umount", m, status=None)
        shutil.rmtree(top, ignore_errors=True)
