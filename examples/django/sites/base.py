"""What both sites have in common. shop.py and blog.py say which site it is."""

import os
import pathlib

HERE = pathlib.Path(__file__).resolve().parent

SHOP_URL = os.environ.get("SHOP_URL", "http://127.0.0.1:8001")
BLOG_URL = os.environ.get("BLOG_URL", "http://127.0.0.1:8002")

# Where the sign-on server is. The second URL is the realm as old applications know it, from
# the time when every URL of the server began with /auth: both forms are the same realm.
CURFEW_URL = os.environ.get("CURFEW_URL", "http://127.0.0.1:8080")
REALM_URL = os.environ.get("REALM_URL", f"{CURFEW_URL}/realms/customers")
LEGACY_REALM_URL = os.environ.get("LEGACY_REALM_URL", f"{CURFEW_URL}/auth/realms/customers")

DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
ROOT_URLCONF = "sites.urls"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "mozilla_django_oidc",
    "curfew_logout",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

TEMPLATES = [{
    "BACKEND": "django.template.backends.django.DjangoTemplates",
    "DIRS": [HERE / "templates"],
    "OPTIONS": {"context_processors": [
        "django.template.context_processors.request",
        "django.contrib.auth.context_processors.auth",
    ]},
}]

# ---- Sign-on: the package mozilla-django-oidc

# The package's backend and callback view, each with the few lines that remember to which
# session of the server a Django session belongs.
AUTHENTICATION_BACKENDS = ["curfew_logout.backend.Backend"]
OIDC_CALLBACK_CLASS = "curfew_logout.views.CallbackView"

OIDC_OP_ISSUER = REALM_URL
OIDC_OP_AUTHORIZATION_ENDPOINT = f"{REALM_URL}/protocol/openid-connect/auth"
OIDC_OP_TOKEN_ENDPOINT = f"{REALM_URL}/protocol/openid-connect/token"
OIDC_OP_USER_ENDPOINT = f"{REALM_URL}/protocol/openid-connect/userinfo"
OIDC_OP_JWKS_ENDPOINT = f"{REALM_URL}/protocol/openid-connect/certs"
OIDC_RP_SIGN_ALGO = "RS256"
OIDC_RP_SCOPES = "openid email"
OIDC_USE_PKCE = True
OIDC_TIMEOUT = 10

LOGIN_URL = "oidc_authentication_init"
LOGIN_REDIRECT_URL = "/"
LOGIN_REDIRECT_URL_FAILURE = "/?failed=1"
LOGOUT_REDIRECT_URL = "/"

# ---- Sign-out: two ways, a site needs one of them

# sites.views.sign_out goes here, as such views did for years.
OIDC_OP_LOGOUT_ENDPOINT = f"{LEGACY_REALM_URL}/protocol/openid-connect/logout"

# The package's own view (oidc_logout) calls this function for the URL that it redirects to.
# The setting is the dotted name of a function that returns a URL: a string, not a view.
OIDC_OP_LOGOUT_URL_METHOD = "sites.views.provider_logout_url"
OIDC_OP_END_SESSION_ENDPOINT = f"{REALM_URL}/protocol/openid-connect/logout"
OIDC_STORE_ID_TOKEN = True  # for that function


def site(name, url, other_name, other_url):
    """The settings in which the sites differ."""
    data = pathlib.Path(os.environ.get("SITE_DATA", HERE.parent))
    return {
        "SITE_NAME": name,
        "SITE_URL": url,
        "OTHER_NAME": other_name,
        "OTHER_URL": other_url,
        "OIDC_RP_CLIENT_ID": f"django-{name}",
        "OIDC_RP_CLIENT_SECRET": f"django-{name}-secret",
        # Both sites are 127.0.0.1, and cookies do not look at ports.
        "SESSION_COOKIE_NAME": f"{name}_session",
        "CSRF_COOKIE_NAME": f"{name}_csrf",
        # A site that others can reach has a key of its own that nobody can read.
        "SECRET_KEY": os.environ.get("SITE_SECRET", f"{name}: for this demonstration only"),
        "DATABASES": {"default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": data / f"{name}.sqlite3",
            "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20,
                        "init_command": "PRAGMA journal_mode=WAL"},
        }},
    }
