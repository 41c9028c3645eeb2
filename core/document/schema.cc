// SPDX-License-Identifier: Apache-2.0
// Declaring and finding field rules.
#include "core/document/schema.h"

namespace feltbog::document {

std::string_view policy_name(Policy policy) {
  switch (policy) {
    case Policy::text: return "text";
    case Policy::last_writer: return "last_writer";
    case Policy::multi_value: return "multi_value";
    case Policy::set: return "set";
    case Policy::log: return "log";
    case Policy::counter: return "counter";
    case Policy::list: return "list";
    case Policy::monotone: return "monotone";
    case Policy::resolved: return "resolved";
  }
  return "unknown";
}

FieldRule& Schema::rule(std::string_view kind, std::string_view field) {
  if (kinds_.use_count() > 1) kinds_ = std::make_shared<Kinds>(*kinds_);
  return (*kinds_)[std::string(kind)][std::string(field)];
}

Schema& Schema::field(std::string_view kind, std::string_view field, Policy policy) {
  rule(kind, field) = FieldRule{policy, {}, nullptr};
  return *this;
}

Schema& Schema::ladder(std::string_view kind, std::string_view field,
                       std::vector<Value> lowest_first) {
  rule(kind, field) = FieldRule{Policy::monotone, std::move(lowest_first), nullptr};
  return *this;
}

Schema& Schema::resolved(std::string_view kind, std::string_view field, Resolver resolver) {
  rule(kind, field) = FieldRule{Policy::resolved, {}, resolver};
  return *this;
}

const FieldRule* Schema::find(std::string_view kind, std::string_view field) const {
  const auto of_kind = kinds_->find(kind);
  if (of_kind == kinds_->end()) return nullptr;
  const auto rule = of_kind->second.find(field);
  return rule == of_kind->second.end() ? nullptr : &rule->second;
}

}  // namespace feltbog::document
