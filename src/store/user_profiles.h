/* A realm's user profile: which attributes users have, as Keycloak keeps it in a component. */
#ifndef STORE_USER_PROFILES_H
#define STORE_USER_PROFILES_H

#include "store/store.h"

#define USER_PROFILE_PROVIDER "org.keycloak.userprofile.UserProfileProvider"

/* The configuration, JSON; empty: the realm has none of its own. *ret_id: the component's; empty. */
MUST_USE enum error_code store_find_user_profile(struct store *store, struct arena *arena, struct str realm_id,
						 struct str *ret_json, struct str *ret_id, struct why *reterr_why);

#endif
