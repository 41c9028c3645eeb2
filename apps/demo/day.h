// SPDX-License-Identifier: Apache-2.0
// A worker's day, played from pathways/scenarios/field-day.json by real processes: referral, visits
// without network by two people on one case, reconnection, a conflict that a person settles.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "apps/demo/canaries.h"
#include "apps/demo/device.h"
#include "apps/demo/office.h"

namespace feltbog::demo {

struct DayOptions {
  Programs programs;
  std::string source;                // the project's folder, for the pathway and the scenario
  std::string folder;                // fresh, for everything the day leaves
  bool second_worker_first = false;  // who reconnects first
  int kills = 0;                     // kill -9 of server or a client, from the field day on
  std::uint64_t seed = 1;            // where they fall
};

struct Check {
  std::string what;
  bool holds = false;
};

struct DayResult {
  std::vector<Check> checks;
  std::map<std::string, std::string> hashes;  // device -> state hash of the shared file
  std::vector<Search> searches;
  Value timeline;
  Value due;
  Value conflict;  // as the desk saw it
  int kills = 0;
  std::int64_t milliseconds = 0;
};

class Day {
 public:
  // `say` is told what happens, for people.
  Day(DayOptions options, std::function<void(const std::string&)> say);

  // Errors are failures of the set-up; what the day should have come to is in the checks.
  Result<DayResult> play();
  // Ends everything in good order; or leaves it all running.
  void close();
  void leave_running() { office_.release(); }

  const std::map<std::string, Device>& devices() const { return devices_; }
  const Office& office() const { return office_; }
  const std::string& shared_file() const { return case_; }

 private:
  Result<void> set_up();
  Result<void> refer(const Value& line);
  Result<void> play_phase(const Value& phase);
  Result<void> play_line(const Value& line);
  Result<void> play_event(const Value& line, const std::string& request);
  Result<void> play_insert(const Value& line, const std::string& request);
  Result<void> play_photo(const Value& line);
  Result<void> play_settle(const Value& line, const std::string& request);
  Result<void> reconnect();
  Result<void> compare(DayResult& result);
  void check_texts(DayResult& result);
  void check_order(DayResult& result);
  Result<void> check_photo(DayResult& result);
  void look_for_canaries(DayResult& result);
  void maybe_kill();
  Result<void> ensure_office();
  Device& device(const Value& line);

  DayOptions options_;
  std::function<void(const std::string&)> say_;
  Value scenario_;
  Office office_;
  std::map<std::string, Device> devices_;
  std::map<std::string, std::string> names_;   // actor -> person's name
  std::map<std::string, std::string> events_;  // scenario line -> event id
  std::string case_;
  std::string photo_;
  Value conflict_;
  Value due_;
  std::mt19937_64 chance_;
  bool dangerous_ = false;
  int commands_left_ = 0;
  int kills_left_ = 0;
};

}  // namespace feltbog::demo
