"""Back-channel logout for sites that sign people in with mozilla-django-oidc: when somebody
signs out anywhere, the server tells this site, and the Django session ends."""
