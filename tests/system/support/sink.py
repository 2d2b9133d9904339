"""Applications that are told of sign-outs: one that behaves and records, and the kinds that
do not. How one behaves can be changed while it runs."""

import http.server
import os
import socket
import ssl
import struct
import threading
import time
from urllib.parse import parse_qs, urlsplit

import jwt
import requests

from support import wait_for
from support.server import free_port


class Recorded:
    """A request that an application got."""

    def __init__(self, method, path, headers, body):
        self.method, self.path, self.headers, self.body = method, path, headers, body
        self.at = time.time()

    def form(self):
        return {name: values[0] for name, values in parse_qs(
            self.body.decode(), keep_blank_values=True).items()}


class Sink:
    """An application at 127.0.0.1. `mode` says how it answers:

    ok          200, after the statuses in `answers` are used up
    black-hole  takes the request and never answers (until it gets another mode)
    endless     200 and a body that never ends
    reset       closes the connection hard
    slow        200, one byte of the head every 0.2 s
    A sink that is stopped refuses connections; start() takes the same port again."""

    def __init__(self, port=None, tls=None):
        self.port, self.tls = port or free_port(), tls
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"
        self.mode, self.answers, self.location, self.body = "ok", [], None, b""
        self.page = b""  # what a GET shows
        self.requests = []
        self.server = None
        self.changed = threading.Condition()
        self.start()

    def start(self):
        sink = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                length = int(self.headers.get("content-length", 0))
                body = self.rfile.read(length)
                with sink.changed:
                    sink.requests.append(
                        Recorded(self.command, self.path, dict(self.headers), body))
                try:
                    sink.answer(self)
                except OSError:
                    self.close_connection = True

            do_GET = do_POST

            def log_message(self, *words):
                pass

        class Listener(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

            def handle_error(self, request, client_address):
                pass  # callers that hang up are not our business

        self.server = Listener(("127.0.0.1", self.port), Handler)
        if self.tls:
            self.server.socket = self.tls.wrap_socket(
                self.server.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def stop(self):
        if self.server:
            self.set(mode="ok")  # lets those go that wait in a black hole
            self.server.shutdown()
            self.server.server_close()
            self.server = None

    def set(self, mode="ok", answers=()):
        with self.changed:
            self.mode, self.answers = mode, list(answers)
            self.changed.notify_all()

    def answer(self, handler):
        with self.changed:
            while self.mode == "black-hole":
                self.changed.wait(0.5)
            mode = self.mode
            status = self.answers.pop(0) if self.answers else 200
        if mode == "reset":
            handler.connection.setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            os.close(handler.connection.detach())
            raise ConnectionResetError
        if mode == "endless":
            handler.send_response(200)
            handler.send_header("content-length", str(1 << 40))
            handler.end_headers()
            while self.mode == "endless":
                handler.wfile.write(b"x" * 4096)
                time.sleep(0.01)
            return
        if mode == "slow":
            for byte in b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n":
                handler.wfile.write(bytes([byte]))
                time.sleep(0.2)
            return
        handler.send_response(status)
        if self.location and 300 <= status < 400:
            handler.send_header("location", self.location)
        shown = self.page if handler.command == "GET" else self.body
        if shown and handler.command == "GET":
            handler.send_header("content-type", "text/html")
        handler.send_header("content-length", str(len(shown)))
        handler.end_headers()
        handler.wfile.write(shown)

    # ---- what it was told

    def posts(self, path):
        with self.changed:
            return [one for one in self.requests
                    if one.method == "POST" and urlsplit(one.path).path == path]

    def logout_tokens(self, sid=None):
        """Claims of the back-channel notices so far, unverified."""
        found = []
        for one in self.posts("/oidc/backchannel-logout/"):
            claims = jwt.decode(one.form()["logout_token"], options={"verify_signature": False})
            if sid is None or claims.get("sid") == sid:
                found.append(claims)
        return found

    def k_logouts(self):
        """Actions sent to the admin URL so far, unverified."""
        return [jwt.decode(one.body.decode(), options={"verify_signature": False,
                                                       "verify_aud": False})
                for one in self.posts("/k_logout")]

    def wait_told(self, sid, seconds=30):
        """The notice about a session, back channel or admin URL."""
        def told():
            tokens = self.logout_tokens(sid)
            tokens += [one for one in self.k_logouts()
                       if sid in one.get("keycloakSessionIds", [])]
            return tokens
        return wait_for(told, f"the application at {self.port} is told of {sid}", seconds)[0]


def verified(token, server, audience=None, realm="customers"):
    """(header, claims) of a token that the server signed, checked with its published keys."""
    header = jwt.get_unverified_header(token)
    keys = requests.get(server.endpoint("certs", realm), timeout=30).json()["keys"]
    key = next(one for one in keys if one["kid"] == header["kid"])
    assert key["use"] == "sig" and key["alg"] == header["alg"], (key, header)
    claims = jwt.decode(token, jwt.PyJWK(key), algorithms=[header["alg"]], audience=audience,
                        options={"verify_aud": audience is not None})
    return header, claims


def private_ca(folder, name="127.0.0.1", days=1, address="127.0.0.1", authority=None, names=(),
               asks=False):
    """(file of a new authority's certificate, TLS context of a server certified by it). The
    certificate is for that address, or for the names where there are some, and has `days` to
    live (negative: it has expired). `authority` is another folder whose authority signs. The
    server asks its callers for a certificate of that authority where `asks`. Makes the folder."""
    import datetime
    import ipaddress

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    def title(text):
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    now = datetime.datetime.now(datetime.timezone.utc)
    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    if authority:
        ca_key = serialization.load_pem_private_key((authority / "ca.key").read_bytes(), None)

    def certificate(subject, public_key, authority, days):
        return (x509.CertificateBuilder().subject_name(title(subject))
                .issuer_name(title("Private Authority of the Tests"))
                .public_key(public_key).serial_number(x509.random_serial_number())
                .not_valid_before(now - datetime.timedelta(days=30))
                .not_valid_after(now + datetime.timedelta(days=days))
                .add_extension(x509.BasicConstraints(ca=authority, path_length=None), True))

    ca = certificate("Private Authority of the Tests", ca_key.public_key(), True, 1).sign(
        ca_key, hashes.SHA256())
    leaf = certificate(name, key.public_key(), False, days).add_extension(
        x509.SubjectAlternativeName([x509.DNSName(one) for one in names] or
                                    [x509.IPAddress(ipaddress.ip_address(address))]),
        False).sign(ca_key, hashes.SHA256())
    pem = serialization.Encoding.PEM
    folder.mkdir(exist_ok=True)
    (folder / "ca.pem").write_bytes(ca.public_bytes(pem))
    (folder / "server.pem").write_bytes(leaf.public_bytes(pem))
    (folder / "ca.key").write_bytes(ca_key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    (folder / "server.key").write_bytes(key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem", folder / "server.key")
    if asks:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(folder / "ca.pem")
    return folder / "ca.pem", context
