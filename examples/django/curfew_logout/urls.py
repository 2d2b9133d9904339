from django.urls import path

from curfew_logout import views

urlpatterns = [
    path("backchannel-logout/", views.backchannel_logout, name="backchannel_logout"),
]
