/* A message that claims to be signed. The key is one that has signed the corpus' messages: a
 * message that verifies says what one of them says. */
#include <stdlib.h>

#include "xml/namespaces.h"
#include "xml/verify.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#define CERTIFICATE \
	"MIICoTCCAYkCBgGh/aT6/TANBgkqhkiG9w0BAQsFADAUMRIwEAYDVQQDDAljdXN0b21lcnMwHhcNMjYx" \
	"MTIxMTAyNTEwWhcNMzYxMTIxMTAyNjUwWjAUMRIwEAYDVQQDDAljdXN0b21lcnMwggEiMA0GCSqGSIb3" \
	"DQEBAQUAA4IBDwAwggEKAoIBAQDWLw+F0h3mFAmq1IVcvSbUbCQUPkR9M4LaZi5rV1lNDZjZEFnQLMZy" \
	"Pp5/q/b3HgGgilznHDBhND+mWyksGdjif7WndMsMo1SeJwEmUYq1OygE1avQaiMxc+8/G0EghBp3ZUEL" \
	"ny2ntJRa9SCc67JeAc19yEMa5NwYASKDya4HzIqd8WIm7VAHBiWjSJ/JZ2pVvRLoSzefwt99m7+gUzdl" \
	"EXH79s8MVkYHUpQSsygOX4h8pEu1LRpdidPhKDtL6u+/PVfWXhgzSx/Bb68eKmOaEjRD//KEcyr9AGqe" \
	"A7EEMuL0LgUzBeIuXN0fSdq21CPhkidq/EFhVLOEVcaKEcOrAgMBAAEwDQYJKoZIhvcNAQELBQADggEB" \
	"AH29HMmiFqazdf0WgTZURFMUrBpGeoYN0BolpYXfm5yR3eg0axKtmFfQLM0kY9KdqTHc5OhU2lMwb9Bw" \
	"iZkn12ahys0c+vSZDVh0R2tY1VkmfxatlVuqQpLHIDftYQ236WJoa7yqLGHHWqpY9P+uLRaoXS9zMzKS" \
	"88kYT8k4aZ0wurlHzuFaEjzSG2J1xv9A+3Hc9yocgKHqUdiDfBC3IKvn2ke9GEi0oY270odFw4NxkFyG" \
	"jzGuAG7cK6SSCNlUwT1kTzoz09jGEjceaqpLQkhlwnZB0CgFG9iR5hCiDy6Doxf6JW8lYWkfOI4ZQiba" \
	"7WUfQZfApWJqoucSYEu9NlY="

static const struct sign_key *realm_key(void)
{
	static struct sign_key *key;
	if (!key && sign_key_from_certificate(STR(CERTIFICATE), &key, NULL))
		abort();
	return key;
}

/* What Keycloak signed were Responses, logout messages and an assertion, of one issuer. */
static void expect_known(const struct xml_element *verified)
{
	const struct xml_element *issuer = xml_first(verified, STR(XML_SAML), STR("Issuer"));
	if (!issuer || !str_eq(xml_text(issuer), STR("http://127.0.0.1:8190/realms/customers")) ||
		!xml_is_signed(verified))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	ARENA_SCOPED arena = arena_new(0);
	const struct sign_key *const keys[] = { realm_key() };
	const struct xml_trust trust = { keys, 1, ~0u, ~0u };
	const struct xml_element *root = NULL, *verified = NULL;
	struct why why;
	if (xml_verify_detached(&trust, STR("SAMLRequest="),
		    xml_signature_algorithm_uri(SIGN_RS256), str_of(data, n), &why) == OK)
		abort();
	if (xml_parse(arena, str_of(data, n), &xml_limits_message, &root, &why) != OK)
		return 0;
	for (const struct xml_element *e = root; e; e = xml_child(e)) {
		if (xml_verify(arena, e, &trust, &verified, &why) == OK) {
			if (verified != e)
				abort();
			expect_known(verified);
		}
	}
	return 0;
}
