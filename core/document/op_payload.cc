// SPDX-License-Identifier: Apache-2.0
#include "core/document/op_payload.h"

#include "core/document/action_kind.h"

namespace feltbog::document {
namespace {

void write_ids(CborWriter& out, const std::vector<OpId>& ids, const WriterNumber& number) {
  out.array(ids.size());
  for (const OpId& id : ids) {
    out.array(3).uint(number(id.change)).uint(id.change.counter).uint(id.index);
  }
}

Result<std::vector<OpId>> read_ids(CborReader& in, const NumberedWriter& writer) {
  FELTBOG_TRY(count, in.array());
  if (count > kIdsPerOpMax) return Error{ErrorCode::limit_exceeded, "ids"};
  std::vector<OpId> out;
  for (std::uint64_t i = 0; i < count; ++i) {
    FELTBOG_CHECK(in.array(3));
    FELTBOG_TRY(id, read_op_id(in, false, writer));
    out.push_back(id);
  }
  return out;
}

Result<Action> read_set(CborReader& in, const NumberedWriter& writer) {
  Set set;
  FELTBOG_TRY(plain, in.null());
  if (!plain) {
    FELTBOG_TRY(ids, read_ids(in, writer));
    set.replaces = std::move(ids);
  }
  FELTBOG_TRY(value, in.value());
  set.value = std::move(value);
  return Action(std::move(set));
}

// The actions from kWholeKinds on.
void write_full(CborWriter& out, const std::optional<OpId>& id) {
  if (id) {
    out.array(3).fixed(id->change.writer).uint(id->change.counter).uint(id->index);
  } else {
    out.null();
  }
}

Result<OpId> read_full(CborReader& in) {
  FELTBOG_CHECK(in.array(3));
  FELTBOG_TRY(writer, in.fixed<WriterId>());
  FELTBOG_TRY(counter, in.uint(kCounterMax));
  FELTBOG_TRY(index, in.uint(kOpsPerChangeMax - 1));
  if (counter == 0) return Error{ErrorCode::malformed, "id"};
  return OpId{{writer, counter}, static_cast<std::uint32_t>(index)};
}

Result<std::optional<OpId>> read_full_or_none(CborReader& in) {
  FELTBOG_TRY(none, in.null());
  if (none) return std::optional<OpId>();
  FELTBOG_TRY(id, read_full(in));
  return std::optional<OpId>(id);
}

Result<Action> read_place_item(CborReader& in) {
  FELTBOG_CHECK(in.array(3));
  FELTBOG_TRY(item, read_full_or_none(in));
  FELTBOG_TRY(after, read_full_or_none(in));
  FELTBOG_TRY(value, in.value());
  return Action(PlaceItem{item, after, std::move(value)});
}

Result<Action> read_delete(CborReader& in) {
  FELTBOG_TRY(empty, in.null());
  return empty ? Result<Action>(Delete{}) : Error{ErrorCode::malformed, "deletion"};
}

Result<Action> read_restore(CborReader& in) {
  FELTBOG_TRY(count, in.array());
  if (count > kIdsPerOpMax) return Error{ErrorCode::limit_exceeded, "ids"};
  Restore restore;
  for (std::uint64_t i = 0; i < count; ++i) {
    FELTBOG_TRY(id, read_full(in));
    restore.deletions.push_back(id);
  }
  return Action(std::move(restore));
}

Result<Action> read_mark(CborReader& in) {
  FELTBOG_CHECK(in.array(5));
  FELTBOG_TRY(start, in.uint(kPositionMax));
  FELTBOG_TRY(end, in.uint(kPositionMax));
  FELTBOG_TRY(name, in.text());
  FELTBOG_TRY(value, in.value());
  FELTBOG_TRY(grows, in.boolean());
  return Action(Mark{start, end, std::string(name), std::move(value), grows});
}

Result<Action> read_item(BytesView item, std::uint64_t kind) {
  CborReader in(item);
  switch (static_cast<ActionKind>(kind)) {
    case ActionKind::place_item: return read_place_item(in);
    case ActionKind::delete_document: return read_delete(in);
    case ActionKind::restore: return read_restore(in);
    case ActionKind::mark: return read_mark(in);
    default: return Error{ErrorCode::unknown_kind, "action"};
  }
}

Result<Action> read_whole(CborReader& in, std::uint64_t kind, const Op& op) {
  FELTBOG_TRY(item, in.raw());
  auto action = read_item(item, kind);
  if (action && check_op({op.document, op.field, *action})) return action;
  return Action(Unknown{kind, to_bytes(item)});
}

}  // namespace

Bytes item_of(const Action& action) {
  CborWriter out;
  write_payload(out, action, {});
  return out.take();
}

std::uint64_t kind_of(const Action& action) {
  const auto* unknown = std::get_if<Unknown>(&action);
  return unknown != nullptr ? unknown->kind : action.index();
}

void write_payload(CborWriter& out, const Action& action, const WriterNumber& number) {
  if (const auto* create = std::get_if<Create>(&action)) {
    out.text(create->kind);
  } else if (const auto* set = std::get_if<Set>(&action)) {
    if (set->replaces)
      write_ids(out, *set->replaces, number);
    else
      out.null();
    out.value(set->value);
  } else if (const auto* added = std::get_if<Add>(&action)) {
    out.value(added->value);
  } else if (const auto* removed = std::get_if<Remove>(&action)) {
    write_ids(out, removed->tags, number);
  } else if (const auto* append = std::get_if<Append>(&action)) {
    out.value(append->value);
  } else if (const auto* increment = std::get_if<Increment>(&action)) {
    out.integer(increment->amount);
  } else if (const auto* place = std::get_if<PlaceItem>(&action)) {
    out.array(3);
    write_full(out, place->item);
    write_full(out, place->after);
    out.value(place->value);
  } else if (std::holds_alternative<Delete>(action)) {
    out.null();
  } else if (const auto* restore = std::get_if<Restore>(&action)) {
    out.array(restore->deletions.size());
    for (const OpId& id : restore->deletions) write_full(out, id);
  } else if (const auto* mark = std::get_if<Mark>(&action)) {
    out.array(5).uint(mark->start).uint(mark->end).text(mark->name).value(mark->value);
    out.boolean(mark->grows);
  } else if (const auto* unknown = std::get_if<Unknown>(&action)) {
    out.raw(unknown->payload);
  }
}

Result<Action> read_payload(CborReader& in, std::uint64_t kind, const Op& op,
                            const NumberedWriter& writer) {
  if (kind >= kWholeKinds) return read_whole(in, kind, op);
  switch (static_cast<ActionKind>(kind)) {
    case ActionKind::create: {
      FELTBOG_TRY(name, in.text());
      return Action(Create{std::string(name)});
    }
    case ActionKind::set: return read_set(in, writer);
    case ActionKind::add: {
      FELTBOG_TRY(value, in.value());
      return Action(Add{std::move(value)});
    }
    case ActionKind::remove: {
      FELTBOG_TRY(tags, read_ids(in, writer));
      return Action(Remove{std::move(tags)});
    }
    case ActionKind::append: {
      FELTBOG_TRY(value, in.value());
      return Action(Append{std::move(value)});
    }
    case ActionKind::increment: {
      FELTBOG_TRY(amount, in.integer());
      return Action(Increment{amount});
    }
    case ActionKind::freeze: return Action(Freeze{});
    default: return Error{ErrorCode::malformed, "kind"};
  }
}

Result<OpId> read_op_id(CborReader& in, bool root_allowed, const NumberedWriter& writer) {
  FELTBOG_TRY(number, in.uint());
  FELTBOG_TRY(counter, in.uint(kCounterMax));
  FELTBOG_TRY(index, in.uint(kOpsPerChangeMax - 1));
  if (counter == 0) {
    if (!root_allowed || number != 0 || index != 0) return Error{ErrorCode::malformed, "id"};
    return OpId{};
  }
  const std::optional<WriterId> id = writer(number);
  if (!id) return Error{ErrorCode::malformed, "id"};
  return OpId{{*id, counter}, static_cast<std::uint32_t>(index)};
}

}  // namespace feltbog::document
