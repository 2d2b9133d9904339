/* /identity-provider/instances/{provider}/mappers. */
#include "admin/handlers_identity_providers.h"
#include "admin/identity_provider_rep.h"
#include "admin/realm_row.h"
#include "admin/serve.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "crypto/uuid.h"

struct identity_provider_mapper identity_provider_mapper_at(struct admin_call *call, const struct realm_rep *rep,
							    size_t index)
{
	struct identity_provider_mapper mapper = { .id = STR("") };
	const struct json_read_options options = { .unknown = JSON_UNKNOWN_IGNORED, .coerce = true };
	unsigned char hash[HASH_MAX];
	(void)!json_read(call->arena, rep->identity_provider_mappers[index].kept, &identity_provider_mapper_rep_shape, &options,
			&mapper, NULL);
	if (!mapper.id.n) {
		hash_bytes(HASH_SHA256, arena_format(call->arena, "identity-provider-mapper:%.*s:%.*s", STR_ARG(mapper.alias),
						     STR_ARG(mapper.name)), hash);
		mapper.id = uuid_of(call->arena, hash);
	}
	return mapper;
}

/* The route's {mapper} of that provider; false: answered. */
static bool find(struct admin_call *call, const struct realm_rep *rep, const struct identity_provider *provider,
		 size_t *ret_index, struct identity_provider_mapper *ret_mapper)
{
	struct str id = http_route_value(call->request, "mapper");
	for (size_t i = 0; i < rep->identity_provider_mappers_n; i++) {
		*ret_mapper = identity_provider_mapper_at(call, rep, i);
		*ret_index = i;
		if (str_eq(ret_mapper->id, id) && str_eq(ret_mapper->alias, provider->alias))
			return true;
	}
	admin_not_found(call, "Model not found");
	return false;
}

static bool open_provider(struct admin_call *call, const struct realm_rep *rep, struct identity_provider *ret_provider)
{
	size_t index;
	return identity_provider_find(call, rep, &index, ret_provider);
}

static void list(struct admin_call *call)
{
	struct realm_rep rep;
	struct identity_provider provider;
	int64_t version;
	struct json_writer *w = admin_array_begin(call);
	if (!realm_row_find(call, &rep, &version) || !open_provider(call, &rep, &provider))
		return;
	for (size_t i = 0; i < rep.identity_provider_mappers_n; i++) {
		const struct identity_provider_mapper mapper = identity_provider_mapper_at(call, &rep, i);
		if (str_eq(mapper.alias, provider.alias))
			json_write_shape(w, &identity_provider_mapper_rep_shape, &mapper);
	}
	admin_array_end(call, w);
}

static void get(struct admin_call *call)
{
	struct realm_rep rep;
	struct identity_provider provider;
	struct identity_provider_mapper mapper;
	int64_t version;
	size_t index;
	if (realm_row_find(call, &rep, &version) && open_provider(call, &rep, &provider) &&
	    find(call, &rep, &provider, &index, &mapper))
		admin_json(call, json_text_of(call->arena, &identity_provider_mapper_rep_shape, &mapper));
}

ADMIN_HANDLER(admin_identity_provider_mappers, list)
ADMIN_HANDLER(admin_identity_provider_mapper_get, get)

/* ---- changes ---- */

static bool read_body(struct admin_call *call, struct identity_provider_mapper *ret_mapper)
{
	struct identity_provider_mapper mapper = { .config = { NULL, 0 } };
	struct why why = { "" };
	struct json_read_options options = representation_options("$");
	enum error_code code = json_read(call->arena, call->request->body, &identity_provider_mapper_rep_shape, &options,
					 &mapper, &why);
	const struct str texts[] = { mapper.id, mapper.name, mapper.alias, mapper.type };
	for (size_t i = 0; code == OK && i < ARRAY_LENGTH(texts); i++)
		if (texts[i].n > REPRESENTATION_NAME_MAX || str_has_control(texts[i]))
			code = error_because(&why, ERROR_INVALID_VALUE, "$: a text is too long or has control characters");
	if (code == OK && mapper.config.n > REPRESENTATION_ATTRIBUTES_MAX)
		code = error_because(&why, ERROR_INVALID_VALUE, "$.config: too many settings");
	if (code != OK) {
		admin_refuse_body(call, code, &why);
		return false;
	}
	mapper.config = settings_without_empty(call->arena, &mapper.config);
	*ret_mapper = mapper;
	return true;
}

static struct str path_of(struct admin_call *call, struct str alias, struct str id)
{
	return arena_format(call->arena, "identity-provider/instances/%.*s/mappers/%.*s", STR_ARG(alias), STR_ARG(id));
}

static bool add(struct admin_call *call, void *context, struct realm_rep *rep, struct effects *effects)
{
	struct identity_provider_mapper *sent = context;
	struct identity_provider provider;
	if (!open_provider(call, rep, &provider))
		return false;
	if (!sent->name.n || !sent->alias.n || !sent->type.n) {
		http_respond_error(call->response, 409, STR("conflict"), STR("Duplicate resource error"));
		return false;
	}
	sent->alias = provider.alias;
	for (size_t i = 0; i < rep->identity_provider_mappers_n; i++) {
		const struct identity_provider_mapper other = identity_provider_mapper_at(call, rep, i);
		if (str_eq(other.id, sent->id) || (str_eq(other.alias, sent->alias) && str_eq(other.name, sent->name))) {
			admin_refuse(call, 400, arena_format(call->arena,
				"Failed to add mapper '%.*s' to identity provider [%.*s].", STR_ARG(sent->name),
				STR_ARG(provider.provider_id)));
			return false;
		}
	}
	struct kept_rep *kept = arena_push(call->arena, &rep->identity_provider_mappers, &rep->identity_provider_mappers_n,
					   sizeof *kept);
	kept->kept = json_text_of(call->arena, &identity_provider_mapper_rep_shape, sent);
	admin_event_add(call, effects, "CREATE", "IDENTITY_PROVIDER_MAPPER", path_of(call, sent->alias, sent->id));
	return true;
}

static void create(struct admin_call *call)
{
	struct identity_provider_mapper sent;
	if (!read_body(call, &sent))
		return;
	if (!sent.id.n)
		sent.id = random_uuid(call->arena);
	if (realm_row_change(call, add, &sent))
		admin_created_part(call, path_of(call, sent.alias, sent.id));
}

ADMIN_HANDLER(admin_identity_provider_mappers_create, create)

static bool replace(struct admin_call *call, void *context, struct realm_rep *rep, struct effects *effects)
{
	struct identity_provider_mapper sent = *(const struct identity_provider_mapper *)context, mapper;
	struct identity_provider provider;
	size_t index;
	if (!open_provider(call, rep, &provider) || !find(call, rep, &provider, &index, &mapper))
		return false;
	if ((sent.id.n && !str_eq(sent.id, mapper.id)) || !sent.name.n || !sent.type.n) {
		admin_refuse(call, 400, STR("id, name and identityProviderMapper are needed"));
		return false;
	}
	for (size_t i = 0; i < rep->identity_provider_mappers_n; i++) {
		const struct identity_provider_mapper other = identity_provider_mapper_at(call, rep, i);
		if (i != index && str_eq(other.alias, mapper.alias) && str_eq(other.name, sent.name)) {
			http_respond_error(call->response, 409, STR("conflict"), STR("Duplicate resource error"));
			return false;
		}
	}
	sent.id = mapper.id;
	sent.alias = mapper.alias;
	rep->identity_provider_mappers[index].kept = json_text_of(call->arena, &identity_provider_mapper_rep_shape, &sent);
	admin_event_add(call, effects, "UPDATE", "IDENTITY_PROVIDER_MAPPER", path_of(call, sent.alias, sent.id));
	return true;
}

static void put(struct admin_call *call)
{
	struct identity_provider_mapper sent;
	if (read_body(call, &sent) && realm_row_change(call, replace, &sent))
		admin_no_content(call);
}

static bool take_away(struct admin_call *call, void *context, struct realm_rep *rep, struct effects *effects)
{
	struct identity_provider provider;
	struct identity_provider_mapper mapper;
	size_t index;
	(void)context;
	if (!open_provider(call, rep, &provider) || !find(call, rep, &provider, &index, &mapper))
		return false;
	realm_row_drop(rep->identity_provider_mappers, &rep->identity_provider_mappers_n,
			    sizeof *rep->identity_provider_mappers, index);
	admin_event_add(call, effects, "DELETE", "IDENTITY_PROVIDER_MAPPER", path_of(call, mapper.alias, mapper.id));
	return true;
}

static void delete(struct admin_call *call)
{
	if (realm_row_change(call, take_away, NULL))
		admin_no_content(call);
}

ADMIN_HANDLER(admin_identity_provider_mapper_put, put)
ADMIN_HANDLER(admin_identity_provider_mapper_delete, delete)
