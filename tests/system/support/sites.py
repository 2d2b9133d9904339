"""The Django sites of examples/django, run as they are."""

import os
import signal
import subprocess

import requests

from support import wait_for
from support.server import ROOT, free_port

DJANGO = ROOT / "examples" / "django"
PYTHON = ROOT / ".cache" / "venv" / "bin" / "python"


class Sites:
    """The shop and the blog on free ports. Make them before the server (its realm has to know
    the ports), start them after it."""

    def __init__(self, folder):
        self.folder = folder
        self.ports = {"django-shop": free_port(), "django-blog": free_port()}
        self.shop = f"http://127.0.0.1:{self.ports['django-shop']}"
        self.blog = f"http://127.0.0.1:{self.ports['django-blog']}"
        self.processes = []

    def start(self, server, **env):
        for name, url in (("shop", self.shop), ("blog", self.blog)):
            environment = {
                **os.environ, "DJANGO_SETTINGS_MODULE": f"sites.{name}",
                "SITE_DATA": str(self.folder), "SHOP_URL": self.shop, "BLOG_URL": self.blog,
                "CURFEW_URL": server.url, "PYTHONDONTWRITEBYTECODE": "1", **env}
            manage = [str(PYTHON), str(DJANGO / "manage.py")]
            subprocess.run([*manage, "migrate", "--verbosity", "0"], env=environment,
                           check=True, timeout=120)
            with open(self.folder / f"{name}.log", "ab") as log:
                self.processes.append(subprocess.Popen(
                    [*manage, "runserver", "--noreload", url.removeprefix("http://")],
                    env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                    start_new_session=True))
        for url in (self.shop, self.blog):
            wait_for(lambda url=url: self._answers(url), f"{url} answers", 60)
        return self

    @staticmethod
    def _answers(url):
        try:
            return requests.get(url, timeout=5).ok
        except requests.RequestException:
            return False

    def logs(self):
        return "".join((self.folder / f"{name}.log").read_text() for name in ("shop", "blog"))

    def stop(self):
        for process in self.processes:
            os.killpg(process.pid, signal.SIGTERM)
        for process in self.processes:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def who(browser, url):
    """The e-mail address that a site's public page shows, or None."""
    page = browser.open(url + "/")
    assert page.status == 200, page.status
    return page.ids.get("user")
