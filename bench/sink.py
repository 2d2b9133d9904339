"""Applications that hear of sign-outs: one port of one address or of all that answers every POST with 200 and counts,
on kept connections, in a process of its own."""

import asyncio
import multiprocessing


class _Peer(asyncio.Protocol):
    def __init__(self, count):
        self.count, self.data = count, b""

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.data += data
        while (end := self.data.find(b"\r\n\r\n")) >= 0:
            head = self.data[:end].lower()
            length = int(head.partition(b"content-length:")[2].split(b"\r\n")[0])
            if len(self.data) < end + 4 + length:
                return
            self.data = self.data[end + 4 + length:]
            self.count.value += 1
            self.transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")


def _run(count, port, host):
    async def serve():
        server = await asyncio.get_running_loop().create_server(
            lambda: _Peer(count), host, 0, backlog=1024)
        port.value = server.sockets[0].getsockname()[1]
        await server.serve_forever()

    asyncio.run(serve())


class Sink:
    def __init__(self, host="127.0.0.1"):
        context = multiprocessing.get_context("fork")
        self.count, self._port = context.Value("q", 0), context.Value("i", 0)
        self._process = context.Process(
            target=_run, args=(self.count, self._port, host), daemon=True)
        self._process.start()

    @property
    def port(self):
        while not self._port.value:
            self._process.join(0.01)
            if self._process.exitcode is not None:
                raise SystemExit("the applications' port did not open")
        return self._port.value

    def heard(self):
        return self.count.value

    def stop(self):
        self._process.terminate()
        self._process.join()
