/* What applications ask of the authorization endpoint, read from parameters, and the same as it is
 * kept with us until the browser comes (RFC 9126). */
#ifndef APP_AUTHORIZE_REQUEST_H
#define APP_AUTHORIZE_REQUEST_H

#include "app/visit.h"
#include "oidc/authorize.h"

/* The parameters of a query or form. */
struct authorize_request authorize_request_of(const struct visit *visit, const struct params *params);
/* As JSON, with how its object came, and without `request` and `request_uri`. */
struct str authorize_request_text(struct arena *arena, const struct authorize_request *request);
/* What authorize_request_text wrote. */
MUST_USE enum error_code authorize_request_read(const struct visit *visit, struct str json,
	struct authorize_request *ret_request, struct why *reterr_why);

#endif
