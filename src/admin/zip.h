/* ZIP archives (PKWARE's APPNOTE), written: small files, not compressed. Private to admin/. */
#ifndef ADMIN_ZIP_H
#define ADMIN_ZIP_H

#include "base/text.h"

struct zip {
	struct text files, directory;
	unsigned n;
};

struct zip zip_new(struct arena *arena);
/* A file by its path in the archive. */
void zip_add(struct zip *zip, struct str path, struct str content);
/* The archive's bytes, in the arena. */
struct str zip_end(struct zip *zip);

#endif
