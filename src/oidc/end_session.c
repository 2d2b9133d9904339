/* RP-initiated and legacy logout; see end_session.h. */
#include "oidc/end_session.h"

#include "base/text.h"
#include "model/own_attributes.h"
#include "model/redirect.h"

static struct end_session_verdict error(struct str text, struct str event_error, struct str reason)
{
	return (struct end_session_verdict){
		.kind = END_SESSION_ERROR, .text = text, .event_error = event_error, .reason = reason };
}

/* `state` goes back byte for byte, in the query (section 3 of the specification). */
static struct str with_state(struct arena *arena, struct str uri, struct str state)
{
	if (!state.n)
		return uri;
	struct text text = text_new(arena, 0);
	text_add(&text, uri);
	text_add_char(&text, str_index(uri, '?') < uri.n ? '&' : '?');
	text_add_z(&text, "state=");
	text_add_percent(&text, state);
	return text_str(&text);
}

static struct end_session_verdict bad_hint(void)
{
	return error(STR("Invalid parameter: id_token_hint"), STR("invalid_token"),
		     STR("id_token_hint is not an ID token of this realm, or of another client"));
}

/* The client that the request names, by client_id or by the hint. */
static const struct client *asking_client(const struct end_session_request *request,
					  const struct end_session_facts *facts)
{
	struct str name = request->client_id.n ? request->client_id : facts->hint_client_id;
	return name.n ? realm_client_by_client_id(facts->realm, name) : NULL;
}

static bool has_client(const struct session *session, const struct client *client)
{
	for (size_t i = 0; i < session->clients_n; i++)
		if (str_eq(session->clients[i].client_id, client->id))
			return true;
	return false;
}

/* The client whose URIs match a legacy redirect: one that is signed in to the browser's
 * session; when there is no session, any enabled one. */
static const struct client *legacy_client(struct arena *arena, const struct end_session_request *request,
					  const struct end_session_facts *facts)
{
	const struct realm *realm = facts->realm;
	for (size_t i = 0; i < realm->clients_n; i++) {
		const struct client *client = &realm->clients[i];
		if (!client->enabled || (facts->browser && !has_client(facts->browser, client)))
			continue;
		bool match = facts->browser ?
			redirect_allowed(arena, client, request->redirect_uri) ||
			redirect_allowed_after_logout(arena, client, request->redirect_uri) :
			redirect_allowed_legacy(arena, client, request->redirect_uri);
		if (match)
			return client;
	}
	return NULL;
}

/* Whether the request may end the session without asking: a top-level navigation that no
 * foreign page started (DESIGN decision on forged sign-outs). */
static bool seamless(struct arena *arena, const struct end_session_request *request, const struct client *client)
{
	bool silent = !request->fetch_mode.n && !request->fetch_dest.n;
	bool top_level = str_eq_z(request->fetch_mode, "navigate") && str_eq_z(request->fetch_dest, "document");
	if (!silent && !top_level)
		return false;
	return !request->referer_origin.n || str_eq(request->referer_origin, request->own_origin) ||
	       redirect_origin_known(arena, client, request->referer_origin);
}

static struct end_session_verdict decide_legacy(struct arena *arena,
						const struct end_session_request *request,
						const struct end_session_facts *facts)
{
	struct str how = own_attribute_of_realm(facts->realm, OWN_LEGACY_LOGOUT);
	if (str_eq_z(how, "refuse"))
		return error(STR("Invalid parameter: redirect_uri"), STR("invalid_request"),
			     STR("legacy logout by redirect_uri is refused by the realm (curfew.logout.legacy)"));
	const struct client *client = legacy_client(arena, request, facts);
	if (!client)
		return error(STR("Invalid redirect uri"), STR("invalid_redirect_uri"),
			     STR("redirect_uri matches no client of this session"));
	struct end_session_verdict verdict = { .kind = END_SESSION_REDIRECT, .client = client, .legacy = true,
		.redirect = with_state(arena, request->redirect_uri, request->state) };
	if (!facts->browser)
		return verdict;
	bool ask = str_eq_z(how, "confirm") || !seamless(arena, request, client);
	verdict.kind = ask && !request->confirmed ? END_SESSION_CONFIRM : END_SESSION_END;
	verdict.session = facts->browser;
	return verdict;
}

static bool same_session(const struct session *a, const struct session *b)
{
	return a && b && str_eq(a->id, b->id);
}

/* With a valid hint nothing is asked about the session that it names. */
static struct end_session_verdict decide_hinted(const struct end_session_facts *facts,
						const struct client *client, struct str redirect)
{
	struct end_session_verdict verdict = { .client = client, .redirect = redirect };
	bool other = facts->browser && !same_session(facts->browser, facts->hinted) &&
		     !str_eq(facts->browser->id, facts->hint_session_id);
	verdict.ask_own = other;
	if (facts->hinted) {
		verdict.kind = END_SESSION_END;
		verdict.session = facts->hinted;
	} else if (other) {
		verdict.kind = END_SESSION_CONFIRM;
		verdict.session = facts->browser;
	} else {
		verdict.kind = redirect.n ? END_SESSION_REDIRECT : END_SESSION_DONE;
	}
	return verdict;
}

static struct end_session_verdict decide_unhinted(const struct end_session_request *request,
						  const struct end_session_facts *facts,
						  const struct client *client, struct str redirect)
{
	struct end_session_verdict verdict = { .client = client, .redirect = redirect, .session = facts->browser };
	if (facts->browser)
		verdict.kind = request->confirmed ? END_SESSION_END : END_SESSION_CONFIRM;
	else if (redirect.n)
		verdict.kind = END_SESSION_REDIRECT;
	else
		verdict.kind = request->confirmed ? END_SESSION_DONE : END_SESSION_CONFIRM;
	return verdict;
}

struct end_session_verdict end_session_decide(struct arena *arena,
					      const struct end_session_request *request,
					      const struct end_session_facts *facts)
{
	if (request->duplicate.n)
		return error(STR("Invalid Request"), STR("invalid_request"),
			     arena_join(arena, STR("duplicated parameter "), request->duplicate, STR("")));
	if (facts->hint_given && !facts->hint_valid)
		return bad_hint();
	if (facts->hint_given && request->client_id.n && !str_eq(request->client_id, facts->hint_client_id))
		return bad_hint();
	if (request->redirect_uri.n && !request->post_logout_redirect_uri.n && !facts->hint_given)
		return decide_legacy(arena, request, facts);

	const struct client *client = asking_client(request, facts);
	if (request->client_id.n && !client)
		return error(STR("Client not found."), STR("client_not_found"),
			     arena_join(arena, STR("unknown client_id "), request->client_id, STR("")));
	struct str uri = request->post_logout_redirect_uri;
	/* With a hint the old parameter name is as good as the new one. */
	if (!uri.n)
		uri = request->redirect_uri;
	if (uri.n && !client)
		return error(STR("Missing parameters: id_token_hint"), STR("invalid_request"),
			     STR("post_logout_redirect_uri without id_token_hint or client_id"));
	if (uri.n && !redirect_allowed_after_logout(arena, client, uri))
		return error(STR("Invalid redirect uri"), STR("invalid_redirect_uri"),
			     arena_join(arena, STR("post_logout_redirect_uri is not registered for client "),
					client->client_id, STR("")));
	struct str redirect = uri.n ? with_state(arena, uri, request->state) : uri;
	if (facts->hint_given)
		return decide_hinted(facts, client, redirect);
	return decide_unhinted(request, facts, client, redirect);
}
