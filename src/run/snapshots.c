/* Realm snapshots; see snapshots.h. */
#include "run/snapshots.h"

#include <pthread.h>
#include <stdlib.h>

/* What is beyond these bytes is not kept when nobody holds it, but for some that were used last. A realm takes
 * half a MiB, a large one tens of them. */
enum { KEPT_BYTES = 48 << 20, KEPT_ALWAYS = 16 };

struct snapshot {
	struct realm *realm;
	struct arena *arena;
	size_t holders; /* the index counts as one while it is current */
	bool current;
	uint64_t used; /* the higher, the later */
	size_t bytes;
};

struct snapshots {
	struct store *store;
	snapshots_prepare *prepare;
	pthread_mutex_t lock; /* of all below */
	struct snapshot **list;
	size_t n, capacity;
	size_t bytes; /* of all of them */
	uint64_t uses;
	uint64_t changes; /* rises with snapshots_changed: what was loaded across one may be old */
	struct arena *index;
	struct table by_name, by_id, by_realm; /* by_realm: address of a held realm -> snapshot */
};

static struct str address_key(const struct realm *const *realm)
{
	return str_of(realm, sizeof *realm);
}

static void index_rebuild(struct snapshots *s)
{
	arena_reset(s->index);
	s->by_name = table_new(s->index, s->n);
	s->by_id = table_new(s->index, s->n);
	s->by_realm = table_new(s->index, s->n);
	for (size_t i = 0; i < s->n; i++) {
		struct snapshot *one = s->list[i];
		const struct realm **address = arena_alloc(s->index, sizeof *address);
		*address = one->realm;
		table_put(&s->by_realm, address_key(address), one);
		if (!one->current)
			continue;
		table_put(&s->by_id, one->realm->settings.id, one);
		if (!one->realm->deleted)
			table_put(&s->by_name, one->realm->settings.name, one);
	}
}

static void destroy(struct snapshot *snapshot)
{
	store_unload_realm(snapshot->realm);
	arena_free(snapshot->arena);
	free(snapshot);
}

/* One holder less; with the last one it goes. Locked. */
static void release(struct snapshots *s, struct snapshot *snapshot)
{
	if (--snapshot->holders)
		return;
	for (size_t i = 0; i < s->n; i++) {
		if (s->list[i] != snapshot)
			continue;
		s->list[i] = s->list[--s->n];
		s->bytes -= snapshot->bytes;
		break;
	}
	index_rebuild(s);
	destroy(snapshot);
}

struct snapshots *snapshots_new(struct store *store, snapshots_prepare *prepare)
{
	struct snapshots *s = calloc(1, sizeof *s);
	if (!s)
		abort();
	s->store = store;
	s->prepare = prepare;
	s->index = arena_new(0);
	pthread_mutex_init(&s->lock, NULL);
	return s;
}

struct snapshots *snapshots_like(const struct snapshots *s, struct store *store)
{
	return snapshots_new(store, s->prepare);
}

void snapshots_free(struct snapshots *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->n; i++)
		destroy(s->list[i]);
	free(s->list);
	arena_free(s->index);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

/* Takes the current snapshot from `table`; NULL when it has to be loaded. */
static const struct realm *take(struct snapshots *s, const struct table *table, struct str key)
{
	pthread_mutex_lock(&s->lock);
	struct snapshot *found = table_get(table, key);
	if (found) {
		found->holders++;
		found->used = ++s->uses;
	}
	pthread_mutex_unlock(&s->lock);
	return found ? found->realm : NULL;
}

static void append(struct snapshots *s, struct snapshot *snapshot)
{
	if (s->n == s->capacity) {
		s->capacity = s->capacity ? s->capacity * 2 : 8;
		s->list = realloc(s->list, s->capacity * sizeof *s->list);
		if (!s->list)
			abort();
	}
	s->list[s->n++] = snapshot;
	snapshot->bytes = arena_used(snapshot->arena);
	s->bytes += snapshot->bytes;
}

/* The one that nobody holds and that was used least lately; NULL: all are held. Locked. */
static struct snapshot *least_used(struct snapshots *s)
{
	struct snapshot *oldest = NULL;
	for (size_t i = 0; i < s->n; i++) {
		struct snapshot *one = s->list[i];
		if (one->current && one->holders == 1 && (!oldest || one->used < oldest->used))
			oldest = one;
	}
	return oldest;
}

/* Locked. */
static void drop_unused(struct snapshots *s)
{
	while (s->bytes > KEPT_BYTES && s->n > KEPT_ALWAYS) {
		struct snapshot *oldest = least_used(s);
		if (!oldest)
			return;
		oldest->current = false;
		release(s, oldest);
	}
}

/* Makes `fresh` the current one of its realm, unless another thread was quicker with one
 * that is as new; returns the one to use, with a holder for the caller. */
static const struct realm *publish(struct snapshots *s, struct snapshot *fresh, uint64_t changes)
{
	pthread_mutex_lock(&s->lock);
	struct snapshot *stands = table_get(&s->by_id, fresh->realm->settings.id);
	if (stands && stands->realm->version >= fresh->realm->version) {
		stands->holders++;
		pthread_mutex_unlock(&s->lock);
		destroy(fresh);
		return stands->realm;
	}
	fresh->current = s->changes == changes;
	fresh->holders = fresh->current ? 2 : 1; /* the caller, and the index */
	fresh->used = ++s->uses;
	append(s, fresh);
	if (stands && fresh->current) {
		stands->current = false;
		release(s, stands);
	}
	drop_unused(s);
	index_rebuild(s);
	pthread_mutex_unlock(&s->lock);
	return fresh->realm;
}

static enum error_code load(struct snapshots *s, struct str name, struct str id,
			    const struct realm **ret_realm, struct why *reterr_why)
{
	struct snapshot *fresh = calloc(1, sizeof *fresh);
	if (!fresh)
		abort();
	pthread_mutex_lock(&s->lock);
	uint64_t changes = s->changes;
	pthread_mutex_unlock(&s->lock);
	fresh->arena = arena_new(64 << 10);
	enum error_code code =
		store_load_realm(s->store, fresh->arena, name, id, &fresh->realm, reterr_why);
	if (code != OK) {
		arena_free(fresh->arena);
		free(fresh);
		return code == ERROR_NAME_NOT_FOUND ? ERROR_REALM_NOT_FOUND : code;
	}
	if (s->prepare)
		s->prepare(fresh->realm, fresh->arena);
	*ret_realm = publish(s, fresh, changes);
	return OK;
}

enum error_code snapshots_get(struct snapshots *s, struct str name, const struct realm **ret_realm,
			      struct why *reterr_why)
{
	if (!name.n)
		return error_because(reterr_why, ERROR_REALM_NOT_FOUND, "the realm's name is empty");
	const struct realm *realm = take(s, &s->by_name, name);
	if (!realm)
		return load(s, name, STR(""), ret_realm, reterr_why);
	*ret_realm = realm;
	return OK;
}

enum error_code snapshots_get_by_id(struct snapshots *s, struct str id, const struct realm **ret_realm,
				    struct why *reterr_why)
{
	const struct realm *realm = take(s, &s->by_id, id);
	if (!realm)
		return load(s, STR(""), id, ret_realm, reterr_why);
	*ret_realm = realm;
	return OK;
}

void snapshots_put(struct snapshots *s, const struct realm *realm)
{
	if (!realm)
		return;
	pthread_mutex_lock(&s->lock);
	struct snapshot *snapshot = table_get(&s->by_realm, address_key(&realm));
	if (snapshot)
		release(s, snapshot);
	pthread_mutex_unlock(&s->lock);
}

static void changed(struct snapshots *s, const struct table *table, struct str key)
{
	pthread_mutex_lock(&s->lock);
	s->changes++;
	struct snapshot *snapshot = table_get(table, key);
	if (snapshot) {
		snapshot->current = false;
		index_rebuild(s);
		release(s, snapshot);
	}
	pthread_mutex_unlock(&s->lock);
}

void snapshots_changed(struct snapshots *s, struct str realm_id)
{
	changed(s, &s->by_id, realm_id);
}

void snapshots_changed_named(struct snapshots *s, struct str name)
{
	changed(s, &s->by_name, name);
}

/* True when `one` no longer is what the store has. */
static bool outdated(const struct snapshot *one, const struct realm_name *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(names[i].id, one->realm->settings.id))
			return names[i].version != one->realm->version;
	return true;
}

enum error_code snapshots_poll(struct snapshots *s, struct why *reterr_why)
{
	ARENA_SCOPED arena = arena_new(0);
	struct realm_name *names;
	size_t n;
	enum error_code code = store_list_realms(s->store, arena, &names, &n, reterr_why);
	if (code != OK)
		return code;
	struct str_list old = { 0 };
	pthread_mutex_lock(&s->lock);
	for (size_t i = 0; i < s->n; i++)
		if (s->list[i]->current && outdated(s->list[i], names, n))
			*(struct str *)arena_push(arena, &old.items, &old.n, sizeof *old.items) =
				arena_str(arena, s->list[i]->realm->settings.id);
	pthread_mutex_unlock(&s->lock);
	for (size_t i = 0; i < old.n; i++)
		snapshots_changed(s, old.items[i]);
	return OK;
}
