/* See namespaces.h. */
#include "xml/namespaces.h"

const struct xml_space xml_xml = { STR_INIT("xml"), STR_INIT(XML_XML) };
const struct xml_space xml_saml = { STR_INIT("saml"), STR_INIT(XML_SAML) };
const struct xml_space xml_samlp = { STR_INIT("samlp"), STR_INIT(XML_SAMLP) };
const struct xml_space xml_md = { STR_INIT("md"), STR_INIT(XML_SAML_METADATA) };
const struct xml_space xml_dsig = { STR_INIT("dsig"), STR_INIT(XML_DSIG) };
const struct xml_space xml_xenc = { STR_INIT("xenc"), STR_INIT(XML_XENC) };
const struct xml_space xml_xenc11 = { STR_INIT("xenc11"), STR_INIT(XML_XENC11) };
const struct xml_space xml_xs = { STR_INIT("xs"), STR_INIT(XML_XS) };
const struct xml_space xml_xsi = { STR_INIT("xsi"), STR_INIT(XML_XSI) };
const struct xml_space xml_soap = { STR_INIT("SOAP-ENV"), STR_INIT(XML_SOAP) };
