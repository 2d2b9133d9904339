/* GET /resources/{realm}/{type}/{locale}: what pages of the realm say in a language, by key; the
 * realm's own texts in place of ours. There is one set of texts, whatever the type. */
#include "app/endpoints.h"

#include "app/language.h"
#include "json/write.h"

static bool is_type(struct str type)
{
	static const char *const types[] = { "account", "admin", "common", "email", "login", "welcome" };
	for (size_t i = 0; i < ARRAY_LENGTH(types); i++)
		if (str_eq_z(type, types[i]))
			return true;
	return false;
}

static void answer(struct visit *visit)
{
	const struct params *params;
	struct messages_entry *entries;
	bool source = http_query(visit->request, &params, NULL) == OK && str_eq_z(params_value(params, "source"), "true");
	size_t n = messages_list(language_named(visit->realm, http_route_value(visit->request, "locale")), visit->arena,
				 &entries);
	struct text text = text_new(visit->arena, 0);
	struct json_writer w = json_writer_new(&text, false);
	json_write_array_begin(&w);
	for (size_t i = 0; i < n; i++) {
		json_write_object_begin(&w);
		json_member_text(&w, "key", entries[i].key);
		json_member_text(&w, "value", entries[i].text);
		if (source)
			json_member_text(&w, "source", entries[i].own ? STR("REALM") : STR("THEME"));
		json_write_object_end(&w);
	}
	json_write_array_end(&w);
	http_respond_bytes(visit->response, 200, "application/json;charset=UTF-8", text_str(&text));
}

void message_bundle_handle(void *context, struct http_request *request, struct http_response *response)
{
	struct visit visit;
	if (!is_type(http_route_value(request, "type"))) {
		http_respond_error_code(response, ERROR_NOT_FOUND);
		return;
	}
	if (!visit_open(&visit, context, request, response))
		return;
	answer(&visit);
	visit_close(&visit);
}
