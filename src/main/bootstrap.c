/* The first start; see bootstrap.h. */
#include "main/bootstrap.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "admin/import.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/tables.h"
#include "base/text.h"
#include "crypto/random.h"
#include "http/response.h"
#include "json/write.h"
#include "main/importing.h"
#include "model/credential.h"
#include "store/apply.h"
#include "store/import.h"

enum { PASSWORD_BYTES = 18 };

static const struct role *realm_role(const struct realm *realm, const char *name)
{
	for (size_t i = 0; i < realm->roles_n; i++)
		if (!realm->roles[i].client && str_eq_z(realm->roles[i].name, name))
			return &realm->roles[i];
	return NULL;
}

static enum error_code hashed(struct arena *arena, const struct realm *realm, struct str password,
			      struct credential *ret_credential, struct why *reterr_why)
{
	struct password_cost cost = credential_cost(&realm->settings);
	struct password_hash hash;
	enum error_code code = password_make(arena, password, &cost, &hash, reterr_why);
	if (code != OK)
		return code;
	*ret_credential = (struct credential){ .created_ms = clock_wall_ms() };
	credential_write(arena, &hash, ret_credential);
	return OK;
}

static void add_new_admin(struct arena *arena, const struct realm *master, struct str username,
			  const struct credential *credential, struct effects *effects)
{
	struct user *user = &effects_add(effects, EFFECT_USER_CREATE)->u.user;
	struct str *roles = arena_array(arena, 2, sizeof *roles);
	struct credential *one = arena_alloc(arena, sizeof *one);
	const struct role *admin = realm_role(master, "admin");
	size_t n = 0;
	if (admin)
		roles[n++] = admin->id;
	if (master->default_role)
		roles[n++] = master->default_role->id;
	*one = *credential;
	*user = (struct user){ .id = random_uuid(arena), .realm_id = master->settings.id, .username = username,
		.enabled = true, .created_ms = clock_wall_ms(), .role_ids = { roles, n }, .credentials = one,
		.credentials_n = 1 };
}

/* A new password for a user that is there, who is enabled and unlocked, and becomes an
 * administrator. */
static void add_recovery(const struct realm *master, const struct user *user, const struct credential *credential,
			 bool *ret_role_given, struct effects *effects)
{
	struct effect_credential *change = &effects_add(effects, EFFECT_CREDENTIAL_REPLACE)->u.credential;
	*change = (struct effect_credential){ .realm_id = user->realm_id, .user_id = user->id, .credential = *credential };
	struct user *enabled = &effects_add(effects, EFFECT_USER_UPDATE)->u.user;
	*enabled = *user;
	enabled->enabled = true;
	effects_add(effects, EFFECT_FAILURE_CLEAR)->u.failure =
		(struct login_failure){ .realm_id = user->realm_id, .user_id = user->id };
	const struct role *admin = realm_role(master, "admin");
	if (!admin || str_list_has(&user->role_ids, admin->id))
		return;
	effects_add(effects, EFFECT_USER_ROLE_ADD)->u.user_role = (struct effect_user_role){ user->id, admin->id };
	*ret_role_given = true;
}

/* Makes the user, or gives the one that is there a new password and, if it lacks it, the role. */
static enum error_code put_admin(struct app *app, struct arena *arena, struct str username, struct str password,
				 bool *ret_role_given, struct why *reterr_why)
{
	const struct realm *master;
	enum error_code code = snapshots_get(app->snapshots, STR("master"), &master, reterr_why);
	if (code != OK)
		return code;
	struct credential credential;
	struct effects effects = effects_new(arena);
	struct user *user;
	code = hashed(arena, master, password, &credential, reterr_why);
	if (code == OK)
		code = store_find_user_by_login(app->store, arena, master->settings.id, username, false, USER_ROLES, &user, reterr_why);
	if (code == ERROR_NAME_NOT_FOUND) {
		add_new_admin(arena, master, username, &credential, &effects);
		code = OK;
	} else if (code == OK) {
		add_recovery(master, user, &credential, ret_role_given, &effects);
	}
	if (code == OK)
		code = app_apply(app, &effects, reterr_why);
	snapshots_put(app->snapshots, master);
	return code;
}

/* False: the first start ended between the realm and its administrator. */
static enum error_code has_users(struct app *app, bool *ret_has, struct why *reterr_why)
{
	const struct realm *master;
	int64_t n = 0;
	const struct user_query all = { .max = 1 };
	enum error_code code = snapshots_get(app->snapshots, STR("master"), &master, reterr_why);
	if (code != OK)
		return code;
	code = store_count_users(app->store, master->settings.id, &all, &n, reterr_why);
	*ret_has = n > 0;
	snapshots_put(app->snapshots, master);
	return code;
}

static enum error_code make_master(struct app *app, const struct config *config, struct arena *arena,
				   struct why *reterr_why)
{
	struct store_import_options options = import_options(app);
	struct store_import_summary summary;
	bool done = false;
	enum error_code code = store_create_master(app->store, arena, &options, &summary, reterr_why);
	if (code == ERROR_EXISTS)
		code = has_users(app, &done, reterr_why);
	if (done)
		return code;
	bool random = !config->admin_password.n, role_given;
	struct str password = random ? random_token(arena, PASSWORD_BYTES) : config->admin_password;
	if (code == OK)
		code = put_admin(app, arena, config->admin_username, password, &role_given, reterr_why);
	if (code != OK)
		return code;
	log_write(LOG_INFO, "main", "realm master made, administrator %.*s", STR_ARG(config->admin_username));
	if (random) {
		/* Once, and not in the log. */
		printf("\n  Administrator: %.*s\n  Password:      %.*s\n\n", STR_ARG(config->admin_username), STR_ARG(password));
		fflush(stdout);
	}
	return OK;
}

enum error_code bootstrap(struct app *app, const struct config *config, struct why *reterr_why)
{
	ARENA_SCOPED arena = arena_new(0);
	struct store_import_options options = import_options(app);
	int64_t deleted;
	enum error_code code = store_import_clean(app->store, &options.writer, clock_wall_ms(), &deleted, reterr_why);
	if (code == OK)
		code = make_master(app, config, arena, reterr_why);
	for (size_t i = 0; i < config->imports.n && code == OK; i++)
		code = importing_file(app, config->imports.items[i], reterr_why);
	return code;
}

static void recover(void *context, struct http_request *request, struct http_response *response)
{
	struct app *app = context;
	struct why why = { "" };
	const struct params *form;
	bool role_given = false;
	struct str password = random_token(request->arena, PASSWORD_BYTES), username = STR("admin");
	enum error_code code = http_form(request, &form, &why);
	if (code == OK && params_value(form, "username").n)
		username = params_value(form, "username");
	if (code == OK)
		code = put_admin(app, request->arena, username, password, &role_given, &why);
	if (code != OK) {
		http_respond_error(response, error_http_status(code), str_from(error_oauth(code)), str_from(why.text));
		return;
	}
	struct text text = text_new(request->arena, 0);
	struct json_writer w = json_writer_new(&text, false);
	json_write_object_begin(&w);
	json_member_text(&w, "username", username);
	json_member_text(&w, "password", password);
	json_member_bool(&w, "roleGiven", role_given);
	json_write_object_end(&w);
	http_respond_json(response, 200, text_str(&text));
}

static const struct http_route routes[] = {
	{ HTTP_POST, "/local/recover-admin", recover, HTTP_GATE, 0, 0, NULL, NULL },
};

void bootstrap_add_routes(struct app *app, struct http_router *router)
{
	router_add(router, routes, ARRAY_LENGTH(routes), app);
}
