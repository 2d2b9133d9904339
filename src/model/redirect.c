/* Redirect URIs of clients; see redirect.h. */
#include "model/redirect.h"

#include <string.h>

#include "base/url.h"

struct client redirect_place(struct arena *arena, const struct client *client, struct str base)
{
	struct client placed = *client;
	static const struct str words[] = { STR_INIT("${authBaseUrl}"), STR_INIT("${authAdminUrl}") };
	for (size_t i = 0; i < ARRAY_LENGTH(words); i++)
		if (str_starts(client->root_url, words[i]))
			placed.root_url = arena_join(arena, base, str_drop(client->root_url, words[i].n), STR(""));
	return placed;
}

struct str redirect_absolute(struct arena *arena, const struct client *client, struct str registered)
{
	if (!str_starts(registered, STR("/")))
		return registered;
	struct str root = client->root_url;
	if (str_ends(root, STR("/")))
		root.n--;
	return root.n ? arena_join(arena, root, registered, STR("")) : registered;
}

/* What no redirect may be, registered or not. */
static bool is_unfit(const struct url *url)
{
	return url->has_userinfo || url->has_fragment || url_scheme_is_active(url);
}

/* The parts of an attribute that lists URIs. */
static bool next_part(struct str *rest, struct str *ret_part)
{
	if (!rest->n)
		return false;
	const char *at = memmem(rest->p, rest->n, "##", 2);
	*ret_part = at ? str_take(*rest, (size_t)(at - rest->p)) : *rest;
	*rest = str_drop(*rest, ret_part->n + 2);
	return true;
}

/* A percent sign that is itself encoded: what decodes twice would see what we did not. */
static bool is_encoded_twice(const struct url *url)
{
	return str_contains(url->path, STR("%25"));
}

/* Keycloak's wildcard: `*` at the end of a path, nowhere else. */
static bool is_wildcard(struct str registered)
{
	return str_ends(registered, STR("*")) && !str_contains(registered, STR("?")) &&
	       !str_contains(registered, STR("#"));
}

/* "http://localhost:*": a native application's, at any port. `origin` is what stands before the
 * colon; other hosts have the port they were registered with. */
static bool matches_loopback_ports(struct str origin, const struct url *url)
{
	struct url fixed;
	return url_host_is_loopback(url) && url->has_port && !url_path_climbs(url) &&
	       !is_encoded_twice(url) && url_parse(origin, &fixed, NULL) == OK && fixed.has_authority &&
	       !fixed.has_port && !fixed.path.n && str_eq(fixed.scheme, url->scheme) &&
	       str_eq(fixed.host, url->host);
}

/* A wildcard: `prefix` is the registered URI without its `*`. Scheme, host and port must be
 * whole in it, so that it can only vary in the path; but for ports of loopback hosts. */
static bool matches_prefix(struct str prefix, struct str uri, const struct url *url)
{
	struct url fixed;
	if (str_ends(prefix, STR(":")) && matches_loopback_ports(str_take(prefix, prefix.n - 1), url))
		return true;
	if (url_parse(prefix, &fixed, NULL) != OK || !fixed.has_authority || !fixed.path.n)
		return false;
	return !url_path_climbs(url) && !is_encoded_twice(url) && str_starts(uri, prefix);
}

static bool matches_text(struct str registered, struct str uri, const struct url *url)
{
	if (is_wildcard(registered))
		return matches_prefix(str_take(registered, registered.n - 1), uri, url);
	return str_eq(registered, uri);
}

/* RFC 8252 section 7.3: a loopback redirect may use any port, where the registered URI has
 * none. Everything else of it matches as ever. */
static bool matches_loopback(struct arena *arena, struct str registered, const struct url *url)
{
	struct url fixed, portless;
	struct str fixed_text = str_take(registered, registered.n - is_wildcard(registered));
	if (!url->is_http || !url->has_port || !url_host_is_loopback(url))
		return false;
	if (url_parse(fixed_text, &fixed, NULL) != OK || !fixed.is_http || fixed.has_port ||
	    !str_eq(fixed.host, url->host))
		return false;
	struct str origin = str_take(fixed_text, (size_t)(fixed.path.p - fixed_text.p));
	struct str rest = str_drop(url->text, (size_t)(url->path.p - url->text.p));
	struct str text = arena_join(arena, origin, rest, STR(""));
	return url_parse(text, &portless, NULL) == OK && matches_text(registered, text, &portless);
}

/* How generous a match may be. */
struct rules {
	bool bare_star; /* a registered "*" matches any http(s) URI */
};

static bool matches(struct arena *arena, struct str registered, struct str uri, const struct url *url,
		    struct rules rules)
{
	if (str_eq_z(registered, "*"))
		return rules.bare_star && (url->is_http || url->is_https) && !url_path_climbs(url) &&
		       !is_encoded_twice(url);
	return matches_text(registered, uri, url) || matches_loopback(arena, registered, url);
}

static bool list_matches(struct arena *arena, const struct client *client, const struct str_list *list,
			 struct str uri, const struct url *url, struct rules rules)
{
	for (size_t i = 0; i < list->n; i++)
		if (matches(arena, redirect_absolute(arena, client, list->items[i]), uri, url, rules))
			return true;
	return false;
}

/* Attribute post.logout.redirect.uris as a list; "+" is replaced by the redirect URIs. */
static struct str_list after_logout(struct arena *arena, const struct client *client)
{
	struct str_list list = { 0 };
	struct str rest = attributes_get(&client->attributes, STR("post.logout.redirect.uris")), piece;
	while (next_part(&rest, &piece)) {
		bool all = str_eq_z(piece, "+");
		size_t n = all ? client->redirect_uris.n : 1;
		for (size_t i = 0; i < n && !str_eq_z(piece, "-"); i++)
			*(struct str *)arena_push(arena, &list.items, &list.n, sizeof *list.items) =
				all ? client->redirect_uris.items[i] : piece;
	}
	return list;
}

static bool parse_fit(struct str uri, struct url *ret_url)
{
	return url_parse(uri, ret_url, NULL) == OK && !is_unfit(ret_url);
}

bool redirect_allowed(struct arena *arena, const struct client *client, struct str uri)
{
	struct url url;
	return parse_fit(uri, &url) &&
	       list_matches(arena, client, &client->redirect_uris, uri, &url, (struct rules){ true });
}

bool redirect_allowed_after_logout(struct arena *arena, const struct client *client, struct str uri)
{
	struct url url;
	struct str_list list = after_logout(arena, client);
	return parse_fit(uri, &url) && list_matches(arena, client, &list, uri, &url, (struct rules){ true });
}

bool redirect_allowed_for_request(struct arena *arena, const struct client *client, struct str uri,
	bool *ret_anywhere)
{
	struct url url;
	struct str rest = attributes_get(&client->attributes, STR("request.uris")), part;
	bool anywhere = false;
	if (url_parse(uri, &url, NULL) != OK || !(url.is_http || url.is_https) || url.has_userinfo ||
	    url_path_climbs(&url))
		return false;
	while (next_part(&rest, &part)) {
		*ret_anywhere = str_eq_z(part, "*");
		anywhere |= *ret_anywhere;
		if (!*ret_anywhere && matches_text(redirect_absolute(arena, client, part), uri, &url))
			return true;
	}
	*ret_anywhere = anywhere;
	return anywhere && !is_encoded_twice(&url);
}

bool redirect_allowed_legacy(struct arena *arena, const struct client *client, struct str uri)
{
	struct url url;
	if (!parse_fit(uri, &url))
		return false;
	struct str_list list = after_logout(arena, client);
	struct rules strict = { false };
	return list_matches(arena, client, &client->redirect_uris, uri, &url, strict) ||
	       list_matches(arena, client, &list, uri, &url, strict);
}

struct str redirect_default(struct arena *arena, const struct client *client)
{
	struct url url;
	if (client->redirect_uris.n != 1)
		return (struct str){ NULL, 0 };
	struct str only = redirect_absolute(arena, client, client->redirect_uris.items[0]);
	bool exact = !is_wildcard(only) && parse_fit(only, &url);
	return exact ? only : (struct str){ NULL, 0 };
}

/* The origin of a registered URI, its wildcard cut off. */
static struct str origin_of(struct arena *arena, const struct client *client, struct str registered)
{
	struct str uri = redirect_absolute(arena, client, registered);
	if (is_wildcard(uri))
		uri.n--;
	return url_origin_of_text(arena, uri);
}

static bool list_has_origin(struct arena *arena, const struct client *client,
			    const struct str_list *list, struct str origin)
{
	for (size_t i = 0; i < list->n; i++)
		if (str_eq(origin_of(arena, client, list->items[i]), origin))
			return true;
	return false;
}

bool redirect_origin_known(struct arena *arena, const struct client *client, struct str origin)
{
	if (!origin.n)
		return false;
	struct str_list list = after_logout(arena, client);
	return str_eq(url_origin_of_text(arena, client->root_url), origin) ||
	       list_has_origin(arena, client, &client->redirect_uris, origin) ||
	       list_has_origin(arena, client, &list, origin);
}

static void add_once(struct arena *arena, struct str_list *list, struct str item)
{
	if (item.n && !str_list_has(list, item))
		*(struct str *)arena_push(arena, &list->items, &list->n, sizeof *list->items) = item;
}

struct str_list redirect_web_origins(struct arena *arena, const struct client *client)
{
	struct str_list list = { 0 };
	for (size_t i = 0; i < client->web_origins.n; i++) {
		if (!str_eq_z(client->web_origins.items[i], "+")) {
			add_once(arena, &list, client->web_origins.items[i]);
			continue;
		}
		for (size_t k = 0; k < client->redirect_uris.n; k++)
			add_once(arena, &list, origin_of(arena, client, client->redirect_uris.items[k]));
	}
	return list;
}
