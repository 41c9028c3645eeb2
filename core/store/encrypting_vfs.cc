// SPDX-License-Identifier: Apache-2.0
// SQLite's function tables, and the policy of what may be opened.
#include "core/store/encrypting_vfs.h"

#include <cstring>
#include <new>

#include "core/base/assert.h"
#include "core/store/log_file.h"
#include "core/store/page_file.h"

namespace feltbog::store {
namespace {

constexpr std::string_view kMainName = "main.db";
constexpr std::string_view kLogName = "main.db-wal";
constexpr int kNameSizeMax = 64;
constexpr int kSectorSize = 4096;

// SQLite allocates this much per file and calls close only if `base.pMethods` was set.
struct SqliteFile {
  sqlite3_file base;
  VfsFile* file;
};

VfsFile& file_of(sqlite3_file* file) { return *reinterpret_cast<SqliteFile*>(file)->file; }
EncryptingVfs& vfs_of(sqlite3_vfs* vfs) { return *static_cast<EncryptingVfs*>(vfs->pAppData); }

// SQLite's own frames know no exceptions. Here there is one: memory that is not there.
template <class Call>
int answer(Call call) noexcept {
  try {
    return call();
  } catch (const std::bad_alloc&) {
    return SQLITE_IOERR_NOMEM;
  }
}

int close_file(sqlite3_file* file) noexcept {
  delete &file_of(file);
  file->pMethods = nullptr;
  return SQLITE_OK;
}

int read_file(sqlite3_file* file, void* out, int size, sqlite3_int64 offset) noexcept {
  return answer([&] {
    return file_of(file).read(static_cast<std::uint64_t>(offset),
                              {static_cast<std::uint8_t*>(out), static_cast<std::size_t>(size)});
  });
}

int write_file(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 offset) noexcept {
  return answer([&] {
    return file_of(file).write(
        static_cast<std::uint64_t>(offset),
        {static_cast<const std::uint8_t*>(bytes), static_cast<std::size_t>(size)});
  });
}

int truncate_file(sqlite3_file* file, sqlite3_int64 size) noexcept {
  return answer([&] { return file_of(file).truncate(static_cast<std::uint64_t>(size)); });
}

int sync_file(sqlite3_file* file, int /*flags*/) noexcept {
  return answer([&] { return file_of(file).sync(); });
}

int file_size(sqlite3_file* file, sqlite3_int64* out) noexcept {
  std::uint64_t size = 0;
  const int code = answer([&] { return file_of(file).size(size); });
  *out = static_cast<sqlite3_int64>(size);
  return code;
}

// Only the main file has the functions from here to unmap_index.
PageFile& main_of(sqlite3_file* file) { return static_cast<PageFile&>(file_of(file)); }

int lock_main(sqlite3_file* file, int level) noexcept { return main_of(file).lock(level); }
int unlock_main(sqlite3_file* file, int level) noexcept { return main_of(file).unlock(level); }
int check_reserved_lock(sqlite3_file*, int* out) noexcept {
  *out = 0;
  return SQLITE_OK;
}

int map_index(sqlite3_file* file, int number, int size, int create, volatile void** out) noexcept {
  *out = nullptr;
  return answer([&] { return main_of(file).index_user().map(number, size, create != 0, out); });
}
int lock_index(sqlite3_file* file, int first, int count, int flags) noexcept {
  return main_of(file).index_user().lock(first, count, flags);
}
void order_index(sqlite3_file*) noexcept { WalIndex::barrier(); }
// The memory itself stays until the last connection is closed, and is wiped then.
int unmap_index(sqlite3_file* file, int /*remove*/) noexcept {
  main_of(file).index_user().release();
  return SQLITE_OK;
}

// SQLite never locks its log.
int lock_log(sqlite3_file*, int) noexcept { return SQLITE_OK; }

int file_control(sqlite3_file*, int operation, void* argument) noexcept {
  if (operation == SQLITE_FCNTL_MMAP_SIZE) {
    *static_cast<sqlite3_int64*>(argument) = 0;
    return SQLITE_OK;
  }
  return SQLITE_NOTFOUND;
}

int sector_size(sqlite3_file*) noexcept { return kSectorSize; }

// Without POWERSAFE_OVERWRITE SQLite pads the log and splits writes. Atomic writes are never
// claimed.
int device_characteristics(sqlite3_file*) noexcept { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; }

constexpr sqlite3_io_methods kMainMethods = {2,
                                             close_file,
                                             read_file,
                                             write_file,
                                             truncate_file,
                                             sync_file,
                                             file_size,
                                             lock_main,
                                             unlock_main,
                                             check_reserved_lock,
                                             file_control,
                                             sector_size,
                                             device_characteristics,
                                             map_index,
                                             lock_index,
                                             order_index,
                                             unmap_index,
                                             nullptr,
                                             nullptr};

constexpr sqlite3_io_methods kLogMethods = {1,
                                            close_file,
                                            read_file,
                                            write_file,
                                            truncate_file,
                                            sync_file,
                                            file_size,
                                            lock_log,
                                            lock_log,
                                            check_reserved_lock,
                                            file_control,
                                            sector_size,
                                            device_characteristics,
                                            nullptr,
                                            nullptr,
                                            nullptr,
                                            nullptr,
                                            nullptr,
                                            nullptr};

int open_log(VfsState& state, VfsFile*& out) {
  auto log = LogFile::open(state);
  if (!log) return state.fail(log.error(), SQLITE_CANTOPEN);
  out = std::move(log).value().release();
  return SQLITE_OK;
}

int open_main(EncryptingVfs& vfs, VfsFile*& out) {
  out = std::make_unique<PageFile>(vfs.state(), vfs.main_file()).release();
  return SQLITE_OK;
}

// Temporary databases and their journals, statement and super journals, and rollback journals would
// put pages on the disk in the clear. None is needed here, so none is opened.
int open_known(EncryptingVfs& vfs, const char* name, int flags, VfsFile*& out) {
  if ((flags & SQLITE_OPEN_MAIN_DB) != 0 && name != nullptr && kMainName == name) {
    return open_main(vfs, out);
  }
  if ((flags & SQLITE_OPEN_WAL) != 0 && name != nullptr && kLogName == name) {
    return open_log(vfs.state(), out);
  }
  ++vfs.state().health.files_refused;
  return vfs.state().refuse("a file that is neither database nor log", SQLITE_CANTOPEN);
}

int open_file(sqlite3_vfs* base, const char* name, sqlite3_file* file, int flags,
              int* flags_out) noexcept {
  file->pMethods = nullptr;
  VfsFile* opened = nullptr;
  const int code = answer([&] { return open_known(vfs_of(base), name, flags, opened); });
  if (code != SQLITE_OK) return code;
  reinterpret_cast<SqliteFile*>(file)->file = opened;
  file->pMethods = (flags & SQLITE_OPEN_MAIN_DB) != 0 ? &kMainMethods : &kLogMethods;
  const bool reads_only = vfs_of(base).state().reads_only;
  if (flags_out != nullptr) *flags_out = reads_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
  return SQLITE_OK;
}

int delete_log(VfsState& state, const char* name, int sync_folder) {
  if (state.is_frozen() || kLogName != name) {
    return state.refuse("removal", SQLITE_IOERR_DELETE);
  }
  if (auto done = state.disk.remove(state.log_path()); !done) {
    return state.fail(done.error(), SQLITE_IOERR_DELETE);
  }
  if (sync_folder != 0) {
    if (auto done = state.disk.sync_directory(state.path); !done) {
      return state.fail(done.error(), SQLITE_IOERR_DIR_FSYNC);
    }
  }
  return SQLITE_OK;
}

int delete_file(sqlite3_vfs* base, const char* name, int sync_folder) noexcept {
  return answer([&] { return delete_log(vfs_of(base).state(), name, sync_folder); });
}

// A rollback journal somebody planted beside the database does not exist for SQLite.
int is_there(VfsState& state, const char* name, int* out) {
  *out = kMainName == name ? 1 : 0;
  if (kLogName != name) return SQLITE_OK;
  auto there = state.disk.exists(state.log_path());
  if (!there) return state.fail(there.error(), SQLITE_IOERR_ACCESS);
  *out = *there ? 1 : 0;
  return SQLITE_OK;
}

int access_file(sqlite3_vfs* base, const char* name, int /*flags*/, int* out) noexcept {
  return answer([&] { return is_there(vfs_of(base).state(), name, out); });
}

int full_path_name(sqlite3_vfs*, const char* name, int size, char* out) noexcept {
  sqlite3_snprintf(size, out, "%s", name);
  return SQLITE_OK;
}

int randomness(sqlite3_vfs* base, int size, char* out) noexcept {
  vfs_of(base).state().random.fill(
      {reinterpret_cast<std::uint8_t*>(out), static_cast<std::size_t>(size)});
  return size;
}

// SQLite waits only where another thread stands between two steps of a few instructions: first
// very shortly, then longer and longer, and not forever. The operating system's own VFS knows how.
int sleep(sqlite3_vfs*, int microseconds) noexcept {
  sqlite3_vfs* system = sqlite3_vfs_find(nullptr);
  FELTBOG_ASSERT(system != nullptr);
  return system->xSleep(system, microseconds);
}

// SQL has no clock here: 'now' is null. Times come in as parameters.
int current_time(sqlite3_vfs*, double* out) noexcept {
  *out = 0;
  return SQLITE_ERROR;
}

int last_error(sqlite3_vfs*, int, char*) noexcept { return 0; }

}  // namespace

EncryptingVfs::EncryptingVfs(VfsState& state, File& main_file)
    : state_(state), main_file_(main_file) {
  std::array<char, 40> name{};
  sqlite3_snprintf(static_cast<int>(name.size()), name.data(), "feltbog-%p",
                   static_cast<void*>(this));
  name_ = name.data();
  vfs_.iVersion = 1;
  vfs_.szOsFile = sizeof(SqliteFile);
  vfs_.mxPathname = kNameSizeMax;
  vfs_.zName = name_.c_str();
  vfs_.pAppData = this;
  vfs_.xOpen = open_file;
  vfs_.xDelete = delete_file;
  vfs_.xAccess = access_file;
  vfs_.xFullPathname = full_path_name;
  vfs_.xRandomness = randomness;
  vfs_.xSleep = sleep;
  vfs_.xCurrentTime = current_time;
  vfs_.xGetLastError = last_error;
}

Result<std::unique_ptr<EncryptingVfs>> EncryptingVfs::make(VfsState& state, File& main_file) {
  std::unique_ptr<EncryptingVfs> vfs(new EncryptingVfs(state, main_file));
  const int code = sqlite3_vfs_register(&vfs->vfs_, 0);
  if (code != SQLITE_OK) return Error{ErrorCode::out_of_memory, "sqlite " + std::to_string(code)};
  return vfs;
}

EncryptingVfs::~EncryptingVfs() { sqlite3_vfs_unregister(&vfs_); }

}  // namespace feltbog::store
