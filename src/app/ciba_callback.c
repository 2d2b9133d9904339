/* POST /realms/{realm}/protocol/openid-connect/ext/ciba/auth/callback: the authentication channel says what
 * the user has answered. */
#include "app/ciba.h"

#include "app/events.h"
#include "base/log.h"
#include "json/read.h"
#include "store/pending.h"

struct callback {
	struct visit *visit;
	struct event event;
	struct pending_grant grant;
	const struct client *client;
};

enum { UNAUTHORIZED, CANCELLED, SUCCEED };

struct said {
	struct str status;
};

static void refuse(struct callback *c, int status, const char *error, const char *event_error, const char *text,
		   const char *reason)
{
	event_emit_error(c->visit, &c->event, str_from(event_error), str_from(reason));
	http_respond_error(c->visit->response, status, str_from(error), str_from(text));
	http_no_store(c->visit->response);
}

static void broken(struct callback *c, enum error_code code, const struct why *why)
{
	log_write(LOG_ERROR, "app", "answer of the authentication channel: %s: %s", error_name(code), why->text);
	http_respond_error_code(c->visit->response, code);
}

/* The grant that the bearer was made for, and that still waits; else the same words whatever it is. False:
 * answered. */
static bool load(struct callback *c)
{
	struct visit *visit = c->visit;
	struct why why = { "" };
	struct str id, bearer = http_bearer(visit->request);
	if (!bearer.n) {
		refuse(c, 401, "invalid_token", "invalid_token", "Invalid token", "no bearer");
		return false;
	}
	enum error_code code = ciba_channel_open(visit, bearer, &id, &why);
	if (code == OK)
		code = store_find_pending_typed(visit->app->store, visit->arena, visit->realm->settings.id,
						ciba_channel_hash(visit, id), &c->grant, &why);
	if (code != OK && error_http_status(code) >= 500) {
		broken(c, code, &why);
		return false;
	}
	c->client = code == OK ? realm_client_by_id(visit->realm, c->grant.client_id) : NULL;
	if (c->client) {
		c->event.client_id = c->client->client_id;
		c->event.user_id = c->grant.user_id;
	}
	bool waits = c->client && c->grant.kind == PENDING_BACKCHANNEL && c->grant.state == PENDING_OPEN &&
		     c->grant.expires_ms > visit->now_ms;
	if (!waits)
		refuse(c, 403, "invalid_token", "invalid_token", "Invalid token",
		       code != OK ? why.text : "answered already, expired, or of a client that is not there any more");
	return waits;
}

/* False: answered. */
static bool read_status(struct callback *c, int *ret_status)
{
	static const struct json_field fields[] = { JSON_TEXT(struct said, status, "status", 0) };
	static const struct json_shape shape = JSON_SHAPE(struct said, fields);
	static const char *const words[] = { "UNAUTHORIZED", "CANCELLED", "SUCCEED", NULL };
	const struct json_read_options options = { .unknown = JSON_UNKNOWN_IGNORED };
	struct said said = { .status = STR("") };
	struct why why = { "" };
	if (!str_eq_z(http_content_type(c->visit->request), "application/json")) {
		http_respond_error_code(c->visit->response, ERROR_UNSUPPORTED_MEDIA_TYPE);
		return false;
	}
	if (json_read(c->visit->arena, c->visit->request->body, &shape, &options, &said, &why) != OK) {
		refuse(c, 400, "invalid_request", "invalid_request", "Cannot parse the JSON", why.text);
		return false;
	}
	for (int i = 0; words[i]; i++)
		if (str_eq_z(said.status, words[i])) {
			*ret_status = i;
			return true;
		}
	refuse(c, 400, "invalid_request", "invalid_request", "Invalid authentication status", "");
	return false;
}

/* STALE: somebody was quicker. */
static enum error_code settle(struct callback *c, int status, struct why *reterr_why)
{
	struct visit *visit = c->visit;
	const struct pending_change change = { .kind = status == SUCCEED ? PENDING_APPROVE : PENDING_DENY,
		.grant = c->grant, .now_ms = visit->now_ms };
	struct effects effects = effects_new(visit->arena);
	effects_add(&effects, EFFECT_PENDING_CHANGE)->u.pending = &change;
	return app_apply(visit->app, &effects, reterr_why);
}

static void answer(struct callback *c, int status)
{
	struct why why = { "" };
	enum error_code code = settle(c, status, &why);
	if (code == ERROR_STALE) {
		refuse(c, 403, "invalid_token", "invalid_token", "Invalid token", "answered already");
		return;
	}
	if (code != OK) {
		broken(c, code, &why);
		return;
	}
	if (status != SUCCEED)
		event_emit_error(c->visit, &c->event, status == CANCELLED ? STR("not_allowed") : STR("consent_denied"), STR(""));
	ciba_notify(c->visit, c->client, &c->grant);
	http_respond_json(c->visit->response, 200, STR("{}"));
	http_no_store(c->visit->response);
}

void ciba_callback_handle(void *context, struct http_request *request, struct http_response *response)
{
	struct visit visit;
	int status;
	if (!visit_open(&visit, context, request, response))
		return;
	struct callback c = { .visit = &visit, .event = event_new(&visit, "LOGIN_ERROR") };
	if (load(&c) && read_status(&c, &status))
		answer(&c, status);
	visit_close(&visit);
}
