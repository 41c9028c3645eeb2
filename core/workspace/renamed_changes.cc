// SPDX-License-Identifier: Apache-2.0
#include "core/workspace/renamed_changes.h"

#include <algorithm>

namespace feltbog::workspace {
namespace {

using document::Action;
using document::Change;
using document::ChangeId;
using document::OpId;

class Renamer {
 public:
  explicit Renamer(const ChangeNames& names) : names_(&names) {}

  void operator()(Value& value) const {
    if (const auto* text = value.text()) {
      if (auto name = renamed_text(*text)) value = Value(std::move(*name));
    } else if (const auto* items = value.list()) {
      Value::List out = *items;
      for (Value& item : out) (*this)(item);
      value = Value(std::move(out));
    } else if (const auto* entries = value.map()) {
      Value::Map out = *entries;
      for (auto& [key, entry] : out) (*this)(entry);
      value = Value(std::move(out));
    }
  }

  void operator()(std::vector<OpId>& ids) const {
    for (OpId& id : ids) id = renamed(*names_, id);
    std::sort(ids.begin(), ids.end());
  }

  void operator()(std::optional<OpId>& id) const {
    if (id) id = renamed(*names_, *id);
  }

  void operator()(Action& action) const {
    if (auto* set = std::get_if<document::Set>(&action)) {
      (*this)(set->value);
      if (set->replaces) (*this)(*set->replaces);
    } else if (auto* add = std::get_if<document::Add>(&action)) {
      (*this)(add->value);
    } else if (auto* remove = std::get_if<document::Remove>(&action)) {
      (*this)(remove->tags);
    } else if (auto* append = std::get_if<document::Append>(&action)) {
      (*this)(append->value);
    } else if (auto* place = std::get_if<document::PlaceItem>(&action)) {
      (*this)(place->item);
      (*this)(place->after);
      (*this)(place->value);
    } else if (auto* restore = std::get_if<document::Restore>(&action)) {
      (*this)(restore->deletions);
    } else if (auto* mark = std::get_if<document::Mark>(&action)) {
      (*this)(mark->value);
    }
  }

  void operator()(Change& change) const {
    const ChangeId before = change.id;
    change.id = renamed(*names_, before);
    const ChangeId implied{change.id.writer, change.id.counter - 1};
    std::vector<ChangeId>& dependencies = change.dependencies;
    for (ChangeId& id : dependencies) id = renamed(*names_, id);
    if (before.counter > 1) {
      dependencies.push_back(renamed(*names_, ChangeId{before.writer, before.counter - 1}));
    }
    std::erase(dependencies, implied);
    std::sort(dependencies.begin(), dependencies.end());
    for (document::Op& op : change.ops) {
      op.document = renamed(*names_, op.document);
      (*this)(op.action);
    }
  }

 private:
  std::optional<std::string> renamed_text(const std::string& text) const {
    if (const auto op = document::parse_op_id(text)) {
      return document::to_text(renamed(*names_, *op));
    }
    if (const auto change = document::parse_change_id(text)) {
      return document::to_text(renamed(*names_, *change));
    }
    return std::nullopt;
  }

  const ChangeNames* names_;
};

}  // namespace

void number_anew(std::span<const Change> changes, const WriterId& to, ChangeNames& names) {
  for (const Change& change : changes) {
    const std::uint64_t next = names.size() + 1;
    names.emplace(change.id, ChangeId{to, next});
  }
}

ChangeId renamed(const ChangeNames& names, const ChangeId& id) {
  const auto found = names.find(id);
  return found == names.end() ? id : found->second;
}

std::vector<Change> renamed(const ChangeNames& names, std::vector<Change> changes) {
  const Renamer rename(names);
  for (Change& change : changes) rename(change);
  return changes;
}

}  // namespace feltbog::workspace
