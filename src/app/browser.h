/* The browser: its cookies and the session that they name.
 *
 * Cookies have Path=/ and a name that holds the realm's id, so that /realms and
 * /auth/realms see the same session and no other realm does. The session's cookie holds a
 * secret of its own, kept as a hash only; it never is the `sid`. */
#ifndef APP_BROWSER_H
#define APP_BROWSER_H

#include "app/visit.h"
#include "model/life.h"

/* The flow cookie that binds tickets; empty when absent. */
struct str browser_flow_cookie(struct visit *visit);
/* The same, made and set when absent. */
struct str browser_flow_secret(struct visit *visit);

/* Whether it has a session's cookie at all; nothing is read from the store. */
bool browser_has_session(struct visit *visit);
/* The hashes of the secrets in its session cookies, dead sessions' too. */
struct str_list browser_session_hashes(struct visit *visit);
/* The live session of the browser with its clients, and its user (row only). *ret_user is
 * enabled. False: none, or dead. */
MUST_USE enum error_code browser_session(struct visit *visit, bool *ret_alive, struct session *ret_session,
					 struct user **ret_user, struct why *reterr_why);

/* A new secret for a session's cookie: sets the cookie and returns the hash to store. Beside
 * it goes the state cookie, which scripts of ours may read: a hash of the sid, by which the
 * session iframe sees that the browser's session is another one or none. */
struct str browser_set_session_cookie(struct visit *visit, struct str sid, bool remember_me);
/* Both cookies. */
void browser_clear_session_cookie(struct visit *visit);
/* The cookie that holds what comes when the browser owes nothing any more (owed.h); empty: none. */
struct str browser_owed(struct visit *visit);
void browser_keep_owed(struct visit *visit, struct str sealed);
void browser_clear_owed(struct visit *visit);
struct str browser_state_cookie_name(const struct visit *visit);
bool browser_has_state(struct visit *visit);

#endif
