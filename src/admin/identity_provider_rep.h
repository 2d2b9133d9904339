/* Identity providers as a realm's document keeps them and as the admin API has them. Brokering itself
 * is not here: nobody signs in through them. Private to admin/. */
#ifndef ADMIN_IDENTITY_PROVIDER_REP_H
#define ADMIN_IDENTITY_PROVIDER_REP_H

#include "admin/call.h"

struct identity_provider {
	struct str alias, display_name, internal_id, provider_id;
	struct str update_mode, first_flow, post_flow, organization_id;
	struct json_optional_bool enabled, update_profile, trust_email, store_token, read_token, by_default, link_only,
		hide;
	struct attributes config;
	struct str kept;
};
extern const struct json_shape identity_provider_rep_shape;

struct identity_provider_mapper {
	struct str id, name, alias, type; /* alias: the provider's */
	struct attributes config;
};
extern const struct json_shape identity_provider_mapper_rep_shape;
/* A mapper of the realm's document; one without an id gets one that stays. */
struct identity_provider_mapper identity_provider_mapper_at(struct admin_call *call, const struct realm_rep *rep,
							    size_t index);

/* One of the document's, with an internalId. */
struct identity_provider identity_provider_at(struct admin_call *call, const struct realm_rep *rep, size_t index);
/* The place of that alias or internalId; SIZE_MAX: there is none. */
size_t identity_provider_index(struct admin_call *call, const struct realm_rep *rep, struct str name);
/* The route's {provider}; false: answered. */
bool identity_provider_find(struct admin_call *call, const struct realm_rep *rep, size_t *ret_index,
			    struct identity_provider *ret_provider);
void identity_provider_store(struct admin_call *call, struct realm_rep *rep, size_t index,
			     const struct identity_provider *provider);
/* Masked; `brief`: without settings. */
void identity_provider_write(struct admin_call *call, struct json_writer *w, struct identity_provider provider,
			     bool brief);
/* Settings without those that are empty. */
struct attributes settings_without_empty(struct arena *arena, const struct attributes *config);

/* What Keycloak 26.7 offers. */
struct identity_provider_kind {
	struct str id, name, types, mappers, settings; /* types, settings: JSON; mappers: names */
};
const struct identity_provider_kind *identity_provider_kind_of(struct str id); /* NULL: there is none */

#endif
