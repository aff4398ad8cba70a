#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Several commands on one container at once, and commands that are killed in the middle: one wins, the others are told the
container's state, and nothing is left. (create that is killed: test_lifecycle.py; update at once: test_update.py.)"""
import json
import os
import random
import re
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from bundle import bundle  # noqa: E402
from harness import check, descriptors, equal, has, main, read, run, test, wait_for  # noqa: E402

RNG = random.Random(int(os.environ.get("BULKHEAD_SEED", "1")))
# Every way to say that another command was first.
STATES = re.compile("container does not exist|container not running|cannot start an already running container|"
                    "cannot start a container that has stopped|that is not stopped: (running|paused|created)|"
                    "container not paused|cannot exec in a (stopped|paused|created) container|cannot exec a container that has|"
                    "container with given ID already exists|container is busy|cannot start a container in the \\w+ state|"
                    "the container's process (ended|is gone)|ended during its set-up|"
                    "cannot exec|exec failed|error adding pid|is not running|"
                    # v1: an exec that goes on making processes in it
                    "freezing the container's cgroup: ETIMEDOUT")


class Started:
    """A command that runs beside others."""

    def __init__(self, b, *argv):
        self.argv = argv
        self.p = subprocess.Popen(b.command(*argv), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                  stderr=subprocess.PIPE, text=True, env={"PATH": os.environ["PATH"]})

    def end(self):
        err = self.p.communicate(timeout=60)[1]
        # 137: the program of exec was killed with the container.
        if self.p.returncode > 0 and not (self.argv[0] == "exec" and self.p.returncode == 137):
            equal(len(err.strip().splitlines()), 1, f"lines of {self.argv}: {err!r}")
            check(STATES.search(err), f"{self.argv}: {err!r} tells no state")
        return self.p.returncode, err


def at_once(b, *commands):
    return [s.end() for s in [Started(b, *c) for c in commands]]


def create(b, cid):
    b.save()
    with open(f"{b.top}/out", "w") as f:
        return subprocess.run(b.command("create", "--bundle", f"{b.top}/bundle", cid), stdin=subprocess.DEVNULL,
                              stdout=f, stderr=f, timeout=60, check=False).returncode


@test
def one_start_wins():
    with bundle() as b:
        for _ in range(3):
            with b.created("sleep", "1000") as cid:
                ends = at_once(b, *[("start", cid)] * 6)
                equal(sorted(s for s, _ in ends), [0, 1, 1, 1, 1, 1])
                for status, err in ends:
                    if status:
                        has(err, "cannot start an already running container")
                equal(b.state(cid)["status"], "running")


@test
def one_start_wins_with_hooks():
    """The others wait for the lock, and find what the winner left."""
    with bundle() as b:
        log = f"{b.top}/log"
        b.config["hooks"] = {"poststart": [{"path": "/bin/sh", "args": ["sh", "-c", f"sleep 0.2; echo x >> {log}"],
                                            "env": ["PATH=/usr/bin:/bin"]}]}
        with b.created("sleep", "1000") as cid:
            equal(sorted(s for s, _ in at_once(b, *[("start", cid)] * 4)), [0, 1, 1, 1])
            equal(read(log), "x\n", "poststart ran once")
        b.config["hooks"]["poststart"] = [{"path": "/bin/false"}]
        with b.created("sleep", "1000") as cid:
            ends = at_once(b, *[("start", cid)] * 2)
            texts = sorted(err for _, err in ends)
            check(any("error running poststart hook" in t for t in texts) and any("does not exist" in t for t in texts), texts)
            b.nothing_left(cid)


def hook_failure_is_a_state():
    global STATES
    STATES = re.compile(STATES.pattern + "|error running poststart hook")


@test
def one_delete_wins():
    with bundle() as b:
        for force in ((), ("--force",)):
            with b.created("sleep", "1000") as cid:
                b("start", cid)
                b("kill", cid, "KILL")
                wait_for(lambda: b.state(cid)["status"] == "stopped", "stopped")
                ends = at_once(b, *[("delete", *force, cid)] * 6)
                equal(sorted(s for s, _ in ends), [0] * 6 if force else [0, 1, 1, 1, 1, 1], ends)
                b.nothing_left(cid)


@test
def start_or_delete():
    with bundle() as b:
        won = set()
        for _ in range(8):
            with b.created("sleep", "1000") as cid:
                pair = [("start", cid), ("delete", cid)]
                RNG.shuffle(pair)
                ends = dict(zip((c[0] for c in pair), at_once(b, *pair)))
                equal(sorted(s for s, _ in ends.values()), [0, 1], ends)
                if ends["start"][0] == 0:
                    won.add("start")
                    equal(b.state(cid)["status"], "running")
                    has(ends["delete"][1], "that is not stopped: running")
                else:
                    won.add("delete")
                    b.nothing_left(cid)
        check(won, won)


@test
def one_creation_of_a_name_that_is_being_deleted():
    with bundle() as b:
        b.args("sleep", "1000")
        cid = b.new_id()
        for _ in range(8):
            equal(create(b, cid), 0)
            deletion = Started(b, "delete", "--force", cid)
            status = create(b, cid)
            equal(deletion.end()[0], 0)
            if status:
                has(read(f"{b.top}/out"), "already exists")
            b("delete", "--force", cid)
            b.nothing_left(cid)


@test(limit=240)
def everything_at_once():
    with bundle() as b:
        commands = (("kill", None, "KILL"), ("pause", None), ("resume", None), ("exec", None, "true"), ("update", "--pids-limit", "99", None),
                    ("delete", None), ("delete", "--force", None), ("start", None), ("state", None), ("ps", None))
        for _ in range(10):
            with b.created("sleep", "1000") as cid:
                if RNG.random() < 0.7:
                    b("start", cid)
                chosen = [[cid if a is None else a for a in RNG.choice(commands)] for _ in range(8)]
                started = [Started(b, *c) for c in chosen]
                # Whom a pause has caught on its way in waits for somebody who resumes the container.
                soon = time.monotonic() + 2
                while any(s.p.poll() is None for s in started):
                    time.sleep(0.02)
                    if time.monotonic() > soon:
                        b("resume", cid, status=None)
                for s in started:
                    s.end()
                for name in ("state.json", "config.json", "hardening.json"):
                    if os.path.exists(f"{b.root}/{cid}/{name}"):
                        json.loads(read(f"{b.root}/{cid}/{name}"))
                b("resume", cid, status=None)


class Killer:
    """Kills commands at random moments of their lives: how long those are on this machine, now, is learned from those that ended."""

    def __init__(self, b):
        self.b, self.longest, self.early = b, 0.02, 0

    def __call__(self, *argv):
        with open(f"{self.b.top}/killed", "w") as f:
            p = subprocess.Popen(self.b.command(*argv), stdin=subprocess.DEVNULL, stdout=f, stderr=f, env={"PATH": os.environ["PATH"]})
        time.sleep(RNG.uniform(0, self.longest))
        p.send_signal(signal.SIGKILL)
        early = p.wait(60) < 0
        self.early += early
        self.longest *= 1.15 if early else 0.7

    def enough(self, least, of):
        check(self.early >= least, f"only {self.early} of {of} were killed before their end")


@test(limit=240)
def start_that_is_killed():
    with bundle() as b:
        kill = Killer(b)
        for _ in range(20):
            with b.created("sleep", "1000") as cid:
                kill("start", cid)
                # The program runs, or waits for another start.
                status = wait_for(lambda: (lambda s: s if s in ("created", "running") else None)(b.state(cid)["status"]), "a state")
                if status == "created":
                    b("start", cid, status=None)
                wait_for(lambda: b.state(cid)["status"] == "running", "running")
        kill.enough(4, 20)


@test
def start_after_one_that_was_killed():
    """The first process has heard of that one, and nobody else knows: who comes then waits for it, and does the rest."""
    with bundle() as b:
        b.config["hooks"] = {"startContainer": [{"path": "/bin/sh", "args": ["sh", "-c", "until test -e /tmp/go; do sleep 0.05; done"],
                                                 "env": ["PATH=/bin"]}],
                             "poststart": [{"path": "/bin/sh", "args": ["sh", "-c", f"echo x >> {b.top}/log"], "env": ["PATH=/usr/bin:/bin"]}]}
        with b.created("sleep", "1000") as cid:
            # Between its connection and the removal of the socket.
            run("strace", "-o", "/dev/null", "-P", "start.sock", "-e", "inject=unlinkat:error=EIO:signal=KILL:when=1",
                *b.command("start", cid), status=None)
            check(os.path.exists(f"{b.root}/{cid}/start.sock"), "it was not killed in time")
            second = Started(b, "start", cid)
            wait_for(lambda: any("socket" in x for x in descriptors(second.p.pid).values()), "the second start")
            time.sleep(0.2)
            open(f"{b.rootfs}/tmp/go", "w").close()
            equal(second.end()[0], 0)
            equal(b.state(cid)["status"], "running")
            equal(read(f"{b.top}/log"), "x\n", "poststart ran once")


@test(limit=240)
def delete_that_is_killed():
    with bundle() as b:
        kill = Killer(b)
        for _ in range(20):
            with b.created("sleep", "1000") as cid:
                b("start", cid)
                kill("delete", "--force", cid)
        kill.enough(4, 20)


@test(limit=240)
def exec_update_and_pause_that_are_killed():
    with bundle() as b:
        kill = Killer(b)
        with b.started("sleep", "1000") as cid:
            for argv in (("exec", cid, "true"), ("exec", "-d", cid, "sleep", "0.1"), ("update", "--memory", "100m", "--pids-limit", "60", cid)):
                for _ in range(10):
                    kill(*argv)
                    equal(b.state(cid)["status"], "running", argv)
                b("exec", cid, "true")
                b("update", "--memory", "120m", "--pids-limit", "61", cid)
                # An update that dies between its files and their seal leaves a file that is not what was sealed; all else holds.
                bad = [line for line in b("verify", cid, status=None).out.splitlines() if line.startswith("FAILED")]
                equal([line for line in bad if argv[0] == "exec" or line.split()[1] != "state"], [], argv)
            for _ in range(10):
                kill("pause", cid)
                check(b.state(cid)["status"] in ("running", "paused"), "a state")
                b("resume", cid, status=None)
                equal(b.state(cid)["status"], "running")
            # What exec had begun is gone, or has ended.
            pid = b.state(cid)["pid"]
            wait_for(lambda: json.loads(b("ps", "--format", "json", cid).out) == [pid], "the first process alone")
        kill.enough(6, 40)


@test
def a_stopped_start_holds_nobody_for_ever():
    with bundle() as b:
        log = f"{b.top}/log"
        b.config["hooks"] = {"poststart": [{"path": "/bin/sh", "args": ["sh", "-c", f"echo > {log}; while [ ! -e {b.top}/go ]; do sleep 0.05; done"],
                                           "env": ["PATH=/usr/bin:/bin"]}]}
        with b.created("sleep", "1000") as cid:
            p = subprocess.Popen(b.command("start", cid), stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            wait_for(lambda: os.path.exists(log), "poststart")
            p.send_signal(signal.SIGSTOP)
            begin = time.monotonic()
            equal(b.state(cid)["status"], "running")
            b("kill", cid, "KILL")
            wait_for(lambda: b.state(cid)["status"] == "stopped", "stopped")
            check(time.monotonic() - begin < 40, "kill and state do not wait for it")
            open(f"{b.top}/go", "w").close()
            p.send_signal(signal.SIGCONT)
            p.wait(60)


if __name__ == "__main__":
    hook_failure_is_a_state()
    main()
