from django.urls import include, path

from sites import views

urlpatterns = [
    path("", views.home, name="home"),
    path("private/", views.private, name="private"),
    path("sign-out/", views.sign_out, name="sign_out"),
    # oidc/authenticate/, oidc/callback/, oidc/logout/ of the package
    path("oidc/", include("mozilla_django_oidc.urls")),
    # oidc/backchannel-logout/
    path("oidc/", include("curfew_logout.urls")),
]
