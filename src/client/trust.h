/* The certificates that outgoing TLS trusts, read once and shared by all connections. */
#ifndef CLIENT_TRUST_H
#define CLIENT_TRUST_H

#include "base/errors.h"

struct trust;

/* Reads a PEM bundle and adds the certificates of a PEM text (empty: none). ERROR_INVALID_CONFIG
 * with the file's name. The distribution's bundle is trusted besides; it is read when the first
 * connection needs it (that takes 50 ms), and may be absent. */
enum error_code trust_new(struct str ca_file, struct str ca_pem, struct trust **ret_trust,
	struct why *reterr_why) MUST_USE;
/* NULL is fine. */
void trust_free(struct trust *trust);
/* Makes trust_apply bring a certificate of our own too, for servers that ask for one: a chain and
 * its key, PEM files. ERROR_INVALID_CONFIG with the file's name. */
enum error_code trust_show(struct trust *trust, struct str certificate_file, struct str key_file,
	struct why *reterr_why) MUST_USE;
/* Gives an SSL_CTX this trust. With `besides`, what the context trusts already, or is made to
 * trust later, stays its own and is added; without, the context shares the store of `trust` and
 * must not be added to. Also forbids renegotiation: a watch on the first handshake then never
 * sees another. False when memory is gone. Client's thread only. */
bool trust_apply(struct trust *trust, void *ssl_ctx, bool besides);

#endif
