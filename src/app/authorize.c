/* GET and POST /realms/{realm}/protocol/openid-connect/auth: the authorization endpoint
 * (OpenID Connect Core 1.0, section 3.1.2). */
#include "app/login.h"

#include "app/browser.h"
#include "app/page.h"
#include "base/limits.h"

struct binding {
	const char *name;
	size_t offset;
};

#define FIELD(member) { #member, offsetof(struct authorize_request, member) }

static const struct binding bindings[] = {
	FIELD(client_id), FIELD(redirect_uri), FIELD(response_type), FIELD(response_mode), FIELD(scope),
	FIELD(state), FIELD(nonce), FIELD(prompt), FIELD(max_age), FIELD(login_hint), FIELD(id_token_hint),
	FIELD(acr_values), FIELD(ui_locales), FIELD(code_challenge), FIELD(code_challenge_method),
	FIELD(request), FIELD(request_uri), FIELD(claims),
};

static enum error_code parse(struct visit *visit, struct authorize_request *ret_request, struct why *reterr_why)
{
	const struct params *params;
	bool post = visit->request->method == HTTP_POST;
	enum error_code code = post ? http_form(visit->request, &params, reterr_why) :
				      http_query(visit->request, &params, reterr_why);
	if (code != OK)
		return code;
	struct authorize_request request = { .own_base = visit->base };
	static const char *const repeatable[] = { "resource", NULL };
	if (params_refuse_duplicates(params, repeatable, &request.duplicate, NULL) != OK && !request.duplicate.n)
		request.duplicate = STR("?");
	for (size_t i = 0; i < ARRAY_LENGTH(bindings); i++) {
		struct str *field = (struct str *)(void *)((char *)&request + bindings[i].offset);
		*field = params_value(params, bindings[i].name);
	}
	/* Beyond 255 bytes a hint helps nobody. */
	if (request.login_hint.n > LIMIT_LOGIN_HINT)
		request.login_hint = STR("");
	if (request.claims.n > AUTHORIZE_CLAIMS_MAX)
		request.claims = STR("");
	*ret_request = request;
	return OK;
}

static void answer(struct visit *visit)
{
	struct why why = { "" };
	struct entry entry = { .protocol = &entry_openid };
	enum error_code code = parse(visit, &entry.request, &why);
	if (code != OK) {
		page_error(visit, error_http_status(code), STR("Invalid Request"), STR(""));
		return;
	}
	struct authorize_verdict verdict;
	if (!authorize_check(visit->arena, visit->realm, &entry.request, &entry.plan, &verdict)) {
		entry_refuse(visit, &entry, &verdict);
		return;
	}
	entry_proceed(visit, &entry);
}

/* A browser without a session gets the form at once: nothing is read or committed for it. */
void authorize_handle(void *context, struct http_request *request, struct http_response *response)
{
	struct visit visit;
	if (!visit_open(&visit, context, request, response))
		return;
	bool waits = browser_has_session(&visit);
	if (waits && request->next_handler != authorize_handle)
		http_hand_over(request, HTTP_QUEUE_WORKER, authorize_handle, context);
	else
		answer(&visit);
	visit_close(&visit);
}
