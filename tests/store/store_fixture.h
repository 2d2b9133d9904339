/* What the tests of store/ share: a store, the real writer in front of it, one realm, and
 * rows to begin with. */
#ifndef TESTS_STORE_STORE_FIXTURE_H
#define TESTS_STORE_STORE_FIXTURE_H

#include "fixture.h"

#include "run/writer.h"
#include "store/store.h"

/* Valid from setup to teardown. */
struct setting {
	struct store *store;
	struct writer *writer;
	struct arena *arena;
	struct effects list; /* what `add` fills and `apply` applies */
};
extern struct setting on;

/* For cmocka: an empty database with the realm "realm", and its end. */
/* Where the database of the test is, for store_open. */
struct str store_url(struct arena *arena);
int store_setup(void **state);
int store_teardown(void **state);
#define IN_STORE(test)                                                                           \
	{                                                                                        \
		cmocka_unit_test_setup_teardown(test, store_setup, store_teardown), EVERY_ENGINE \
	}

/* Adds one effect to on.list: ADD(SESSION_CREATE, session, .id = STR("s"), ...). */
#define ADD(KIND, member, ...)                            \
	(effects_add(&on.list, EFFECT_##KIND)->u.member = \
			(__typeof__(((struct effect *)0)->u.member)){ __VA_ARGS__ })

/* Applies on.list through the writer and empties it. */
enum error_code apply(struct why *reterr_why);
#define APPLY(expected) EXPECT(apply(&why), expected)
/* Any other work through the writer. */
enum error_code work(struct store_work work, struct why *reterr_why);

/* A session "s" and the like; version 1. */
struct session some_session(const char *id);
struct client_session some_client(const char *session, const char *client);
struct user some_user(const char *id, const char *username, const char *email);
struct delivery some_delivery(const char *id, const char *signout, int64_t due_ms);

struct session find_session(const char *id);
struct user *find_user(const char *id, unsigned parts);
/* Rows of a table on a connection of its own. */
int64_t count(const char *sql);
/* Runs one statement on a connection of its own. */
void script(const char *sql);

static inline void expect_text(struct str got, const char *expected)
{
	if (!str_eq_z(got, expected))
		fail_msg("\"%.*s\" instead of \"%s\"", STR_ARG(got), expected);
}

#endif
