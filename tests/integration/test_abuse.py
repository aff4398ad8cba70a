#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Commands that collide, die or find their files spoiled; containers that will not go."""
import json
import os
import random
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from bundle import bundle  # noqa: E402
from harness import (BULKHEAD, cgroups, check, equal, has, id_ranges, main, proc_status, read, run, test,  # noqa: E402
                     wait_for, write)

SEED = int(os.environ.get("BULKHEAD_SEED", "1"))


def popen(b, *argv):
    with open(f"{b.top}/out", "w") as f:
        return subprocess.Popen([BULKHEAD, "--root", b.root, *argv], stdin=subprocess.DEVNULL, stdout=f, stderr=f)


def alive(b, cid):
    """The container's pid when its record is complete and its process runs."""
    try:
        record = json.loads(read(f"{b.root}/{cid}/state.json"))
    except (FileNotFoundError, ValueError):
        return 0
    pid = record.get("pid", 0)
    if not record.get("complete") or not os.path.exists(f"/proc/{pid}"):
        return 0
    try:
        return 0 if proc_status(pid, "State").startswith("Z") else pid
    except (FileNotFoundError, ProcessLookupError):
        return 0


@test(limit=200)
def eight_processes_fifty_rounds_one_id():
    """Any command may lose, with one line; none may hang, die, or give away what another one holds."""
    with bundle() as b:
        b.args("sleep", "1000").save()
        cid = b.new_id()
        path = f"{b.top}/bundle"
        commands = (["create", "-b", path, cid], ["create", "-b", path, cid], ["run", "-d", "-b", path, cid], ["start", cid],
                    ["state", cid], ["kill", cid, "KILL"], ["delete", cid], ["delete", "-f", cid], ["list"])

        def worker(n):
            rng = random.Random(SEED * 100 + n)
            for i in range(50):
                argv = rng.choice(commands)
                with open(f"{b.top}/log-{n}", "w+") as f:
                    p = subprocess.run([BULKHEAD, "--root", b.root, *argv], stdin=subprocess.DEVNULL, stdout=f, stderr=f,
                                       timeout=60)
                    f.seek(0)
                    text = f.read()
                errors = [line for line in text.splitlines() if "level=error" in line]
                bad = p.returncode not in (0, 1) or len(errors) > 1 or "bug" in text or (p.returncode and not errors)
                if bad and argv != ["list"]:
                    write(f"{b.top}/bad-{n}", f"{argv[0]}: status {p.returncode}: {text}")
                    return 1
            return 0

        pids = []
        for n in range(8):
            pid = os.fork()
            if pid == 0:
                status = 2
                try:
                    status = worker(n)
                except BaseException as e:
                    write(f"{b.top}/bad-{n}", repr(e))
                finally:
                    os._exit(status)
            pids.append(pid)
        left = set(pids)
        while left:
            pid, status = os.waitpid(-1, os.WNOHANG)
            left.discard(pid)
            # Whoever lives holds a range: seen three times, since commands are at work meanwhile.
            for _ in range(3):
                before = alive(b, cid)
                held = any(v.endswith("/" + cid) for v in id_ranges().values())
                if held or not before or alive(b, cid) != before:
                    break
                time.sleep(0.1)
            else:
                write(f"{b.top}/bad-range", f"process {before} runs, its id range is free")
            time.sleep(0.01)
        bad = [read(f"{b.top}/{n}") for n in os.listdir(b.top) if n.startswith("bad-")]
        equal(bad, [], "what went wrong")
        b("delete", "-f", cid)
        b.nothing_left(cid)


@test
def start_killed_at_any_moment():
    """The state tells the truth: created can be started, running runs its program."""
    with bundle() as b:
        rng = random.Random(SEED)
        b.config["hooks"] = {"startContainer": [{"path": "/bin/sh", "args": ["sh", "-c", ":"], "env": ["PATH=/bin"]}]}
        for i in range(60):
            with b.created("sleep", "1000") as cid:
                pid = b.state(cid)["pid"]
                p = popen(b, "start", cid)
                time.sleep(rng.uniform(0, 0.008))
                p.kill()
                p.wait(60)

                def settled():
                    status = b.state(cid)["status"]
                    name = read(f"/proc/{pid}/comm").strip()
                    return status if (status, name) in (("running", "sleep"), ("created", "bulkhead:init")) else None
                try:
                    status = wait_for(settled, "a true state", 60)
                except Exception:
                    check(False, f"state {b.state(cid)['status']}, process {read(f'/proc/{pid}/comm')!r}")
                if status == "created":
                    # The first process may have heard of the start that was killed, and be on its way: one of both counts.
                    r = b("start", cid, status=None)
                    check(r.status == 0 or "already running" in r.err or "does not answer" in r.err, f"start: {r}")
                    if r.status == 0:
                        equal(b.state(cid)["status"], "running")
                    wait_for(lambda: settled() == "running", "the program", 60)
                else:
                    has(b("start", cid, status=1).err, "already running")
                    has(b("delete", cid, status=1).err, "not stopped")


@test
def delete_killed_at_any_moment():
    with bundle() as b:
        rng = random.Random(SEED)
        b.args("sleep", "1000").save()
        for i in range(60):
            cid = b.new_id()
            p = popen(b, "run", "-d", "-b", f"{b.top}/bundle", cid)
            equal(p.wait(60), 0, b.output())
            p = popen(b, "delete", "--force", cid)
            time.sleep(rng.uniform(0, 0.01))
            p.kill()
            p.wait(60)
            b("state", cid, status=None)
            b("delete", "--force", cid)
            b.nothing_left(cid)


@test
def foreground_run_killed_at_any_moment():
    with bundle() as b:
        rng = random.Random(SEED)
        b.args("sh", "-c", "sleep 1000 & wait").save()
        for i in range(60):
            cid = b.new_id()
            p = popen(b, "run", "-b", f"{b.top}/bundle", cid)
            time.sleep(rng.uniform(0, 0.03))
            p.kill()
            p.wait(60)
            b("delete", "--force", cid)
            b.nothing_left(cid)


@test
def deleted_by_force_while_it_is_created():
    """Either create wins and there is a whole container for delete, or it fails: never half of one."""
    with bundle() as b:
        rng = random.Random(SEED)
        b.args("sleep", "1000").save()
        for i in range(60):
            cid = b.new_id()
            c = popen(b, "create", "-b", f"{b.top}/bundle", cid)
            time.sleep(rng.uniform(0, 0.012))
            d = b("delete", "--force", cid)
            equal(d.err, "")
            check(c.wait(60) in (0, 1), f"create: {c.returncode}")
            if c.returncode == 0 and os.path.exists(f"{b.root}/{cid}"):
                equal(b.state(cid)["status"], "created")
            b("delete", "--force", cid)
            b.nothing_left(cid)


@test
def forced_delete_does_not_wait_for_a_start_that_hangs():
    with bundle() as b:
        b.config["hooks"] = {"startContainer": [{"path": "/bin/sleep", "args": ["sleep", "1000"]}]}
        b.args("true").save()
        cid = b.new_id()
        equal(popen(b, "create", "-b", f"{b.top}/bundle", cid).wait(60), 0)
        p = popen(b, "start", cid)
        wait_for(lambda: not os.path.exists(f"{b.root}/{cid}/start.sock"), "the hook")
        equal(b.state(cid)["status"], "running")
        b("delete", "--force", cid, limit=60)
        p.wait(60)
        b.nothing_left(cid)


@test
def spoiled_state():
    """A record that is not ours is an error in one line, and no process or file pays for it."""
    with bundle() as b, b.created("sleep", "1000") as cid:
        path = f"{b.root}/{cid}/state.json"
        good = read(path)
        record = json.loads(good)
        bad = [good[:n] for n in (0, 1, 10, len(good) // 2, len(good) - 3)] + [
            "[]", "null", json.dumps({**record, "format": 99}), json.dumps({**record, "pid": "x"}),
            json.dumps({**record, "pid": -1}), json.dumps({**record, "pid": 1 << 40}), good * 2, "\0" * 4096, "x" * (2 << 20)]
        for text in bad:
            write(path, text)
            for argv in (["state"], ["start"], ["kill"], ["delete"], ["delete", "--force"]):
                r = b(*argv, cid, status=1)
                equal(len(r.err.splitlines()), 1, f"{argv} with {text[:60]!r}: {r.err[:300]!r}")
            b("list")
        os.unlink(path)
        for make in (lambda: os.symlink("/etc/passwd", path), lambda: os.mkfifo(path), lambda: os.mkdir(path)):
            make()
            for argv in (["state"], ["kill"], ["delete", "--force"]):
                b(*argv, cid, status=1, limit=60)
            (os.rmdir if os.path.isdir(path) and not os.path.islink(path) else os.unlink)(path)
        write(path, good, 0o600)
        equal(b.state(cid)["status"], "created")
        for uid, mode in ((65534, 0o700), (0, 0o777), (0, 0o770)):
            os.chown(f"{b.root}/{cid}", uid, -1)
            os.chmod(f"{b.root}/{cid}", mode)
            for argv in (["state"], ["kill"], ["delete", "--force"]):
                has(b(*argv, cid, status=1).err, "not ours alone")
        os.chown(f"{b.root}/{cid}", 0, 0)
        os.chmod(f"{b.root}/{cid}", 0o700)
        os.symlink(f"{b.root}/{cid}", f"{b.root}/link")
        b("delete", "--force", "link", status=1)
        os.unlink(f"{b.root}/link")


@test
def links_in_the_state_directory():
    """Files of the state are replaced or removed, never written through."""
    with bundle() as b:
        victim = f"{b.top}/victim"
        write(victim, "untouched")
        with b.created("sleep", "1000") as cid:
            for name in ("config.json", "hardening.json", "start.sock", ".state.json.new"):
                p = f"{b.root}/{cid}/{name}"
                if os.path.lexists(p):
                    os.unlink(p)
                os.symlink(victim, p)
            b("start", cid, status=1)
            b("delete", "--force", cid)
            check(not os.path.exists(f"{b.root}/{cid}"), "state left")
        equal(read(victim), "untouched")


@test
def a_reused_pid_is_not_signalled():
    with bundle() as b:
        bystander = subprocess.Popen(["sleep", "1000"])
        time.sleep(0.1)  # The start time of a process is known in steps of 10 ms.
        with b.created("sleep", "1000") as cid:
            path = f"{b.root}/{cid}/state.json"
            good = read(path)
            record = json.loads(good)
            write(path, json.dumps({**record, "pid": bystander.pid}))
            equal(b.state(cid)["status"], "stopped")
            has(b("kill", cid, "KILL", status=1).err, "not running")
            b("kill", "--all", cid, "KILL")
            b("delete", "--force", cid)
            time.sleep(0.1)
            equal(bystander.poll(), None, "the bystander")
            equal(cgroups(cid), [], "cgroups")
        bystander.kill()
        bystander.wait()


@test
def another_containers_cgroup_is_not_ours():
    """A creator that was killed named a cgroup that others live in: kill and delete leave those alone."""
    with bundle() as b:
        b.config["linux"]["cgroupsPath"] = f"/bkht-shared-{os.getpid()}/one"
        with b.started("sleep", "1000") as first:
            pid = b.state(first)["pid"]
            has(b.refused("cgroup").err, "not empty")
            # Nor when the runtime is in a pid namespace in which those processes have no number.
            has(run("unshare", "-pf", "--kill-child", "--mount-proc", *b.command("run", "-b", f"{b.top}/bundle", b.new_id()), status=1).err, "not empty")
            # The record as it is before the cgroups are made.
            second = b.new_id()
            os.mkdir(f"{b.root}/{second}", 0o700)
            record = json.loads(read(f"{b.root}/{first}/state.json"))
            record.update(id=second, complete=False, idRange=0)
            for k in ("pid", "startTime"):
                record.pop(k, None)
            write(f"{b.root}/{second}/state.json", json.dumps(record), 0o600)
            for argv in (["--all", second, "KILL"], ["-a", second, "TERM"]):
                has(b("kill", *argv, status=1).err, "container not running")
            b("delete", "--force", second)
            check(not os.path.exists(f"{b.root}/{second}"), "state left")
            equal((b.state(first)["status"], b.state(first)["pid"]), ("running", pid))
            # Nor is one that others' cgroups are in.
            b.config["linux"]["cgroupsPath"] = f"/bkht-shared-{os.getpid()}"
            has(b.refused("cgroup").err, "not empty")
            equal(b.state(first)["status"], "running")
            check(any(f"bkht-shared-{os.getpid()}" in line for line in read(f"/proc/{pid}/cgroup").splitlines()), "still in its cgroup")
        for d in cgroups(f"bkht-shared-{os.getpid()}"):
            os.rmdir(d)


@test
def processes_that_will_not_go():
    with bundle() as b:
        deaf = "trap '' HUP INT QUIT TERM USR1 USR2 ALRM PIPE TSTP TTIN TTOU; echo up; while :; do sleep 0.2; done"
        with b.started("sh", "-c", deaf) as cid:
            wait_for(lambda: "up" in b.output(), "the container")
            for s in ("TERM", "INT", "HUP"):
                b("kill", cid, s)
            equal(b.state(cid)["status"], "running")
        with b.started("sh", "-c", deaf) as cid:
            os.kill(b.state(cid)["pid"], signal.SIGSTOP)
            equal(b.state(cid)["status"], "running")
            b("kill", cid, "KILL")
            wait_for(lambda: b.state(cid)["status"] == "stopped", "stopped")
        with b.started("sh", "-c", deaf) as cid:
            os.kill(b.state(cid)["pid"], signal.SIGSTOP)


@test
def a_full_pids_limit():
    """A container that has used up its processes, and makes new ones as fast as it can, is deleted."""
    with bundle() as b:
        b.config["linux"]["resources"]["pids"] = {"limit": 60}
        with b.started("sh", "-c", "f() { f 2>/dev/null & f 2>/dev/null & sleep 1000; }; echo up; f; sleep 1000") as cid:
            wait_for(lambda: "up" in b.output(), "the container")
            time.sleep(0.5)
            equal(b.state(cid)["status"], "running")
            started = time.monotonic()
            b("delete", "--force", cid)
            check(time.monotonic() - started < 40, "delete takes long")


@test
def limits_too_low_to_start():
    """One clear error, no container, nothing left."""
    with bundle() as b:
        for memory in ({"limit": 4096}, {"limit": 65536}, {"limit": 65536, "disableOOMKiller": True},
                       {"limit": 262144, "swap": 262144}):
            b.config["linux"]["resources"]["memory"] = memory
            r = b.run("true", status=None, limit=60)
            # 139: execve(2) ran out of memory behind its point of no return.
            check(r.status in (0, 1, 137, 139), f"{memory}: {r}")
            if r.status == 1:
                equal(len(r.err.splitlines()), 1, f"{memory}: {r.err!r}")
        del b.config["linux"]["resources"]["memory"]
        b.config["linux"]["resources"]["pids"] = {"limit": 1}
        equal(b.run("echo", "one").out, "one\n")
        b.config["hooks"] = {"startContainer": [{"path": "/bin/true"}]}
        has(b.run("true", status=1).err, "level=error")


if __name__ == "__main__":
    main()
