/* Sessions in the admin API's form; see session_rep.h. */
#include "admin/session_rep.h"

void session_rep_write(struct json_writer *w, const struct realm *realm, const struct session *session)
{
	json_write_object_begin(w);
	json_member_text(w, "id", session->id);
	json_member_text(w, "username", session->username);
	json_member_text(w, "userId", session->user_id);
	json_member_text(w, "ipAddress", session->ip_address);
	json_member_int(w, "start", session->started_ms / 1000 * 1000);
	json_member_int(w, "lastAccess", session->last_refresh_s * 1000);
	json_member_bool(w, "rememberMe", session->remember_me);
	json_member_object_begin(w, "clients");
	for (size_t i = 0; i < session->clients_n; i++) {
		const struct client *client = realm_client_by_id(realm, session->clients[i].client_id);
		json_write_name(w, session->clients[i].client_id);
		json_write_text(w, client ? client->client_id : STR(""));
	}
	json_write_object_end(w);
	json_member_bool(w, "transientUser", false);
	json_write_object_end(w);
}
