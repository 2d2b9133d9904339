"""The real program: started on free ports with a data folder of its own, killed, restarted;
its log is searched for what the sanitizers report."""

import contextlib
import itertools
import json
import os
import pathlib
import re
import secrets
import shutil
import signal
import socket
import sqlite3
import subprocess
import time

import requests

from support import PATIENCE, wait_for

ROOT = pathlib.Path(__file__).resolve().parents[3]
ADMIN, ADMIN_PASSWORD = "admin", "admin-password-of-the-tests"

REPORT = re.compile(
    r"ERROR: \w+Sanitizer|WARNING: \w+Sanitizer|runtime error:|SUMMARY: \w+Sanitizer")


# Below the ports that outgoing connections get. Each process of the suite has a block of its
# own while it holds the block's first port.
BLOCKS, BLOCK = range(10000, 32000, 500), 500


def _ports():
    for first in BLOCKS:
        holder = socket.socket()
        try:
            holder.bind(("127.0.0.1", first))
            holder.listen()
        except OSError:
            holder.close()
            continue
        for number in itertools.count():
            yield first + 1 + number % (BLOCK - 1)  # the holder lives as long as we
    raise AssertionError("no block of ports is left")


_next_port = _ports()


def free_port():
    """A port that nobody takes before it is used."""
    while True:
        port = next(_next_port)
        with socket.socket() as found:
            found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                found.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


class Server:
    """One server. Its data outlives a kill() and a stop(); start() goes on with it."""

    def __init__(self, binary, folder, database=None, flags=(), env=None):
        self.binary, self.folder = binary, folder
        self.data = folder / "data"
        self.log_path = folder / "log"
        self.port, self.management_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.management_url = f"http://127.0.0.1:{self.management_port}"
        self.flags = [*flags, *(["--db", database] if database else [])]
        self.env = dict(env or {})
        self.process = None

    # ---- life

    def environment(self, **more):
        return {
            **{k: v for k, v in os.environ.items() if not k.startswith(("CURFEW_", "KC_"))},
            "ASAN_OPTIONS": "abort_on_error=1:detect_leaks=1:detect_stack_use_after_return=1",
            "UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1",
            "CURFEW_BOOTSTRAP_ADMIN_USERNAME": ADMIN,
            "CURFEW_BOOTSTRAP_ADMIN_PASSWORD": ADMIN_PASSWORD,
            **self.env, **more}

    def launch(self, *imports, **env):
        """Starts it and does not wait."""
        assert self.process is None
        command = [self.binary, "serve", "--data", self.data,
                   "--listen", f"127.0.0.1:{self.port}",
                   "--management", f"127.0.0.1:{self.management_port}", *self.flags]
        for file in imports:
            command += ["--import", file]
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                [str(word) for word in command], cwd=self.folder, stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, start_new_session=True, env=self.environment(**env))

    def start(self, *imports, **env):
        """Starts it and waits until it is ready."""
        self.launch(*imports, **env)
        wait_for(self.is_ready, "the server is ready", 60)
        return self

    def is_ready(self):
        if self.process.poll() is not None:
            code, self.process = self.process.returncode, None
            raise AssertionError(f"the server has ended with {code}:\n{self.log()[-4000:]}")
        try:
            return requests.get(self.management_url + "/health/ready", timeout=5).ok
        except requests.RequestException:
            return False

    def kill(self):
        """SIGKILL, at once."""
        self.process.kill()
        self.process.wait()
        self.process = None

    def stop(self):
        """SIGTERM; everything that it was doing ends well, and the exit code is 0."""
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(60 * PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None
            raise AssertionError("the server does not stop:\n" + self.log()[-4000:]) from None
        self.process = None
        log = self.log()
        crash = log.find("ERROR: AddressSanitizer")
        said = log[crash:crash + 4000] if crash >= 0 else log[-4000:]
        assert code == 0, f"the server stopped with {code}:\n{said}"

    def died(self):
        """Waits until it has ended by itself (a failpoint); its exit code."""
        code = self.process.wait(60)
        self.process = None
        return code

    def finish(self):
        """The end of a test: stops it if it runs, then looks for reports of sanitizers."""
        if self.process is not None:
            self.stop()
        report = REPORT.search(self.log())
        assert not report, f"a sanitizer reports:\n{self.log()[report.start():][:6000]}"

    def log(self):
        return self.log_path.read_text(errors="replace") if self.log_path.is_file() else ""

    def change_rows(self, statement):
        """Changes one row of the store of a server that is down, as one who administers more than
        this server's own API offers."""
        assert self.process is None
        if "--db" in self.flags:
            url = self.flags[self.flags.index("--db") + 1]
            subprocess.run(["psql", "-q", "-v", "ON_ERROR_STOP=1", "-d", url, "-c", statement],
                           check=True, timeout=60)
            return
        with contextlib.closing(sqlite3.connect(self.data / "curfew.sqlite3")) as store, store:
            assert store.execute(statement).rowcount == 1, statement

    # ---- verbs

    def curfew(self, *words, check=True):
        """Runs a verb against this server's data folder."""
        done = subprocess.run(
            [str(self.binary), *map(str, words)], cwd=self.folder, capture_output=True,
            text=True, timeout=120 * PATIENCE, stdin=subprocess.DEVNULL,
            env=self.environment(CURFEW_DATA=str(self.data)))
        assert not REPORT.search(done.stderr), done.stderr
        if check:
            assert done.returncode == 0, f"{words}: {done.returncode}\n{done.stderr}"
        return done

    def curfew_json(self, *words):
        return json.loads(self.curfew(*words, "--json").stdout)

    # ---- administration

    def admin(self, realm="customers"):
        return Admin(self, realm)

    def realm_url(self, realm="customers", prefix=""):
        return f"{self.url}{prefix}/realms/{realm}"

    def endpoint(self, name, realm="customers", prefix=""):
        return f"{self.realm_url(realm, prefix)}/protocol/openid-connect/{name}"


class FirstStart:
    """A server that has made its realm master and stopped. Others go on from copies of it, since
    the keys of that realm cost more than most tests."""

    # Variables of a test that leave the first start as it is.
    HARMLESS = {"CURFEW_CLOCK_FILE"}

    def __init__(self, binary, folder, postgres=None):
        self.postgres = postgres
        self.database = postgres.database() if postgres else None
        self.server = Server(binary, folder, self.database)
        self.server.start().finish()

    def suits(self, env):
        """Whether a server with these variables may go on from it."""
        return set(env or {}) <= self.HARMLESS

    def copy_database(self):
        """The URL of a database like ours; None where the data folder holds it."""
        return self.postgres.database(self.database) if self.postgres else None

    def copy_data(self, server):
        shutil.copytree(self.server.data, server.data)


class Admin:
    """The admin REST API of one realm, as its administrator."""

    def __init__(self, server, realm):
        self.server, self.realm = server, realm
        self.token, self.until = None, 0

    def bearer(self):
        if time.monotonic() > self.until:
            answer = requests.post(
                self.server.endpoint("token", "master"), timeout=60,
                data={"grant_type": "password", "client_id": "admin-cli", "username": ADMIN,
                      "password": ADMIN_PASSWORD})
            assert answer.ok, f"no token for the administrator: {answer.text}"
            self.token, self.until = answer.json()["access_token"], time.monotonic() + 30
        return {"authorization": "Bearer " + self.token}

    def request(self, method, path, expect=None, headers=None, **more):
        answer = requests.request(
            method, f"{self.server.url}/admin/realms/{self.realm}{path}",
            headers={**self.bearer(), **(headers or {})}, timeout=60, **more)
        if expect is not None:
            assert answer.status_code == expect, f"{method} {path}: {answer.status_code} " \
                                                 f"{answer.text[:500]}"
        return answer

    def get(self, path="", **params):
        return self.request("GET", path, 200, params=params).json()

    def create_realm(self, representation, expect=201):
        answer = requests.post(f"{self.server.url}/admin/realms", json=representation,
                               headers=self.bearer(), timeout=60)
        assert answer.status_code == expect, f"{answer.status_code} {answer.text[:500]}"
        return answer

    def user(self, username):
        users = self.get("/users", username=username, exact="true")
        assert len(users) == 1, users
        return users[0]

    def sessions(self, username):
        return self.get(f"/users/{self.user(username)['id']}/sessions")

    def events(self, kind=None, **params):
        return self.get("/events", max=500, **({"type": kind} if kind else {}), **params)

    def signouts(self, **params):
        """Receipts, newest first."""
        return [Receipt(one) for one in self.get("/signouts", **params)]

    def receipt(self, session_id, **params):
        """The receipt of one session's end."""
        found = [one for one in self.signouts(**params) if one.session_id == session_id]
        assert len(found) == 1, f"{len(found)} receipts of {session_id}"
        return found[0]


class Receipt:
    """A sign-out with its deliveries, from the JSON of the admin REST API and of the verbs.
    The one place here that knows the names of its fields."""

    def __init__(self, representation):
        self.json = representation
        self.id = representation["id"]
        self.door = representation["door"]
        self.session_id = representation.get("sessionId")
        self.username = representation.get("username")
        self.initiator = representation.get("initiator")
        self.deliveries = {one["clientId"]: Delivery(one)
                           for one in representation.get("deliveries", [])}

    def states(self):
        return {client: one.state for client, one in self.deliveries.items()}


class Delivery:
    def __init__(self, representation):
        self.json = representation
        self.channel = representation["channel"]
        self.state = representation["state"]
        self.attempts = representation.get("attempts", 0)
        self.http_status = representation.get("httpStatus")
        self.reason = representation.get("reason") or ""


class Postgres:
    """One throw-away PostgreSQL for the whole run; each server gets a database of it."""

    def __init__(self):
        self.process = subprocess.Popen(
            [ROOT / "tests/store/with-postgres", "sh", "-c", "echo $CURFEW_TEST_PG; exec cat"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True)
        self.url = self.process.stdout.readline().strip()
        assert self.url.startswith("postgresql://"), "PostgreSQL does not start"

    def database(self, like=None):
        """The URL of a new database, empty or like another that nobody is connected to."""
        name = f"system_{secrets.token_hex(6)}"
        template = f" template {like.rpartition('/')[2]}" if like else ""
        subprocess.run(["psql", "-q", "-d", self.url, "-c", f"create database {name}{template}"],
                       check=True, timeout=60)
        return self.url.rpartition("/")[0] + "/" + name

    def stop(self):
        self.process.stdin.close()
        self.process.wait(180)
