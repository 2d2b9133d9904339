/* The realm's user profile in use: which attributes a user may have, and what they may be, as
 * Keycloak's declarative profile says. Names, lengths, letters, e-mail, options and who may see and
 * edit are obeyed; other validators are kept and not run. Private to admin/. */
#ifndef ADMIN_USER_PROFILE_H
#define ADMIN_USER_PROFILE_H

#include "admin/call.h"

/* What Keycloak gives a realm that has said nothing. */
extern const char user_profile_default[];

struct profile_attribute {
	struct str name;
	int64_t min, max;   /* characters; max < 0: any */
	bool has_length, is_email, is_username, is_person_name;
	bool required;      /* of administrators */
	bool edit, view;    /* by administrators */
	struct str_list options; /* n = 0: any */
	struct json_node *node;
};
struct user_profile {
	struct json_node *tree;
	struct profile_attribute *attributes;
	size_t n;
	bool unmanaged_view, unmanaged_edit; /* attributes that it does not name, by administrators */
};

/* The realm's, or the default, with the language where the realm has several. False: answered. */
bool user_profile_load(struct admin_call *call, struct user_profile *ret_profile);
/* Whether it has the form that Keycloak reads; errors as json_read's. */
MUST_USE enum error_code user_profile_check_shape(struct arena *arena, struct str json, struct why *reterr_why);
/* Reads a configuration: `why` has Keycloak's words for what is wrong with it. */
MUST_USE enum error_code user_profile_read(struct arena *arena, struct str json, struct user_profile *ret_profile,
					   struct why *reterr_why);

/* What it may not say of its attributes: validators that are not there or lack a setting, roles and scopes that
 * nobody has. "[one, another]"; empty: nothing. */
struct str user_profile_findings(struct admin_call *call, const struct user_profile *profile);

/* Reads one that somebody sends: username and e-mail stay. False: answered. */
bool user_profile_accept(struct admin_call *call, struct str json, struct user_profile *profile);

/* Whether administrators see the attribute. */
bool user_profile_shows(const struct user_profile *profile, struct str name);
/* Whether it is one of no profile. */
bool user_profile_manages(const struct user_profile *profile, struct str name);
/* The attributes of `user` become those that an administrator may set, beside those of `before`
 * (NULL: a new user) that he may not. */
void user_profile_filter(struct arena *arena, const struct user_profile *profile, const struct user *before,
			 struct user *user);
/* What differs from `before` (NULL: a new user) is valid. False: answered, as Keycloak does. */
bool user_profile_check(struct admin_call *call, const struct user_profile *profile, const struct user *before,
			const struct user *user);
/* The members `attributes` and `groups` of UserProfileMetadata. `user` NULL: of one to be made. */
void user_profile_write_metadata(struct admin_call *call, struct json_writer *w, const struct user_profile *profile,
				 const struct user *user);

#endif
