// SPDX-License-Identifier: Apache-2.0
// How errors of the disk and of checks become SQLite's result codes.
#include "core/store/vfs_file.h"

namespace feltbog::store {

int VfsState::fail(Error error, int otherwise) {
  const ErrorCode code = error.code;
  cause = std::move(error);
  if (code == ErrorCode::disk_full) return SQLITE_FULL;
  if (code == ErrorCode::out_of_memory) return SQLITE_IOERR_NOMEM;
  return otherwise;
}

int VfsState::reject(const char* what, std::uint64_t number) {
  ++health.pages_rejected;
  cause = Error{ErrorCode::corrupt, std::string(what) + " " + std::to_string(number)};
  return SQLITE_IOERR_DATA;
}

int VfsState::refuse(const char* what, int code) {
  cause = Error{ErrorCode::io_error, std::string("refused: ") + what};
  return code;
}

int VfsState::poison(Error error) {
  health.poisoned = true;
  cause = std::move(error);
  return SQLITE_IOERR_FSYNC;
}

}  // namespace feltbog::store
