/* Facts of certificates, and making one; see x509.h. */
#include "crypto/x509.h"

#include <arpa/inet.h>
#include <string.h>
#include <time.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "crypto/base64.h"
#include "crypto/internal.h"
#include "crypto/x509_internal.h"

enum { BACKDATED_S = 100, YEARS = 10 };

int64_t x509_seconds_of(const ASN1_TIME *time)
{
	struct tm tm;
	if (!time || !ASN1_TIME_to_tm(time, &tm))
		return 0;
	return timegm(&tm);
}

void x509_name_text(const X509_NAME *name, char *ret_text, size_t size)
{
	BIO *bio = BIO_new(BIO_s_mem());
	ret_text[0] = 0;
	if (bio && name &&
		X509_NAME_print_ex(bio, name, 0,
			(XN_FLAG_ONELINE & ~XN_FLAG_SPC_EQ & ~ASN1_STRFLGS_ESC_MSB) |
				ASN1_STRFLGS_ESC_CTRL) >= 0) {
		int n = BIO_read(bio, ret_text, (int)size - 1);
		ret_text[n > 0 ? n : 0] = 0;
	}
	BIO_free(bio);
}

/* One subjectAltName as text; empty for kinds that name no host. */
static struct str name_of(struct arena *arena, const GENERAL_NAME *name)
{
	char text[INET6_ADDRSTRLEN];
	if (name->type == GEN_DNS) {
		const ASN1_IA5STRING *dns = name->d.dNSName;
		return arena_str(
			arena, str_of(ASN1_STRING_get0_data(dns), (size_t)ASN1_STRING_length(dns)));
	}
	if (name->type == GEN_IPADD) {
		const ASN1_OCTET_STRING *ip = name->d.iPAddress;
		int family = ASN1_STRING_length(ip) == 4 ? AF_INET : AF_INET6;
		if ((ASN1_STRING_length(ip) == 4 || ASN1_STRING_length(ip) == 16) &&
			inet_ntop(family, ASN1_STRING_get0_data(ip), text, sizeof text))
			return arena_str(arena, str_from(text));
	}
	return (struct str){ NULL, 0 };
}

size_t x509_names(struct arena *arena, const X509 *certificate, struct str **ret_names)
{
	struct str *names = NULL;
	size_t n = 0;
	GENERAL_NAMES *all = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
	for (int i = 0; i < sk_GENERAL_NAME_num(all); i++) {
		struct str name = name_of(arena, sk_GENERAL_NAME_value(all, i));
		if (name.n)
			*(struct str *)arena_push(arena, &names, &n, sizeof *names) = name;
	}
	GENERAL_NAMES_free(all);
	ERR_clear_error();
	*ret_names = names;
	return n;
}

static enum error_code der_of(
	struct arena *arena, const X509 *certificate, struct str *ret_der, struct why *why)
{
	unsigned char *der = NULL;
	int n = i2d_X509(certificate, &der);
	if (n <= 0)
		return crypto_failed(why, "encoding a certificate");
	*ret_der = arena_str(arena, str_of(der, (size_t)n));
	OPENSSL_free(der);
	return OK;
}

static struct str hash_in(struct arena *arena, enum hash_kind kind, struct str data)
{
	unsigned char hash[HASH_MAX];
	size_t n = hash_bytes(kind, data, hash);
	return arena_str(arena, str_of(hash, n));
}

static struct str name_in(struct arena *arena, const X509_NAME *name)
{
	char text[1024];
	x509_name_text(name, text, sizeof text);
	return arena_str(arena, str_from(text));
}

enum error_code x509_parse(
	struct arena *arena, struct str text, struct x509_facts *ret_facts, struct why *reterr_why)
{
	X509 *certificate = NULL;
	struct x509_facts facts = { 0 };
	enum error_code error = crypto_certificate_of(text, &certificate, reterr_why);
	if (error)
		return error;
	error = der_of(arena, certificate, &facts.der, reterr_why);
	if (!error) {
		facts.subject = name_in(arena, X509_get_subject_name(certificate));
		facts.issuer = name_in(arena, X509_get_issuer_name(certificate));
		facts.not_before_s = x509_seconds_of(X509_get0_notBefore(certificate));
		facts.not_after_s = x509_seconds_of(X509_get0_notAfter(certificate));
		facts.names_n = x509_names(arena, certificate, &facts.names);
		facts.sha1 = hash_in(arena, HASH_SHA1, facts.der);
		facts.sha256 = hash_in(arena, HASH_SHA256, facts.der);
		*ret_facts = facts;
	}
	X509_free(certificate);
	return error;
}

/* ---- making one ---- */

/* The same day ten years on, as a calendar has it. */
static int64_t years_later(int64_t at_s)
{
	time_t time = at_s;
	struct tm tm;
	gmtime_r(&time, &tm);
	tm.tm_year += YEARS;
	return timegm(&tm);
}

/* X509_NAME_add_entry_by_txt would refuse a name of more than 64 bytes; realms may have
 * longer ones, and Keycloak lets them. */
static bool set_name(X509_NAME *name, struct str common_name)
{
	return X509_NAME_add_entry_by_NID(name, NID_commonName, V_ASN1_UTF8STRING,
		       (const unsigned char *)common_name.p, (int)common_name.n, -1, 0) == 1;
}

static bool fill(
	X509 *certificate, const struct sign_key *key, struct str common_name, int64_t now_ms)
{
	int64_t now_s = now_ms / 1000;
	return X509_set_version(certificate, X509_VERSION_1) &&
		ASN1_INTEGER_set_int64(X509_get_serialNumber(certificate), now_ms) &&
		ASN1_TIME_set(X509_getm_notBefore(certificate), now_s - BACKDATED_S) &&
		ASN1_TIME_set(X509_getm_notAfter(certificate), years_later(now_s)) &&
		set_name(X509_get_subject_name(certificate), common_name) &&
		set_name(X509_get_issuer_name(certificate), common_name) &&
		X509_set_pubkey(certificate, key->pkey) &&
		X509_sign(certificate, key->pkey,
			key->kind == SIGN_KEY_ED25519 ? NULL : crypto_md(HASH_SHA256)) > 0;
}

enum error_code x509_self_signed(struct arena *arena, const struct sign_key *key,
	struct str common_name, int64_t now_ms, struct str *ret_certificate, struct why *reterr_why)
{
	struct str der = { 0 };
	if (key->kind == SIGN_KEY_SECRET || !key->is_private)
		return error_because(reterr_why, ERROR_NO_KEY, "a certificate needs a private key");
	if (common_name.n == 0 || common_name.n > 1024 || !str_is_utf8(common_name))
		return error_because(reterr_why, ERROR_INVALID_VALUE,
			"certificate's name of %zu bytes, allowed 1 to 1024 of UTF-8",
			common_name.n);
	X509 *certificate = X509_new();
	enum error_code error = OK;
	if (!certificate || !fill(certificate, key, common_name, now_ms))
		error = crypto_failed(reterr_why, "making a certificate");
	else
		error = der_of(arena, certificate, &der, reterr_why);
	X509_free(certificate);
	if (!error)
		*ret_certificate = base64_encode(arena, der);
	return error;
}
