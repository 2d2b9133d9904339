"""What tokens, userinfo and introspection say, claim by claim, beside what Keycloak 26.7 answered
to the same requests with the same realm (data/recorded-tokens.json)."""

import json
import pathlib
import re

import jwt
import pytest
import requests

from support.browser import App, Browser, Tokens

RECORDED = json.loads(
    (pathlib.Path(__file__).parent / "data" / "recorded-tokens.json").read_text())
ORIGIN = "http://127.0.0.1:9"

UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
# Claims that differ from token to token: what they look like. {url} is the server's.
DYNAMIC = {
    "exp": int, "iat": int, "auth_time": int, "sub": UUID, "sid": r"[\w-]{22,}",
    "session_state": r"[\w-]{22,}", "at_hash": r"[\w-]{22}", "kid": r"[\w-]{20,}",
}
# A refresh token is read by its server alone: these are Keycloak's own notes, and what we add to
# it are ours.
PRIVATE = {"refresh_token": {"aud_x", "prov"}}
# Texts that are lists of words in no order, and lists that are sets.
WORDS = {"scope"}


def canonical(name, value):
    """Order is nobody's business in lists and scopes."""
    if name in WORDS:
        return sorted(value.split())
    if isinstance(value, list):
        return sorted(value)
    if isinstance(value, dict):
        return {key: canonical(key, item) for key, item in value.items()}
    return value


def like(name, recorded, url):
    """The recorded value as this server has to give it: a value, a type, or a pattern."""
    if name == "jti":
        # Access tokens: kind of session, kind of token and grant, then the unique part.
        prefix = recorded.rpartition(":")[0]
        return re.compile(f"{prefix}:{UUID}" if prefix else UUID)
    if name in DYNAMIC:
        shape = DYNAMIC[name]
        return re.compile(shape) if isinstance(shape, str) else shape
    if isinstance(recorded, str):
        recorded = recorded.replace("http://op.example", url)
    return canonical(name, recorded)


def differences(recorded, ours, url, kind):
    """One line for each claim that is missing, too many, or another."""
    private = PRIVATE.get(kind)
    found = [f"{kind}: {name} is missing (recorded {recorded[name]!r})"
             for name in set(recorded) - (private or set()) if name not in ours]
    found += [f"{kind}: {name} is not in the recording ({ours[name]!r})"
              for name in ours if name not in recorded and not private]
    for name in sorted(set(recorded) & set(ours)):
        expected, got = like(name, recorded[name], url), canonical(name, ours[name])
        if isinstance(expected, re.Pattern):
            same = isinstance(got, str) and expected.fullmatch(got)
        elif isinstance(expected, type):
            same = type(got) is expected
        else:
            same = type(got) is type(expected) and got == expected
        if not same:
            found.append(f"{kind}: {name} is {got!r}, expected {expected!r}")
    return found


def lifespan(claims):
    return claims["exp"] - claims["iat"]


@pytest.fixture(scope="module")
def web(shared):
    server = shared.server()
    server.admin("shapes").create_realm(RECORDED["realm"])
    return App(server, "web", ORIGIN, "web-secret", realm="shapes")


def compare(web, grant, answer):
    """All of one answer of the token endpoint."""
    recorded = RECORDED["grants"][grant]
    url = web.server.url
    tokens = {name for name in answer if name.endswith("_token")}
    plain = {name: value for name, value in answer.items() if name not in tokens}
    problems = differences({name: value for name, value in recorded["answer"].items()
                            if not name.endswith("_token")}, plain, url, "answer")
    assert tokens == set(recorded["tokens"]), "other tokens than recorded"
    for name in sorted(tokens):
        theirs = recorded["tokens"][name]
        claims = jwt.decode(answer[name], options={"verify_signature": False})
        problems += differences(theirs["header"], jwt.get_unverified_header(answer[name]), url,
                                name + " header")
        problems += differences(theirs["claims"], claims, url, name)
        if lifespan(claims) != lifespan(theirs["claims"]):
            problems.append(f"{name}: lives {lifespan(claims)} s, "
                            f"recorded {lifespan(theirs['claims'])} s")
    assert not problems, "\n".join(problems)
    return Tokens(answer)


def test_a_code(web):
    answer = web.redeem(web.code(Browser(), nonce=None))
    assert answer.status_code == 200, answer.text
    tokens = compare(web, "code", answer.json())
    assert tokens.claims()["sub"] == tokens.claims("id")["sub"] == tokens.claims("refresh")["sub"]


def test_a_refresh_token(web):
    answer = web.refresh(web.sign_in(nonce=None))
    assert answer.status_code == 200, answer.text
    compare(web, "refresh", answer.json())


def test_a_password(web):
    answer = web.password_grant(scope="openid email")
    assert answer.status_code == 200, answer.text
    compare(web, "password", answer.json())


def test_client_credentials(web):
    answer = web.post("token", grant_type="client_credentials")
    assert answer.status_code == 200, answer.text
    compare(web, "client-credentials", answer.json())


@pytest.mark.parametrize("way", ["get", "post", "form"])
def test_userinfo(web, way):
    tokens = web.sign_in()
    url, bearer = web.endpoint("userinfo"), {"Authorization": "Bearer " + tokens.access}
    if way == "form":
        answer = requests.post(url, data={"access_token": tokens.access}, timeout=60)
    else:
        answer = requests.request(way, url, headers=bearer, timeout=60)
    assert answer.status_code == 200, answer.text
    problems = differences(RECORDED["userinfo"], answer.json(), web.server.url, "userinfo")
    assert not problems, "\n".join(problems)


def test_introspection(web):
    """Recorded of another realm with the same scopes: what is in it is what counts, and that it
    says of the token what the token says of itself."""
    answer = web.password_grant(scope="openid")
    assert answer.status_code == 200, answer.text
    tokens = Tokens(answer.json())
    told = web.introspect(tokens.access)
    assert set(told) == set(RECORDED["introspection"])
    claims = tokens.claims()
    for name in set(claims) | {"client_id", "username", "token_type", "active"}:
        expected = {"client_id": "web", "username": "ada", "token_type": "Bearer",
                    "active": True}.get(name, claims.get(name))
        assert canonical(name, told[name]) == canonical(name, expected), name
