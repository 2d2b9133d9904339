/* Request objects: what an application asks for as a JWT (RFC 9101, OpenID Connect Core section 6),
 * under the rules of RFC 8725. Pure: keys are the caller's.
 *
 * request_object_read says by what it wants to be checked; nothing in it counts yet. The caller checks the
 * signature by the client's keys, or its secret, and one of `allowed`. request_object_merge then
 * judges its claims and puts them over what came beside it. */
#ifndef OIDC_REQUEST_OBJECT_H
#define OIDC_REQUEST_OBJECT_H

#include "oidc/authorize.h"
#include "oidc/client_jwt.h"

struct json_node;  /* json/tree.h */
struct jwe_header; /* jose/jwe.h */
struct jws_parsed; /* jose/jws.h */

/* Lives in an arena. */
struct request_object {
	const struct jws_parsed *token; /* NULL: it has no signature, and the client's row wants none */
	bool by_secret;                 /* signed by the client's secret */
	unsigned allowed;               /* JWS_ALLOW: by the client's row */
	struct str payload;             /* not verified */
};

/* True when the client's row says that its objects have no signature. */
bool request_object_is_unsigned(const struct client *client);
/* The realm's key that an encrypted one can be read with: the one that it names, or the first that fits.
 * The row has the algorithms, one each or none or `any`; RSA1_5 is for those alone whose row names it, or
 * the key. INVALID_REQUEST_OBJECT with a reason in Keycloak's words. */
MUST_USE enum error_code request_object_key(const struct realm *realm, const struct client *client,
	const struct jwe_header *header, const struct sign_key **ret_key, struct why *reterr_why);
/* `encrypted`: the text was in an encrypted token, where it may be claims alone if the row wants no
 * signature. INVALID_REQUEST_OBJECT with a reason in Keycloak's words: not to be read, another algorithm
 * than the row's, another kind of token. */
MUST_USE enum error_code request_object_read(struct arena *arena, const struct client *client, struct str text,
	bool encrypted, struct request_object *ret_object, struct why *reterr_why);

/* One that has to be signed, by one of `allowed` (JWS_ALLOW). Errors as above. */
MUST_USE enum error_code request_object_read_signed(struct arena *arena, unsigned allowed, struct str text,
	struct request_object *ret_object, struct why *reterr_why);

/* What it says, as an object; to the issuer with one of `ends` behind it (client_jwt_is_for_us). Errors as
 * request_object_merge. */
MUST_USE enum error_code request_object_claims(struct arena *arena, const struct client *client,
	const struct request_object *object, const struct client_jwt_facts *facts, const struct str *ends,
	size_t ends_n, struct json_node **ret_claims, struct why *reterr_why);
/* Its claims by the names of a shape of texts alone, as parameters would have them. */
MUST_USE enum error_code request_object_take(struct arena *arena, const struct json_node *claims,
	const struct json_shape *shape, void *ret_texts, struct why *reterr_why);

/* What is in the object wins; what is not stays as it came. `request` has what came beside it, and
 * becomes what is asked for. INVALID_REQUEST_OBJECT with a reason: issued by or for others, out of its time,
 * of another client, of wrong JSON types, or with a reference to another. */
MUST_USE enum error_code request_object_merge(struct arena *arena, const struct client *client,
	const struct request_object *object, const struct client_jwt_facts *facts,
	struct authorize_request *request, struct why *reterr_why);

#endif
