/* curfew signout show: the receipt of one sign-out, application by application; with --user also
 * whether that user is out of everything. */
#include "base/clock.h"
#include "base/text.h"
#include "cli/ask.h"
#include "cli/receipt.h"
#include "cli/signout_find.h"
#include "cli/verbs.h"

/* Items of a list that the server has; 0 where it has none of that user (deleted meanwhile). */
static enum error_code count(struct cli_call *call, const char *pattern, struct str realm,
	struct str id, struct str query, size_t *ret_n, struct why *reterr_why)
{
	struct json_node *list = NULL;
	struct str path = ask_path(call->arena, pattern, realm, id);
	enum error_code code = ask_get(
		call, arena_join(call->arena, path, query, STR("")), &list, reterr_why);
	*ret_n = code == OK && list->kind == JSON_NODE_LIST ? list->n : 0;
	return code == ERROR_NAME_NOT_FOUND ? OK : code;
}

/* Sign-outs of the user that still owe a notice. */
static enum error_code count_owing(struct cli_call *call, struct str realm, struct str user_id,
	size_t *ret_n, struct why *reterr_why)
{
	static const char *const states[] = { "queued", "sending", "waiting", "waiting-for-browser" };
	enum error_code code = OK;
	*ret_n = 0;
	for (size_t i = 0; i < sizeof states / sizeof states[0] && code == OK; i++) {
		size_t n;
		struct str query = ask_with(call->arena, STR("?max=1000"), "user", user_id);
		query = ask_with(call->arena, query, "state", str_from(states[i]));
		code = count(call, "/admin/realms/{}/signouts", realm, STR(""), query, &n, reterr_why);
		*ret_n += n;
	}
	return code;
}

enum { TOGETHER_MS = 60 * 1000 }; /* sign-outs of several sessions belong together */

/* Adds what the user's other sign-outs of the last minute did not tell: of an order that ended
 * several sessions each has a receipt. */
static enum error_code add_others(struct cli_call *call, const struct json_node *signout,
	struct text *text, bool *told, struct why *reterr_why)
{
	struct json_node *list = NULL;
	struct str path =
		ask_path(call->arena, "/admin/realms/{}/signouts", ask_text(signout, "realm"), STR(""));
	path = ask_with(call->arena, path, "user", ask_text(signout, "userId"));
	path = ask_with_int(call->arena, path, "since", ask_int(signout, "time") - TOGETHER_MS);
	enum error_code code = ask_get(call, path, &list, reterr_why);
	for (size_t i = 0; code == OK && list->kind == JSON_NODE_LIST && i < list->n; i++) {
		const struct json_node *other = list->items[i];
		if (ask_bool(other, "everybodyTold") ||
			str_eq(ask_text(other, "id"), ask_text(signout, "id")))
			continue;
		*told = false;
		text_addf(text, "of sign-out %.*s: %.*s\n", STR_ARG(call_clean(call, ask_text(other, "id"))),
			STR_ARG(receipt_verdict(call->arena, other)));
	}
	return code;
}

/* The answer to "is ada out of everything?" */
static enum error_code print_whether_out(
	struct cli_call *call, const struct json_node *signout, struct why *reterr_why)
{
	struct str realm = ask_text(signout, "realm"), user_id = ask_text(signout, "userId");
	struct str username = call_clean(call, ask_text(signout, "username"));
	struct text others = text_new(call->arena, 0), text = text_new(call->arena, 0);
	size_t sessions = 0, offline = 0, owing = 0;
	bool told = ask_bool(signout, "everybodyTold");
	enum error_code code = count(call, "/admin/realms/{}/users/{}/sessions", realm, user_id,
		STR(""), &sessions, reterr_why);
	if (code == OK)
		code = count(call, "/admin/realms/{}/users/{}/sessions", realm, user_id,
			STR("?offline=true"), &offline, reterr_why);
	if (code == OK)
		code = count_owing(call, realm, user_id, &owing, reterr_why);
	if (code == OK)
		code = add_others(call, signout, &others, &told, reterr_why);
	if (code != OK)
		return code;
	text_addf(&text, "\n%.*s is %sout of everything", STR_ARG(username),
		sessions || offline || owing || !told ? "NOT " : "");
	if (sessions)
		text_addf(&text, "; sessions alive: %zu (curfew session list)", sessions);
	if (offline)
		text_addf(&text, "; offline sessions alive: %zu (curfew session list --offline)", offline);
	if (owing)
		text_addf(&text, "; sign-outs with notices under way: %zu", owing);
	text_addf(&text, "\nof this sign-out: %.*s\n",
		STR_ARG(receipt_verdict(call->arena, signout)));
	text_add(&text, text_str(&others));
	call_write(call, text_str(&text));
	return OK;
}

enum error_code cli_signout_show(struct cli_call *call, struct why *reterr_why)
{
	struct json_node *signout;
	enum error_code code = signout_find(call, &signout, reterr_why);
	if (code != OK)
		return code;
	if (call_given(call, FLAG_JSON)) {
		call_json(call, signout);
		return OK;
	}
	call_write(call, receipt_text(call->arena, signout, clock_wall_ms()));
	return call_given(call, FLAG_USER) ? print_whether_out(call, signout, reterr_why) : OK;
}
