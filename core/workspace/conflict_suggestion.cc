// SPDX-License-Identifier: Apache-2.0
#include "core/workspace/conflict_suggestion.h"

#include <algorithm>
#include <string>

namespace feltbog::workspace {
namespace {

using Candidates = std::vector<document::FieldValue>;

// Where every candidate is an event, and one happened after all others.
std::size_t newest_event(const Candidates& candidates) {
  std::size_t newest = 0;
  bool alone = true;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const std::string here = candidates[i].value["happened"].text_or({});
    if (here.empty()) return 0;
    if (i == 0) continue;
    const std::string best = candidates[newest].value["happened"].text_or({});
    if (here == best) alone = false;
    if (here <= best) continue;
    newest = i;
    alone = true;
  }
  return alone ? newest + 1 : 0;
}

// Where every candidate is a text, and one has the words of all others in it.
std::size_t holder_of_all(const Candidates& candidates) {
  const auto longest =
      std::max_element(candidates.begin(), candidates.end(), [](const auto& a, const auto& b) {
        return a.value.text_or({}).size() < b.value.text_or({}).size();
      });
  const std::string words = longest->value.text_or({});
  const bool holds = std::all_of(candidates.begin(), candidates.end(), [&](const auto& candidate) {
    const std::string* text = candidate.value.text();
    return text != nullptr && !text->empty() && words.find(*text) != std::string::npos;
  });
  return holds ? static_cast<std::size_t>(longest - candidates.begin()) + 1 : 0;
}

std::size_t newest_value(const Candidates& candidates) {
  const auto newest =
      std::max_element(candidates.begin(), candidates.end(), [](const auto& a, const auto& b) {
        return a.recorded_at.milliseconds < b.recorded_at.milliseconds;
      });
  return static_cast<std::size_t>(newest - candidates.begin()) + 1;
}

}  // namespace

Suggestion suggestion_for(const document::Conflict& conflict) {
  if (conflict.kind == document::ConflictKind::signings) return {1, "keeps_all_words"};
  if (conflict.kind != document::ConflictKind::values) return {0, "keeps_all_words"};
  const Candidates& candidates = conflict.candidates;
  if (const std::size_t pick = newest_event(candidates)) return {pick, "newest_event"};
  if (const std::size_t pick = holder_of_all(candidates)) return {pick, "holds_the_others"};
  return {newest_value(candidates), "newest_value"};
}

}  // namespace feltbog::workspace
