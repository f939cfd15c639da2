/* fault_vfs.c: see fault_vfs.h.
 *
 * A file is its bytes (`data`), its bytes at the last sync (`synced`), and the writes since.
 * Deleting is durable at once. Temporary files (no name) live only while they are open. */
#include "fault_vfs.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>
#include <sqlite3.h>

#define FILES_MAX 24
#define NAME_MAX_BYTES 400
#define REGIONS_MAX 16
#define SECTOR 512

typedef struct bytes {
    unsigned char *at;
    size_t size;
    size_t capacity;
} bytes;

typedef struct pending {
    struct pending *next;
    size_t offset;
    size_t length;
    int is_truncate; /* to `offset` */
    unsigned char data[];
} pending;

typedef struct disk_file {
    char name[NAME_MAX_BYTES]; /* empty: the slot is free */
    int exists;
    int is_temporary;
    int handles;
    bytes data;
    bytes synced;
    pending *first;
    pending **last;
    int marked;
    bytes mark;
    void *regions[REGIONS_MAX];
} disk_file;

typedef struct open_file {
    sqlite3_file base;
    disk_file *file;
} open_file;

static struct {
    disk_file files[FILES_MAX];
    unsigned operations;
    long nth;
    long count;
    int code;
    int forever;
    int fired;
    int stops;
    int stopped;
} disk = { .nth = -1 };

/* ---- bytes ---- */

static void bytes_resize(bytes *b, size_t size)
{
    if (size > b->capacity) {
        size_t capacity = size + size / 2 + 4096;
        unsigned char *at = realloc(b->at, capacity);
        if (at == NULL) {
            abort();
        }
        b->at = at;
        b->capacity = capacity;
    }
    if (size > b->size) {
        memset(b->at + b->size, 0, size - b->size);
    }
    b->size = size;
}

static void bytes_write(bytes *b, size_t offset, const void *data, size_t length)
{
    if (offset + length > b->size) {
        bytes_resize(b, offset + length);
    }
    if (length > 0) {
        memcpy(b->at + offset, data, length);
    }
}

static void bytes_copy(bytes *to, const bytes *from)
{
    bytes_resize(to, from->size);
    if (from->size > 0) {
        memcpy(to->at, from->at, from->size);
    }
}

static void bytes_free(bytes *b)
{
    free(b->at);
    *b = (bytes){ NULL, 0, 0 };
}

/* ---- pending writes ---- */

static void forget_pending(disk_file *file)
{
    while (file->first != NULL) {
        pending *next = file->first->next;
        free(file->first);
        file->first = next;
    }
    file->last = &file->first;
}

static void note_pending(disk_file *file, size_t offset, const void *data, size_t length)
{
    pending *p = malloc(sizeof *p + length);
    if (p == NULL) {
        abort();
    }
    *p = (pending){ NULL, offset, length, data == NULL };
    if (length > 0) {
        memcpy(p->data, data, length);
    }
    *file->last = p;
    file->last = &p->next;
}

static void now_synced(disk_file *file)
{
    bytes_copy(&file->synced, &file->data);
    forget_pending(file);
}

/* ---- failing ---- */

/* SQLITE_OK, or what this operation fails with. */
static int operate(unsigned operation, int code)
{
    if (disk.stopped) {
        return SQLITE_IOERR;
    }
    if (disk.nth < 0 || (operation & disk.operations) == 0) {
        return SQLITE_OK;
    }
    long mine = disk.count++;
    if (mine < disk.nth || (mine > disk.nth && !disk.forever)) {
        return SQLITE_OK;
    }
    disk.fired = 1;
    if (disk.stops) {
        disk.stopped = 1;
        return SQLITE_IOERR;
    }
    return disk.code == SQLITE_FULL ? SQLITE_FULL : code;
}

/* ---- files ---- */

static disk_file *find_file(const char *name)
{
    for (int i = 0; i < FILES_MAX; i++) {
        if (disk.files[i].name[0] != '\0' && strcmp(disk.files[i].name, name) == 0) {
            return &disk.files[i];
        }
    }
    return NULL;
}

static disk_file *make_file(const char *name)
{
    static unsigned temporary;
    for (int i = 0; i < FILES_MAX; i++) {
        disk_file *file = &disk.files[i];
        if (file->name[0] == '\0') {
            (void)sqlite3_snprintf(NAME_MAX_BYTES, file->name, "%s", name != NULL ? name : "");
            if (name == NULL) {
                (void)sqlite3_snprintf(NAME_MAX_BYTES, file->name, "?%u", temporary++);
            }
            file->is_temporary = name == NULL;
            file->last = &file->first;
            return file;
        }
    }
    abort();
}

static void drop_regions(disk_file *file)
{
    for (int i = 0; i < REGIONS_MAX; i++) {
        free(file->regions[i]);
        file->regions[i] = NULL;
    }
}

static void empty_file(disk_file *file)
{
    bytes_resize(&file->data, 0);
    now_synced(file);
}

static void free_file(disk_file *file)
{
    forget_pending(file);
    drop_regions(file);
    bytes_free(&file->data);
    bytes_free(&file->synced);
    bytes_free(&file->mark);
    memset(file, 0, sizeof *file);
}

static int file_close(sqlite3_file *base)
{
    disk_file *file = ((open_file *)base)->file;
    file->handles--;
    if (file->is_temporary) {
        free_file(file);
    }
    return SQLITE_OK;
}

static int file_read(sqlite3_file *base, void *out, int amount, sqlite3_int64 offset)
{
    disk_file *file = ((open_file *)base)->file;
    int code = operate(WM_DISK_READ, SQLITE_IOERR_READ);
    if (code != SQLITE_OK) {
        return code;
    }
    size_t from = (size_t)offset;
    size_t there = from < file->data.size ? file->data.size - from : 0;
    there = there < (size_t)amount ? there : (size_t)amount;
    if (there > 0) {
        memcpy(out, file->data.at + from, there);
    }
    memset((char *)out + there, 0, (size_t)amount - there);
    return there == (size_t)amount ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

static int file_write(sqlite3_file *base, const void *data, int amount, sqlite3_int64 offset)
{
    disk_file *file = ((open_file *)base)->file;
    int code = operate(WM_DISK_WRITE, SQLITE_IOERR_WRITE);
    if (code != SQLITE_OK) {
        return code;
    }
    bytes_write(&file->data, (size_t)offset, data, (size_t)amount);
    note_pending(file, (size_t)offset, data, (size_t)amount);
    return SQLITE_OK;
}

static int file_truncate(sqlite3_file *base, sqlite3_int64 size)
{
    disk_file *file = ((open_file *)base)->file;
    int code = operate(WM_DISK_TRUNCATE, SQLITE_IOERR_TRUNCATE);
    if (code != SQLITE_OK) {
        return code;
    }
    bytes_resize(&file->data, (size_t)size);
    note_pending(file, (size_t)size, NULL, 0);
    return SQLITE_OK;
}

static int file_sync(sqlite3_file *base, int flags)
{
    (void)flags;
    int code = operate(WM_DISK_SYNC, SQLITE_IOERR_FSYNC);
    if (code == SQLITE_OK) {
        now_synced(((open_file *)base)->file);
    }
    return code;
}

static int file_size(sqlite3_file *base, sqlite3_int64 *size)
{
    *size = (sqlite3_int64)((open_file *)base)->file->data.size;
    return SQLITE_OK;
}

/* Whoever closes takes the exclusive lock, to put the log away: not while another has it open. */
static int file_lock(sqlite3_file *base, int level)
{
    bool alone = ((open_file *)base)->file->handles == 1;
    return level < SQLITE_LOCK_EXCLUSIVE || alone ? SQLITE_OK : SQLITE_BUSY;
}

static int file_check_lock(sqlite3_file *base, int *reserved)
{
    (void)base;
    *reserved = 0;
    return SQLITE_OK;
}

static int file_control(sqlite3_file *base, int operation, void *argument)
{
    (void)base;
    (void)operation;
    (void)argument;
    return SQLITE_NOTFOUND;
}

static int file_sector(sqlite3_file *base)
{
    (void)base;
    return SECTOR;
}

static int file_characteristics(sqlite3_file *base)
{
    (void)base;
    return 0;
}

static int shm_map(sqlite3_file *base, int region, int size, int extend, void volatile **out)
{
    disk_file *file = ((open_file *)base)->file;
    *out = NULL;
    if (region >= REGIONS_MAX) {
        return SQLITE_IOERR_SHMMAP;
    }
    if (file->regions[region] == NULL && extend) {
        file->regions[region] = calloc(1, (size_t)size);
    }
    *out = file->regions[region];
    return SQLITE_OK;
}

static int shm_lock(sqlite3_file *base, int offset, int count, int flags)
{
    (void)base;
    (void)offset;
    (void)count;
    (void)flags;
    return SQLITE_OK;
}

static void shm_barrier(sqlite3_file *base)
{
    (void)base;
}

static int shm_unmap(sqlite3_file *base, int remove)
{
    disk_file *file = ((open_file *)base)->file;
    (void)remove;
    if (file->handles == 1) {
        drop_regions(file);
    }
    return SQLITE_OK;
}

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = file_close,
    .xRead = file_read,
    .xWrite = file_write,
    .xTruncate = file_truncate,
    .xSync = file_sync,
    .xFileSize = file_size,
    .xLock = file_lock,
    .xUnlock = file_lock,
    .xCheckReservedLock = file_check_lock,
    .xFileControl = file_control,
    .xSectorSize = file_sector,
    .xDeviceCharacteristics = file_characteristics,
    .xShmMap = shm_map,
    .xShmLock = shm_lock,
    .xShmBarrier = shm_barrier,
    .xShmUnmap = shm_unmap,
};

/* ---- the file system ---- */

static int vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *base, int flags,
                    int *out_flags)
{
    (void)vfs;
    base->pMethods = NULL;
    int code = operate(WM_DISK_OPEN, SQLITE_CANTOPEN);
    if (code != SQLITE_OK) {
        return code == SQLITE_FULL ? SQLITE_FULL : SQLITE_CANTOPEN;
    }
    disk_file *file = name != NULL ? find_file(name) : NULL;
    if ((file == NULL || !file->exists) && (flags & SQLITE_OPEN_CREATE) == 0 && name != NULL) {
        return SQLITE_CANTOPEN;
    }
    if (file == NULL) {
        file = make_file(name);
    }
    file->exists = 1;
    file->handles++;
    ((open_file *)base)->file = file;
    base->pMethods = &methods;
    if (out_flags != NULL) {
        *out_flags = flags;
    }
    return SQLITE_OK;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
    (void)vfs;
    (void)sync;
    int code = operate(WM_DISK_DELETE, SQLITE_IOERR_DELETE);
    disk_file *file = find_file(name);
    if (code == SQLITE_OK && (file == NULL || !file->exists)) {
        return SQLITE_IOERR_DELETE_NOENT;
    }
    if (code == SQLITE_OK) {
        empty_file(file);
        file->exists = 0;
    }
    return code;
}

static int vfs_access(sqlite3_vfs *vfs, const char *name, int flags, int *result)
{
    (void)vfs;
    (void)flags;
    const disk_file *file = find_file(name);
    *result = file != NULL && file->exists;
    return SQLITE_OK;
}

static int vfs_full_path(sqlite3_vfs *vfs, const char *name, int size, char *out)
{
    (void)vfs;
    (void)sqlite3_snprintf(size, out, "%s", name);
    return SQLITE_OK;
}

static int vfs_random(sqlite3_vfs *vfs, int size, char *out)
{
    (void)vfs;
    memset(out, 7, (size_t)size);
    return size;
}

static int vfs_sleep(sqlite3_vfs *vfs, int microseconds)
{
    (void)vfs;
    return microseconds;
}

static int vfs_time(sqlite3_vfs *vfs, double *out)
{
    (void)vfs;
    *out = 2461045.5;
    return SQLITE_OK;
}

static int vfs_last_error(sqlite3_vfs *vfs, int size, char *out)
{
    (void)vfs;
    (void)size;
    (void)out;
    return 0;
}

void wm_fault_vfs_install(void)
{
    static sqlite3_vfs vfs = {
        .iVersion = 1,
        .szOsFile = sizeof(open_file),
        .mxPathname = NAME_MAX_BYTES - 20,
        .zName = "waymark-fault",
        .xOpen = vfs_open,
        .xDelete = vfs_delete,
        .xAccess = vfs_access,
        .xFullPathname = vfs_full_path,
        .xRandomness = vfs_random,
        .xSleep = vfs_sleep,
        .xCurrentTime = vfs_time,
        .xGetLastError = vfs_last_error,
    };
    if (sqlite3_vfs_register(&vfs, 1) != SQLITE_OK) {
        abort();
    }
}

void wm_fault_vfs_reset(void)
{
    wm_fault_vfs_disarm();
    for (int i = 0; i < FILES_MAX; i++) {
        if (disk.files[i].name[0] != '\0') {
            free_file(&disk.files[i]);
        }
    }
}

void wm_fault_vfs_mark(void)
{
    for (int i = 0; i < FILES_MAX; i++) {
        disk_file *file = &disk.files[i];
        file->marked = file->name[0] != '\0' && file->exists;
        if (file->marked) {
            bytes_copy(&file->mark, &file->data);
            now_synced(file);
        }
    }
}

void wm_fault_vfs_rewind(void)
{
    wm_fault_vfs_disarm();
    sqlite3_randomness(0, NULL); /* each run draws the same numbers */
    for (int i = 0; i < FILES_MAX; i++) {
        disk_file *file = &disk.files[i];
        if (file->name[0] == '\0') {
            continue;
        }
        if (file->handles != 0) {
            abort();
        }
        file->exists = file->marked;
        drop_regions(file);
        bytes_resize(&file->data, 0);
        if (file->marked) {
            bytes_copy(&file->data, &file->mark);
        }
        now_synced(file);
    }
}

void wm_fault_vfs_arm(unsigned operations, long nth, int code, int forever)
{
    wm_fault_vfs_disarm();
    disk.operations = operations;
    disk.nth = nth;
    disk.code = code;
    disk.forever = forever;
}

void wm_fault_vfs_stop_at(long nth)
{
    wm_fault_vfs_arm(WM_DISK_WRITE | WM_DISK_SYNC | WM_DISK_TRUNCATE | WM_DISK_DELETE, nth,
                     SQLITE_IOERR, 1);
    disk.stops = 1;
}

int wm_fault_vfs_fired(void)
{
    return disk.fired;
}

void wm_fault_vfs_disarm(void)
{
    disk.nth = -1;
    disk.count = 0;
    disk.fired = 0;
    disk.stops = 0;
    disk.stopped = 0;
}

static uint64_t next_random(uint64_t *state)
{
    *state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
    return *state >> 33;
}

/* Apply a write that may have arrived: all, none, or some of its sectors. */
static void arrive(bytes *image, const pending *p, uint64_t *random)
{
    if (p->is_truncate) {
        if (next_random(random) % 2 == 0) {
            bytes_resize(image, p->offset);
        }
        return;
    }
    for (size_t at = 0; at < p->length; at += SECTOR) {
        size_t length = p->length - at < SECTOR ? p->length - at : SECTOR;
        if (next_random(random) % 2 == 0) {
            bytes_write(image, p->offset + at, p->data + at, length);
        }
    }
}

void wm_fault_vfs_power_loss(wm_power_loss mode, uint64_t seed)
{
    uint64_t random = seed * 2 + 1;
    wm_fault_vfs_disarm();
    for (int i = 0; i < FILES_MAX; i++) {
        disk_file *file = &disk.files[i];
        if (file->name[0] == '\0') {
            continue;
        }
        drop_regions(file);
        if (mode != WM_POWER_KEEP) {
            for (const pending *p = file->first; p != NULL && mode == WM_POWER_SOME; p = p->next) {
                arrive(&file->synced, p, &random);
            }
            bytes_copy(&file->data, &file->synced);
        }
        now_synced(file);
    }
}

void wm_fault_vfs_scribble(const char *path, long offset, const void *data, long length)
{
    disk_file *file = find_file(path);
    if (file == NULL) {
        abort();
    }
    bytes_write(&file->data, (size_t)offset, data, (size_t)length);
    now_synced(file);
}

long wm_fault_vfs_size(const char *path)
{
    const disk_file *file = find_file(path);
    return file == NULL || !file->exists ? -1 : (long)file->data.size;
}

uint64_t wm_fault_vfs_fingerprint(void)
{
    uint64_t sum = 0; /* whatever the order of the slots */
    for (size_t i = 0; i < FILES_MAX; i++) {
        const disk_file *file = &disk.files[i];
        unsigned char hash[crypto_generichash_BYTES];
        uint64_t part = 0;
        if (file->name[0] == '\0' || !file->exists) {
            continue;
        }
        crypto_generichash_state state;
        (void)crypto_generichash_init(&state, NULL, 0, sizeof hash);
        (void)crypto_generichash_update(&state, (const unsigned char *)file->name,
                                        strlen(file->name) + 1);
        (void)crypto_generichash_update(&state, file->data.at, file->data.size);
        (void)crypto_generichash_final(&state, hash, sizeof hash);
        memcpy(&part, hash, sizeof part);
        sum += part;
    }
    return sum;
}
