/* Entries for a device (RFC 8628): what the browser's sign-in gives is an answer to the device that
 * asks elsewhere, and a page for the user. */
#include "app/device.h"

#include "app/language.h"
#include "app/page.h"
#include "app/part_notes.h"
#include "base/log.h"
#include "oidc/device.h"
#include "store/pending.h"

static bool page(struct authorize_verdict *verdict, struct str text, struct str event_error)
{
	*verdict = (struct authorize_verdict){
		.kind = AUTHORIZE_PAGE, .status = 400, .text = text, .event_error = event_error };
	return false;
}

static bool check_client(struct visit *visit, const struct client *client, struct authorize_verdict *ret_verdict)
{
	if (!client)
		return page(ret_verdict, STR("Client not found."), STR("client_not_found"));
	if (!client->enabled)
		return page(ret_verdict, STR("Client disabled."), STR("client_disabled"));
	if (!device_is_allowed(client))
		return page(ret_verdict, STR("This application may not be used by a code any more."), STR("not_allowed"));
	struct str why = visit->realm->not_possible.n ? visit->realm->not_possible : client->not_possible;
	if (!why.n)
		return true;
	why = arena_join(visit->arena, STR("Sign-in is not possible here yet: "), why, STR(""));
	return page(ret_verdict, why, STR("not_allowed"));
}

/* A name of a scope that the client has not is left out, as in Keycloak: the device cannot be told
 * any more. */
bool entry_device_make(struct visit *visit, const struct pending_grant *grant, struct str user_code,
		       struct entry *ret_entry, struct authorize_verdict *ret_verdict)
{
	const struct client *client = realm_client_by_id(visit->realm, grant->client_id);
	struct entry entry = { .protocol = &entry_device, .pending = *grant, .user_code = user_code };
	entry.plan = (struct authorize_plan){ .client = client, .max_age_s = -1 };
	entry.request.client_id = client ? client->client_id : STR("");
	entry.request.scope = grant->scope;
	bool good = check_client(visit, client, ret_verdict);
	if (good)
		scope_resolve_again(visit->arena, client, grant->scope, &entry.plan.grant);
	*ret_entry = entry;
	return good;
}

static void keep(const struct entry *entry, struct ticket *ticket)
{
	ticket->protocol = STR(ENTRY_DEVICE);
	ticket->client_id = entry->request.client_id;
	ticket->pending = entry->pending.hash;
	ticket->user_code = entry->user_code;
}

/* Whether the grant still waits. Empty, or the error that the last page tells. */
static struct str load(struct visit *visit, struct str hash, struct pending_grant *ret_grant)
{
	struct why why = { "" };
	bool expired;
	enum error_code code = store_find_pending(visit->app->store, visit->arena, hash, ret_grant, &why);
	if (code != OK && code != ERROR_NAME_NOT_FOUND) {
		log_write(LOG_ERROR, "app", "grant of a device: %s", why.text);
		return STR("server_error");
	}
	bool waits = code == OK && !device_judge_code(ret_grant, visit->now_ms, &expired);
	return waits ? STR("") : STR("expired_token");
}

static bool open(struct visit *visit, const struct ticket *ticket, struct entry *ret_entry,
		 struct authorize_verdict *ret_verdict)
{
	struct pending_grant grant;
	struct str error = load(visit, ticket->pending, &grant);
	if (error.n)
		return page(ret_verdict, STR("The code has expired. Please go back to your device and try connecting again."),
			    error);
	return entry_device_make(visit, &grant, ticket->user_code, ret_entry, ret_verdict);
}

static struct str restart_url(const struct visit *visit, const struct ticket *ticket)
{
	(void)ticket;
	return visit_url(visit, "/device");
}

static struct str prepare(struct visit *visit, struct entry_sign_in *in)
{
	struct pending_grant grant;
	return load(visit, in->entry->pending.hash, &grant);
}

static struct str acr_of(const struct entry_sign_in *in)
{
	return in->fresh ? STR("1") : STR("0");
}

static void bind(struct visit *visit, struct entry_sign_in *in)
{
	const struct part_notes notes = { .acr = acr_of(in) };
	in->part.notes = part_notes_text(visit->arena, &notes);
}

static struct pending_change *add_change(struct visit *visit, const struct entry *entry,
					 enum pending_change_kind kind, struct effects *effects)
{
	struct pending_change *change = arena_alloc(visit->arena, sizeof *change);
	*change = (struct pending_change){
		.kind = kind, .grant = { .hash = entry->pending.hash }, .now_ms = visit->now_ms };
	effects_add(effects, EFFECT_PENDING_CHANGE)->u.pending = change;
	return change;
}

static void add(struct visit *visit, struct entry_sign_in *in, struct effects *effects)
{
	struct pending_grant *grant = &add_change(visit, in->entry, PENDING_APPROVE, effects)->grant;
	grant->user_id = in->user->id;
	grant->session_id = in->session->id;
	grant->acr = acr_of(in);
}

static void deny(struct visit *visit, const struct entry *entry, struct effects *effects)
{
	(void)add_change(visit, entry, PENDING_DENY, effects);
}

/* Nothing of the request is in this address, and it leads nowhere else. */
static void leave(struct visit *visit, struct str error)
{
	struct why why;
	struct str url = language_keep(visit, visit_url(visit, "/device/status"));
	const struct authorize_parameter parameter = { STR("error"), error };
	url = authorize_answer_url(visit->arena, url, RESPONSE_QUERY, &parameter, 1);
	if (http_respond_redirect(visit->response, 302, url, &why) != OK)
		page_error(visit, 400, STR("Invalid Request"), STR(""));
	http_no_store_page(visit->response);
}

static void answer(struct visit *visit, const struct entry_sign_in *in)
{
	(void)in;
	leave(visit, STR(""));
}

static void refuse(struct visit *visit, const struct entry *entry, struct str error, struct str text)
{
	(void)entry;
	(void)text;
	leave(visit, error);
}

const struct entry_protocol entry_device = {
	.name = STR_INIT("openid-connect"),
	.asks_always = true,
	.open = open,
	.keep = keep,
	.restart_url = restart_url,
	.prepare = prepare,
	.bind = bind,
	.add = add,
	.deny = deny,
	.answer = answer,
	.refuse = refuse,
};
