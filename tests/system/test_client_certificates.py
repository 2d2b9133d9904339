"""Keys of clients: made, uploaded and downloaded, in the formats of OpenSSL and in Java's."""

import base64
import hashlib
import json
import subprocess

import pytest

REALM = {"realm": "keys", "enabled": True, "sslRequired": "none"}


@pytest.fixture(scope="module")
def server(shared):
    return shared.server(REALM)


@pytest.fixture
def admin(server):
    return server.admin("keys")


@pytest.fixture
def client(admin):
    made = admin.request("POST", "/clients", 201, json={"clientId": "signer"})
    path = "/clients/" + made.headers["location"].rpartition("/")[2]
    yield path
    admin.request("DELETE", path, 204)


def openssl(*arguments, **more):
    done = subprocess.run(["openssl", *arguments], capture_output=True, check=True, timeout=60, **more)
    return done.stdout


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A key, its certificate and both in an archive."""
    folder = tmp_path_factory.mktemp("keys")
    key, certificate, archive = (str(folder / name) for name in ("key.pem", "crt.pem", "all.p12"))
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate,
            "-subj", "/CN=test", "-days", "30")
    openssl("pkcs12", "-export", "-inkey", key, "-in", certificate, "-name", "myalias",
            "-passout", "pass:storepw", "-out", archive)
    openssl("pkcs12", "-export", "-inkey", key, "-in", certificate, "-name", "myalias", "-iter",
            "70000", "-nomaciter", "-passout", "pass:storepw", "-out", str(folder / "slow.p12"))
    return folder


def upload(admin, client, attribute, how, expect, form, content, **fields):
    fields = {"keystoreFormat": form, **fields}
    return admin.request("POST", f"{client}/certificates/{attribute}/{how}", expect, data=fields,
                         files={"file": ("file", content)})


def costly(archive):
    """The archive, whose keys then take their password more often than anyone waits for."""
    made = archive.replace((70000).to_bytes(3), b"\x7f\xff\xff")
    assert made != archive
    return made


def der(pem):
    return "".join(line for line in pem.splitlines() if not line.startswith("-----"))


def test_a_key_is_made(admin, client):
    path = client + "/certificates/jwt.credential"
    assert admin.get(path) == {}
    made = admin.request("POST", path + "/generate", 200).json()
    assert made.keys() == {"privateKey", "certificate"} and admin.get(path) == made
    attributes = admin.get(client)["attributes"]
    assert attributes["jwt.credential.certificate"] == made["certificate"]
    assert attributes["jwt.credential.private.key"] == made["privateKey"]
    text = openssl("x509", "-inform", "DER", "-noout", "-subject", "-text",
                   input=base64.b64decode(made["certificate"])).decode()
    assert "CN = signer" in text and "4096 bit" in text
    openssl("rsa", "-inform", "DER", "-check", "-noout", input=base64.b64decode(made["privateKey"]))
    again = admin.request("POST", path + "/generate", 200).json()
    assert again["certificate"] != made["certificate"]
    assert admin.get(client + "/certificates/saml.signing") == {}
    admin.request("POST", "/clients/nosuch/certificates/jwt.credential/generate", 404)
    admin.request("GET", "/clients/nosuch/certificates/jwt.credential", 404)


def test_certificates_are_uploaded(admin, client, files):
    pem = (files / "crt.pem").read_text()
    path = client + "/certificates/jwt.credential"
    answer = upload(admin, client, "jwt.credential", "upload-certificate", 200, "Certificate PEM", pem)
    assert answer.json() == {"certificate": der(pem)} == admin.get(path)
    public = openssl("x509", "-noout", "-pubkey", input=pem.encode()).decode()
    answer = upload(admin, client, "jwt.credential", "upload-certificate", 200, "Public Key PEM", public)
    assert answer.json() == {"publicKey": der(public)} == admin.get(path)
    modulus = openssl("x509", "-noout", "-modulus", input=pem.encode()).decode().strip()
    number = base64.urlsafe_b64encode(bytes.fromhex(modulus.partition("=")[2])).rstrip(b"=").decode()
    keys = {"keys": [{"kty": "RSA", "use": "sig", "kid": "k1", "alg": "RS256", "n": number, "e": "AQAB"}]}
    answer = upload(admin, client, "jwt.credential", "upload-certificate", 200, "JSON Web Key Set",
                    json.dumps(keys))
    assert answer.json() == {"publicKey": der(public), "kid": "k1"} == admin.get(path)
    attributes = admin.get(client)["attributes"]
    assert "jwt.credential.certificate" not in attributes and attributes["jwt.credential.kid"] == "k1"


def test_archives_come_and_go(admin, client, files, tmp_path):
    archive = (files / "all.p12").read_bytes()
    path = client + "/certificates/saml.signing"
    words = {"keyAlias": "MyAlias", "keyPassword": "storepw", "storePassword": "storepw"}
    answer = upload(admin, client, "saml.signing", "upload", 200, "PKCS12", archive, **words)
    assert answer.json()["certificate"] == der((files / "crt.pem").read_text())
    assert admin.get(path) == answer.json() and answer.json()["privateKey"]
    answer = admin.request("POST", path + "/download", 200, json={
        "format": "PKCS12", "keyAlias": "al", "keyPassword": "kp", "storePassword": "sp",
        "realmCertificate": True, "realmAlias": "of the realm"})
    assert answer.headers["content-type"] == "application/octet-stream"
    (tmp_path / "got.p12").write_bytes(answer.content)
    got = openssl("pkcs12", "-in", str(tmp_path / "got.p12"), "-passin", "pass:sp", "-nodes").decode()
    assert got.count("BEGIN CERTIFICATE") == 2 and "friendlyName: of the realm" in got
    key = openssl("rsa", "-modulus", "-noout", input=got.encode())
    assert key == openssl("x509", "-modulus", "-noout", "-in", str(files / "crt.pem"))
    # What was downloaded can be uploaded; a public part alone needs no key.
    upload(admin, client, "saml.encryption", "upload", 200, "PKCS12", answer.content,
           keyAlias="al", storePassword="sp")
    answer = upload(admin, client, "saml.encryption", "upload-certificate", 200, "PKCS12",
                    answer.content, keyAlias="of the realm", storePassword="sp")
    assert answer.json().keys() == {"certificate"} == admin.get(
        client + "/certificates/saml.encryption").keys()


class Jks:
    """A key store of Java's: by alias the certificate, and the key as PKCS#8."""

    def __init__(self, data, store_password, key_password):
        digest = hashlib.sha1(store_password.encode("utf-16-be") + b"Mighty Aphrodite" + data[:-20])
        assert digest.digest() == data[-20:]
        self.data, self.at, self.certificates, self.keys = data, 0, {}, {}
        assert self.take(8) == bytes.fromhex("feedfeed00000002")
        for _ in range(self.number(4)):
            tag, alias, _ = self.number(4), self.take(self.number(2)).decode(), self.take(8)
            if tag == 1:
                self.keys[alias] = self.opened(self.take(self.number(4)), key_password)
                assert self.number(4) == 1
            assert self.take(self.number(2)) == b"X.509"
            self.certificates[alias] = self.take(self.number(4))
        assert self.at == len(data) - 20

    def take(self, n):
        self.at += n
        return self.data[self.at - n:self.at]

    def number(self, n):
        return int.from_bytes(self.take(n), "big")

    @staticmethod
    def opened(box, password):
        head, _, octets = box.partition(bytes.fromhex("300c060a2b060104012a021101010482"))
        assert head[:2] == b"\x30\x82" and len(octets) == 2 + int.from_bytes(octets[:2], "big")
        octets = octets[2:]
        password, last, plain = password.encode("utf-16-be"), octets[:20], b""
        for i in range(20, len(octets) - 20, 20):
            last = hashlib.sha1(password + last).digest()
            plain += bytes(a ^ b for a, b in zip(octets[i:-20], last))
        assert hashlib.sha1(password + plain).digest() == octets[-20:]
        return plain


def test_key_stores_of_java(admin, client, files, tmp_path):
    path = client + "/certificates/jwt.credential"
    words = {"format": "JKS", "keyAlias": "New", "keyPassword": "kp\u20ac", "storePassword": "sp\u00e9"}
    answer = admin.request("POST", path + "/generate-and-download", 200, json={
        **words, "realmCertificate": False})
    assert answer.headers["content-type"] == "application/octet-stream"
    store = Jks(answer.content, "sp\u00e9", "kp\u20ac")
    made = admin.get(path)
    assert made.keys() == {"certificate"} and list(store.certificates) == ["new"]
    assert base64.b64encode(store.certificates["new"]).decode() == made["certificate"]
    fields = {"keyAlias": "NEW", "storePassword": "sp\u00e9"}
    upload(admin, client, "saml.signing", "upload", 400, "JKS", answer.content, **fields)
    both = upload(admin, client, "saml.signing", "upload", 200, "JKS", answer.content,
                  keyPassword="kp\u20ac", **fields).json()
    assert both["certificate"] == made["certificate"]
    (tmp_path / "key").write_bytes(store.keys["new"])
    key = openssl("pkey", "-inform", "DER", "-in", str(tmp_path / "key"), "-traditional")
    assert der(key.decode()) == both["privateKey"]
    # What the client has, with the realm's beside it; a certificate needs no key's password.
    answer = admin.request("POST", client + "/certificates/saml.signing/download", 200, json={
        **words, "realmCertificate": True})
    store = Jks(answer.content, "sp\u00e9", "kp\u20ac")
    assert store.certificates.keys() == {"new", "keys"} and store.keys.keys() == {"new"}
    for alias in ("keys", "new"):
        got = upload(admin, client, "saml.encryption", "upload-certificate", 200, "JKS", answer.content,
                     keyAlias=alias, storePassword="sp\u00e9").json()
        assert got == {"certificate": base64.b64encode(store.certificates[alias]).decode()}
    for more in ({"storePassword": "sp"}, {"keyAlias": "none"}, {"storePassword": "\U0001f600"}):
        upload(admin, client, "saml.encryption", "upload-certificate", 400, "JKS", answer.content,
               **{**fields, **more})
    for content in (answer.content[:-1], b"x", (files / "all.p12").read_bytes()):
        upload(admin, client, "saml.encryption", "upload-certificate", 400, "JKS", content, **fields)


def test_a_certificate_is_read_for_an_identity_provider(admin, client, files):
    path = "/identity-provider/upload-certificate"
    before = admin.get(client)

    def sent(form, content, status=200):
        return admin.request("POST", path, status, data={"keystoreFormat": form},
                             files={"file": ("file", content)}).json()

    pem = (files / "crt.pem").read_text()
    public = openssl("x509", "-pubkey", "-noout", input=pem.encode()).decode()
    assert sent("Certificate PEM", pem) == {"certificate": der(pem), "publicKey": der(public)}
    assert sent("Public Key PEM", public) == {"publicKey": der(public)}
    for form, content in (("Certificate PEM", "junk"), ("Public Key PEM", "junk"), ("zz", pem),
                          ("", pem), ("Certificate PEM", "")):
        assert sent(form, content, 400)["error"]
    assert admin.get(client) == before


def test_a_key_that_is_downloaded_is_kept_nowhere(admin, client, tmp_path):
    path = client + "/certificates/jwt.credential"
    answer = admin.request("POST", path + "/generate-and-download", 200, json={
        "format": "PKCS12", "keyAlias": "al", "keyPassword": "kp", "storePassword": "sp"})
    (tmp_path / "got.p12").write_bytes(answer.content)
    got = openssl("pkcs12", "-in", str(tmp_path / "got.p12"), "-passin", "pass:sp", "-nodes").decode()
    assert "BEGIN PRIVATE KEY" in got
    assert admin.get(path).keys() == {"certificate"}
    assert der(openssl("x509", input=got.encode()).decode()) == admin.get(path)["certificate"]
    assert not any("private" in name for name in admin.get(client)["attributes"])


def test_bad_uploads_change_nothing(admin, client, files):
    archive = (files / "all.p12").read_bytes()
    pem = (files / "crt.pem").read_text()
    words = {"keyAlias": "myalias", "keyPassword": "storepw", "storePassword": "storepw"}
    upload(admin, client, "jwt.credential", "upload", 200, "PKCS12", archive, **words)
    before = admin.get(client)
    for how, form, content, fields, text in (
            ("upload", "PKCS12", archive, {**words, "keyAlias": "other"}, "certificate-not-found"),
            ("upload", "PKCS12", archive, {**words, "storePassword": "bad"}, "mac verify"),
            ("upload", "PKCS12", archive, {**words, "storePassword": "x" * 300}, "password"),
            ("upload", "PKCS12", archive, {**words, "keyAlias": "x" * 300}, "alias"),
            ("upload", "PKCS12", archive[:-100], words, "PKCS12"),
            ("upload", "PKCS12", costly((files / "slow.p12").read_bytes()), words, "hashed too often"),
            ("upload", "PKCS12", b"\x30\x80" * 1000, words, "PKCS12"),
            ("upload", "JKS", archive, words, "not a JKS key store"),
            ("upload", "BCFKS", archive, words, "Supported keystore formats"),
            ("upload", "<script>", archive, words, "Supported keystore formats"),
            ("upload", "", archive, words, "keystoreFormat cannot be null"),
            ("upload-certificate", "Certificate PEM", b"", {}, "file cannot be empty"),
            ("upload-certificate", "Certificate PEM", "junk", {}, "invalid_input"),
            ("upload-certificate", "Certificate PEM", pem[:200], {}, "invalid_input"),
            ("upload-certificate", "Public Key PEM", "junk", {}, "invalid_input"),
            ("upload-certificate", "JSON Web Key Set", "{}", {}, ""),
            ("upload-certificate", "JSON Web Key Set", '{"keys":[]}', {}, "certificate-not-found"),
            ("upload-certificate", "JSON Web Key Set", "{", {}, "")):
        answer = upload(admin, client, "jwt.credential", how, 400, form, content, **fields)
        assert text in answer.text, answer.text
    path = client + "/certificates/jwt.credential/upload"
    admin.request("POST", path, 415, json={})
    for body in (b"", b"--x", b"--x\r\n\r\n", b"--x\r\n\r\na\r\n--x--", b"junk"):
        admin.request("POST", path, 400, data=body,
                      headers={"content-type": "multipart/form-data; boundary=x"})
    admin.request("POST", path, 400, data=b"x", headers={"content-type": "multipart/form-data"})
    assert admin.get(client) == before


def test_bad_downloads(admin, client):
    path = client + "/certificates/saml.encryption"
    words = {"format": "PKCS12", "keyAlias": "al", "keyPassword": "kp", "storePassword": "sp"}
    assert admin.request("POST", path + "/download", 404, json=words).json() == {
        "error": "keypair not generated for client"}
    for format in ("BCFKS", "jks", "zz", ""):
        answer = admin.request("POST", path + "/generate-and-download", 406, json={**words, "format": format})
        assert answer.json() == {"error": "Not supported keystore format. "
                                          "Supported keystore formats: [JKS, PKCS12]"}
    for gone, word in (("keyPassword", "key"), ("storePassword", "store")):
        answer = admin.request("POST", path + "/generate-and-download", 400, json={**words, gone: ""})
        assert answer.json() == {"error": "password-missing", "error_description":
                                 f"Need to specify a {word} password for jks generation and download"}
    for bad in ({"nosuch": 1}, [], {"keyAlias": "x" * 300, **{k: v for k, v in words.items()
                                                             if k != "keyAlias"}}):
        admin.request("POST", path + "/generate-and-download", 400, json=bad)
    assert admin.get(path) == {}
