/* Heads: a method and a target in the first line, then headers. What passes has one framing,
 * a path that is decoded once, and an address that is one, whatever proxies claim. */
#include <stdlib.h>

#include "base/tables.h"
#include "http/cors.h"
#include "http/head.h"
#include "http/proxy.h"
#include "http/router.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void check(bool holds)
{
	if (!holds)
		abort();
}

static void handler(void *context, struct http_request *request, struct http_response *response)
{
	(void)context;
	(void)request;
	(void)response;
}

static const struct http_route ROUTES[] = {
	{ .methods = HTTP_GET, .pattern = "/realms/{realm}", .handler = handler },
	{ .methods = HTTP_POST, .pattern = "/realms/{realm}/token", .handler = handler },
	{ .methods = HTTP_GET, .pattern = "/realms/{realm}/a/{b}/c", .handler = handler },
	{ .methods = HTTP_GET, .pattern = "/admin/{path...}", .handler = handler },
};

static void read_headers(struct http_request *request, struct str rest)
{
	struct str line;
	while (str_next(&rest, '\n', &line) && request->n_headers < 200) {
		size_t colon = str_index(line, ':');
		struct http_header *header = arena_push(
			request->arena, &request->headers, &request->n_headers, sizeof *header);
		*header = (struct http_header){ str_take(line, colon), str_drop(line, colon + 1) };
	}
}

static void judge_framing(const struct http_request *request)
{
	struct head_facts facts;
	for (int is_1_0 = 0; is_1_0 < 2; is_1_0++) {
		if (head_check(request, is_1_0, &facts, NULL))
			continue;
		check(!facts.chunked || !http_header(request, "content-length").p);
		check(http_header_count(request, "host") <= 1);
		check(http_header_count(request, "content-length") <= 1);
		check(facts.has_body == (facts.chunked || facts.content_length > 0));
	}
}

static void route(struct http_request *request)
{
	struct http_router *router = router_new(true);
	struct http_match match;
	router_add(router, ROUTES, ARRAY_LENGTH(ROUTES), NULL);
	if (router_match(router, request, &match, NULL) == OK) {
		check(match.route->methods & request->method);
		for (size_t i = 0; i < request->n_segments; i++) {
			check(str_is_utf8(request->segments[i]));
			check(!str_has_control(request->segments[i]));
			check(!str_eq_z(request->segments[i], ".."));
		}
		if (match.route != &ROUTES[3])
			check(http_route_value(request, "realm").n > 0);
	}
	router_free(router);
}

static void believe(struct http_request *request, enum proxy_kind kind)
{
	struct proxy_rules rules;
	uint8_t address[16];
	check(proxy_rules_parse(request->arena, kind, STR("127.0.0.1,10.0.0.0/8"), &rules, NULL) ==
		OK);
	if (proxy_apply(&rules, request, NULL))
		return;
	check(proxy_address(request->client, address));
	check(str_eq_z(request->scheme, "http") || str_eq_z(request->scheme, "https"));
	struct str host;
	check(proxy_host(request->arena, request->host, &host));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	ARENA_SCOPED arena = arena_new(0);
	struct str rest = str_of(data, n), line;
	struct http_request request;
	http_request_init(&request, arena);
	if (!str_next(&rest, '\n', &line))
		return 0;
	size_t space = str_index(line, ' ');
	request.method = (enum http_method)head_method(arena_z(arena, str_take(line, space)));
	read_headers(&request, rest);
	judge_framing(&request);
	if (head_target(&request, str_drop(line, space + 1), NULL) == OK)
		route(&request);
	believe(&request, PROXY_X_FORWARDED);
	http_request_init(&request, arena);
	read_headers(&request, rest);
	believe(&request, PROXY_FORWARDED);
	struct http_response response;
	http_response_init(&response, arena);
	cors_apply(&request, NULL, 0, true, &response);
	cors_preflight(&request, HTTP_GET, &response);
	(void)http_bearer(&request), (void)http_content_type(&request), http_cookie(&request, "a");
	return 0;
}
