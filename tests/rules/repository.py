"""What the repository may hold: nothing of one person's machine, no strange addresses, a
documentation that agrees with the tables, a test for each door."""

import ast
import pathlib
import re

from tree import ROOT, files, lines, rule, table_rows, text_of, tracked

# Hosts that a URL in this repository may name: documentation's example names, this machine,
# the specifications and the projects that Curfew refers to, a provider's name for itself.
HOSTS = re.compile(
    r"(\[::1\]|\[::\]|localhost(\.localdomain)?|127\.\d+\.\d+\.\d+|0\.0\.0\.0|10\.\d+\.\d+\.\d+|"
    r"192\.(0\.2|168\.\d+)\.\d+|172\.\d+\.\d+\.\d+|198\.51\.100\.\d+|203\.0\.113\.\d+|"
    r"169\.254\.169\.254|"
    r"([\w-]+\.)*example(\.(org|com|net|organ))?|([\w-]+\.)*test|([\w-]+\.)*invalid|"
    r"(schemas\.)?openid\.net|(www\.)?rfc-editor\.org|datatracker\.ietf\.org|www\.w3\.org|schemas\.xmlsoap\.org|"
    r"www\.keycloak\.org|www\.apache\.org|(docs|www)\.oasis-open\.org|docs\.djangoproject\.com|"
    r"mozilla-django-oidc\.readthedocs\.io|accounts\.google\.com|www\.sqlite\.org|www\.postgresql\.org)", re.I)
URL = re.compile(r"\bhttps?://(?:[^\s/@'\"<>`{}()%$\\]*@)?(\[[0-9a-fA-F:.]+\]|[\w.-]+\.?\w)")

# Paths of one person's machine, and marks that tools leave.
PRIVATE = re.compile(
    r"(?<![\w./-])/(home/\w+|(?-i:Users)/\w+|root|work)/|\b[Ii]ssue #?\d|"
    r"\bco-authored-by\b", re.I)

# Attacks name hosts that are nobody's; these folders hold them.
DATA = ("tests/fuzz/corpus/", "tests/data/")


@rule("no path of one person's machine, no mark of a tool")
def nothing_private():
    for path in tracked():
        text = text_of(path)
        if text is None or str(path).startswith(DATA) or str(path) == "tests/rules/repository.py":
            continue
        for number, line in lines(text):
            found = PRIVATE.search(line)
            if found:
                yield f"{path}:{number}: {found.group(0)}"


@rule("URLs name only hosts that are known here")
def urls_are_known():
    for path in tracked():
        text = text_of(path)
        if text is None or str(path).startswith(DATA) or path.name == "LICENSE":
            continue
        for number, line in lines(text):
            for host in URL.findall(line):
                named = re.search(r"\w\.[a-z]{2,}\.?$", host, re.I)
                if named and not HOSTS.fullmatch(host.rstrip(".")):
                    yield f"{path}:{number}: {host}"


@rule("files end with a newline and no line with a blank")
def no_trailing_blanks():
    for path in tracked():
        text = text_of(path)
        if text is None or str(path).startswith(DATA) or path.name == "LICENSE" or not text:
            continue
        if not text.endswith("\n") and not path.name.endswith(".json"):
            yield f"{path}: no newline at its end"
        for number, line in lines(text):
            if line != line.rstrip() and path.suffix != ".md":
                yield f"{path}:{number}: a blank at the end"


def _named_doors(decorator, prefix):
    """{door: function} from @decorator("...") in tests/system."""
    marks = {}
    for path in files("tests/system", ".py"):
        for node in ast.walk(ast.parse(text_of(path))):
            if not isinstance(node, ast.FunctionDef) or not node.name.startswith(prefix):
                continue
            for mark in node.decorator_list:
                if isinstance(mark, ast.Call) and ast.unparse(mark.func) == decorator:
                    for name in mark.args:
                        marks[ast.literal_eval(name)] = f"{path}::{node.name}"
    return marks


@rule("every door has a case in the test that walks the table")
def every_door_has_a_case():
    doors = [row[1] for row in table_rows(pathlib.PurePosixPath("src/signout/doors.def"), "D")]
    cases = _named_doors("opens", "")
    for name in doors:
        if name not in cases:
            yield f"src/signout/doors.def: no case @opens(\"{name}\") in tests/system/test_door_table.py"
    for name, test in {**_named_doors("pytest.mark.door", "test_"), **cases}.items():
        if name not in doors:
            yield f"{test}: there is no door {name}"


# Tables of the code that people look up: (table, macro, column of the name). A page lists
# them in a table right below <!-- table: src/... -->, the name first and in backquotes.
TABLES = {
    "src/signout/doors.def": ("D", 1),
    "src/model/own_attributes.def": ("A", 1),
    "src/main/config.h": ("K", 1),
    "src/metrics/metrics.def": ("M", 1),
    "src/cli/verbs.def": ("V", 1),
    "src/cli/flags.def": ("F", 1),
    "src/cli/resources.def": ("R", 1),
}
_MARK = re.compile(r"<!-- table: (\S+) -->\n((?:\s*\n|\|.*\n)+)")


def _documented():
    pages = {}
    for path in [p for p in tracked() if p.suffix == ".md"]:
        for table, body in _MARK.findall(text_of(path)):
            names = re.findall(r"^\| *`([^`]+)`", body, re.MULTILINE)
            pages[table] = (path, names)
    return pages


@rule("pages list what the tables of the code hold")
def pages_agree_with_tables():
    pages = _documented()
    for table, (macro, column) in TABLES.items():
        if not (ROOT / table).is_file():
            continue
        rows = [row[column] for row in table_rows(pathlib.PurePosixPath(table), macro)]
        if table not in pages:
            yield f"{table}: no page has <!-- table: {table} -->"
            continue
        path, names = pages[table]
        for name in rows:
            if name not in names:
                yield f"{path}: does not list `{name}` of {table}"
        for name in names:
            if name not in rows:
                yield f"{path}: lists `{name}`, which {table} does not have"
    for table in pages:
        if table not in TABLES:
            yield f"{pages[table][0]}: names the unknown table {table}"


@rule("links in pages lead somewhere")
def links_lead_somewhere():
    for path in [p for p in tracked() if p.suffix == ".md"]:
        text = re.sub(r"```.*?```", "", text_of(path), flags=re.DOTALL)
        for target in re.findall(r"\]\(([^)\s]+)\)", text):
            if re.match(r"[a-z]+:", target) or target.startswith("#"):
                continue
            if not (ROOT / path.parent / target.split("#")[0]).exists():
                yield f"{path}: {target} is not there"


SECURITY_TESTS = pathlib.PurePosixPath("docs/security-tests.md")
_ROW = re.compile(r"^\| (.+?) \| .+? \| (.+?) \|$", re.MULTILINE)


@rule("pages about attacks name tests that exist and name their row")
def attacks_are_tested():
    rows, path = set(), SECURITY_TESTS
    for names, held in _ROW.findall(text_of(path)):
        if names == "row":
            continue
        rows.update(names.split(", "))
        tests = re.findall(r"`([^`]+)`", held)
        if not tests and not held.startswith("not applicable yet: "):
            yield f"{path}: {names} has no test and no reason"
        for file, function in (test.partition("::")[::2] for test in tests):
            found = pathlib.PurePosixPath("tests", file)
            text = text_of(found) if found in tracked() else ""
            if not text or function and not re.search(
                    rf"^(?:def |static void )?{function}\(", text, re.MULTILINE):
                yield f"{path}: {names}: there is no {file} {function}"
            elif not any(re.search(rf"{re.escape(name)}(?!\d)", text) for name in names.split(", ")):
                yield f"{found}: does not say that it holds {names}"
    for found in files("tests", ".py", ".c", ".case"):
        for name in set(re.findall(r"\bB\d\.\d+\b", text_of(found) or "")) - rows:
            yield f"{found}: {path} has no row {name}"


def _messages(path):
    return dict(line.split("=", 1) for _, line in lines(text_of(path))
                if "=" in line and not line.startswith("#"))


@rule("every language has every message, and every message is used")
def messages_are_complete():
    languages = {path: _messages(path) for path in files("src/web/messages", ".properties")}
    english = languages[pathlib.PurePosixPath("src/web/messages/en.properties")]
    used = set()
    for path in files("src", ".html", ".c", ".properties"):
        named = set(re.findall(r"\{\{%(\w+)\}\}", text_of(path)))
        for key in named - set(english):
            yield f"{path}: there is no message {key}"
        used |= named | (set(re.findall(r'"(\w+)"', text_of(path))) if path.suffix == ".c" else set())
    for path, texts in languages.items():
        for key in set(english) ^ set(texts):
            yield f"{path}: the message {key} is in one language only"
        for key in set(english) & set(texts):
            names = [re.findall(r"\{\{.*?\}\}", text[key]) for text in (english, texts)]
            if sorted(names[0]) != sorted(names[1]):
                yield f"{path}: the message {key} inserts other values than the English one"
    for key in sorted(set(english) - used):
        yield f"src/web/messages/en.properties: nobody says {key}"
