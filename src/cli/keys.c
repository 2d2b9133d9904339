/* curfew keys list, curfew keys rotate: a realm's keys and the components that provide them. */
#include "base/tables.h"
#include "cli/change.h"
#include "cli/shown.h"
#include "cli/verbs.h"

static enum error_code fetch(struct cli_call *call, struct str *ret_realm,
	struct json_node **ret_keys, struct why *reterr_why)
{
	enum error_code code = resource_realm(call, ret_realm, reterr_why);
	if (code != OK)
		return code;
	return ask_get(call, ask_path(call->arena, "/admin/realms/{}/keys", *ret_realm, STR("")),
		ret_keys, reterr_why);
}

enum error_code cli_keys_list(struct cli_call *call, struct why *reterr_why)
{
	struct str realm;
	struct json_node *json;
	enum error_code code = fetch(call, &realm, &json, reterr_why);
	if (code != OK)
		return code;
	const struct json_node *keys = ask_list(json, "keys");
	if (!keys)
		keys = json_node_list(call->arena);
	return shown_list(call,
		"algorithm,use,status,providerPriority=PRIORITY,kid,providerId=PROVIDER", "keys", keys,
		reterr_why);
}

/* The key of this algorithm that is used now, and the highest priority of all. */
static const struct json_node *active_key(
	const struct json_node *json, struct str algorithm, int64_t *ret_highest)
{
	const struct json_node *best = NULL, *keys = ask_list(json, "keys");
	for (size_t i = 0; keys && i < keys->n; i++) {
		const struct json_node *key = keys->items[i];
		int64_t priority = ask_int(key, "providerPriority");
		if (priority > *ret_highest)
			*ret_highest = priority;
		if (!str_eq(ask_text(key, "algorithm"), algorithm) ||
			!str_eq_z(ask_text(key, "status"), "ACTIVE"))
			continue;
		if (!best || priority > ask_int(best, "providerPriority"))
			best = key;
	}
	return best;
}

static void put_one(struct json_node *config, const char *name, struct str value)
{
	json_node_put(config, str_from(name), json_node_texts(config->arena, &value, 1));
}

/* A component that makes a key of the same kind, above all others. */
static struct json_node *successor(
	struct cli_call *call, const struct json_node *old, int64_t priority)
{
	/* What describes a key; the rest of a configuration is the old key itself. */
	static const char *const kept[] = { "algorithm", "keySize", "secretSize",
		"ecdsaEllipticCurveKey", "ecdhEllipticCurveKey", "ecdhAlgorithm",
		"eddsaEllipticCurveKey", "ecGenerateCertificate", "keyUse" };
	struct str type = ask_text(old, "providerId");
	/* One that was brought along is followed by one that is made here. */
	if (str_eq_z(type, "rsa") || str_eq_z(type, "java-keystore"))
		type = STR("rsa-generated");
	else if (str_eq_z(type, "rsa-enc"))
		type = STR("rsa-enc-generated");
	struct json_node *made = json_node_object(call->arena);
	struct json_node *config = json_node_object(call->arena);
	const struct json_node *before = json_node_find(old, STR("config"));
	for (size_t i = 0; before && before->kind == JSON_NODE_OBJECT && i < ARRAY_LENGTH(kept); i++) {
		struct json_node *value = json_node_find(before, str_from(kept[i]));
		if (value)
			json_node_put(config, str_from(kept[i]), value);
	}
	put_one(config, "priority", arena_format(call->arena, "%lld", (long long)priority));
	put_one(config, "enabled", STR("true"));
	put_one(config, "active", STR("true"));
	json_node_put(made, STR("name"),
		json_node_text(call->arena,
			arena_format(call->arena, "%.*s-%lld", STR_ARG(type), (long long)priority)));
	json_node_put(made, STR("providerId"), json_node_text(call->arena, type));
	json_node_put(made, STR("providerType"),
		json_node_text(call->arena, ask_text(old, "providerType")));
	json_node_put(made, STR("parentId"),
		json_node_text(call->arena, ask_text(old, "parentId")));
	json_node_put(made, STR("config"), config);
	return made;
}

/* It signs nothing more; what it has signed is still good. */
static enum error_code make_passive(
	struct cli_call *call, const struct found *old, struct why *reterr_why)
{
	struct ask_answer answer;
	struct json_node *shown = json_node_object(call->arena);
	struct json_node *config = json_node_find(old->json, STR("config"));
	if (!config || config->kind != JSON_NODE_OBJECT) {
		config = json_node_object(call->arena);
		json_node_put(old->json, STR("config"), config);
	}
	put_one(config, "active", STR("false"));
	json_node_put(shown, STR("config"), json_node_object(call->arena));
	put_one(json_node_find(shown, STR("config")), "active", STR("false"));
	const struct change change = { "PUT", old->path, old->json, shown, old->etag };
	return change_send(call, &change, &answer, reterr_why);
}

enum error_code cli_keys_rotate(struct cli_call *call, struct why *reterr_why)
{
	struct str realm, algorithm = call_value(call, FLAG_ALGORITHM);
	struct json_node *json;
	struct found old;
	struct ask_answer answer;
	int64_t highest = 0;
	if (!algorithm.n)
		algorithm = STR("RS256");
	enum error_code code = fetch(call, &realm, &json, reterr_why);
	if (code != OK)
		return code;
	const struct json_node *key = active_key(json, algorithm, &highest);
	if (!key)
		return error_because(reterr_why, ERROR_NAME_NOT_FOUND,
			"realm %.*s has no active key of algorithm %.*s; see curfew keys list",
			STR_ARG(call_clean(call, realm)), STR_ARG(call_clean(call, algorithm)));
	code = resource_named(call, &resources[RESOURCE_COMPONENT], ask_text(key, "providerId"),
		&old, reterr_why);
	if (code != OK)
		return code;
	const struct change made = {
		.method = "POST",
		.path = ask_path(call->arena, "/admin/realms/{}/components", realm, STR("")),
		.body = successor(call, old.json, highest + 1),
	};
	code = change_send(call, &made, &answer, reterr_why);
	if (code == OK)
		code = make_passive(call, &old, reterr_why);
	if (code == OK)
		change_said(call, "provider",
			str_drop(answer.location, str_last_index(answer.location, '/') + 1),
			"realm %.*s has a new key for %.*s; the old one, %.*s, signs nothing more. When all that it signed has expired: curfew component delete %.*s -r %.*s\n",
			STR_ARG(call_clean(call, realm)), STR_ARG(call_clean(call, algorithm)),
			STR_ARG(call_clean(call, ask_text(key, "kid"))), STR_ARG(old.id),
			STR_ARG(call_clean(call, realm)));
	return code;
}
