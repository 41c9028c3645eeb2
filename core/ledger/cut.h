// SPDX-License-Identifier: Apache-2.0
// Where a barred or removed device's runs end for everybody: later ones are kept aside for a person
// to judge, never merged silently and never lost.
#pragma once

#include <span>
#include <vector>

#include "core/base/cbor.h"
#include "core/base/ids.h"
#include "core/ledger/writer.h"

namespace feltbog::ledger {

inline constexpr std::size_t kCutsMax = 512;

// The last run in force of one writer; sequence 0 with a zero hash: none is.
struct Cut {
  SpaceId space;
  DeviceId device;
  std::uint32_t incarnation = 1;
  std::uint64_t sequence = 0;
  RunHash hash;

  WriterId writer() const { return writer_id(space, device, incarnation); }
  friend auto operator<=>(const Cut&, const Cut&) = default;
};

// Sorted by space, device, incarnation; one per writer. Errors of reading: malformed (also for
// wrong order), truncated, limit_exceeded.
void write_cuts(CborWriter& writer, std::span<const Cut> cuts);
Result<std::vector<Cut>> read_cuts(CborReader& reader);
// Brings cuts into the order the format asks for.
void sort_cuts(std::vector<Cut>& cuts);

}  // namespace feltbog::ledger
