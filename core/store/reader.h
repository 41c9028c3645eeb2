// SPDX-License-Identifier: Apache-2.0
// A second look at an open database: SELECTs on a snapshot, beside the writer and other readers.
// Made by Database::open_reader. Next on the data path: core/store/wal_index.h.
#pragma once

#include <memory>
#include <string_view>

#include "core/store/database.h"

namespace feltbog::store {

// A connection of its own, for one thread at a time, which need not be the database's: the files of
// the disk must then be such that different threads may use different ones. Neither waits for the
// other. A reader may outlive its Database; the disk and the random source must outlive the reader,
// and the database stays claimed by this process until the last reader is gone.
//
// While a reader keeps a snapshot, the log can be moved into the main file only as far as that
// snapshot, and cannot start anew: it grows with every commit. Take a new one for each screen, and
// let go of it where nothing is shown.
class Reader {
 public:
  Reader(Reader&&) noexcept;
  Reader& operator=(Reader&&) noexcept;
  Reader(const Reader&) = delete;
  ~Reader();

  // Moves on to what is committed now. Statements in the middle of their rows begin anew, and views
  // taken from them are void. Errors: as Database::exec; the reader then keeps no snapshot.
  Result<void> snapshot();
  // Keeps no snapshot any longer: each statement sees what is committed when it begins. Statements
  // as above.
  void release();
  bool has_snapshot() const;

  // One statement that only reads. Errors: not_permitted (anything that could change something, or
  // begin a transaction), otherwise as Database::prepare. Gone together with the reader.
  Result<Statement> prepare(std::string_view sql);

  // Makes the statement that runs now, if one does, end with `cancelled`. Any thread, as long as
  // the reader lives and is not moved.
  void interrupt();

  // What this reader met; log_frames_ignored and poisoned are matters of the writer.
  StoreHealth health() const;

 private:
  friend class Database;
  explicit Reader(std::unique_ptr<Database::Connection> connection);
  std::unique_ptr<Database::Connection> connection_;
};

}  // namespace feltbog::store
