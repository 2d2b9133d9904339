/* GET .../account: the user's profile, and the small lists beside it. */
#include "app/account.h"

#include "base/text.h"
#include "http/response.h"
#include "model/group_path.h"

/* What Keycloak's default user profile says of its fields, as recorded. */
#define MULTIVALUED "\"multivalued\":{\"max\":\"1\"}"
#define LENGTH_TO_255 "\"length\":{\"max\":255,\"ignore.empty.value\":true"
#define IGNORES_EMPTY "{\"ignore.empty.value\":true}"
#define NAME_FIELD(name)                                                                                \
	"{\"name\":\"" name "\",\"displayName\":\"${" name "}\",\"required\":true,\"readOnly\":false,"  \
	"\"validators\":{\"person-name-prohibited-characters\":" IGNORES_EMPTY "," MULTIVALUED ","      \
	LENGTH_TO_255 "}},\"multivalued\":false}"

static const char username_begin[] =
	"{\"attributes\":[{\"name\":\"username\",\"displayName\":\"${username}\",\"required\":true,\"readOnly\":";
static const char rest[] =
	",\"validators\":{\"username-prohibited-characters\":" IGNORES_EMPTY "," MULTIVALUED "," LENGTH_TO_255
	",\"min\":3},\"up-username-not-idn-homograph\":" IGNORES_EMPTY "},\"multivalued\":false},"
	"{\"name\":\"email\",\"displayName\":\"${email}\",\"required\":true,\"readOnly\":false,\"annotations\":{},"
	"\"validators\":{" MULTIVALUED "," LENGTH_TO_255 "},\"email\":" IGNORES_EMPTY "},\"multivalued\":false},"
	NAME_FIELD("firstName") "," NAME_FIELD("lastName") "],"
	"\"groups\":[{\"name\":\"user-metadata\",\"displayHeader\":\"User metadata\","
	"\"displayDescription\":\"Attributes, which refer to user metadata\"}]}";

static void write_profile(struct account_call *call, struct json_writer *w, bool metadata)
{
	const struct user *user = call->user;
	bool fixed_name = !call->visit.realm->settings.edit_username_allowed;
	json_write_object_begin(w);
	json_member_text(w, "id", user->id);
	json_member_text(w, "username", user->username);
	if (user->first_name.n)
		json_member_text(w, "firstName", user->first_name);
	if (user->last_name.n)
		json_member_text(w, "lastName", user->last_name);
	if (user->email.n)
		json_member_text(w, "email", user->email);
	json_member_bool(w, "emailVerified", user->email_verified);
	if (metadata)
		json_member_raw(w, "userProfileMetadata", arena_join(call->visit.arena, str_from(username_begin),
			fixed_name ? STR("true") : STR("false"), str_from(rest)));
	json_write_object_end(w);
}

static void get_profile(struct account_call *call)
{
	struct text text = text_new(call->visit.arena, 0);
	struct json_writer w = json_writer_new(&text, false);
	struct str metadata = account_query(call, "userProfileMetadata");
	write_profile(call, &w, !metadata.n || str_eq_nocase(metadata, STR("true")));
	account_json(call, text_str(&text));
}

ACCOUNT_HANDLER(account_profile_get, get_profile)

static void get_groups(struct account_call *call)
{
	struct text text = text_new(call->visit.arena, 0);
	struct json_writer w = json_writer_new(&text, false);
	json_write_array_begin(&w);
	for (size_t i = 0; i < call->user->group_ids.n; i++) {
		const struct group *group = realm_group_by_id(call->visit.realm, call->user->group_ids.items[i]);
		if (!group)
			continue;
		json_write_object_begin(&w);
		json_member_text(&w, "id", group->id);
		json_member_text(&w, "name", group->name);
		json_member_text(&w, "path", group_path(call->visit.arena, group));
		json_write_object_end(&w);
	}
	json_write_array_end(&w);
	account_json(call, text_str(&text));
}

ACCOUNT_HANDLER(account_groups_get, get_groups)

/* Accounts at other servers: there is no brokering, so there are none. */
static void get_links(struct account_call *call)
{
	account_json(call, STR("[]"));
}

ACCOUNT_HANDLER(account_links_get, get_links)

/* What users share with each other: that is authorization services'. */
static void refuse_resources(struct account_call *call)
{
	account_error(call, 403, STR("User-managed access not enabled"));
}

ACCOUNT_HANDLER(account_resources, refuse_resources)

/* Nobody's secret: no token is asked for. */
void account_locales_get(void *context, struct http_request *request, struct http_response *response)
{
	struct visit visit;
	if (!visit_open(&visit, context, request, response))
		return;
	const struct str_list *locales = &visit.realm->settings.supported_locales;
	struct text text = text_new(visit.arena, 0);
	struct json_writer w = json_writer_new(&text, false);
	json_write_texts(&w, locales->items, visit.realm->settings.internationalization_enabled ? locales->n : 0);
	http_respond_bytes(response, 200, "application/json;charset=UTF-8", text_str(&text));
	http_no_cache(response);
	visit_close(&visit);
}
