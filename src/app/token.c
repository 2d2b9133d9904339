/* POST /realms/{realm}/protocol/openid-connect/token: the token endpoint.
 *
 * Looks at grant_type on the I/O thread; what waits for commits goes on in a worker, what
 * hashes in the password gate. */
#include "app/endpoints.h"

#include "app/client_keys.h"
#include "app/fallback_key.h"
#include "app/token_answer.h"
#include "oidc/ciba.h"
#include "oidc/device.h"

struct grant_row {
	const char *name, *error_event;
	token_grant_handler *handler; /* NULL: the password grant */
	bool waits;                   /* for a commit, whatever the store */
};

static const struct grant_row grants[] = {
	{ "authorization_code", "CODE_TO_TOKEN_ERROR", token_by_code, true },
	{ "refresh_token", "REFRESH_TOKEN_ERROR", token_by_refresh, false },
	{ "client_credentials", "CLIENT_LOGIN_ERROR", token_by_client_credentials, false },
	{ "password", "LOGIN_ERROR", NULL, true },
	{ DEVICE_GRANT_TYPE, "OAUTH2_DEVICE_CODE_TO_TOKEN_ERROR", token_by_device, true },
	{ CIBA_GRANT_TYPE, "AUTHREQID_TO_TOKEN_ERROR", token_by_ciba, true },
	{ "urn:ietf:params:oauth:grant-type:token-exchange", "TOKEN_EXCHANGE_ERROR", token_by_exchange, true },
};

static const struct grant_row *grant_of(struct str name)
{
	for (size_t i = 0; i < ARRAY_LENGTH(grants); i++)
		if (str_eq_z(name, grants[i].name))
			return &grants[i];
	return NULL;
}

/* The request's grant_type; empty when there is none or the form cannot be read. */
static struct str grant_type(struct http_request *request)
{
	const struct params *form;
	if (http_form(request, &form, NULL) != OK)
		return STR("");
	return params_value(form, "grant_type");
}

/* For a commit, or for a server of the client's. */
static bool must_wait(const struct visit *visit, const struct grant_row *row, const struct client *client)
{
	return client_keys_wait(client) || fallback_key_needed(visit->realm, client) ||
	       (row->handler == token_by_client_credentials && token_client_credentials_wait(client));
}

static void run(void *context, struct http_request *request, struct http_response *response)
{
	const struct grant_row *row = grant_of(grant_type(request));
	struct visit visit;
	struct client_request r;
	bool handed_over = false;
	if (!visit_open(&visit, context, request, response))
		return;
	if (client_request_open(&r, &visit, row ? row->error_event : "CODE_TO_TOKEN_ERROR", false)) {
		if (!row)
			client_request_fail(&r, ERROR_UNSUPPORTED_GRANT_TYPE, STR(""), STR(""));
		else if (must_wait(&visit, row, r.client) && request->next_handler != run)
			http_hand_over(request, HTTP_QUEUE_WORKER, run, context);
		else if (row->handler)
			row->handler(&r);
		else
			handed_over = token_by_password(&r);
	}
	if (!handed_over)
		visit_close(&visit);
}

/* A refresh commits only where the realm rotates. */
static bool rotates(struct app *app, const struct http_request *request)
{
	const struct realm *realm;
	if (snapshots_get(app->snapshots, http_route_value(request, "realm"), &realm, NULL) != OK)
		return false;
	bool answer = realm->settings.revoke_refresh_token;
	snapshots_put(app->snapshots, realm);
	return answer;
}

void token_handle(void *context, struct http_request *request, struct http_response *response)
{
	struct app *app = context;
	struct str type = grant_type(request);
	const struct grant_row *row = grant_of(type);
	if (!type.n) {
		http_respond_error(response, 400, STR("invalid_request"), STR("Missing form parameter: grant_type"));
		http_no_store(response);
		return;
	}
	bool waits = client_request_waits(request) ||
		     (row && (row->waits || !store_is_local(app->store) ||
			      (row->handler == token_by_refresh && rotates(app, request))));
	if (waits)
		http_hand_over(request, HTTP_QUEUE_WORKER, run, context);
	else
		run(context, request, response);
}
