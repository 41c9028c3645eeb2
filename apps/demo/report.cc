// SPDX-License-Identifier: Apache-2.0
#include "apps/demo/report.h"

#include <algorithm>
#include <cstdio>
#include <set>

#include "core/base/utf8.h"

namespace feltbog::demo {
namespace {

void heading(const char* text) { std::printf("\n%s\n", text); }

std::string padded(std::string text, std::size_t width) {
  const std::size_t length = count_code_points(text);
  if (length < width) text.append(width - length, ' ');
  return text;
}

std::string kilobytes(std::int64_t bytes) { return std::to_string((bytes + 512) / 1024) + " KiB"; }

std::string detail_of(const Value& entry) {
  const Value& fields = entry["fields"];
  for (const char* name : {"outcome", "result", "to", "form", "place"}) {
    if (const std::string* text = fields[name].text()) {
      const std::string channel = fields["channel"].text_or({});
      return channel.empty() ? *text : channel + ", " + *text;
    }
  }
  return {};
}

void print_timeline(const Value& timeline) {
  heading("Timeline, as every device shows it");
  for (const Value& entry : timeline.items()) {
    std::printf("  %s  %s %s %s\n", entry["happened"].text_or({}).c_str(),
                padded(entry["by"].text_or({}), 24).c_str(),
                padded(entry["what"].text_or({}), 30).c_str(), detail_of(entry).c_str());
  }
}

void print_due(const Value& due) {
  heading("What is due that evening, computed offline on a phone");
  for (const Value& row : due.items()) {
    std::printf("  %s  %s %s\n", padded(row["due"].text_or("no date"), 10).c_str(),
                padded(row["status"].text_or({}), 12).c_str(), row["what"].text_or({}).c_str());
  }
}

void print_conflict(const Value& conflict) {
  if (conflict.is_null()) return;
  heading("The conflict the desk settled");
  for (const Value& candidate : conflict["candidates"].items()) {
    std::printf("  %s. %s  %s, %s\n", std::to_string(candidate["number"].integer_or(0)).c_str(),
                padded(candidate["value"]["fields"]["outcome"].text_or({}), 22).c_str(),
                candidate["by"].text_or({}).c_str(), candidate["happened"].text_or({}).c_str());
  }
}

void print_moved(const Day& day) {
  heading("Moved, with TLS, over all syncs");
  for (const auto& [id, device] : day.devices()) {
    const Moved& moved = device.moved();
    std::printf("  %s sent %s received %s in %d syncs, %lld ms\n", padded(id, 10).c_str(),
                padded(kilobytes(moved.sent), 8).c_str(),
                padded(kilobytes(moved.received), 8).c_str(), moved.syncs,
                static_cast<long long>(moved.milliseconds));
  }
}

void print_searches(const DayResult& result) {
  heading("Planted words found where none may be readable");
  for (const Search& search : result.searches) {
    std::printf("  %s %zu found in %s\n", padded(search.place, 30).c_str(), search.found,
                kilobytes(static_cast<std::int64_t>(search.bytes)).c_str());
  }
}

}  // namespace

bool print_report(const DayResult& result, const Day& day) {
  print_timeline(result.timeline);
  print_due(result.due);
  print_conflict(result.conflict);
  print_moved(day);
  heading("State of the shared case");
  for (const auto& [id, hash] : result.hashes) {
    std::printf("  %s %s\n", padded(id, 10).c_str(), hash.c_str());
  }
  print_searches(result);
  const auto failed = std::count_if(result.checks.begin(), result.checks.end(),
                                    [](const Check& check) { return !check.holds; });
  heading("Checks");
  for (const Check& check : result.checks) {
    if (!check.holds) std::printf("  FAILED: %s\n", check.what.c_str());
  }
  std::printf("  %zu of %zu hold", result.checks.size() - static_cast<std::size_t>(failed),
              result.checks.size());
  if (result.kills > 0) std::printf(", after %d kills", result.kills);
  std::printf("; %.1f s\n", static_cast<double>(result.milliseconds) / 1000.0);
  return failed == 0;
}

}  // namespace feltbog::demo
