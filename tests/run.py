#!/usr/bin/env python3
"""./test [flags] [suite...]: builds, runs the suites side by side, counts.

Suites (without a name: {defaults}):
{suites}

The last line is "N passed, N failed"; the exit code is 0 when nothing failed. What a suite
printed is in build/log/. Processes that a suite leaves behind are ended and count as one
failed test."""

import argparse
import concurrent.futures
import ctypes
import json
import os
import pathlib
import re
import shlex
import shutil
import signal
import subprocess
import sys
import threading
import time
import xml.etree.ElementTree

ROOT = pathlib.Path(__file__).resolve().parents[1]
BUILD = ROOT / "build"
LOGS = BUILD / "log"
WORKERS = 2

# What `./test` runs without a name.
# The longest first, so that the others fit beside it.
DEFAULT_SUITES = ["system", "rules", "docs", "compile", "unit", "cases", "store", "examples",
                  "fuzz"]

SANITIZERS = {
    "ASAN_OPTIONS": "abort_on_error=1:detect_stack_use_after_return=1:strict_string_checks=1:"
                    "detect_leaks=1:allocator_may_return_null=1",
    "UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1",
    "LSAN_OPTIONS": "report_objects=1",
}

SUITES = {}


class Failure(Exception):
    """A suite could not run at all."""


class Result:
    """What became of the tests of one suite, or of a part of it."""

    def __init__(self, passed=0, failed=(), skipped=0):
        self.passed, self.failed, self.skipped = passed, list(failed), skipped

    def add(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped


def suite(name, text):
    def register(function):
        SUITES[name] = (text, function)
        return function
    return register


# ---- processes

_live = {}
_lock = threading.Lock()


def become_reaper():
    """Processes whose parent ended become ours, so that none can slip away."""
    pr_set_child_subreaper = 36
    ctypes.CDLL(None).prctl(pr_set_child_subreaper, 1, 0, 0, 0)


def end_group(process):
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
        except ProcessLookupError:
            return
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            continue


def run(command, log, timeout_s, env=None, folder=ROOT):
    """Runs a command in a process group of its own, output to the log file (appended).
    Returns its exit code; None when the time was up."""
    with open(log, "ab") as out:
        out.write(f"\n$ {shlex.join(map(str, command))}\n".encode())
        out.flush()
        process = subprocess.Popen(
            [str(word) for word in command], cwd=folder, stdin=subprocess.DEVNULL, stdout=out,
            stderr=subprocess.STDOUT, start_new_session=True,
            env={**os.environ, **SANITIZERS, **(env or {})})
        with _lock:
            _live[process.pid] = process
        try:
            return process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            out.write(f"\nended after {timeout_s} s\n".encode())
            return None
        finally:
            end_group(process)
            with _lock:
                del _live[process.pid]


def end_everything():
    with _lock:
        processes = list(_live.values())
    for process in processes:
        end_group(process)


def left_behind():
    """Children that we inherited and that still run: {pid: command}. Ends none."""
    found = {}
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            state, parent = (entry / "stat").read_text().rpartition(")")[2].split()[:2]
            if int(parent) == os.getpid() and int(entry.name) not in _live and state != "Z":
                found[int(entry.name)] = (entry / "cmdline").read_bytes().replace(
                    b"\0", b" ").decode(errors="replace").strip()[:120]
        except (OSError, ValueError):
            continue
    return found


def reap_leftovers():
    """Gives leftovers a moment to end, then ends them: the commands of those that stayed."""
    deadline = time.monotonic() + 5
    while left_behind() and time.monotonic() < deadline:
        time.sleep(0.1)
    stayed = left_behind()
    for _ in range(20):  # the children of an ended process become ours in turn
        leftovers = left_behind()
        if not leftovers:
            break
        for pid in leftovers:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        time.sleep(0.05)
    return sorted(stayed.values())


# ---- builds

# With sanitizers -O1: the program runs as fast, and is compiled in half the time. What gcc
# finds at -O2 only, it finds in the release build.
SANITIZED = ["-Db_sanitize=address,undefined", "-Dbuildtype=debugoptimized", "-Doptimization=1"]

_builds = {
    "test": dict(compiler="gcc", targets=[], flags=[
        "-Dtests=true", "-Dtest_build=true", *SANITIZED]),
    "plain": dict(compiler="gcc", targets=["src/curfew"], flags=[
        "-Dtest_build=true", "-Dbuildtype=debugoptimized"]),
    "thread": dict(compiler="gcc", targets=["src/curfew"], flags=[
        "-Dtest_build=true", "-Db_sanitize=thread", "-Dbuildtype=debugoptimized"]),
    "release": dict(compiler="gcc", targets=["src/curfew"], flags=["-Dbuildtype=release"]),
    "fuzz": dict(compiler="clang", targets=[], flags=[
        "-Dfuzz=true", "-Dtest_build=true", "-Db_lundef=false", *SANITIZED]),
}
_build_locks = {name: threading.Lock() for name in _builds}
_build_results = {}


def build(name):
    """The build folder, up to date; the first caller builds, the others wait."""
    with _build_locks[name]:
        if name not in _build_results:
            try:
                _build_results[name] = _build(name)
            except Failure as failure:
                _build_results[name] = failure
        if isinstance(_build_results[name], Failure):
            raise _build_results[name]
        return _build_results[name]


def _build(name):
    settings = _builds[name]
    folder = BUILD / name
    log = LOGS / f"build-{name}.log"
    log.unlink(missing_ok=True)
    start = time.monotonic()
    env = {"CC": settings["compiler"]}
    if not (folder / "build.ninja").is_file():
        folder.mkdir(parents=True, exist_ok=True)
        if run(["meson", "setup", *settings["flags"], folder, ROOT], log, 300, env) != 0:
            raise Failure(f"build/{name} cannot be set up: {log}")
    if run(["ninja", "-C", folder, "-k", "20", *settings["targets"]], log, 1500, env) != 0:
        errors = list(dict.fromkeys(re.findall(
            r"^(?!collect2)\S+: (?:fatal )?error: .*$|^.*undefined reference to .*$",
            log.read_text(errors="replace"), re.MULTILINE)))
        raise Failure(f"build/{name} does not build ({len(errors)} errors): {log}"
                      + "".join(f"\n      {error}" for error in errors[:5]))
    say(f"      build/{name} is ready ({time.monotonic() - start:.0f} s)")
    return folder


# ---- readers of results

def read_tap(text, exit_code, name):
    """Counts TAP; what the plan promised and did not come is a failure, as is an exit code
    that no failed test explains."""
    result = Result()
    planned = re.search(r"^1\.\.(\d+)", text, re.MULTILINE)
    for failed, title, skipped in re.findall(
            r"^(not )?ok\b(?: \d+)?(?: - )?([^#\n]*)(# ?SKIP)?", text, re.MULTILINE):
        if skipped:
            result.skipped += 1
        elif failed:
            result.failed.append(f"{name}: {title.strip()}")
        else:
            result.passed += 1
    seen = result.passed + len(result.failed) + result.skipped
    if planned and int(planned.group(1)) != seen:
        result.failed.append(f"{name}: {planned.group(1)} tests planned, {seen} seen")
    elif exit_code != 0 and not result.failed:
        result.failed.append(f"{name}: exit code {exit_code}" if exit_code is not None
                             else f"{name}: the time was up")
    elif seen == 0:
        result.failed.append(f"{name}: no test ran")
    return result


def because(trouble):
    """Where a test failed and by what, in a few words: who reads the summary may have no log."""
    lines = re.findall(r"^(?:E  .*|\S+\.py:\d+: .*)$", trouble.text or "", re.MULTILINE)
    crash = [line for line in lines if re.search(r"ERROR: \w+Sanitizer|runtime error|#\d+ .*/src/", line)]
    said = "; ".join(" ".join(line.split())[:200] for line in crash[:8] or lines[-6:])
    return f" ({said})" if said else ""


def read_junit(path, exit_code, name):
    if not path.is_file():
        raise Failure(f"{name}: no report; exit code {exit_code}")
    result, failed = Result(), {}
    for case in xml.etree.ElementTree.parse(path).iter("testcase"):
        title = f"{case.get('classname', '').split('.')[-1]}::{case.get('name')}"
        troubles = [*case.iter("failure"), *case.iter("error")]
        if troubles:
            # A test that failed and whose fixtures failed too (the server crashed) has two entries.
            failed[title] = failed.get(title, "") + "".join(map(because, troubles))
        elif case.find("skipped") is not None:
            result.skipped += 1
        else:
            result.passed += 1
    result.failed = [title + reason for title, reason in failed.items()]
    if exit_code is None:
        result.failed.append(f"{name}: the time was up")
    elif exit_code not in (0, 1) or (exit_code == 1 and not result.failed):
        result.failed.append(f"{name}: exit code {exit_code}")
    elif result.passed + len(result.failed) + result.skipped == 0:
        result.failed.append(f"{name}: no test ran")
    return result


def read_unittest(text, exit_code, name):
    """Counts what Python's unittest says at its end; each failed test counts once."""
    ran = re.search(r"^Ran (\d+) tests? in", text, re.MULTILINE)
    if not ran or int(ran.group(1)) == 0:
        return Result(failed=[f"{name}: no test ran; exit code {exit_code}"])
    skipped = re.search(r"^(?:OK|FAILED) \(.*skipped=(\d+)", text, re.MULTILINE)
    failed = list(dict.fromkeys(
        f"{name}: {title}" for title in re.findall(r"^(?:FAIL|ERROR): (\S+)", text, re.MULTILINE)))
    if exit_code != 0 and not failed:
        failed = [f"{name}: exit code {exit_code}"]
    skips = int(skipped.group(1)) if skipped else 0
    return Result(max(0, int(ran.group(1)) - len(failed) - skips), failed, skips)


def run_tap(command, log, timeout_s, name, env=None, folder=ROOT):
    start = log.stat().st_size if log.is_file() else 0
    code = run(command, log, timeout_s, env, folder)
    with open(log, "rb") as file:
        file.seek(start)
        return read_tap(file.read().decode(errors="replace"), code, name)


# ---- suites

def run_meson_suite(options, name, log):
    """The programs that the build registers for this suite, each with its TAP counted."""
    folder = build("test")
    listed = subprocess.run(["meson", "introspect", "--tests", str(folder)], check=True,
                            capture_output=True, text=True).stdout
    result = Result()
    for test in json.loads(listed):
        if not any(s.split(":")[-1] == name for s in test["suite"]):
            continue
        one = LOGS / f"{name}-{test['name'].replace('/', '_')}.log"
        one.unlink(missing_ok=True)
        outcome = run_tap(test["cmd"], one, test["timeout"] * options.patience, test["name"],
                          test["env"], folder)
        for failed in outcome.failed:
            with open(log, "a") as file:
                file.write(f"{failed}: {one}\n")
        result.add(outcome)
    if not (result.passed or result.failed or result.skipped):
        raise Failure(f"the build has no test of the suite {name}")
    return result


@suite("rules", "layers, purity, lengths, names (tests/rules)")
def rules(options, log):
    try:
        build("test")
    except Failure as failure:  # rules that look into the build say what they miss
        say(f"rules:     {failure}")
    return run_tap([sys.executable, ROOT / "tests/rules/run.py", "--code", "--build",
                    BUILD / "test"], log, 300, "rules")


@suite("docs", "pages agree with the tables of the code (tests/rules)")
def docs(options, log):
    return run_tap([sys.executable, ROOT / "tests/rules/run.py", "--docs"], log, 60, "docs")


@suite("compile", "no warning from gcc, from clang, and in a release build")
def compile_everywhere(options, log):
    result = Result()
    for name in ("test", "release", "fuzz"):  # the last by clang
        try:
            build(name)
            result.passed += 1
        except Failure as failure:
            result.failed.append(str(failure))
            with open(log, "a") as file:
                file.write(f"{failure}\n")
    return result


@suite("unit", "pure code, sanitized (tests/unit)")
def unit(options, log):
    return run_meson_suite(options, "unit", log)


@suite("store", "the store on SQLite and PostgreSQL (tests/store)")
def store(options, log):
    return run_meson_suite(options, "store", log)


@suite("cases", "exchanges as text files (tests/cases)")
def cases(options, log):
    return run_meson_suite(options, "cases", log)


@suite("examples", "the Django sites and their back-channel app (examples/django)")
def examples(options, log):
    python = ROOT / ".cache/venv/bin/python"
    manage = ROOT / "examples/django/manage.py"
    result = Result()
    for site in ("shop", "blog"):
        start = log.stat().st_size if log.is_file() else 0
        code = run([python, manage, "test", "curfew_logout", "--settings", f"sites.{site}"],
                   log, 300)
        result.add(read_unittest(log.read_bytes()[start:].decode(errors="replace"), code, site))
    return result


@suite("system", "the real program, real clients, clients that fail on purpose (tests/system)")
def system(options, log):
    binary = build("test") / "src" / "curfew"

    def on(engine, share, shares):
        """One share of an engine's tests; the tools' own tests run once."""
        name = engine if shares == 1 else f"{engine}-{share}"
        one, report = LOGS / f"system-{name}.log", LOGS / f"system-{name}.xml"
        one.unlink(missing_ok=True)
        report.unlink(missing_ok=True)
        command = [ROOT / ".cache/test-venv/bin/python", "-m", "pytest", "-c",
                   ROOT / "tests/system/pytest.ini", f"--junit-xml={report}",
                   f"--kills={options.kills}", f"--curfew={binary}", f"--engines={engine}",
                   f"--share={share}/{shares}",
                   "--color=no", "-q", "--tb=short", "--durations=20", ROOT / "tests/system"]
        if engine != "sqlite":
            command.append(f"--ignore={ROOT / 'tests/system/test_support.py'}")
        if options.every_engine:
            command.append("--every-engine")
        if options.only:
            command += ["-k", options.only]
        code = run(command, one, 3000 * options.patience,
                   {"PYTHONDONTWRITEBYTECODE": "1"})
        if options.only and code == 5:  # none of this share has that name
            return Result()
        result = read_junit(report, code, f"system on {name}")
        result.failed = [f"{title} ({one.relative_to(ROOT)})" for title in result.failed]
        return result

    result = Result()
    # More shares than run at once: who has done a light one takes another.
    shares = 1 if options.only else 6
    parts = [(engine, share, shares) for share in range(1, shares + 1)
             for engine in ("sqlite", "postgres")]
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        for one in pool.map(on, *zip(*parts)):
            result.add(one)
    with open(log, "a") as file:
        file.write("".join(f"{title}\n" for title in result.failed))
    return result


def journey(options, name, binary, file, words, patience):
    """Some of the system tests with another binary, on SQLite."""
    log, report = LOGS / f"{name}-system.log", LOGS / f"{name}-system.xml"
    log.unlink(missing_ok=True)
    report.unlink(missing_ok=True)
    patience *= options.patience
    code = run([ROOT / ".cache/test-venv/bin/python", "-m", "pytest", "-c",
                ROOT / "tests/system/pytest.ini", f"--junit-xml={report}", f"--curfew={binary}",
                "--engines=sqlite", "--color=no", "-q", "--tb=short",
                *(["-k", options.only or words] if options.only or words else []),
                ROOT / "tests/system" / file], log, 1200 * patience,
               {"PYTHONDONTWRITEBYTECODE": "1", "CURFEW_TEST_PATIENCE": str(patience)})
    return read_junit(report, code, name)


@suite("valgrind", "memcheck over a short journey of the real program (by name only: slow)")
def valgrind(options, log):
    if not shutil.which("valgrind"):
        raise Failure("valgrind is not installed (apt install valgrind)")
    folder = build("plain")
    binary = folder / "curfew-in-valgrind"
    binary.write_text("#!/bin/sh\nexec valgrind -q --error-exitcode=99 --leak-check=full "
                      "--show-leak-kinds=definite --errors-for-leak-kinds=definite "
                      f"{shlex.quote(str(folder / 'src/curfew'))} \"$@\"\n")
    binary.chmod(0o755)
    return journey(options, "valgrind", binary, "test_doors.py",
                   "test_rp_initiated or test_refresh_token or test_admin_ends_a_session", 10)


@suite("threads", "ThreadSanitizer over the tests of races (by name only)")
def threads(options, log):
    return journey(options, "threads", build("thread") / "src" / "curfew",
                   "test_attacks_races.py", "", 3)


@suite("fuzz", "every parser: its corpus, then new inputs (tests/fuzz)")
def fuzz(options, log):
    folder = build("fuzz")
    seconds = 0 if options.fast else options.fuzz_seconds
    command = [sys.executable, ROOT / "tests/fuzz/run.py", "--build", folder,
               "--seconds", seconds, "--jobs", options.jobs]
    return run_tap(command, log, 600 + 60 * max(seconds, 10), "fuzz")


# ---- the whole

_say_lock = threading.Lock()


def say(text):
    with _say_lock:
        print(text, flush=True)


def run_suite(name, options):
    log = LOGS / f"{name}.log"
    log.unlink(missing_ok=True)
    start = time.monotonic()
    try:
        result = SUITES[name][1](options, log)
    except Failure as failure:
        result = Result(failed=[str(failure)])
    lines = [f"{name + ':':10} {result.passed} passed, {len(result.failed)} failed"
             + (f", {result.skipped} skipped" if result.skipped else "")
             + f" ({time.monotonic() - start:.0f} s)"]
    lines += [f"    FAILED {failed}" for failed in result.failed]
    if result.failed:
        lines.append(f"    log: {log.relative_to(ROOT)}")
    say("\n".join(lines))
    return result


def parse():
    text = __doc__.format(
        defaults=", ".join(DEFAULT_SUITES),
        suites="\n".join(f"  {name:10} {text}" for name, (text, _) in SUITES.items()))
    parser = argparse.ArgumentParser(prog="./test", description=text,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("suites", nargs="*", metavar="suite")
    parser.add_argument("--fast", action="store_true", help="replay the corpora, do not fuzz")
    parser.add_argument("--fuzz-seconds", type=int, default=5, metavar="N",
                        help="fuzz each target for N seconds (5)")
    parser.add_argument("--kills", type=int, default=20, metavar="N",
                        help="kill the server N times in the crash tests (20)")
    parser.add_argument("--every-engine", action="store_true",
                        help="system tests that are about no store on PostgreSQL too")
    parser.add_argument("--jobs", type=int, default=WORKERS, metavar="N",
                        help="fuzz targets at a time (2)")
    parser.add_argument("--only", metavar="WORDS", help="system: only what pytest -k selects")
    parser.add_argument("--patience", type=int, default=1, metavar="N",
                        help="multiply every time limit (valgrind, a busy machine)")
    options = parser.parse_args()
    unknown = [name for name in options.suites if name not in SUITES]
    if unknown:
        parser.error(f"no suite {' or '.join(unknown)}; there are {', '.join(SUITES)}")
    return options


def main():
    options = parse()
    LOGS.mkdir(parents=True, exist_ok=True)
    become_reaper()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    total = Result()
    pool = concurrent.futures.ThreadPoolExecutor(WORKERS)
    try:
        names = options.suites or DEFAULT_SUITES
        for future in concurrent.futures.as_completed(
                [pool.submit(run_suite, name, options) for name in dict.fromkeys(names)]):
            total.add(future.result())
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        end_everything()
        raise
    for command in reap_leftovers():
        total.failed.append(f"left behind: {command}")
        say(f"    FAILED a process was left behind: {command}")
    say(f"{total.passed} passed, {len(total.failed)} failed"
        + (f", {total.skipped} skipped" if total.skipped else ""))
    return 1 if total.failed or not total.passed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
