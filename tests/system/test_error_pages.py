"""Error pages speak the language of the page, and say what the decisions say in English."""

import re

import pytest

from conftest import World
from support import realm as realms
from support.browser import Browser
from support.server import ROOT

MESSAGES = ROOT / "src/web/messages"


def messages(language):
    lines = (MESSAGES / f"{language}.properties").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


def error_keys():
    table = (ROOT / "src/app/words.c").read_text().split("errors[] = {")[1].split("};")[0]
    return re.findall(r'"(\w+)"', table)


@pytest.fixture(scope="module")
def german(shared):
    def change(realm):
        realm.update(internationalizationEnabled=True, supportedLocales=["en", "de"],
                     defaultLocale="de")
        realms.client(realm, "legacy-node")["enabled"] = False
        realms.client(realm, "batch")["bearerOnly"] = True
    return World(shared, change)


AUTHORIZE = [({"client_id": "nobody"}, "clientNotFoundMessage"),
             ({"client_id": "legacy-node"}, "clientDisabledMessage"),
             ({"client_id": "batch"}, "bearerOnlyMessage"),
             ({"redirect_uri": "https://evil.example/"}, "invalidRedirectParameterMessage"),
             ({"prompt": "create"}, "registrationNotAllowedMessage"),
             ({"max_age": "x"}, "invalidRequestMessage")]


@pytest.mark.any_engine
@pytest.mark.parametrize("changes, key", AUTHORIZE)
def test_what_cannot_be_answered_is_said_in_german(german, changes, key):
    page = german.shop.authorize(Browser(), **changes)
    assert page.status in (400, 403) and 'lang="de"' in page.response.text
    assert page.ids["kc-error-message"] == messages("de")[key]
    page = german.shop.authorize(Browser(), **changes, ui_locales="en")
    assert page.ids["kc-error-message"] == messages("en")[key]


@pytest.mark.any_engine
@pytest.mark.parametrize("params, key", [
    ({"id_token_hint": "x"}, "invalidHintMessage"),
    ({"post_logout_redirect_uri": "https://evil.example/"}, "missingHintMessage"),
    ({"client_id": "nobody"}, "clientNotFoundMessage")])
def test_a_logout_that_is_refused_says_so_in_german(german, params, key):
    page = Browser().open(german.shop.endpoint("logout"), params=params)
    assert page.status == 400 and page.ids["kc-error-message"] == messages("de")[key]


@pytest.mark.any_engine
def test_a_form_of_another_browser_is_refused_in_german(german):
    page = german.shop.authorize(Browser())
    page.browser = Browser()
    page = page.submit("kc-login", username="ada", password="lovelace")
    assert page.ids["kc-error-message"] == messages("de")["cookieNotFoundMessage"]


def test_each_message_is_what_some_code_says():
    """Else its translation would never be shown."""
    said = "".join(path.read_text() for path in sorted((ROOT / "src").rglob("*.c")))
    said = re.sub(r'"\s*\n\s*"', "", said) + (ROOT / "src/base/errors.def").read_text()
    english, german = messages("en"), messages("de")
    keys = error_keys()
    assert len(keys) > 20
    for key in keys:
        assert f'"{english[key]}"' in said, key
        assert german[key] != english[key], key
