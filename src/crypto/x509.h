/* X.509 certificates: facts of one, a self-signed one for a realm's key, and why a TLS
 * handshake did not trust its peer. */
#ifndef CRYPTO_X509_H
#define CRYPTO_X509_H

#include "base/arena.h"
#include "base/errors.h"
#include "crypto/sign_key.h"

struct x509_facts {
	struct str der;             /* the certificate's bytes */
	struct str subject, issuer; /* "CN=app.example.org, O=Example" */
	int64_t not_before_s, not_after_s;
	struct str *names; /* subjectAltName: DNS names and IP addresses */
	size_t names_n;
	struct str sha1, sha256; /* thumbprints, bytes */
};

/* The facts of a certificate in PEM, or base64 DER without a header. ERROR_INVALID_VALUE. */
enum error_code x509_parse(struct arena *arena, struct str text, struct x509_facts *ret_facts,
	struct why *reterr_why) MUST_USE;
/* A certificate as Keycloak makes one for its generated keys: version 1, subject and issuer
 * CN=<common_name>, serial the time in ms, valid from 100 s before now for 10 years, SHA-256
 * (nothing to choose for Ed25519). base64 DER. The key must be private and no secret. */
enum error_code x509_self_signed(struct arena *arena, const struct sign_key *key,
	struct str common_name, int64_t now_ms, struct str *ret_certificate,
	struct why *reterr_why) MUST_USE;

/* ---- why a peer was not trusted ---- */

enum { X509_CHAIN_MAX = 6, X509_TEXT_MAX = 200 };

struct x509_link {
	char subject[X509_TEXT_MAX], issuer[X509_TEXT_MAX]; /* cut when longer */
	int64_t not_before_s, not_after_s;
};

/* What one handshake showed. Plain data; zero it before each connection. */
struct x509_watch {
	bool seen;   /* a peer's certificate came */
	bool failed; /* and was not trusted; the first error is kept */
	int error;   /* OpenSSL's X509_V_ERR_... */
	int depth;   /* of the certificate at fault: 0 is the peer's own */
	struct x509_link chain[X509_CHAIN_MAX]; /* from the peer's own upwards */
	size_t chain_n;
	char names[X509_TEXT_MAX]; /* the peer's subjectAltNames, "a, b" */
};

/* Makes the handshake under this SSL_CTX write into `watch`, which must live until it is
 * over; one context, one connection, as libcurl has it. Trust itself is not changed. For
 * CURLOPT_SSL_CTX_FUNCTION. */
enum error_code x509_watch_attach(
	void *ssl_ctx, struct x509_watch *watch, struct why *reterr_why) MUST_USE;
/* In words: "issuer 'CN=X' not trusted; chain: CN=app <- CN=X", "certificate 'CN=app'
 * expired 2026-01-02"; the empty text when nothing failed. */
struct str x509_watch_reason(struct arena *arena, const struct x509_watch *watch);
/* Adds the certificates of a PEM text to those that the context trusts.
 * ERROR_INVALID_VALUE when it holds none or a broken one. */
enum error_code x509_trust(void *ssl_ctx, struct str pem, struct why *reterr_why) MUST_USE;

#endif
