/* Responses that go by artifact (SAML bindings section 3.6): kept until the client fetches them, as
 * authorization codes are: hashed, for the lifespan of a code, used once. */
#include "app/saml.h"

#include "app/login.h"
#include "app/token_answer.h"
#include "base/log.h"
#include "crypto/random.h"
#include "crypto/seal.h"
#include "saml/artifact.h"
#include "saml/signature.h"

/* ---- keeping ---- */

/* What the seal is bound to besides its key. */
#define SEALED_AS STR("saml-artifact")

static enum error_code seal(struct visit *visit, struct str artifact, struct str message, struct str *ret_sealed,
			    struct why *reterr_why)
{
	struct seal_key *key;
	enum error_code code = seal_key_from_text(artifact_seal_text(visit->arena, artifact), &key, reterr_why);
	if (code != OK)
		return code;
	code = seal_text(visit->arena, key, SEALED_AS, message, ret_sealed, reterr_why);
	seal_key_free(key);
	return code;
}

static enum error_code unseal(struct visit *visit, struct str artifact, struct str sealed, struct str *ret_message,
			      struct why *reterr_why)
{
	struct seal_key *key;
	enum error_code code = seal_key_from_text(artifact_seal_text(visit->arena, artifact), &key, reterr_why);
	if (code != OK)
		return code;
	SECRET_SCOPED plain = { NULL, 0 };
	code = seal_open(key, SEALED_AS, sealed, &plain, reterr_why);
	seal_key_free(key);
	if (code == OK)
		*ret_message = arena_str(visit->arena, secret_str(&plain));
	return code;
}

enum error_code saml_respond_artifact(struct visit *visit, const struct saml_kept *kept, struct why *reterr_why)
{
	const struct saml_client client = saml_client_of(visit->arena, kept->client);
	const struct saml_endpoint to = { client.force_post ? SAML_BINDING_POST : SAML_BINDING_REDIRECT, kept->url };
	unsigned char handle[ARTIFACT_HANDLE];
	struct str sealed;
	random_bytes(handle, sizeof handle);
	struct str artifact = artifact_make(visit->arena, visit->issuer, handle);
	enum error_code code = seal(visit, artifact, kept->message, &sealed, reterr_why);
	if (code != OK)
		return code;
	struct effects effects = effects_new(visit->arena);
	effects_add(&effects, EFFECT_CODE_CREATE)->u.code = (struct code){
		.hash = artifact_hash(visit->arena, artifact),
		.realm_id = visit->realm->settings.id,
		.client_id = kept->client->id,
		.session_id = kept->session_id,
		.user_id = kept->user_id,
		.redirect_uri = kept->url,
		.issuer = visit->issuer,
		.expires_ms = visit->now_ms + visit->realm->settings.access_code_lifespan_s * 1000,
		.message = sealed,
	};
	code = app_apply(visit->app, &effects, reterr_why);
	if (code != OK)
		return code;
	const struct saml_outgoing outgoing = artifact_send(visit->arena, &to, artifact, kept->relay_state);
	saml_respond(visit, &outgoing);
	return OK;
}

/* ---- giving it out ---- */

struct resolving {
	struct saml_visit *v;
	struct str artifact;
	struct code kept;
	struct client_session part; /* of a Response with an assertion */
	const char *missing;        /* why there is no message; NULL: there is one */
};

/* What ended meanwhile gives no assertion any more: the provider would begin a session of which
 * nobody could tell it the end. */
static enum error_code find_part(struct resolving *r, struct why *reterr_why)
{
	struct visit *visit = r->v->visit;
	struct session session;
	if (!r->kept.session_id.n)
		return OK;
	enum error_code code = store_find_session(visit->app->store, visit->arena, visit->realm->settings.id,
						  r->kept.session_id, false, &session, reterr_why);
	const struct client_session *part = code == OK ? token_answer_part(&session, r->v->client.client) : NULL;
	if (part)
		r->part = *part;
	else
		r->missing = "its session has ended";
	return code == ERROR_NAME_NOT_FOUND ? OK : code;
}

static enum error_code find(struct resolving *r, struct why *reterr_why)
{
	struct visit *visit = r->v->visit;
	enum error_code code = store_find_code(visit->app->store, visit->arena, artifact_hash(visit->arena, r->artifact),
					       &r->kept, reterr_why);
	if (code != OK) {
		r->missing = "it is unknown";
		return code == ERROR_NAME_NOT_FOUND ? OK : code;
	}
	if (!str_eq(r->kept.realm_id, visit->realm->settings.id) || !str_eq(r->kept.client_id, r->v->client.client->id))
		r->missing = "it is another client's";
	else if (r->kept.used_ms)
		r->missing = "it was resolved before";
	else if (r->kept.expires_ms <= visit->now_ms)
		r->missing = "it has expired";
	return r->missing ? OK : find_part(r, reterr_why);
}

static enum error_code request_used(struct resolving *r, bool *ret_used, struct why *reterr_why)
{
	struct visit *visit = r->v->visit;
	return store_token_used(visit->app->store, visit->realm->settings.id,
				saml_message_key(visit->arena, r->v->client.client, r->v->message.id), ret_used, reterr_why);
}

/* The request counts once, and so does the artifact. STALE: the request was used before. */
static enum error_code use(struct resolving *r, struct why *reterr_why)
{
	struct visit *visit = r->v->visit;
	struct effects effects = effects_new(visit->arena);
	bool used = false, stands = true;
	saml_message_use(&effects, visit->realm->settings.id, r->v->client.client, &r->v->message);
	if (!r->missing)
		effects_add(&effects, EFFECT_CODE_USE)->u.code_use =
			(struct effect_code_use){ r->kept.hash, visit->now_ms };
	enum error_code code = app_apply(visit->app, &effects, reterr_why);
	if (code == ERROR_STALE && !r->missing) {
		code = request_used(r, &used, reterr_why);
		r->missing = "it was resolved meanwhile";
		return code == OK && used ? ERROR_STALE : code;
	}
	if (code == OK && !r->missing && r->kept.session_id.n)
		code = store_part_stands(visit->app->store, visit->realm->settings.id, &r->part, visit->now_ms / 1000,
					 &stands, reterr_why);
	if (!stands)
		r->missing = "its session has ended";
	return code;
}

static enum error_code answer_with(struct resolving *r, struct why *reterr_why)
{
	struct visit *visit = r->v->visit;
	struct saml_outgoing outgoing;
	struct artifact_response_input input = {
		.realm = visit->realm,
		.client = &r->v->client,
		.issuer = visit->issuer,
		.in_response_to = r->v->message.id,
		.now_ms = visit->now_ms,
	};
	enum error_code code = OK;
	random_bytes(input.random, sizeof input.random);
	if (!r->missing)
		code = unseal(visit, r->artifact, r->kept.message, &input.message, reterr_why);
	else
		log_write(LOG_INFO, "app", "an artifact that client %.*s resolves gives nothing: %s",
			  STR_ARG(r->v->client.client->client_id), r->missing);
	if (code == OK)
		code = artifact_response_build(visit->arena, &input, &outgoing, reterr_why);
	if (code == OK)
		saml_respond(visit, &outgoing);
	return code;
}

static void resolve(struct saml_visit *v)
{
	struct resolving r = { .v = v };
	struct visit *visit = v->visit;
	struct why why = { "" };
	bool used = false;
	enum error_code code = artifact_resolve_read(&v->message, &r.artifact, &why);
	if (code == OK)
		code = request_used(&r, &used, &why);
	if (code == OK && used)
		code = ERROR_STALE;
	if (code == OK)
		code = find(&r, &why);
	if (code == OK)
		code = use(&r, &why);
	if (code == OK)
		code = answer_with(&r, &why);
	if (code == OK)
		return;
	log_write(LOG_INFO, "app", "ArtifactResolve of client %.*s: %s", STR_ARG(v->client.client->client_id),
		  code == ERROR_STALE ? "the request was used before" : why.text);
	if (code == ERROR_STALE || code == ERROR_BAD_XML) {
		const struct authn_error error = authn_error_of(code);
		saml_refuse(visit, "LOGIN_ERROR", v->message.issuer, &error);
	} else {
		login_failed(visit, code, &why);
	}
}

void saml_resolve_handle(void *context, struct http_request *request, struct http_response *response)
{
	struct visit visit;
	if (!visit_open(&visit, context, request, response))
		return;
	struct saml_visit v = { .visit = &visit };
	if (saml_receive(&v, visit_url(&visit, "/protocol/saml/resolve")))
		resolve(&v);
	visit_close(&visit);
}
