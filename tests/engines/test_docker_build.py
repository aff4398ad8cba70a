#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""docker build by BuildKit: it asks dockerd for no runtime, so that the steps run in runc; and with contrib/docker/buildkit.conf, in bulkhead."""
import os
import re
import shlex
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import dockerd  # noqa: E402
from harness import BULKHEAD, TOP, check, equal, has, id_ranges, none_left, read, run, test, write  # noqa: E402

d = dockerd.make()
d.options.update({"default-runtime": "bulkhead"})
INSTALLED, VARIABLE = "/usr/local/sbin/bulkhead", "DOCKER_BUILDKIT_RUNC_COMMAND"


def shipped_environment():
    """What the drop-in sets, and the link that it asks for; with our binary, below the daemon's directory."""
    text = read(f"{TOP}/contrib/docker/buildkit.conf").replace("/usr/local/lib", d.top).replace(INSTALLED, BULKHEAD)
    for command in re.search(r"^#\s+(install .*)$", text, re.MULTILINE)[1].split(" && "):
        run(*shlex.split(command))
    return dict(line.split("=", 1) for line in re.findall(r"^Environment=(.*)$", text, re.MULTILINE))


def build(text, *args, status=0):
    """A Dockerfile -> what its steps said."""
    context = f"{d.top}/context"
    os.makedirs(context, exist_ok=True)
    write(f"{context}/Dockerfile", text)
    write(f"{context}/file", "copied\n")
    write(f"{d.top}/secret", "hush\n", 0o600)
    r = d("build", "--progress=plain", "-t", "built", *args, context, env={"DOCKER_BUILDKIT": "1", "PATH": os.environ["PATH"], "HOME": d.top},
          status=status, limit=300)
    # BuildKit names no --root; its names are of this length.
    none_left(lambda: {k: v for k, v in id_ranges().items() if re.fullmatch("/run/bulkhead/[a-z0-9]{25}", v)}, "id ranges")
    return r.err


@test
def without_the_drop_in_it_is_runc():
    """Should this fail one day, dockerd asks for a runtime now, and README is to say so."""
    out = build("FROM bb\nRUN echo map $(cat /proc/self/uid_map)\n", "--no-cache")
    has(out, "map 0 0 4294967295")


@test
def steps_are_containers_of_bulkhead():
    environment = shipped_environment()
    by_variable = int(d("version", "-f", "{{.Server.Version}}").out.split(".")[0]) >= 25
    del environment["PATH" if by_variable else VARIABLE]  # each has to do alone
    d.end()
    d.env = {**os.environ, **environment}
    d.start()
    out = build("FROM bb\nRUN echo map $(cat /proc/self/uid_map); grep -E '^(CapEff|NoNewPrivs|Seccomp):' /proc/self/status\n", "--no-cache")
    check(int(re.search(r"map 0 (\d+) 65536", out)[1]) >= 65536, out)
    for line in ("CapEff:\t00000000800405fb", "NoNewPrivs:\t1", "Seccomp:\t2"):
        has(out, line)
    if not by_variable:
        has(d("run", "--rm", "--runtime=runc", "bb", "cat", "/proc/self/uid_map").out, " 65536\n")


@test
def stages_users_and_files():
    build("FROM bb AS first\nRUN echo made > /made && chown 1000:1000 /made && mkdir /opt\n"
          "FROM bb\nCOPY --from=first /made /made\nCOPY file /file\nUSER 1000\nRUN cat /made > /tmp/mine\nUSER 0\nRUN echo x > /etc/x\n")
    for runtime in ("bulkhead", "runc"):
        equal(d("run", "--rm", f"--runtime={runtime}", "built", "stat", "-c", "%u:%g", "/made", "/file", "/tmp/mine", "/etc/x").out,
              "1000:1000\n0:0\n1000:1000\n0:0\n", runtime)


@test
def what_is_mounted_into_a_step():
    """A cache stays from build to build, secrets and the context are root's; nothing of it is in the image."""
    step = "FROM bb\nRUN --mount=type=cache,target=/c --mount=type=secret,id=s --mount=type=bind,target=/ctx --mount=type=tmpfs,target=/t " \
           "echo x >> /c/n && touch /t/x && cat /run/secrets/s /ctx/file && stat -c 'owner %u' /c /run/secrets/s /ctx/file && echo lines $(wc -l < /c/n)"
    for n in (1, 2):
        out = build(f"{step} {n}\n", "--secret", f"id=s,src={d.top}/secret")
        for part in ("hush", "copied", f"lines {n}"):
            has(out, part)
        equal(len(re.findall(r"owner 0$", out, re.MULTILINE)), 3, out)
    left = d("run", "--rm", "built", "find", "/c", "/t", "/ctx", status=None).out.split()
    check(set(left) <= {"/c", "/t", "/ctx"}, f"more than the places of mounts, which older ones of BuildKit leave: {left}")


@test
def network_and_status():
    out = build("FROM bb\nRUN ip -o addr show eth0; httpd -p 80 && wget -qO- http://127.0.0.1/data/file\n", "--no-cache")
    has(out, dockerd.NETWORK)
    has(out, "from the image")
    has(build("FROM bb\nRUN exit 7\n", status=1), "exit code: 7")
    has(build("FROM bb\nRUN [\"nonesuch\"]\n", status=1), "executable file not found in $PATH")
    has(build("FROM bb\nRUN true\n", "--network=host", "--no-cache", status=1), "policy: namespaces: the host's network namespace")


if __name__ == "__main__":
    dockerd.run_tests(d)
