/* crypto/x509: facts of certificates, self-signed ones, and why a TLS peer is not trusted,
 * by real handshakes in memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include "arena_fixture.h"
#include "base/tables.h"
#include "crypto/base64.h"
#include "crypto/verify.h"
#include "crypto/x509.h"
#include "vectors.h"

static void assert_str(struct str got, const char *want)
{
	if (!str_eq_z(got, want))
		fail_msg("got \"%.*s\", want \"%s\"", STR_ARG(got), want);
}

static void facts_are_read(void **state)
{
	(void)state;
	struct x509_facts facts;
	assert_int_equal(x509_parse(arena, STR(REALM_RSA_CERTIFICATE), &facts, NULL), OK);
	assert_str(facts.subject, "CN=customers");
	assert_str(facts.issuer, "CN=customers");
	assert_int_equal(facts.not_before_s, 1795252996);
	assert_int_equal(facts.not_after_s, 2110872296);
	assert_int_equal(facts.names_n, 0);
	assert_str(base64_encode(arena, facts.der), REALM_RSA_CERTIFICATE);
	assert_int_equal(x509_parse(arena, STR(TLS_GOOD), &facts, NULL), OK);
	assert_str(facts.subject, "CN=app.example.org");
	assert_str(facts.issuer, "CN=Test CA");
	assert_int_equal(facts.names_n, 3);
	assert_str(facts.names[0], "app.example.org");
	assert_str(facts.names[1], "127.0.0.1");
	assert_str(facts.names[2], "::1");
	assert_int_equal(facts.sha1.n, 20);
	assert_int_equal(facts.sha256.n, 32);
}

static void broken_certificates_are_refused(void **state)
{
	(void)state;
	static const char *const bad[] = {
		"",
		"AAAA",
		"x",
		REALM_RSA_PRIVATE,
		"MIICoTCC",
		"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
		"-----BEGIN CERTIFICATE-----\n",
		REALM_RSA_CERTIFICATE "AAAA",
	};
	struct x509_facts facts = { .names_n = 77 };
	for (size_t i = 0; i < ARRAY_LENGTH(bad); i++) {
		struct why why = { "" };
		assert_int_equal(
			x509_parse(arena, str_from(bad[i]), &facts, &why), ERROR_INVALID_VALUE);
		assert_int_not_equal(why.text[0], 0);
	}
	assert_int_equal(facts.names_n, 77);
}

static void self_signed_is_as_keycloak_makes_it(void **state)
{
	(void)state;
	static const enum sign_key_kind kinds[] = { SIGN_KEY_RSA, SIGN_KEY_P256, SIGN_KEY_ED25519 };
	int64_t now_ms = 1795253096265; /* that of REALM_RSA_CERTIFICATE */
	for (size_t i = 0; i < ARRAY_LENGTH(kinds); i++) {
		struct sign_key *key = NULL, *public = NULL;
		struct str certificate = { 0 };
		struct x509_facts facts;
		assert_int_equal(sign_key_generate(kinds[i], 2048, &key, NULL), OK);
		assert_int_equal(
			x509_self_signed(arena, key, STR("customers"), now_ms, &certificate, NULL),
			OK);
		assert_int_equal(x509_parse(arena, certificate, &facts, NULL), OK);
		assert_str(facts.subject, "CN=customers");
		assert_int_equal(facts.not_before_s, 1795252996);
		assert_int_equal(facts.not_after_s, 2110872296);
		assert_int_equal(sign_key_from_certificate(certificate, &public, NULL), OK);
		assert_true(sign_key_same(key, public));
		assert_int_equal(
			x509_self_signed(arena, public, STR("x"), now_ms, &certificate, NULL),
			ERROR_NO_KEY);
		sign_key_free(key);
		sign_key_free(public);
	}
}

/* The realm's own key makes, byte for byte, the certificate that Keycloak made. */
static void the_realms_certificate_comes_out_again(void **state)
{
	(void)state;
	struct sign_key *key = NULL;
	struct str certificate = { 0 };
	assert_int_equal(sign_key_from_private(STR(REALM_RSA_PRIVATE), &key, NULL), OK);
	assert_int_equal(
		x509_self_signed(arena, key, STR("customers"), 1795253096265, &certificate, NULL),
		OK);
	assert_str(certificate, REALM_RSA_CERTIFICATE);
	sign_key_free(key);
}

static void long_names_make_certificates(void **state)
{
	(void)state;
	struct sign_key *key = NULL;
	struct str certificate = { 0 };
	struct x509_facts facts;
	char name[256];
	memset(name, 'r', sizeof name);
	assert_int_equal(sign_key_generate(SIGN_KEY_P256, 0, &key, NULL), OK);
	assert_int_equal(
		x509_self_signed(arena, key, str_of(name, 255), 0, &certificate, NULL), OK);
	assert_int_equal(x509_parse(arena, certificate, &facts, NULL), OK);
	assert_int_equal(facts.subject.n, 258);
	assert_int_equal(
		x509_self_signed(arena, key, STR("caf\xc3\xa9"), 0, &certificate, NULL), OK);
	assert_int_equal(x509_parse(arena, certificate, &facts, NULL), OK);
	assert_str(facts.subject, "CN=caf\xc3\xa9");
	assert_int_equal(
		x509_self_signed(arena, key, STR(""), 0, &certificate, NULL), ERROR_INVALID_VALUE);
	assert_int_equal(x509_self_signed(arena, key, STR("\xff"), 0, &certificate, NULL),
		ERROR_INVALID_VALUE);
	sign_key_free(key);
}

/* ---- handshakes ---- */

static SSL_CTX *server_context(const char *certificate_pem)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
	BIO *bio = BIO_new_mem_buf(certificate_pem, -1);
	X509 *certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL);
	BIO_free(bio);
	bio = BIO_new_mem_buf(TLS_KEY, -1);
	EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
	BIO_free(bio);
	assert_int_equal(SSL_CTX_use_certificate(ctx, certificate), 1);
	assert_int_equal(SSL_CTX_use_PrivateKey(ctx, key), 1);
	X509_free(certificate);
	EVP_PKEY_free(key);
	return ctx;
}

/* One handshake over a pair of memory pipes; true when the client is content. */
static bool shake_hands(
	const char *server_certificate, const char *trusted_ca, struct x509_watch *watch)
{
	SSL_CTX *server_ctx = server_context(server_certificate);
	SSL_CTX *client_ctx = SSL_CTX_new(TLS_client_method());
	SSL_CTX_set_verify(client_ctx, SSL_VERIFY_PEER, NULL);
	memset(watch, 0, sizeof *watch);
	assert_int_equal(x509_watch_attach(client_ctx, watch, NULL), OK);
	if (trusted_ca)
		assert_int_equal(x509_trust(client_ctx, str_from(trusted_ca), NULL), OK);
	SSL *server = SSL_new(server_ctx), *client = SSL_new(client_ctx);
	BIO *a, *b;
	assert_int_equal(BIO_new_bio_pair(&a, 0, &b, 0), 1);
	SSL_set_bio(server, a, a);
	SSL_set_bio(client, b, b);
	SSL_set_accept_state(server);
	SSL_set_connect_state(client);
	int done = 0;
	for (int i = 0; i < 20 && done != 1; i++) {
		done = SSL_do_handshake(client);
		SSL_do_handshake(server);
	}
	SSL_free(server);
	SSL_free(client);
	SSL_CTX_free(server_ctx);
	SSL_CTX_free(client_ctx);
	return done == 1;
}

static void trusted_peers_leave_no_reason(void **state)
{
	(void)state;
	struct x509_watch watch;
	assert_true(shake_hands(TLS_GOOD, TLS_CA, &watch));
	assert_true(watch.seen);
	assert_false(watch.failed);
	assert_int_equal(watch.chain_n, 2);
	assert_string_equal(watch.chain[0].subject, "CN=app.example.org");
	assert_string_equal(watch.names, "app.example.org, 127.0.0.1, ::1");
	assert_int_equal(x509_watch_reason(arena, &watch).n, 0);
}

static void unknown_issuers_are_named(void **state)
{
	(void)state;
	struct x509_watch watch;
	assert_false(shake_hands(TLS_GOOD, NULL, &watch));
	assert_true(watch.failed);
	assert_int_equal(watch.depth, 0);
	assert_str(x509_watch_reason(arena, &watch),
		"issuer 'CN=Test CA' not trusted; chain: 'CN=app.example.org' <- 'CN=Test CA' (not sent)");
}

static void expired_peers_are_named(void **state)
{
	(void)state;
	struct x509_watch watch;
	assert_false(shake_hands(TLS_EXPIRED, TLS_CA, &watch));
	assert_str(x509_watch_reason(arena, &watch),
		"certificate 'CN=expired.example.org' expired at 2020-01-01 00:00:00 UTC; "
		"chain: 'CN=expired.example.org' <- 'CN=Test CA'");
}

static void self_signed_peers_are_named(void **state)
{
	(void)state;
	struct x509_watch watch;
	assert_false(shake_hands(TLS_SELF_SIGNED, TLS_CA, &watch));
	assert_str(x509_watch_reason(arena, &watch),
		"certificate 'CN=self.example.org' is self-signed and not trusted; "
		"chain: 'CN=self.example.org'");
	assert_true(shake_hands(TLS_SELF_SIGNED, TLS_CA TLS_SELF_SIGNED, &watch));
}

static void broken_ca_files_are_refused(void **state)
{
	(void)state;
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	struct why why = { "" };
	assert_int_equal(x509_trust(ctx, STR(""), &why), ERROR_INVALID_VALUE);
	assert_int_equal(x509_trust(ctx, STR("no PEM"), &why), ERROR_INVALID_VALUE);
	assert_int_equal(x509_trust(ctx,
				 STR(TLS_CA "-----BEGIN CERTIFICATE-----\nAAAA\n"
					    "-----END CERTIFICATE-----\n"),
				 &why),
		ERROR_INVALID_VALUE);
	assert_int_not_equal(why.text[0], 0);
	assert_int_equal(x509_trust(ctx, STR("# comment\n" TLS_CA "\n" TLS_CA), NULL), OK);
	SSL_CTX_free(ctx);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(facts_are_read),
		cmocka_unit_test(broken_certificates_are_refused),
		cmocka_unit_test(self_signed_is_as_keycloak_makes_it),
		cmocka_unit_test(the_realms_certificate_comes_out_again),
		cmocka_unit_test(long_names_make_certificates),
		cmocka_unit_test(trusted_peers_leave_no_reason),
		cmocka_unit_test(unknown_issuers_are_named),
		cmocka_unit_test(expired_peers_are_named),
		cmocka_unit_test(self_signed_peers_are_named),
		cmocka_unit_test(broken_ca_files_are_refused),
	};
	return cmocka_run_group_tests(tests, arena_setup, arena_teardown);
}
