"""What Prometheus reads: sign-outs and notices as they are, and alert rules that ask for figures
that exist."""

import re

import requests

from support import wait_for
from support.browser import Browser
from support.server import ROOT

LINE = re.compile(r'^(\w+)(?:\{(.*)\})? (\S+)$')


class Figures:
    """One scrape."""

    def __init__(self, server, accept=None):
        answer = requests.get(server.management_url + "/metrics", timeout=30,
                              headers={"accept": accept} if accept else {})
        assert answer.status_code == 200
        self.text, self.type = answer.text, answer.headers["content-type"]
        self.values = {}
        for line in answer.text.splitlines():
            if not line.startswith("#"):
                name, labels, value = LINE.match(line).groups()
                self.values[(name, labels or "")] = float(value)

    def get(self, name, **labels):
        return self.values.get((name, ",".join(f'{k}="{v}"' for k, v in labels.items())))


def settled_figures(server, good):
    """A later scrape has what the first asks for."""
    def look():
        figures = Figures(server)
        return good(figures) and figures
    return wait_for(look, "the figures follow")


def test_sign_outs_and_notices_are_counted(world):
    world.sinks["django-blog"].set(answers=[500] * 50)
    browser = Browser()
    world.ovirt.sign_in(browser)
    world.blog.sign_in(browser)
    tokens = world.shop.sign_in(browser)
    assert Figures(world.server).get("curfew_signouts_total", door="refresh-token") == 0
    assert world.shop.post("logout", refresh_token=tokens.refresh).status_code == 204
    figures = settled_figures(world.server, lambda one:
                              one.get("curfew_deliveries", state="delivered") == 1 and
                              one.get("curfew_deliveries", state="waiting") == 1)
    assert figures.get("curfew_signouts_total", door="refresh-token") == 1
    assert figures.get("curfew_signouts_total", door="admin-user") == 0
    assert figures.get("curfew_deliveries", state="not-possible") == 1
    assert figures.get("curfew_deliveries_oldest_seconds") > 0
    assert figures.get("curfew_delivery_attempts_total", state="delivered", channel="back-channel") == 1
    assert figures.get("curfew_delivery_attempts_total", state="waiting", channel="back-channel") >= 1
    assert figures.get("curfew_delivery_latency_seconds_count") == 1
    assert figures.get("curfew_delivery_latency_seconds_bucket", le="+Inf") == 1

    world.sinks["django-blog"].set()
    signout = world.admin.signouts()[0].id
    world.admin.request("POST", f"/signouts/{signout}/retry", 200)
    figures = settled_figures(world.server, lambda one:
                              one.get("curfew_deliveries", state="delivered") == 2)
    assert figures.get("curfew_deliveries", state="waiting") == 0
    assert figures.get("curfew_deliveries_oldest_seconds") == 0

    # The order of a mass door, and the sign-out of each session.
    world.shop.sign_in(), world.shop.sign_in()
    world.admin.request("POST", f"/users/{world.admin.user('ada')['id']}/logout", 204)
    settled_figures(world.server, lambda one: one.get("curfew_signouts_total", door="admin-user") == 3)


def test_an_application_that_is_down_opens_its_breaker(world):
    world.sinks["django-blog"].set(answers=[500] * 200)
    for _ in range(6):
        tokens = world.blog.sign_in()
        assert world.blog.post("logout", refresh_token=tokens.refresh).status_code == 204
    figures = settled_figures(world.server, lambda one: one.get("curfew_breakers_open") == 1)
    assert figures.get("curfew_deliveries_under_way") is not None
    world.sinks["django-blog"].set()
    for one in world.admin.signouts():
        world.admin.request("POST", f"/signouts/{one.id}/retry", 200)
    settled_figures(world.server, lambda one: one.get("curfew_breakers_open") == 0 and
                    one.get("curfew_deliveries", state="delivered") == 6)


def test_both_forms_and_the_alerts(common):
    plain = settled_figures(common.server, lambda one: one.get("curfew_deliveries", state="queued")
                            is not None)
    assert plain.type == "text/plain; version=0.0.4; charset=utf-8"
    opened = Figures(common.server, "application/openmetrics-text; version=1.0.0, text/plain;q=0.5")
    assert opened.type == "application/openmetrics-text; version=1.0.0; charset=utf-8"
    assert opened.text.endswith("\n# EOF\n") and opened.text.count("# EOF") == 1
    types = dict(re.findall(r"^# TYPE (\S+) (\S+)$", opened.text, re.MULTILINE))
    assert types["curfew_signouts"] == "counter" and types["curfew_deliveries"] == "gauge"
    for name, labels in opened.values:
        family = next((one for one in (name, re.sub(r"_(total|bucket|sum|count)$", "", name))
                       if one in types), None)
        assert family, name
        assert (types[family] == "counter") == name.endswith("_total"), name

    rules = (ROOT / "docs/operating/alerts.yml").read_text()
    page = (ROOT / "docs/operating/metrics.md").read_text()
    for alert in re.findall(r"alert: (\w+)", rules):
        assert f"| `{alert}` |" in page, alert
    exprs = re.findall(r"expr: (.*)", rules)
    assert len(exprs) == rules.count("alert:")
    asked = {name for expr in exprs for name in re.findall(r"\b(?:curfew|keycloak)_\w+", expr)}
    known = {name for name, _ in plain.values}
    assert asked and asked <= known, asked - known
    for expr in exprs:
        for name, label, values in re.findall(r'(\w+)\{(\w+)=~?"([^"]*)"', expr):
            for value in values.split("|"):
                assert name == "up" or any(n == name and f'{label}="{value}"' in labels
                                           for n, labels in plain.values), (name, value)
