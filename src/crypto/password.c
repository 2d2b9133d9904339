/* Password hashes by libsodium, libargon2 and OpenSSL; see password.h. */
#include "crypto/password.h"

#include <pthread.h>
#include <stdlib.h>

#include <argon2.h>
#include <openssl/evp.h>
#include <sodium.h>

#include "base/limits.h"
#include "crypto/internal.h"
#include "crypto/random.h"

enum { SALT_BYTES = 16, KIB = 1024 };

/* Keycloak's names and defaults. */
static const struct row {
	const char *name, *type;
	struct password_cost cost;
} rows[] = {
	[PASSWORD_ARGON2ID] = { "argon2", "id", { PASSWORD_ARGON2ID, 5, 7168, 1, 0x13, 32 } },
	[PASSWORD_ARGON2I] = { "argon2", "i", { PASSWORD_ARGON2I, 5, 7168, 1, 0x13, 32 } },
	[PASSWORD_ARGON2D] = { "argon2", "d", { PASSWORD_ARGON2D, 5, 7168, 1, 0x13, 32 } },
	[PASSWORD_PBKDF2_SHA1] = { "pbkdf2", "", { PASSWORD_PBKDF2_SHA1, 1300000, 0, 0, 0, 64 } },
	[PASSWORD_PBKDF2_SHA256] = { "pbkdf2-sha256", "",
		{ PASSWORD_PBKDF2_SHA256, 600000, 0, 0, 0, 32 } },
	[PASSWORD_PBKDF2_SHA512] = { "pbkdf2-sha512", "",
		{ PASSWORD_PBKDF2_SHA512, 210000, 0, 0, 0, 64 } },
};

static bool is_argon2(enum password_algorithm algorithm)
{
	return algorithm <= PASSWORD_ARGON2D;
}

struct password_cost password_cost_default(void)
{
	return rows[PASSWORD_ARGON2ID].cost;
}

struct password_cost password_cost_of(enum password_algorithm algorithm)
{
	return rows[algorithm].cost;
}

bool password_algorithm_of(struct str name, struct str type, enum password_algorithm *ret_algorithm)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		bool first = i == PASSWORD_ARGON2ID && type.n == 0;
		bool typed = !is_argon2((enum password_algorithm)i) || str_eq_z(type, rows[i].type);
		if (str_eq_z(name, rows[i].name) && (first || typed)) {
			*ret_algorithm = (enum password_algorithm)i;
			return true;
		}
	}
	return false;
}

const char *password_algorithm_name(enum password_algorithm algorithm)
{
	return rows[algorithm].name;
}

const char *password_algorithm_type(enum password_algorithm algorithm)
{
	return rows[algorithm].type;
}

bool password_version_of(struct str text, int64_t *ret_version)
{
	if (text.n == 0 || str_eq_z(text, "1.3"))
		*ret_version = 0x13;
	else if (str_eq_z(text, "1.0"))
		*ret_version = 0x10;
	else
		return false;
	return true;
}

static enum error_code check_range(
	const char *name, int64_t value, int64_t least, int64_t most, struct why *why)
{
	if (value < least || value > most)
		return error_because(why, ERROR_INVALID_VALUE,
			"password hash: %s %lld, allowed %lld to %lld", name, (long long)value,
			(long long)least, (long long)most);
	return OK;
}

static enum error_code check_argon2(const struct password_cost *cost, struct why *why)
{
	enum error_code error =
		check_range("iterations", cost->iterations, 1, PASSWORD_ITERATIONS_MAX_ARGON2, why);
	if (!error)
		error = check_range(
			"parallelism", cost->parallelism, 1, PASSWORD_PARALLELISM_MAX, why);
	if (!error)
		error = check_range("memory (KiB)", cost->memory_kib, 8 * cost->parallelism,
			PASSWORD_MEMORY_KIB_MAX, why);
	if (!error && cost->version != 0x13 && cost->version != 0x10)
		error = error_because(why, ERROR_INVALID_VALUE,
			"password hash: Argon2 version %lld, allowed 1.3 and 1.0",
			(long long)cost->version);
	return error;
}

static enum error_code check_cost(
	const struct password_cost *cost, size_t salt, size_t hash, struct why *why)
{
	enum error_code error;
	if (cost->algorithm > PASSWORD_PBKDF2_SHA512)
		return error_because(why, ERROR_INVALID_VALUE, "password hash: unknown algorithm");
	if (is_argon2(cost->algorithm))
		error = check_argon2(cost, why);
	else
		error = check_range(
			"iterations", cost->iterations, 1, PASSWORD_ITERATIONS_MAX_PBKDF2, why);
	if (!error)
		error = check_range(
			"salt length", (int64_t)salt, PASSWORD_SALT_MIN, PASSWORD_SALT_MAX, why);
	if (!error)
		error = check_range(
			"hash length", (int64_t)hash, PASSWORD_HASH_MIN, PASSWORD_HASH_MAX, why);
	return error;
}

enum error_code password_check(const struct password_hash *stored, struct why *reterr_why)
{
	return check_cost(&stored->cost, stored->salt.n, stored->hash.n, reterr_why);
}

static void start_sodium(void)
{
	/* Chooses the fastest code for this processor; fails only without randomness. */
	if (sodium_init() < 0)
		abort();
}

static enum error_code by_sodium(const struct password_cost *cost, struct str password,
	struct str salt, unsigned char *out, size_t n, struct why *why)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, start_sodium);
	if (crypto_pwhash(out, n, password.p ? password.p : "", password.n,
		    (const unsigned char *)salt.p, (unsigned long long)cost->iterations,
		    (size_t)cost->memory_kib * KIB, crypto_pwhash_ALG_ARGON2ID13) != 0)
		return error_because(why, ERROR_BUSY, "no memory for a password hash of %lld KiB",
			(long long)cost->memory_kib);
	return OK;
}

static enum error_code by_argon2(const struct password_cost *cost, struct str password,
	struct str salt, unsigned char *out, size_t n, struct why *why)
{
	static const argon2_type types[] = { [PASSWORD_ARGON2ID] = Argon2_id,
		[PASSWORD_ARGON2I] = Argon2_i,
		[PASSWORD_ARGON2D] = Argon2_d };
	argon2_context context = {
		.out = out,
		.outlen = (uint32_t)n,
		.pwd = (uint8_t *)password.p,
		.pwdlen = (uint32_t)password.n,
		.salt = (uint8_t *)salt.p,
		.saltlen = (uint32_t)salt.n,
		.t_cost = (uint32_t)cost->iterations,
		.m_cost = (uint32_t)cost->memory_kib,
		.lanes = (uint32_t)cost->parallelism,
		.threads = 1, /* the gate counts one core a hash */
		.version = (uint32_t)cost->version,
	};
	int result = argon2_ctx(&context, types[cost->algorithm]);
	if (result == ARGON2_MEMORY_ALLOCATION_ERROR)
		return error_because(why, ERROR_BUSY, "no memory for a password hash of %lld KiB",
			(long long)cost->memory_kib);
	if (result != ARGON2_OK)
		return error_because(
			why, ERROR_CRYPTO_FAILED, "Argon2: %s", argon2_error_message(result));
	return OK;
}

static enum error_code by_pbkdf2(const struct password_cost *cost, struct str password,
	struct str salt, unsigned char *out, size_t n, struct why *why)
{
	static const enum hash_kind kinds[] = { [PASSWORD_PBKDF2_SHA1] = HASH_SHA1,
		[PASSWORD_PBKDF2_SHA256] = HASH_SHA256,
		[PASSWORD_PBKDF2_SHA512] = HASH_SHA512 };
	if (PKCS5_PBKDF2_HMAC(password.n ? password.p : "", (int)password.n,
		    (const unsigned char *)salt.p, (int)salt.n, (int)cost->iterations,
		    crypto_md(kinds[cost->algorithm]), (int)n, out) != 1)
		return crypto_failed(why, "PBKDF2");
	return OK;
}

/* libsodium is twice as fast, and knows one form. */
static bool fits_sodium(const struct password_cost *cost, struct str salt)
{
	return cost->algorithm == PASSWORD_ARGON2ID && cost->version == 0x13 &&
		cost->parallelism == 1 && salt.n == crypto_pwhash_SALTBYTES;
}

/* Writes n bytes to out. */
static enum error_code derive(const struct password_cost *cost, struct str password,
	struct str salt, unsigned char *out, size_t n, struct why *why)
{
	enum error_code error = check_cost(cost, salt.n, n, why);
	if (error)
		return error;
	if (password.n > LIMIT_PASSWORD)
		return error_because(why, ERROR_PASSWORD_TOO_LONG,
			"password of %zu bytes, allowed %d", password.n, LIMIT_PASSWORD);
	if (!is_argon2(cost->algorithm))
		return by_pbkdf2(cost, password, salt, out, n, why);
	if (fits_sodium(cost, salt))
		return by_sodium(cost, password, salt, out, n, why);
	return by_argon2(cost, password, salt, out, n, why);
}

enum error_code password_verify(struct str password, const struct password_hash *stored,
	bool *ret_matches, struct why *reterr_why)
{
	unsigned char out[PASSWORD_HASH_MAX];
	if (stored->hash.n > sizeof out)
		return password_check(stored, reterr_why);
	enum error_code error =
		derive(&stored->cost, password, stored->salt, out, stored->hash.n, reterr_why);
	if (error)
		return error;
	*ret_matches = secret_equal(str_of(out, stored->hash.n), stored->hash);
	secret_wipe(out, sizeof out);
	return OK;
}

enum error_code password_make(struct arena *arena, struct str password,
	const struct password_cost *cost, struct password_hash *ret_hash, struct why *reterr_why)
{
	enum error_code error = check_range(
		"hash length", cost->hash_length, PASSWORD_HASH_MIN, PASSWORD_HASH_MAX, reterr_why);
	if (error)
		return error;
	size_t n = (size_t)cost->hash_length;
	unsigned char *salt = arena_alloc(arena, SALT_BYTES), *out = arena_alloc(arena, n);
	random_bytes(salt, SALT_BYTES);
	error = derive(cost, password, str_of(salt, SALT_BYTES), out, n, reterr_why);
	if (error)
		return error;
	*ret_hash = (struct password_hash){
		.cost = *cost, .salt = str_of(salt, SALT_BYTES), .hash = str_of(out, n)
	};
	return OK;
}

void password_verify_nobody(struct str password, const struct password_cost *cost)
{
	static const char nobody[PASSWORD_HASH_MAX] = "nobody's hash";
	struct password_hash stored = {
		.cost = *cost,
		.salt = str_of(nobody, SALT_BYTES),
		.hash = str_of(nobody, cost->hash_length > 0 ? (size_t)cost->hash_length : 0),
	};
	bool matches = false;
	/* Whether it failed does not matter: the same failure would hit a user who exists. */
	enum error_code error = password_verify(password, &stored, &matches, NULL);
	(void)error;
}
