/* Users in the admin API's form, in and out. Private to admin/. */
#ifndef ADMIN_USER_REP_H
#define ADMIN_USER_REP_H

#include "admin/user_profile.h"

/* The user that the route's {user} names, with `parts` (store.h); false: answered. */
bool user_rep_find(struct admin_call *call, unsigned parts, struct user **ret_user);

enum user_form {
	USER_FORM_FULL,   /* GET of one user: what the caller may do with it, all words */
	USER_FORM_LISTED, /* the same in a list */
	USER_FORM_BRIEF,
	/* Members of a group and holders of a role: without what the caller may do with each, and with all
	 * attributes. */
	USER_FORM_MEMBER,
	USER_FORM_MEMBER_BRIEF,
};
struct user_writer {
	const struct user_profile *profile; /* that attributes are shown by; NULL for members */
	enum user_form form;
	bool metadata; /* userProfileMetadata too */
};
/* Whether there is a required action of that alias. */
bool user_rep_action_known(struct str alias);
/* Appends one user, with its OTP state where it was loaded. */
void user_rep_write(struct admin_call *call, struct json_writer *w, const struct user *user,
		    const struct user_writer *writer);
/* Reads the body onto *rep (the present state for an update, with `before`, or a default). What the
 * realm's profile does not let an administrator set stays as it is. False: answered. */
bool user_rep_read(struct admin_call *call, const struct user *before, struct user_rep *rep);
/* Keycloak's answers for a username or e-mail that is taken, by the store's reason. */
void user_rep_conflict(struct admin_call *call, const struct why *why);
/* A credential of a plain or given password of that user; *ret_credential of type "" when it is
 * none. Slow. INVALID_PASSWORD: the realm's policy is not met, `why` says which. */
MUST_USE enum error_code user_rep_credential(struct admin_call *call, const struct user *user,
					     const struct credential_rep *rep, struct credential *ret_credential,
					     struct why *reterr_why);
/* Answers what user_rep_credential refused, as Keycloak does. */
void user_rep_refuse_credential(struct admin_call *call, enum error_code code, const struct why *why);

#endif
