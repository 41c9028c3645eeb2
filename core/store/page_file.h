// SPDX-License-Identifier: Apache-2.0
// The main file: a header block and sealed pages. SQLite writes it during checkpoints only; its log
// is core/store/log_file.h.
#pragma once

#include "core/store/vfs_file.h"
#include "core/store/write_run.h"

namespace feltbog::store {

class PageFile final : public VfsFile {
 public:
  PageFile(VfsState& state, File& file) : state_(state), file_(file) {}

  // Whole pages; the first 100 bytes, which SQLite reads before it knows the page size; and bytes
  // 24 to 39, by which it notices writers that do not exist here. Anything else is refused.
  int read(std::uint64_t offset, std::span<std::uint8_t> out) override;
  // Whole pages only.
  int write(std::uint64_t offset, BytesView bytes) override;
  int truncate(std::uint64_t size) override;
  int sync() override;
  int size(std::uint64_t& out) override;

 private:
  int read_page(std::uint64_t index, PageSpan page);
  int read_change_counter(std::span<std::uint8_t> out);
  // Seals and writes what was gathered. After an error it is gone, and with it the checkpoint.
  int write_run();

  VfsState& state_;
  File& file_;
  WriteRun<kPageSize> run_;
};

}  // namespace feltbog::store
