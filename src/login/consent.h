/* Consent: what a user has to be asked before a client gets in, and what a yes means. Pure.
 *
 * A client asks when it has consentRequired. What it asks for are those of the granted client
 * scopes, and the client itself, that are shown on the consent screen: a scope unless its
 * attribute display.on.consent.screen says no, the client only when it says yes. */
#ifndef LOGIN_CONSENT_H
#define LOGIN_CONSENT_H

#include "model/consent.h"

/* One line of the question. */
struct consent_item {
	struct str id;   /* of the client scope, or of the client itself */
	struct str name; /* scope name, or clientId */
	struct str text; /* as it was set: words, or a key in the form ${key} */
};

/* How a scope or a client shows itself (its text as on the consent screen). */
struct consent_item consent_item_of_scope(const struct client_scope *scope);
struct consent_item consent_item_of_client(const struct client *client);

enum consent_asking {
	CONSENT_ASK_MISSING, /* what the user has not consented to, where the client asks */
	CONSENT_ASK_AGAIN,   /* all of it anew, where the client asks (prompt=consent) */
	CONSENT_ASK_ALWAYS,  /* all of it, whatever the client wants */
};

/* What has to be asked before these scopes are granted, in the order of gui.order; returns how
 * many. `granted`: the user's row, or one of version 0. */
size_t consent_missing(struct arena *arena, const struct client *client,
		       const struct client_scope *const *scopes, size_t n, const struct consent *granted,
		       enum consent_asking asking, struct consent_item **ret_items);
/* The row after a yes to these items. */
struct consent consent_after(struct arena *arena, const struct consent *granted,
			     const struct consent_item *items, size_t n, int64_t now_ms);
/* The ids of a question as one text, and whether each of these items was among them: a yes is to
 * what was shown. */
struct str consent_question(struct arena *arena, const struct consent_item *items, size_t n);
bool consent_was_shown(struct str question, const struct consent_item *items, size_t n);

#endif
