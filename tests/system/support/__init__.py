"""What the system tests share: the server, a browser, applications that behave or do not."""

import os
import time

# Multiplies time limits: for programs that run in valgrind, and busy machines.
PATIENCE = float(os.environ.get("CURFEW_TEST_PATIENCE", "1"))


def wait_for(ask, what, seconds=30, pause=0.05):
    """Asks until the answer is true, and returns it. Fails when the time is up; so the time
    is generous: how long something takes is not what these tests are about."""
    deadline = time.monotonic() + seconds * PATIENCE
    while True:
        answer = ask()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what} (last answer: {answer!r})")
        time.sleep(pause)
