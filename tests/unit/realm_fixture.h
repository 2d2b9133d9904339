/* A realm of a few rows, made by hand, for tests of pure code. Texts are C strings. */
#ifndef TESTS_UNIT_REALM_FIXTURE_H
#define TESTS_UNIT_REALM_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/tables.h"
#include "model/realm.h"
#include "model/session.h"
#include "model/user.h"

enum { FIXTURE_ROOM = 16 };

/* 2027-01-15 08:00:00 UTC. */
#define NOW_S INT64_C(1800000000)
#define NOW_MS (NOW_S * 1000)

/* A program of more than one file defines them in one of these. */
#ifdef REALM_FIXTURE_SHARED
extern struct arena *arena;
extern struct realm realm;
#else
static struct arena *arena;
static struct realm realm;
#endif

static inline int realm_setup(void **state)
{
	(void)state;
	arena = arena_new(0);
	realm = (struct realm){
		.settings = { .id = STR("realm-id"), .name = STR("customers"), .enabled = true,
			.access_token_lifespan_s = 300, .sso_session_idle_timeout_s = 1800,
			.sso_session_max_lifespan_s = 36000, .offline_session_idle_timeout_s = 2592000,
			.offline_session_max_lifespan_s = 5184000, .remember_me = true,
			.access_code_lifespan_s = 60 },
		.clients = arena_array(arena, FIXTURE_ROOM, sizeof *realm.clients),
		.roles = arena_array(arena, FIXTURE_ROOM, sizeof *realm.roles),
		.groups = arena_array(arena, FIXTURE_ROOM, sizeof *realm.groups),
		.client_scopes = arena_array(arena, FIXTURE_ROOM, sizeof *realm.client_scopes),
		.client_by_id = table_new(arena, FIXTURE_ROOM),
		.client_by_client_id = table_new(arena, FIXTURE_ROOM),
		.role_by_id = table_new(arena, FIXTURE_ROOM),
		.group_by_id = table_new(arena, FIXTURE_ROOM),
		.scope_by_name = table_new(arena, FIXTURE_ROOM),
	};
	return 0;
}

static inline int realm_teardown(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

#define IN_REALM(test) cmocka_unit_test_setup_teardown(test, realm_setup, realm_teardown)

/* A confidential client for the code flow; its id is its clientId with "-id" behind. */
static inline struct client *add_client(const char *name)
{
	struct client *client = &realm.clients[realm.clients_n++];
	*client = (struct client){ .client_id = str_from(name), .protocol = STR("openid-connect"), .enabled = true,
		.standard_flow_enabled = true, .full_scope_allowed = true, .secret = STR("secret"),
		.client_authenticator_type = STR("client-secret") };
	client->id = arena_join(arena, client->client_id, STR("-id"), STR(""));
	table_put(&realm.client_by_id, client->id, client);
	table_put(&realm.client_by_client_id, client->client_id, client);
	return client;
}

static inline void add_pair(struct attributes *attributes, const char *name, const char *value)
{
	struct json_pair *pair = arena_push(arena, &attributes->pairs, &attributes->n, sizeof *pair);
	*pair = (struct json_pair){ .key = str_from(name), .value = str_from(value) };
}

static inline void add_attribute(struct client *client, const char *name, const char *value)
{
	add_pair(&client->attributes, name, value);
}

static inline void add_text(struct str_list *list, const char *text)
{
	*(struct str *)arena_push(arena, &list->items, &list->n, sizeof *list->items) = str_from(text);
}

static inline void add_redirect(struct client *client, const char *uri)
{
	add_text(&client->redirect_uris, uri);
}

static inline struct client_scope *add_scope(const char *name, bool shown)
{
	struct client_scope *scope = &realm.client_scopes[realm.client_scopes_n++];
	*scope = (struct client_scope){ .id = str_from(name), .name = str_from(name),
		.protocol = STR("openid-connect") };
	add_pair(&scope->attributes, "include.in.token.scope", shown ? "true" : "false");
	return scope;
}

static inline void give_default_scope(struct client *client, struct client_scope *scope)
{
	*(struct client_scope **)arena_push(arena, &client->default_scopes, &client->default_scopes_n,
		sizeof scope) = scope;
}

static inline void give_optional_scope(struct client *client, struct client_scope *scope)
{
	*(struct client_scope **)arena_push(arena, &client->optional_scopes, &client->optional_scopes_n,
		sizeof scope) = scope;
}

/* A realm role, or one of `client`. Its id is its name. */
static inline struct role *add_role(const char *name, struct client *client)
{
	struct role *role = &realm.roles[realm.roles_n++];
	*role = (struct role){ .id = str_from(name), .name = str_from(name), .client = client };
	table_put(&realm.role_by_id, role->id, role);
	if (client)
		*(struct role **)arena_push(arena, &client->roles, &client->roles_n, sizeof role) = role;
	return role;
}

static inline void push_role(struct role ***list, size_t *n, struct role *role)
{
	*(struct role **)arena_push(arena, list, n, sizeof role) = role;
}

/* A session of the user "ada-id" that began a minute ago, used last at that time. */
static inline struct session *new_session(const char *id)
{
	struct session *session = arena_alloc(arena, sizeof *session);
	*session = (struct session){ .id = str_from(id), .realm_id = realm.settings.id, .user_id = STR("ada-id"),
		.username = STR("ada"), .started_ms = NOW_MS - 60000, .auth_time_s = NOW_S - 60,
		.last_refresh_s = NOW_S - 60, .version = 7 };
	return session;
}

static inline struct client_session *add_part(struct session *session, const struct client *client)
{
	struct client_session *part =
		arena_push(arena, &session->clients, &session->clients_n, sizeof *part);
	*part = (struct client_session){ .session_id = session->id, .offline = session->offline,
		.client_id = client->id, .issuer = STR("https://sso.example.org/realms/customers"),
		.started_ms = session->started_ms, .last_refresh_s = session->last_refresh_s };
	return part;
}

static inline void expect_text(struct str got, const char *expected)
{
	if (!str_eq_z(got, expected))
		fail_msg("\"%.*s\" instead of \"%s\"", STR_ARG(got), expected);
}

#endif
