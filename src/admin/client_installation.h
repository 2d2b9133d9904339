/* Files that adapters of a client are configured by, as Keycloak writes them. Private to admin/. */
#ifndef ADMIN_CLIENT_INSTALLATION_H
#define ADMIN_CLIENT_INSTALLATION_H

#include "admin/client_rep.h"

/* keycloak.json, with the client's secret. */
struct str client_installation_json(struct admin_call *call, const struct client_rep *client, bool pretty);

/* Of SAML adapters: keycloak-saml.xml, the same as a part of JBoss's configuration, and as commands. */
struct str client_installation_saml(struct admin_call *call, const struct client *client, bool subsystem);
struct str client_installation_saml_commands(struct admin_call *call, const struct client *client);
/* The metadata of the service provider that the client is. */
struct str client_installation_descriptor(struct admin_call *call, const struct client *client);
/* A ZIP archive for mod_auth_mellon: both descriptors, key and certificate. */
struct str client_installation_mellon(struct admin_call *call, const struct client *client);

/* "EXTERNAL", "ALL", "NONE": the realm's, as these files have it. */
const char *client_installation_ssl(const struct realm *realm);

#endif
