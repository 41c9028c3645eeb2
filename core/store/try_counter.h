// SPDX-License-Identifier: Apache-2.0
// The count of failed tries, in a file of fixed size that is overwritten in place: counting must
// work on a full disk. Who counts is core/store/key_slot.h.
#pragma once

#include <optional>
#include <string>

#include "core/store/slot_file.h"

namespace feltbog::store {

struct TryCount {
  std::uint32_t failures = 0;
  WallTime last_failure;
};

class TryCounter {
 public:
  // Authenticates the file with a key only the hardware can make. Errors: those of the hardware.
  static Result<TryCounter> make(Disk& disk, std::string path, const SlotFileId& id,
                                 HardwareKey& hardware);

  // Empty when no record is whole: the file is gone, was changed, or belongs elsewhere.
  Result<std::optional<TryCount>> read();
  // Durable when it returns. A power cut leaves the old count or the new one.
  Result<void> write(const TryCount& count);

  // Seconds to wait at `now` after so many failures. A clock that was set back does not shorten the
  // wait; one that was set forward does, and only the hardware can prevent that.
  static TryState state_of(const TryCount& count, WallTime now);

 private:
  static constexpr std::size_t kRecordSize = 512;  // one sector, so that one write is torn nowhere
  using Record = std::array<std::uint8_t, kRecordSize>;
  TryCounter(Disk& disk, std::string path, const SlotFileId& id, crypto::Key key);
  Record encode(std::uint64_t sequence, const TryCount& count) const;

  Disk* disk_;
  std::string path_;
  SlotFileId id_;
  crypto::Key key_;
  std::uint64_t sequence_ = 0;  // of the newest record read or written
};

}  // namespace feltbog::store
