"""The program and its folder: a full disk, a folder that is taken, SIGTERM under load, HTTPS,
proxies, the configured host, keys that are lost."""

import os
import shutil
import socket
import ssl
import stat
import subprocess
import threading
import time

import pytest
import requests

from support import realm as realms
from support import wait_for
from support.browser import App, Browser, Tokens
from support.server import Server, free_port


def only_sqlite(engine):
    if engine != "sqlite":
        pytest.skip("it is about the data folder")


def token_answer(server, **fields):
    return requests.post(server.endpoint("token"), timeout=60, data={
        "client_id": "ovirt-engine", "client_secret": "ovirt-engine-secret", **fields})


def password_grant(server):
    return token_answer(server, grant_type="password", username="bob", password="builder")


@pytest.fixture
def small_disk(tmp_path):
    """A file system of few megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", folder],
                      capture_output=True, check=False).returncode != 0:
        pytest.skip("tmpfs cannot be mounted here")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def test_a_full_disk_is_survived(make, engine, small_disk, tmp_path):
    """503 and nothing half done; with room again it goes on by itself."""
    only_sqlite(engine)
    server = make.server(start=False)
    server.data = small_disk / "data"
    server.start(realms.write(realms.customers({}), tmp_path))
    tokens = Tokens(password_grant(server).json())
    filler = small_disk / "filler"
    with open(filler, "wb") as file:
        try:
            while True:
                file.write(b"x" * 65536)
                file.flush()
        except OSError:
            pass
    answers = [password_grant(server) for _ in range(40)]
    refused = [one for one in answers if one.status_code != 200]
    assert refused, "the disk is not full"
    assert {one.status_code for one in refused} == {503}, refused[0].text
    good = [Tokens(one.json()) for one in answers if one.status_code == 200]
    answer = token_answer(server, grant_type="refresh_token", refresh_token=tokens.refresh)
    assert answer.status_code in (200, 503)
    filler.unlink()
    wait_for(lambda: password_grant(server).status_code == 200, "it has recovered", 30)
    for one in [tokens, *good]:
        answer = token_answer(server, grant_type="refresh_token", refresh_token=one.refresh)
        assert answer.status_code == 200, "what was acknowledged is there"
    server.kill()
    server.start()
    for one in [tokens, *good]:
        answer = token_answer(server, grant_type="refresh_token", refresh_token=one.refresh)
        assert answer.status_code == 200, "and durable"


def test_the_folder_and_its_key_are_for_their_owner(make, engine):
    only_sqlite(engine)
    server = make.server(realms.customers({}))
    for path in [server.data, *server.data.iterdir()]:
        assert not path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO) or path.name in (
            "lock", "curfew.sock"), f"{path.name} is open to others"


def test_another_key_than_the_stores_is_refused(make, engine):
    """A lost key is said at the start, not at every login."""
    only_sqlite(engine)
    server = make.server(realms.customers({}))
    server.stop()
    key = server.data / "seal.key"
    kept = key.read_bytes()
    for content in (None, b"", b"A" * 43, b"no key"):
        key.unlink()
        if content is not None:
            key.write_bytes(content)
        server.launch()
        assert server.died() == 1, f"it starts with the key {content}"
        if key.exists():
            assert content is not None, "a fresh key was made beside a store that needs another"
        else:
            key.touch()
    key.write_bytes(kept)
    server.start()
    assert password_grant(server).status_code == 200


def test_a_socket_of_a_dead_server_is_in_nobodys_way(make, engine):
    only_sqlite(engine)
    server = make.server(realms.customers({}))
    server.kill()
    assert (server.data / "curfew.sock").exists()
    server.start()
    assert server.curfew_json("realm", "list")


def test_ports_that_are_taken_are_named(make, engine):
    only_sqlite(engine)
    server = make.server(start=False)
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", server.port))
        holder.listen()
        server.launch()
        assert server.died() == 1
    assert str(server.port) in server.log()
    server.start()


def test_sigterm_under_load_fails_no_request(make):
    """What has been read is answered; afterwards connections are refused; what was given is
    good after the restart."""
    server = make.server(realms.customers({}))
    given, odd, stop = [], [], threading.Event()

    def work():
        while not stop.is_set():
            try:
                answer = password_grant(server)
            except requests.RequestException:
                return
            if answer.status_code == 200:
                given.append(Tokens(answer.json()))
            elif answer.status_code != 503:
                odd.append(answer.text)

    threads = [threading.Thread(target=work) for _ in range(12)]
    for one in threads:
        one.start()
    wait_for(lambda: len(given) > 20, "there is load")
    server.stop()
    stop.set()
    for one in threads:
        one.join()
    assert not odd
    server.start()
    for one in given[-20:]:
        answer = token_answer(server, grant_type="refresh_token", refresh_token=one.refresh)
        assert answer.status_code == 200, answer.text


def certificate(folder, name):
    key, cert = folder / f"{name}.key", folder / f"{name}.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-days", "2", "-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1",
         "-keyout", key, "-out", cert], check=True, capture_output=True)
    return key, cert


def served_name(port):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection(("127.0.0.1", port), 10) as plain:
        with context.wrap_socket(plain) as secured:
            return ssl.DER_cert_to_PEM_cert(secured.getpeercert(True))


def test_https_and_a_new_certificate_without_a_restart(make, engine, tmp_path):
    only_sqlite(engine)
    key, cert = certificate(tmp_path, "first")
    second_key, second = certificate(tmp_path, "second")
    server = make.server(start=False, flags=("--tls-cert", cert, "--tls-key", key))
    server.start(realms.write(realms.customers({}), tmp_path))
    url = f"https://127.0.0.1:{server.port}/realms/customers"
    found = requests.get(url + "/.well-known/openid-configuration", verify=cert, timeout=60)
    assert found.json()["issuer"] == url
    page = requests.get(url + "/protocol/openid-connect/auth", verify=cert, timeout=60, params={
        "client_id": "django-shop", "response_type": "code", "scope": "openid",
        "redirect_uri": "http://127.0.0.1:8001/cb"})
    assert "Secure" in page.headers["set-cookie"] and "SameSite=None" in page.headers["set-cookie"]
    assert served_name(server.port).strip() == cert.read_text().strip()
    # Half a certificate changes nothing; a whole one is served at once.
    kept = cert.read_text()
    cert.write_text(kept[:100])
    os.kill(server.process.pid, 1)
    wait_for(lambda: "stay as they were" in server.log(), "it says so")
    assert served_name(server.port).strip() == kept.strip()
    shutil.copy(second_key, key)
    shutil.copy(second, cert)
    os.kill(server.process.pid, 1)
    wait_for(lambda: served_name(server.port).strip() == second.read_text().strip(), "the new one")
    with socket.create_connection(("127.0.0.1", server.port), 10) as plain:
        plain.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        assert b"200" not in plain.recv(100), "plain HTTP at the port of HTTPS"


FORWARDED = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https",
             "X-Forwarded-Host": "sso.example.org", "X-Forwarded-Port": "443",
             "Forwarded": "for=203.0.113.9;proto=https;host=sso.example.org"}


def issuer(server, **headers):
    answer = requests.get(server.realm_url() + "/.well-known/openid-configuration",
                          headers=headers, timeout=60)
    return answer.json().get("issuer") if answer.ok else answer.status_code


def last_address(server):
    password = token_answer(server, grant_type="password", username="bob", password="wrong")
    assert password.status_code in (400, 401)
    return server.admin().events("LOGIN_ERROR")[0]["ipAddress"]


def test_proxy_headers_of_nobody_count_for_nothing(make, engine, tmp_path):
    only_sqlite(engine)
    server = make.server(realms.customers({}))
    assert issuer(server, **FORWARDED) == server.realm_url()
    requests.post(server.endpoint("token"), timeout=60, headers=FORWARDED, data={
        "client_id": "ovirt-engine", "client_secret": "ovirt-engine-secret",
        "grant_type": "password", "username": "bob", "password": "wrong"})
    assert server.admin().events("LOGIN_ERROR")[0]["ipAddress"] == "127.0.0.1"


@pytest.mark.parametrize("hostname", ["https://sso.example.org", "https://sso.example.org/auth"])
def test_the_configured_host_is_the_issuer_and_plain_cookies_are_secure(
        make, engine, tmp_path, hostname):
    only_sqlite(engine)
    server = make.server(start=False, flags=("--hostname", hostname))
    server.start(realms.write(realms.customers({}), tmp_path))
    for host in ("evil.example", "127.0.0.1", "sso.example.org", "[::1]:1", "a" * 200):
        found = issuer(server, Host=host, **FORWARDED)
        assert found == hostname + "/realms/customers", host
    url = f"{server.url}/auth/realms/customers/.well-known/openid-configuration"
    assert requests.get(url, timeout=60).json()["issuer"] == hostname + "/realms/customers"
    # Behind a proxy that tells us nothing the form still works, from its own address.
    sink = make.sink()
    browser = Browser()
    app = App(server, "django-shop", "http://127.0.0.1:8001", "django-shop-secret")
    page = app.authorize(browser)
    assert page.is_login() and page.forms[0].action.startswith(hostname + "/realms/")
    cookies = page.headers["set-cookie"]
    assert "Secure" in cookies and "SameSite=None" in cookies, cookies
    fields = {**page.forms[0].press(), "username": "ada", "password": "lovelace"}
    target = page.forms[0].action.replace(hostname, server.url)
    answer = browser.open(target, "POST", follow=False, data=fields, headers={
        "Origin": "https://sso.example.org", "Sec-Fetch-Site": "same-origin"})
    assert answer.status == 302 and answer.query()["iss"] == hostname + "/realms/customers"
    old = browser.open(target, "POST", follow=False, data=fields, headers={
        "Origin": "https://sso.example.org"})
    assert old.status != 403, "a browser without Sec-Fetch-Site"
    evil = browser.open(target, "POST", follow=False, data=fields, headers={
        "Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"})
    assert evil.status == 403
    assert sink.url


def test_check_and_show_config_touch_nothing(make, engine, tmp_path):
    only_sqlite(engine)
    server = make.server(start=False, env={"CURFEW_BOOTSTRAP_ADMIN_PASSWORD": "very-secret-word"})
    for flags in (("--check",), ("--show-config",)):
        done = subprocess.run([str(server.binary), "serve", "--data", tmp_path / "none", *flags],
                              capture_output=True, text=True, timeout=60, check=False,
                              env=server.environment())
        assert done.returncode == 0, done.stderr
        assert "very-secret-word" not in done.stdout + done.stderr
        assert not (tmp_path / "none").exists()
    for words in (("--nosuch",), ("--listen", "x"), ("--db", "mysql://x"), ("--workers", "many")):
        done = subprocess.run([str(server.binary), "serve", "--data", tmp_path / "none", *words],
                              capture_output=True, text=True, timeout=60, check=False,
                              env=server.environment())
        assert done.returncode in (1, 2), words


def test_the_first_start_is_killed_anywhere(make, engine):
    """Whenever it ends, the next start gives a server whose administrator gets in."""
    server = make.server(start=False)
    assert isinstance(server, Server) and free_port()
    for pause in (0.02, 0.05, 0.08, 0.12, 0.16, 0.2, 0.3):
        server.launch()
        time.sleep(pause)
        if server.process.poll() is None:
            server.kill()
        else:
            server.died()
    server.start()
    assert server.admin("master").get("/users")
