/* See ldap_defaults.h. */
#include "admin/ldap_defaults.h"

#include "crypto/random.h"

bool ldap_is(const struct component_rep *component)
{
	return str_eq_z(component->provider_type, "org.keycloak.storage.UserStorageProvider") &&
	       str_eq_z(component->provider_id, "ldap");
}

bool ldap_complete(struct admin_call *call, struct component_rep *component)
{
	struct str vendor = component_config(component, STR("vendor"));
	if (!ldap_is(component))
		return true;
	if (!component_config(component, STR("editMode")).n) {
		admin_refuse(call, 400, STR("Edit Mode is mandatory"));
		return false;
	}
	if (component_config(component, STR("krbPrincipalAttribute")).n)
		return true;
	/* The list may be the stored one's. */
	struct json_list_pair *all = arena_array(call->arena, component->config_n, sizeof *all);
	for (size_t i = 0; i < component->config_n; i++)
		all[i] = component->config[i];
	component->config = all;
	component_config_set(call->arena, component, STR("krbPrincipalAttribute"),
	    str_eq_z(vendor, "ad") ? STR("userPrincipalName") :
	    str_eq_z(vendor, "rhds") ? STR("krbPrincipalName") : STR("krb5PrincipalName"));
	return true;
}

/* ---- the mappers ---- */

struct making {
	struct admin_call *call;
	const struct component_rep *storage;
	struct component_list list;
};

static struct component_rep *add(struct making *m, const char *name, const char *provider_id)
{
	struct component_rep *mapper = arena_push(m->call->arena, &m->list.items, &m->list.n, sizeof *mapper);
	*mapper = (struct component_rep){ .id = random_uuid(m->call->arena), .name = str_from(name),
		.provider_id = str_from(provider_id), .parent_id = m->storage->id,
		.provider_type = STR("org.keycloak.storage.ldap.mappers.LDAPStorageMapper") };
	mapper->config = arena_array(m->call->arena, 0, sizeof *mapper->config);
	return mapper;
}

enum { READ_ONLY = 1 << 0, ALWAYS_READ = 1 << 1, MANDATORY = 1 << 2 };

static void add_attribute(struct making *m, const char *name, const char *model, struct str attribute, unsigned how)
{
	struct arena *arena = m->call->arena;
	struct component_rep *mapper = add(m, name, "user-attribute-ldap-mapper");
	component_config_set(arena, mapper, STR("ldap.attribute"), attribute);
	component_config_set(arena, mapper, STR("user.model.attribute"), str_from(model));
	component_config_set(arena, mapper, STR("read.only"), how & READ_ONLY ? STR("true") : STR("false"));
	component_config_set(arena, mapper, STR("always.read.value.from.ldap"), how & ALWAYS_READ ? STR("true") : STR("false"));
	component_config_set(arena, mapper, STR("is.mandatory.in.ldap"), how & MANDATORY ? STR("true") : STR("false"));
}

struct component_list ldap_default_mappers(struct admin_call *call, const struct component_rep *storage)
{
	struct making m = { call, storage, { 0 } };
	struct str mode = component_config(storage, STR("editMode"));
	struct str username = component_config(storage, STR("usernameLDAPAttribute"));
	bool directory = str_eq_z(component_config(storage, STR("vendor")), "ad"), by_name = str_eq_nocase(username, STR("cn"));
	unsigned written = str_eq_z(mode, "WRITABLE") ? 0 : READ_ONLY;
	unsigned always = str_eq_z(mode, "UNSYNCED") ? 0 : ALWAYS_READ;
	add_attribute(&m, "username", "username", username, written | MANDATORY);
	add_attribute(&m, "first name", "firstName", by_name ? STR("givenName") : STR("cn"), written | always | MANDATORY);
	add_attribute(&m, "last name", "lastName", STR("sn"), written | always | MANDATORY);
	add_attribute(&m, "email", "email", STR("mail"), written);
	add_attribute(&m, "creation date", "createTimestamp",
		      directory ? STR("whenCreated") : STR("createTimestamp"), READ_ONLY | always);
	add_attribute(&m, "modify date", "modifyTimestamp",
		      directory ? STR("whenChanged") : STR("modifyTimestamp"), READ_ONLY | always);
	if (directory)
		component_config_set(call->arena, add(&m, "MSAD account controls", "msad-user-account-control-mapper"),
				     STR("always.read.enabled.value.from.ldap"), always ? STR("true") : STR("false"));
	add(&m, "Kerberos principal attribute mapper", "kerberos-principal-attribute-mapper");
	return m.list;
}
