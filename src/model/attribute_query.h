/* The query parameter `q` of lists: attributes and values, as `dept:it "home town":"New York"`. */
#ifndef MODEL_ATTRIBUTE_QUERY_H
#define MODEL_ATTRIBUTE_QUERY_H

#include "json/read.h"

struct attribute_query {
	struct json_pair *pairs; /* all of which are to hold */
	size_t n;
};
/* What cannot be read is passed over, as in Keycloak. */
struct attribute_query attribute_query_read(struct arena *arena, struct str text);
/* Whether each attribute of the query has that value among its own. */
bool attribute_query_holds(const struct attribute_query *query, const struct json_list_pair *attributes, size_t n);

#endif
