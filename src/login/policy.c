/* Password policies; see policy.h. */
#include "login/policy.h"

#include "base/limits.h"
#include "base/tables.h"

static size_t count(struct str s, bool (*is)(unsigned char c))
{
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++)
		n += is((unsigned char)s.p[i]);
	return n;
}

static bool is_digit(unsigned char c)
{
	return c >= '0' && c <= '9';
}

static bool is_lower(unsigned char c)
{
	return c >= 'a' && c <= 'z';
}

static bool is_upper(unsigned char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool is_special(unsigned char c)
{
	return !is_digit(c) && !is_lower(c) && !is_upper(c) && c < 0x80;
}

/* Characters, not bytes: what a policy of a length means. */
static bool is_first_byte(unsigned char c)
{
	return (c & 0xc0) != 0x80;
}

struct counted {
	const char *item;
	bool (*is)(unsigned char c);
	const char *before, *after; /* of the number */
	bool most;   /* an upper bound */
	int usual;   /* what Keycloak takes when the policy names no number */
};

static const struct counted counted_items[] = {
	{ "length", is_first_byte, "Invalid password: minimum length ", ".", false, 8 },
	{ "maxLength", is_first_byte, "Invalid password: maximum length ", ".", true, 64 },
	{ "digits", is_digit, "Invalid password: must contain at least ", " numerical digits.", false, 1 },
	{ "lowerCase", is_lower, "Invalid password: must contain at least ", " lower case characters.", false, 1 },
	{ "upperCase", is_upper, "Invalid password: must contain at least ", " upper case characters.", false, 1 },
	{ "specialChars", is_special, "Invalid password: must contain at least ", " special characters.", false, 1 },
};

static bool contains_nocase(struct str s, struct str part)
{
	for (size_t i = 0; part.n && i + part.n <= s.n; i++)
		if (str_eq_nocase(str_take(str_drop(s, i), part.n), part))
			return true;
	return false;
}

/* Items that say how hashes are made, not what passwords are. */
static bool is_about_hashes(struct str name)
{
	static const char *const names[] = { "hashAlgorithm", "hashIterations", "forceExpiredPasswordChange",
		"maxAuthAge" };
	for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
		if (str_eq_z(name, names[i]))
			return true;
	return false;
}

/* The text of what is not met; empty when it is. */
static struct str check_item(struct arena *arena, struct str name, struct str argument, struct str password,
			     struct str username, struct str email)
{
	for (size_t i = 0; i < ARRAY_LENGTH(counted_items); i++) {
		const struct counted *item = &counted_items[i];
		if (!str_eq_z(name, item->item))
			continue;
		int64_t limit = item->usual;
		str_to_int64(argument, &limit);
		int64_t has = (int64_t)count(password, item->is);
		bool good = item->most ? has <= limit : has >= limit;
		return good ? STR("") :
			arena_format(arena, "%s%lld%s", item->before, (long long)limit, item->after);
	}
	if (str_eq_z(name, "notUsername"))
		return str_eq_nocase(password, username) ?
			STR("Invalid password: must not be equal to the username.") : STR("");
	if (str_eq_z(name, "notContainsUsername"))
		return contains_nocase(password, username) ?
			STR("Invalid password: Can not contain the username.") : STR("");
	if (str_eq_z(name, "notEmail"))
		return email.n && str_eq_nocase(password, email) ?
			STR("Invalid password: must not be equal to the email.") : STR("");
	if (is_about_hashes(name))
		return STR("");
	return arena_join(arena, STR("Invalid password: the realm's policy '"), name,
			  STR("' cannot be checked by this server yet."));
}

enum error_code policy_check(struct arena *arena, struct str policy, struct str password,
			     struct str username, struct str email, struct str *ret_text)
{
	struct str name, argument, text = STR("");
	if (!password.n)
		text = STR("Please specify password.");
	else if (password.n > LIMIT_PASSWORD)
		text = STR("Invalid password: it is too long.");
	while (!text.n && policy_next(&policy, &name, &argument))
		text = check_item(arena, name, argument, password, username, email);
	if (!text.n)
		return OK;
	*ret_text = text;
	return ERROR_INVALID_PASSWORD;
}

static bool is_one_of(struct str name, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq_z(name, names[i]))
			return true;
	return false;
}

static bool is_counted(struct str name)
{
	static const char *const others[] = { "passwordHistory", "passwordAge", "recoveryCodesWarningThreshold",
		"hashIterations", "forceExpiredPasswordChange", "maxAuthAge" };
	for (size_t i = 0; i < ARRAY_LENGTH(counted_items); i++)
		if (str_eq_z(name, counted_items[i].item))
			return true;
	return is_one_of(name, others, ARRAY_LENGTH(others));
}

static enum error_code read_item(struct str name, struct str argument, struct why *reterr_why)
{
	static const char *const others[] = { "notUsername", "notContainsUsername", "notEmail", "passwordBlacklist",
		"regexPattern", "hashAlgorithm" };
	enum password_algorithm algorithm;
	int64_t number;
	if (is_counted(name)) {
		bool is_number = !argument.n || (str_to_int64(argument, &number) && number >= INT32_MIN && number <= INT32_MAX);
		return is_number ? OK : error_because(reterr_why, ERROR_INVALID_VALUE,
			"Invalid config for %.*s: Not a valid number", STR_ARG(name));
	}
	if (!is_one_of(name, others, ARRAY_LENGTH(others)))
		return error_because(reterr_why, ERROR_INVALID_VALUE, "Password policy not found");
	if (str_eq_z(name, "hashAlgorithm") && argument.n && !password_algorithm_of(argument, STR(""), &algorithm))
		return error_because(reterr_why, ERROR_INVALID_VALUE,
			"Invalid config for hashAlgorithm: Password hashing provider not found");
	return OK;
}

enum error_code policy_read(struct str policy, struct why *reterr_why)
{
	struct str name, argument;
	enum error_code code = OK;
	while (code == OK && policy_next(&policy, &name, &argument))
		code = read_item(name, argument, reterr_why);
	return code;
}
