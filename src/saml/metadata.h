/* Metadata (saml-metadata-2.0-os): ours, and that of service providers. Pure. */
#ifndef SAML_METADATA_H
#define SAML_METADATA_H

#include "base/errors.h"
#include "model/realm.h"

/* The descriptor at /realms/{realm}/protocol/saml/descriptor: the keys that sign, active and
 * passive, and the endpoints. `issuer` is the realm's URL. */
struct str metadata_of_realm(struct arena *arena, const struct realm *realm, struct str issuer);

/* True when the text looks like metadata (as against JSON): "<" ... "EntityDescriptor". */
bool metadata_is(struct str text);
/* An SP's metadata as the JSON of a client representation, as Keycloak's
 * client-description-converter makes it: clientId, endpoints, certificates (several of one use
 * are kept: rollover), name format. A certificate without `use` serves for both, and never turns
 * checking off. ERROR_BAD_XML, ERROR_TOO_LARGE; ERROR_INVALID_VALUE when it describes no service
 * provider, or more than one. */
enum error_code metadata_client(struct arena *arena, struct str xml, struct str *ret_json,
	struct why *reterr_why) MUST_USE;

#endif
