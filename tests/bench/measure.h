// SPDX-License-Identifier: Apache-2.0
// What the benchmarks share: process time and wall time, medians, and rows printed as a table or as
// JSON. Measures; judges only by the goal a row carries.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace feltbog::bench {

// Seconds since some start: processor time of this process, and wall time.
struct Moment {
  double cpu = 0;
  double wall = 0;
};
Moment now();

struct Span {
  double cpu = 0;   // seconds, user and system
  double wall = 0;  // seconds
};
// Runs `work` once.
template <class Work>
Span time_of(Work work) {
  const Moment start = now();
  work();
  const Moment end = now();
  return {end.cpu - start.cpu, end.wall - start.wall};
}

// The middle value; the mean of the two middle ones for an even count. Not for an empty list.
double median(std::vector<double> values);

// One comparison. `ratio` is the median of the paired ratios ours / theirs, which need not be the
// ratio of the two medians.
struct Row {
  std::string name;
  std::string unit;
  double ours = 0;
  std::string peer;
  std::optional<double> theirs;
  std::optional<double> ratio;
  std::optional<double> goal;  // of the ratio, or of `ours` where there is no ratio; at most
  std::optional<bool> met() const;
};

void print_table(const std::vector<Row>& rows);
// An array of objects {name, unit, ours, peer, theirs, ratio, goal, met}; null where not known.
void print_json(const std::vector<Row>& rows);

// Says why and ends the program: a benchmark that cannot run has no result.
[[noreturn]] void give_up(const std::string& why);

}  // namespace feltbog::bench
