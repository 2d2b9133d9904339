/* The data folder: made, locked by its server, and home of the sealing key. */
#ifndef MAIN_FOLDER_H
#define MAIN_FOLDER_H

#include "base/arena.h"
#include "base/errors.h"

struct folder;

/* Makes the folder (mode 0700) when absent and locks it. `seal_key` (text of crypto/seal.h) may be
 * empty: then the folder's own, made at first. LOCKED names the process that has it. */
MUST_USE enum error_code folder_open(struct str path, struct str seal_key, struct folder **ret_folder,
				     struct why *reterr_why);
void folder_close(struct folder *folder);
/* Borrowed. */
struct str folder_seal_key(const struct folder *folder);

#endif
