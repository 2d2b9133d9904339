/* Request objects with the client's keys; see request_object.h. */
#include "app/request_object.h"

#include "app/client_signature.h"
#include "base/log.h"
#include "jose/jwe.h"
#include "oidc/request_object.h"

/* What is in an encrypted one, by a key of the realm's; others stay as they are. Nobody is told what the
 * key made of it. */
static enum error_code decrypt(const struct visit *visit, const struct client *client, struct str *text, struct why *why)
{
	const struct jwe_parsed *parsed;
	const struct sign_key *key;
	struct why detail = { "" };
	if (jwe_parse(visit->arena, *text, &parsed, &detail) != OK)
		return error_because(why, ERROR_INVALID_REQUEST_OBJECT, "Failed to parse JWT: %s", detail.text);
	enum error_code code = request_object_key(visit->realm, client, jwe_header(parsed), &key, why);
	if (code == OK && jwe_decrypt(visit->arena, parsed, key, text, NULL) != OK)
		code = error_because(why, ERROR_INVALID_REQUEST_OBJECT, "Failed to decrypt JWT");
	return code;
}

enum error_code request_object_verify(struct visit *visit, const struct client *client,
	const struct request_object *object, struct why *reterr_why)
{
	struct why detail = { "" };
	enum error_code code = OK;
	if (!object->token)
		return OK;
	if (object->by_secret)
		code = client_signature_by_secret(visit, client, object->token, object->allowed, &detail);
	else
		code = client_signature_by_key(visit, client, object->token, object->allowed, &detail);
	if (code == ERROR_NO_KEY)
		log_write(LOG_WARN, "app", "no key of client %.*s for its request object: %s", STR_ARG(client->client_id),
			  detail.text);
	if (code == ERROR_NO_KEY || code == ERROR_INVALID_SIGNATURE || code == ERROR_EXPIRED)
		return error_because(reterr_why, ERROR_INVALID_REQUEST_OBJECT,
				     "Failed to verify signature on 'request' object");
	return code == OK ? OK : error_because(reterr_why, code, "%s", detail.text);
}

enum error_code request_object_open(struct visit *visit, const struct client *client, struct str text,
	struct authorize_request *request, struct why *reterr_why)
{
	const struct client_jwt_facts facts = { visit->issuer, visit_other_issuer(visit), visit->now_ms / 1000 };
	struct request_object object;
	bool encrypted = jwe_is_one(text);
	enum error_code code = encrypted ? decrypt(visit, client, &text, reterr_why) : OK;
	if (code == OK)
		code = request_object_read(visit->arena, client, text, encrypted, &object, reterr_why);
	if (code == OK)
		code = request_object_verify(visit, client, &object, reterr_why);
	if (code == OK)
		code = request_object_merge(visit->arena, client, &object, &facts, request, reterr_why);
	if (code != OK)
		return code;
	request->object = request->request_uri.n ? STR("request_uri") : STR("request");
	request->request = request->request_uri = STR("");
	return OK;
}
