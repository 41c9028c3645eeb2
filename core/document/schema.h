// SPDX-License-Identifier: Apache-2.0
// Which fields a kind of document has, and how each merges. A value, given to History; which kinds
// there are is not decided in this room.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/value.h"

namespace feltbog::document {

// The kind of the root document.
inline constexpr std::string_view kRootKind = "root";

enum class Policy : std::uint8_t {
  text,         // by character, no interleaving
  last_writer,  // the causally latest value; between concurrent ones (lamport, writer) decides
  multi_value,  // every value nobody has superseded; more than one different is a conflict
  set,          // a concurrent add wins over a remove
  log,          // entries are only ever added
  counter,      // the sum of all increments
  list,         // ordered items that can be moved
  monotone,     // climbs its ladder; only a Set that names what it replaces goes down
  resolved,     // a rule of the field's own says which of several values stands
};

// Which of at least two values, by (lamport, writer), stands; none when that is for people to say.
// A pure function, the same in every program that knows it by that name: it gets another name when
// it changes. An answer beyond the end counts as none.
using Resolver = std::optional<std::size_t> (*)(std::span<const Value> values);

std::string_view policy_name(Policy policy);

struct FieldRule {
  Policy policy = Policy::multi_value;
  // For monotone: the values from lowest to highest. Values not listed rank below all others.
  std::vector<Value> ladder;
  // For resolved: null where this program does not know the rule; the field is then read as
  // multi_value, so that nothing is decided here that others decide otherwise.
  Resolver resolver = nullptr;
  friend bool operator==(const FieldRule&, const FieldRule&) = default;
};

// kind -> field -> rule. Copies cost nothing. Two replicas with different schemas keep the same
// operations and differ only in how they read them, until both know the same schema.
class Schema {
 public:
  // Declares a field; a second declaration replaces the first. Returns itself for chaining.
  Schema& field(std::string_view kind, std::string_view field, Policy policy);
  Schema& ladder(std::string_view kind, std::string_view field, std::vector<Value> lowest_first);
  Schema& resolved(std::string_view kind, std::string_view field, Resolver resolver);

  // Null for what is not declared; such a field is read by the type of its operations, and its Set
  // operations as multi_value.
  const FieldRule* find(std::string_view kind, std::string_view field) const;

 private:
  using Kinds = std::map<std::string, std::map<std::string, FieldRule, std::less<>>, std::less<>>;
  FieldRule& rule(std::string_view kind, std::string_view field);

  std::shared_ptr<Kinds> kinds_ = std::make_shared<Kinds>();  // shared by copies until one changes
};

}  // namespace feltbog::document
