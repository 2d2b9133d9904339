/* Registered nodes; see nodes.h. */
#include "model/nodes.h"

static bool is_host_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
		c == '.' || c == '_';
}

static bool is_port(struct str text)
{
	int64_t port;
	return text.n <= 5 && str_to_int64(text, &port) && port > 0 && port < 65536;
}

static bool is_bracketed(struct str host, size_t *ret_n)
{
	size_t end = str_index(host, ']');
	if (end == host.n || end < 3)
		return false;
	for (size_t i = 1; i < end; i++)
		if (!is_host_byte(host.p[i]) && host.p[i] != ':')
			return false;
	*ret_n = end + 1;
	return true;
}

bool node_is_host(struct str host)
{
	size_t n = 0;
	if (!host.n || host.n > NODE_HOST_MAX)
		return false;
	if (host.p[0] == '[' && !is_bracketed(host, &n))
		return false;
	while (host.p[0] != '[' && n < host.n && is_host_byte(host.p[n]))
		n++;
	if (!n)
		return false;
	return n == host.n || (host.p[n] == ':' && is_port(str_drop(host, n + 1)));
}

bool node_is_alive(const struct client *client, const struct json_pair *node, int64_t now_s)
{
	int64_t registered_s;
	if (client->node_re_registration_timeout_s <= 0)
		return true;
	return str_to_int64(node->value, &registered_s) &&
		now_s - registered_s <= client->node_re_registration_timeout_s;
}

bool nodes_put(struct arena *arena, struct client *client, struct str host, int64_t now_s)
{
	struct json_pair *alive = arena_array(arena, client->nodes_n, sizeof *alive);
	size_t n = 0;
	for (size_t i = 0; i < client->nodes_n; i++)
		if (!str_eq(client->nodes[i].key, host) && node_is_alive(client, &client->nodes[i], now_s))
			alive[n++] = client->nodes[i];
	if (n >= NODES_MAX)
		return false;
	struct json_pair *all = arena_array(arena, n + 1, sizeof *all);
	for (size_t i = 0; i < n; i++)
		all[i] = alive[i];
	all[n] = (struct json_pair){ host, arena_format(arena, "%lld", (long long)now_s) };
	client->nodes = all;
	client->nodes_n = n + 1;
	return true;
}

bool nodes_remove(struct client *client, struct str host)
{
	for (size_t i = 0; i < client->nodes_n; i++) {
		if (!str_eq(client->nodes[i].key, host))
			continue;
		client->nodes[i] = client->nodes[--client->nodes_n];
		return true;
	}
	return false;
}
