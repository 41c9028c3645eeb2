// SPDX-License-Identifier: Apache-2.0
// All changes of one space, and the state they amount to. A pure value: no files, keys or clocks.
// The same set of changes gives the same state in whatever order, batches or copies it arrived.
// Data path: from core/workspace/inbox.h; next: core/workspace/watch.h.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/document/change.h"
#include "core/document/schema.h"

namespace feltbog::document {

// How many changes wait for others they depend on. One more is refused with limit_exceeded and must
// be offered again.
inline constexpr std::size_t kHeldChangesMax = 1u << 16;
inline constexpr std::size_t kHeldWeightMax = 64u << 20;  // weight() of all their ops

// A text edit as an open editor follows it, in code points of the text just before it.
struct TextPatch {
  std::uint64_t position = 0;
  std::uint64_t erased = 0;
  std::string inserted;  // UTF-8
  friend bool operator==(const TextPatch&, const TextPatch&) = default;
};

struct FieldEffect {
  DocumentId document;
  std::string field;
  std::vector<TextPatch> patches;  // to be applied one after another; text fields only
};

// What an add did. Sorted by document and field, each once.
struct AddEffect {
  bool duplicate = false;          // the very change was known already
  bool held = false;               // it waits for its dependencies
  std::vector<ChangeId> applied;   // it and the held ones it released, in the order applied
  std::vector<ChangeId> rejected;  // held ones that turned out malformed, and were dropped
  std::vector<DocumentId> created;
  std::vector<FieldEffect> fields;  // those an applied change touched
  struct Refused {
    ChangeId id;
    Error error;
  };
  std::vector<Refused> refused;  // by add_all() only
};

struct TextSplice {
  DocumentId document;
  std::string_view field;
  std::uint64_t position = 0;  // code points
  std::uint64_t erased = 0;
  std::string_view inserted;  // UTF-8
};

// A value with its origin. "Who" and "which device" follow from the writer in `op`.
struct FieldValue {
  OpId op;
  Value value;
  std::uint64_t lamport = 0;
  WallTime recorded_at;
  friend bool operator==(const FieldValue&, const FieldValue&) = default;
};

struct SetMember {
  Value value;
  std::vector<OpId> tags;  // sorted; what a Remove names
  friend bool operator==(const SetMember&, const SetMember&) = default;
};

struct DocumentInfo {
  DocumentId id;
  std::string kind;
  std::uint64_t lamport = 0;
  WallTime recorded_at;
};

enum class ConflictKind : std::uint8_t {
  values = 1,     // several people wrote different values unaware of each other
  late_edit = 2,  // edits to a signed text, made beside or after the signing
  signings = 3,   // two people signed different texts unaware of each other
};

struct Conflict {
  ConflictKind kind = ConflictKind::values;
  DocumentId document;
  std::string field;
  // values: the candidates. late_edit: the words of each edit, as text, or a map {"erased": count}.
  // signings: the signed texts, the standing one first.
  std::vector<FieldValue> candidates;
  // What the settling op names: in Set.replaces (values) or in Remove.tags (late_edit).
  std::vector<OpId> ops;
  friend bool operator==(const Conflict&, const Conflict&) = default;
};

class History {
 public:
  explicit History(Schema schema);
  History(History&&) noexcept;
  History& operator=(History&&) noexcept;
  ~History();
  History clone() const;

  // Takes a change in, in any order. A change whose past is not complete is held back and applied
  // as soon as it is. Nothing is altered when an error is returned. Errors: malformed (also: a
  // lamport or dependencies that do not tell the truth), limit_exceeded, fork_detected (another
  // change stands under this id; the one that came first stays, and the caller must freeze the
  // writer: see docs/merging.md).
  Result<AddEffect> add(Change change);

  // add() for each, what comes before its past after the rest, and texts worked in once, at the
  // end: cheaper than one by one. Those add() would have refused are in `refused`.
  AddEffect add_all(std::vector<Change> changes);
  // The same in the order given.
  AddEffect add_in_order(std::vector<Change> changes);

  // Makes and adds a change on top of everything here that erases and then inserts at a place. As
  // begin_change() and add(), for typing: far cheaper where one writes alone. Errors: as add().
  Result<ChangeId> splice(const WriterId& writer, WallTime recorded_at, const TextSplice& splice);

  // Whether the newest change here is the writer's, and has all others in its past.
  bool is_alone(const WriterId& writer) const;

  // An empty change on top of everything here: id, lamport, dependencies and time filled in.
  Change begin_change(const WriterId& writer, WallTime recorded_at) const;

  bool contains(const ChangeId& id) const;
  // None when unknown or held.
  std::optional<Change> find(const ChangeId& id) const;
  // The writer's changes from that counter on, in order.
  std::vector<Change> changes_of(const WriterId& writer, std::uint64_t from_counter = 1) const;
  // All changes, each after what it depends on; an order of this replica, not of the space.
  std::vector<Change> changes() const;
  std::size_t change_count() const;
  std::uint64_t last_counter(const WriterId& writer) const;  // zero when there is none
  std::vector<WriterId> writers() const;                     // sorted
  std::vector<ChangeId> heads() const;                       // sorted
  std::uint64_t lamport() const;                             // the greatest
  // Whether the author of `later` had seen `earlier` (true when they are the same). Both known.
  bool saw(const ChangeId& later, const ChangeId& earlier) const;
  std::size_t held_count() const;
  std::vector<ChangeId> missing() const;  // sorted: what held changes wait for

  // The root first, then by creation: (lamport, id).
  std::vector<DocumentInfo> documents() const;
  std::vector<DocumentInfo> documents_of(std::string_view kind) const;
  std::optional<DocumentInfo> document(const DocumentId& id) const;
  std::vector<std::string> fields(const DocumentId& id) const;  // sorted; those ever touched

  // The register as its policy reads it, ordered by (lamport, op); one value at most unless
  // multi_value. Empty when nothing was set.
  std::vector<FieldValue> values(const DocumentId& id, std::string_view field) const;
  // The last of values(): what a screen shows.
  std::optional<FieldValue> value(const DocumentId& id, std::string_view field) const;
  // Every value ever set, also the superseded, ordered by (lamport, op).
  std::vector<FieldValue> value_history(const DocumentId& id, std::string_view field) const;
  // Ordered by (lamport, op), which never puts an entry before one its author had seen.
  std::vector<FieldValue> log(const DocumentId& id, std::string_view field) const;
  std::vector<SetMember> members(const DocumentId& id,
                                 std::string_view field) const;  // by CBOR bytes
  std::int64_t counter(const DocumentId& id, std::string_view field) const;
  std::string text(const DocumentId& id, std::string_view field) const;
  std::uint64_t text_length(const DocumentId& id, std::string_view field) const;  // code points
  // The edits the text consists of, as its newest ones; sorted. Equal versions have equal texts.
  std::vector<OpId> text_version(const DocumentId& id, std::string_view field) const;
  // The text as somebody saw it whose newest edits in this field were these. Error: not_found.
  Result<std::string> text_at(const DocumentId& id, std::string_view field,
                              const std::vector<OpId>& version) const;
  // The signing that stands, if the text is signed.
  std::optional<FieldValue> frozen(const DocumentId& id, std::string_view field) const;
  // What a frozen text would read with the late edits worked in.
  std::string unfrozen_text(const DocumentId& id, std::string_view field) const;

  // Ordered by document, field and kind.
  std::vector<Conflict> conflicts() const;
  std::vector<Conflict> conflicts(const DocumentId& id) const;

  // The whole state as deterministic CBOR; equal on all replicas with the same changes and schema.
  // Callers hash it. Held changes are not part of it.
  Bytes canonical_state() const;

  // Everything but held changes, for SavedHistory (saved_history.h) to read.
  Bytes save() const;

  // Lets go of what only makes the next merge quicker. For a space nobody works in just now.
  void rest();
  const Schema& schema() const;

 private:
  struct State;
  explicit History(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace feltbog::document
