// SPDX-License-Identifier: Apache-2.0
// Changes to bytes.
#include <map>

#include "core/base/cbor.h"
#include "core/base/utf8.h"
#include "core/document/batch_layout.h"
#include "core/document/change_codec.h"
#include "core/document/column.h"
#include "core/document/op_payload.h"

namespace feltbog::document {
namespace {

constexpr std::uint64_t difference(std::uint64_t now, std::uint64_t before) {
  return zigzag(static_cast<std::int64_t>(now) - static_cast<std::int64_t>(before));
}

class BatchEncoder {
 public:
  explicit BatchEncoder(const WriterId& writer) : own_(writer) {}

  Result<void> add(const Change& change) {
    if (changes_ > 0 && change.lamport <= lamport_) {
      return Error{ErrorCode::invalid_argument, "lamport"};
    }
    columns_.lamport.push_back(change.lamport - lamport_ - 1);
    columns_.time.push_back(zigzag(change.recorded_at.milliseconds - time_));
    lamport_ = change.lamport;
    time_ = change.recorded_at.milliseconds;
    columns_.dependency_count.push_back(change.dependencies.size());
    for (const ChangeId& id : change.dependencies) add_dependency(id);
    columns_.op_count.push_back(change.ops.size());
    for (const Op& op : change.ops) add_op(op);
    ++changes_;
    return {};
  }

  Bytes finish(std::uint64_t first_counter) {
    CborWriter out;
    out.array(kBatchItems).uint(kBatchVersion).uint(first_counter).uint(changes_);
    out.array(writers_.size());
    for (const WriterId& writer : writers_) out.fixed(writer);
    out.array(targets_.size());
    for (const Target& target : targets_) {
      out.array(4).uint(writer_number(target.document.change)).uint(target.document.change.counter);
      out.uint(target.document.index).text(target.field);
    }
    for (const auto* column :
         {&columns_.lamport, &columns_.time, &columns_.dependency_count, &columns_.op_count,
          &columns_.dependency_writer, &columns_.dependency_counter, &columns_.kind,
          &columns_.target, &columns_.position, &columns_.length}) {
      out.bytes(encode_column(*column));
    }
    out.text(columns_.text).bytes(columns_.payloads.result());
    return out.take();
  }

 private:
  static constexpr std::uint64_t kBatchItems = 17;

  void add_dependency(const ChangeId& id) {
    const std::uint64_t writer = writer_number(id);
    std::uint64_t& last = last_counter_[writer];
    columns_.dependency_writer.push_back(writer);
    columns_.dependency_counter.push_back(difference(id.counter, last));
    last = id.counter;
  }

  void add_op(const Op& op) {
    const bool is_create = std::holds_alternative<Create>(op.action);
    const std::uint64_t target = is_create ? 0 : target_number(op);
    columns_.target.push_back(target);
    columns_.kind.push_back(kind_of(op.action));
    if (const auto* insert = std::get_if<Insert>(&op.action)) {
      const std::uint64_t length = count_code_points(insert->text);
      add_edit(target, insert->position, length, insert->position + length);
      columns_.text += insert->text;
    } else if (const auto* erase = std::get_if<Erase>(&op.action)) {
      add_edit(target, erase->position, erase->count, erase->position);
    } else {
      write_payload(columns_.payloads, op.action,
                    [this](const ChangeId& id) { return writer_number(id); });
    }
  }

  void add_edit(std::uint64_t target, std::uint64_t position, std::uint64_t length,
                std::uint64_t cursor_after) {
    std::uint64_t& cursor = cursors_.at(static_cast<std::size_t>(target));
    columns_.position.push_back(difference(position, cursor));
    columns_.length.push_back(length);
    cursor = cursor_after;
  }

  // 0 for the batch's own writer (and the root document), otherwise 1 + the place in the table.
  std::uint64_t writer_number(const ChangeId& id) {
    if (id.writer == own_ || id.counter == 0) return 0;
    const auto [entry, fresh] = writer_numbers_.try_emplace(id.writer, writers_.size() + 1);
    if (fresh) writers_.push_back(id.writer);
    return entry->second;
  }

  std::uint64_t target_number(const Op& op) {
    // Mostly that of the op before.
    if (last_target_ > 0) {
      const Target& last = targets_[static_cast<std::size_t>(last_target_) - 1];
      if (last.document == op.document && last.field == op.field) return last_target_;
    }
    const auto [entry, fresh] =
        target_numbers_.try_emplace(Target{op.document, op.field}, targets_.size() + 1);
    if (fresh) {
      writer_number(op.document.change);
      targets_.push_back(entry->first);
    }
    last_target_ = entry->second;
    return last_target_;
  }

  WriterId own_;
  std::uint64_t changes_ = 0;
  std::uint64_t lamport_ = 0;
  std::int64_t time_ = 0;
  std::map<WriterId, std::uint64_t> writer_numbers_;
  std::vector<WriterId> writers_;
  std::map<std::uint64_t, std::uint64_t> last_counter_;
  std::map<Target, std::uint64_t> target_numbers_;
  std::vector<Target> targets_;
  std::uint64_t last_target_ = 0;
  CursorTrack cursors_;
  BatchColumns columns_;
};

}  // namespace

Result<Bytes> encode_changes(const WriterId& writer, std::span<const Change> changes) {
  if (changes.empty() || changes.size() > kChangesPerBatchMax) {
    return Error{ErrorCode::invalid_argument, "changes " + std::to_string(changes.size())};
  }
  BatchEncoder encoder(writer);
  std::size_t ops = 0;
  std::size_t dependencies = 0;
  for (std::size_t i = 0; i < changes.size(); ++i) {
    const Change& change = changes[i];
    if (change.id.writer != writer || change.id.counter != changes[0].id.counter + i) {
      return Error{ErrorCode::invalid_argument, to_text(change.id)};
    }
    FELTBOG_CHECK(check_change(change));
    ops += change.ops.size();
    dependencies += change.dependencies.size();
    if (ops > kOpsPerBatchMax || dependencies > kDependenciesPerBatchMax) {
      return Error{ErrorCode::limit_exceeded, "batch"};
    }
    FELTBOG_CHECK(encoder.add(change));
  }
  Bytes out = encoder.finish(changes[0].id.counter);
  if (out.size() > kBatchBytesMax) return Error{ErrorCode::limit_exceeded, "batch bytes"};
  return out;
}

}  // namespace feltbog::document
