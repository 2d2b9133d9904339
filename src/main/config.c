/* Configuration; see config.h. */
#include "main/config.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/tables.h"
#include "base/text.h"

extern char **environ;

struct key {
	const char *name, *standard, *alias, *help;
	size_t offset;
	bool secret;
};

static const struct key keys[] = {
#define K(member, key, standard, alias, secret, help) \
	{ key, standard, alias, help, offsetof(struct config, member), secret },
	CONFIG_KEYS(K)
#undef K
};

/* Where each value came from, for --show-config. */
static const char *sources[ARRAY_LENGTH(keys)];

enum { FILE_MAX = 64 << 10 };

static struct str *slot(struct config *config, const struct key *key)
{
	return (struct str *)(void *)((char *)config + key->offset);
}

static const struct key *key_of(struct str name)
{
	for (size_t i = 0; i < ARRAY_LENGTH(keys); i++)
		if (str_eq_z(name, keys[i].name))
			return &keys[i];
	return NULL;
}

static void set(struct config *config, const struct key *key, struct str value, const char *source)
{
	*slot(config, key) = value;
	sources[key - keys] = source;
}

static bool is_nearer(struct str to, const char *one, const char *other)
{
	return str_distance(to, str_from(one)) < str_distance(to, str_from(other));
}

static const char *nearest_flag(struct str name)
{
	const char *best = "import";
	for (size_t i = 0; i < ARRAY_LENGTH(keys); i++)
		if (is_nearer(name, keys[i].name, best))
			best = keys[i].name;
	return best;
}

static const char *nearest_alias(struct str name)
{
	const char *best = "KC_HOSTNAME";
	for (size_t i = 0; i < ARRAY_LENGTH(keys); i++)
		if (keys[i].alias[0] && is_nearer(name, keys[i].alias, best))
			best = keys[i].alias;
	return best;
}

static void warn(struct arena *arena, struct config *config, struct str text)
{
	*(struct str *)arena_push(arena, &config->warnings.items, &config->warnings.n, sizeof *config->warnings.items) = text;
}

static enum error_code read_file(struct arena *arena, const char *path, struct str *ret_text, struct why *reterr_why)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return error_because(reterr_why, ERROR_FILE_FAILED, "%s: %s", path, strerror(errno));
	char *bytes = arena_alloc(arena, FILE_MAX);
	size_t n = 0;
	ssize_t got;
	while (n < FILE_MAX && (got = read(fd, bytes + n, FILE_MAX - n)) > 0)
		n += (size_t)got;
	close(fd);
	if (n == FILE_MAX)
		return error_because(reterr_why, ERROR_FILE_FAILED, "%s is larger than 64 KiB", path);
	*ret_text = str_of(bytes, n);
	return OK;
}

/* key = value lines; '#' begins a comment line. */
static enum error_code read_conf(struct arena *arena, const char *path, struct config *config, struct why *reterr_why)
{
	struct str text, line;
	enum error_code code = read_file(arena, path, &text, reterr_why);
	if (code != OK)
		return code;
	for (int number = 1; str_next(&text, '\n', &line); number++) {
		line = str_trim(str_ends(line, STR("\r")) ? str_take(line, line.n - 1) : line);
		if (!line.n || line.p[0] == '#')
			continue;
		size_t equals = str_index(line, '=');
		struct str name = str_trim(str_take(line, equals));
		const struct key *key = key_of(name);
		if (equals == line.n || !key)
			return error_because(reterr_why, ERROR_USAGE, "%s:%d: '%.*s' is not a key of Curfew", path, number,
					     STR_ARG(str_take(name, 60)));
		set(config, key, str_trim(str_drop(line, equals + 1)), path);
	}
	return OK;
}

/* jdbc:postgresql://host/db, as KC_DB_URL has it, to what libpq reads. */
static struct str from_jdbc(struct arena *arena, struct str url)
{
	if (!str_starts(url, STR("jdbc:postgresql://")))
		return url;
	const char *user = getenv("KC_DB_USERNAME"), *password = getenv("KC_DB_PASSWORD");
	struct text text = text_new(arena, 0);
	text_add_z(&text, "postgresql://");
	if (user) {
		text_add_percent(&text, str_from(user));
		if (password) {
			text_add_char(&text, ':');
			text_add_percent(&text, str_from(password));
		}
		text_add_char(&text, '@');
	}
	text_add(&text, str_drop(url, sizeof "jdbc:postgresql://" - 1));
	return text_str(&text);
}

/* CURFEW_TLS_CERT for "tls-cert". */
static void env_name(const char *key, const char *suffix, char *ret_name, size_t room)
{
	size_t n = 0;
	for (const char *p = "CURFEW_"; *p && n + 1 < room; p++)
		ret_name[n++] = *p;
	for (const char *p = key; *p && n + 1 < room; p++)
		ret_name[n++] = *p == '-' ? '_' : (char)toupper((unsigned char)*p);
	for (const char *p = suffix; *p && n + 1 < room; p++)
		ret_name[n++] = *p;
	ret_name[n] = 0;
}

static enum error_code read_env_key(struct arena *arena, const struct key *key, struct config *config,
				    struct why *reterr_why)
{
	char name[80], file[80];
	env_name(key->name, "", name, sizeof name);
	env_name(key->name, "_FILE", file, sizeof file);
	const char *alias = key->alias[0] ? getenv(key->alias) : NULL;
	if (alias && *alias)
		set(config, key, from_jdbc(arena, str_from(alias)), key->alias);
	if (getenv(name))
		set(config, key, str_from(getenv(name)), "environment");
	if (!getenv(file))
		return OK;
	struct str text;
	enum error_code code = read_file(arena, getenv(file), &text, reterr_why);
	while (code == OK && text.n && (text.p[text.n - 1] == '\n' || text.p[text.n - 1] == '\r'))
		text.n--;
	if (code == OK)
		set(config, key, text, getenv(file));
	return code;
}

static bool alias_known(const char *name)
{
	static const char *const others[] = { "KC_DB_USERNAME", "KC_DB_PASSWORD", "KC_DB", "KC_HTTP_PORT", "KC_HTTP_HOST",
		"KC_HTTP_ENABLED", "KC_HEALTH_ENABLED", "KC_METRICS_ENABLED", "KC_HTTP_RELATIVE_PATH", "KC_CACHE" };
	for (size_t i = 0; i < ARRAY_LENGTH(keys); i++)
		if (keys[i].alias[0] && strcmp(name, keys[i].alias) == 0)
			return true;
	for (size_t i = 0; i < ARRAY_LENGTH(others); i++)
		if (strcmp(name, others[i]) == 0)
			return true;
	return false;
}

static void warn_unknown(struct arena *arena, struct config *config)
{
	for (char **e = environ; *e; e++) {
		if (strncmp(*e, "KC_", 3) != 0)
			continue;
		char *name = arena_z(arena, str_take(str_from(*e), str_index(str_from(*e), '=')));
		if (!alias_known(name))
			warn(arena, config, arena_format(arena, "%s is not known here and has no effect; the nearest name is %s",
							 name, nearest_alias(str_from(name))));
	}
}

/* KC_HTTP_HOST and KC_HTTP_PORT are halves of `listen`. */
static void read_kc_listen(struct arena *arena, struct config *config)
{
	const char *host = getenv("KC_HTTP_HOST"), *port = getenv("KC_HTTP_PORT");
	if (!host && !port)
		return;
	set(config, key_of(STR("listen")), arena_format(arena, "%s:%s", host ? host : "127.0.0.1", port ? port : "8080"),
	    "KC_HTTP_HOST/PORT");
}

static enum error_code read_flag(struct arena *arena, char **argv, int argc, int *at, struct config *config,
				 struct why *reterr_why)
{
	struct str flag = str_from(argv[*at]);
	if (!str_starts(flag, STR("--")))
		return error_because(reterr_why, ERROR_USAGE, "'%s' is not a flag; see curfew serve --help", argv[*at]);
	flag = str_drop(flag, 2);
	size_t equals = str_index(flag, '=');
	bool inside = equals < flag.n;
	struct str name = str_take(flag, equals), value = str_drop(flag, equals + 1);
	if (str_eq_z(name, "show-config") || str_eq_z(name, "check")) {
		*(str_eq_z(name, "check") ? &config->check : &config->show) = true;
		return OK;
	}
	if (str_eq_z(name, "optimized")) { /* of Keycloak's start scripts */
		warn(arena, config, STR("--optimized has no effect: there is no build step here"));
		return OK;
	}
	const struct key *key = key_of(name);
	bool import = str_eq_z(name, "import");
	if (!key && !import)
		return error_because(reterr_why, ERROR_USAGE, "unknown flag --%.*s; did you mean --%s?", STR_ARG(name),
				     nearest_flag(name));
	if (!inside && *at + 1 >= argc)
		return error_because(reterr_why, ERROR_USAGE, "--%.*s needs a value", STR_ARG(name));
	if (!inside)
		value = str_from(argv[++*at]);
	if (import)
		*(struct str *)arena_push(arena, &config->imports.items, &config->imports.n, sizeof *config->imports.items) = value;
	else
		set(config, key, value, "flag");
	return OK;
}

/* --config FILE, else curfew.conf where it is present. */
static const char *conf_file(int argc, char **argv)
{
	for (int i = 0; i + 1 < argc; i++)
		if (strcmp(argv[i], "--config") == 0)
			return argv[i + 1];
	return getenv("CURFEW_CONFIG") ? getenv("CURFEW_CONFIG") : access("curfew.conf", R_OK) == 0 ? "curfew.conf" : NULL;
}

enum error_code config_read(struct arena *arena, int argc, char **argv, struct config *ret_config,
			    struct why *reterr_why)
{
	struct config config = { 0 };
	for (size_t i = 0; i < ARRAY_LENGTH(keys); i++)
		set(&config, &keys[i], str_from(keys[i].standard), "default");
	const char *file = conf_file(argc, argv);
	enum error_code code = file ? read_conf(arena, file, &config, reterr_why) : OK;
	read_kc_listen(arena, &config);
	for (size_t i = 0; i < ARRAY_LENGTH(keys) && code == OK; i++)
		code = read_env_key(arena, &keys[i], &config, reterr_why);
	for (int i = 0; i < argc && code == OK; i++) {
		if (strcmp(argv[i], "--config") == 0)
			i++;
		else
			code = read_flag(arena, argv, argc, &i, &config, reterr_why);
	}
	if (code != OK)
		return code;
	warn_unknown(arena, &config);
	*ret_config = config;
	return OK;
}

struct str config_text(struct arena *arena, const struct config *config)
{
	struct text text = text_new(arena, 0);
	for (size_t i = 0; i < ARRAY_LENGTH(keys); i++) {
		struct config copy = *config;
		struct str value = *slot(&copy, &keys[i]);
		if (keys[i].secret && value.n && !str_eq_z(value, "sqlite"))
			value = STR("********");
		text_addf(&text, "%s = %.*s   # %s\n", keys[i].name, STR_ARG(value), sources[i]);
	}
	return text_str(&text);
}

struct str config_help(struct arena *arena)
{
	struct text text = text_new(arena, 0);
	text_add_z(&text, "curfew serve [--key VALUE]...: runs the server until SIGTERM.\n\n");
	for (size_t i = 0; i < ARRAY_LENGTH(keys); i++)
		text_addf(&text, "  --%-26s %s%s%s%s\n", keys[i].name, keys[i].help, keys[i].standard[0] ? " (" : "",
			  keys[i].standard, keys[i].standard[0] ? ")" : "");
	text_add_z(&text,
		   "  --import FILE               a realm in Keycloak's JSON; repeatable; a realm that exists is left alone\n"
		   "  --config FILE               key = value lines (curfew.conf, when it is there)\n"
		   "  --show-config               print every value and where it came from, and stop\n"
		   "  --check                     check the configuration and stop\n\n"
		   "Each key may also come as CURFEW_KEY (or its file's name as CURFEW_KEY_FILE) from the environment;\n"
		   "Keycloak's KC_ names are understood where they mean the same. Later ones win: file, environment, flag.\n");
	return text_str(&text);
}

bool config_address(struct arena *arena, struct str text, struct str *ret_host, int64_t *ret_port)
{
	size_t colon = str_last_index(text, ':');
	struct str host = str_take(text, colon);
	if (colon == text.n || !str_to_int64(str_drop(text, colon + 1), ret_port) || *ret_port < 0 || *ret_port > 65535)
		return false;
	if (str_starts(host, STR("[")) && str_ends(host, STR("]")))
		host = str_take(str_drop(host, 1), host.n - 2);
	*ret_host = arena_str(arena, host);
	return host.n > 0;
}
