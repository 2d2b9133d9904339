/* Compact JWE; see jwe.h. */
#include "jose/jwe.h"

#include <string.h>

#include "base/limits.h"
#include "base/tables.h"
#include "base/text.h"
#include "crypto/base64.h"
#include "crypto/cipher.h"
#include "crypto/key_agreement.h"
#include "crypto/key_transport.h"
#include "crypto/random.h"
#include "json/write.h"

const char *const jwe_algorithms[] = { "RSA-OAEP", "RSA-OAEP-256", "ECDH-ES", "ECDH-ES+A128KW",
	"ECDH-ES+A192KW", "ECDH-ES+A256KW", NULL };
const char *const jwe_encodings[] = { "A256GCM", "A192GCM", "A128GCM", "A128CBC-HS256",
	"A192CBC-HS384", "A256CBC-HS512", NULL };

/* RFC 7518 section 4.1. */
static const struct algorithm {
	const char *name;
	bool is_rsa;
	enum hash_kind digest; /* RSA-OAEP */
	size_t wrapping;       /* ECDH-ES: bytes of the key that wraps; 0: agreed on directly */
	bool is_old;           /* PKCS #1 v1.5: read alone */
} algorithms[] = {
	{ "RSA-OAEP", true, HASH_SHA1, 0, false },
	{ "RSA-OAEP-256", true, HASH_SHA256, 0, false },
	{ JWE_RSA1_5, true, HASH_SHA1, 0, true },
	{ "ECDH-ES", false, HASH_SHA256, 0, false },
	{ "ECDH-ES+A128KW", false, HASH_SHA256, 16, false },
	{ "ECDH-ES+A192KW", false, HASH_SHA256, 24, false },
	{ "ECDH-ES+A256KW", false, HASH_SHA256, 32, false },
};

/* RFC 7518 section 5.1. */
static const struct encoding {
	const char *name;
	enum cipher_kind cipher;
	size_t key; /* bytes; half of it for the HMAC, where there is one */
	bool has_hmac;
	enum hash_kind hash;
} encodings[] = {
	{ "A128GCM", CIPHER_AES_128_GCM, 16, false, HASH_SHA256 },
	{ "A192GCM", CIPHER_AES_192_GCM, 24, false, HASH_SHA256 },
	{ "A256GCM", CIPHER_AES_256_GCM, 32, false, HASH_SHA256 },
	{ "A128CBC-HS256", CIPHER_AES_128_CBC, 32, true, HASH_SHA256 },
	{ "A192CBC-HS384", CIPHER_AES_192_CBC, 48, true, HASH_SHA384 },
	{ "A256CBC-HS512", CIPHER_AES_256_CBC, 64, true, HASH_SHA512 },
};

enum {
	KEY_MAX = 64, /* bytes of the longest key of content */
	GCM_IV = 12,
	CBC_IV = 16,
	GCM_TAG = 16,
};

static const struct algorithm *algorithm_of(struct str name)
{
	for (size_t i = 0; i < ARRAY_LENGTH(algorithms); i++)
		if (str_eq_z(name, algorithms[i].name))
			return &algorithms[i];
	return NULL;
}

static const struct encoding *encoding_of(struct str name)
{
	if (!name.n)
		name = STR("A128CBC-HS256");
	for (size_t i = 0; i < ARRAY_LENGTH(encodings); i++)
		if (str_eq_z(name, encodings[i].name))
			return &encodings[i];
	return NULL;
}

static bool fits(const struct algorithm *algorithm, const struct sign_key *key)
{
	switch (sign_key_kind(key)) {
	case SIGN_KEY_RSA:
		return algorithm->is_rsa;
	case SIGN_KEY_P256:
	case SIGN_KEY_P384:
	case SIGN_KEY_P521:
		return !algorithm->is_rsa;
	case SIGN_KEY_ED25519:
	case SIGN_KEY_SECRET:
		break;
	}
	return false;
}

const struct jwk *jwe_find(const struct jwk_set *set, struct str algorithm)
{
	const struct algorithm *row = algorithm_of(algorithm);
	for (size_t i = 0; row && !row->is_old && i < set->n; i++) {
		const struct jwk *jwk = &set->keys[i];
		bool meant = str_eq_z(jwk->use, "enc") &&
			(!jwk->algorithm.n || str_eq(jwk->algorithm, algorithm));
		if (meant && fits(row, jwk->key))
			return jwk;
	}
	return NULL;
}

bool jwe_fits(struct str algorithm, const struct sign_key *key)
{
	const struct algorithm *row = algorithm_of(algorithm);
	return row && fits(row, key);
}

/* ---- the key of the content ---- */

/* One token under way. */
struct sealing {
	struct arena *arena;
	const struct jwk *jwk;
	const struct jwe_wish *wish;
	const struct algorithm *algorithm;
	const struct encoding *encoding;
	unsigned char key[KEY_MAX];          /* of the content */
	struct str wrapped;                  /* the same as it travels; empty: agreed on directly */
	struct sign_key_numbers ephemeral;   /* ECDH-ES */
};

static void add_length(struct text *text, uint32_t n)
{
	const unsigned char bytes[] = { (unsigned char)(n >> 24), (unsigned char)(n >> 16),
		(unsigned char)(n >> 8), (unsigned char)n };
	text_add(text, str_of(bytes, sizeof bytes));
}

/* What both sides of an agreement say beside their keys (RFC 7518 section 4.6.2). */
struct agreement {
	struct str purpose;  /* what the key is for: a JWA name */
	struct str apu, apv; /* who they are; we say nothing */
};

static void add_counted(struct text *text, struct str bytes)
{
	add_length(text, (uint32_t)bytes.n);
	text_add(text, bytes);
}

/* Concat KDF with SHA-256 (the same section). */
static void derive(struct arena *arena, struct str shared, const struct agreement *agreement,
	unsigned char *out, size_t size)
{
	unsigned char hash[HASH_MAX];
	for (size_t done = 0, round = 1; done < size; round++) {
		struct text input = text_new(arena, 0);
		add_length(&input, (uint32_t)round);
		text_add(&input, shared);
		add_counted(&input, agreement->purpose);
		add_counted(&input, agreement->apu);
		add_counted(&input, agreement->apv);
		add_length(&input, (uint32_t)size * 8);
		struct str bytes = text_str(&input);
		size_t n = hash_bytes(HASH_SHA256, bytes, hash);
		secret_wipe((void *)bytes.p, bytes.n);
		n = n < size - done ? n : size - done;
		memcpy(out + done, hash, n);
		done += n;
	}
	secret_wipe(hash, sizeof hash);
}

/* Agreed on directly, the key is for the content, else for wrapping its key. */
static struct str purpose_of(const struct algorithm *algorithm, const struct encoding *encoding)
{
	return str_from(algorithm->wrapping ? algorithm->name : encoding->name);
}

static enum error_code agree(struct sealing *s, struct why *why)
{
	SECRET_SCOPED shared = { NULL, 0 };
	unsigned char wrapping[KEY_MAX];
	const struct algorithm *a = s->algorithm;
	const struct agreement agreement = { .purpose = purpose_of(a, s->encoding) };
	enum error_code error =
		key_agreement_make(s->arena, s->jwk->key, &shared, &s->ephemeral, why);
	if (error)
		return error;
	if (!a->wrapping) {
		derive(s->arena, secret_str(&shared), &agreement, s->key, s->encoding->key);
		return OK;
	}
	random_bytes(s->key, s->encoding->key);
	derive(s->arena, secret_str(&shared), &agreement, wrapping, a->wrapping);
	error = key_agreement_wrap(s->arena, str_of(wrapping, a->wrapping),
		str_of(s->key, s->encoding->key), &s->wrapped, why);
	secret_wipe(wrapping, sizeof wrapping);
	return error;
}

static enum error_code make_key(struct sealing *s, struct why *why)
{
	const struct key_transport how = { s->algorithm->digest, s->algorithm->digest };
	if (!s->algorithm->is_rsa)
		return agree(s, why);
	random_bytes(s->key, s->encoding->key);
	return key_transport_wrap(s->arena, s->jwk->key, &how, str_of(s->key, s->encoding->key),
		&s->wrapped, why);
}

/* ---- the parts ---- */

static const char *curve_name(enum sign_key_kind kind)
{
	return kind == SIGN_KEY_P256 ? "P-256" : kind == SIGN_KEY_P384 ? "P-384" : "P-521";
}

static struct str header_of(const struct sealing *s)
{
	struct text text = text_new(s->arena, 0);
	struct json_writer w = json_writer_new(&text, false);
	json_write_object_begin(&w);
	json_member_text(&w, "alg", str_from(s->algorithm->name));
	json_member_text(&w, "enc", str_from(s->encoding->name));
	if (s->wish->content_type.n)
		json_member_text(&w, "cty", s->wish->content_type);
	if (s->jwk->kid.n)
		json_member_text(&w, "kid", s->jwk->kid);
	if (!s->algorithm->is_rsa) {
		json_write_name(&w, STR("epk"));
		json_write_object_begin(&w);
		json_member_text(&w, "kty", STR("EC"));
		json_member_text(&w, "crv", str_from(curve_name(s->ephemeral.kind)));
		json_member_text(&w, "x", base64url_encode(s->arena, s->ephemeral.x));
		json_member_text(&w, "y", base64url_encode(s->arena, s->ephemeral.y));
		json_write_object_end(&w);
	}
	json_write_object_end(&w);
	return base64url_encode(s->arena, text_str(&text));
}

/* RFC 7518 section 5.2.2.1: the HMAC of what is beside, the IV, the text, and the bits beside. */
static struct str tag_of(struct arena *arena, const struct encoding *encoding, struct str mac_key,
	struct str header, struct str iv_and_text)
{
	unsigned char hash[HASH_MAX];
	struct text input = text_new(arena, 0);
	text_add(&input, header);
	text_add(&input, iv_and_text);
	add_length(&input, 0);
	add_length(&input, (uint32_t)header.n * 8);
	hash_hmac(encoding->hash, mac_key, text_str(&input), hash);
	return arena_str(arena, str_of(hash, mac_key.n));
}

struct parts {
	struct str iv, text, tag;
};

static enum error_code seal(const struct sealing *s, struct str header, struct str content,
	struct parts *ret_parts, struct why *why)
{
	const struct encoding *e = s->encoding;
	struct str key = str_of(s->key, e->key), bytes = { 0 };
	if (!e->has_hmac) {
		enum error_code error = cipher_encrypt_beside(
			s->arena, e->cipher, key, header, content, &bytes, why);
		if (!error)
			*ret_parts = (struct parts){ str_take(bytes, GCM_IV),
				str_take(str_drop(bytes, GCM_IV), content.n),
				str_drop(bytes, bytes.n - GCM_TAG) };
		return error;
	}
	struct str mac_key = str_take(key, e->key / 2);
	enum error_code error = cipher_encrypt(
		s->arena, e->cipher, str_drop(key, mac_key.n), content, &bytes, why);
	if (!error)
		*ret_parts = (struct parts){ str_take(bytes, CBC_IV), str_drop(bytes, CBC_IV),
			tag_of(s->arena, e, mac_key, header, bytes) };
	return error;
}

static void add_part(struct text *token, struct arena *arena, struct str bytes)
{
	text_add_char(token, '.');
	text_add(token, base64url_encode(arena, bytes));
}

enum error_code jwe_encrypt(struct arena *arena, const struct jwk *key,
	const struct jwe_wish *wish, struct str content, struct str *ret_token,
	struct why *reterr_why)
{
	struct sealing s = { .arena = arena, .jwk = key, .wish = wish,
		.algorithm = algorithm_of(wish->algorithm),
		.encoding = encoding_of(wish->encoding) };
	struct parts parts = { 0 };
	if (!s.algorithm || s.algorithm->is_old || !s.encoding || !fits(s.algorithm, key->key))
		return error_because(reterr_why, ERROR_UNSUPPORTED_ALGORITHM,
			"encryption by '%.*s' and '%.*s' is unknown here, or not for this key",
			STR_ARG(str_take(wish->algorithm, 32)),
			STR_ARG(str_take(wish->encoding, 32)));
	struct text token = text_new(arena, 0);
	enum error_code error = make_key(&s, reterr_why);
	if (!error) {
		text_add(&token, header_of(&s));
		error = seal(&s, text_str(&token), content, &parts, reterr_why);
	}
	secret_wipe(s.key, sizeof s.key);
	if (error)
		return error;
	add_part(&token, arena, s.wrapped);
	add_part(&token, arena, parts.iv);
	add_part(&token, arena, parts.text);
	add_part(&token, arena, parts.tag);
	if (token.failed)
		return error_because(
			reterr_why, ERROR_TOO_LARGE, "content of %zu bytes", content.n);
	*ret_token = text_str(&token);
	return OK;
}

/* ---- reading ---- */

enum { PART_HEADER, PART_KEY, PART_IV, PART_TEXT, PART_TAG, PARTS };

struct jwe_parsed {
	struct jwe_header header;
	struct str beside;       /* the header as sent */
	struct str parts[PARTS]; /* decoded */
	struct str epk;          /* ECDH-ES: the sender's key, JSON */
	struct str apu, apv;     /* decoded */
};

/* The header's members that count. */
struct members {
	struct str alg, enc, kid, crit, zip, epk, apu, apv;
};

static const struct json_field member_fields[] = {
	JSON_TEXT(struct members, alg, "alg", JSON_REQUIRED),
	JSON_TEXT(struct members, enc, "enc", JSON_REQUIRED),
	JSON_TEXT(struct members, kid, "kid", 0),
	JSON_ANY(struct members, crit, "crit", 0),
	JSON_ANY(struct members, zip, "zip", 0),
	JSON_ANY(struct members, epk, "epk", 0),
	JSON_TEXT(struct members, apu, "apu", 0),
	JSON_TEXT(struct members, apv, "apv", 0),
};
static const struct json_shape member_shape = JSON_SHAPE(struct members, member_fields);

bool jwe_is_one(struct str token)
{
	size_t dots = 0;
	for (size_t i = 0; i < token.n && dots < PARTS; i++)
		dots += token.p[i] == '.';
	return dots == PARTS - 1;
}

static enum error_code decode(struct arena *arena, struct str part, struct str *ret_bytes, struct why *why)
{
	struct why detail = { "" };
	if (base64url_decode(arena, part, ret_bytes, &detail) != OK)
		return error_because(why, ERROR_INVALID_TOKEN, "encrypted token: %s", detail.text);
	return OK;
}

static enum error_code read_header(
	struct arena *arena, struct str json, struct jwe_parsed *parsed, struct why *why)
{
	static const struct json_read_options options = { .unknown = JSON_UNKNOWN_IGNORED };
	struct members members = { 0 };
	struct why detail = { "" };
	if (json_read(arena, json, &member_shape, &options, &members, &detail) != OK)
		return error_because(
			why, ERROR_INVALID_TOKEN, "encrypted token's header: %s", detail.text);
	if (members.crit.n || members.zip.n)
		return error_because(why, ERROR_INVALID_TOKEN,
			"encrypted token's header has critical extensions, or is compressed");
	if (members.kid.n > JWK_KID_MAX || str_has_control(members.kid))
		return error_because(why, ERROR_INVALID_TOKEN,
			"encrypted token's kid of %zu bytes is none of ours", members.kid.n);
	parsed->header = (struct jwe_header){ members.alg, members.enc, members.kid };
	parsed->epk = members.epk;
	enum error_code error = decode(arena, members.apu, &parsed->apu, why);
	return error ? error : decode(arena, members.apv, &parsed->apv, why);
}

enum error_code jwe_parse(struct arena *arena, struct str token, const struct jwe_parsed **ret_parsed,
	struct why *reterr_why)
{
	struct jwe_parsed *parsed = arena_alloc(arena, sizeof *parsed);
	enum error_code error = OK;
	if (token.n > LIMIT_TOKEN || !jwe_is_one(token))
		return error_because(reterr_why, ERROR_INVALID_TOKEN,
			"encrypted token of %zu bytes has not five parts, or is too long", token.n);
	parsed->beside = str_take(token, str_index(token, '.'));
	for (size_t i = 0; !error && i < PARTS; i++) {
		size_t dot = str_index(token, '.');
		error = decode(arena, str_take(token, dot), &parsed->parts[i], reterr_why);
		token = str_drop(token, dot + 1);
	}
	if (!error)
		error = read_header(arena, parsed->parts[PART_HEADER], parsed, reterr_why);
	if (!error)
		*ret_parsed = parsed;
	return error;
}

const struct jwe_header *jwe_header(const struct jwe_parsed *parsed)
{
	return &parsed->header;
}

/* One token being opened. */
struct opening {
	struct arena *arena;
	const struct jwe_parsed *parsed;
	const struct sign_key *key;
	const struct algorithm *algorithm;
	const struct encoding *encoding;
	unsigned char content_key[KEY_MAX]; /* random, until the token's own is known */
};

/* What comes out of unwrapping, if it does; else the random key stays, and the tag will be wrong. */
static void keep(struct opening *o, const struct secret *secret)
{
	if (secret->n == o->encoding->key)
		memcpy(o->content_key, secret->p, secret->n);
}

/* False: what was sent is not a key of the curve, as everybody sees. */
static bool join(struct opening *o)
{
	SECRET_SCOPED shared = { NULL, 0 }, secret = { NULL, 0 };
	const struct algorithm *a = o->algorithm;
	const struct agreement agreement = { purpose_of(a, o->encoding), o->parsed->apu, o->parsed->apv };
	struct str wrapped = o->parsed->parts[PART_KEY];
	unsigned char wrapping[KEY_MAX];
	struct jwk jwk;
	if (jwk_parse(o->arena, o->parsed->epk, &jwk, NULL) != OK)
		return false;
	enum error_code error = key_agreement_join(o->key, jwk.key, &shared, NULL);
	sign_key_free(jwk.key);
	if (error || (!a->wrapping && wrapped.n))
		return false;
	if (!a->wrapping) {
		derive(o->arena, secret_str(&shared), &agreement, o->content_key, o->encoding->key);
		return true;
	}
	derive(o->arena, secret_str(&shared), &agreement, wrapping, a->wrapping);
	if (key_agreement_unwrap(str_of(wrapping, a->wrapping), wrapped, o->encoding->key, &secret, NULL) == OK)
		keep(o, &secret);
	secret_wipe(wrapping, sizeof wrapping);
	return true;
}

/* False: it cannot be the token's key, as everybody sees. */
static bool find_key(struct opening *o)
{
	const struct key_transport how = { o->algorithm->digest, o->algorithm->digest };
	SECRET_SCOPED secret = { NULL, 0 };
	struct str wrapped = o->parsed->parts[PART_KEY];
	size_t size = o->encoding->key;
	random_bytes(o->content_key, size);
	if (!o->algorithm->is_rsa)
		return join(o);
	if (o->algorithm->is_old) {
		bool good = key_transport_unwrap_old(o->key, wrapped, str_of(o->content_key, size), &secret,
				    NULL) == OK;
		keep(o, &secret);
		return good;
	}
	if (key_transport_unwrap(o->key, &how, wrapped, size, &secret, NULL) == OK)
		keep(o, &secret);
	return true;
}

static bool open_content(const struct opening *o, struct str *ret_content)
{
	const struct encoding *e = o->encoding;
	const struct jwe_parsed *p = o->parsed;
	struct str key = str_of(o->content_key, e->key);
	struct str iv = p->parts[PART_IV], tag = p->parts[PART_TAG];
	struct str bytes = arena_join(o->arena, iv, p->parts[PART_TEXT], e->has_hmac ? STR("") : tag);
	if (!e->has_hmac)
		return iv.n == GCM_IV && tag.n == GCM_TAG &&
			cipher_decrypt_beside(
				o->arena, e->cipher, key, p->beside, bytes, ret_content, NULL) == OK;
	struct str mac_key = str_take(key, e->key / 2);
	return iv.n == CBC_IV &&
		secret_equal(tag, tag_of(o->arena, e, mac_key, p->beside, bytes)) &&
		cipher_decrypt(o->arena, e->cipher, str_drop(key, mac_key.n), bytes, ret_content, NULL) == OK;
}

enum error_code jwe_decrypt(struct arena *arena, const struct jwe_parsed *parsed, const struct sign_key *key,
	struct str *ret_content, struct why *reterr_why)
{
	struct opening o = { .arena = arena, .parsed = parsed, .key = key,
		.algorithm = algorithm_of(parsed->header.algorithm),
		.encoding = parsed->header.encoding.n ? encoding_of(parsed->header.encoding) : NULL };
	struct str content = { 0 };
	if (!o.algorithm || !o.encoding || !fits(o.algorithm, key) || !sign_key_is_private(key))
		return error_because(reterr_why, ERROR_UNSUPPORTED_ALGORITHM,
			"decryption by '%.*s' and '%.*s' is unknown here, or not for this key",
			STR_ARG(str_take(parsed->header.algorithm, 32)),
			STR_ARG(str_take(parsed->header.encoding, 32)));
	bool good = find_key(&o) && open_content(&o, &content);
	secret_wipe(o.content_key, sizeof o.content_key);
	if (!good)
		return error_because(reterr_why, ERROR_INVALID_TOKEN, "the token cannot be decrypted");
	*ret_content = content;
	return OK;
}
