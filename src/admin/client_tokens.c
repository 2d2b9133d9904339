/* A client's service account, and the token by which it may change itself. */
#include "admin/client_change.h"
#include "admin/handlers_clients.h"
#include "admin/registration.h"
#include "admin/serve.h"
#include "admin/user_rep.h"

static void answer_account(struct admin_call *call, const struct client_rep *client)
{
	struct user *user;
	struct why why = { "" };
	if (!client->client.service_accounts_enabled) {
		http_respond_error(call->response, 400, arena_format(call->arena,
			"Service account not enabled for the client '%.*s'", STR_ARG(client->client.client_id)), STR(""));
		return;
	}
	enum error_code code = store_find_service_account(call->app->store, call->arena, call->realm->settings.id,
							  client->client.id, USER_ROW, &user, &why);
	if (code != OK) {
		admin_fail(call, code, &why);
		return;
	}
	struct user_profile profile;
	if (!user_profile_load(call, &profile))
		return;
	const struct user_writer writer = { .profile = &profile, .form = USER_FORM_MEMBER };
	struct json_writer *w = admin_json_begin(call);
	user_rep_write(call, w, user, &writer);
	admin_json_end(call, w);
}

static void client_service_account(struct admin_call *call)
{
	struct client_rep client;
	int64_t version;
	if (client_rep_find(call, &client, &version))
		answer_account(call, &client);
}

ADMIN_HANDLER(admin_client_service_account, client_service_account)

/* ---- the registration access token ---- */

struct renewal {
	struct client_rep client;
	struct str token;
};

static bool renew(struct admin_call *call, void *context, struct client_rep *client, struct effects *effects)
{
	struct renewal *renewal = context;
	renewal->client = *client;
	admin_event_add(call, effects, "ACTION", "CLIENT", client_rep_path(call, client, "/registration-access-token"));
	return registration_token_new(call, client->client.id, STR(""), effects, &renewal->token);
}

/* As recorded: the client, with its secret masked. */
static void answer_token(struct admin_call *call, struct renewal *renewal)
{
	struct client *client = &renewal->client.client;
	if (client->secret.n)
		client->secret = STR(REPRESENTATION_MASK);
	struct str json = client_rep_stored(call, &renewal->client);
	admin_json(call, arena_format(call->arena, "%.*s,\"registrationAccessToken\":\"%.*s\"}",
				      STR_ARG(str_take(json, json.n - 1)), STR_ARG(renewal->token)));
}

static void client_registration_token(struct admin_call *call)
{
	struct renewal renewal;
	if (client_change(call, renew, &renewal))
		answer_token(call, &renewal);
}

ADMIN_HANDLER(admin_client_registration_token, client_registration_token)
