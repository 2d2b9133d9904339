/* /admin/realms/{realm}/clients-initial-access: tokens that let somebody register clients. */
#include "admin/handlers_clients.h"
#include "admin/registration.h"
#include "admin/serve.h"
#include "crypto/random.h"
#include "store/registrations.h"

enum { COUNT_MAX = 1000000 };

static void write_access(struct json_writer *w, const struct initial_access *initial, struct str token)
{
	json_write_object_begin(w);
	json_member_text(w, "id", initial->id);
	if (token.n)
		json_member_text(w, "token", token);
	json_member_int(w, "timestamp", initial->created_s);
	json_member_int(w, "expiration", initial->lifespan_s);
	json_member_int(w, "count", initial->count);
	json_member_int(w, "remainingCount", initial->remaining);
	json_write_object_end(w);
}

static void list(struct admin_call *call)
{
	struct initial_access *items;
	struct why why = { "" };
	size_t n;
	enum error_code code = store_list_initial_accesses(call->app->store, call->arena, call->realm->settings.id,
							   &items, &n, &why);
	if (code != OK) {
		admin_fail(call, code, &why);
		return;
	}
	struct json_writer *w = admin_array_begin(call);
	for (size_t i = 0; i < n; i++)
		write_access(w, &items[i], STR(""));
	admin_array_end(call, w);
}

ADMIN_HANDLER(admin_initial_accesses_list, list)

/* ---- create ---- */

static bool read_wanted(struct admin_call *call, struct initial_access *initial)
{
	struct wanted {
		int64_t expiration, count;
		struct str *origins;
		size_t origins_n;
	} wanted = { .count = 1 };
	static const struct json_field fields[] = {
		JSON_INT(struct wanted, expiration, "expiration", 0),
		JSON_INT(struct wanted, count, "count", 0),
		JSON_TEXTS(struct wanted, origins, origins_n, "webOrigins", 0),
	};
	static const struct json_shape shape = JSON_SHAPE(struct wanted, fields);
	struct json_read_options options = representation_options("$");
	struct why why = { "" };
	enum error_code code = json_read(call->arena, call->request->body, &shape, &options, &wanted, &why);
	if (code == OK && wanted.expiration < 0) {
		http_respond_error(call->response, 400, STR("Invalid value for expiration"),
				   STR("The expiration time interval cannot be less than 0"));
		return false;
	}
	if (code == OK && wanted.count < 0) {
		http_respond_error(call->response, 400, STR("Invalid value for count"),
				   STR("The count cannot be less than 0"));
		return false;
	}
	if (code == OK && wanted.count > COUNT_MAX)
		code = error_because(&why, ERROR_INVALID_VALUE, "$.count = %lld: from 0 to %d", (long long)wanted.count,
				     COUNT_MAX);
	if (code == OK && wanted.expiration > INT32_MAX)
		code = error_because(&why, ERROR_INVALID_VALUE, "$.expiration = %lld: too long",
				     (long long)wanted.expiration);
	if (code != OK)
		admin_refuse_body(call, code, &why);
	initial->lifespan_s = wanted.expiration;
	initial->count = initial->remaining = wanted.count;
	return code == OK;
}

static enum error_code change(struct admin_call *call, enum registration_change_kind kind,
			      const struct initial_access *initial, struct why *reterr_why)
{
	struct effects effects = effects_new(call->arena);
	struct registration_change change = { .kind = kind, .realm_id = call->realm->settings.id, .initial = *initial };
	effects_add(&effects, EFFECT_REGISTRATION_CHANGE)->u.registration = &change;
	admin_event_add(call, &effects, kind == REGISTRATION_INITIAL_ADD ? "CREATE" : "DELETE",
			"CLIENT_INITIAL_ACCESS_MODEL",
			arena_join(call->arena, STR("clients-initial-access/"), initial->id, STR("")));
	return app_apply(call->app, &effects, reterr_why);
}

static void create(struct admin_call *call)
{
	struct why why = { "" };
	struct str token;
	struct initial_access initial = { .id = random_uuid(call->arena), .created_s = call->visit.now_ms / 1000 };
	if (!read_wanted(call, &initial))
		return;
	int64_t expires_s = initial.lifespan_s ? initial.created_s + initial.lifespan_s : 0;
	enum error_code code = registration_token_sign(call, TOKEN_INITIAL_ACCESS, initial.id, expires_s, &token, &why);
	if (code == OK)
		code = change(call, REGISTRATION_INITIAL_ADD, &initial, &why);
	if (code != OK) {
		admin_fail(call, code, &why);
		return;
	}
	struct text text = text_new(call->arena, 0);
	struct json_writer w = json_writer_new(&text, false);
	write_access(&w, &initial, token);
	admin_created_part(call, arena_join(call->arena, STR("clients-initial-access/"), initial.id, STR("")));
	http_respond_bytes(call->response, 201, "application/json;charset=UTF-8", text_str(&text));
}

ADMIN_HANDLER(admin_initial_accesses_create, create)

/* One that is not there is as good as deleted, as in Keycloak. */
static void initial_access_delete(struct admin_call *call)
{
	struct why why = { "" };
	struct initial_access initial = { .id = http_route_value(call->request, "id") };
	enum error_code code = change(call, REGISTRATION_INITIAL_DELETE, &initial, &why);
	if (code == OK)
		admin_no_content(call);
	else
		admin_fail(call, code, &why);
}

ADMIN_HANDLER(admin_initial_access_delete, initial_access_delete)
