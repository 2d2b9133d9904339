/* The device authorization grant (RFC 8628): a device asks for a code, somebody types it on a page
 * here, signs in and agrees, and the device fetches its tokens (token_by_device.c). */
#ifndef APP_DEVICE_H
#define APP_DEVICE_H

#include "app/entry.h"

/* What a device's user signs in for; `user_code` as it was shown. False: *ret_verdict says why not. */
bool entry_device_make(struct visit *visit, const struct pending_grant *grant, struct str user_code,
		       struct entry *ret_entry, struct authorize_verdict *ret_verdict);

/* Handlers. */
http_handler device_authorize_handle; /* POST .../protocol/openid-connect/auth/device */
http_handler device_page_handle;      /* GET, POST .../device: where the code is typed */
http_handler device_status_handle;    /* GET .../device/status: what came of it */

#endif
