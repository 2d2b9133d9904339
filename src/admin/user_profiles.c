/* /admin/realms/{realm}/users/profile: the user profile as it is configured. */
#include "admin/handlers_users.h"
#include "admin/realm_change.h"
#include "admin/serve.h"
#include "admin/user_rep.h"
#include "crypto/random.h"
#include "json/tree.h"
#include "model/user_change.h"
#include "store/user_profiles.h"

static void answer_profile(struct admin_call *call)
{
	struct str json, id;
	struct why why = { "" };
	enum error_code code = store_find_user_profile(call->app->store, call->arena, call->realm->settings.id, &json, &id,
						       &why);
	if (code != OK)
		admin_fail(call, code, &why);
	else
		admin_json(call, json.n ? json : str_from(user_profile_default));
}

ADMIN_HANDLER(admin_users_profile_get, answer_profile)

static void users_profile_metadata(struct admin_call *call)
{
	struct user_profile profile;
	if (user_profile_load(call, &profile)) {
		struct json_writer *w = admin_json_begin(call);
		user_profile_write_metadata(call, w, &profile, NULL);
		admin_json_end(call, w);
	}
}

ADMIN_HANDLER(admin_users_profile_metadata, users_profile_metadata)

/* ---- PUT ---- */

static bool decide(struct admin_call *call, void *context, struct effects *effects)
{
	const struct user_change *change = context;
	effects_add(effects, EFFECT_USER_CHANGE)->u.user_part = change;
	admin_event_add(call, effects, "UPDATE", "USER_PROFILE", STR("users/profile"));
	return true;
}

/* The component that holds the configuration. */
static struct str component_of(struct admin_call *call, struct str id, struct str config)
{
	struct json_list_pair pair = { STR("kc.user.profile.config"), &config, 1 };
	const struct component_rep component = { .id = id, .provider_id = STR("declarative-user-profile"),
		.config = &pair, .config_n = 1 };
	return json_text_of(call->arena, &component_shape, &component);
}

/* With what Keycloak adds: groups, and whether an attribute has many values. */
static struct str completed(struct arena *arena, const struct user_profile *profile)
{
	for (size_t i = 0; i < profile->n; i++)
		if (!json_node_find(profile->attributes[i].node, STR("multivalued")))
			json_node_put(profile->attributes[i].node, STR("multivalued"), json_node_bool(arena, false));
	if (!json_node_find(profile->tree, STR("groups")))
		json_node_put(profile->tree, STR("groups"), json_node_list(arena));
	return json_tree_text(arena, profile->tree);
}

static void put(struct admin_call *call)
{
	struct user_profile profile;
	struct str json, id;
	struct why why = { "" };
	enum error_code code = store_find_user_profile(call->app->store, call->arena, call->realm->settings.id, &json, &id,
						       &why);
	if (code != OK) {
		admin_fail(call, code, &why);
		return;
	}
	if (!id.n)
		id = random_uuid(call->arena);
	struct user_change change = { .kind = USER_PROFILE_PUT, .realm_id = call->realm->settings.id };
	/* Without a body: back to the default. */
	if (call->request->body.n) {
		if (!user_profile_accept(call, call->request->body, &profile))
			return;
		change.ids = (struct str_list){ &id, 1 };
		change.label = component_of(call, id, completed(call->arena, &profile));
	}
	const struct realm_change realm = { .decide = decide, .context = &change };
	if (realm_change(call, &realm))
		answer_profile(call);
}

ADMIN_HANDLER(admin_users_profile_put, put)

/* ---- beside it ---- */

static void user_unmanaged_attributes(struct admin_call *call)
{
	struct user *user;
	struct user_profile profile;
	if (user_rep_find(call, USER_ROW, &user) && user_profile_load(call, &profile)) {
		struct json_writer *w = admin_json_begin(call);
		json_write_object_begin(w);
		for (size_t i = 0; i < user->attributes_n; i++) {
			if (user_profile_manages(&profile, user->attributes[i].key) || !profile.unmanaged_view)
				continue;
			json_write_name(w, user->attributes[i].key);
			json_write_texts(w, user->attributes[i].values, user->attributes[i].n);
		}
		json_write_object_end(w);
		admin_json_end(call, w);
	}
}

ADMIN_HANDLER(admin_user_unmanaged_attributes, user_unmanaged_attributes)
