/* A client's keys and certificates, and files that they come and go in. Private to admin/. */
#ifndef ADMIN_CLIENT_KEYSTORE_H
#define ADMIN_CLIENT_KEYSTORE_H

#include "admin/client_rep.h"

/* Texts as Keycloak stores them: base64 DER; the public key may be PEM. Empty: none. */
struct client_certificate {
	struct str private_key, certificate, public_key, kid;
};

/* What the client has under the route's {attribute}. */
struct client_certificate client_certificate_of(struct admin_call *call, const struct client_rep *client);
/* Puts it in place of what is there. `action` is the end of the event's path. False: answered. */
bool client_certificate_put(struct admin_call *call, const struct client_certificate *certificate, const char *action);
/* A new RSA key, with a certificate of that name. Slow. False: answered. */
bool client_certificate_make(struct admin_call *call, struct str name, struct client_certificate *ret_certificate);
/* A new RSA key for the route's client, with a certificate. Slow. False: answered. */
bool client_certificate_generate(struct admin_call *call, struct client_certificate *ret_certificate);
/* As JSON. */
void client_certificate_answer(struct admin_call *call, const struct client_certificate *certificate);

#endif
