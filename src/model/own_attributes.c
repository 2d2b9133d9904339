/* Attributes of our own; see own_attributes.h. */
#include "model/own_attributes.h"

static const struct str names[] = {
#define A(id, name, holder, values, otherwise, text) [OWN_##id] = STR_INIT(name),
#include "model/own_attributes.def"
#undef A
};

struct str own_attribute_name(enum own_attribute attribute)
{
	return names[attribute];
}

struct str own_attribute_of_realm(const struct realm *realm, enum own_attribute attribute)
{
	return attributes_get(&realm->settings.attributes, names[attribute]);
}

/* 1: tell, 0: silent, -1: it does not say. */
static int idle_rule(const struct attributes *attributes)
{
	struct str rule = attributes_get(attributes, names[OWN_ON_IDLE]);
	return str_eq_z(rule, "tell") ? 1 : str_eq_z(rule, "silent") ? 0 : -1;
}

bool own_attribute_tells_idle(const struct realm *realm, const struct client *client)
{
	int own = client ? idle_rule(&client->attributes) : -1;
	int rule = own >= 0 ? own : idle_rule(&realm->settings.attributes);
	return rule >= 0 ? rule > 0 : !realm->settings.keycloak_version.n;
}

bool own_attribute_ends(const struct realm *realm, enum own_attribute attribute)
{
	return !str_eq_z(own_attribute_of_realm(realm, attribute), "keep");
}
