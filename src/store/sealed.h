/* What the `sealed` columns of clients and components hold, as JSON under crypto/seal.h.
 * Internal to store/. */
#ifndef STORE_SEALED_H
#define STORE_SEALED_H

#include "model/representation.h"

struct sealed_client {
	struct str secret;
	struct attributes attributes; /* those that client_attribute_is_secret names */
};

struct sealed_component {
	struct json_list_pair *config; /* those that component_config_is_secret names */
	size_t config_n;
};

extern const struct json_shape sealed_client_shape, sealed_component_shape;

#endif
