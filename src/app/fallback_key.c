/* Keys made when first needed; see fallback_key.h. */
#include "app/fallback_key.h"

#include "app/own_token.h"
#include "base/limits.h"
#include "base/log.h"
#include "run/new_key.h"

bool fallback_key_needed(const struct realm *realm, const struct client *client)
{
	static const char *const attributes[] = { "access.token.signed.response.alg", "id.token.signed.response.alg",
		"user.info.response.signature.alg" };
	struct str realms = realm->settings.default_signature_algorithm;
	enum sign_algorithm id;
	for (size_t i = 0; i < ARRAY_LENGTH(attributes); i++) {
		struct str own = attributes_get(&client->attributes, str_from(attributes[i]));
		if (sign_algorithm_of(own, &id) && !realm_key_for(realm, own))
			return true;
	}
	return !realm_key_for(realm, realms.n ? realms : STR("RS256")) || !realm_key_for(realm, STR("HS512"));
}

/* A key more, where the realm is still the one that has none. STALE: look again. */
static enum error_code add_key(struct visit *visit, const struct realm *realm, enum sign_algorithm algorithm,
			       struct why *reterr_why)
{
	struct effects effects = effects_new(visit->arena);
	enum error_code code = new_key_add(realm, algorithm, visit->now_ms, &effects, reterr_why);
	if (code == OK)
		code = app_apply(visit->app, &effects, reterr_why);
	if (code == OK)
		log_write(LOG_INFO, "app", "realm %.*s has a new key for %s: a client asks for the algorithm",
			  STR_ARG(realm->settings.name), sign_algorithm_name(algorithm));
	return code;
}

/* By the realm as it is now, with a key more if need be. */
static enum error_code sign_now(struct visit *visit, struct str algorithm, struct str type, struct str claims,
				struct str *ret_token, struct why *reterr_why)
{
	const struct realm *now;
	enum sign_algorithm id;
	struct str realm_id = visit->realm->settings.id;
	snapshots_changed(visit->app->snapshots, realm_id);
	enum error_code code = snapshots_get_by_id(visit->app->snapshots, realm_id, &now, reterr_why);
	if (code != OK)
		return code;
	code = own_token_sign(visit->arena, now, algorithm, type, claims, ret_token, reterr_why);
	if (code == ERROR_NO_KEY && sign_algorithm_of(algorithm, &id)) {
		code = add_key(visit, now, id, reterr_why);
		if (code == OK)
			code = ERROR_STALE; /* the snapshot, that is */
	}
	snapshots_put(visit->app->snapshots, now);
	return code;
}

enum error_code fallback_key_sign(struct visit *visit, struct str algorithm, struct str type, struct str claims,
				  struct str *ret_token, struct why *reterr_why)
{
	enum error_code code =
		own_token_sign(visit->arena, visit->realm, algorithm, type, claims, ret_token, reterr_why);
	if (code != ERROR_NO_KEY)
		return code;
	code = ERROR_STALE;
	for (int round = 0; round <= LIMIT_DECIDE_ROUNDS && code == ERROR_STALE; round++)
		code = sign_now(visit, algorithm, type, claims, ret_token, reterr_why);
	return code;
}
