"""Huge pages for PostgreSQL's shared memory, as the README tells operators to reserve them.

Without them the processor looks up an address for every 4 kB of the shared buffers, which shows wherever pages are read
that were not read a moment ago.
"""

import os
from pathlib import Path

from programs import say

RESERVED = Path("/proc/sys/vm/nr_hugepages")
SIZE_MB = 2


class HugePages:
    """As many as `shared_buffers_mb` take, for as long as the run takes; none where that is not ours to decide."""

    def __init__(self, shared_buffers_mb):
        self.before = None
        try:
            before = int(RESERVED.read_text())
            # Beside the buffers the server keeps some for locks, the log and itself.
            wanted = (shared_buffers_mb * 21 // 20 + 128) // SIZE_MB
            if os.getuid() == 0 and before < wanted:
                RESERVED.write_text(str(wanted))
                self.before = before
        except (OSError, ValueError) as error:
            say(f"bench: no huge pages: {error}")

    def give_back(self):
        if self.before is not None:
            RESERVED.write_text(str(self.before))
