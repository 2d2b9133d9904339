"""What the system tests share: the server, a browser, applications that behave or do not."""

import time


def wait_for(ask, what, seconds=30, pause=0.05):
    """Asks until the answer is true, and returns it. Fails when the time is up; so the time
    is generous: how long something takes is not what these tests are about."""
    deadline = time.monotonic() + seconds
    while True:
        answer = ask()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what} (last answer: {answer!r})")
        time.sleep(pause)
