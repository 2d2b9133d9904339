/* /authentication/required-actions, and which there are to be registered. */
#include "admin/authentication_providers.h"
#include "admin/handlers_authentication.h"
#include "admin/realm_row.h"
#include "admin/serve.h"

static const char missing[] = "Failed to find required action";
static const char missing_too[] = "Failed to find required action."; /* of other calls */

static struct required_action_rep *action_of(const struct realm_rep *rep, struct str alias)
{
	for (size_t i = 0; i < rep->required_actions_n; i++)
		if (str_eq(rep->required_actions[i].alias, alias))
			return &rep->required_actions[i];
	return NULL;
}

static struct required_action_rep *find(struct admin_call *call, const struct realm_rep *rep, const char *text)
{
	struct required_action_rep *action = action_of(rep, http_route_value(call->request, "action"));
	if (!action)
		admin_not_found(call, text);
	return action;
}

static void sort(struct realm_rep *rep)
{
	for (size_t i = 1; i < rep->required_actions_n; i++) {
		struct required_action_rep one = rep->required_actions[i];
		size_t k = i;
		for (; k > 0 && rep->required_actions[k - 1].priority > one.priority; k--)
			rep->required_actions[k] = rep->required_actions[k - 1];
		rep->required_actions[k] = one;
	}
}

static bool load(struct admin_call *call, struct realm_rep *ret_rep)
{
	int64_t version;
	if (!realm_row_find(call, ret_rep, &version))
		return false;
	sort(ret_rep);
	return true;
}

/* ---- lists ---- */

static void list(struct admin_call *call)
{
	struct realm_rep rep;
	struct json_writer *w = admin_array_begin(call);
	if (!load(call, &rep))
		return;
	for (size_t i = 0; i < rep.required_actions_n; i++)
		json_write_shape(w, &required_action_shape, &rep.required_actions[i]);
	admin_array_end(call, w);
}

static void get(struct admin_call *call)
{
	struct realm_rep rep;
	const struct required_action_rep *action = load(call, &rep) ? find(call, &rep, missing) : NULL;
	if (action)
		admin_json(call, json_text_of(call->arena, &required_action_shape, action));
}

static bool is_registered(const struct realm_rep *rep, struct str provider_id)
{
	for (size_t i = 0; i < rep->required_actions_n; i++)
		if (str_eq(rep->required_actions[i].provider_id, provider_id))
			return true;
	return false;
}

static void unregistered(struct admin_call *call)
{
	struct realm_rep rep;
	const struct required_action_provider *provider;
	struct json_writer *w = admin_array_begin(call);
	if (!load(call, &rep))
		return;
	for (size_t i = 0; (provider = required_action_provider(i)); i++) {
		if (is_registered(&rep, provider->id))
			continue;
		json_write_object_begin(w);
		json_member_text(w, "providerId", provider->id);
		json_member_text(w, "name", provider->name);
		json_write_object_end(w);
	}
	admin_array_end(call, w);
}

ADMIN_HANDLER(admin_actions_list, list)
ADMIN_HANDLER(admin_action_get, get)
ADMIN_HANDLER(admin_actions_unregistered, unregistered)

/* ---- changes ---- */

static void event(struct admin_call *call, struct effects *effects, const char *operation, struct str alias)
{
	admin_event_add(call, effects, operation, "REQUIRED_ACTION",
			arena_join(call->arena, STR("authentication/required-actions/"), alias, STR("")));
}

static bool read_body(struct admin_call *call, const struct json_shape *shape, enum json_unknown unknown,
		      void *ret_object)
{
	struct why why = { "" };
	struct json_read_options options = representation_options("$");
	options.unknown = unknown;
	enum error_code code = json_read(call->arena, call->request->body, shape, &options, ret_object, &why);
	if (code != OK)
		admin_refuse_body(call, code, &why);
	return code == OK;
}

static bool is_fit(struct admin_call *call, const struct required_action_rep *action)
{
	bool fit = action->alias.n <= REPRESENTATION_NAME_MAX && action->name.n <= REPRESENTATION_NAME_MAX &&
		   !str_has_control(action->alias) && !str_has_control(action->name) &&
		   action->priority >= INT32_MIN && action->priority <= INT32_MAX;
	if (!fit)
		admin_refuse_input(call, STR("$: a value is too large or has control characters"));
	return fit;
}

static const struct json_field sent_fields[] = {
	JSON_TEXT(struct required_action_rep, alias, "alias", 0),
	JSON_TEXT(struct required_action_rep, name, "name", 0),
	JSON_TEXT(struct required_action_rep, provider_id, "providerId", 0),
	JSON_BOOL(struct required_action_rep, enabled, "enabled", 0),
	JSON_BOOL(struct required_action_rep, default_action, "defaultAction", 0),
	JSON_INT(struct required_action_rep, priority, "priority", 0),
	JSON_TEXT_MAP(struct required_action_rep, config.pairs, config.n, "config", 0),
};
static const char *const sent_known[] = { "id", NULL };
static const struct json_shape sent_shape = JSON_SHAPE(struct required_action_rep, sent_fields, .known = sent_known);

/* The representation as a whole, but for the provider, which stays. */
static bool replace(struct admin_call *call, void *context, struct realm_rep *rep, struct effects *effects)
{
	const struct required_action_rep *sent = context;
	struct required_action_rep *action = find(call, rep, missing);
	if (!action)
		return false;
	struct required_action_rep *other = action_of(rep, sent->alias);
	if (!sent->alias.n || (other && other != action)) {
		http_respond_error(call->response, 409, STR("conflict"),
				   STR("A Required Action Provider with given alias already exists."));
		return false;
	}
	struct str provider_id = action->provider_id;
	*action = *sent;
	action->provider_id = provider_id;
	event(call, effects, "UPDATE", action->alias);
	return true;
}

static void put(struct admin_call *call)
{
	struct required_action_rep sent = { .kept = STR("") };
	if (read_body(call, &sent_shape, JSON_UNKNOWN_KEPT, &sent) && is_fit(call, &sent) && realm_row_change(call, replace, &sent))
		admin_no_content(call);
}

static bool take_away(struct admin_call *call, void *context, struct realm_rep *rep, struct effects *effects)
{
	struct required_action_rep *action = find(call, rep, missing_too);
	(void)context;
	if (!action)
		return false;
	event(call, effects, "DELETE", action->alias);
	realm_row_drop(rep->required_actions, &rep->required_actions_n, sizeof *action,
			    (size_t)(action - rep->required_actions));
	return true;
}

static void delete(struct admin_call *call)
{
	if (realm_row_change(call, take_away, NULL))
		admin_no_content(call);
}

ADMIN_HANDLER(admin_action_put, put)
ADMIN_HANDLER(admin_action_delete, delete)

/* ---- priorities ---- */

static bool move(struct admin_call *call, void *context, struct realm_rep *rep, struct effects *effects)
{
	const bool raise = *(const bool *)context;
	sort(rep);
	struct required_action_rep *action = find(call, rep, missing_too);
	if (!action)
		return false;
	size_t i = (size_t)(action - rep->required_actions);
	event(call, effects, "UPDATE", arena_join(call->arena, action->alias,
						  raise ? STR("/raise-priority") : STR("/lower-priority"), STR("")));
	if (raise ? i > 0 : i + 1 < rep->required_actions_n) {
		struct required_action_rep *neighbour = raise ? action - 1 : action + 1;
		int64_t priority = action->priority;
		action->priority = neighbour->priority;
		neighbour->priority = priority;
		sort(rep);
	}
	return true;
}

static void change_priority(struct admin_call *call, bool raise)
{
	if (realm_row_change(call, move, &raise))
		admin_no_content(call);
}

ADMIN_HANDLER_OF(admin_action_raise, change_priority, true)
ADMIN_HANDLER_OF(admin_action_lower, change_priority, false)

/* ---- registration ---- */

static bool add(struct admin_call *call, void *context, struct realm_rep *rep, struct effects *effects)
{
	const struct required_action_rep *sent = context;
	struct required_action_rep action = { .alias = sent->provider_id, .provider_id = sent->provider_id,
		.name = sent->name, .enabled = true };
	if (action_of(rep, action.alias)) {
		http_respond_error(call->response, 409, STR("conflict"),
				   STR("A Required Action Provider with given alias already exists."));
		return false;
	}
	for (size_t i = 0; i < rep->required_actions_n; i++)
		if (rep->required_actions[i].priority >= action.priority)
			action.priority = rep->required_actions[i].priority + 1;
	*(struct required_action_rep *)arena_push(call->arena, &rep->required_actions, &rep->required_actions_n,
						  sizeof action) = action;
	event(call, effects, "CREATE", action.alias);
	return true;
}

static void create(struct admin_call *call)
{
	struct required_action_rep sent = { .kept = STR("") };
	if (!read_body(call, &sent_shape, JSON_UNKNOWN_IGNORED, &sent) || !is_fit(call, &sent))
		return;
	if (!required_action_provider_find(sent.provider_id))
		http_respond_error(call->response, 400, STR("Required Action Provider with given providerId not found"), STR(""));
	else if (realm_row_change(call, add, &sent))
		admin_no_content(call);
}

ADMIN_HANDLER(admin_action_register, create)

/* ---- settings ---- */

struct settings {
	struct attributes config;
};
static const struct json_field settings_fields[] = {
	JSON_TEXT_MAP(struct settings, config.pairs, config.n, "config", JSON_ALWAYS),
};
static const struct json_shape settings_shape = JSON_SHAPE(struct settings, settings_fields);

static struct required_action_rep *find_configurable(struct admin_call *call, const struct realm_rep *rep)
{
	struct required_action_rep *action = action_of(rep, http_route_value(call->request, "action"));
	const struct required_action_provider *provider = action ? required_action_provider_find(action->provider_id) : NULL;
	if (provider && provider->settings.n)
		return action;
	http_respond_error(call->response, 400, STR("RequiredAction is not configurable"), STR(""));
	return NULL;
}

static void config_get(struct admin_call *call)
{
	struct realm_rep rep;
	const struct required_action_rep *action = load(call, &rep) ? find_configurable(call, &rep) : NULL;
	if (!action)
		return;
	const struct settings settings = { action->config };
	admin_json(call, json_text_of(call->arena, &settings_shape, &settings));
}

/* Settings that nobody knows are left out; a time is a whole number. */
static bool take_settings(struct admin_call *call, const struct required_action_provider *provider,
			  const struct attributes *sent, struct attributes *ret_config)
{
	struct attributes config = { arena_array(call->arena, 0, sizeof *config.pairs), 0 };
	for (size_t i = 0; i < sent->n; i++) {
		const struct json_pair *pair = &sent->pairs[i];
		int64_t number;
		if (!pair->value.n || !str_contains(provider->settings, arena_format(call->arena, "\"name\":\"%.*s\"",
										     STR_ARG(pair->key))))
			continue;
		bool is_number = str_eq_z(pair->key, "max_auth_age") || str_eq_z(pair->key, "warning_threshold");
		if (is_number && (!str_to_int64(pair->value, &number) || number < 0 || number > INT32_MAX)) {
			http_respond_json(call->response, 400, arena_format(call->arena,
				"{\"field\":\"%.*s\",\"errorMessage\":\"error-invalid-value\",\"params\":[\"%.*s\"]}",
				STR_ARG(pair->key), STR_ARG(pair->key)));
			return false;
		}
		*(struct json_pair *)arena_push(call->arena, &config.pairs, &config.n, sizeof *config.pairs) = *pair;
	}
	*ret_config = config;
	return true;
}

static bool configure(struct admin_call *call, void *context, struct realm_rep *rep, struct effects *effects)
{
	const struct settings *sent = context;
	struct required_action_rep *action = find_configurable(call, rep);
	if (!action || !take_settings(call, required_action_provider_find(action->provider_id), &sent->config, &action->config))
		return false;
	event(call, effects, "UPDATE", arena_join(call->arena, action->alias, STR("/config"), STR("")));
	return true;
}

static void config_put(struct admin_call *call)
{
	struct settings sent = { { NULL, 0 } };
	if (read_body(call, &settings_shape, JSON_UNKNOWN_KEPT, &sent) && realm_row_change(call, configure, &sent))
		admin_no_content(call);
}

static void config_delete(struct admin_call *call)
{
	struct settings none = { { NULL, 0 } };
	if (realm_row_change(call, configure, &none))
		admin_no_content(call);
}

static void config_describe(struct admin_call *call)
{
	struct realm_rep rep;
	if (!load(call, &rep))
		return;
	const struct required_action_rep *action = action_of(&rep, http_route_value(call->request, "action"));
	const struct required_action_provider *provider = action ? required_action_provider_find(action->provider_id) : NULL;
	if (provider && provider->settings.n)
		admin_json(call, arena_join(call->arena, STR("{\"properties\":"), provider->settings, STR("}")));
	else
		admin_not_found(call, "Could not find configurable RequiredAction provider");
}

ADMIN_HANDLER(admin_action_config_get, config_get)
ADMIN_HANDLER(admin_action_config_put, config_put)
ADMIN_HANDLER(admin_action_config_delete, config_delete)
ADMIN_HANDLER(admin_action_config_description, config_describe)
