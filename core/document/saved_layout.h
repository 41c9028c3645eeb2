// SPDX-License-Identifier: Apache-2.0
// The columns of a saved history, in the order they are written in: docs/document-format.md.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "core/base/bytes.h"
#include "core/document/action_kind.h"

namespace feltbog::document::saved {

inline constexpr std::uint64_t kItems = 8;
inline constexpr std::size_t kIdSize = 16;

enum Column : std::size_t {
  // Per stretch: changes of one writer, one after another, of which only the first depends on
  // others.
  kStretchWriter,
  kStretchChanges,
  kStretchDependencies,
  kDependency,  // per dependency: how many changes back
  kTime,        // per change: zigzag difference
  kOps,         // per change: how many
  kRowKind,     // per row of ops
  kRowOps,
  kRowText,      // per row of edits: its target's number
  kRowLength,    // of each edit, code points
  kRowPosition,  // of the first edit: zigzag difference to the text's cursor
  kOtherKind,    // per op that is no edit
  kOtherTarget,
  kColumns,
};

// Kinds of rows.
enum Row : std::uint64_t { kInsert, kEraseForward, kEraseBackward, kOthers };

// Added to the kind of an op whose value is forgotten; null stands in its payload.
inline constexpr std::uint64_t kForgotten = kKindMax + 1;

// A byte string in the file: a mark, and then the bytes as they are or compressed.
inline constexpr std::uint8_t kPlain = 0;
inline constexpr std::uint8_t kCompressed = 1;

}  // namespace feltbog::document::saved
