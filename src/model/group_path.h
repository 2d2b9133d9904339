/* Keycloak's path of a group. */
#ifndef MODEL_GROUP_PATH_H
#define MODEL_GROUP_PATH_H

#include "model/realm.h"

/* "/staff/night-shift": names joined by slashes, whatever they hold themselves. Two groups may have one
 * such path; struct group's own path is unique. */
struct str group_path(struct arena *arena, const struct group *group);

#endif
