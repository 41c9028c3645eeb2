// SPDX-License-Identifier: Apache-2.0
// Version vectors, shared along chains without dependencies.
#include "core/document/causal_graph.h"

#include <algorithm>

namespace feltbog::document {
namespace {

ChangeId previous_of(const ChangeId& id) { return {id.writer, id.counter - 1}; }

}  // namespace

std::optional<ChangeId> CausalGraph::first_missing(const Change& change) const {
  if (change.id.counter > 1 && !find(previous_of(change.id))) return previous_of(change.id);
  for (const ChangeId& id : change.dependencies) {
    if (!find(id)) return id;
  }
  return std::nullopt;
}

Result<void> CausalGraph::check_past(const Change& change) const {
  std::vector<ChangeIndex> past;
  if (change.id.counter > 1) past.push_back(*find(previous_of(change.id)));
  for (const ChangeId& id : change.dependencies) past.push_back(*find(id));
  std::uint64_t greatest = 0;
  for (ChangeIndex at : past) greatest = std::max(greatest, changes_[at].lamport);
  if (change.lamport != greatest + 1) return Error{ErrorCode::malformed, "lamport"};
  // The previous change may be in a dependency's past; a dependency may be in nothing's past.
  const std::size_t first_dependency = change.id.counter > 1 ? 1 : 0;
  for (std::size_t i = first_dependency; i < past.size(); ++i) {
    for (std::size_t j = 0; j < past.size(); ++j) {
      if (i != j && saw(past[j], past[i])) return Error{ErrorCode::malformed, "dependencies"};
    }
  }
  return {};
}

ChangeIndex CausalGraph::add(Change change) {
  const WriterIndex writer = index_of(change.id.writer);
  std::vector<ChangeIndex>& chain = by_writer_[writer];
  FELTBOG_ASSERT(change.id.counter == chain.size() + 1);
  std::optional<ChangeIndex> previous;
  if (!chain.empty()) previous = chain.back();
  const auto at = static_cast<ChangeIndex>(changes_.size());
  nodes_.push_back({writer, clock_for(change, previous)});
  // Whatever else the change had seen has a child already, and is no head.
  std::erase_if(heads_, [&](ChangeIndex head) {
    const ChangeId& id = changes_[head].id;
    return (previous && head == *previous) ||
           std::binary_search(change.dependencies.begin(), change.dependencies.end(), id);
  });
  heads_.push_back(at);
  chain.push_back(at);
  lamport_ = std::max(lamport_, change.lamport);
  changes_.push_back(std::move(change));
  return at;
}

std::optional<ChangeIndex> CausalGraph::find(const ChangeId& id) const {
  const std::vector<ChangeIndex>* chain = changes_of(id.writer);
  if (chain == nullptr || id.counter == 0 || id.counter > chain->size()) return std::nullopt;
  return (*chain)[id.counter - 1];
}

std::optional<OpPlace> CausalGraph::place_of(const OpId& id) const {
  const auto at = find(id.change);
  if (!at || id.index >= changes_[*at].ops.size()) return std::nullopt;
  return OpPlace{*at, id.index};
}

const std::vector<ChangeIndex>* CausalGraph::changes_of(const WriterId& writer) const {
  const auto found = writer_index_.find(writer);
  return found == writer_index_.end() ? nullptr : &by_writer_[found->second];
}

std::vector<WriterId> CausalGraph::writers() const {
  std::vector<WriterId> out;
  for (const auto& [writer, index] : writer_index_) out.push_back(writer);
  std::sort(out.begin(), out.end());
  return out;
}

std::vector<ChangeId> CausalGraph::heads() const {
  std::vector<ChangeId> out;
  for (ChangeIndex at : heads_) out.push_back(changes_[at].id);
  std::sort(out.begin(), out.end());
  return out;
}

std::uint64_t CausalGraph::seen(ChangeIndex at, WriterIndex writer) const {
  const Node& node = nodes_[at];
  if (node.writer == writer) return changes_[at].id.counter;
  const Clock& clock = clocks_[node.clock];
  return writer < clock.size() ? clock[writer] : 0;
}

bool CausalGraph::before(OpPlace a, OpPlace b) const {
  const std::uint64_t lamport_a = changes_[a.change].lamport;
  const std::uint64_t lamport_b = changes_[b.change].lamport;
  if (lamport_a != lamport_b) return lamport_a < lamport_b;
  return id_of(a) < id_of(b);
}

WriterIndex CausalGraph::index_of(const WriterId& writer) {
  const auto [entry, fresh] =
      writer_index_.try_emplace(writer, static_cast<WriterIndex>(by_writer_.size()));
  if (fresh) by_writer_.emplace_back();
  return entry->second;
}

std::uint32_t CausalGraph::clock_for(const Change& change, std::optional<ChangeIndex> previous) {
  const std::uint32_t inherited = previous ? nodes_[*previous].clock : 0;
  if (change.dependencies.empty()) return inherited;
  Clock clock = clocks_[inherited];
  for (const ChangeId& id : change.dependencies) {
    const ChangeIndex at = *find(id);
    const Clock& other = clocks_[nodes_[at].clock];
    clock.resize(std::max({clock.size(), other.size(), std::size_t{nodes_[at].writer} + 1}));
    for (std::size_t i = 0; i < other.size(); ++i) clock[i] = std::max(clock[i], other[i]);
    clock[nodes_[at].writer] = std::max(clock[nodes_[at].writer], id.counter);
  }
  clocks_.push_back(std::move(clock));
  return static_cast<std::uint32_t>(clocks_.size() - 1);
}

}  // namespace feltbog::document
