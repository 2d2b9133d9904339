/* .../protocol-mappers: of clients and of client scopes. */
#include "admin/handlers_scopes.h"
#include "admin/mapper_holder.h"
#include "admin/scope_rep.h"
#include "admin/serve.h"
#include "model/pairwise.h"

/* ---- lists ---- */

static void write_one(struct admin_call *call, struct json_writer *w, struct mapper mapper)
{
	mapper_effective(call, &mapper);
	mapper_write(w, &mapper);
}

static void write_list(struct admin_call *call, struct str protocol)
{
	struct mapper_list list;
	struct json_writer *w = admin_array_begin(call);
	if (!mapper_holder_list(call, &list))
		return;
	for (size_t i = 0; i < list.n; i++)
		if (!protocol.n || str_eq(list.items[i].protocol, protocol))
			write_one(call, w, list.items[i]);
	admin_array_end(call, w);
}

static void list(struct admin_call *call)
{
	write_list(call, STR(""));
}

static void of_protocol(struct admin_call *call)
{
	write_list(call, http_route_value(call->request, "protocol"));
}

ADMIN_HANDLER(admin_mappers_list, list)
ADMIN_HANDLER(admin_mappers_of_protocol, of_protocol)

/* The route's mapper; NULL: answered. */
static struct mapper *find(struct admin_call *call, const struct mapper_list *mappers)
{
	struct str id = http_route_value(call->request, "mapper");
	for (size_t i = 0; i < mappers->n; i++)
		if (str_eq(mappers->items[i].id, id))
			return &mappers->items[i];
	admin_not_found(call, "Model not found");
	return NULL;
}

static void get(struct admin_call *call)
{
	struct mapper_list mappers;
	const struct mapper *mapper = mapper_holder_list(call, &mappers) ? find(call, &mappers) : NULL;
	struct json_writer *w = admin_json_begin(call);
	if (!mapper)
		return;
	write_one(call, w, *mapper);
	admin_json_end(call, w);
}

ADMIN_HANDLER(admin_mapper_get, get)

/* ---- what comes in ---- */

static bool is_known(struct str type)
{
	static const char *const names[] = {
#define T(name) name,
#include "admin/mapper_types.def"
#undef T
	};
	for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
		if (str_eq_z(type, names[i]))
			return true;
	return false;
}

static bool read_failed(struct admin_call *call, enum error_code code, const struct why *why)
{
	if (code != OK)
		admin_refuse_body(call, code, why);
	return code != OK;
}

static void refuse_twice(struct admin_call *call, struct str text)
{
	http_respond_error(call->response, 400, text, text);
}

/* A pairwise subject hangs on one host (OpenID Connect Core 1.0, section 8.1). */
static bool pairwise_fits(struct admin_call *call, const struct mapper *mapper)
{
	const struct client *client = realm_client_by_id(call->realm, http_route_value(call->request, "client"));
	if (!client || !pairwise_is(mapper) || pairwise_sector(call->arena, client, mapper).n)
		return true;
	refuse_twice(call, client->redirect_uris.n ?
		STR("Without a configured Sector Identifier URI, client redirect URIs must not contain multiple host "
		    "components.") :
		STR("Client redirect URIs must contain a valid host component."));
	return false;
}

/* Its kind and settings; false: answered. */
static bool is_fit(struct admin_call *call, struct mapper *mapper)
{
	struct why why = { "" };
	if (!is_known(mapper->type)) {
		admin_not_found(call, "ProtocolMapper provider not found");
		return false;
	}
	if (!mapper->protocol.n || !mapper->name.p) {
		http_respond_error(call->response, 409, STR("conflict"), STR("Duplicate resource error"));
		return false;
	}
	if (read_failed(call, mapper_check(mapper, "$", &why), &why) || !pairwise_fits(call, mapper))
		return false;
	mapper_complete(call, mapper);
	return true;
}

static bool add_one(struct admin_call *call, struct mapper_list *list, const struct mapper *mapper, bool *ret_taken)
{
	for (size_t i = 0; i < list->n; i++)
		if (str_eq(list->items[i].id, mapper->id) ||
		    (str_eq(list->items[i].name, mapper->name) && str_eq(list->items[i].protocol, mapper->protocol))) {
			*ret_taken = true;
			return false;
		}
	*(struct mapper *)arena_push(call->arena, &list->items, &list->n, sizeof *list->items) = *mapper;
	return true;
}

/* What the shape of a stored mapper requires may be absent here; the answers differ. */
static const struct json_field sent_fields[] = {
	JSON_TEXT(struct mapper, id, "id", 0),
	JSON_TEXT(struct mapper, name, "name", 0),
	JSON_TEXT(struct mapper, protocol, "protocol", 0),
	JSON_TEXT(struct mapper, type, "protocolMapper", 0),
	JSON_TEXT_MAP(struct mapper, config.pairs, config.n, "config", 0),
};
static const char *const sent_known[] = { "consentRequired", "consentText", NULL };
static const struct json_shape sent_shape = JSON_SHAPE(struct mapper, sent_fields, .known = sent_known);

/* ---- create ---- */

static bool create_one(struct admin_call *call, void *context, struct mapper_list *list)
{
	bool taken = false;
	if (!add_one(call, list, context, &taken))
		admin_refuse(call, 409, STR("Protocol mapper exists with same name"));
	return !taken;
}

static void create(struct admin_call *call)
{
	struct mapper_list present;
	struct mapper mapper = { .kept = STR("") };
	struct why why = { "" };
	struct json_read_options options = representation_options("$");
	if (!mapper_holder_list(call, &present) ||
	    read_failed(call, json_read(call->arena, call->request->body, &sent_shape, &options, &mapper, &why), &why) ||
	    !is_fit(call, &mapper))
		return;
	const struct mapper_change change = { .edit = create_one, .context = &mapper, .operation = "CREATE",
		.tail = "models/", .id = &mapper.id };
	if (mapper_holder_change(call, &change))
		admin_created_part(call, arena_join(call->arena, mapper_holder_path(call), STR("models/"), mapper.id));
}

ADMIN_HANDLER(admin_mappers_create, create)

static bool create_all(struct admin_call *call, void *context, struct mapper_list *list)
{
	const struct mapper_list *sent = context;
	bool taken = false;
	for (size_t i = 0; i < sent->n && !taken; i++)
		(void)add_one(call, list, &sent->items[i], &taken);
	if (taken)
		http_respond_error(call->response, 409, STR("conflict"),
				   STR("Protocol mapper name must be unique per protocol"));
	return !taken;
}

static void add(struct admin_call *call)
{
	static const struct json_field field = JSON_STRUCTS(struct mapper_list, items, n, "", 0, &sent_shape);
	struct mapper_list present, sent = { 0 };
	struct why why = { "" };
	struct json_read_options options = representation_options("$");
	if (!mapper_holder_list(call, &present) ||
	    read_failed(call, json_read_value(call->arena, call->request->body, &field, &options, &sent, sizeof sent, &why),
			&why))
		return;
	for (size_t i = 0; i < sent.n; i++)
		if (!is_fit(call, &sent.items[i]))
			return;
	const struct mapper_change change = { .edit = create_all, .context = &sent, .operation = "CREATE",
		.tail = "add-models" };
	if (mapper_holder_change(call, &change))
		admin_no_content(call);
}

ADMIN_HANDLER(admin_mappers_add, add)

/* ---- put, delete ---- */

/* Kind and settings change; name and protocol stay, as there. */
static bool replace(struct admin_call *call, void *context, struct mapper_list *list)
{
	struct mapper *mapper = find(call, list);
	struct mapper sent = { .kept = STR("") };
	struct why why = { "" };
	struct json_read_options options = representation_options("$");
	(void)context;
	if (!mapper || read_failed(call, json_read(call->arena, call->request->body, &sent_shape, &options, &sent, &why),
				   &why))
		return false;
	if (sent.id.n && !str_eq(sent.id, mapper->id)) {
		admin_refuse(call, 400, STR("$.id: another mapper is meant than in the path"));
		return false;
	}
	sent.id = mapper->id;
	sent.name = mapper->name;
	sent.protocol = mapper->protocol;
	if (!is_fit(call, &sent))
		return false;
	*mapper = sent;
	return true;
}

static bool take_away(struct admin_call *call, void *context, struct mapper_list *list)
{
	struct mapper *mapper = find(call, list);
	(void)context;
	if (!mapper)
		return false;
	for (list->n--; mapper < list->items + list->n; mapper++)
		*mapper = mapper[1];
	return true;
}

static void change_one(struct admin_call *call, const char *operation,
		       bool (*edit)(struct admin_call *call, void *context, struct mapper_list *list))
{
	const struct str id = http_route_value(call->request, "mapper");
	const struct mapper_change change = { .edit = edit, .operation = operation, .tail = "models/", .id = &id };
	if (mapper_holder_change(call, &change))
		admin_no_content(call);
}

static void put(struct admin_call *call)
{
	change_one(call, "UPDATE", replace);
}

static void delete(struct admin_call *call)
{
	change_one(call, "DELETE", take_away);
}

ADMIN_HANDLER(admin_mapper_put, put)
ADMIN_HANDLER(admin_mapper_delete, delete)
