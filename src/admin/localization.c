/* /admin/realms/{realm}/localization: texts of the realm's own, by locale and key. */
#include "admin/handlers_realms.h"
#include "admin/realm_row.h"
#include "admin/serve.h"
#include "base/tables.h"
#include "http/multipart.h"

#define TEXTS "localizationTexts"
#define NO_TEXT "Localization text not found"

/* Of all locales; an empty object when there are none. */
static struct json_node *all_texts(struct admin_call *call, const struct realm_rep *realm)
{
	struct json_node *texts = realm_row_kept(call, realm, TEXTS);
	return texts && texts->kind == JSON_NODE_OBJECT ? texts : json_node_object(call->arena);
}

static struct json_node *texts_of(struct admin_call *call, const struct realm_rep *realm, struct str locale)
{
	struct json_node *texts = json_node_find(all_texts(call, realm), locale);
	return texts && texts->kind == JSON_NODE_OBJECT ? texts : NULL;
}

/* ---- reading ---- */

/* Answers by the realm as it stands; `show` answers. */
static void read_texts(struct admin_call *call, void (*show)(struct admin_call *call, const struct realm_rep *realm))
{
	struct realm_rep realm;
	int64_t version;
	if (realm_row_find(call, &realm, &version))
		show(call, &realm);
}

static void show_locales(struct admin_call *call, const struct realm_rep *realm)
{
	const struct json_node *texts = all_texts(call, realm);
	struct json_writer *w = admin_array_begin(call);
	for (size_t i = 0; i < texts->n; i++)
		json_write_text(w, texts->members[i].name);
	admin_array_end(call, w);
}

ADMIN_HANDLER_OF(admin_locales_list, read_texts, show_locales)

static void show_locale(struct admin_call *call, const struct realm_rep *realm)
{
	struct json_node *shown = json_node_object(call->arena);
	const struct json_node *parts[2] = { NULL,
		texts_of(call, realm, http_route_value(call->request, "locale")) };
	if (admin_query_true(call, "useRealmDefaultLocaleFallback", false))
		parts[0] = texts_of(call, realm, realm->settings.default_locale);
	for (size_t i = 0; i < ARRAY_LENGTH(parts); i++)
		for (size_t j = 0; parts[i] && j < parts[i]->n; j++)
			json_node_put(shown, parts[i]->members[j].name, parts[i]->members[j].value);
	admin_json(call, json_tree_text(call->arena, shown));
}

ADMIN_HANDLER_OF(admin_locale_get, read_texts, show_locale)

static void show_text(struct admin_call *call, const struct realm_rep *realm)
{
	const struct json_node *texts = texts_of(call, realm, http_route_value(call->request, "locale"));
	const struct json_node *text = texts ? json_node_find(texts, http_route_value(call->request, "key")) : NULL;
	if (!text) {
		admin_not_found(call, NO_TEXT);
		return;
	}
	http_respond_bytes(call->response, 200, "text/plain;charset=UTF-8", text->text);
	http_no_cache(call->response);
}

ADMIN_HANDLER_OF(admin_locale_text_get, read_texts, show_text)

/* ---- writing ---- */

struct text_list {
	struct json_pair *pairs;
	size_t n;
};

static bool is_good(struct admin_call *call, struct str locale, const struct text_list *texts)
{
	bool good = locale.n <= REPRESENTATION_NAME_MAX;
	for (size_t i = 0; i < texts->n; i++)
		good = good && texts->pairs[i].key.n && texts->pairs[i].key.n <= REPRESENTATION_NAME_MAX &&
		       texts->pairs[i].value.n <= REPRESENTATION_TEXT_MAX && str_is_utf8(texts->pairs[i].value);
	if (!good)
		admin_refuse(call, 400, arena_format(call->arena, "localization: names have at most %d bytes, texts %d, "
						     "in UTF-8", REPRESENTATION_NAME_MAX, REPRESENTATION_TEXT_MAX));
	return good;
}

static struct str path_of(struct admin_call *call, struct str key)
{
	struct str locale = http_route_value(call->request, "locale");
	return arena_join(call->arena, arena_join(call->arena, STR("localization/"), locale, STR("")),
			  key.n ? STR("/") : STR(""), key);
}

static bool put_texts(struct admin_call *call, void *context, struct realm_rep *realm, struct effects *effects)
{
	const struct text_list *texts = context;
	struct str locale = http_route_value(call->request, "locale"), key = http_route_value(call->request, "key");
	struct json_node *all = all_texts(call, realm), *of_locale = texts_of(call, realm, locale);
	struct json_node *now = json_node_object(call->arena);
	for (size_t i = 0; of_locale && i < of_locale->n; i++)
		json_node_put(now, of_locale->members[i].name, of_locale->members[i].value);
	for (size_t i = 0; i < texts->n; i++)
		json_node_put(now, texts->pairs[i].key, json_node_text(call->arena, texts->pairs[i].value));
	json_node_put(all, locale, now);
	realm_row_keep(call, realm, TEXTS, all);
	admin_event_add(call, effects, of_locale ? "UPDATE" : "CREATE", "REALM", path_of(call, key));
	return true;
}

/* The texts themselves, or a file of them in a form. */
static enum error_code read_sent(struct admin_call *call, struct str *ret_json, struct why *reterr_why)
{
	struct multipart form;
	struct str type = http_header(call->request, "Content-Type");
	*ret_json = call->request->body;
	if (!str_starts(type, STR("multipart/form-data")))
		return OK;
	enum error_code code = multipart_parse(type, call->request->body, &form, reterr_why);
	if (code == OK)
		*ret_json = multipart_value(&form, "file");
	return code;
}

static void locale_post(struct admin_call *call)
{
	static const struct json_field field = JSON_TEXT_MAP(struct text_list, pairs, n, "", 0);
	const struct json_read_options options = { .coerce = true };
	struct text_list texts = { NULL, 0 };
	struct why why = { "" };
	struct str json;
	enum error_code code = read_sent(call, &json, &why);
	if (code == OK)
		code = json_read_value(call->arena, json, &field, &options, &texts, sizeof texts, &why);
	if (code != OK)
		admin_refuse_body(call, code, &why);
	else if (is_good(call, http_route_value(call->request, "locale"), &texts) &&
		 realm_row_change(call, put_texts, &texts))
		admin_no_content(call);
}

ADMIN_HANDLER(admin_locale_post, locale_post)

static void locale_text_put(struct admin_call *call)
{
	struct json_pair pair = { http_route_value(call->request, "key"), call->request->body };
	struct text_list texts = { &pair, 1 };
	struct str type = http_header(call->request, "Content-Type");
	if (type.n && !str_starts(type, STR("text/plain")))
		http_respond_error(call->response, 415, STR("The content-type header value did not match the value in @Consumes"),
				   STR(""));
	else if (is_good(call, http_route_value(call->request, "locale"), &texts) &&
		 realm_row_change(call, put_texts, &texts))
		admin_no_content(call);
}

ADMIN_HANDLER(admin_locale_text_put, locale_text_put)

static bool remove_texts(struct admin_call *call, void *context, struct realm_rep *realm, struct effects *effects)
{
	struct str locale = http_route_value(call->request, "locale"), key = http_route_value(call->request, "key");
	struct json_node *all = all_texts(call, realm);
	struct json_node *texts = json_node_find(all, locale);
	(void)context;
	if (key.n && (!texts || !json_node_find(texts, key))) {
		admin_not_found(call, NO_TEXT);
		return false;
	}
	if (!texts) {
		http_respond_error(call->response, 404, arena_format(call->arena,
				   "No localization texts for locale %.*s found.", STR_ARG(str_take(locale, 80))), STR(""));
		return false;
	}
	if (key.n)
		json_node_remove(texts, key);
	else
		json_node_remove(all, locale);
	realm_row_keep(call, realm, TEXTS, all->n ? all : NULL);
	admin_event_add(call, effects, "DELETE", "REALM", path_of(call, key));
	return true;
}

static void remove_and_answer(struct admin_call *call)
{
	if (realm_row_change(call, remove_texts, NULL))
		admin_no_content(call);
}

ADMIN_HANDLER(admin_locale_delete, remove_and_answer)
ADMIN_HANDLER(admin_locale_text_delete, remove_and_answer)
