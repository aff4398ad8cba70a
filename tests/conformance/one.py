# SPDX-License-Identifier: LGPL-2.1-or-later
"""one.py SUITE --list: name crun's tests. one.py SUITE FILE TEST: run one of them.

The tests are crun's own, unchanged but for what only crun has: the options below and ONLY_CRUN. They call
$OCI_RUNTIME, which is $RUNTIME_KIND (bulkhead, runc, crun) and is given $RUNTIME_OPTIONS first.
Exit status: 0 passed, 77 the test skips itself, else failed.
"""
import glob
import importlib.util
import os
import pty
import re
import subprocess
import sys
import traceback

# FILE: (pattern, replacement, why): what other runtimes cannot be asked for. crun gets the file as it is.
ONLY_CRUN = {
    "test_start": [
        (r"\n        # verify that the external_descriptors.*?return -1\n(?=    finally:)", "\n",
         "the state file of crun has a certain member")],
    "test_seccomp": [
        (r"(?<='defaultAction': 'SCMP_ACT_ALLOW',)", " 'syscalls': [{'names': ['swapoff'], 'action': 'SCMP_ACT_NOTIFY'}],",
         "without SCMP_ACT_NOTIFY listenerPath is ignored (config-linux.md); crun sends a listener all the same"),
        (r"if m\['ociVersion'\] != '0.2.0'", "if not m['ociVersion'].startswith('1.')",
         "the version of the specification, which crun says is 0.2.0")],
    "test_exec": [
        (r"(def test_exec_no_new_privs.*?conf = base_config\(\)\n)", r"\1    conf['process']['noNewPrivileges'] = False\n",
         "crun's exec drops the no_new_privs of the container if it has no --no-new-privs; runc's keeps it")],
}


class Adapted(subprocess.Popen):
    """Takes calls of crun, and makes those of $RUNTIME_KIND of them."""

    def __init__(self, args, **kw):
        if isinstance(args, list) and args[0] == os.environ["OCI_RUNTIME"] and os.environ["RUNTIME_KIND"] != "crun":
            args = adapt(args, kw.get("cwd"))
        super().__init__(args, **kw)


def take(args, option):
    """Removes `OPTION VALUE`; returns VALUE or None."""
    if option not in args:
        return None
    at = args.index(option)
    value = args[at + 1]
    del args[at:at + 2]
    return value


def adapt(args, cwd):
    program, args = args[:1] + os.environ["RUNTIME_OPTIONS"].split(), args[1:]
    if take(args, "--cgroup-manager") == "systemd":
        program.append("--systemd-cgroup")
    config = take(args, "--config")
    if config and config != "config.json":  # only crun takes it from elsewhere than the bundle's directory
        os.rename(f"{cwd}/{config}", f"{cwd}/config.json")
    pattern = take(args, "--regex")
    if pattern:
        root = ["--root", args[args.index("--root") + 1]]
        ids = Popen([*program, *root, "list", "--quiet"], stdout=subprocess.PIPE, text=True).communicate()[0].split()
        each = 'failed=0; for id; do "$RUNTIME" --root "$STATE" delete -f "$id" || failed=1; done; exit $failed'
        each = each.replace('"$RUNTIME"', " ".join(program)).replace('"$STATE"', root[1])
        return ["sh", "-c", each, "sh", *(i for i in ids if re.search(pattern, i))]
    return program + args


def load(suite, file):
    path = f"{suite}/{file}.py"
    with open(path) as f:
        source = f.read()
    if file == "test_start":  # seconds for a container with its own root: a busy machine needs more
        source = source.replace("s.settimeout(2)", "s.settimeout(60)")
    if file == "test_tty":  # a number, where args is a list of strings
        source = source.replace("['/init', 'isatty', 0]", "['/init', 'isatty', '0']")
    if os.environ.get("RUNTIME_KIND") != "crun":
        for pattern, replacement, why in ONLY_CRUN.get(file, []):
            source, n = re.subn(pattern, replacement, source, flags=re.DOTALL)
            if n != 1:
                sys.exit(f"{file}: {why}: this is not where it was")
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(file, loader=None))
    exec(compile(source, path, "exec"), module.__dict__)
    if os.environ.get("RUNTIME_KIND") == "bulkhead":  # crun says it in the output of --version
        module.get_crun_feature_string = lambda: "+SYSTEMD"
    return module


def run_one(suite, file, name):
    if file == "test_tty" and not os.isatty(1):
        return os.waitstatus_to_exitcode(pty.spawn([sys.executable, *sys.argv])) & 0xFF
    module = load(suite, file)
    utils = sys.modules["tests_utils"]
    subprocess.Popen = Adapted
    os.makedirs(utils.get_tests_root())
    try:
        status = module.all_tests[name]()
        return status if isinstance(status, int) else 1
    except Exception as e:
        traceback.print_exc()
        print(getattr(e, "output", "") or "")
        return 1


def main():
    suite, what = sys.argv[1:3]
    sys.path[:0] = [suite]
    sys.dont_write_bytecode = True
    if what == "--list":
        for path in sorted(glob.glob(f"{suite}/test_*.py")):
            file = os.path.basename(path)[:-3]
            for name in load(suite, file).all_tests:
                print(f"{file}/{name}")
        return 0
    return run_one(suite, *sys.argv[2:4])


Popen = subprocess.Popen

if __name__ == "__main__":
    sys.exit(main())
