"""The wall clock of servers under test, to be set while they run (base/clock.h)."""

import mmap
import struct

from support import wait_for

DAY = 24 * 3600


class Clock:
    def __init__(self, folder):
        self.path = folder / "clock"
        self.path.write_bytes(bytes(8))
        self.servers, self.ahead = [], 0
        with open(self.path, "r+b") as file:
            self.bytes = mmap.mmap(file.fileno(), 8)

    def environment(self):
        return {"CURFEW_CLOCK_FILE": str(self.path)}

    def jump(self, seconds):
        """From now on the servers' clock is that much ahead of the machine's; they have noticed."""
        words = f"the clock was set {'forward' if seconds > self.ahead else 'back'}"
        before = [one.log().count(words) for one in self.servers]
        self.ahead = seconds
        self.bytes[:] = struct.pack("=q", int(seconds * 1000))
        for server, times in zip(self.servers, before):
            wait_for(lambda server=server, times=times: server.log().count(words) > times,
                     words, 60)
