/* The account API: what a signed-in user sees and does about the own account, for applications
 * with an access token whose audience is the realm's client `account`. Private to app/. */
#ifndef APP_ACCOUNT_H
#define APP_ACCOUNT_H

#include "app/bearer.h"
#include "json/write.h"
#include "login/consent.h"
#include "model/roles.h"

/* What a route asks for: one of the roles of client `account` that the table in account.c names. */
enum account_permission {
	ACCOUNT_VIEW_PROFILE,
	ACCOUNT_MANAGE,
	ACCOUNT_VIEW_APPLICATIONS,
	ACCOUNT_VIEW_CONSENT,
	ACCOUNT_MANAGE_CONSENT,
	ACCOUNT_VIEW_GROUPS,
	ACCOUNT_LINKS,
	ACCOUNT_PERMISSIONS
};

struct account_call {
	struct visit visit;
	const struct client *account; /* the realm's client of that name */
	const struct client *caller;  /* the application that asks */
	const struct user *user;
	struct str session_id; /* the caller's own; empty: none */
};

/* Whether a set of roles grants it. */
bool account_granted(const struct role_set *roles, const struct client *account, enum account_permission permission);
/* Authenticates the token and checks the route's permission. False: answered. */
bool account_open(struct account_call *call, void *context, struct http_request *request,
		  struct http_response *response);
void account_close(struct account_call *call);

typedef void account_work(struct account_call *call);
/* Opens the call, does the work, closes it. */
void account_serve(void *context, struct http_request *request, struct http_response *response, account_work *work);
/* Defines the handler `name`, which does `work`. */
#define ACCOUNT_HANDLER(name, work) \
	void name(void *context, struct http_request *request, struct http_response *response) \
	{ \
		account_serve(context, request, response, work); \
	}

/* A value of the query, the first; empty: none. */
struct str account_query(struct account_call *call, const char *name);

/* Answers. */
void account_json(struct account_call *call, struct str json);
void account_error(struct account_call *call, int status, struct str text); /* {"errorMessage": text} */
void account_fail(struct account_call *call, enum error_code code, const struct why *why);
/* The client of the route's {client}; NULL: answered with 404 as recorded. */
const struct client *account_client(struct account_call *call);

/* An event of the call, as Keycloak writes them: by client `account`. */
struct event account_event(struct account_call *call, const char *type);

/* {"clientId": ... "offlineAccess": ...}, the members that a client has everywhere. */
void account_write_client(struct visit *visit, struct json_writer *w, const struct client *client, bool in_use,
			  bool offline);
/* A consent: grantedScopes, createdDate, lastUpdatedDate. */
void account_write_consent(struct visit *visit, struct json_writer *w, const struct client *client,
			   const struct consent *consent);

/* Handlers. */
http_handler account_profile_get, account_groups_get, account_links_get, account_locales_get;
http_handler account_profile_put, account_resources;
http_handler account_credentials_list, account_credential_label, account_credential_delete;
http_handler account_sessions_list, account_devices_list, account_sessions_end, account_session_end;
http_handler account_applications_list;
http_handler account_consent_get, account_consent_put, account_consent_delete;
/* GET .../account: the profile as JSON, or the page, as the request prefers. */
http_handler account_handle;
http_handler account_page_sign_out, account_page_remove_access;

/* The page itself; the visit is open. */
void account_page(struct visit *visit);

#endif
