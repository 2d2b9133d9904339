/* .../account/applications/{client}/consent: what the user has granted to one application. */
#include "app/account.h"

#include "app/account_end.h"
#include "app/consenting.h"
#include "app/events.h"
#include "base/limits.h"
#include "json/read.h"

struct granted_rep {
	struct str id;
};
struct grant_rep {
	struct granted_rep *scopes;
	size_t scopes_n;
};

/* Names and dates are what we wrote ourselves, and come back with the ids. */
static const struct json_field granted_fields[] = { JSON_TEXT(struct granted_rep, id, "id", JSON_REQUIRED) };
static const struct json_shape granted_shape = JSON_SHAPE(struct granted_rep, granted_fields);
static const struct json_field grant_fields[] = {
	JSON_STRUCTS(struct grant_rep, scopes, scopes_n, "grantedScopes", 0, &granted_shape) };
static const struct json_shape grant_shape = JSON_SHAPE(struct grant_rep, grant_fields);

static void show(struct account_call *call, const struct client *client, const struct consent *consent)
{
	struct text text = text_new(call->visit.arena, 0);
	struct json_writer w = json_writer_new(&text, false);
	account_write_consent(&call->visit, &w, client, consent);
	account_json(call, text_str(&text));
}

static void serve_consent_get(struct account_call *call)
{
	struct consent consent;
	struct why why = { "" };
	const struct client *client = account_client(call);
	enum error_code code = client ? consenting_load(&call->visit, client, call->user->id, &consent, &why) : OK;
	if (code != OK)
		account_fail(call, code, &why);
	else if (client && consent.version)
		show(call, client, &consent);
	else if (client)
		http_respond_empty(call->visit.response, 204);
}

ACCOUNT_HANDLER(account_consent_get, serve_consent_get)

static bool has_scope(struct client_scope *const *scopes, size_t n, struct str id)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(scopes[i]->id, id))
			return true;
	return false;
}

/* What a client could be granted at all: its scopes, and itself. */
static enum error_code take(struct account_call *call, const struct client *client, struct str_list *ret_ids,
			    struct why *reterr_why)
{
	const struct json_read_options options = { .unknown = JSON_UNKNOWN_IGNORED };
	struct grant_rep rep = { 0 };
	struct str_list ids = { 0 };
	if (!str_eq_z(http_content_type(call->visit.request), "application/json"))
		return ERROR_UNSUPPORTED_MEDIA_TYPE;
	enum error_code code = json_read(call->visit.arena, call->visit.request->body, &grant_shape, &options, &rep,
					 reterr_why);
	for (size_t i = 0; code == OK && i < rep.scopes_n; i++) {
		struct str id = rep.scopes[i].id;
		if (!has_scope(client->default_scopes, client->default_scopes_n, id) &&
		    !has_scope(client->optional_scopes, client->optional_scopes_n, id) && !str_eq(id, client->id))
			return error_because(reterr_why, ERROR_INVALID_VALUE, "Scope id %.*s does not exist for client %.*s.",
					     STR_ARG(str_take(id, 80)), STR_ARG(client->client_id));
		*(struct str *)arena_push(call->visit.arena, &ids.items, &ids.n, sizeof *ids.items) = id;
	}
	*ret_ids = ids;
	return code;
}

static enum error_code put_round(struct account_call *call, const struct client *client, const struct str_list *ids,
				 struct consent *ret_consent, struct why *reterr_why)
{
	struct visit *visit = &call->visit;
	struct consent consent;
	enum error_code code = consenting_load(visit, client, call->user->id, &consent, reterr_why);
	if (code != OK)
		return code;
	struct event event = account_event(call, consent.version ? "UPDATE_CONSENT" : "GRANT_CONSENT");
	event_detail(visit, &event, "granted_client", client->client_id);
	consent.scope_ids = *ids;
	consent.updated_ms = visit->now_ms;
	if (!consent.version)
		consent.created_ms = visit->now_ms;
	struct effects effects = effects_new(visit->arena);
	effects_add(&effects, EFFECT_CONSENT_PUT)->u.consent = consent;
	event_add(visit, &event, &effects);
	code = app_apply(visit->app, &effects, reterr_why);
	if (code != OK)
		return code;
	event_log(visit, &event);
	*ret_consent = consent;
	return OK;
}

/* POST and PUT do the same, as in Keycloak. */
static void serve_consent_put(struct account_call *call)
{
	struct str_list ids;
	struct consent consent;
	struct why why = { "" };
	const struct client *client = account_client(call);
	enum error_code code = client ? take(call, client, &ids, &why) : OK;
	if (client && code == OK)
		code = ERROR_STALE;
	for (int round = 0; round < LIMIT_DECIDE_ROUNDS && code == ERROR_STALE; round++)
		code = put_round(call, client, &ids, &consent, &why);
	if (code != OK)
		account_fail(call, code, &why);
	else if (client)
		show(call, client, &consent);
}

ACCOUNT_HANDLER(account_consent_put, serve_consent_put)

static void serve_consent_delete(struct account_call *call)
{
	struct account_ended ended = { 0 };
	struct why why = { "" };
	bool found;
	const struct client *client = account_client(call);
	const struct withdrawal withdrawal = { .client = client, .user = call->user,
		.initiator = call->caller->client_id, .by_client = call->account->client_id };
	enum error_code code = client ? account_withdraw(&call->visit, &withdrawal, &ended, &found, &why) : OK;
	if (code != OK)
		account_fail(call, code, &why);
	else if (client)
		http_respond_empty(call->visit.response, 204);
}

ACCOUNT_HANDLER(account_consent_delete, serve_consent_delete)
