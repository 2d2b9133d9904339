"""A mail server: keeps what it is sent, or refuses it."""

import contextlib
import email
import email.policy
import re
import ssl
import subprocess
import warnings

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult

from support.server import free_port


def certificate(folder):
    """A server's key and certificate of its own, for 127.0.0.1."""
    key, crt = folder / "mail.key", folder / "mail.crt"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", str(key),
                    "-out", str(crt), "-subj", "/CN=mail", "-days", "30",
                    "-addext", "subjectAltName=IP:127.0.0.1"],
                   check=True, capture_output=True, timeout=60)
    return key, crt


class _Controller(Controller):
    def __init__(self, handler, **options):
        self.options = options
        super().__init__(handler, hostname="127.0.0.1", port=free_port())

    def factory(self):
        with warnings.catch_warnings():  # that passwords without TLS are unwise
            warnings.simplefilter("ignore")
            return SMTP(self.handler, **self.options)


class MailServer:
    """`refuse`: what it answers to a recipient. `files`: key and certificate, for STARTTLS, without
    which it takes nothing. `login`: user and password, without which it takes nothing."""

    def __init__(self, refuse=None, files=None, login=None):
        self.refuse, self.login, self.messages, self.envelopes = refuse, login, [], []
        options = {}
        if files:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(files[1], files[0])
            options.update(tls_context=context, require_starttls=True)
        if login:
            options.update(auth_required=True, authenticator=self.authenticate,
                           auth_require_tls=bool(files))
        self.controller = _Controller(self, **options)
        self.port = self.controller.port

    def authenticate(self, server, session, envelope, mechanism, data):
        given = (data.login.decode(), data.password.decode())
        return AuthResult(success=given == self.login, handled=False)

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.refuse:
            return self.refuse
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.envelopes.append(envelope)
        self.messages.append(email.message_from_bytes(envelope.content,
                                                      policy=email.policy.default))
        return "250 taken"

    def settings(self, **more):
        """The realm's smtpServer."""
        return {"host": "127.0.0.1", "port": str(self.port), "from": "sso@example.org", **more}

    def last(self):
        return self.messages[-1]

    def text(self):
        return self.last().get_body(("plain",)).get_content()

    def html(self):
        return self.last().get_body(("html",)).get_content()

    def link(self):
        return re.search(r"http://\S+/login-actions/action-token\?key=\S+", self.text()).group(0)


@contextlib.contextmanager
def running(**options):
    server = MailServer(**options)
    server.controller.start()
    try:
        yield server
    finally:
        server.controller.stop()
