/* Orders to adapters; see adapters.h. */
#include "admin/adapters.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "app/own_token.h"
#include "base/condition.h"
#include "base/log.h"
#include "client/client.h"
#include "crypto/random.h"
#include "model/life.h"
#include "signout/channel.h"
#include "signout/notice.h"

enum { WAIT_S = 5, REQUEST_MS = 4800 };

/* One admin URL that is asked. */
struct question {
	const struct client *client;
	struct str url; /* of the adapter, without the order's name */
	bool good;
	struct str reason;
};

/* What the answers are written to; they may come after the asker has gone. */
struct asking {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	size_t holders; /* the asker, and each request under way */
	size_t open;    /* requests that have not been answered */
	size_t n;
	struct answer {
		struct asking *asking;
		bool good;
		char reason[200];
	} answers[];
};

static void set_reason(struct answer *answer, struct str reason)
{
	snprintf(answer->reason, sizeof answer->reason, "%.*s", STR_ARG(str_take(reason, sizeof answer->reason - 1)));
}

static struct asking *asking_new(size_t n)
{
	struct asking *asking = calloc(1, sizeof *asking + n * sizeof *asking->answers);
	if (!asking)
		abort();
	condition_init(&asking->changed);
	pthread_mutex_init(&asking->lock, NULL);
	asking->n = n;
	asking->holders = 1;
	for (size_t i = 0; i < n; i++) {
		asking->answers[i].asking = asking;
		set_reason(&asking->answers[i], STR("no answer within 5 s"));
	}
	return asking;
}

/* Unlocks; the last holder frees. */
static void asking_release(struct asking *asking)
{
	bool last = --asking->holders == 0;
	pthread_mutex_unlock(&asking->lock);
	if (!last)
		return;
	pthread_mutex_destroy(&asking->lock);
	pthread_cond_destroy(&asking->changed);
	free(asking);
}

/* On the HTTP client's thread. */
static void answered(void *context, const struct client_result *result)
{
	struct answer *answer = context;
	struct asking *asking = answer->asking;
	pthread_mutex_lock(&asking->lock);
	answer->good = result->outcome == CLIENT_ANSWERED && result->http_status / 100 == 2;
	set_reason(answer, result->reason);
	asking->open--;
	pthread_cond_signal(&asking->changed);
	asking_release(asking);
}

static void wait_for_answers(struct asking *asking)
{
	struct timespec until = condition_in(WAIT_S * 1000);
	while (asking->open && pthread_cond_timedwait(&asking->changed, &asking->lock, &until) == 0)
		;
}

/* ---- the requests ---- */

static int64_t not_before_s(const struct realm *realm, const struct client *client)
{
	int64_t epoch_s = realm->sessions_ended_before_ms / 1000, set_s = life_not_before_s(realm, client, NULL);
	return epoch_s > set_s ? epoch_s : set_s;
}

/* A signed order. Adapters verify it with RS256 alone. */
static enum error_code token_of(struct admin_call *call, enum adapters_order order, const struct client *client,
				struct str *ret_token, struct why *reterr_why)
{
	struct str id = random_uuid(call->arena);
	const struct delivery notice = { .client_name = client->client_id,
		.not_before_s = not_before_s(call->realm, client) };
	struct str claims = order == ADAPTERS_TEST ?
		notice_admin_test(call->arena, &notice, id, call->visit.now_ms) :
		notice_admin_not_before(call->arena, &notice, id, call->visit.now_ms);
	return own_token_sign(call->arena, call->realm, STR("RS256"), STR("JWT"), claims, ret_token, reterr_why);
}

static enum error_code send(struct admin_call *call, enum adapters_order order, const struct question *question,
			    struct answer *answer, struct why *reterr_why)
{
	struct str token;
	struct str name = order == ADAPTERS_TEST ? STR("k_test_available") : STR("k_push_not_before");
	enum error_code code = token_of(call, order, question->client, &token, reterr_why);
	if (code != OK)
		return code;
	const struct client_request request = {
		.method = STR("POST"),
		.url = arena_join(call->arena, question->url, str_ends(question->url, STR("/")) ? STR("") : STR("/"), name),
		.content_type = STR("text/plain; charset=ISO-8859-1"),
		.body = token,
		.policy = CLIENT_POLICY_ADMIN,
		.total_timeout_ms = REQUEST_MS,
		.max_body = 1024,
	};
	struct asking *asking = answer->asking;
	pthread_mutex_lock(&asking->lock);
	asking->holders++;
	asking->open++;
	pthread_mutex_unlock(&asking->lock);
	code = client_send(call->app->http, &request, answered, answer, reterr_why);
	if (code == OK)
		return OK;
	pthread_mutex_lock(&asking->lock);
	asking->open--;
	asking_release(asking);
	return code;
}

static void ask_all(struct admin_call *call, enum adapters_order order, struct question *questions, size_t n)
{
	struct asking *asking = asking_new(n);
	for (size_t i = 0; i < n; i++) {
		struct why why = { "" };
		if (send(call, order, &questions[i], &asking->answers[i], &why) == OK)
			continue;
		pthread_mutex_lock(&asking->lock);
		set_reason(&asking->answers[i], str_from(why.text));
		pthread_mutex_unlock(&asking->lock);
	}
	pthread_mutex_lock(&asking->lock);
	wait_for_answers(asking);
	for (size_t i = 0; i < n; i++) {
		questions[i].good = asking->answers[i].good;
		questions[i].reason = arena_str(call->arena, str_from(asking->answers[i].reason));
	}
	asking_release(asking);
}

/* ---- the answer ---- */

static void write_urls(struct json_writer *w, const char *name, const struct question *questions, size_t n, bool good)
{
	bool begun = false;
	for (size_t i = 0; i < n; i++) {
		if (questions[i].good != good)
			continue;
		if (!begun)
			json_member_array_begin(w, name);
		begun = true;
		json_write_text(w, questions[i].url);
	}
	if (begun)
		json_write_array_end(w);
}

static void answer(struct admin_call *call, enum adapters_order order, const struct question *questions, size_t n)
{
	struct json_writer *w = admin_json_begin(call);
	json_write_object_begin(w);
	write_urls(w, "successRequests", questions, n, true);
	write_urls(w, "failedRequests", questions, n, false);
	json_write_object_end(w);
	admin_json_end(call, w);
	for (size_t i = 0; i < n; i++)
		if (!questions[i].good)
			log_write(LOG_WARN, "admin", "%s at %.*s of client %.*s: %.*s",
				  order == ADAPTERS_TEST ? "k_test_available" : "k_push_not_before",
				  STR_ARG(questions[i].url), STR_ARG(questions[i].client->client_id),
				  STR_ARG(questions[i].reason));
}

void adapters_ask(struct admin_call *call, enum adapters_order order, const struct client *const *clients,
		  size_t n)
{
	struct question *questions = NULL;
	size_t questions_n = 0;
	for (size_t i = 0; i < n; i++) {
		size_t nodes_n;
		const struct channel_node *nodes =
			channel_nodes(call->arena, clients[i], call->visit.now_ms / 1000, &nodes_n);
		for (size_t k = 0; k < nodes_n; k++) {
			struct question *question = arena_push(call->arena, &questions, &questions_n, sizeof *questions);
			*question = (struct question){ .client = clients[i], .url = nodes[k].url };
		}
	}
	if (questions_n)
		ask_all(call, order, questions, questions_n);
	answer(call, order, questions, questions_n);
}
