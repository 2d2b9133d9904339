"""Keycloak itself, with a data folder of its own."""

import json
import os
import shutil
import signal
import subprocess
import time

import requests

from support.server import ROOT, free_port

HOME = ROOT / ".cache" / "keycloak" / "lib" / "keycloak-26.7.0"
ADMIN = PASSWORD = "admin"


def why_not():
    """Why it cannot run here, or None."""
    if not shutil.which("java"):
        return "there is no Java"
    return None if HOME.is_dir() else "Maven could not get Keycloak's distribution (see ./test)"


def link(source, target):
    """What it builds when it starts it writes into its own folder: that is copied."""
    if "/lib/quarkus/" in source:
        return shutil.copy2(source, target)
    try:
        os.link(source, target)
    except OSError:  # another file system
        shutil.copy2(source, target)
    return target


class Keycloak:
    """Started with the realms of the files in `imported`."""

    def __init__(self, folder, imported):
        self.home, self.log = folder / "keycloak", folder / "keycloak.log"
        shutil.copytree(HOME, self.home, copy_function=link)
        shutil.copytree(imported, self.home / "data" / "import")
        port = free_port()
        self.url = f"http://localhost:{port}"
        env = {k: v for k, v in os.environ.items() if not k.startswith("KC_")}
        env.update(KC_BOOTSTRAP_ADMIN_USERNAME=ADMIN, KC_BOOTSTRAP_ADMIN_PASSWORD=PASSWORD,
                   JAVA_OPTS_KC_HEAP="-Xms128m -Xmx600m",
                   JAVA_OPTS_APPEND="-XX:TieredStopAtLevel=1")
        with open(self.log, "w", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                ["bash", self.home / "bin" / "kc.sh", "start-dev", "--import-realm", "--http-port",
                 str(port), "--http-management-port", str(free_port()), "--cache", "local"],
                env=env, stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                start_new_session=True)
        self.wait()

    def wait(self, seconds=900):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            assert self.process.poll() is None, self.log.read_text()[-5000:]
            try:
                if requests.get(self.url + "/realms/master", timeout=30).ok:
                    return
            except requests.ConnectionError:
                time.sleep(0.5)
        raise AssertionError(self.log.read_text()[-5000:])

    def stop(self):
        os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(60)

    def get(self, path, realm="customers", **params):
        token = requests.post(
            f"{self.url}/realms/master/protocol/openid-connect/token", timeout=60,
            data={"grant_type": "password", "client_id": "admin-cli", "username": ADMIN,
                  "password": PASSWORD}).json()["access_token"]
        answer = requests.get(f"{self.url}/admin/realms/{realm}{path}", params=params, timeout=60,
                              headers={"authorization": "Bearer " + token})
        assert answer.ok, f"{path}: {answer.status_code} {answer.text[:500]}"
        return json.loads(answer.text)
