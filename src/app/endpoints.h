/* Handlers of the endpoints that have no header of their own. Private to app/. */
#ifndef APP_ENDPOINTS_H
#define APP_ENDPOINTS_H

#include "app/app.h"

http_handler token_handle, userinfo_handle, introspect_handle, revoke_handle;
http_handler register_node_handle, unregister_node_handle;
http_handler discovery_handle, certs_handle, realm_info_handle, resource_handle, message_bundle_handle;
http_handler session_iframe_handle, session_iframe_init_handle, cookie_test_handle;

/* Makes a loaded realm's discovery document and key set, whose JWKs are there by then. */
void discovery_prepare(struct realm *realm, struct arena *arena);

/* Hands the request to a worker when the store is not local; true then. For INLINE routes
 * that read. */
bool endpoint_goes_to_worker(struct app *app, struct http_request *request, http_handler *handler);
/* The same, and where it `waits` for something else. */
bool endpoint_waits(struct app *app, struct http_request *request, http_handler *handler, bool waits);

#endif
