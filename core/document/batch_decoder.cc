// SPDX-License-Identifier: Apache-2.0
// Bytes to changes. Each part is held to the one form the encoder gives it: numbers and groups in
// their shortest, tables without doubles, in order of first use and with nothing unused.
#include <algorithm>
#include <numeric>

#include "core/base/cbor.h"
#include "core/base/utf8.h"
#include "core/document/action_kind.h"
#include "core/document/batch_layout.h"
#include "core/document/change_codec.h"
#include "core/document/column.h"
#include "core/document/op_payload.h"

namespace feltbog::document {
namespace {

using Column = BatchColumns::Column;

Error malformed(std::string_view what) { return {ErrorCode::malformed, std::string(what)}; }

// `before` moved by an encoded difference, if that stays within 0 and `maximum`.
Result<std::uint64_t> moved(std::uint64_t before, std::uint64_t encoded, std::uint64_t maximum) {
  const std::int64_t step = unzigzag(encoded);
  const auto size = static_cast<std::uint64_t>(step < 0 ? -(step + 1) : step);
  if (step < 0 && size >= before) return malformed("difference");
  if (step >= 0 && (before > maximum || size > maximum - before)) return malformed("difference");
  return step < 0 ? before - size - 1 : before + size;
}

// The sum of a column of counts, when each and all stay within limits.
Result<std::size_t> total(const Column& counts, std::size_t each_max, std::size_t total_max) {
  std::size_t sum = 0;
  for (std::uint64_t count : counts) {
    if (count > each_max || count > total_max - sum)
      return Error{ErrorCode::limit_exceeded, "count"};
    sum += static_cast<std::size_t>(count);
  }
  return sum;
}

template <class Entry>
bool all_differ(std::vector<Entry> entries) {
  std::sort(entries.begin(), entries.end());
  return std::adjacent_find(entries.begin(), entries.end()) == entries.end();
}

class BatchDecoder {
 public:
  BatchDecoder(const WriterId& writer, BytesView bytes) : own_(writer), in_(bytes), payloads_({}) {}

  Result<std::vector<Change>> run() {
    FELTBOG_CHECK(read_head());
    FELTBOG_CHECK(read_tables());
    FELTBOG_CHECK(read_columns());
    std::vector<Change> out;
    out.reserve(changes_);
    for (std::size_t i = 0; i < changes_; ++i) {
      FELTBOG_TRY(change, read_change(i));
      FELTBOG_CHECK(check_change(change));
      out.push_back(std::move(change));
    }
    FELTBOG_CHECK(payloads_.finish());
    if (!text_.empty()) return malformed("text left over");
    if (writers_used_ != writers_.size() || targets_used_ != targets_.size()) {
      return malformed("table entry without use");
    }
    return out;
  }

 private:
  static constexpr std::uint64_t kBatchItems = 17;
  static constexpr std::uint64_t kTargetsMax = kOpsPerBatchMax;
  static constexpr std::uint64_t kWritersMax = kDependenciesPerBatchMax;

  Result<void> read_head() {
    FELTBOG_TRY(items, in_.array());
    FELTBOG_TRY(version, in_.uint());
    if (version != kBatchVersion) {
      return Error{ErrorCode::unsupported_version, "batch " + std::to_string(version)};
    }
    if (items != kBatchItems) return malformed("batch items");
    FELTBOG_TRY(first, in_.uint(kCounterMax));
    FELTBOG_TRY(count, in_.uint(kChangesPerBatchMax));
    if (first == 0 || count == 0) return malformed("batch range");
    first_counter_ = first;
    changes_ = static_cast<std::size_t>(count);
    return {};
  }

  Result<void> read_tables() {
    FELTBOG_TRY(writer_count, in_.array());
    if (writer_count > kWritersMax) return Error{ErrorCode::limit_exceeded, "writers"};
    for (std::uint64_t i = 0; i < writer_count; ++i) {
      FELTBOG_TRY(writer, in_.fixed<WriterId>());
      if (writer == own_) return malformed("writer in the table");
      writers_.push_back(writer);
    }
    if (!all_differ(writers_)) return malformed("writer twice");
    FELTBOG_TRY(target_count, in_.array());
    if (target_count > kTargetsMax) return Error{ErrorCode::limit_exceeded, "targets"};
    for (std::uint64_t i = 0; i < target_count; ++i) {
      FELTBOG_CHECK(in_.array(4));
      std::uint64_t number = 0;
      FELTBOG_TRY(id, read_op_id(in_, true, [&](std::uint64_t given) {
                    number = given;
                    return writer(given);
                  }));
      FELTBOG_TRY(field, in_.text());
      targets_.push_back({{id.change, id.index}, std::string(field)});
      target_writers_.push_back(number);
    }
    return all_differ(targets_) ? Result<void>{} : malformed("target twice");
  }

  Result<void> read_columns() {
    FELTBOG_CHECK(read_column(columns_.lamport, changes_));
    FELTBOG_CHECK(read_column(columns_.time, changes_));
    FELTBOG_CHECK(read_column(columns_.dependency_count, changes_));
    FELTBOG_CHECK(read_column(columns_.op_count, changes_));
    FELTBOG_TRY(dependencies,
                total(columns_.dependency_count, kDependenciesMax, kDependenciesPerBatchMax));
    FELTBOG_TRY(ops, total(columns_.op_count, kOpsPerChangeMax, kOpsPerBatchMax));
    FELTBOG_CHECK(read_column(columns_.dependency_writer, dependencies));
    FELTBOG_CHECK(read_column(columns_.dependency_counter, dependencies));
    FELTBOG_CHECK(read_column(columns_.kind, ops));
    FELTBOG_CHECK(read_column(columns_.target, ops));
    const auto edits = static_cast<std::size_t>(
        std::count_if(columns_.kind.begin(), columns_.kind.end(), is_edit));
    FELTBOG_CHECK(read_column(columns_.position, edits));
    FELTBOG_CHECK(read_column(columns_.length, edits));
    FELTBOG_TRY(text, in_.text());
    FELTBOG_TRY(payloads, in_.bytes());
    text_ = text;
    payloads_ = CborReader(payloads);
    counters_.resize(writers_.size() + 1);
    return in_.finish();
  }

  static bool is_edit(std::uint64_t kind) {
    return kind == static_cast<std::uint64_t>(ActionKind::insert) ||
           kind == static_cast<std::uint64_t>(ActionKind::erase);
  }

  Result<void> read_column(Column& column, std::size_t count) {
    FELTBOG_TRY(bytes, in_.bytes());
    FELTBOG_TRY(numbers, decode_column(bytes, count));
    column = std::move(numbers);
    return {};
  }

  Result<Change> read_change(std::size_t i) {
    Change change;
    change.id = {own_, first_counter_ + i};
    if (columns_.lamport[i] >= kLamportMax) return malformed("lamport");
    lamport_ += columns_.lamport[i] + 1;
    if (lamport_ > kLamportMax) return malformed("lamport");
    change.lamport = lamport_;
    const std::int64_t step = unzigzag(columns_.time[i]);
    if (step > 2 * kRecordedAtMax || step < -2 * kRecordedAtMax) return malformed("time");
    time_ += step;
    if (time_ > kRecordedAtMax || time_ < -kRecordedAtMax) return malformed("time");
    change.recorded_at.milliseconds = time_;
    for (std::uint64_t n = 0; n < columns_.dependency_count[i]; ++n) {
      FELTBOG_TRY(dependency, read_dependency());
      change.dependencies.push_back(dependency);
    }
    change.ops.reserve(static_cast<std::size_t>(columns_.op_count[i]));
    for (std::uint64_t n = 0; n < columns_.op_count[i]; ++n) {
      FELTBOG_TRY(op, read_op());
      change.ops.push_back(std::move(op));
    }
    return change;
  }

  Result<ChangeId> read_dependency() {
    const std::uint64_t number = columns_.dependency_writer[dependency_];
    if (number == 0 || !use_writer(number)) return malformed("dependency writer");
    std::uint64_t& last = counters_[static_cast<std::size_t>(number)];
    FELTBOG_TRY(counter, moved(last, columns_.dependency_counter[dependency_], kCounterMax));
    ++dependency_;
    last = counter;
    return ChangeId{writers_[static_cast<std::size_t>(number) - 1], counter};
  }

  Result<Op> read_op() {
    const std::uint64_t kind = columns_.kind[op_];
    const std::uint64_t target = columns_.target[op_];
    ++op_;
    Op op;
    if (!use_target(target)) return malformed("target");
    if ((target == 0) != (kind == static_cast<std::uint64_t>(ActionKind::create))) {
      return malformed("target");
    }
    if (target > 0) {
      op.document = targets_[static_cast<std::size_t>(target) - 1].document;
      op.field = targets_[static_cast<std::size_t>(target) - 1].field;
    }
    FELTBOG_TRY(action, is_edit(kind) ? read_edit(kind, target) : read_action(kind, op));
    op.action = std::move(action);
    return op;
  }

  Result<Action> read_edit(std::uint64_t kind, std::uint64_t target) {
    std::uint64_t& cursor = cursors_.at(static_cast<std::size_t>(target));
    FELTBOG_TRY(position, moved(cursor, columns_.position[edit_], kPositionMax));
    const std::uint64_t length = columns_.length[edit_];
    ++edit_;
    if (length == 0 || length > kPositionMax) return malformed("length");
    cursor = position;
    if (kind == static_cast<std::uint64_t>(ActionKind::erase))
      return Action(Erase{position, length});
    cursor += length;
    // Bounded before it is used: no text has more code points than bytes.
    if (length > text_.size() || length > kTextPerOpBytesMax) return malformed("text");
    std::size_t bytes = byte_offset_of(text_.substr(0, static_cast<std::size_t>(length) * 4),
                                       static_cast<std::size_t>(length));
    bytes = std::min(bytes, text_.size());
    Insert insert{position, std::string(text_.substr(0, bytes))};
    text_.remove_prefix(bytes);
    if (count_code_points(insert.text) != length) return malformed("text");
    return Action(std::move(insert));
  }

  Result<Action> read_action(std::uint64_t kind, const Op& op) {
    return read_payload(payloads_, kind, op, [this](std::uint64_t number) {
      return use_writer(number) ? writer(number) : std::nullopt;
    });
  }

  std::optional<WriterId> writer(std::uint64_t number) const {
    if (number > writers_.size()) return std::nullopt;
    return number == 0 ? own_ : writers_[static_cast<std::size_t>(number) - 1];
  }

  // Tables are in order of first use. False for a number whose turn has not come.
  bool use_writer(std::uint64_t number) {
    if (number > writers_.size() || number > writers_used_ + 1) return false;
    writers_used_ = std::max(writers_used_, number);
    return true;
  }

  bool use_target(std::uint64_t number) {
    if (number <= targets_used_) return true;
    if (number > targets_.size() || number != targets_used_ + 1) return false;
    targets_used_ = number;
    return use_writer(target_writers_[static_cast<std::size_t>(number) - 1]);
  }

  WriterId own_;
  CborReader in_;
  CborReader payloads_;
  std::uint64_t first_counter_ = 0;
  std::size_t changes_ = 0;
  std::vector<WriterId> writers_;
  std::vector<Target> targets_;
  std::vector<std::uint64_t> target_writers_;  // by target
  std::uint64_t writers_used_ = 0;
  std::uint64_t targets_used_ = 0;
  BatchColumns columns_;
  std::string_view text_;  // what no Insert has taken yet
  std::vector<std::uint64_t> counters_;
  CursorTrack cursors_;
  std::size_t dependency_ = 0;
  std::size_t op_ = 0;
  std::size_t edit_ = 0;
  std::uint64_t lamport_ = 0;
  std::int64_t time_ = 0;
};

}  // namespace

Result<std::vector<Change>> decode_changes(const WriterId& writer, BytesView bytes) {
  if (bytes.size() > kBatchBytesMax) return Error{ErrorCode::limit_exceeded, "batch bytes"};
  return BatchDecoder(writer, bytes).run();
}

}  // namespace feltbog::document
