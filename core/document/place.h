// SPDX-License-Identifier: Apache-2.0
// Where things stand in this replica's memory: small numbers in order of arrival. Never part of the
// state.
#pragma once

#include <compare>
#include <cstdint>

namespace feltbog::document {

using ChangeIndex = std::uint32_t;
using WriterIndex = std::uint32_t;
// An edit's place in the list of its field's edits.
using EditIndex = std::uint32_t;

// An op, by the place of its change.
struct OpPlace {
  ChangeIndex change = 0;
  std::uint32_t index = 0;
  friend auto operator<=>(const OpPlace&, const OpPlace&) = default;
};

}  // namespace feltbog::document
