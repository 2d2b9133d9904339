"""The callback that remembers the server's session, and the endpoint that ends it."""

import logging

from django.contrib import auth
from django.db import transaction
from django.http import HttpResponse, JsonResponse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from mozilla_django_oidc.views import OIDCAuthenticationCallbackView

from curfew_logout import sessions, tokens

LOGGER = logging.getLogger(__name__)


@method_decorator(transaction.non_atomic_requests, name="dispatch")
class CallbackView(OIDCAuthenticationCallbackView):
    """The package's callback (setting OIDC_CALLBACK_CLASS)."""

    def login_success(self):
        response = super().login_success()
        if not sessions.bind(self.request.session, self.request.oidc_claims):
            auth.logout(self.request)
            return self.login_failure()
        return response


@csrf_exempt  # the server calls, no browser does; the token proves who sent it
@require_POST
@never_cache
@transaction.non_atomic_requests
def backchannel_logout(request):
    """Back-Channel Logout 1.0, sections 2.5 to 2.8: 200 when the session is ended or was not
    there, 400 when the token is not valid."""
    values = request.POST.getlist("logout_token")
    try:
        if len(values) != 1:
            raise tokens.Refused("exactly one logout_token is needed")
        ended = sessions.end(tokens.verify(values[0]))
    except tokens.Refused as reason:
        LOGGER.warning("logout token refused: %s", reason)
        return JsonResponse(
            {"error": "invalid_request", "error_description": str(reason)}, status=400)
    except tokens.KeysUnavailable as reason:
        LOGGER.error("logout token cannot be verified now: %s", reason)
        return JsonResponse({"error": "temporarily_unavailable"}, status=503)
    LOGGER.info("logout token accepted: %d sessions ended", ended)
    return HttpResponse(status=200)
