/* LogoutRequests of SAML service providers (SAML profiles section 4.4): our own session dies first,
 * then everybody else hears, then the provider has its answer. */
#include "app/saml.h"

#include "app/browser.h"
#include "app/events.h"
#include "app/login.h"
#include "app/owed.h"
#include "app/page.h"
#include "app/signing_out.h"
#include "base/log.h"
#include "base/text.h"
#include "base/text.h"
#include "crypto/random.h"
#include "saml/logout_request.h"
#include "saml/logout_response.h"

struct saml_logout {
	struct saml_visit *v;
	struct logout_request request;
	struct session *sessions; /* live ones that it means, LOGOUT_REQUEST_SESSIONS_MAX at most */
	size_t n;
};

/* ---- which sessions ---- */

static void add_if_meant(struct saml_logout *l, const struct session *session)
{
	const struct client *client = l->v->client.client;
	for (size_t i = 0; i < session->clients_n && l->n < LOGOUT_REQUEST_SESSIONS_MAX; i++) {
		const struct client_session *part = &session->clients[i];
		if (str_eq(part->client_id, client->id) &&
		    logout_request_means(l->v->visit->arena, &l->request, session, part))
			*(struct session *)arena_push(l->v->visit->arena, &l->sessions, &l->n, sizeof *session) = *session;
	}
}

static enum error_code find_by_index(struct saml_logout *l, struct why *reterr_why)
{
	struct visit *visit = l->v->visit;
	struct str_list ids = logout_request_session_ids(visit->arena, l->v->client.client, &l->request);
	for (size_t i = 0; i < ids.n; i++) {
		const struct session *session;
		enum error_code code = signing_out_find(visit, ids.items[i], false, &session, reterr_why);
		if (code != OK)
			return code;
		if (session)
			add_if_meant(l, session);
	}
	return OK;
}

static enum error_code find_by_name(struct saml_logout *l, struct why *reterr_why)
{
	struct visit *visit = l->v->visit;
	const struct name_id_query query = {
		.realm_id = visit->realm->settings.id,
		.client_id = l->v->client.client->id,
		.name_id = l->request.name_id,
		.name_id_format = l->request.name_id_format,
		.max = LOGOUT_REQUEST_SESSIONS_MAX,
	};
	struct session *sessions;
	size_t n;
	enum error_code code = store_list_sessions_by_name_id(visit->app->store, visit->arena, &query, &sessions, &n,
							      reterr_why);
	for (size_t i = 0; code == OK && i < n; i++)
		if (life_of(visit->realm, NULL, &sessions[i], visit->now_ms) == LIFE_ALIVE)
			add_if_meant(l, &sessions[i]);
	return code;
}

/* ---- ending them ---- */

static bool is_soap(const struct saml_logout *l)
{
	return l->v->incoming.binding == SAML_BINDING_SOAP;
}

static struct effects request_used(const struct saml_logout *l)
{
	struct visit *visit = l->v->visit;
	struct effects effects = effects_new(visit->arena);
	saml_message_use(&effects, visit->realm->settings.id, l->v->client.client, &l->v->message);
	return effects;
}

/* Ends all; the first end's transaction is the one in which the request counts as used. */
static enum error_code end_all(struct saml_logout *l, struct str *ret_signouts, struct why *reterr_why)
{
	struct visit *visit = l->v->visit;
	struct effects used = request_used(l);
	if (!l->n)
		return app_apply(visit->app, &used, reterr_why);
	for (size_t i = 0; i < l->n; i++) {
		struct signout_order order = signing_out_order(visit, DOOR_SAML_LOGOUT, l->v->client.client);
		struct signout_outcome outcome;
		order.initiator_knows = l->v->client.client->id;
		order.browser = !is_soap(l);
		enum error_code code = signing_out_known(visit, &order, &l->sessions[i], i ? NULL : &used, &outcome,
							 reterr_why);
		if (code != OK)
			return code;
		ret_signouts[i] = order.id;
	}
	return OK;
}

/* ---- the answer ---- */

static void refuse(struct saml_logout *l, enum error_code code, const struct why *why)
{
	struct authn_error error = authn_error_of(code);
	log_write(LOG_INFO, "app", "LogoutRequest of client %.*s: %s", STR_ARG(l->v->message.issuer), why->text);
	error.reason = str_from(why->text);
	saml_refuse(l->v->visit, "LOGOUT_ERROR", l->v->message.issuer, &error);
}

static void answer(struct saml_logout *l, const struct str *signouts)
{
	struct visit *visit = l->v->visit;
	struct ticket then = { .then = OWED_THEN_RESPONSE,
		.client_id = l->v->client.client->client_id,
		.request_id = l->v->message.id,
		.state = l->v->message.relay_state,
		.binding = saml_binding_name(l->v->incoming.binding) };
	struct text list = text_new(visit->arena, 0);
	for (size_t i = 0; i < l->n; i++) {
		if (i)
			text_add_char(&list, ' ');
		text_add(&list, signouts[i]);
	}
	then.signout_id = text_str(&list);
	if (is_soap(l)) {
		owed_finish(visit, &then);
	} else {
		owed_paid_by(visit, l->v->client.client);
		owed_go_on(visit, &then);
	}
}

/* True when the ID was seen before: the session that it meant then is not this one's business. */
static enum error_code was_used(const struct saml_logout *l, bool *ret_used, struct why *reterr_why)
{
	struct visit *visit = l->v->visit;
	struct str key = saml_message_key(visit->arena, l->v->client.client, l->v->message.id);
	return store_token_used(visit->app->store, visit->realm->settings.id, key, ret_used, reterr_why);
}

void saml_logout(struct saml_visit *v)
{
	struct visit *visit = v->visit;
	struct saml_logout l = { .v = v };
	struct why why = { "" };
	struct str signouts[LOGOUT_REQUEST_SESSIONS_MAX];
	bool used = false;
	enum error_code code = logout_request_read(visit->arena, visit->realm, &v->message, &l.request, &why);
	if (code == OK)
		code = logout_request_check(&v->message, &l.request, &v->client, saml_endpoint_url(visit), visit->now_ms, &why);
	if (code != OK) {
		refuse(&l, code, &why);
		return;
	}
	code = l.request.session_indexes.n ? find_by_index(&l, &why) : find_by_name(&l, &why);
	if (code == OK)
		code = was_used(&l, &used, &why);
	if (code == OK && !used)
		code = end_all(&l, signouts, &why);
	if (code == ERROR_STALE)
		code = was_used(&l, &used, &why) == OK && used ? OK : ERROR_STALE;
	if (code == OK && used) {
		(void)error_because(&why, ERROR_INVALID_REQUEST, "the request was used before");
		refuse(&l, ERROR_INVALID_REQUEST, &why);
	} else if (code != OK) {
		login_failed(visit, code, &why);
	} else {
		answer(&l, signouts);
	}
}
