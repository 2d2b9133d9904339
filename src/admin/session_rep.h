/* Sessions in the admin API's form. Private to admin/. */
#ifndef ADMIN_SESSION_REP_H
#define ADMIN_SESSION_REP_H

#include "admin/call.h"

/* Appends one session, with its clients. */
void session_rep_write(struct json_writer *w, const struct realm *realm, const struct session *session);

#endif
