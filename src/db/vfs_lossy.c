/* The forgetful VFS of test builds; see vfs_lossy.h. Locks and the shared-memory index are
 * the real VFS's, on the real file; contents are ours. */
#include "db/vfs_lossy.h"

#ifdef CURFEW_TEST_BUILD

#include <pthread.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "base/failpoint.h"
#include "db/engine.h"

enum { SECTOR = 512, NAME_MAX_BYTES = 512 };

/* One file's content as the running system sees it; shared by its handles. */
struct image {
	struct image *next;
	char name[NAME_MAX_BYTES];
	char *bytes;
	unsigned char *dirty; /* one a sector: not synced yet */
	size_t n, capacity;   /* capacity in whole sectors */
	int users;
	int resized; /* the real file has another length */
};

struct lossy_file {
	sqlite3_file base;
	struct image *image; /* NULL: a temporary file, the real VFS's alone */
	sqlite3_file *real;  /* right behind this struct */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct image *images;
static int power_is_off;
static uint64_t syncs;
static sqlite3_vfs *real_vfs;

static struct lossy_file *of(sqlite3_file *file)
{
	return (struct lossy_file *)file;
}

/* ---- images ---- */

static int reserve(struct image *image, size_t n)
{
	if (n <= image->capacity)
		return SQLITE_OK;
	size_t capacity = (n * 2 + SECTOR - 1) / SECTOR * SECTOR;
	char *bytes = realloc(image->bytes, capacity);
	if (!bytes)
		return SQLITE_NOMEM;
	image->bytes = bytes;
	unsigned char *dirty = realloc(image->dirty, capacity / SECTOR);
	if (!dirty)
		return SQLITE_NOMEM;
	image->dirty = dirty;
	memset(bytes + image->capacity, 0, capacity - image->capacity);
	memset(dirty + image->capacity / SECTOR, 0, (capacity - image->capacity) / SECTOR);
	image->capacity = capacity;
	return SQLITE_OK;
}

static int load(struct image *image, sqlite3_file *real)
{
	sqlite3_int64 size;
	int rc = real->pMethods->xFileSize(real, &size);
	if (rc == SQLITE_OK)
		rc = reserve(image, (size_t)size);
	if (rc == SQLITE_OK && size > 0)
		rc = real->pMethods->xRead(real, image->bytes, (int)size, 0);
	image->n = (size_t)size;
	return rc;
}

static void drop(struct image *image)
{
	for (struct image **at = &images; *at; at = &(*at)->next)
		if (*at == image) {
			*at = image->next;
			break;
		}
	free(image->bytes);
	free(image->dirty);
	free(image);
}

/* The sectors that `keep` chooses go to the real file. */
static int carry(struct image *image, sqlite3_file *real, int (*keep)(void *), void *context)
{
	int rc = SQLITE_OK;
	for (size_t i = 0; i * SECTOR < image->n && rc == SQLITE_OK; i++) {
		if (!image->dirty[i] || !keep(context))
			continue;
		size_t n = image->n - i * SECTOR < SECTOR ? image->n - i * SECTOR : SECTOR;
		rc = real->pMethods->xWrite(
			real, image->bytes + i * SECTOR, (int)n, (sqlite3_int64)(i * SECTOR));
		image->dirty[i] = 0;
	}
	return rc;
}

static int keep_all(void *context)
{
	(void)context;
	return 1;
}

static int keep_some(void *context)
{
	uint32_t *state = context;
	*state = *state * 1664525u + 1013904223u;
	return (*state >> 16) & 1;
}

/* ---- file methods ---- */

static int lossy_close(sqlite3_file *file)
{
	struct lossy_file *f = of(file);
	pthread_mutex_lock(&lock);
	if (f->image && --f->image->users == 0 && !power_is_off) {
		/* The system keeps running, and with it what it has not written yet. */
		(void)carry(f->image, f->real, keep_all, NULL);
		drop(f->image);
	}
	pthread_mutex_unlock(&lock);
	return f->real->pMethods->xClose(f->real);
}

static int lossy_read(sqlite3_file *file, void *to, int n, sqlite3_int64 offset)
{
	struct image *image = of(file)->image;
	int rc = SQLITE_OK;
	pthread_mutex_lock(&lock);
	size_t at = (size_t)offset, want = (size_t)n;
	size_t have = at >= image->n ? 0 : image->n - at < want ? image->n - at : want;
	if (power_is_off) {
		rc = SQLITE_IOERR_READ;
	} else {
		if (have > 0)
			memcpy(to, image->bytes + at, have);
		memset((char *)to + have, 0, want - have);
		rc = have < want ? SQLITE_IOERR_SHORT_READ : SQLITE_OK;
	}
	pthread_mutex_unlock(&lock);
	return rc;
}

static int lossy_write(sqlite3_file *file, const void *from, int n, sqlite3_int64 offset)
{
	struct image *image = of(file)->image;
	size_t at = (size_t)offset, end = at + (size_t)n;
	if (failpoint("vfs.write"))
		return SQLITE_FULL;
	pthread_mutex_lock(&lock);
	int rc = power_is_off ? SQLITE_IOERR_WRITE : reserve(image, end);
	if (rc == SQLITE_OK) {
		memcpy(image->bytes + at, from, (size_t)n);
		for (size_t i = at / SECTOR; i * SECTOR < end; i++)
			image->dirty[i] = 1;
		if (end > image->n)
			image->n = end;
	}
	pthread_mutex_unlock(&lock);
	return rc;
}

static int lossy_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	struct image *image = of(file)->image;
	pthread_mutex_lock(&lock);
	int rc = power_is_off ? SQLITE_IOERR_TRUNCATE : SQLITE_OK;
	if (rc == SQLITE_OK && (size_t)size < image->n) {
		memset(image->bytes + size, 0, image->n - (size_t)size);
		image->n = (size_t)size;
		image->resized = 1;
	}
	pthread_mutex_unlock(&lock);
	return rc;
}

static int lossy_sync(sqlite3_file *file, int flags)
{
	struct lossy_file *f = of(file);
	(void)flags;
	if (failpoint("vfs.sync"))
		return SQLITE_IOERR_FSYNC;
	pthread_mutex_lock(&lock);
	int rc = power_is_off ? SQLITE_IOERR_FSYNC : SQLITE_OK;
	if (rc == SQLITE_OK && f->image->resized)
		rc = f->real->pMethods->xTruncate(f->real, (sqlite3_int64)f->image->n);
	if (rc == SQLITE_OK) {
		f->image->resized = 0;
		rc = carry(f->image, f->real, keep_all, NULL);
		syncs++;
	}
	pthread_mutex_unlock(&lock);
	return rc;
}

static int lossy_size(sqlite3_file *file, sqlite3_int64 *ret_size)
{
	pthread_mutex_lock(&lock);
	*ret_size = (sqlite3_int64)of(file)->image->n;
	int rc = power_is_off ? SQLITE_IOERR_FSTAT : SQLITE_OK;
	pthread_mutex_unlock(&lock);
	return rc;
}

static int lossy_lock(sqlite3_file *file, int level)
{
	sqlite3_file *real = of(file)->real;
	return real->pMethods->xLock(real, level);
}

static int lossy_unlock(sqlite3_file *file, int level)
{
	sqlite3_file *real = of(file)->real;
	return real->pMethods->xUnlock(real, level);
}

static int lossy_reserved(sqlite3_file *file, int *ret_reserved)
{
	sqlite3_file *real = of(file)->real;
	return real->pMethods->xCheckReservedLock(real, ret_reserved);
}

static int lossy_control(sqlite3_file *file, int operation, void *argument)
{
	sqlite3_file *real = of(file)->real;
	/* These would change the real file's length behind the image. */
	if (operation == SQLITE_FCNTL_SIZE_HINT || operation == SQLITE_FCNTL_CHUNK_SIZE)
		return SQLITE_OK;
	return real->pMethods->xFileControl(real, operation, argument);
}

static int lossy_sector_size(sqlite3_file *file)
{
	sqlite3_file *real = of(file)->real;
	return real->pMethods->xSectorSize(real);
}

static int lossy_characteristics(sqlite3_file *file)
{
	sqlite3_file *real = of(file)->real;
	return real->pMethods->xDeviceCharacteristics(real);
}

static int lossy_shm_map(
	sqlite3_file *file, int region, int size, int extend, void volatile **ret_p)
{
	sqlite3_file *real = of(file)->real;
	return real->pMethods->xShmMap(real, region, size, extend, ret_p);
}

static int lossy_shm_lock(sqlite3_file *file, int offset, int n, int flags)
{
	sqlite3_file *real = of(file)->real;
	return real->pMethods->xShmLock(real, offset, n, flags);
}

static void lossy_shm_barrier(sqlite3_file *file)
{
	sqlite3_file *real = of(file)->real;
	real->pMethods->xShmBarrier(real);
}

static int lossy_shm_unmap(sqlite3_file *file, int delete_it)
{
	sqlite3_file *real = of(file)->real;
	return real->pMethods->xShmUnmap(real, delete_it);
}

/* Version 2: no memory mapping, so that every read comes here. */
static const sqlite3_io_methods methods = {
	2,
	lossy_close,
	lossy_read,
	lossy_write,
	lossy_truncate,
	lossy_sync,
	lossy_size,
	lossy_lock,
	lossy_unlock,
	lossy_reserved,
	lossy_control,
	lossy_sector_size,
	lossy_characteristics,
	lossy_shm_map,
	lossy_shm_lock,
	lossy_shm_barrier,
	lossy_shm_unmap,
	NULL,
	NULL,
};

/* ---- VFS methods ---- */

static int image_of(const char *name, sqlite3_file *real, struct image **ret_image)
{
	for (struct image *i = images; i; i = i->next)
		if (strcmp(i->name, name) == 0) {
			i->users++;
			*ret_image = i;
			return SQLITE_OK;
		}
	struct image *image = calloc(1, sizeof *image);
	if (!image || strlen(name) >= sizeof image->name) {
		free(image);
		return SQLITE_CANTOPEN;
	}
	memcpy(image->name, name, strlen(name) + 1);
	image->users = 1;
	image->next = images;
	images = image;
	int rc = load(image, real);
	if (rc != SQLITE_OK)
		drop(image);
	else
		*ret_image = image;
	return rc;
}

static int lossy_open(
	sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *ret_flags)
{
	struct lossy_file *f = of(file);
	(void)vfs;
	f->base.pMethods = NULL;
	f->image = NULL;
	f->real = (sqlite3_file *)(f + 1);
	if (!name) /* a temporary file: nothing of it is to survive */
		return real_vfs->xOpen(real_vfs, name, file, flags, ret_flags);
	pthread_mutex_lock(&lock);
	int rc = power_is_off ? SQLITE_CANTOPEN
			      : real_vfs->xOpen(real_vfs, name, f->real, flags, ret_flags);
	if (rc == SQLITE_OK) {
		rc = image_of(name, f->real, &f->image);
		if (rc != SQLITE_OK)
			f->real->pMethods->xClose(f->real);
		else
			f->base.pMethods = &methods;
	}
	pthread_mutex_unlock(&lock);
	return rc;
}

static int lossy_delete(sqlite3_vfs *vfs, const char *name, int sync_folder)
{
	(void)vfs;
	pthread_mutex_lock(&lock);
	int rc =
		power_is_off ? SQLITE_IOERR_DELETE : real_vfs->xDelete(real_vfs, name, sync_folder);
	pthread_mutex_unlock(&lock);
	return rc;
}

static sqlite3_vfs lossy_vfs;

static void register_once(void)
{
	sqlite_start();
	real_vfs = sqlite3_vfs_find(NULL);
	lossy_vfs = *real_vfs;
	lossy_vfs.zName = "lossy";
	lossy_vfs.szOsFile = (int)sizeof(struct lossy_file) + real_vfs->szOsFile;
	lossy_vfs.pNext = NULL;
	lossy_vfs.xOpen = lossy_open;
	lossy_vfs.xDelete = lossy_delete;
	(void)sqlite3_vfs_register(&lossy_vfs, 0);
}

const char *vfs_lossy_register(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	(void)pthread_once(&once, register_once);
	return lossy_vfs.zName;
}

/* Opens the real file for itself: the handles belong to connections in other threads. */
static void tear(struct image *image, uint32_t *state)
{
	sqlite3_file *real = calloc(1, (size_t)real_vfs->szOsFile);
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_WAL;
	if (real && real_vfs->xOpen(real_vfs, image->name, real, flags, &flags) == SQLITE_OK) {
		(void)carry(image, real, keep_some, state);
		real->pMethods->xClose(real);
	}
	free(real);
}

void vfs_lossy_power_cut(uint32_t seed)
{
	uint32_t state = seed;
	pthread_mutex_lock(&lock);
	power_is_off = 1;
	for (struct image *i = images; i && seed; i = i->next)
		tear(i, &state);
	pthread_mutex_unlock(&lock);
}

void vfs_lossy_power_on(void)
{
	pthread_mutex_lock(&lock);
	while (images)
		drop(images);
	power_is_off = 0;
	pthread_mutex_unlock(&lock);
}

uint64_t vfs_lossy_syncs(void)
{
	pthread_mutex_lock(&lock);
	uint64_t n = syncs;
	pthread_mutex_unlock(&lock);
	return n;
}

#endif
