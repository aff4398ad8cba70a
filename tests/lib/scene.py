# SPDX-License-Identifier: LGPL-2.1-or-later
"""scene.py: commands with bad input beside a running container: what they answer, and that nothing else changed."""
import json
import os
import shutil
import subprocess

from bundle import bundle
from harness import BULKHEAD, LONG, check, equal, read, test, write

TABLES = json.loads(subprocess.run([os.path.join(os.path.dirname(BULKHEAD), "runtime/option_tables")],
                                   capture_output=True, text=True, check=True).stdout)
GLOBALS = TABLES["options"]
COMMANDS = {c["name"]: c for c in TABLES["commands"]}


class Scene:
    """A running container `cid`, an id `new` for another one, and how everything looked before."""

    def __init__(self, b, cid):
        self.b, self.cid, self.new = b, cid, b.new_id()
        self.work = f"{b.top}/work"
        self.log = f"{b.top}/log"
        os.mkdir(self.work)
        write(f"{b.top}/audit.log", "", 0o600)
        b.policy = {"audit": {"destination": "file", "file": f"{b.top}/audit.log"}}
        self.before = self.look()
        self.wrong = []

    def end(self):
        equal(len(self.wrong), 0, "\n".join(self.wrong[:20]) + "\nmistakes")

    def expect(self, condition, message):
        """Goes on: one run shows all mistakes."""
        if not condition:
            self.wrong.append(message)

    def look(self):
        return (sorted(os.listdir(self.b.root)), self.b("ps", "--format", "json", self.cid).out,
                self.b.state(self.cid)["status"])

    def run(self, argv, cwd=None):
        """Files as stdio, as of an engine: a container keeps them open."""
        with open(f"{self.b.top}/stdout", "w+b") as out, open(f"{self.b.top}/stderr", "w+b") as err:
            try:
                p = subprocess.run(argv, cwd=cwd or self.work, timeout=LONG, stdin=subprocess.DEVNULL, stdout=out, stderr=err,
                                   env={"PATH": os.environ["PATH"]})
            except subprocess.TimeoutExpired:
                check(False, f"{argv!r:.300}: no end")
            out.seek(0)
            err.seek(0)
            return p.returncode, out.read().decode(errors="replace"), err.read().decode(errors="replace")

    def call(self, *argv, cwd=None):
        """A command with a log of its own -> status, stdout, stderr."""
        write(self.log, "")
        return self.run(self.b.command("--log", self.log, "--log-format", "json", *argv), cwd)

    def unchanged(self, label):
        self.b("delete", "--force", self.new)
        self.b.nothing_left(self.new)
        shutil.rmtree(self.work)
        os.mkdir(self.work)
        equal(self.look(), self.before, f"{label}: what is left")

    def refused(self, label, answer, own, names, usage=False):
        """One error: its line on stderr and in the log, which names one of @names, and runc's status: @own, or 1 with
        the usage on stdout where @usage says that the parser of options may see to it."""
        status, out, err = answer
        entries = [json.loads(x) for x in read(self.log).splitlines()]
        self.expect((len(err.splitlines()), [x["level"] for x in entries]) == (1, ["error"]), f"{label}: {out!r:.99} {err!r:.300}")
        self.expect(not out or (usage and out.startswith("Incorrect Usage")), f"{label}: stdout {out!r:.99}")
        self.expect(status == (own if not out else 1), f"{label}: status {status}; {err!r:.300}")
        self.expect(any(x in y["msg"] for x in names for y in entries), f"{label}: {entries!r:.300} has none of {names!r:.99}")


def own_status(command):
    """What a command exits with when it fails for reasons of its own."""
    return 255 if command == "exec" else 1


def with_scene(limit):
    def decorate(function):
        def with_bundle():
            with bundle() as b:
                with b.started("sleep", "600") as cid:
                    scene = Scene(b, cid)
                    function(scene)
                    scene.end()
        with_bundle.__name__ = function.__name__
        with_bundle.__doc__ = function.__doc__
        return test(with_bundle, limit=limit)
    return decorate
