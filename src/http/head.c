/* The rules for a request's head; see head.h. */
#include "http/head.h"

#include <string.h>

bool head_is_token(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (c <= 0x20 || c >= 0x7f || strchr("()<>@,;:\\\"/[]?={}", c))
			return false;
	}
	return s.n > 0;
}

static bool is_field_value(struct str s)
{
	/* Without a way out in the middle, so that the compiler takes many bytes at once. */
	bool bad = false;
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		bad |= (c < 0x20 && c != '\t') || c == 0x7f;
	}
	return !bad;
}

static enum error_code check_length(struct str value, uint64_t *ret_length, struct why *reterr_why)
{
	int64_t length;
	if (value.n > 18 || !str_to_int64(value, &length) || length < 0 || value.p[0] == '-')
		return error_because(reterr_why, ERROR_HTTP_BROKEN, "Content-Length '%.*s'",
			STR_ARG(str_take(value, 40)));
	*ret_length = (uint64_t)length;
	return OK;
}

static enum error_code check_framing(const struct http_request *request, bool is_1_0,
	struct head_facts *ret_facts, struct why *reterr_why)
{
	size_t n_lengths = http_header_count(request, "content-length");
	size_t n_encodings = http_header_count(request, "transfer-encoding");
	struct head_facts facts = { 0 };
	if (n_lengths > 1)
		return error_because(
			reterr_why, ERROR_HTTP_BROKEN, "%zu Content-Length headers", n_lengths);
	if (n_encodings && n_lengths)
		return error_because(reterr_why, ERROR_HTTP_BROKEN,
			"Transfer-Encoding together with Content-Length");
	if (n_encodings) {
		struct str encoding = http_header(request, "transfer-encoding");
		if (n_encodings > 1 || is_1_0 || !str_eq_nocase(encoding, STR("chunked")))
			return error_because(reterr_why, ERROR_HTTP_BROKEN,
				"Transfer-Encoding '%.*s'%s", STR_ARG(str_take(encoding, 40)),
				n_encodings > 1 ? ", and another" : "");
		facts.chunked = true;
	}
	if (n_lengths) {
		enum error_code code = check_length(
			http_header(request, "content-length"), &facts.content_length, reterr_why);
		if (code)
			return code;
	}
	facts.has_body = facts.chunked || facts.content_length > 0;
	facts.expects_continue = str_eq_nocase(http_header(request, "expect"), STR("100-continue"));
	*ret_facts = facts;
	return OK;
}

enum error_code head_check(const struct http_request *request, bool is_1_0,
	struct head_facts *ret_facts, struct why *reterr_why)
{
	for (size_t i = 0; i < request->n_headers; i++) {
		const struct http_header *header = &request->headers[i];
		if (!head_is_token(header->name))
			return error_because(reterr_why, ERROR_HTTP_BROKEN,
				"header %zu has a malformed name", i + 1);
		if (!is_field_value(header->value))
			return error_because(reterr_why, ERROR_HTTP_BROKEN,
				"header %.*s has a control byte",
				STR_ARG(str_take(header->name, 80)));
	}
	size_t n_hosts = http_header_count(request, "host");
	if (n_hosts > 1 || (!n_hosts && !is_1_0))
		return error_because(reterr_why, ERROR_HTTP_BROKEN, "%zu Host headers", n_hosts);
	return check_framing(request, is_1_0, ret_facts, reterr_why);
}

enum error_code head_target(struct http_request *request, struct str target, struct why *reterr_why)
{
	if (!target.n || target.p[0] != '/')
		return error_because(
			reterr_why, ERROR_HTTP_BROKEN, "the target is no absolute path");
	for (size_t i = 0; i < target.n; i++) {
		unsigned char c = (unsigned char)target.p[i];
		if (c <= 0x20 || c == 0x7f || c == '#')
			return error_because(
				reterr_why, ERROR_HTTP_BROKEN, "byte 0x%02x in the target", c);
	}
	size_t question = str_index(target, '?');
	request->raw_path = str_take(target, question);
	request->raw_query = str_drop(target, question + 1);
	return OK;
}

unsigned head_method(const char *name)
{
	for (unsigned method = HTTP_GET; method <= HTTP_OPTIONS; method <<= 1)
		if (!strcmp(name, http_method_name((enum http_method)method)))
			return method;
	return 0;
}
