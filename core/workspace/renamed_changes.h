// SPDX-License-Identifier: Apache-2.0
// Changes that nobody else has seen, under the name of another writer.
#pragma once

#include <map>
#include <span>
#include <vector>

#include "core/document/change.h"

namespace feltbog::workspace {

// New names by old ones.
using ChangeNames = std::map<document::ChangeId, document::ChangeId>;

// Adds names for `changes` in their order: the next counters of `to`, after those in `names`.
void number_anew(std::span<const document::Change> changes, const WriterId& to, ChangeNames& names);

document::ChangeId renamed(const ChangeNames& names, const document::ChangeId& id);
inline document::OpId renamed(const ChangeNames& names, const document::OpId& id) {
  return {renamed(names, id.change), id.index};
}
inline document::DocumentId renamed(const ChangeNames& names, const document::DocumentId& id) {
  return {renamed(names, id.change), id.index};
}

// Renames wherever a name stands: in dependencies, in operations, and in values that are nothing
// but the text form of one. What a writer's previous change implied is said where it no longer
// does. All else stays, the lamport numbers too, so each change's past is what it was. Every change
// has a name in `names`.
std::vector<document::Change> renamed(const ChangeNames& names,
                                      std::vector<document::Change> changes);

}  // namespace feltbog::workspace
