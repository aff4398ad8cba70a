#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The audit trail: every act has its line, host ids lead back to containers, nothing runs unrecorded where the policy
says so, and nobody turns the trail into a weapon."""
import contextlib
import errno
import fcntl
import json
import os
import re
import stat
import struct
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from bundle import bundle  # noqa: E402
from harness import (BULKHEAD, as_nobody, cgroups, check, equal, has, id_ranges, main, only_if, read, run, test,  # noqa: E402
                     wait_for, write)
from log_sink import with_sink  # noqa: E402


class Trail:
    """A policy of the test's own, whose trail is a file of the test's own; `call` is bulkhead under that policy."""

    def __init__(self, b, **audit):
        self.b = b
        self.dir = f"{b.top}/trail"
        self.file = f"{self.dir}/audit.log"
        self.policy = f"{b.top}/policy.json"
        self.set(**audit)

    def set(self, destination="file", file=None, sections=None, **more):
        write(self.policy, json.dumps({**(sections or {}),
                                       "audit": {"destination": destination, "file": file or self.file, **more}}), 0o600)

    def __call__(self, *argv, **kw):
        return self.b("--policy", self.policy, *argv, **kw)

    def run(self, *argv, **kw):
        self.b.args(*argv).save()
        cid = self.b.new_id()
        r = self("run", "--bundle", f"{self.b.top}/bundle", cid, **kw)
        self.b.nothing_left(cid)
        return cid, r

    def lines(self):
        return [json.loads(x) for x in read(self.file).splitlines()] if os.path.exists(self.file) else []

    def last(self):
        return self.lines()[-1]

    def acts(self):
        return [(x["event"], x["outcome"]) for x in self.lines()]


def create(t, cid, **kw):
    """create with files as stdio, as an engine does it."""
    with open(f"{t.b.top}/out", "w") as f:
        p = subprocess.run([BULKHEAD, "--root", t.b.root, "--policy", t.policy, "create", "--bundle", f"{t.b.top}/bundle", cid],
                           stdin=subprocess.DEVNULL, stdout=f, stderr=f, timeout=60, env={"PATH": os.environ["PATH"]}, **kw)
    return p.returncode


@contextlib.contextmanager
def created(t, *argv):
    t.b.args(*argv).save()
    cid = t.b.new_id()
    equal(create(t, cid), 0, f"create: {t.b.output()}")
    try:
        yield cid
    finally:
        t("delete", "--force", cid)
    t.b.nothing_left(cid)


@contextlib.contextmanager
def tiny_disk(top, size="64k"):
    """A command in front of others that gives them a mount namespace with a full, small disk at top/full."""
    os.makedirs(f"{top}/full", exist_ok=True)
    script = f"""mount -t tmpfs -o size={size},mode=700 none {top}/full
                 dd if=/dev/zero of={top}/full/fill bs=1k 2>/dev/null; exec "$@" """
    yield ["unshare", "-m", "--propagation", "private", "sh", "-c", script, "sh"]


@test
def every_act_has_its_line():
    with bundle() as b:
        t = Trail(b)
        with created(t, "sleep", "1000") as cid:
            pid = b.state(cid)["pid"]
            t("start", cid)
            t("exec", cid, "true")
            t("exec", cid, "/none", status=255)
            t("update", "--pids-limit", "33", cid)
            t("pause", cid)
            t("resume", cid)
            t("kill", cid, "0")
            t("kill", cid, "USR1")
        equal(t.acts(), [("create", "done"), ("start", "done"), ("exec", "done"), ("exec", "failed"), ("update", "done"),
                         ("pause", "done"), ("resume", "done"), ("kill", "done"), ("delete", "done")])
        lines = t.lines()
        equal({x["container"] for x in lines}, {cid})
        equal({x["bundle"] for x in lines}, {f"{b.top}/bundle"})
        equal({x["policy"]["source"] for x in lines}, {t.policy})
        check(all(re.fullmatch("[0-9a-f]{64}", x["policy"]["digest"]) for x in lines), lines[0]["policy"])
        for x in lines:
            check(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z", x["time"]), x["time"])
            equal((x["caller"]["uid"], x["caller"]["parent"]), (os.getuid(), os.getpid()))
            has(x["caller"]["parentName"], read("/proc/self/comm").strip())
        equal(sorted(x["time"] for x in lines), [x["time"] for x in lines])
        first = lines[0]
        equal(first["pid"], pid)
        equal(first["process"], {"args": ["sleep", "1000"], "uid": 0, "gid": 0})
        equal(first["uidMappings"][0]["size"], 65536)
        check("pids.max=2048" in first["limits"], first["limits"])
        rules = {d["rule"] for d in first["decisions"] if d["kind"] == "change"}
        check({"userns", "capabilities", "pids", "memory"} <= rules, rules)
        check(all(d["why"] and d["pointer"].startswith("/") for d in first["decisions"]), first["decisions"])
        equal(lines[2]["process"]["args"], ["true"])
        has(lines[3]["error"], "no such file or directory")
        check("pids.max=33" in lines[4]["limits"], lines[4])
        equal(lines[7]["signal"], 10)
        equal((stat.S_IMODE(os.stat(t.file).st_mode), stat.S_IMODE(os.stat(t.dir).st_mode)), (0o600, 0o700))


@test
def run_is_create_and_start_in_one():
    with bundle() as b:
        t = Trail(b)
        cid, r = t.run("sh", "-c", "exit 7", status=7)
        equal(t.acts(), [("run", "done"), ("delete", "done")])
        check("uidMappings" in t.lines()[0], t.lines()[0])
        b.config["hooks"] = {"startContainer": [{"path": "/bin/false"}]}
        os.remove(t.file)
        t.run("true", status=1)
        equal(t.acts(), [("run", "done"), ("start", "failed"), ("delete", "done")])
        has(t.lines()[1]["error"], "hook")


@test
def refusals_and_failures():
    with bundle() as b:
        t = Trail(b)
        b.config["mounts"].append({"destination": "/s", "source": "/run/docker.sock", "options": ["bind"]})
        t.run("true", status=1)
        x = t.last()
        equal((x["event"], x["outcome"]), ("run", "refused"))
        has(x["error"], "policy: binds: ")
        equal(x["decisions"][0]["kind"], "refuse")
        has(x["decisions"][0]["pointer"], "/mounts/")
        check("uidMappings" not in x and "limits" not in x, x)
        b.config["mounts"].pop()
        t.run("/no/such/program", status=1)
        equal((t.last()["outcome"], "no such file" in t.last()["error"]), ("failed", True))
        # Before there is a request at all.
        t("create", "--bundle", "/nowhere", "x", status=1)
        x = t.last()
        equal((x["event"], x["container"], "chdir /nowhere" in x["error"]), ("create", "x", True), x)
        t("create", "--no-pivot", "--bundle", f"{b.top}/bundle", "x", status=1)
        x = t.last()
        equal((x["event"], x["outcome"], x["container"]), ("create", "refused", "x"))
        has(x["error"], "policy: rootfs: --no-pivot")
        t("run", "-b", f"{b.top}/bundle", "a/../b\n", status=1)
        equal((t.last()["container"], t.last()["error"]), ("a/../b\n", "invalid container ID format"))
        t("run", "-b", f"{b.top}/bundle", "x" * 5000, status=1)
        equal(len(t.last()["container"]), 259)
        n = len(t.lines())
        # What never found a container leaves no line.
        t("kill", "nobody", "9", status=1)
        t("delete", "nobody", status=1)
        t("delete", "--force", "nobody")
        t("pause", "nobody", status=1)
        equal(len(t.lines()), n)
        with created(t, "sleep", "1000") as cid:
            t("start", cid)
            t("start", cid, status=1)
            equal(t.last()["outcome"], "failed")
            t("delete", cid, status=1)
            has(t.last()["error"], "that is not stopped")
            t("update", "--memory", "nonsense", cid, status=1)
            equal((t.last()["event"], t.last()["outcome"]), ("update", "failed"))


@test
def a_broken_policy_is_recorded_where_the_built_in_one_says():
    with bundle() as b:
        t = Trail(b)
        write(t.policy, "{", 0o600)
        b.save()
        cid = b.new_id()
        r = t("run", "-b", f"{b.top}/bundle", cid, status=1)
        has(r.err, "policy: ")
        b.nothing_left(cid)
        if os.path.isdir("/var/log"):  # our small virtual machines have none, and only one directory is made
            with open("/var/log/bulkhead/audit.log") as f:
                found = [x for x in f if cid in x]
            equal([json.loads(x)["outcome"] for x in found], ["refused"])
        # And a container can be stopped all the same.
        t.set()
        with created(t, "sleep", "1000") as cid:
            t("start", cid)
            write(t.policy, "{", 0o600)
            t("kill", cid, "KILL")
            wait_for(lambda: b.state(cid)["status"] == "stopped", "stopped")
            t("delete", cid)
            t("audit", status=1)
            has(t("audit", "--file", t.file).out, cid)


@test
def levels_and_exceptions_are_recorded():
    with bundle() as b:
        t = Trail(b)
        t.set(sections={"pids": {"level": "audit"}})
        t.run("true")
        notes = [d for d in t.lines()[0]["decisions"] if d["rule"] == "pids"]
        equal([(d["kind"], d["why"][:11]) for d in notes], [("note", "audit only:")])


@test
def required_on_a_full_disk():
    with bundle() as b, tiny_disk(b.top) as prefix:
        t = Trail(b, file=f"{b.top}/full/audit.log", required=True)
        b.args("touch", "/tmp/ran").save()
        argv = [BULKHEAD, "--root", b.root, "--policy", t.policy]
        for command in ("run", "create"):
            cid = b.new_id()
            r = run(*prefix, *argv, command, "--bundle", f"{b.top}/bundle", "--pid-file", f"{b.top}/pid", cid, status=1,
                    env={"PATH": os.environ["PATH"]})
            has(r.err, "policy: audit: this cannot be recorded as the policy requires: ")
            has(r.err, "ENOSPC")
            equal(len(r.err.splitlines()), 1, "error lines")
            b.nothing_left(cid)
            check(not os.path.exists(f"{b.top}/pid"), "a pid file is left")
        check(not os.path.exists(f"{b.rootfs}/tmp/ran"), "the program ran")
        # Best effort: it runs, and only the debug log knows.
        t.set(file=f"{b.top}/full/audit.log")
        r = run(*prefix, *argv, "run", "--bundle", f"{b.top}/bundle", b.new_id(), env={"PATH": os.environ["PATH"]})
        equal(r.all, "")
        r = run(*prefix, *argv, "--debug", "run", "--bundle", f"{b.top}/bundle", b.new_id(), env={"PATH": os.environ["PATH"]})
        has(r.err, "a line of the audit trail was lost: ")


@test
def required_for_exec_and_update_but_not_for_ending():
    with bundle() as b:
        t = Trail(b)
        with created(t, "sleep", "1000") as cid:
            t("start", cid)
            t.set(file="/nowhere/at/all", required=True)
            has(t("exec", cid, "touch", "/tmp/ran", status=255).err, "policy: audit: ")
            check(not os.path.exists(f"{b.rootfs}/tmp/ran"), "the program ran")
            config = read(f"{b.root}/{cid}/config.json")
            has(t("update", "--pids-limit", "9", cid, status=1).err, "policy: audit: ")
            equal(read(f"{b.root}/{cid}/config.json"), config)
            limits = [read(f"{d}/pids.max").strip() for d in cgroups(cid) if os.path.exists(f"{d}/pids.max")]
            check("9" not in limits and limits, limits)
            t("verify", cid)
            t("pause", cid)
            t("resume", cid)
            t("kill", cid, "KILL")
            wait_for(lambda: b.state(cid)["status"] == "stopped", "stopped")
            t("delete", cid)


@test
def the_file_is_no_weapon():
    with bundle() as b:
        t = Trail(b, required=True)
        victim = f"{b.top}/victim"
        os.mkdir(t.dir, 0o700)
        write(victim, "", 0o600)

        def refused(words):
            cid, r = t.run("true", status=1)
            has(r.err, "policy: audit: ")
            has(r.err, words)
            equal(read(victim), "", "the victim")
            os.remove(t.file)

        os.symlink(victim, t.file)
        refused("is a symbolic link")
        os.symlink(f"{b.top}/new", t.file)
        refused("is a symbolic link")
        check(not os.path.exists(f"{b.top}/new"), "a link to nowhere was followed")
        os.link(victim, t.file)
        refused("has a second name")
        os.mkfifo(t.file)
        refused("is not a regular file")
        os.mknod(t.file, stat.S_IFCHR | 0o600, os.makedev(1, 3))
        refused("is not a regular file")
        write(t.file, "", 0o666)
        refused("can be written by others")
        write(t.file, "", 0o600)
        os.chown(t.file, 1000, 1000)
        refused("belongs to somebody else")


@test
def twenty_at_once():
    with bundle() as b:
        t = Trail(b, required=True)
        b.args("true").save()
        ids = [b.new_id() for _ in range(20)]
        running = [subprocess.Popen([BULKHEAD, "--root", b.root, "--policy", t.policy, "create", "--bundle", f"{b.top}/bundle", i],
                                    stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for i in ids]
        equal([p.wait(60) for p in running], [0] * 20)
        try:
            lines = t.lines()
            equal((sorted(x["container"] for x in lines), {x["event"] for x in lines}), (sorted(ids), {"create"}))
            check(read(t.file).endswith("}\n"), "whole lines")
            # Each range leads to one of them.
            firsts = [x["uidMappings"][0]["hostID"] for x in lines]
            equal(len(set(firsts)), 20)
            for x in lines:
                table = t("audit", "--uid", str(x["uidMappings"][0]["hostID"] + 1000)).out.splitlines()
                equal([row.split()[0] for row in table[1:]], [x["container"]])
        finally:
            for i in ids:
                t("delete", "--force", i)
        for i in ids:
            b.nothing_left(i)


@test
def a_torn_line_is_survived():
    with bundle() as b:
        t = Trail(b)
        t.run("true")
        with open(t.file, "a") as f:
            f.write('{"time":"2026-')
        t.run("true")
        with open(t.file, "a") as f:
            f.write("not of ours\n")
        r = t("audit")
        equal(len(r.out.splitlines()), 5)
        has(r.err, "2 line(s) of")


FS_IOC_GETFLAGS, FS_IOC_SETFLAGS, FS_APPEND_FL = 0x80086601, 0x40086602, 0x20  # linux/fs.h, of 64-bit machines


def only_grows(path, on):
    """chattr +a or -a, which an emulated machine lacks; whether the file system has that attribute (ioctl_iflags(2))."""
    with open(path) as f:
        try:
            flags, = struct.unpack("I", fcntl.ioctl(f, FS_IOC_GETFLAGS, bytes(4)))
            fcntl.ioctl(f, FS_IOC_SETFLAGS, struct.pack("I", flags | FS_APPEND_FL if on else flags & ~FS_APPEND_FL))
        except OSError as e:
            check(e.errno in (errno.ENOTTY, errno.EOPNOTSUPP), f"{path}: {e}")
            return False
    return True


def files_can_only_grow():
    with tempfile.NamedTemporaryFile(dir="/var/tmp") as f:
        return only_grows(f.name, True) and only_grows(f.name, False)


@only_if(files_can_only_grow())
def a_file_that_can_only_grow():
    """chattr +a, as administrators set it on trails."""
    with bundle() as b:
        t = Trail(b)
        t.run("true")
        with open(t.file, "a") as f:
            f.write('{"time":"2026-')
        only_grows(t.file, True)
        try:
            t.run("true")
            equal([line == "" or line[0] for line in read(t.file).splitlines()], ["{"] * 5)
            has(t("audit").err, "1 line(s) of")
        finally:
            only_grows(t.file, False)


@test
def a_host_uid_leads_to_its_container():
    with bundle() as b:
        t = Trail(b)
        with created(t, "sh", "-c", "touch /tmp/mine; chown 1234:1235 /tmp/mine; sleep 1000") as cid:
            t("start", cid)
            first = t.lines()[0]["uidMappings"][0]["hostID"]
            pid = b.state(cid)["pid"]
            host = os.stat(f"/proc/{pid}").st_uid
            equal(host, first)
            rows = t("audit", "--uid", host).out.splitlines()
            equal(rows[0].split(), ["CONTAINER", "FROM", "UNTIL", "HOST", "INSIDE", "BUNDLE"])
            equal([x.split()[i] for x in rows[1:] for i in (0, 2, 3, 4)], [cid, "now", str(host), "0"])
            has(t("audit", "--gid", host + 1235).out, " 1235 ")
            # Without a trail the range tells.
            os.rename(t.file, f"{t.file}.away")
            rows = t("audit", "--uid", host).out.splitlines()
            equal(rows[1].split()[:3], [cid, "unknown", "now"])
            os.rename(f"{t.file}.away", t.file)
            equal(len(t("audit", "--uid", "4294900000").out.splitlines()), 1)
        answer = json.loads(t("audit", "--uid", host + 7, "--format", "json").out)
        equal([(x["container"], x["held"], x["inside"], x["to"] > x["from"]) for x in answer], [(cid, False, 7, True)])
        # After logrotate.
        os.rename(t.file, f"{t.file}.1")
        has(t("audit", "--uid", host).out, cid)
        equal({x for x in id_ranges().values() if x.endswith("/" + cid)}, set())


@test
def filters_and_formats():
    with bundle() as b:
        t = Trail(b)
        has(t("audit", status=1).err, "there is no audit trail at ")
        one, _ = t.run("true")
        two, _ = t.run("/none", status=1)
        rows = t("audit").out.splitlines()
        equal(rows[0].split(), ["TIME", "EVENT", "OUTCOME", "CONTAINER", "LOGIN", "CALLER", "DETAIL"])
        equal([x.split()[1:4] for x in rows[1:]], [["run", "done", one], ["delete", "done", one], ["run", "failed", two]])
        raw = t("audit", "--format", "json").out
        equal(raw, read(t.file))
        equal(len(t("audit", "--id", one).out.splitlines()), 3)
        equal(len(t("audit", "--id", one[:-1]).out.splitlines()), 4)
        equal(len(t("audit", "--event", "delete").out.splitlines()), 2)
        equal(len(t("audit", "--event", "failed").out.splitlines()), 2)
        equal(len(t("audit", "--since", "1h").out.splitlines()), 4)
        equal(len(t("audit", "--since", "2999-01-01").out.splitlines()), 1)
        second = json.loads(raw.splitlines()[2])["time"]
        equal(len(t("audit", "--since", second[:19] + "Z", "--format", "json").out.splitlines()) in (1, 2, 3), True)
        # From a syslog daemon's file, by stdin.
        prefixed = "".join(f"Nov 22 15:43:22 host bulkhead[7]: {x}\n" for x in raw.splitlines())
        equal(len(t("audit", "--file", "-", stdin="other: line\n" + prefixed).out.splitlines()), 4)
        for argv, words in ((["--uid", "-1"], 'invalid value \\"-1\\" for --uid'), (["--uid", "1", "--gid", "1"], "exclude each other"),
                            (["--since", "soon"], 'for --since: expected'), (["--format", "xml"], "invalid format option"),
                            (["--uid", "4294967295"], "for --uid: expected"), (["--uid", "1", "--event", "run"], "no meaning"),
                            (["--file", b.top], "directory"), (["x"], "requires exactly 0 argument")):
            has(t("audit", *argv, status=1).err, words)
        t.set(destination="syslog")
        has(t("audit", status=1).err, 'the policy\'s audit trail goes to \\"syslog\\", not to a file')
        # A user without rights is told, not served.
        has(as_nobody("audit", "--file", t.file, status=1).stderr, "ermission denied")


@test
def syslog_and_journald():
    with bundle() as b:
        t = Trail(b, destination="syslog", required=True)
        b.args("true").save()
        cid = b.new_id()
        argv = [BULKHEAD, "--root", b.root, "--policy", t.policy, "run", "-b", f"{b.top}/bundle", cid]
        r, got = with_sink(b, "/dev/log", *argv)
        equal((r.all, len(got)), ("", 2))
        check(re.match(rb"<85>[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d bulkhead\[\d+\]: \{", got[0]), got[0][:80])
        equal([json.loads(x[x.index(b"{"):])["event"] for x in got], ["run", "delete"])
        t.set(destination="journald", required=True)
        r, got = with_sink(b, "/run/systemd/journal/socket", *argv)
        equal((r.all, len(got)), ("", 2))
        check(got[0].startswith(b"MESSAGE\n"), got[0][:20])
        has(got[0].decode(errors="replace"), cid)
        check(b"\nPRIORITY=5\n" in got[0] and b"BULKHEAD_EVENT\n\3\0\0\0\0\0\0\0run\n" in got[0], got[0][-200:])
        # Nobody listens.
        for destination, words in (("syslog", "/dev/log"), ("journald", "/run/systemd/journal/socket")):
            t.set(destination=destination, required=True)
            r, got = with_sink(b, "none", *argv, status=1)
            has(r.err, f"policy: audit: this cannot be recorded as the policy requires: connecting to {words}: ENOENT")
            b.nothing_left(cid)
            t.set(destination=destination)
            r, got = with_sink(b, "none", *argv)
            equal(r.all, "")
        t.set(destination="none", required=False)
        t.run("true")
        check(not os.path.exists(t.file), "a file is written")


@test
def nothing_of_it_in_the_log():
    with bundle() as b:
        t = Trail(b)
        b.args("true").save()
        log = f"{b.top}/log"
        b("--log", log, "--log-format", "json", "--policy", t.policy, "run", "-b", f"{b.top}/bundle", b.new_id())
        equal(read(log), "")
        b("--log", log, "--log-format", "json", "--policy", t.policy, "run", "--no-pivot", "-b", f"{b.top}/bundle", "x", status=1)
        equal(len(read(log).splitlines()), 1)


if __name__ == "__main__":
    main()
