"""The package's authentication backend, which also keeps the ID token's claims at hand."""

from django.core.exceptions import SuspiciousOperation
from mozilla_django_oidc.auth import OIDCAuthenticationBackend
from mozilla_django_oidc.utils import import_from_settings


class LogoutAwareMixin:
    """For a backend of your own: class MyBackend(LogoutAwareMixin, OIDCAuthenticationBackend)."""

    def get_or_create_user(self, access_token, id_token, payload):
        """Checks what the package leaves out (OpenID Connect Core 3.1.3.7, 2 and 3), and
        hands the claims to the callback view."""
        client = import_from_settings("OIDC_RP_CLIENT_ID")
        audience = payload.get("aud")
        if payload.get("iss") != import_from_settings("OIDC_OP_ISSUER"):
            raise SuspiciousOperation("the ID token is not from OIDC_OP_ISSUER")
        if client not in (audience if isinstance(audience, list) else [audience]):
            raise SuspiciousOperation("the ID token is not for this site")
        user = super().get_or_create_user(access_token, id_token, payload)
        self.request.oidc_claims = payload
        return user


class Backend(LogoutAwareMixin, OIDCAuthenticationBackend):
    pass
