# SPDX-License-Identifier: LGPL-2.1-or-later
"""bench.py: the tests of the pure rooms, built so that one file can be exchanged in a tenth of a second.

The library is a shared one, so a file with a fault is one small library more, and LD_PRELOAD puts it in front.
"""
import concurrent.futures
import glob
import os
import re
import resource
import shlex
import subprocess
import time

SUITES = ("unit", "golden", "prop")
# Enough to find what is wrong with every other document.
RUNS = {"BULKHEAD_PROP_RUNS": "150"}


class Broken(Exception):
    """The tests cannot be built or do not pass as they are."""


def variables(makefile):
    """Variables of an automake Makefile, unexpanded."""
    text = open(makefile).read().replace("\\\n", " ")
    return dict(re.findall(r"^([A-Za-z_]\w*) *= *(.*)$", text, re.M))


class Bench:
    def __init__(self, src, build, work, jobs):
        self.src, self.build, self.work, self.jobs = src, build, work, jobs
        self.make = variables(f"{build}/Makefile")
        self.compiler = shlex.split(self.expand("$(CC) $(DEFS) $(DEFAULT_INCLUDES) $(AM_CPPFLAGS) $(CPPFLAGS) $(AM_CFLAGS)"))
        self.compiler += ["-O0", "-g0", "-w", "-fPIC"]
        self.libraries = [x for x in shlex.split(self.expand("$(LIBRARY_LIBS) $(LIBS)")) if not x.endswith("libcontainer-c.a")]

    def expand(self, text):
        # $(x:%=y) and functions do not occur in what is asked for here.
        for _ in range(20):
            text, n = re.subn(r"\$\((\w+)\)|\$\{(\w+)\}", lambda m: self.make.get(m[1] or m[2], ""), text)
            if not n:
                break
        return text

    def source(self, path):
        """As the build tree names it: the Makefile is run there."""
        return path if os.path.isabs(path) else f"{self.src}/{path}"

    def run(self, argv, limit=600):
        p = subprocess.run(argv, cwd=self.build, capture_output=True, text=True, timeout=limit)
        return p.returncode, p.stdout + p.stderr

    def compile(self, path, out, real=None):
        """One source to an object; @real is where its neighbours are, if the text is a copy."""
        near = ["-iquote", os.path.dirname(self.source(real or path))]
        return self.run([*self.compiler, *near, "-c", "-o", out, self.source(path)])

    def must(self, result, what):
        status, text = result
        if status:
            raise Broken(f"{what}: {text}")

    def object(self, path):
        out = f"{self.work}/o/{path.replace('/', '+')}.o"
        if not os.path.exists(out):
            self.must(self.compile(path, out), path)
        return out

    def archive_sources(self):
        listed = self.expand("$(libcontainer_c_libcontainer_c_a_SOURCES)").split()
        return [p for p in listed if p.endswith(".c")]

    def programs(self):
        """(name, sources, link options) of the tests."""
        for name in self.expand("$(check_PROGRAMS)").replace("$(EXEEXT)", "").split():
            if name.split("/")[1] in SUITES:
                key = re.sub(r"\W", "_", name)
                sources = [s for s in self.expand(f"$({key}_SOURCES)").split() if s.endswith(".c")]
                yield name, sources, shlex.split(self.expand(f"$({key}_LDFLAGS)"))

    def build_all(self, rooms):
        os.makedirs(f"{self.work}/o")
        sources = self.archive_sources()
        programs = list(self.programs())
        everything = set(sources).union(*[s for _, s, _ in programs])
        with concurrent.futures.ThreadPoolExecutor(self.jobs) as pool:
            objects = dict(zip(sorted(everything), pool.map(self.object, sorted(everything))))
            self.calls = {s: self.symbols(objects[s], "-u") for s in everything}
            self.home = {name: s for s in sources for name in self.symbols(objects[s], "--defined-only")}
            self.rooms = tuple(f"libcontainer-c/{room}/" for room in rooms)
            own = [objects[s] for s in sources]
            self.must(self.shared(f"{self.work}/libtested.so", own, []), "the library")
            self.tests = [t for t in pool.map(lambda p: self.link(*p, objects, own), programs) if t]

    def symbols(self, path, which):
        status, text = self.run(["nm", "-g", "-P", which, path])
        return {line.split()[0] for line in text.splitlines() if line.split()}

    def reached(self, sources):
        """The files of the library that these can call into, by whatever way."""
        seen, left = set(), list(sources)
        while left:
            for name in self.calls[left.pop()]:
                there = self.home.get(name)
                if there and there not in seen:
                    seen.add(there)
                    left.append(there)
        return seen

    def shared(self, out, objects, options):
        return self.run([*shlex.split(self.make["CC"]), "-shared", "-o", out, *options, *objects])

    def link(self, name, sources, options, objects, own):
        """A test that calls into the rooms; else None."""
        reached = self.reached(sources)
        if not any(path.startswith(self.rooms) for path in reached):
            return None
        mine = [objects[s] for s in sources]
        wraps = [o for o in options if "--wrap" in o]
        library = f"{self.work}/libtested.so"
        if wraps:
            # Calls inside of the library are wrapped as well, into functions of the program.
            library = f"{self.work}/lib{name.replace('/', '+')}.so"
            self.must(self.shared(library, own, wraps), name)
        out = f"{self.work}/{name.replace('/', '+')}"
        self.must(self.run([*shlex.split(self.make["CC"]), "-rdynamic", "-o", out, *mine, library, f"-Wl,-rpath,{self.work}",
                            *options, *self.libraries]), name)
        return Test(name, out, wraps, self.src, reached)

    def baseline(self):
        """How long each test takes. Returns those that fail as it is; they are left out."""
        broken, sound = [], []
        for t in self.tests:
            began = time.monotonic()
            status = t.run(None, 600)
            t.seconds = time.monotonic() - began
            if status:
                broken.append(f"{t.name}: {status}")
            else:
                sound.append(t)
        self.tests = sound
        return broken


def limits():
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # A fault may allocate without end.
    resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 24, 1 << 24))


class Test:
    def __init__(self, name, program, wraps, src, reached):
        self.name, self.program, self.wraps, self.src, self.reached, self.seconds = name, program, wraps, src, reached, 0

    def run(self, preload, limit):
        """None when it passes, else how it failed."""
        env = dict(os.environ, **RUNS, SRC_DIR=self.src, srcdir=self.src)
        if preload:
            env["LD_PRELOAD"] = preload
        try:
            p = subprocess.run([self.program], cwd=self.src, env=env, timeout=limit, preexec_fn=limits, stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        except subprocess.TimeoutExpired:
            return f"no end after {limit:.0f} s"
        return f"status {p.returncode}" if p.returncode else None


def sources_of(src, rooms, chosen):
    paths = [p for room in rooms for p in sorted(glob.glob(f"{src}/libcontainer-c/{room}/*.c"))]
    paths = [os.path.relpath(p, src) for p in paths]
    return [p for p in paths if not chosen or any(re.search(c, p) for c in chosen)]
