/* See deflate.h. */
#include "xml/deflate.h"

#include <limits.h>
#include <zlib.h>

#include "base/text.h"

enum { CHUNK = 16 << 10 /* bytes */ };

/* False when the limit is passed. */
static bool inflate_all(z_stream *stream, struct text *out, int *ret_state)
{
	unsigned char chunk[CHUNK];
	int state = Z_OK;
	while (state == Z_OK) {
		stream->next_out = chunk;
		stream->avail_out = sizeof chunk;
		state = inflate(stream, Z_NO_FLUSH);
		text_add(out, str_of(chunk, sizeof chunk - stream->avail_out));
		if (out->failed)
			return false;
	}
	*ret_state = state;
	return true;
}

enum error_code xml_inflate(struct arena *arena, struct str deflated, size_t limit,
	struct str *ret_bytes, struct why *reterr_why)
{
	z_stream stream = { .next_in = (unsigned char *)deflated.p, .avail_in = (uInt)deflated.n };
	struct text out = text_new(arena, limit);
	int state = Z_OK;
	if (deflated.n > INT_MAX || inflateInit2(&stream, -MAX_WBITS) != Z_OK)
		return error_because(reterr_why, ERROR_INTERNAL, "DEFLATE cannot be set up");
	bool within = inflate_all(&stream, &out, &state);
	size_t left = stream.avail_in;
	inflateEnd(&stream);
	if (!within)
		return error_because(reterr_why, ERROR_TOO_LARGE,
			"DEFLATE of %zu bytes: more than %zu come out", deflated.n, limit);
	if (state != Z_STREAM_END || left)
		return error_because(reterr_why, ERROR_BAD_XML,
			"DEFLATE of %zu bytes is %s", deflated.n,
			left && state == Z_STREAM_END ? "followed by others" : "broken or cut off");
	*ret_bytes = text_str(&out);
	return OK;
}

enum error_code xml_deflate(struct arena *arena, struct str bytes, struct str *ret_deflated,
	struct why *reterr_why)
{
	z_stream stream = { .next_in = (unsigned char *)bytes.p, .avail_in = (uInt)bytes.n };
	if (bytes.n > INT_MAX || deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED,
					 -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		return error_because(reterr_why, ERROR_INTERNAL, "DEFLATE cannot be set up");
	uLong room = deflateBound(&stream, (uLong)bytes.n);
	unsigned char *out = arena_alloc(arena, room);
	stream.next_out = out;
	stream.avail_out = (uInt)room;
	int state = deflate(&stream, Z_FINISH);
	size_t n = stream.total_out;
	deflateEnd(&stream);
	if (state != Z_STREAM_END)
		return error_because(reterr_why, ERROR_INTERNAL, "DEFLATE failed (%d)", state);
	*ret_deflated = str_of(out, n);
	return OK;
}
