#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The command line on real containers: outputs, exit statuses and words that engines rely on."""
import array
import functools
import json
import os
import re
import socket
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from bundle import bundle  # noqa: E402
from harness import (BULKHEAD, NOBODY, TOP, as_nobody, check, equal, has, lacks, main, read, run, test,  # noqa: E402
                     wait_for, write)

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.?\d*Z")


def on_bundle(function):
    """Registers a test that gets a bundle with a state root of its own."""
    @functools.wraps(function)
    def wrapper():
        with bundle() as b:
            os.makedirs(b.root, mode=0o700)
            function(b)
    return test(wrapper)


def path(b):
    return f"{b.top}/bundle"


def fails(b, message, *argv, status=1, **kw):
    """The command must fail with exactly this message, in one line of the log."""
    r = b("--log-format", "json", *argv, status=status, **kw)
    equal(len(r.err.splitlines()), 1, f"lines of {r.err!r}")
    equal(json.loads(r.err)["msg"], message, str(argv))


def stop(b, cid):
    b("kill", cid, "KILL")
    wait_for(lambda: b.state(cid)["status"] == "stopped", f"the end of {cid}")


@on_bundle
def state_document(b):
    """Members, their order, the time's form, and no newline at the end."""
    with b.created("sleep", "1000") as cid:
        text = b("state", cid).out
        check(text.startswith('{\n  "ociVersion": ') and text.endswith("}"), text)
        state = json.loads(text)
        equal(list(state), ["ociVersion", "id", "pid", "status", "bundle", "rootfs", "created", "owner"])
        check(TIME.fullmatch(state["created"]), state)
        equal((state["id"], state["owner"], state["rootfs"]), (cid, "", b.rootfs))


@on_bundle
def exit_statuses(b):
    for argv, status in ((["true"], 0), (["sh", "-c", "exit 7"], 7), (["sh", "-c", "exit 255"], 255)):
        r = b.run(*argv, status=status)
        equal((r.out, r.err), ("", ""))


@on_bundle
def status_of_a_signal(b):
    b.args("sleep", "1000").save()
    cid = b.new_id()
    with subprocess.Popen([BULKHEAD, "--root", b.root, "run", "-b", path(b), cid]) as run:
        wait_for(lambda: '"running"' in b("state", cid, status=None).out, cid)
        b("kill", cid, "9")
        equal(run.wait(timeout=60), 128 + 9)
    b.nothing_left(cid)


@on_bundle
def kill_takes_names_and_numbers(b):
    """The process is pid 1: signals that it does not handle are ignored."""
    with b.started("sh", "-c", "s=usr1; trap 'echo $s' USR1; trap 'exit 5' HUP; echo up; while :; do sleep 0.1; done") as cid:
        wait_for(lambda: "up" in b.output(), "the container")
        fails(b, 'unknown signal "FOO"', "kill", cid, "FOO")
        fails(b, 'unknown signal "-9"', "kill", cid, "-9")
        b("kill", cid, "0")
        for name in ("USR1", "sigusr1", "10"):
            b("kill", cid, name)
        wait_for(lambda: "usr1" in b.output(), "USR1 in the container")
        b("kill", "--all", cid, "KILL")
        wait_for(lambda: b.state(cid)["status"] == "stopped", "stopped")
        fails(b, "container not running", "kill", cid)
        b("kill", "--all", cid, "KILL")
        b("kill", "-a", cid, "9")


@on_bundle
def words_about_wrong_states(b):
    with b.started("sleep", "1000") as cid:
        fails(b, "cannot start an already running container", "start", cid)
        fails(b, f"cannot delete container {cid} that is not stopped: running", "delete", cid)
        fails(b, "bulkhead create failed: container with given ID already exists", "create", "-b", path(b), cid)
        stop(b, cid)
        fails(b, "cannot start a container that has stopped", "start", cid)
        b("delete", cid)
        fails(b, "container does not exist", "delete", cid)


@on_bundle
def lists(b):
    with b.created("sleep", "1000") as first, b.created("sleep", "1000") as second:
        equal(b("list", "-q").out, f"{first}\n{second}\n")
        text = b("list", "--format", "json").out
        check(text.endswith("]\n") and text.count("\n") == 1, text)
        items = json.loads(text)
        equal([i["id"] for i in items], [first, second])
        equal({i["owner"] for i in items}, {"root"})
        lines = b("list").out.splitlines()
        words = ("ID", "PID", "STATUS", "BUNDLE", "CREATED", "OWNER")
        columns = [lines[0].index(w) for w in words] + [None]
        row = [lines[1][a:z].strip() for a, z in zip(columns, columns[1:])]
        equal(row, [first, str(items[0]["pid"]), "created", path(b), items[0]["created"], "root"])


@on_bundle
def one_broken_container_does_not_hide_others(b):
    with b.created("sleep", "1000") as cid:
        os.mkdir(f"{b.root}/broken")
        write(f"{b.root}/broken/state.json", "{")
        r = b("list", "-q")
        has(r.out, cid)
        check(r.err.startswith("load container broken: "), r.err)
        os.unlink(f"{b.root}/broken/state.json")
        # What a creator leaves that dies before it wrote anything.
        b("delete", "--force", "broken")


@on_bundle
def log_file(b):
    """One failure is one JSON value in the log and the message on stderr; success is silence."""
    log = f"{b.top}/log"
    options = ("--log", log, "--log-format", "json")
    b.args("true").save()
    r = b(*options, "run", "-b", path(b), b.new_id())
    equal((r.out, r.err, os.path.getsize(log)), ("", "", 0))
    b.args("/no/such/program").save()
    r = b(*options, "run", "-b", path(b), b.new_id(), status=1)
    entry = json.loads(read(log))
    equal((list(entry), entry["level"]), (["level", "msg", "time"], "error"))
    equal(r.err, entry["msg"] + "\n")
    check(entry["msg"].startswith("bulkhead run failed: "), entry)
    equal(os.listdir(b.root), [])


@on_bundle
def words_by_which_docker_tells_126_from_127(b):
    has(b.run("nosuchprogram", status=1).err, "executable file not found in $PATH")
    has(b.run("/no/such/program", status=1).err, "no such file or directory")
    has(b.run("/etc/passwd", status=1).err, "permission denied")
    b.config["process"]["args"] = []
    b.save()
    fails(b, "bulkhead run failed: /process/args: args must not be empty", "run", "-b", path(b), "c1")


@on_bundle
def spellings_of_callers(b):
    """go-runc, podman and CRI-O each write options in their own way."""
    b.args("true").save()
    b("run", "-no-subreaper", "-bundle", path(b), "c1")
    b("run", f"--bundle={path(b)}", "--keep", "--no-new-keyring=false", "c1")
    b("delete", "c1", "--force")
    b("run", "-d", "c1", "-b", path(b))
    b("delete", "-f", "c1")
    b.nothing_left("c1")


@on_bundle
def relative_paths(b):
    """A pid file is relative to the caller; the bundle may be relative too."""
    b.args("sleep", "1000").save()
    with open(f"{b.top}/out", "w") as out:
        subprocess.run([BULKHEAD, "--root", "state", "create", "-b", "bundle", "--pid-file", "pid", "c1"],
                       cwd=b.top, stdin=subprocess.DEVNULL, stdout=out, stderr=out, timeout=60, check=True)
    s = b.state("c1")
    equal((s["bundle"], read(f"{b.top}/pid")), (path(b), str(s["pid"])))
    b("delete", "--force", "c1")


@on_bundle
def what_happens_with_debug(b):
    """Each step of create and exec, where --log says, at the moment it begins: a failing one is the last."""
    log = f"{b.top}/log"
    steps = lambda: [json.loads(line) for line in read(log).splitlines()]
    b.config["linux"]["seccomp"] = {"defaultAction": "SCMP_ACT_ALLOW", "flags": ["SECCOMP_FILTER_FLAG_LOG"]}
    b.args("true").save()
    said = b("--debug", "run", "-b", path(b), "c0").err
    has(said, 'level=debug msg="c0: reading the bundle"')
    has(said, "init: closing the pipe to signal completion")
    b.args("sleep", "1000")
    with b.started() as cid:
        equal(b("--debug", "--log", log, "--log-format", "json", "exec", cid, "true").err, "")
        equal({line["level"] for line in steps()}, {"debug"})
        equal((steps()[0]["msg"], steps()[-1]["msg"]), (f"{cid}: looking at the container", f"{cid}: setns_init: about to exec the program"))
        # Words of runc's log, which its users and its own suite look for.
        for words in "nsexec container setup", "child process in init()":
            has(read(log), words)
    os.unlink(log)
    b.config["hooks"] = {"createRuntime": [{"path": "/bin/false"}]}
    b.save()
    b("--debug", "--log", log, "--log-format", "json", "run", "-b", path(b), "c1", status=1)
    said = [line["msg"] for line in steps()]
    has(said, "c1: mounting")
    for words in "nsexec container setup", "child process in init()":
        has("\n".join(said), words)
    equal(said[-2], "c1: running hooks")
    check(any(re.match(r"c1: seccomp filter flags: 2, \d+ instructions, built-in\+config", m) for m in said), said)


@on_bundle
def console_socket(b):
    """One message: one descriptor, and the name of the terminal."""
    b.config["process"]["terminal"] = True
    b.args("sleep", "1000").save()
    has(b("create", "-b", path(b), "c1", status=1).err, "will detach without setting console socket")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
        server.bind(f"{b.top}/s")
        server.listen(1)
        with b.created(options=("--console-socket", f"{b.top}/s")):
            server.settimeout(60)
            peer, _ = server.accept()
            data, control, _, _ = peer.recvmsg(4096, socket.CMSG_SPACE(64))
            fds = array.array("i")
            for level, kind, payload in control:
                equal((level, kind), (socket.SOL_SOCKET, socket.SCM_RIGHTS))
                fds.frombytes(payload)
            equal(len(fds), 1, "descriptors")
            check(1 <= len(data) <= 4095, data)
            check(os.isatty(fds[0]), "not a terminal")
            os.close(fds[0])
            equal(peer.recv(1), b"", "nothing more")
            peer.close()


@on_bundle
def preserved_fds(b):
    b.args("sh", "-c", "cat <&3 2>/dev/null; ls /proc/self/fd").save()
    write(f"{b.top}/file", "preserved\n")
    with open(f"{b.top}/file") as file:
        for fd in (3, 4):
            if file.fileno() != fd:
                os.dup2(file.fileno(), fd)
        r = b("run", "--preserve-fds", "1", "-b", path(b), "c1", pass_fds=(3, 4))
        os.close(4)
    equal(r.out.split(), ["preserved", "0", "1", "2", "3", "4"], "3 and what ls opens as 4, nothing else")
    r = b("run", "--preserve-fds", "900", "-b", path(b), "c1", status=1)
    has(r.err, "unable to stat preserved-fd 0 (of 900)")
    b.nothing_left("c1")


@on_bundle
def default_spec_runs(b):
    config = f"{path(b)}/config.json"
    os.umask(0o022)
    equal(b("spec", "--bundle", path(b)).out, "")
    equal(os.stat(config).st_mode & 0o7777, 0o644)
    check(read(config).startswith('{\n\t"ociVersion": "1.'), read(config))
    fails(b, "File config.json exists. Remove it first", "spec", "-b", path(b))
    b.config = json.loads(read(config))
    has(b.config["linux"], "maskedPaths")
    equal(b.config["process"]["args"], ["sh"])
    b.config["process"]["terminal"] = False
    equal(b.run("id", "-u").out, "0\n")


@on_bundle
def rootless_spec(b):
    b("spec", "--rootless", cwd=b.top)
    has(json.loads(read(f"{b.top}/config.json"))["linux"]["namespaces"], {"type": "user"})


@on_bundle
def systemd_that_is_not_there(b):
    env = {"PATH": os.environ["PATH"], "DBUS_SYSTEM_BUS_ADDRESS": "unix:path=/nonexistent/bus"}
    b.save()
    for words in (["--systemd-cgroup"], ["--cgroup-manager", "systemd"]):
        cid = b.new_id()
        program, *rest = b.command("run", "--bundle", f"{b.top}/bundle", cid)
        r = run(program, *words, *rest, env=env, status=1)
        has(r.err, "--systemd-cgroup: no message bus to talk to: nobody listens on /nonexistent/bus")
        b.nothing_left(cid)


@test
def features_need_no_root():
    r = as_nobody("features", cwd="/")
    equal(r.stderr, "")
    found = json.loads(r.stdout)
    check(found["ociVersionMin"] and found["ociVersionMax"], found)
    for option in ("rro", "rbind", "ro", "nosuid", "tmpcopyup"):
        has(found["mountOptions"], option)
    has(found["linux"]["namespaces"], "user")
    has(found["linux"]["capabilities"], "CAP_CHECKPOINT_RESTORE")
    has(found["linux"]["seccomp"]["actions"], "SCMP_ACT_ERRNO")
    equal(found["linux"]["mountExtensions"]["idmap"]["enabled"], True)
    equal(found["linux"]["cgroup"]["systemd"], True)


def explained(b, status):
    b.save()
    r = as_nobody("explain", "--bundle", path(b), "--format", "json", status=status)
    equal(r.stderr, "")
    return json.loads(r.stdout)


@on_bundle
def explain_shows_every_decision(b):
    found = explained(b, 0)
    equal((found["accepted"], "refusal" in found), (True, False))
    for decision in found["decisions"]:
        check({"rule", "pointer", "before", "after", "why"} <= set(decision), decision)
    pointers = {d["pointer"] for d in found["decisions"]}
    for prefix in ("/linux/namespaces", "/linux/resources", "/process/capabilities", "/process/noNewPrivileges"):
        check(any(p.startswith(prefix) for p in pointers), f"{prefix} not in {pointers}")
    table = as_nobody("explain", "-b", path(b))
    equal(table.stderr, "")
    check(table.stdout.endswith("\nNothing is refused.\n"), table.stdout)
    for pointer in pointers:
        has(table.stdout, pointer)
    equal(os.listdir(b.root), [])


@on_bundle
def explain_says_what_run_says(b):
    """Refusals of the policy, of the specification, and of what is not supported."""
    def host_pid(config):
        config["linux"]["namespaces"] = [{"type": "mount"}]

    def no_args(config):
        config["process"]["args"] = []

    def rdt(config):
        config["linux"]["intelRdt"] = {"schemata": ["L3:0=f"]}

    original = json.dumps(b.config)
    for edit, words in ((host_pid, "policy: "), (no_args, "/process/args: args must not be empty"), (rdt, "policy: intel-rdt: ")):
        b.config = json.loads(original)
        edit(b.config)
        found = explained(b, 1)
        equal(found["accepted"], False)
        check(found["refusal"].startswith(words), found["refusal"])
        fails(b, "bulkhead run failed: " + found["refusal"], "run", "-b", path(b), "c1")
    os.rename(b.rootfs, f"{b.rootfs}.away")
    b.config = json.loads(original)
    has(explained(b, 1)["refusal"], "/rootfs: no such file or directory")
    os.rename(f"{b.rootfs}.away", b.rootfs)
    b.nothing_left("c1")


@on_bundle
def explain_of_a_wrong_document(b):
    b.config["process"]["user"]["uid"] = "root"
    b.save()
    r = as_nobody("explain", "--bundle", path(b), status=1)
    equal(r.stdout, "")
    has(r.stderr, 'msg="/process/user/uid: ')


@on_bundle
def closed_stdio(b):
    """Without stdin, stdout and stderr no message ends up in a file of ours."""
    b.args("true").save()
    code = f'exec "{BULKHEAD}" --root "{b.root}" "$@" <&- >&- 2>&-'
    for argv in (["run", "-b", path(b), "c1"], ["run", "-b", path(b), "--keep", "c2"], ["state", "c2"]):
        equal(subprocess.run(["sh", "-c", code, "sh", *argv], timeout=60).returncode, 0, str(argv))
    equal(b.state("c2")["status"], "stopped")
    b("delete", "c2")


@on_bundle
def full_disk(b):
    """A document that could not be written is no success."""
    with b.created("sleep", "1000") as cid, open("/dev/full", "w") as full:
        for argv in (["state", cid], ["list"], ["features"], ["help"], ["--version"]):
            p = subprocess.run([BULKHEAD, "--root", b.root, *argv], stdout=full, stderr=subprocess.PIPE, timeout=60)
            equal(p.returncode, 1, str(argv))
            has(p.stderr.decode(), "no space left on device")


@on_bundle
def state_root_of_a_user(b):
    """It is below XDG_RUNTIME_DIR, and missing before the first container."""
    xdg = f"{b.top}/xdg"
    os.makedirs(f"{xdg}/bulkhead/broken")
    for name in (xdg, f"{xdg}/bulkhead", f"{xdg}/bulkhead/broken"):
        os.chown(name, NOBODY, NOBODY)
    r = as_nobody("list", env={"XDG_RUNTIME_DIR": xdg})
    has(r.stderr + r.stdout, "broken")
    r = as_nobody("list", "-f", "json", env={"XDG_RUNTIME_DIR": f"{b.top}/none"})
    equal((r.stdout, r.stderr), ("null\n", ""))


@test
def quickstart_bundle_is_what_runc_takes():
    config = json.loads(read(f"{TOP}/contrib/quickstart-bundle/config.json"))
    lacks(config["linux"]["namespaces"], {"type": "user"})
    lacks(config["linux"], "resources")
    lacks(config["linux"], "seccomp")


if __name__ == "__main__":
    main()
