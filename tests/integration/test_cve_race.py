#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Published holes that are races, or too large for their reader: somebody swaps names in a shared
volume while containers start; documents of hostile size. Each race runs for a few seconds."""
import contextlib
import copy
import ctypes
import hashlib
import json
import os
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from bundle import CONFIG, bundle  # noqa: E402
from harness import BULKHEAD, check, equal, has, lacks, main, mount_points, read, test, wait_for, write  # noqa: E402

SECONDS = float(os.environ.get("BULKHEAD_RACE_SECONDS", "4"))
libc = ctypes.CDLL(None, use_errno=True)


@contextlib.contextmanager
def swapping(a, z):
    """A process that exchanges two names (renameat2(2), RENAME_EXCHANGE) all the time."""
    exchange = (-100, a.encode(), -100, z.encode(), 2)
    check(libc.renameat2(*exchange) == 0, f"renameat2: errno {ctypes.get_errno()}")
    pid = os.fork()
    if pid == 0:
        try:
            signal.alarm(1000)
            while True:
                for _ in range(20):
                    libc.renameat2(*exchange)
                time.sleep(0)
        finally:
            os._exit(1)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def volume(b):
    """A directory that the container may write, in it one name for the runtime and one for the attack."""
    v = f"{b.top}/volume"
    os.makedirs(f"{v}/a")
    canary = f"{b.top}/canary"
    os.makedirs(f"{canary}/sub")
    for d in (v, f"{v}/a", canary, f"{canary}/sub"):
        os.chmod(d, 0o777)
    write(f"{canary}/secret", "the host's secret\n", 0o666)
    os.symlink(canary, f"{v}/b")
    return v, canary


def tree(top):
    return sorted((w, tuple(sorted(d)), tuple(sorted(f)), os.lstat(w).st_mode, os.lstat(w).st_mtime_ns)
                  for w, d, f in os.walk(top))


def race(b, v, canary, command, look):
    """Runs while the names are swapped. At least one has to work and the canary to stay as it is."""
    before = tree(canary), [m for m in mount_points() if m.startswith(b.top)]
    worked = runs = 0
    with swapping(f"{v}/a", f"{v}/b"):
        end = time.monotonic() + SECONDS
        while time.monotonic() < end or runs < 10:
            r = b.run("sh", "-c", command, status=None)
            runs += 1
            worked += r.status == 0
            if r.status != 0:
                has(r.err, "level=error")
            look(r)
    equal((tree(canary), [m for m in mount_points() if m.startswith(b.top)]), before, "the host's side")
    return worked


@test
def cve_2021_30465_mount_point_swapped_with_a_link():
    """CVE-2021-30465, CVE-2024-45310: a mount point below a volume; nothing is mounted or made outside."""
    with bundle() as b:
        v, canary = volume(b)
        b.config["mounts"] += [
            {"destination": "/v", "type": "bind", "source": v, "options": ["rbind", "rw"]},
            {"destination": "/v/a/new/deep", "type": "tmpfs", "source": "tmpfs"},
            {"destination": "/v/a/sub", "type": "tmpfs", "source": "tmpfs"}]

        def look(r):
            lacks(r.out, "secret", "what the container sees")
        race(b, v, canary, "cat /v/a/secret /v/b/secret /v/*/*/secret 2>/dev/null; touch /v/a/x /v/a/sub/x 2>/dev/null; exit 0", look)


@test
def cve_2025_52881_names_swapped_while_settings_are_written():
    """Labels and settings go to the kernel's files and nowhere else: read back each time."""
    with bundle() as b:
        v, canary = volume(b)
        os.makedirs(f"{b.rootfs}/v")
        b.config["mounts"] += [{"destination": "/v", "type": "bind", "source": v, "options": ["rbind", "rw"]},
                               {"destination": "/v/a/proc", "type": "tmpfs", "source": "tmpfs"}]
        b.config["linux"]["sysctl"] = {"net.ipv4.ip_forward": "1", "net.ipv4.ip_unprivileged_port_start": "80"}
        host = [read(f"/proc/sys/{n}") for n in ("net/ipv4/ip_forward", "kernel/core_pattern")]

        def look(r):
            if r.status == 0:
                equal(r.out.split(), ["1", "80"], "settings in the container")
        race(b, v, canary, "cat /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv4/ip_unprivileged_port_start", look)
        equal([read(f"/proc/sys/{n}") for n in ("net/ipv4/ip_forward", "kernel/core_pattern")], host, "the host's settings")


@test
def ghsa_3q8j_readonly_and_masked_paths_swapped():
    """GHSA-3q8j-pf29-vwv8: the directory that is made read-only is the one that was opened."""
    with bundle() as b:
        v, canary = volume(b)
        os.unlink(f"{v}/b")
        os.mkdir(f"{v}/b")
        for name in ("a", "b"):
            os.makedirs(f"{v}/{name}/masked", exist_ok=True)
        b.config["mounts"] += [{"destination": "/v", "type": "bind", "source": v, "options": ["rbind", "rw"]}]
        b.config["linux"]["readonlyPaths"] = ["/v/a"]
        b.config["linux"]["maskedPaths"] = ["/v/b/masked", "/proc/kcore"]

        def look(r):
            if r.status:
                return
            # Mount points move with the names: wherever it is now, exactly one of both is read-only.
            ro = [line.split() for line in r.out.splitlines() if line.split()[4] in ("/v/a", "/v/b")]
            equal(len(ro), 1, f"read-only mounts: {r.out!r}")
            check("ro" in ro[0][5].split(","), ro)
            equal(sum(line.split()[4].endswith("/masked") for line in r.out.splitlines()), 1, "masked directories")
        worked = race(b, v, canary, "cat /proc/self/mountinfo", look)
        check(worked > 0, "no run worked")


@test
def cve_2021_30465_root_file_system_swapped():
    """The image's own directories are swapped with links to the host while the runtime fills them."""
    with bundle() as b:
        _, canary = volume(b)
        os.makedirs(f"{b.rootfs}/a/dev")
        os.symlink(canary, f"{b.rootfs}/b")
        os.makedirs(f"{b.rootfs}/v")
        b.config["mounts"] = [m for m in CONFIG["mounts"] if not m["destination"].startswith("/dev")] + [
            {"destination": "/a/sub/x", "type": "tmpfs", "source": "tmpfs"},
            {"destination": "/a/file", "type": "bind", "source": "/etc/passwd", "options": ["bind", "ro"]}]
        b.config["linux"]["devices"] = [{"path": "/a/dev/null", "type": "c", "major": 1, "minor": 3}]
        b.config["linux"]["maskedPaths"] = ["/a/secret", "/proc/kcore"]
        b.config["linux"]["readonlyPaths"] = ["/a/sub"]
        b.config["process"]["cwd"] = "/a/work"

        def look(r):
            lacks(r.out, "secret")
        race(b, b.rootfs, canary, "cat /a/secret /b/secret 2>/dev/null; exit 0", look)


@test
def cve_2016_9962_first_process_seen_by_a_neighbour():
    """CVE-2016-9962, CVE-2019-5736: a container that shares the pid namespace watches another one come."""
    with bundle() as b:
        # Each turn prints what it can learn of any process that is not its own.
        watch = ("while :; do for p in /proc/[0-9]*; do "
                 "ls -ld $p/exe $p/cwd $p/root $p/fd/* 2>/dev/null; "
                 "( exec 9>>$p/exe ) 2>/dev/null && echo WRITABLE $p; "
                 "( exec 9<>$p/mem ) 2>/dev/null && [ $p != /proc/self ] && :; done; done >>/seen")
        sha = hashlib.sha256(open(BULKHEAD, "rb").read()).digest()
        with b.started("sh", "-c", watch) as watcher:
            pid = b.state(watcher)["pid"]
            second = copy.deepcopy(b.config)
            second["linux"]["namespaces"] = [{"type": "pid", "path": f"/proc/{pid}/ns/pid"},
                                             {"type": "user", "path": f"/proc/{pid}/ns/user"},
                                             *({"type": t} for t in ("mount", "network", "uts", "ipc"))]
            end = time.monotonic() + SECONDS
            runs = 0
            os.makedirs(f"{b.rootfs}/bin", exist_ok=True)
            write(f"{b.rootfs}/bin/evil", "#!/proc/self/exe\n", 0o755)
            while time.monotonic() < end or runs < 10:
                for argv, ok in ((["true"], 0), (["/bin/evil"], None)):
                    b.config = copy.deepcopy(second)
                    cid = b.new_id()
                    b.args(*argv).save()
                    b("run", "-b", f"{b.top}/bundle", cid, status=ok)
                    runs += 1
            wait_for(lambda: os.path.exists(f"{b.rootfs}/seen") and "/exe -> /bin/busybox" in read(f"{b.rootfs}/seen"), "its look at itself")
            os.kill(pid, signal.SIGSTOP)
            seen = set(read(f"{b.rootfs}/seen").splitlines())
            os.kill(pid, signal.SIGCONT)
        check(any(line.endswith("/exe -> /bin/busybox") for line in seen), "the watcher sees itself")
        for line in seen:
            lacks(line, "WRITABLE")
            # Its own stdout, and the first program of `#!/proc/self/exe`, may have names of the host.
            if line.endswith(f" -> {b.top}/out"):
                continue
            check(b.top not in line and (BULKHEAD not in line or line.endswith(f"/exe -> {BULKHEAD}")), f"a path of the host: {line}")
            lacks(line, "start.sock")
        equal(hashlib.sha256(open(BULKHEAD, "rb").read()).digest(), sha, "the runtime's binary")


@test
def cve_2021_43784_long_values():
    """Long strings and lists are refused whole, or done whole."""
    with bundle() as b:
        long_source = {"destination": "/x", "type": "bind", "source": "/" + "s" * 70000, "options": ["bind"]}
        edits = {
            "source": lambda c: c["mounts"].append(long_source),
            "destination": lambda c: c["mounts"].append({"destination": "/" + "d" * 70000, "type": "tmpfs", "source": "x"}),
            "deep destination": lambda c: c["mounts"].append({"destination": "/d" * 20000, "type": "tmpfs", "source": "x"}),
            "options": lambda c: c["mounts"].append({"destination": "/x", "type": "tmpfs", "source": "x", "options": ["o" * 70000]}),
            "cwd": lambda c: c["process"].update(cwd="/w" * 40000),
            "hostname": lambda c: c.update(hostname="h" * 65),
            "cgroup": lambda c: c["linux"].update(cgroupsPath="/" + "c" * 70000),
            "argument": lambda c: c["process"].update(args=["echo", "x" * 200000]),
            "rootfs": lambda c: c["root"].update(path="r" * 70000),
            "groups": lambda c: c["process"]["user"].update(additionalGids=[5] * 65537),
            "environment": lambda c: c["process"].update(env=["A=" + "x" * 200000]),
        }
        for name, edit in edits.items():
            b.config = copy.deepcopy(CONFIG)
            edit(b.config)
            r = b.run(status=1)
            has(r.err, "level=error", name)
            check(len(r.err) < 20000, f"{name}: a message of {len(r.err)} bytes")


@test
def cve_2021_43784_many_id_mappings():
    """The kernel takes 340 extents: all of what was asked, or nothing."""
    with bundle() as b:
        b.config["linux"]["namespaces"] += [{"type": "user"}]
        for n in (340, 341, 5000):
            b.config["linux"]["uidMappings"] = b.config["linux"]["gidMappings"] = [
                {"containerID": i, "hostID": 1000000 + 2 * i, "size": 1} for i in range(n)]
            b.args("cat", "/proc/self/uid_map").save()
            r = b.run(status=None)
            if r.status == 0:
                equal([tuple(map(int, line.split())) for line in r.out.splitlines()],
                      [(i, 1000000 + 2 * i, 1) for i in range(n)], f"{n} extents")
            check(n <= 340 or r.status == 1, f"{n} extents: {r}")


@test
def hostile_documents():
    """Sizes, depths and doubles that make readers disagree or fall over; no run takes long."""
    with bundle() as b:
        b.args("true").save()
        good = read(f"{b.top}/bundle/config.json")
        deep = good[:-1] + ', "x": ' + "[" * 10000 + "]" * 10000 + "}"
        texts = {
            "empty": "", "null": "null", "a list": "[]", "a number": "1", "cut short": good[:-20], "two": good + good,
            "deep": deep, "deep objects": good[:-1] + ', "x": ' + '{"a":' * 10000 + "1" + "}" * 10001,
            "9 MB": good + " " * (9 << 20), "a key twice": '{"ociVersion": "1.0.2", ' + good[1:],
            "a nested key twice": good.replace('"uid": 0', '"uid": 1000, "uid": 0'),
            "an escaped key twice": good.replace('"uid": 0', '"uid": 1000, "\\u0075id": 0'),
            "NUL": good.replace('"true"', '"true\\u0000x"'), "bad UTF-8": good.replace("box", "b\udcffx"),
            "a comment": "/* */" + good, "one comma more": good[:-1] + ",}",
            "100000 members": good[:-1] + "".join(f', "k{i}": 1' for i in range(100000)) + "}",
            "100000 mounts": good.replace('"mounts": [', '"mounts": [' + '{"destination": "/x"},' * 100000),
            "version": good.replace("1.0.2", "9.0.0"), "no version": good.replace('"ociVersion"', '"x"'),
            "BOM": "\ufeff" + good, "UTF-16": good.encode("utf-16").decode("latin-1"),
        }
        for name, text in texts.items():
            with open(f"{b.top}/bundle/config.json", "wb") as f:
                f.write(text.encode("utf-8", "surrogateescape"))
            cid = b.new_id()
            r = b("run", "-b", f"{b.top}/bundle", cid, status=1)
            equal(len(r.err.splitlines()), 1, f"{name}: {r.err[:300]!r}")
            has(r.err, "level=error", name)
            b.nothing_left(cid)
        # No file at all: nothing that could block or that is no file is read.
        os.unlink(f"{b.top}/bundle/config.json")
        for make in (lambda p: os.mkfifo(p), lambda p: os.mkdir(p), lambda p: os.symlink("/dev/zero", p),
                     lambda p: os.symlink("/dev/tty", p), lambda p: os.symlink("config.json", p)):
            make(f"{b.top}/bundle/config.json")
            b("run", "-b", f"{b.top}/bundle", b.new_id(), status=1)
            (os.rmdir if os.path.isdir(f"{b.top}/bundle/config.json") else os.unlink)(f"{b.top}/bundle/config.json")


@test
def the_largest_document_that_is_taken():
    """A document of 8 MB with unknown members works, and in bounded memory."""
    with bundle() as b:
        b.args("true")
        b.config["x-unknown"] = ["y" * 100000] * 75
        b.save()
        check(os.path.getsize(f"{b.top}/bundle/config.json") > 7 << 20, "size")
        import resource
        cid = b.new_id()
        p = subprocess.run([BULKHEAD, "--root", b.root, "run", "-b", f"{b.top}/bundle", cid], timeout=60,
                           stdin=subprocess.DEVNULL, capture_output=True,
                           preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (512 << 20, 512 << 20)))
        equal((p.returncode, p.stderr), (0, b""))
        b.nothing_left(cid)


if __name__ == "__main__":
    main()
