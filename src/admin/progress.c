/* GET /admin/local/progress/{job}; see progress.h. */
#include "admin/progress.h"

#include <pthread.h>
#include <string.h>

#include "admin/call.h"
#include "admin/handlers.h"

enum { JOBS = 16, JOB_NAME = 64 };

struct progress {
	char name[JOB_NAME]; /* empty: the slot is free */
	int64_t done, total, users;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct progress jobs[JOBS];

/* With the lock held; NULL: none of that name. */
static struct progress *job_of(struct str name)
{
	for (size_t i = 0; i < JOBS; i++)
		if (str_eq_z(name, jobs[i].name))
			return &jobs[i];
	return NULL;
}

struct progress *progress_begin(struct str name)
{
	if (!name.n || name.n >= JOB_NAME || str_has_nul(name))
		return NULL;
	pthread_mutex_lock(&lock);
	struct progress *job = job_of(name) ? NULL : job_of(STR(""));
	if (job) {
		*job = (struct progress){ .done = 0 };
		memcpy(job->name, name.p, name.n);
	}
	pthread_mutex_unlock(&lock);
	return job;
}

void progress_note(struct progress *job, int64_t done, int64_t total, int64_t users)
{
	pthread_mutex_lock(&lock);
	job->done = done;
	job->total = total;
	job->users = users;
	pthread_mutex_unlock(&lock);
}

void progress_end(struct progress *job)
{
	if (!job)
		return;
	pthread_mutex_lock(&lock);
	job->name[0] = 0;
	pthread_mutex_unlock(&lock);
}

void admin_local_progress(
	void *context, struct http_request *request, struct http_response *response)
{
	struct admin_call call;
	if (!admin_open(&call, context, request, response))
		return;
	pthread_mutex_lock(&lock);
	const struct progress *found = job_of(http_route_value(request, "job"));
	struct progress job = found ? *found : (struct progress){ .done = 0 };
	pthread_mutex_unlock(&lock);
	if (found)
		admin_json(&call,
			arena_format(call.arena, "{\"done\":%lld,\"total\":%lld,\"users\":%lld}",
				(long long)job.done, (long long)job.total, (long long)job.users));
	else
		admin_not_found(&call, "Nothing of that name is under way");
	admin_close(&call);
}
