/* The certificate of a TLS listener, replaceable while connections come in. The one user of
 * GnuTLS beside the HTTP library. */
#ifndef HTTP_TLS_H
#define HTTP_TLS_H

#include "base/errors.h"

struct tls;

/* TLS 1.2 and 1.3 with forward secrecy. */
#define TLS_PRIORITIES "SECURE128:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-RSA"

/* Reads both PEM files. INVALID_CONFIG with the file's name and the reason: unreadable, not
 * PEM, key and certificate do not belong together. */
enum error_code tls_new(const char *certificate_file, const char *key_file, struct tls **ret_tls,
	struct why *reterr_why) MUST_USE;
void tls_free(struct tls *tls);
/* Reads the files again; on an error nothing changes. */
enum error_code tls_reload(struct tls *tls, struct why *reterr_why) MUST_USE;
/* The library's certificate callback (a gnutls_certificate_retrieve_function2), as an address
 * to pass on: this header keeps GnuTLS's names out of the server. What it presents stays valid
 * for minutes after a reload, longer than any handshake may take. */
intptr_t tls_certificate_callback(void);
/* Asked by that callback: whose handshake is it? Implemented by the server; `session_pointer`
 * is what the HTTP library has attached to the session. */
struct tls *tls_of_session(void *session_pointer);

#endif
