// SPDX-License-Identifier: Apache-2.0
// Makes the encrypting VFS the default one of the SQLite it is linked with, so that SQLite's own
// tests (testfixture) run on it: their files are opened by path, where the store's VFS knows one
// database each. Files that the store refuses are refused here too. Not part of any program.
#include <sqlite3.h>

#include <cstdlib>
#include <map>
#include <string>

#include "core/base/platform/posix_disk.h"
#include "core/crypto/system_random.h"
#include "core/store/encrypting_vfs.h"
#include "core/store/header_block.h"

// What SQLite's own VFS counts in its test builds.
extern "C" int sqlite3_sync_count;
extern "C" int sqlite3_fullsync_count;

namespace feltbog::store {
namespace {

// A database that connections have open. One of them at a time may use it, as one process at a time
// may use a store: the others are told that it is busy.
struct Opened {
  Opened(Disk& disk, Random& random, std::string path, std::unique_ptr<File> file,
         const StoreHeader& header, const crypto::Key& key)
      : main_file(std::move(file)),
        state(disk, std::move(path),
              PageCipher(header.database, key, header.suite, header.key_generation, random),
              random) {}

  std::unique_ptr<File> main_file;
  VfsState state;
  std::unique_ptr<EncryptingVfs> vfs;
  sqlite3_vfs* table = nullptr;       // of `vfs`
  sqlite3_file* user = nullptr;       // holds a lock now
  sqlite3_file* last_user = nullptr;  // another one must not go by what it remembers of the file
};

// A main file that a connection has open.
struct MainFile {
  std::string path;
  std::shared_ptr<Opened> database;
  int lock = SQLITE_LOCK_NONE;
};

// What SQLite's function tables have no argument for.
struct Registry {
  PosixDisk disk;
  crypto::SystemRandom random;
  crypto::Key key;
  sqlite3_vfs* usual = nullptr;  // SQLite's own: path names and time
  sqlite3_vfs table{};
  std::map<std::string, std::weak_ptr<Opened>> databases;  // by path
  std::map<sqlite3_file*, MainFile> main_files;
  sqlite3_io_methods store{};         // the store's own
  sqlite3_io_methods main_methods{};  // the same with locks
  sqlite3_io_methods log_methods{};   // the same with syncs counted
};
Registry& registry() {
  static Registry all;
  return all;
}

std::shared_ptr<Opened> find_opened(const std::string& path) {
  const auto found = registry().databases.find(path);
  return found == registry().databases.end() ? nullptr : found->second.lock();
}

// The database "x/test.db" that is open, for "x/test.db-wal"; null for any other name.
std::shared_ptr<Opened> opened_by_log(std::string_view name) {
  if (!name.ends_with("-wal")) return nullptr;
  return find_opened(std::string(name.substr(0, name.size() - 4)));
}

int close_main(sqlite3_file* file) {
  Registry& all = registry();
  const int code = all.store.xClose(file);
  Opened& database = *all.main_files[file].database;
  if (database.user == file) database.user = nullptr;
  if (database.last_user == file) database.last_user = nullptr;
  all.main_files.erase(file);
  return code;
}

// Opens the file anew, so that nothing is left of what was read before.
int reopen(sqlite3_file* file, const Opened& database) {
  Registry& all = registry();
  all.store.xClose(file);
  sqlite3_vfs* table = database.table;
  const int code =
      table->xOpen(table, EncryptingVfs::file_name(), file, SQLITE_OPEN_MAIN_DB, nullptr);
  file->pMethods = &all.main_methods;
  return code;
}

int lock_main(sqlite3_file* file, int level) {
  MainFile& main = registry().main_files[file];
  Opened& database = *main.database;
  if (database.user != nullptr && database.user != file) return SQLITE_BUSY;
  if (database.last_user != nullptr && database.last_user != file) {
    if (const int code = reopen(file, database); code != SQLITE_OK) return code;
  }
  database.user = database.last_user = file;
  if (level > main.lock) main.lock = level;
  return SQLITE_OK;
}

int unlock_main(sqlite3_file* file, int level) {
  MainFile& main = registry().main_files[file];
  if (level < main.lock) main.lock = level;
  if (main.lock == SQLITE_LOCK_NONE && main.database->user == file) main.database->user = nullptr;
  return SQLITE_OK;
}

int check_reserved_lock(sqlite3_file* file, int* out) {
  const sqlite3_file* user = registry().main_files[file].database->user;
  *out = user != nullptr && user != file ? 1 : 0;
  return SQLITE_OK;
}

int control_main(sqlite3_file* file, int operation, void* argument) {
  Registry& all = registry();
  if (operation != SQLITE_FCNTL_LOCKSTATE) return all.store.xFileControl(file, operation, argument);
  *static_cast<int*>(argument) = all.main_files[file].lock;
  return SQLITE_OK;
}

int sync_counted(sqlite3_file* file, int flags) {
  ++sqlite3_sync_count;
  if ((flags & SQLITE_SYNC_FULL) == SQLITE_SYNC_FULL) ++sqlite3_fullsync_count;
  return registry().store.xSync(file, flags);
}

void take_methods(const sqlite3_io_methods& store) {
  Registry& all = registry();
  all.store = all.main_methods = all.log_methods = store;
  all.main_methods.xClose = close_main;
  all.main_methods.xLock = lock_main;
  all.main_methods.xUnlock = unlock_main;
  all.main_methods.xCheckReservedLock = check_reserved_lock;
  all.main_methods.xFileControl = control_main;
  all.main_methods.xSync = all.log_methods.xSync = sync_counted;
}

// A new database is made the way the store makes one.
Result<void> make(const std::string& path) {
  Registry& all = registry();
  FELTBOG_TRY(made, Database::open(all.disk, path, all.key, all.random));
  made.reset();
  return all.disk.remove(path + ".lock");
}

Result<std::shared_ptr<Opened>> open_database(const std::string& path) {
  Registry& all = registry();
  FELTBOG_TRY(file, all.disk.open(path, OpenMode::read_write));
  Bytes block(kHeaderBlockSize);
  FELTBOG_TRY(count, file->read(0, block));
  FELTBOG_TRY(header, decode_header_block(BytesView(block).first(count), all.key));
  auto opened =
      std::make_shared<Opened>(all.disk, all.random, path, std::move(file), header, all.key);
  opened->state.gathered_max = 1;
  FELTBOG_TRY(vfs, EncryptingVfs::make(opened->state, *opened->main_file));
  opened->vfs = std::move(vfs);
  opened->table = sqlite3_vfs_find(opened->vfs->name());
  // Called from here only. In SQLite's list it would become the default when a test takes away its
  // own.
  sqlite3_vfs_unregister(opened->table);
  return opened;
}

// The database at a path, made when it is not there.
int find_or_open(const std::string& path, int flags, std::shared_ptr<Opened>& out) {
  Registry& all = registry();
  const auto there = all.disk.exists(path);
  if (!there || (!*there && (flags & SQLITE_OPEN_CREATE) == 0)) return SQLITE_CANTOPEN;
  out = find_opened(path);
  if (*there && out != nullptr) return SQLITE_OK;
  if (!*there && !make(path)) return SQLITE_CANTOPEN;
  auto opened = open_database(path);
  if (!opened) {
    return opened.error().code == ErrorCode::corrupt ? SQLITE_NOTADB : SQLITE_CANTOPEN;
  }
  out = std::move(opened).value();
  all.databases[path] = out;
  return SQLITE_OK;
}

int open_main(const std::string& path, sqlite3_file* file, int flags, int* flags_out) {
  Registry& all = registry();
  std::shared_ptr<Opened> opened;
  if (const int code = find_or_open(path, flags, opened); code != SQLITE_OK) return code;
  sqlite3_vfs* table = opened->table;
  const int code = table->xOpen(table, EncryptingVfs::file_name(), file, flags, flags_out);
  if (code != SQLITE_OK) return code;
  take_methods(*file->pMethods);
  file->pMethods = &all.main_methods;
  all.main_files[file] = {path, std::move(opened)};
  return SQLITE_OK;
}

int open_file(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* flags_out) {
  file->pMethods = nullptr;
  if (name == nullptr) return SQLITE_CANTOPEN;
  if ((flags & SQLITE_OPEN_MAIN_DB) != 0) return open_main(name, file, flags, flags_out);
  const auto opened = opened_by_log(name);
  if ((flags & SQLITE_OPEN_WAL) == 0 || opened == nullptr) return SQLITE_CANTOPEN;
  sqlite3_vfs* table = opened->table;
  const int code = table->xOpen(table, "main.db-wal", file, flags, flags_out);
  if (code == SQLITE_OK) file->pMethods = &registry().log_methods;
  return code;
}

int delete_file(sqlite3_vfs*, const char* name, int sync) {
  if (const auto opened = opened_by_log(name)) {
    sqlite3_vfs* table = opened->table;
    return table->xDelete(table, "main.db-wal", sync);
  }
  const auto there = registry().disk.exists(name);
  return there && !*there ? SQLITE_IOERR_DELETE_NOENT : SQLITE_IOERR_DELETE;
}

int access_file(sqlite3_vfs*, const char* name, int flags, int* out) {
  *out = 0;
  if (const auto opened = opened_by_log(name)) {
    sqlite3_vfs* table = opened->table;
    return table->xAccess(table, "main.db-wal", flags, out);
  }
  // Rollback journals do not exist, whatever lies there.
  if (std::string_view(name).ends_with("-journal")) return SQLITE_OK;
  const auto there = registry().disk.exists(name);
  *out = there && *there ? 1 : 0;
  return SQLITE_OK;
}

// The key is written here, so that what the tests leave behind can be looked at.
void fill_key(crypto::Key& key) {
  for (auto& byte : key.bytes()) byte = 7;
}

}  // namespace
}  // namespace feltbog::store

// SQLITE_EXTRA_INIT of the SQLite under test. With FELTBOG_USUAL_VFS set SQLite keeps its own, for
// comparison.
extern "C" int feltbog_register_default_vfs(const char*);
extern "C" int feltbog_register_default_vfs(const char*) {
  using namespace feltbog::store;
  if (std::getenv("FELTBOG_USUAL_VFS") != nullptr) return SQLITE_OK;
  Registry& all = registry();
  if (all.usual == nullptr) {
    fill_key(all.key);
    all.usual = sqlite3_vfs_find("unix");
    all.table = *all.usual;
    all.table.pNext = nullptr;
    all.table.zName = "feltbog";
    all.table.iVersion = 1;
    all.table.szOsFile = all.usual->szOsFile;
    all.table.xOpen = open_file;
    all.table.xDelete = delete_file;
    all.table.xAccess = access_file;
  }
  return sqlite3_vfs_register(&all.table, 1);
}
