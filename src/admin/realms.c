/* /admin/realms and /admin/realms/{realm}: list, create, get, delete, log everybody out. */
#include "admin/call.h"
#include "admin/ending.h"
#include "admin/etag.h"
#include "admin/handlers.h"
#include "admin/import.h"
#include "admin/realm_name.h"
#include "admin/realm_row.h"
#include "admin/realm_settings.h"
#include "base/clock.h"
#include "base/log.h"
#include "run/store_calls.h"
#include "store/export.h"
#include "store/realm_list.h"

/* The export of a realm without its collections, as GET of the realm has it. */
struct sink {
	struct text text;
};

static enum error_code collect(void *context, struct str piece, struct why *reterr_why)
{
	struct sink *sink = context;
	text_add(&sink->text, piece);
	return sink->text.failed ? error_because(reterr_why, ERROR_TOO_LARGE, "the realm's export is too large") : OK;
}

static enum error_code realm_text(struct admin_call *call, struct str name, const struct store_export_options *wanted,
				  struct str *ret_json, struct why *reterr_why)
{
	struct sink sink = { text_new(call->arena, 0) };
	struct store_export_options options = *wanted;
	options.write = collect;
	options.context = &sink;
	enum error_code code = store_export_realm(call->app->store, name, &options, reterr_why);
	if (code == OK)
		*ret_json = text_str(&sink.text);
	return code;
}

static void write_brief(struct json_writer *w, const struct realm_settings *realm)
{
	json_write_object_begin(w);
	json_member_text(w, "id", realm->id);
	json_member_text(w, "realm", realm->name);
	if (realm->display_name.n)
		json_member_text(w, "displayName", realm->display_name);
	if (realm->display_name_html.n)
		json_member_text(w, "displayNameHtml", realm->display_name_html);
	json_member_bool(w, "enabled", realm->enabled);
	json_write_object_end(w);
}

/* For administrators who may not view it: its name, as Keycloak has it. */
static void write_name(struct json_writer *w, const struct realm_settings *realm)
{
	json_write_object_begin(w);
	json_member_text(w, "realm", realm->name);
	json_write_object_end(w);
}

/* From the rows of the list alone: no realm is loaded for it. */
static enum error_code write_all_brief(struct admin_call *call, struct json_writer *w, struct why *reterr_why)
{
	struct realm_settings *realms;
	size_t n = 0;
	enum error_code code = store_list_realms_brief(call->app->store, call->arena, &realms, &n, reterr_why);
	for (size_t i = 0; code == OK && i < n; i++) {
		const struct realm realm = { .settings = realms[i] };
		if (admin_may_in(call, &realm, PERMISSION_VIEW_REALM))
			write_brief(w, &realms[i]);
		else if (admin_may_in(call, &realm, PERMISSION_SEE_REALM))
			write_name(w, &realms[i]);
	}
	return code;
}

static enum error_code write_one(struct admin_call *call, struct json_writer *w, const struct realm_name *name,
				 struct why *reterr_why)
{
	const struct realm realm = { .settings = { .id = name->id, .name = name->name } };
	const struct store_export_options options = { .mask_secrets = true };
	struct str json;
	if (admin_may_in(call, &realm, PERMISSION_VIEW_REALM)) {
		enum error_code code = realm_text(call, name->name, &options, &json, reterr_why);
		if (code == OK)
			json_write_raw(w, json);
		return code == ERROR_NAME_NOT_FOUND ? OK : code; /* deleted meanwhile */
	}
	if (admin_may_in(call, &realm, PERMISSION_SEE_REALM))
		write_name(w, &realm.settings);
	return OK;
}

static enum error_code write_all_full(struct admin_call *call, struct json_writer *w, struct why *reterr_why)
{
	struct realm_name *names;
	size_t n = 0;
	enum error_code code = store_list_realms(call->app->store, call->arena, &names, &n, reterr_why);
	for (size_t i = 0; i < n && code == OK; i++)
		if (!names[i].deleted)
			code = write_one(call, w, &names[i], reterr_why);
	return code;
}

void admin_realms_list(void *context, struct http_request *request, struct http_response *response)
{
	struct admin_call call;
	if (!admin_open(&call, context, request, response))
		return;
	struct why why = { "" };
	bool brief = str_eq_z(admin_query(&call, "briefRepresentation"), "true");
	struct text text = text_new(call.arena, 0);
	struct json_writer w = json_writer_new(&text, false);
	json_write_array_begin(&w);
	enum error_code code = brief ? write_all_brief(&call, &w, &why) : write_all_full(&call, &w, &why);
	json_write_array_end(&w);
	if (code == OK)
		admin_json(&call, text_str(&text));
	else
		admin_fail(&call, code, &why);
	admin_close(&call);
}

/* Keycloak's words where it has them, and what is wrong beside it where it has few. */
static void refuse_new(struct admin_call *call, enum error_code code, const struct why *why)
{
	struct str name = realm_name_sent(call->arena, call->request->body);
	struct str fault = realm_name_fault(call->arena, name);
	bool is_no_realm = !str_contains(call->request->body, STR("{"));
	bool is_unreadable = code == ERROR_BAD_JSON || code == ERROR_UNKNOWN_FIELD || code == ERROR_WRONG_TYPE ||
		(code == ERROR_INVALID_VALUE && is_no_realm);
	if (is_unreadable)
		admin_refuse(call, 400, arena_format(call->arena, "unable to read contents from stream: %s", why->text));
	else if (code == ERROR_EXISTS && str_contains(str_from(why->text), STR("exists already")))
		admin_refuse(call, 409, arena_format(call->arena, "Realm %.*s already exists", STR_ARG(name)));
	else if (code == ERROR_INVALID_VALUE && !str_trim(name).n)
		admin_refuse(call, 400, STR("Realm name cannot be empty"));
	else if (code == ERROR_INVALID_VALUE && fault.n)
		http_respond_error(call->response, 400, fault, STR(""));
	else
		admin_fail(call, code, why);
}

void admin_realms_create(void *context, struct http_request *request, struct http_response *response)
{
	struct admin_call call;
	if (!admin_open(&call, context, request, response))
		return;
	struct why why = { "" };
	struct store_import_summary summary;
	const struct store_import_options options = import_options(call.app);
	enum error_code code = realm_settings_agree_new(call.arena, request->body, &why);
	if (code == OK)
		code = store_create_realm(call.app->store, call.arena, request->body, &options, &summary, &why);
	if (code == OK) {
		import_published(call.app, STR("request"), &summary);
		admin_created(&call, arena_join(call.arena, STR("/admin/realms/"), summary.realm_name, STR("")));
	} else {
		refuse_new(&call, code, &why);
	}
	admin_close(&call);
}

static void send_text(struct admin_call *call, const struct store_export_options *options)
{
	struct why why = { "" };
	struct str json;
	enum error_code code = realm_text(call, call->realm->settings.name, options, &json, &why);
	if (code == OK)
		admin_json(call, json);
	else
		admin_fail(call, code, &why);
}

/* What Keycloak tells administrators of something else than the realm. */
static void send_little(struct admin_call *call)
{
	const struct realm_settings *realm = &call->realm->settings;
	struct text text = text_new(call->arena, 0);
	struct json_writer w = json_writer_new(&text, false);
	json_write_object_begin(&w);
	json_member_text(&w, "realm", realm->name);
	if (admin_may(call, PERMISSION_VIEW_USERS))
		json_member_bool(&w, "registrationEmailAsUsername", realm->registration_email_as_username);
	json_member_bool(&w, "bruteForceProtected", realm->brute_force_protected);
	json_member_texts(&w, "supportedLocales", realm->supported_locales.items, realm->supported_locales.n);
	json_member_bool(&w, "organizationsEnabled", false);
	json_write_object_end(&w);
	admin_json(call, text_str(&text));
}

void admin_realm_get(void *context, struct http_request *request, struct http_response *response)
{
	struct admin_call call;
	if (!admin_open(&call, context, request, response))
		return;
	const struct store_export_options options = { .mask_secrets = true };
	struct realm_rep realm;
	int64_t version;
	if (!admin_may(&call, PERMISSION_VIEW_REALM)) {
		send_little(&call);
	} else if (realm_row_find(&call, &realm, &version)) {
		send_text(&call, &options);
		etag_answer(&call, realm_row_stored(&call, &realm));
	}
	admin_close(&call);
}

void admin_realm_logout_all(void *context, struct http_request *request, struct http_response *response)
{
	struct admin_call call;
	if (!admin_open(&call, context, request, response))
		return;
	struct why why = { "" };
	struct effects effects = effects_new(call.arena);
	struct str id = ending_add(&call, &(struct mass_order){ .door = DOOR_ADMIN_REALM }, &effects);
	admin_event_add(&call, &effects, "ACTION", "REALM", STR("logout-all"));
	enum error_code code = app_apply(call.app, &effects, &why);
	if (code == OK) {
		admin_json(&call, STR("{}"));
		ending_committed(&call, id);
	} else {
		admin_fail(&call, code, &why);
	}
	admin_close(&call);
}

void admin_realm_delete(void *context, struct http_request *request, struct http_response *response)
{
	struct admin_call call;
	if (!admin_open(&call, context, request, response))
		return;
	struct why why = { "" };
	struct realm_rep realm;
	int64_t version;
	if (!realm_row_find(&call, &realm, &version) || !etag_fits(&call, realm_row_stored(&call, &realm))) {
		admin_close(&call);
		return;
	}
	struct effects effects = effects_new(call.arena);
	struct store_writer writer = store_calls(call.app->writer);
	struct str id = arena_str(call.arena, call.realm->settings.id);
	enum error_code code = OK;
	if (str_eq_z(call.realm->settings.name, "master"))
		code = error_because(&why, ERROR_INVALID_VALUE, "Can't remove master realm");
	/* The order to tell everybody first: a crash between the two leaves a realm whose
	 * sessions end, never one that went silently. */
	struct str signout_id = ending_add(&call, &(struct mass_order){ .door = DOOR_REALM_DELETED }, &effects);
	if (code == OK)
		code = app_apply(call.app, &effects, &why);
	if (code == OK)
		ending_committed(&call, signout_id);
	if (code == OK)
		code = store_delete_realm(call.app->store, id, &writer, call.visit.now_ms, &why);
	if (code == OK)
		admin_no_content(&call);
	else
		admin_fail(&call, code, &why);
	/* Where the order alone was committed, too. */
	ending_committed(&call, signout_id);
	admin_close(&call);
}
