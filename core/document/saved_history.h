// SPDX-License-Identifier: Apache-2.0
// A history as it lies on disk: its texts are there at once, and all the rest when it is asked for.
// Made by History::save(). Files are not in this room.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/document/history.h"

namespace feltbog::document {

// Raised with every action that is added and every rule of merging that changes: what was worked
// out under others, such as a saved history, is not relied on.
inline constexpr std::uint64_t kMergingRules = 1;

inline constexpr std::uint64_t kSavedVersion = 1;
inline constexpr std::uint64_t kThinnedVersion = 2;  // where words are forgotten
inline constexpr std::size_t kSavedBytesMax = 256u << 20;
inline constexpr std::size_t kSavedTextBytesMax = 256u
                                                  << 20;  // of all texts; of all inserted words
inline constexpr std::size_t kSavedColumnBytesMax = 256u << 20;
inline constexpr std::uint64_t kSavedChangesMax = 1u << 26;
inline constexpr std::uint64_t kSavedOpsMax = 1u << 28;
inline constexpr std::uint64_t kSavedTargetsMax = 1u << 22;

class SavedHistory {
 public:
  // Reads the tables in front, and nothing of the history. Errors: malformed, truncated,
  // limit_exceeded, unsupported_version.
  static Result<SavedHistory> open(Bytes bytes);

  struct Text {
    DocumentId document;
    std::string field;
    std::uint64_t bytes = 0;  // of the text
  };
  const std::vector<Text>& texts() const { return texts_; }
  // A text as it was shown when the history was saved. Empty when there was none. Errors:
  // malformed.
  Result<std::string> text(const DocumentId& document, std::string_view field) const;

  // The whole history, worked out anew from its changes; each is checked as if it had just arrived.
  // Errors: malformed (also: a text that is not the one its changes amount to), truncated,
  // limit_exceeded.
  Result<History> load(Schema schema) const;

 private:
  friend class HistoryDecoder;
  explicit SavedHistory(Bytes bytes) : bytes_(std::move(bytes)) {}
  Result<void> read();
  Result<Bytes> unpack(BytesView packed, BytesView known, std::size_t size_max) const;
  Result<Bytes> all_texts() const;

  Bytes bytes_;
  std::vector<WriterId> writers_;
  std::vector<Text> texts_;  // the targets; those of edits first
  bool thinned_ = false;     // words of it are forgotten
  std::uint64_t changes_ = 0;
  // Parts of bytes_, still packed: where they begin and how long they are.
  struct Part {
    std::size_t begin = 0;
    std::size_t size = 0;
  };
  BytesView view(const Part& part) const {
    return BytesView(bytes_).subspan(part.begin, part.size);
  }
  Part shown_;
  Part inserted_;
  Part payloads_;
  std::vector<Part> columns_;
};

}  // namespace feltbog::document
