// SPDX-License-Identifier: Apache-2.0
// What SQLite asks of an open file, in SQLite's result codes, and what the files of one database
// share.
#pragma once

#include <sqlite3.h>

#include <optional>

#include "core/base/disk.h"
#include "core/store/database.h"
#include "core/store/database_share.h"
#include "core/store/page_cipher.h"

namespace feltbog::store {

// Shared by the main file and the log of one connection, and used by the thread of that connection.
struct VfsState {
  VfsState(Disk& disk_in, std::string path_in, PageCipher cipher_in, Random& random_in,
           std::shared_ptr<DatabaseShare> share_in = std::make_shared<DatabaseShare>())
      : disk(disk_in),
        path(std::move(path_in)),
        cipher(std::move(cipher_in)),
        random(random_in),
        share(std::move(share_in)) {}

  Disk& disk;
  std::string path;  // of the main file
  PageCipher cipher;
  Random& random;
  std::shared_ptr<DatabaseShare> share;
  // A reader beside the writer. Its files refuse every change.
  bool reads_only = false;
  Durability durability = Durability::full;
  // How many neighbouring pages may wait to be sealed and written together, 1 to kGatheredMax. More
  // than 1 only where SQLite writes frames in one go from a commit, never ahead of it: an error
  // may then come with a later frame of the same commit.
  std::size_t gathered_max = 1;
  StoreHealth health;
  // The last error of the disk or of a check, for a message that says more than SQLite's code.
  std::optional<Error> cause;

  std::string log_path() const { return path + "-wal"; }
  // Keeps the error and gives the code for SQLite: SQLITE_FULL, SQLITE_IOERR_NOMEM or `otherwise`.
  int fail(Error error, int otherwise);
  // A page or frame that does not authenticate, or is not there.
  int reject(const char* what, std::uint64_t number);
  // Whether a change must be refused: in a reader, and after a failed sync.
  bool is_frozen() const { return health.poisoned || reads_only; }
  // A call SQLite makes only when something it relies on was changed; nothing is read or written.
  int refuse(const char* what, int code);
  // After a failed sync nobody knows what survives, so nothing more may be built on it.
  int poison(Error error);
};

// An open file as SQLite sees it: offsets without our blocks in front, plaintext, zeros in the
// reserved space. Every function returns a SQLite result code and throws nothing.
class VfsFile {
 public:
  virtual ~VfsFile() = default;
  virtual int read(std::uint64_t offset, std::span<std::uint8_t> out) = 0;
  virtual int write(std::uint64_t offset, BytesView bytes) = 0;
  virtual int truncate(std::uint64_t size) = 0;
  virtual int sync() = 0;
  virtual int size(std::uint64_t& out) = 0;
};

}  // namespace feltbog::store
