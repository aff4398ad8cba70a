#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What contrib/ has for engines, as far as it can be read without them: the files say what they should, and the script
for Kubernetes nodes changes what it should, once."""
import json
import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile

try:
    import tomllib
except ImportError:  # Python before 3.11
    tomllib = None

SRC = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CONTRIB = os.path.join(SRC, "contrib")
PROGRAM = "/usr/local/sbin/bulkhead"
CRI = {2: "io.containerd.grpc.v1.cri", 3: "io.containerd.cri.v1.runtime"}
tests = []


class Skip(Exception):
    pass


def test(f):
    tests.append(f)
    return f


def text(name):
    with open(os.path.join(CONTRIB, name), encoding="utf-8") as f:
        return f.read()


def toml(content):
    if not tomllib:
        raise Skip("this Python has no tomllib")
    return tomllib.loads(content)


def equal(got, want):
    assert got == want, f"got {got!r}, want {want!r}"


def runtime_of(config):
    return config["plugins"][CRI[config["version"]]]["containerd"]["runtimes"]["bulkhead"]


def containerd_reads(path):
    """containerd's own reading of a file; it goes by the binary's version."""
    if not shutil.which("containerd"):
        raise Skip("containerd is not installed")
    r = subprocess.run(["containerd", "-c", path, "config", "dump"], capture_output=True, text=True, timeout=60, check=False)
    assert r.returncode == 0, r.stderr
    return toml(r.stdout)


@test
def docker():
    equal(json.loads(text("docker/daemon.json"))["runtimes"], {"bulkhead": {"path": PROGRAM}})
    swarm = json.loads(text("swarm/daemon.json"))
    equal((swarm["default-runtime"], swarm["runtimes"]), ("bulkhead", {"bulkhead": {"path": PROGRAM}}))


@test
def buildkit():
    lines = text("docker/buildkit.conf").splitlines()
    equal(lines[lines.index("[Service]") + 2], f"Environment=DOCKER_BUILDKIT_RUNC_COMMAND={PROGRAM}")
    link = [line for line in lines if "ln -s" in line][0].rsplit(" ", 2)[1:]
    equal(link[0], PROGRAM)
    path = [line for line in lines if line.startswith("Environment=PATH=")][0].removeprefix("Environment=PATH=").split(":")
    equal(path[0], os.path.dirname(link[1]))
    equal(os.path.basename(link[1]), "runc")


@test
def containerd():
    for version, name in ((2, "config.toml"), (3, "config-v3.toml")):
        config = toml(text(f"containerd/{name}"))
        equal(config["version"], version)
        equal(runtime_of(config), {"runtime_type": "io.containerd.runc.v2",
                                   "options": {"BinaryName": PROGRAM, "SystemdCgroup": True}})


@test
def containerd_reads_it():
    config = containerd_reads(f"{CONTRIB}/containerd/config.toml")
    runtime = runtime_of(config)
    equal((runtime["runtime_type"], runtime["options"]["BinaryName"], runtime["options"]["SystemdCgroup"]),
          ("io.containerd.runc.v2", PROGRAM, True))


@test
def podman():
    config = toml(text("podman/bulkhead.conf"))["engine"]
    equal(config["runtimes"]["bulkhead"][0], PROGRAM)
    assert {"crun", "runc", "bulkhead"} <= set(config["runtime_supports_json"]), config
    assert "runtime" not in config, "changes the default"


@test
def podman_reads_it():
    if not shutil.which("podman"):
        raise Skip("podman is not installed")
    with tempfile.TemporaryDirectory() as d:
        shutil.copy(os.environ.get("BULKHEAD", f"{SRC}/build/bulkhead"), f"{d}/bulkhead")
        with open(f"{d}/containers.conf", "w", encoding="utf-8") as f:
            f.write(text("podman/bulkhead.conf").replace(PROGRAM, f"{d}/bulkhead"))
        r = subprocess.run(["podman", "--root", f"{d}/root", "--runroot", f"{d}/run", "--storage-driver", "vfs", "--runtime",
                            "bulkhead", "info", "--format", "{{.Host.OCIRuntime.Name}} {{.Host.OCIRuntime.Path}}"],
                           env={"PATH": os.environ["PATH"], "CONTAINERS_CONF": f"{d}/containers.conf", "HOME": d,
                                "XDG_RUNTIME_DIR": d}, capture_output=True, text=True, timeout=60, check=False)
        if r.returncode and os.geteuid():
            raise Skip("podman cannot be run by this user")
        equal((r.stdout.strip(), r.returncode), (f"bulkhead {d}/bulkhead", 0))


@test
def crio():
    config = toml(text("crio/50-bulkhead.conf"))["crio"]["runtime"]
    equal(config, {"runtimes": {"bulkhead": {"runtime_path": PROGRAM, "runtime_type": "oci", "runtime_root": "/run/bulkhead"}}})


def yaml_of(name):
    try:
        import yaml
    except ImportError as e:
        raise Skip("this Python has no yaml") from e
    return yaml.safe_load(text(name))


@test
def kubernetes():
    runtime, pod = yaml_of("kubernetes/runtimeclass.yaml"), yaml_of("kubernetes/pod.yaml")
    equal((runtime["apiVersion"], runtime["kind"], runtime["handler"]), ("node.k8s.io/v1", "RuntimeClass", "bulkhead"))
    equal(pod["spec"]["runtimeClassName"], runtime["metadata"]["name"])
    (label, value), = runtime["scheduling"]["nodeSelector"].items()
    assert f"{label}={value}" in text("kubernetes/setup-node"), "another label than setup-node's"
    assert f"{label}={value}" in text("kubernetes/README.md"), "another label than the recipe's"


@test
def swarm():
    stack = yaml_of("swarm/stack.yml")
    constraint, = stack["services"]["web"]["deploy"]["placement"]["constraints"]
    name, value = re.fullmatch(r"node\.labels\.(\w+) == (\w+)", constraint).groups()
    assert f"--label-add {name}={value} " in text("swarm/README.md"), "another label than the recipe's"


class Node:
    """The root directory of a node."""

    def __init__(self, d):
        self.d = d
        self.put("usr/sbin/bulkhead", "#!/bin/sh\nexit 0\n", 0o755)
        self.config = f"{d}/etc/containerd/config.toml"

    def put(self, name, content, mode=0o644):
        path = os.path.join(self.d, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as f:
            f.write(content)
        os.chmod(path, mode)

    def setup(self, *options, status=0):
        r = subprocess.run([f"{CONTRIB}/kubernetes/setup-node", "-r", self.d, *options], capture_output=True, text=True,
                           timeout=60, check=False)
        equal((r.returncode, r.stderr if status == 0 else ""), (status, ""))
        return r.stdout + r.stderr

    def read(self, path=None):
        with open(path or self.config, encoding="utf-8") as f:
            return f.read()


@test
def a_node_without_a_configuration():
    with tempfile.TemporaryDirectory() as d:
        node = Node(d)
        assert "neither containerd nor CRI-O" in node.setup(status=1)
        node.put("usr/bin/containerd", "", 0o755)
        node.setup()
        runtime = runtime_of(toml(node.read()))
        equal(runtime["options"], {"BinaryName": "/usr/sbin/bulkhead", "SystemdCgroup": True})
        before = node.read()
        node.setup()
        equal(node.read(), before)
        equal(stat.S_IMODE(os.stat(node.config).st_mode), 0o644)
        equal(os.listdir(os.path.dirname(node.config)), ["config.toml"])


@test
def a_node_with_a_configuration():
    for version in (2, 3):
        with tempfile.TemporaryDirectory() as d:
            node = Node(d)
            old = f'version = {version}\n[plugins."{CRI[version]}".containerd]\n  default_runtime_name = "runc"\n'
            node.put("etc/containerd/config.toml", old)
            node.put("var/lib/kubelet/config.yaml", "kind: KubeletConfiguration\ncgroupDriver: cgroupfs\n")
            assert "bulkhead.runtime/ready=true" in node.setup()
            assert node.read().startswith(old), "what was there is changed"
            config = toml(node.read())
            equal(config["plugins"][CRI[version]]["containerd"]["default_runtime_name"], "runc")
            equal(runtime_of(config)["options"], {"BinaryName": "/usr/sbin/bulkhead", "SystemdCgroup": False})
            equal(config["plugins"][CRI[version]]["containerd"]["runtimes"]["runc"], {"runtime_type": "io.containerd.runc.v2"})
            node.setup()
            equal(node.read().count("runtimes.bulkhead]"), 1)


@test
def containerd_reads_the_nodes_configuration():
    with tempfile.TemporaryDirectory() as d:
        node = Node(d)
        if not shutil.which("containerd"):
            raise Skip("containerd is not installed")
        default = subprocess.run(["containerd", "config", "default"], capture_output=True, text=True, timeout=60, check=True)
        for old in (default.stdout, 'version = 2\n'):
            node.put("etc/containerd/config.toml", old)
            node.setup("-b", "/opt/bulkhead", "-d", "systemd")
            config = containerd_reads(node.config)
            options = runtime_of(config)["options"]
            equal((options["BinaryName"], options["SystemdCgroup"]), ("/opt/bulkhead", True))
            # The default runtime is still there.
            cri = config["plugins"][CRI[config["version"]]]["containerd"]
            equal(cri["runtimes"][cri["default_runtime_name"]]["runtime_type"], "io.containerd.runc.v2")


@test
def nodes_that_are_left_alone():
    for content, word in (('disabled_plugins = ["cri"]\nversion = 2\n', "disables the plugin cri"),
                          ('root = "/var/lib/containerd"\n', 'has version ""')):
        with tempfile.TemporaryDirectory() as d:
            node = Node(d)
            node.put("etc/containerd/config.toml", content)
            assert word in node.setup(status=1), word
            equal(node.read(), content)
    with tempfile.TemporaryDirectory() as d:
        node = Node(d)
        assert "engine" in node.setup("-e", "docker", status=1)
        assert "cgroup driver" in node.setup("-e", "crio", "-d", "none", status=1)
        os.unlink(f"{d}/usr/sbin/bulkhead")
        assert "is not installed" in node.setup("-e", "crio", status=1)
        equal(os.path.exists(f"{d}/etc"), False)


@test
def a_private_configuration_stays_so():
    with tempfile.TemporaryDirectory() as d:
        node = Node(d)
        # Words in a comment are no table.
        node.put("etc/containerd/config.toml", "# not yet: [x.runtimes.bulkhead]\nversion = 2\n# password\n", 0o600)
        node.setup()
        equal(stat.S_IMODE(os.stat(node.config).st_mode), 0o600)
        runtime_of(toml(node.read()))


@test
def what_cannot_be_written_whole_is_not_written():
    with tempfile.TemporaryDirectory() as d, tempfile.TemporaryDirectory() as elsewhere:
        alone = f"{elsewhere}/kubernetes/setup-node"
        os.makedirs(os.path.dirname(alone))
        shutil.copy(f"{CONTRIB}/kubernetes/setup-node", alone)
        node = Node(d)
        for engine in ("crio", "containerd"):
            r = subprocess.run([alone, "-r", d, "-e", engine], capture_output=True, text=True, timeout=60, check=False)
            assert r.returncode != 0 and "has the runtime" not in r.stdout, r
        equal([f for _, _, files in os.walk(f"{d}/etc") for f in files], [])
        # An image's links lead to the host's files.
        os.makedirs(f"{elsewhere}/containerd")
        os.symlink(f"{elsewhere}/containerd", f"{d}/etc/containerd-link")
        shutil.rmtree(f"{d}/etc/containerd", ignore_errors=True)
        os.rename(f"{d}/etc/containerd-link", f"{d}/etc/containerd")
        assert "out of" in node.setup("-e", "containerd", status=1)
        equal(os.listdir(f"{elsewhere}/containerd"), [])


@test
def a_node_with_crio():
    with tempfile.TemporaryDirectory() as d:
        node = Node(d)
        os.makedirs(f"{d}/etc/crio")
        node.setup()
        path = f"{d}/etc/crio/crio.conf.d/50-bulkhead.conf"
        equal(toml(node.read(path))["crio"]["runtime"]["runtimes"]["bulkhead"]["runtime_path"], "/usr/sbin/bulkhead")
        node.put("etc/crio/crio.conf.d/50-bulkhead.conf", "# mine\n")
        node.setup()
        equal(node.read(path), "# mine\n")


def main():
    print(f"1..{len(tests)}")
    failed = 0
    for number, f in enumerate(tests, 1):
        try:
            f()
            print(f"ok {number} - {f.__name__}")
        except Skip as e:
            print(f"ok {number} - {f.__name__} # SKIP {e}")
        except (AssertionError, KeyError, ValueError, OSError) as e:
            failed = 1
            print(f"# {e!r}\nnot ok {number} - {f.__name__}")
    return failed


if __name__ == "__main__":
    sys.exit(main())
