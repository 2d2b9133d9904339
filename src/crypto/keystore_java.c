/* JKS; see keystore_java.h. The format is Java's: big-endian numbers, texts behind their length in
 * two bytes, at the end a SHA-1 of password, magic words and all before. A key is PKCS#8 under a
 * stream of SHA-1 of the password and what came last, which a salt begins. */
#include "crypto/keystore_java.h"

#include <openssl/err.h>
#include <openssl/pkcs12.h>

#include <string.h>

#include "crypto/base64.h"
#include "crypto/hash.h"
#include "crypto/internal.h"
#include "crypto/random.h"

enum { MAGIC = (int)0xfeedfeed, VERSION = 2, KEY_ENTRY = 1, CERTIFICATE_ENTRY = 2, SHA1_BYTES = 20 };

#define CERTIFICATE_TYPE "X.509"
#define KEY_CIPHER "1.3.6.1.4.1.42.2.17.1.1"
#define MAGIC_WORDS STR("Mighty Aphrodite")

static enum error_code check_word(struct str word, size_t most, const char *what, struct why *why)
{
	if (word.n > most || str_has_nul(word) || !str_is_utf8(word))
		return error_because(why, ERROR_INVALID_VALUE, "%s of %zu bytes", what, word.n);
	for (size_t i = 0; i < word.n; i++)
		if ((unsigned char)word.p[i] >= 0xf0)
			return error_because(why, ERROR_INVALID_VALUE, "%s with a character beyond U+FFFF", what);
	return OK;
}

static enum error_code check_words(struct str name, const struct keystore_passwords *passwords, struct why *why)
{
	enum error_code code = check_word(name, KEYSTORE_NAME_MAX, "an alias", why);
	if (code == OK)
		code = check_word(passwords->store, KEYSTORE_PASSWORD_MAX, "a password", why);
	if (code == OK)
		code = check_word(passwords->key, KEYSTORE_PASSWORD_MAX, "a password", why);
	return code;
}

/* ---- passwords and what is made of them ---- */

/* Two bytes a character, the higher first. The text was checked. */
static struct secret password_bytes(struct str password)
{
	struct secret bytes = secret_new(2 * password.n);
	const unsigned char *p = (const unsigned char *)password.p;
	size_t n = 0;
	for (size_t i = 0; i < password.n; n += 2) {
		unsigned c = p[i];
		if (c < 0x80) {
			i++;
		} else if (c < 0xe0) {
			c = (c & 0x1f) << 6 | (p[i + 1] & 0x3f);
			i += 2;
		} else {
			c = (c & 0x0f) << 12 | (p[i + 1] & 0x3fu) << 6 | (p[i + 2] & 0x3f);
			i += 3;
		}
		bytes.p[n] = (unsigned char)(c >> 8);
		bytes.p[n + 1] = (unsigned char)c;
	}
	bytes.n = n;
	return bytes;
}

/* SHA-1 of the password, `middle` and `end`. */
static void digest(struct str password, struct str middle, struct str end, unsigned char ret_digest[HASH_MAX])
{
	SECRET_SCOPED bytes = password_bytes(password);
	SECRET_SCOPED all = secret_new(bytes.n + middle.n + end.n);
	memcpy(all.p, bytes.p, bytes.n);
	memcpy(all.p + bytes.n, middle.p ? middle.p : "", middle.n);
	memcpy(all.p + bytes.n + middle.n, end.p ? end.p : "", end.n);
	hash_bytes(HASH_SHA1, secret_str(&all), ret_digest);
}

/* Encrypts and decrypts in place. */
static void apply_stream(struct str password, struct str salt, unsigned char *p, size_t n)
{
	unsigned char block[HASH_MAX];
	struct str last = salt;
	for (size_t i = 0; i < n; i++) {
		if (i % SHA1_BYTES == 0) {
			digest(password, last, STR(""), block);
			last = str_of(block, SHA1_BYTES);
		}
		p[i] ^= block[i % SHA1_BYTES];
	}
	secret_wipe(block, sizeof block);
}

/* ---- read ---- */

struct reader {
	struct str rest;
	bool bad;
};

static struct str take(struct reader *reader, size_t n)
{
	if (reader->bad || n > reader->rest.n) {
		reader->bad = true;
		return STR("");
	}
	struct str taken = str_take(reader->rest, n);
	reader->rest = str_drop(reader->rest, n);
	return taken;
}

static uint32_t take_number(struct reader *reader, size_t bytes)
{
	struct str taken = take(reader, bytes);
	uint32_t number = 0;
	for (size_t i = 0; i < taken.n; i++)
		number = number << 8 | (unsigned char)taken.p[i];
	return number;
}

static struct str take_text(struct reader *reader)
{
	return take(reader, take_number(reader, 2));
}

static struct str take_certificate(struct reader *reader, uint32_t version)
{
	if (version >= VERSION && !str_eq_z(take_text(reader), CERTIFICATE_TYPE))
		reader->bad = true;
	return take(reader, take_number(reader, 4));
}

struct found {
	struct str key, certificate; /* as they are in the store; key empty: none */
};

/* One entry; true when it is the one of that name. */
static bool take_entry(struct reader *reader, uint32_t version, struct str name, struct found *ret_found)
{
	uint32_t tag = take_number(reader, 4);
	struct str alias = take_text(reader);
	struct found found = { .key = { NULL, 0 } };
	take(reader, 8); /* when it was made */
	if (tag == KEY_ENTRY) {
		found.key = take(reader, take_number(reader, 4));
		uint32_t chain = take_number(reader, 4);
		for (uint32_t i = 0; i < chain && !reader->bad; i++) {
			struct str certificate = take_certificate(reader, version);
			if (i == 0)
				found.certificate = certificate;
		}
	} else if (tag == CERTIFICATE_ENTRY) {
		found.certificate = take_certificate(reader, version);
	} else {
		reader->bad = true;
	}
	if (reader->bad || !str_eq_nocase(alias, name))
		return false;
	*ret_found = found;
	return true;
}

static enum error_code find_entry(struct str bytes, struct str password, struct str name, struct found *ret_found,
				  struct why *why)
{
	if (bytes.n < SHA1_BYTES || bytes.n > KEYSTORE_BYTES_MAX)
		return error_because(why, ERROR_INVALID_VALUE, "a key store of %zu bytes", bytes.n);
	struct str signed_part = str_take(bytes, bytes.n - SHA1_BYTES);
	struct reader reader = { .rest = signed_part };
	unsigned char made[HASH_MAX];
	bool is_store = take_number(&reader, 4) == (uint32_t)MAGIC;
	uint32_t version = take_number(&reader, 4), count = take_number(&reader, 4);
	if (!is_store || version < 1 || version > VERSION || reader.bad)
		return error_because(why, ERROR_INVALID_VALUE, "not a JKS key store");
	digest(password, MAGIC_WORDS, signed_part, made);
	if (!secret_equal(str_of(made, SHA1_BYTES), str_drop(bytes, signed_part.n)))
		return error_because(why, ERROR_INVALID_VALUE, "Password verification failed");
	bool found = false;
	for (uint32_t i = 0; i < count && !reader.bad && !found; i++)
		found = take_entry(&reader, version, name, ret_found);
	if (reader.bad)
		return error_because(why, ERROR_INVALID_VALUE, "a JKS key store that ends amid an entry");
	return found ? OK : error_because(why, ERROR_NAME_NOT_FOUND, "no entry of that alias");
}

/* What the box holds, when its password is this one; else nothing. */
static struct secret open_box(struct str all, struct str password)
{
	struct secret der = secret_copy(str_take(str_drop(all, SHA1_BYTES), all.n - 2 * SHA1_BYTES));
	unsigned char made[HASH_MAX];
	apply_stream(password, str_take(all, SHA1_BYTES), der.p, der.n);
	digest(password, secret_str(&der), STR(""), made);
	if (!secret_equal(str_of(made, SHA1_BYTES), str_drop(all, all.n - SHA1_BYTES)))
		secret_free(&der);
	return der;
}

/* The PKCS#8 DER of a key in the store; nothing when its password is another. */
static enum error_code decrypt_key(struct str sealed, struct str password, struct secret *ret_der, struct why *why)
{
	const unsigned char *at = (const unsigned char *)sealed.p;
	const X509_ALGOR *algorithm;
	const ASN1_OCTET_STRING *octets;
	X509_SIG *box = d2i_X509_SIG(NULL, &at, (long)sealed.n);
	if (!box)
		return crypto_refused(why, ERROR_INVALID_VALUE, "key in a JKS key store");
	char cipher[sizeof KEY_CIPHER + 1] = "";
	X509_SIG_get0(box, &algorithm, &octets);
	OBJ_obj2txt(cipher, sizeof cipher, algorithm->algorithm, 1);
	struct str all = str_of(ASN1_STRING_get0_data(octets), (size_t)ASN1_STRING_length(octets));
	enum error_code code = OK;
	if (strcmp(cipher, KEY_CIPHER) != 0 || all.n < 2 * SHA1_BYTES)
		code = error_because(why, ERROR_INVALID_VALUE, "a key of another cipher in a JKS key store");
	else
		*ret_der = open_box(all, password);
	X509_SIG_free(box);
	return code;
}

static enum error_code key_text(struct arena *arena, struct str sealed, struct str password, struct str *ret_text,
				struct why *why)
{
	SECRET_SCOPED der = { NULL, 0 };
	SECRET_SCOPED text = { NULL, 0 };
	struct sign_key *key;
	enum error_code code = decrypt_key(sealed, password, &der, why);
	if (code != OK || !der.n || (code = sign_key_from_private(base64_encode(arena, secret_str(&der)), &key, why)) != OK)
		return code;
	code = sign_key_private_text(key, &text, why);
	sign_key_free(key);
	if (code == OK)
		*ret_text = arena_str(arena, secret_str(&text));
	return code;
}

enum error_code keystore_java_read(struct arena *arena, struct str bytes, const struct keystore_passwords *passwords,
	struct str name, struct keystore_entry *ret_entry, struct why *reterr_why)
{
	struct keystore_entry entry = { .name = name };
	struct found found = { .key = STR("") };
	X509 *certificate;
	enum error_code code = check_words(name, passwords, reterr_why);
	if (code != OK || (code = find_entry(bytes, passwords->store, name, &found, reterr_why)) != OK)
		return code;
	entry.certificate = base64_encode(arena, found.certificate);
	code = crypto_certificate_of(entry.certificate, &certificate, reterr_why);
	if (code != OK)
		return code;
	X509_free(certificate);
	if (found.key.n && (code = key_text(arena, found.key, passwords->key, &entry.key, reterr_why)) != OK)
		return code;
	*ret_entry = entry;
	return OK;
}

/* ---- write ---- */

struct writer {
	struct arena *arena;
	struct str bytes;
	int64_t now_ms;
};

static void put(struct writer *writer, struct str bytes)
{
	writer->bytes = arena_join(writer->arena, writer->bytes, bytes, STR(""));
}

static void put_number(struct writer *writer, uint64_t number, size_t bytes)
{
	unsigned char all[8];
	for (size_t i = 0; i < bytes; i++)
		all[i] = (unsigned char)(number >> 8 * (bytes - 1 - i));
	put(writer, str_of(all, bytes));
}

static void put_text(struct writer *writer, struct str text)
{
	put_number(writer, text.n, 2);
	put(writer, text);
}

static void put_head(struct writer *writer, uint32_t tag, struct str name)
{
	char *lower = arena_z(writer->arena, name);
	for (size_t i = 0; i < name.n; i++)
		if (lower[i] >= 'A' && lower[i] <= 'Z')
			lower[i] = (char)(lower[i] - 'A' + 'a');
	put_number(writer, tag, 4);
	put_text(writer, str_of(lower, name.n));
	put_number(writer, (uint64_t)writer->now_ms, 8);
}

static enum error_code put_certificate(struct writer *writer, struct str text, struct why *why)
{
	X509 *certificate;
	unsigned char *der = NULL;
	enum error_code code = crypto_certificate_of(text, &certificate, why);
	if (code != OK)
		return code;
	int n = i2d_X509(certificate, &der);
	X509_free(certificate);
	if (n <= 0)
		return crypto_failed(why, "writing a certificate");
	put_text(writer, STR(CERTIFICATE_TYPE));
	put_number(writer, (uint64_t)n, 4);
	put(writer, str_of(der, (size_t)n));
	OPENSSL_free(der);
	return OK;
}

static enum error_code key_der(const struct sign_key *key, struct secret *ret_der, struct why *why)
{
	unsigned char *der = NULL;
	PKCS8_PRIV_KEY_INFO *info = key->pkey ? EVP_PKEY2PKCS8(key->pkey) : NULL;
	int n = info ? i2d_PKCS8_PRIV_KEY_INFO(info, &der) : 0;
	PKCS8_PRIV_KEY_INFO_free(info);
	if (n <= 0)
		return crypto_failed(why, "writing a private key");
	*ret_der = secret_copy(str_of(der, (size_t)n));
	OPENSSL_clear_free(der, (size_t)n);
	return OK;
}

/* Salt, encrypted key, digest: in the box that names the cipher. */
static enum error_code put_key(struct writer *writer, const struct sign_key *key, struct str password, struct why *why)
{
	SECRET_SCOPED der = { NULL, 0 };
	unsigned char salt[SHA1_BYTES], made[HASH_MAX], *box_der = NULL;
	X509_ALGOR *algorithm;
	ASN1_OCTET_STRING *octets;
	enum error_code code = key_der(key, &der, why);
	if (code != OK)
		return code;
	random_bytes(salt, sizeof salt);
	digest(password, secret_str(&der), STR(""), made);
	apply_stream(password, str_of(salt, sizeof salt), der.p, der.n);
	struct str all = arena_join(writer->arena, str_of(salt, sizeof salt), secret_str(&der), str_of(made, SHA1_BYTES));
	X509_SIG *box = X509_SIG_new();
	int n = 0;
	if (box) {
		X509_SIG_getm(box, &algorithm, &octets);
		if (X509_ALGOR_set0(algorithm, OBJ_txt2obj(KEY_CIPHER, 1), V_ASN1_UNDEF, NULL) &&
		    ASN1_OCTET_STRING_set(octets, (const unsigned char *)all.p, (int)all.n))
			n = i2d_X509_SIG(box, &box_der);
	}
	X509_SIG_free(box);
	if (n <= 0)
		return crypto_failed(why, "writing a private key");
	put_number(writer, (uint64_t)n, 4);
	put(writer, str_of(box_der, (size_t)n));
	OPENSSL_free(box_der);
	return OK;
}

static enum error_code put_entry(struct writer *writer, const struct keystore_entry *entry, struct str password,
				 struct why *why)
{
	struct sign_key *key;
	put_head(writer, entry->key.n ? KEY_ENTRY : CERTIFICATE_ENTRY, entry->name);
	if (entry->key.n) {
		enum error_code code = sign_key_from_private(entry->key, &key, why);
		if (code != OK)
			return code;
		code = put_key(writer, key, password, why);
		sign_key_free(key);
		if (code != OK)
			return code;
		put_number(writer, 1, 4); /* certificates in its chain */
	}
	return put_certificate(writer, entry->certificate, why);
}

enum error_code keystore_java_write(struct arena *arena, const struct keystore_entry *entry,
	const struct keystore_entry *other, const struct keystore_passwords *passwords, int64_t now_ms,
	struct str *ret_bytes, struct why *reterr_why)
{
	struct writer writer = { .arena = arena, .now_ms = now_ms };
	unsigned char made[HASH_MAX];
	enum error_code code = check_words(entry->name, passwords, reterr_why);
	if (code == OK && other)
		code = check_words(other->name, passwords, reterr_why);
	if (code != OK)
		return code;
	put_number(&writer, (uint32_t)MAGIC, 4);
	put_number(&writer, VERSION, 4);
	put_number(&writer, other ? 2 : 1, 4);
	code = put_entry(&writer, entry, passwords->key, reterr_why);
	if (code == OK && other)
		code = put_entry(&writer, other, passwords->key, reterr_why);
	if (code != OK)
		return code;
	digest(passwords->store, MAGIC_WORDS, writer.bytes, made);
	put(&writer, str_of(made, SHA1_BYTES));
	*ret_bytes = writer.bytes;
	return OK;
}
