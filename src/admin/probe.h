/* Tries whether clients would hear of a sign-out, without ending anything: an admin URL is asked
 * k_test_available, a back channel gets a logout token for a user and a session that nobody has. A
 * SAML provider is looked for with a GET; only a test of that client alone sends it a
 * LogoutRequest, for a NameID and a session that nobody has.
 * Private to admin/. */
#ifndef ADMIN_PROBE_H
#define ADMIN_PROBE_H

#include "admin/call.h"
#include "signout/channel.h"

enum probe_verdict {
	PROBE_TOLD,       /* it would hear, and say so */
	PROBE_NOT_PROVEN, /* it may hear, but nothing would show it */
	PROBE_NOT_TOLD,
};
/* "told", "not-proven", "not-told"; static storage. */
const char *probe_verdict_name(enum probe_verdict verdict);

/* One client, or one node of a client. */
struct probe {
	const struct client *client;
	enum channel channel;
	struct str url;      /* where the notice would go; empty: nowhere */
	struct str test_url; /* where the test went; empty: nothing was sent */
	enum probe_verdict verdict;
	struct str finding; /* one word for programs: "ok", "no-channel", "tls_untrusted" ... */
	struct str text;    /* in words; empty: nothing to say */
	struct str note;    /* what else should be known, such as plain http; may be empty */
	struct str request_id; /* of the LogoutRequest; empty: none was sent */
	int http_status;    /* 0: no answer, or nothing was sent */
	int64_t took_ms;
};

/* True for clients whose users have sessions that somebody has to be told of: not service
 * accounts alone, not bearer-only ones, not Keycloak's own (they are this server). */
bool probe_concerns(const struct client *client);
/* How the client would be told by its settings alone; nothing is sent. One item, or one for each
 * node where the URL names the session's host. */
void probe_plan(struct arena *arena, const struct client *client, struct probe **list, size_t *n);
/* Sends the tests of all items that have a URL, at once, and waits for the answers, 5 s for each
 * as the client's config says. `issuer` is what the tokens name; `asks_saml`: SAML providers get a
 * LogoutRequest. */
MUST_USE enum error_code probe_run(struct admin_call *call, struct str issuer, bool asks_saml,
				   struct probe *list, size_t n, struct why *reterr_why);

#endif
