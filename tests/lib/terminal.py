# SPDX-License-Identifier: LGPL-2.1-or-later
"""What comes out of a terminal."""
import os
import select
import time


def pieces(fd, limit=60.0):
    """As they come, until the other side is closed or so many seconds have passed."""
    end = time.monotonic() + limit
    while time.monotonic() < end:
        if not select.select([fd], [], [], 0.2)[0]:
            continue
        try:
            data = os.read(fd, 4096)
        except OSError:  # EIO: nobody has the other side open
            return
        if not data:
            return
        yield data
