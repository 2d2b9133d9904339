/* /admin/realms/{realm}/clients: list and create. */
#include "admin/client_change.h"
#include "admin/handlers.h"
#include "admin/search.h"
#include "admin/serve.h"
#include "model/attribute_query.h"

/* What the query asks for. */
struct wanted {
	struct attribute_query attributes; /* of `q` */
	struct str client_id;
	bool search; /* client_id is a part of the name, in any case */
	struct admin_page page;
	bool view, manage; /* what the caller may */
};

static bool has_attributes(const struct attribute_query *wanted, const struct client *client)
{
	for (size_t i = 0; i < wanted->n; i++)
		if (!str_eq(attributes_get(&client->attributes, wanted->pairs[i].key), wanted->pairs[i].value))
			return false;
	return true;
}

/* `q` goes before a clientId, as in Keycloak. */
static bool matches(const struct wanted *wanted, const struct client *client)
{
	if (wanted->attributes.n)
		return has_attributes(&wanted->attributes, client);
	if (!wanted->client_id.n)
		return true;
	return wanted->search ? search_contains(client->client_id, wanted->client_id) :
				str_eq(client->client_id, wanted->client_id);
}

/* One client by its clientId is no page of a list, as in Keycloak. */
static bool is_paged(const struct wanted *wanted)
{
	return !wanted->client_id.n || wanted->search || wanted->attributes.n;
}

static void write_matching(struct admin_call *call, struct json_writer *w, const struct wanted *wanted,
			   const struct client_rep *clients, size_t n)
{
	size_t matching = 0;
	/* Who may only ask whether there are some sees none, as at Keycloak. */
	for (size_t i = 0; i < n && wanted->view; i++)
		if (matches(wanted, &clients[i].client) && admin_page_has(&wanted->page, matching++))
			client_rep_write(call, w, &clients[i], wanted->manage);
}

/* One client by its clientId costs one row, all of them one walk. */
static enum error_code load(struct admin_call *call, const struct wanted *wanted, struct client_rep **ret_clients,
			    size_t *ret_n, struct why *reterr_why)
{
	struct str realm_id = call->realm->settings.id;
	const struct client *one = NULL;
	int64_t version;
	if (is_paged(wanted))
		return store_list_clients(call->app->store, call->arena, realm_id, ret_clients, ret_n, reterr_why);
	*ret_n = 0;
	one = realm_client_by_client_id(call->realm, wanted->client_id);
	if (!one)
		return OK;
	*ret_clients = arena_alloc(call->arena, sizeof **ret_clients);
	enum error_code code = store_find_client(call->app->store, call->arena, realm_id, one->id, *ret_clients, &version,
						 reterr_why);
	*ret_n = code == OK;
	return code == ERROR_NAME_NOT_FOUND ? OK : code;
}

static void list(struct admin_call *call)
{
	struct wanted wanted = {
		.attributes = attribute_query_read(call->arena, admin_query(call, "q")),
		.client_id = admin_query(call, "clientId"),
		.search = str_eq_z(admin_query(call, "search"), "true"),
		.view = admin_may(call, PERMISSION_VIEW_CLIENTS),
		.manage = admin_may(call, PERMISSION_MANAGE_CLIENTS),
	};
	struct client_rep *clients = NULL;
	struct why why = { "" };
	size_t n = 0;
	if (!admin_query_page(call, -1, &wanted.page))
		return;
	if (!is_paged(&wanted))
		wanted.page = (struct admin_page){ 0, -1 };
	enum error_code code = load(call, &wanted, &clients, &n, &why);
	if (code != OK) {
		admin_fail(call, code, &why);
		return;
	}
	struct json_writer *w = admin_array_begin(call);
	write_matching(call, w, &wanted, clients, n);
	admin_array_end(call, w);
}

ADMIN_HANDLER(admin_clients_list, list)

static void create(struct admin_call *call)
{
	struct client_rep client;
	struct why why = { "" };
	if (!client_rep_read_new(call, call->request->body, &client))
		return;
	struct effects effects = effects_new(call->arena);
	struct str path = client_rep_path(call, &client, "");
	enum error_code code = client_add(call, &client, &effects, &why);
	admin_event_add(call, &effects, "CREATE", "CLIENT", path);
	if (code == OK)
		code = app_apply(call->app, &effects, &why);
	if (code == ERROR_EXISTS && !str_contains(str_from(why.text), STR("client"))) {
		admin_refuse(call, 409, STR("User exists with same username"));
	} else if (code == ERROR_EXISTS && realm_client_by_id(call->realm, client.client.id)) {
		http_respond_error(call->response, 409, STR("conflict"), STR("Duplicate resource error"));
	} else if (code == ERROR_EXISTS) {
		admin_refuse(call, 409, arena_format(call->arena, "Client %.*s already exists",
						     STR_ARG(client.client.client_id)));
	} else if (code != OK) {
		admin_fail(call, code, &why);
	} else {
		snapshots_changed(call->app->snapshots, call->realm->settings.id);
		admin_created_part(call, path);
	}
}

ADMIN_HANDLER(admin_clients_create, create)
