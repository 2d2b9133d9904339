/* What somebody signs in for: an application's request, by one of the protocols that we speak.
 *
 * The steps between the request and its answer (password, new password, consent, limits of
 * sessions) are the same for all of them: they know an entry, and leave to its protocol what the
 * request was, what is stored for it and how it is answered. */
#ifndef APP_ENTRY_H
#define APP_ENTRY_H

#include "app/ticket.h"
#include "model/pending_change.h"
#include "oidc/authorize.h"
#include "saml/authn_request.h"
#include "saml/name_id.h"

struct entry_protocol;

struct entry {
	const struct entry_protocol *protocol;
	struct authorize_plan plan;       /* what the sign-in has to observe */
	struct authorize_request request; /* as it came; of SAML what the login pages need */
	struct authn_plan authn;          /* of SAML alone */
	struct pending_grant pending;     /* of devices alone: what waits */
	struct str user_code;             /* and the code that the device shows */
	bool after_debts;                 /* what the browser owed (owed.h) was dealt with */
};

/* A sign-in for an entry: what it begins or joins. */
struct entry_sign_in {
	const struct entry *entry;
	const struct user *user; /* with roles and groups */
	bool fresh;              /* the user has just shown a password */
	const struct session *session;
	struct client_session part; /* the client's part in the session */
	struct str code;            /* the authorization code; of OpenID Connect alone */
	struct name_id name_id;     /* of SAML alone */
};

struct entry_protocol {
	struct str name; /* in events and sessions: "openid-connect" */
	bool asks_always; /* for the user's consent, also for clients that need none */
	/* The request that a ticket holds, checked anew. False: the client was changed meanwhile,
	 * and *ret_verdict has the text for the user and the event's error. */
	bool (*open)(struct visit *visit, const struct ticket *ticket, struct entry *ret_entry,
		     struct authorize_verdict *ret_verdict);
	/* Writes the request to a ticket. */
	void (*keep)(const struct entry *entry, struct ticket *ticket);
	/* A URL of ours that starts the ticket's request anew; empty: there is none. */
	struct str (*restart_url)(const struct visit *visit, const struct ticket *ticket);
	/* Whether this user can be signed in there, before anything is stored: empty, or the error
	 * that refuse answers with. NULL: always. */
	struct str (*prepare)(struct visit *visit, struct entry_sign_in *in);
	/* Completes the client's part, before it is stored. */
	void (*bind)(struct visit *visit, struct entry_sign_in *in);
	/* Adds what the answer needs besides to the same transaction. NULL: nothing. */
	void (*add)(struct visit *visit, struct entry_sign_in *in, struct effects *effects);
	/* Details of the LOGIN event. NULL: none. */
	void (*describe)(const struct visit *visit, const struct entry_sign_in *in, struct event *event);
	/* Adds what the user's No changes besides. NULL: nothing. */
	void (*deny)(struct visit *visit, const struct entry *entry, struct effects *effects);
	/* The answer, after the commit. */
	void (*answer)(struct visit *visit, const struct entry_sign_in *in);
	/* The answer to the application that there will be none: an OAuth error code, and a text that
	 * may be empty. */
	void (*refuse)(struct visit *visit, const struct entry *entry, struct str error, struct str text);
};

extern const struct entry_protocol entry_openid; /* OpenID Connect */
extern const struct entry_protocol entry_saml;   /* SAML 2.0: Web Browser SSO */
extern const struct entry_protocol entry_device; /* a device that shows a code (device.h) */
/* In tickets: events call it by the protocol of its tokens. */
#define ENTRY_DEVICE "device"

/* Answers a request that may be answered: by the browser's session, the login form, or a refusal. */
void entry_proceed(struct visit *visit, const struct entry *entry);
/* Answers one that is refused, by a page or at the application, with its LOGIN_ERROR event. */
void entry_refuse(struct visit *visit, const struct entry *entry, const struct authorize_verdict *verdict);

/* The protocol of the request that a ticket holds. */
const struct entry_protocol *entry_protocol_of(const struct ticket *ticket);
/* As entry_protocol.open, by the protocol of the ticket. */
bool entry_open(struct visit *visit, const struct ticket *ticket, struct entry *ret_entry,
		struct authorize_verdict *ret_verdict);
/* A ticket that holds the entry's request. */
struct ticket entry_ticket(const struct entry *entry);
/* As entry_protocol.restart_url, by the protocol of the ticket. */
struct str entry_restart_url(const struct visit *visit, const struct ticket *ticket);

#endif
