/* A case file, read: rows, request, and the text that is expected. */
#ifndef TESTS_CASES_CASE_H
#define TESTS_CASES_CASE_H

#define REALM_FIXTURE_SHARED
#include "../unit/realm_fixture.h"

#include "base/text.h"
#include "signout/decide.h"

enum { CASE_SESSIONS = 8, CASE_PAIRS = 32 };

struct case_file {
	int64_t now_s;
	struct user user;
	struct session *sessions[CASE_SESSIONS];
	size_t sessions_n;
	const struct session *browser;
	bool hint_given, hint_valid, confirmed;
	struct str hint_client, hint_session, duplicate;
	struct attributes headers, request, token;
	struct signout_order order;
	struct str order_client;
	bool initiator_knows; /* the order's client sent a LogoutRequest */
	struct str expected;
};

/* Reads the text (which lives as long as the arena); ends the program at what it does not
 * know, since a case that says nothing tests nothing. */
void case_read(const char *name, struct str text, struct case_file *ret_case);
const struct session *case_session(const struct case_file *file, struct str id);

#endif
