/* Ending sessions from the admin API: one, or all of a user. Private to admin/. */
#ifndef ADMIN_ENDING_H
#define ADMIN_ENDING_H

#include "admin/call.h"
#include "signout/doors.h"

/* Ends one session by this door; the sign-out's id goes into the response header. */
MUST_USE enum error_code ending_session(struct admin_call *call, enum door door, struct str session_id,
					bool offline, struct why *reterr_why);
/* Ends all of the user's, and the offline ones where the door's row says so. */
MUST_USE enum error_code ending_user(struct admin_call *call, enum door door, struct str user_id,
				     struct why *reterr_why);

#endif
