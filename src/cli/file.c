/* Files in memory; see file.h. */
#include "cli/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static enum error_code map_fd(
	int fd, const char *path, int64_t max, struct str *ret_text, struct why *reterr_why)
{
	struct stat stat;
	if (fd < 0 || fstat(fd, &stat) != 0)
		return error_because(
			reterr_why, ERROR_FILE_FAILED, "%s: %s", path, strerror(errno));
	if (!S_ISREG(stat.st_mode))
		return error_because(reterr_why, ERROR_FILE_FAILED, "%s: not a regular file", path);
	if (stat.st_size > max)
		return error_because(reterr_why, ERROR_TOO_LARGE,
			"%s: %lld bytes; an import has at most %lld MiB", path,
			(long long)stat.st_size, (long long)(max >> 20));
	if (!stat.st_size)
		return error_because(reterr_why, ERROR_BAD_JSON, "%s: the file is empty", path);
	void *p = mmap(NULL, (size_t)stat.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (p == MAP_FAILED)
		return error_because(
			reterr_why, ERROR_FILE_FAILED, "%s: %s", path, strerror(errno));
	*ret_text = str_of(p, (size_t)stat.st_size);
	return OK;
}

enum error_code file_map(struct cli_call *call, struct str path, int64_t max, struct str *ret_text,
	struct why *reterr_why)
{
	char *name = arena_z(call->arena, path);
	int fd = open(name, O_RDONLY | O_CLOEXEC);
	enum error_code code = map_fd(fd, name, max, ret_text, reterr_why);
	if (fd >= 0)
		close(fd);
	return code;
}

void file_unmap(struct str text)
{
	munmap((void *)(uintptr_t)text.p, text.n);
}
