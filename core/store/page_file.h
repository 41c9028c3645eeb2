// SPDX-License-Identifier: Apache-2.0
// The main file: a header block and sealed pages. SQLite writes it during checkpoints only; its log
// is core/store/log_file.h.
#pragma once

#include "core/store/vfs_file.h"
#include "core/store/write_run.h"

namespace feltbog::store {

class PageFile final : public VfsFile {
 public:
  PageFile(VfsState& state, File& file)
      : state_(state), file_(file), index_user_(state.share->index, state.reads_only) {}
  ~PageFile() override;

  // Whole pages; the first 100 bytes, which SQLite reads before it knows the page size; and bytes
  // 24 to 39, by which it notices writers that do not exist here. Anything else is refused.
  int read(std::uint64_t offset, std::span<std::uint8_t> out) override;
  // Whole pages only.
  int write(std::uint64_t offset, BytesView bytes) override;
  int truncate(std::uint64_t size) override;
  int sync() override;
  int size(std::uint64_t& out) override;

  // SQLite's locks on the main file. No other process is there to lock against; between the
  // connections of this one they decide who is the last.
  int lock(int level);
  int unlock(int level);
  WalIndexUser& index_user() { return index_user_; }

 private:
  int read_page(std::uint64_t index, PageSpan page);
  int read_change_counter(std::span<std::uint8_t> out);
  // Seals and writes what was gathered. After an error it is gone, and with it the checkpoint.
  int write_run();
  // Changes the file, and tells every connection that it did.
  template <class Change>
  Result<void> change(Change change);
  // How many pages may be gathered at this moment.
  std::size_t gathered_max() const;

  VfsState& state_;
  File& file_;
  WalIndexUser index_user_;
  int lock_level_ = SQLITE_LOCK_NONE;
  // The sealed page, from what was read ahead or from the file straight into `page`; shorter than a
  // page where the file ends.
  Result<BytesView> load(std::uint64_t index, PageSpan page);
  bool read_ahead(std::uint64_t index);
  // Forgets what was read ahead and what is known of the size, if the file was changed since.
  void forget_what_changed();

  WriteRun<kPageSize> run_;
  // Sealed pages read ahead, `ahead_first_` and on.
  std::array<std::uint8_t, kReadAheadMax * kPageSize> ahead_{};
  std::uint64_t ahead_first_ = 0;
  std::size_t ahead_count_ = 0;
  std::uint64_t next_index_ = 0;       // behind the page asked for last
  std::size_t asked_in_order_ = 0;     // pages before it that were asked for one after another
  std::optional<std::uint64_t> size_;  // of the file
  std::uint64_t version_ = 0;          // of the file when all of this was read
};

}  // namespace feltbog::store
