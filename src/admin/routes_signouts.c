/* Routes of the admin API: sign-outs: receipts, orders, what would be told. */
#include "admin/handlers.h"
#include "admin/permission.h"
#include "admin/routes.h"
#include "base/limits.h"
#include "base/tables.h"

#define R "/admin/realms/{realm}"

static const struct http_route routes[] = {
	{ HTTP_GET, R "/signouts", admin_signouts_list, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_EVENTS, NULL, NULL },
	{ HTTP_GET, R "/signouts/{signout}", admin_signout_get, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_EVENTS, NULL, NULL },
	{ HTTP_POST, R "/signouts/{signout}/retry", admin_signout_retry, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_MANAGE_EVENTS, NULL, NULL },
	{ HTTP_POST, R "/signouts/{signout}/cancel", admin_signout_cancel, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_MANAGE_EVENTS, NULL, NULL },
	{ HTTP_POST, R "/signouts/{signout}/deliveries/{delivery}/retry", admin_signout_retry, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_MANAGE_EVENTS, NULL, NULL },
	{ HTTP_POST, R "/signouts/{signout}/deliveries/{delivery}/cancel", admin_signout_cancel, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_MANAGE_EVENTS, NULL, NULL },
	{ HTTP_GET, "/", admin_console_root, HTTP_INLINE, 0, PERMISSION_NONE, NULL, NULL },
	{ HTTP_GET, "/admin", admin_console_home, HTTP_INLINE, 0, PERMISSION_NONE, NULL, NULL },
	{ HTTP_GET, "/admin/{realm}/console", admin_console, HTTP_INLINE, 0, PERMISSION_NONE, NULL, NULL },
	{ HTTP_GET, "/admin/{realm}/signouts", operator_page, HTTP_WORKER, 0, PERMISSION_NONE, NULL, NULL },
	{ HTTP_POST, "/admin/{realm}/signouts", operator_page_order, HTTP_WORKER | HTTP_CSRF, 0, PERMISSION_NONE, NULL, NULL },
	{ HTTP_GET, "/admin/{home}/console/signouts/{realm}", operator_page_back, HTTP_WORKER, 0, PERMISSION_NONE, NULL, NULL },
	{ HTTP_GET, R "/signout-coverage", admin_signout_coverage, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_CLIENTS, NULL, NULL },
	{ HTTP_POST, R "/doctor", admin_doctor, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_MANAGE_CLIENTS, NULL, NULL },
	{ HTTP_POST, R "/clients/{client}/test-logout", admin_client_test_logout, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_MANAGE_CLIENTS, NULL, NULL },
};

void admin_add_signouts_routes(struct admin *admin, struct http_router *router)
{
	router_add(router, routes, ARRAY_LENGTH(routes), admin);
}
