#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Swarm on one node whose dockerd has bulkhead as default runtime: services, scaling, rolling updates, drained nodes, networks of services."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import dockerd  # noqa: E402
from harness import check, equal, has, id_ranges, none_left, read, test, wait_for  # noqa: E402

d = dockerd.make()
d.options = {"default-runtime": "bulkhead", "default-address-pools": [{"base": "172.30.240.0/21", "size": 26}]}


def tasks(service, state="running"):
    """Containers of a service that run."""
    ids = d("ps", "-q", "--no-trunc", "--filter", f"label=com.docker.swarm.service.name={service}", "--filter", f"status={state}").out.split()
    return sorted(ids)


def service(name, *options, command=("sleep", "1000"), image="bb"):
    d("service", "create", "--detach", "--no-resolve-image", "--name", name, *options, image, *command)


def has_tasks(name, n):
    return wait_for(lambda: (lambda found: found if len(found) == n else None)(tasks(name)), f"{n} tasks of {name}", limit=300, step=0.3)


def host_ids(cids):
    return {int(read(f"/proc/{d.pid(c)}/uid_map").split()[1]) for c in cids}


@test(limit=1200)
def a_service_and_its_scale():
    service("web", "--replicas", "2", "--limit-memory", "64m", "--limit-cpu", "0.5", "--limit-pids", "30")
    has_tasks("web", 2)
    d("service", "scale", "--detach", "web=10")
    cids = has_tasks("web", 10)
    ids = host_ids(cids)
    equal(len(ids), 10, "ranges of ids")
    check(min(ids) >= 65536, "no id of the host")
    for c in cids[:2]:
        full = d.inspect(c, "{{.Id}}")
        equal(read(f"/sys/fs/cgroup/memory/{d.parent}/{full}/memory.limit_in_bytes").strip(), str(64 << 20))
        equal(read(f"/sys/fs/cgroup/pids/{d.parent}/{full}/pids.max").strip(), "30")
    d("service", "scale", "--detach", "web=1")
    has_tasks("web", 1)


@test(limit=1200)
def a_task_that_dies_is_replaced():
    (cid,) = has_tasks("web", 1)
    os.kill(d.pid(cid), 9)
    wait_for(lambda: tasks("web") and tasks("web") != [cid], "another one", limit=300, step=0.3)


@test(limit=1200)
def a_rolling_update_and_its_way_back():
    d("service", "scale", "--detach", "web=3")
    before = has_tasks("web", 3)
    d("service", "update", "--detach", "--no-resolve-image", "--update-parallelism", "1", "--update-delay", "0s", "--env-add", "RELEASE=2", "web")
    def updated():
        now = tasks("web")
        return len(now) == 3 and not set(now) & set(before)
    wait_for(updated, "three new ones", limit=300, step=0.3)
    for c in tasks("web"):
        equal(d("exec", c, "sh", "-c", "echo $RELEASE").out, "2\n")
    # What cannot be started is rolled back: the policy refuses it, and docker says why.
    d("service", "update", "--detach", "--no-resolve-image", "--update-failure-action", "rollback", "--update-monitor", "2s",
      "--mount-add", "type=bind,source=/proc/sys,target=/s", "web")
    wait_for(lambda: d("service", "inspect", "-f", "{{.UpdateStatus.State}}", "web").out.strip() == "rollback_completed", "the way back",
             limit=300, step=0.3)
    has(d("service", "ps", "--no-trunc", "--format", "{{.Error}}", "web").out, "policy: ")
    for c in has_tasks("web", 3):
        equal(d("exec", c, "sh", "-c", "echo $RELEASE").out, "2\n")


@test(limit=1200)
def a_node_is_drained():
    node = d("node", "ls", "-q").out.strip()
    d("node", "update", "--availability", "drain", node)
    wait_for(lambda: not tasks("web"), "no tasks", limit=300, step=0.3)
    d("node", "update", "--availability", "active", node)
    d("service", "update", "--detach", "--no-resolve-image", "--force", "web")
    has_tasks("web", 3)


@test(limit=1200)
def secrets_and_configs():
    for kind in ("secret", "config"):
        d(kind, "create", f"the-{kind}", "-", stdin=f"{kind} text\n")
    service("reader", "--secret", "the-secret", "--config", "source=the-config,target=/etc/the-config,mode=0444",
            command=("sh", "-c", "cat /run/secrets/the-secret /etc/the-config; sleep 1000"))
    (cid,) = has_tasks("reader", 1)
    wait_for(lambda: d("logs", cid).out == "secret text\nconfig text\n", "both")
    d("service", "rm", "reader")


@test(limit=1200)
def services_find_each_other():
    d("network", "create", "-d", "overlay", "--attachable", "between")
    # An address for all tasks needs the kernel's IPVS; without it their name leads to each of them.
    mode = "vip" if os.path.exists("/proc/net/ip_vs") else "dnsrr"
    service("pages", "--network", "between", "--replicas", "2", "--endpoint-mode", mode, command=("sh", "-c", "mkdir /srv; hostname > /srv/index.html; httpd -f -p 80 -h /srv"))
    service("reads", "--network", "between")
    has_tasks("pages", 2)
    (reader,) = has_tasks("reads", 1)
    for name in ("pages", "tasks.pages"):
        wait_for(lambda: d("exec", reader, "wget", "-qO-", f"http://{name}/", status=None).status == 0, name, limit=300, step=0.3)
    d("service", "rm", "pages", "reads")


@test(limit=1200)
def nothing_is_left():
    d("service", "rm", *d("service", "ls", "-q").out.split())
    wait_for(lambda: not d("ps", "-aq").out.split(), "all containers removed", limit=300, step=0.3)
    d("swarm", "leave", "--force")
    root = f"{d.top}/exec/runtime-runc/moby"
    none_left(lambda: os.listdir(root) if os.path.isdir(root) else [], "state directories")
    none_left(lambda: {k: v for k, v in id_ranges().items() if v.startswith(d.top)}, "id ranges")


def start():
    d.start_with_image()
    d("swarm", "init", "--advertise-addr", "127.0.0.1", "--listen-addr", "127.0.0.1:23770")


if __name__ == "__main__":
    dockerd.run_tests(d, start, lambda: d("swarm", "leave", "--force", status=None))
