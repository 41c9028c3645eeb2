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

}  // namespace

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
  } else if (const auto* unknown = std::get_if<Unknown>(&action)) {
    out.raw(unknown->payload);
  }
}

Result<Action> read_payload(CborReader& in, std::uint64_t kind, const NumberedWriter& writer) {
  if (kind >= kKindsKnown) {
    FELTBOG_TRY(payload, in.raw());
    return Action(Unknown{kind, to_bytes(payload)});
  }
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
