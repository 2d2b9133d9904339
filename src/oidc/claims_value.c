/* How a mapper's values become claims: types, paths, lists; see claims_job.h. */
#include "oidc/claims_job.h"

struct str claims_config(const struct claims_job *job, const char *name)
{
	return attributes_get(&job->mapper->config, str_from(name));
}

bool claims_flag(const struct claims_job *job, const char *name)
{
	return attributes_true(&job->mapper->config, str_from(name), false);
}

static struct json_node *number(struct arena *arena, struct str value, int64_t least, int64_t most)
{
	int64_t number;
	bool fits = str_to_int64(value, &number) && number >= least && number <= most;
	return fits ? json_node_int(arena, number) : NULL;
}

/* A text as the JSON type that jsonType.label names; NULL when it is none of that type. */
static struct json_node *typed(const struct claims_job *job, struct str label, struct str value)
{
	struct json_node *node;
	if (str_eq_z(label, "boolean"))
		return json_node_bool(job->arena, str_eq_nocase(value, STR("true")));
	if (str_eq_z(label, "long"))
		return number(job->arena, value, INT64_MIN, INT64_MAX);
	if (str_eq_z(label, "int"))
		return number(job->arena, value, INT32_MIN, INT32_MAX);
	if (str_eq_z(label, "JSON"))
		return json_tree_read(job->arena, value, &node, NULL) == OK ? node : NULL;
	return json_node_text(job->arena, value);
}

/* ---- claims that are not everybody's ---- */

/* What says what the token is and whose: no mapper writes it. */
static bool is_ours(struct str name)
{
	static const struct str names[] = { STR_INIT("exp"), STR_INIT("iat"), STR_INIT("nbf"), STR_INIT("jti"),
		STR_INIT("iss"), STR_INIT("typ"), STR_INIT("azp"), STR_INIT("sid"), STR_INIT("scope"),
		STR_INIT("nonce"), STR_INIT("at_hash"), STR_INIT("c_hash"), STR_INIT("s_hash"),
		STR_INIT("session_state") };
	for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
		if (str_eq(name, names[i]))
			return true;
	return false;
}

/* Members of the token endpoint's answer that stand there already. */
static bool is_answer(struct str name)
{
	static const struct str names[] = { STR_INIT("access_token"), STR_INIT("token_type"), STR_INIT("session_state"),
		STR_INIT("expires_in"), STR_INIT("id_token"), STR_INIT("refresh_token"), STR_INIT("refresh_expires_in"),
		STR_INIT("not-before-policy"), STR_INIT("scope"), STR_INIT("issued_token_type") };
	for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
		if (str_eq(name, names[i]))
			return true;
	return false;
}

/* Claims of one level and one type, which a mapper may replace but not shape. */
static bool is_fixed(struct str name)
{
	return str_eq_z(name, "sub") || str_eq_z(name, "acr") || str_eq_z(name, "auth_time") || str_eq_z(name, "aud");
}

/* Of these, what tells of a token's sign-in: userinfo has none, as recorded. */
static bool is_of_token(struct str name)
{
	return str_eq_z(name, "acr") || str_eq_z(name, "auth_time");
}

static struct str as_text(const struct claims_job *job, const struct json_node *node)
{
	return node->kind == JSON_NODE_TEXT ? node->text : json_tree_text(job->arena, node);
}

static void set_fixed(const struct claims_job *job, struct str name, const struct json_node *node)
{
	struct json_node *value;
	if (str_eq_z(name, "auth_time")) {
		value = number(job->arena, as_text(job, node), 0, INT64_MAX);
	} else if (str_eq_z(name, "aud") && node->kind == JSON_NODE_LIST) {
		value = json_node_list(job->arena);
		for (size_t i = 0; i < node->n; i++)
			json_node_add(value, json_node_text(job->arena, as_text(job, node->items[i])));
	} else {
		value = json_node_text(job->arena, as_text(job, node));
	}
	if (value)
		json_node_put(job->tree, name, value);
}

/* ---- lists ---- */

static bool all_texts(const struct json_node *list)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->items[i]->kind != JSON_NODE_TEXT)
			return false;
	return true;
}

static bool holds(const struct claims_job *job, const struct json_node *list, const struct json_node *item)
{
	struct str text = json_tree_text(job->arena, item);
	for (size_t i = 0; i < list->n; i++)
		if (str_eq(json_tree_text(job->arena, list->items[i]), text))
			return true;
	return false;
}

/* Adds the items of `list` to what stands at `path`, each once. */
static void grow(const struct claims_job *job, struct str path, struct json_node *list)
{
	struct json_node *old = json_tree_get(job->tree, path);
	bool texts = all_texts(list) && (!old || old->kind == JSON_NODE_TEXT ||
					 (old->kind == JSON_NODE_LIST && all_texts(old)));
	if (texts && old) {
		struct str *items = arena_array(job->arena, list->n, sizeof *items);
		for (size_t i = 0; i < list->n; i++)
			items[i] = list->items[i]->text;
		json_tree_merge_texts(job->tree, path, items, list->n);
		return;
	}
	struct json_node *whole = list;
	if (old) {
		whole = json_node_list(job->arena);
		for (size_t i = 0; old->kind == JSON_NODE_LIST && i < old->n; i++)
			json_node_add(whole, old->items[i]);
		if (old->kind != JSON_NODE_LIST)
			json_node_add(whole, old);
		for (size_t i = 0; i < list->n; i++)
			if (!holds(job, whole, list->items[i]))
				json_node_add(whole, list->items[i]);
	}
	json_tree_set(job->tree, path, whole);
}

void claims_set_at(const struct claims_job *job, struct str path, const struct str *values, size_t n, bool list)
{
	struct str label = claims_config(job, "jsonType.label"), rest = path, name;
	struct json_node *whole = json_node_list(job->arena);
	for (size_t i = 0; i < (list ? n : n > 0); i++) {
		struct json_node *node = typed(job, label, values[i]);
		if (node)
			json_node_add(whole, node);
	}
	if (!whole->n || !json_path_next(job->arena, &rest, &name))
		return;
	bool response = job->target == CLAIMS_RESPONSE;
	if (response ? is_answer(name) : is_ours(name))
		return;
	struct json_node *value = list ? whole : whole->items[0];
	if (!response && is_fixed(name)) {
		if (!rest.n && !(job->target == CLAIMS_USERINFO && is_of_token(name)))
			set_fixed(job, name, value);
	} else if (list) {
		grow(job, path, whole);
	} else {
		json_tree_set(job->tree, path, value);
	}
}

void claims_set_values(const struct claims_job *job, const struct str *values, size_t n)
{
	claims_set_at(job, claims_config(job, "claim.name"), values, n, claims_flag(job, "multivalued"));
}

void claims_set_value(const struct claims_job *job, struct str value)
{
	if (value.n)
		claims_set_at(job, claims_config(job, "claim.name"), &value, 1, false);
}
