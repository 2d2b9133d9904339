/* Client authentication; see client_auth.h. */
#include "oidc/client_auth.h"

#include "crypto/base64.h"
#include "crypto/secret.h"

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* RFC 6749 section 2.3.1: name and password are form-encoded before they become Basic. A
 * text that is no valid encoding is taken as it stands. */
static struct str form_decode(struct arena *arena, struct str s)
{
	char *p = arena_alloc(arena, s.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] != '%') {
			p[n++] = s.p[i] == '+' ? ' ' : s.p[i];
			continue;
		}
		int high = i + 2 < s.n ? hex_value(s.p[i + 1]) : -1;
		int low = i + 2 < s.n ? hex_value(s.p[i + 2]) : -1;
		if (high < 0 || low < 0)
			return s;
		p[n++] = (char)(high * 16 + low);
		i += 2;
	}
	return (struct str){ p, n };
}

/* What is presented, in one shape. Many clients do not encode what they put into Basic, so
 * that the secret as it stands counts too. */
struct credentials {
	struct str client_id, secret, secret_as_sent;
	bool has_secret;
};

static enum error_code read_basic(struct arena *arena, struct str basic, struct credentials *ret,
				  struct why *reterr_why)
{
	struct str plain;
	if (base64_decode(arena, basic, &plain, NULL) != OK || str_has_nul(plain))
		return error_because(reterr_why, ERROR_INVALID_CLIENT, "the Basic credentials are not base64");
	size_t colon = str_index(plain, ':');
	if (colon == plain.n)
		return error_because(reterr_why, ERROR_INVALID_CLIENT, "the Basic credentials have no colon");
	ret->client_id = form_decode(arena, str_take(plain, colon));
	ret->secret_as_sent = str_drop(plain, colon + 1);
	ret->secret = form_decode(arena, ret->secret_as_sent);
	ret->has_secret = true;
	return OK;
}

static enum error_code read_credentials(struct arena *arena, const struct client_auth *presented,
					struct credentials *ret, struct why *reterr_why)
{
	*ret = (struct credentials){ presented->client_id, presented->client_secret, presented->client_secret,
				     presented->has_secret };
	if (!presented->basic.n)
		return OK;
	enum error_code code = read_basic(arena, presented->basic, ret, reterr_why);
	bool same = code == OK && presented->may_repeat && (secret_equal(presented->client_secret, ret->secret) ||
							    secret_equal(presented->client_secret, ret->secret_as_sent));
	if (code == OK && presented->has_secret && !same)
		return error_because(reterr_why, ERROR_INVALID_REQUEST,
				     "client authentication by header and by form at once");
	if (code == OK && presented->client_id.n && !str_eq(presented->client_id, ret->client_id))
		return error_because(reterr_why, ERROR_INVALID_REQUEST,
				     "client_id of the form differs from the one in the header");
	return code;
}

/* ---- secrets that expire ---- */

struct str client_auth_rotated_secret(const struct attributes *attributes, int64_t now_s)
{
	struct str rotated = attributes_get(attributes, STR("client.secret.rotated"));
	int64_t until_s;
	bool dated = str_to_int64(attributes_get(attributes, STR("client.secret.rotated.expiration.time")), &until_s);
	return dated && now_s <= until_s && str_trim(rotated).n ? rotated : STR("");
}

/* A date that cannot be read has passed; 0 is none. */
bool client_auth_secret_expired(const struct client *client, int64_t now_s)
{
	struct str date = attributes_get(&client->attributes, STR("client.secret.expiration.time"));
	int64_t until_s = 0;
	if (!date.n)
		return false;
	return !str_to_int64(date, &until_s) || (until_s > 0 && until_s < now_s);
}

static bool is_secret(const struct credentials *given, struct str secret)
{
	bool right = secret_equal(given->secret, secret);
	right |= secret_equal(given->secret_as_sent, secret);
	return right && secret.n > 0;
}

/* The one in force, or the one before it. */
static enum error_code check_secret(const struct client *client, const struct credentials *given, int64_t now_s,
				    struct why *reterr_why)
{
	if (given->has_secret && is_secret(given, client_auth_rotated_secret(&client->attributes, now_s)))
		return OK;
	if (!given->has_secret || !is_secret(given, client->secret))
		return error_because(reterr_why, ERROR_INVALID_CLIENT_CREDENTIALS, "wrong secret of client %.*s",
				     STR_ARG(client->client_id));
	if (client_auth_secret_expired(client, now_s))
		return error_because(reterr_why, ERROR_INVALID_CLIENT_CREDENTIALS, "the secret of client %.*s has expired",
				     STR_ARG(client->client_id));
	return OK;
}

enum error_code client_auth_check(struct arena *arena, const struct realm *realm,
				  const struct client_auth *presented,
				  const struct client **ret_client, struct why *reterr_why)
{
	struct credentials given;
	enum error_code code = read_credentials(arena, presented, &given, reterr_why);
	if (code != OK)
		return code;
	if (!given.client_id.n)
		return error_because(reterr_why, ERROR_INVALID_CLIENT, "no client_id");
	const struct client *client = realm_client_by_client_id(realm, given.client_id);
	if (!client)
		return error_because(reterr_why, ERROR_CLIENT_NOT_FOUND, "unknown client %.*s",
				     STR_ARG(str_take(given.client_id, 100)));
	*ret_client = client;
	if (!client->enabled)
		return error_because(reterr_why, ERROR_CLIENT_DISABLED, "client %.*s is disabled",
				     STR_ARG(client->client_id));
	if (!str_eq_z(client->protocol, "openid-connect"))
		return error_because(reterr_why, ERROR_INVALID_CLIENT, "client %.*s does not speak OpenID Connect",
				     STR_ARG(client->client_id));
	if (client->public_client)
		return OK;
	struct str type = client->client_authenticator_type;
	if (!client->bearer_only && (str_eq_z(type, "client-jwt") || str_eq_z(type, "client-secret-jwt")))
		return error_because(reterr_why, ERROR_ASSERTION_REFUSED, "Parameter client_assertion_type is missing");
	bool by_secret = !type.n || str_eq_z(type, "client-secret");
	if (client->bearer_only || !by_secret || !client->secret.n)
		return error_because(reterr_why, ERROR_INVALID_CLIENT_CREDENTIALS,
				     "client %.*s cannot authenticate by a secret", STR_ARG(client->client_id));
	return check_secret(client, &given, presented->now_s, reterr_why);
}
