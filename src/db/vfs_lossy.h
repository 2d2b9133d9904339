/* A SQLite VFS for tests that forgets what was not synced when the power is cut. Test
 * builds only.
 *
 * Files opened through it are images in memory; sync carries their changes to the real
 * file. A power cut throws the images away: what was synced stays, of the rest nothing or
 * a random part of 512-byte sectors, as disks do. Until the power is back every call
 * fails, so that connections which are closed meanwhile cannot repair or delete anything.
 * Failpoints: vfs.write (disk full), vfs.sync (I/O error). */
#ifndef DB_VFS_LOSSY_H
#define DB_VFS_LOSSY_H

#ifdef CURFEW_TEST_BUILD

#include <stdint.h>

/* Registers it (once) and returns its name, for db_config.vfs. */
const char *vfs_lossy_register(void);
/* From this moment until vfs_lossy_power_on every I/O fails. seed 0: nothing unsynced
 * survives; otherwise each unsynced sector does with probability 1/2. */
void vfs_lossy_power_cut(uint32_t seed);
/* All connections must be closed. */
void vfs_lossy_power_on(void);
/* Syncs done since the process started: to see that a commit is durable. */
uint64_t vfs_lossy_syncs(void);

#endif
#endif
