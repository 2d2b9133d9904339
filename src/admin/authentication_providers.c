/* What authentication flows are made of; see authentication_providers.h. */
#include "admin/authentication_providers.h"

#include "base/tables.h"

#define R REQUIREMENT_REQUIRED
#define A REQUIREMENT_ALTERNATIVE
#define D REQUIREMENT_DISABLED
#define C REQUIREMENT_CONDITIONAL
static const struct authentication_provider providers[] = {
#define P(kind, id, requirements, configurable, name, description, settings) \
	{ PROVIDER_##kind, STR_INIT(id), STR_INIT(name), STR_INIT(description), requirements, configurable, \
		STR_INIT(settings) },
#include "admin/authentication_providers.def"
#undef P
};
#undef R
#undef A
#undef D
#undef C

static const struct required_action_provider actions[] = {
#define A(id, name, settings) { STR_INIT(id), STR_INIT(name), STR_INIT(settings) },
#include "admin/authentication_actions.def"
#undef A
};

const struct authentication_provider *authentication_provider(size_t index)
{
	return index < ARRAY_LENGTH(providers) ? &providers[index] : NULL;
}

const struct authentication_provider *authentication_provider_find(enum provider_kind kind, struct str id)
{
	for (size_t i = 0; i < ARRAY_LENGTH(providers); i++)
		if (providers[i].kind == kind && str_eq(providers[i].id, id))
			return &providers[i];
	return NULL;
}

enum provider_kind provider_kind_of_flow(struct str type)
{
	if (str_eq_z(type, "client-flow"))
		return PROVIDER_CLIENT;
	return str_eq_z(type, "form-flow") ? PROVIDER_FORM_ACTION : PROVIDER_AUTHENTICATOR;
}

static const struct {
	unsigned requirement;
	const char *name;
} requirements[] = {
	{ REQUIREMENT_REQUIRED, "REQUIRED" },
	{ REQUIREMENT_ALTERNATIVE, "ALTERNATIVE" },
	{ REQUIREMENT_DISABLED, "DISABLED" },
	{ REQUIREMENT_CONDITIONAL, "CONDITIONAL" },
};

const char *requirement_name(unsigned requirement)
{
	for (size_t i = 0; i < ARRAY_LENGTH(requirements); i++)
		if (requirements[i].requirement == requirement)
			return requirements[i].name;
	return "";
}

unsigned requirement_of(struct str name)
{
	for (size_t i = 0; i < ARRAY_LENGTH(requirements); i++)
		if (str_eq_z(name, requirements[i].name))
			return requirements[i].requirement;
	return 0;
}

const struct required_action_provider *required_action_provider(size_t index)
{
	return index < ARRAY_LENGTH(actions) ? &actions[index] : NULL;
}

const struct required_action_provider *required_action_provider_find(struct str id)
{
	for (size_t i = 0; i < ARRAY_LENGTH(actions); i++)
		if (str_eq(actions[i].id, id))
			return &actions[i];
	return NULL;
}
