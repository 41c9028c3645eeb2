// SPDX-License-Identifier: Apache-2.0
// A history to bytes: History::save().
#include <algorithm>
#include <array>
#include <map>

#include "core/base/cbor.h"
#include "core/base/compress.h"
#include "core/document/column.h"
#include "core/document/forgotten.h"
#include "core/document/history_state.h"
#include "core/document/op_payload.h"
#include "core/document/saved_history.h"
#include "core/document/saved_layout.h"

namespace feltbog::document {
namespace {

using saved::Column;

std::uint64_t difference(std::uint64_t now, std::uint64_t before) {
  return zigzag(static_cast<std::int64_t>(now) - static_cast<std::int64_t>(before));
}

// Compressed when that is shorter.
Bytes pack(SlowCompressor& compressor, BytesView plain, BytesView known) {
  Bytes out{saved::kCompressed};
  const Bytes compressed = compressor.compress_beside(plain, known);
  const bool shorter = compressed.size() < plain.size();
  if (!shorter) out[0] = saved::kPlain;
  const BytesView body = shorter ? BytesView(compressed) : plain;
  out.insert(out.end(), body.begin(), body.end());
  return out;
}

class HistoryEncoder {
 public:
  HistoryEncoder(const CausalGraph& graph, const DocumentTable& documents)
      : graph_(graph), documents_(documents) {}

  Bytes run() {
    add_texts();
    for (ChangeIndex at = 0; at < graph_.size(); ++at) add_change(at);
    finish_stretch();
    add_op_counts();
    for (const OpTable::Run& run : graph_.ops().runs()) {
      if (run.text == OpTable::kNoText)
        add_others(run);
      else
        add_edits(run);
    }
    return write();
  }

 private:
  struct Target {
    DocumentId document;
    std::string field;
    std::string shown;
  };

  void put(Column column, std::uint64_t number) { columns_[column].push_back(number); }

  void add_texts() {
    for (const OpTable::Text& text : graph_.ops().texts()) {
      const FieldState* field = documents_.find(text.document, text.field);
      targets_.push_back({text.document, text.field, field->text()->text()});
      target_numbers_.emplace(std::pair(text.document, text.field), targets_.size());
    }
    cursors_.resize(targets_.size());
  }

  void add_change(ChangeIndex at) {
    const ChangeId id = graph_.id(at);
    const std::vector<ChangeId>& dependencies = graph_.dependencies(at);
    if (at == 0 || id.writer != stretch_writer_ || !dependencies.empty()) {
      finish_stretch();
      stretch_writer_ = id.writer;
      put(saved::kStretchWriter, writer_number(id));
      put(saved::kStretchDependencies, dependencies.size());
      for (const ChangeId& dependency : dependencies) {
        put(saved::kDependency, at - *graph_.find(dependency));
      }
    }
    ++stretch_;
    const std::int64_t time = graph_.recorded_at(at).milliseconds;
    put(saved::kTime, zigzag(time - time_));
    time_ = time;
  }

  void finish_stretch() {
    if (stretch_ > 0) put(saved::kStretchChanges, stretch_);
    stretch_ = 0;
  }

  void add_op_counts() {
    std::vector<std::uint64_t>& counts = columns_[saved::kOps];
    counts.resize(graph_.size());
    for (const OpTable::Run& run : graph_.ops().runs()) {
      const std::uint32_t changes = run.per_change ? run.count : 1;
      for (std::uint32_t i = 0; i < changes; ++i) {
        counts[run.first.change + i] += run.per_change ? 1 : run.count;
      }
    }
  }

  void add_others(const OpTable::Run& run) {
    put(saved::kRowKind, saved::kOthers);
    put(saved::kRowOps, run.count);
    for (std::uint32_t i = 0; i < run.count; ++i) {
      const Op& op = graph_.ops().other(run.start + i);
      const bool thinned = is_thinned(op.action);
      thinned_ = thinned_ || thinned;
      put(saved::kOtherKind, kind_of(op.action) + (thinned ? saved::kForgotten : 0));
      const bool is_create = std::holds_alternative<Create>(op.action);
      put(saved::kOtherTarget, is_create ? 0 : target_number(op));
      if (const auto* insert = std::get_if<Insert>(&op.action)) {
        payloads_.uint(insert->position).text(insert->text);
      } else if (const auto* erase = std::get_if<Erase>(&op.action)) {
        payloads_.uint(erase->position).uint(erase->count);
      } else {
        write_payload(payloads_, filled(op.action),
                      [this](const ChangeId& id) { return writer_number(id); });
      }
    }
  }

  void add_edits(const OpTable::Run& run) {
    const EditLog& log = *graph_.ops().texts()[run.text].log;
    const EditIndex end = run.start + run.count;
    for (EditIndex first = run.start; first < end;) {
      const EditIndex last = std::min(log.last_of_run(first), end - 1);
      add_row(run.text, log.edits(first, last), last - first + 1);
      first = last + 1;
    }
  }

  void add_row(std::uint32_t text, const EditView& edits, std::uint64_t count) {
    const saved::Row kind = edits.is_insert  ? saved::kInsert
                            : edits.backward ? saved::kEraseBackward
                                             : saved::kEraseForward;
    // The view of a row taken back begins at its last edit.
    const std::uint64_t first = edits.position + (edits.backward ? count - 1 : 0);
    put(saved::kRowKind, kind);
    put(saved::kRowOps, count);
    put(saved::kRowText, text);
    put(saved::kRowLength, edits.length / count);
    put(saved::kRowPosition, difference(first, cursors_[text]));
    cursors_[text] = edits.position + (edits.is_insert ? edits.length : 0);
    thinned_ = thinned_ || has_forgotten(edits.text);
    inserted_ += edits.text;
  }

  // 0 for the root document's, otherwise 1 + the place in the table.
  std::uint64_t writer_number(const ChangeId& id) {
    if (id.counter == 0) return 0;
    const auto [entry, fresh] = writer_numbers_.try_emplace(id.writer, writers_.size() + 1);
    if (fresh) writers_.push_back(id.writer);
    return entry->second;
  }

  std::uint64_t target_number(const Op& op) {
    const auto [entry, fresh] =
        target_numbers_.try_emplace({op.document, op.field}, targets_.size() + 1);
    if (fresh) targets_.push_back({op.document, op.field, {}});
    return entry->second;
  }

  Bytes write() {
    CborWriter targets;
    targets.array(targets_.size());
    std::string shown;
    for (const Target& target : targets_) {
      const ChangeId& change = target.document.change;
      targets.array(5).uint(writer_number(change)).uint(change.counter);
      targets.uint(target.document.index).text(target.field).uint(target.shown.size());
      shown += target.shown;
    }
    Bytes writers;
    for (const WriterId& writer : writers_) {
      writers.insert(writers.end(), writer.bytes.begin(), writer.bytes.end());
    }
    SlowCompressor compressor;
    CborWriter out;
    out.array(saved::kItems).uint(thinned_ ? kThinnedVersion : kSavedVersion);
    out.bytes(writers).raw(targets.result());
    out.bytes(pack(compressor, as_bytes(shown), {})).uint(graph_.size());
    out.bytes(pack(compressor, as_bytes(inserted_), as_bytes(shown)));
    out.bytes(pack(compressor, payloads_.result(), {}));
    out.array(saved::kColumns);
    for (const auto& column : columns_) {
      out.bytes(pack(compressor, encode_column(column), {}));
    }
    return out.take();
  }

  const CausalGraph& graph_;
  const DocumentTable& documents_;
  std::array<std::vector<std::uint64_t>, saved::kColumns> columns_;
  std::string inserted_;
  CborWriter payloads_;
  std::vector<WriterId> writers_;
  std::map<WriterId, std::uint64_t> writer_numbers_;
  std::vector<Target> targets_;
  std::map<std::pair<DocumentId, std::string>, std::uint64_t> target_numbers_;
  std::vector<std::uint64_t> cursors_;  // by text
  WriterId stretch_writer_;
  std::uint64_t stretch_ = 0;  // changes in the stretch begun
  std::int64_t time_ = 0;
  bool thinned_ = false;
};

}  // namespace

Bytes History::save() const {
  if (!state_->masked.empty()) return History(state_->rebuilt({})).save();
  return HistoryEncoder(state_->graph, state_->documents).run();
}

}  // namespace feltbog::document
