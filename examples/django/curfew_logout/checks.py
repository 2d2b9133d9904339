"""`manage.py check` tells when a setting is missing without which sign-outs would be lost."""

from django.conf import settings
from django.core.checks import Error, register
from django.utils.module_loading import import_string

from curfew_logout.backend import LogoutAwareMixin
from curfew_logout.views import CallbackView

ENGINES = ("django.contrib.sessions.backends.db", "django.contrib.sessions.backends.cached_db")


@register
def check_settings(app_configs, **kwargs):
    problems = []
    if not getattr(settings, "OIDC_OP_ISSUER", ""):
        problems.append(Error(
            "OIDC_OP_ISSUER is not set", id="curfew_logout.E001",
            hint="It is the issuer of the server's discovery document."))
    if settings.SESSION_ENGINE not in ENGINES:
        problems.append(Error(
            "sessions are not in the database", id="curfew_logout.E002",
            hint=f"SESSION_ENGINE is one of {', '.join(ENGINES)}: a session in a cookie or "
                 "a cache cannot be ended for certain from outside."))
    if not any(isinstance(backend, type) and issubclass(backend, LogoutAwareMixin)
               for backend in map(import_string, settings.AUTHENTICATION_BACKENDS)):
        problems.append(Error(
            "no backend remembers the session of the server", id="curfew_logout.E003",
            hint="AUTHENTICATION_BACKENDS has curfew_logout.backend.Backend or a backend "
                 "with LogoutAwareMixin."))
    callback = getattr(settings, "OIDC_CALLBACK_CLASS", "")
    if not callback or not issubclass(import_string(callback), CallbackView):
        problems.append(Error(
            "the callback does not bind sessions", id="curfew_logout.E004",
            hint="OIDC_CALLBACK_CLASS is curfew_logout.views.CallbackView or a view "
                 "that inherits from it."))
    return problems
