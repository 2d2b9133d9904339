"""A browser without JavaScript: cookies, forms, redirects; and the applications' side of the
authorization code flow."""

import base64
import hashlib
import http.cookiejar
import json
import secrets
from html.parser import HTMLParser
from urllib.parse import parse_qs, urljoin, urlsplit

import jwt
import requests

# What a browser adds when somebody types a URL. All of 127.0.0.1 is one site.
NAVIGATION = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document",
              "Sec-Fetch-Site": "none", "Accept": "text/html"}


def origin(url):
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


class Form:
    def __init__(self, attributes, page_url):
        self.id = attributes.get("id")
        self.method = (attributes.get("method") or "get").lower()
        self.action = urljoin(page_url, attributes.get("action") or "")
        self.fields = {}  # what is sent whichever button is pressed
        self.types = {}
        self.ids = set()
        self.buttons = []  # (name, value, id)

    def add(self, tag, attributes):
        kind = (attributes.get("type") or ("submit" if tag == "button" else "text")).lower()
        name, value = attributes.get("name"), attributes.get("value") or ""
        if attributes.get("id"):
            self.ids.add(attributes["id"])
        if kind == "submit":
            self.buttons.append((name, value, attributes.get("id")))
        elif kind in ("button", "reset", "image"):
            return
        elif name and (kind not in ("checkbox", "radio") or "checked" in attributes):
            self.fields[name] = value
        if name:
            self.types[name] = kind

    def press(self, button=None):
        """The fields that are sent when a button (the first, or the one of that id) is pressed."""
        chosen = next((b for b in self.buttons if button in (None, b[2])), None)
        assert chosen or not self.buttons, f"no button {button} among {self.buttons}"
        fields = dict(self.fields)
        if chosen and chosen[0]:
            fields[chosen[0]] = chosen[1]
        return fields


class _Reader(HTMLParser):
    def __init__(self, url):
        super().__init__(convert_charrefs=True)
        self.url, self.forms, self.form = url, [], None
        self.frames, self.links, self.ids, self.words, self.quiet = [], [], {}, [], 0
        self.open_id = None

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if attributes.get("id"):
            self.open_id = attributes["id"]
            self.ids[self.open_id] = ""
        if tag == "form":
            self.form = Form(attributes, self.url)
            self.forms.append(self.form)
        elif tag in ("input", "button", "select", "textarea") and self.form:
            self.form.add(tag, attributes)
        elif tag == "iframe":
            self.frames.append(attributes.get("src"))
        elif tag == "a" and attributes.get("href"):
            self.links.append(urljoin(self.url, attributes["href"]))
        elif tag in ("script", "style"):
            self.quiet += 1

    def handle_endtag(self, tag):
        if tag == "form":
            self.form = None
        elif tag in ("script", "style"):
            self.quiet -= 1

    def handle_data(self, data):
        if not self.quiet and data.strip():
            self.words.append(data.strip())
            if self.open_id:
                self.ids[self.open_id] += data.strip()
                self.open_id = None


class Page:
    """An answer, and the page in it when it is one."""

    def __init__(self, browser, response):
        self.browser, self.response = browser, response
        self.status, self.url, self.headers = (
            response.status_code, response.url, response.headers)
        self.forms, self.frames, self.links, self.ids, self.text = [], [], [], {}, ""
        if "html" in response.headers.get("content-type", ""):
            reader = _Reader(response.url)
            reader.feed(response.text)
            self.forms, self.frames, self.links = reader.forms, reader.frames, reader.links
            self.ids, self.text = reader.ids, " ".join(reader.words)

    @property
    def location(self):
        target = self.headers.get("location")
        return urljoin(self.url, target) if target else None

    def query(self):
        """Parameters of the Location's query or fragment."""
        parts = urlsplit(self.location)
        return {name: values[0] for name, values in parse_qs(
            parts.query or parts.fragment, keep_blank_values=True).items()}

    def is_login(self):
        return bool(self.forms) and self.forms[0].id == "kc-form-login"

    def is_confirmation(self):
        return any("kc-logout" in form.ids for form in self.forms)

    def submit(self, button=None, follow=True, **changes):
        """Sends the page's first form by its first button, or the form that has the button."""
        assert self.forms, f"no form in {self.status} {self.url}: {self.text[:300]}"
        form = next((one for one in self.forms if any(b[2] == button for b in one.buttons)),
                    self.forms[0])
        fields = {**form.press(button), **changes}
        own = origin(form.action) == origin(self.url)
        headers = {"Sec-Fetch-Site": "same-origin" if own else "same-site"}
        if form.method == "get":
            return self.browser.open(form.action, follow=follow, headers=headers, params=fields)
        headers["Origin"] = origin(self.url)
        return self.browser.open(form.action, "POST", follow=follow, headers=headers, data=fields)


class Browser:
    """One person's browser: cookies are kept as browsers do on loopback, where those with
    Secure travel over http too."""

    def __init__(self):
        self.session = requests.Session()
        self.session.cookies.set_policy(http.cookiejar.DefaultCookiePolicy(allowed_domains=[]))
        self.session.headers.update({"User-Agent": "Mozilla/5.0 (system test)"})
        self.cookies = http.cookiejar.CookieJar(http.cookiejar.DefaultCookiePolicy(
            secure_protocols=("http", "https")))

    def send(self, method, url, headers, **more):
        """One request with this browser's cookies."""
        request = self.session.prepare_request(
            requests.Request(method, url, headers=headers, **more))
        cookie = requests.cookies.get_cookie_header(self.cookies, request)
        if cookie:
            request.headers["Cookie"] = cookie
        answer = self.session.send(request, allow_redirects=False, timeout=60)
        requests.cookies.extract_cookies_to_jar(self.cookies, request, answer.raw)
        return answer

    def open(self, url, method="GET", follow=True, headers=None, **more):
        """A top-level navigation. With `follow`, redirects are followed while somebody
        listens there; the last answer is returned."""
        answer = self.send(method, url, {**NAVIGATION, **(headers or {})}, **more)
        page = Page(self, answer)
        # Redirects that a page began lead within the site, redirects of typed URLs are typed.
        going_on = {**NAVIGATION, "Sec-Fetch-Site":
                    "same-site" if (headers or {}).get("Sec-Fetch-Site") else "none"}
        for _ in range(20):
            if not follow or not page.location:
                return page
            try:
                answer = self.send("GET", page.location, going_on)
            except requests.ConnectionError:
                return page
            page = Page(self, answer)
        raise AssertionError("redirects without end")


class Tokens:
    """A token answer."""

    def __init__(self, answer):
        self.json = answer
        self.access, self.refresh = answer["access_token"], answer.get("refresh_token")
        self.id = answer.get("id_token")

    def claims(self, kind="access"):
        return jwt.decode(getattr(self, kind), options={"verify_signature": False})

    @property
    def sid(self):
        return self.claims()["sid"]


class App:
    """A client of the realm, as its own program sees it."""

    def __init__(self, server, client_id, base_url, secret=None, realm="customers", prefix=""):
        self.server, self.client_id, self.base_url = server, client_id, base_url
        self.secret, self.realm, self.prefix = secret, realm, prefix
        self.redirect_uri = base_url + "/cb"

    def endpoint(self, name):
        return self.server.endpoint(name, self.realm, self.prefix)

    def credentials(self):
        fields = {"client_id": self.client_id}
        if self.secret:
            fields["client_secret"] = self.secret
        return fields

    def post(self, name, auth=True, **fields):
        data = {**(self.credentials() if auth else {}), **fields}
        return requests.post(self.endpoint(name), data=data, timeout=60, allow_redirects=False)

    def authorize_params(self, **changes):
        params = {"client_id": self.client_id, "response_type": "code", "scope": "openid",
                  "redirect_uri": self.redirect_uri, "state": secrets.token_urlsafe(8),
                  "nonce": secrets.token_urlsafe(8)}
        if self.secret is None:  # a public client proves itself by PKCE
            self.verifier = secrets.token_urlsafe(48)
            params.update(code_challenge=challenge(self.verifier), code_challenge_method="S256")
        params.update(changes)
        return {name: value for name, value in params.items() if value is not None}

    def authorize(self, browser, **changes):
        """The answer of the authorization endpoint, redirects not followed."""
        return browser.open(self.endpoint("auth"), follow=False,
                            params=self.authorize_params(**changes))

    def code(self, browser, user="ada", password="lovelace", **changes):
        """Signs in, filling in the login form if one comes: the code."""
        page = self.authorize(browser, **changes)
        if page.status == 200:
            assert page.is_login(), f"not a login page: {page.text[:300]}"
            page = page.submit("kc-login", follow=False, username=user, password=password)
        assert page.location and page.location.startswith(self.redirect_uri), \
            f"{page.status} {page.location} {page.text[:300]}"
        query = page.query()
        assert "code" in query, query
        return query["code"]

    def redeem(self, code, /, **fields):
        data = {"grant_type": "authorization_code", "code": code,
                "redirect_uri": self.redirect_uri}
        if self.secret is None:
            data["code_verifier"] = self.verifier
        return self.post("token", **{**data, **fields})

    def sign_in(self, browser=None, user="ada", password="lovelace", token_fields=None,
                **changes):
        """The whole flow: the tokens."""
        code = self.code(browser or Browser(), user, password, **changes)
        answer = self.redeem(code, **(token_fields or {}))
        assert answer.status_code == 200, answer.text
        return Tokens(answer.json())

    def password_grant(self, user="ada", password="lovelace", **fields):
        return self.post("token", grant_type="password", username=user, password=password,
                         **fields)

    def refresh(self, tokens, **fields):
        return self.post("token", grant_type="refresh_token", refresh_token=tokens.refresh,
                         **fields)

    def introspect(self, token):
        answer = self.post("token/introspect", token=token)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def userinfo(self, tokens):
        return requests.get(self.endpoint("userinfo"), timeout=60,
                            headers={"authorization": "Bearer " + tokens.access})

    def is_alive(self, tokens):
        """Whether the session of these tokens lives, as its application can tell. The three
        ways to ask have to agree."""
        answers = {self.introspect(tokens.access)["active"],
                   self.userinfo(tokens).status_code == 200}
        assert len(answers) == 1, answers
        return answers.pop()


def challenge(verifier):
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def encode_part(value):
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def decode_part(text):
    return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
