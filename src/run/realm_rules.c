/* Rules of realms; see realm_rules.h. */
#include "run/realm_rules.h"

#include <stdlib.h>

#include "model/own_attributes.h"
#include "model/representation.h"

enum {
	RECEIPTS_S = 30 * 24 * 3600,
	EVENTS_S = 30 * 24 * 3600,
};

struct realm_rules {
	struct store *store;
	struct arena *arena; /* of the table */
	struct table by_id;
};

struct realm_rules *realm_rules_new(struct store *store)
{
	struct realm_rules *rules = calloc(1, sizeof *rules);
	if (!rules)
		abort();
	rules->store = store;
	return rules;
}

void realm_rules_free(struct realm_rules *rules)
{
	if (!rules)
		return;
	arena_free(rules->arena);
	free(rules);
}

static enum error_code read_rule(const struct realm_rules *rules, struct str realm_id,
				 struct realm_rule *ret_rule, struct why *reterr_why)
{
	ARENA_SCOPED arena = arena_new(0);
	struct realm_rep realm;
	int64_t version;
	enum error_code code = store_find_realm(rules->store, arena, realm_id, &realm, &version, reterr_why);
	if (code != OK)
		return code;
	const struct realm_settings *s = &realm.settings;
	*ret_rule = (struct realm_rule){
		.version = version,
		.events_s = s->events_expiration_s > 0 ? s->events_expiration_s : EVENTS_S,
		.receipts_s = attributes_seconds(&s->attributes, own_attribute_name(OWN_KEEP), RECEIPTS_S),
		.failures_s = s->max_delta_time_s,
	};
	for (int kind = 0; kind < 4; kind++)
		ret_rule->sessions[kind >> 1][kind & 1] = life_of_session(s, kind >> 1, kind & 1);
	return OK;
}

static enum error_code learn(const struct realm_rules *rules, const struct realm_name *realm,
			     struct arena *arena, struct table *table, struct why *reterr_why)
{
	const struct realm_rule *before = realm_rules_of(rules, realm->id);
	struct realm_rule *rule = arena_alloc(arena, sizeof *rule);
	enum error_code code = OK;
	if (before && before->version == realm->version)
		*rule = *before;
	else
		code = read_rule(rules, realm->id, rule, reterr_why);
	if (code == OK)
		table_put(table, arena_str(arena, realm->id), rule);
	return code == ERROR_NAME_NOT_FOUND ? OK : code; /* gone meanwhile */
}

enum error_code realm_rules_learn(struct realm_rules *rules, const struct realm_name *realms, size_t n,
				  struct why *reterr_why)
{
	struct arena *arena = arena_new(0);
	struct table table = table_new(arena, n);
	enum error_code code = OK;
	for (size_t i = 0; i < n && code == OK; i++)
		code = learn(rules, &realms[i], arena, &table, reterr_why);
	if (code != OK) {
		arena_free(arena);
		return code;
	}
	arena_free(rules->arena);
	rules->arena = arena;
	rules->by_id = table;
	return OK;
}

const struct realm_rule *realm_rules_of(const struct realm_rules *rules, struct str realm_id)
{
	return table_get(&rules->by_id, realm_id);
}
