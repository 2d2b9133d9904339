"""SAML service providers: unmodified programs and libraries, each in a small site of
tests/system/data/saml_sites, all with one face. The server has to run before they start (they
read its metadata), and becomes their identity provider by reading theirs."""

import datetime
import json
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import pathlib
import xml.etree.ElementTree

import requests

from support import wait_for
from support.server import ROOT, free_port
from support.sink import private_ca

SITES = ROOT / "tests" / "system" / "data" / "saml_sites"
PYTHON = ROOT / ".cache" / "test-venv" / "bin" / "python"
NODE_PACKAGES = ROOT / ".cache" / "saml-node"
APACHE_MODULES = "/usr/lib/apache2/modules"

METADATA = "{urn:oasis:names:tc:SAML:2.0:metadata}"
SIGNATURE = "{http://www.w3.org/2000/09/xmldsig#}"
BINDINGS = {"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST": "post",
            "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect": "redirect",
            "urn:oasis:names:tc:SAML:2.0:bindings:SOAP": "soap"}


def key_pair(folder):
    """An RSA key and a certificate of its own, as sp.key and sp.pem in a new folder."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.x509.oid import NameOID

    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "A Service Provider")])
    now = datetime.datetime.now(datetime.timezone.utc)
    certificate = (x509.CertificateBuilder().subject_name(name).issuer_name(name)
                   .public_key(key.public_key()).serial_number(x509.random_serial_number())
                   .not_valid_before(now - datetime.timedelta(days=1))
                   .not_valid_after(now + datetime.timedelta(days=1))
                   .sign(key, hashes.SHA256()))
    folder.mkdir()
    (folder / "sp.key").write_bytes(key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption()))
    (folder / "sp.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))


def settle(page):
    """Presses the button of each form that only carries a SAML message on."""
    for _ in range(20):
        if not (page.forms and {"SAMLRequest", "SAMLResponse"} & set(page.forms[0].fields)):
            return page
        page = page.submit()
    raise AssertionError("forms without end")


def encrypted(algorithm):
    """Attributes of a client whose assertions are encrypted; the key in the one way that all of
    the libraries know."""
    return {"saml.encrypt": "true", "saml.encryption.algorithm": algorithm,
            "saml.encryption.keyAlgorithm": "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p",
            "saml.encryption.digestMethod": "http://www.w3.org/2000/09/xmldsig#sha1"}


class Provider:
    """A service provider. `front`: the server has to send the browser to tell it of a logout;
    otherwise it tells it itself, by `binding`."""

    name = command = binding = None
    front = False
    scheme = "http"
    metadata_path, login_path, logout_path = "/metadata", "/login", "/logout"
    attributes = {}  # of its client, beside what its metadata says

    def __init__(self, folder):
        self.folder = folder / self.name
        self.folder.mkdir()
        self.port = free_port()
        self.url = f"{self.scheme}://127.0.0.1:{self.port}"
        self.log_path = self.folder / "log"
        self.trusted = True  # what `requests` verifies certificates with
        self.process = self.client_id = None
        key_pair(self.folder / "keys")

    # ---- life

    def start(self, server, realm="customers"):
        """Starts it, and makes it a client of the realm."""
        answer = requests.get(f"{server.realm_url(realm)}/protocol/saml/descriptor", timeout=60)
        assert answer.status_code == 200, answer.text
        (self.folder / "provider.xml").write_text(answer.text)
        (self.folder / "settings.json").write_text(json.dumps({
            "port": self.port, "url": self.url, "folder": str(self.folder),
            "key": str(self.folder / "keys" / "sp.key"),
            "certificate": str(self.folder / "keys" / "sp.pem"),
            "provider": str(self.folder / "provider.xml"), "issuer": server.realm_url(realm),
            "secret": secrets.token_urlsafe(32), "modules": str(NODE_PACKAGES)}))
        self.prepare()
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                [str(word) for word in self.command_line()], cwd=self.folder,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUNBUFFERED": "1",
                     **self.environment()})
        wait_for(self.answers, f"{self.name} answers", 60)
        client = self.client()
        self.client_id = client["clientId"]
        server.admin(realm).request("POST", "/clients", 201, json=client)
        return self

    def prepare(self):
        """What a kind needs before it starts."""

    def environment(self):
        return {}

    def answers(self):
        assert self.process.poll() is None, f"{self.name} has ended:\n{self.log()[-4000:]}"
        try:
            return requests.get(self.url + "/", timeout=20, verify=self.trusted).ok
        except requests.RequestException:
            return False

    def log(self):
        return self.log_path.read_text(errors="replace")

    def stop(self):
        if self.process is None or self.process.poll() is not None:
            return
        os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self.process = None

    # ---- at the server

    def metadata(self):
        answer = requests.get(self.url + self.metadata_path, timeout=60, verify=self.trusted)
        assert answer.status_code == 200, f"{answer.text[:2000]}\n{self.log()[-4000:]}"
        return answer.text

    def client(self):
        """The client that its own metadata describes."""
        entity = xml.etree.ElementTree.fromstring(self.metadata())
        role = entity.find(METADATA + "SPSSODescriptor")
        attributes = {
            "saml.client.signature": "true", "saml.server.signature": "true",
            "saml.assertion.signature": "true", "saml.signature.algorithm": "RSA_SHA256",
            "saml.authnstatement": "true", "saml.force.post.binding": "true",
            "saml_name_id_format": "username", "saml_force_name_id_format": "false"}
        redirects = []
        for consumer in role.findall(METADATA + "AssertionConsumerService"):
            redirects.append(consumer.get("Location"))
            if BINDINGS.get(consumer.get("Binding")) == "post":
                attributes["saml_assertion_consumer_url_post"] = consumer.get("Location")
        for logout in role.findall(METADATA + "SingleLogoutService"):
            binding = BINDINGS[logout.get("Binding")]
            attributes[f"saml_single_logout_service_url_{binding}"] = logout.get("Location")
        for key in role.findall(METADATA + "KeyDescriptor"):
            certificate = "".join(next(key.iter(SIGNATURE + "X509Certificate")).text.split())
            if key.get("use", "signing") == "signing":
                attributes["saml.signing.certificate"] = certificate
            if key.get("use", "encryption") == "encryption":
                attributes["saml.encryption.certificate"] = certificate
        return {
            "clientId": entity.get("entityID"), "protocol": "saml", "enabled": True,
            "name": self.name, "redirectUris": redirects, "frontchannelLogout": self.front,
            "fullScopeAllowed": True, "attributes": {**attributes, **self.attributes},
            "protocolMappers": [{
                "name": "email", "protocol": "saml",
                "protocolMapper": "saml-user-property-mapper",
                "config": {"user.attribute": "email", "attribute.name": "email",
                           "attribute.nameformat": "Basic", "friendly.name": "email"}}]}


    # ---- in the browser

    def tell(self, page):
        """What failed, for the message of an assertion."""
        return f"{self.name}: {page.status} {page.url[:300]}\n{page.text[:3000]}\n" \
               f"{self.log()[-6000:]}"

    def open(self, browser, path):
        browser.session.verify = self.trusted
        return settle(browser.open(self.url + path))

    def sign_in(self, browser, user="ada", password="lovelace"):
        """Fills in the login form if one comes; whether one came."""
        page = self.open(browser, self.login_path)
        asked = page.is_login()
        if asked:
            page = settle(page.submit("kc-login", username=user, password=password))
        assert page.url == self.url + "/" and page.status == 200, self.tell(page)
        assert page.ids.get("user") == f"{user}@example.org", self.tell(page)
        return asked

    def is_signed_in(self, browser):
        page = self.open(browser, "/")
        assert page.status == 200 and {"user", "nobody"} & set(page.ids), self.tell(page)
        return "user" in page.ids

    def sign_out(self, browser):
        """Begins a logout at the site and follows to its end, which is at the site again."""
        page = self.open(browser, self.logout_path)
        assert page.url == self.url + "/" and page.status == 200, self.tell(page)
        assert "nobody" in page.ids, self.tell(page)
        return page


class Pysaml2(Provider):
    name, binding = "pysaml2", "soap"
    attributes = encrypted("http://www.w3.org/2009/xmlenc11#aes128-gcm")

    def command_line(self):
        return [PYTHON, SITES / "with_pysaml2.py", self.folder / "settings.json"]


class Python3Saml(Provider):
    name, front, binding = "python3-saml", True, "redirect"
    attributes = encrypted("http://www.w3.org/2009/xmlenc11#aes256-gcm")

    def command_line(self):
        return [PYTHON, SITES / "with_python3_saml.py", self.folder / "settings.json"]


class Djangosaml2(Provider):
    name, front, binding = "djangosaml2", True, "post"
    metadata_path = "/saml2/metadata/"
    login_path, logout_path = "/saml2/login/?next=/", "/saml2/logout/"

    def command_line(self):
        return [PYTHON, SITES / "with_djangosaml2.py", self.folder / "settings.json"]


class NodeSaml(Provider):
    name, binding = "node-saml", "post"

    def environment(self):
        return {"PATH": f"{os.environ['PATH']}:{ROOT / '.cache' / 'node' / 'bin'}"}

    def command_line(self):
        return ["node", SITES / "with_node_saml.mjs", self.folder / "settings.json"]


class SimpleSamlPhp(Provider):
    name, front, binding = "simplesamlphp", True, "redirect"
    attributes = encrypted("http://www.w3.org/2001/04/xmlenc#aes128-cbc")
    metadata_path = "/simplesaml/module.php/saml/sp/metadata.php/default-sp"

    def prepare(self):
        pages = self.folder / "pages"
        pages.mkdir()
        (pages / "index.php").symlink_to(SITES / "simplesamlphp" / "index.php")
        (pages / "simplesaml").symlink_to("/usr/share/simplesamlphp/www")

    def environment(self):
        return {"SIMPLESAMLPHP_CONFIG_DIR": str(SITES / "simplesamlphp"),
                "SITE_SETTINGS": str(self.folder / "settings.json")}

    def command_line(self):
        return ["php", "-S", f"127.0.0.1:{self.port}", "-t", self.folder / "pages"]


class Mellon(Provider):
    """Apache; its certificate is of a private authority (`authority` is that one's file)."""

    name, binding, scheme = "mellon", "soap", "https"
    metadata_path = "/mellon/metadata"

    def __init__(self, folder):
        # Where root starts Apache, it reads its pages as somebody else, who may not look into
        # the folders of the tests.
        super().__init__(pathlib.Path(tempfile.mkdtemp(prefix="curfew-mellon-")))
        self.folder.parent.chmod(0o755)
        self.authority, _ = private_ca(self.folder / "tls")
        self.trusted = str(self.authority)
        self.attributes = {**encrypted("http://www.w3.org/2001/04/xmlenc#aes256-cbc"),
                           "curfew.outgoing.ca": self.authority.read_text()}
        self.login_path = f"/mellon/login?ReturnTo={self.url}/"
        self.logout_path = f"/mellon/logout?ReturnTo={self.url}/"

    def prepare(self):
        (self.folder / "pages").mkdir()
        shutil.copy(SITES / "mellon.shtml", self.folder / "pages" / "index.shtml")

    def command_line(self):
        defines = {"FOLDER": self.folder, "PORT": self.port, "URL": self.url,
                   "MODULES": APACHE_MODULES}
        words = ["/usr/sbin/apache2", "-D", "FOREGROUND"]
        if os.getuid() == 0:
            words += ["-D", "ROOT"]
        for name, value in defines.items():
            words += ["-C", f"Define {name} {value}"]
        return [*words, "-f", SITES / "mellon.conf"]

    def stop(self):
        super().stop()
        shutil.rmtree(self.folder.parent, ignore_errors=True)


KINDS = {kind.name: kind for kind in (Mellon, Pysaml2, Python3Saml, Djangosaml2, NodeSaml,
                                      SimpleSamlPhp)}
