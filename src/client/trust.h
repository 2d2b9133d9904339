/* The certificates that outgoing TLS trusts, read once and shared by all connections. */
#ifndef CLIENT_TRUST_H
#define CLIENT_TRUST_H

#include "base/errors.h"

struct trust;

/* Reads a PEM bundle and adds the certificates of a PEM text (empty: none). ERROR_INVALID_CONFIG
 * with the file's name. An empty path means the distribution's bundle: it is read when the first
 * connection needs it (that takes 50 ms), and where there is none nobody is trusted. */
enum error_code trust_new(struct str ca_file, struct str ca_pem, struct trust **ret_trust,
	struct why *reterr_why) MUST_USE;
/* NULL is fine. */
void trust_free(struct trust *trust);
/* Gives an SSL_CTX this trust. With `besides`, what the context trusts already, or is made to
 * trust later, stays its own and is added; without, the context shares the store of `trust` and
 * must not be added to. Also forbids renegotiation: a watch on the first handshake then never
 * sees another. False when memory is gone. Client's thread only. */
bool trust_apply(struct trust *trust, void *ssl_ctx, bool besides);

#endif
