/* Sealed tickets; see ticket.h. */
#include "app/ticket.h"

#include "app/browser.h"
#include "base/log.h"
#include "base/text.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "crypto/secret.h"
#include "json/read.h"
#include "json/write.h"

static const char *const kind_words[] = {
	"login", "update-password", "consent", "logout", "account", "operator", "signed-out", "owed", NULL
};

static const struct json_field fields[] = {
	JSON_ENUM(struct ticket, kind, "kind", JSON_REQUIRED, kind_words),
	JSON_TEXT(struct ticket, realm_id, "realm", JSON_REQUIRED),
	JSON_TEXT(struct ticket, browser, "browser", JSON_REQUIRED),
	JSON_INT(struct ticket, made_ms, "made", JSON_REQUIRED),
	JSON_TEXT(struct ticket, protocol, "protocol", 0),
	JSON_TEXT(struct ticket, client_id, "client_id", 0),
	JSON_TEXT(struct ticket, redirect_uri, "redirect_uri", 0),
	JSON_TEXT(struct ticket, response_type, "response_type", 0),
	JSON_TEXT(struct ticket, response_mode, "response_mode", 0),
	JSON_TEXT(struct ticket, scope, "scope", 0),
	JSON_TEXT(struct ticket, state, "state", 0),
	JSON_TEXT(struct ticket, nonce, "nonce", 0),
	JSON_TEXT(struct ticket, code_challenge, "code_challenge", 0),
	JSON_TEXT(struct ticket, code_challenge_method, "code_challenge_method", 0),
	JSON_TEXT(struct ticket, max_age, "max_age", 0),
	JSON_TEXT(struct ticket, prompt, "prompt", 0),
	JSON_TEXT(struct ticket, login_hint, "login_hint", 0),
	JSON_TEXT(struct ticket, claims, "claims", 0),
	JSON_TEXT(struct ticket, pushed, "pushed", 0),
	JSON_TEXT(struct ticket, object, "object", 0),
	JSON_TEXT(struct ticket, request_id, "request", 0),
	JSON_TEXT(struct ticket, binding, "binding", 0),
	JSON_TEXT(struct ticket, name_id_format, "name_id_format", 0),
	JSON_TEXT(struct ticket, context_class, "context_class", 0),
	JSON_TEXT(struct ticket, pending, "pending", 0),
	JSON_TEXT(struct ticket, user_code, "user_code", 0),
	JSON_TEXT(struct ticket, user_id, "user", 0),
	JSON_BOOL(struct ticket, remember_me, "remember_me", JSON_OMIT_ZERO),
	JSON_INT(struct ticket, auth_time_s, "auth_time", JSON_OMIT_ZERO),
	JSON_TEXT(struct ticket, consent, "consent", 0),
	JSON_TEXT(struct ticket, once, "once", 0),
	JSON_TEXT(struct ticket, redirect, "redirect", 0),
	JSON_TEXT(struct ticket, signout_id, "signout", 0),
	JSON_TEXT(struct ticket, then, "then", 0),
	JSON_TEXT(struct ticket, asked, "asked", 0),
	JSON_TEXT(struct ticket, session_id, "session", 0),
};
static const struct json_shape shape = JSON_SHAPE(struct ticket, fields);

#define PURPOSE STR("ticket")

struct str ticket_seal(struct visit *visit, struct ticket *ticket)
{
	struct str binding;
	ticket->realm_id = visit->realm->settings.id;
	ticket->made_ms = visit->now_ms;
	binding = browser_flow_secret(visit);
	ticket->browser = hash_base64url(visit->arena, HASH_SHA256, binding);
	struct why why;
	struct str sealed;
	struct str plain = json_text_of(visit->arena, &shape, ticket);
	if (seal_text(visit->arena, visit->app->ticket_key, PURPOSE, plain, &sealed, &why) == OK)
		return sealed;
	log_write(LOG_ERROR, "app", "sealing a ticket: %s", why.text);
	return STR("");
}

static enum error_code unseal_ticket(struct visit *visit, struct str sealed, struct ticket *ret_ticket,
				     struct why *reterr_why)
{
	struct secret plain;
	if (seal_open(visit->app->ticket_key, PURPOSE, sealed, &plain, reterr_why) != OK)
		return ERROR_INVALID_REQUEST;
	enum error_code code = json_read(visit->arena, secret_str(&plain), &shape, NULL, ret_ticket, reterr_why);
	secret_free(&plain);
	return code == OK ? OK : ERROR_INVALID_REQUEST;
}

enum error_code ticket_open(struct visit *visit, struct str sealed, enum ticket_kind kind, int64_t life_s,
			    struct ticket *ret_ticket, struct why *reterr_why)
{
	struct ticket ticket = { 0 };
	enum error_code code = unseal_ticket(visit, sealed, &ticket, reterr_why);
	if (code != OK)
		return code;
	if (ticket.kind != kind || !str_eq(ticket.realm_id, visit->realm->settings.id))
		return error_because(reterr_why, ERROR_INVALID_REQUEST, "the ticket is of another form or realm");
	*ret_ticket = ticket;
	if (visit->now_ms - ticket.made_ms > life_s * 1000)
		return error_because(reterr_why, ERROR_EXPIRED, "the form is older than %lld s", (long long)life_s);
	struct str binding = browser_flow_cookie(visit);
	if (!binding.n || !secret_equal(hash_base64url(visit->arena, HASH_SHA256, binding), ticket.browser))
		return error_because(reterr_why, ERROR_COOKIE_LOST, "the browser's flow cookie is %s",
				     binding.n ? "another one" : "missing");
	return OK;
}
