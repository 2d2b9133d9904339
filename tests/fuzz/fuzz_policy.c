/* login/policy.h: a realm's policy text and a password, both from strangers, against what must
 * hold: an item is never dropped, a refusal has a text, a counted item means what it says.
 *
 * The input: lines "policy", "username", "email"; the rest is the password. */
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "login/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static struct str line(struct str *rest)
{
	struct str one = STR("");
	return str_next(rest, '\n', &one) ? one : STR("");
}

static bool passes(struct arena *arena, struct str policy, struct str password)
{
	struct str text = STR("untouched");
	enum error_code code = policy_check(arena, policy, password, STR("ada"), STR("a@b.c"), &text);
	require(code == OK || code == ERROR_INVALID_PASSWORD);
	require(text.n && str_eq_z(text, "untouched") == (code == OK));
	return code == OK;
}

/* Two policies joined ask for what each of them asks. */
static void check_joined(struct arena *arena, struct str policy, struct str password)
{
	static const char *const more[] = { "length(3)", "digits(1)", "upperCase(1)", "notUsername" };
	bool before = passes(arena, policy, password);
	for (size_t i = 0; i < sizeof more / sizeof *more; i++) {
		struct str item = str_from(more[i]);
		bool alone = passes(arena, item, password);
		/* In front, so that an unclosed parenthesis of the policy cannot swallow it. */
		require(passes(arena, arena_join(arena, item, STR(" and "), policy), password) ==
			(alone && before));
	}
}

/* The items, counted here by hand. */
static void check_counts(struct arena *arena, struct str password)
{
	int64_t digits = 0;
	for (size_t i = 0; i < password.n; i++)
		digits += password.p[i] >= '0' && password.p[i] <= '9';
	for (int64_t limit = digits ? digits - 1 : 0; limit <= digits + 1; limit++)
		require(passes(arena, arena_format(arena, "digits(%lld)", (long long)limit), password) ==
			(digits >= limit));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	ARENA_SCOPED arena = arena_new(0);
	struct str rest = str_of(data, n), text = STR("");
	struct str policy = line(&rest), username = line(&rest), email = line(&rest);
	struct str items = policy, name, argument;
	size_t items_n = 0;
	while (policy_next(&items, &name, &argument)) {
		require(++items_n <= n && name.n <= policy.n && argument.n <= policy.n);
		require(!str_contains(name, STR("(")));
	}
	enum error_code code = policy_check(arena, policy, rest, username, email, &text);
	require(code == OK || (code == ERROR_INVALID_PASSWORD && text.n));
	if (!rest.n || rest.n > LIMIT_PASSWORD) {
		require(code != OK);
		return 0;
	}
	check_joined(arena, policy, rest);
	check_counts(arena, rest);
	return 0;
}
