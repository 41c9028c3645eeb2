// SPDX-License-Identifier: Apache-2.0
#include "tests/core/document/character_tree.h"

#include <algorithm>

#include "core/base/utf8.h"

namespace feltbog::document::oracle {
namespace {

std::vector<std::string> characters(const std::string& utf8) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at < utf8.size();) {
    const std::size_t next = at + byte_offset_of(std::string_view(utf8).substr(at), 1);
    out.push_back(utf8.substr(at, next - at));
    at = next;
  }
  return out;
}

}  // namespace

void CharacterTree::insert(const OpId& op, std::uint64_t position, const std::string& text,
                           const Seen& seen) {
  const std::vector<int> visible = visible_to(seen);
  position = std::min<std::uint64_t>(position, visible.size());
  int left = position == 0 ? 0 : visible[static_cast<std::size_t>(position) - 1];
  std::size_t offset = 0;
  for (const std::string& character : characters(text)) {
    left = put(op, offset++, character, left, [&](const OpId& id) { return id == op || seen(id); });
  }
}

void CharacterTree::erase(const OpId& op, std::uint64_t position, std::uint64_t count,
                          const Seen& seen) {
  const std::vector<int> visible = visible_to(seen);
  for (std::uint64_t at = position; at < position + count && at < visible.size(); ++at) {
    node(visible[static_cast<std::size_t>(at)]).erased_by.push_back(op);
  }
}

std::vector<bool> CharacterTree::shown(const std::set<ChangeId>& masked) const {
  const auto counts = [&](const OpId& id) { return masked.count(id.change) == 0; };
  std::vector<bool> out;
  for (int at : order()) {
    const auto& by = node(at).erased_by;
    if (at != 0) out.push_back(counts(node(at).op) && std::none_of(by.begin(), by.end(), counts));
  }
  return out;
}

std::set<OpId> CharacterTree::erased(const Seen& counts) const {
  std::set<OpId> out;
  for (const Node& node : nodes_) {
    const bool gone = std::any_of(node.erased_by.begin(), node.erased_by.end(), counts);
    if (gone && counts(node.op)) out.insert(node.op);
  }
  return out;
}

std::string CharacterTree::text(const std::set<ChangeId>& masked) const {
  const std::vector<bool> is_shown = shown(masked);
  std::string out;
  std::size_t place = 0;
  for (int at : order()) {
    if (at != 0 && is_shown[place++]) out += node(at).character;
  }
  return out;
}

std::pair<std::size_t, std::size_t> CharacterTree::reach(const Mark& mark, const Seen& seen) const {
  const std::vector<int> visible = visible_to(seen);
  const std::vector<int> all = order();
  const auto place = [&](std::uint64_t position) {
    const int at = visible[static_cast<std::size_t>(position)];
    std::size_t out = 0;
    for (int other : all) {
      if (other == at) break;
      if (other != 0) ++out;
    }
    return out;
  };
  const std::uint64_t end = std::min<std::uint64_t>(mark.end, visible.size());
  if (mark.start >= end) return {0, 0};
  if (!mark.grows) return {place(mark.start), place(end - 1) + 1};
  return {place(mark.start), end < visible.size() ? place(end) : all.size() - 1};
}

std::vector<int> CharacterTree::order() const {
  std::vector<int> out;
  walk(0, out);
  return out;
}

void CharacterTree::walk(int at, std::vector<int>& out) const {
  for (int child : node(at).left_children) walk(child, out);
  out.push_back(at);
  for (int child : node(at).right_children) walk(child, out);
}

bool CharacterTree::precedes(int a, int b) const {
  if (a == b || a == -1) return false;
  if (b == -1) return true;
  std::vector<int> path_a = path(a);
  std::vector<int> path_b = path(b);
  std::size_t shared = 0;
  while (shared < path_a.size() && shared < path_b.size() && path_a[shared] == path_b[shared]) {
    ++shared;
  }
  if (shared == path_a.size()) return node(path_b[shared]).right_side;
  if (shared == path_b.size()) return !node(path_a[shared]).right_side;
  return sibling_before(path_a[shared], path_b[shared]);
}

std::vector<int> CharacterTree::path(int at) const {
  std::vector<int> out;
  for (; at != -1; at = node(at).parent) out.push_back(at);
  std::reverse(out.begin(), out.end());
  return out;
}

bool CharacterTree::sibling_before(int a, int b) const {
  const Node& one = node(a);
  const Node& two = node(b);
  if (one.right_side != two.right_side) return !one.right_side;
  if (one.right_side && one.right_origin != two.right_origin) {
    return precedes(two.right_origin, one.right_origin);
  }
  return std::pair(one.op, one.offset) < std::pair(two.op, two.offset);
}

std::vector<int> CharacterTree::visible_to(const Seen& seen) const {
  std::vector<int> out;
  for (int at : order()) {
    if (at == 0 || !seen(node(at).op)) continue;
    const auto& by = node(at).erased_by;
    if (std::none_of(by.begin(), by.end(), seen)) out.push_back(at);
  }
  return out;
}

int CharacterTree::put(const OpId& op, std::size_t offset, const std::string& character, int left,
                       const Seen& seen) {
  Node fresh{op, offset, character, left, true, -1, {}, {}, {}};
  bool passed = false;
  for (int at : order()) {
    if (passed && seen(node(at).op)) {
      fresh.right_origin = at;
      break;
    }
    passed = passed || at == left;
  }
  const std::vector<int>& right = node(left).right_children;
  if (std::any_of(right.begin(), right.end(), [&](int at) { return seen(node(at).op); })) {
    fresh.parent = fresh.right_origin;
    fresh.right_side = false;
  }
  const int at = static_cast<int>(nodes_.size());
  nodes_.push_back(fresh);
  Node& parent = node(fresh.parent);
  std::vector<int>& siblings = fresh.right_side ? parent.right_children : parent.left_children;
  const auto before = [&](int a, int b) { return sibling_before(a, b); };
  siblings.insert(std::upper_bound(siblings.begin(), siblings.end(), at, before), at);
  return at;
}

}  // namespace feltbog::document::oracle
