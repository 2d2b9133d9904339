/* The store's own writes (imports, purges) through the server's writer. */
#ifndef RUN_STORE_CALLS_H
#define RUN_STORE_CALLS_H

#include "run/writer.h"
#include "store/import.h"

/* For store/import.h and its like; `writer` must outlive it. */
struct store_writer store_calls(struct writer *writer);

#endif
