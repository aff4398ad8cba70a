#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A newer dockerd that keeps its images in containerd: root file systems are mounts of a snapshotter, in another place. Everyday scenes, and
BuildKit's."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import newer  # noqa: E402

newer.enter()
import dockerd  # noqa: E402
import test_docker  # noqa: E402,F401
import test_docker_build  # noqa: E402,F401
from harness import equal, only, test  # noqa: E402

d = dockerd.make()
d.options["features"] = {"containerd-snapshotter": True}
d.storage = "overlayfs"
BUILD = ("without_the_drop_in_it_is_runc", "steps_are_containers_of_bulkhead", "stages_users_and_files", "what_is_mounted_into_a_step",
         "network_and_status")
only("run_and_exit_status", "detached_logs_stop", "kill_restart_start", "user_and_groups", "read_only_and_tmpfs", "volumes", "host_binds",
     "diff_cp_commit_export", "join_network_of_another", "root_cannot_delete_the_hosts_file", "root_inside_is_nobody_outside",
     "setuid_gives_nothing", *BUILD)


@test
def it_is_the_snapshotter():
    equal(d("info", "-f", "{{.Driver}}").out, "overlayfs\n")


if __name__ == "__main__":
    dockerd.run_tests(d)
