// SPDX-License-Identifier: Apache-2.0
// The columns of a batch, between the changes they describe and the bytes they are written as.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/cbor.h"
#include "core/document/change.h"

namespace feltbog::document {

// What an op is about. Create has none.
struct Target {
  DocumentId document;
  std::string field;
  friend auto operator<=>(const Target&, const Target&) = default;
};

struct BatchColumns {
  using Column = std::vector<std::uint64_t>;
  // Per change. lamport: how far above the one before + 1. time: zigzag difference to the one
  // before.
  Column lamport, time, dependency_count, op_count;
  // Per dependency. The writer's place in the table, and the zigzag difference to its last counter.
  Column dependency_writer, dependency_counter;
  // Per op. target: 0 for Create, otherwise 1 + place in the table of targets.
  Column kind, target;
  // Per Insert and Erase. position: zigzag difference to the cursor; length in code points.
  Column position, length;
  std::string text;     // of all Inserts
  CborWriter payloads;  // of all other ops, one after another
};

// Where the last edit of each target left its author's cursor. The next one is mostly there.
class CursorTrack {
 public:
  std::uint64_t& at(std::size_t target) {
    if (target >= cursors_.size()) cursors_.resize(target + 1);
    return cursors_[target];
  }

 private:
  std::vector<std::uint64_t> cursors_;
};

}  // namespace feltbog::document
