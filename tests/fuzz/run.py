#!/usr/bin/env python3
"""Runs the fuzz targets and prints TAP, one test a target.

    tests/fuzz/run.py [--build DIR] [--seconds N] [--jobs N] [NAME...]

A target first replays its corpus (tests/fuzz/corpus/NAME), then tries new inputs for N
seconds, starting from it; what it finds on the way is kept beside the build, not in the
repository. An input that breaks something is in DIR/found/NAME: copy it to the corpus."""

import argparse
import concurrent.futures
import os
import pathlib
import re
import signal
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = ROOT / "tests" / "fuzz"

# libFuzzer's own limits, the same for replay and search.
LIMITS = ["-timeout=10", "-rss_limit_mb=2048", "-max_len=65536", "-print_final_stats=1"]


def targets(build):
    """{name: program} of what tests/fuzz has sources for."""
    return {path.stem.removeprefix("fuzz_"): build / "tests" / "fuzz" / path.stem
            for path in sorted(HERE.glob("fuzz_*.c"))}


def execute(command, timeout_s):
    """(exit code or None, output) of a command that gets a process group of its own."""
    process = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                               start_new_session=True, cwd=ROOT)
    try:
        output, _ = process.communicate(timeout=timeout_s)
        return process.returncode, output.decode(errors="replace")
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        output, _ = process.communicate()
        return None, output.decode(errors="replace")


def run_target(name, program, seconds, build):
    """(passed, what to print) of one target."""
    if not program.is_file():
        return False, [f"{program} is not built"]
    corpus = HERE / "corpus" / name
    kept = build / "corpus" / name
    found = build / "found" / name
    for folder in (kept, found):
        folder.mkdir(parents=True, exist_ok=True)
    artifacts = f"-artifact_prefix={found}/"
    seeds = sorted(p for p in corpus.glob("*") if p.is_file()) if corpus.is_dir() else []
    notes = [f"{len(seeds)} inputs in its corpus"]
    if seeds:
        code, output = execute([program, *LIMITS, artifacts, *seeds], 300)
        if code != 0:
            return False, notes + ["replay of the corpus:"] + output.splitlines()[-60:]
    if seconds or not seeds:
        words = HERE / f"{name}.dict"
        code, output = execute(
            [program, *LIMITS, artifacts, f"-max_total_time={seconds or 1}",
             *([f"-dict={words}"] if words.is_file() else []), kept,
             *([corpus] if seeds else [])], (seconds or 1) + 120)
        runs = re.search(r"number_of_executed_units: (\d+)", output)
        notes.append(f"{runs.group(1) if runs else 0} new runs in {seconds or 1} s")
        if code != 0 or not runs or int(runs.group(1)) == 0:
            return False, notes + output.splitlines()[-60:]
    return True, notes


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build" / "fuzz")
    parser.add_argument("--seconds", type=int, default=15)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    chosen = {name: program for name, program in targets(options.build.resolve()).items()
              if not options.names or name in options.names}
    print(f"1..{len(chosen)}", flush=True)
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(max(1, options.jobs)) as pool:
        runs = {pool.submit(run_target, name, program, options.seconds, options.build): name
                for name, program in chosen.items()}
        for number, run in enumerate(concurrent.futures.as_completed(runs), 1):
            passed, notes = run.result()
            failed += not passed
            print(f"{'ok' if passed else 'not ok'} {number} - {runs[run]}")
            for note in notes:
                print(f"#   {note}")
            sys.stdout.flush()
    return 1 if failed or not chosen else 0


if __name__ == "__main__":
    sys.exit(main())
