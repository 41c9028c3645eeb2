// SPDX-License-Identifier: Apache-2.0
#include "tests/e2e/client_process.h"

#include <signal.h>

#include "core/base/json.h"
#include "tests/e2e/scratch.h"

namespace feltbog::e2e {
namespace {

// What follows it may be said more exactly.
std::string_view first_sentence(std::string_view text) { return text.substr(0, text.find(". ")); }

std::string one_line(const Words& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : " ") + word.substr(0, 60);
  return out;
}

}  // namespace

Client::Client(std::string name, std::string folder, std::string data)
    : name_(std::move(name)), folder_(std::move(folder)), data_(std::move(data)) {
  std::filesystem::create_directories(folder_);
  if (data_.empty()) data_ = folder_ + "/data";
  give_own_passphrase();
}

Client::~Client() { close(); }

Words Client::command_line(const Words& words) const {
  Words out{FELTBOG_CLIENT};
  out.insert(out.end(), words.begin(), words.end());
  out.insert(out.end(), {"--lang", "en", "--dir", data_});
  out.insert(out.end(), {"--passphrase-file", folder_ + "/passphrase"});
  return out;
}

demo::Process Client::start(const Words& words) const {
  Words all = command_line(words);
  all.emplace_back("--json");
  return demo::Process::start(all);
}

demo::Outcome Client::show(const Words& words) const {
  return demo::Process::start(command_line(words)).finish();
}

Answer Client::run(const Words& words) const {
  const demo::Outcome outcome = start(words).finish();
  Answer answer{outcome.status, {}, {}};
  const auto parsed = parse_json(outcome.out);
  if (outcome.status == 0 && parsed) {
    answer.value = *parsed;
    return answer;
  }
  if (parsed) answer.value = (*parsed)["error"];
  answer.error = answer.value["name"].text_or("no error in JSON");
  return answer;
}

Value Client::must(const Words& words) const {
  const Answer answer = run(words);
  if (!answer.error.empty()) {
    FAIL(name_ << ": " << one_line(words) << ": " << answer.error << ", "
               << answer["detail"].text_or({}) << ", exit status " << answer.status);
  }
  return answer.value;
}

void Client::refuses(const Words& words, ErrorCode code) const {
  const Answer answer = run(words);
  const std::string line = one_line(words);
  CAPTURE(line);
  CHECK_MESSAGE(answer.error == error_name(code), answer["detail"].text_or({}));
  CHECK(answer.status == error_exit_status(code));
  CHECK(answer["message"].text_or({}).starts_with(first_sentence(error_text(code))));
}

void Client::give_passphrase(const std::string& words) const {
  write_whole(folder_ + "/passphrase", words + "\n");
}

void Client::give_own_passphrase() const { give_passphrase("syv små skibe i en havn " + name_); }

pid_t Client::owner() const {
  const std::string program = std::filesystem::canonical(FELTBOG_CLIENT).string();
  return demo::find_process(program, "owner", data_);
}

void Client::kill_owner() const {
  if (const pid_t process = owner(); process > 0) ::kill(process, SIGKILL);
  CHECK(until([this] { return owner() == 0; }));
}

void Client::close() const {
  if (owner() == 0) return;
  run({"lock", "--stop"});
  if (!until([this] { return owner() == 0; })) kill_owner();
}

}  // namespace feltbog::e2e
