#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""
Bad ids, state roots, state directories, bundles and files given by option: one clear error and the right status, no
hang, nothing left; and one broken container hides no other.
"""
import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from bundle import bundle  # noqa: E402
from harness import (BULKHEAD, NOBODY, as_nobody, cgroups, check, ended, equal, has, id_ranges, lacks, main, proc_status,  # noqa: E402
                     read, scratch, test, wait_for, write)
from scene import COMMANDS, own_status, with_scene  # noqa: E402

WITH_ID = [name for name, c in COMMANDS.items() if c.get("arguments", "").startswith("<container-id>")]
IDS = ["", ".", "..", "/", "a/b", "../a", "/etc", "a/../b", "a\n", "a\nb", "a b", "\x1b[2J", "a\x7f", "ä", b"\xff\xfe", "a%s",
       "a:b", "a" * 1025, "a" * 4096, "a" * 131071]


def command(s, name, cid, dashes=False):
    """The command with all that it needs, but @cid as the id."""
    before = ["-b", f"{s.b.top}/bundle"] if name in ("create", "run") else ["--stats"] if name == "events" else []
    return [name, *before, *(["--"] if dashes else []), cid, *(["true"] if name == "exec" else [])]


@with_scene(300)
def container_ids(s):
    for name in WITH_ID:
        for cid in IDS:
            label = f"{name} {cid!r:.40}"
            words = ["container id cannot be empty", "container ID format", "does not exist", "too long"]
            answer = s.call(*command(s, name, cid))
            # delete --force of what does not exist is a success; of what cannot exist it is none, as for runc.
            s.refused(label, answer, own_status(name), words)
        s.unchanged(name)
    check(len(WITH_ID) >= 12, f"commands with an id: {WITH_ID}")


@with_scene(120)
def ids_with_a_dash(s):
    """As an option it is none of ours; behind "--" it is an id like any other."""
    for name in WITH_ID:
        answer = s.call(*command(s, name, "-no-such-option"))
        s.refused(name, answer, 1, ["flag provided but not defined: -no-such-option"], usage=True)
        if name not in ("create", "run"):
            answer = s.call(*command(s, name, "-x", dashes=True))
            s.refused(f"{name} -- -x", answer, own_status(name), ["does not exist"])
    s.unchanged("dashes")


def roots(top):
    """Bad state roots: what to make -> path and words of the error for a command that starts something."""
    write(f"{top}/file", "x")
    os.symlink("loop", f"{top}/loop")
    os.symlink("nowhere/at/all", f"{top}/dangling")
    os.mkfifo(f"{top}/fifo")
    return [(f"{top}/file", "not a directory"), (f"{top}/file/below", "not a directory"), (f"{top}/loop", "symbolic links"),
            (f"{top}/fifo", "not a directory"), (f"{top}/" + "x" * 300, "file name too long"), ("/proc/no", ""), ("/", "--root"),
            ("//", "--root"), ("/..", "--root"), ("", "--root")]


@with_scene(300)
def state_roots(s):
    for root, words in roots(s.b.top):
        for name in ["list", *WITH_ID]:
            cid = s.new if name in ("create", "run") else "c1"
            write(s.log, "")
            argv = [BULKHEAD, "--log", s.log, "--log-format", "json", "--root", root, *command(s, name, cid)]
            answer = s.run(argv if name != "list" else argv[:-1])
            names = [words] if name in ("create", "run") or words == "--root" else [words, "does not exist"]
            s.refused(f"--root {root!r:.60} {name}", answer, own_status(name) if words != "--root" else 1, names)
            s.b.nothing_left(s.new)
    s.unchanged("roots")


@with_scene(120)
def state_roots_that_are_right(s):
    """Relative, with a missing parent, by a link: what is made is where it was asked for."""
    os.mkdir(f"{s.b.top}/real")
    os.symlink("real", f"{s.b.top}/link")
    s.b.args("true").save()
    for root, where in (("rel", f"{s.work}/rel"), ("a/b/c", f"{s.work}/a/b/c"), (f"{s.b.top}/link", f"{s.b.top}/real"),
                        ("./x/../y", f"{s.work}/y")):
        argv = [BULKHEAD, "--root", root]
        equal(s.run([*argv, "run", "--keep", "-b", f"{s.b.top}/bundle", s.new]), (0, "", ""), root)
        check(os.path.isdir(f"{where}/{s.new}"), f"{root}: no state in {where}")
        if "link" not in root:
            equal(os.stat(where).st_mode & 0o077, 0, f"{root}: mode")
        equal(s.run([*argv, "delete", s.new]), (0, "", ""), root)


@test
def a_root_that_cannot_be_written():
    with scratch() as d:
        os.mkdir(f"{d}/root", 0o755)
        os.makedirs(f"{d}/bundle/rootfs")
        write(f"{d}/bundle/config.json", read_config())
        p = as_nobody("--root", f"{d}/root", "run", "-b", f"{d}/bundle", "c1", status=1)
        equal(len(p.stderr.splitlines()), 1, p.stderr)
        equal(os.listdir(f"{d}/root"), [])


def read_config():
    with bundle() as b:
        b.save()
        return read(f"{b.top}/bundle/config.json")


# --- state directories ---------------------------------------------------------------------------------------------

READERS = ["state", "start", "kill", "exec", "ps", "pause", "resume", "update", "events", "verify", "delete"]
INSTEAD = {"missing": None, "empty": "", "garbage": "\0{]" * 50, "array": "[]", "null": "null", "number": "7",
           "deep": "[" * 100000, "other version": None, "twice": None, "directory": None, "fifo": None, "link": None,
           "loop": None, "socket": None, "huge": None}


def spoil(path, how, text):
    os.unlink(path)
    if how == "directory":
        os.mkdir(path)
    elif how == "fifo":
        os.mkfifo(path)
    elif how == "link":
        os.symlink("/etc/passwd", path)
    elif how == "loop":
        os.symlink(os.path.basename(path), path)
    elif how == "socket":
        with contextlib.closing(socket.socket(socket.AF_UNIX)) as s:
            s.bind(path)
    elif how == "huge":
        write(path, "{")
        os.truncate(path, 1 << 32)
    elif how == "other version":
        write(path, json.dumps({**json.loads(text), "format": 4096}))
    elif how == "twice":
        write(path, text + text)
    elif how != "missing":
        write(path, INSTEAD[how])


@contextlib.contextmanager
def spoiled(path, how):
    text = read(path)
    spoil(path, how, text)
    try:
        yield
    finally:
        if os.path.isdir(path) and not os.path.islink(path):
            os.rmdir(path)
        elif os.path.lexists(path):
            os.unlink(path)
        write(path, text, 0o600)


def reader(name, cid):
    more = {"exec": ["true"], "update": ["--pids-limit", "77"]}.get(name, [])
    return [name, *(["--stats"] if name == "events" else []), cid, *more]


@with_scene(300)
def spoiled_records(s):
    """Of a container that runs: every command says so in one line, and touches nothing; `list` shows the others."""
    with s.b.started("sleep", "600") as cid:
        where = f"{s.b.root}/{cid}"
        for how in INSTEAD:
            with spoiled(f"{where}/state.json", how):
                for name in [*READERS, "delete --force"]:
                    argv = reader(name, cid) if name in READERS else ["delete", "--force", cid]
                    answer = s.call(*argv)
                    label = f"state.json {how}: {name}"
                    if name == "verify":  # a table, in which the row of the record is one of the failed ones
                        s.expect(answer[0] == 1 and "FAILED" in answer[1] or answer[2], f"{label}: {answer!r:.300}")
                    else:
                        s.refused(label, answer, own_status(name), [f"state of the container is damaged: {where}",
                                                                    f"{where}/state.json", "format 4096, this bulkhead reads"])
                        s.expect("no such file" not in answer[2], f"{label}: {answer[2]} reads like a missing program")
                status, out, err = s.call("list", "-q")
                s.expect((status, out, len(err.splitlines())) == (0, s.cid + "\n", 1), f"list {how}: {status} {out!r} {err!r}")
                s.expect(cid in err, f"list {how}: {err!r}")
        equal(s.b.state(cid)["status"], "running")


ONE_THREAD_LEFT = """
import ctypes, os, sys, threading, time
os.setresuid(*[int(sys.argv[1]) + 5] * 3)
threading.Thread(target=time.sleep, args=(600,)).start()
ctypes.CDLL(None).syscall({"x86_64": 60}.get(os.uname().machine, 93), 0)
"""


@with_scene(120)
def lost_records(s):
    """Its ids are not given back while somebody lives in them; what is left when all have ended goes with --force."""
    with s.b.started("sleep", "600") as cid:
        pid = s.b.state(cid)["pid"]
        record = f"{s.b.root}/{cid}/state.json"
        os.unlink(record)
        held = {k: v for k, v in id_ranges().items() if v.endswith("/" + cid)}
        equal(len(held), 1, "id ranges")
        for argv in (["delete", cid], ["delete", "--force", cid]):
            s.refused(" ".join(argv), s.call(*argv), 1, ["has no state.json"])
        has(s.call("delete", "--force", cid)[2], "processes of the container still run")
        equal({k: v for k, v in id_ranges().items() if v.endswith("/" + cid)}, held)
        os.kill(pid, signal.SIGKILL)
        wait_for(lambda: ended(pid), "its end")
        s.refused("delete", s.call("delete", cid), 1, ["has no state.json"])
        # One whose first thread has ended, with an id of the range, in no user namespace and no cgroup of the container's.
        lone = subprocess.Popen([sys.executable, "-c", ONE_THREAD_LEFT, next(iter(held))])
        try:
            wait_for(lambda: ended(lone.pid), "the end of a thread")
            s.refused("delete --force", s.call("delete", "--force", cid), 1, [f"processes of the container still run ({lone.pid}): "])
        finally:
            lone.kill()
            lone.wait()
        equal(s.call("delete", "--force", cid), (0, "", ""))
        equal({k: v for k, v in id_ranges().items() if v.endswith("/" + cid)}, {}, "id ranges left")
        check(not os.path.exists(os.path.dirname(record)), "a directory is left")
        equal(cgroups(cid), [], "cgroups left")


def refused_while(s, cid, pid):
    """delete --force of a lost record while this process lives: nothing is given back; then it ends."""
    held = {k: v for k, v in id_ranges().items() if v.endswith("/" + cid)}
    places = cgroups(cid)
    s.refused("delete --force", s.call("delete", "--force", cid), 1, [f"processes of the container still run ({pid}): "])
    equal(({k: v for k, v in id_ranges().items() if v.endswith("/" + cid)}, cgroups(cid)), (held, places), "what it has")
    check(os.path.isdir(f"{s.b.root}/{cid}"), "its directory is gone")
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: ended(pid), "its end")
    equal(s.call("delete", "--force", cid), (0, "", ""))
    s.b.nothing_left(cid)


@with_scene(120)
def lost_records_without_a_range(s):
    """Maps of the caller's, or no user namespace: the cgroups, found by their mark, tell who runs; others are let alone."""
    maps = [{"containerID": 0, "hostID": 500000, "size": 1000}]
    for policy, change in (({}, {"uidMappings": maps, "gidMappings": maps}), ({"userns": {"level": "off"}}, {})):
        s.b.policy = policy
        linux = dict(s.b.config["linux"])
        s.b.config["linux"].update(change)
        if change:
            s.b.config["linux"]["namespaces"] = [*linux["namespaces"], {"type": "user"}]
        with s.b.started("sleep", "600") as other, s.b.started("sleep", "600") as cid:
            pid = s.b.state(cid)["pid"]
            equal([v for v in id_ranges().values() if v.endswith("/" + cid)], [], "id ranges")
            os.unlink(f"{s.b.root}/{cid}/state.json")
            strange = f"{os.path.dirname(cgroups(cid)[0])}/{cid}-not"
            os.mkdir(strange)
            try:
                os.mkdir(f"{strange}/{cid}")
                s.refused("delete", s.call("delete", "--force", cid), 1, [f"processes of the container still run ({pid}): "])
                os.rmdir(f"{strange}/{cid}")
                refused_while(s, cid, pid)
                check(os.path.isdir(strange), "somebody else's cgroup is gone")
            finally:
                os.rmdir(strange)
            equal(s.b.state(other)["status"], "running")
        s.b.config["linux"] = linux
    s.b.policy = None


@with_scene(120)
def lost_records_that_nothing_tells_of(s):
    """No range, and no cgroup with its mark any more."""
    s.b.policy = {"userns": {"level": "off"}}
    with s.b.started("sleep", "600") as cid:
        pid, record = s.b.state(cid)["pid"], read(f"{s.b.root}/{cid}/state.json")
        for d in cgroups(cid):
            os.removexattr(d, "trusted.bulkhead.container")
        os.unlink(f"{s.b.root}/{cid}/state.json")
        s.refused("delete --force", s.call("delete", "--force", cid), 1, ["no id range and no cgroup tells", "has no state.json"])
        check(os.path.exists(f"/proc/{pid}"), "its process")
        write(f"{s.b.root}/{cid}/state.json", record, 0o600)
    s.b.policy = None


@with_scene(120)
def lost_records_and_a_user_namespace_inside(s):
    """A process in a namespace of its own, moved out of the container's cgroups, still has ids of its range."""
    s.b.policy = {"seccomp": {"level": "off"}}
    with s.b.started("busybox", "unshare", "-U", "sleep", "600") as cid:
        pid = s.b.state(cid)["pid"]
        wait_for(lambda: "sleep" in proc_status(pid, "Name"), "sleep")
        lacks(read(f"/proc/{pid}/uid_map"), "65536")
        os.unlink(f"{s.b.root}/{cid}/state.json")
        for d in cgroups(cid):  # to the root of the hierarchy, /sys/fs/cgroup/NAME
            write("/".join([*d.split("/")[:5], "cgroup.procs"]), str(pid))
        refused_while(s, cid, pid)
    s.b.policy = None


@with_scene(120)
def every_file_is_lost(s):
    """An empty directory is not always that of a creator that died."""
    with s.b.started("sleep", "600") as cid:
        pid = s.b.state(cid)["pid"]
        for name in os.listdir(f"{s.b.root}/{cid}"):
            os.unlink(f"{s.b.root}/{cid}/{name}")
        s.refused("delete", s.call("delete", cid), 1, [f"processes of the container still run ({pid}): "])
        refused_while(s, cid, pid)


@with_scene(300)
def spoiled_documents(s):
    """exec and update need them and say so; verify fails; whatever ends a container does not need them."""
    for file in ("hardening.json", "config.json"):
        with s.b.started("sleep", "600") as cid:
            where = f"{s.b.root}/{cid}/{file}"
            for how in [x for x in INSTEAD if x not in ("other version", "huge")]:
                with spoiled(where, how):
                    for name in ("exec", "update"):
                        answer = s.call(*reader(name, cid))
                        s.refused(f"{file} {how}: {name}", answer, own_status(name), [where])
                        s.expect("no such file" not in answer[2], f"{file} {how}: {name}: {answer[2]}")
                    status, out, err = s.call("verify", cid)
                    s.expect(status == 1 and "FAILED" in out, f"{file} {how}: verify: {status} {out!r:.300} {err!r:.300}")
                    for argv in (["state", cid], ["ps", cid], ["pause", cid], ["resume", cid], ["list"], ["kill", cid, "CONT"],
                                 ["events", "--stats", cid]):
                        status, out, err = s.call(*argv)
                        s.expect((status, err) == (0, ""), f"{file} {how}: {argv[0]}: {status} {err!r:.300}")
        for how in [x for x in INSTEAD if x not in ("other version", "huge", "directory")]:
            with s.b.created("sleep", "600") as cid:
                spoil(f"{s.b.root}/{cid}/{file}", how, read(f"{s.b.root}/{cid}/{file}"))
                s.b("delete", cid)


@with_scene(300)
def every_beginning_of_a_document(s):
    """A disk that was full: no beginning of a state file is taken for a whole one, and none ends a command by a signal."""
    with s.b.started("sleep", "600") as cid:
        for file, name, step in (("state.json", "state", 1), ("hardening.json", "update", 29), ("config.json", "update", 23)):
            path = f"{s.b.root}/{cid}/{file}"
            text = read(path)
            limits = s.b("events", "--stats", cid).out.split('"pids"')[1]
            for n in range(0, len(text) - 1, step):
                with spoiled(path, "empty"):
                    write(path, text[:n])
                    s.refused(f"{n} bytes of {file}", s.call(*reader(name, cid)), 1, [os.path.dirname(path)])
            equal(s.b("events", "--stats", cid).out.split('"pids"')[1][:30], limits[:30], "limits")


@with_scene(120)
def state_of_somebody_else(s):
    """A directory in the state root that another user owns or can write is no container of ours."""
    with s.b.created("sleep", "600") as cid:
        for what in ("owner", "mode"):
            fake = f"{s.b.root}/{s.new}"
            shutil.copytree(f"{s.b.root}/{cid}", fake, ignore=lambda d, names: [x for x in names if x == "start.sock"])
            for path in (fake, *(f"{fake}/{x}" for x in os.listdir(fake))):
                os.chown(path, NOBODY if what == "owner" else 0, 0)
                os.chmod(path, 0o700 if what == "owner" else 0o777)
            for name in READERS:
                if name == "verify":
                    continue
                s.refused(f"{what}: {name}", s.call(*reader(name, s.new)), own_status(name), ["is not ours alone"])
            s.refused(f"{what}: delete --force", s.call("delete", "--force", s.new), 1, ["is not ours alone"])
            status, out, err = s.call("list", "-q")
            s.expect((status, set(out.split()), len(err.splitlines())) == (0, {cid, s.cid}, 1), f"list: {status} {out!r} {err!r}")
            equal(s.b.state(cid)["status"], "created")
            shutil.rmtree(fake)
        # Ours, but of another container: somebody has renamed it.
        os.rename(f"{s.b.root}/{cid}", f"{s.b.root}/{s.new}")
        for name in [x for x in READERS if x != "verify"]:
            s.refused(f"renamed: {name}", s.call(*reader(name, s.new)), own_status(name), ["is that of the container"])
        s.refused("renamed: delete --force", s.call("delete", "--force", s.new), 1, ["is that of the container"])
        status, out, err = s.call("list", "-q")
        s.expect((status, out.split(), len(err.splitlines())) == (0, [s.cid], 1), f"list, renamed: {status} {out!r} {err!r}")
        os.rename(f"{s.b.root}/{s.new}", f"{s.b.root}/{cid}")


@with_scene(120)
def state_roots_of_somebody_else(s):
    """Nothing is made where others can rename; below a sticky directory such as /tmp they cannot."""
    root = f"{s.b.top}/root"
    os.mkdir(root)
    s.b.args("true").save()
    argv = [BULKHEAD, "--log", s.log, "--log-format", "json", "--root", root, "run", "-b", f"{s.b.top}/bundle", s.new]
    for uid, gid, mode, right in ((0, 0, 0o777, False), (0, 7, 0o775, False), (NOBODY, 0, 0o700, False), (NOBODY, 0, 0o1777, False),
                                  (0, 0, 0o1777, True), (0, 7, 0o755, True), (0, 0, 0o775, True)):
        os.chown(root, uid, gid)
        os.chmod(root, mode)
        write(s.log, "")
        answer = s.run(argv)
        if right:
            equal(answer, (0, "", ""), f"{uid} {gid} {mode:o}")
        else:
            s.refused(f"{uid} {gid} {mode:o}", answer, 1, ["can be written by others"])
        s.b.nothing_left(s.new)
        equal(os.listdir(root), [])


# --- bundles -----------------------------------------------------------------------------------------------------

def of_a_bundle(s, name, bundle):
    if name in ("create", "run"):
        return [name, "-b", bundle, s.new]
    return [name, "-b", bundle]


@with_scene(120)
def bundles(s):
    """What is no bundle: create, run, explain, harden, and spec, which needs a directory only."""
    top = s.b.top
    write(f"{top}/file", "x")
    os.symlink("loop", f"{top}/loop")
    os.symlink("nowhere", f"{top}/dangling")
    os.mkfifo(f"{top}/fifo")
    os.mkdir(f"{top}/no-config")
    for bundle, words in ((f"{top}/file", "not a directory"), (f"{top}/none", "no such file or directory"),
                          (f"{top}/loop", "too many levels of symbolic links"), (f"{top}/dangling", "no such file or directory"),
                          (f"{top}/fifo", "not a directory"), (f"{top}/file/x", "not a directory"),
                          ("/proc/self/fd/0", "not a directory"), (f"{top}/no-config", "config.json")):
        for name in ("create", "run", "explain", "harden", *(["spec"] if words != "config.json" else [])):
            s.refused(f"{name} -b {bundle}", s.call(*of_a_bundle(s, name, bundle)), 1, [words])
        s.unchanged(bundle)
    equal(os.listdir(f"{top}/no-config"), [])


@with_scene(300)
def documents_of_a_bundle(s):
    """What is no config.json."""
    top, config = f"{s.b.top}/x", f"{s.b.top}/x/config.json"
    os.mkdir(top)
    for how, words in (("missing", "config.json"), ("empty", "premature EOF"), ("garbage", "config.json"), ("array", "expected an object"),
                       ("null", "expected an object"), ("number", "expected an object"), ("deep", "expected an object"), ("directory", "config.json"),
                       ("fifo", "config.json"), ("link", "config.json"), ("loop", "config.json"), ("socket", "config.json"),
                       ("huge", "larger than"), ("twice", "config.json")):
        write(config, json.dumps(s.b.config))
        with spoiled(config, how):
            for name in ("create", "run", "explain", "harden"):
                s.refused(f"{name}: config.json {how}", s.call(*of_a_bundle(s, name, top)), 1, [words])
        s.unchanged(how)
    # 100 MB that are there, and a document that is right but for the depth of an unknown member.
    with open(config, "w") as f:
        f.write('{"ociVersion":"1.0.2","x":"')
        for _ in range(100):
            f.write("x" * (1 << 20))
        f.write('"}')
    for name in ("create", "explain"):
        s.refused(f"{name}: 100 MB", s.call(*of_a_bundle(s, name, top)), 1, ["larger than"])
    for deep in ("[" * 5000 + "]" * 5000, '{"a":' * 5000 + "1" + "}" * 5000):
        write(config, json.dumps(s.b.config)[:-1] + f',"unknown":{deep}' + "}")
        for name in ("create", "explain"):
            s.refused(f"{name}: depth", s.call(*of_a_bundle(s, name, top)), 1, ["/unknown", "levels"])
    s.unchanged("documents")


@test
def bundles_that_cannot_be_read():
    with scratch() as d:
        os.makedirs(f"{d}/closed/rootfs")
        os.makedirs(f"{d}/secret")
        write(f"{d}/closed/config.json", "{}")
        write(f"{d}/secret/config.json", "{}", 0o600)
        os.chmod(f"{d}/closed", 0o700)
        for name, bundle in (("explain", "closed"), ("explain", "secret"), ("spec", "closed"), ("run", "closed")):
            argv = [name, "-b", f"{d}/{bundle}", *(["c1"] if name == "run" else [])]
            p = as_nobody(*argv, status=1, env={"XDG_RUNTIME_DIR": f"{d}/none"})
            equal((p.stdout, len(p.stderr.splitlines())), ("", 1), f"{argv}: {p.stderr!r}")
            has(p.stderr, "ermission denied")


# --- files by option ---------------------------------------------------------------------------------------------

@contextlib.contextmanager
def listening(path, kind=socket.SOCK_STREAM):
    with contextlib.closing(socket.socket(socket.AF_UNIX, kind)) as l:
        l.bind(path)
        if kind == socket.SOCK_STREAM:
            l.listen(1)
        yield l


@with_scene(120)
def pid_files(s):
    """Where none can be written the container, or the process, is not there either."""
    os.makedirs(f"{s.b.top}/dir/full")
    write(f"{s.b.top}/file", "x")
    os.symlink("loop", f"{s.b.top}/loop")
    write(f"{s.b.top}/target", "keep")
    for where, words in ((f"{s.b.top}/dir", "is a directory"), (f"{s.b.top}/none/pid", "pid file"), (f"{s.b.top}/file/pid", "not a directory"),
                         ("/proc/pid", ""), (f"{s.b.top}/{'x' * 256}", "file name too long"), ("/", ""), (".", ""), ("..", "")):
        for argv in (["create", "-b", f"{s.b.top}/bundle", "--pid-file", where, s.new],
                     ["run", "-d", "-b", f"{s.b.top}/bundle", "--pid-file", where, s.new],
                     ["exec", "-d", "--pid-file", where, s.cid, "sleep", "1000"], ["exec", "--pid-file", where, s.cid, "sleep", "1000"]):
            s.refused(f"--pid-file {where:.60} {argv[0]}", s.call(*argv), own_status(argv[0]), [words])
            s.b.nothing_left(s.new)
    s.unchanged("pid files")
    # A link is replaced, what it leads to stays.
    os.symlink("target", f"{s.b.top}/link")
    equal(s.call("exec", "--pid-file", f"{s.b.top}/link", s.cid, "true"), (0, "", ""))
    check(not os.path.islink(f"{s.b.top}/link"), "still a link")
    equal(read(f"{s.b.top}/target"), "keep")
    # A pipe, too, is replaced: it is never opened.
    os.mkfifo(f"{s.b.top}/fifo")
    equal(s.call("exec", "--pid-file", f"{s.b.top}/fifo", s.cid, "true"), (0, "", ""))
    check(os.path.isfile(f"{s.b.top}/fifo"), "no file")
    equal(sorted(x for x in os.listdir(s.b.top) if x.startswith(".")), [], "temporary files left")


@with_scene(120)
def sockets(s):
    """--console-socket and --pidfd-socket on what is no socket, on one that nobody serves, on one of another type."""
    write(f"{s.b.top}/file", "x")
    os.mkfifo(f"{s.b.top}/fifo")
    with listening(f"{s.b.top}/dead"):
        pass
    os.mkdir(f"{s.b.top}/other")
    s.b.config["root"]["path"] = s.b.rootfs
    write(f"{s.b.top}/other/config.json", json.dumps(s.b.config))
    s.b.config["process"]["terminal"] = True
    s.b.save()
    with listening(f"{s.b.top}/dgram", socket.SOCK_DGRAM):
        for where, words in ((f"{s.b.top}/file", "connection refused"), (f"{s.b.top}/fifo", "connection refused"),
                             (f"{s.b.top}/dead", "connection refused"), (s.b.top, "connection refused"),
                             (f"{s.b.top}/dgram", "protocol wrong type"), (f"{s.b.top}/none", "no such file"), ("x" * 108, "")):
            for argv in (["create", "-b", f"{s.b.top}/bundle", "--console-socket", where, s.new],
                         ["run", "-d", "-b", f"{s.b.top}/bundle", "--console-socket", where, s.new],
                         ["create", "-b", f"{s.b.top}/other", "--pidfd-socket", where, s.new],
                         ["run", "-d", "-b", f"{s.b.top}/other", "--pidfd-socket", where, s.new],
                         ["exec", "-d", "-t", "--console-socket", where, s.cid, "sleep", "1000"],
                         ["exec", "-d", "--pidfd-socket", where, s.cid, "sleep", "1000"]):
                s.refused(f"{argv[0]} {where}", s.call(*argv), own_status(argv[0]), [words])
                s.b.nothing_left(s.new)
    s.unchanged("sockets")


@with_scene(120)
def documents_by_option(s):
    """--process and --resources, harden's and policy's file, --policy: what is no such document, and pipes."""
    path = f"{s.b.top}/doc.json"
    for how in [x for x in INSTEAD if x not in ("other version", "link", "twice")]:
        write(path, "{}")
        with spoiled(path, how):
            for argv in (["exec", "--process", path, s.cid], ["update", "--resources", path, s.cid], ["harden", path],
                         ["policy", "check", path], ["audit", "--file", path]):
                if argv[0] == "audit" and how not in ("missing", "directory", "loop", "socket"):
                    continue  # lines that are no lines of a trail are skipped, and counted
                s.refused(f"{argv[:-1]} {how}", s.call(*argv), own_status(argv[0]), [path, "process.json: " if argv[0] == "exec" else "config.json: "])
            s.expect(*policy_refused(s, path, how))
    s.unchanged("documents")
    # A pipe that is written is read to its end.
    r, w = os.pipe()
    os.write(w, b'{"pids":{"limit":99}}')
    os.close(w)
    p = subprocess.run(s.b.command("update", "--resources", f"/dev/fd/{r}", s.cid), pass_fds=[r], capture_output=True, timeout=60)
    os.close(r)
    equal((p.returncode, p.stderr), (0, b""))
    has(s.b("events", "--stats", s.cid).out, '"limit":99')


def policy_refused(s, path, how):
    write(s.log, "")
    status, out, err = s.run([BULKHEAD, "--root", s.b.root, "--policy", path, "run", "-b", f"{s.b.top}/bundle", s.new])
    return (status, out, len(err.splitlines())) == (1, "", 1), f"--policy {how}: {status} {out!r} {err!r:.300}"


@with_scene(60)
def descriptors(s):
    """--preserve-fds of what is not open, and of more than there can be."""
    for n in ("1", "1000000", "2147483647"):
        for argv in (["run", "-b", f"{s.b.top}/bundle", "--preserve-fds", n, s.new], ["exec", "--preserve-fds", n, s.cid, "true"]):
            s.refused(f"{argv[0]} --preserve-fds {n}", s.call(*argv), own_status(argv[0]), ["preserved-fd"])
            s.b.nothing_left(s.new)
    s.unchanged("descriptors")


# --- the environment ---------------------------------------------------------------------------------------------

@with_scene(120)
def environment(s):
    """What a caller's variables may hold: one that means nothing changes nothing, one that cannot be is an error."""
    b = s.b
    b.args("sh", "-c", "echo ${LISTEN_FDS-none}").save()
    setpid = "import os, sys; os.environ['LISTEN_PID'] = str(os.getpid()); os.execv(sys.argv[1], sys.argv[1:])"
    argv = [sys.executable, "-c", setpid, *b.command("run", "-b", f"{b.top}/bundle", s.new)]
    for name, values in (("LISTEN_FDS", ["", "x", "-1", "0", "99999", "2147483647", "18446744073709551616", "1 "]),
                         ("NOTIFY_SOCKET", ["", "relative", "/none", f"{b.top}/file", b.top, "@", "@abstract", "/a\nb"]),
                         ("XDG_RUNTIME_DIR", ["", "relative", "/none", "x" * 5000]), ("USER", ["x" * 5000]), ("HOME", ["x" * 5000]),
                         ("TZ", [":/etc/passwd", "x" * 5000]), ("PATH", ["", "relative", "x" * 5000])):
        for value in values:
            p = subprocess.run(argv, env={"PATH": os.environ["PATH"], name: value}, cwd=s.work, capture_output=True, text=True,
                               stdin=subprocess.DEVNULL, timeout=60)
            equal((p.returncode, p.stderr), (0, ""), f"{name}={value!r:.40}")
            # A caller that announces what it does not pass is believed, as by crun.
            check(p.stdout in ("none\n", "0\n", "99999\n"), f"{name}={value!r:.40}: {p.stdout!r}")
            b.nothing_left(s.new)
    for value in ("/" + "x" * 107, "/" + "x" * 5000, "@" + "x" * 108):
        p = subprocess.run(argv, env={"PATH": os.environ["PATH"], "NOTIFY_SOCKET": value}, cwd=s.work, capture_output=True,
                           text=True, stdin=subprocess.DEVNULL, timeout=60)
        equal((p.returncode, p.stdout, len(p.stderr.splitlines())), (1, "", 1), f"NOTIFY_SOCKET of {len(value)}")
        has(p.stderr, "$NOTIFY_SOCKET: the path is too long")
        b.nothing_left(s.new)
    s.unchanged("environment")


if __name__ == "__main__":
    main()
