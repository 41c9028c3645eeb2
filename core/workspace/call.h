// SPDX-License-Identifier: Apache-2.0
// One call of the command table while it runs: its parameters, its moment, and the work it stages.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/workspace/command.h"
#include "core/workspace/core.h"
#include "core/workspace/told.h"
#include "core/workspace/unit_of_work.h"

namespace feltbog::workspace {

// Whether this device does it now. Errors: revoked (a barred device answers only what shows no
// case), lease_lapsed, and those of Core::ready.
Result<void> admit(Core& core, const CommandRow& row);

class Call {
 public:
  // The references must outlive the call. The parameters were checked against the row.
  Call(Core& core, const CommandRow& row, const Value& parameters, const CallContext& context)
      : core_(core), row_(row), parameters_(parameters), context_(context), work_(core) {}

  Core& core() { return core_; }
  // What it stages becomes durable when the row's function succeeds.
  UnitOfWork& work() { return work_; }
  const Value& parameters() const { return parameters_; }
  // The result holds what is to be seen once: it is not kept for a repetition of the request, which
  // then does everything anew.
  void show_once() { shown_once_ = true; }
  bool shown_once() const { return shown_once_; }
  casework::Language language() const { return context_.language; }

  // Runs the row's function and enters in the access log what its result shows: of a watch, when it
  // begins and when cases come that it has not shown yet; `told` is null for a single call. Errors:
  // not_permitted (the user's roles do not include what the row asks for), those of the function
  // and of AccessLog::write. What was staged is not committed.
  Result<Value> run(Told* told);

  // For the row's function. A row of the result tells something of this case; of a space that is no
  // file, nothing is noted.
  void shows(const SpaceId& space);
  // The case of the parameter "case", all of the result being about it. Errors: as find_file.
  Result<SpaceFile*> shown_file();
  void searched_for(std::string words) { criterion_ = std::move(words); }

  // A text parameter; empty when it is not given.
  std::string text(std::string_view name) const { return parameters_[name].text_or({}); }
  bool has(std::string_view name) const { return !parameters_[name].is_null(); }
  // The time, or what a query was told to take as the time.
  casework::Moment now() const;
  // A moment parameter, or now.
  casework::Moment moment(std::string_view name) const;
  const std::string& say(const casework::Text& text) const { return text.in(context_.language); }
  std::string_view say(const Words& words) const {
    return context_.language == casework::Language::danish ? words.danish : words.english;
  }

 private:
  Result<void> check_entitlement() const;
  Result<void> enter(Told* told);
  Core& core_;
  const CommandRow& row_;
  const Value& parameters_;
  const CallContext& context_;
  UnitOfWork work_;
  bool shown_once_ = false;
  std::map<SpaceId, std::uint64_t> shown_;
  std::string criterion_;
};

}  // namespace feltbog::workspace
