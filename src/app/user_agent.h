/* What a User-Agent header says of browser and device, for people who look at their sessions.
 * A guess by the common words; what is not known is "Other", as in Keycloak. */
#ifndef APP_USER_AGENT_H
#define APP_USER_AGENT_H

#include "base/arena.h"

struct user_agent {
	struct str browser; /* "Firefox/128.0", "Other/Unknown" */
	struct str os, os_version, device;
	bool mobile;
};

struct user_agent user_agent_read(struct arena *arena, struct str header);

#endif
