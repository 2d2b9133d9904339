/* /clients/{client}/evaluate-scopes: the mappers and roles of a client with a scope parameter. */
#include "admin/evaluate.h"

#include "admin/handlers_scopes.h"
#include "admin/role_mapping.h"
#include "admin/scope_rep.h"
#include "admin/serve.h"

bool evaluate_open(struct admin_call *call, struct evaluation *ret_evaluation)
{
	struct evaluation evaluation = { .client = scope_client_find(call) };
	if (!evaluation.client)
		return false;
	scope_resolve_again(call->arena, evaluation.client, admin_query(call, "scope"), &evaluation.grant);
	evaluation.scopes = evaluation.grant.scopes;
	evaluation.scopes_n = evaluation.grant.n;
	if (str_eq_z(evaluation.client->protocol, "saml")) {
		evaluation.scopes_n = evaluation.client->default_scopes_n;
		evaluation.scopes = arena_array(call->arena, evaluation.scopes_n, sizeof(const struct client_scope *));
		for (size_t i = 0; i < evaluation.scopes_n; i++)
			evaluation.scopes[i] = evaluation.client->default_scopes[i];
	}
	*ret_evaluation = evaluation;
	return true;
}

/* ---- mappers ---- */

static void write_mappers(struct json_writer *w, const struct mapper *mappers, size_t n, struct str protocol,
			  struct str container_id, struct str container_name, struct str container_type)
{
	for (size_t i = 0; i < n; i++) {
		if (!str_eq(mappers[i].protocol, protocol))
			continue;
		json_write_object_begin(w);
		json_member_text(w, "mapperId", mappers[i].id);
		json_member_text(w, "mapperName", mappers[i].name);
		json_member_text(w, "containerId", container_id);
		json_member_text(w, "containerName", container_name);
		json_member_text(w, "containerType", container_type);
		json_member_text(w, "protocolMapper", mappers[i].type);
		json_write_object_end(w);
	}
}

static void mappers(struct admin_call *call)
{
	struct evaluation evaluation;
	struct json_writer *w = admin_array_begin(call);
	if (!evaluate_open(call, &evaluation))
		return;
	const struct client *client = evaluation.client;
	for (size_t i = 0; i < evaluation.scopes_n; i++) {
		const struct client_scope *scope = evaluation.scopes[i];
		write_mappers(w, scope->mappers, scope->mappers_n, client->protocol, scope->id, scope->name,
			      STR("client-scope"));
	}
	write_mappers(w, client->mappers, client->mappers_n, client->protocol, client->id, client->name, STR("client"));
	admin_array_end(call, w);
}

ADMIN_HANDLER(admin_evaluate_mappers, mappers)

/* ---- roles ---- */

/* The route's {container}: the realm by its name (NULL), or a client by its id. False: answered. */
static bool find_container(struct admin_call *call, const struct client **ret_container)
{
	struct str id = http_route_value(call->request, "container");
	*ret_container = NULL;
	if (str_eq(id, call->realm->settings.name) || str_eq(id, call->realm->settings.id))
		return true;
	*ret_container = realm_client_by_id(call->realm, id);
	if (!*ret_container)
		admin_not_found(call, "Role Container not found");
	return *ret_container != NULL;
}

static void list_roles(struct admin_call *call, bool granted)
{
	struct evaluation evaluation;
	const struct client *container;
	if (!evaluate_open(call, &evaluation) || !find_container(call, &container))
		return;
	struct role **all = arena_array(call->arena, call->realm->roles_n, sizeof *all);
	for (size_t i = 0; i < call->realm->roles_n; i++)
		all[i] = &call->realm->roles[i];
	/* As a user who holds every role. */
	struct role_set held = roles_expanded(call->arena, all, call->realm->roles_n);
	struct role_set let_through = roles_for_token(call->arena, evaluation.client, evaluation.scopes,
						      evaluation.scopes_n, &held);
	struct json_writer *w = admin_array_begin(call);
	for (size_t i = 0; i < call->realm->roles_n; i++)
		if (all[i]->client == container && role_set_has(&let_through, all[i]) == granted)
			role_write(call, w, all[i], NULL);
	admin_array_end(call, w);
}

static void granted(struct admin_call *call)
{
	list_roles(call, true);
}

static void not_granted(struct admin_call *call)
{
	list_roles(call, false);
}

ADMIN_HANDLER(admin_evaluate_granted, granted)
ADMIN_HANDLER(admin_evaluate_not_granted, not_granted)
