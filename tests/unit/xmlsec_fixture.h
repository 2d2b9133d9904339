/* The xmlsec1 program as the other side: keys and documents go through files of a folder that
 * is removed in the end. */
#ifndef TESTS_UNIT_XMLSEC_FIXTURE_H
#define TESTS_UNIT_XMLSEC_FIXTURE_H

#include <unistd.h>

#include "base/text.h"
#include "crypto/sign_key.h"
#include "xml_fixture.h"

static char xmlsec_folder[64];

static inline int xmlsec_setup(void **state)
{
	(void)state;
	snprintf(xmlsec_folder, sizeof xmlsec_folder, "/tmp/xmlsec-XXXXXX");
	return mkdtemp(xmlsec_folder) ? 0 : -1;
}

static inline int xmlsec_teardown(void **state)
{
	(void)state;
	char command[128];
	snprintf(command, sizeof command, "rm -rf '%s'", xmlsec_folder);
	return system(command);
}

static inline void write_file(const char *name, struct str bytes)
{
	char path[128];
	snprintf(path, sizeof path, "%s/%s", xmlsec_folder, name);
	FILE *file = fopen(path, "wb");
	if (!file || fwrite(bytes.p, 1, bytes.n, file) != bytes.n || fclose(file))
		fail_msg("%s cannot be written", path);
}

static inline struct str read_file(const char *name)
{
	static char bytes[1 << 20];
	char path[128];
	snprintf(path, sizeof path, "%s/%s", xmlsec_folder, name);
	FILE *file = fopen(path, "rb");
	if (!file)
		fail_msg("%s cannot be read", path);
	size_t n = fread(bytes, 1, sizeof bytes, file);
	fclose(file);
	return arena_str(arena, str_of(bytes, n));
}

static inline void write_pem(const char *name, const char *label, struct str base64)
{
	struct text pem = text_new(arena, 0);
	text_addf(&pem, "-----BEGIN %s-----\n", label);
	for (; base64.n; base64 = str_drop(base64, 64))
		text_addf(&pem, "%.*s\n", STR_ARG(str_take(base64, 64)));
	text_addf(&pem, "-----END %s-----\n", label);
	write_file(name, text_str(&pem));
}

/* key.pem and public.pem. */
static inline void write_key(const struct sign_key *key)
{
	SECRET_SCOPED secret = { 0 };
	struct str public = { 0 };
	assert_int_equal(sign_key_private_text(key, &secret, NULL), OK);
	assert_int_equal(sign_key_public_text(arena, key, &public, NULL), OK);
	write_pem("key.pem",
		sign_key_kind(key) == SIGN_KEY_RSA ? "RSA PRIVATE KEY" : "PRIVATE KEY",
		secret_str(&secret));
	write_pem("public.pem", "PUBLIC KEY", public);
}

/* xmlsec1 with these words, in the folder; true when it is content. What it says goes to
 * the file "said". */
static inline bool xmlsec(const char *words)
{
	char command[1024];
	snprintf(command, sizeof command, "cd '%s' && xmlsec1 %s >said 2>&1", xmlsec_folder, words);
	return system(command) == 0;
}

#endif
