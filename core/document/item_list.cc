// SPDX-License-Identifier: Apache-2.0
#include "core/document/item_list.h"

#include <algorithm>
#include <map>

namespace feltbog::document {
namespace {

const PlaceItem& action_of(const CausalGraph& graph, OpPlace place) {
  return std::get<PlaceItem>(graph.op(place).action);
}

std::optional<OpPlace> seen(const CausalGraph& graph, OpPlace by, const std::optional<OpId>& id) {
  const auto place = id ? graph.place_of(*id) : std::nullopt;
  return place && graph.saw(by, *place) ? place : std::nullopt;
}

}  // namespace

std::set<OpPlace> ItemList::items(const CausalGraph& graph) const {
  std::set<OpPlace> out;
  for (const Position& each : places_) {
    if (!each.masked && !action_of(graph, each.place).item) out.insert(each.place);
  }
  return out;
}

// Whose position it is; none where it moves what it cannot.
std::optional<OpPlace> ItemList::item_of(const CausalGraph& graph, const std::set<OpPlace>& items,
                                         const Position& position) {
  if (position.masked) return std::nullopt;
  const PlaceItem& put = action_of(graph, position.place);
  if (!put.item) return position.place;
  const auto item = seen(graph, position.place, put.item);
  return item && items.count(*item) > 0 ? item : std::nullopt;
}

std::vector<ItemList::Item> ItemList::read(const CausalGraph& graph) const {
  std::vector<Position> all = places_;
  std::sort(all.begin(), all.end(),
            [&](const Position& a, const Position& b) { return graph.before(a.place, b.place); });
  // What stands behind each position, the oldest first; behind none: at the beginning.
  std::map<std::optional<OpPlace>, std::vector<OpPlace>> behind;
  const std::set<OpPlace> known = items(graph);
  std::map<OpPlace, OpPlace> owner;                   // of positions
  std::map<OpPlace, std::vector<OpPlace>> positions;  // of items, the oldest first
  for (const Position& each : all) {
    auto after = seen(graph, each.place, action_of(graph, each.place).after);
    if (after && behind.find(after) == behind.end()) after.reset();
    behind[after].push_back(each.place);
    behind[each.place];
    if (const auto item = item_of(graph, known, each)) {
      owner.emplace(each.place, *item);
      positions[*item].push_back(each.place);
    }
  }
  for (OpPlace remove : removes_) {
    for (const OpId& tag : std::get<Remove>(graph.op(remove).action).tags) {
      const auto item = seen(graph, remove, tag);
      const auto found = item ? positions.find(*item) : positions.end();
      if (found == positions.end()) continue;
      const bool saw_all = std::all_of(found->second.begin(), found->second.end(),
                                       [&](OpPlace place) { return graph.saw(remove, place); });
      if (saw_all) positions.erase(found);
    }
  }
  std::vector<Item> out;
  std::vector<OpPlace> stack = behind[std::nullopt];
  while (!stack.empty()) {
    const OpPlace place = stack.back();  // of several behind the same one, the newest comes first
    stack.pop_back();
    const auto item = owner.find(place);
    const auto found = item == owner.end() ? positions.end() : positions.find(item->second);
    if (found != positions.end() && found->second.back() == place) {
      out.push_back({item->second, place});
    }
    stack.insert(stack.end(), behind[place].begin(), behind[place].end());
  }
  return out;
}

ItemList ItemList::without(ChangeIndex change) const {
  ItemList out = *this;
  for (Position& each : out.places_) each.masked = each.masked || each.place.change == change;
  std::erase_if(out.removes_, [&](OpPlace remove) { return remove.change == change; });
  return out;
}

}  // namespace feltbog::document
