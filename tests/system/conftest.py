"""Fixtures of the system tests. Each test gets what it asks for and nothing is left behind:
servers are stopped (and have to stop well), their logs searched for sanitizer reports."""

import collections
import pathlib

import pytest
from selenium import webdriver

from support import realm as realms
from support.browser import App, Browser
from support.server import ROOT, FirstStart, Postgres, Server
from support.sink import Sink
from support.sites import Sites

ENGINES = ("sqlite", "postgres")


def pytest_addoption(parser):
    parser.addoption("--curfew", type=pathlib.Path, default=ROOT / "build/test/src/curfew",
                     help="the program (build/test/src/curfew)")
    parser.addoption("--engines", default=",".join(ENGINES), help="which stores: sqlite,postgres")
    parser.addoption("--every-engine", action="store_true",
                     help="on PostgreSQL also what is about no store (any_engine)")
    parser.addoption("--share", default="1/1", metavar="I/N",
                     help="the I-th of N shares of the files, of about the same size")
    parser.addoption("--kills", type=int, default=20, help="kills in the crash tests")


def pytest_generate_tests(metafunc):
    if "engine" in metafunc.fixturenames:
        chosen = metafunc.config.getoption("--engines").split(",")
        metafunc.parametrize("engine", chosen, scope="session")


# Seconds that a test of these files takes; those of others take about two.
SECONDS = {
    "test_kcadm": 30, "test_attacks_outbox": 28, "test_clock": 17, "test_journey_django": 12,
    "test_account_browser": 11, "test_crash": 10, "test_admin_libraries": 9,
    "test_key_rotation": 9, "test_attacks_races": 8, "test_import_export": 8,
    "test_client_certificates": 6, "test_door_table": 6, "test_keycloak": 6,
    "test_lifespans": 6, "test_outbox": 6, "test_races_disabled": 6, "test_doors": 5,
    "test_metrics": 5, "test_receipts": 5, "test_saml_back_channel": 5, "test_attacks_main": 4,
    "test_consent": 4, "test_disabled": 4, "test_mail": 4, "test_operator_page": 4,
    "test_plan": 4, "test_session_iframe": 4, "test_session_limits": 4, "test_sick_disk": 4,
    "test_admin_infrastructure": 0.5, "test_attacks_admin": 0.34, "test_every_route": 0.3,
    "test_token_kinds": 0.17, "test_recorded": 0.15, "test_proxy": 0.13,
    "test_permissions": 0.02,
}


def _share(items, share):
    """The files of one share: the largest first, each to the share that has least."""
    mine, shares = (int(number) for number in share.split("/"))
    sizes = collections.Counter()
    for item in items:
        sizes[item.path] += SECONDS.get(item.path.stem, 2)
    loads, chosen = [0] * shares, set()
    for path, size in sorted(sizes.items(), key=lambda one: (-one[1], one[0])):
        lightest = loads.index(min(loads))
        loads[lightest] += size
        if lightest == mine - 1:
            chosen.add(path)
    return chosen


def pytest_collection_modifyitems(config, items):
    """Leaves out what another process runs, and on other stores than SQLite what is about the
    browser, the command line or bytes on the wire."""
    engines = config.getoption("--engines").split(",")
    everything = "sqlite" in engines or config.getoption("--every-engine")
    wanted = [item for item in items if everything or not item.get_closest_marker("any_engine")]
    chosen = _share(wanted, config.getoption("--share"))
    kept = [item for item in wanted if item.path in chosen]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(kept)])
    items[:] = kept


@pytest.fixture(scope="session")
def binary(request):
    path = request.config.getoption("--curfew").resolve()
    assert path.is_file(), f"{path} is not built"
    return path


@pytest.fixture(scope="session")
def kills(request):
    return request.config.getoption("--kills")


@pytest.fixture(scope="session")
def postgres():
    found = Postgres()
    yield found
    found.stop()


@pytest.fixture(scope="session")
def first_start(request, binary, engine, tmp_path_factory):
    database = request.getfixturevalue("postgres") if engine == "postgres" else None
    return FirstStart(binary, tmp_path_factory.mktemp("first-start"), database)


class Makers:
    """Makes servers and applications, and ends them in the reverse order."""

    def __init__(self, request, binary, engine, folder):
        self.request, self.binary, self.engine, self.folder = request, binary, engine, folder
        self.made = []
        self.sites = None

    def server(self, *realm_list, flags=(), env=None, start=True):
        """A server with these realms (JSON objects) imported. One that the test starts itself
        has nothing yet, not even the realm master; the second of a test has keys of its own."""
        folder = self.folder / f"server-{len(self.made)}"
        folder.mkdir()
        first = None
        if start and not any(isinstance(one, Server) for one in self.made):
            first = self.request.getfixturevalue("first_start")
        if first and not first.suits(env):
            first = None
        database = None
        if self.engine == "postgres":
            postgres = self.request.getfixturevalue("postgres")
            database = first.copy_database() if first else postgres.database()
        server = Server(self.binary, folder, database, flags, env)
        self.made.append(server)
        if first:
            first.copy_data(server)
        if start:
            server.start(*[realms.write(one, folder) for one in realm_list])
        return server

    def twin(self, server):
        """Another node on the same database; both need one seal key in their environment."""
        assert self.engine == "postgres" and "CURFEW_SEAL_KEY" in server.env
        folder = self.folder / f"server-{len(self.made)}"
        folder.mkdir()
        twin = Server(self.binary, folder, None, server.flags, server.env)
        self.made.append(twin)
        return twin.start()

    def sink(self, **keywords):
        sink = Sink(**keywords)
        self.made.append(sink)
        return sink

    def django_sites(self):
        folder = self.folder / "sites"
        folder.mkdir()
        sites = Sites(folder)
        self.made.append(sites)
        return sites

    def finish(self):
        problems = []
        for one in reversed(self.made):
            try:
                one.finish() if isinstance(one, Server) else one.stop()
            except AssertionError as problem:
                problems.append(str(problem))
        assert not problems, "\n".join(problems)


@pytest.fixture
def make(request, binary, engine, tmp_path):
    makers = Makers(request, binary, engine, tmp_path)
    yield makers
    makers.finish()


@pytest.fixture(scope="module")
def shared(request, binary, engine, tmp_path_factory):
    """The same, for what several tests of one file use together."""
    makers = Makers(request, binary, engine, tmp_path_factory.mktemp("shared"))
    yield makers
    makers.finish()


class World:
    """A server with the recorded realm, and an application at each of its clients' addresses."""

    def __init__(self, makers, change=None, **server_settings):
        self.makers = makers
        self.sinks = {name: makers.sink() for name in realms.PORTS}
        realm = realms.customers({name: sink.port for name, sink in self.sinks.items()})
        # Two wrong passwords in a second would lock the user for a minute.
        realm["quickLoginCheckMilliSeconds"] = 0
        if change:
            change(realm)
        self.realm = realm
        self.server = makers.server(realm, **server_settings)
        self.admin = self.server.admin()
        for name, attribute in (("shop", "django-shop"), ("blog", "django-blog"),
                                ("legacy", "legacy-node"), ("front", "front-app"),
                                ("ovirt", "ovirt-engine"), ("batch", "batch")):
            setattr(self, name, self.app(attribute))
        self.spa = self.app("spa", secret=None)

    def app(self, client_id, sink=None, prefix="", **keywords):
        keywords.setdefault("secret", client_id + "-secret")
        sink = sink or self.sinks[client_id]
        return App(self.server, client_id, sink.url, prefix=prefix, **keywords)

    def browser(self):
        return Browser()

    def told(self, client_id, sid, seconds=30):
        return self.sinks[client_id].wait_told(sid, seconds)

    def hears_nothing(self, client_id, sid):
        return not self.sinks[client_id].logout_tokens(sid)


@pytest.fixture
def world(make):
    """A world of its own, for tests that change settings or end what others need."""
    return World(make)


@pytest.fixture
def new_world(make):
    """Makes a world whose realm a function has changed before the import."""
    return lambda change=None, **settings: World(make, change, **settings)


@pytest.fixture(scope="module")
def common(shared):
    """A world that the tests of one file share. Each uses browsers of its own."""
    return World(shared)


@pytest.fixture
def chromium(tmp_path):
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for flag in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                 "--no-first-run", "--disable-background-networking", "--disable-sync",
                 "--no-proxy-server", f"--user-data-dir={tmp_path / 'chromium'}"):
        options.add_argument(flag)
    driver = webdriver.Chrome(
        options=options,
        service=webdriver.ChromeService("/usr/bin/chromedriver"))
    driver.set_page_load_timeout(60)
    yield driver
    driver.quit()
