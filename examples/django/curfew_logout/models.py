"""Which Django session belongs to which session of the server, and what has been ended."""

import hashlib

from django.contrib.sessions.models import Session
from django.db import models

# A logout token is remembered this long after it expired: a sign-in that was under way when
# it came must still find it.
MEMORY_S = 600


class BoundSession(models.Model):
    """A Django session and the session of the server that it comes from. It goes when the
    Django session goes, however that ends."""

    session = models.OneToOneField(Session, on_delete=models.CASCADE, primary_key=True)
    sid = models.CharField(max_length=255, blank=True, db_index=True)
    sub = models.CharField(max_length=255, db_index=True)


class LogoutToken(models.Model):
    """A logout token that was accepted. Its jti works once."""

    jti_hash = models.CharField(max_length=64, unique=True)
    sid = models.CharField(max_length=255, blank=True, db_index=True)
    sub = models.CharField(max_length=255, blank=True, db_index=True)
    issued_at = models.BigIntegerField()
    expires_at = models.BigIntegerField(db_index=True)

    @staticmethod
    def hash_of(jti):
        return hashlib.sha256(jti.encode()).hexdigest()

    @classmethod
    def has_ended(cls, claims):
        """Whether the session of this ID token has been ended."""
        sid, sub = claims.get("sid", ""), claims["sub"]
        if sid and cls.objects.filter(sid=sid).exists():
            return True
        return cls.objects.filter(sid="", sub=sub, issued_at__gte=claims["iat"]).exists()
