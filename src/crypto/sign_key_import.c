/* Keys and certificates from text: PEM, or base64 DER as Keycloak stores them. */
#include <limits.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>

#include "crypto/base64.h"
#include "crypto/internal.h"

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The text without blanks, which are common in copied base64. */
static struct secret without_blanks(struct str text)
{
	struct secret out = secret_new(text.n);
	out.n = 0;
	for (size_t i = 0; i < text.n; i++)
		if (!is_blank(text.p[i]))
			out.p[out.n++] = (unsigned char)text.p[i];
	return out;
}

static enum error_code check_size(struct str text, struct why *why)
{
	if (text.n == 0 || text.n > SIGN_KEY_TEXT_MAX)
		return error_because(why, ERROR_INVALID_VALUE,
			"key or certificate: %zu bytes of text, allowed 1 to %d", text.n,
			SIGN_KEY_TEXT_MAX);
	return OK;
}

/* Nothing is encrypted here; without this OpenSSL would ask at the terminal. */
static int no_passphrase(char *buffer, int size, int writing, void *data)
{
	(void)buffer, (void)size, (void)writing, (void)data;
	return -1;
}

static bool is_pem(struct str text)
{
	return str_contains(text, STR("-----BEGIN "));
}

enum error_code crypto_der_of(struct str text, struct secret *ret_der, struct why *why)
{
	enum error_code error = check_size(text, why);
	if (error)
		return error;
	if (!is_pem(text)) {
		SECRET_SCOPED dense = without_blanks(text);
		return base64_decode_secret(secret_str(&dense), ret_der, why);
	}
	BIO *bio = BIO_new_mem_buf(text.p, (int)text.n);
	char *name = NULL, *header = NULL;
	unsigned char *der = NULL;
	long n = 0;
	int read = bio && PEM_read_bio(bio, &name, &header, &der, &n);
	if (read)
		*ret_der = secret_copy(str_of(der, (size_t)n));
	OPENSSL_free(name);
	OPENSSL_free(header);
	OPENSSL_clear_free(der, n > 0 ? (size_t)n : 0);
	BIO_free(bio);
	return read ? OK : crypto_refused(why, ERROR_INVALID_VALUE, "PEM");
}

static EVP_PKEY *private_from_pem(struct str text)
{
	BIO *bio = BIO_new_mem_buf(text.p, (int)text.n);
	EVP_PKEY *pkey = bio ? PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL) : NULL;
	BIO_free(bio);
	return pkey;
}

enum error_code sign_key_from_private(
	struct str text, struct sign_key **ret_key, struct why *reterr_why)
{
	EVP_PKEY *pkey = NULL;
	enum error_code error = check_size(text, reterr_why);
	if (error)
		return error;
	if (is_pem(text)) {
		pkey = private_from_pem(text);
	} else {
		SECRET_SCOPED der = { 0 };
		error = crypto_der_of(text, &der, reterr_why);
		if (error)
			return error;
		const unsigned char *p = der.p;
		pkey = d2i_AutoPrivateKey(NULL, &p, (long)der.n);
		if (pkey && p != der.p + der.n) {
			EVP_PKEY_free(pkey);
			return error_because(reterr_why, ERROR_INVALID_VALUE,
				"private key: bytes after its end");
		}
	}
	if (!pkey)
		return crypto_refused(reterr_why, ERROR_INVALID_VALUE,
			"private key (PKCS#1, SEC 1 or PKCS#8, not encrypted)");
	return crypto_wrap_key(pkey, true, ret_key, reterr_why);
}

enum error_code crypto_certificate_of(struct str text, X509 **ret_certificate, struct why *why)
{
	SECRET_SCOPED der = { 0 };
	enum error_code error = crypto_der_of(text, &der, why);
	if (error)
		return error;
	const unsigned char *p = der.p;
	X509 *certificate = d2i_X509(NULL, &p, (long)der.n);
	if (!certificate)
		return crypto_refused(why, ERROR_INVALID_VALUE, "certificate");
	if (p != der.p + der.n) {
		X509_free(certificate);
		return error_because(why, ERROR_INVALID_VALUE, "certificate: bytes after its end");
	}
	*ret_certificate = certificate;
	return OK;
}

enum error_code sign_key_from_certificate(
	struct str text, struct sign_key **ret_key, struct why *reterr_why)
{
	X509 *certificate = NULL;
	enum error_code error = crypto_certificate_of(text, &certificate, reterr_why);
	if (error)
		return error;
	EVP_PKEY *pkey = X509_get_pubkey(certificate);
	X509_free(certificate);
	if (!pkey)
		return crypto_refused(reterr_why, ERROR_INVALID_VALUE, "certificate's public key");
	return crypto_wrap_key(pkey, false, ret_key, reterr_why);
}

enum error_code sign_key_from_public(
	struct str text, struct sign_key **ret_key, struct why *reterr_why)
{
	SECRET_SCOPED der = { 0 };
	enum error_code error = crypto_der_of(text, &der, reterr_why);
	if (error)
		return error;
	const unsigned char *p = der.p;
	EVP_PKEY *pkey = d2i_PUBKEY(NULL, &p, (long)der.n);
	ERR_clear_error();
	if (!pkey)
		return sign_key_from_certificate(text, ret_key, reterr_why);
	if (p != der.p + der.n) {
		EVP_PKEY_free(pkey);
		return error_because(
			reterr_why, ERROR_INVALID_VALUE, "public key: bytes after its end");
	}
	return crypto_wrap_key(pkey, false, ret_key, reterr_why);
}
