/* The routes of the admin API, a table an area, each with the permission it needs (permission.h).
 * Private to admin/. */
#ifndef ADMIN_ROUTES_H
#define ADMIN_ROUTES_H

#include "admin/admin.h"

typedef void admin_add_routes_of(struct admin *admin, struct http_router *router);

admin_add_routes_of admin_add_realms_routes;
admin_add_routes_of admin_add_events_routes;
admin_add_routes_of admin_add_components_routes;
admin_add_routes_of admin_add_clients_routes;
admin_add_routes_of admin_add_registration_routes;
admin_add_routes_of admin_add_users_routes;
admin_add_routes_of admin_add_signouts_routes;
admin_add_routes_of admin_add_scopes_routes;
admin_add_routes_of admin_add_roles_routes;
admin_add_routes_of admin_add_groups_routes;
admin_add_routes_of admin_add_authentication_routes;
admin_add_routes_of admin_add_identity_providers_routes;

#endif
