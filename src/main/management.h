/* The management listener: health and metrics. */
#ifndef MAIN_MANAGEMENT_H
#define MAIN_MANAGEMENT_H

#include "http/server.h"
#include "model/delivery.h"
#include "run/workers.h"
#include "run/writer.h"
#include "store/store.h"

struct management;
struct outbox;
struct store_work;

struct management *management_new(struct store *store);
void management_free(struct management *management);
/* GET /health, /health/live, /health/ready, /health/started, /metrics. */
void management_add_routes(struct management *management, struct http_router *router);
/* Everything runs: ready from now on, with these parts to ask. */
void management_ready(struct management *management, struct http_server *listeners, struct workers *workers,
		      struct workers *gate, struct writer *writer, struct outbox *outbox);
/* Not ready any more: a load balancer looks elsewhere. */
void management_stopping(struct management *management);

/* Callbacks of the other parts; `management` is the context. */
void management_observe_request(struct management *management, int status, int64_t took_us);
void management_observe_delivery(void *management, const struct delivery *delivery, enum delivery_state state,
				 int64_t latency_ms);
/* Counts the sign-outs of a work that is durable. */
void management_count_work(struct management *management, const struct store_work *work);
void management_count_event(void *management, struct str realm, struct str type, struct str error);

#endif
