/* What ends with a change of a realm, a client or a user; see ending.h. */
#include "admin/ending.h"
#include "model/own_attributes.h"

struct str ending_realm_change(struct admin_call *call, const struct realm_settings *before,
			       const struct realm_settings *after, struct effects *effects)
{
	struct str id = STR("");
	if (before->enabled && !after->enabled)
		return ending_add(call, &(struct mass_order){ .door = DOOR_REALM_DISABLED }, effects);
	if (before->remember_me && !after->remember_me)
		id = ending_add(call, &(struct mass_order){ .door = DOOR_REMEMBER_ME_OFF }, effects);
	if (after->not_before_s > before->not_before_s) {
		const struct mass_order order = { .door = DOOR_NOT_BEFORE_REALM, .not_before_s = after->not_before_s };
		id = ending_add(call, &order, effects);
	}
	return id;
}

struct str ending_client_change(struct admin_call *call, const struct client *before,
				const struct client *after, struct effects *effects)
{
	struct mass_order order = { .client = after };
	if (before->enabled && !after->enabled) {
		order.door = DOOR_CLIENT_DISABLED;
	} else if (after->not_before_s > before->not_before_s) {
		order.door = DOOR_NOT_BEFORE_CLIENT;
		order.not_before_s = after->not_before_s;
	} else {
		return STR("");
	}
	return ending_add(call, &order, effects);
}

static bool gains_action(const struct user *before, const struct user *after)
{
	for (size_t i = 0; i < after->required_actions.n; i++)
		if (!str_list_has(&before->required_actions, after->required_actions.items[i]))
			return true;
	return false;
}

/* The door that this change of a user goes through, when it is one. */
static bool door_of_change(const struct realm *realm, const struct user *before, const struct user *after,
			   bool password, enum door *ret_door)
{
	if (before->enabled && !after->enabled)
		*ret_door = DOOR_USER_DISABLED;
	else if (password && own_attribute_ends(realm, OWN_ON_PASSWORD))
		*ret_door = DOOR_PASSWORD_RESET;
	else if (gains_action(before, after) && own_attribute_ends(realm, OWN_ON_ACTION))
		*ret_door = DOOR_ACTION_REQUIRED;
	else if (after->not_before_s > before->not_before_s)
		*ret_door = DOOR_NOT_BEFORE_USER;
	else
		return false;
	return true;
}

struct str ending_user_change(struct admin_call *call, const struct user *before, const struct user *after,
			      bool password, struct effects *effects)
{
	struct mass_order order = { .user = after };
	if (!door_of_change(call->realm, before, after, password, &order.door))
		return STR("");
	if (order.door == DOOR_NOT_BEFORE_USER)
		order.not_before_s = after->not_before_s;
	return ending_add(call, &order, effects);
}
