/* Cuts a large realm export into pieces, in bounded memory.
 *
 * It walks the top-level object and hands out each member as raw JSON text; members that
 * the caller names as streamed are arrays whose elements come one at a time. Every piece is
 * one complete, valid value under the limits of json/read.h, ready for json_read; duplicate
 * names inside a piece are json_read's to find, those at the walked levels are found here.
 * The top level may be an array of such objects (Keycloak's export of several realms).
 *
 *     while (!(error = json_cutter_next(cutter, &item, why)) && item.kind != JSON_CUT_END)
 *             ...
 *
 * Pull: the caller keeps control between items (batches, progress, cancelling). The input
 * comes from a file descriptor or is fed in chunks. One cutter, one thread at a time. */
#ifndef JSON_CUTTER_H
#define JSON_CUTTER_H

#include "base/errors.h"
#include "base/str.h"

struct json_cutter;

struct json_cutter_options {
	/* Members whose elements are handed out one at a time, NULL-terminated: "users",
	 * "clients", and with a dot one level down: "roles.realm" (the rest of "roles" is then
	 * handed out member by member, "roles.client" ...). When the value is not an array (nor,
	 * for the part before the dot, an object) it is handed out whole as a member. */
	const char *const *streamed;
	size_t member_limit;  /* bytes of one member; 0: 64 MiB */
	size_t element_limit; /* bytes of one element of a streamed array; 0: 1 MiB */
	uint64_t total_limit; /* bytes of the whole input; 0: LIMIT_IMPORT */
};

enum json_cut {
	JSON_CUT_MORE,         /* fed cutters only: feed or finish, then ask again */
	JSON_CUT_OBJECT_BEGIN, /* a realm begins; `index` counts realms from 0 */
	JSON_CUT_MEMBER,
	JSON_CUT_ELEMENT,
	JSON_CUT_OBJECT_END,
	JSON_CUT_END, /* the input was complete; nothing follows */
};

struct json_cut_item {
	enum json_cut kind;
	struct str name; /* "clientScopes", "roles.client", "users"; empty for the other kinds */
	struct str raw;  /* MEMBER, ELEMENT: the value's text, without space around it */
	uint64_t index;  /* ELEMENT: its place in the array; OBJECT_BEGIN, _END: the realm's */
	uint64_t offset; /* bytes from the input's start to the item */
	uint64_t line;   /* from 1 */
};

/* A cutter that reads `fd` (borrowed, from its present position, blocking). `options` are
 * copied, the names in it borrowed. */
struct json_cutter *json_cutter_new_fd(const struct json_cutter_options *options, int fd);
/* A cutter that is fed. */
struct json_cutter *json_cutter_new(const struct json_cutter_options *options);
/* NULL is fine. */
void json_cutter_free(struct json_cutter *cutter);

/* Gives it more input, copied; to be called when next said MORE, so that what it holds
 * stays within the limits plus one chunk. ERROR_TOO_LARGE beyond total_limit; ERROR_BUSY
 * when there is no memory. */
MUST_USE enum error_code json_cutter_feed(struct json_cutter *cutter, struct str bytes,
					  struct why *reterr_why);
/* There is no more input. */
void json_cutter_finish(struct json_cutter *cutter);

/* The next item. name and raw live until the next call on this cutter. After END it says
 * END again, after an error the same error again.
 *
 * ERROR_BAD_JSON    not JSON, truncated, too deep, more than 10,000 members in one walked
 *                   object, a name twice or longer than 1 KiB; why says line and byte
 * ERROR_TOO_LARGE   a piece or the whole is over its limit
 * ERROR_FILE_FAILED read(2) failed
 * ERROR_BUSY        no memory */
MUST_USE enum error_code json_cutter_next(struct json_cutter *cutter, struct json_cut_item *ret_item,
					  struct why *reterr_why);

/* Bytes taken in so far, for a progress bar. */
uint64_t json_cutter_taken(const struct json_cutter *cutter);

#endif
