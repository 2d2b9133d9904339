/* Times of XML messages (xs:dateTime in UTC, SAML core section 1.3.3). Pure. */
#ifndef SAML_TIME_H
#define SAML_TIME_H

#include "base/arena.h"

/* "2026-11-21T10:26:50.535Z", milliseconds always, as Keycloak writes it. */
struct str saml_time_text(struct arena *arena, int64_t ms);
/* Years 1970 to 9999; a fraction of any length is cut to milliseconds; "Z", or an offset as
 * "+01:00". No zone is refused (the standard wants UTC), so is what no calendar has. */
bool saml_time_read(struct str text, int64_t *ret_ms);

#endif
