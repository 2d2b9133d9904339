/* The logout endpoint's doors. Private to app/. */
#ifndef APP_LOGOUT_H
#define APP_LOGOUT_H

#include "app/logout_page.h"

/* GET and POST .../protocol/openid-connect/logout, the confirmation's POST, and the news of
 * the page afterwards. */
http_handler logout_handle;
http_handler logout_confirm_handle;
http_handler logout_news_handle;

/* After the end, or when there was nothing to end: to where the application asked, or the page. */
void logout_finish(struct visit *visit, const struct logout_page *page);

/* A POST with a refresh token or with client credentials: answered with 204 or JSON. */
void logout_by_token(struct visit *visit);
/* Whether a POST is one of those: refresh_token is there, even empty, or the client
 * authenticates (a bare client_id does not). */
bool logout_is_by_token(const struct http_request *request, const struct params *form);

#endif
