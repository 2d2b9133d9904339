/* /admin/realms/{realm}/clients/{client}: get, put, patch, delete. */
#include "admin/client_change.h"
#include "admin/ending.h"
#include "admin/etag.h"
#include "admin/handlers.h"
#include "admin/serve.h"
#include "base/clock.h"

static void client_get(struct admin_call *call)
{
	struct client_rep client;
	int64_t version;
	if (client_rep_find(call, &client, &version) && etag_fits(call, client_rep_stored(call, &client))) {
		struct json_writer *w = admin_json_begin(call);
		client_rep_write(call, w, &client, admin_may(call, PERMISSION_MANAGE_CLIENTS));
		admin_json_end(call, w);
		etag_answer(call, client_rep_stored(call, &client));
	}
}

ADMIN_HANDLER(admin_client_get, client_get)

/* ---- put and patch ---- */

static bool put(struct admin_call *call, void *context, struct client_rep *client, struct effects *effects)
{
	const struct client before = client->client;
	struct str *ret_signout = context;
	struct why why = { "" };
	bool patch = call->request->method == HTTP_PATCH;
	if (!(patch ? client_rep_read_patch(call, call->request->body, client) :
		      client_rep_read_change(call, call->request->body, client)))
		return false;
	enum error_code code = client_change_effects(call, &before, client, effects, ret_signout, &why);
	if (code != OK) {
		admin_fail(call, code, &why);
		return false;
	}
	admin_event_add(call, effects, "UPDATE", "CLIENT", client_rep_path(call, client, ""));
	return true;
}

static void client_put(struct admin_call *call)
{
	struct str signout_id = STR("");
	if (client_change(call, put, &signout_id)) {
		admin_no_content(call);
		ending_committed(call, signout_id);
	}
}

ADMIN_HANDLER(admin_client_put, client_put)

/* ---- delete ---- */

static void serve_client_delete(struct admin_call *call)
{
	struct client_rep client;
	struct why why = { "" };
	struct str signout_id = STR("");
	int64_t version;
	enum error_code code = ERROR_STALE;
	bool found = true;
	for (int round = 0; round < LIMIT_DECIDE_ROUNDS && code == ERROR_STALE && found; round++) {
		call->visit.now_ms = clock_wall_ms();
		found = client_rep_find(call, &client, &version) && etag_fits(call, client_rep_stored(call, &client));
		if (found)
			code = client_delete(call, &client, version, &signout_id, &why);
	}
	if (found && code == OK) {
		admin_no_content(call);
		ending_committed(call, signout_id);
	} else if (found) {
		admin_fail(call, code, &why);
	}
}

ADMIN_HANDLER(admin_client_delete, serve_client_delete)
