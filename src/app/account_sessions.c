/* .../account/sessions and .../account/sessions/devices: the user's sessions, and their ends. */
#include "app/account.h"

#include "app/account_end.h"
#include "app/user_agent.h"
#include "model/life.h"

static void write_clients(struct visit *visit, struct json_writer *w, const struct session *session)
{
	json_member_array_begin(w, "clients");
	for (size_t i = 0; i < session->clients_n; i++) {
		const struct client *client = realm_client_by_id(visit->realm, session->clients[i].client_id);
		if (!client)
			continue;
		json_write_object_begin(w);
		account_write_client(visit, w, client, false, false);
		json_write_object_end(w);
	}
	json_write_array_end(w);
}

static void write_session(struct account_call *call, struct json_writer *w, const struct session *session)
{
	struct user_agent agent = user_agent_read(call->visit.arena, session->user_agent);
	json_write_object_begin(w);
	json_member_text(w, "id", session->id);
	json_member_text(w, "ipAddress", session->ip_address);
	json_member_int(w, "started", session->started_ms / 1000);
	json_member_int(w, "lastAccess", session->last_refresh_s);
	json_member_int(w, "expires", life_session_expires_s(call->visit.realm, session));
	write_clients(&call->visit, w, session);
	json_member_text(w, "browser", agent.browser);
	if (str_eq(session->id, call->session_id))
		json_member_bool(w, "current", true);
	json_write_object_end(w);
}

/* ---- by device */

struct device {
	struct user_agent agent;
	const struct session **sessions;
	size_t n;
	int64_t last_access_s;
	bool current;
};

static bool same_device(const struct user_agent *a, const struct user_agent *b)
{
	return str_eq(a->os, b->os) && str_eq(a->os_version, b->os_version) && str_eq(a->device, b->device) &&
	       a->mobile == b->mobile;
}

static struct device *device_of(struct arena *arena, struct device **devices, size_t *n, const struct session *session)
{
	struct user_agent agent = user_agent_read(arena, session->user_agent);
	for (size_t i = 0; i < *n; i++)
		if (same_device(&(*devices)[i].agent, &agent))
			return &(*devices)[i];
	struct device *device = arena_push(arena, devices, n, sizeof **devices);
	*device = (struct device){ .agent = agent };
	return device;
}

static void write_device(struct account_call *call, struct json_writer *w, const struct device *device)
{
	json_write_object_begin(w);
	json_member_text(w, "os", device->agent.os);
	json_member_text(w, "osVersion", device->agent.os_version);
	json_member_text(w, "device", device->agent.device);
	json_member_int(w, "lastAccess", device->last_access_s);
	if (device->current)
		json_member_bool(w, "current", true);
	json_member_array_begin(w, "sessions");
	for (size_t i = 0; i < device->n; i++)
		write_session(call, w, device->sessions[i]);
	json_write_array_end(w);
	json_member_bool(w, "mobile", device->agent.mobile);
	json_write_object_end(w);
}

static void write_devices(struct account_call *call, struct json_writer *w, const struct session *sessions, size_t n)
{
	struct arena *arena = call->visit.arena;
	struct device *devices = NULL;
	size_t devices_n = 0;
	for (size_t i = 0; i < n; i++) {
		struct device *device = device_of(arena, &devices, &devices_n, &sessions[i]);
		*(const struct session **)arena_push(arena, &device->sessions, &device->n, sizeof *device->sessions) =
			&sessions[i];
		if (sessions[i].last_refresh_s > device->last_access_s)
			device->last_access_s = sessions[i].last_refresh_s;
		device->current |= str_eq(sessions[i].id, call->session_id);
	}
	for (size_t i = 0; i < devices_n; i++)
		write_device(call, w, &devices[i]);
}

static void list(struct account_call *call, bool by_device)
{
	struct session *sessions;
	size_t n;
	struct why why = { "" };
	enum error_code code = account_sessions_of(&call->visit, call->user, false, &sessions, &n, &why);
	if (code != OK) {
		account_fail(call, code, &why);
		return;
	}
	struct text text = text_new(call->visit.arena, 0);
	struct json_writer w = json_writer_new(&text, false);
	json_write_array_begin(&w);
	if (by_device)
		write_devices(call, &w, sessions, n);
	for (size_t i = 0; !by_device && i < n; i++)
		write_session(call, &w, &sessions[i]);
	json_write_array_end(&w);
	account_json(call, text_str(&text));
}

static void list_sessions(struct account_call *call)
{
	list(call, false);
}

ACCOUNT_HANDLER(account_sessions_list, list_sessions)

static void list_devices(struct account_call *call)
{
	list(call, true);
}

ACCOUNT_HANDLER(account_devices_list, list_devices)

static void answer(struct account_call *call, enum error_code code, const struct why *why)
{
	if (code == OK)
		http_respond_empty(call->visit.response, 204);
	else
		account_fail(call, code, why);
}

/* DELETE: all sessions but the caller's own, which goes too with ?current=true. */
static void end_sessions(struct account_call *call)
{
	const struct params *params;
	struct why why = { "" };
	struct account_ended ended = { 0 };
	const struct account_actor actor = { .caller = call->caller, .user = call->user };
	enum error_code code = http_query(call->visit.request, &params, &why);
	bool all = code == OK && str_eq_z(params_value(params, "current"), "true");
	if (code == OK)
		code = account_end_sessions(&call->visit, &actor, all ? STR("") : call->session_id,
					    all ? DOOR_ACCOUNT_ALL : DOOR_ACCOUNT_OTHERS, &ended, &why);
	answer(call, code, &why);
}

ACCOUNT_HANDLER(account_sessions_end, end_sessions)

/* DELETE of one: 204 also when it is another's or nobody's, of which nothing is told. */
static void end_session(struct account_call *call)
{
	struct why why = { "" };
	struct account_ended ended = { 0 };
	const struct account_actor actor = { .caller = call->caller, .user = call->user };
	enum error_code code = account_end_session(&call->visit, &actor, http_route_value(call->visit.request, "session"),
						   &ended, &why);
	answer(call, code, &why);
}

ACCOUNT_HANDLER(account_session_end, end_session)
