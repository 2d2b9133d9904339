/* /clients/{client}/evaluate-scopes/generate-example-...: the documents that a user's sign-in would
 * give, by the code that makes the real ones. Nothing is signed or stored, and no session begins. */
#include "admin/evaluate.h"
#include "admin/handlers_scopes.h"
#include "admin/serve.h"
#include "crypto/random.h"
#include "oidc/token.h"
#include "saml/response.h"

/* A sign-in that might have been. */
struct example {
	struct evaluation evaluation;
	const struct user *user; /* with roles and groups */
	struct session session;
	struct client_session part;
	struct token_input input;
};

/* The query's userId; NULL: answered. */
static const struct user *find_user(struct admin_call *call)
{
	struct str id = admin_query(call, "userId");
	struct user *user = NULL;
	struct why why = { "" };
	if (!id.n) {
		admin_not_found(call, "No userId provided");
		return NULL;
	}
	if (!admin_may(call, PERMISSION_VIEW_USERS)) {
		admin_forbid(call);
		return NULL;
	}
	enum error_code code = store_find_user(call->app->store, call->arena, call->realm->settings.id, id,
					       USER_ROLES | USER_GROUPS, &user, &why);
	if (code == ERROR_NAME_NOT_FOUND)
		admin_not_found(call, "No user found");
	else if (code != OK)
		admin_fail(call, code, &why);
	return user;
}

/* Only the audiences that the query asks for, as many as the token has of them. */
static struct str_list audience_of(struct admin_call *call, const struct claims_input *claims)
{
	const struct params *params;
	struct str_list all = token_audience(call->arena, claims), kept = { 0 };
	struct str asked = admin_query(call, "audience");
	if (!asked.n || http_query(call->request, &params, NULL) != OK)
		return kept;
	for (size_t i = 0; i < all.n; i++)
		if (str_eq(all.items[i], asked))
			*(struct str *)arena_push(call->arena, &kept.items, &kept.n, sizeof *kept.items) = all.items[i];
	return kept;
}

static bool open_example(struct admin_call *call, struct example *e)
{
	struct arena *arena = call->arena;
	*e = (struct example){ .user = NULL };
	if (!evaluate_open(call, &e->evaluation) || !(e->user = find_user(call)))
		return false;
	const struct client *client = e->evaluation.client;
	struct role_set held = roles_of_user(arena, call->realm, e->user);
	scope_limit(arena, &held, &e->evaluation.grant);
	e->session = (struct session){ .id = random_token(arena, 18), .realm_id = call->realm->settings.id,
		.user_id = e->user->id, .username = e->user->username, .started_ms = call->visit.now_ms,
		.last_refresh_s = call->visit.now_ms / 1000, .offline = e->evaluation.grant.offline_access };
	e->part = (struct client_session){ .session_id = e->session.id, .offline = e->session.offline,
		.client_id = client->id, .issuer = call->visit.issuer, .started_ms = call->visit.now_ms,
		.last_refresh_s = call->visit.now_ms / 1000, .scope = e->evaluation.grant.refresh_text };
	e->input = (struct token_input){
		.claims = { .realm = call->realm, .client = client, .user = e->user, .session = &e->session,
			.grant = &e->evaluation.grant, .acr = STR("1"), .now_s = call->visit.now_ms / 1000,
			.roles = roles_for_token(arena, client, e->evaluation.grant.scopes, e->evaluation.grant.n, &held),
			.lightweight = attributes_true(&client->attributes,
				STR("client.use.lightweight.access.token.enabled"), false) },
		.part = &e->part, .issuer = call->visit.issuer, .id_jti = random_uuid(arena),
		.access_jti = token_access_jti(arena, &e->session, "na", random_uuid(arena)),
		.now_ms = call->visit.now_ms };
	e->input.audience = audience_of(call, &e->input.claims);
	return true;
}

static void access_token(struct admin_call *call)
{
	struct example e;
	int64_t life_s;
	if (open_example(call, &e))
		admin_json(call, token_access_claims(call->arena, &e.input, &life_s));
}

static void id_token(struct admin_call *call)
{
	struct example e;
	if (open_example(call, &e))
		admin_json(call, token_id_claims(call->arena, &e.input, &(struct token_hashes){ 0 }));
}

static void userinfo(struct admin_call *call)
{
	struct example e;
	if (open_example(call, &e))
		admin_json(call, json_tree_text(call->arena, token_userinfo_claims(call->arena, &e.input.claims)));
}

ADMIN_HANDLER(admin_evaluate_access_token, access_token)
ADMIN_HANDLER(admin_evaluate_id_token, id_token)
ADMIN_HANDLER(admin_evaluate_userinfo, userinfo)

/* ---- SAML ---- */

/* The client as one whose documents are neither signed nor encrypted. */
static struct client plain_client(struct admin_call *call, const struct client *client)
{
	static const char *const left_out[] = { "saml.server.signature", "saml.assertion.signature", "saml.encrypt" };
	struct client plain = *client;
	plain.attributes = (struct attributes){ arena_array(call->arena, 0, sizeof *plain.attributes.pairs), 0 };
	for (size_t i = 0; i < client->attributes.n; i++) {
		bool leave = false;
		for (size_t k = 0; k < ARRAY_LENGTH(left_out); k++)
			leave |= str_eq_z(client->attributes.pairs[i].key, left_out[k]);
		if (!leave)
			*(struct json_pair *)arena_push(call->arena, &plain.attributes.pairs, &plain.attributes.n,
							sizeof *plain.attributes.pairs) = client->attributes.pairs[i];
	}
	return plain;
}

static enum error_code saml_example(struct admin_call *call, const struct example *e, struct str *ret_document,
				    struct why *reterr_why)
{
	struct client plain = plain_client(call, e->evaluation.client);
	struct saml_client client = saml_client_of(call->arena, &plain);
	struct authn_plan plan;
	struct authn_error error;
	struct response_built built;
	unsigned char random[16];
	struct response_input input = { .realm = call->realm, .client = &client, .plan = &plan,
		.issuer = call->visit.issuer, .now_ms = call->visit.now_ms, .user = e->user, .session = &e->session };
	if (!authn_idp_initiated(&client, STR(""), &plan, &error))
		return error_because(reterr_why, ERROR_INVALID_VALUE, "client %.*s has no consumer URL to answer to",
				     STR_ARG(plain.client_id));
	/* By artifact the document stays a document. */
	plan.binding = SAML_BINDING_ARTIFACT;
	random_bytes(random, sizeof random);
	random_bytes(&input.random, sizeof input.random);
	if (!name_id_of(call->arena, call->realm, &plain, e->user, plan.name_id_format, random, &input.name_id))
		return error_because(reterr_why, ERROR_INVALID_VALUE, "user %.*s has no NameID of that format",
				     STR_ARG(e->user->username));
	enum error_code code = response_build(call->arena, &input, &built, reterr_why);
	if (code == OK)
		*ret_document = built.outgoing.value;
	return code;
}

static void saml(struct admin_call *call)
{
	struct example e;
	struct str document;
	struct why why = { "" };
	struct text text = text_new(call->arena, 0);
	struct json_writer w = json_writer_new(&text, false);
	if (!open_example(call, &e))
		return;
	if (saml_example(call, &e, &document, &why) != OK) {
		admin_refuse(call, 400, arena_str(call->arena, str_from(why.text)));
		return;
	}
	json_write_text(&w, document);
	admin_json(call, text_str(&text));
}

ADMIN_HANDLER(admin_evaluate_saml, saml)
