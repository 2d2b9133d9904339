/* Entries by SAML: Web Browser SSO (SAML profiles section 4.1), begun by the provider or here. */
#include "app/saml.h"

#include "app/events.h"
#include "app/login.h"
#include "app/page.h"
#include "base/log.h"
#include "crypto/random.h"
#include "saml/response.h"

/* ---- the request in a ticket ---- */

static void keep(const struct entry *entry, struct ticket *ticket)
{
	const struct authn_plan *authn = &entry->authn;
	ticket->protocol = entry_saml.name;
	ticket->client_id = authn->client->client_id;
	ticket->redirect_uri = authn->consumer_url;
	ticket->state = authn->relay_state;
	ticket->login_hint = authn->login_hint;
	ticket->request_id = authn->request_id;
	ticket->binding = saml_binding_name(authn->binding);
	ticket->name_id_format = authn->name_id_format;
	ticket->context_class = authn->context_class;
}

/* What the sign-in has to observe of a SAML request. */
static void make_plan(struct visit *visit, struct entry *entry)
{
	const struct authn_plan *authn = &entry->authn;
	entry->protocol = &entry_saml;
	entry->request = (struct authorize_request){
		.client_id = authn->client->client_id,
		.redirect_uri = authn->consumer_url,
		.login_hint = authn->login_hint,
	};
	entry->plan = (struct authorize_plan){
		.client = authn->client,
		.redirect_uri = authn->consumer_url,
		.prompt_none = authn->passive,
		.prompt_login = authn->force_authn,
		.max_age_s = -1,
	};
	/* Nothing but the client's default scopes: no name can be wrong. */
	(void)scope_resolve(visit->arena, authn->client, STR(""), &entry->plan.grant);
}

/* Nobody gets in by less than the realm and the client ask for; empty text: it can be asked here. */
static struct authn_error check_possible(struct visit *visit, const struct client *client)
{
	struct str why = visit->realm->not_possible.n ? visit->realm->not_possible : client->not_possible;
	if (!why.n)
		return (struct authn_error){ 0 };
	return (struct authn_error){ arena_join(visit->arena, STR("Sign-in is not possible here yet: "), why, STR("")),
		STR("not_allowed"), STR("") };
}

static bool open(struct visit *visit, const struct ticket *ticket, struct entry *ret_entry,
		 struct authorize_verdict *ret_verdict)
{
	struct entry entry = { 0 };
	const struct client *client = realm_client_by_client_id(visit->realm, ticket->client_id);
	struct authn_error error = authn_client_check(client);
	if (!error.text.n)
		error = check_possible(visit, client);
	if (!error.text.n) {
		struct saml_client saml = saml_client_of(visit->arena, client);
		if (!saml_client_consumes(visit->arena, &saml, ticket->redirect_uri) ||
		    !saml_binding_of_name(ticket->binding, &entry.authn.binding))
			error = (struct authn_error){ STR("Invalid redirect uri"), STR("invalid_redirect_uri"), STR("") };
	}
	if (error.text.n) {
		*ret_verdict = (struct authorize_verdict){ .kind = AUTHORIZE_PAGE, .status = 400, .text = error.text,
			.event_error = error.event_error };
		return false;
	}
	entry.authn.client = client;
	entry.authn.consumer_url = ticket->redirect_uri;
	entry.authn.relay_state = ticket->state;
	entry.authn.login_hint = ticket->login_hint;
	entry.authn.request_id = ticket->request_id;
	entry.authn.name_id_format = ticket->name_id_format;
	entry.authn.context_class = ticket->context_class;
	make_plan(visit, &entry);
	*ret_entry = entry;
	return true;
}

/* The provider's own request cannot be made anew here. */
static struct str restart_url(const struct visit *visit, const struct ticket *ticket)
{
	(void)visit;
	(void)ticket;
	return STR("");
}

/* ---- the answer ---- */

static struct response_input input_of(struct visit *visit, const struct entry *entry, const struct saml_client *client)
{
	struct response_input input = {
		.realm = visit->realm,
		.client = client,
		.plan = &entry->authn,
		.issuer = visit->issuer,
		.now_ms = visit->now_ms,
	};
	random_bytes(&input.random, sizeof input.random);
	return input;
}

/* Keys or the client's certificate do not allow what its row asks for. */
static void cannot_answer(struct visit *visit, const struct entry *entry, const struct why *why)
{
	struct event event = event_new(visit, "LOGIN_ERROR");
	event.client_id = entry->plan.client->client_id;
	event_emit_error(visit, &event, STR("invalid_saml_response"), str_from(why->text));
	log_write(LOG_ERROR, "app", "SAML answer to client %.*s: %s", STR_ARG(event.client_id), why->text);
	page_error(visit, 500, STR("Failed to process response"), STR(""));
}

/* `session`: of the assertion in it; NULL: it holds none. */
static void respond(struct visit *visit, const struct entry *entry, const struct session *session,
		    const struct saml_outgoing *outgoing)
{
	struct why why = { "" };
	if (outgoing->binding != SAML_BINDING_ARTIFACT) {
		saml_respond(visit, outgoing);
		return;
	}
	const struct saml_kept kept = {
		.client = entry->authn.client,
		.url = outgoing->url,
		.relay_state = entry->authn.relay_state,
		.message = outgoing->value,
		.session_id = session ? session->id : STR(""),
		.user_id = session ? session->user_id : STR(""),
	};
	enum error_code code = saml_respond_artifact(visit, &kept, &why);
	if (code != OK)
		login_failed(visit, code, &why);
}

static void answer_status(struct visit *visit, const struct entry *entry, enum saml_status status)
{
	struct why why = { "" };
	struct saml_client client = saml_client_of(visit->arena, entry->authn.client);
	const struct response_input input = input_of(visit, entry, &client);
	struct saml_outgoing outgoing;
	if (response_status(visit->arena, &input, status, &outgoing, &why) == OK)
		respond(visit, entry, NULL, &outgoing);
	else
		cannot_answer(visit, entry, &why);
}

static const struct {
	const char *error;
	enum saml_status status;
} statuses[] = {
	{ "login_required", SAML_STATUS_NO_PASSIVE },
	{ "interaction_required", SAML_STATUS_NO_PASSIVE },
	{ "consent_required", SAML_STATUS_NO_PASSIVE },
	{ "access_denied", SAML_STATUS_REQUEST_DENIED },
	{ "invalid_name_id_policy", SAML_STATUS_INVALID_NAME_ID_POLICY },
};

static void refuse(struct visit *visit, const struct entry *entry, struct str error, struct str text)
{
	(void)text;
	for (size_t i = 0; i < ARRAY_LENGTH(statuses); i++)
		if (str_eq_z(error, statuses[i].error)) {
			answer_status(visit, entry, statuses[i].status);
			return;
		}
	answer_status(visit, entry, SAML_STATUS_RESPONDER);
}

/* ---- the sign-in ---- */

static struct str prepare(struct visit *visit, struct entry_sign_in *in)
{
	unsigned char random[16];
	random_bytes(random, sizeof random);
	bool named = name_id_of(visit->arena, visit->realm, in->entry->authn.client, in->user,
				in->entry->authn.name_id_format, random, &in->name_id);
	return named ? STR("") : STR("invalid_name_id_policy");
}

static void bind(struct visit *visit, struct entry_sign_in *in)
{
	in->part.saml = (struct saml_part){
		.name_id = in->name_id.value,
		.name_id_format = in->name_id.format,
		.binding = saml_binding_name(in->entry->authn.binding),
		.until_s = response_session_until_s(visit->realm, in->entry->authn.client, in->session, visit->now_ms),
	};
}

static void add(struct visit *visit, struct entry_sign_in *in, struct effects *effects)
{
	const struct authn_plan *authn = &in->entry->authn;
	name_id_keep(effects, authn->client, in->user, &in->name_id);
	if (!authn->request_id.n)
		return;
	/* A request has one answer; its row outlives the time in which the request would be taken. */
	const struct saml_message message = { .id = authn->request_id, .issued_ms = visit->now_ms };
	saml_message_use(effects, visit->realm->settings.id, authn->client, &message);
}

static void answer(struct visit *visit, const struct entry_sign_in *in)
{
	struct why why = { "" };
	struct saml_client client = saml_client_of(visit->arena, in->entry->authn.client);
	struct response_input input = input_of(visit, in->entry, &client);
	struct response_built built;
	input.user = in->user;
	input.session = in->session;
	input.name_id = in->name_id;
	if (response_build(visit->arena, &input, &built, &why) == OK)
		respond(visit, in->entry, in->session, &built.outgoing);
	else
		cannot_answer(visit, in->entry, &why);
}

const struct entry_protocol entry_saml = {
	.name = STR_INIT("saml"),
	.open = open,
	.keep = keep,
	.restart_url = restart_url,
	.prepare = prepare,
	.bind = bind,
	.add = add,
	.answer = answer,
	.refuse = refuse,
};

/* ---- where it begins ---- */

/* A request that was answered already is no request. False: a page is written. */
static bool is_new(struct saml_visit *v)
{
	struct visit *visit = v->visit;
	struct why why = { "" };
	bool used;
	enum error_code code = store_token_used(visit->app->store, visit->realm->settings.id,
						saml_message_key(visit->arena, v->client.client, v->message.id), &used, &why);
	if (code != OK) {
		login_failed(visit, code, &why);
		return false;
	}
	const struct authn_error error = { STR("Invalid Request"), STR("invalid_authn_request"),
		STR("the request was answered before") };
	if (used)
		saml_refuse(visit, "LOGIN_ERROR", v->message.issuer, &error);
	return !used;
}

static void proceed(struct visit *visit, struct entry *entry)
{
	const struct authn_error error = check_possible(visit, entry->authn.client);
	if (error.text.n)
		saml_refuse(visit, "LOGIN_ERROR", entry->authn.client->client_id, &error);
	else if (entry->authn.denied)
		answer_status(visit, entry, entry->authn.status);
	else
		entry_proceed(visit, entry);
}

bool saml_sign_in(struct saml_visit *v)
{
	struct visit *visit = v->visit;
	struct why why = { "" };
	struct authn_request request;
	struct authn_error error = { 0 };
	struct entry entry = { 0 };
	enum error_code code = authn_request_read(visit->arena, &v->message, &request, &why);
	if (code != OK)
		error = authn_error_of(code);
	else if (authn_request_check(visit->arena, &v->client, &v->message, &request, &entry.authn, &error)) {
		make_plan(visit, &entry);
		if (!is_new(v))
			return false;
		if (v->message.binding == SAML_BINDING_SOAP && !entry.authn.denied)
			return saml_ecp(visit, &v->client, &entry);
		proceed(visit, &entry);
		return false;
	}
	saml_refuse(visit, "LOGIN_ERROR", v->message.issuer, &error);
	return false;
}

static void begin_here(struct visit *visit)
{
	const struct params *params;
	struct why why = { "" };
	struct authn_error error = { STR("Invalid Request"), STR("invalid_request"), STR("") };
	struct entry entry = { 0 };
	bool post = visit->request->method == HTTP_POST;
	enum error_code code = post ? http_form(visit->request, &params, &why) : http_query(visit->request, &params, &why);
	const struct client *client = saml_client_by_url_name(visit->realm, http_route_value(visit->request, "name"));
	if (code == OK)
		error = client ? authn_client_check(client) :
			(struct authn_error){ STR("Client not found."), STR("client_not_found"), STR("") };
	if (!error.text.n) {
		struct saml_client saml = saml_client_of(visit->arena, client);
		if (authn_idp_initiated(&saml, params_value(params, "RelayState"), &entry.authn, &error)) {
			make_plan(visit, &entry);
			proceed(visit, &entry);
			return;
		}
	}
	saml_refuse(visit, "LOGIN_ERROR", client ? client->client_id : STR(""), &error);
}

void saml_idp_initiated(void *context, struct http_request *request, struct http_response *response)
{
	struct visit visit;
	if (!visit_open(&visit, context, request, response))
		return;
	begin_here(&visit);
	visit_close(&visit);
}
