#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The scenes of an ordinary user's podman under the one of a newer Debian, where a container's network is pasta's unless asked otherwise."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import newer  # noqa: E402

newer.enter()
import test_podman_rootless as rootless  # noqa: E402
from harness import equal, has, test  # noqa: E402


@test(limit=900)
def a_network_by_pasta():
    equal(rootless.podman("info", "-f", "{{.Host.RootlessNetworkCmd}}").stdout, "pasta\n")
    # The host it takes its addresses from has none but loopback's.
    has(rootless.podman("run", "--rm", "bb", "ip", "-o", "-4", "addr").stdout, "inet 169.254.")


if __name__ == "__main__":
    rootless.run_tests()
