/* Keys and signatures; see signature.h. */
#include "saml/signature.h"

#include "base/tables.h"
#include "crypto/x509.h"
#include "xml/verify.h"

/* ---- of the client ---- */

/* The client's keys while one message is looked at. */
struct keys {
	struct sign_key **items;
	size_t n;
};

static void keys_free(struct keys *keys)
{
	for (size_t i = 0; i < keys->n; i++)
		sign_key_free(keys->items[i]);
}

/* A certificate that cannot be read is left out: the others may serve. */
static struct keys keys_of(struct arena *arena, const struct str_list *certificates, struct why *ret_why)
{
	struct keys keys = { arena_array(arena, certificates->n, sizeof *keys.items), 0 };
	for (size_t i = 0; i < certificates->n; i++)
		if (sign_key_from_certificate(certificates->items[i], &keys.items[keys.n], ret_why) == OK)
			keys.n++;
	return keys;
}

bool saml_is_signed(const struct saml_client *client, const struct saml_incoming *incoming)
{
	bool claims = incoming->binding == SAML_BINDING_REDIRECT ? incoming->has_signature :
								    xml_is_signed(incoming->root);
	return claims && client->signing_certificates.n > 0;
}

static enum error_code verify_with(struct arena *arena, const struct saml_client *client,
	const struct saml_incoming *incoming, const struct keys *keys, struct why *reterr_why)
{
	bool sha1 = str_eq_z(client->signature_algorithm, "RSA_SHA1");
	const struct xml_trust trust = { .keys = (const struct sign_key *const *)keys->items, .keys_n = keys->n,
		.signatures = XML_ALLOW_SIGNATURES | (sha1 ? XML_ALLOW(SIGN_RSA_SHA1) : 0),
		.digests = XML_ALLOW_DIGESTS | (sha1 ? XML_ALLOW(HASH_SHA1) : 0) };
	const struct xml_element *verified;
	if (incoming->binding == SAML_BINDING_REDIRECT && !incoming->has_signature)
		return error_because(reterr_why, ERROR_INVALID_SIGNATURE, "the query is not signed");
	if (incoming->binding == SAML_BINDING_REDIRECT)
		return xml_verify_detached(&trust, incoming->octets, incoming->algorithm_uri, incoming->signature,
			reterr_why);
	return xml_verify(arena, incoming->root, &trust, &verified, reterr_why);
}

enum error_code saml_verify(struct arena *arena, const struct saml_client *client,
	const struct saml_incoming *incoming, struct why *reterr_why)
{
	if (!saml_is_signed(client, incoming) && !client->client_signs)
		return OK;
	struct str name = str_take(client->client->client_id, 100);
	struct why why = { "the client has no signing certificate" };
	struct keys keys = keys_of(arena, &client->signing_certificates, &why);
	enum error_code code = ERROR_INVALID_SIGNATURE;
	if (keys.n)
		code = verify_with(arena, client, incoming, &keys, &why);
	keys_free(&keys);
	return code == OK ? OK : error_because(reterr_why, code, "client %.*s: %s", STR_ARG(name), why.text);
}

/* ---- ours ---- */

static bool serves(const struct realm_key *key, enum sign_algorithm algorithm)
{
	return key->use == KEY_SIGN && key->state == KEY_ACTIVE && key->key && sign_key_is_private(key->key) &&
	       sign_algorithm_fits(algorithm, key->key, NULL);
}

static const struct realm_key *signing_key(const struct realm *realm, enum sign_algorithm algorithm)
{
	const struct realm_key *usual = realm_key_for(realm, STR("RS256"));
	if (usual && serves(usual, algorithm))
		return usual;
	for (size_t i = 0; i < realm->keys_n; i++)
		if (serves(&realm->keys[i], algorithm))
			return &realm->keys[i];
	return NULL;
}

static struct str name_of_key(struct arena *arena, const struct realm_key *key, enum saml_key_name name)
{
	struct x509_facts facts;
	if (name == SAML_KEY_NAME_KEY_ID)
		return key->kid;
	if (name == SAML_KEY_NAME_CERT_SUBJECT && x509_parse(arena, key->certificate, &facts, NULL) == OK)
		return facts.subject;
	return (struct str){ NULL, 0 };
}

enum error_code saml_signer_of(struct arena *arena, const struct realm *realm,
	const struct saml_client *client, struct saml_signer *ret_signer, struct why *reterr_why)
{
	enum sign_algorithm algorithm;
	enum xml_canonical canonical;
	struct str name = str_take(client->client->client_id, 100);
	if (!xml_signature_algorithm_of_name(client->signature_algorithm, &algorithm))
		return error_because(reterr_why, ERROR_UNSUPPORTED_ALGORITHM,
			"saml.signature.algorithm %.*s is not known, client %.*s",
			STR_ARG(str_take(client->signature_algorithm, 80)), STR_ARG(name));
	if (!xml_canonical_of(client->canonicalization, &canonical))
		return error_because(reterr_why, ERROR_UNSUPPORTED_ALGORITHM,
			"saml_signature_canonicalization_method %.*s is not known, client %.*s",
			STR_ARG(str_take(client->canonicalization, 80)), STR_ARG(name));
	const struct realm_key *key = signing_key(realm, algorithm);
	if (!key)
		return error_because(reterr_why, ERROR_NO_KEY, "realm %.*s has no active key for %.*s, client %.*s",
			STR_ARG(realm->settings.name), STR_ARG(client->signature_algorithm), STR_ARG(name));
	*ret_signer = (struct saml_signer){ .key = key,
		.xml = { .key = key->key, .algorithm = algorithm, .digest = xml_signing_digest(algorithm),
			.canonical = canonical, .key_name = name_of_key(arena, key, client->key_name),
			.certificate = key->certificate } };
	return OK;
}

enum error_code saml_signer_if(bool wanted, struct arena *arena, const struct realm *realm,
	const struct saml_client *client, const struct saml_signer **ret_signer, struct why *reterr_why)
{
	struct saml_signer *signer = wanted ? arena_alloc(arena, sizeof *signer) : NULL;
	enum error_code code = wanted ? saml_signer_of(arena, realm, client, signer, reterr_why) : OK;
	if (code == OK)
		*ret_signer = signer;
	return code;
}

/* ---- encryption ---- */

static bool mask_of(struct str uri, enum hash_kind *ret_kind)
{
	static const struct {
		struct str uri;
		enum hash_kind kind;
	} masks[] = {
		{ STR_INIT("http://www.w3.org/2009/xmlenc11#mgf1sha1"), HASH_SHA1 },
		{ STR_INIT("http://www.w3.org/2009/xmlenc11#mgf1sha256"), HASH_SHA256 },
		{ STR_INIT("http://www.w3.org/2009/xmlenc11#mgf1sha384"), HASH_SHA384 },
		{ STR_INIT("http://www.w3.org/2009/xmlenc11#mgf1sha512"), HASH_SHA512 },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(masks); i++)
		if (str_eq(uri, masks[i].uri)) {
			*ret_kind = masks[i].kind;
			return true;
		}
	return false;
}

static bool encrypting_of(const struct saml_client *client, struct xml_encrypting *ret_encrypting)
{
	struct xml_encrypting e = { .scheme = XML_OAEP_11 };
	if (str_eq_z(client->key_algorithm, XML_XENC "rsa-oaep-mgf1p"))
		e.scheme = XML_OAEP_MGF1P;
	else if (!str_eq_z(client->key_algorithm, XML_XENC11 "rsa-oaep"))
		return false;
	if (!xml_cipher_of(client->encryption_algorithm, &e.cipher) ||
	    !xml_digest_of(client->digest_method, &e.transport.digest) ||
	    !mask_of(client->mask, &e.transport.mask))
		return false;
	*ret_encrypting = e;
	return true;
}

enum error_code saml_encrypt_assertion(struct arena *arena, const struct saml_client *client,
	struct str document, struct str id, struct str *ret_document, struct why *reterr_why)
{
	struct xml_encrypting encrypting;
	struct str name = str_take(client->client->client_id, 100);
	if (!encrypting_of(client, &encrypting))
		return error_because(reterr_why, ERROR_UNSUPPORTED_ALGORITHM,
			"one of saml.encryption.algorithm %.*s, keyAlgorithm %.*s, digestMethod %.*s is not known, client %.*s",
			STR_ARG(str_take(client->encryption_algorithm, 60)), STR_ARG(str_take(client->key_algorithm, 60)),
			STR_ARG(str_take(client->digest_method, 60)), STR_ARG(name));
	struct why why = { "the client has no encryption certificate" };
	struct keys keys = keys_of(arena, &client->encryption_certificates, &why);
	enum error_code code = ERROR_INVALID_VALUE;
	if (keys.n) {
		encrypting.key = keys.items[0];
		code = xml_encrypt(arena, &encrypting, document, id, &xml_saml, STR("EncryptedAssertion"),
			ret_document, &why);
	}
	keys_free(&keys);
	return code == OK ? OK : error_because(reterr_why, code, "client %.*s: %s", STR_ARG(name), why.text);
}

size_t saml_decryption_keys(struct arena *arena, const struct realm *realm, const struct sign_key *const **ret_keys)
{
	const struct sign_key **keys = arena_array(arena, realm->keys_n, sizeof(const struct sign_key *));
	size_t n = 0;
	for (enum key_state state = KEY_ACTIVE; state <= KEY_PASSIVE; state++)
		for (size_t i = 0; i < realm->keys_n; i++) {
			const struct realm_key *key = &realm->keys[i];
			if (key->state == state && key->key && sign_key_kind(key->key) == SIGN_KEY_RSA)
				keys[n++] = key->key;
		}
	*ret_keys = keys;
	return n;
}
