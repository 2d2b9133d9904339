/* How many connections each address has open. An IPv6 address counts as its /64. Any
 * thread. */
#ifndef HTTP_ADDRESSES_H
#define HTTP_ADDRESSES_H

#include <stdbool.h>
#include <stdint.h>

struct addresses;

/* `seed` keys the hash, so that strangers cannot make addresses collide. */
struct addresses *addresses_new(uint64_t seed);
void addresses_free(struct addresses *addresses);
/* True when the address has fewer than `limit` open. */
bool addresses_has_room(struct addresses *addresses, const uint8_t address[16], unsigned limit);
void addresses_enter(struct addresses *addresses, const uint8_t address[16]);
/* The counterpart of one addresses_enter. */
void addresses_leave(struct addresses *addresses, const uint8_t address[16]);

#endif
