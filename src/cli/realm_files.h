/* The files of realms, as Keycloak's export lays them out: X-realm.json with the users in it or in
 * X-users-0.json, X-users-1.json ... Private to cli/. */
#ifndef CLI_REALM_FILES_H
#define CLI_REALM_FILES_H

#include "cli/call.h"

/* One realm: its own file, then those of its users. */
struct realm_files {
	struct str *paths;
	size_t n;
};

/* The realms that these files and folders hold. USAGE: users without their realm, where
 * `users_alone` does not allow it. FILE_FAILED. */
MUST_USE enum error_code realm_files_find(struct cli_call *call, const struct str *operands, size_t n,
	bool users_alone, struct realm_files **ret_realms, size_t *ret_n, struct why *reterr_why);

/* What is sent of one realm: the file itself, or a list of its files, with placeholders filled in.
 * To be unmapped by file_unmap. */
MUST_USE enum error_code realm_files_read(struct cli_call *call, const struct realm_files *realm,
	struct str *ret_text, struct why *reterr_why);

/* "part 3" in what the server says becomes the file's name, and one that names no file is told with
 * the realm's. */
void realm_files_name(struct cli_call *call, const struct realm_files *realm, struct why *why);

/* POSTs it to the data folder's server and waits, with a progress bar. `path` may have a query. */
MUST_USE enum error_code realm_files_send(struct cli_call *call, const struct realm_files *realm,
	const char *what, struct str path, struct json_node **ret_answer, struct why *reterr_why);

/* The changes that the server's answer lists, and its warnings, for people. */
void realm_files_print(struct cli_call *call, const struct json_node *answer, bool planned);

#endif
