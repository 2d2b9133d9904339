/* The tables; see algorithms.h. */
#include "xml/algorithms.h"

#include "base/tables.h"
#include "xml/namespaces.h"

#define MORE "http://www.w3.org/2001/04/xmldsig-more#"
#define MORE_2007 "http://www.w3.org/2007/05/xmldsig-more#"
#define INCLUSIVE "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"

/* A row that is not there has the empty URI, and no URI is equal to that. */
static bool find(const struct str *uris, size_t n, struct str uri, size_t *ret_i)
{
	for (size_t i = 0; i < n; i++)
		if (uri.n && str_eq(uri, uris[i])) {
			*ret_i = i;
			return true;
		}
	return false;
}

static const struct str signatures[SIGN_ALGORITHMS] = {
	[SIGN_RS256] = STR_INIT(MORE "rsa-sha256"),
	[SIGN_RS384] = STR_INIT(MORE "rsa-sha384"),
	[SIGN_RS512] = STR_INIT(MORE "rsa-sha512"),
	[SIGN_PS256] = STR_INIT(MORE_2007 "sha256-rsa-MGF1"),
	[SIGN_PS384] = STR_INIT(MORE_2007 "sha384-rsa-MGF1"),
	[SIGN_PS512] = STR_INIT(MORE_2007 "sha512-rsa-MGF1"),
	[SIGN_ES256] = STR_INIT(MORE "ecdsa-sha256"),
	[SIGN_ES384] = STR_INIT(MORE "ecdsa-sha384"),
	[SIGN_ES512] = STR_INIT(MORE "ecdsa-sha512"),
	[SIGN_RSA_SHA1] = STR_INIT(XML_DSIG "rsa-sha1"),
};

bool xml_signature_algorithm_of(struct str uri, enum sign_algorithm *ret_algorithm)
{
	size_t i = 0;
	if (!find(signatures, ARRAY_LENGTH(signatures), uri, &i))
		return false;
	*ret_algorithm = (enum sign_algorithm)i;
	return true;
}

struct str xml_signature_algorithm_uri(enum sign_algorithm algorithm)
{
	return signatures[algorithm];
}

bool xml_signature_algorithm_of_name(struct str name, enum sign_algorithm *ret_algorithm)
{
	static const struct {
		struct str name;
		enum sign_algorithm algorithm;
	} rows[] = {
		{ STR_INIT("RSA_SHA1"), SIGN_RSA_SHA1 },
		{ STR_INIT("RSA_SHA256"), SIGN_RS256 },
		{ STR_INIT("RSA_SHA256_MGF1"), SIGN_PS256 },
		{ STR_INIT("RSA_SHA512"), SIGN_RS512 },
		{ STR_INIT("RSA_SHA512_MGF1"), SIGN_PS512 },
		{ STR_INIT("ECDSA_SHA256"), SIGN_ES256 },
		{ STR_INIT("ECDSA_SHA384"), SIGN_ES384 },
		{ STR_INIT("ECDSA_SHA512"), SIGN_ES512 },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		if (str_eq(name, rows[i].name)) {
			*ret_algorithm = rows[i].algorithm;
			return true;
		}
	return false;
}

static const struct str digests[HASH_KINDS] = {
	[HASH_SHA1] = STR_INIT(XML_DSIG "sha1"),
	[HASH_SHA256] = STR_INIT(XML_XENC "sha256"),
	[HASH_SHA384] = STR_INIT(MORE "sha384"),
	[HASH_SHA512] = STR_INIT(XML_XENC "sha512"),
};

bool xml_digest_of(struct str uri, enum hash_kind *ret_kind)
{
	size_t i = 0;
	if (!find(digests, ARRAY_LENGTH(digests), uri, &i))
		return false;
	*ret_kind = (enum hash_kind)i;
	return true;
}

struct str xml_digest_uri(enum hash_kind kind)
{
	return digests[kind];
}

static const struct str canonicals[XML_CANONICALS] = {
	[XML_CANONICAL_EXCLUSIVE] = STR_INIT(XML_EXCLUSIVE),
	[XML_CANONICAL_EXCLUSIVE_WITH_COMMENTS] = STR_INIT(XML_EXCLUSIVE "WithComments"),
	[XML_CANONICAL_INCLUSIVE] = STR_INIT(INCLUSIVE),
	[XML_CANONICAL_INCLUSIVE_WITH_COMMENTS] = STR_INIT(INCLUSIVE "#WithComments"),
};

bool xml_canonical_of(struct str uri, enum xml_canonical *ret_canonical)
{
	size_t i = 0;
	if (!find(canonicals, ARRAY_LENGTH(canonicals), uri, &i))
		return false;
	*ret_canonical = (enum xml_canonical)i;
	return true;
}

struct str xml_canonical_uri(enum xml_canonical canonical)
{
	return canonicals[canonical];
}

static const struct str ciphers[CIPHER_KINDS] = {
	[CIPHER_AES_128_GCM] = STR_INIT(XML_XENC11 "aes128-gcm"),
	[CIPHER_AES_192_GCM] = STR_INIT(XML_XENC11 "aes192-gcm"),
	[CIPHER_AES_256_GCM] = STR_INIT(XML_XENC11 "aes256-gcm"),
	[CIPHER_AES_128_CBC] = STR_INIT(XML_XENC "aes128-cbc"),
	[CIPHER_AES_192_CBC] = STR_INIT(XML_XENC "aes192-cbc"),
	[CIPHER_AES_256_CBC] = STR_INIT(XML_XENC "aes256-cbc"),
};

bool xml_cipher_of(struct str uri, enum cipher_kind *ret_cipher)
{
	size_t i = 0;
	if (!find(ciphers, ARRAY_LENGTH(ciphers), uri, &i))
		return false;
	*ret_cipher = (enum cipher_kind)i;
	return true;
}

struct str xml_cipher_uri(enum cipher_kind cipher)
{
	return ciphers[cipher];
}
