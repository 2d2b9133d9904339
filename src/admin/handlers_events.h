/* Handlers of what a realm records: events, admin events, failed attempts. Private to admin/. */
#ifndef ADMIN_HANDLERS_EVENTS_H
#define ADMIN_HANDLERS_EVENTS_H

#include "http/router.h"

http_handler admin_events_list, admin_events_clear;
http_handler admin_events_config_get, admin_events_config_put;
http_handler admin_admin_events_list, admin_admin_events_clear;
http_handler admin_attack_get, admin_attack_clear, admin_attack_clear_all;

#endif
