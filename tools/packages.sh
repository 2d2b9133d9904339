# Packages of the distribution and Python environments that the commands at the root need.
# Sourced by ./run and ./test (POSIX sh); $root is the repository's folder.
#
#   packages_ensure NAME PACKAGE...   installs what is missing, says so
#   venv_ensure FOLDER REQUIREMENTS   makes the environment when it is missing or outdated
#   node_ensure FOLDER SOURCE         the same of Node's packages: SOURCE has package.json and its
#                                     lock; Node itself comes by pip when there is none
#   go_ensure PROGRAM SOURCE          builds the Go program of SOURCE
#   maven_ensure FOLDER SOURCE GOAL   installs the dependencies of SOURCE/pom.xml in FOLDER/lib:
#                                     GOAL is copy-dependencies or unpack-dependencies
#
# They remember what they found in .cache/, so that a second call costs no more than a
# comparison: the stamp of the packages holds their list and the date of dpkg's database.

packages_build='gcc libc6-dev meson ninja-build pkg-config python3 libssl-dev libsodium-dev
	libargon2-dev libmicrohttpd-dev libgnutls28-dev libcurl4-openssl-dev
	libsqlite3-dev libpq-dev zlib1g-dev'
packages_python='python3 python3-venv'
packages_test='binutils git clang libclang-rt-14-dev llvm clang-format libcmocka-dev
	postgresql-15 chromium chromium-driver libxml2-dev xmlsec1'
# Keycloak's own command line runs in Java; groff reads our manual page.
packages_cli='maven groff-base'
# SAML service providers that the system tests run.
packages_saml='libapache2-mod-auth-mellon simplesamlphp php-cli php-xml php8.2-cgi'

packages_say()
{
	printf '%s: %s\n' "${0##*/}" "$*" >&2
}

# The distribution's own Python: one in the PATH before it may lack venv.
python3_path()
{
	if [ -x /usr/bin/python3 ]; then
		echo /usr/bin/python3
	else
		command -v python3
	fi
}

packages_state()
{
	echo "$@" "$(stat -c %Y.%s /var/lib/dpkg/status 2>/dev/null)"
}

packages_missing()
{
	for package in "$@"; do
		case $(dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null) in
		'ii '*) ;;
		*) printf '%s ' "$package" ;;
		esac
	done
}

# apt-get as root: directly, or by sudo.
packages_apt()
{
	set -- env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 "$@"
	if [ "$(id -u)" -ne 0 ]; then
		if ! command -v sudo >/dev/null; then
			packages_say "not root, and there is no sudo; run this as root: $*"
			return 1
		fi
		set -- sudo "$@"
	fi
	packages_say "$*"
	"$@" >&2
}

packages_install()
{
	if [ -z "$(ls /var/lib/apt/lists/*_Packages* 2>/dev/null)" ]; then
		packages_apt update || return 1
		packages_apt install -y --no-install-recommends "$@"
		return
	fi
	packages_apt install -y --no-install-recommends "$@" && return
	packages_say 'the package lists may be outdated; once more with fresh ones'
	packages_apt update && packages_apt install -y --no-install-recommends "$@"
}

packages_ensure()
{
	stamp=$root/.cache/packages-$1
	shift
	if ! command -v dpkg-query >/dev/null; then
		packages_say "not a Debian system: these packages are taken for granted: $*"
		return 0
	fi
	if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$(packages_state "$@")" ]; then
		return 0
	fi
	missing=$(packages_missing "$@")
	if [ -n "$missing" ]; then
		packages_say "installing what is missing: $missing"
		# shellcheck disable=SC2086 # a list of names
		packages_install $missing || return 1
		missing=$(packages_missing "$@")
		if [ -n "$missing" ]; then
			packages_say "still missing: $missing"
			return 1
		fi
	fi
	mkdir -p "$root/.cache"
	packages_state "$@" >"$stamp"
}

venv_ensure()
{
	if [ -f "$1/requirements" ] && cmp -s "$2" "$1/requirements"; then
		return 0
	fi
	packages_say "making the Python environment ${1#"$root"/} from ${2#"$root"/}"
	rm -rf "$1"
	"$(python3_path)" -m venv "$1" || return 1
	"$1/bin/pip" install --quiet --disable-pip-version-check --no-input --requirement "$2" >&2 ||
		return 1
	cp "$2" "$1/requirements"
}

node_ensure()
{
	if [ -d "$1/node_modules" ] && cmp -s "$2/package-lock.json" "$1/package-lock.json"; then
		return 0
	fi
	# The distribution's npm is hundreds of packages.
	if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
		venv_ensure "$root/.cache/node" "$root/tests/system/data/node.txt" || return 1
	fi
	packages_say "installing Node's packages of ${2#"$root"/} in ${1#"$root"/}"
	rm -rf "$1"
	mkdir -p "$1"
	cp "$2/package.json" "$2/package-lock.json" "$1"
	if ! (cd "$1" && PATH=$PATH:$root/.cache/node/bin npm ci --loglevel=error --ignore-scripts \
		--no-audit --no-fund >&2); then
		rm -rf "$1"
		return 1
	fi
}

go_ensure()
{
	if [ -x "$1" ] && [ -z "$(find "$2" -newer "$1" -type f)" ]; then
		return 0
	fi
	command -v go >/dev/null || packages_install golang-go || return 1
	packages_say "building ${1#"$root"/} from ${2#"$root"/}"
	(cd "$2" && GOCACHE=$root/.cache/go-build GOPATH=$root/.cache/go \
		GOFLAGS='-mod=readonly -modcacherw' go build -o "$1" . >&2)
}

maven_ensure()
{
	if [ -d "$1/lib" ] && cmp -s "$2/pom.xml" "$1/pom.xml"; then
		return 0
	fi
	packages_say "installing Maven's packages of ${2#"$root"/} in ${1#"$root"/}"
	rm -rf "$1"
	mkdir -p "$1"
	cp "$2/pom.xml" "$1"
	if ! mvn --batch-mode --quiet --strict-checksums --file "$1/pom.xml" \
		"dependency:$3" "-DoutputDirectory=$1/lib" >&2; then
		rm -rf "$1"
		return 1
	fi
}
