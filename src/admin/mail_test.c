/* POST /admin/realms/{realm}/testSMTPConnection: a message to the administrator who calls. */
#include "admin/handlers_realms.h"
#include "admin/mail.h"
#include "admin/realm_row.h"
#include "base/log.h"

struct smtp {
	struct attributes settings;
};

/* The settings of the body, with the stored password where it comes masked. False: answered. */
static bool read_settings(struct admin_call *call, struct smtp *smtp)
{
	static const struct json_field field = JSON_TEXT_MAP(struct smtp, settings.pairs, settings.n, "", 0);
	const struct json_read_options options = { .coerce = true };
	struct why why = { "" };
	enum error_code code = json_read_value(call->arena, call->request->body, &field, &options, smtp, sizeof *smtp, &why);
	if (code != OK) {
		admin_refuse_body(call, code, &why);
		return false;
	}
	for (size_t i = 0; i < smtp->settings.n; i++) {
		struct realm_rep realm;
		int64_t version;
		if (!representation_is_masked(smtp->settings.pairs[i].value))
			continue;
		if (!realm_row_find(call, &realm, &version))
			return false;
		smtp->settings.pairs[i].value = attributes_get(&realm.smtp_server, smtp->settings.pairs[i].key);
	}
	return true;
}

static enum error_code send(struct admin_call *call, const struct attributes *smtp, struct why *reterr_why)
{
	struct mail_settings settings;
	const struct user *user = call->bearer.user;
	if (!user || !user->email.n)
		return error_because(reterr_why, ERROR_INVALID_VALUE, "Logged in user does not have an e-mail.");
	enum error_code code = mail_settings_read(smtp, &settings, reterr_why);
	return code == OK ? mail_send_test(call, &settings, user, reterr_why) : code;
}

void admin_mail_test(void *context, struct http_request *request, struct http_response *response)
{
	struct admin_call call;
	struct smtp smtp = { 0 };
	struct why why = { "" };
	if (!admin_open(&call, context, request, response))
		return;
	if (read_settings(&call, &smtp)) {
		enum error_code code = send(&call, &smtp.settings, &why);
		if (code == OK) {
			admin_no_content(&call);
		} else {
			log_write(LOG_WARN, "admin", "test of the mail server of realm %.*s: %s",
				  STR_ARG(call.realm->settings.name), why.text);
			admin_refuse(&call, 500, arena_format(call.arena, "Failed to send email: %s", why.text));
		}
	}
	admin_close(&call);
}
