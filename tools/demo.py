#!/usr/bin/env python3
"""Runs the server with the customers realm and the two Django sites until Ctrl-C.

    demo.py CURFEW [FLAG...]     started by ./run demo, which builds and installs first"""

import argparse
import os
import pathlib
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[1]
DJANGO = ROOT / "examples" / "django"
PYTHON = ROOT / ".cache" / "venv" / "bin" / "python"
SITES = {"shop": "127.0.0.1:8001", "blog": "127.0.0.1:8002"}

WHAT_TO_DO = """
  Ready. In a browser:
    1. http://127.0.0.1:8001/   the shop: sign in as ada, password lovelace
    2. http://127.0.0.1:8002/   the blog: "Sign in" asks for no password any more
    3. sign out at the shop, then look at the blog: nobody is signed in
  In another terminal, the proof, application by application:
    ./run demo signout list
    ./run demo signout show
  Administrator: admin, with the password that the first start printed above
    (lost it? ./run demo user recover-admin). Server: {url}
  Ctrl-C stops everything; remove {data} to begin anew.
"""


class Stopped(Exception):
    """Ctrl-C, SIGTERM, or a process that ended by itself."""


def parse():
    """The few flags of the server that matter here; the others are passed through."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("curfew")
    parser.add_argument("--data", default=os.environ.get("CURFEW_DATA", "demo-data"))
    parser.add_argument("--listen", default="127.0.0.1:8080")
    parser.add_argument("--management", default="127.0.0.1:9000")
    parser.add_argument("--hostname")
    return parser.parse_known_args()


def start(processes, name, command, **keywords):
    processes[name] = subprocess.Popen(command, start_new_session=True, **keywords)


def wait_for(processes, url, what, seconds=60):
    """Until the URL answers 200 while all processes live."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        check(processes)
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            pass
        time.sleep(0.1)
    raise Stopped(f"{what} did not become ready within {seconds} s ({url})")


def check(processes):
    for name, process in processes.items():
        if process.poll() is not None:
            raise Stopped(f"{name} has ended (exit code {process.returncode})")


def stop(processes):
    """The sites first, so that the server can still tell them of nothing new."""
    for process in reversed(processes.values()):
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
    deadline = time.monotonic() + 15
    for process in processes.values():
        try:
            process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def serve(options, flags, processes):
    url = options.hostname or f"http://{options.listen}"
    start(processes, "the server", [
        options.curfew, "serve", "--data", options.data, "--listen", options.listen,
        "--management", options.management, *(["--hostname", options.hostname]
                                              if options.hostname else []),
        "--import", str(ROOT / "examples" / "customers-realm.json"), *flags])
    wait_for(processes, f"http://{options.management}/health/ready", "the server")
    data = pathlib.Path(options.data).resolve()
    for name, address in SITES.items():
        env = {**os.environ, "DJANGO_SETTINGS_MODULE": f"sites.{name}", "CURFEW_URL": url,
               "SITE_DATA": str(data), "PYTHONDONTWRITEBYTECODE": "1"}
        subprocess.run([PYTHON, DJANGO / "manage.py", "migrate", "--verbosity", "0"], env=env,
                       check=True)
        log = open(data / f"{name}.log", "ab")
        start(processes, f"the {name}", [
            PYTHON, DJANGO / "manage.py", "runserver", "--noreload", address], env=env,
            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        log.close()
    for name, address in SITES.items():
        wait_for(processes, f"http://{address}/", f"the {name} (its log: {data / name}.log)")
    print(WHAT_TO_DO.format(url=url, data=options.data), flush=True)
    while True:
        check(processes)
        time.sleep(0.5)


def interrupt(number, frame):
    raise KeyboardInterrupt


def main():
    options, flags = parse()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, interrupt)
    processes = {}
    try:
        serve(options, flags, processes)
    except KeyboardInterrupt:
        print("\nstopping", file=sys.stderr)
        return 0
    except (Stopped, subprocess.CalledProcessError) as reason:
        print(f"demo: {reason}", file=sys.stderr)
        return 1
    finally:
        stop(processes)


if __name__ == "__main__":
    sys.exit(main())
