/* The login form as a page; shared by the endpoints that show it. Private to app/. */
#ifndef APP_LOGIN_PAGE_H
#define APP_LOGIN_PAGE_H

#include "app/ticket.h"

struct login_page {
	struct str error, notice; /* at most one; empty: none */
	struct str username;      /* to fill in */
	struct str fixed_user;    /* who must sign in again; empty: anybody */
	bool remember_me;         /* the box is ticked */
};

/* The form with a fresh ticket of the same request; status 200. */
void login_page_show(struct visit *visit, struct ticket *ticket, const struct login_page *page);
/* The form for a new password. */
void login_page_update_password(struct visit *visit, struct ticket *ticket, struct str username, struct str error);
/* Answers for a ticket that did not open: started anew, cookie lost, not ours. */
void login_page_bad_ticket(struct visit *visit, enum error_code code, struct ticket *ticket,
			   const struct why *why);

/* The form for a new password, for whoever takes its answer at `action`. */
void login_page_new_password(struct visit *visit, struct str action, struct str ticket, struct str username,
			     struct str error);

#endif
