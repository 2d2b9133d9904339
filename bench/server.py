"""The program under measurement, seen from outside: its life, its CPU time, its memory."""

import os
import pathlib
import signal
import socket
import subprocess
import time

TICKS = os.sysconf("SC_CLK_TCK")


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


class Server:
    def __init__(self, binary, folder, flags):
        self.binary, self.folder, self.flags = binary, folder, flags
        self.port, self.management_port = free_port(), free_port()
        self.process = None

    def start(self, *imports):
        """Starts it; seconds until it says that it is ready."""
        command = [self.binary, "serve", "--data", self.folder / "data",
                   "--listen", f"127.0.0.1:{self.port}",
                   "--management", f"127.0.0.1:{self.management_port}", *self.flags]
        for file in imports:
            command += ["--import", file]
        environment = {k: v for k, v in os.environ.items()
                       if not k.startswith(("CURFEW_", "KC_"))}
        environment["CURFEW_BOOTSTRAP_ADMIN_PASSWORD"] = "admin"
        began = time.monotonic()
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen([str(w) for w in command], stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=log, env=environment)
        while not self._is_ready():
            if self.process.poll() is not None:
                raise SystemExit("the server has ended:\n" + self.log()[-3000:])
            if time.monotonic() - began > 120:
                raise SystemExit("the server does not become ready:\n" + self.log()[-3000:])
            time.sleep(0.001)
        return time.monotonic() - began

    def _is_ready(self):
        try:
            with socket.create_connection(("127.0.0.1", self.management_port), 5) as asked:
                asked.sendall(b"GET /health/ready HTTP/1.1\r\nHost: localhost\r\n"
                              b"Connection: close\r\n\r\n")
                return asked.recv(100).startswith(b"HTTP/1.1 200")
        except OSError:
            return False

    def stop(self):
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = self.process.wait()
        self.process = None
        if code:
            raise SystemExit(f"the server ended with {code}:\n" + self.log()[-3000:])

    def log(self):
        return (self.folder / "log").read_text(errors="replace")

    def cpu_ms(self):
        """User and system time of all its threads since it began."""
        stat = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text()
        fields = stat.rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) * 1000 / TICKS

    def rss_mib(self):
        for line in open(f"/proc/{self.process.pid}/status"):
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
        raise SystemExit("the kernel does not tell the server's memory")
