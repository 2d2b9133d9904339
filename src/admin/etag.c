/* Entity tags and If-Match; see etag.h. */
#include "admin/etag.h"

#include "crypto/hash.h"

static struct str tag_of(struct admin_call *call, struct str representation)
{
	return arena_join(call->arena, STR("\""), hash_base64url(call->arena, HASH_SHA256, representation), STR("\""));
}

void etag_answer(struct admin_call *call, struct str representation)
{
	struct str tag = tag_of(call, representation);
	http_set_header_z(call->response, "ETag", arena_z(call->arena, tag));
}

/* Strong comparison: a weak tag (W/"...") fits nothing. Ours have no commas in them. */
static bool names(struct str header, struct str tag)
{
	struct str piece;
	while (str_next(&header, ',', &piece))
		if (str_eq(str_trim(piece), tag))
			return true;
	return false;
}

bool etag_fits(struct admin_call *call, struct str representation)
{
	struct str wanted = str_trim(http_header(call->request, "If-Match"));
	if (!wanted.n || str_eq(wanted, STR("*")) || names(wanted, tag_of(call, representation)))
		return true;
	http_respond_error(call->response, 412, STR("precondition_failed"),
			   STR("It was changed since: the ETag in If-Match is of another state. Read it again."));
	etag_answer(call, representation);
	return false;
}
