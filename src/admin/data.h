/* What this server has of Keycloak's providers, in Keycloak's words: the files of data/, compiled
 * in. JSON. Private to admin/. */
#ifndef ADMIN_DATA_H
#define ADMIN_DATA_H

extern const char admin_data_component_types[]; /* provider type -> providers with their settings */
extern const char admin_data_server_info[];     /* the parts of serverinfo that never change */
extern const char admin_data_client_profiles[]; /* the global client profiles */

#endif
