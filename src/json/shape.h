/* Access to a struct's members by their descriptors; private to json/. */
#ifndef JSON_SHAPE_H
#define JSON_SHAPE_H

#include <string.h>

#include "json/read.h"

/* Where a member of `object` lives. */
static inline void *member_at(void *object, size_t offset)
{
	return (char *)object + offset;
}
static inline const void *member_of(const void *object, size_t offset)
{
	return (const char *)object + offset;
}
/* The value of a pointer member, whatever it points at. */
static inline void *pointer_of(const void *object, size_t offset)
{
	void *pointer;
	memcpy(&pointer, member_of(object, offset), sizeof pointer);
	return pointer;
}
static inline size_t count_of(const void *object, const struct json_field *field)
{
	return *(const size_t *)member_of(object, field->count_offset);
}
/* How many words an ENUM has. */
static inline size_t words_count(const struct json_field *field)
{
	size_t n = 0;
	while (field->words[n])
		n++;
	return n;
}

#endif
