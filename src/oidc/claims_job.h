/* What the files of the protocol-mapper engine share: one mapper at work, the kinds of mappers,
 * and how values become claims. Not for others; see claims.h. */
#ifndef OIDC_CLAIMS_JOB_H
#define OIDC_CLAIMS_JOB_H

#include "oidc/claims.h"

/* A role as mappers see it: by names, which other mappers may change. */
struct claims_role {
	struct str client; /* clientId; p NULL: a realm role */
	struct str name;   /* p NULL: taken away */
};

struct claims_roles {
	struct claims_role *items;
	size_t n;
	bool filled; /* they are made when the first mapper asks */
};

struct claims_job {
	const struct claims_input *input;
	const struct mapper *mapper;
	enum claims_target target;
	struct arena *arena;
	struct json_node *tree;
	struct claims_roles *roles;
};

typedef void claims_mapper(const struct claims_job *job);

/* The mapper's setting of that name, or the empty text; true when it reads "true". */
struct str claims_config(const struct claims_job *job, const char *name);
bool claims_flag(const struct claims_job *job, const char *name);

/* Sets the mapper's claim to one value, or to several (`multivalued`: as a list, which grows what
 * stands there; else the first), of the type that jsonType.label names. */
void claims_set_value(const struct claims_job *job, struct str value);
void claims_set_values(const struct claims_job *job, const struct str *values, size_t n);
/* The same at another path; `list` says whether values make a list. */
void claims_set_at(const struct claims_job *job, struct str path, const struct str *values, size_t n, bool list);

/* ---- the kinds, by file ---- */

claims_mapper claims_user_attribute, claims_user_property, claims_full_name, claims_address, claims_groups;
claims_mapper claims_subject, claims_pairwise_subject;
claims_mapper claims_session_note, claims_session_state, claims_acr, claims_amr, claims_nonce;
claims_mapper claims_parameter, claims_parameter_value, claims_hardcoded;
claims_mapper claims_role_name, claims_hardcoded_role, claims_realm_roles, claims_client_roles;
claims_mapper claims_audience, claims_audience_resolve, claims_allowed_origins;

#endif
