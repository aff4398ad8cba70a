#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Containers over days under a dockerd whose default runtime is bulkhead: they are watched, restarted by policies, survive their daemon, talk to
each other, and images are built with them."""
import json
import os
import re
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import dockerd  # noqa: E402
from dockerd import DOCKER  # noqa: E402
from harness import LONG, check, equal, has, id_ranges, none_left, read, run, scratch, test, wait_for, write  # noqa: E402

d = dockerd.make()
d.options.update({"default-runtime": "bulkhead", "live-restore": True})


class Background:
    """docker ARGS that goes on; its output so far is in .text()."""

    def __init__(self, *args, stdin=subprocess.DEVNULL):
        self.file = f"{d.top}/background-{time.monotonic_ns()}"
        with open(self.file, "w") as f:
            self.p = subprocess.Popen([DOCKER, "-H", f"unix://{d.socket}", *args], stdin=stdin, stdout=f, stderr=subprocess.STDOUT)

    def text(self):
        return read(self.file)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.p.kill()
        self.p.wait(LONG)


def nothing_left():
    none_left(lambda: d("ps", "-aq").out.split(), "containers")
    root = f"{d.top}/exec/runtime-runc/moby"
    none_left(lambda: os.listdir(root) if os.path.isdir(root) else [], "state directories")
    none_left(lambda: {k: v for k, v in id_ranges().items() if v.startswith(d.top)}, "id ranges")


def is_ours(cid):
    """By the kernel's view: root inside is nobody of the host."""
    uids = read(f"/proc/{d.pid(cid)}/status").split("Uid:")[1].split()
    check(int(uids[0]) >= 65536, f"host uid {uids[0]}")


@test
def the_default_runtime():
    equal(d("info", "-f", "{{.DefaultRuntime}}").out.strip(), "bulkhead")
    with d.container("bb", "sleep", "1000", runtime="bulkhead") as c:
        is_ours(c)
    cid = d("run", "-d", "bb", "sleep", "1000").out.strip()
    try:
        equal(d.inspect(cid, "{{.HostConfig.Runtime}}"), "bulkhead")
        is_ours(cid)
    finally:
        d("rm", "-f", cid)
    nothing_left()


@test
def exit_codes_of_run_and_wait():
    """125: docker itself; 126: not executable; 127: not there; 128+n: by a signal."""
    for runtime in ("bulkhead", "runc"):
        for program, code in ((("true",), 0), (("sh", "-c", "exit 42"), 42), (("/etc/passwd",), 126), (("nothing",), 127),
                              (("/nothing",), 127), (("sh", "-c", "kill -9 $$"), 137), (("sh", "-c", "kill -15 $$"), 143)):
            # The first process of a pid namespace would be spared its own signal.
            if "kill" in program[-1]:
                program = ("sh", "-c", f"sh -c '{program[-1]}'; exit $?")
            r = d("run", "--rm", f"--runtime={runtime}", "bb", *program, status=None)
            equal(r.status, code, f"{runtime} {program}: {r.err}")
        equal(d("run", "--rm", f"--runtime={runtime}", "--no-such-option", "bb", "true", status=None).status, 125)
        with d.container("bb", "sh", "-c", "read x < /dev/zero; sleep 1000", runtime=runtime) as c:
            with Background("wait", c) as waiting:
                d("kill", "-s", "KILL", c)
                waiting.p.wait(LONG)
                equal(waiting.text().strip(), "137", runtime)
    nothing_left()


@test
def attach_gives_and_takes():
    cid = d("run", "-d", "-i", "bb", "sh", "-c", "while read x; do [ $x = end ] && exit 9; echo got $x; done").out.strip()
    try:
        p = subprocess.Popen([DOCKER, "-H", f"unix://{d.socket}", "attach", cid], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        p.stdin.write("one\ntwo\n")
        p.stdin.flush()
        equal([p.stdout.readline(), p.stdout.readline()], ["got one\n", "got two\n"])
        p.stdin.write("end\n")
        p.stdin.close()
        equal(p.wait(LONG), 9)
        wait_for(lambda: d.inspect(cid, "{{.State.ExitCode}}") == "9", "the exit code")
    finally:
        d("rm", "-f", cid)


@test
def signals_reach_the_first_process():
    with d.container("bb", "sh", "-c", "trap 'echo hup' HUP; trap 'echo usr1' USR1; trap 'exit 5' TERM; echo up; while :; do sleep 0.1; done") as c:
        wait_for(lambda: "up" in d("logs", c).out, "the traps")
        for s in ("HUP", "SIGUSR1", "10"):
            d("kill", "-s", s, c)
        wait_for(lambda: sorted(d("logs", c).out.split())[:2] == ["hup", "up"] and "usr1" in d("logs", c).out, "the signals")
        d("stop", "-t", "60", c)
        equal(d.inspect(c, "{{.State.ExitCode}}"), "5")


@test
def stats_are_the_kernels():
    with d.container("-m", "100m", "--pids-limit", "50", "bb", "sh", "-c", "while :; do :; done") as c:
        def stats():
            return json.loads(d("stats", "--no-stream", "--format", "{{json .}}", c).out)
        line = wait_for(lambda: (lambda s: s if float(s["CPUPerc"].rstrip("%")) > 5 else None)(stats()), "time of the processor")
        has(line["MemUsage"], "100MiB")
        equal(line["PIDs"], "1")


@test
def events_tell_of_an_oom():
    # A kill is told when the engine has come to watch: it has once the container is said to have started.
    hog = ("bb", "sh", "-c", "until [ -e /tmp/go ]; do sleep 0.1; done; exec dd if=/dev/zero of=/dev/null bs=60M count=1")
    with Background("events", "--since", str(int(time.time()) - 1), "--format", "{{.Action}}") as events:
        r = d("run", "--rm", "-m", "20m", "bb", "sh", "-c", "dd if=/dev/zero of=/dev/null bs=60M count=1; echo after $?", status=None)
        has(r.out, "after 137")
        with d.container("-m", "20m", *hog) as c:
            d("exec", c, "touch", "/tmp/go")
            wait_for(lambda: d.inspect(c, "{{.State.Status}} {{.State.OOMKilled}}") == "exited true", "its end, and why")
            equal(d.inspect(c, "{{.State.ExitCode}}"), "137")
        wait_for(lambda: "oom" in events.text().split(), "an oom event")
        wait_for(lambda: {"create", "start", "die", "destroy"} <= set(events.text().split()), "the other events")


@test
def restart_policies():
    with d.container("--restart", "on-failure:3", "bb", "sh", "-c", "echo run >> /log; exit 1") as c:
        wait_for(lambda: d.inspect(c, "{{.State.Status}} {{.RestartCount}}") == "exited 3", "three restarts", step=0.2)
        d("cp", f"{c}:/log", f"{d.top}/restarts")
        equal(read(f"{d.top}/restarts"), "run\n" * 4)
    with d.container("--restart", "always", "bb", "sleep", "1000") as c:
        first = d.pid(c)
        os.kill(first, signal.SIGKILL)
        wait_for(lambda: d.pid(c) not in (0, first), "a new process", step=0.1)
        is_ours(c)
    with d.container("--restart", "on-failure", "bb", "true") as c:
        wait_for(lambda: d.inspect(c, "{{.State.Status}} {{.RestartCount}}") == "exited 0", "a success is none", step=0.1)
    nothing_left()


@test
def the_daemon_may_go_and_come_back():
    """live-restore, after an orderly end and after SIGKILL."""
    with d.container("--name", "lives", "bb", "sh", "-c", "while :; do date +%s%N > /tick; sleep 0.1; done") as c:
        for sig in (signal.SIGTERM, signal.SIGKILL):
            pid = d.pid(c)
            d.end(sig)
            check(os.path.exists(f"/proc/{pid}"), "it goes on")
            d.start()
            equal((d.pid(c), d.inspect(c, "{{.State.Running}}")), (pid, "true"), sig)
            before = d("exec", c, "cat", "/tick").out
            wait_for(lambda: d("exec", c, "cat", "/tick").out != before, "it works")
        d("pause", c)
        d.end()
        d.start()
        equal(d.inspect(c, "{{.State.Paused}}"), "true")
        d("unpause", c)
        d("stop", "-t", "1", c)
        d("start", c)
        is_ours(c)
    nothing_left()


@test
def it_ends_while_the_daemon_is_away():
    """docker says the same as with runc: a newer one does not look for the status, and says 255."""
    with scratch() as h:
        command = ("-v", f"{h}:/h:ro", "bb", "sh", "-c", "until [ -e /h/go ]; do sleep 0.1; done; exit 6")
        with d.container(*command) as c, d.container(*command, runtime="runc") as contrast:
            pids = [d.pid(x) for x in (c, contrast)]
            d.end()
            write(f"{h}/go", "")
            wait_for(lambda: not any(os.path.exists(f"/proc/{pid}") for pid in pids), "their end")
            d.start()
            for x in (c, contrast):
                wait_for(lambda: d.inspect(x, "{{.State.Status}}") == "exited", "docker knows", step=0.1)
            equal(d.inspect(c, "{{.State.ExitCode}}"), d.inspect(contrast, "{{.State.ExitCode}}"))
    nothing_left()


@test
def pairs_as_compose_makes_them():
    """A network of their own, names, a service and its client, a volume that both have."""
    d("network", "create", "--subnet", "172.30.252.0/24", "pair")
    d("volume", "create", "shared")
    try:
        with d.container("--net=pair", "--name=web", "--network-alias=www", "-v", "shared:/srv", "bb", "sh", "-c",
                         "echo hello from web > /srv/index.html; httpd -f -p 80 -h /srv") as web:
            with d.container("--net=pair", "--name=client", "-v", "shared:/from:ro", "bb", "sleep", "1000"):
                wait_for(lambda: d("exec", "client", "wget", "-qO-", "http://web/", status=None).out == "hello from web\n", "the page")
                equal(d("exec", "client", "wget", "-qO-", "http://www/").out, "hello from web\n")
                equal(d("exec", "client", "cat", "/from/index.html").out, "hello from web\n")
                has(d("exec", "client", "sh", "-c", "echo x > /from/y", status=None).err, "Read-only")
                # A second network, while it runs.
                d("network", "connect", "bridge", "client")
                has(d("exec", "client", "ip", "-o", "addr").out, "172.30.251.")
                d("restart", "-t", "1", web)
                wait_for(lambda: d("exec", "client", "wget", "-qO-", "http://web/", status=None).out == "hello from web\n", "again")
    finally:
        d("network", "rm", "pair", status=None)
        d("volume", "rm", "-f", "shared", status=None)
    nothing_left()


@test(limit=1500)
def fifty_at_once():
    ids = []
    try:
        started = [subprocess.Popen([DOCKER, "-H", f"unix://{d.socket}", "run", "-d", "bb", "sleep", "1000"],
                                    stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(50)]
        for p in started:
            out, err = p.communicate(timeout=1200)
            check(p.returncode == 0, err)
            ids.append(out.strip())
        maps = {read(f"/proc/{d.pid(c)}/uid_map").split()[1] for c in ids}
        equal(len(maps), 50, "ranges of ids")
    finally:
        if ids:
            d("rm", "-f", *ids, limit=1200)
    nothing_left()


@test
def health_from_starting_to_unhealthy():
    """With what the check said, its status, and how often it failed."""
    def health(c):
        return json.loads(d("inspect", "-f", "{{json .State.Health}}", c).out)

    def becomes(c, status):
        wait_for(lambda: health(c)["Status"] == status, status, step=0.2)
    options = ("--health-interval=1s", "--health-retries=2")
    check_of = ("--health-cmd", "test -e /tmp/well && echo all is well || exit 1", *options, "--health-start-period=300s", "--health-timeout=60s")
    with d.container(*check_of, "bb", "sleep", "1000") as ours, d.container(*check_of, "bb", "sleep", "1000", runtime="runc") as runcs, \
         d.container("--health-cmd", "echo began; sleep 99", *options, "--health-start-period=1s", "--health-timeout=1s", "bb", "sleep", "1000") as slow:
        for c in (ours, runcs):
            equal(health(c)["Status"], "starting")
            d("exec", c, "touch", "/tmp/well")
        for c in (ours, runcs):
            becomes(c, "healthy")
            last = health(c)["Log"][-1]
            equal((last["ExitCode"], last["Output"]), (0, "all is well\n"))
            d("exec", c, "rm", "/tmp/well")
        for c in (ours, runcs):
            becomes(c, "unhealthy")
            check(health(c)["FailingStreak"] >= 2, "twice")
        # A check that takes too long is killed.
        becomes(slow, "unhealthy")
        has(health(slow)["Log"][-1]["Output"], "exceeded timeout")
        has(d("ps", "--filter", "health=unhealthy", "-q", "--no-trunc").out, slow)
    nothing_left()


@test
def an_init_and_namespaces_of_another():
    seen = {}
    for runtime in ("bulkhead", "runc"):
        with d.container("--init", "--ipc=shareable", "--hostname=first", "bb", "sh", "-c", "sh -c 'sleep 0.1 &'; echo x > /dev/shm/f; sleep 2000",
                         runtime=runtime) as a, \
             d.container(f"--pid=container:{a}", f"--ipc=container:{a}", f"--network=container:{a}", "bb", "sleep", "3000", runtime=runtime) as b:
            for kind in ("pid", "ipc", "net"):
                equal(*[os.readlink(f"/proc/{d.pid(c)}/ns/{kind}") for c in (a, b)], kind)
            wait_for(lambda: d("exec", b, "cat", "/dev/shm/f", status=None).out == "x\n", "the file")
            # Whoever is orphaned is reaped by the first process, which is docker's.
            wait_for(lambda: "[sleep]" not in d("exec", a, "ps").out, "no zombie")
            seen[runtime] = [d("exec", a, "cat", "/proc/1/comm").out, d("exec", b, "cat", "/dev/shm/f").out, d("exec", b, "hostname").out]
            # A signal to the first process of the other one, which hands it on and ends: the processes of both end with it.
            # Not by an exec that docker waits for: its process ends with the others, and dockerd may not hear of it any more.
            d("exec", "-d", b, "sh", "-c", "sleep 1; kill 1")
            for c in (a, b):
                wait_for(lambda: d.inspect(c, "{{.State.Status}}") == "exited", "the end of both")
                seen[runtime].append(d.inspect(c, "{{.State.ExitCode}}"))
    equal(*seen.values(), "with bulkhead, and with runc")
    nothing_left()


@test(limit=600)
def images_are_built():
    """RUN steps are containers of the default runtime; what they make is root's on disk and in the image."""
    context = f"{d.top}/context"
    os.makedirs(context, exist_ok=True)
    write(f"{context}/Dockerfile", "FROM bb\nRUN id -u > /who && mkdir -p /opt/app && chown 1000:1000 /opt/app && cat /proc/self/uid_map > /map\n"
          "COPY file /opt/app/file\nUSER 1000\nRUN touch /opt/app/mine\nENV A=b\nCMD [\"cat\", \"/opt/app/file\"]\n")
    write(f"{context}/file", "copied\n")
    out = run(DOCKER, "-H", f"unix://{d.socket}", "build", "-t", "built", context, limit=500,
              env={"DOCKER_BUILDKIT": "0", "PATH": os.environ["PATH"], "HOME": d.top}).out
    has(out, "Successfully built")
    equal(d("run", "--rm", "built").out, "copied\n")
    equal(d("run", "--rm", "built", "stat", "-c", "%u %g", "/who", "/opt/app", "/opt/app/file", "/opt/app/mine").out,
          "0 0\n1000 1000\n0 0\n1000 1000\n")
    check(int(d("run", "--rm", "built", "cat", "/map").out.split()[1]) >= 65536, "the build step had ids of its own")
    equal(d("run", "--rm", "--runtime=runc", "built", "cat", "/who").out, "0\n")
    nothing_left()


@test
def privileged_commands_are_refused():
    with d.container("bb", "sleep", "1000") as c:
        r = d("exec", "--privileged", c, "grep", "CapEff", "/proc/self/status")
        equal(r.out.split()[1], read(f"/proc/{d.pid(c)}/status").split("CapEff:")[1].split()[0], "exec --privileged gives nothing")
    r = d("run", "--rm", "--privileged", "bb", "true", status=None)
    check(r.status == 125 or r.status == 128, r)
    has(r.err, "policy: privileged")


@test
def top_shows_the_hosts_view():
    with d.container("bb", "sh", "-c", "sleep 1000 & sleep 2000") as c:
        wait_for(lambda: len(re.findall("sleep [12]000", d("top", c).out)) >= 2, "both")
        table = d("top", c, "-o", "pid,uid,args").out.splitlines()
        has(table[0], "PID")
        pids = [int(row.split()[0]) for row in table[1:]]
        check(d.pid(c) in pids and all(os.path.exists(f"/proc/{p}") for p in pids), table)


if __name__ == "__main__":
    dockerd.run_tests(d)
