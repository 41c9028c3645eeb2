// SPDX-License-Identifier: Apache-2.0
// Bytes to a history. Everything is taken in the way it would arrive from others, so that a file
// can lie about nothing but what changes claim themselves.
#include "core/document/saved_history.h"

#include <algorithm>
#include <array>
#include <optional>

#include "core/base/cbor.h"
#include "core/base/compress.h"
#include "core/base/utf8.h"
#include "core/document/action_kind.h"
#include "core/document/column.h"
#include "core/document/edit_log.h"
#include "core/document/forgotten.h"
#include "core/document/history_state.h"
#include "core/document/op_payload.h"
#include "core/document/saved_layout.h"

namespace feltbog::document {
namespace {

constexpr std::size_t kUnmergedMax = 8192;  // changes whose texts are worked in together

Error malformed(std::string_view what) { return {ErrorCode::malformed, std::string(what)}; }

}  // namespace

Result<SavedHistory> SavedHistory::open(Bytes bytes) {
  if (bytes.size() > kSavedBytesMax) return Error{ErrorCode::limit_exceeded, "saved history"};
  SavedHistory out(std::move(bytes));
  FELTBOG_CHECK(out.read());
  return out;
}

Result<void> SavedHistory::read() {
  CborReader in(bytes_);
  FELTBOG_TRY(items, in.array());
  FELTBOG_TRY(version, in.uint());
  thinned_ = version == kThinnedVersion;
  if (version != kSavedVersion && !thinned_) {
    return Error{ErrorCode::unsupported_version, "saved history " + std::to_string(version)};
  }
  if (items != saved::kItems) return malformed("items");
  FELTBOG_TRY(writers, in.bytes());
  if (writers.size() % saved::kIdSize != 0) return malformed("writers");
  for (std::size_t at = 0; at < writers.size(); at += saved::kIdSize) {
    FELTBOG_TRY(writer, WriterId::from(writers.subspan(at, saved::kIdSize)));
    writers_.push_back(writer);
  }
  FELTBOG_TRY(targets, in.array());
  if (targets > kSavedTargetsMax) return Error{ErrorCode::limit_exceeded, "targets"};
  for (std::uint64_t i = 0; i < targets; ++i) {
    FELTBOG_CHECK(in.array(5));
    FELTBOG_TRY(id, read_op_id(in, true, [this](std::uint64_t number) -> std::optional<WriterId> {
                  if (number == 0 || number > writers_.size()) return std::nullopt;
                  return writers_[static_cast<std::size_t>(number) - 1];
                }));
    FELTBOG_TRY(field, in.text());
    FELTBOG_TRY(size, in.uint(kSavedTextBytesMax));
    texts_.push_back({{id.change, id.index}, std::string(field), size});
  }
  const auto part = [&](Part& out) -> Result<void> {
    FELTBOG_TRY(bytes, in.bytes());
    out = {static_cast<std::size_t>(bytes.data() - bytes_.data()), bytes.size()};
    return {};
  };
  FELTBOG_CHECK(part(shown_));
  FELTBOG_TRY(changes, in.uint(kSavedChangesMax));
  changes_ = changes;
  FELTBOG_CHECK(part(inserted_));
  FELTBOG_CHECK(part(payloads_));
  FELTBOG_CHECK(in.array(saved::kColumns));
  columns_.resize(saved::kColumns);
  for (Part& column : columns_) FELTBOG_CHECK(part(column));
  return in.finish();
}

Result<Bytes> SavedHistory::unpack(BytesView packed, BytesView known, std::size_t size_max) const {
  if (packed.empty()) return Error{ErrorCode::truncated, "part"};
  const BytesView body = packed.subspan(1);
  if (packed[0] == saved::kCompressed) return decompress_beside(body, known, size_max);
  if (packed[0] != saved::kPlain) return malformed("part");
  if (body.size() > size_max) return Error{ErrorCode::limit_exceeded, "part"};
  return to_bytes(body);
}

Result<Bytes> SavedHistory::all_texts() const {
  FELTBOG_TRY(all, unpack(view(shown_), {}, kSavedTextBytesMax));
  std::uint64_t size = 0;
  for (const Text& text : texts_) size += text.bytes;
  if (size != all.size()) return malformed("texts");
  return all;
}

Result<std::string> SavedHistory::text(const DocumentId& document, std::string_view field) const {
  std::size_t begin = 0;
  for (const Text& text : texts_) {
    if (text.document == document && text.field == field) {
      if (text.bytes == 0) return std::string();
      FELTBOG_TRY(all, all_texts());
      const auto size = static_cast<std::size_t>(text.bytes);
      std::string out(as_text(all).substr(begin, size));
      if (!is_utf8(out)) return malformed("text");
      return out;
    }
    begin += static_cast<std::size_t>(text.bytes);
  }
  return std::string();
}

class HistoryDecoder {
 public:
  HistoryDecoder(const SavedHistory& saved, Schema schema)
      : saved_(saved), history_(std::move(schema)), payloads_({}) {}

  Result<History> run() {
    FELTBOG_CHECK(unpack());
    counters_.resize(saved_.writers_.size());
    while (at_ < saved_.changes_) FELTBOG_CHECK(read_stretch());
    merge();
    for (const auto& column : readers_) FELTBOG_CHECK(column.finish());
    FELTBOG_CHECK(payloads_.finish());
    if (row_left_ > 0 || !inserted_.empty()) return malformed("left over");
    FELTBOG_CHECK(compare_texts());
    if (saved_.thinned_ && history_.thinned().empty()) return malformed("nothing is forgotten");
    history_.rest();
    return std::move(history_);
  }

 private:
  using Column = saved::Column;

  Result<std::uint64_t> next(Column column) { return readers_[column].next(); }
  Result<std::uint64_t> next(Column column, std::uint64_t maximum) {
    FELTBOG_TRY(number, readers_[column].next());
    if (number > maximum) return malformed("column " + std::to_string(column));
    return number;
  }

  Result<void> unpack() {
    FELTBOG_TRY(shown, saved_.all_texts());
    shown_ = std::move(shown);
    FELTBOG_TRY(inserted, saved_.unpack(saved_.view(saved_.inserted_), shown_, kSavedTextBytesMax));
    inserted_bytes_ = std::move(inserted);
    inserted_ = as_text(inserted_bytes_);
    const bool sound = saved_.thinned_ ? is_left_of_utf8(inserted_) : is_utf8(inserted_);
    if (!sound) return malformed("inserted");
    FELTBOG_TRY(payloads, saved_.unpack(saved_.view(saved_.payloads_), {}, kSavedColumnBytesMax));
    payload_bytes_ = std::move(payloads);
    payloads_ = CborReader(payload_bytes_);
    for (std::size_t i = 0; i < saved::kColumns; ++i) {
      FELTBOG_TRY(column, saved_.unpack(saved_.view(saved_.columns_[i]), {}, kSavedColumnBytesMax));
      column_bytes_[i] = std::move(column);
      readers_.emplace_back(column_bytes_[i]);
    }
    cursors_.resize(saved_.texts_.size());
    return {};
  }

  Result<void> read_stretch() {
    FELTBOG_TRY(number, next(saved::kStretchWriter, saved_.writers_.size()));
    if (number == 0) return malformed("writer");
    FELTBOG_TRY(changes, next(saved::kStretchChanges, saved_.changes_ - at_));
    if (changes == 0) return malformed("stretch");
    FELTBOG_TRY(dependencies, next(saved::kStretchDependencies, kDependenciesMax));
    writer_ = static_cast<std::size_t>(number) - 1;
    Change change;
    std::uint64_t lamport = counters_[writer_].lamport;
    for (std::uint64_t i = 0; i < dependencies; ++i) {
      FELTBOG_TRY(back, next(saved::kDependency, at_));
      if (back == 0) return malformed("dependency");
      const Known& known = known_[static_cast<std::size_t>(at_ - back)];
      change.dependencies.push_back({saved_.writers_[known.writer], known.counter});
      lamport = std::max(lamport, known.lamport);
    }
    for (std::uint64_t i = 0; i < changes; ++i) {
      FELTBOG_CHECK(read_change(std::move(change), ++lamport));
      change = Change();
    }
    return {};
  }

  Result<void> read_change(Change change, std::uint64_t lamport) {
    FELTBOG_TRY(step, next(saved::kTime));
    time_ = static_cast<std::int64_t>(static_cast<std::uint64_t>(time_) +
                                      static_cast<std::uint64_t>(unzigzag(step)));
    FELTBOG_TRY(ops, next(saved::kOps, kOpsPerChangeMax));
    Tip& tip = counters_[writer_];
    tip = {tip.counter + 1, lamport};
    known_.push_back({static_cast<std::uint32_t>(writer_), tip.counter, lamport});
    ++at_;
    if (ops == 1 && change.dependencies.empty() && unmerged_ == 0 &&
        history_.is_alone(saved_.writers_[writer_])) {
      FELTBOG_TRY(done, splice(change));
      if (done) return {};
    }
    change.id = {saved_.writers_[writer_], tip.counter};
    change.lamport = lamport;
    change.recorded_at.milliseconds = time_;
    change.ops.reserve(static_cast<std::size_t>(ops));
    while (change.ops.size() < ops) {
      FELTBOG_TRY(op, read_op());
      change.ops.push_back(std::move(op));
    }
    return take(std::move(change));
  }

  // The change as typing, if its one op is an edit. False where it is not, or has forgotten words;
  // then the change has them.
  Result<bool> splice(Change& change) {
    FELTBOG_CHECK(begin_row());
    if (row_kind_ == saved::kOthers) return false;
    FELTBOG_TRY(edit, read_edit());
    if (has_forgotten(edit.text)) {
      change.ops.push_back(op_of(edit));
      return false;
    }
    const SavedHistory::Text& target = saved_.texts_[row_text_];
    const std::uint64_t erased = edit.is_insert ? 0 : edit.length;
    FELTBOG_CHECK(
        history_.splice(saved_.writers_[writer_], WallTime{time_},
                        {target.document, target.field, edit.position, erased, edit.text}));
    return true;
  }

  // Checked like a change that arrived, but for the words it has forgotten.
  Result<void> take(Change change) {
    FELTBOG_CHECK(is_thinned(change) ? check_change(filled(change)) : check_change(change));
    FELTBOG_CHECK(history_.state_->take_checked(std::move(change), unread_));
    if (unread_.duplicate || unread_.held) return malformed("order");
    unread_.applied.clear();
    unread_.created.clear();
    unread_.fields.clear();
    if (++unmerged_ == kUnmergedMax) merge();
    return {};
  }

  void merge() {
    history_.state_->documents.merge(history_.state_->graph, unread_);
    unmerged_ = 0;
  }

  Result<void> begin_row() {
    if (row_left_ > 0) return {};
    FELTBOG_TRY(kind, next(saved::kRowKind, saved::kOthers));
    FELTBOG_TRY(count, next(saved::kRowOps, kSavedOpsMax));
    if (count == 0) return malformed("row");
    row_kind_ = static_cast<saved::Row>(kind);
    row_left_ = count;
    if (row_kind_ == saved::kOthers) return {};
    FELTBOG_TRY(text, next(saved::kRowText));
    if (text >= saved_.texts_.size()) return malformed("row text");
    row_text_ = static_cast<std::size_t>(text);
    FELTBOG_TRY(length, next(saved::kRowLength, kPositionMax));
    if (length == 0) return malformed("row length");
    row_length_ = length;
    FELTBOG_TRY(step, next(saved::kRowPosition));
    cursors_[row_text_] += static_cast<std::uint64_t>(unzigzag(step));
    return {};
  }

  // The next edit of the row; History checks its position.
  Result<EditView> read_edit() {
    std::uint64_t& cursor = cursors_[row_text_];
    EditView out;
    out.is_insert = row_kind_ == saved::kInsert;
    out.position = cursor;
    out.length = row_length_;
    --row_left_;
    if (out.is_insert) {
      const auto length = static_cast<std::size_t>(row_length_);
      if (length > inserted_.size()) return malformed("inserted");
      out.text = inserted_.substr(0, byte_offset_of(inserted_, length));
      // Only what ends with all there is may be too short.
      const bool is_last = out.text.size() == inserted_.size();
      if (is_last && count_code_points(out.text) != length) return malformed("inserted");
      inserted_.remove_prefix(out.text.size());
      cursor += row_length_;
    } else if (row_kind_ == saved::kEraseBackward && row_left_ > 0) {
      --cursor;
    }
    return out;
  }

  Result<Op> read_op() {
    FELTBOG_CHECK(begin_row());
    if (row_kind_ == saved::kOthers) return read_other();
    FELTBOG_TRY(edit, read_edit());
    return op_of(edit);
  }

  // Of the row's text.
  Op op_of(const EditView& edit) const {
    const SavedHistory::Text& target = saved_.texts_[row_text_];
    if (edit.is_insert) {
      return Op{target.document, target.field, Insert{edit.position, std::string(edit.text)}};
    }
    return Op{target.document, target.field, Erase{edit.position, edit.length}};
  }

  Result<Op> read_other() {
    --row_left_;
    FELTBOG_TRY(kind, next(saved::kOtherKind));
    const bool forgotten = saved_.thinned_ && kind >= saved::kForgotten;
    if (forgotten) kind -= saved::kForgotten;
    FELTBOG_TRY(target, next(saved::kOtherTarget, saved_.texts_.size()));
    const bool is_create = kind == static_cast<std::uint64_t>(ActionKind::create);
    if ((target == 0) != is_create) return malformed("target");
    Op op;
    if (target > 0) {
      op.document = saved_.texts_[static_cast<std::size_t>(target) - 1].document;
      op.field = saved_.texts_[static_cast<std::size_t>(target) - 1].field;
    }
    FELTBOG_TRY(action, read_action(kind, op));
    op.action = std::move(action);
    if (!forgotten) return op;
    Value* value = value_of(op.action);
    if (value == nullptr || !value->is_null()) return malformed("forgotten value");
    *value = forgotten_value();
    return op;
  }

  Result<Action> read_action(std::uint64_t kind, const Op& op) {
    if (kind == static_cast<std::uint64_t>(ActionKind::insert)) {
      FELTBOG_TRY(position, payloads_.uint());
      FELTBOG_TRY(text, payloads_.text());
      return Action(Insert{position, std::string(text)});
    }
    if (kind == static_cast<std::uint64_t>(ActionKind::erase)) {
      FELTBOG_TRY(position, payloads_.uint());
      FELTBOG_TRY(count, payloads_.uint());
      return Action(Erase{position, count});
    }
    return read_payload(payloads_, kind, op,
                        [this](std::uint64_t number) -> std::optional<WriterId> {
                          if (number == 0 || number > saved_.writers_.size()) return std::nullopt;
                          return saved_.writers_[static_cast<std::size_t>(number) - 1];
                        });
  }

  Result<void> compare_texts() const {
    std::string_view shown = as_text(shown_);
    for (const SavedHistory::Text& text : saved_.texts_) {
      const auto size = static_cast<std::size_t>(text.bytes);
      const FieldState* field = history_.state_->documents.find(text.document, text.field);
      const bool has_text = field != nullptr && field->text() != nullptr;
      if (has_text ? !field->text()->reads(shown.substr(0, size)) : size > 0) {
        return malformed("text of " + to_text(text.document));
      }
      shown.remove_prefix(size);
    }
    return {};
  }

  struct Tip {
    std::uint64_t counter = 0;
    std::uint64_t lamport = 0;
  };
  struct Known {
    std::uint32_t writer;
    std::uint64_t counter;
    std::uint64_t lamport;
  };

  const SavedHistory& saved_;
  History history_;
  Bytes shown_;
  Bytes inserted_bytes_;
  std::string_view inserted_;  // what no edit has taken yet
  Bytes payload_bytes_;
  CborReader payloads_;
  std::array<Bytes, saved::kColumns> column_bytes_;
  std::vector<ColumnReader> readers_;
  std::vector<Tip> counters_;  // by writer
  std::vector<Known> known_;   // by change
  AddEffect unread_;           // nobody looks at what loading does
  std::size_t unmerged_ = 0;
  std::vector<std::uint64_t> cursors_;  // by text
  std::uint64_t at_ = 0;
  std::size_t writer_ = 0;
  std::int64_t time_ = 0;
  saved::Row row_kind_ = saved::kOthers;
  std::uint64_t row_left_ = 0;
  std::size_t row_text_ = 0;
  std::uint64_t row_length_ = 0;
};

Result<History> SavedHistory::load(Schema schema) const {
  return HistoryDecoder(*this, std::move(schema)).run();
}

}  // namespace feltbog::document
