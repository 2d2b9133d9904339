/* Request objects at an address of the client's; see request_uri.h. */
#include "app/request_uri.h"

#include <pthread.h>
#include <string.h>

#include "base/limits.h"
#include "base/log.h"
#include "client/client.h"
#include "model/redirect.h"
#include "oidc/request_object.h"

enum {
	ASKING_MAX = 3,   /* workers that wait for such addresses at once: others have work, too */
	SLOW_MAX = 1,     /* of them for one client whose server was slow of late */
	SLOW_MS = 500,    /* what is slow */
	SLOW_FOR_MS = 10 * 1000,
	ANSWER_MS = 3000, /* for all of an answer */
	SLOW_KEPT = 64,   /* clients */
	ID_MAX = 64,      /* bytes of a client's id */
};

/* ---- who waits ---- */

struct asked {
	char id[ID_MAX]; /* of the client's row; empty: nobody's */
	int asking;
	int64_t slow_ms; /* when its server was slow last */
};

/* For the process, like its workers. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct asked table[SLOW_KEPT];
static int asking;

static bool is_slow(const struct asked *row, int64_t now_ms)
{
	return row->slow_ms && now_ms >= row->slow_ms && now_ms - row->slow_ms < SLOW_FOR_MS;
}

/* The client's row; that of whoever was slow longest ago makes room. Under the lock. ASKING_MAX is less
 * than the rows: there is always one. */
static struct asked *row_of(struct str id)
{
	struct asked *oldest = NULL;
	for (size_t i = 0; i < SLOW_KEPT; i++) {
		if (str_eq_z(id, table[i].id))
			return &table[i];
		if (!table[i].asking && (!oldest || table[i].slow_ms < oldest->slow_ms))
			oldest = &table[i];
	}
	*oldest = (struct asked){ .asking = 0 };
	memcpy(oldest->id, id.p, id.n);
	return oldest;
}

/* NULL: too many wait already. */
static struct asked *begin(struct str id, int64_t now_ms)
{
	struct asked *row = NULL;
	pthread_mutex_lock(&lock);
	if (asking < ASKING_MAX && id.n < ID_MAX)
		row = row_of(id);
	if (row && is_slow(row, now_ms) && row->asking >= SLOW_MAX)
		row = NULL;
	if (row) {
		row->asking++;
		asking++;
	}
	pthread_mutex_unlock(&lock);
	return row;
}

static void end(struct asked *row, int64_t now_ms, bool slow)
{
	pthread_mutex_lock(&lock);
	row->asking--;
	asking--;
	row->slow_ms = slow ? now_ms : 0;
	pthread_mutex_unlock(&lock);
}

/* ---- asking ---- */

static enum error_code refuse(const struct client *client, struct why *why, struct str reason)
{
	log_write(LOG_WARN, "app", "request object of client %.*s: %.*s", STR_ARG(client->client_id), STR_ARG(reason));
	return error_because(why, ERROR_INVALID_REQUEST_OBJECT, "The request object could not be fetched: %.*s",
			     STR_ARG(reason));
}

/* What names a version of the object (OpenID Connect Core section 6.2) is not sent. */
static struct str without_fragment(struct str uri)
{
	return str_take(uri, str_index(uri, '#'));
}

/* Files end so. */
static struct str without_line_ends(struct str text)
{
	while (text.n && (text.p[text.n - 1] == '\n' || text.p[text.n - 1] == '\r'))
		text.n--;
	return text;
}

static enum error_code ask(struct visit *visit, const struct client *client, const struct client_request *request,
			   struct str *ret_text, struct why *why)
{
	struct client_result result = { 0 };
	struct why detail = { "" };
	struct asked *row = begin(client->id, visit->now_ms);
	if (!row)
		return error_because(why, ERROR_BUSY, "too many wait for request objects of clients");
	enum error_code code = client_send_wait(visit->app->http, request, visit->arena, &result, &detail);
	end(row, visit->now_ms, code == OK && result.total_ms >= SLOW_MS);
	if (code != OK)
		return error_because(why, code, "%s", detail.text);
	if (result.outcome != CLIENT_ANSWERED || result.http_status != 200)
		return refuse(client, why, result.reason);
	if (!result.body_complete)
		return refuse(client, why, arena_format(visit->arena, "the answer is longer than %d bytes, or its end did "
							"not come", LIMIT_TOKEN));
	*ret_text = without_line_ends(result.body);
	return OK;
}

enum error_code request_uri_fetch(struct visit *visit, const struct client *client, struct str uri,
	struct str *ret_text, struct why *reterr_why)
{
	const struct client placed = redirect_place(visit->arena, client, visit->base);
	bool anywhere = false, allowed = redirect_allowed_for_request(visit->arena, &placed, uri, &anywhere);
	bool plain = !str_eq_nocase(str_take(uri, STR("https:").n), STR("https:"));
	if (!allowed || (plain && request_object_is_unsigned(client)))
		return error_because(reterr_why, ERROR_INVALID_REQUEST_OBJECT,
				     "Specified 'request_uri' not allowed for this client.");
	const struct client_request request = { .method = STR("GET"), .url = without_fragment(uri),
		.total_timeout_ms = ANSWER_MS, .max_body = LIMIT_TOKEN,
		.policy = anywhere ? CLIENT_POLICY_STRANGER : CLIENT_POLICY_ADMIN };
	return ask(visit, client, &request, ret_text, reterr_why);
}
