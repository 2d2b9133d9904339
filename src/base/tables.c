/* A hash table from text to pointer; see tables.h. */
#include "base/tables.h"

struct table_slot {
	struct str key;
	const void *value; /* NULL: free */
	uint64_t hash;
};

static uint64_t seed = 0x9e3779b97f4a7c15u;

void table_set_seed(uint64_t value)
{
	seed = value;
}

struct table table_new(struct arena *arena, size_t expected)
{
	struct table table = { .arena = arena };
	if (expected) {
		table.capacity = 8;
		while (table.capacity < expected * 2)
			table.capacity *= 2;
		table.slots = arena_array(arena, table.capacity, sizeof *table.slots);
	}
	return table;
}

/* The slot of `key`, or the free one where it would go. */
static struct table_slot *slot_of(const struct table *table, struct str key, uint64_t hash)
{
	for (size_t i = hash & (table->capacity - 1);; i = (i + 1) & (table->capacity - 1)) {
		struct table_slot *slot = &table->slots[i];
		if (!slot->value || (slot->hash == hash && str_eq(slot->key, key)))
			return slot;
	}
}

static void grow(struct table *table)
{
	struct table old = *table;
	table->capacity = old.capacity ? old.capacity * 2 : 8;
	table->slots = arena_array(table->arena, table->capacity, sizeof *table->slots);
	for (size_t i = 0; i < old.capacity; i++)
		if (old.slots[i].value)
			*slot_of(table, old.slots[i].key, old.slots[i].hash) = old.slots[i];
}

void *table_put(struct table *table, struct str key, const void *value)
{
	if ((table->n + 1) * 2 > table->capacity)
		grow(table);
	uint64_t hash = str_hash(key, seed);
	struct table_slot *slot = slot_of(table, key, hash);
	const void *before = slot->value;
	table->n += before == NULL;
	*slot = (struct table_slot){ key, value, hash };
	return (void *)before;
}

void *table_get(const struct table *table, struct str key)
{
	if (!table->capacity)
		return NULL;
	return (void *)slot_of(table, key, str_hash(key, seed))->value;
}
