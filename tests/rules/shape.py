"""The shape of the code: lengths, names, what is banned, what nobody uses."""

import pathlib
import re
import subprocess

from tree import (ROOT, SRC, CannotCheck, arrows, code_of, files, lines, rule, table_rows,
                  text_of, tracked)

FILE_LINES = 800
FUNCTION_LINES = 90
# With tabs of four, and some room beyond the 100 that .clang-format aims at. Rows of tables
# stay on one line, however long they are.
COLUMNS = 130
TABLE_ROW = re.compile(r"^\s*(\{.*\},?|[A-Z][A-Z_]*\(.*\)\s*\\?|\[.*\] = .*|\".*\",?)$")

BANNED = """sprintf vsprintf strcpy stpcpy strcat strncat strncpy strtok strtok_r atoi atol atoll
atof gets alloca system popen rand srand random srandom drand48 tmpnam tempnam mktemp asctime
ctime localtime gmtime setjmp longjmp""".split()


def _c_files():
    return files("src", ".c", ".h", ".def") + files("tests", ".c", ".h")


# Tests may start helpers and pretend to be an older time; they write past no end either.
BANNED_IN_TESTS = "sprintf vsprintf strcpy stpcpy strcat strncat strtok atoi atol gets".split()


@rule("banned functions are not called")
def banned_functions():
    for path in _c_files():
        names = BANNED if path.parts[0] == "src" else BANNED_IN_TESTS
        called = re.compile(rf"(?<![\w.>])({'|'.join(names)})\s*\(")
        for number, line in lines(code_of(path)):
            for name in called.findall(line):
                yield f"{path}:{number}: {name}"


@rule(f"files have at most {FILE_LINES} lines")
def files_are_short():
    for path in _c_files() + files("tests", ".py") + files("tools", ".py", ".sh"):
        count = text_of(path).count("\n")
        if count > FILE_LINES:
            yield f"{path}: {count} lines"


def functions(path):
    """(name, first line, lines) of each function: its body stands in column 0."""
    start = signature = None
    previous = []
    for number, line in lines(code_of(path)):
        if start is None and (line.startswith("{") or re.match(r"^[A-Za-z_].*\)\s*\{", line)):
            signature = "\n".join(previous) + "\n" + line
            start = number - (len(previous) if line.startswith("{") else 0)
        if start is not None and line.startswith("}"):
            names = re.findall(r"(\w+)\s*\(", signature)
            if names:
                yield names[0], start, number - start + 1
            start = None
            previous = []
        elif not line.strip() or line.startswith("#") or line.rstrip().endswith((";", "}")):
            previous = []
        elif start is None:
            previous.append(line)


@rule(f"functions have at most {FUNCTION_LINES} lines")
def functions_are_short():
    for path in files("src", ".c") + files("tests", ".c"):
        for name, start, count in functions(path):
            if count > FUNCTION_LINES:
                yield f"{path}:{start}: {name} has {count} lines"


@rule("nothing is left for later")
def nothing_is_left_for_later():
    words = re.compile(r"\b(TO" r"DO|FIX" r"ME|X" r"XX|HA" r"CK)\b")
    for path in tracked():
        text = text_of(path)
        if text is None or path.name == "LICENSE":
            continue
        for number, line in lines(text):
            found = words.search(line)
            if found:
                yield f"{path}:{number}: {found.group(0)}"


@rule("every error code is used")
def every_error_code_is_used():
    used = set()
    for path in files("src", ".c", ".h", ".def"):
        if path.name != "errors.def":
            used |= set(re.findall(r"\bERROR_(\w+)", code_of(path)))
            # Tables name codes without their prefix.
            if path.suffix == ".def":
                used |= set(re.findall(r"\b([A-Z][A-Z_]+)\b", code_of(path)))
    for row in table_rows(pathlib.PurePosixPath("src/base/errors.def"), "E"):
        if row[0] not in used:
            yield f"src/base/errors.def: {row[0]} is used nowhere"


@rule("every source belongs to its build file")
def every_source_is_built():
    for path in files("src", ".c"):
        build_file = ROOT / path.parent / "meson.build"
        if f"'{path.name}'" not in build_file.read_text():
            yield f"{path}: not in {path.parent}/meson.build"
    for folder, prefix in (("tests/unit", "test_"), ("tests/store", "test_"),
                           ("tests/fuzz", "fuzz_")):
        build_file = ROOT / folder / "meson.build"
        listed = build_file.read_text() if build_file.is_file() else ""
        for path in files(folder, ".c"):
            if path.name.startswith(prefix) and \
                    f"'{path.stem.removeprefix(prefix)}'" not in listed and \
                    f"'{path.stem}'" not in listed and f"'{path.name}'" not in listed:
                yield f"{path}: not in {folder}/meson.build"


def _prefixes(folder, module):
    """What functions of a module may begin with: the module, its folder, or the first word of
    a module that is one part of several (sqlite_open.c), in the singular too."""
    names = {module, folder, module.split("_")[0]}
    names |= {n[:-1] for n in names if n.endswith("s")}
    names |= {n[:-3] + "y" for n in names if n.endswith("ies")}
    return tuple(n + "_" for n in names)


@rule("public functions are named by their module")
def functions_are_named_by_their_module(build):
    libraries = [build / "src" / f"lib{folder}.a" for folder in arrows()]
    if not all(library.is_file() for library in libraries):
        raise CannotCheck(f"the libraries in {build}/src are not built")
    for library in libraries:
        folder = library.name[3:-2]
        out = subprocess.run(["nm", "-A", "--defined-only", "--extern-only", str(library)],
                             check=True, capture_output=True, text=True).stdout
        for line in out.splitlines():
            found = re.match(r"\S*?:([\w.-]+)\.c\.o:[0-9a-f]+ T (\w+)$", line)
            if not found or found.group(2).startswith("_"):
                continue
            source, name = found.groups()
            # Object names carry the path to sources in folders below: defaults_realm.
            module = source.split("_", 1)[1] if not (SRC / folder / f"{source}.c").is_file() \
                and "_" in source else source
            if name in (module, folder) or name.startswith(_prefixes(folder, module)):
                continue
            yield f"src/{folder}/{source}.c: {name}"


@rule(f"C is indented with tabs and has at most {COLUMNS} columns")
def code_is_laid_out():
    for path in _c_files():
        if path.suffix == ".def":
            continue
        for number, line in lines(text_of(path)):
            if len(line.expandtabs(4)) > COLUMNS and not TABLE_ROW.match(line):
                yield f"{path}:{number}: {len(line.expandtabs(4))} columns"
        for number, line in lines(code_of(path)):
            # Up to seven blanks align a continued line.
            if line.startswith("        ") and line.strip():
                yield f"{path}:{number}: indented with blanks"
