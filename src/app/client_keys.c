/* Keys of clients; see client_keys.h. */
#include "app/client_keys.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "client/client.h"
#include "jose/jwe.h"

enum {
	KEPT_MAX = 256, /* addresses whose answers are kept */
	FRESH_MS = 10 * 60 * 1000,
	PAUSE_MS = 10 * 1000, /* between two questions to one address */
	ASKING_MAX = 4,       /* at one address at once */
};

/* What one address said. */
struct kept {
	char *url, *json; /* json NULL: nothing yet */
	int64_t asked_ms, good_ms;
	int asking;
};

/* One for the process: an address says the same to every realm. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct kept table[KEPT_MAX];

static bool within(int64_t now_ms, int64_t since_ms, int64_t span_ms)
{
	return since_ms > 0 && now_ms >= since_ms && now_ms - since_ms < span_ms;
}

/* The row of an address; the one that was asked longest ago makes room. NULL: all are being
 * asked. Under the lock. */
static struct kept *row_of(struct arena *arena, struct str url)
{
	struct kept *oldest = NULL;
	for (size_t i = 0; i < KEPT_MAX; i++) {
		struct kept *row = &table[i];
		if (row->url && str_eq_z(url, row->url))
			return row;
		if (!row->asking && (!oldest || row->asked_ms < oldest->asked_ms))
			oldest = row;
	}
	if (!oldest)
		return NULL;
	free(oldest->url);
	free(oldest->json);
	*oldest = (struct kept){ .url = strdup(arena_z(arena, url)) };
	return oldest;
}

/* GET, by a worker; empty when there is nothing to be had. */
static struct str fetch(struct visit *visit, struct str url)
{
	struct client_request request = { .method = STR("GET"), .url = url, .max_body = JWK_SET_BYTES_MAX };
	struct client_result result = { 0 };
	struct why why = { "" };
	enum error_code code = client_send_wait(visit->app->http, &request, visit->arena, &result, &why);
	if (code == OK && result.outcome == CLIENT_ANSWERED && result.http_status == 200 && result.body_complete)
		return result.body;
	log_write(LOG_WARN, "app", "keys of a client at %.*s: %.*s", STR_ARG(url),
		  STR_ARG(code == OK ? result.reason : str_from(why.text)));
	return STR("");
}

/* Asks, and keeps the answer. Under the lock, which is let go meanwhile. */
static void ask(struct visit *visit, struct kept *row, struct str url)
{
	row->asking++;
	pthread_mutex_unlock(&lock);
	struct str json = fetch(visit, url);
	pthread_mutex_lock(&lock);
	row->asking--;
	row->asked_ms = visit->now_ms;
	if (!json.n)
		return;
	free(row->json);
	row->json = strdup(arena_z(visit->arena, json));
	row->good_ms = visit->now_ms;
}

/* What the address says; `again`: the answer that is kept will not do. */
static enum error_code remote_keys(struct visit *visit, struct str url, bool again, struct str *ret_json,
				   struct why *reterr_why)
{
	enum error_code code = OK;
	pthread_mutex_lock(&lock);
	struct kept *row = row_of(visit->arena, url);
	bool old = row && (again || !row->json || !within(visit->now_ms, row->good_ms, FRESH_MS)) &&
		   !within(visit->now_ms, row->asked_ms, PAUSE_MS);
	if (!row || (old && row->asking >= ASKING_MAX && !row->json))
		code = error_because(reterr_why, ERROR_BUSY, "too many wait for the keys of a client");
	else if (old && row->asking < ASKING_MAX)
		ask(visit, row, url);
	if (code == OK)
		*ret_json = row->json ? arena_str(visit->arena, str_from(row->json)) : STR("");
	pthread_mutex_unlock(&lock);
	return code;
}

/* ---- the key ---- */

static struct str attribute(const struct client *client, const char *name)
{
	return attributes_get(&client->attributes, str_from(name));
}

bool client_keys_remote(const struct client *client)
{
	return attributes_true(&client->attributes, STR("use.jwks.url"), false) && attribute(client, "jwks.url").n;
}

static struct str local_keys(const struct client *client)
{
	bool used = attributes_true(&client->attributes, STR("use.jwks.string"), false);
	return used ? attribute(client, "jwks.string") : STR("");
}

enum error_code client_keys_find(struct visit *visit, const struct client *client, bool again,
	struct str *ret_json, struct why *reterr_why)
{
	if (client_keys_remote(client))
		return remote_keys(visit, attribute(client, "jwks.url"), again, ret_json, reterr_why);
	*ret_json = local_keys(client);
	return OK;
}

/* Encrypts by the key of a set that fits; *ret_found: there is one. */
static enum error_code encrypt_by(struct arena *arena, struct str json, const struct jwe_wish *wish,
				  struct str content, bool *ret_found, struct str *ret_token, struct why *reterr_why)
{
	struct jwk_set set = { 0 };
	enum error_code code = OK;
	*ret_found = false;
	if (!json.n || jwk_set_parse(arena, json, &set, reterr_why) != OK)
		return OK;
	const struct jwk *jwk = jwe_find(&set, wish->algorithm);
	if (jwk) {
		*ret_found = true;
		code = jwe_encrypt(arena, jwk, wish, content, ret_token, reterr_why);
	}
	jwk_set_free(&set);
	return code;
}

static struct str setting(struct visit *visit, const struct client *client, const char *kind, const char *end)
{
	struct str name = arena_format(visit->arena, "%s.encrypted.response.%s", kind, end);
	return attributes_get(&client->attributes, name);
}

bool client_keys_wanted(struct visit *visit, const struct client *client, const char *kind)
{
	return setting(visit, client, kind, "alg").n > 0;
}

bool client_keys_wait(const struct client *client)
{
	return client_keys_remote(client) && (attribute(client, "id.token.encrypted.response.alg").n ||
				     attribute(client, "user.info.encrypted.response.alg").n);
}

enum error_code client_keys_encrypt(struct visit *visit, const struct client *client, const char *kind,
	struct str content, bool is_token, struct str *ret_token, struct why *reterr_why)
{
	const struct jwe_wish wish = { setting(visit, client, kind, "alg"), setting(visit, client, kind, "enc"),
		is_token ? STR("JWT") : STR("") };
	struct str json;
	bool found = false;
	int rounds = client_keys_remote(client) ? 2 : 1;
	enum error_code code = OK;
	for (int round = 0; code == OK && !found && round < rounds; round++) {
		code = client_keys_find(visit, client, round > 0, &json, reterr_why);
		if (code == OK)
			code = encrypt_by(visit->arena, json, &wish, content, &found, ret_token, reterr_why);
	}
	if (code != OK || found)
		return code;
	return error_because(reterr_why, ERROR_NO_KEY, "client %.*s has no key for encryption by %.*s",
			     STR_ARG(client->client_id), STR_ARG(str_take(wish.algorithm, 32)));
}
