/* Client scopes in the admin API's form; see scope_rep.h. */
#include "admin/scope_rep.h"

#include "admin/sent_maps.h"
#include "crypto/random.h"
#include "model/pairwise.h"

const struct client_scope *scope_rep_find(struct admin_call *call, const char *missing)
{
	struct str id = http_route_value(call->request, "scope");
	for (size_t i = 0; i < call->realm->client_scopes_n; i++)
		if (str_eq(call->realm->client_scopes[i].id, id))
			return &call->realm->client_scopes[i];
	admin_not_found(call, missing);
	return NULL;
}

const struct client *scope_client_find(struct admin_call *call)
{
	const struct client *client = realm_client_by_id(call->realm, http_route_value(call->request, "client"));
	if (!client)
		admin_not_found(call, "Could not find client");
	return client;
}

struct str scope_rep_path(struct admin_call *call, struct str id)
{
	return arena_join(call->arena, STR("client-scopes/"), id, STR(""));
}

struct str scope_exists_text(struct admin_call *call, struct str name)
{
	return arena_format(call->arena, "Client Scope %.*s already exists", STR_ARG(name));
}

/* ---- mappers ---- */

static void put(struct admin_call *call, struct attributes *config, struct str key, struct str value)
{
	*(struct json_pair *)arena_push(call->arena, &config->pairs, &config->n, sizeof *config->pairs) =
		(struct json_pair){ key, value };
}

/* The switch of `second` where nothing is said of it: that of `first`. */
static void follow(struct admin_call *call, struct attributes *config, const char *first, const char *second)
{
	struct str value = attributes_get(config, str_from(first));
	if (value.n && !attributes_get(config, str_from(second)).n)
		put(call, config, str_from(second), str_eq_z(value, "true") ? STR("true") : STR("false"));
}

static void default_on(struct admin_call *call, struct attributes *config, const char *key)
{
	if (!attributes_get(config, str_from(key)).n)
		put(call, config, str_from(key), STR("true"));
}

static struct attributes without_empty(struct admin_call *call, const struct attributes *before)
{
	struct attributes config = { arena_array(call->arena, 0, sizeof *config.pairs), 0 };
	for (size_t i = 0; i < before->n; i++)
		if (before->pairs[i].value.n)
			put(call, &config, before->pairs[i].key, before->pairs[i].value);
	return config;
}

void mapper_effective(struct admin_call *call, struct mapper *mapper)
{
	struct attributes config = without_empty(call, &mapper->config);
	if (str_eq_z(mapper->type, "oidc-audience-resolve-mapper") ||
	    str_eq_z(mapper->type, "oidc-allowed-origins-mapper")) {
		default_on(call, &config, "access.token.claim");
		default_on(call, &config, "introspection.token.claim");
	} else if (str_starts(mapper->type, STR("oidc-"))) {
		follow(call, &config, "access.token.claim", "introspection.token.claim");
		follow(call, &config, "id.token.claim", "userinfo.token.claim");
	}
	mapper->config = config;
}

void mapper_complete(struct admin_call *call, struct mapper *mapper)
{
	static const struct str salt = STR_INIT("pairwiseSubAlgorithmSalt");
	mapper->config = without_empty(call, &mapper->config);
	if (pairwise_is(mapper) && !attributes_get(&mapper->config, salt).n)
		put(call, &mapper->config, salt, random_uuid(call->arena));
	mapper->kept = STR("{\"consentRequired\":false}");
	if (!mapper->id.n)
		mapper->id = random_uuid(call->arena);
}

void mapper_complete_new(struct admin_call *call, struct mapper *mapper)
{
	mapper_complete(call, mapper);
	follow(call, &mapper->config, "id.token.claim", "userinfo.token.claim");
}

void mapper_write(struct json_writer *w, const struct mapper *mapper)
{
	struct mapper copy = *mapper;
	if (!str_contains(copy.kept, STR("\"consentRequired\"")))
		copy.kept = STR("{\"consentRequired\":false}");
	json_write_shape(w, &mapper_shape, &copy);
}

/* ---- scopes ---- */

void scope_rep_write(struct json_writer *w, const struct client_scope *scope)
{
	json_write_object_begin(w);
	json_member_text(w, "id", scope->id);
	json_member_text(w, "name", scope->name);
	if (scope->description.p)
		json_member_text(w, "description", scope->description);
	json_member_text(w, "protocol", scope->protocol);
	json_member_object_begin(w, "attributes");
	for (size_t i = 0; i < scope->attributes.n; i++) {
		json_write_name(w, scope->attributes.pairs[i].key);
		json_write_text(w, scope->attributes.pairs[i].value);
	}
	json_write_object_end(w);
	if (scope->mappers_n)
		json_member_array_begin(w, "protocolMappers");
	for (size_t i = 0; i < scope->mappers_n; i++)
		mapper_write(w, &scope->mappers[i]);
	if (scope->mappers_n)
		json_write_array_end(w);
	json_write_object_end(w);
}

/* A word of the `scope` parameter (RFC 6749 section 3.3). */
static bool is_scope_token(struct str name)
{
	for (size_t i = 0; i < name.n; i++) {
		unsigned char c = (unsigned char)name.p[i];
		if (c < 0x21 || c > 0x7e || c == '"' || c == '\\')
			return false;
	}
	return name.n > 0;
}

static bool read_body(struct admin_call *call, struct scope_rep *scope)
{
	struct why why = { "" };
	struct json_read_options options = representation_options("$");
	/* As there: this representation may have members that nobody knows. */
	options.unknown = JSON_UNKNOWN_IGNORED;
	enum error_code code = json_read(call->arena, call->request->body, &scope_shape, &options, scope, &why);
	if (code == OK && !is_scope_token(scope->scope.name)) {
		admin_refuse(call, 400, arena_format(call->arena, "Unexpected name \"%.*s\" for ClientScope",
						     STR_ARG(str_take(scope->scope.name, 80))));
		return false;
	}
	if (code == OK)
		code = scope_check(scope, "$", &why);
	if (code != OK)
		admin_refuse_body(call, code, &why);
	return code == OK;
}

static bool mappers_fit(struct admin_call *call, struct client_scope *scope)
{
	for (size_t i = 0; i < scope->mappers_n; i++) {
		mapper_complete_new(call, &scope->mappers[i]);
		if (!scope->mappers[i].protocol.n)
			scope->mappers[i].protocol = scope->protocol;
		for (size_t k = 0; k < i; k++)
			if (str_eq(scope->mappers[k].name, scope->mappers[i].name))
				return false;
	}
	return true;
}

bool scope_rep_read_new(struct admin_call *call, struct scope_rep *ret_scope)
{
	struct scope_rep scope = { .kept = STR("") };
	if (!read_body(call, &scope))
		return false;
	if (!str_eq_z(scope.scope.protocol, "openid-connect") && !str_eq_z(scope.scope.protocol, "saml")) {
		admin_refuse(call, 400, STR("Unexpected protocol"));
		return false;
	}
	if (!mappers_fit(call, &scope.scope)) {
		admin_refuse(call, 409, scope_exists_text(call, scope.scope.name));
		return false;
	}
	if (!scope.scope.id.n)
		scope.scope.id = random_uuid(call->arena);
	*ret_scope = scope;
	return true;
}

/* ---- changes ---- */

static void put_pair(struct admin_call *call, struct attributes *list, struct json_pair pair)
{
	for (size_t i = 0; i < list->n; i++)
		if (str_eq(list->pairs[i].key, pair.key)) {
			list->pairs[i] = pair;
			return;
		}
	*(struct json_pair *)arena_push(call->arena, &list->pairs, &list->n, sizeof *list->pairs) = pair;
}

/* `before` with what was sent: each of its own, and none that was sent as null. */
static void merge_attributes(struct admin_call *call, const struct attributes *before, struct attributes *sent)
{
	struct attributes all = without_sent_nulls(call->arena, call->request->body, "attributes", before);
	for (size_t i = 0; sent->pairs != before->pairs && i < sent->n; i++)
		put_pair(call, &all, sent->pairs[i]);
	*sent = all;
}

bool scope_rep_read_change(struct admin_call *call, struct scope_rep *scope)
{
	const struct client_scope before = scope->scope;
	if (!read_body(call, scope))
		return false;
	scope->scope.id = before.id;
	scope->scope.mappers = before.mappers;
	scope->scope.mappers_n = before.mappers_n;
	merge_attributes(call, &before.attributes, &scope->scope.attributes);
	return true;
}
