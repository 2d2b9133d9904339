/* Trusted certificates; see trust.h.
 *
 * The bundle of a distribution takes many milliseconds to read, hence once for all. libcurl's own
 * cache is of no use, since a request may bring a certificate of its own. */
#include "client/trust.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdlib.h>

#include "crypto/x509.h"

static const char distribution_bundle[] = "/etc/ssl/certs/ca-certificates.crt";

struct trust {
	SSL_CTX *ctx;     /* never connects: it holds the store */
	bool bundle_owed; /* the distribution's is still to be read */
};

static enum error_code read_all(struct trust *trust, struct str ca_file, struct str ca_pem,
	struct why *why)
{
	ARENA_SCOPED arena = arena_new(0);
	X509_STORE *store = SSL_CTX_get_cert_store(trust->ctx);
	/* As libcurl sets them: an intermediate or a server's own certificate may be the anchor. */
	X509_STORE_set_flags(store, X509_V_FLAG_TRUSTED_FIRST | X509_V_FLAG_PARTIAL_CHAIN);
	if (ca_file.n && !X509_STORE_load_file(store, arena_z(arena, ca_file))) {
		ERR_clear_error();
		return error_because(why, ERROR_INVALID_CONFIG,
			"CA file %.*s: no certificates could be read from it", STR_ARG(ca_file));
	}
	trust->bundle_owed = true;
	struct why inner = { "" };
	if (ca_pem.n && x509_trust(trust->ctx, ca_pem, &inner))
		return error_because(why, ERROR_INVALID_CONFIG, "CA certificates: %s", inner.text);
	return OK;
}

enum error_code trust_new(struct str ca_file, struct str ca_pem, struct trust **ret_trust,
	struct why *reterr_why)
{
	struct trust *trust = calloc(1, sizeof *trust);
	if (!trust || !(trust->ctx = SSL_CTX_new(TLS_client_method()))) {
		trust_free(trust);
		return error_because(reterr_why, ERROR_CRYPTO_FAILED, "no TLS context");
	}
	enum error_code code = read_all(trust, ca_file, ca_pem, reterr_why);
	if (code) {
		trust_free(trust);
		return code;
	}
	*ret_trust = trust;
	return OK;
}

void trust_free(struct trust *trust)
{
	if (trust)
		SSL_CTX_free(trust->ctx);
	free(trust);
}

/* Adds the certificates of one store to another; the certificates themselves are shared. */
static bool add_all(X509_STORE *from, X509_STORE *to)
{
	STACK_OF(X509_OBJECT) *objects = X509_STORE_get0_objects(from);
	for (int i = 0; i < sk_X509_OBJECT_num(objects); i++) {
		X509 *certificate = X509_OBJECT_get0_X509(sk_X509_OBJECT_value(objects, i));
		if (certificate && !X509_STORE_add_cert(to, certificate))
			return false;
	}
	return true;
}

enum error_code trust_show(struct trust *trust, struct str certificate_file, struct str key_file,
	struct why *reterr_why)
{
	ARENA_SCOPED arena = arena_new(0);
	SSL_CTX *ctx = trust->ctx;
	struct str wrong = { NULL, 0 };
	if (SSL_CTX_use_certificate_chain_file(ctx, arena_z(arena, certificate_file)) != 1)
		wrong = certificate_file;
	else if (SSL_CTX_use_PrivateKey_file(ctx, arena_z(arena, key_file), SSL_FILETYPE_PEM) != 1)
		wrong = key_file;
	if (!wrong.p)
		return OK;
	ERR_clear_error();
	return error_because(reterr_why, ERROR_INVALID_CONFIG, wrong.n ?
		"outgoing certificate: %.*s cannot be read, or is not one of a pair" :
		"outgoing certificate: it takes both a certificate and a key%.*s", STR_ARG(wrong));
}

/* Our own certificate, when there is one. */
static bool apply_own(const struct trust *trust, SSL_CTX *ctx)
{
	X509 *certificate = SSL_CTX_get0_certificate(trust->ctx);
	STACK_OF(X509) *chain = NULL;
	if (!certificate)
		return true;
	SSL_CTX_get0_chain_certs(trust->ctx, &chain);
	return SSL_CTX_use_cert_and_key(ctx, certificate, SSL_CTX_get0_privatekey(trust->ctx), chain, 1) == 1;
}

bool trust_apply(struct trust *trust, void *ssl_ctx, bool besides)
{
	SSL_CTX *ctx = ssl_ctx;
	X509_STORE *store = SSL_CTX_get_cert_store(trust->ctx);
	if (trust->bundle_owed && !X509_STORE_load_file(store, distribution_bundle))
		ERR_clear_error();
	trust->bundle_owed = false;
	SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION);
	if (!apply_own(trust, ctx))
		return false;
	if (besides)
		return add_all(store, SSL_CTX_get_cert_store(ctx));
	SSL_CTX_set1_cert_store(ctx, store);
	return true;
}
