/* The attributes of realms and clients that are this server's own (own_attributes.def), and
 * the questions that several parts ask of them. Pure. */
#ifndef MODEL_OWN_ATTRIBUTES_H
#define MODEL_OWN_ATTRIBUTES_H

#include "model/realm.h"

enum own_attribute {
#define A(id, name, holder, values, otherwise, text) OWN_##id,
#include "model/own_attributes.def"
#undef A
	OWN_ATTRIBUTE_COUNT
};

/* Its name; static storage. */
struct str own_attribute_name(enum own_attribute attribute);
/* The value of a realm's, or the empty text. */
struct str own_attribute_of_realm(const struct realm *realm, enum own_attribute attribute);
/* curfew.signout.on_idle: false where applications are not told of an idle expiry. `client` may
 * be NULL: the realm's rule. */
bool own_attribute_tells_idle(const struct realm *realm, const struct client *client);
/* curfew.signout.on_password_change and on_required_action: whether sessions end. */
bool own_attribute_ends(const struct realm *realm, enum own_attribute attribute);

#endif
