// SPDX-License-Identifier: Apache-2.0
// What a person did, as data: changes and the operations in them. Not how they merge (history.h)
// nor how they are written down (change_codec.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/clock.h"
#include "core/base/value.h"
#include "core/document/ids.h"

namespace feltbog::document {

// What one change may hold. Beyond these it is refused everywhere: on making, reading and merging.
inline constexpr std::size_t kChangeWeightMax = 192u << 10;  // weight(), so that it fits one run
inline constexpr std::size_t kDependenciesMax = 256;
inline constexpr std::size_t kTextPerOpBytesMax = 128u << 10;
inline constexpr std::size_t kValueBytesMax = 128u << 10;  // as CBOR
inline constexpr std::size_t kNameBytesMax = 128;          // a field, a kind or a mark
inline constexpr std::size_t kIdsPerOpMax = 1024;          // replaced values, removed tags
inline constexpr std::uint64_t kLamportMax = std::uint64_t{1} << 48;
inline constexpr std::uint64_t kPositionMax = std::uint64_t{1} << 32;
inline constexpr std::int64_t kAmountMax = std::int64_t{1} << 40;
inline constexpr std::int64_t kRecordedAtMax = std::int64_t{1} << 53;  // milliseconds, either sign

// Makes a document of a kind ("note", "visit"). The op's own id becomes the DocumentId; the op's
// `document` and `field` stay empty.
struct Create {
  std::string kind;
  friend bool operator==(const Create&, const Create&) = default;
};

// Writes a register. Without `replaces` it supersedes every value its author could see; with it,
// just the named ones, so that settling a conflict never swallows a value nobody looked at. Names
// of values the author could not have seen are ignored. Sorted, each once.
struct Set {
  Value value;
  std::optional<std::vector<OpId>> replaces;
  friend bool operator==(const Set&, const Set&) = default;
};

// Puts a value in a set; the op's id is the membership's tag.
struct Add {
  Value value;
  friend bool operator==(const Add&, const Add&) = default;
};

// Takes out the named memberships (what the author saw), so that a concurrent Add wins. On a frozen
// text it marks the named late edits as dealt with. Sorted, each once.
struct Remove {
  std::vector<OpId> tags;
  friend bool operator==(const Remove&, const Remove&) = default;
};

// Adds an entry to a log.
struct Append {
  Value value;
  friend bool operator==(const Append&, const Append&) = default;
};

struct Increment {
  std::int64_t amount = 0;
  friend bool operator==(const Increment&, const Increment&) = default;
};

// Positions and counts are Unicode code points in the text as the author saw it: the change's
// causal past and the earlier ops of the same change. A position beyond the end counts as the end.
struct Insert {
  std::uint64_t position = 0;
  std::string text;  // UTF-8, not empty
  friend bool operator==(const Insert&, const Insert&) = default;
};

struct Erase {
  std::uint64_t position = 0;
  std::uint64_t count = 0;  // not zero; what reaches beyond the end is cut off
  friend bool operator==(const Erase&, const Erase&) = default;
};

// Signs a text: it stays as the author saw it. Edits made beside or after are kept and shown as a
// conflict, never worked in.
struct Freeze {
  friend bool operator==(const Freeze&, const Freeze&) = default;
};

// Puts a new item into a list, or moves one: behind `after`, or to the beginning. Both name Places
// of that list: an item by the one that made it, a position by the one that put an item there. What
// its author had not seen counts as none, or, as the item to move, makes the op do nothing.
struct PlaceItem {
  std::optional<OpId> item;  // none: a new one
  std::optional<OpId> after;
  Value value;  // of a new item; null when one is moved
  friend bool operator==(const PlaceItem&, const PlaceItem&) = default;
};

// Takes a document away, as far as its author has seen it: what others wrote meanwhile keeps it, as
// a conflict. `field` is empty.
struct Delete {
  friend bool operator==(const Delete&, const Delete&) = default;
};

// Puts the named deletions of a document out of force. `field` is empty. Sorted, each once.
struct Restore {
  std::vector<OpId> deletions;
  friend bool operator==(const Restore&, const Restore&) = default;
};

// Marks a stretch of a text (emphasis, a list) from the start to before the end, positions being
// those of Insert. The mark stays with the characters it was put on. `grows`: what is inserted at
// its end belongs to it.
struct Mark {
  std::uint64_t start = 0;  // before the end
  std::uint64_t end = 0;
  std::string name;
  Value value;  // null takes the mark of that name away
  bool grows = false;
  friend bool operator==(const Mark&, const Mark&) = default;
};

// An action of a newer version, or one that is not of the form its kind asks for: kept to the byte,
// without effect here. Whether a change is well formed never depends on which actions are known.
struct Unknown {
  std::uint64_t kind = 0;  // from kWholeKinds on (action_kind.h)
  Bytes payload;           // one CBOR item
  friend bool operator==(const Unknown&, const Unknown&) = default;
};

using Action = std::variant<Create, Set, Add, Remove, Append, Increment, Insert, Erase, Freeze,
                            PlaceItem, Delete, Restore, Mark, Unknown>;

// Whether it edits, marks or signs a text.
bool is_of_text(const Action& action);

struct Op {
  DocumentId document;
  std::string field;
  Action action;
  friend bool operator==(const Op&, const Op&) = default;
};

// Everything one person did at once. Applied whole or not at all.
struct Change {
  ChangeId id;
  // 1 + the greatest of the previous change's and the dependencies'; checked on merging.
  std::uint64_t lamport = 0;
  // The heads the author had seen, without the author's own previous change, which `id.counter - 1`
  // implies. Sorted, and none reachable from another or from the previous change.
  std::vector<ChangeId> dependencies;
  WallTime recorded_at;  // as claimed; shown to people, never used to order
  std::vector<Op> ops;
  friend bool operator==(const Change&, const Change&) = default;
};

// About how many bytes an op takes in a batch of its own; never less than it takes.
std::size_t weight(const Op& op);

// Whether the change alone is well formed: limits, sorted lists, UTF-8, a counter and lamport that
// are not zero. What only its past can tell (lamport, minimal dependencies) History::add checks.
// Errors: malformed, limit_exceeded.
Result<void> check_change(const Change& change);
Result<void> check_op(const Op& op);  // the same for one of its operations

}  // namespace feltbog::document
