/* What the tests of client/ share: real servers (client_servers.py), healthy ones and ones that
 * fail on purpose, and helpers to ask them.
 *
 * Only name resolution is the test's own: names end in "curfew.test" and lead where the test
 * wants, and a slow name server is one that answers when the test says so. */
#ifndef TESTS_CLIENT_FIXTURE_H
#define TESTS_CLIENT_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <dlfcn.h>
#include <fcntl.h>
#include <netdb.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/tables.h"
#include "client/client.h"

/* ---- names ---- */

static pthread_mutex_t name_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t name_changed = PTHREAD_COND_INITIALIZER;
static bool slow_names_answer;
static int slow_names_asked, slow_names_answered;

static inline void answer_slow_names(bool answer)
{
	pthread_mutex_lock(&name_lock);
	slow_names_answer = answer;
	pthread_cond_broadcast(&name_changed);
	while (answer && slow_names_answered < slow_names_asked)
		pthread_cond_wait(&name_changed, &name_lock);
	pthread_mutex_unlock(&name_lock);
}

static inline void wait_like_a_slow_name_server(void)
{
	pthread_mutex_lock(&name_lock);
	slow_names_asked++;
	while (!slow_names_answer)
		pthread_cond_wait(&name_changed, &name_lock);
	slow_names_answered++;
	pthread_cond_broadcast(&name_changed);
	pthread_mutex_unlock(&name_lock);
}

/* What "moving.curfew.test" and "many.curfew.test" lead to: the first an answer each time it is asked, the
 * last again and again, the other all at once. */
static const char *const *moving_addresses, *const *many_addresses;
static int moving_asked;

static inline const char *next_moving(void)
{
	pthread_mutex_lock(&name_lock);
	const char *address = moving_addresses[moving_asked++];
	moving_asked -= !moving_addresses[moving_asked];
	pthread_mutex_unlock(&name_lock);
	return address;
}

/* libcurl calls this one instead of libc's. */
__attribute__((visibility("default"))) int getaddrinfo(const char *name, const char *service,
	const struct addrinfo *hints, struct addrinfo **ret_list)
{
	static int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo");
	if (strcmp(name, "slow.curfew.test") == 0)
		wait_like_a_slow_name_server();
	if (strcmp(name, "nowhere.curfew.test") == 0)
		return EAI_NONAME;
	if (strcmp(name, "many.curfew.test") == 0) {
		for (const char *const *address = many_addresses; *address; address++) {
			int failed = real(*address, service, hints, ret_list);
			if (failed)
				return failed;
			while (*ret_list)
				ret_list = &(*ret_list)->ai_next;
		}
		return 0;
	}
	if (strcmp(name, "moving.curfew.test") == 0)
		name = next_moving();
	else if (strcmp(name, "metadata.curfew.test") == 0)
		name = "169.254.169.254";
	else if (strcmp(name, "mapped.curfew.test") == 0)
		name = "::ffff:169.254.169.254";
	else if (str_ends(str_from(name), STR("curfew.test")))
		name = "127.0.0.1";
	return real(name, service, hints, ret_list);
}

/* ---- servers ---- */

struct servers {
	struct arena *arena;
	FILE *from;
	int to;
	pid_t pid;
	char folder[64];
	struct table ports;
	struct str root_pem;
};

static struct servers servers;

static inline void read_ports(void)
{
	char line[200];
	while (fgets(line, sizeof line, servers.from)) {
		struct str rest = str_from(line), name;
		str_next(&rest, ' ', &name);
		if (str_eq(name, STR("ready")))
			return;
		struct str port = arena_str(servers.arena, str_take(rest, str_index(rest, '\n')));
		table_put(&servers.ports, arena_str(servers.arena, name),
			arena_z(servers.arena, port));
	}
	fail_msg("the servers did not start");
}

static inline struct str read_file(const char *name)
{
	char bytes[8192];
	FILE *file = fopen(arena_z(servers.arena, arena_format(servers.arena, "%s/%s",
		servers.folder, name)), "r");
	assert_non_null(file);
	size_t n = fread(bytes, 1, sizeof bytes, file);
	fclose(file);
	return arena_str(servers.arena, str_of(bytes, n));
}

static inline int start_servers(void **state)
{
	(void)state;
	int in[2], out[2];
	servers.arena = arena_new(0);
	servers.ports = table_new(servers.arena, 0);
	memcpy(servers.folder, "/tmp/curfew-client-XXXXXX", sizeof "/tmp/curfew-client-XXXXXX");
	assert_non_null(mkdtemp(servers.folder));
	assert_int_equal(pipe2(in, O_CLOEXEC) | pipe2(out, O_CLOEXEC), 0);
	servers.pid = fork();
	if (servers.pid == 0) {
		dup2(in[0], 0);
		dup2(out[1], 1);
		execlp("python3", "python3", "-W", "ignore", TESTS_UNIT "/client_servers.py",
			servers.folder, (char *)NULL);
		_exit(127);
	}
	close(in[0]), close(out[1]);
	servers.to = in[1];
	servers.from = fdopen(out[0], "r");
	read_ports();
	servers.root_pem = read_file("root.pem");
	return 0;
}

static inline int stop_servers(void **state)
{
	(void)state;
	close(servers.to);
	fclose(servers.from);
	waitpid(servers.pid, NULL, 0);
	/* The folder was made by mkdtemp above and holds test certificates only. */
	if (fork() == 0) {
		execlp("rm", "rm", "-rf", servers.folder, (char *)NULL);
		_exit(127);
	}
	wait(NULL);
	arena_free(servers.arena);
	return 0;
}

static inline const char *port_of(const char *server)
{
	const char *port = table_get(&servers.ports, str_from(server));
	assert_non_null(port);
	return port;
}

/* scheme://host:PORT-OF-SERVER/path */
static inline struct str url_to(const char *scheme, const char *host, const char *server, const char *path)
{
	return arena_format(servers.arena, "%s://%s:%s%s", scheme, host, port_of(server), path);
}

static inline struct str plain_url(const char *path)
{
	return url_to("http", "app.curfew.test", "plain", path);
}

/* ---- helpers ---- */

static inline struct outgoing *client_of(struct client_config config)
{
	struct outgoing *client = NULL;
	struct why why = { "" };
	if (client_new(&config, &client, &why))
		fail_msg("%s", why.text);
	return client;
}

static inline struct client_result ask(struct outgoing *client, struct client_request request)
{
	struct client_result result;
	assert_int_equal(client_send_wait(client, &request, servers.arena, &result, NULL), OK);
	return result;
}

static inline struct client_result ask_url(struct outgoing *client, struct str url)
{
	return ask(client, (struct client_request){ .url = url });
}

static inline void assert_text(struct str text, const char *expected)
{
	assert_string_equal(arena_z(servers.arena, text), expected);
}

static inline void assert_outcome(const struct client_result *result, enum client_outcome outcome,
	struct str reason)
{
	if (result->outcome != outcome || !str_eq(result->reason, reason))
		fail_msg("%s: \"%.*s\", not %s: \"%.*s\"", client_outcome_name(result->outcome),
			STR_ARG(result->reason), client_outcome_name(outcome), STR_ARG(reason));
}

/* Counts callbacks of client_send. */
struct tally {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	size_t done, by_outcome[CLIENT_OUTCOMES];
	struct outgoing *again; /* send once more from the callback */
	struct str again_url;
};

#define TALLY { .lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER }

static inline void count(void *context, const struct client_result *result)
{
	struct tally *tally = context;
	pthread_mutex_lock(&tally->lock);
	tally->done++;
	tally->by_outcome[result->outcome]++;
	struct outgoing *again = tally->again;
	tally->again = NULL;
	pthread_cond_broadcast(&tally->changed);
	pthread_mutex_unlock(&tally->lock);
	struct client_request request = { .url = tally->again_url };
	if (again)
		assert_int_equal(client_send(again, &request, count, tally, NULL), OK);
}

static inline void wait_for(struct tally *tally, size_t n)
{
	pthread_mutex_lock(&tally->lock);
	while (tally->done < n)
		pthread_cond_wait(&tally->changed, &tally->lock);
	pthread_mutex_unlock(&tally->lock);
}

static inline void send_url(struct outgoing *client, struct str url, struct tally *tally)
{
	struct client_request request = { .url = url };
	assert_int_equal(client_send(client, &request, count, tally, NULL), OK);
}

#endif
