/* What the browser owes: SAML service providers that hear of a sign-out through the browser alone.
 *
 * Their notices are deliveries that wait for the browser (DELIVERY_WAITING_BROWSER), owed under
 * the secret of the session's cookie, which the browser goes on presenting. The browser is sent
 * to one provider after another, top-level; each sends it back to us with a LogoutResponse. What
 * comes afterwards is kept in a sealed ticket in a cookie. A provider that never sends the browser
 * back stops only those behind it: the browser's next visit to the realm goes on, with that one
 * last, and after OWED_ASKS times it is given up. */
#ifndef APP_OWED_H
#define APP_OWED_H

#include "app/logout_page.h"
#include "app/saml.h"
#include "app/ticket.h"

enum { OWED_ASKS = 3 };

/* ticket.then: what comes when nobody is owed anything any more. */
#define OWED_THEN_PAGE STR("page")         /* the logout page: signout_id, client_id, redirect */
#define OWED_THEN_RESPONSE STR("response") /* a LogoutResponse: client_id, request_id, state,
					      binding; signout_id may be several, by spaces */
#define OWED_THEN_ENTRY STR("entry")       /* the sign-in that the ticket holds */

/* After a sign-out in this browser of which it owes some: the page's frames first, then the
 * providers, then where the page would have gone. */
void owed_begin(struct visit *visit, const struct logout_page *page);
/* Sends the browser to the next provider, or finishes. */
void owed_go_on(struct visit *visit, struct ticket *then);
/* The client's own LogoutRequest came by this browser: it need not hear of sign-outs any more. */
void owed_paid_by(struct visit *visit, const struct client *client);
/* Finishes at once. */
void owed_finish(struct visit *visit, const struct ticket *then);
/* True when the browser owes something, and has been sent on its way: the visit is answered, the
 * entry goes on afterwards. Never for an entry that must not show anything. */
bool owed_comes_first(struct visit *visit, const struct entry *entry);

/* A LogoutResponse that a browser brought, its signature checked. */
void owed_answer(struct saml_visit *v);
http_handler owed_handle; /* GET .../protocol/saml/continue: after the frames of a logout page */

#endif
