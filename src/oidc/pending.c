/* What an application is told that waits; see pending.h. */
#include "oidc/pending.h"

enum error_code pending_judge_poll(const struct pending_grant *grant, enum pending_kind kind,
				   const struct realm *realm, const struct client *client, int64_t now_ms,
				   struct str *ret_text)
{
	if (grant->kind != kind)
		return ERROR_PENDING_UNKNOWN;
	if (!str_eq(grant->realm_id, realm->settings.id) || !str_eq(grant->client_id, client->id)) {
		*ret_text = STR("unauthorized client");
		return ERROR_PENDING_UNKNOWN;
	}
	if (grant->state == PENDING_USED)
		return ERROR_PENDING_UNKNOWN;
	if (grant->expires_ms <= now_ms)
		return ERROR_PENDING_EXPIRED;
	if (grant->polled_ms + grant->interval_ms > now_ms)
		return ERROR_SLOW_DOWN;
	return grant->state == PENDING_APPROVED ? OK :
	       grant->state == PENDING_DENIED ? ERROR_PENDING_DENIED : ERROR_PENDING_OPEN;
}
