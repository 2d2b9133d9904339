"""Verification of a logout token: OpenID Connect Back-Channel Logout 1.0, section 2.6."""

import jwt
import requests
from django.core.cache import cache
from mozilla_django_oidc.utils import import_from_settings

EVENT = "http://schemas.openid.net/event/backchannel-logout"

LEEWAY_S = 60
LONGEST_TOKEN = 16 * 1024
LONGEST_ID = 255

# The server's keys are asked for again when a token names an unknown one, but not oftener
# than this: anybody can send tokens here.
KEYS_FRESH_S = 300
KEYS_PAUSE_S = 5
KEYS = "curfew_logout.keys"
KEYS_ASKED = "curfew_logout.keys-asked"


class Refused(Exception):
    """The token is not valid; the text says why."""


class KeysUnavailable(Exception):
    """The server's keys could not be had: the sender may try again."""


def verify(token):
    """The claims of a valid logout token. Raises Refused or KeysUnavailable."""
    if len(token) > LONGEST_TOKEN:
        raise Refused("the token is too long")
    algorithm = import_from_settings("OIDC_RP_SIGN_ALGO")
    try:
        header = jwt.get_unverified_header(token)
        _check_header(header, algorithm)
        claims = jwt.decode(
            token, _key(header, algorithm), algorithms=[algorithm], leeway=LEEWAY_S,
            issuer=import_from_settings("OIDC_OP_ISSUER"),
            audience=import_from_settings("OIDC_RP_CLIENT_ID"),
            options={"require": ["iss", "aud", "iat", "exp", "jti", "events"]})
    except jwt.PyJWTError as error:
        raise Refused(str(error)) from error
    _check_claims(claims)
    return claims


def _check_header(header, algorithm):
    # The algorithm is this site's decision, never the token's.
    if header.get("alg") != algorithm:
        raise Refused(f"the algorithm is not {algorithm}")
    if str(header.get("typ", "")).lower().removeprefix("application/") != "logout+jwt":
        raise Refused("the type is not logout+jwt")
    if "crit" in header:
        raise Refused("critical headers are not understood")


def _check_claims(claims):
    events = claims["events"]
    if not isinstance(events, dict) or not isinstance(events.get(EVENT), dict):
        raise Refused("it is not about a logout (events)")
    if "nonce" in claims:
        raise Refused("a logout token has no nonce")
    for name in ("jti", "sid", "sub"):
        value = claims.get(name)
        if value is not None and not (isinstance(value, str) and 0 < len(value) <= LONGEST_ID):
            raise Refused(f"{name} is not a text of 1 to {LONGEST_ID} characters")
    if not claims.get("sid") and not claims.get("sub"):
        raise Refused("it names neither a session (sid) nor a user (sub)")


def _key(header, algorithm):
    if algorithm.startswith("HS"):
        return import_from_settings("OIDC_RP_CLIENT_SECRET")
    fixed = import_from_settings("OIDC_RP_IDP_SIGN_KEY", None)
    if fixed is not None:
        return fixed
    key = _find(cache.get(KEYS), header)
    if key is None and cache.add(KEYS_ASKED, True, KEYS_PAUSE_S):
        keys = _fetch()
        cache.set(KEYS, keys, KEYS_FRESH_S)
        key = _find(keys, header)
    if key is None:
        raise Refused("the server has no such key")
    return key


def _find(keys, header):
    for key in keys or []:
        if key.get("kid") == header.get("kid") and key.get("use", "sig") == "sig" \
                and key.get("alg", header["alg"]) == header["alg"]:
            return jwt.PyJWK(key, algorithm=header["alg"])
    return None


def _fetch():
    try:
        response = requests.get(
            import_from_settings("OIDC_OP_JWKS_ENDPOINT"), allow_redirects=False,
            verify=import_from_settings("OIDC_VERIFY_SSL", True),
            timeout=import_from_settings("OIDC_TIMEOUT", None) or 10,
            proxies=import_from_settings("OIDC_PROXY", None))
        response.raise_for_status()
        return [key for key in response.json()["keys"] if isinstance(key, dict)]
    except (requests.RequestException, ValueError, KeyError, TypeError) as error:
        cache.delete(KEYS_ASKED)
        raise KeysUnavailable(str(error)) from error
