/* Files in memory; see file.h. */
#include "cli/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum error_code file_map_fd(
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
	enum error_code code = file_map_fd(fd, name, max, ret_text, reterr_why);
	if (fd >= 0)
		close(fd);
	return code;
}

void file_unmap(struct str text)
{
	munmap((void *)(uintptr_t)text.p, text.n);
}

static enum error_code read_fd(struct cli_call *call, int fd, const char *path, size_t max,
	struct str *ret_text, struct why *reterr_why)
{
	char buffer[16384];
	struct text text = text_new(call->arena, max + sizeof buffer);
	ssize_t n;
	while ((n = read(fd, buffer, sizeof buffer)) != 0 && text.n <= max) {
		if (n < 0 && errno != EINTR)
			return error_because(
				reterr_why, ERROR_FILE_FAILED, "%s: %s", path, strerror(errno));
		if (n > 0)
			text_add(&text, str_of(buffer, (size_t)n));
	}
	explicit_bzero(buffer, sizeof buffer);
	if (text.n > max)
		return error_because(
			reterr_why, ERROR_TOO_LARGE, "%s: more than %zu bytes", path, max);
	*ret_text = text_str(&text);
	return OK;
}

enum error_code file_read(struct cli_call *call, struct str path, size_t max, struct str *ret_text,
	struct why *reterr_why)
{
	if (str_eq_z(path, "-"))
		return read_fd(
			call, STDIN_FILENO, "standard input", max, ret_text, reterr_why);
	char *name = arena_z(call->arena, path);
	int fd = open(name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return error_because(
			reterr_why, ERROR_FILE_FAILED, "%s: %s", name, strerror(errno));
	enum error_code code = read_fd(call, fd, name, max, ret_text, reterr_why);
	close(fd);
	return code;
}

static bool write_all(int fd, struct str text)
{
	while (text.n) {
		ssize_t n = write(fd, text.p, text.n);
		if (n < 0 && errno != EINTR)
			return false;
		text = str_drop(text, n > 0 ? (size_t)n : 0);
	}
	return true;
}

/* Written beside it and renamed, so that no half of a realm is ever found under that name. */
enum error_code file_write_private(
	struct cli_call *call, struct str path, struct str text, struct why *reterr_why)
{
	char *target = arena_z(call->arena, path);
	char *beside = arena_z(
		call->arena, arena_format(call->arena, "%s.%d.part", target, (int)getpid()));
	int fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	bool good = fd >= 0 && write_all(fd, text) && write_all(fd, STR("\n")) && fsync(fd) == 0;
	int error = errno;
	if (fd >= 0)
		close(fd);
	if (good && rename(beside, target) != 0) {
		error = errno;
		good = false;
	}
	if (good)
		return OK;
	if (fd >= 0)
		unlink(beside);
	return error_because(reterr_why, ERROR_FILE_FAILED, "%s: %s", target, strerror(error));
}
