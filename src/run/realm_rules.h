/* What the work that nobody waits for goes by in each realm: how long sessions live, how long what is
 * kept. There may be very many realms, most of them used by nobody: no snapshots are made for this; of
 * each realm that is asked for a few numbers stay, read again when its version is another. Of one thread. */
#ifndef RUN_REALM_RULES_H
#define RUN_REALM_RULES_H

#include "model/life.h"
#include "store/store.h"

struct realm_rule {
	int64_t version;
	struct life_limits sessions[2][2]; /* [offline][remember_me] */
	int64_t events_s, receipts_s, failures_s; /* how long they are kept */
};

struct realm_rules;

struct realm_rules *realm_rules_new(struct store *store);
/* NULL is fine. */
void realm_rules_free(struct realm_rules *rules);

/* Makes the rules of these realms known, of others unknown again. On an error all stays as it was. */
MUST_USE enum error_code realm_rules_learn(struct realm_rules *rules, const struct realm_name *realms,
					   size_t n, struct why *reterr_why);
/* NULL: not learnt, or gone before it was. Valid until more are learnt. */
const struct realm_rule *realm_rules_of(const struct realm_rules *rules, struct str realm_id);

#endif
