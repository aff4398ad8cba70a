# SPDX-License-Identifier: LGPL-2.1-or-later
"""checkpoint and restore of real containers in a virtual machine; started by test_checkpoint.sh."""
import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from bundle import bundle, overlay  # noqa: E402
from harness import (cgroups, check, equal, has, id_ranges, main, only_if, read, run, scratch, test, wait_for,  # noqa: E402
                     write)

VERSION = tuple(int(n) for n in re.search(r"Version: (\d+)\.(\d+)", run("criu", "--version").out).groups())
KEEPS = VERSION >= (3, 19)
# Older ones lose no_new_privs; so that rule is off where something else is looked at.
POLICY = None if KEEPS else {"version": 1, "noNewPrivileges": {"level": "off"}}
OFF = json.loads(read(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../contrib/policy/off.json")))
# The whole of it with a CRIU that keeps everything, under the built-in policy; in the other machines what is different there.
WHOLE = KEEPS
FREEZERS = KEEPS or os.environ["LAYOUT"] == "hybrid"
# A number that is in memory only, and told to a file: a new process would begin again.
COUNT = "i=0; while :; do i=$((i+1)); echo $i > /tmp/count; sleep 0.1; done"
STEP = 0.1


def count(b):
    path = f"{b.rootfs}/tmp/count"
    return int((read(path).strip() if os.path.exists(path) else "") or 0)


def counted_to(b, n):
    return wait_for(lambda: count(b) >= n and count(b), f"a count of {n}", limit=120)


def stands_still(b):
    before = count(b)
    time.sleep(0.5)
    equal(count(b), before, "nobody counts")
    return before


@contextlib.contextmanager
def ready(policy=POLICY):
    with bundle() as b:
        b.policy = policy
        b.besides = ()  # mounts of an engine's, which stay
        yield b


def said(b):
    try:
        return os.read(b.pipe, 65536).decode()
    except BlockingIOError:
        return ""


def open_pipe(b):
    b.pipe, end = os.pipe()
    os.set_blocking(b.pipe, False)
    return end


@contextlib.contextmanager
def started(b, *argv):
    """A running container as an engine has it: its output goes into a pipe, b.pipe."""
    b.args(*argv)
    b.save()
    end = open_pipe(b)
    cid = b.new_id()
    p = subprocess.run(b.command("run", "--detach", "--bundle", f"{b.top}/bundle", cid), stdin=subprocess.DEVNULL, stdout=end,
                       stderr=end, timeout=300, check=False)
    os.close(end)
    try:
        equal(p.returncode, 0, said(b))
        yield cid
    finally:
        b("delete", "--force", cid)
        os.close(b.pipe)
    b.nothing_left(cid, b.besides)


def checkpoint(b, cid, *options, status=0, images="images"):
    r = b("checkpoint", "--image-path", f"{b.top}/{images}", *options, cid, status=None, limit=300)
    if r.status != status:
        show(f"{b.top}/{images}/dump.log")
    equal(r.status, status, r.all)
    # As for every command: silent, or one line.
    equal((r.out, len(r.err.splitlines())), ("", 1 if status else 0), r.err)
    return r


def show(log):
    if os.path.exists(log):
        print("".join(f"# {line}\n" for line in read(log).splitlines()[-40:]))


def restore(b, cid, *options, images="images"):
    """Detached, with another pipe. (status, what it said)"""
    b.save()
    os.close(b.pipe)
    end = open_pipe(b)
    p = subprocess.run(b.command("restore", "--bundle", f"{b.top}/bundle", "--image-path", f"{b.top}/{images}", "--detach",
                                 *options, cid), stdin=subprocess.DEVNULL, stdout=end, stderr=end, timeout=300, check=False)
    os.close(end)
    return p.returncode, said(b)


@contextlib.contextmanager
def restored(b, cid, *options, images="images"):
    status, text = restore(b, cid, *options, images=images)
    if status:
        show(f"{b.top}/{images}/restore.log")
    equal((status, text if status else ""), (0, ""), "restore")
    try:
        yield
    finally:
        b("delete", "--force", cid)
    b.nothing_left(cid, b.besides)


def refused(b, cid, *words, options=(), images="images"):
    """A restore that must fail, and leave nothing."""
    status, text = restore(b, cid, *options, images=images)
    equal(status, 1, f"restore: {text}")
    for word in words:
        has(text, word)
    b.nothing_left(cid, b.besides)
    equal([p for p in processes() if "i=0; while" in p], [], "processes left")


def criu_restores():
    """Pids, the first one is CRIU's own."""
    return sorted(int(pid) for pid in filter(str.isdigit, os.listdir("/proc")) if "criu\0restore" in command_of(pid))


def command_of(pid):
    try:
        return read(f"/proc/{pid}/cmdline")
    except OSError:
        return ""


def processes():
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            found.append(read(f"/proc/{pid}/cmdline").replace("\0", " ").strip())
    return found


def verified(b, cid):
    r = b("verify", "--stop", cid, status=None)
    equal(r.status, 0, r.all)


def goes_on(b, *argv):
    """A container that counts, taken apart and put together again."""
    with started(b, "sh", "-c", COUNT) as cid:
        counted_to(b, 5)
        old = b.state(cid)["pid"]
        checkpoint(b, cid)
        has(b("state", cid, status=1).err, "does not exist")
        b.nothing_left(cid, b.besides)
        before = stands_still(b)
        began = time.monotonic()
        with restored(b, cid, *argv):
            s = b.state(cid)
            equal(s["status"], "running")
            check(s["pid"] != old or os.path.exists(f"/proc/{old}"), "pid")
            now = counted_to(b, before + 3)
            check(now <= before + 1 + (time.monotonic() - began) / STEP, f"from {before}, now {now}")
            verified(b, cid)
            r = b("exec", cid, "sh", "-c", "echo $(grep -c . /proc/1/status | head -1) $(id -u); hostname; kill -0 1")
            equal(r.out.split()[1:], ["0", "box"])
            return before


@test
def a_count_in_memory_goes_on():
    with ready() as b:
        goes_on(b)


@test
def with_every_rule_off():
    """No user namespace: everything in the container is made by CRIU."""
    with ready(OFF) as b:
        goes_on(b)


@only_if(not KEEPS)
def what_criu_would_lose_is_refused():
    """By default there is no_new_privs; early, and the container runs as before."""
    with ready(None) as b, started(b, "sh", "-c", COUNT) as cid:
        n = counted_to(b, 3)
        r = checkpoint(b, cid, status=1)
        has(r.err, "policy: noNewPrivileges: this version of CRIU would lose")
        check(not os.path.exists(f"{b.top}/images"), "images")
        counted_to(b, n + 3)


@only_if(not KEEPS)
def images_of_less_than_the_policy_are_refused():
    """Taken under a policy with a rule off, restored under one that has it on."""
    with ready() as b, started(b, "sh", "-c", COUNT) as cid:
        counted_to(b, 3)
        checkpoint(b, cid)
        b.policy = None
        refused(b, cid, "policy: noNewPrivileges")


@test
def images_without_a_user_namespace_are_refused():
    with ready(OFF) as b, started(b, "sh", "-c", COUNT) as cid:
        counted_to(b, 3)
        checkpoint(b, cid)
        b.policy = POLICY
        refused(b, cid, "policy: userns: these are images of a container without a user namespace")


def weaker(rule, *words):
    """What was written down under less than the policy does not go on under it."""
    with ready(dict(POLICY or {"version": 1}, **{rule: {"level": "off"}})) as b, started(b, "sh", "-c", COUNT) as cid:
        counted_to(b, 3)
        checkpoint(b, cid)
        before = stands_still(b)
        b.policy = POLICY
        refused(b, cid, *words)
        equal(count(b), before, "no step was made")


@only_if(WHOLE)
def images_with_a_weaker_filter_are_refused():
    weaker("seccomp", "policy: restore: thread", "seccomp filter")


@only_if(WHOLE)
def images_with_more_capabilities_are_refused():
    with ready(dict(POLICY or {"version": 1}, capabilities={"level": "off"})) as b:
        for name in ("bounding", "effective", "permitted"):
            b.config["process"]["capabilities"][name].append("CAP_SYS_PTRACE")
        with started(b, "sh", "-c", COUNT) as cid:
            counted_to(b, 3)
            checkpoint(b, cid)
            b.policy = POLICY
            refused(b, cid, "policy: restore: thread", "capabilities that are not in the plan")


@test
def other_ids_than_before():
    """The maps are the new container's, whoever has the old range meanwhile."""
    with ready() as b, ready(None) as other, started(b, "sh", "-c", "echo mine > /dev/shm/x; chown 1000:1000 /dev/shm/x; " + COUNT) as cid:
        counted_to(b, 3)
        old = read(f"/proc/{b.state(cid)['pid']}/uid_map").split()[1]
        checkpoint(b, cid)
        write("/run/bulkhead-ids/taken", "")
        # The same range for somebody else.
        os.unlink("/run/bulkhead-ids/taken")
        os.symlink(other.top, f"/run/bulkhead-ids/{old}")
        try:
            with restored(b, cid):
                new = read(f"/proc/{b.state(cid)['pid']}/uid_map").split()[1]
                check(new != old, f"range {new}")
                equal(id_ranges()[new].split("/")[-1], cid)
                counted_to(b, count(b) + 3)
                verified(b, cid)
                equal(b("exec", cid, "stat", "-c", "%u:%g", "/dev/shm/x").out, "1000:1000\n")
                equal(b("exec", cid, "cat", "/dev/shm/x").out, "mine\n")
                equal(b("exec", cid, "stat", "-c", "%u:%g", "/dev/pts/ptmx").out, "0:0\n")
        finally:
            os.unlink(f"/run/bulkhead-ids/{old}")


@test
def files_pipes_and_children():
    program = """exec 5>/tmp/log; mkfifo /tmp/f 2>/dev/null; echo before >&5
        (while read line; do echo "child $line" >&5; done) < /tmp/f & exec 6>/tmp/f
        trap 'echo got >&5' USR1; i=0
        while :; do i=$((i+1)); echo $i >&6; echo $i > /tmp/count; echo out $i; sleep 0.1; done"""
    with ready() as b:
        run("mkfifo", f"{b.rootfs}/tmp/f")
        with started(b, "sh", "-c", program) as cid:
            n = counted_to(b, 5)
            wait_for(lambda: f"child {n}" in read(f"{b.rootfs}/tmp/log"), "the child")
            has(said(b), "out 3\n")
            checkpoint(b, cid)
            before = stands_still(b)
            with restored(b, cid):
                n = counted_to(b, before + 3)
                wait_for(lambda: f"child {n}" in read(f"{b.rootfs}/tmp/log"), "the child")
                log = read(f"{b.rootfs}/tmp/log")
                equal([w for w in log.split() if w == "before"], ["before"], "the same open file")
                has(said(b), f"out {before + 2}\n", "the new pipe")
                b("kill", cid, "USR1")
                wait_for(lambda: "got" in read(f"{b.rootfs}/tmp/log"), "a signal's handler")
                equal(len(b("ps", "--format", "json", cid).out.split(",")) >= 2, True, "processes")


@only_if(WHOLE)
def left_running():
    with ready() as b, started(b, "sh", "-c", COUNT.replace("sleep", "echo $i >> /tmp/all; sleep")) as cid:
        counted_to(b, 3)
        pid = b.state(cid)["pid"]
        checkpoint(b, cid, "--leave-running")
        equal((b.state(cid)["status"], b.state(cid)["pid"]), ("running", pid))
        counted_to(b, count(b) + 3)
        verified(b, cid)
        has(restore(b, cid)[1], "container with given ID already exists")
        counted_to(b, count(b) + 3)
        # The images are whole: the container goes on from there once the other one is gone.
        at = count(b)
        b("delete", "--force", cid)
        write(f"{b.rootfs}/tmp/all", "")
        with restored(b, cid):
            first = int(wait_for(lambda: "\n" in read(f"{b.rootfs}/tmp/all") and read(f"{b.rootfs}/tmp/all"), "a step").split()[0])
            check(1 < first < at, f"it goes on from where the images are: {first}, and {at} since")
            verified(b, cid)


@only_if(WHOLE)
def a_restored_container_again():
    with ready() as b, started(b, "sh", "-c", COUNT) as cid:
        counted_to(b, 3)
        checkpoint(b, cid, images="one")
        with restored(b, cid, images="one"):
            counted_to(b, count(b) + 2)
            checkpoint(b, cid, images="two")
            before = stands_still(b)
            with restored(b, cid, images="two"):
                counted_to(b, before + 2)
                verified(b, cid)


@only_if(WHOLE)
def twice_from_the_same_images():
    """The second one has the same id: refused, and the first one goes on."""
    with ready() as b, started(b, "sh", "-c", COUNT) as cid:
        counted_to(b, 3)
        checkpoint(b, cid)
        with restored(b, cid):
            status, text = restore(b, cid)
            equal(status, 1)
            has(text, "container with given ID already exists")
            counted_to(b, count(b) + 3)


@only_if(WHOLE)
def in_the_foreground():
    program = COUNT.replace("while :", "until [ -e /tmp/end ]") + "; exit 7"
    with ready() as b, started(b, "sh", "-c", program) as cid:
        counted_to(b, 3)
        checkpoint(b, cid)
        before = stands_still(b)
        b.save()
        p = subprocess.Popen(b.command("restore", "--bundle", f"{b.top}/bundle", "--image-path", f"{b.top}/images", cid), stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        counted_to(b, before + 3)
        equal(p.poll(), None, "in the foreground")
        write(f"{b.rootfs}/tmp/end", "")
        equal((p.communicate(timeout=120)[0], p.returncode), (b"", 7))
        b.nothing_left(cid, b.besides)


@only_if(WHOLE)
def directories_that_others_can_write_to():
    with ready() as b, started(b, "sh", "-c", COUNT) as cid:
        n = counted_to(b, 3)
        for mode, words in ((0o777, "can be written by others"), (0o1777, "can be written by others"), (0o770, "can be written by others")):
            os.makedirs(f"{b.top}/images", exist_ok=True)
            os.chmod(f"{b.top}/images", mode)
            has(checkpoint(b, cid, status=1).err, words)
        os.chmod(f"{b.top}/images", 0o755)
        os.chown(f"{b.top}/images", 1000, 0)
        has(checkpoint(b, cid, status=1).err, "belongs to uid 1000, not to root")
        os.chown(f"{b.top}/images", 0, 0)
        os.makedirs(f"{b.top}/work", mode=0o777)
        os.chmod(f"{b.top}/work", 0o777)
        has(checkpoint(b, cid, "--work-path", f"{b.top}/work", status=1).err, "--work-path")
        equal(os.listdir(f"{b.top}/images"), [])
        counted_to(b, n + 3)
        checkpoint(b, cid)
        os.chown(f"{b.top}/images", 1000, 1000)
        refused(b, cid, "belongs to uid 1000, not to root")
        os.chown(f"{b.top}/images", 0, 0)
        os.chmod(b.top, 0o777)
        refused(b, cid, "can be written by others")
        os.chmod(b.top, 0o755)
        with restored(b, cid):
            counted_to(b, count(b) + 2)


@only_if(WHOLE)
def images_are_roots_alone():
    with ready() as b, started(b, "sh", "-c", COUNT) as cid:
        counted_to(b, 3)
        os.mkdir(f"{b.top}/images", 0o755)
        checkpoint(b, cid, "--leave-running")
        equal(os.stat(f"{b.top}/images").st_mode & 0o777, 0o700)
        has(checkpoint(b, cid, status=1).err, "has images of a checkpoint already")
        # Made with all that is missing on the way, and the one for the log, as by runc: containerd asks for that.
        checkpoint(b, cid, "--leave-running", "--work-path", f"{b.top}/a/work", images="new/dir")
        equal(os.stat(f"{b.top}/new/dir").st_mode & 0o777, 0o700)
        check(os.path.exists(f"{b.top}/a/work/dump.log"), "the log")
        equal(b.state(cid)["status"], "running")


@only_if(WHOLE)
def a_file_of_the_host_is_refused():
    """A process of an `exec` with a file of the caller's: CRIU would open it by its path on the host."""
    with ready() as b, scratch() as top, started(b, "sh", "-c", COUNT) as cid:
        counted_to(b, 3)
        with open(f"{top}/log", "w") as f:
            p = subprocess.Popen(b.command("exec", cid, "sleep", "1000"), stdin=subprocess.DEVNULL, stdout=f, stderr=f)
            wait_for(lambda: "sleep 1000" in processes(), "the second process")
            r = checkpoint(b, cid, status=1)
            has(r.err, "has a file of the host open")
            has(r.err, f"{top}/log")
            check(not os.path.exists(f"{b.top}/images"), "images")
            counted_to(b, count(b) + 3)
            check(p.poll() is None, "the second process has ended")
        b("kill", cid, "KILL")
        p.wait(120)


@only_if(WHOLE)
def a_failed_dump_leaves_the_container_as_it_was():
    """A file without a name that is too big for the images."""
    program = "exec 7>/tmp/ghost; rm /tmp/ghost; dd if=/dev/zero bs=1048576 count=3 >&7 2>/dev/null; " + COUNT
    with ready() as b, started(b, "sh", "-c", program) as cid:
        counted_to(b, 3)
        pid = b.state(cid)["pid"]
        has(checkpoint(b, cid, status=1).err, "criu dump failed: ")
        equal([n for n in os.listdir(f"{b.top}/images") if not n.endswith(".log")], [], "files left")
        equal((b.state(cid)["status"], b.state(cid)["pid"]), ("running", pid))
        counted_to(b, count(b) + 3)
        verified(b, cid)


@only_if(WHOLE)
def damaged_images_leave_nothing():
    with ready() as b, started(b, "sh", "-c", COUNT) as cid:
        counted_to(b, 3)
        checkpoint(b, cid)
        pages = f"{b.top}/images/pages-1.img"
        os.rename(pages, f"{b.top}/pages")
        refused(b, cid, "criu restore failed: ")
        os.rename(f"{b.top}/pages", pages)
        os.rename(f"{b.top}/images/bulkhead.json", f"{b.top}/note")
        refused(b, cid, "no bulkhead.json in it")
        os.rename(f"{b.top}/note", f"{b.top}/images/bulkhead.json")
        with restored(b, cid):
            counted_to(b, count(b) + 2)


@only_if(WHOLE)
def an_earlier_dump_as_the_parent():
    with ready() as b, started(b, "sh", "-c", COUNT) as cid:
        counted_to(b, 3)
        checkpoint(b, cid, "--pre-dump", images="parent-dump")
        counted_to(b, count(b) + 2)
        checkpoint(b, cid, "--parent-path", "../parent-dump")
        before = stands_still(b)
        os.chmod(f"{b.top}/parent-dump", 0o777)
        refused(b, cid, "can be written by others")
        os.chmod(f"{b.top}/parent-dump", 0o700)
        with restored(b, cid):
            counted_to(b, before + 2)
            verified(b, cid)


@only_if(FREEZERS)
def a_process_that_is_stopped_stays_so():
    with ready() as b, started(b, "sh", "-c", "sleep 1000 & kill -STOP $!; echo $! > /tmp/stopped; " + COUNT) as cid:
        counted_to(b, 3)
        checkpoint(b, cid)
        before = stands_still(b)
        with restored(b, cid):
            counted_to(b, before + 2)
            stopped = read(f"{b.rootfs}/tmp/stopped").strip()
            has(b("exec", cid, "grep", "State", f"/proc/{stopped}/status").out, "T (stopped)")


@only_if(FREEZERS)
def a_process_that_has_ended_and_waits():
    with ready() as b, started(b, "sh", "-c", "(sleep 0.1 & exec sleep 1000) & " + COUNT) as cid:
        counted_to(b, 5)
        checkpoint(b, cid)
        before = stands_still(b)
        with restored(b, cid):
            counted_to(b, before + 2)
            # Others come and go meanwhile.
            has(b("exec", cid, "sh", "-c", "cat /proc/[0-9]*/status 2>/dev/null; true").out, "Z (zombie)")
            verified(b, cid)


@only_if(FREEZERS)
def a_paused_container():
    """As containerd has it. One that stays is paused afterwards, too, whatever came of it."""
    with ready() as b, started(b, "sh", "-c", COUNT) as cid:
        counted_to(b, 3)
        b("pause", cid)
        checkpoint(b, cid, "--leave-running")
        equal(b.state(cid)["status"], "paused")
        stands_still(b)
        has(checkpoint(b, cid, status=1).err, "has images of a checkpoint already")
        equal(b.state(cid)["status"], "paused")
        checkpoint(b, cid, images="new")
        before = stands_still(b)
        with restored(b, cid, images="new"):
            equal(b.state(cid)["status"], "running")
            counted_to(b, before + 2)
            verified(b, cid)


@only_if(WHOLE)
def volumes_and_an_engines_overlay():
    with ready() as b, scratch() as top:
        os.mkdir(f"{top}/v")
        os.chmod(f"{top}/v", 0o777)
        write(f"{top}/hosts", "127.0.0.1 localhost\n")
        b.config["mounts"] += [
            {"destination": "/v", "source": f"{top}/v", "type": "bind", "options": ["rbind", "rw"]},
            {"destination": "/etc/hosts", "source": f"{top}/hosts", "type": "bind", "options": ["bind", "ro"]},
            {"destination": "/run", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "size=1m"]}]
        b.besides = (b.rootfs,)
        with overlay(b) as upper, started(b, "sh", "-c", "umask 0; " + COUNT.replace("/tmp/count", "/v/count")) as cid:
            wait_for(lambda: os.path.exists(f"{top}/v/count") and int(read(f"{top}/v/count").strip() or 0) > 3, "a count")
            b("exec", cid, "sh", "-c", "echo in > /run/x; echo in > /home/app/x")
            checkpoint(b, cid)
            before = int(read(f"{top}/v/count").strip() or 0)
            with restored(b, cid):
                wait_for(lambda: int(read(f"{top}/v/count").strip() or 0) > before + 2, "it goes on")
                equal(b("exec", cid, "cat", "/run/x", "/home/app/x", "/etc/hosts").out, "in\nin\n127.0.0.1 localhost\n")
                verified(b, cid)
                equal(os.stat(f"{upper}/home/app/x").st_uid, 0, "owner on disk")


@only_if(FREEZERS)
def limits_are_the_configurations():
    """Whatever was in force before."""
    with ready() as b, started(b, "sh", "-c", COUNT) as cid:
        counted_to(b, 3)
        checkpoint(b, cid)
        b.config["linux"]["resources"]["pids"] = {"limit": 55}
        with restored(b, cid):
            counted_to(b, count(b) + 2)
            verified(b, cid)
            equal({read(f"{d}/pids.max").strip() for d in cgroups(cid) if os.path.exists(f"{d}/pids.max")}, {"55"})


@only_if(WHOLE)
def what_cannot_be_restored_is_refused_at_once():
    with ready(OFF) as b:
        b.config["linux"]["namespaces"] = [n for n in b.config["linux"]["namespaces"] if n["type"] != "pid"]
        with started(b, "sh", "-c", COUNT) as cid:
            counted_to(b, 2)
            has(checkpoint(b, cid, status=1).err, "CRIU cannot restore a container that uses the host's namespace (pid)")
            check(not os.path.exists(f"{b.top}/images"), "images")
            equal(b.state(cid)["status"], "running")
    with ready(dict(POLICY or {"version": 1}, capabilities={"level": "off"})) as b:
        for name in ("bounding", "effective", "permitted"):
            b.config["process"]["capabilities"][name].append("CAP_SYS_ADMIN")
        with started(b, "sh", "-c", COUNT) as cid:
            counted_to(b, 2)
            has(checkpoint(b, cid, status=1).err, "policy: mounts: the container has CAP_SYS_ADMIN in its user namespace")


@only_if(WHOLE)
def a_network_namespace_that_was_there_before():
    """As podman's and Kubernetes' are: it stays, with what is in it. Not with a user namespace."""
    name = f"bkh{os.getpid()}"
    run("ip", "netns", "add", name)
    try:
        run("ip", "netns", "exec", name, "ip", "link", "set", "lo", "up")
        inode = os.stat(f"/run/netns/{name}").st_ino
        for policy in (OFF, POLICY):
            with ready(policy) as b:
                for n in b.config["linux"]["namespaces"]:
                    n.update({"path": f"/run/netns/{name}"} if n["type"] == "network" else {})
                with started(b, "sh", "-c", COUNT) as cid:
                    counted_to(b, 3)
                    if policy is POLICY:
                        has(checkpoint(b, cid, status=1).err, "belongs to the host (net)")
                        continue
                    checkpoint(b, cid)
                    before = stands_still(b)
                    with restored(b, cid):
                        counted_to(b, before + 2)
                        equal(os.stat(f"/proc/{b.state(cid)['pid']}/ns/net").st_ino, inode)
                        verified(b, cid)
    finally:
        run("ip", "netns", "delete", name)


@only_if(WHOLE)
def hooks_as_with_runc():
    """prestart and createRuntime, when the process is there and has not gone on; poststop at the end."""
    with ready(dict(POLICY or {"version": 1}, hooks={"level": "off"})) as b:
        b.config["hooks"] = {kind: [{"path": "/bin/sh", "args": ["sh", "-c", f"cat > {b.top}/{kind}; date >> {b.top}/all; echo {kind} >> {b.top}/all"],
                                     "env": ["PATH=/usr/bin:/bin"]}]
                             for kind in ("prestart", "createRuntime", "poststart", "poststop")}
        with started(b, "sh", "-c", COUNT) as cid:
            counted_to(b, 3)
            checkpoint(b, cid)
            before = stands_still(b)
            write(f"{b.top}/all", "")
            with restored(b, cid):
                equal([x for x in read(f"{b.top}/all").split() if x in b.config["hooks"]], ["prestart", "createRuntime"])
                state = json.loads(read(f"{b.top}/createRuntime"))
                equal((state["id"], state["pid"], state["status"]), (cid, b.state(cid)["pid"], "creating"))
                counted_to(b, before + 2)
            equal(read(f"{b.top}/all").split()[-1], "poststop")
            b.config["hooks"]["createRuntime"][0]["args"][2] = "exit 3"
            write(f"{b.top}/all", "")
            refused(b, cid, "hook")
            equal([x for x in read(f"{b.top}/all").split() if x in b.config["hooks"]], ["prestart", "poststop"])


@contextlib.contextmanager
def restoring(b, cid, images="images"):
    """One that is under way; whatever there is of it is deleted at the end."""
    b.save()
    p = subprocess.Popen(b.command("restore", "--bundle", f"{b.top}/bundle", "--image-path", f"{b.top}/{images}", "--detach", cid),
                         stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        yield p
    finally:
        p.kill()
        p.wait(120)
        b("delete", "--force", cid)
        p.stdout.close()
    b.nothing_left(cid, b.besides)
    wait_for(lambda: not [x for x in processes() if "i=0; while" in x or "criu restore" in x], "no process")


def hook(b):
    """One that works until there is a file GO."""
    b.config["hooks"] = {"createRuntime": [{"path": "/bin/sh", "args": ["sh", "-c", f"echo $$ > {b.top}/hook; until [ -e {b.top}/go ]; do sleep 0.1; done"],
                                            "env": ["PATH=/usr/bin:/bin"]}]}
    return f"{b.top}/hook", f"{b.top}/go"


HOOKS = dict(POLICY or {"version": 1}, hooks={"level": "off"})


@only_if(WHOLE)
def hooks_come_after_the_look():
    with ready(dict(HOOKS, seccomp={"level": "off"})) as b, started(b, "sh", "-c", COUNT) as cid:
        counted_to(b, 3)
        checkpoint(b, cid)
        b.policy = HOOKS
        ran, go = hook(b)
        write(go, "")
        refused(b, cid, "policy: restore: thread", "seccomp filter")
        check(not os.path.exists(ran), "a hook was run")


def may_only_end(b, cid):
    """Nothing that would let a process of it go on, or add to it."""
    equal(b.state(cid)["status"], "creating")
    for argv, status, words in ((("kill", cid, "CONT"), 1, "it takes no signal but SIGKILL"),
                                (("kill", "--all", cid, "CONT"), 1, "it takes no signal but SIGKILL"),
                                (("exec", cid, "true"), 255, "in the creating state"),
                                (("events", "--stats", cid), 1, "is not running")):
        r = b(*argv, status=None)
        equal(r.status, status, f"{argv}: {r.all}")
        has(r.err, words)


@only_if(WHOLE)
def nothing_goes_on_before_its_time():
    """While a hook works, and when the runtime was killed then."""
    with ready(HOOKS) as b, started(b, "sh", "-c", COUNT) as cid:
        counted_to(b, 3)
        checkpoint(b, cid)
        before = stands_still(b)
        ran, go = hook(b)
        with restoring(b, cid) as p:
            wait_for(lambda: os.path.exists(ran), "the hook")
            may_only_end(b, cid)
            equal(json.loads(b("ps", "--format", "json", cid).out) or [], [])
            equal(stands_still(b), before)
            write(go, "")
            p.wait(120)
            equal((p.returncode, b.state(cid)["status"]), (0, "running"))
            counted_to(b, before + 2)
            verified(b, cid)
        before = count(b)
        os.unlink(ran)
        os.unlink(go)
        with restoring(b, cid) as p:
            wait_for(lambda: os.path.exists(ran), "the hook")
            p.kill()
            p.wait(120)
            may_only_end(b, cid)
            for argv in (("pause", cid), ("resume", cid), ("update", "--pids-limit", "50", cid), ("delete", cid),
                         ("checkpoint", "--image-path", f"{b.top}/new", cid)):
                r = b(*argv, status=None)
                equal(r.status, 1, f"{argv}: {r.all}")
            equal(stands_still(b), before)
            write(go, "")
            b("kill", cid, "KILL")
            wait_for(lambda: b.state(cid)["status"] == "stopped", "the end")


def held_at_work():
    """CRIU, which stops where it is: it would come to its end before whoever looks."""
    os.kill(wait_for(criu_restores, "criu")[0], signal.SIGSTOP)


@only_if(WHOLE)
def signals_while_criu_works():
    with ready() as b, started(b, "sh", "-c", COUNT) as cid:
        counted_to(b, 3)
        checkpoint(b, cid)
        before = stands_still(b)
        with restoring(b, cid) as p:
            held_at_work()
            has(b("kill", "--all", cid, "CONT", status=1).err, "it takes no signal but SIGKILL")
            b("kill", cid, "KILL")
            p.wait(120)
            equal(p.returncode, 1)
            b.nothing_left(cid, b.besides)
        equal(count(b), before)
        with restoring(b, cid) as p:
            held_at_work()
            b("delete", "--force", cid)
            p.wait(120)
            equal(p.returncode, 1)
        equal(count(b), before)


@only_if(WHOLE)
def everything_below_tmp():
    """Which restore covers for CRIU: bundle, state, images, their parent, the log, a network namespace."""
    name = f"bkh{os.getpid()}"
    run("ip", "netns", "add", name)
    try:
        with ready(OFF) as b:
            top = b.top
            b.top = f"/tmp/{name}"
            b.root, b.rootfs = f"{b.top}/state", f"{b.top}/bundle/rootfs"
            os.mkdir(b.top)
            run("mount", "--bind", top, b.top)
            b.besides = (b.top, f"{b.top}/net")
            write(f"{b.top}/net", "")
            run("mount", "--bind", f"/run/netns/{name}", f"{b.top}/net")
            try:
                for n in b.config["linux"]["namespaces"]:
                    n.update({"path": f"{b.top}/net"} if n["type"] == "network" else {})
                with started(b, "sh", "-c", COUNT) as cid:
                    counted_to(b, 3)
                    checkpoint(b, cid, "--pre-dump", images="first")
                    checkpoint(b, cid, "--parent-path", "../first", "--work-path", f"{b.top}/log")
                    before = stands_still(b)
                    with restored(b, cid, "--work-path", f"{b.top}/log"):
                        counted_to(b, before + 2)
                        verified(b, cid)
                    check(os.path.exists(f"{b.top}/log/restore.log"), "the log")
            finally:
                run("umount", f"{b.top}/net")
                run("umount", b.top)
                os.rmdir(b.top)
                b.top = top
    finally:
        run("ip", "netns", "delete", name)


@only_if(WHOLE)
def a_directory_that_others_use():
    """What was there is closed to others only when nothing else was in it, and not by a failure."""
    with ready() as b, started(b, "sh", "-c", COUNT) as cid:
        counted_to(b, 3)
        os.mkdir(f"{b.top}/images", 0o755)
        write(f"{b.top}/images/other", "")
        has(checkpoint(b, cid, status=1).err, "--image-path: ")
        equal((os.stat(f"{b.top}/images").st_mode & 0o7777, os.listdir(f"{b.top}/images")), (0o755, ["other"]))
        os.unlink(f"{b.top}/images/other")
        has(checkpoint(b, cid, "--parent-path", "../nothing", status=1).err, "--parent-path")
        equal(os.stat(f"{b.top}/images").st_mode & 0o7777, 0o755)
        write(f"{b.top}/images/dump.log", "of an earlier one")
        checkpoint(b, cid, "--leave-running")
        equal(os.stat(f"{b.top}/images").st_mode & 0o7777, 0o700)
        os.mkdir(f"{b.top}/new", 0o700)
        write(f"{b.top}/new/other", "")
        checkpoint(b, cid, images="new")


@only_if(WHOLE)
def another_process_with_higher_limits():
    """Than the configuration has, where the first one has lowered its own."""
    with ready() as b:
        b.config["process"]["rlimits"] = [{"type": "RLIMIT_NOFILE", "soft": 5000, "hard": 5000}]
        with started(b, "sh", "-c", "sleep 1000 & ulimit -n 100; " + COUNT) as cid:
            counted_to(b, 3)
            checkpoint(b, cid)
            b.config["process"]["rlimits"] = [{"type": "RLIMIT_NOFILE", "soft": 100, "hard": 100}]
            refused(b, cid, "policy: restore: process", "RLIMIT_NOFILE")
            b.config["process"]["rlimits"] = [{"type": "RLIMIT_NOFILE", "soft": 5000, "hard": 5000}]
            with restored(b, cid):
                verified(b, cid)


@only_if(WHOLE)
def another_process_that_oom_spares():
    with ready() as b, started(b, "sh", "-c", "sleep 1000 & echo 500 > /proc/self/oom_score_adj; echo 500 > /proc/$$/oom_score_adj; " + COUNT) as cid:
        counted_to(b, 3)
        checkpoint(b, cid)
        b.config["process"]["oomScoreAdj"] = 500
        refused(b, cid, "policy: restore: process", "oom_score_adj")


@only_if(WHOLE)
def a_runtime_that_is_killed_in_crius_last_steps():
    """Processes are there, and none is on record: they stay where they are, and delete ends them."""
    with ready() as b, started(b, "sh", "-c", COUNT) as cid:
        counted_to(b, 3)
        checkpoint(b, cid)
        before = stands_still(b)
        log = f"{b.top}/images/restore.log"
        for words in ("Unlock network", "Restore finished"):
            write(log, "")
            with restoring(b, cid) as p:
                wait_for(criu_restores, "criu")
                p.send_signal(signal.SIGSTOP)  # or it would come to write its first process down
                wait_for(lambda: os.path.exists(log) and words in read(log), words)  # noqa: B023
                p.kill()
                p.wait(120)
                wait_for(lambda: not [x for x in processes() if "criu restore" in x], "the end of criu")
                check([x for x in processes() if "i=0; while" in x and "tests/vm" not in x], "no process of it was there")
                has(b("kill", "--all", cid, "CONT", status=1).err, "it takes no signal but SIGKILL")
                equal(b("exec", cid, "true", status=None).status, 255)
                equal(stands_still(b), before)
                status = b.state(cid)["status"]  # the runtime may have come to write its first process down
                check(status in ("stopped", "creating"), status)
                b("delete", cid, status=int(status == "creating"))


def long(f):
    return test(f, limit=1500) if FREEZERS else f


@long
def a_restore_that_is_killed():
    """At any moment: delete finds everything that is there."""
    with ready() as b, started(b, "sh", "-c", COUNT) as cid:
        counted_to(b, 3)
        checkpoint(b, cid)
        before = stands_still(b)
        ends = []
        for tenths in (2, 5, 8, 11, 15, 20, 26, 35):
            b.save()
            p = subprocess.Popen(b.command("restore", "--bundle", f"{b.top}/bundle", "--image-path", f"{b.top}/images", cid),
                                 stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            time.sleep(tenths / 10)
            p.kill()
            p.wait(120)
            p.stdout.close()
            ends.append(count(b) > before)
            b("delete", "--force", cid, limit=300)
            b.nothing_left(cid)
            wait_for(lambda: not [x for x in processes() if "i=0; while" in x or "criu restore" in x], f"no process after {tenths}")
            write(f"{b.rootfs}/tmp/count", f"{before}\n")
        print(f"# went on before it was killed: {ends}")
        check(not ends[0], "the first one was killed late")
        with restored(b, cid):
            counted_to(b, before + 2)


@only_if(WHOLE)
def lines_in_the_audit_trail():
    with ready() as b:
        b.policy = dict(POLICY or {"version": 1}, audit={"destination": "file", "file": f"{b.top}/audit"})
        with started(b, "sh", "-c", COUNT) as cid:
            counted_to(b, 3)
            checkpoint(b, cid)
            with restored(b, cid):
                lines = [json.loads(line) for line in read(f"{b.top}/audit").splitlines()]
                equal([(x["event"], x["outcome"]) for x in lines], [("run", "done"), ("checkpoint", "done"), ("restore", "done")])
                check(lines[2]["uidMappings"] and lines[2]["limits"], lines[2])


if __name__ == "__main__":
    main()
