/* Settings of a realm that Keycloak shows twice: the same as attributes. */
#ifndef MODEL_MIRRORED_H
#define MODEL_MIRRORED_H

#include "model/realm.h"

/* The attributes say what the settings do, where these are set. */
void mirrored_write(struct arena *arena, struct realm_settings *settings);

#endif
