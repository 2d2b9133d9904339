/* Shapes of sealed texts; see sealed.h. */
#include "store/sealed.h"

static const struct json_field client_fields[] = {
	JSON_TEXT(struct sealed_client, secret, "secret", JSON_SECRET),
	JSON_TEXT_MAP(
		struct sealed_client, attributes.pairs, attributes.n, "attributes", JSON_SECRET),
};
const struct json_shape sealed_client_shape = JSON_SHAPE(struct sealed_client, client_fields);

static const struct json_field component_fields[] = {
	JSON_TEXTS_MAP(struct sealed_component, config, config_n, "config", JSON_SECRET),
};
const struct json_shape sealed_component_shape =
	JSON_SHAPE(struct sealed_component, component_fields);
