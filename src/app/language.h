/* The language of a page: what the application asked for (ui_locales), else what the browser
 * prefers (Accept-Language), among the realm's supportedLocales; else its defaultLocale. A
 * realm that is not internationalized speaks English, unless an application asks. Texts of the
 * realm's own stand above ours, also in languages that we do not speak: English is below those. */
#ifndef APP_LANGUAGE_H
#define APP_LANGUAGE_H

#include "app/visit.h"
#include "model/user.h"
#include "web/messages.h"

const struct messages *language_of(struct visit *visit);
/* Makes a loaded realm's languages from the texts of its own. */
void language_prepare(struct realm *realm, struct arena *arena);
/* The language in which mail is written to a user: the attribute `locale`, else the realm's. */
const struct messages *language_of_user(const struct realm *realm, const struct user *user);
/* The language of a tag, English when nobody speaks it. */
const struct messages *language_named(const struct realm *realm, struct str tag);
/* A URL of ours with the wish of this request (ui_locales) added, so that the next page
 * speaks the same language. */
struct str language_keep(struct visit *visit, struct str url);

#endif
