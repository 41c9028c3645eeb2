// SPDX-License-Identifier: Apache-2.0
// Changes that arrived before what they depend on.
#pragma once

#include <optional>
#include <unordered_map>
#include <vector>

#include "core/document/change.h"

namespace feltbog::document {

class HeldChanges {
 public:
  // Null when no change of that id waits here.
  const Change* find(const ChangeId& id) const;
  // Takes a change that waits for `missing`. Errors: limit_exceeded; then nothing is altered.
  Result<void> hold(Change change, const ChangeId& missing);
  // Gives back, and forgets, what waited for that change; each may turn out to wait for another.
  std::vector<Change> release(const ChangeId& arrived);
  std::size_t size() const { return changes_.size(); }
  const std::unordered_map<ChangeId, Change>& all() const { return changes_; }

 private:
  std::unordered_map<ChangeId, Change> changes_;
  std::unordered_map<ChangeId, std::vector<ChangeId>> waiting_;  // missing -> held
  std::size_t weight_ = 0;
};

}  // namespace feltbog::document
