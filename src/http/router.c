/* Routes: a tree of path segments; see router.h. */
#include "http/router.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/tables.h"
#include "base/text.h"

enum { METHOD_BITS = 7 };

struct node {
	struct str literal;
	struct node **literals; /* children by literal segment */
	size_t n_literals;
	struct node *parameter; /* child of {name} */
	bool is_tail;           /* {name...}: takes the rest */
	bool is_known;          /* some pattern went through it, so that is_tail stands */
	unsigned methods;       /* with HEAD where GET is */
	bool cors;
	const struct http_route *routes[METHOD_BITS]; /* by bit number */
	void *contexts[METHOD_BITS];
};

struct http_router {
	struct arena *arena;
	struct node root;
	bool auth_prefix;
};

struct http_router *router_new(bool auth_prefix)
{
	struct arena *arena = arena_new(16 << 10);
	struct http_router *router = arena_alloc(arena, sizeof *router);
	router->arena = arena;
	router->auth_prefix = auth_prefix;
	return router;
}

void router_free(struct http_router *router)
{
	if (router)
		arena_free(router->arena);
}

static _Noreturn void mistake(const struct http_route *route, const char *what)
{
	fprintf(stderr, "curfew: route %s: %s\n", route->pattern, what);
	abort();
}

static struct node *literal_child(const struct node *node, struct str segment)
{
	for (size_t i = 0; i < node->n_literals; i++)
		if (str_eq(node->literals[i]->literal, segment))
			return node->literals[i];
	return NULL;
}

/* The child for one segment of a pattern, made when it is new. */
static struct node *child_for(struct arena *arena, struct node *node, struct str segment)
{
	if (segment.p[0] == '{') {
		if (!node->parameter)
			node->parameter = arena_alloc(arena, sizeof *node);
		return node->parameter;
	}
	struct node *child = literal_child(node, segment);
	if (!child) {
		child = arena_alloc(arena, sizeof *child);
		child->literal = segment;
		*(struct node **)arena_push(
			arena, &node->literals, &node->n_literals, sizeof child) = child;
	}
	return child;
}

static struct node *node_of_pattern(struct http_router *router, const struct http_route *route)
{
	struct str pattern = str_from(route->pattern), piece;
	struct node *node = &router->root;
	unsigned parameters = 0;
	if (!pattern.n || pattern.p[0] != '/')
		mistake(route, "does not begin with a slash");
	struct str rest = str_drop(pattern, 1);
	while (rest.n && str_next(&rest, '/', &piece)) {
		bool is_parameter = piece.n && piece.p[0] == '{';
		bool is_tail = is_parameter && str_ends(piece, STR("...}"));
		if (!piece.n || (is_parameter && (piece.n < 3 || piece.p[piece.n - 1] != '}')))
			mistake(route, "malformed segment");
		parameters += is_parameter;
		if (parameters > HTTP_ROUTE_PARAMETERS)
			mistake(route, "too many parameters");
		if (node->is_tail || (is_tail && rest.n))
			mistake(route, "something follows a {name...}");
		node = child_for(router->arena, node, piece);
		if (node->is_known && node->is_tail != is_tail)
			mistake(route, "{name...} beside {name}");
		node->is_tail = is_tail;
		node->is_known = true;
	}
	return node;
}

static void add_route(struct http_router *router, const struct http_route *route, void *context)
{
	struct node *node = node_of_pattern(router, route);
	for (unsigned bit = 0; bit < METHOD_BITS; bit++) {
		if (!(route->methods & 1u << bit))
			continue;
		if (node->routes[bit])
			mistake(route, "exists already for one of its methods");
		node->routes[bit] = route;
		node->contexts[bit] = context;
	}
	node->methods |= route->methods;
	if (node->methods & HTTP_GET)
		node->methods |= HTTP_HEAD;
	node->cors |= (route->flags & HTTP_CORS) != 0;
}

void router_add(
	struct http_router *router, const struct http_route *routes, size_t n, void *context)
{
	for (size_t i = 0; i < n; i++)
		add_route(router, &routes[i], context);
}

/* One segment, decoded; what would let a path mean two things is refused. */
static enum error_code decode_segment(
	struct arena *arena, struct str raw, struct str *ret_segment, struct why *reterr_why)
{
	struct str segment;
	enum error_code code = params_decode(arena, raw, false, &segment, reterr_why);
	if (code)
		return code;
	if (str_has_control(segment))
		return error_because(reterr_why, ERROR_INVALID_REQUEST, "path: control byte");
	if (str_eq_z(segment, ".") || str_eq_z(segment, ".."))
		return error_because(reterr_why, ERROR_INVALID_REQUEST, "path: dot segment");
	*ret_segment = segment;
	return OK;
}

/* /auth/realms/... is /realms/... of old, and /auth its root; other paths that begin with /auth are not. */
static bool has_auth_prefix(const struct http_request *request)
{
	static const char *const under[] = { "realms", "admin", "resources", "js" };
	if (!request->n_segments || !str_eq_z(request->segments[0], "auth"))
		return false;
	if (request->n_segments == 1)
		return true;
	for (size_t i = 0; i < ARRAY_LENGTH(under); i++)
		if (str_eq_z(request->segments[1], under[i]))
			return true;
	return false;
}

static enum error_code split_path(
	const struct http_router *router, struct http_request *request, struct why *reterr_why)
{
	struct str rest = request->raw_path, piece;
	if (!rest.n || rest.p[0] != '/')
		return error_because(
			reterr_why, ERROR_INVALID_REQUEST, "the target is no absolute path");
	rest = str_drop(rest, 1);
	request->n_segments = 0;
	while (rest.n && str_next(&rest, '/', &piece)) {
		struct str segment;
		enum error_code code = decode_segment(request->arena, piece, &segment, reterr_why);
		if (code)
			return code;
		*(struct str *)arena_push(request->arena, &request->segments, &request->n_segments,
			sizeof segment) = segment;
	}
	request->under_auth = router->auth_prefix && has_auth_prefix(request);
	if (request->under_auth) {
		request->segments++;
		request->n_segments--;
	}
	struct text path = text_new(request->arena, 0);
	for (size_t i = 0; i < request->n_segments; i++) {
		text_add_char(&path, '/');
		text_add(&path, request->segments[i]);
	}
	request->path = request->n_segments ? text_str(&path) : STR("/");
	return OK;
}

static struct str join_rest(const struct http_request *request, size_t from)
{
	struct text text = text_new(request->arena, 0);
	for (size_t i = from; i < request->n_segments; i++) {
		if (i > from)
			text_add_char(&text, '/');
		text_add(&text, request->segments[i]);
	}
	return text_str(&text);
}

/* Depth-first, the literal before the parameter; each node of the tree is visited at most
 * once, because its depth fixes the segment. */
static const struct node *find(
	const struct node *node, struct http_request *request, size_t depth, size_t n_values)
{
	if (node->is_tail) {
		request->route_values[n_values - 1] = join_rest(request, depth - 1);
		return node;
	}
	if (depth == request->n_segments) {
		if (node->methods)
			return node;
		if (!node->parameter || !node->parameter->is_tail)
			return NULL;
		request->route_values[n_values] = STR("");
		return node->parameter;
	}
	struct str segment = request->segments[depth];
	const struct node *child = literal_child(node, segment), *found = NULL;
	if (child)
		found = find(child, request, depth + 1, n_values);
	if (!found && node->parameter && (segment.n || node->parameter->is_tail)) {
		request->route_values[n_values] = segment;
		found = find(node->parameter, request, depth + 1, n_values + 1);
	}
	return found;
}

static bool has_encoded_slash(const struct http_request *request)
{
	for (size_t i = 0; i < request->n_segments; i++)
		if (str_contains(request->segments[i], STR("/")))
			return true;
	return false;
}

enum error_code router_match(const struct http_router *router, struct http_request *request,
	struct http_match *ret_match, struct why *reterr_why)
{
	enum error_code code = split_path(router, request, reterr_why);
	if (code)
		return code;
	const struct node *node = find(&router->root, request, 0, 0);
	bool slash = has_encoded_slash(request);
	if (!node && slash)
		return error_because(reterr_why, ERROR_INVALID_REQUEST, "path: encoded slash");
	if (!node)
		return error_because(reterr_why, ERROR_NOT_FOUND, "no route for this path");
	if (request->method == HTTP_HEAD) {
		request->is_head = true;
		request->method = HTTP_GET;
	}
	unsigned bit = 0;
	while (bit < METHOD_BITS && 1u << bit != request->method)
		bit++;
	*ret_match =
		(struct http_match){ .methods = node->methods | HTTP_OPTIONS, .cors = node->cors };
	if (bit == METHOD_BITS || !node->routes[bit])
		return error_because(reterr_why, ERROR_METHOD_NOT_ALLOWED, "method %s",
			http_method_name(request->method));
	if (slash && !(node->routes[bit]->flags & HTTP_SLASHES))
		return error_because(reterr_why, ERROR_INVALID_REQUEST, "path: encoded slash");
	ret_match->route = request->route = node->routes[bit];
	ret_match->context = node->contexts[bit];
	return OK;
}
