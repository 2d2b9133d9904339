"""The doctor: every application is tried before it matters, and nothing ends by it; certificates
are real ones, made here."""

import json

import pytest

from support import realm as realms
from support.server import free_port
from support.sink import private_ca

pytestmark = pytest.mark.any_engine

NOT_TOLD = 5  # exit code

# client: (result, finding, words of the reason)
EXPECTED = {
    "django-shop": ("told", "ok", ""),
    "django-blog": ("told", "unknown-session-refused", "refused an unknown session: HTTP 400"),
    "legacy-node": ("not-proven", "no-test-there", "normal for Node adapters"),
    "front-app": ("not-proven", "front-channel-only", "never proven"),
    "ovirt-engine": ("not-told", "no-channel", "no back-channel logout URL and no admin URL"),
    "dead": ("not-told", "refused", "refused the connection"),
    "nameless": ("not-told", "name_not_found", "nosuch.invalid does not resolve"),
    "lost": ("not-told", "wrong-path", "wrong path: HTTP 404"),
    "moved": ("not-told", "redirect", "redirects are not followed"),
    "broken": ("not-told", "http-error", "HTTP 500"),
    "private": ("not-told", "tls_untrusted", "Private Authority of the Tests"),
    "expired": ("not-told", "tls_expired", "expired"),
    "misnamed": ("not-told", "tls_name", "127.0.0.9"),
    "placed": ("not-told", "placeholder-without-node", "not a registered node"),
    "noded": ("told", "ok", ""),
}


class Clinic:
    """A realm with an application of each kind."""

    def __init__(self, makers):
        folder = makers.folder / "certificates"
        for name in ("trusted", "foreign", "expired", "misnamed"):
            (folder / name).mkdir(parents=True)
        self.ca, _ = private_ca(folder / "trusted")
        contexts = {
            "private": private_ca(folder / "foreign")[1],
            "expired": private_ca(folder / "expired", days=-2, authority=folder / "trusted")[1],
            "misnamed": private_ca(folder / "misnamed", address="127.0.0.9",
                                   authority=folder / "trusted")[1]}
        self.sinks = {name: makers.sink() for name in
                      (*realms.PORTS, "lost", "moved", "broken", "noded")}
        self.sinks.update({name: makers.sink(tls=context) for name, context in contexts.items()})
        realm = realms.customers({name: self.sinks[name].port for name in realms.PORTS})
        for name, answers in (("django-blog", 400), ("legacy-node", 404), ("lost", 404),
                              ("moved", 302), ("broken", 500)):
            self.sinks[name].set(answers=[answers] * 100)
        self.sinks["moved"].location = "/login"
        for name in ("lost", "moved", "broken", "private", "expired", "misnamed"):
            realms.add_client(realm, name, self.sinks[name].url)
        realms.add_client(realm, "dead", f"http://127.0.0.1:{free_port()}")
        realms.add_client(realm, "nameless", "https://nosuch.invalid")
        host = "http://${application.session.host}:%d/" % self.sinks["noded"].port
        realms.add_client(realm, "placed", "http://placed.example.org", back_channel=False,
                          adminUrl=host)
        realms.add_client(realm, "noded", "http://noded.example.org", back_channel=False,
                          adminUrl=host, registeredNodes={"127.0.0.1": 1700000000})
        self.server = makers.server(realm, flags=("--ca-file", self.ca))
        self.admin = self.server.admin()

    def client_id(self, name):
        return next(one["id"] for one in self.admin.get("/clients") if one["clientId"] == name)


@pytest.fixture(scope="module")
def clinic(shared):
    return Clinic(shared)


def test_every_application_is_tried_and_nothing_ends(clinic):
    answer = clinic.admin.request("POST", "/doctor", 200).json()
    found = {one["clientId"]: one for one in answer["clients"]}
    for name, (result, finding, words) in EXPECTED.items():
        one = found[name]
        assert (one["result"], one["finding"]) == (result, finding), one
        assert words in one.get("reason", ""), one
    assert not {"account", "admin-cli", "realm-management", "batch"} & set(found)
    counts = [sum(one["result"] == kind for one in answer["clients"])
              for kind in ("told", "not-proven", "not-told")]
    assert counts == [answer["told"], answer["notProven"], answer["notTold"]]
    assert answer["percent"] == 100 * answer["told"] // answer["applications"]
    assert answer["server"]["good"], answer["server"]

    # What was sent is a notice like any other, of a user and a session that nobody has.
    for name in ("django-shop", "django-blog", "lost"):
        tokens = clinic.sinks[name].logout_tokens()
        assert tokens and all(one["aud"] == name and one["typ"] == "Logout" for one in tokens)
        assert len({one["sid"] for one in tokens}) == len(tokens)
        assert len({one["sub"] for one in tokens}) == len(tokens)
    tested = clinic.sinks["legacy-node"].posts("/k_test_available")
    assert tested and not clinic.sinks["legacy-node"].posts("/k_logout")
    assert clinic.sinks["noded"].posts("/k_test_available")
    assert clinic.admin.get("/signouts") == [] and not clinic.admin.events("LOGOUT")


def test_one_client_is_tried(clinic):
    for name in ("django-shop", "private", "placed"):
        answer = clinic.admin.request(
            "POST", f"/clients/{clinic.client_id(name)}/test-logout", 200).json()
        assert [(one["clientId"], one["result"]) for one in answer["clients"]] == \
            [(name, EXPECTED[name][0])]
        assert answer["applications"] == 1
    clinic.admin.request("POST", "/clients/nosuch/test-logout", 404)


def test_coverage_sends_nothing(clinic):
    before = {name: len(sink.requests) for name, sink in clinic.sinks.items()}
    answer = clinic.admin.get("/signout-coverage")
    by_name = {one["clientId"]: one for one in answer["clients"]}
    assert {name: by_name[name]["result"] for name in
            ("dead", "private", "front-app", "ovirt-engine", "placed", "noded")} == {
        "dead": "told", "private": "told", "front-app": "not-proven",
        "ovirt-engine": "not-told", "placed": "not-told", "noded": "told"}
    assert by_name["ovirt-engine"]["reason"] and by_name["dead"]["channel"] == "back-channel"
    assert before == {name: len(sink.requests) for name, sink in clinic.sinks.items()}
    shown = clinic.server.curfew("signout", "coverage", "-r", "customers").stdout
    assert f"{answer['told']} of {answer['applications']} applications would be told " \
           f"({answer['percent']} %)" in shown
    assert "ovirt-engine" in shown and "would not be told" in shown


def test_the_verb_and_its_end(clinic):
    done = clinic.server.curfew("doctor", check=False)
    assert done.returncode == NOT_TOLD and "would not be told" in done.stderr
    for name, (result, _, words) in EXPECTED.items():
        line = next(one for one in done.stdout.splitlines() if one.startswith(f"customers  {name} "))
        assert result in line.split() and words in line, line
    assert "this server is as applications expect it" in done.stdout
    assert clinic.server.curfew("doctor", "--client", "django-shop").returncode == 0
    assert clinic.server.curfew("doctor", "-c", "front-app").returncode == 0, "may hear"
    sick = clinic.server.curfew("doctor", "-c", "private", "--json", check=False)
    assert sick.returncode == NOT_TOLD and "Private Authority" in sick.stdout
    assert clinic.server.curfew("doctor", "-c", "nosuch", check=False).returncode == 3
    assert clinic.server.curfew("doctor", "-r", "nosuch", check=False).returncode == 3


def test_the_server_as_applications_see_it(make, tmp_path):
    ca, _ = private_ca(tmp_path)
    files = ("--tls-cert", tmp_path / "server.pem", "--tls-key", tmp_path / "server.key")
    elsewhere = make.sink()

    def seen(flags, name=None):
        server = make.server(realms.customers({}), flags=flags, start=False)
        scheme = "https" if "--tls-cert" in flags else "http"
        host = (name or "{scheme}://127.0.0.1:{port}").format(scheme=scheme, port=server.port)
        server.flags += ["--hostname", host]
        server.start(realms.write(realms.customers({}), server.folder))
        done = server.curfew("doctor", "-r", "customers", "--json", check=False)
        assert done.returncode == NOT_TOLD  # the applications of the realm are not there
        return json.loads(done.stdout)[0]["server"]

    good = seen([*files, "--ca-file", ca])
    assert good["good"] and "expires in 0 days" in good["note"], good
    untrusted = seen([*files])
    assert not untrusted["good"] and "Private Authority of the Tests" in untrusted["reason"]
    nameless = seen([], "http://nosuch.invalid:{port}")
    assert not nameless["good"] and "does not resolve" in nameless["reason"]
    other = seen([], elsewhere.url)
    assert not other["good"] and "issuer" in other["reason"], other
