/* Grants that wait for the user's answer elsewhere: what the application is told that asks for its
 * tokens meanwhile (RFC 8628 section 3.5, OpenID CIBA Core section 11). Pure. */
#ifndef OIDC_PENDING_H
#define OIDC_PENDING_H

#include "base/errors.h"
#include "model/pending_change.h"
#include "model/realm.h"

/* OK: the user has agreed. PENDING_UNKNOWN (*ret_text: what the application is told, where it is not the
 * kind's own text), PENDING_EXPIRED, SLOW_DOWN, PENDING_DENIED, PENDING_OPEN. */
enum error_code pending_judge_poll(const struct pending_grant *grant, enum pending_kind kind,
				   const struct realm *realm, const struct client *client, int64_t now_ms,
				   struct str *ret_text);

#endif
