/* Where somebody with a browser and no more than the server's address arrives: "/" leads to /admin/, that to
 * the console of master, and a realm's console to what there is to see of it, its sign-outs. They are links
 * alone: nothing is looked up, so they tell nobody which realms there are. */
#include "admin/handlers.h"
#include "base/text.h"
#include "base/url.h"
#include "http/response.h"

/* {/auth}/admin/{realm}{behind}; no realm: {/auth}/admin/. */
static void lead_to(const struct http_request *request, struct http_response *response, struct str realm,
		    const char *behind)
{
	struct why why = { "" };
	struct text path = text_new(request->arena, 0);
	text_add_z(&path, request->under_auth ? "/auth/admin/" : "/admin/");
	text_add_percent(&path, realm);
	text_add_z(&path, behind);
	if (http_respond_redirect(response, 302, text_str(&path), &why) != OK)
		http_respond_error_code(response, ERROR_INTERNAL);
}

void admin_console_root(void *context, struct http_request *request, struct http_response *response)
{
	(void)context;
	lead_to(request, response, STR(""), "");
}

void admin_console_home(void *context, struct http_request *request, struct http_response *response)
{
	(void)context;
	lead_to(request, response, STR("master"), "/console/");
}

void admin_console(void *context, struct http_request *request, struct http_response *response)
{
	(void)context;
	lead_to(request, response, http_route_value(request, "realm"), "/signouts");
}
