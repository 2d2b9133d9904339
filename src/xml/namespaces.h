/* The namespaces and their usual prefixes, as string literals (for STR and STR_INIT) and, for
 * writer.h, as pairs. */
#ifndef XML_NAMESPACES_H
#define XML_NAMESPACES_H

#include "base/str.h"

#define XML_XML "http://www.w3.org/XML/1998/namespace"
#define XML_XMLNS "http://www.w3.org/2000/xmlns/"
#define XML_XS "http://www.w3.org/2001/XMLSchema"
#define XML_XSI "http://www.w3.org/2001/XMLSchema-instance"
#define XML_DSIG "http://www.w3.org/2000/09/xmldsig#"
#define XML_DSIG11 "http://www.w3.org/2009/xmldsig11#"
#define XML_XENC "http://www.w3.org/2001/04/xmlenc#"
#define XML_XENC11 "http://www.w3.org/2009/xmlenc11#"
#define XML_EXCLUSIVE "http://www.w3.org/2001/10/xml-exc-c14n#"
#define XML_SAML "urn:oasis:names:tc:SAML:2.0:assertion"
#define XML_SAMLP "urn:oasis:names:tc:SAML:2.0:protocol"
#define XML_SAML_METADATA "urn:oasis:names:tc:SAML:2.0:metadata"
#define XML_SOAP "http://schemas.xmlsoap.org/soap/envelope/"

/* A namespace and the prefix that we write for it; the empty prefix writes it as the default
 * namespace. */
struct xml_space {
	struct str prefix, uri;
};

extern const struct xml_space xml_xml;   /* xml, for xml:lang; never declared */
extern const struct xml_space xml_saml;  /* saml */
extern const struct xml_space xml_samlp; /* samlp */
extern const struct xml_space xml_md;    /* md */
extern const struct xml_space xml_dsig;  /* dsig, as Keycloak writes it */
extern const struct xml_space xml_xenc;  /* xenc */
extern const struct xml_space xml_xenc11;
extern const struct xml_space xml_xs;    /* xs */
extern const struct xml_space xml_xsi;   /* xsi */
extern const struct xml_space xml_soap;  /* SOAP-ENV */

#endif
