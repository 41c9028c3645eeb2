// SPDX-License-Identifier: Apache-2.0
// What makes a change well formed.
#include "core/document/change.h"

#include "core/base/cbor.h"
#include "core/base/utf8.h"
#include "core/document/action_kind.h"
#include "core/document/op_payload.h"
#include "core/document/value_size.h"

namespace feltbog::document {
namespace {

constexpr std::size_t kOpWeight = 64;  // numbers of an op, its share of the tables
constexpr std::size_t kIdWeight = 32;

Error malformed(std::string_view what) { return {ErrorCode::malformed, std::string(what)}; }
Error too_much(std::string_view what) { return {ErrorCode::limit_exceeded, std::string(what)}; }

Result<void> check_name(std::string_view name) {
  if (name.size() > kNameBytesMax) return too_much("name");
  if (name.empty() || !is_utf8(name)) return malformed("name");
  return {};
}

Result<void> check_value(const Value& value) {
  FELTBOG_TRY(size, value_size(value));
  return size > kValueBytesMax ? too_much("value") : Result<void>{};
}

Result<void> check_ids(const std::vector<OpId>& ids) {
  if (ids.size() > kIdsPerOpMax) return too_much("ids");
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const OpId& id = ids[i];
    if (id.change.counter == 0 || id.change.counter > kCounterMax) return malformed("id counter");
    if (id.index >= kOpsPerChangeMax) return malformed("id index");
    if (i > 0 && !(ids[i - 1] < id)) return malformed("ids not sorted");
  }
  return {};
}

Result<void> check_id(const std::optional<OpId>& id) {
  return id ? check_ids({*id}) : Result<void>{};
}

// What an action from kWholeKinds on carries, known or not.
Result<void> check_item(BytesView item) {
  if (item.size() > kValueBytesMax) return too_much("payload");
  CborReader reader(item);
  FELTBOG_TRY(whole, reader.raw());
  return whole.size() == item.size() ? Result<void>{} : malformed("payload");
}

struct ActionCheck {
  Result<void> operator()(const Create& create) const { return check_name(create.kind); }
  Result<void> operator()(const Set& set) const {
    if (set.replaces) FELTBOG_CHECK(check_ids(*set.replaces));
    return check_value(set.value);
  }
  Result<void> operator()(const Add& add) const { return check_value(add.value); }
  Result<void> operator()(const Remove& remove) const { return check_ids(remove.tags); }
  Result<void> operator()(const Append& append) const { return check_value(append.value); }
  Result<void> operator()(const Increment& increment) const {
    if (increment.amount > kAmountMax || increment.amount < -kAmountMax) return too_much("amount");
    return {};
  }
  Result<void> operator()(const Insert& insert) const {
    if (insert.position > kPositionMax) return too_much("position");
    if (insert.text.size() > kTextPerOpBytesMax) return too_much("text");
    if (insert.text.empty() || !is_utf8(insert.text)) return malformed("text");
    return {};
  }
  Result<void> operator()(const Erase& erase) const {
    if (erase.position > kPositionMax || erase.count > kPositionMax) return too_much("position");
    if (erase.count == 0) return malformed("count");
    return {};
  }
  Result<void> operator()(const Freeze&) const { return {}; }
  Result<void> operator()(const PlaceItem& place) const {
    FELTBOG_CHECK(check_id(place.item));
    FELTBOG_CHECK(check_id(place.after));
    if (place.item && !place.value.is_null()) return malformed("value of a moved item");
    return check_item(item_of(place));
  }
  Result<void> operator()(const Delete&) const { return {}; }
  Result<void> operator()(const Restore& restore) const { return check_ids(restore.deletions); }
  Result<void> operator()(const Mark& mark) const {
    if (mark.end > kPositionMax) return too_much("position");
    if (mark.start >= mark.end) return malformed("stretch");
    FELTBOG_CHECK(check_name(mark.name));
    return check_value(mark.value);
  }
  Result<void> operator()(const Unknown& unknown) const {
    if (unknown.kind < kWholeKinds) return malformed("kind");
    if (unknown.kind > kKindMax) return too_much("kind");
    return check_item(unknown.payload);
  }
};

Result<void> check_target(const Op& op) {
  const ChangeId& change = op.document.change;
  if (std::holds_alternative<Create>(op.action)) {
    if (op.document.is_root() && op.field.empty()) return {};
    return malformed("create with a target");
  }
  if (change.counter > kCounterMax || op.document.index >= kOpsPerChangeMax)
    return malformed("document");
  if (change.counter == 0 && !op.document.is_root()) return malformed("document");
  const bool of_document =
      std::holds_alternative<Delete>(op.action) || std::holds_alternative<Restore>(op.action);
  if (of_document && (op.document.is_root() || !op.field.empty())) return malformed("deletion");
  if (of_document || (std::holds_alternative<Unknown>(op.action) && op.field.empty())) return {};
  return check_name(op.field);
}

Result<void> check_dependencies(const Change& change) {
  if (change.dependencies.size() > kDependenciesMax) return too_much("dependencies");
  for (std::size_t i = 0; i < change.dependencies.size(); ++i) {
    const ChangeId& id = change.dependencies[i];
    if (id.counter == 0 || id.counter > kCounterMax) return malformed("dependency counter");
    if (id.writer == change.id.writer) return malformed("dependency on oneself");
    if (i > 0 && !(change.dependencies[i - 1] < id)) return malformed("dependencies not sorted");
  }
  return {};
}

}  // namespace

bool is_of_text(const Action& action) {
  return std::holds_alternative<Insert>(action) || std::holds_alternative<Erase>(action) ||
         std::holds_alternative<Mark>(action) || std::holds_alternative<Freeze>(action);
}

std::size_t weight(const Op& op) {
  struct Payload {
    static std::size_t size_of(const Value& value) {
      const auto size = value_size(value);
      return size ? *size : kValueBytesMax;
    }
    std::size_t operator()(const Create& create) const { return create.kind.size(); }
    std::size_t operator()(const Set& set) const {
      const std::size_t ids = set.replaces ? set.replaces->size() : 0;
      return size_of(set.value) + ids * kIdWeight;
    }
    std::size_t operator()(const Add& add) const { return size_of(add.value); }
    std::size_t operator()(const Remove& remove) const { return remove.tags.size() * kIdWeight; }
    std::size_t operator()(const Append& append) const { return size_of(append.value); }
    std::size_t operator()(const Increment&) const { return 0; }
    std::size_t operator()(const Insert& insert) const { return insert.text.size(); }
    std::size_t operator()(const Erase&) const { return 0; }
    std::size_t operator()(const Freeze&) const { return 0; }
    // These weigh the same whether they are known or not.
    std::size_t operator()(const PlaceItem& place) const { return item_of(place).size(); }
    std::size_t operator()(const Delete& deletion) const { return item_of(deletion).size(); }
    std::size_t operator()(const Restore& restore) const { return item_of(restore).size(); }
    std::size_t operator()(const Mark& mark) const { return item_of(mark).size(); }
    std::size_t operator()(const Unknown& unknown) const { return unknown.payload.size(); }
  };
  return kOpWeight + op.field.size() + std::visit(Payload{}, op.action);
}

Result<void> check_op(const Op& op) {
  FELTBOG_CHECK(check_target(op));
  return std::visit(ActionCheck{}, op.action);
}

Result<void> check_change(const Change& change) {
  if (change.id.counter == 0 || change.id.counter > kCounterMax) return malformed("counter");
  if (change.lamport < change.id.counter || change.lamport > kLamportMax)
    return malformed("lamport");
  const std::int64_t time = change.recorded_at.milliseconds;
  if (time > kRecordedAtMax || time < -kRecordedAtMax) return too_much("recorded_at");
  FELTBOG_CHECK(check_dependencies(change));
  if (change.ops.size() > kOpsPerChangeMax) return too_much("ops");
  std::size_t total = 0;
  for (const Op& op : change.ops) {
    FELTBOG_CHECK(check_op(op));
    total += weight(op);
  }
  if (total > kChangeWeightMax) return too_much("change");
  return {};
}

}  // namespace feltbog::document
