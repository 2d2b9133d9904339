"""What the rules know of the tree: its files, C text without comments, the table of arrows."""

import functools
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
SRC = ROOT / "src"

# Folders whose code decides and does nothing else.
PURE = ("oidc", "saml", "login", "signout")

RULES = []


def rule(text):
    """Registers a check: a generator of complaints, each "file:line: what is wrong"."""

    def register(check):
        RULES.append((text, check))
        return check

    return register


class CannotCheck(Exception):
    """Something that the check needs is not there; the rule fails with this reason."""


@functools.cache
def tracked():
    """Files that git knows or would add, relative to the root."""
    out = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT, check=True, capture_output=True, text=True).stdout
    names = sorted(set(out.split("\0")) - {""})
    return [pathlib.PurePosixPath(n) for n in names if (ROOT / n).is_file()]


def files(under, *endings):
    """Tracked files below a folder with one of these endings."""
    return [p for p in tracked()
            if str(p).startswith(under + "/") and p.name.endswith(endings)]


@functools.cache
def text_of(path):
    """The file's text, or None when it is not text."""
    data = (ROOT / path).read_bytes()
    if b"\0" in data:
        return None
    try:
        return data.decode()
    except UnicodeDecodeError:
        return None


_PIECE = re.compile(
    r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.DOTALL)


def _blank(match):
    piece = match.group(0)
    kept = re.sub(r"[^\n]", " ", piece)
    if piece[0] == "/":
        return kept
    return piece[0] + kept[1:-1] + piece[-1]


@functools.cache
def code_of(path):
    """C text whose comments and literals are blank, line for line."""
    return _PIECE.sub(_blank, text_of(path))


def lines(text):
    return enumerate(text.split("\n"), 1)


_ARROW = re.compile(r"^\s*\['(\w+)', \[([^\]]*)\], \[([^\]]*)\]\],", re.MULTILINE)


@functools.cache
def arrows():
    """{folder: folders that it may include}, from src/meson.build."""
    table = {}
    for name, allowed, _ in _ARROW.findall(text_of(pathlib.PurePosixPath("src/meson.build"))):
        table[name] = re.findall(r"'(\w+)'", allowed)
    if not table:
        raise CannotCheck("no table of arrows in src/meson.build")
    return table


def include_flags(folder, build):
    """What the compiler gets to see a folder as its library does."""
    names = [*arrows(), "main"] if folder == "main" else [folder, *arrows()[folder]]
    return [f"-I{build}/include/{name}" for name in names]


def table_rows(path, macro):
    """The arguments of each MACRO(...) row of an X-macro table, literals without quotes."""
    rows = []
    text = re.sub(r"/\*.*?\*/", "", text_of(path), flags=re.DOTALL)
    row = rf"^[ \t]*{macro}\((.*?)\)[ \t]*\\?$"
    for found in re.finditer(row, text, re.MULTILINE | re.DOTALL):
        cells = re.findall(r'"((?:\\.|[^"\\])*)"|([^,\s][^,]*)', found.group(1))
        rows.append([quoted or bare.strip() for quoted, bare in cells])
    return rows
