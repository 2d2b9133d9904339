/* Request objects (oidc/request_object.h) with the realm's keys and the client's: decrypted, checked, and
 * put in their place. */
#ifndef APP_REQUEST_OBJECT_H
#define APP_REQUEST_OBJECT_H

#include "app/visit.h"
#include "oidc/request_object.h"

/* Replaces request->request, or request->request_uri, by what the object says, whose text this is; may
 * wait for a server of the client's. INVALID_REQUEST_OBJECT with a reason for the event; BUSY. */
MUST_USE enum error_code request_object_open(struct visit *visit, const struct client *client, struct str text,
	struct authorize_request *request, struct why *reterr_why);

/* The signature of one that was read: by the client's keys, or its secret. Errors as above. */
MUST_USE enum error_code request_object_verify(struct visit *visit, const struct client *client,
	const struct request_object *object, struct why *reterr_why);

#endif
