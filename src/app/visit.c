/* One request to one realm; see visit.h. */
#include "app/visit.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "http/proxy.h"
#include "model/life.h"

/* scheme://host of the request, or the configured hostname; with /auth where the request
 * came by it (the configured one says itself whether it ends so). */
static struct str base_of(const struct app *app, const struct http_request *request)
{
	if (app->hostname.n)
		return app->hostname;
	struct str prefix = request->under_auth ? STR("/auth") : STR("");
	return arena_join(request->arena, http_own_origin(request), prefix, STR(""));
}

static bool refuse(struct visit *visit, enum error_code code, const struct why *why)
{
	if (code == ERROR_REALM_NOT_FOUND) {
		http_respond_error(visit->response, 404, str_from(error_oauth(code)), STR(""));
		return false;
	}
	log_write(LOG_ERROR, "app", "realm %.*s: %s", STR_ARG(http_route_value(visit->request, "realm")), why->text);
	http_respond_error_code(visit->response, code);
	return false;
}

/* Loopback and private addresses, for sslRequired "external". */
static bool is_local_address(struct str address)
{
	uint8_t a[16];
	if (!proxy_address(address, a))
		return str_eq_z(address, "unix");
	static const uint8_t mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };
	bool v4 = str_eq(str_of(a, 12), str_of(mapped, 12));
	if (!v4)
		return (a[0] & 0xfe) == 0xfc || (a[0] == 0xfe && (a[1] & 0xc0) == 0x80) ||
		       (a[15] == 1 && str_eq(str_of(a, 15), str_of((uint8_t[15]){ 0 }, 15)));
	return a[12] == 127 || a[12] == 10 || (a[12] == 192 && a[13] == 168) ||
	       (a[12] == 172 && (a[13] & 0xf0) == 16) || (a[12] == 169 && a[13] == 254);
}

static bool needs_https(const struct visit *visit)
{
	if (str_eq_z(visit->request->scheme, "https"))
		return false;
	switch (visit->realm->settings.ssl_required) {
	case SSL_NONE: return false;
	case SSL_EXTERNAL: return !is_local_address(visit->request->client);
	case SSL_ALL: return true;
	}
	return true;
}

static enum error_code begin(struct visit *visit, struct app *app, struct http_request *request,
			     struct http_response *response, struct str name, struct why *reterr_why)
{
	*visit = (struct visit){ .app = app, .request = request, .response = response,
		.arena = request->arena, .now_ms = clock_wall_ms() };
	return snapshots_get(app->snapshots, name, &visit->realm, reterr_why);
}

static void name_ourselves(struct visit *visit)
{
	visit->base = base_of(visit->app, visit->request);
	visit->issuer = arena_join(visit->arena, visit->base, STR("/realms/"), visit->realm->settings.name);
}

enum error_code visit_open_named(struct visit *visit, struct app *app, struct http_request *request,
				 struct http_response *response, struct str name, struct why *reterr_why)
{
	enum error_code code = begin(visit, app, request, response, name, reterr_why);
	if (code == OK)
		name_ourselves(visit);
	return code;
}

/* A deleted realm whose applications are still being told: they check what they are told. */
static enum error_code open_owing(struct visit *visit, struct str name, struct why *reterr_why)
{
	struct str id;
	struct app *app = visit->app;
	enum error_code code = store_find_owing_realm(app->store, visit->arena, name, &id, reterr_why);
	if (code == OK)
		code = snapshots_get_by_id(app->snapshots, id, &visit->realm, reterr_why);
	return code == ERROR_NAME_NOT_FOUND ? ERROR_REALM_NOT_FOUND : code;
}

/* A disabled realm serves what applications need to check what they are told, while they are told. */
static enum error_code still_serves(const struct visit *visit, struct why *reterr_why)
{
	bool owes = false;
	if (life_serves_keys(visit->realm, false, visit->now_ms))
		return OK;
	enum error_code code = store_realm_owes(visit->app->store, visit->realm->settings.id, &owes, reterr_why);
	return code == OK && !life_serves_keys(visit->realm, owes, visit->now_ms) ? ERROR_REALM_DISABLED : code;
}

bool visit_open_any(struct visit *visit, struct app *app, struct http_request *request,
		    struct http_response *response)
{
	struct why why = { "" };
	struct str name = http_route_value(request, "realm");
	enum error_code code = begin(visit, app, request, response, name, &why);
	if (code == OK)
		code = still_serves(visit, &why);
	else if (code == ERROR_REALM_NOT_FOUND)
		code = open_owing(visit, name, &why);
	if (code == ERROR_REALM_DISABLED) {
		http_respond_error_code(response, code);
		visit_close(visit);
		return false;
	}
	if (code != OK)
		return refuse(visit, code, &why);
	name_ourselves(visit);
	return true;
}

bool visit_open(struct visit *visit, struct app *app, struct http_request *request,
		struct http_response *response)
{
	struct why why = { "" };
	enum error_code code = visit_open_named(visit, app, request, response, http_route_value(request, "realm"), &why);
	if (code != OK)
		return refuse(visit, code, &why);
	code = !visit->realm->settings.enabled ? ERROR_REALM_DISABLED : needs_https(visit) ? ERROR_SSL_REQUIRED : OK;
	if (code == OK)
		return true;
	http_respond_error_code(response, code);
	visit_close(visit);
	return false;
}

void visit_close(struct visit *visit)
{
	snapshots_put(visit->app->snapshots, visit->realm);
	visit->realm = NULL;
}

struct str visit_other_issuer(const struct visit *visit)
{
	struct str base = visit->base, other;
	if (str_ends(base, STR("/auth")))
		other = str_take(base, base.n - 5);
	else
		other = arena_join(visit->arena, base, STR("/auth"), STR(""));
	return arena_join(visit->arena, other, STR("/realms/"), visit->realm->settings.name);
}

bool visit_is_issuer(const struct visit *visit, struct str issuer)
{
	return str_eq(issuer, visit->issuer) || str_eq(issuer, visit_other_issuer(visit));
}

struct str visit_url(const struct visit *visit, const char *path)
{
	return arena_join(visit->arena, visit->issuer, str_from(path), STR(""));
}

bool visit_is_secure(const struct visit *visit)
{
	if (str_eq_z(visit->request->scheme, "https"))
		return true;
	/* Browsers take Secure cookies from loopback over plain http. */
	struct str host = visit->request->host;
	struct str name = str_starts(host, STR("[")) ? str_take(host, str_index(host, ']') + 1) :
						       str_take(host, str_index(host, ':'));
	return str_eq_z(name, "localhost") || str_eq_z(name, "[::1]") || str_starts(name, STR("127."));
}
