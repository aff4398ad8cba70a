#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""`bulkhead check`: this host is ready (the other tests run on it); hosts that lack something are made in a mount namespace
of the test's own, and the lack is named, with what to do about it."""
import json
import os
import shutil
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from harness import BULKHEAD, Skip, as_nobody, check, equal, has, main, run, scratch, test, write  # noqa: E402

AREAS = ["bulkhead", "kernel", "namespaces", "file systems", "cgroups", "security modules", "id ranges", "engines"]


def parse(r):
    equal(r.err, "", "stderr of check")
    found = json.loads(r.out)
    equal(sorted(found), ["checks", "failed", "ready", "warned"], "members")
    results = [c["result"] for c in found["checks"]]
    equal((found["failed"], found["warned"]), (results.count("FAIL"), results.count("WARN")), "sums")
    equal((found["ready"], r.status), (found["failed"] == 0, 1 if found["failed"] else 0), "status")
    for row in found["checks"]:
        equal(sorted(row), ["area", "result", "seen", "todo", "what"], "members of a row")
        check(row["result"] in ("OK", "WARN", "FAIL") and bool(row["todo"]) == (row["result"] != "OK"), row)
        check(row["seen"] and row["area"] in AREAS, row)
    return found


def host(script="", *options):
    """check on a host that @script has changed, in a mount namespace of its own."""
    return parse(run("unshare", "-m", "--propagation", "private", "sh", "-ec",
                     f'{script}\nexec "$0" "$@" check --format json', BULKHEAD, *options, status=None))


def row(found, area, what):
    rows = [c for c in found["checks"] if c["area"] == area and c["what"] == what]
    equal(len(rows), 1, f"rows of {area}, {what} in {[(c['area'], c['what']) for c in found['checks']]}")
    return rows[0]


def failed(found):
    return [(c["area"], c["what"]) for c in found["checks"] if c["result"] == "FAIL"]


def with_etc(files):
    """A script that lays a copy of /etc over /etc, with these files changed or, for None, removed."""
    lines = ["mkdir -p /mnt; mount -t tmpfs x /mnt", "mkdir /mnt/up /mnt/work",
             "mount -t overlay -o lowerdir=/etc,upperdir=/mnt/up,workdir=/mnt/work x /etc"]
    for path, text in files.items():
        lines.append(f"mkdir -p $(dirname {path}); rm -f {path}")
        if text is not None:
            lines.append(f"printf '%b' '{text}' >{path}")
    return "\n".join(lines)


@test
def this_host():
    found = parse(run(BULKHEAD, "check", "--format", "json"))
    equal(sorted({c["area"] for c in found["checks"]}), sorted(AREAS))
    equal(failed(found), [])
    for area, what in (("kernel", "system calls"), ("namespaces", "user namespaces"), ("cgroups", "controller pids"),
                       ("cgroups", "controller memory"), ("cgroups", "device rules"), ("id ranges", "pool")):
        equal(row(found, area, what)["result"], "OK", what)
    table = run(BULKHEAD, "check").out
    equal(table.splitlines()[0].split(), ["RESULT", "AREA", "WHAT", "SEEN", "WHAT", "TO", "DO"])
    has(table, "\nThis host is ready: a default container runs; ")
    equal(len(table.splitlines()), len(found["checks"]) + 3)
    has(run(BULKHEAD, "check", "--format", "yaml", status=1).err, "invalid format option")


@test
def nothing_is_left():
    """Neither mounts nor files nor processes: in mount and pid namespaces where nobody else makes any."""
    script = """mount -t tmpfs x /dev/shm
see() { cat /proc/self/mountinfo; ls -A / /var/lib; cd /proc; echo [0-9]*; cat /proc/self/cgroup; }
see >/dev/shm/bkh-before.$$; "$0" check >/dev/null
for i in $(seq 300); do see >/dev/shm/bkh-after.$$; cmp -s /dev/shm/bkh-before.$$ /dev/shm/bkh-after.$$ && break; sleep 0.1; done
diff /dev/shm/bkh-before.$$ /dev/shm/bkh-after.$$"""
    run("unshare", "-m", "--pid", "--fork", "--mount-proc", "--propagation", "private", "sh", "-ec",
        script, BULKHEAD)


@test
def without_root():
    r = as_nobody("check", "-f", "json", env={"PATH": os.environ["PATH"]})
    found = json.loads(r.stdout)
    equal((r.stderr, r.returncode, found["ready"]), ("", 0, True))
    equal(row(found, "file systems", "idmapped mounts"),
          {"result": "WARN", "area": "file systems", "what": "idmapped mounts", "seen": "not tried", "todo": "run this as root"})
    equal(row(found, "cgroups", "controller pids")["result"], "OK")
    seen = row(found, "without root", "subordinate ids")
    equal((seen["result"], seen["seen"]), ("WARN", "none in /etc/subuid and /etc/subgid"))
    equal(row(found, "without root", "delegated cgroup"),
          {"result": "WARN", "area": "without root", "what": "delegated cgroup", "seen": "none",
           "todo": "no limit on memory, and processes are counted for each user inside: systemd-run --user --scope, or "
                   "--systemd-cgroup (row below)"})
    has(row(found, "without root", "cgroup by --systemd-cgroup")["seen"], "XDG_RUNTIME_DIR is not set")


@test
def user_namespaces_switched_off():
    found = host("t=$(mktemp); echo 0 >$t; mount --bind $t /proc/sys/user/max_user_namespaces; rm $t")
    equal(failed(found), [("namespaces", "user namespaces")])
    has(row(found, "namespaces", "user namespaces")["todo"], "user.max_user_namespaces")


@test
def no_cgroups():
    found = host("umount -l /sys/fs/cgroup")
    for what in ("layout", "controller pids", "controller memory"):
        equal(row(found, "cgroups", what)["result"], "FAIL", what)
    equal(row(found, "cgroups", "controller cpu")["result"], "WARN")


@test
def one_controller_less():
    found = parse(run(BULKHEAD, "check", "-f", "json"))
    if row(found, "cgroups", "controller pids")["seen"] != "v1":
        raise Skip("the hierarchies cannot be taken away one by one on cgroup v2")
    equal(failed(host("umount /sys/fs/cgroup/pids")), [("cgroups", "controller pids")])
    found = host("umount /sys/fs/cgroup/cpuset")
    equal((failed(found), row(found, "cgroups", "controller cpuset")["result"]), ([], "WARN"))


@test
def storage_that_cannot_be_idmapped():
    script = """mkdir -p /mnt; mount -t tmpfs x /mnt; mkdir /mnt/a /mnt/b /mnt/w
mount -t overlay -o lowerdir=/mnt/a,upperdir=/mnt/b,workdir=/mnt/w x /var/lib
mkdir /var/lib/docker"""
    found = host(script)
    equal(failed(found), [("file systems", "idmapped mounts of /var/lib/docker")])
    has(row(found, "file systems", "idmapped mounts of /var/lib/docker")["seen"], "overlay: ")
    has(row(found, "file systems", "idmapped mounts of /var/lib/docker")["todo"], "storage of docker")
    # Where docker has been told to keep its images.
    found = host(with_etc({"/etc/docker/daemon.json": '{"data-root": "/mnt"}'}))
    has(row(found, "file systems", "idmapped mounts of /mnt")["seen"], "tmpfs: ")
    # With a disk below it, mounted where the engine expects it.
    for fs, mkfs in (("ext4", "mkfs.ext4 -q"), ("xfs", "mkfs.xfs -q"), ("btrfs", "mkfs.btrfs -q")):
        if not shutil.which(mkfs.split()[0]):
            continue
        with scratch() as d:
            found = host(f"{script}\ntruncate -s 400m {d}/disk\n{mkfs} {d}/disk >/dev/null\n"
                         f"mount -o loop {d}/disk /var/lib/docker")
            equal(failed(found), [], fs)
            equal(row(found, "file systems", "overlay over idmapped layers of /var/lib/docker")["seen"], f"{fs}: works")


@test
def id_ranges():
    def pool(first, count):
        return {f"/etc/sub{k}id": f"bulkhead:{first}:{count}\\n" for k in "ug"}

    equal(failed(host(with_etc(pool(5000000, 131072)))), [])
    found = host(with_etc({"/etc/subuid": "bulkhead:5000000:131072\\n", "/etc/subgid": ""}))
    equal(failed(found), [("id ranges", "pool")])
    has(row(found, "id ranges", "pool")["todo"], "usermod")
    # Somebody else has the same ids.
    for path, line, lacks in (("/etc/passwd", "eve:x:5000001:1::/:/bin/sh", [("id ranges", "users")]),
                              ("/etc/group", "eve:x:5131071:", [("id ranges", "groups")]),
                              ("/etc/group", "eve:x:5131072:", [])):
        equal(failed(host(with_etc({**pool(5000000, 131072), path: f"root:x:0:0::/:/bin/sh\\n{line}\\n"}))), lacks, line)
    equal(failed(host(with_etc({"/etc/subuid": "eve:1879048192:65536\\n", "/etc/subgid": ""}))),
          [("id ranges", "other entries of /etc/subuid")])
    # All of them are held.
    held = "d=/run/bulkhead-ids; mkdir -p -m 700 $d; mount -t tmpfs -o mode=700 x $d; cd $d; ln -s / 5000000\n"
    found = host(with_etc(pool(5000000, 131072)) + "\n" + held)
    equal((failed(found), row(found, "id ranges", "in use")["seen"]), ([], "1 of 2"))
    found = host(with_etc(pool(5000000, 131072)) + "\n" + held + "ln -s / 5065536; ln -s / 5065536.1; ln -s / 9000000")
    equal((failed(found), row(found, "id ranges", "in use")["seen"]), ([("id ranges", "in use")], "2 of 2"))


@test
def policy_file():
    with scratch() as d:
        write(f"{d}/policy.json", '{"pids": {"cieling": 5}}', 0o600)
        found = host("", "--policy", f"{d}/policy.json")
        equal(failed(found), [("bulkhead", "policy")])
        has(row(found, "bulkhead", "policy")["seen"], "cieling")
        write(f"{d}/policy.json", "{}", 0o600)
        equal(row(host("", "--policy", f"{d}/policy.json"), "bulkhead", "policy")["seen"], f"{d}/policy.json")


@test
def engines():
    programs = "b=/usr/local/bin; mkdir -p $b; mount -t tmpfs x $b; for p in dockerd containerd podman; do cp /bin/true $b/$p; done\n"
    none = {f"/etc/{p}": None for p in ("docker/daemon.json", "containerd/config.toml", "containers/containers.conf")}
    found = host(programs + with_etc(none))
    equal([row(found, "engines", e)["result"] for e in ("docker", "podman")], ["WARN", "WARN"])
    has(row(found, "engines", "docker")["todo"], "daemon.json")
    runtimes = '"runtimes": {"other": {"path": "/x/runc"}, "hard": {"path": "/usr/local/sbin/bulkhead"}}'
    found = host(programs + with_etc({**none, "/etc/docker/daemon.json": "{%s}" % runtimes}))
    equal(row(found, "engines", "docker")["seen"], 'runtime "hard", but it is not the default')
    found = host(programs + with_etc({
        "/etc/docker/daemon.json": '{%s, "default-runtime": "hard", "debug": true}' % runtimes,
        "/etc/containerd/config.toml": '[plugins.x.runtimes.hard.options]\\nBinaryName = "/usr/local/sbin/bulkhead"\\n',
        "/etc/containers/containers.conf": '[engine.runtimes]\\nbulkhead = ["/usr/local/sbin/bulkhead"]\\n'}))
    equal([row(found, "engines", e)["result"] for e in ("docker", "containerd", "podman")], ["OK"] * 3)
    found = host(programs + with_etc({**none, "/etc/docker/daemon.json": '{"runtimes": '}))
    has(row(found, "engines", "docker")["todo"], "dockerd will not start with it")


@test
def program_that_others_can_write_to():
    with scratch() as d:
        run("cp", BULKHEAD, f"{d}/bulkhead")
        os.chmod(f"{d}/bulkhead", 0o775)
        equal(row(parse(run(f"{d}/bulkhead", "check", "-f", "json")), "bulkhead", "program")["result"], "WARN")
        os.chmod(f"{d}/bulkhead", 0o755)
        equal(row(parse(run(f"{d}/bulkhead", "check", "-f", "json")), "bulkhead", "program")["result"], "OK")


if __name__ == "__main__":
    main()
