/* Organizations, user storage and LDAP: answered as Keycloak does where a realm has none of them, in
 * words otherwise. */
#include "admin/handlers_identity_providers.h"
#include "admin/realm_row.h"
#include "admin/serve.h"
#include "store/components.h"

static void not_built(struct admin_call *call, const char *text)
{
	http_respond_error(call->response, 501, str_from(error_oauth(ERROR_NOT_BUILT)), str_from(text));
}

static void organizations(struct admin_call *call)
{
	struct realm_rep rep;
	int64_t version;
	if (!realm_row_find(call, &rep, &version))
		return;
	if (str_contains(rep.kept, STR("\"organizationsEnabled\":true")))
		not_built(call, "Organizations are not built; users, groups and roles of the realm are");
	else
		admin_refuse(call, 404, STR("Organizations not enabled for this realm."));
}

ADMIN_HANDLER(admin_organizations, organizations)

/* The route's {component}, kept and never asked; NULL: answered. */
static const struct component_rep *find_storage(struct admin_call *call)
{
	struct component_rep *components = NULL;
	size_t n = 0;
	struct why why = { "" };
	struct str id = http_route_value(call->request, "component");
	enum error_code code = store_list_components(call->app->store, call->arena, call->realm->settings.id, &components, &n,
						     &why);
	for (size_t i = 0; code == OK && i < n; i++)
		if (str_eq(components[i].id, id) &&
		    str_eq_z(components[i].provider_type, "org.keycloak.storage.UserStorageProvider"))
			return &components[i];
	if (code != OK)
		admin_fail(call, code, &why);
	else
		admin_not_found(call, "Could not find component");
	return NULL;
}

static void user_storage(struct admin_call *call)
{
	const struct component_rep *storage = find_storage(call);
	struct json_writer *w = admin_json_begin(call);
	if (!storage)
		return;
	json_write_object_begin(w);
	json_member_text(w, "id", storage->id);
	json_member_text(w, "name", storage->name);
	json_write_object_end(w);
	admin_json_end(call, w);
}

static void user_storage_sync(struct admin_call *call)
{
	struct str action = admin_query(call, "action");
	if (!find_storage(call))
		return;
	if (!action.n)
		http_respond_error(call->response, 400, STR("Missing action"), STR(""));
	else if (!str_eq_z(action, "triggerFullSync") && !str_eq_z(action, "triggerChangedUsersSync"))
		http_respond_error(call->response, 400, arena_join(call->arena, STR("Unknown action: "), action, STR("")),
				   STR(""));
	else
		not_built(call, "User federation is not built: nobody was imported");
}

/* Nobody comes from there, so that nobody has to go. */
static void user_storage_forget(struct admin_call *call)
{
	if (find_storage(call))
		admin_no_content(call);
}

static void user_storage_mapper(struct admin_call *call)
{
	admin_not_found(call, "Parent model not found");
}

ADMIN_HANDLER(admin_user_storage_name, user_storage)
ADMIN_HANDLER(admin_user_storage_sync, user_storage_sync)
ADMIN_HANDLER(admin_user_storage_forget, user_storage_forget)
ADMIN_HANDLER(admin_user_storage_mapper, user_storage_mapper)

static void ldap_test(struct admin_call *call)
{
	admin_refuse(call, 400, STR("LDAP is not built: no connection was tried"));
}

/* None that could be made use of; Keycloak says so too of a server that does not answer. */
static void ldap_capabilities(struct admin_call *call)
{
	admin_json(call, STR("[]"));
}

ADMIN_HANDLER(admin_ldap_test, ldap_test)
ADMIN_HANDLER(admin_ldap_capabilities, ldap_capabilities)
