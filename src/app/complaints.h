/* What is wrong with what somebody sent of a user, field by field, as Keycloak tells it:
 * {"field": ..., "errorMessage": ..., "params": [...]}. */
#ifndef APP_COMPLAINTS_H
#define APP_COMPLAINTS_H

#include "base/text.h"

struct complaints {
	struct arena *arena;
	struct text entries; /* JSON, with commas between them; empty at first */
	size_t n;
};

struct complaints complaints_new(struct arena *arena);
/* One more. `message` is a key of Keycloak's texts, and `label` its first parameter; `more`: further
 * ones as JSON, each behind a comma. */
void complaints_add(struct complaints *complaints, struct str field, const char *message, struct str label,
		    struct str more);

#endif
