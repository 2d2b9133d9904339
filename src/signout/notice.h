/* The claims of the notices that tell a client: logout tokens and k_logout orders. Pure:
 * each attempt brings its own id and time. */
#ifndef SIGNOUT_NOTICE_H
#define SIGNOUT_NOTICE_H

#include "model/delivery.h"
#include "base/arena.h"

enum { NOTICE_LOGOUT_TOKEN_LIFE_S = 120, NOTICE_ADMIN_LIFE_S = 30 };

/* Claims of a logout token as compact JSON (OpenID Connect Back-Channel Logout 1.0, section
 * 2.4): iss, aud (a string), iat, exp, jti, sub, sid unless the client asked for none,
 * typ "Logout", events. The JWS header says typ "logout+jwt". */
struct str notice_logout_token(struct arena *arena, const struct delivery *delivery, struct str jti,
			       int64_t now_s);
/* Claims of Keycloak's k_logout order: id, expiration, resource, action LOGOUT, notBefore,
 * adapterSessionIds (absent only when everybody is meant), keycloakSessionIds. */
struct str notice_admin_logout(struct arena *arena, const struct delivery *delivery, struct str id,
			       int64_t now_ms);
/* Claims of the question whether an adapter is there: id, expiration, resource, action
 * TEST_AVAILABILITY. It ends nothing. Of the delivery only client_name counts. */
struct str notice_admin_test(struct arena *arena, const struct delivery *delivery, struct str id,
			     int64_t now_ms);

/* The same for k_push_not_before: tokens from before the delivery's not_before_s are void; of the
 * delivery, client_name matters besides. */
struct str notice_admin_not_before(struct arena *arena, const struct delivery *delivery, struct str id,
				   int64_t now_ms);

#endif
