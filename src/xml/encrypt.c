/* See encrypt.h. */
#include "xml/encrypt.h"

#include "base/tables.h"
#include "crypto/base64.h"
#include "crypto/random.h"
#include "xml/canonical.h"
#include "xml/tree.h"
#include "xml/writer.h"

#define TYPE_ELEMENT XML_XENC "Element"

enum { TRIES = 8 /* pairs of EncryptedKey and private key */ };

static const struct str schemes[] = {
	[XML_OAEP_MGF1P] = STR_INIT(XML_XENC "rsa-oaep-mgf1p"),
	[XML_OAEP_11] = STR_INIT(XML_XENC11 "rsa-oaep"),
};

static const struct str masks[HASH_KINDS] = {
	[HASH_SHA1] = STR_INIT(XML_XENC11 "mgf1sha1"),
	[HASH_SHA256] = STR_INIT(XML_XENC11 "mgf1sha256"),
	[HASH_SHA384] = STR_INIT(XML_XENC11 "mgf1sha384"),
	[HASH_SHA512] = STR_INIT(XML_XENC11 "mgf1sha512"),
};

/* ---- encrypting ---- */

static void write_cipher_value(struct arena *arena, struct xml_writer *w, struct str bytes)
{
	xml_open(w, &xml_xenc, STR("CipherData"));
	xml_write_leaf(w, &xml_xenc, STR("CipherValue"), base64_encode(arena, bytes));
	xml_close(w);
}

static void write_method(struct xml_writer *w, const struct xml_space *space, struct str name,
	struct str algorithm)
{
	xml_open(w, space, name);
	xml_write_attribute(w, STR("Algorithm"), algorithm);
	xml_close(w);
}

static void write_encrypted_key(struct arena *arena, struct xml_writer *w,
	const struct xml_encrypting *how, struct str wrapped)
{
	xml_open(w, &xml_xenc, STR("EncryptedKey"));
	xml_open(w, &xml_xenc, STR("EncryptionMethod"));
	xml_write_attribute(w, STR("Algorithm"), schemes[how->scheme]);
	write_method(w, &xml_dsig, STR("DigestMethod"), xml_digest_uri(how->transport.digest));
	if (how->scheme == XML_OAEP_11)
		write_method(w, &xml_xenc11, STR("MGF"), masks[how->transport.mask]);
	xml_close(w);
	if (how->key_name.n) {
		xml_open(w, &xml_dsig, STR("KeyInfo"));
		xml_write_leaf(w, &xml_dsig, STR("KeyName"), how->key_name);
		xml_close(w);
	}
	write_cipher_value(arena, w, wrapped);
	xml_close(w);
}

static struct str encrypted_markup(struct arena *arena, const struct xml_encrypting *how,
	const struct xml_space *space, struct str name, struct str wrapped, struct str content)
{
	struct xml_writer w = xml_writer_new(arena, 0);
	xml_open(&w, space, name);
	xml_open(&w, &xml_xenc, STR("EncryptedData"));
	xml_write_attribute(&w, STR("Type"), STR(TYPE_ELEMENT));
	write_method(&w, &xml_xenc, STR("EncryptionMethod"), xml_cipher_uri(how->cipher));
	xml_open(&w, &xml_dsig, STR("KeyInfo"));
	write_encrypted_key(arena, &w, how, wrapped);
	xml_close(&w);
	write_cipher_value(arena, &w, content);
	xml_close(&w);
	xml_close(&w);
	return xml_written(&w);
}

/* Encrypts with a key that nobody else sees, and that key for the recipient. */
static enum error_code encrypt_bytes(struct arena *arena, const struct xml_encrypting *how,
	struct str plain, struct str *ret_wrapped, struct str *ret_content, struct why *why)
{
	struct key_transport transport = how->transport;
	if (how->scheme == XML_OAEP_MGF1P)
		transport.mask = HASH_SHA1;
	SECRET_SCOPED key = secret_new(cipher_key_size(how->cipher));
	random_bytes(key.p, key.n);
	enum error_code error = key_transport_wrap(
		arena, how->key, &transport, secret_str(&key), ret_wrapped, why);
	return error ? error
		     : cipher_encrypt(
			       arena, how->cipher, secret_str(&key), plain, ret_content, why);
}

enum error_code xml_encrypt(struct arena *arena, const struct xml_encrypting *encrypting,
	struct str document, struct str id, const struct xml_space *space, struct str name,
	struct str *ret_document, struct why *reterr_why)
{
	const struct xml_element *root = NULL;
	const struct xml_canonical_options options = {
		.form = XML_CANONICAL_INCLUSIVE_WITH_COMMENTS
	};
	struct str plain = { 0 }, wrapped = { 0 }, content = { 0 };
	enum error_code error =
		xml_parse(arena, document, &xml_tree_limits_own, &root, reterr_why);
	if (error)
		return error;
	const struct xml_element *element = xml_tree_find_id(root, id);
	if (!element || element == root)
		return error_because(reterr_why, ERROR_INVALID_VALUE,
			"XML to encrypt: no element with ID %.*s below the root",
			STR_ARG(str_take(id, 100)));
	error = xml_canonical_text(arena, element, &options, &plain, reterr_why);
	if (!error)
		error = encrypt_bytes(arena, encrypting, plain, &wrapped, &content, reterr_why);
	if (error)
		return error;
	struct str markup = encrypted_markup(arena, encrypting, space, name, wrapped, content);
	if (!markup.n)
		return error_because(reterr_why, ERROR_INVALID_VALUE,
			"XML to encrypt: the key's name cannot be written");
	*ret_document = arena_join(arena, str_take(document, element->begin), markup,
		str_drop(document, element->end));
	return OK;
}

/* ---- decrypting ---- */

struct sealed_key {
	struct key_transport transport;
	struct str wrapped; /* bytes */
};

static const struct xml_element *one(
	const struct xml_element *parent, struct str space, struct str name)
{
	const struct xml_element *found = NULL;
	return parent && xml_only(parent, space, name, &found, NULL) == OK ? found : NULL;
}

static bool read_cipher_value(
	struct arena *arena, const struct xml_element *encrypted, struct str *ret_bytes)
{
	const struct xml_element *data = one(encrypted, STR(XML_XENC), STR("CipherData"));
	const struct xml_element *value = one(data, STR(XML_XENC), STR("CipherValue"));
	return value && xml_tree_base64(arena, xml_text(value), ret_bytes) == OK && ret_bytes->n;
}

/* Digest and mask of an RSA-OAEP method; SHA-1 where they are not named (XML Encryption 1.1
 * section 5.5.2). */
static bool read_transport(const struct xml_element *method, struct key_transport *ret_transport)
{
	struct key_transport transport = { HASH_SHA1, HASH_SHA1 };
	struct str scheme = xml_attribute(method, STR("Algorithm"));
	bool newer = str_eq(scheme, schemes[XML_OAEP_11]);
	if (!newer && !str_eq(scheme, schemes[XML_OAEP_MGF1P]))
		return false;
	for (const struct xml_element *e = xml_child(method); e; e = xml_next(e)) {
		struct str uri = xml_attribute(e, STR("Algorithm"));
		if (xml_is(e, STR(XML_DSIG), STR("DigestMethod"))) {
			if (!xml_digest_of(uri, &transport.digest))
				return false;
		} else if (newer && xml_is(e, STR(XML_XENC11), STR("MGF"))) {
			size_t i = 0;
			while (i < HASH_KINDS && !str_eq(uri, masks[i]))
				i++;
			if (i == HASH_KINDS)
				return false;
			transport.mask = (enum hash_kind)i;
		} else if (!xml_is(e, STR(XML_XENC), STR("KeySize"))) {
			return false;
		}
	}
	*ret_transport = transport;
	return true;
}

static size_t add_key(struct arena *arena, const struct xml_element *encrypted_key,
	struct sealed_key *keys, size_t n)
{
	const struct xml_element *method =
		one(encrypted_key, STR(XML_XENC), STR("EncryptionMethod"));
	if (n < TRIES && method && read_transport(method, &keys[n].transport) &&
		read_cipher_value(arena, encrypted_key, &keys[n].wrapped))
		n++;
	return n;
}

/* Those in the KeyInfo, and those beside EncryptedData, where SAML puts them too. */
static size_t read_keys(struct arena *arena, const struct xml_element *wrapper,
	const struct xml_element *data, struct sealed_key keys[TRIES])
{
	size_t n = 0;
	const struct xml_element *places[] = { one(data, STR(XML_DSIG), STR("KeyInfo")), wrapper };
	for (size_t i = 0; i < ARRAY_LENGTH(places); i++)
		for (const struct xml_element *e = places[i]
				? xml_first(places[i], STR(XML_XENC), STR("EncryptedKey"))
				: NULL;
			e; e = xml_another(e))
			n = add_key(arena, e, keys, n);
	return n;
}

/* With a key that cannot be unwrapped it goes on with a random one, so that the time tells
 * nothing of where it failed. */
static bool open_with(struct arena *arena, const struct sealed_key *sealed,
	const struct sign_key *key, enum cipher_kind cipher, struct str content,
	struct str *ret_plain)
{
	SECRET_SCOPED unwrapped = { 0 };
	if (key_transport_unwrap(key, &sealed->transport, sealed->wrapped,
		    cipher_key_size(cipher), &unwrapped, NULL)) {
		unwrapped = secret_new(cipher_key_size(cipher));
		random_bytes(unwrapped.p, unwrapped.n);
	}
	return cipher_decrypt(arena, cipher, secret_str(&unwrapped), content, ret_plain, NULL) == OK;
}

static bool decrypt_data(struct arena *arena, const struct xml_element *wrapper,
	const struct sign_key *const *keys, size_t keys_n, const struct xml_limits *limits,
	const struct xml_element **ret_element)
{
	const struct xml_element *data = one(wrapper, STR(XML_XENC), STR("EncryptedData"));
	const struct xml_element *method = one(data, STR(XML_XENC), STR("EncryptionMethod"));
	struct sealed_key sealed[TRIES];
	enum cipher_kind cipher = CIPHER_AES_128_GCM;
	struct str content = { 0 }, plain = { 0 };
	if (!method || !xml_cipher_of(xml_attribute(method, STR("Algorithm")), &cipher) ||
		!read_cipher_value(arena, data, &content))
		return false;
	struct str type = xml_attribute(data, STR("Type"));
	if (type.n && !str_eq(type, STR(TYPE_ELEMENT)))
		return false;
	size_t sealed_n = read_keys(arena, wrapper, data, sealed), tries = 0;
	for (size_t i = 0; i < sealed_n; i++)
		for (size_t k = 0; k < keys_n && tries < TRIES; k++, tries++)
			if (open_with(arena, &sealed[i], keys[k], cipher, content, &plain) &&
				xml_tree_parse(arena, plain, limits, wrapper, ret_element, NULL) == OK)
				return true;
	return false;
}

enum error_code xml_decrypt(struct arena *arena, const struct xml_element *wrapper,
	const struct sign_key *const *keys, size_t keys_n, const struct xml_limits *limits,
	const struct xml_element **ret_element, struct why *reterr_why)
{
	if (decrypt_data(arena, wrapper, keys, keys_n, limits, ret_element))
		return OK;
	return error_because(reterr_why, ERROR_BAD_XML,
		"XML, line %zu: what is encrypted cannot be read", wrapper->line);
}
