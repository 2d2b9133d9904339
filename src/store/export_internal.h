/* One export under way; what export.c and export_users.c share. Internal to store/. */
#ifndef STORE_EXPORT_INTERNAL_H
#define STORE_EXPORT_INTERNAL_H

#include "json/tree.h"
#include "store/export.h"
#include "store/realm_rows.h"

struct export
{
	struct store *store;
	const struct store_export_options *options;
	struct arena *arena;
	struct loaded loaded;
	size_t members; /* of the realm, written so far */
	struct why *why;
};

struct mapping_list {
	struct scope_mapping_rep *items;
	size_t n;
};

MUST_USE enum error_code export_piece(struct export *export, struct str piece);
/* The list of users, after its name. */
MUST_USE enum error_code export_users(struct export *export);
/* Secrets in the settings of identity providers (clientSecret ...) become masks. */
MUST_USE enum error_code export_mask_identity_providers(
	struct export *export, struct realm_rep *rep);

#endif
