// SPDX-License-Identifier: Apache-2.0
// How a note came to read as it does: who wrote how much in it and when, and how it read then.
#pragma once

#include <string>
#include <vector>

#include "core/base/value.h"
#include "core/document/history.h"

namespace feltbog::workspace {

// What one person wrote in a note in one go, on one device.
struct NoteVersion {
  WriterId writer;
  WallTime begun;
  WallTime ended;
  std::uint64_t added = 0;    // code points
  std::uint64_t removed = 0;  // code points
  document::OpId newest;      // the text as its author saw it: History::text_at
};

// Changes by the same device with less than this between them are one go.
inline constexpr std::int64_t kPauseMilliseconds = 10 * 60 * 1000;

// Each after those its author had seen.
std::vector<NoteVersion> note_versions(const document::History& history,
                                       const document::DocumentId& note);

// Word by word, what `other` has that the first text has not, and the other way round: a list of
// {"text", "only"}, `only` being "first", "this" or absent.
Value difference_value(const std::string& first, const std::string& other);

}  // namespace feltbog::workspace
