/* One call of the admin API; see call.h. */
#include "admin/call.h"

#include "admin/entity.h"
#include "admin/event_representation.h"
#include "base/limits.h"
#include "base/log.h"
#include "crypto/base64.h"
#include "http/cors.h"
#include "model/redirect.h"

static bool refuse_status(struct admin_call *call, int status, const char *text)
{
	http_respond_error(call->response, status, str_from(text), STR(""));
	if (status == 401)
		http_set_header_z(call->response, "WWW-Authenticate", "Bearer");
	return false;
}

static bool forbid(struct admin_call *call)
{
	return refuse_status(call, 403, "HTTP 403 Forbidden");
}

/* The realm name at the end of an issuer; only a hint for where to look for the key. */
static struct str issuing_realm(struct arena *arena, struct str token)
{
	struct str rest = token, part, payload;
	struct jwt_claims claims;
	if (!str_next(&rest, '.', &part) || !str_next(&rest, '.', &part) ||
	    base64url_decode(arena, part, &payload, NULL) != OK || jwt_read(arena, payload, &claims, NULL) != OK)
		return STR("");
	size_t slash = str_last_index(claims.iss, '/');
	return slash < claims.iss.n ? str_drop(claims.iss, slash + 1) : STR("");
}

static bool authenticate(struct admin_call *call)
{
	struct why why = { "" };
	const char *dead;
	struct str token = http_bearer(call->request);
	struct str realm = token.n && token.n <= LIMIT_TOKEN ? issuing_realm(call->arena, token) : STR("");
	if (!realm.n || visit_open_named(&call->home, call->app, call->request, call->response, realm, &why) != OK)
		return refuse_status(call, 401, "HTTP 401 Unauthorized");
	enum error_code code = bearer_open(&call->home, token, &call->bearer, &dead, &why);
	if (code == ERROR_INVALID_TOKEN || (code == OK && !call->home.realm->settings.enabled))
		return refuse_status(call, 401, "HTTP 401 Unauthorized");
	if (code != OK) {
		admin_fail(call, code, &why);
		return false;
	}
	call->actor = call->bearer.user->username;
	struct str_list origins = redirect_web_origins(call->arena, call->bearer.client);
	enum cors_verdict verdict = cors_apply(call->request, origins.items, origins.n, false, call->response);
	if (verdict == CORS_REFUSED)
		return refuse_status(call, 403, "Invalid origin");
	/* Where a new thing is, and what If-Match takes. */
	if (verdict == CORS_ALLOWED)
		http_set_header_z(call->response, "Access-Control-Expose-Headers", "Location, ETag");
	return true;
}

/* Who makes the call is known: who makes the one that it is part of. */
static bool take_caller(struct admin_call *call, const struct admin_call *caller)
{
	call->home = caller->home;
	call->bearer = caller->bearer;
	call->actor = caller->actor;
	call->held = caller->held;
	call->held_found = caller->held_found;
	call->is_import = true;
	return true;
}

/* A realm that is not there and one that the caller may not see look alike to those who may
 * see nothing; who could make it gets Keycloak's 404. */
static bool find_realm(struct admin_call *call)
{
	struct str name = http_route_value(call->request, "realm");
	struct why why = { "" };
	if (!name.n)
		return true;
	enum error_code code = visit_open_named(&call->visit, call->app, call->request, call->response, name, &why);
	if (code == ERROR_REALM_NOT_FOUND) {
		return admin_may_in(call, NULL, PERMISSION_CREATE_REALM) ? refuse_status(call, 404, "Realm not found.") : forbid(call);
	}
	if (code != OK) {
		admin_fail(call, code, &why);
		return false;
	}
	call->realm = call->visit.realm;
	return true;
}

bool admin_open(struct admin_call *call, void *context, struct http_request *request, struct http_response *response)
{
	struct admin *admin = context;
	*call = (struct admin_call){ .app = admin->app, .request = request, .response = response,
		.arena = request->arena, .actor = STR("local") };
	enum permission permission = (enum permission)request->route->permission;
	if (str_starts(request->body, STR("\xef\xbb\xbf"))) /* Windows' editors and shells begin so */
		request->body = str_drop(request->body, 3);
	bool known = admin->caller ? take_caller(call, admin->caller) : request->local || authenticate(call);
	bool good = known && find_realm(call);
	if (good && !admin_may(call, permission))
		good = forbid(call);
	/* Parts of an import have their caller's headers. */
	if (good && !admin->caller)
		good = entity_open(call, context);
	if (!good)
		admin_close(call);
	return good;
}

/* Found when first asked for: a list asks for each of its items. */
static const struct role_set *held_roles(struct admin_call *call)
{
	if (!call->held_found)
		(void)permission_roles(call->arena, call->home.realm, &call->bearer, &call->held);
	call->held_found = true;
	return &call->held;
}

bool admin_may_in(struct admin_call *call, const struct realm *realm, enum permission permission)
{
	return call->request->local ||
	       permission_granted(call->arena, call->home.realm, held_roles(call), realm, permission);
}

bool admin_may(struct admin_call *call, enum permission permission)
{
	return admin_may_in(call, call->realm, permission);
}

bool admin_may_give(struct admin_call *call, const struct role *role)
{
	return call->request->local ||
	       permission_may_give(call->arena, call->home.realm, held_roles(call), call->realm, role);
}

void admin_close(struct admin_call *call)
{
	entity_close(call);
	if (call->visit.app)
		visit_close(&call->visit);
	if (call->home.app && !call->is_import)
		visit_close(&call->home);
}

void admin_json(struct admin_call *call, struct str json)
{
	http_respond_bytes(call->response, 200, "application/json;charset=UTF-8", json);
	http_no_cache(call->response);
}

struct json_writer *admin_json_begin(struct admin_call *call)
{
	struct text *text = arena_alloc(call->arena, sizeof *text);
	struct json_writer *w = arena_alloc(call->arena, sizeof *w);
	*text = text_new(call->arena, 0);
	*w = json_writer_new(text, false);
	return w;
}

void admin_json_end(struct admin_call *call, const struct json_writer *w)
{
	admin_json(call, text_str(w->text));
}

struct json_writer *admin_array_begin(struct admin_call *call)
{
	struct json_writer *w = admin_json_begin(call);
	json_write_array_begin(w);
	return w;
}

void admin_array_end(struct admin_call *call, struct json_writer *w)
{
	json_write_array_end(w);
	admin_json_end(call, w);
}

void admin_created(struct admin_call *call, struct str path)
{
	struct why why;
	struct str base = call->visit.base.n ? call->visit.base : call->home.base.n ? call->home.base :
		http_own_origin(call->request);
	http_respond_empty(call->response, 201);
	if (http_set_header(call->response, "Location", arena_join(call->arena, base, path, STR("")), &why) != OK)
		log_write(LOG_ERROR, "admin", "Location: %s", why.text);
}

void admin_no_content(struct admin_call *call)
{
	http_respond_empty(call->response, 204);
}

void admin_forbid(struct admin_call *call)
{
	forbid(call);
}

void admin_not_found(struct admin_call *call, const char *text)
{
	refuse_status(call, 404, text);
}

void admin_refuse(struct admin_call *call, int status, struct str text)
{
	struct text body = text_new(call->arena, 0);
	struct json_writer w = json_writer_new(&body, false);
	json_write_object_begin(&w);
	json_member_text(&w, "errorMessage", text);
	json_write_object_end(&w);
	http_respond_json(call->response, status, text_str(&body));
}

void admin_fail(struct admin_call *call, enum error_code code, const struct why *why)
{
	int status = error_http_status(code);
	if (status >= 500) {
		log_write(LOG_ERROR, "admin", "%s %.*s: %s: %s", http_method_name(call->request->method),
			  STR_ARG(call->request->path), error_name(code), why->text);
		http_respond_error_code(call->response, code);
		if (status == 503)
			http_set_header_z(call->response, "Retry-After", "1");
		return;
	}
	/* Input that a person can mend: the reason names the field. */
	admin_refuse(call, status, why->text[0] ? arena_str(call->arena, str_from(why->text)) : str_from(error_text(code)));
}

void admin_refuse_input(struct admin_call *call, struct str text)
{
	http_respond_error(call->response, 400, str_from(call->input_error ? call->input_error : "invalid_input"), text);
}

void admin_refuse_feature(struct admin_call *call)
{
	http_respond_error(call->response, 501, STR("Feature not enabled"),
			   STR("For more on this error consult the server log."));
}

struct str admin_query(struct admin_call *call, const char *name)
{
	const struct params *params;
	return http_query(call->request, &params, NULL) == OK ? params_value(params, name) : STR("");
}

bool admin_query_int(struct admin_call *call, const char *name, int64_t otherwise, int64_t *ret_value)
{
	struct str text = admin_query(call, name);
	*ret_value = otherwise;
	if (!text.n || str_to_int64(text, ret_value))
		return true;
	admin_refuse(call, 400, arena_format(call->arena, "query parameter %s: '%.*s' is not a number", name,
					     STR_ARG(str_take(text, 40))));
	return false;
}

bool admin_query_true(struct admin_call *call, const char *name, bool otherwise)
{
	struct str text = admin_query(call, name);
	return text.n ? str_eq_nocase(text, STR("true")) : otherwise;
}

bool admin_query_page(struct admin_call *call, int64_t max, struct admin_page *ret_page)
{
	struct admin_page page;
	if (!admin_query_int(call, "first", 0, &page.first) || !admin_query_int(call, "max", max, &page.max))
		return false;
	*ret_page = page;
	return true;
}

bool admin_page_has(const struct admin_page *page, size_t index)
{
	int64_t i = (int64_t)index, first = page->first > 0 ? page->first : 0;
	return i >= first && (page->max < 0 || i - first < page->max);
}

void admin_event_add(struct admin_call *call, struct effects *effects, const char *operation,
		     const char *resource_type, struct str path)
{
	if (!call->realm || !call->realm->settings.admin_events_enabled)
		return;
	struct admin_event *event = &effects_add(effects, EFFECT_ADMIN_EVENT)->u.admin_event;
	*event = (struct admin_event){
		.realm_id = call->realm->settings.id,
		.auth_realm_id = call->home.realm ? call->home.realm->settings.id : STR(""),
		.auth_client_id = call->bearer.client ? call->bearer.client->id : STR(""),
		.auth_user_id = call->bearer.user ? call->bearer.user->id : STR(""),
		.auth_ip_address = call->request->client,
		.time_ms = call->visit.now_ms,
		.operation = str_from(operation),
		.resource_type = str_from(resource_type),
		.resource_path = path,
	};
	if (call->realm->settings.admin_events_details_enabled)
		event->representation = event_representation(call->arena, call->request->body);
}

struct str admin_event_path(struct admin_call *call)
{
	struct str path = call->request->path;
	size_t head = sizeof "/admin/realms/" - 1 + call->realm->settings.name.n + 1;
	return head < path.n ? str_drop(path, head) : path;
}
