// SPDX-License-Identifier: Apache-2.0
// A bounded waiting room.
#include "core/document/held_changes.h"

#include <string>

#include "core/document/history.h"

namespace feltbog::document {
namespace {

std::size_t weight_of(const Change& change) {
  std::size_t out = sizeof(Change) + change.dependencies.size() * sizeof(ChangeId);
  for (const Op& op : change.ops) out += weight(op);
  return out;
}

}  // namespace

const Change* HeldChanges::find(const ChangeId& id) const {
  const auto found = changes_.find(id);
  return found == changes_.end() ? nullptr : &found->second;
}

Result<void> HeldChanges::hold(Change change, const ChangeId& missing) {
  const std::size_t added = weight_of(change);
  if (changes_.size() >= kHeldChangesMax || added > kHeldWeightMax - weight_) {
    return Error{ErrorCode::limit_exceeded, "held " + std::to_string(changes_.size())};
  }
  weight_ += added;
  const ChangeId id = change.id;
  waiting_[missing].push_back(id);
  changes_.emplace(id, std::move(change));
  return {};
}

std::vector<Change> HeldChanges::release(const ChangeId& arrived) {
  std::vector<Change> out;
  const auto waiting = waiting_.find(arrived);
  if (waiting == waiting_.end()) return out;
  for (const ChangeId& id : waiting->second) {
    auto node = changes_.extract(id);
    weight_ -= weight_of(node.mapped());
    out.push_back(std::move(node.mapped()));
  }
  waiting_.erase(waiting);
  return out;
}

}  // namespace feltbog::document
