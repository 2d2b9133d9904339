"""A Django site with djangosaml2, in one file; hears of logouts in the browser, by forms."""

import json
import pathlib
import sys

import django
import saml2
from django.conf import settings
from django.core.management import execute_from_command_line
from django.http import HttpResponse
from django.urls import include, path
from django.utils.html import escape

HERE = json.loads(pathlib.Path(sys.argv[1]).read_text())
KEYS = {"key_file": HERE["key"], "cert_file": HERE["certificate"]}

settings.configure(
    DEBUG=True, SECRET_KEY=HERE["secret"], ROOT_URLCONF=__name__, USE_TZ=True,
    ALLOWED_HOSTS=["127.0.0.1"], SESSION_COOKIE_NAME="djangosaml2_session",
    SAML_SESSION_COOKIE_NAME="djangosaml2_saml", SESSION_COOKIE_SECURE=True,
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3",
                           "NAME": HERE["folder"] + "/django.sqlite"}},
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes",
                    "django.contrib.sessions", "django.contrib.messages", "djangosaml2"],
    MIDDLEWARE=["django.contrib.sessions.middleware.SessionMiddleware",
                "django.contrib.auth.middleware.AuthenticationMiddleware",
                "djangosaml2.middleware.SamlSessionMiddleware"],
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
    AUTHENTICATION_BACKENDS=["djangosaml2.backends.Saml2Backend"],
    LOGIN_URL="/saml2/login/", LOGIN_REDIRECT_URL="/", LOGOUT_REDIRECT_URL="/",
    SAML_USE_NAME_ID_AS_USERNAME=True, SAML_CREATE_UNKNOWN_USER=True,
    SAML_ATTRIBUTE_MAPPING={"email": ["email"]},
    SAML_DEFAULT_BINDING=saml2.BINDING_HTTP_POST,
    SAML_LOGOUT_REQUEST_PREFERRED_BINDING=saml2.BINDING_HTTP_POST,
    LOGGING={"version": 1, "handlers": {"console": {"class": "logging.StreamHandler"}},
             "root": {"handlers": ["console"], "level": "INFO"}},
    SAML_CONFIG={
        "entityid": HERE["url"] + "/saml2/metadata/", "xmlsec_binary": "/usr/bin/xmlsec1",
        "allow_unknown_attributes": True, **KEYS, "encryption_keypairs": [KEYS],
        "metadata": {"local": [HERE["provider"]]},
        "service": {"sp": {
            "authn_requests_signed": True, "logout_requests_signed": True,
            "logout_responses_signed": True, "want_response_signed": True,
            "want_assertions_signed": True, "allow_unsolicited": False,
            "signing_algorithm": "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
            "digest_algorithm": "http://www.w3.org/2001/04/xmlenc#sha256",
            "endpoints": {
                "assertion_consumer_service": [
                    (HERE["url"] + "/saml2/acs/", saml2.BINDING_HTTP_POST)],
                "single_logout_service": [
                    (HERE["url"] + "/saml2/ls/post/", saml2.BINDING_HTTP_POST)]}}}})
django.setup()


def home(request):
    if not request.user.is_authenticated:
        return HttpResponse('<p id="nobody">Nobody is signed in.</p>')
    return HttpResponse(f'<p id="user">{escape(request.user.email)}</p>')


urlpatterns = [path("", home), path("saml2/", include("djangosaml2.urls"))]

if __name__ == "__main__":
    # Django imports this module again as its table of routes; it is the one that runs.
    sys.modules[settings.ROOT_URLCONF] = sys.modules["__main__"]
    execute_from_command_line([sys.argv[0], "migrate", "--verbosity", "0"])
    execute_from_command_line([sys.argv[0], "runserver", "--noreload",
                               HERE["url"].removeprefix("http://")])
