/* Forbidden addresses; see policy.h. */
#include "client/policy.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/tables.h"

/* Whom a range is forbidden to. LINK_LOCAL: to admins' URLs unless they are allowed them. */
enum range_kind { NEVER, LINK_LOCAL, STRANGERS };

struct range {
	unsigned char prefix[16];
	unsigned bits;
	enum range_kind kind;
};

static const struct range ranges_v4[] = {
	{ { 0 }, 8, NEVER },                        /* "this network": the host itself on Linux */
	{ { 169, 254 }, 16, LINK_LOCAL },           /* with 169.254.169.254 of most clouds */
	{ { 100, 100, 100, 200 }, 32, LINK_LOCAL }, /* metadata of Alibaba's cloud */
	{ { 192, 0, 0, 192 }, 32, LINK_LOCAL },     /* Oracle's */
	{ { 168, 63, 129, 16 }, 32, LINK_LOCAL },   /* Azure's */
	{ { 224 }, 4, NEVER },
	{ { 255, 255, 255, 255 }, 32, NEVER },
	{ { 127 }, 8, STRANGERS },
	{ { 10 }, 8, STRANGERS },
	{ { 172, 16 }, 12, STRANGERS },
	{ { 192, 168 }, 16, STRANGERS },
	{ { 100, 64 }, 10, STRANGERS },
	{ { 192, 0, 0 }, 24, STRANGERS },
	{ { 192, 0, 2 }, 24, STRANGERS },
	{ { 198, 18 }, 15, STRANGERS },
	{ { 198, 51, 100 }, 24, STRANGERS },
	{ { 203, 0, 113 }, 24, STRANGERS },
	{ { 240 }, 4, STRANGERS },
};

static const struct range ranges_v6[] = {
	{ { 0 }, 128, NEVER },
	{ { 0xfe, 0x80 }, 10, LINK_LOCAL },
	{ { 0xfd, 0x00, 0x0e, 0xc2, [14] = 0x02, [15] = 0x54 }, 128, LINK_LOCAL }, /* Amazon's */
	{ { 0xfd, 0x20, 0x00, 0xce, [14] = 0x02, [15] = 0x54 }, 128, LINK_LOCAL }, /* Google's */
	{ { 0xff }, 8, NEVER },
	{ { [15] = 1 }, 128, STRANGERS },
	{ { 0xfc }, 7, STRANGERS },
	{ { 0xfe, 0xc0 }, 10, STRANGERS },
	{ { 0x01 }, 64, STRANGERS },
	{ { 0x00, 0x64, 0xff, 0x9b, 0x00, 0x01 }, 48, STRANGERS }, /* NAT64 of a site, RFC 8215 */
	{ { 0x20, 0x01, 0x0d, 0xb8 }, 32, STRANGERS },
};

/* IPv6 forms that carry an IPv4 address, and where in them it stands. */
static const struct { struct range range; unsigned at; } embedded[] = {
	{ { { [10] = 0xff, [11] = 0xff }, 96, NEVER }, 12 }, /* IPv4-mapped */
	{ { { 0x00, 0x64, 0xff, 0x9b }, 96, NEVER }, 12 },   /* NAT64, RFC 6052 */
	{ { { 0x20, 0x02 }, 16, NEVER }, 2 },                /* 6to4, RFC 3056 */
};

static bool is_within(const unsigned char *address, const struct range *range)
{
	unsigned whole = range->bits / 8, rest = range->bits % 8;
	if (memcmp(address, range->prefix, whole) != 0)
		return false;
	unsigned mask = 0xffu << (8 - rest) & 0xffu;
	return rest == 0 || ((address[whole] ^ range->prefix[whole]) & mask) == 0;
}

static bool denies(enum client_policy policy, bool allow_link_local, const struct range *ranges,
	size_t n, const unsigned char *address)
{
	bool stranger = policy == CLIENT_POLICY_STRANGER;
	for (size_t i = 0; i < n; i++) {
		enum range_kind kind = ranges[i].kind;
		bool counts = kind == NEVER || stranger || (kind == LINK_LOCAL && !allow_link_local);
		if (counts && is_within(address, &ranges[i]))
			return true;
	}
	return false;
}

static bool denies_v4(enum client_policy policy, bool allow_link_local,
	const unsigned char *address)
{
	return denies(policy, allow_link_local, ranges_v4, ARRAY_LENGTH(ranges_v4), address);
}

static bool denies_v6(enum client_policy policy, bool allow_link_local,
	const unsigned char *address)
{
	for (size_t i = 0; i < ARRAY_LENGTH(embedded); i++)
		if (is_within(address, &embedded[i].range))
			return denies_v4(policy, allow_link_local, address + embedded[i].at);
	return denies(policy, allow_link_local, ranges_v6, ARRAY_LENGTH(ranges_v6), address);
}

bool policy_denies(enum client_policy policy, bool allow_link_local,
	const struct sockaddr *address)
{
	if (policy == CLIENT_POLICY_ANY)
		return false;
	if (address->sa_family == AF_INET) {
		struct sockaddr_in v4;
		memcpy(&v4, address, sizeof v4);
		return denies_v4(policy, allow_link_local, (const unsigned char *)&v4.sin_addr);
	}
	if (address->sa_family == AF_INET6) {
		struct sockaddr_in6 v6;
		memcpy(&v6, address, sizeof v6);
		return denies_v6(policy, allow_link_local, v6.sin6_addr.s6_addr);
	}
	return true;
}

bool policy_denies_text(enum client_policy policy, bool allow_link_local, const char *address)
{
	unsigned char bytes[sizeof(struct in6_addr)];
	if (policy == CLIENT_POLICY_ANY)
		return false;
	if (inet_pton(AF_INET, address, bytes) == 1)
		return denies_v4(policy, allow_link_local, bytes);
	if (inet_pton(AF_INET6, address, bytes) == 1)
		return denies_v6(policy, allow_link_local, bytes);
	return true;
}
