/* Sealing of private keys and client secrets for the store: AES-256-GCM with a key from
 * outside the store, a fresh random nonce, and a text that says what the value is
 * (associated data), so that a sealed value moved to another row does not open.
 *
 * Sealed text: "s1." and base64url of key id (4 bytes), nonce (12), ciphertext, tag (16).
 * The key id is a digest of the key: it tells a wrong key from a damaged value. */
#ifndef CRYPTO_SEAL_H
#define CRYPTO_SEAL_H

#include "base/arena.h"
#include "base/errors.h"
#include "crypto/secret.h"

struct seal_key;

enum { SEAL_KEY_BYTES = 32 };

/* From the text form: base64url of 32 bytes, as random_token(arena, 32) makes it.
 * ERROR_INVALID_VALUE. */
enum error_code seal_key_from_text(
	struct str text, struct seal_key **ret_key, struct why *reterr_why) MUST_USE;
/* Wipes. NULL is fine. */
void seal_key_free(struct seal_key *key);

/* `what` is kept outside and must come again, e.g. "client-secret:<client id>". */
enum error_code seal_text(struct arena *arena, const struct seal_key *key, struct str what,
	struct str plain, struct str *ret_sealed, struct why *reterr_why) MUST_USE;
/* ERROR_CORRUPT: not a sealed text, sealed with another key, damaged, or sealed as
 * something else than `what`; `why` tells which. The caller frees the secret. */
enum error_code seal_open(const struct seal_key *key, struct str what, struct str sealed,
	struct secret *ret_plain, struct why *reterr_why) MUST_USE;
/* True when the text has the form of a sealed one. */
bool seal_is_sealed(struct str text);

#endif
