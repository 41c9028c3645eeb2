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
#include "core/document/conflict.h"
#include "core/document/effect.h"
#include "core/document/field_value.h"
#include "core/document/schema.h"

namespace feltbog::document {

// How many changes wait for others they depend on. One more is refused with limit_exceeded and must
// be offered again.
inline constexpr std::size_t kHeldChangesMax = 1u << 16;
inline constexpr std::size_t kHeldWeightMax = 64u << 20;  // weight() of all their ops

struct TextSplice {
  DocumentId document;
  std::string_view field;
  std::uint64_t position = 0;  // code points
  std::uint64_t erased = 0;
  std::string_view inserted;  // UTF-8
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

  // A change's positions mean the text with all its past in effect. Where something is masked,
  // people see another: this takes a change on top of everything here from positions in the texts
  // shown to what it means. Otherwise it is returned as it is. Errors: not_permitted, where it
  // erases, or begins or ends a mark with, words there only because their erasure is masked;
  // unsupported_version, where it edits, marks or signs a text that needs_update().
  Result<Change> as_written(Change change) const;

  // An empty change on top of everything here: id, lamport, dependencies and time filled in.
  Change begin_change(const WriterId& writer, WallTime recorded_at) const;

  struct TakingBack {
    std::vector<Op> ops;       // for a change on top of everything here; none where nothing is left
    std::vector<OpId> stands;  // ops of the change that cannot be taken back
  };
  // What takes back what a change did, as far as it still stands, and leaves what others did since:
  // its words go and what it alone erased returns; a value that stands gives way to what it
  // replaced; members and counts go back. Log entries, documents and signings stand, and words in a
  // signed text. Taking back the change these ops are put in does it again. Errors: not_found,
  // forgotten.
  Result<TakingBack> taking_back(const ChangeId& id) const;

  bool contains(const ChangeId& id) const;
  // None when unknown, held or thinned.
  std::optional<Change> find(const ChangeId& id) const;
  // The writer's changes from that counter on, in order. Without those thinned.
  std::vector<Change> changes_of(const WriterId& writer, std::uint64_t from_counter = 1) const;
  // All changes, each after what it depends on; an order of this replica, not of the space. Without
  // those thinned.
  std::vector<Change> changes() const;
  struct Target {
    DocumentId document;
    std::string field;
  };
  // What each op of a change is about, also of one thinned. None when unknown or held.
  std::optional<std::vector<Target>> targets_of(const ChangeId& id) const;
  std::size_t change_count() const;                          // those thinned included
  std::uint64_t last_counter(const WriterId& writer) const;  // zero when there is none
  std::vector<WriterId> writers() const;                     // sorted
  std::vector<ChangeId> heads() const;                       // sorted
  std::uint64_t lamport() const;                             // the greatest
  // Whether the author of `later` had seen `earlier` (true when they are the same). Both known.
  bool saw(const ChangeId& later, const ChangeId& earlier) const;
  std::size_t held_count() const;
  std::vector<ChangeId> missing() const;  // sorted: what held changes wait for

  // The root first, then by creation: (lamport, id). Without those deleted.
  std::vector<DocumentInfo> documents() const;
  std::vector<DocumentInfo> deleted_documents() const;
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
  std::vector<ListItem> list(const DocumentId& id, std::string_view field) const;
  std::int64_t counter(const DocumentId& id, std::string_view field) const;
  std::string text(const DocumentId& id, std::string_view field) const;
  std::uint64_t text_length(const DocumentId& id, std::string_view field) const;   // code points
  std::vector<MarkRun> marks(const DocumentId& id, std::string_view field) const;  // sorted
  // The edits the text consists of, as its newest ones; sorted. Equal versions have equal texts.
  std::vector<OpId> text_version(const DocumentId& id, std::string_view field) const;
  // Ordered by (lamport, op); also those masked or thinned.
  std::vector<TextEdit> text_edits(const DocumentId& id, std::string_view field) const;
  // The text as somebody saw it whose newest edits in this field were these. Errors: not_found,
  // forgotten (with a change whose whole form is needed).
  Result<std::string> text_at(const DocumentId& id, std::string_view field,
                              const std::vector<OpId>& version) const;
  // The signing that stands, if the text is signed.
  std::optional<FieldValue> frozen(const DocumentId& id, std::string_view field) const;
  // Whether somebody edited the text in a way of a newer version. It reads without that and without
  // what was written on top of it, and nobody can write in it here.
  bool needs_update(const DocumentId& id, std::string_view field) const;
  // What a frozen text would read with the late edits worked in.
  std::string unfrozen_text(const DocumentId& id, std::string_view field) const;

  // Ordered by document, field and kind.
  std::vector<Conflict> conflicts() const;
  std::vector<Conflict> conflicts(const DocumentId& id) const;
  // Of conflicts between values; ordered by document, field and (lamport, op).
  std::vector<Settlement> settlements() const;

  // The whole state as deterministic CBOR; equal on all replicas with the same changes and schema.
  // Callers hash it. Held changes are not part of it.
  Bytes canonical_state() const;

  // Everything but held changes, for SavedHistory (saved_history.h) to read.
  Bytes save() const;

  // Takes changes out of effect, or puts them back, as if their authors had never written them
  // while everybody else had seen them do it: they keep their places in causality, go on being
  // offered, and what others wrote on top of them means what it meant. A signed text keeps what its
  // signer saw. Changes that are not here yet count as soon as they come. Not saved: say it again
  // after loading. Costs as much as taking in the whole history anew, unless nothing known is
  // concerned. Returns what happened to the fields those changes touch; `applied` is empty.
  AddEffect mask(const std::vector<ChangeId>& changes);
  AddEffect unmask(const std::vector<ChangeId>& changes);
  std::vector<ChangeId> masked() const;  // sorted

  // Forgets what was said in what is no longer in effect: the letters somebody erased, the values
  // and members somebody replaced or took out, where that was done behind the line: by one of these
  // changes or in the past of one. It stays known that something was said, so that what others
  // wrote merges as before, whatever they had seen. docs/merging.md says what is never forgotten,
  // and what may be needed again. Costs as much as loading. Returns the changes that lost
  // something, sorted.
  //
  // Adding a change again whose words were forgotten gives them back; many at once cost as much as
  // one. That it is the very change is checked as far as it is still known; the rest is for the
  // caller, who has its signature.
  std::vector<ChangeId> thin(const std::vector<ChangeId>& line);
  std::vector<ChangeId> thinned() const;  // sorted
  // Those of them without whose whole form what stands cannot all be shown: U+FFFD stands for each
  // letter that is missing, null for a value, `forgotten` is set. Only what comes late or is masked
  // can need what was forgotten. Sorted.
  std::vector<ChangeId> forgotten_needed() const;

  // Lets go of what only makes the next merge quicker. For a space nobody works in just now.
  void rest();
  const Schema& schema() const;

 private:
  friend class HistoryDecoder;
  void finish(AddEffect& effect);
  struct State;
  explicit History(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace feltbog::document
