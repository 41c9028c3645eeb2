// SPDX-License-Identifier: Apache-2.0
// What the operations on one field amount to, apart from text: register, set, log, counter, list. A
// field keeps all of them, so that an operation of an unexpected type is neither lost nor in the
// way.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/document/causal_graph.h"
#include "core/document/history.h"
#include "core/document/item_list.h"
#include "core/document/schema.h"
#include "core/document/text_field.h"

namespace feltbog::document {

// Values nobody has superseded.
class Register {
 public:
  void apply(const CausalGraph& graph, OpPlace place, const FieldRule& rule);
  // As the rule reads them, ordered by CausalGraph::before().
  std::vector<OpPlace> read(const CausalGraph& graph, const FieldRule& rule) const;
  // As if that change had never written.
  std::vector<OpPlace> read_without(const CausalGraph& graph, const FieldRule& rule,
                                    ChangeIndex unwritten) const;
  const std::vector<OpPlace>& standing() const { return standing_; }  // in no order
  // Whether a value that stands was chosen where this one and others stood.
  bool is_settled(const CausalGraph& graph, OpPlace place) const;
  // Whether the newer one puts the older out of force.
  static bool supersedes(const CausalGraph& graph, OpPlace newer, OpPlace older,
                         const FieldRule& rule);
  const std::vector<OpPlace>& all() const { return all_; }  // ordered
  std::size_t standing_count() const { return standing_.size(); }

 private:
  static std::vector<OpPlace> read_of(const CausalGraph& graph, const FieldRule& rule,
                                      std::vector<OpPlace> standing);

  std::vector<OpPlace> standing_;
  std::vector<OpPlace> all_;
};

class FieldState {
 public:
  // Whether an op in effect ever touched it.
  bool shown() const { return shown_; }
  void show() { shown_ = true; }
  // An op of the newest change, with a known action other than Create, Insert and Erase. Returns
  // the text patches; what was appended to the text is merged.
  std::vector<TextPatch> apply(const CausalGraph& graph, OpPlace place, const FieldRule& rule,
                               const WriterId& creator);
  // The same for an op that is masked, where it leaves something others build on.
  void apply_masked(const CausalGraph& graph, OpPlace place);

  const Register& values() const { return register_; }
  const std::vector<OpPlace>& log() const { return log_; }  // ordered
  std::vector<SetMember> members(const CausalGraph& graph) const;
  std::int64_t counter() const { return static_cast<std::int64_t>(counter_); }
  const ItemList& list() const { return list_; }
  const TextField* text() const { return text_.get(); }
  TextField* text() { return text_.get(); }
  // Made when there is none yet; stays where it is.
  TextField& text_for_edit();

 private:
  void remove(const CausalGraph& graph, OpPlace place, const std::vector<OpId>& tags);

  Register register_;
  std::map<OpId, OpPlace> members_;
  std::vector<OpPlace> log_;
  ItemList list_;
  std::uint64_t counter_ = 0;  // wraps, so that the order of increments never matters
  std::unique_ptr<TextField> text_;
  bool shown_ = false;
};

}  // namespace feltbog::document
