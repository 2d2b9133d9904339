/* Flows and clients that ask for more than is built; see possible.h. */
#include "model/possible.h"

#include "base/tables.h"

enum { DEPTH = 16 }; /* of flows within flows; loops end there */

static const struct flow_rep *find_flow(const struct realm_rep *realm, struct str alias)
{
	for (size_t i = 0; i < realm->flows_n; i++)
		if (str_eq(realm->flows[i].alias, alias))
			return &realm->flows[i];
	return NULL;
}

static bool one_of(struct str name, const char *const *names)
{
	for (; *names; names++)
		if (str_eq_z(name, *names))
			return true;
	return false;
}

/* What a password sign-in is made of. */
static bool is_built(struct str authenticator)
{
	static const char *const names[] = {
		"auth-username-password-form",
		"auth-username-form",
		"auth-password-form",
		"direct-grant-validate-username",
		"direct-grant-validate-password",
		NULL,
	};
	return one_of(authenticator, names);
}

#define LIMITS "user-session-limits"

static bool is_condition(struct str authenticator)
{
	return str_starts(authenticator, STR("conditional-"));
}

static struct str asks_for(struct arena *arena, struct str what)
{
	return arena_join(arena, STR("Signing in here asks for \""), what,
		STR("\", which this server cannot do yet."));
}

static struct str level_not_possible(
	struct arena *arena, const struct realm_rep *realm, struct str alias, int depth);

/* A conditional flow within a flow asks only those whose conditions hold. Who has a second
 * factor is refused for having it (login/required_action.h), so that the condition
 * "has one set up" may stand; whom others meet is not known. */
static struct str condition_not_possible(
	struct arena *arena, const struct realm_rep *realm, struct str alias)
{
	const struct flow_rep *flow = find_flow(realm, alias);
	bool conditions = false, configured = false;
	struct str asked = { NULL, 0 };
	for (size_t i = 0; flow && i < flow->executions_n; i++) {
		const struct execution_rep *execution = &flow->executions[i];
		if (str_eq(execution->requirement, STR("DISABLED")))
			continue;
		if (is_condition(execution->authenticator)) {
			conditions = true;
			if (str_eq(execution->authenticator, STR("conditional-user-configured")))
				configured = true;
		} else {
			asked = execution->is_flow ? execution->flow : execution->authenticator;
		}
	}
	return flow && (!conditions || configured || !asked.n)
		? (struct str){ NULL, 0 }
		: asks_for(arena, asked.n ? asked : alias);
}

static struct str execution_not_possible(struct arena *arena, const struct realm_rep *realm,
	const struct execution_rep *execution, int depth)
{
	if (str_eq(execution->requirement, STR("CONDITIONAL")))
		return condition_not_possible(arena, realm, execution->flow);
	if (execution->is_flow)
		return level_not_possible(arena, realm, execution->flow, depth + 1);
	return is_built(execution->authenticator) ? (struct str){ NULL, 0 }
						  : asks_for(arena, execution->authenticator);
}

/* As Keycloak walks it: where something is required, alternatives do not count. */
static struct str level_not_possible(
	struct arena *arena, const struct realm_rep *realm, struct str alias, int depth)
{
	const struct flow_rep *flow = find_flow(realm, alias);
	struct str reason = { NULL, 0 };
	bool required = false, possible = false;
	if (!flow || depth > DEPTH)
		return asks_for(arena, alias);
	for (size_t i = 0; i < flow->executions_n; i++) {
		const struct execution_rep *execution = &flow->executions[i];
		/* It asks for nothing: who signs in is known when it is their turn. */
		if (str_eq_z(execution->authenticator, LIMITS) &&
			str_eq(execution->requirement, STR("REQUIRED")))
			continue;
		if (str_eq(execution->requirement, STR("REQUIRED")) ||
			str_eq(execution->requirement, STR("CONDITIONAL"))) {
			reason = execution_not_possible(arena, realm, execution, depth);
			if (reason.n)
				return reason;
			required |= str_eq(execution->requirement, STR("REQUIRED"));
		}
	}
	if (required)
		return (struct str){ NULL, 0 };
	for (size_t i = 0; !possible && i < flow->executions_n; i++) {
		const struct execution_rep *execution = &flow->executions[i];
		if (!str_eq(execution->requirement, STR("ALTERNATIVE")))
			continue;
		struct str why = execution_not_possible(arena, realm, execution, depth);
		possible = !why.n;
		/* The forms come last; the cookie and its like do not sign anybody in. */
		reason = why;
	}
	return possible ? (struct str){ NULL, 0 } : reason.n ? reason : asks_for(arena, alias);
}

struct str flow_not_possible(struct arena *arena, const struct realm_rep *realm, struct str alias)
{
	return level_not_possible(arena, realm, alias, 0);
}

static const struct attributes *find_config(const struct realm_rep *realm, struct str alias)
{
	for (size_t i = 0; i < realm->flow_configs_n; i++)
		if (str_eq(realm->flow_configs[i].alias, alias))
			return &realm->flow_configs[i].config;
	return NULL;
}

static struct session_limits limits_of(const struct attributes *config)
{
	int64_t in_realm = attributes_seconds(config, STR("userRealmLimit"), 0);
	int64_t at_client = attributes_seconds(config, STR("userClientLimit"), 0);
	struct str behavior = attributes_get(config, STR("behavior"));
	return (struct session_limits){ .set = in_realm > 0 || at_client > 0,
		.deny = !str_eq_z(behavior, "Terminate oldest session"),
		.in_realm = in_realm, .at_client = at_client,
		.message = attributes_get(config, STR("errorMessage")) };
}

static struct session_limits level_limits(const struct realm_rep *realm, struct str alias, int depth)
{
	const struct flow_rep *flow = find_flow(realm, alias);
	struct session_limits limits = { .set = false };
	for (size_t i = 0; flow && depth <= DEPTH && i < flow->executions_n && !limits.set; i++) {
		const struct execution_rep *execution = &flow->executions[i];
		if (str_eq(execution->requirement, STR("DISABLED")))
			continue;
		const struct attributes *config = find_config(realm, execution->config);
		if (execution->is_flow)
			limits = level_limits(realm, execution->flow, depth + 1);
		else if (str_eq_z(execution->authenticator, LIMITS) && config)
			limits = limits_of(config);
	}
	return limits;
}

struct session_limits flow_session_limits(const struct realm_rep *realm, struct str alias)
{
	return level_limits(realm, alias, 0);
}

static struct method_reference level_reference(const struct realm_rep *realm, struct str alias, int depth)
{
	static const char *const passwords[] = { "auth-username-password-form", "auth-password-form",
		"direct-grant-validate-password", NULL };
	const struct flow_rep *flow = find_flow(realm, alias);
	struct method_reference found = { .max_age_s = 0 };
	for (size_t i = 0; flow && depth <= DEPTH && i < flow->executions_n && !found.value.n; i++) {
		const struct execution_rep *execution = &flow->executions[i];
		if (str_eq(execution->requirement, STR("DISABLED")))
			continue;
		const struct attributes *config = find_config(realm, execution->config);
		if (execution->is_flow)
			found = level_reference(realm, execution->flow, depth + 1);
		else if (config && one_of(execution->authenticator, passwords))
			found = (struct method_reference){ attributes_get(config, STR("default.reference.value")),
				attributes_seconds(config, STR("default.reference.maxAge"), 0) };
	}
	return found;
}

struct method_reference flow_password_reference(const struct realm_rep *realm, struct str alias)
{
	return level_reference(realm, alias, 0);
}

/* The flow that a client binds instead of the realm's, by its id; NULL: there is none of that id. */
static const struct flow_rep *bound_flow(const struct realm_rep *realm, struct str id)
{
	for (size_t i = 0; i < realm->flows_n; i++)
		if (str_eq(realm->flows[i].id, id))
			return &realm->flows[i];
	return NULL;
}

const struct session_limits *client_session_limits(struct arena *arena, const struct realm_rep *realm,
	const struct client *client, struct str kind)
{
	struct str id = attributes_get(&client->flow_overrides, kind);
	const struct flow_rep *flow = id.n ? bound_flow(realm, id) : NULL;
	if (!flow)
		return NULL;
	struct session_limits *limits = arena_alloc(arena, sizeof *limits);
	*limits = flow_session_limits(realm, flow->alias);
	return limits;
}

static struct str override_not_possible(struct arena *arena, const struct realm_rep *realm,
	const struct client *client, struct str kind)
{
	struct str id = attributes_get(&client->flow_overrides, kind);
	if (!id.n)
		return (struct str){ NULL, 0 };
	const struct flow_rep *flow = bound_flow(realm, id);
	return flow ? flow_not_possible(arena, realm, flow->alias)
		    : asks_for(arena, STR("a flow of the application's own"));
}

/* Client attributes by which Keycloak asks for more, and their values that do not. */
static const struct {
	struct str attribute;
	const char *plain[3];
	struct str text;
} attributes_asking[] = {
	{ STR_INIT("dpop.bound.access.tokens"), { "false" }, STR_INIT("DPoP") },
	{ STR_INIT("tls.client.certificate.bound.access.tokens"), { "false" },
		STR_INIT("TLS client certificates") },
	{ STR_INIT("minimum.acr.value"), { "0" }, STR_INIT("a higher level of authentication") },
};

static struct str attribute_not_possible(struct arena *arena, const struct client *client)
{
	for (size_t i = 0; i < ARRAY_LENGTH(attributes_asking); i++) {
		struct str value =
			attributes_get(&client->attributes, attributes_asking[i].attribute);
		bool asks = value.n > 0;
		for (size_t j = 0; asks && j < 3 && attributes_asking[i].plain[j]; j++)
			asks = !str_eq_z(value, attributes_asking[i].plain[j]);
		if (asks)
			return asks_for(arena, attributes_asking[i].text);
	}
	return (struct str){ NULL, 0 };
}

static bool can_authenticate(struct str type)
{
	static const char *const built[] = { "client-secret", "client-jwt", "client-secret-jwt", NULL };
	return !type.n || one_of(type, built);
}

struct str client_not_possible(
	struct arena *arena, const struct realm_rep *realm, const struct client *client)
{
	if (str_eq(client->protocol, STR("saml")))
		return override_not_possible(arena, realm, client, STR("browser"));
	if (!str_eq(client->protocol, STR("openid-connect")))
		return arena_join(arena, STR("This application uses the protocol \""),
			client->protocol, STR("\", which this server does not speak yet."));
	if (client->bearer_only)
		return (struct str){ NULL, 0 };
	if (!client->public_client && !can_authenticate(client->client_authenticator_type))
		return arena_join(arena, STR("This application authenticates by \""),
			client->client_authenticator_type,
			STR("\", which this server cannot check yet."));
	struct str reason = override_not_possible(arena, realm, client, STR("browser"));
	return reason.n ? reason : attribute_not_possible(arena, client);
}

struct str client_direct_grant_not_possible(
	struct arena *arena, const struct realm_rep *realm, const struct client *client)
{
	return override_not_possible(arena, realm, client, STR("direct_grant"));
}

bool mapper_is_built(struct str type)
{
	static const char *const names[] = {
#define M(name, map, documents, switches, rank) name,
#include "model/mappers.def"
#undef M
		NULL
	};
	return one_of(type, names);
}
