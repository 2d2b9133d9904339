/* What applications ask for; see authorize_request.h. */
#include "app/authorize_request.h"

#include "json/write.h"

/* With what we know of how it came. */
struct kept {
	struct authorize_request request;
	struct str object;
};
static const struct json_field kept_fields[] = {
	{ .name = "request", .kind = JSON_KIND_STRUCT, .flags = JSON_REQUIRED, .offset = offsetof(struct kept, request),
	  .item_size = sizeof(struct authorize_request), .shape = &authorize_request_shape },
	JSON_TEXT(struct kept, object, "object", 0),
};
static const struct json_shape kept_shape = JSON_SHAPE(struct kept, kept_fields);

struct authorize_request authorize_request_of(const struct visit *visit, const struct params *params)
{
	static const char *const repeatable[] = { "resource", NULL };
	struct authorize_request request = { .own_base = visit->base };
	if (params_refuse_duplicates(params, repeatable, &request.duplicate, NULL) != OK && !request.duplicate.n)
		request.duplicate = STR("?");
	for (size_t i = 0; i < authorize_request_shape.n; i++) {
		const struct json_field *field = &authorize_request_shape.fields[i];
		*(struct str *)(void *)((char *)&request + field->offset) = params_value(params, field->name);
	}
	request.request = params_value(params, "request");
	request.request_uri = params_value(params, "request_uri");
	authorize_request_bound(&request);
	return request;
}

struct str authorize_request_text(struct arena *arena, const struct authorize_request *request)
{
	const struct kept kept = { *request, request->object };
	return json_text_of(arena, &kept_shape, &kept);
}

enum error_code authorize_request_read(const struct visit *visit, struct str json,
	struct authorize_request *ret_request, struct why *reterr_why)
{
	struct kept kept = { .object = STR("") };
	enum error_code code = json_read(visit->arena, json, &kept_shape, NULL, &kept, reterr_why);
	if (code != OK)
		return code;
	*ret_request = kept.request;
	ret_request->object = kept.object;
	ret_request->own_base = visit->base;
	return OK;
}
