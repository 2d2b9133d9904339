/* /admin/realms/{realm}/users/{user}: execute-actions-email, send-verify-email, reset-password-email. */
#include "admin/handlers_users.h"
#include "admin/mail.h"
#include "admin/realm_row.h"
#include "admin/user_rep.h"
#include "base/log.h"
#include "json/tree.h"
#include "model/redirect.h"

enum { LIFESPAN_USUAL_S = 43200, LIFESPAN_MOST_S = 10 * 365 * 86400 };

/* Keycloak's checks of the query, in its order. False: answered. */
static bool check_query(struct admin_call *call, const struct user *user, struct action_token *token)
{
	struct str client_id = admin_query(call, "client_id"), uri = admin_query(call, "redirect_uri");
	token->client_id = client_id.n ? client_id : STR("account");
	const struct client *client = realm_client_by_client_id(call->realm, token->client_id);
	struct client placed = { 0 };
	if (client)
		placed = redirect_place(call->arena, client, call->visit.base);
	const char *text = NULL;
	if (!user->email.n)
		text = "User email missing";
	else if (!user->enabled)
		text = "User is disabled";
	else if (uri.n && !client_id.n)
		text = "Client id missing";
	else if (!client)
		text = "Client doesn't exist";
	else if (!client->enabled)
		text = "Client is not enabled";
	else if (uri.n && !redirect_allowed(call->arena, &placed, uri))
		text = "Invalid redirect uri.";
	token->redirect_uri = uri;
	if (text)
		admin_refuse(call, 400, str_from(text));
	return !text;
}

/* The realm's mail server, and for how long what an administrator sends counts. False: answered. */
static bool read_realm(struct admin_call *call, struct attributes *ret_smtp, int64_t *ret_lifespan_s)
{
	struct realm_rep realm;
	int64_t version;
	if (!realm_row_find(call, &realm, &version))
		return false;
	const struct json_node *kept = realm_row_kept(call, &realm, "actionTokenGeneratedByAdminLifespan");
	int64_t value;
	*ret_smtp = realm.smtp_server;
	*ret_lifespan_s = LIFESPAN_USUAL_S;
	if (kept && str_to_int64(json_tree_text(call->arena, kept), &value) && value > 0)
		*ret_lifespan_s = value;
	return true;
}

static enum error_code deliver(struct admin_call *call, const struct attributes *smtp, const struct user *user,
			       const struct action_token *token, struct why *reterr_why)
{
	struct mail_settings settings;
	enum error_code code = mail_settings_read(smtp, &settings, reterr_why);
	return code == OK ? mail_send_link(call, &settings, user, token, reterr_why) : code;
}

/* Sends it; then the admin event: "users/" + id + tail. */
static void send(struct admin_call *call, const struct user *user, struct action_token *token, const char *tail)
{
	struct attributes smtp;
	struct why why = { "" };
	int64_t usual_s, lifespan_s;
	bool verify = token->kind == ACTION_TOKEN_VERIFY_EMAIL;
	if (!check_query(call, user, token) || !read_realm(call, &smtp, &usual_s) ||
	    !admin_query_int(call, "lifespan", usual_s, &lifespan_s))
		return;
	if (lifespan_s > LIFESPAN_MOST_S)
		lifespan_s = LIFESPAN_MOST_S;
	token->user_id = user->id;
	token->email = user->email;
	token->expires_s = call->visit.now_ms / 1000 + (lifespan_s > 0 ? lifespan_s : 0);
	enum error_code code = deliver(call, &smtp, user, token, &why);
	if (code != OK) {
		log_write(LOG_WARN, "admin", "mail to user %.*s of realm %.*s: %s", STR_ARG(user->id),
			  STR_ARG(call->realm->settings.name), why.text);
		admin_refuse(call, 500, arena_format(call->arena, "Failed to send %s email: %s",
						     verify ? "verify" : "execute actions", why.text));
		return;
	}
	struct effects effects = effects_new(call->arena);
	admin_event_add(call, &effects, "ACTION", "USER",
			arena_join(call->arena, STR("users/"), user->id, str_from(tail)));
	code = effects.n ? app_apply(call->app, &effects, &why) : OK;
	if (code == OK)
		admin_no_content(call);
	else
		admin_fail(call, code, &why);
}

/* The body: a list of aliases; null and none are an empty one. False: answered. */
static bool read_actions(struct admin_call *call, struct action_token *token)
{
	static const struct json_field field = JSON_TEXTS(struct action_token, actions.items, actions.n, "", 0);
	const struct json_read_options options = { .coerce = true };
	struct why why = { "" };
	struct str body = str_trim(call->request->body);
	enum error_code code = body.n ? json_read_value(call->arena, body, &field, &options, token, sizeof *token, &why) : OK;
	if (code != OK) {
		admin_refuse_body(call, code, &why);
		return false;
	}
	for (size_t i = 0; i < token->actions.n; i++)
		if (!user_rep_action_known(token->actions.items[i])) {
			admin_refuse(call, 400, STR("Provided invalid required actions"));
			return false;
		}
	return true;
}

void admin_user_execute_actions(void *context, struct http_request *request, struct http_response *response)
{
	struct admin_call call;
	struct user *user;
	struct action_token token = { .kind = ACTION_TOKEN_EXECUTE };
	if (!admin_open(&call, context, request, response))
		return;
	if (user_rep_find(&call, USER_ROW, &user) && read_actions(&call, &token))
		send(&call, user, &token, "/execute-actions-email");
	admin_close(&call);
}

void admin_user_verify_email(void *context, struct http_request *request, struct http_response *response)
{
	struct admin_call call;
	struct user *user;
	struct action_token token = { .kind = ACTION_TOKEN_VERIFY_EMAIL };
	if (!admin_open(&call, context, request, response))
		return;
	if (user_rep_find(&call, USER_ROW, &user))
		send(&call, user, &token, "/send-verify-email");
	admin_close(&call);
}

/* Its older name for a new password. */
void admin_user_reset_password_email(void *context, struct http_request *request, struct http_response *response)
{
	struct str action = STR("UPDATE_PASSWORD");
	struct admin_call call;
	struct user *user;
	struct action_token token = { .kind = ACTION_TOKEN_EXECUTE, .actions = { &action, 1 } };
	if (!admin_open(&call, context, request, response))
		return;
	if (user_rep_find(&call, USER_ROW, &user))
		send(&call, user, &token, "/reset-password-email");
	admin_close(&call);
}
