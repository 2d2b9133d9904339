/* Signed tokens by which clients authenticate: header and claims as JSON, or a form as it came. What is
 * read names a client of the realm, an algorithm of that client's; what is let in has an end. */
#include <stdlib.h>
#include <string.h>

#include "base/tables.h"
#include "crypto/base64.h"
#include "jose/jws.h"
#include "oidc/client_assertion.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static struct client clients[] = {
	{ .id = STR_INIT("1"), .client_id = STR_INIT("key"), .enabled = true, .protocol = STR_INIT("openid-connect"),
		.client_authenticator_type = STR_INIT("client-jwt") },
	{ .id = STR_INIT("2"), .client_id = STR_INIT("secret"), .enabled = true, .protocol = STR_INIT("openid-connect"),
		.client_authenticator_type = STR_INIT("client-secret-jwt") },
};

/* "header\nclaims", or a whole token. */
static struct str token_of(struct arena *arena, struct str input)
{
	size_t line = str_index(input, '\n');
	if (line == input.n)
		return input;
	struct str head = base64url_encode(arena, str_take(input, line));
	struct str body = base64url_encode(arena, str_drop(input, line + 1));
	return arena_join(arena, arena_join(arena, head, STR("."), body), STR("."), STR("AAAA"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena *arena = arena_new(0);
	struct realm realm = { .clients = clients, .clients_n = ARRAY_LENGTH(clients),
		.client_by_client_id = table_new(arena, ARRAY_LENGTH(clients)) };
	for (size_t i = 0; i < ARRAY_LENGTH(clients); i++)
		table_put(&realm.client_by_client_id, clients[i].client_id, &clients[i]);
	const struct client_auth presented = { .client_id = n % 3 ? STR("") : STR("key"),
		.assertion_type = STR("urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
		.assertion = token_of(arena, str_of(data, n)) };
	const struct client_jwt_facts facts = { STR("https://a/realms/r"), STR("https://a/auth/realms/r"), 1800000000 };
	struct client_assertion a;
	struct why why = { "" };
	int64_t until_s = 0;
	enum error_code code = client_assertion_read(arena, &realm, &presented, &a, &why);
	require(code == OK || why.text[0]);
	if (code == OK) {
		enum sign_algorithm algorithm;
		require(a.token && str_eq(a.iss, a.sub) && str_eq(a.sub, a.client->client_id));
		require(sign_algorithm_of(jws_header(a.token)->algorithm, &algorithm) && (a.allowed & JWS_ALLOW(algorithm)));
		require(a.by_secret == !strncmp(sign_algorithm_name(algorithm), "HS", 2));
		if (client_assertion_judge(&a, &facts, &until_s, &why) == OK)
			require(a.aud_n == 1 && a.jti.n && until_s > facts.now_s && until_s <= facts.now_s + 76);
	}
	arena_free(arena);
	return 0;
}
