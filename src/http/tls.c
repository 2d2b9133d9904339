/* The certificate of a TLS listener; see tls.h. */
#include "http/tls.h"

#include <gnutls/abstract.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { CHAIN_MAX = 16, RETIRED_FOR_S = 300 };

struct identity {
	struct identity *next; /* older ones */
	gnutls_pcert_st chain[CHAIN_MAX];
	unsigned n;
	gnutls_privkey_t key;
	time_t retired_s; /* monotonic; 0: in use */
};

struct tls {
	const char *certificate_file, *key_file;
	pthread_mutex_t lock;
	struct identity *identities; /* the first is in use */
};

static time_t now_s(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

static void identity_free(struct identity *identity)
{
	for (unsigned i = 0; i < identity->n; i++)
		gnutls_pcert_deinit(&identity->chain[i]);
	if (identity->key)
		gnutls_privkey_deinit(identity->key);
	free(identity);
}

static bool belong_together(struct identity *identity)
{
	unsigned char of_certificate[64], of_key[64];
	size_t n_certificate = sizeof of_certificate, n_key = sizeof of_key;
	gnutls_pubkey_t public;
	if (gnutls_pubkey_init(&public))
		return false;
	bool same = !gnutls_pubkey_import_privkey(public, identity->key, 0, 0) &&
		!gnutls_pubkey_get_key_id(public, GNUTLS_KEYID_USE_SHA256, of_key, &n_key) &&
		!gnutls_pubkey_get_key_id(identity->chain[0].pubkey, GNUTLS_KEYID_USE_SHA256,
			of_certificate, &n_certificate) &&
		n_key == n_certificate && !memcmp(of_key, of_certificate, n_key);
	gnutls_pubkey_deinit(public);
	return same;
}

static enum error_code load_chain(
	struct identity *identity, const char *file, struct why *reterr_why)
{
	gnutls_datum_t pem;
	int failure = gnutls_load_file(file, &pem);
	if (!failure) {
		identity->n = CHAIN_MAX;
		failure = gnutls_pcert_list_import_x509_raw(
			identity->chain, &identity->n, &pem, GNUTLS_X509_FMT_PEM, 0);
		gnutls_free(pem.data);
	}
	if (!failure)
		return OK;
	identity->n = 0;
	return error_because(reterr_why, ERROR_INVALID_CONFIG, "TLS certificate file '%s': %s",
		file, gnutls_strerror(failure));
}

static enum error_code load_key(struct identity *identity, const char *file, struct why *reterr_why)
{
	gnutls_datum_t pem;
	int failure = gnutls_privkey_init(&identity->key);
	if (!failure)
		failure = gnutls_load_file(file, &pem);
	if (!failure) {
		failure = gnutls_privkey_import_x509_raw(
			identity->key, &pem, GNUTLS_X509_FMT_PEM, NULL, 0);
		gnutls_memset(pem.data, 0, pem.size);
		gnutls_free(pem.data);
	}
	return failure ? error_because(reterr_why, ERROR_INVALID_CONFIG, "TLS key file '%s': %s",
				 file, gnutls_strerror(failure))
		       : OK;
}

static enum error_code load(
	const struct tls *tls, struct identity **ret_identity, struct why *reterr_why)
{
	struct identity *identity = calloc(1, sizeof *identity);
	if (!identity)
		abort();
	enum error_code code = load_chain(identity, tls->certificate_file, reterr_why);
	if (!code)
		code = load_key(identity, tls->key_file, reterr_why);
	if (!code && !belong_together(identity))
		code = error_because(reterr_why, ERROR_INVALID_CONFIG,
			"TLS key file '%s' is not the key of certificate file '%s'", tls->key_file,
			tls->certificate_file);
	if (code)
		identity_free(identity);
	else
		*ret_identity = identity;
	return code;
}

/* Frees those that no handshake can still use. Called with the lock. */
static void free_retired(struct tls *tls)
{
	struct identity **link = &tls->identities->next;
	while (*link) {
		struct identity *identity = *link;
		if (now_s() - identity->retired_s < RETIRED_FOR_S) {
			link = &identity->next;
			continue;
		}
		*link = identity->next;
		identity_free(identity);
	}
}

enum error_code tls_reload(struct tls *tls, struct why *reterr_why)
{
	struct identity *identity;
	enum error_code code = load(tls, &identity, reterr_why);
	if (code)
		return code;
	pthread_mutex_lock(&tls->lock);
	if (tls->identities)
		tls->identities->retired_s = now_s();
	identity->next = tls->identities;
	tls->identities = identity;
	free_retired(tls);
	pthread_mutex_unlock(&tls->lock);
	return OK;
}

enum error_code tls_new(const char *certificate_file, const char *key_file, struct tls **ret_tls,
	struct why *reterr_why)
{
	struct tls *tls = calloc(1, sizeof *tls);
	if (!tls)
		abort();
	tls->certificate_file = certificate_file;
	tls->key_file = key_file;
	pthread_mutex_init(&tls->lock, NULL);
	enum error_code code = tls_reload(tls, reterr_why);
	if (code)
		tls_free(tls);
	else
		*ret_tls = tls;
	return code;
}

void tls_free(struct tls *tls)
{
	if (!tls)
		return;
	while (tls->identities) {
		struct identity *next = tls->identities->next;
		identity_free(tls->identities);
		tls->identities = next;
	}
	pthread_mutex_destroy(&tls->lock);
	free(tls);
}

static int on_certificate(gnutls_session_t session, const gnutls_datum_t *authorities, int n,
	const gnutls_pk_algorithm_t *algorithms, int n_algorithms, gnutls_pcert_st **ret_chain,
	unsigned *ret_n, gnutls_privkey_t *ret_key)
{
	(void)authorities;
	(void)n;
	(void)algorithms;
	(void)n_algorithms;
	struct tls *tls = tls_of_session(gnutls_session_get_ptr(session));
	pthread_mutex_lock(&tls->lock);
	struct identity *identity = tls->identities;
	pthread_mutex_unlock(&tls->lock);
	*ret_chain = identity->chain;
	*ret_n = identity->n;
	*ret_key = identity->key;
	return 0;
}

intptr_t tls_certificate_callback(void)
{
	return (intptr_t)on_certificate;
}
