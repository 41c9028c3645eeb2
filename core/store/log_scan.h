// SPDX-License-Identifier: Apache-2.0
// The layout of the log file, and the question recovery has to answer about a frame it cannot open:
// is this where a power cut tore the log, or were durable bytes changed?
#pragma once

#include "core/store/vfs_file.h"

namespace feltbog::store {

// Before SQLite's log header:
//   magic[8] "feltlog\x1a" | format u16 | suite u8 | durability u8 | zeros[4] | database id[16]
// Durability is 1 when every commit in this log was synced before the next began, else 0.
using LogPrefix = std::array<std::uint8_t, kLogPrefixSize>;

LogPrefix make_log_prefix(const PageCipher& cipher, Durability durability);
// Ours, of this format, whosever database it is.
bool is_log_prefix(const LogPrefix& prefix);
bool belongs_to(const LogPrefix& prefix, const DatabaseId& database);

constexpr std::uint64_t frame_place(std::uint64_t index) {
  return kLogPrefixSize + kLogHeaderSize + index * kFrameSize;
}

// True when the frames behind `index` prove that `index` was once durable: a commit of the same log
// that another frame continues (by SQLite's running checksum). With every commit synced, the second
// could only be written once the first, and everything before it, was on the disk. False in a log
// with unsynced commits, where nothing can be proven, and for a torn last transaction. `scratch` is
// overwritten and holds no plaintext afterwards.
Result<bool> durable_commit_after(File& file, const PageCipher& cipher, std::uint64_t index,
                                  FrameSpan scratch);

}  // namespace feltbog::store
