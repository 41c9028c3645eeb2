// SPDX-License-Identifier: Apache-2.0
// Version vectors, shared along chains without dependencies.
#include "core/document/causal_graph.h"

#include <algorithm>

#include "core/base/assert.h"

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
  for (ChangeIndex at : past) greatest = std::max(greatest, lamport(at));
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

ChangeIndex CausalGraph::add(const Change& change) {
  const WriterIndex writer = index_of(change.id.writer);
  FELTBOG_ASSERT(change.id.counter == writers_[writer].counter + 1);
  std::optional<ChangeIndex> previous;
  if (change.id.counter > 1) previous = find(previous_of(change.id));
  // Whatever else the change had seen has a child already, and is no head.
  std::erase_if(heads_, [&](ChangeIndex head) {
    return (previous && head == *previous) ||
           std::binary_search(change.dependencies.begin(), change.dependencies.end(), id(head));
  });
  heads_.push_back(size_);
  const bool continues_run = change.dependencies.empty() && previous && *previous + 1 == size_;
  std::optional<std::uint32_t> clock;
  if (!continues_run) clock = clock_for(change, previous);
  if (!change.dependencies.empty()) dependencies_.emplace(size_, change.dependencies);
  return append(writer, change.lamport, change.recorded_at, clock);
}

bool CausalGraph::all_by(const WriterId& writer) const {
  return heads_.size() == 1 && heads_[0] + 1 == size_ && writers_[runs_.back().writer].id == writer;
}

ChangeIndex CausalGraph::extend(WallTime recorded_at) {
  heads_[0] = size_;
  return append(runs_.back().writer, lamport_ + 1, recorded_at, std::nullopt);
}

ChangeIndex CausalGraph::append(WriterIndex writer, std::uint64_t lamport, WallTime recorded_at,
                                std::optional<std::uint32_t> clock) {
  Writer& own = writers_[writer];
  ++own.counter;
  if (clock) {
    own.runs.push_back(static_cast<std::uint32_t>(runs_.size()));
    runs_.push_back({size_, writer, *clock, own.counter, lamport});
  }
  if (times_.empty() || times_.back().second != recorded_at) {
    times_.emplace_back(size_, recorded_at);
  }
  lamport_ = std::max(lamport_, lamport);
  return size_++;
}

const CausalGraph::Run& CausalGraph::run(ChangeIndex at) const {
  if (runs_.back().first <= at) return runs_.back();
  return *(std::upper_bound(runs_.begin(), runs_.end(), at,
                            [](ChangeIndex value, const Run& run) { return value < run.first; }) -
           1);
}

ChangeId CausalGraph::id(ChangeIndex at) const {
  const Run& here = run(at);
  return {writers_[here.writer].id, here.counter + (at - here.first)};
}

std::uint64_t CausalGraph::counter(ChangeIndex at) const {
  const Run& here = run(at);
  return here.counter + (at - here.first);
}

std::uint64_t CausalGraph::lamport(ChangeIndex at) const {
  const Run& here = run(at);
  return here.lamport + (at - here.first);
}

WallTime CausalGraph::recorded_at(ChangeIndex at) const {
  return (std::upper_bound(times_.begin(), times_.end(), at,
                           [](ChangeIndex value, const auto& time) { return value < time.first; }) -
          1)
      ->second;
}

const std::vector<ChangeId>& CausalGraph::dependencies(ChangeIndex at) const {
  static const std::vector<ChangeId> kNone;
  const auto found = dependencies_.find(at);
  return found == dependencies_.end() ? kNone : found->second;
}

Change CausalGraph::change(ChangeIndex at) const {
  Change out;
  out.id = id(at);
  out.lamport = lamport(at);
  out.recorded_at = recorded_at(at);
  out.dependencies = dependencies(at);
  out.ops = ops_.ops_of(at);
  return out;
}

std::optional<ChangeIndex> CausalGraph::find(const ChangeId& id) const {
  const auto found = writer_index_.find(id.writer);
  if (found == writer_index_.end()) return std::nullopt;
  const Writer& writer = writers_[found->second];
  if (id.counter == 0 || id.counter > writer.counter) return std::nullopt;
  auto after = writer.runs.end();
  if (runs_[writer.runs.back()].counter > id.counter) {
    after = std::upper_bound(
        writer.runs.begin(), writer.runs.end(), id.counter,
        [&](std::uint64_t value, std::uint32_t at) { return value < runs_[at].counter; });
  }
  const Run& run = runs_[*(after - 1)];
  return run.first + static_cast<ChangeIndex>(id.counter - run.counter);
}

std::optional<OpPlace> CausalGraph::place_of(const OpId& id) const {
  const auto at = find(id.change);
  if (!at || !ops_.contains({*at, id.index})) return std::nullopt;
  return OpPlace{*at, id.index};
}

std::uint64_t CausalGraph::last_counter(const WriterId& writer) const {
  const auto found = writer_index_.find(writer);
  return found == writer_index_.end() ? 0 : writers_[found->second].counter;
}

std::vector<WriterId> CausalGraph::writers() const {
  std::vector<WriterId> out;
  for (const Writer& writer : writers_) out.push_back(writer.id);
  std::sort(out.begin(), out.end());
  return out;
}

std::vector<ChangeId> CausalGraph::heads() const {
  std::vector<ChangeId> out;
  for (ChangeIndex at : heads_) out.push_back(id(at));
  std::sort(out.begin(), out.end());
  return out;
}

std::uint64_t CausalGraph::seen(ChangeIndex at, WriterIndex writer) const {
  const Run& here = run(at);
  if (here.writer == writer) return here.counter + (at - here.first);
  const Clock& clock = clocks_[here.clock];
  return writer < clock.size() ? clock[writer] : 0;
}

bool CausalGraph::saw(ChangeIndex later, ChangeIndex earlier) const {
  if (later == earlier) return true;
  if (later < earlier) return false;  // nothing is here before its past
  const Run& past = run(earlier);
  return past.counter + (earlier - past.first) <= seen(later, past.writer);
}

bool CausalGraph::continues(ChangeIndex later, ChangeIndex earlier) const {
  return later == earlier || (later == earlier + 1 && run(later).first <= earlier);
}

bool CausalGraph::before(OpPlace a, OpPlace b) const {
  const std::uint64_t lamport_a = lamport(a.change);
  const std::uint64_t lamport_b = lamport(b.change);
  if (lamport_a != lamport_b) return lamport_a < lamport_b;
  return id_of(a) < id_of(b);
}

WriterIndex CausalGraph::index_of(const WriterId& writer) {
  const auto [entry, fresh] =
      writer_index_.try_emplace(writer, static_cast<WriterIndex>(writers_.size()));
  if (fresh) writers_.push_back({writer, 0, {}});
  return entry->second;
}

std::uint32_t CausalGraph::clock_for(const Change& change, std::optional<ChangeIndex> previous) {
  const std::uint32_t inherited = previous ? run(*previous).clock : 0;
  if (change.dependencies.empty()) return inherited;
  Clock clock = clocks_[inherited];
  for (const ChangeId& id : change.dependencies) {
    const Run& past = run(*find(id));
    const Clock& other = clocks_[past.clock];
    clock.resize(std::max({clock.size(), other.size(), std::size_t{past.writer} + 1}));
    for (std::size_t i = 0; i < other.size(); ++i) clock[i] = std::max(clock[i], other[i]);
    clock[past.writer] = std::max(clock[past.writer], id.counter);
  }
  clocks_.push_back(std::move(clock));
  return static_cast<std::uint32_t>(clocks_.size() - 1);
}

}  // namespace feltbog::document
