"""Binding Django sessions to sessions of the server, and ending them."""

import time
from importlib import import_module

from django.conf import settings
from django.db import IntegrityError, transaction

from curfew_logout.models import MEMORY_S, BoundSession, LogoutToken
from curfew_logout.tokens import Refused


def bind(session, claims):
    """Remembers from which session of the server a Django session comes. False when that
    one has been ended meanwhile: the caller signs the user out again.

    The row is written before ended sessions are looked up, and end() writes its row before
    it looks for Django sessions: whichever comes second sees the other. That is why the
    views take no part in ATOMIC_REQUESTS."""
    session.save()
    BoundSession.objects.update_or_create(
        session_id=session.session_key,
        defaults={"sid": claims.get("sid", ""), "sub": claims["sub"]})
    return not LogoutToken.has_ended(claims)


def end(claims):
    """Ends the Django sessions that a verified logout token is about; how many there were.
    Raises Refused when the token has been used before."""
    now = int(time.time())
    LogoutToken.objects.filter(expires_at__lt=now - MEMORY_S).delete()
    sid, sub = claims.get("sid", ""), claims.get("sub", "")
    try:
        with transaction.atomic():
            LogoutToken.objects.create(
                jti_hash=LogoutToken.hash_of(claims["jti"]), sid=sid, sub=sub,
                issued_at=int(claims["iat"]), expires_at=int(claims["exp"]))
    except IntegrityError as error:
        raise Refused("the token has been used before") from error
    bound = BoundSession.objects.all()
    if sid:
        bound = bound.filter(sid=sid)
    if sub:
        bound = bound.filter(sub=sub)
    store = import_module(settings.SESSION_ENGINE).SessionStore
    keys = list(bound.values_list("session_id", flat=True))
    for key in keys:
        store(key).delete()
    return len(keys)
