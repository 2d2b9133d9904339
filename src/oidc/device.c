/* The device authorization grant; see device.h. */
#include "oidc/device.h"

#include "base/text.h"
#include "crypto/hash.h"

/* Section 6.1. */
static const char letters[] = "BCDFGHJKLMNPQRSTVWXZ";
enum { LETTERS = sizeof letters - 1 };

/* Nothing waits for longer, whatever a setting says. */
enum { LIFESPAN_MAX_S = 30 * 24 * 3600 };

bool device_is_allowed(const struct client *client)
{
	return str_eq_z(client->protocol, "openid-connect") && !client->bearer_only &&
	       attributes_true(&client->attributes, STR("oauth2.device.authorization.grant.enabled"), false);
}

static int64_t seconds(const struct client *client, const char *attribute, int64_t of_realm, int64_t otherwise)
{
	int64_t s = attributes_seconds(&client->attributes, str_from(attribute), of_realm > 0 ? of_realm : otherwise);
	return s < LIFESPAN_MAX_S ? s : LIFESPAN_MAX_S;
}

int64_t device_lifespan_s(const struct realm *realm, const struct client *client)
{
	return seconds(client, "oauth2.device.code.lifespan", realm->settings.device_code_lifespan_s, 600);
}

int64_t device_interval_s(const struct realm *realm, const struct client *client)
{
	return seconds(client, "oauth2.device.polling.interval", realm->settings.device_polling_interval_s, 5);
}

struct str device_user_code(struct arena *arena, uint64_t random)
{
	struct text text = text_new(arena, DEVICE_USER_CODE_LETTERS);
	for (int i = 0; i < DEVICE_USER_CODE_LETTERS; i++, random /= LETTERS)
		text_add_char(&text, letters[random % LETTERS]);
	return text_str(&text);
}

struct str device_user_code_shown(struct arena *arena, struct str code)
{
	size_t half = DEVICE_USER_CODE_LETTERS / 2;
	return arena_join(arena, str_take(code, half), STR("-"), str_drop(code, half));
}

struct str device_user_code_typed(struct arena *arena, struct str typed)
{
	struct text text = text_new(arena, DEVICE_USER_CODE_LETTERS);
	for (size_t i = 0; i < typed.n; i++) {
		char c = typed.p[i];
		if (c == '-' || c == ' ' || c == '\t')
			continue;
		if (c >= 'a' && c <= 'z')
			c = (char)(c - 'a' + 'A');
		if (text.n == DEVICE_USER_CODE_LETTERS || str_index(str_from(letters), c) == LETTERS)
			return STR("");
		text_add_char(&text, c);
	}
	return text.n == DEVICE_USER_CODE_LETTERS ? text_str(&text) : STR("");
}

struct str device_user_code_hash(struct arena *arena, struct str realm_id, struct str code)
{
	return hash_base64url(arena, HASH_SHA256, arena_join(arena, realm_id, STR(":"), code));
}

const char *device_judge_code(const struct pending_grant *grant, int64_t now_ms, bool *ret_expired)
{
	*ret_expired = false;
	if (grant->state == PENDING_DENIED)
		return "device code denied";
	if (grant->state != PENDING_OPEN)
		return "device code already used and not yet deleted";
	*ret_expired = grant->expires_ms <= now_ms;
	return *ret_expired ? "device code expired" : NULL;
}
