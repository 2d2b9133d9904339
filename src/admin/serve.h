/* Handlers that are one function of the call, and where what they made is found.
 * Private to admin/. */
#ifndef ADMIN_SERVE_H
#define ADMIN_SERVE_H

#include "admin/call.h"

typedef void admin_work(struct admin_call *call);

static inline void admin_serve(void *context, struct http_request *request, struct http_response *response,
			       admin_work *work)
{
	struct admin_call call;
	if (!admin_open(&call, context, request, response))
		return;
	work(&call);
	admin_close(&call);
}

/* Defines the handler `name`, which does `work`. */
#define ADMIN_HANDLER(name, work) \
	void name(void *context, struct http_request *request, struct http_response *response) \
	{ \
		admin_serve(context, request, response, work); \
	}

/* The same of work that takes more than the call. */
#define ADMIN_HANDLER_OF(name, work, ...) \
	static void name##_work(struct admin_call *call) \
	{ \
		work(call, __VA_ARGS__); \
	} \
	ADMIN_HANDLER(name, name##_work)

/* 201, found at `path` ("client-scopes/...") of the call's realm. */
static inline void admin_created_part(struct admin_call *call, struct str path)
{
	admin_created(call, arena_format(call->arena, "/admin/realms/%.*s/%.*s", STR_ARG(call->realm->settings.name),
					 STR_ARG(path)));
}

#endif
