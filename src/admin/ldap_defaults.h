/* What Keycloak writes beside a new LDAP user storage: an attribute of the principal, and mappers below
 * it that infrastructure code goes on to change. Nobody is looked up there. Private to admin/. */
#ifndef ADMIN_LDAP_DEFAULTS_H
#define ADMIN_LDAP_DEFAULTS_H

#include "admin/component.h"

bool ldap_is(const struct component_rep *component);
/* Adds to the settings of one that is an LDAP storage. False: answered, it says no edit mode. */
bool ldap_complete(struct admin_call *call, struct component_rep *component);
/* The mappers of a new storage, with ids, in the arena. */
struct component_list ldap_default_mappers(struct admin_call *call, const struct component_rep *storage);

#endif
