/* PKCS#12 archives; see keystore.h. */
#include "crypto/keystore.h"

#include <openssl/pkcs12.h>

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
	if (!PKCS12_parse(archive, arena_z(arena, password), &pkey, &own, &others))
		code = crypto_refused(reterr_why, ERROR_INVALID_VALUE, "PKCS12 archive");
	else
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
