/* model/redirect.h against a second, naive reading of the same rules, and against what must
 * hold whatever the rules are: no URI is accepted whose scheme, host or port is not that of a
 * registered one.
 *
 * The input: lines "root url", "registered URIs, by spaces", "URIs to try, by spaces". */
#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/url.h"
#include "model/redirect.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

enum { LIST_MAX = 8 };

/* ---- the naive reading: C strings, searched from the left */

struct naive {
	char *scheme, *authority, *path, *rest; /* rest: the query with its '?' */
};

/* False: not of the form scheme:[//authority][path][?query]. */
static bool naive_split(struct arena *arena, const char *uri, struct naive *ret)
{
	const char *colon = strchr(uri, ':');
	if (!colon || strpbrk(uri, "#\\ \t\r\n"))
		return false;
	const char *after = colon + 1;
	bool slashes = !strncmp(after, "//", 2);
	const char *host = slashes ? after + 2 : after;
	size_t host_n = slashes ? strcspn(host, "/?") : 0;
	const char *path = host + host_n;
	size_t path_n = strcspn(path, "?");
	*ret = (struct naive){
		.scheme = arena_z(arena, str_of(uri, (size_t)(colon - uri))),
		.authority = arena_z(arena, str_of(host, host_n)),
		.path = arena_z(arena, str_of(path, path_n)),
		.rest = arena_z(arena, str_from(path + path_n)),
	};
	return true;
}

static bool is_web(const struct naive *u)
{
	return !strcasecmp(u->scheme, "http") || !strcasecmp(u->scheme, "https");
}

/* Decodes once; what is no %XX stays. */
static char *decoded(struct arena *arena, const char *text)
{
	char *out = arena_alloc(arena, strlen(text) + 1), *to = out;
	for (; *text; text++) {
		unsigned value;
		if (text[0] == '%' && isxdigit((unsigned char)text[1]) && isxdigit((unsigned char)text[2]) &&
		    sscanf(text + 1, "%2x", &value) == 1) {
			*to++ = (char)value;
			text += 2;
		} else {
			*to++ = *text;
		}
	}
	*to = 0;
	return out;
}

static size_t count_of(const char *text, char c)
{
	size_t n = 0;
	for (; *text; text++)
		n += *text == c;
	return n;
}

/* Nothing in the path that a server or browser could read as a way up. */
static bool naive_safe(struct arena *arena, const char *path)
{
	char *plain = decoded(arena, path);
	if (strlen(plain) && (count_of(plain, '/') != count_of(path, '/') ||
			      count_of(plain, '\\') != count_of(path, '\\') || strstr(path, "%25")))
		return false;
	for (char *segment = arena_z(arena, str_from(path)); segment;) {
		char *next = strchr(segment, '/');
		if (next)
			*next++ = 0;
		segment[strcspn(segment, ";")] = 0;
		segment = decoded(arena, segment);
		if (!strcmp(segment, ".") || !strcmp(segment, ".."))
			return false;
		segment = next;
	}
	return true;
}

static bool naive_text(struct arena *arena, const char *registered, const char *uri, const struct naive *u)
{
	size_t n = strlen(registered);
	struct naive fixed;
	if (!n || registered[n - 1] != '*' || strpbrk(registered, "?#"))
		return !strcmp(registered, uri);
	char *prefix = arena_z(arena, str_of(registered, n - 1));
	return naive_split(arena, prefix, &fixed) && strstr(prefix, "://") && fixed.path[0] == '/' &&
	       !strncmp(uri, prefix, n - 1) && naive_safe(arena, u->path);
}

/* "host:8080" becomes "host"; false when there is no port. */
static bool cut_port(char *authority)
{
	char *colon = strrchr(authority, ':');
	if (!colon || strchr(colon, ']'))
		return false;
	*colon = 0;
	return true;
}

static bool is_loopback(const char *host)
{
	struct in6_addr address;
	char plain[INET6_ADDRSTRLEN];
	size_t n = strlen(host);
	if (host[0] == '[' && n - 2 < sizeof plain) {
		snprintf(plain, sizeof plain, "%.*s", (int)n - 2, host + 1);
		return inet_pton(AF_INET6, plain, &address) == 1 && IN6_IS_ADDR_LOOPBACK(&address);
	}
	if (!strncmp(host, "127.", 4))
		return strspn(host, "0123456789.") == n;
	return !strcasecmp(host, "localhost");
}

/* The port may vary where the registered loopback URI has none. */
static bool naive_loopback(struct arena *arena, const char *registered, const struct naive *u)
{
	struct naive fixed;
	char *host = arena_z(arena, str_from(u->authority));
	if (strcasecmp(u->scheme, "http") || !cut_port(host) || !is_loopback(host))
		return false;
	if (!naive_split(arena, registered, &fixed) || strcasecmp(fixed.scheme, "http") ||
	    strcmp(fixed.authority, host))
		return false;
	struct str same = arena_format(arena, "%s://%s%s%s", fixed.scheme, host, u->path, u->rest);
	return naive_text(arena, registered, arena_z(arena, same), u);
}

static bool naive_allowed(struct arena *arena, char *const *registered, size_t n, const char *uri,
			  bool bare_star)
{
	static const char *const active[] = { "javascript", "data", "vbscript", "blob", "filesystem",
		"about", "view-source" };
	struct naive u;
	if (!naive_split(arena, uri, &u) || strchr(u.authority, '@'))
		return false;
	for (size_t i = 0; i < sizeof active / sizeof *active; i++)
		if (!strcasecmp(u.scheme, active[i]))
			return false;
	for (size_t i = 0; i < n; i++) {
		bool star = !strcmp(registered[i], "*");
		if (star && bare_star && is_web(&u) && naive_safe(arena, u.path))
			return true;
		if (!star && (naive_text(arena, registered[i], uri, &u) ||
			      naive_loopback(arena, registered[i], &u)))
			return true;
	}
	return false;
}

/* ---- what holds whatever the rules are */

/* Scheme, host and port of an accepted URI are those of a registered one; but a loopback
 * host's port, and `*`. */
static bool is_at_home(struct arena *arena, char *const *registered, size_t n, const char *uri)
{
	struct naive u, r;
	if (!naive_split(arena, uri, &u))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (!strcmp(registered[i], "*"))
			return true;
		if (!naive_split(arena, registered[i], &r) || strcasecmp(r.scheme, u.scheme))
			continue;
		char *host = arena_z(arena, str_from(u.authority));
		if (!strcmp(r.authority, host) || (cut_port(host) && is_loopback(host) && !strcmp(r.authority, host)))
			return true;
	}
	return false;
}

static void require(bool holds)
{
	if (!holds)
		abort();
}

/* ---- the input */

static size_t words(struct arena *arena, struct str *rest, char **ret_list)
{
	struct str line, word;
	size_t n = 0;
	if (!str_next(rest, '\n', &line))
		return 0;
	while (n < LIST_MAX && str_next(&line, ' ', &word))
		if (word.n)
			ret_list[n++] = arena_z(arena, word);
	return n;
}

/* The client's list, and the same made absolute as it is documented. */
static void fill_client(struct arena *arena, char **list, size_t n, struct client *client, char **ret_absolute)
{
	struct str root = client->root_url;
	if (str_ends(root, STR("/")))
		root.n--;
	for (size_t i = 0; i < n; i++) {
		*(struct str *)arena_push(arena, &client->redirect_uris.items, &client->redirect_uris.n,
					  sizeof(struct str)) = str_from(list[i]);
		bool joined = list[i][0] == '/' && root.n;
		ret_absolute[i] = joined ? arena_z(arena, arena_join(arena, root, str_from(list[i]), STR(""))) : list[i];
	}
}

static bool all_are_urls(char *const *registered, size_t n)
{
	struct url url;
	for (size_t i = 0; i < n; i++) {
		struct str text = str_from(registered[i]);
		if (str_eq_z(text, "*"))
			continue;
		if (str_ends(text, STR("*")))
			text.n--;
		if (url_parse(text, &url, NULL) != OK)
			return false;
	}
	return true;
}

static void check(struct arena *arena, const struct client *client, char *const *registered, size_t n, char *uri)
{
	struct str text = str_from(uri);
	struct url url;
	bool allowed = redirect_allowed(arena, client, text);
	bool legacy = redirect_allowed_legacy(arena, client, text);
	bool after = redirect_allowed_after_logout(arena, client, text);
	bool naive = naive_allowed(arena, registered, n, uri, true);
	bool naive_legacy = naive_allowed(arena, registered, n, uri, false);
	bool is_url = url_parse(text, &url, NULL) == OK;
	require(!allowed || (is_url && is_at_home(arena, registered, n, uri)));
	require(allowed == after && (!legacy || allowed));
	require(!allowed || naive);
	require(!legacy || naive_legacy);
	/* The other way too, but for what is no URL by the strict rules: naive does not know them. */
	if (is_url && all_are_urls(registered, n))
		require(naive == allowed && naive_legacy == legacy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	ARENA_SCOPED arena = arena_new(0);
	struct str rest = str_of(data, n);
	char *root[LIST_MAX], *registered[LIST_MAX], *absolute[LIST_MAX], *tried[LIST_MAX];
	struct json_pair plus = { .key = STR("post.logout.redirect.uris"), .value = STR("+") };
	struct client client = { .client_id = STR("shop"), .enabled = true,
		.attributes = { .pairs = &plus, .n = 1 } };
	if (str_has_nul(rest))
		return 0;
	if (words(arena, &rest, root))
		client.root_url = str_from(root[0]);
	size_t registered_n = words(arena, &rest, registered);
	size_t tried_n = words(arena, &rest, tried);
	fill_client(arena, registered, registered_n, &client, absolute);
	for (size_t i = 0; i < tried_n; i++)
		check(arena, &client, absolute, registered_n, tried[i]);
	return 0;
}
