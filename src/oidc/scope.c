/* Scopes; see scope.h. */
#include "oidc/scope.h"

#include "base/pattern.h"
#include "base/text.h"

bool scope_text_has(struct str text, struct str name)
{
	struct str piece;
	while (str_next(&text, ' ', &piece))
		if (piece.n && str_eq(piece, name))
			return true;
	return false;
}

bool scope_within(struct str narrow, struct str wide)
{
	struct str piece;
	while (str_next(&narrow, ' ', &piece))
		if (piece.n && !scope_text_has(wide, piece))
			return false;
	return true;
}

static bool has_parameters(const struct client_scope *scope)
{
	return attributes_true(&scope->attributes, STR("is.dynamic.scope"), false) ||
	       attributes_true(&scope->attributes, STR("is.parameterized.scope"), false);
}

/* "name:parameter" with a parameter that the scope takes. */
static bool is_asked_with(const struct client_scope *scope, struct str name)
{
	struct str pattern = attributes_get(&scope->attributes, STR("dynamic.scope.regexp"));
	if (!has_parameters(scope) || name.n <= scope->name.n + 1 || name.p[scope->name.n] != ':' ||
	    !str_starts(name, scope->name))
		return false;
	return !pattern.n || pattern_matches(pattern, name, false);
}

static const struct client_scope *find(struct client_scope *const *scopes, size_t n, struct str name)
{
	for (size_t i = 0; i < n; i++)
		if (has_parameters(scopes[i]) ? is_asked_with(scopes[i], name) : str_eq(scopes[i]->name, name))
			return scopes[i];
	return NULL;
}

const struct client_scope *scope_of_client(const struct client *client, struct str name)
{
	const struct client_scope *scope = find(client->default_scopes, client->default_scopes_n, name);
	return scope ? scope : find(client->optional_scopes, client->optional_scopes_n, name);
}

static void add_scope(struct arena *arena, struct scope_grant *grant, const struct client_scope *scope, struct str name)
{
	for (size_t i = 0; i < grant->n; i++)
		if (str_eq(grant->names[i], name))
			return;
	size_t n = grant->n;
	*(struct str *)arena_push(arena, &grant->names, &n, sizeof *grant->names) = name;
	*(const struct client_scope **)arena_push(arena, &grant->scopes, &grant->n, sizeof *grant->scopes) = scope;
}

static void add_word(struct text *text, struct str word)
{
	if (text->n)
		text_add_char(text, ' ');
	text_add(text, word);
}

/* Default scopes show in `scope` unless they say otherwise; so do asked ones. */
static void write_texts(struct arena *arena, struct scope_grant *grant)
{
	struct text shown = text_new(arena, 0), all = text_new(arena, 0);
	if (grant->openid) {
		add_word(&shown, STR("openid"));
		add_word(&all, STR("openid"));
	}
	for (size_t i = 0; i < grant->n; i++) {
		const struct client_scope *scope = grant->scopes[i];
		add_word(&all, grant->names[i]);
		/* offline_access carries no attribute in exports and is shown all the same. */
		if (attributes_true(&scope->attributes, STR("include.in.token.scope"), true))
			add_word(&shown, grant->names[i]);
	}
	grant->text = text_str(&shown);
	grant->refresh_text = text_str(&all);
}

void scope_keep(struct arena *arena, struct scope_grant *grant, size_t n)
{
	grant->n = n;
	grant->offline_access = false;
	for (size_t i = 0; i < n; i++)
		grant->offline_access |= str_eq_z(grant->scopes[i]->name, "offline_access");
	write_texts(arena, grant);
}

static bool is_permitted(struct arena *arena, const struct role_set *held, const struct client_scope *scope)
{
	struct role_set wanted = roles_expanded(arena, scope->scope_roles, scope->scope_roles_n);
	for (size_t i = 0; i < wanted.n; i++)
		if (role_set_has(held, wanted.roles[i]))
			return true;
	return wanted.n == 0;
}

void scope_limit(struct arena *arena, const struct role_set *held, struct scope_grant *grant)
{
	const struct client_scope **kept = arena_array(arena, grant->n, sizeof(const struct client_scope *));
	struct str *names = arena_array(arena, grant->n, sizeof *names);
	size_t n = 0;
	for (size_t i = 0; i < grant->n; i++)
		if (is_permitted(arena, held, grant->scopes[i])) {
			names[n] = grant->names[i];
			kept[n++] = grant->scopes[i];
		}
	if (n == grant->n)
		return;
	grant->scopes = kept;
	grant->names = names;
	scope_keep(arena, grant, n);
}

/* `strict`: a name that the client has not ends it; else it is left out. */
static bool resolve(struct arena *arena, const struct client *client, struct str asked, bool strict,
		    struct scope_grant *ret_grant)
{
	struct scope_grant grant = { 0 };
	for (size_t i = 0; i < client->default_scopes_n; i++) {
		const struct client_scope *scope = client->default_scopes[i];
		if (str_eq(scope->protocol, STR("openid-connect")) && !has_parameters(scope))
			add_scope(arena, &grant, scope, scope->name);
	}
	struct str piece, rest = asked;
	while (str_next(&rest, ' ', &piece)) {
		if (!piece.n)
			continue;
		if (str_eq(piece, STR("openid"))) {
			grant.openid = true;
			continue;
		}
		const struct client_scope *scope = scope_of_client(client, piece);
		if (scope)
			add_scope(arena, &grant, scope, piece);
		else if (strict)
			return false;
	}
	scope_keep(arena, &grant, grant.n);
	*ret_grant = grant;
	return true;
}

bool scope_resolve(struct arena *arena, const struct client *client, struct str asked,
		   struct scope_grant *ret_grant)
{
	return resolve(arena, client, asked, true, ret_grant);
}

void scope_resolve_again(struct arena *arena, const struct client *client, struct str given,
			 struct scope_grant *ret_grant)
{
	(void)resolve(arena, client, given, false, ret_grant);
}
