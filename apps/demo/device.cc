// SPDX-License-Identifier: Apache-2.0
#include "apps/demo/device.h"

#include <filesystem>
#include <fstream>

#include "core/base/json.h"

namespace feltbog::demo {
namespace {

// A disturbed command is tried this often; each try starts whatever was killed.
constexpr int kTriesMax = 8;

// Whether trying again can help: the process or the line to it was lost.
bool may_pass(ErrorCode code) {
  return code == ErrorCode::unreachable || code == ErrorCode::timed_out ||
         code == ErrorCode::io_error || code == ErrorCode::busy ||
         code == ErrorCode::closed_handle || code == ErrorCode::cancelled ||
         code == ErrorCode::internal || code == ErrorCode::locked;
}

}  // namespace

Device::Device(Programs programs, std::string name, std::string folder)
    : programs_(std::move(programs)), name_(std::move(name)), folder_(std::move(folder)) {
  std::filesystem::create_directories(folder_);
  data_ = folder_ + "/data";
  traffic_ = folder_ + "/traffic";
  passphrase_ = folder_ + "/passphrase";
  std::ofstream(passphrase_) << "fem små fugle på en gren " << name_ << "\n";
}

Result<Value> Device::run(std::vector<std::string> words) {
  words.insert(words.begin(), programs_.client);
  for (const char* word : {"--json", "--lang", "en"}) words.emplace_back(word);
  words.insert(words.end(), {"--dir", data_, "--passphrase-file", passphrase_});
  Process process = Process::start(words);
  if (disturb) disturb();
  const Outcome outcome = process.finish();
  auto result = parse_json(outcome.out);
  if (outcome.status == 0 && result) return result;
  // Where an error is printed is the client's matter; its JSON is recognised on either stream.
  for (const std::string* stream : {&outcome.out, &outcome.err}) {
    const auto parsed = parse_json(*stream);
    if (!parsed) continue;
    const Value& error = (*parsed)["error"];
    const auto code = error_from_number(static_cast<std::uint64_t>(error["code"].integer_or(0)));
    if (code) return Error{*code, error["detail"].text_or({})};
  }
  return Error{ErrorCode::internal, "exit status " + std::to_string(outcome.status)};
}

Result<Value> Device::ask(const std::vector<std::string>& words) { return run_once(words, {}); }

Result<Value> Device::run_once(std::vector<std::string> words, const std::string& request) {
  if (!request.empty()) words.insert(words.end(), {"--request-id", request});
  for (int attempt = 1;; ++attempt) {
    auto result = run(words);
    if (result || attempt == kTriesMax || !may_pass(result.error().code)) return result;
  }
}

Result<Value> Device::sync() {
  for (int attempt = 1;; ++attempt) {
    auto result = run({"sync", "--record", traffic_});
    if (result) {
      moved_.sent += (*result)["wire_sent"].integer_or(0);
      moved_.received += (*result)["wire_received"].integer_or(0);
      moved_.milliseconds += (*result)["milliseconds"].integer_or(0);
      ++moved_.syncs;
      return result;
    }
    if (attempt == kTriesMax || !may_pass(result.error().code)) return result;
  }
}

bool Device::kill_owner() {
  const pid_t owner = find_process(programs_.client, "owner", data_);
  if (owner > 0) kill_process(owner);
  return owner > 0;
}

void Device::close() { static_cast<void>(run({"lock", "--stop"}).has_value()); }

}  // namespace feltbog::demo
