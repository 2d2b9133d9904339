/* The tokens of client registration; see registration.h. */
#include "admin/registration.h"
#include "app/own_token.h"
#include "crypto/random.h"
#include "model/registration_change.h"

enum error_code registration_token_sign(struct admin_call *call, enum registration_token kind, struct str jti,
					int64_t expires_s, struct str *ret_token, struct why *reterr_why)
{
	struct text text = text_new(call->arena, 0);
	struct json_writer w = json_writer_new(&text, false);
	json_write_object_begin(&w);
	json_member_int(&w, "exp", expires_s);
	json_member_int(&w, "iat", call->visit.now_ms / 1000);
	json_member_text(&w, "jti", jti);
	json_member_text(&w, "iss", call->visit.issuer);
	json_member_text(&w, "aud", call->visit.issuer);
	json_member_text(&w, "typ", kind == TOKEN_INITIAL_ACCESS ? STR("InitialAccessToken") :
								   STR("RegistrationAccessToken"));
	if (kind == TOKEN_REGISTRATION_ACCESS)
		json_member_text(&w, "registration_auth", STR("authenticated"));
	json_write_object_end(&w);
	return own_token_sign(call->arena, call->realm, STR("HS512"), STR("JWT"), text_str(&text), ret_token, reterr_why);
}

bool registration_token_new(struct admin_call *call, struct str client_id, struct str old_jti,
			    struct effects *effects, struct str *ret_token)
{
	struct why why = { "" };
	struct registration_change *change = arena_alloc(call->arena, sizeof *change);
	*change = (struct registration_change){
		.kind = old_jti.n ? REGISTRATION_TOKEN_USE : REGISTRATION_TOKEN_PUT,
		.realm_id = call->realm->settings.id,
		.client_id = client_id,
		.old_jti = old_jti,
		.jti = random_uuid(call->arena),
	};
	enum error_code code = registration_token_sign(call, TOKEN_REGISTRATION_ACCESS, change->jti, 0, ret_token, &why);
	if (code != OK) {
		admin_fail(call, code, &why);
		return false;
	}
	effects_add(effects, EFFECT_REGISTRATION_CHANGE)->u.registration = change;
	return true;
}
