/* RP-initiated logout (OpenID Connect RP-Initiated Logout 1.0) and the legacy request with
 * redirect_uri: what is to end, what is to be asked, where the browser goes. Pure. */
#ifndef OIDC_END_SESSION_H
#define OIDC_END_SESSION_H

#include "base/errors.h"
#include "model/realm.h"
#include "model/session.h"

struct end_session_request {
	struct str id_token_hint, client_id, post_logout_redirect_uri, redirect_uri, state, ui_locales;
	struct str duplicate;       /* name of a parameter that came twice; empty: none */
	/* What browsers say of the request; empty when the header is absent. */
	struct str fetch_mode, fetch_dest, referer_origin;
	struct str own_origin;      /* of this server, for the Referer rule */
	bool confirmed;             /* the user pressed the button of the confirmation page */
};

/* Rows that the request names. */
struct end_session_facts {
	const struct realm *realm;
	/* The hint, when one was sent: its signature is ours and it is an ID token. Its
	 * lifetime does not matter (section 2 of the specification). */
	bool hint_given, hint_valid;
	struct str hint_client_id, hint_session_id; /* clientId (azp), sid */
	const struct session *browser; /* live session of the browser's cookie, with clients, or NULL */
	const struct session *hinted;  /* live session that the hint names, with clients, or NULL */
};

enum end_session_kind {
	END_SESSION_ERROR,    /* error page; nothing ends */
	END_SESSION_CONFIRM,  /* ask; nothing ends */
	END_SESSION_END,      /* end `session`, then redirect or page */
	END_SESSION_REDIRECT, /* nothing to end: redirect at once */
	END_SESSION_DONE,     /* nothing to end: the page that says so */
};

struct end_session_verdict {
	enum end_session_kind kind;
	struct str text, event_error;   /* of an error: page text, LOGOUT_ERROR's error */
	struct str reason;              /* of an error: for the event, in words */
	const struct session *session;  /* to end */
	const struct client *client;    /* that asked, or NULL */
	struct str redirect;            /* where the browser goes then, `state` added; empty: a page */
	bool legacy;                    /* through the redirect_uri door */
	bool ask_own;                   /* after the end, ask about the browser's own session */
};

struct end_session_verdict end_session_decide(struct arena *arena,
					      const struct end_session_request *request,
					      const struct end_session_facts *facts);

#endif
