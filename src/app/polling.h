/* Applications that ask again and again for the tokens of a grant that waits (oidc/pending.h). */
#ifndef APP_POLLING_H
#define APP_POLLING_H

#include "app/redemption.h"
#include "store/pending.h"

struct polling {
	struct client_request *r;
	const struct polling_rules *rules;
	struct pending_grant grant;
	struct redemption redemption;
	bool counted; /* as a question in time */
};

/* What one kind of grant has of its own. */
struct polling_rules {
	enum pending_kind kind;
	const char *parameter; /* of the token request */
	/* What the application is told; NULL: the error's own text. */
	const char *unknown, *expired, *too_early, *denied, *open;
	/* The user has agreed: the tokens, and polling_used among the effects. As redemption_round. */
	enum error_code (*redeem)(struct polling *p, bool *ret_granted, struct why *reterr_why);
};

/* Answers the request of `p`, of which `r` and `rules` are set. */
void polling_answer(struct polling *p);
/* Adds that the tokens were fetched. */
void polling_used(struct polling *p, struct effects *effects);

#endif
