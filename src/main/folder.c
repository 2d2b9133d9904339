/* The data folder; see folder.h. */
#include "main/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crypto/random.h"
#include "crypto/seal.h"
#include "crypto/secret.h"

struct folder {
	struct arena *arena;
	int lock_fd;
	struct secret seal_key;
};

static enum error_code make_folders(struct arena *arena, struct str path, struct why *reterr_why)
{
	for (size_t i = 1; i <= path.n; i++) {
		if (i < path.n && path.p[i] != '/')
			continue;
		char *part = arena_z(arena, str_take(path, i));
		if (mkdir(part, 0700) != 0 && errno != EEXIST)
			return error_because(reterr_why, ERROR_FILE_FAILED, "data folder %s: %s", part, strerror(errno));
	}
	return OK;
}

static enum error_code lock(struct folder *folder, struct str path, struct why *reterr_why)
{
	char *file = arena_z(folder->arena, arena_join(folder->arena, path, STR("/lock"), STR("")));
	folder->lock_fd = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (folder->lock_fd < 0)
		return error_because(reterr_why, ERROR_FILE_FAILED, "%.*s/lock: %s", STR_ARG(path), strerror(errno));
	if (flock(folder->lock_fd, LOCK_EX | LOCK_NB) != 0) {
		char pid[32] = "";
		ssize_t n = pread(folder->lock_fd, pid, sizeof pid - 1, 0);
		return error_because(reterr_why, ERROR_LOCKED, "the data folder %.*s belongs to process %s",
				     STR_ARG(path), n > 0 ? pid : "(unknown)");
	}
	struct str pid = arena_format(folder->arena, "%d", (int)getpid());
	if (ftruncate(folder->lock_fd, 0) != 0 || pwrite(folder->lock_fd, pid.p, pid.n, 0) != (ssize_t)pid.n)
		return error_because(reterr_why, ERROR_FILE_FAILED, "%.*s/lock: %s", STR_ARG(path), strerror(errno));
	return OK;
}

/* Whole or not at all, however the process ends: what is sealed by a key that was lost is lost. */
static enum error_code write_new_key(struct arena *arena, const char *path, struct str key, struct why *reterr_why)
{
	char *fresh = arena_z(arena, arena_join(arena, str_from(path), STR(".new"), STR("")));
	char *folder = arena_z(arena, str_take(str_from(path), str_last_index(str_from(path), '/')));
	int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	int folder_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool good = fd >= 0 && folder_fd >= 0 && write(fd, key.p, key.n) == (ssize_t)key.n && fsync(fd) == 0 &&
		    rename(fresh, path) == 0 && fsync(folder_fd) == 0;
	int error = errno;
	if (fd >= 0)
		close(fd);
	if (folder_fd >= 0)
		close(folder_fd);
	return good ? OK : error_because(reterr_why, ERROR_FILE_FAILED, "%s: %s", path, strerror(error));
}

static enum error_code read_or_make_key(struct folder *folder, struct str path, struct why *reterr_why)
{
	char *file = arena_z(folder->arena, arena_join(folder->arena, path, STR("/seal.key"), STR("")));
	char text[128];
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT) {
		/* A fresh key opens nothing of what is there. */
		char *store = arena_z(folder->arena, arena_join(folder->arena, path, STR("/curfew.sqlite3"), STR("")));
		if (access(store, F_OK) == 0)
			return error_because(reterr_why, ERROR_FILE_FAILED, "%s is missing, and the store beside it was sealed "
					     "with it: put it back from your backup", file);
		struct str fresh = random_token(folder->arena, SEAL_KEY_BYTES);
		folder->seal_key = secret_copy(fresh);
		return write_new_key(folder->arena, file, fresh, reterr_why);
	}
	ssize_t n = fd >= 0 ? read(fd, text, sizeof text) : -1;
	int error = errno;
	if (fd >= 0)
		close(fd);
	if (n < 0)
		return error_because(reterr_why, ERROR_FILE_FAILED, "%s: %s", file, strerror(error));
	while (n > 0 && text[n - 1] == '\n')
		n--;
	folder->seal_key = secret_copy(str_of(text, (size_t)n));
	secret_wipe(text, sizeof text);
	return OK;
}

enum error_code folder_open(struct str path, struct str seal_key, struct folder **ret_folder, struct why *reterr_why)
{
	struct folder *folder = calloc(1, sizeof *folder);
	if (!folder)
		abort();
	folder->arena = arena_new(0);
	folder->lock_fd = -1;
	/* Whatever is made here is its owner's alone, also in a folder that others may look into. */
	umask(077);
	enum error_code code = make_folders(folder->arena, path, reterr_why);
	if (code == OK)
		code = lock(folder, path, reterr_why);
	if (code == OK && seal_key.n)
		folder->seal_key = secret_copy(seal_key);
	else if (code == OK)
		code = read_or_make_key(folder, path, reterr_why);
	if (code != OK) {
		folder_close(folder);
		return code;
	}
	*ret_folder = folder;
	return OK;
}

void folder_close(struct folder *folder)
{
	if (!folder)
		return;
	if (folder->lock_fd >= 0)
		close(folder->lock_fd);
	secret_free(&folder->seal_key);
	arena_free(folder->arena);
	free(folder);
}

struct str folder_seal_key(const struct folder *folder)
{
	return secret_str(&folder->seal_key);
}
