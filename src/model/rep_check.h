/* Checks that several representations share. Each refusal is INVALID_VALUE, and says path,
 * field and value: `$.clients[3].redirectUris[0] = "javascript:...": reason`. Internal. */
#ifndef MODEL_REP_CHECK_H
#define MODEL_REP_CHECK_H

#include "model/representation.h"

MUST_USE enum error_code rep_refuse(
	struct why *why, const char *path, const char *field, struct str value, const char *reason);
/* A name or id: at most REPRESENTATION_NAME_MAX bytes, no control bytes; not empty when
 * `required`. */
MUST_USE enum error_code rep_name(struct str value, bool required, const char *path,
	const char *field, struct why *reterr_why);
/* One line of text that may reach a header. */
MUST_USE enum error_code rep_line(
	struct str value, const char *path, const char *field, struct why *reterr_why);
/* Text of several lines. */
MUST_USE enum error_code rep_text(
	struct str value, const char *path, const char *field, struct why *reterr_why);
/* A URL, absolute or not, that pages or requests may use: a line whose scheme runs no code. */
MUST_USE enum error_code rep_url(
	struct str value, const char *path, const char *field, struct why *reterr_why);
MUST_USE enum error_code rep_names(
	const struct str_list *names, const char *path, const char *field, struct why *reterr_why);
MUST_USE enum error_code rep_attributes(const struct attributes *attributes, const char *path,
	const char *field, struct why *reterr_why);
MUST_USE enum error_code rep_list_attributes(const struct json_list_pair *pairs, size_t n,
	const char *path, const char *field, struct why *reterr_why);
/* "path.field[i]", cut when it is too long; borrowed from *buffer. */
struct rep_path {
	char text[200];
};
const char *rep_element(struct rep_path *buffer, const char *path, const char *field, size_t i);
/* A point in time in milliseconds: 0 to 2^53 - 1, which every JSON reader keeps exact. */
MUST_USE enum error_code rep_moment(
	int64_t value_ms, const char *path, const char *field, struct why *reterr_why);
/* 0 to 2^31 - 1: Keycloak's whole numbers. */
MUST_USE enum error_code rep_natural(
	int64_t value, const char *path, const char *field, struct why *reterr_why);

#endif
