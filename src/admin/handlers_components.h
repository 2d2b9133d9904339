/* Handlers of components and keys. Private to admin/. */
#ifndef ADMIN_HANDLERS_COMPONENTS_H
#define ADMIN_HANDLERS_COMPONENTS_H

#include "http/router.h"

http_handler admin_components_list, admin_components_create;
http_handler admin_component_get, admin_component_put, admin_component_delete, admin_component_types;
http_handler admin_keys_get;

#endif
