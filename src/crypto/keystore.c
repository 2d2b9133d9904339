/* PKCS#12 archives; see keystore.h. */
#include "crypto/keystore.h"

#include <openssl/err.h>
#include <openssl/pkcs12.h>

#include <string.h>

#include "crypto/base64.h"
#include "crypto/internal.h"

static enum error_code check_words(struct str name, struct str password, struct why *why)
{
	if (name.n > KEYSTORE_NAME_MAX || str_has_nul(name))
		return error_because(why, ERROR_INVALID_VALUE, "an alias of %zu bytes", name.n);
	if (password.n > KEYSTORE_PASSWORD_MAX || str_has_nul(password))
		return error_because(why, ERROR_INVALID_VALUE, "a password of %zu bytes", password.n);
	return OK;
}

/* ---- what reading costs ---- */

/* Who made the archive says how often its password is hashed: OpenSSL 2,048 times, Java 10,000. */
enum { ROUNDS_MAX = 2000000 };

struct rounds {
	const char *password;
	int64_t n; /* more than ROUNDS_MAX: not to be read */
};

static void add_count(struct rounds *rounds, const ASN1_INTEGER *count)
{
	int64_t n;
	bool fine = count && ASN1_INTEGER_get_int64(&n, count) && n >= 0 && n <= ROUNDS_MAX;
	rounds->n += fine ? n : ROUNDS_MAX + 1;
}

/* PBES2 with PBKDF2 or PKCS#12's own; no other is used in archives, and scrypt's cost has no bound. */
static void add_algorithm(struct rounds *rounds, const X509_ALGOR *algorithm)
{
	if (OBJ_obj2nid(algorithm->algorithm) != NID_pbes2) {
		PBEPARAM *own = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBEPARAM), algorithm->parameter);
		add_count(rounds, own ? own->iter : NULL);
		PBEPARAM_free(own);
		return;
	}
	PBE2PARAM *both = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBE2PARAM), algorithm->parameter);
	PBKDF2PARAM *hash = both && OBJ_obj2nid(both->keyfunc->algorithm) == NID_id_pbkdf2
		? ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBKDF2PARAM), both->keyfunc->parameter) : NULL;
	add_count(rounds, hash ? hash->iter : NULL);
	PBKDF2PARAM_free(hash);
	PBE2PARAM_free(both);
}

/* Bags within bags are as deep as OpenSSL's reader of DER lets them be. */
static void add_bags(struct rounds *rounds, const STACK_OF(PKCS12_SAFEBAG) *bags)
{
	for (int i = 0; i < sk_PKCS12_SAFEBAG_num(bags); i++) {
		const PKCS12_SAFEBAG *bag = sk_PKCS12_SAFEBAG_value(bags, i);
		const X509_ALGOR *algorithm;
		if (PKCS12_SAFEBAG_get_nid(bag) == NID_safeContentsBag)
			add_bags(rounds, PKCS12_SAFEBAG_get0_safes(bag));
		if (PKCS12_SAFEBAG_get_nid(bag) != NID_pkcs8ShroudedKeyBag)
			continue;
		X509_SIG_get0(PKCS12_SAFEBAG_get0_pkcs8(bag), &algorithm, NULL);
		add_algorithm(rounds, algorithm);
	}
}

/* What is within can only be counted once it is decrypted. */
static bool add_safe(struct rounds *rounds, PKCS7 *safe)
{
	STACK_OF(PKCS12_SAFEBAG) *bags = NULL;
	if (PKCS7_type_is_data(safe)) {
		bags = PKCS12_unpack_p7data(safe);
	} else if (PKCS7_type_is_encrypted(safe) && safe->d.encrypted) {
		add_algorithm(rounds, safe->d.encrypted->enc_data->algorithm);
		if (rounds->n <= ROUNDS_MAX)
			bags = PKCS12_unpack_p7encdata(safe, rounds->password, (int)strlen(rounds->password));
		/* No password at all may be two zero bytes or none. */
		if (!bags && rounds->n <= ROUNDS_MAX && !*rounds->password)
			bags = PKCS12_unpack_p7encdata(safe, NULL, 0);
	} else {
		return true; /* passed over by OpenSSL too */
	}
	add_bags(rounds, bags);
	sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free);
	return bags != NULL;
}

static enum error_code check_cost(const PKCS12 *archive, const char *password, struct why *why)
{
	struct rounds rounds = { .password = password };
	const ASN1_INTEGER *count = NULL;
	if (PKCS12_mac_present(archive)) {
		PKCS12_get0_mac(NULL, NULL, NULL, &count, archive);
		if (count)
			add_count(&rounds, count);
	}
	STACK_OF(PKCS7) *safes = rounds.n <= ROUNDS_MAX ? PKCS12_unpack_authsafes(archive) : NULL;
	bool read = safes != NULL;
	for (int i = 0; read && i < sk_PKCS7_num(safes) && rounds.n <= ROUNDS_MAX; i++)
		read = add_safe(&rounds, sk_PKCS7_value(safes, i));
	sk_PKCS7_pop_free(safes, PKCS7_free);
	if (rounds.n > ROUNDS_MAX)
		return crypto_refused(why, ERROR_INVALID_VALUE, "PKCS12 archive: its password is hashed too often");
	ERR_clear_error(); /* what cannot be decrypted PKCS12_parse refuses, in its words */
	return OK;
}

/* ---- read ---- */

static bool is_named(X509 *certificate, struct str name)
{
	int n = 0;
	const unsigned char *alias = X509_alias_get0(certificate, &n);
	return alias && n > 0 && str_eq_nocase(str_of(alias, (size_t)n), name);
}

static enum error_code certificate_text(struct arena *arena, X509 *certificate, struct str *ret_text, struct why *why)
{
	unsigned char *der = NULL;
	int n = i2d_X509(certificate, &der);
	if (n <= 0)
		return crypto_failed(why, "writing a certificate");
	*ret_text = base64_encode(arena, str_of(der, (size_t)n));
	OPENSSL_free(der);
	return OK;
}

static enum error_code key_text(struct arena *arena, EVP_PKEY *pkey, struct str *ret_text, struct why *why)
{
	struct sign_key *key;
	SECRET_SCOPED text = { NULL, 0 };
	EVP_PKEY_up_ref(pkey);
	enum error_code code = crypto_wrap_key(pkey, true, &key, why);
	if (code != OK)
		return code;
	code = sign_key_private_text(key, &text, why);
	sign_key_free(key);
	if (code == OK)
		*ret_text = arena_str(arena, secret_str(&text));
	return code;
}

/* Of what an archive holds: its key with the key's certificate, else a certificate of that name. */
static enum error_code take_entry(struct arena *arena, EVP_PKEY *pkey, X509 *own, STACK_OF(X509) *others,
	struct str name, struct keystore_entry *ret_entry, struct why *why)
{
	struct keystore_entry entry = { .name = name };
	enum error_code code;
	if (pkey && own && is_named(own, name)) {
		code = key_text(arena, pkey, &entry.key, why);
		if (code == OK)
			code = certificate_text(arena, own, &entry.certificate, why);
		if (code == OK)
			*ret_entry = entry;
		return code;
	}
	for (int i = 0; i < sk_X509_num(others); i++) {
		X509 *certificate = sk_X509_value(others, i);
		if (!is_named(certificate, name))
			continue;
		code = certificate_text(arena, certificate, &entry.certificate, why);
		if (code == OK)
			*ret_entry = entry;
		return code;
	}
	return error_because(why, ERROR_NAME_NOT_FOUND, "no entry of that alias");
}

enum error_code keystore_read(struct arena *arena, struct str bytes, struct str password, struct str name,
	struct keystore_entry *ret_entry, struct why *reterr_why)
{
	const unsigned char *at = (const unsigned char *)bytes.p;
	EVP_PKEY *pkey = NULL;
	X509 *own = NULL;
	STACK_OF(X509) *others = NULL;
	enum error_code code = check_words(name, password, reterr_why);
	if (code != OK)
		return code;
	if (!bytes.n || bytes.n > KEYSTORE_BYTES_MAX)
		return error_because(reterr_why, ERROR_INVALID_VALUE, "an archive of %zu bytes", bytes.n);
	PKCS12 *archive = d2i_PKCS12(NULL, &at, (long)bytes.n);
	if (!archive)
		return crypto_refused(reterr_why, ERROR_INVALID_VALUE, "not a PKCS12 archive");
	const char *typed = arena_z(arena, password);
	code = check_cost(archive, typed, reterr_why);
	if (code == OK && !PKCS12_parse(archive, typed, &pkey, &own, &others))
		code = crypto_refused(reterr_why, ERROR_INVALID_VALUE, "PKCS12 archive");
	else if (code == OK)
		code = take_entry(arena, pkey, own, others, name, ret_entry, reterr_why);
	PKCS12_free(archive);
	EVP_PKEY_free(pkey);
	X509_free(own);
	sk_X509_pop_free(others, X509_free);
	return code;
}

/* ---- write ---- */

static enum error_code add_other(const struct keystore_entry *other, STACK_OF(X509) *others, struct why *why)
{
	X509 *certificate;
	enum error_code code = crypto_certificate_of(other->certificate, &certificate, why);
	if (code != OK)
		return code;
	if (!X509_alias_set1(certificate, (const unsigned char *)other->name.p, (int)other->name.n) ||
		!sk_X509_push(others, certificate)) {
		X509_free(certificate);
		return crypto_failed(why, "naming a certificate");
	}
	return OK;
}

static enum error_code write_archive(struct arena *arena, const struct keystore_entry *entry, EVP_PKEY *pkey,
	X509 *own, STACK_OF(X509) *others, struct str password, struct str *ret_bytes, struct why *why)
{
	unsigned char *der = NULL;
	PKCS12 *archive = PKCS12_create(arena_z(arena, password), arena_z(arena, entry->name), pkey, own, others, 0, 0,
		0, 0, 0);
	int n = archive ? i2d_PKCS12(archive, &der) : 0;
	PKCS12_free(archive);
	if (n <= 0)
		return crypto_failed(why, "writing a PKCS12 archive");
	*ret_bytes = arena_str(arena, str_of(der, (size_t)n));
	OPENSSL_clear_free(der, (size_t)n);
	return OK;
}

enum error_code keystore_write(struct arena *arena, const struct keystore_entry *entry,
	const struct keystore_entry *other, struct str password, struct str *ret_bytes, struct why *reterr_why)
{
	struct sign_key *key = NULL;
	X509 *own = NULL;
	enum error_code code;
	if ((code = check_words(entry->name, password, reterr_why)) != OK ||
		(other && (code = check_words(other->name, password, reterr_why)) != OK) ||
		(entry->key.n && (code = sign_key_from_private(entry->key, &key, reterr_why)) != OK))
		return code;
	STACK_OF(X509) *others = sk_X509_new_null();
	code = crypto_certificate_of(entry->certificate, &own, reterr_why);
	if (code == OK && !key)
		X509_alias_set1(own, (const unsigned char *)entry->name.p, (int)entry->name.n);
	if (code == OK && other)
		code = add_other(other, others, reterr_why);
	if (code == OK)
		code = write_archive(arena, entry, key ? key->pkey : NULL, own, others, password, ret_bytes, reterr_why);
	sign_key_free(key);
	X509_free(own);
	sk_X509_pop_free(others, X509_free);
	return code;
}
