// SPDX-License-Identifier: Apache-2.0
// Clocks, medians and printing of the benchmarks.
#include "tests/bench/measure.h"

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>

namespace feltbog::bench {
namespace {

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

std::string number(const std::optional<double>& value, const char* format, const char* none) {
  if (!value) return none;
  char text[32];
  std::snprintf(text, sizeof text, format, *value);
  return text;
}

}  // namespace

Moment now() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto wall = std::chrono::steady_clock::now().time_since_epoch();
  return {seconds(usage.ru_utime) + seconds(usage.ru_stime),
          std::chrono::duration<double>(wall).count()};
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

std::optional<bool> Row::met() const {
  if (!goal) return std::nullopt;
  return ratio.value_or(ours) <= *goal;
}

void print_table(const std::vector<Row>& rows) {
  std::printf("%-44s %-8s %10s  %-22s %10s %7s %6s  %s\n", "measured", "unit", "ours", "against",
              "theirs", "ratio", "goal", "met");
  for (const Row& row : rows) {
    const auto met = row.met();
    std::printf("%-44s %-8s %10.3f  %-22s %10s %7s %6s  %s\n", row.name.c_str(), row.unit.c_str(),
                row.ours, row.peer.c_str(), number(row.theirs, "%.3f", "-").c_str(),
                number(row.ratio, "%.2f", "-").c_str(), number(row.goal, "%.2f", "-").c_str(),
                !met ? "-" : (*met ? "yes" : "NO"));
  }
}

void print_json(const std::vector<Row>& rows) {
  std::printf("[");
  const char* separator = "\n";
  for (const Row& row : rows) {
    const auto met = row.met();
    std::printf(
        "%s  {\"name\": \"%s\", \"unit\": \"%s\", \"ours\": %.6g, \"peer\": \"%s\", "
        "\"theirs\": %s, \"ratio\": %s, \"goal\": %s, \"met\": %s}",
        separator, row.name.c_str(), row.unit.c_str(), row.ours, row.peer.c_str(),
        number(row.theirs, "%.6g", "null").c_str(), number(row.ratio, "%.4g", "null").c_str(),
        number(row.goal, "%.4g", "null").c_str(), !met ? "null" : (*met ? "true" : "false"));
    separator = ",\n";
  }
  std::printf("\n]\n");
}

void give_up(const std::string& why) {
  std::fprintf(stderr, "bench: %s\n", why.c_str());
  std::exit(1);
}

}  // namespace feltbog::bench
