// SPDX-License-Identifier: Apache-2.0
// An ordered list whose items can be moved. Positions are never taken away: a position is made
// behind another one, as in RGA (Roh et al., "Replicated abstract data types", 2011); an item is at
// the position it was put to last (Kleppmann, "Moving Elements in List CRDTs", 2020).
#pragma once

#include <optional>
#include <set>
#include <vector>

#include "core/document/causal_graph.h"

namespace feltbog::document {

class ItemList {
 public:
  // Ops of the newest change: a PlaceItem, which makes a position even when it is masked, and a
  // Remove.
  void place(OpPlace place, bool masked) { places_.push_back({place, masked}); }
  void remove(OpPlace place) { removes_.push_back(place); }
  bool empty() const { return places_.empty(); }

  struct Item {
    OpPlace item;
    OpPlace position;
  };
  // From first to last. An item is gone when somebody removed it who had seen all its moves.
  std::vector<Item> read(const CausalGraph& graph) const;
  // As if that change had put nothing anywhere and removed nothing.
  ItemList without(ChangeIndex change) const;

 private:
  struct Position {
    OpPlace place;
    bool masked;
  };
  std::set<OpPlace> items(const CausalGraph& graph) const;
  static std::optional<OpPlace> item_of(const CausalGraph& graph, const std::set<OpPlace>& items,
                                        const Position& position);

  std::vector<Position> places_;
  std::vector<OpPlace> removes_;
};

}  // namespace feltbog::document
