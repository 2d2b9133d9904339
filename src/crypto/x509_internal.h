/* What x509.c and x509_watch.c share. Not for other folders. */
#ifndef CRYPTO_X509_INTERNAL_H
#define CRYPTO_X509_INTERNAL_H

#include <openssl/x509.h>

#include "crypto/x509.h"

/* 0 when the time cannot be read. */
int64_t x509_seconds_of(const ASN1_TIME *time);
/* The name in one line, NUL-terminated, cut at size. */
void x509_name_text(const X509_NAME *name, char *ret_text, size_t size);
/* The subjectAltNames that are DNS names or addresses; returns their number. */
size_t x509_names(struct arena *arena, const X509 *certificate, struct str **ret_names);

#endif
