/* Tickets: the state of a login or a logout question under way, sealed, in the page's form.
 *
 * The server keeps nothing for a visitor who has not signed in. A ticket is bound to the
 * browser by a cookie of its own, so that a link with somebody else's ticket starts nothing,
 * and several tabs have a ticket each. Nothing in it is believed before it is unsealed. */
#ifndef APP_TICKET_H
#define APP_TICKET_H

#include "app/visit.h"

enum ticket_kind {
	TICKET_LOGIN,           /* the login form */
	TICKET_UPDATE_PASSWORD, /* the password was right; user_id must change it now */
	TICKET_CONSENT,         /* who user_id is was shown; the user must agree to `consent` */
	TICKET_LOGOUT,          /* the logout question */
	TICKET_ACCOUNT,         /* the buttons of the account page, of one session */
	TICKET_OPERATOR,        /* the buttons of the operator's page, of one session */
	TICKET_SIGNED_OUT,      /* the page after a sign-out may ask for news of it */
	TICKET_OWED,            /* what comes when the browser owes nothing any more */
};

struct ticket {
	enum ticket_kind kind;
	struct str realm_id, browser; /* hash of the browser's flow cookie */
	int64_t made_ms;
	/* What the application asks for (login tickets); of SAML the consumer URL is redirect_uri, the
	 * RelayState state. */
	struct str protocol; /* "saml", ENTRY_DEVICE; else OpenID Connect */
	struct str client_id, redirect_uri, response_type, response_mode, scope, state, nonce, code_challenge,
		code_challenge_method, max_age, prompt, login_hint, claims, pushed, object;
	struct str request_id, binding, name_id_format, context_class; /* SAML */
	struct str pending, user_code; /* devices: the hash of what waits; the code as it is shown */
	struct str user_id; /* UPDATE_PASSWORD; LOGIN: who must sign in again */
	bool remember_me;
	int64_t auth_time_s; /* UPDATE_PASSWORD, CONSENT: when the password was right; 0: a session
				was there before */
	struct str consent;  /* CONSENT: the question (login/consent.h) */
	struct str once;     /* CONSENT: by which its one answer is remembered */
	/* Where to go after the logout question; checked before it was sealed. */
	struct str redirect;
	struct str signout_id; /* SIGNED_OUT, OWED */
	struct str then, asked; /* OWED (owed.h): what comes; the deliveries served so far, by spaces */
	struct str session_id; /* ACCOUNT, OPERATOR */
};

/* Sets made_ms, realm and the browser's binding (makes the cookie when it is absent) and
 * seals. Empty on failure (logged). */
struct str ticket_seal(struct visit *visit, struct ticket *ticket);
/* Opens a ticket of this realm. INVALID_REQUEST: none of ours, of another kind or realm.
 * EXPIRED: older than life_s. COOKIE_LOST: another browser's; *ret_ticket is filled then. */
MUST_USE enum error_code ticket_open(struct visit *visit, struct str sealed, enum ticket_kind kind,
				     int64_t life_s, struct ticket *ret_ticket, struct why *reterr_why);

#endif
