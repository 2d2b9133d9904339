/* /admin/realms/{realm}/identity-provider/instances. */
#include "admin/flow_rep.h"
#include "admin/handlers_identity_providers.h"
#include "admin/identity_provider_rep.h"
#include "admin/realm_row.h"
#include "admin/serve.h"
#include "base/pattern.h"
#include "base/url.h"
#include "client/policy.h"
#include "crypto/random.h"

/* ---- list ---- */

/* "exact", or the beginning. */
static bool is_searched(struct admin_call *call, struct str search, const struct identity_provider *provider)
{
	bool quoted = search.n >= 2 && search.p[0] == '"' && search.p[search.n - 1] == '"';
	if (!search.n)
		return true;
	if (quoted)
		return str_eq(str_take(str_drop(search, 1), search.n - 2), provider->alias);
	struct str pattern = arena_join(call->arena, search, STR("*"), STR(""));
	return pattern_matches(pattern, provider->alias, true) ||
	       pattern_matches(pattern, provider->display_name, true);
}

static bool is_of_type(struct admin_call *call, const struct identity_provider *provider)
{
	struct str type = admin_query(call, "type");
	const struct identity_provider_kind *kind = identity_provider_kind_of(provider->provider_id);
	if (!type.n || str_eq_z(type, "ANY") || !kind)
		return true;
	return str_contains(kind->types, type) || (str_eq_z(type, "USER_AUTHENTICATION") && str_eq_z(kind->types, "[]"));
}

static void sort(struct identity_provider *providers, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		struct identity_provider one = providers[i];
		size_t k = i;
		for (; k > 0 && str_compare(providers[k - 1].alias, one.alias) > 0; k--)
			providers[k] = providers[k - 1];
		providers[k] = one;
	}
}

static void list(struct admin_call *call)
{
	struct realm_rep rep;
	int64_t version;
	struct admin_page page;
	struct str search = admin_query(call, "search");
	bool brief = admin_query_true(call, "briefRepresentation", false);
	struct json_writer *w = admin_array_begin(call);
	size_t n = 0, found = 0;
	if (!admin_query_page(call, -1, &page) || !realm_row_find(call, &rep, &version))
		return;
	struct identity_provider *all = arena_array(call->arena, rep.identity_providers_n, sizeof *all);
	for (; n < rep.identity_providers_n; n++)
		all[n] = identity_provider_at(call, &rep, n);
	sort(all, n);
	for (size_t i = 0; i < n; i++)
		if (is_searched(call, search, &all[i]) && is_of_type(call, &all[i]) && admin_page_has(&page, found++))
			identity_provider_write(call, w, all[i], brief);
	admin_array_end(call, w);
}

ADMIN_HANDLER(admin_identity_providers_list, list)

static void get(struct admin_call *call)
{
	struct realm_rep rep;
	struct identity_provider provider;
	int64_t version;
	size_t index;
	struct json_writer *w = admin_json_begin(call);
	if (!realm_row_find(call, &rep, &version) || !identity_provider_find(call, &rep, &index, &provider))
		return;
	identity_provider_write(call, w, provider, false);
	admin_json_end(call, w);
}

ADMIN_HANDLER(admin_identity_provider_get, get)

/* ---- what comes in ---- */

static bool refuse(struct admin_call *call, struct str text)
{
	admin_refuse(call, 400, text);
	return false;
}

/* Plain http is for hosts of ours alone, where the realm's sslRequired says so. */
static bool url_is_fit(struct admin_call *call, const char *label, struct str value)
{
	enum ssl_required required = call->realm->settings.ssl_required;
	struct url url;
	if (!value.n)
		return true;
	if (url_parse(value, &url, NULL) != OK || !(url.is_http || url.is_https))
		return refuse(call, arena_format(call->arena, "The url [%s] is malformed", label));
	bool ours = url_host_is_loopback(&url) ||
		((url.is_ipv4 || url.is_ipv6) && policy_denies_text(CLIENT_POLICY_STRANGER, false, arena_z(call->arena, url.host)));
	if (url.is_http && required != SSL_NONE && !(required == SSL_EXTERNAL && ours))
		return refuse(call, arena_format(call->arena, "The url [%s] requires secure connections", label));
	return true;
}

static bool urls_are_fit(struct admin_call *call, const struct identity_provider *provider)
{
	static const char *const urls[][2] = {
		{ "authorizationUrl", "authorization_url" },
		{ "tokenUrl", "token_url" },
		{ "userInfoUrl", "userinfo_url" },
		{ "jwksUrl", "jwks_url" },
		{ "logoutUrl", "logout_url" },
		{ "tokenIntrospectionUrl", "introspection_url" },
		{ "singleSignOnServiceUrl", "singleSignOnServiceUrl" },
		{ "singleLogoutServiceUrl", "singleLogoutServiceUrl" },
		{ "artifactResolutionServiceUrl", "artifactResolutionServiceUrl" },
		{ "metadataDescriptorUrl", "metadataDescriptorUrl" },
	};
	/* Plain OAuth 2.0 has no ID token to know anybody by. */
	if (str_eq_z(provider->provider_id, "oauth2") && !attributes_get(&provider->config, STR("userInfoUrl")).n)
		return refuse(call, STR("User Info URL not provided"));
	for (size_t i = 0; i < ARRAY_LENGTH(urls); i++)
		if (!url_is_fit(call, urls[i][1], attributes_get(&provider->config, str_from(urls[i][0]))))
			return false;
	return true;
}

static bool texts_are_short(const struct identity_provider *provider)
{
	const struct str texts[] = { provider->alias, provider->display_name, provider->internal_id, provider->organization_id };
	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++)
		if (texts[i].n > REPRESENTATION_NAME_MAX || str_has_control(texts[i]))
			return false;
	for (size_t i = 0; i < provider->config.n; i++)
		if (provider->config.pairs[i].key.n > REPRESENTATION_NAME_MAX ||
		    provider->config.pairs[i].value.n > REPRESENTATION_ATTRIBUTE_MAX)
			return false;
	return provider->config.n <= REPRESENTATION_ATTRIBUTES_MAX;
}

static bool read_body(struct admin_call *call, struct identity_provider *ret_provider)
{
	struct identity_provider provider = { .kept = STR("") };
	struct why why = { "" };
	struct json_read_options options = representation_options("$");
	enum error_code code = json_read(call->arena, call->request->body, &identity_provider_rep_shape, &options, &provider,
					 &why);
	if (code == OK && !texts_are_short(&provider))
		code = error_because(&why, ERROR_INVALID_VALUE, "$: a text is too long or has control characters");
	if (code != OK) {
		admin_refuse_body(call, code, &why);
		return false;
	}
	if (!identity_provider_kind_of(provider.provider_id))
		return refuse(call, arena_join(call->arena, STR("Invalid identity provider id ["),
					       provider.provider_id.p ? provider.provider_id : STR("null"), STR("]")));
	provider.kept = STR("");
	provider.config = settings_without_empty(call->arena, &provider.config);
	*ret_provider = provider;
	return urls_are_fit(call, &provider);
}

/* Flows that it names. */
static bool flows_are_there(struct admin_call *call, const struct realm_rep *rep, const struct identity_provider *provider)
{
	const struct str flows[] = { provider->first_flow, provider->post_flow };
	for (size_t i = 0; i < ARRAY_LENGTH(flows); i++)
		if (flows[i].n && !flow_of_alias(rep, flows[i]))
			return refuse(call, arena_join(call->arena, STR("No available authentication flow with alias: "), flows[i],
						       STR("")));
	return true;
}

static struct str path_of(struct admin_call *call, struct str alias)
{
	return arena_join(call->arena, STR("identity-provider/instances/"), alias, STR(""));
}

/* ---- create ---- */

static bool add(struct admin_call *call, void *context, struct realm_rep *rep, struct effects *effects)
{
	struct identity_provider *provider = context;
	if (identity_provider_index(call, rep, provider->alias) != SIZE_MAX ||
	    identity_provider_index(call, rep, provider->internal_id) != SIZE_MAX) {
		admin_refuse(call, 409, arena_format(call->arena, "Identity Provider %.*s already exists",
						     STR_ARG(provider->alias)));
		return false;
	}
	if (!flows_are_there(call, rep, provider))
		return false;
	arena_push(call->arena, &rep->identity_providers, &rep->identity_providers_n, sizeof *rep->identity_providers);
	identity_provider_store(call, rep, rep->identity_providers_n - 1, provider);
	admin_event_add(call, effects, "CREATE", "IDENTITY_PROVIDER", path_of(call, provider->alias));
	return true;
}

static void create(struct admin_call *call)
{
	struct identity_provider provider;
	if (!read_body(call, &provider))
		return;
	if (str_index(provider.alias, ' ') < provider.alias.n) {
		http_respond_error(call->response, 400, STR("Empty Space not allowed."), STR(""));
		return;
	}
	if (!alias_is_plain(call, provider.alias))
		return;
	if (!provider.alias.n) {
		admin_refuse(call, 400, STR("path is null"));
		return;
	}
	if (!provider.internal_id.n)
		provider.internal_id = random_uuid(call->arena);
	if (str_eq_z(provider.provider_id, "google"))
		attributes_default(call->arena, &provider.config, STR("issuer"), STR("https://accounts.google.com"));
	if (realm_row_change(call, add, &provider))
		admin_created_part(call, path_of(call, provider.alias));
}

ADMIN_HANDLER(admin_identity_providers_create, create)

/* ---- put, delete ---- */

/* What was answered masked comes back masked. */
static void keep_secret(struct admin_call *call, const struct identity_provider *before, struct identity_provider *sent)
{
	struct str secret = attributes_get(&before->config, STR("clientSecret"));
	for (size_t i = 0; i < sent->config.n; i++)
		if (str_eq_z(sent->config.pairs[i].key, "clientSecret") && representation_is_masked(sent->config.pairs[i].value))
			sent->config.pairs[i].value = secret;
	sent->config = settings_without_empty(call->arena, &sent->config);
}

static bool replace(struct admin_call *call, void *context, struct realm_rep *rep, struct effects *effects)
{
	struct identity_provider sent = *(const struct identity_provider *)context, before;
	size_t index;
	if (!identity_provider_find(call, rep, &index, &before))
		return false;
	if (!str_eq(sent.alias, before.alias))
		return refuse(call, STR("Identity Provider alias cannot be changed"));
	if (!flows_are_there(call, rep, &sent))
		return false;
	keep_secret(call, &before, &sent);
	sent.internal_id = before.internal_id;
	sent.provider_id = before.provider_id;
	sent.kept = before.kept;
	identity_provider_store(call, rep, index, &sent);
	admin_event_add(call, effects, "UPDATE", "IDENTITY_PROVIDER", path_of(call, sent.alias));
	return true;
}

static void put(struct admin_call *call)
{
	struct realm_rep rep;
	struct identity_provider before, sent;
	int64_t version;
	size_t index;
	/* Whether it is there comes first, whatever the body says. */
	if (realm_row_find(call, &rep, &version) && identity_provider_find(call, &rep, &index, &before) &&
	    read_body(call, &sent) && realm_row_change(call, replace, &sent))
		admin_no_content(call);
}

ADMIN_HANDLER(admin_identity_provider_put, put)

static bool take_away(struct admin_call *call, void *context, struct realm_rep *rep, struct effects *effects)
{
	struct identity_provider provider;
	size_t index;
	(void)context;
	if (!identity_provider_find(call, rep, &index, &provider))
		return false;
	realm_row_drop(rep->identity_providers, &rep->identity_providers_n, sizeof *rep->identity_providers, index);
	for (size_t i = rep->identity_provider_mappers_n; i-- > 0;) {
		struct identity_provider_mapper mapper = { .id = STR("") };
		const struct json_read_options options = { .unknown = JSON_UNKNOWN_IGNORED, .coerce = true };
		if (json_read(call->arena, rep->identity_provider_mappers[i].kept, &identity_provider_mapper_rep_shape, &options,
			      &mapper, NULL) == OK && str_eq(mapper.alias, provider.alias))
			realm_row_drop(rep->identity_provider_mappers, &rep->identity_provider_mappers_n,
					    sizeof *rep->identity_provider_mappers, i);
	}
	admin_event_add(call, effects, "DELETE", "IDENTITY_PROVIDER", path_of(call, provider.alias));
	return true;
}

static void delete(struct admin_call *call)
{
	if (realm_row_change(call, take_away, NULL))
		admin_no_content(call);
}

ADMIN_HANDLER(admin_identity_provider_delete, delete)
