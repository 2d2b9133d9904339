/* Time; see clock.h. */
#include "base/clock.h"

#include <time.h>

#ifdef CURFEW_TEST_BUILD
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static const _Atomic int64_t *shift;

static void find_shift(void)
{
	const char *path = getenv("CURFEW_CLOCK_FILE");
	int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	if (!path)
		return;
	void *bytes = fd < 0 ? MAP_FAILED : mmap(NULL, sizeof *shift, PROT_READ, MAP_SHARED, fd, 0);
	if (bytes == MAP_FAILED)
		abort();
	close(fd);
	shift = bytes;
}

static int64_t shift_ms(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, find_shift);
	return shift ? atomic_load(shift) : 0;
}
#else
static int64_t shift_ms(void)
{
	return 0;
}
#endif

static int64_t read_ms(clockid_t which)
{
	struct timespec t;
	clock_gettime(which, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t clock_wall_ms(void)
{
	return read_ms(CLOCK_REALTIME) + shift_ms();
}

int64_t clock_mono_ms(void)
{
	return read_ms(CLOCK_MONOTONIC);
}
