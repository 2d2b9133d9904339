/* store/draft.h and model/representation.h: a realm's file from strangers. Whatever is in it,
 * it is refused with a reason or becomes rows; what was read and written once is read and
 * written the same again. */
#include <stdlib.h>
#include <string.h>

#include "crypto/random.h"
#include "crypto/seal.h"
#include "json/write.h"
#include "store/defaults.h"
#include "store/draft.h"

static struct store store;

static void require(bool holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	ARENA_SCOPED arena = arena_new(0);
	require(seal_key_from_text(random_token(arena, SEAL_KEY_BYTES), &store.seal_key, NULL) == OK);
	return 0;
}

/* `object` is of that shape; `again` has room for another, with the shape's defaults. */
static void require_stable(struct arena *arena, const struct json_shape *shape,
			   const void *object, void *again)
{
	struct json_read_options options = representation_options("$");
	struct why why = { "" };
	struct str first = json_text_of(arena, shape, object);
	if (!first.n || json_read(arena, first, shape, &options, again, &why) != OK)
		abort();
	require(str_eq(first, json_text_of(arena, shape, again)));
}

static enum error_code take_user(struct arena *arena, struct str raw, struct why *why)
{
	struct json_read_options options = representation_options("$.users");
	struct user_rep user = { .totp = false }, again = user;
	enum error_code error = json_read(arena, raw, &user_shape, &options, &user, why);
	if (error || (error = user_check(&user, "$.users", why)))
		return error;
	require_stable(arena, &user_shape, &user, &again);
	return OK;
}

static enum error_code take_all(struct draft *draft, struct str json, struct why *why)
{
	struct json_cutter_options options = { .streamed = draft_streamed };
	struct json_cutter *cutter = json_cutter_new(&options);
	struct json_cut_item item;
	enum error_code error = json_cutter_feed(cutter, json, why);
	json_cutter_finish(cutter);
	while (!error && !(error = json_cutter_next(cutter, &item, why)) &&
	       item.kind != JSON_CUT_END) {
		if (item.kind == JSON_CUT_ELEMENT && str_eq(item.name, STR("users")))
			error = take_user(draft->arena, item.raw, why);
		else if (item.kind == JSON_CUT_MEMBER || item.kind == JSON_CUT_ELEMENT)
			error = draft_take(draft, &item, why);
	}
	json_cutter_free(cutter);
	return error ? error : draft_take_end(draft, why);
}

/* A realm without keys would get RSA keys, at tenths of seconds each. */
static enum error_code take_quick_key(struct draft *draft, struct why *why)
{
	struct json_cut_item item = { .kind = JSON_CUT_MEMBER,
		.name = STR("components"),
		.raw = STR("{\"org.keycloak.keys.KeyProvider\":"
			   "[{\"providerId\":\"aes-generated\",\"config\":{}}]}") };
	return draft_take(draft, &item, why);
}

static void become_rows(struct draft *draft)
{
	struct why why = { "" };
	struct row_batch batch = { .arena = draft->arena,
		.store = &store,
		.realm_id = draft->realm.settings.id,
		.why = &why };
	struct realm_rep again = draft->realm;
	draft_tell(draft);
	draft_rows(draft, &batch);
	require(batch.code == OK && batch.n > 0);
	require_stable(draft->arena, &realm_shape, &draft->realm, &again);
	for (size_t i = 0; i < draft->clients_n; i++) {
		struct client_rep client = client_rep_default;
		require_stable(draft->arena, &client_shape, &draft->clients[i]->rep, &client);
		require(draft->clients[i]->rep.client.id.n > 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ARENA_SCOPED arena = arena_new(0);
	struct draft *draft = draft_new(arena, 1);
	struct why why = { "" };
	struct str json = str_of(data, size);
	enum error_code error;
	if (str_contains(json, STR("-generated")))
		return 0;
	require(draft_take_defaults(draft, defaults_realm, &why) == OK);
	if (!(error = take_all(draft, json, &why)) && !(error = take_quick_key(draft, &why)) &&
	    !(error = draft_complete(draft, &why)) && !(error = draft_resolve(draft, &why)))
		become_rows(draft);
	require(!error || why.text[0]);
	return 0;
}
