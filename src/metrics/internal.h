/* What the families of a registry share; see metrics.h. */
#ifndef METRICS_INTERNAL_H
#define METRICS_INTERNAL_H

#include <pthread.h>

#include "base/text.h"
#include "metrics/metrics.h"

/* A family: a name and what writes its lines. First in each kind's struct. */
struct family {
	struct family *next;
	const char *name, *help, *type;
	void (*render)(struct family *family, struct text *text);
};

struct metrics {
	pthread_mutex_t lock; /* of the list and the arena */
	struct arena *arena;  /* all families but what dynamic counters grow */
	struct family *first, *last;
	struct metrics_dynamic *dynamics; /* to be freed with the registry */
};

/* Ends the program: a family that is wrong is wrong in every run. */
_Noreturn void metrics_mistake(const char *name, const char *what);
/* True for what Prometheus takes as a metric's (with ":") or a label's name. */
bool metrics_is_name(const char *name, bool colon);
/* Memory for a family, zeroed. */
void *metrics_allocate(struct metrics *metrics, size_t n);
/* Checks the name and appends; the family is complete. Aborts as metrics.h says. */
void metrics_register(struct metrics *metrics, struct family *family);
/* NAME{LABEL="value",...} and a space; `names` and `values` are n. `suffix` follows the name. */
void metrics_add_series(struct text *text, const char *name, const char *suffix,
	const char *const *names, const struct str *values, size_t n);
/* Frees what the dynamic counters have grown. (dynamic.c) */
void metrics_free_dynamics(struct metrics *metrics);

#endif
