/* Request objects with the client's keys; see request_object.h. */
#include "app/request_object.h"

#include "app/client_signature.h"
#include "base/log.h"
#include "oidc/client_auth.h"
#include "oidc/request_object.h"

static bool is_by_secret(const struct visit *visit, const struct client *client, const struct request_object *object)
{
	int64_t now_s = visit->now_ms / 1000;
	struct str rotated = client_auth_rotated_secret(&client->attributes, now_s);
	struct why why = { "" };
	if (client_signature_is_by(object->token, rotated, object->allowed, &why))
		return true;
	return !client_auth_secret_expired(client, now_s) &&
	       client_signature_is_by(object->token, client->secret, object->allowed, &why);
}

static enum error_code check_signature(struct visit *visit, const struct client *client,
				       const struct request_object *object, struct why *why)
{
	struct why detail = { "" };
	enum error_code code = OK;
	if (!object->token)
		return OK;
	if (object->by_secret)
		code = is_by_secret(visit, client, object) ? OK : ERROR_INVALID_SIGNATURE;
	else
		code = client_signature_by_key(visit, client, object->token, object->allowed, &detail);
	if (code == ERROR_NO_KEY)
		log_write(LOG_WARN, "app", "no key of client %.*s for its request object: %s", STR_ARG(client->client_id),
			  detail.text);
	if (code == ERROR_NO_KEY || code == ERROR_INVALID_SIGNATURE)
		return error_because(why, ERROR_INVALID_REQUEST_OBJECT, "Failed to verify signature on 'request' object");
	return code == OK ? OK : error_because(why, code, "%s", detail.text);
}

enum error_code request_object_open(struct visit *visit, const struct client *client,
	struct authorize_request *request, struct why *reterr_why)
{
	const struct client_jwt_facts facts = { visit->issuer, visit_other_issuer(visit), visit->now_ms / 1000 };
	struct request_object object;
	enum error_code code = request_object_read(visit->arena, client, request->request, &object, reterr_why);
	if (code == OK)
		code = check_signature(visit, client, &object, reterr_why);
	if (code == OK)
		code = request_object_merge(visit->arena, client, &object, &facts, request, reterr_why);
	if (code != OK)
		return code;
	request->request = STR("");
	request->object = STR("request");
	return OK;
}
