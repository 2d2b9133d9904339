"""Who may include whom, and who may call what."""

import re
import subprocess

from tree import PURE, SRC, CannotCheck, arrows, code_of, files, include_flags, lines, rule, text_of

_INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]')

# The one folder of each foreign library. The client's TLS hook looks at certificates.
FOREIGN = {
    r"openssl/(ssl|x509|x509v3|x509_vfy|err)\.h": ("crypto", "client"),
    r"openssl/.*": ("crypto",),
    r"sodium(/.*)?\.h": ("crypto",),
    r"argon2\.h": ("crypto",),
    r"sqlite3\.h": ("db",),
    r"libpq-fe\.h|pg_config.*\.h|catalog/.*": ("db",),
    r"curl/.*": ("client",),
    r"microhttpd\.h": ("http",),
    r"gnutls/.*": ("http",),
    r"zlib\.h": ("xml",),
}

STANDARD = set("""
arpa/inet.h assert.h ctype.h dirent.h endian.h errno.h fcntl.h getopt.h grp.h ifaddrs.h inttypes.h
limits.h linux/fs.h locale.h math.h net/if.h netdb.h netinet/in.h netinet/tcp.h poll.h
pthread.h pwd.h sanitizer/asan_interface.h sched.h semaphore.h setjmp.h signal.h stdalign.h stdarg.h stdatomic.h stdbool.h stddef.h
stdint.h stdio.h stdlib.h stdnoreturn.h string.h strings.h sys/epoll.h sys/eventfd.h
sys/file.h sys/ioctl.h sys/mman.h sys/prctl.h sys/random.h sys/resource.h sys/signalfd.h
sys/socket.h sys/stat.h sys/statvfs.h sys/syscall.h sys/time.h sys/timerfd.h sys/types.h
sys/uio.h sys/un.h sys/utsname.h sys/wait.h syslog.h termios.h threads.h time.h unistd.h
""".split())

PURE_STANDARD = {"assert.h", "inttypes.h", "limits.h", "stdalign.h", "stdarg.h", "stdbool.h",
                 "stddef.h", "stdint.h", "string.h"}


def _includes():
    for path in files("src", ".c", ".h", ".def"):
        for number, line in lines(text_of(path)):
            found = _INCLUDE.match(line)
            if found:
                yield path, path.parts[1], number, found.group(1) == '"', found.group(2)


@rule("includes follow the arrows of src/meson.build")
def includes_follow_the_arrows():
    for path, folder, number, ours, name in _includes():
        if not ours:
            continue
        other = name.split("/")[0]
        if "/" not in name:
            yield f'{path}:{number}: "{name}" is not named by its folder'
        elif not (SRC / name).is_file():
            yield f'{path}:{number}: there is no src/{name}'
        elif folder != "main" and other not in (folder, *arrows().get(folder, [])):
            yield f"{path}:{number}: {folder} may not include {other} ({name})"


@rule("headers ask their users for no more than the arrows give")
def headers_ask_for_no_more():
    for path, folder, number, ours, name in _includes():
        other = name.split("/")[0]
        if not ours or path.suffix != ".h" or other == folder:
            continue
        # A header that only its own folder includes is nobody else's burden.
        users = {user for user_path, user, _, is_ours, target in _includes()
                 if is_ours and user not in (folder, "main") and target == "/".join(path.parts[1:])}
        for user in sorted(users):
            if other not in (user, *arrows().get(user, [])):
                yield f"{path}:{number}: {user} includes it and may not include {other}"


@rule("the table of arrows keeps the layers")
def the_table_keeps_the_layers():
    seen = []
    for folder, allowed in arrows().items():
        if not (SRC / folder).is_dir():
            yield f"src/meson.build: there is no src/{folder}"
        for other in allowed:
            if other not in seen:
                yield f"src/meson.build: {folder} may include {other}, which comes later"
            if folder in PURE and other in PURE:
                yield f"src/meson.build: {folder} and {other} may not know each other"
            if folder in PURE and other in ("db", "store", "run", "http", "client"):
                yield f"src/meson.build: {folder} is pure and may not know {other}"
        seen.append(folder)
    for folder in sorted(p.name for p in SRC.iterdir() if p.is_dir()):
        if folder != "main" and folder not in arrows():
            yield f"src/meson.build: src/{folder} is not in the table"


@rule("each foreign header is included in its one folder")
def foreign_headers_stay_at_home():
    for path, folder, number, ours, name in _includes():
        if ours:
            continue
        homes = next((h for p, h in FOREIGN.items() if re.fullmatch(p, name)), None)
        if homes is None and name not in STANDARD:
            yield f"{path}:{number}: <{name}> is neither known as standard nor as foreign"
        elif homes is not None and folder not in homes:
            yield f"{path}:{number}: <{name}> belongs to {' and '.join(homes)}"


@rule("pure folders include no header of the system")
def pure_folders_include_no_system():
    for path, folder, number, ours, name in _includes():
        if folder in PURE and not ours and name not in PURE_STANDARD:
            yield f"{path}:{number}: <{name}> in a pure folder"


# What pure code may take from libc. Anything with a clock, a heap, a file, a socket, an
# environment or a locale is missing on purpose.
PURE_LIBC = re.compile(
    r"mem(cpy|move|set|cmp|chr|rchr|mem)|str(n?len|n?cmp|chr|rchr|str|spn|cspn)|bsearch|"
    r"abort|__assert_fail|"
    r"__stack_chk_fail|__mem(cpy|move|set)_chk|"
    r"__(asan|ubsan|lsan|sanitizer|odr_asan|start___sancov|stop___sancov)\w*|_GLOBAL_OFFSET_TABLE_")
# Ours that pure code may not call although their folder is below it.
IMPURE = re.compile(r"(clock|log|failpoint|random|pool)_?\w*")


def _symbols(library, *flags):
    out = subprocess.run(["nm", "--format=posix", *flags, str(library)],
                         check=True, capture_output=True, text=True).stdout
    return {line.split()[0] for line in out.splitlines() if len(line.split()) >= 2}


@rule("pure folders call nothing but pure functions")
def pure_folders_call_pure_functions(build):
    checked = 0
    for folder in PURE:
        library = build / "src" / f"lib{folder}.a"
        if folder not in arrows():
            continue
        if not library.is_file():
            raise CannotCheck(f"{library} is not built")
        checked += 1
        allowed = _symbols(library, "--defined-only")
        for other in arrows()[folder]:
            allowed |= {s for s in _symbols(build / "src" / f"lib{other}.a", "--defined-only")
                        if not IMPURE.fullmatch(s)}
        for symbol in sorted(_symbols(library, "--undefined-only") - allowed):
            if not PURE_LIBC.fullmatch(symbol):
                yield f"src/{folder}: calls {symbol}"
    if not checked:
        raise CannotCheck("there is no pure folder")


@rule("every header compiles alone")
def every_header_compiles_alone(build):
    import concurrent.futures
    pq = subprocess.run(["pkg-config", "--cflags", "libpq"], capture_output=True, text=True)
    foreign = pq.stdout.split()

    def compile_alone(path):
        name = "/".join(path.parts[1:])
        done = subprocess.run(
            ["gcc", "-std=gnu17", "-D_GNU_SOURCE", "-DCURFEW_TEST_BUILD", "-Wall", "-Wextra",
             "-fsyntax-only", *include_flags(path.parts[1], build), *foreign, "-x", "c", "-"],
            input=f'#include "{name}"\n#include "{name}"\n', capture_output=True, text=True)
        return path, done.stderr.strip()

    if not (build / "include").is_dir():
        raise CannotCheck(f"{build} is not set up")
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for path, problem in pool.map(compile_alone, files("src", ".h")):
            if problem:
                yield f"{path}: {problem.splitlines()[0]}"


@rule("every failpoint has its own name")
def failpoints_have_their_own_names():
    seen = {}
    for path in files("src", ".c"):
        if path.parts[1] == "base":
            continue
        for number, line in lines(code_of(path)):
            if not re.search(r"\bfailpoint\(", line):
                continue
            original = text_of(path).split("\n")[number - 1]
            found = re.search(r'\bfailpoint\("([a-z0-9_.-]+)"\)', original)
            here = f"{path}:{number}"
            if not found:
                yield f"{here}: the name of a failpoint is a literal in small letters"
            elif found.group(1) in seen:
                yield f'{here}: "{found.group(1)}" is at {seen[found.group(1)]} already'
            else:
                seen[found.group(1)] = here
