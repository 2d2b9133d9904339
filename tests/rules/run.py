#!/usr/bin/env python3
"""Checks the rules of the tree and prints TAP, one test a rule.

    tests/rules/run.py [--build DIR] [--docs | --code] [WORD...]

WORD limits the run to rules whose text has it. --docs takes only the rules about pages,
--code all others. Some rules look into a build folder (build/test)."""

import argparse
import inspect
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import tree  # noqa: E402

import shape  # noqa: E402, F401 - registers its rules
import layers  # noqa: E402, F401
import repository  # noqa: E402, F401


def run(check, build):
    """Complaints of one rule."""
    try:
        if "build" in inspect.signature(check).parameters:
            return list(check(build=build))
        return list(check())
    except tree.CannotCheck as reason:
        return [str(reason)]


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=tree.ROOT / "build" / "test")
    parser.add_argument("--docs", action="store_true")
    parser.add_argument("--code", action="store_true")
    parser.add_argument("words", nargs="*")
    options = parser.parse_args()
    chosen = []
    for text, check in tree.RULES:
        about_pages = "pages" in text
        if options.docs and not about_pages or options.code and about_pages:
            continue
        if options.words and not any(word in text for word in options.words):
            continue
        chosen.append((text, check))
    failed = 0
    print(f"1..{len(chosen)}")
    for number, (text, check) in enumerate(chosen, 1):
        complaints = run(check, options.build.resolve())
        failed += bool(complaints)
        print(f"{'not ok' if complaints else 'ok'} {number} - {text}")
        for complaint in complaints:
            print(f"#   {complaint}")
        sys.stdout.flush()
    return 1 if failed or not chosen else 0


if __name__ == "__main__":
    sys.exit(main())
