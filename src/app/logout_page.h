/* The page after a sign-out, and its state afterwards: each application and whether it has
 * heard, read from the receipt. The session is dead before the page is shown.
 *
 * The page frames the front-channel clients' logout URLs (OpenID Connect Front-Channel Logout
 * 1.0 section 3), asks for news while something is open, and goes on to where the application
 * wanted. Who may ask for news is proven by a sealed ticket, since there is no session. */
#ifndef APP_LOGOUT_PAGE_H
#define APP_LOGOUT_PAGE_H

#include "app/visit.h"
#include "model/delivery.h"
#include "web/template.h"

struct logout_page {
	struct str signout_id;       /* empty: nothing was left to end */
	const struct client *client; /* that asked; NULL: none, or unknown */
	struct str redirect;         /* where the browser goes then; checked; empty: it stays */
	bool frames;                 /* the sign-out counts on this browser for front channels */
};

/* True when the user is to see the page although there is somewhere to go: realm attribute
 * `curfew.logout.page` is `always`. */
bool logout_page_always(const struct realm *realm);
/* A receipt's applications for another page: scopes of client, name, heard and state. */
struct template_scope *logout_page_lines(struct visit *visit, const struct signout *signout, size_t *ret_n);
void logout_page_show(struct visit *visit, const struct logout_page *page);

#endif
