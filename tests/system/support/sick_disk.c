/* Preloaded into the server: its database's file system falls ill when the file that
 * SICK_DISK names says so, and gets well when that file is gone.
 *
 * The file holds an error number, and what it befalls: "30 write" (EROFS), "5 sync" (EIO). */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

/* The error that befalls this kind of call on this file now; 0: none. */
static int sickness(int fd, const char *kind)
{
	char link[64], path[4096], text[64] = "";
	const char *name = getenv("SICK_DISK");
	int saved = errno;
	int file = name ? open(name, O_RDONLY | O_CLOEXEC) : -1;
	ssize_t n = -1, read_n = -1;
	if (file >= 0) {
		read_n = read(file, text, sizeof text - 1);
		close(file);
		snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
		n = readlink(link, path, sizeof path - 1);
	}
	errno = saved;
	if (n <= 0 || read_n <= 0)
		return 0;
	path[n] = 0;
	return strstr(path, ".sqlite3") && strstr(text, kind) ? (int)strtol(text, NULL, 10) : 0;
}

#define REAL(name, type) ((type)(void *)dlsym(RTLD_NEXT, name))
#define FALL_ILL(fd, kind)                          \
	do {                                        \
		int sick_error = sickness(fd, kind); \
		if (sick_error) {                   \
			errno = sick_error;         \
			return -1;                  \
		}                                   \
	} while (0)

ssize_t pwrite64(int fd, const void *data, size_t n, off64_t at)
{
	FALL_ILL(fd, "write");
	return REAL("pwrite64", ssize_t(*)(int, const void *, size_t, off64_t))(fd, data, n, at);
}

ssize_t pwrite(int fd, const void *data, size_t n, off_t at)
{
	FALL_ILL(fd, "write");
	return REAL("pwrite", ssize_t(*)(int, const void *, size_t, off_t))(fd, data, n, at);
}

ssize_t write(int fd, const void *data, size_t n)
{
	FALL_ILL(fd, "write");
	return REAL("write", ssize_t(*)(int, const void *, size_t))(fd, data, n);
}

int fsync(int fd)
{
	FALL_ILL(fd, "sync");
	return REAL("fsync", int (*)(int))(fd);
}

int fdatasync(int fd)
{
	FALL_ILL(fd, "sync");
	return REAL("fdatasync", int (*)(int))(fd);
}

int ftruncate64(int fd, off64_t n)
{
	FALL_ILL(fd, "write");
	return REAL("ftruncate64", int (*)(int, off64_t))(fd, n);
}
