/* Whoever has protocol mappers; see mapper_holder.h. */
#include "admin/mapper_holder.h"

#include "admin/client_change.h"
#include "admin/realm_change.h"
#include "admin/scope_rep.h"
#include "model/scope_change.h"

static const char missing[] = "Could not find client scope";

static bool holder_is_client(struct admin_call *call)
{
	return http_route_value(call->request, "client").n > 0;
}

bool mapper_holder_list(struct admin_call *call, struct mapper_list *ret_list)
{
	if (holder_is_client(call)) {
		const struct client *client = scope_client_find(call);
		if (client)
			*ret_list = (struct mapper_list){ client->mappers, client->mappers_n };
		return client != NULL;
	}
	const struct client_scope *scope = scope_rep_find(call, missing);
	if (scope)
		*ret_list = (struct mapper_list){ scope->mappers, scope->mappers_n };
	return scope != NULL;
}

struct str mapper_holder_path(struct admin_call *call)
{
	return holder_is_client(call) ?
		arena_join(call->arena, STR("clients/"), http_route_value(call->request, "client"),
			   STR("/protocol-mappers/")) :
		arena_join(call->arena, STR("client-scopes/"), http_route_value(call->request, "scope"),
			   STR("/protocol-mappers/"));
}

static bool edit(struct admin_call *call, const struct mapper_change *change, struct effects *effects,
		 struct mapper **mappers, size_t *n)
{
	struct mapper_list list = { arena_array(call->arena, *n, sizeof *list.items), *n };
	for (size_t i = 0; i < *n; i++)
		list.items[i] = (*mappers)[i];
	if (!change->edit(call, change->context, &list))
		return false;
	*mappers = list.items;
	*n = list.n;
	struct str path = arena_join(call->arena, mapper_holder_path(call), str_from(change->tail),
				     change->id ? *change->id : STR(""));
	admin_event_add(call, effects, change->operation, "PROTOCOL_MAPPER", path);
	return true;
}

static bool change_of_client(struct admin_call *call, void *context, struct client_rep *client, struct effects *effects)
{
	return edit(call, context, effects, &client->client.mappers, &client->client.mappers_n);
}

static bool change_of_scope(struct admin_call *call, void *context, struct effects *effects)
{
	const struct client_scope *before = scope_rep_find(call, missing);
	if (!before)
		return false;
	struct scope_rep *scope = arena_alloc(call->arena, sizeof *scope);
	struct scope_change *change = arena_alloc(call->arena, sizeof *change);
	*scope = (struct scope_rep){ .scope = *before };
	*change = (struct scope_change){ .kind = SCOPE_UPDATE, .realm_id = call->realm->settings.id, .rep = scope };
	effects_add(effects, EFFECT_SCOPE_CHANGE)->u.scope = change;
	return edit(call, context, effects, &scope->scope.mappers, &scope->scope.mappers_n);
}

bool mapper_holder_change(struct admin_call *call, const struct mapper_change *change)
{
	struct mapper_change copy = *change;
	const struct realm_change of_scope = { .decide = change_of_scope, .context = &copy };
	return holder_is_client(call) ? client_change(call, change_of_client, &copy) : realm_change(call, &of_scope);
}
