"""The web site around a SAML library that brings none: sessions by a cookie, routes, and a page
that says who is signed in. Run by the system tests: SITE.py SETTINGS, a JSON file with port, url,
key, certificate (files), provider (the file of the identity provider's metadata)."""

import html
import http.cookies
import http.server
import json
import pathlib
import secrets
import sys
import threading
import traceback
from urllib.parse import parse_qs, urlsplit


def settings():
    return json.loads(pathlib.Path(sys.argv[1]).read_text())


def _single(text):
    return {name: values[0] for name, values in parse_qs(text, keep_blank_values=True).items()}


class Request:
    def __init__(self, handler, cookie):
        parts = urlsplit(handler.path)
        self.method, self.path, self.query_string = handler.command, parts.path, parts.query
        self.query = _single(parts.query)
        self.body = handler.rfile.read(int(handler.headers.get("content-length") or 0)).decode()
        urlencoded = "urlencoded" in handler.headers.get("content-type", "")
        self.form = _single(self.body) if urlencoded else {}
        found = http.cookies.SimpleCookie(handler.headers.get("cookie", "")).get(cookie)
        self.visitor = found.value if found else None


class Answer:
    def __init__(self, body="", status=200, kind="text/html", **headers):
        self.body, self.status = body, status
        self.headers = {"content-type": kind, **headers}


def redirect(location):
    return Answer(status=302, location=location)


class Site:
    """`sessions` holds what the library said about each visitor who is signed in."""

    def __init__(self, port, cookie):
        self.port, self.cookie = port, cookie
        self.sessions, self.routes = {}, {"/": self.home}
        self.lock = threading.Lock()  # the libraries' own caches know no threads

    def session(self, request):
        return self.sessions.get(request.visitor)

    def sign_in(self, session):
        """The answer to somebody who has just signed in."""
        visitor = secrets.token_urlsafe(16)
        self.sessions[visitor] = session
        return Answer(status=302, location="/", **{
            "set-cookie": f"{self.cookie}={visitor}; Path=/; HttpOnly"})

    def sign_out(self, visitor):
        self.sessions.pop(visitor, None)

    def home(self, request):
        session = self.session(request)
        if session is None:
            return Answer('<p id="nobody">Nobody is signed in.</p>')
        return Answer(f'<p id="user">{html.escape(session["user"])}</p>')

    def answer(self, request):
        route = self.routes.get(request.path)
        if route is None:
            return Answer("There is no such page.", 404)
        try:
            with self.lock:
                return route(request)
        except Exception:
            traceback.print_exc()
            return Answer(f"<pre>{html.escape(traceback.format_exc())}</pre>", 500)

    def run(self):
        site = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                answer = site.answer(Request(self, site.cookie))
                body = answer.body.encode()
                self.send_response(answer.status)
                for name, value in {**answer.headers, "content-length": str(len(body))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            do_POST = do_GET

        http.server.ThreadingHTTPServer(("127.0.0.1", self.port), Handler).serve_forever()
