/* The pages of the login and logout flows: one function each, so that every page has the
 * same headers, links and request id. */
#ifndef APP_PAGE_H
#define APP_PAGE_H

#include "app/visit.h"
#include "oidc/authorize.h"
#include "web/pages.h"

/* Content-Security-Policy of a page with a script of ours; further directives may follow. */
#define PAGE_SCRIPT_POLICY                                                                        \
	"default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; base-uri 'none'; " \
	"frame-ancestors 'none'; object-src 'none'"

/* URL path of the files that pages load, under the prefix by which the request came. */
struct str page_resources(const struct http_request *request);
/* Any page of web/ inside the layout; the window's title is Keycloak's "Sign in to REALM". */
void page_show(struct visit *visit, int status, const char *name, const struct template_value *values,
	       size_t n);
/* A page that posts the fields with a value to `action` at once, or by its button where no script
 * runs (OAuth 2.0 Form Post Response Mode). */
void page_form_post(struct visit *visit, struct str action, const struct authorize_parameter *fields, size_t n);
/* "We are sorry...", `back` (a link that was checked; may be empty). */
void page_error(struct visit *visit, int status, struct str text, struct str back);

#endif
