/* What every endpoint has at hand: the server's parts, wired once by main/. Read-only
 * after start; the parts are thread-safe. */
#ifndef APP_APP_H
#define APP_APP_H

#include "crypto/seal.h"
#include "http/router.h"
#include "run/snapshots.h"
#include "run/writer.h"

struct app {
	struct store *store;
	struct writer *writer;
	struct snapshots *snapshots;
	/* Seals login tickets and confirmation forms; made at first start, kept in the store's
	 * sealed settings, so that a restart loses no login under way. */
	const struct seal_key *ticket_key;
	struct str hostname; /* "https://sso.example.org" or with "/auth"; empty: from the Host */
	/* Where the server listens, "http://127.0.0.1:8080": what a test of its own address asks when
	 * no hostname is set. Empty: nowhere but on the unix socket. */
	struct str own_url;
	struct outgoing *http; /* for requests that an administrator asks for; client/client.h */
	/* Where users are asked whether an application may sign them in (ciba.h), an http or https URL; empty:
	 * nowhere. At most so many requests wait for it at once. */
	struct str authentication_channel;
	int authentication_channel_max;
	/* Stores a list, tells of its notices; as outbox/outbox.h says. */
	enum error_code (*apply)(void *outbox, const struct effects *effects, struct why *reterr_why);
	/* Told when notices were queued otherwise: the outbox looks at once. */
	void (*wake_outbox)(void *outbox);
	void *outbox;
	/* Counts an event for metrics (`error` empty: none). */
	void (*count_event)(void *context, struct str realm, struct str type, struct str error);
	void *count_context;
};

/* Adds the public endpoints (OIDC, login pages, static resources) to a router. */
void app_add_routes(struct app *app, struct http_router *router);

/* Applies effects durably; the outbox tells of the notices among them. Errors as writer_apply:
 * STALE means "load and decide again". */
MUST_USE enum error_code app_apply(struct app *app, const struct effects *effects, struct why *reterr_why);

#endif
