/* Password hashes with the parameters that Keycloak's credentials have. Slow on purpose:
 * callers run it behind the password gate. */
#ifndef CRYPTO_PASSWORD_H
#define CRYPTO_PASSWORD_H

#include "base/arena.h"
#include "base/errors.h"

enum password_algorithm {
	PASSWORD_ARGON2ID,
	PASSWORD_ARGON2I,
	PASSWORD_ARGON2D,
	PASSWORD_PBKDF2_SHA1, /* Keycloak's "pbkdf2" */
	PASSWORD_PBKDF2_SHA256,
	PASSWORD_PBKDF2_SHA512,
};

/* Bounds: what is beyond them is refused before any work. */
enum {
	PASSWORD_MEMORY_KIB_MAX = 1 << 20,
	PASSWORD_ITERATIONS_MAX_ARGON2 = 100,
	PASSWORD_ITERATIONS_MAX_PBKDF2 = 10 * 1000 * 1000,
	PASSWORD_PARALLELISM_MAX = 16,
	PASSWORD_SALT_MIN = 8,   /* bytes */
	PASSWORD_SALT_MAX = 256, /* bytes */
	PASSWORD_HASH_MIN = 16,  /* bytes */
	PASSWORD_HASH_MAX = 128, /* bytes */
};

struct password_cost {
	enum password_algorithm algorithm;
	int64_t iterations;
	int64_t memory_kib;  /* Argon2 only */
	int64_t parallelism; /* Argon2 only: lanes */
	int64_t version;     /* Argon2 only: 0x13 for "1.3", 0x10 for "1.0" */
	int64_t hash_length; /* bytes */
};

struct password_hash {
	struct password_cost cost; /* hash_length is not read: hash.n counts */
	struct str salt, hash;     /* bytes */
};

/* What Keycloak 26.7 gives a new password: argon2id 1.3, 7168 KiB, 5 passes, 1 lane, 32
 * bytes. */
struct password_cost password_cost_default(void);
/* Keycloak's defaults for an algorithm: iterations 5 (argon2), 1300000 (pbkdf2), 600000
 * (pbkdf2-sha256), 210000 (pbkdf2-sha512), and its hash lengths. */
struct password_cost password_cost_of(enum password_algorithm algorithm);
/* Keycloak's name of an algorithm: "argon2" (type "id", "i", "d"; the empty type is "id"),
 * "pbkdf2", "pbkdf2-sha256", "pbkdf2-sha512". False when it is unknown. */
bool password_algorithm_of(
	struct str name, struct str type, enum password_algorithm *ret_algorithm);
/* The same the other way; the type is empty for PBKDF2. Static storage. */
const char *password_algorithm_name(enum password_algorithm algorithm);
const char *password_algorithm_type(enum password_algorithm algorithm);
/* "1.3" and "1.0", also empty for "1.3". */
bool password_version_of(struct str text, int64_t *ret_version);

/* Whether a stored hash is within the bounds; ERROR_INVALID_VALUE with the value that is
 * not. For imports; password_verify asks it itself. */
enum error_code password_check(const struct password_hash *stored, struct why *reterr_why) MUST_USE;
/* Whether the password (UTF-8, at most LIMIT_PASSWORD bytes, else ERROR_PASSWORD_TOO_LONG)
 * has this hash. A wrong password is OK with *ret_matches false. ERROR_BUSY when there is no
 * memory for it at the moment. */
enum error_code password_verify(struct str password, const struct password_hash *stored,
	bool *ret_matches, struct why *reterr_why) MUST_USE;
/* A hash of the password under `cost` with a fresh random salt of 16 bytes. */
enum error_code password_make(struct arena *arena, struct str password,
	const struct password_cost *cost, struct password_hash *ret_hash,
	struct why *reterr_why) MUST_USE;
/* The work of password_verify for a user who does not exist, so that both take the same
 * time; there is no result. */
void password_verify_nobody(struct str password, const struct password_cost *cost);

#endif
