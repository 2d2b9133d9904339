"""The pages of both sites, and two ways to sign out of everything."""

from urllib.parse import quote, urlencode

from django.conf import settings
from django.contrib import auth
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST


def _page(request, template):
    return render(request, template, {
        "site": settings.SITE_NAME,
        "other": settings.OTHER_NAME,
        "other_url": settings.OTHER_URL + reverse("private"),
        "failed": "failed" in request.GET,
    })


@require_GET
def home(request):
    return _page(request, "home.html")


@require_GET
@login_required
def private(request):
    """Only for people who are signed in; others are sent to the sign-on server, which lets
    those through at once whom it knows already."""
    return _page(request, "private.html")


@require_POST
def sign_out(request):
    """Signs out here, then at the server, which tells the other sites.

    Nothing has to be kept from the sign-in for it: the server knows the browser by its
    cookie and the site by its URL."""
    auth.logout(request)
    back = request.build_absolute_uri(reverse("home"))
    return redirect(settings.OIDC_OP_LOGOUT_ENDPOINT + "?redirect_uri=" + quote(back, safe=""))


def provider_logout_url(request):
    """The URL at which the package's oidc_logout ends the session of the server
    (OpenID Connect RP-Initiated Logout 1.0, section 2). Called while the user is signed in."""
    query = {
        "client_id": settings.OIDC_RP_CLIENT_ID,
        "post_logout_redirect_uri": request.build_absolute_uri(reverse("home")),
    }
    if "oidc_id_token" in request.session:
        query["id_token_hint"] = request.session["oidc_id_token"]
    return settings.OIDC_OP_END_SESSION_ENDPOINT + "?" + urlencode(query)
