/* One call of the account API; see account.h. */
#include "app/account.h"

#include "app/events.h"
#include "app/words.h"
#include "base/limits.h"
#include "base/log.h"
#include "http/cors.h"
#include "model/redirect.h"
#include "oidc/scope.h"
#include "signout/channel.h"

static const char *const roles_of_permission[ACCOUNT_PERMISSIONS][5] = {
	[ACCOUNT_VIEW_PROFILE] = { "manage-account", "view-profile" },
	[ACCOUNT_MANAGE] = { "manage-account" },
	[ACCOUNT_VIEW_APPLICATIONS] = { "manage-account", "view-applications" },
	[ACCOUNT_VIEW_CONSENT] = { "manage-account", "view-consent", "manage-consent" },
	[ACCOUNT_MANAGE_CONSENT] = { "manage-account", "manage-consent" },
	[ACCOUNT_VIEW_GROUPS] = { "manage-account", "view-groups" },
	[ACCOUNT_LINKS] = { "manage-account", "view-profile", "manage-account-links" },
};

static bool role_grants(const struct role *role, const struct client *account, enum account_permission permission)
{
	if (role->client != account)
		return false;
	for (size_t i = 0; roles_of_permission[permission][i]; i++)
		if (str_eq_z(role->name, roles_of_permission[permission][i]))
			return true;
	return false;
}

bool account_granted(const struct role_set *roles, const struct client *account, enum account_permission permission)
{
	for (size_t i = 0; i < roles->n; i++)
		if (role_grants(roles->roles[i], account, permission))
			return true;
	return false;
}

static bool refuse(struct account_call *call, int status, const char *text)
{
	http_respond_error(call->visit.response, status, str_from(text), STR(""));
	if (status == 401)
		http_set_header_z(call->visit.response, "WWW-Authenticate", "Bearer");
	return false;
}

/* The roles that the token carries, as they are now. */
static bool token_grants(struct account_call *call, const struct bearer *bearer, enum account_permission permission)
{
	struct arena *arena = call->visit.arena;
	struct scope_grant grant = { 0 };
	if (!scope_resolve(arena, bearer->client, bearer->claims.scope, &grant))
		return false;
	struct role_set held = roles_of_user(arena, call->visit.realm, bearer->user);
	struct role_set set = roles_for_token(arena, bearer->client, grant.scopes, grant.n, &held);
	return account_granted(&set, call->account, permission);
}

static bool authenticate(struct account_call *call)
{
	struct visit *visit = &call->visit;
	struct bearer bearer;
	struct why why = { "" };
	const char *dead;
	struct str token = http_bearer(visit->request);
	if (!token.n || token.n > LIMIT_TOKEN)
		return refuse(call, 401, "HTTP 401 Unauthorized");
	enum error_code code = bearer_open(visit, token, &bearer, &dead, &why);
	if (code != OK && code != ERROR_INVALID_TOKEN) {
		account_fail(call, code, &why);
		return false;
	}
	/* A service account is a client, which has no account. */
	if (code != OK || !jwt_has_audience(&bearer.claims, STR("account")) ||
	    bearer.user->service_account_client_id.n)
		return refuse(call, 401, "HTTP 401 Unauthorized");
	struct str_list origins = redirect_web_origins(visit->arena, bearer.client);
	(void)cors_apply(visit->request, origins.items, origins.n, true, visit->response);
	if (!token_grants(call, &bearer, (enum account_permission)visit->request->route->permission))
		return refuse(call, 403, "HTTP 403 Forbidden");
	call->caller = bearer.client;
	call->user = bearer.user;
	call->session_id = bearer.session && !bearer.session->offline ? bearer.session->id : STR("");
	return true;
}

bool account_open(struct account_call *call, void *context, struct http_request *request, struct http_response *response)
{
	*call = (struct account_call){ 0 };
	if (!visit_open(&call->visit, context, request, response))
		return false;
	call->account = realm_client_by_client_id(call->visit.realm, STR("account"));
	bool good = call->account && call->account->enabled ? authenticate(call) :
							      refuse(call, 404, "HTTP 404 Not Found");
	if (!good)
		account_close(call);
	return good;
}

void account_close(struct account_call *call)
{
	visit_close(&call->visit);
}

void account_serve(void *context, struct http_request *request, struct http_response *response, account_work *work)
{
	struct account_call call;
	if (!account_open(&call, context, request, response))
		return;
	work(&call);
	account_close(&call);
}

struct str account_query(struct account_call *call, const char *name)
{
	const struct params *params;
	struct why why = { "" };
	return http_query(call->visit.request, &params, &why) == OK ? params_value(params, name) : STR("");
}

void account_json(struct account_call *call, struct str json)
{
	http_respond_bytes(call->visit.response, 200, "application/json;charset=UTF-8", json);
	http_no_cache(call->visit.response);
}

void account_error(struct account_call *call, int status, struct str text)
{
	struct text body = text_new(call->visit.arena, 0);
	struct json_writer w = json_writer_new(&body, false);
	json_write_object_begin(&w);
	json_member_text(&w, "errorMessage", text);
	json_write_object_end(&w);
	http_respond_json(call->visit.response, status, text_str(&body));
}

void account_fail(struct account_call *call, enum error_code code, const struct why *why)
{
	int status = error_http_status(code);
	if (status < 500) {
		account_error(call, status, why->text[0] ? arena_str(call->visit.arena, str_from(why->text)) :
							  str_from(error_text(code)));
		return;
	}
	log_write(LOG_ERROR, "app", "%s %.*s: %s: %s", http_method_name(call->visit.request->method),
		  STR_ARG(call->visit.request->path), error_name(code), why->text);
	http_respond_error_code(call->visit.response, code);
	if (status == 503)
		http_set_header_z(call->visit.response, "Retry-After", "1");
}

const struct client *account_client(struct account_call *call)
{
	struct str name = http_route_value(call->visit.request, "client");
	const struct client *client = realm_client_by_client_id(call->visit.realm, name);
	if (!client)
		account_error(call, 404, arena_join(call->visit.arena, STR("No client with clientId: "),
						    str_take(name, 255), STR(" found.")));
	return client;
}

struct event account_event(struct account_call *call, const char *type)
{
	struct event event = event_new(&call->visit, type);
	event.client_id = call->account->client_id;
	event.user_id = call->user->id;
	return event;
}

static void member_if(struct json_writer *w, const char *name, struct str text)
{
	if (text.n)
		json_member_text(w, name, text);
}

void account_write_client(struct visit *visit, struct json_writer *w, const struct client *client, bool in_use,
			  bool offline)
{
	json_member_text(w, "clientId", client->client_id);
	member_if(w, "clientName", words_of(visit, client->name));
	member_if(w, "description", client->description);
	json_member_bool(w, "userConsentRequired", client->consent_required);
	json_member_bool(w, "inUse", in_use);
	json_member_bool(w, "offlineAccess", offline);
}

static void write_granted(struct visit *visit, struct json_writer *w, const struct consent_item *item)
{
	json_write_object_begin(w);
	json_member_text(w, "id", item->id);
	json_member_text(w, "name", item->name);
	json_member_text(w, "displayText", words_of(visit, item->text));
	json_write_object_end(w);
}

void account_write_consent(struct visit *visit, struct json_writer *w, const struct client *client,
			   const struct consent *consent)
{
	json_write_object_begin(w);
	json_member_array_begin(w, "grantedScopes");
	for (size_t i = 0; i < consent->scope_ids.n; i++) {
		struct str id = consent->scope_ids.items[i];
		const struct client_scope *scope = consent_scope(visit->realm, id);
		struct consent_item item = scope ? consent_item_of_scope(scope) : consent_item_of_client(client);
		if (scope || str_eq(id, client->id))
			write_granted(visit, w, &item);
	}
	json_write_array_end(w);
	json_member_int(w, "createdDate", consent->created_ms);
	json_member_int(w, "lastUpdatedDate", consent->updated_ms);
	json_write_object_end(w);
}
