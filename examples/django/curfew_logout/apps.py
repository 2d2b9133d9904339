from django.apps import AppConfig


class CurfewLogoutConfig(AppConfig):
    name = "curfew_logout"
    verbose_name = "Back-channel logout"

    def ready(self):
        from curfew_logout import checks  # noqa: F401 - registers the checks
