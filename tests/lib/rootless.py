# SPDX-License-Identifier: LGPL-2.1-or-later
"""rootless.py: an ordinary user of the tests' own, and bundles that belong to that user."""
import contextlib
import json
import os
import pwd
import shutil
import signal
import subprocess
import tempfile

from bundle import Bundle
from harness import BULKHEAD, LONG, check, equal, mount_points, run, wait_for, write

SUBID_FILES = ("/etc/subuid", "/etc/subgid")


def _subids(name):
    """The lines of a user in /etc/subuid."""
    return [line for line in open(SUBID_FILES[0]) if line.startswith(name + ":")]


class User:
    """@subids: with the subordinate ids that useradd gives, or with none at all."""

    def __init__(self, top, name, subids):
        self.top, self.name = top, name
        run("useradd", "--no-create-home", "--home-dir", f"{top}/home", "--shell", "/bin/sh", name)
        if not subids:
            for line in _subids(name):
                first, count = line.strip().split(":")[1:]
                last = int(first) + int(count) - 1
                run("usermod", "--del-subuids", f"{first}-{last}", "--del-subgids", f"{first}-{last}", name)
        entry = pwd.getpwnam(name)
        self.uid, self.gid = entry.pw_uid, entry.pw_gid
        self.first = int(_subids(name)[0].split(":")[1]) if subids else None
        for sub in ("home", "run"):
            os.mkdir(f"{top}/{sub}", 0o700)
            os.chown(f"{top}/{sub}", self.uid, self.gid)
        # The build may lie where only root can look. Host root's, as an installed one is.
        self.program = shutil.copy(BULKHEAD, f"{top}/bulkhead")
        self.env = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": f"{top}/home", "XDG_RUNTIME_DIR": f"{top}/run"}

    def options(self, groups=()):
        return {"user": self.uid, "group": self.gid, "extra_groups": list(groups), "cwd": self.top}

    def __call__(self, *argv, status=0, env=None, limit=2 * LONG, groups=(), stdin="", **kw):
        """Run a program as that user."""
        kw = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **self.options(groups), **kw}
        p = subprocess.run([str(a) for a in argv], input=stdin, text=True, errors="replace", timeout=limit,
                           env=dict(self.env, **(env or {})), **kw)
        if status is not None:
            check(p.returncode == status, f"{argv}: status {p.returncode}, {p.stdout!r} {p.stderr!r}, want {status}")
        p.all = (p.stdout or "") + (p.stderr or "")
        return p

    def give(self, path):
        """A tree to that user."""
        for d, dirs, files in os.walk(path):
            for n in [d] + [f"{d}/{f}" for f in dirs + files]:
                os.chown(n, self.uid, self.gid, follow_symlinks=False)

    def processes(self):
        """Those of the user and of the subordinate ids."""
        found = []
        for pid in filter(str.isdigit, os.listdir("/proc")):
            with contextlib.suppress(OSError):
                uid = os.stat(f"/proc/{pid}").st_uid
                if uid == self.uid or (self.first and self.first <= uid < self.first + 65536):
                    found.append((pid, open(f"/proc/{pid}/comm").read().strip()))
        return found


@contextlib.contextmanager
def user(subids=True):
    top = tempfile.mkdtemp(prefix="bkh-", dir="/var/tmp")
    os.chmod(top, 0o755)
    name = f"bkh{os.getpid()}{'s' if subids else 'n'}"
    try:
        u = User(top, name, subids)
        yield u
        # What a runtime leaves to pid 1 is there until that one reaps it.
        wait_for(lambda: not u.processes(), "no process of the user left")
    finally:
        # podman leaves a process that holds its namespaces.
        for pid, _ in u.processes():
            with contextlib.suppress(OSError):
                os.kill(int(pid), signal.SIGKILL)
        wait_for(lambda: not u.processes(), "no process of the user left")
        run("userdel", name)
        left = [m for m in mount_points() if m.startswith(top + "/")]
        equal(left, [], "mounts left")
        shutil.rmtree(top)


class UserBundle(Bundle):
    """A bundle whose commands that user calls, with the default state root. @wrap: put in front."""

    def __init__(self, u, name="b", wrap=()):
        super().__init__(f"{u.top}/{name}")
        self.u, self.wrap, self.root = u, list(wrap), f"{u.top}/run/bulkhead"
        u.give(self.top)
        shutil.rmtree(f"{self.top}/unused", ignore_errors=True)

    def save(self):
        super().save()
        os.chmod(f"{self.top}/bundle/config.json", 0o644)

    def command(self, *argv):
        head = [*self.wrap, self.u.program]
        if self.policy is not None:
            write(f"{self.top}/policy.json", json.dumps(self.policy), 0o644)
            head += ["--policy", f"{self.top}/policy.json"]
        return [*head, *argv]

    def __call__(self, *argv, status=0, **kw):
        p = self.u(*self.command(*argv), status=status, **kw)
        p.out, p.err, p.status = p.stdout, p.stderr, p.returncode
        return p

    @contextlib.contextmanager
    def created(self, *argv, options=(), **kw):
        if argv:
            self.args(*argv)
        self.save()
        cid = self.new_id()
        out = f"{self.top}/out"
        with open(out, "w") as f:
            p = subprocess.run(self.command("create", "--bundle", f"{self.top}/bundle", *options, cid),
                               stdin=subprocess.DEVNULL, stdout=f, stderr=f, timeout=2 * LONG, env=self.u.env,
                               **self.u.options())
        text = open(out).read()
        check(p.returncode == 0, f"create: status {p.returncode}: {text!r}")
        try:
            yield cid
        finally:
            self("delete", "--force", cid)
        self.nothing_left(cid)


def rootless_config(b):
    """As `spec --rootless` writes it: the own id alone."""
    b.config["linux"]["namespaces"] += [{"type": "user"}]
    for kind, own in (("uidMappings", b.u.uid), ("gidMappings", b.u.gid)):
        b.config["linux"][kind] = [{"containerID": 0, "hostID": own, "size": 1}]
    no_groups(b)


def no_groups(b):
    """Without subordinate ids gid 5 is not there."""
    for m in b.config["mounts"]:
        m["options"] = [o for o in m["options"] if o != "gid=5"]
