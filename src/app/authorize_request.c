/* What applications ask for; see authorize_request.h. */
#include "app/authorize_request.h"

#include "base/limits.h"
#include "json/read.h"
#include "json/write.h"

#define FIELD(member) JSON_TEXT(struct authorize_request, member, #member, 0)

/* Each is a parameter of that name, too. */
static const struct json_field fields[] = {
	FIELD(client_id), FIELD(redirect_uri), FIELD(response_type), FIELD(response_mode), FIELD(scope),
	FIELD(state), FIELD(nonce), FIELD(prompt), FIELD(max_age), FIELD(login_hint), FIELD(id_token_hint),
	FIELD(acr_values), FIELD(ui_locales), FIELD(code_challenge), FIELD(code_challenge_method), FIELD(claims),
};
static const struct json_shape shape = JSON_SHAPE(struct authorize_request, fields);

struct authorize_request authorize_request_of(const struct visit *visit, const struct params *params)
{
	static const char *const repeatable[] = { "resource", NULL };
	struct authorize_request request = { .own_base = visit->base };
	if (params_refuse_duplicates(params, repeatable, &request.duplicate, NULL) != OK && !request.duplicate.n)
		request.duplicate = STR("?");
	for (size_t i = 0; i < ARRAY_LENGTH(fields); i++) {
		struct str *field = (struct str *)(void *)((char *)&request + fields[i].offset);
		*field = params_value(params, fields[i].name);
	}
	request.request = params_value(params, "request");
	request.request_uri = params_value(params, "request_uri");
	/* Beyond 255 bytes a hint helps nobody. */
	if (request.login_hint.n > LIMIT_LOGIN_HINT)
		request.login_hint = STR("");
	if (request.claims.n > AUTHORIZE_CLAIMS_MAX)
		request.claims = STR("");
	return request;
}

struct str authorize_request_text(struct arena *arena, const struct authorize_request *request)
{
	return json_text_of(arena, &shape, request);
}

enum error_code authorize_request_read(const struct visit *visit, struct str json,
	struct authorize_request *ret_request, struct why *reterr_why)
{
	struct authorize_request request = { .own_base = visit->base };
	enum error_code code = json_read(visit->arena, json, &shape, NULL, &request, reterr_why);
	if (code == OK)
		*ret_request = request;
	return code;
}
