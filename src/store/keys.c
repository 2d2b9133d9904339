/* Keycloak's key providers; see keys.h. */
#include "store/keys.h"

#include "store/components.h"

#include "base/tables.h"
#include "crypto/base64.h"
#include "crypto/sign_key.h"
#include "crypto/random.h"
#include "crypto/x509.h"

/* What each provider keeps where. */
struct provider {
	struct str id;
	enum key_use use;
	enum sign_key_kind kind;   /* of a generated key */
	int bits;                  /* of a generated key */
	struct str private_name;   /* the entry with the private key or the secret */
	struct str algorithm;      /* when the component does not say */
	struct str algorithm_name; /* the entry that says it; empty: none */
	bool generated;
};

static const struct provider providers[] = {
	{ STR_INIT("rsa-generated"), KEY_SIGN, SIGN_KEY_RSA, 2048, STR_INIT("privateKey"),
		STR_INIT("RS256"), STR_INIT("algorithm"), true },
	{ STR_INIT("rsa"), KEY_SIGN, SIGN_KEY_RSA, 2048, STR_INIT("privateKey"), STR_INIT("RS256"),
		STR_INIT("algorithm"), false },
	{ STR_INIT("rsa-enc-generated"), KEY_ENCRYPT, SIGN_KEY_RSA, 2048, STR_INIT("privateKey"),
		STR_INIT("RSA-OAEP"), STR_INIT("algorithm"), true },
	{ STR_INIT("rsa-enc"), KEY_ENCRYPT, SIGN_KEY_RSA, 2048, STR_INIT("privateKey"),
		STR_INIT("RSA-OAEP"), STR_INIT("algorithm"), false },
	{ STR_INIT("hmac-generated"), KEY_SIGN, SIGN_KEY_SECRET, 1024, STR_INIT("secret"),
		STR_INIT("HS256"), STR_INIT("algorithm"), true },
	{ STR_INIT("aes-generated"), KEY_ENCRYPT, SIGN_KEY_SECRET, 256, STR_INIT("secret"),
		STR_INIT("AES"), STR_INIT(""), true },
	{ STR_INIT("ecdsa-generated"), KEY_SIGN, SIGN_KEY_P256, 0, STR_INIT("ecdsaPrivateKey"),
		STR_INIT(""), STR_INIT(""), true },
	{ STR_INIT("ecdh-generated"), KEY_ENCRYPT, SIGN_KEY_P256, 0, STR_INIT("ecdhPrivateKey"),
		STR_INIT("ECDH-ES"), STR_INIT("ecdhAlgorithm"), true },
	{ STR_INIT("eddsa-generated"), KEY_SIGN, SIGN_KEY_ED25519, 0, STR_INIT("eddsaPrivateKey"),
		STR_INIT("EdDSA"), STR_INIT(""), true },
};

static const struct provider *find_provider(struct str id)
{
	for (size_t i = 0; i < ARRAY_LENGTH(providers); i++)
		if (str_eq(providers[i].id, id))
			return &providers[i];
	return NULL;
}

bool key_provider_is_known(struct str provider_id)
{
	return find_provider(provider_id) != NULL;
}

static bool is_true(const struct component_rep *component, struct str name)
{
	struct str value = component_config(component, name);
	return !value.n || str_eq_nocase(value, STR("true"));
}

static struct str algorithm_of(const struct component_rep *component,
	const struct provider *provider, const struct sign_key *key)
{
	struct str said = component_config(component, provider->algorithm_name);
	if (said.n || provider->algorithm.n)
		return said.n ? said : provider->algorithm;
	switch (sign_key_kind(key)) {
	case SIGN_KEY_P384:
		return STR("ES384");
	case SIGN_KEY_P521:
		return STR("ES512");
	case SIGN_KEY_P256:
	case SIGN_KEY_RSA:
	case SIGN_KEY_ED25519:
	case SIGN_KEY_SECRET:
		break;
	}
	return STR("ES256");
}

/* The public side, as the admin API and the certs document show it. */
static enum error_code public_side(struct arena *arena, const struct component_rep *component,
	struct realm_key *key, struct why *reterr_why)
{
	struct x509_facts facts;
	struct str certificate = component_config(component, STR("certificate"));
	enum error_code error;
	if ((error = sign_key_public_text(arena, key->key, &key->public_key, reterr_why)))
		return error;
	if (!certificate.n)
		return OK;
	if ((error = x509_parse(arena, certificate, &facts, reterr_why)))
		return error;
	key->certificate = base64_encode(arena, facts.der);
	return OK;
}

static enum error_code parse(struct arena *arena, const struct component_rep *component,
	const struct provider *provider, struct realm_key *key, struct why *reterr_why)
{
	enum error_code error;
	struct str text = component_config(component, provider->private_name);
	key->kid = component_config(component, STR("kid"));
	if (provider->kind == SIGN_KEY_SECRET) {
		SECRET_SCOPED bytes = { NULL, 0 };
		if ((error = base64url_decode_secret(text, &bytes, reterr_why)) ||
			(error = sign_key_from_secret(secret_str(&bytes), &key->key, reterr_why)))
			return error;
		if (!key->kid.n)
			return error_because(reterr_why, ERROR_INVALID_VALUE, "it has no kid");
	} else {
		if ((error = sign_key_from_private(text, &key->key, reterr_why)) ||
			(error = public_side(arena, component, key, reterr_why)))
			return error;
		if (!key->kid.n && (error = sign_key_kid(arena, key->key, &key->kid, reterr_why)))
			return error;
	}
	key->algorithm = algorithm_of(component, provider, key->key);
	return OK;
}

static enum key_state state_of(const struct component_rep *component)
{
	if (!is_true(component, STR("enabled")))
		return KEY_DISABLED;
	return is_true(component, STR("active")) ? KEY_ACTIVE : KEY_PASSIVE;
}

enum error_code component_read_key(struct arena *arena, const struct component_rep *component,
	struct realm_key *ret_key, bool *ret_found, struct why *reterr_why)
{
	const struct provider *provider = find_provider(component->provider_id);
	struct why why = { "" };
	*ret_found = false;
	if (!provider || !component_config(component, provider->private_name).n)
		return OK;
	struct realm_key key = { .provider_id = component->id, .use = provider->use };
	key.state = state_of(component);
	struct str priority = component_config(component, STR("priority"));
	if (priority.n && !str_to_int64(priority, &key.priority))
		return error_because(reterr_why, ERROR_INVALID_VALUE,
			"key provider \"%.*s\": priority is no number", STR_ARG(component->name));
	enum error_code error = parse(arena, component, provider, &key, &why);
	if (error) {
		sign_key_free(key.key);
		return error_because(reterr_why, error, "key provider \"%.*s\": %s",
			STR_ARG(component->name), why.text);
	}
	*ret_key = key;
	*ret_found = true;
	return OK;
}

enum error_code key_of_component(struct arena *arena, const struct component_rep *component,
	struct realm_key *ret_key, bool *ret_found, struct why *reterr_why)
{
	*ret_found = false;
	if (state_of(component) == KEY_DISABLED)
		return OK;
	return component_read_key(arena, component, ret_key, ret_found, reterr_why);
}

/* ---- new keys ---- */

static void drop_config(struct component_rep *component, struct str name)
{
	size_t n = 0;
	for (size_t i = 0; i < component->config_n; i++)
		if (!str_eq(component->config[i].key, name))
			component->config[n++] = component->config[i];
	component->config_n = n;
}

static int bits_of(const struct component_rep *component, const struct provider *provider)
{
	int64_t asked;
	bool secret = provider->kind == SIGN_KEY_SECRET;
	struct str size = component_config(component, secret ? STR("secretSize") : STR("keySize"));
	/* A secret's size is in bytes. */
	if (!str_to_int64(size, &asked) || asked <= 0 || asked > (secret ? 512 : 4096))
		return provider->bits;
	return (int)(secret ? asked * 8 : asked);
}

static enum sign_key_kind kind_of(
	const struct component_rep *component, const struct provider *provider)
{
	struct str curve = component_config(component,
		str_eq(provider->id, STR("ecdsa-generated")) ? STR("ecdsaEllipticCurveKey")
							     : STR("ecdhEllipticCurveKey"));
	if (provider->kind != SIGN_KEY_P256)
		return provider->kind;
	return str_eq(curve, STR("P-384"))    ? SIGN_KEY_P384
		: str_eq(curve, STR("P-521")) ? SIGN_KEY_P521
					      : SIGN_KEY_P256;
}

static enum error_code fill(struct arena *arena, struct component_rep *component,
	const struct provider *provider, const struct sign_key *key, struct str realm_name,
	int64_t now_ms, struct why *reterr_why)
{
	SECRET_SCOPED text = { NULL, 0 };
	struct str certificate;
	enum error_code error = sign_key_private_text(key, &text, reterr_why);
	if (error)
		return error;
	component_config_set(arena, component, provider->private_name, arena_str(arena, secret_str(&text)));
	if (provider->kind == SIGN_KEY_SECRET) {
		component_config_set(arena, component, STR("kid"), random_uuid(arena));
	} else if (provider->kind == SIGN_KEY_RSA ||
		   str_eq_nocase(component_config(component, STR("ecGenerateCertificate")), STR("true"))) {
		if ((error = x509_self_signed(
			     arena, key, realm_name, now_ms, &certificate, reterr_why)))
			return error;
		component_config_set(arena, component, STR("certificate"), certificate);
	}
	return OK;
}

void key_add_public(struct arena *arena, struct component_rep *component)
{
	const struct str private = STR("PrivateKey");
	const struct provider *provider = find_provider(component->provider_id);
	struct str text = provider ? component_config(component, provider->private_name) : STR("");
	struct sign_key *key;
	struct str public;
	if (!text.n || !str_ends(provider->private_name, private) ||
	    sign_key_from_private(text, &key, NULL) != OK)
		return;
	struct str owner = str_take(provider->private_name, provider->private_name.n - private.n);
	if (sign_key_public_text(arena, key, &public, NULL) == OK)
		component_config_set(arena, component, arena_join(arena, owner, STR("PublicKey"), STR("")), public);
	sign_key_free(key);
}

enum error_code key_generate(struct arena *arena, struct component_rep *component,
	struct str realm_name, int64_t now_ms, struct why *reterr_why)
{
	const struct provider *provider = find_provider(component->provider_id);
	struct sign_key *key = NULL;
	if (!provider || !provider->generated ||
		component_config(component, provider->private_name).n)
		return OK;
	enum error_code error = sign_key_generate(
		kind_of(component, provider), bits_of(component, provider), &key, reterr_why);
	if (error)
		return error;
	error = fill(arena, component, provider, key, realm_name, now_ms, reterr_why);
	sign_key_free(key);
	return error;
}

/* Whether the key is of the size and on the curve that the component asks for. */
static bool fits(struct arena *arena, const struct component_rep *component, const struct provider *provider)
{
	struct realm_key key = { .key = NULL };
	if (parse(arena, component, provider, &key, NULL) != OK) {
		sign_key_free(key.key);
		return false;
	}
	enum sign_key_kind kind = sign_key_kind(key.key);
	bool sized = kind == SIGN_KEY_RSA || kind == SIGN_KEY_SECRET;
	bool good = kind == kind_of(component, provider) &&
		(!sized || sign_key_bits(key.key) == bits_of(component, provider));
	sign_key_free(key.key);
	return good;
}

/* What the curve is called where nothing was said. */
static void name_curve(struct arena *arena, struct component_rep *component, const struct provider *provider)
{
	static const struct {
		struct str provider, entry, value;
	} rows[] = {
		{ STR_INIT("ecdsa-generated"), STR_INIT("ecdsaEllipticCurveKey"), STR_INIT("P-256") },
		{ STR_INIT("ecdh-generated"), STR_INIT("ecdhEllipticCurveKey"), STR_INIT("P-256") },
		{ STR_INIT("eddsa-generated"), STR_INIT("eddsaEllipticCurveKey"), STR_INIT("Ed25519") },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		if (str_eq(rows[i].provider, provider->id) && !component_config(component, rows[i].entry).n)
			component_config_set(arena, component, rows[i].entry, rows[i].value);
}

static enum error_code check_imported(struct arena *arena, struct component_rep *component,
	const struct sign_key *key, struct str realm_name, int64_t now_ms, struct why *reterr_why)
{
	struct str text = component_config(component, STR("certificate")), certificate;
	struct sign_key *of_certificate = NULL;
	if (sign_key_kind(key) != SIGN_KEY_RSA)
		return error_because(reterr_why, ERROR_INVALID_VALUE, "Failed to decode private key");
	if (!text.n) {
		enum error_code error = x509_self_signed(arena, key, realm_name, now_ms, &certificate, reterr_why);
		if (!error)
			component_config_set(arena, component, STR("certificate"), certificate);
		return error;
	}
	if (sign_key_from_certificate(text, &of_certificate, NULL))
		return error_because(reterr_why, ERROR_INVALID_VALUE, "Failed to decode certificate");
	bool same = sign_key_same(key, of_certificate);
	sign_key_free(of_certificate);
	return same ? OK : error_because(reterr_why, ERROR_INVALID_VALUE, "Certificate does not match private key");
}

enum error_code component_complete_key(struct arena *arena, struct component_rep *component,
	struct str realm_name, int64_t now_ms, struct why *reterr_why)
{
	const struct provider *provider = find_provider(component->provider_id);
	struct sign_key *key;
	if (!provider || !str_eq(component->provider_type, STR(KEY_PROVIDER)))
		return OK;
	if (provider->generated) {
		name_curve(arena, component, provider);
		if (!fits(arena, component, provider)) {
			drop_config(component, provider->private_name);
			drop_config(component, STR("kid"));
			drop_config(component, STR("certificate"));
		}
		return key_generate(arena, component, realm_name, now_ms, reterr_why);
	}
	struct str text = component_config(component, provider->private_name);
	if (!text.n)
		return error_because(reterr_why, ERROR_INVALID_VALUE, "'Private RSA Key' is required");
	if (sign_key_from_private(text, &key, NULL))
		return error_because(reterr_why, ERROR_INVALID_VALUE, "Failed to decode private key");
	enum error_code error = check_imported(arena, component, key, realm_name, now_ms, reterr_why);
	sign_key_free(key);
	return error;
}

void key_default_components(
	struct arena *arena, struct component_rep **ret_components, size_t *ret_n)
{
	static const struct {
		struct str name, provider, algorithm;
	} wanted[] = {
		{ STR_INIT("rsa-generated"), STR_INIT("rsa-generated"), STR_INIT("") },
		{ STR_INIT("rsa-enc-generated"), STR_INIT("rsa-enc-generated"),
			STR_INIT("RSA-OAEP") },
		{ STR_INIT("hmac-generated-hs512"), STR_INIT("hmac-generated"), STR_INIT("HS512") },
		{ STR_INIT("aes-generated"), STR_INIT("aes-generated"), STR_INIT("") },
	};
	struct component_rep *list = arena_array(arena, ARRAY_LENGTH(wanted), sizeof *list);
	for (size_t i = 0; i < ARRAY_LENGTH(wanted); i++) {
		list[i].name = wanted[i].name;
		list[i].provider_id = wanted[i].provider;
		component_config_set(arena, &list[i], STR("priority"), STR("100"));
		if (wanted[i].algorithm.n)
			component_config_set(arena, &list[i], STR("algorithm"), wanted[i].algorithm);
	}
	*ret_components = list;
	*ret_n = ARRAY_LENGTH(wanted);
}

/* What a fallback's component says of its algorithm. */
static const struct fallback {
	enum sign_algorithm algorithm;
	struct str provider, name, value;
} fallbacks[] = {
	{ SIGN_RS256, STR_INIT("rsa-generated"), STR_INIT("algorithm"), STR_INIT("RS256") },
	{ SIGN_RS384, STR_INIT("rsa-generated"), STR_INIT("algorithm"), STR_INIT("RS384") },
	{ SIGN_RS512, STR_INIT("rsa-generated"), STR_INIT("algorithm"), STR_INIT("RS512") },
	{ SIGN_PS256, STR_INIT("rsa-generated"), STR_INIT("algorithm"), STR_INIT("PS256") },
	{ SIGN_PS384, STR_INIT("rsa-generated"), STR_INIT("algorithm"), STR_INIT("PS384") },
	{ SIGN_PS512, STR_INIT("rsa-generated"), STR_INIT("algorithm"), STR_INIT("PS512") },
	{ SIGN_HS256, STR_INIT("hmac-generated"), STR_INIT("algorithm"), STR_INIT("HS256") },
	{ SIGN_HS384, STR_INIT("hmac-generated"), STR_INIT("algorithm"), STR_INIT("HS384") },
	{ SIGN_HS512, STR_INIT("hmac-generated"), STR_INIT("algorithm"), STR_INIT("HS512") },
	{ SIGN_ES256, STR_INIT("ecdsa-generated"), STR_INIT("ecdsaEllipticCurveKey"),
		STR_INIT("P-256") },
	{ SIGN_ES384, STR_INIT("ecdsa-generated"), STR_INIT("ecdsaEllipticCurveKey"),
		STR_INIT("P-384") },
	{ SIGN_ES512, STR_INIT("ecdsa-generated"), STR_INIT("ecdsaEllipticCurveKey"),
		STR_INIT("P-521") },
	{ SIGN_EDDSA, STR_INIT("eddsa-generated"), STR_INIT("eddsaEllipticCurveKey"),
		STR_INIT("Ed25519") },
};

enum error_code key_provider_fallback(struct arena *arena, enum sign_algorithm algorithm,
	struct str realm_name, int64_t now_ms, struct component_rep *ret_component,
	struct why *reterr_why)
{
	const struct fallback *row = fallbacks;
	while (row < fallbacks + ARRAY_LENGTH(fallbacks) && row->algorithm != algorithm)
		row++;
	if (row == fallbacks + ARRAY_LENGTH(fallbacks))
		return error_because(reterr_why, ERROR_UNSUPPORTED_ALGORITHM,
			"realm %.*s cannot have a key for %s", STR_ARG(realm_name),
			sign_algorithm_name(algorithm));
	struct component_rep component = { .id = random_uuid(arena),
		.name = arena_format(arena, "fallback-%s", sign_algorithm_name(algorithm)),
		.provider_id = row->provider };
	component_config_set(arena, &component, STR("priority"), STR("-100"));
	component_config_set(arena, &component, row->name, row->value);
	enum error_code error = key_generate(arena, &component, realm_name, now_ms, reterr_why);
	if (!error)
		*ret_component = component;
	return error;
}
