/* Why a TLS peer was not trusted; see x509.h. */
#include <pthread.h>
#include <string.h>
#include <time.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include "base/text.h"
#include "crypto/internal.h"
#include "crypto/x509_internal.h"

static int watch_index = -1;

static void make_index(void)
{
	watch_index = SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, NULL);
}

static void note_chain(struct x509_watch *watch, X509_STORE_CTX *store)
{
	const STACK_OF(X509) *chain = X509_STORE_CTX_get0_chain(store);
	int n = sk_X509_num(chain);
	watch->chain_n = 0;
	for (int i = 0; i < n && watch->chain_n < X509_CHAIN_MAX; i++) {
		const X509 *certificate = sk_X509_value(chain, i);
		struct x509_link *link = &watch->chain[watch->chain_n++];
		x509_name_text(
			X509_get_subject_name(certificate), link->subject, sizeof link->subject);
		x509_name_text(
			X509_get_issuer_name(certificate), link->issuer, sizeof link->issuer);
		link->not_before_s = x509_seconds_of(X509_get0_notBefore(certificate));
		link->not_after_s = x509_seconds_of(X509_get0_notAfter(certificate));
	}
}

static void note_names(struct x509_watch *watch, X509_STORE_CTX *store)
{
	const X509 *peer = X509_STORE_CTX_get0_cert(store);
	if (!peer)
		return;
	ARENA_SCOPED arena = arena_new(0);
	struct str *names = NULL;
	struct text list = text_new(arena, 0);
	size_t n = x509_names(arena, peer, &names);
	for (size_t i = 0; i < n; i++) {
		text_add_z(&list, i ? ", " : "");
		text_add_quoted(&list, names[i]);
	}
	struct str all = str_take(text_str(&list), sizeof watch->names - 1);
	if (all.n)
		memcpy(watch->names, all.p, all.n);
	watch->names[all.n] = 0;
}

/* OpenSSL asks after each certificate; the answer stays what it was. */
static int on_verify(int trusted, X509_STORE_CTX *store)
{
	SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
	struct x509_watch *watch =
		ssl ? SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), watch_index) : NULL;
	if (!watch || watch->failed)
		return trusted;
	int depth = X509_STORE_CTX_get_error_depth(store);
	if (!trusted || depth == 0) {
		watch->seen = true;
		note_chain(watch, store);
		note_names(watch, store);
	}
	if (!trusted) {
		watch->failed = true;
		watch->error = X509_STORE_CTX_get_error(store);
		watch->depth = depth;
	}
	return trusted;
}

enum error_code x509_watch_attach(void *ssl_ctx, struct x509_watch *watch, struct why *reterr_why)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, make_index);
	if (watch_index < 0 || !SSL_CTX_set_ex_data(ssl_ctx, watch_index, watch))
		return crypto_failed(reterr_why, "watching a TLS handshake");
	SSL_CTX_set_verify(ssl_ctx, SSL_CTX_get_verify_mode(ssl_ctx), on_verify);
	return OK;
}

/* ---- in words ---- */

static void add_day(struct text *text, int64_t at_s)
{
	time_t time = at_s;
	struct tm tm;
	char day[32] = "";
	if (gmtime_r(&time, &tm))
		strftime(day, sizeof day, "%Y-%m-%d %H:%M:%S UTC", &tm);
	text_add_z(text, day);
}

static void add_cause(struct text *text, const struct x509_watch *watch, const struct x509_link *at)
{
	switch (watch->error) {
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
		text_addf(text, "issuer '%s' not trusted", at->issuer);
		return;
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
		text_addf(text, "certificate '%s' is self-signed and not trusted", at->subject);
		return;
	case X509_V_ERR_CERT_HAS_EXPIRED:
		text_addf(text, "certificate '%s' expired at ", at->subject);
		add_day(text, at->not_after_s);
		return;
	case X509_V_ERR_CERT_NOT_YET_VALID:
		text_addf(text, "certificate '%s' is not valid before ", at->subject);
		add_day(text, at->not_before_s);
		return;
	default:
		text_addf(text, "certificate '%s' refused: %s", at->subject,
			X509_verify_cert_error_string(watch->error));
	}
}

struct str x509_watch_reason(struct arena *arena, const struct x509_watch *watch)
{
	static const struct x509_link unknown = { .subject = "?", .issuer = "?" };
	struct text text = text_new(arena, 0);
	if (!watch->failed)
		return text_str(&text);
	size_t depth = watch->depth > 0 ? (size_t)watch->depth : 0;
	const struct x509_link *at = depth < watch->chain_n ? &watch->chain[depth] : &unknown;
	add_cause(&text, watch, at);
	if (watch->chain_n)
		text_add_z(&text, "; chain: ");
	for (size_t i = 0; i < watch->chain_n; i++)
		text_addf(&text, "%s'%s'", i ? " <- " : "", watch->chain[i].subject);
	const struct x509_link *last = watch->chain_n ? &watch->chain[watch->chain_n - 1] : at;
	if (watch->chain_n && strcmp(last->subject, last->issuer) != 0)
		text_addf(&text, " <- '%s' (not sent)", last->issuer);
	return text_str(&text);
}

/* ---- trust ---- */

enum error_code x509_trust(void *ssl_ctx, struct str pem, struct why *reterr_why)
{
	if (pem.n > INT32_MAX)
		return error_because(reterr_why, ERROR_INVALID_VALUE, "CA file is too large");
	BIO *bio = BIO_new_mem_buf(pem.p, (int)pem.n);
	X509_STORE *store = SSL_CTX_get_cert_store(ssl_ctx);
	enum error_code error = OK;
	size_t n = 0;
	X509 *certificate;
	while (!error && bio && (certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL))) {
		if (!X509_STORE_add_cert(store, certificate))
			error = crypto_failed(reterr_why, "trusting a CA certificate");
		X509_free(certificate);
		n++;
	}
	BIO_free(bio);
	/* The end of the text is the one error that is none. */
	bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
	if (!error && (!n || !at_end))
		error = crypto_refused(reterr_why, ERROR_INVALID_VALUE, "CA certificates");
	ERR_clear_error();
	return error;
}
