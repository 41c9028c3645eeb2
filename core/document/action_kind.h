// SPDX-License-Identifier: Apache-2.0
// The numbers of the actions in a batch. Never reused, never renumbered.
#pragma once

#include <cstdint>

namespace feltbog::document {

enum class ActionKind : std::uint8_t {
  create = 0,
  set = 1,
  add = 2,
  remove = 3,
  append = 4,
  increment = 5,
  insert = 6,
  erase = 7,
  freeze = 8,
  place_item = 9,
  delete_document = 10,
  restore = 11,
  mark = 12,
};

// From here on an action carries one CBOR item that names writers in full, so that a version which
// does not know it keeps it as it is.
inline constexpr std::uint64_t kWholeKinds = 9;
// From here on an action is one this version does not know.
inline constexpr std::uint64_t kKindsKnown = 13;
// From here on an action is an edit of its field's text: whoever does not know it cannot tell what
// positions mean to those who saw it.
inline constexpr std::uint64_t kTextKinds = 0x8000;
inline constexpr std::uint64_t kKindMax = 0xFFFF;

}  // namespace feltbog::document
