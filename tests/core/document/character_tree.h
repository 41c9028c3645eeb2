// SPDX-License-Identifier: Apache-2.0
// The characters of one text, straight from the definition of FugueMax.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/document/change.h"

namespace feltbog::document::oracle {

// FugueMax after Weidner & Kleppmann, "The Art of the Fugue" (2023), section 5: a tree of
// characters, read left children, character, right children. Right siblings stand in the reverse
// order of their right origins, then by id; left siblings by id.
class CharacterTree {
 public:
  using Seen = std::function<bool(const OpId&)>;
  CharacterTree() : nodes_(1) {}

  void insert(const OpId& op, std::uint64_t position, const std::string& text, const Seen& seen);
  void erase(const OpId& op, std::uint64_t position, std::uint64_t count, const Seen& seen);
  // In the order of characters, also of erased ones.
  std::vector<bool> shown(const std::set<ChangeId>& masked) const;
  // The insertions of which a letter is erased, as far as they count.
  std::set<OpId> erased(const Seen& counts) const;
  std::string text(const std::set<ChangeId>& masked) const;
  // The first character a mark reaches over, and the first behind it, in the order of characters.
  std::pair<std::size_t, std::size_t> reach(const Mark& mark, const Seen& seen) const;

 private:
  struct Node {
    OpId op;
    std::size_t offset = 0;
    std::string character;
    int parent = -1;
    bool right_side = true;
    int right_origin = -1;  // -1: the end
    std::vector<OpId> erased_by;
    std::vector<int> left_children;  // in the order in which they are read
    std::vector<int> right_children;
  };
  Node& node(int at) { return nodes_[static_cast<std::size_t>(at)]; }
  const Node& node(int at) const { return nodes_[static_cast<std::size_t>(at)]; }
  std::vector<int> order() const;
  void walk(int at, std::vector<int>& out) const;
  // Whether a stands before b in the text; -1, the end, is behind everything. Compares by paths, as
  // the order of siblings is not known before this is.
  bool precedes(int a, int b) const;
  std::vector<int> path(int at) const;
  bool sibling_before(int a, int b) const;
  std::vector<int> visible_to(const Seen& seen) const;
  int put(const OpId& op, std::size_t offset, const std::string& character, int left,
          const Seen& seen);
  std::vector<Node> nodes_;  // the first is the beginning of the text
};

}  // namespace feltbog::document::oracle
