/* What a SAML 2.0 service provider is to us: a client's settings under Keycloak's attribute
 * names, where it hears of a sign-out, and the name of its part of a session. Pure.
 *
 * Algorithms and formats stay the texts of the row here; xml/ and saml/ know what they mean. */
#ifndef MODEL_SAML_H
#define MODEL_SAML_H

#include "model/realm.h"

/* The `protocol` of such clients, scopes and mappers. */
#define SAML_PROTOCOL "saml"

#define SAML_FORMAT_UNSPECIFIED "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"
#define SAML_FORMAT_EMAIL "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
#define SAML_FORMAT_PERSISTENT "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
#define SAML_FORMAT_TRANSIENT "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"

enum saml_binding {
	SAML_BINDING_REDIRECT,
	SAML_BINDING_POST,
	SAML_BINDING_SOAP,
	SAML_BINDING_ARTIFACT,
	SAML_BINDINGS
};
/* "redirect", "post", "soap", "artifact": how rows have them. Static storage. */
struct str saml_binding_name(enum saml_binding binding);
bool saml_binding_of_name(struct str name, enum saml_binding *ret_binding);
/* The binding's URI (SAML bindings section 3). Static storage. */
struct str saml_binding_uri(enum saml_binding binding);
bool saml_binding_of_uri(struct str uri, enum saml_binding *ret_binding);

/* What stands in KeyInfo/KeyName of our signatures. */
enum saml_key_name { SAML_KEY_NAME_KEY_ID, SAML_KEY_NAME_CERT_SUBJECT, SAML_KEY_NAME_NONE };

/* Where one message of the single logout goes. */
struct saml_endpoint {
	enum saml_binding binding;
	struct str url; /* empty: nowhere */
};

/* The settings, read from the client's attributes; texts are the row's. Absent switches are
 * off, as in Keycloak. */
struct saml_client {
	const struct client *client;
	/* Signatures. */
	bool signs_documents;  /* saml.server.signature: our messages carry one */
	bool signs_assertions; /* saml.assertion.signature */
	bool client_signs;     /* saml.client.signature: requests without a good one are refused */
	bool key_in_extension; /* saml.server.signature.keyinfo.ext, for the Redirect binding */
	enum saml_key_name key_name; /* ...keyinfo.xmlSigKeyInfoKeyNameTransformer; KEY_ID */
	struct str signature_algorithm; /* saml.signature.algorithm; "RSA_SHA256" */
	struct str canonicalization; /* saml_signature_canonicalization_method, a URI; exclusive */
	/* Base64 DER without line breaks. saml.signing.certificate, and more of them behind
	 * commas or as PEM after one another, while a provider changes its certificate. */
	struct str_list signing_certificates;
	/* Encryption; the first certificate counts. URIs; the defaults are Keycloak's since 26.4:
	 * aes256-gcm, xmlenc11#rsa-oaep, sha256, mgf1sha256. */
	bool encrypts; /* saml.encrypt */
	struct str_list encryption_certificates; /* saml.encryption.certificate */
	struct str encryption_algorithm;         /* saml.encryption.algorithm */
	struct str key_algorithm, digest_method, mask; /* .keyAlgorithm, .digestMethod,
							* .maskGenerationFunction */
	/* Names: saml_name_id_format as a URI (username: unspecified); empty: as asked for. */
	struct str name_id_format;
	bool force_name_id_format;
	/* Bindings and endpoints, absolute; empty: none. */
	bool force_post;     /* saml.force.post.binding */
	bool force_artifact; /* saml.artifact.binding */
	bool allow_ecp;      /* saml.allow.ecp.flow */
	struct str consumer[SAML_BINDINGS]; /* saml_assertion_consumer_url_post, _redirect;
					     * saml_artifact_binding_url */
	struct str logout[SAML_BINDINGS];   /* saml_single_logout_service_url_* */
	struct str processing_url;          /* adminUrl: what both fall back to */
	/* The assertion. */
	bool authn_statement; /* saml.authnstatement */
	bool one_time_use;    /* saml.onetimeuse.condition */
	int64_t assertion_lifespan_s; /* saml.assertion.lifespan; 0: the realm's */
	/* Sign-in that begins here: /protocol/saml/clients/NAME. */
	struct str idp_initiated_name, idp_initiated_relay_state;
};

bool saml_client_is(const struct client *client);
/* Reads the settings. In the arena; borrows from the client. */
struct saml_client saml_client_of(struct arena *arena, const struct client *client);
/* The enabled or disabled client whose saml_idp_initiated_sso_url_name that is; NULL: none. */
const struct client *saml_client_by_url_name(const struct realm *realm, struct str name);

/* Where assertions go when a request names no URL: that of the binding, else the processing
 * URL. Empty: nowhere. */
struct str saml_client_consumer(const struct saml_client *client, enum saml_binding binding);
/* True when an AuthnRequest may have its answer sent to `url`, which runs no code: one of the consumer URLs or the
 * processing URL, exactly, or one of the redirect URIs (redirect.h). */
bool saml_client_consumes(struct arena *arena, const struct saml_client *client, struct str url);

/* Server-to-server: the SOAP URL where there is one; else, for a client without front-channel
 * logout, its POST URL or processing URL (Keycloak's back channel of old: a form POST). */
struct saml_endpoint saml_client_logout_back(const struct saml_client *client);
/* Through the browser, as Keycloak chooses: POST where it is forced or was used for signing in
 * and has a URL, else Redirect, else POST to the processing URL. */
struct saml_endpoint saml_client_logout_front(const struct saml_client *client, struct str binding_used);
/* Where the answer to its own LogoutRequest goes. The request's binding counts unless POST is
 * forced and has a URL. */
struct saml_endpoint saml_client_logout_answer(const struct saml_client *client, enum saml_binding binding);

/* The SessionIndex of a client's part in a session: "<sid>::<client's id>". */
struct str saml_session_index(struct arena *arena, struct str session_id, struct str client_id);
/* Its two parts, borrowed. False when it is none of ours. */
bool saml_session_index_read(struct str index, struct str *ret_session_id, struct str *ret_client_id);

#endif
