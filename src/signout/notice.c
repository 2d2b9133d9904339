/* Claims of notices; see notice.h. */
#include "signout/notice.h"

#include "json/write.h"

#define BACKCHANNEL_EVENT "http://schemas.openid.net/event/backchannel-logout"

struct str notice_logout_token(struct arena *arena, const struct delivery *delivery, struct str jti,
			       int64_t now_s)
{
	struct text text = text_new(arena, 0);
	struct json_writer w = json_writer_new(&text, false);
	json_write_object_begin(&w);
	json_member_int(&w, "exp", now_s + NOTICE_LOGOUT_TOKEN_LIFE_S);
	json_member_int(&w, "iat", now_s);
	json_member_text(&w, "jti", jti);
	json_member_text(&w, "iss", delivery->issuer);
	json_member_text(&w, "aud", delivery->client_name);
	json_member_text(&w, "sub", delivery->user_id);
	json_member_text(&w, "typ", STR("Logout"));
	if (delivery->send_sid)
		json_member_text(&w, "sid", delivery->session_id);
	json_member_object_begin(&w, "events");
	json_member_object_begin(&w, BACKCHANNEL_EVENT);
	json_write_object_end(&w);
	if (delivery->revoke_offline_access)
		json_member_bool(&w, "revoke_offline_access", true);
	json_write_object_end(&w);
	json_write_object_end(&w);
	return text_str(&text);
}

/* What all actions at an admin URL begin with. */
static void add_admin_head(struct json_writer *w, const struct delivery *delivery, struct str id,
			   int64_t now_ms, const char *action)
{
	/* Keycloak's adapters want the time in the id. */
	json_member_text(w, "id", arena_format(w->text->arena, "%.*s-%lld", STR_ARG(id), (long long)now_ms));
	json_member_int(w, "expiration", now_ms / 1000 + NOTICE_ADMIN_LIFE_S);
	json_member_text(w, "resource", delivery->client_name);
	json_member_text(w, "action", str_from(action));
}

struct str notice_admin_test(struct arena *arena, const struct delivery *delivery, struct str id,
			     int64_t now_ms)
{
	struct text text = text_new(arena, 0);
	struct json_writer w = json_writer_new(&text, false);
	json_write_object_begin(&w);
	add_admin_head(&w, delivery, id, now_ms, "TEST_AVAILABILITY");
	json_write_object_end(&w);
	return text_str(&text);
}

struct str notice_admin_logout(struct arena *arena, const struct delivery *delivery, struct str id,
			       int64_t now_ms)
{
	struct text text = text_new(arena, 0);
	struct json_writer w = json_writer_new(&text, false);
	json_write_object_begin(&w);
	add_admin_head(&w, delivery, id, now_ms, "LOGOUT");
	/* Absent means "log everybody out" to adapters: only such orders leave it out. */
	if (!delivery->all_sessions)
		json_member_texts(&w, "adapterSessionIds", &delivery->adapter_session_id,
				  delivery->adapter_session_id.n ? 1 : 0);
	json_member_int(&w, "notBefore", delivery->not_before_s);
	if (!delivery->all_sessions)
		json_member_texts(&w, "keycloakSessionIds", &delivery->session_id, 1);
	json_write_object_end(&w);
	return text_str(&text);
}

struct str notice_admin_not_before(struct arena *arena, const struct delivery *delivery, struct str id,
				   int64_t now_ms)
{
	struct text text = text_new(arena, 0);
	struct json_writer w = json_writer_new(&text, false);
	json_write_object_begin(&w);
	add_admin_head(&w, delivery, id, now_ms, "PUSH_NOT_BEFORE");
	json_member_int(&w, "notBefore", delivery->not_before_s);
	json_write_object_end(&w);
	return text_str(&text);
}
