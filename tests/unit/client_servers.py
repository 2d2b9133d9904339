#!/usr/bin/env python3
"""Servers that answer, and servers that fail on purpose, for test_client.

usage: client_servers.py DIR     makes certificates in DIR, prints "NAME PORT" lines and "ready",
                                 and ends when its standard input does.
"""
import os
import socket
import ssl
import struct
import subprocess
import sys
import threading
import time

LOCK = threading.Lock()
STATS = {"connections": 0, "now": 0, "most": 0}


def openssl(*arguments):
    subprocess.run(["openssl", *arguments], check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)


def certificate(folder, name, subject, names, start="20200101000000Z", end="20400101000000Z",
                signer="root"):
    """NAME.pem (with the chain below the root) and NAME.key; signer None: self-signed."""
    key, csr, out = (f"{folder}/{name}.{end_}" for end_ in ("key", "csr", "pem"))
    openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-keyout", key, "-out", csr, "-subj", subject, "-config", f"{folder}/ca.conf",
            *(("-addext", "subjectAltName=" + names) if names else ()))
    by = ("-selfsign", "-keyfile", key) if signer is None else \
        ("-cert", f"{folder}/{signer}.pem", "-keyfile", f"{folder}/{signer}.key")
    openssl("ca", "-batch", "-notext", "-config", f"{folder}/ca.conf", "-in", csr, "-out", out,
            "-startdate", start, "-enddate", end, *by,
            *(("-extensions", "authority") if name in ("root", "middle") else ()))
    if signer == "middle":
        with open(out, "ab") as chain, open(f"{folder}/middle.pem", "rb") as middle:
            chain.write(middle.read())


def certificates(folder):
    with open(f"{folder}/ca.conf", "w", encoding="ascii") as conf:
        conf.write(f"""
[req]
distinguished_name = nobody
[nobody]
[ca]
default_ca = own
[own]
database = {folder}/index
new_certs_dir = {folder}
default_md = sha256
rand_serial = yes
unique_subject = no
copy_extensions = copy
policy = any
[any]
organizationName = optional
commonName = supplied
[authority]
basicConstraints = critical,CA:true
""")
    with open(f"{folder}/index", "w", encoding="ascii"):
        pass
    certificate(folder, "root", "/O=Example/CN=Private Root", None, signer=None)
    certificate(folder, "middle", "/CN=Private Issuer", None)
    mine = "DNS:app.curfew.test,IP:127.0.0.1"
    certificate(folder, "good", "/CN=app.curfew.test", mine)
    certificate(folder, "chained", "/CN=app.curfew.test", mine, signer="middle")
    certificate(folder, "expired", "/CN=app.curfew.test", mine, end="20250101000000Z")
    certificate(folder, "future", "/CN=app.curfew.test", mine, start="20390101000000Z")
    certificate(folder, "other", "/CN=old.curfew.test", "DNS:old.curfew.test,DNS:*.old.test")
    certificate(folder, "nameless", "/CN=old.curfew.test", None)
    certificate(folder, "self", "/CN=app.curfew.test", mine, signer=None)


def read_request(file):
    """(head bytes, method, target, body) or None at the end, or when a TLS handshake begins."""
    head = file.read(1)
    if head == b"\x16":
        return None
    while head and not head.endswith(b"\r\n\r\n"):
        line = file.readline()
        if not line:
            return None
        head += line
    if not head:
        return None
    method, target, _ = head.split(b"\r\n", 1)[0].split(b" ", 2)
    length = 0
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            length = int(line.split(b":", 1)[1])
    return head, method, target.decode(), file.read(length)


def answer(body, status="200 OK", more=""):
    body = body if isinstance(body, bytes) else body.encode()
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{more}\r\n".encode() + body


def endless(connection, chunk, pause):
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n")
    while True:
        connection.sendall(chunk)
        time.sleep(pause)


def reset(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return None


def special(connection, target):
    """What is no plain answer. None: close the connection; b"": nothing more to send."""
    if target == "/endless":
        endless(connection, b"x" * 4096, 0)
    if target == "/drip":
        endless(connection, b"x", 0.05)
    if target == "/silent":
        time.sleep(3600)
    if target == "/reset":
        return reset(connection)
    raw = {
        "/close": b"",
        "/junk": b"\x00\x01\x02 this is no HTTP\r\n\r\n",
        "/half-head": b"HTTP/1.1 200 OK\r\nContent-Le",
        "/half-body": b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n0123456789",
        "/bad-chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "/huge-head": b"HTTP/1.1 200 OK\r\n" + b"X-Filler: " + b"y" * 60000 + b"\r\n\r\n",
        "/many-heads": b"HTTP/1.1 200 OK\r\n" + b"X-Filler: yyyyyyy\r\n" * 5000 + b"\r\n",
        "/nul-head": b"HTTP/1.1 200 OK\r\nX-A: a\x00b\r\n\r\n",
    }
    connection.sendall(raw[target])
    return None


def plain(target, method, head, body, number, count):
    """An ordinary answer, or None."""
    if target == "/count":
        return answer(f"{number} {count}")
    if target.startswith("/echo") or target.startswith("http://"):
        return answer(head + body, more="X-Request-Id: abc  \r\nX-Empty:\r\n")
    if target == "/length":
        return answer(str(len(body)))
    if target.startswith("/status/"):
        return answer("no \x1b[31mroom\r\n\x00 for caf\u00e9 \u009b" + "z" * 1000,
                      status=target[8:] + " Words")
    if target == "/redirect":
        return answer("", "302 Found", "Location: http://127.0.0.1:1/else\x07where\r\n")
    if target == "/cookie":
        return answer(b"cookie came" if b"\r\nCookie:" in head else b"none",
                      more="Set-Cookie: a=b\r\n")
    if target == "/trailer":
        return (b"HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\nHTTP/1.1 200 OK\r\n"
                b"Transfer-Encoding: chunked\r\nX-Late: 2\r\n\r\n"
                b"5\r\nhello\r\n0\r\nX-Trailer: 3\r\n\r\n")
    if target.startswith("/slow/"):
        time.sleep(int(target[6:]) / 1000)
        return answer("slept")
    if target == "/most":
        return answer(str(STATS["most"]))
    return None


def serve_requests(connection, number):
    file = connection.makefile("rb")
    count = 0
    while True:
        request = read_request(file)
        if not request:
            if count == 0:
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
            return
        count += 1
        head, method, target, body = request
        with LOCK:
            STATS["now"] += 1
            STATS["most"] = max(STATS["most"], STATS["now"])
        try:
            out = plain(target, method, head, body, number, count)
        finally:
            with LOCK:
                STATS["now"] -= 1
        if out is None:
            special(connection, target)
            return
        connection.sendall(out[:out.index(b"\r\n\r\n") + 4] if method == b"HEAD" else out)


def serve_connection(connection, context, silent):
    with LOCK:
        STATS["connections"] += 1
        number = STATS["connections"]
    try:
        if silent:
            connection.recv(1 << 16)
            time.sleep(3600)
        if context:
            connection = context.wrap_socket(connection, server_side=True)
        serve_requests(connection, number)
    except (OSError, ssl.SSLError, ValueError):
        pass
    finally:
        try:
            connection.close()
        except OSError:
            pass


def accept_all(listener, context, silent):
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=serve_connection, args=(connection, context, silent),
                         daemon=True).start()


def listen(name, context=None, silent=False, path=None):
    if path:
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(path)
    else:
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        print(name, listener.getsockname()[1])
    listener.listen(1024)
    threading.Thread(target=accept_all, args=(listener, context, silent), daemon=True).start()


def tls(folder, name):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(f"{folder}/{name}.pem", f"{folder}/{name}.key")
    return context


def main():
    folder = sys.argv[1]
    certificates(folder)
    listen("plain")
    listen("mute", silent=True)
    listen("unix", path=f"{folder}/socket")
    for name in ("good", "chained", "expired", "future", "other", "nameless", "self"):
        listen(name, tls(folder, name))
    old = tls(folder, "good")
    old.set_ciphers("ALL:@SECLEVEL=0")
    old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
    listen("old", old)
    print("ready", os.getpid(), flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
