/* What Keycloak 26.7 gives a realm of which little is said, as JSON texts: the files of
 * defaults/, compiled in. "${realm}" in them stands for the realm's name; ids are left out
 * and made anew for each realm. Internal to store/. */
#ifndef STORE_DEFAULTS_H
#define STORE_DEFAULTS_H

extern const char defaults_realm[];      /* the realm's own settings */
extern const char defaults_flows[];      /* authentication flows, required actions */
extern const char defaults_scopes[];     /* client scopes, and which ones new clients get */
extern const char defaults_clients[];    /* the six built-in clients, their roles, mappings */
extern const char defaults_components[]; /* client registration policies */

#endif
