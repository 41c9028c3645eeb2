// SPDX-License-Identifier: Apache-2.0
// Changing a passphrase, and getting in again after forgetting it, as people type it.
#include <fstream>
#include <sstream>

#include "tests/e2e/site.h"

namespace feltbog::e2e {
namespace {

constexpr const char* kNewWords = "en helt anden sætning end før";

// A file with one secret, for an option that wants one.
std::string secret_file(const Site& site, const char* name, const std::string& text) {
  const std::string path = site.scratch / name;
  std::ofstream(path) << text << "\n";
  return path;
}

TEST_CASE("a changed passphrase opens from the next time on, and the old one no longer does") {
  const Site site;
  const std::string chosen = secret_file(site, "new", kNewWords);
  site.desk.refuses(
      {"passphrase", "change", "--new-passphrase-file", secret_file(site, "short", "kort")},
      ErrorCode::weak_passphrase);
  site.desk.must({"passphrase", "change", "--new-passphrase-file", chosen});
  site.desk.must({"lock"});
  site.desk.refuses({"unlock"}, ErrorCode::wrong_passphrase);
  site.desk.give_passphrase(kNewWords);
  site.desk.must({"unlock"});
  // The same from a locked database.
  site.desk.must({"lock"});
  const std::string again = secret_file(site, "again", "og endnu en sætning");
  site.desk.must({"passphrase", "change", "--new-passphrase-file", again});
  site.desk.give_passphrase("og endnu en sætning");
  site.desk.must({"unlock"});
}

TEST_CASE("a recovery code opens a device that nobody may try any more, and only that one") {
  const Site site;
  const std::string code = site.desk.must({"recovery", "add"})["code"].text_or({});
  REQUIRE(code.size() == 26);
  // What a person sees has groups; a second code works beside the first.
  const auto shown = site.desk.show({"recovery", "add"});
  CHECK(shown.out.find("-") != std::string::npos);
  CHECK(shown.out.find("Recovery code: ") != std::string::npos);
  const std::string spoken = shown.out.substr(shown.out.find(": ") + 2, 31);
  site.desk.must({"lock"});
  site.desk.give_passphrase("det var en helt anden sætning");
  Answer answer;
  for (int attempt = 0; attempt < 6 && answer.error != "too_many_tries"; ++attempt) {
    answer = site.desk.run({"unlock"});
  }
  REQUIRE(answer.error == "too_many_tries");
  const auto told = site.desk.show({"unlock"});
  CHECK(told.err.find("Too many wrong tries. Wait ") != std::string::npos);
  CHECK(told.err.find(" seconds.") != std::string::npos);
  site.desk.give_passphrase("2222-2222-2222-2222-2222-2222-22");
  site.desk.refuses({"unlock", "--recovery-code"}, ErrorCode::wrong_passphrase);
  site.desk.give_passphrase(spoken);
  site.desk.must({"unlock", "--recovery-code"});
  site.desk.give_passphrase(code);
  site.desk.must({"passphrase", "change", "--recovery-code", "--new-passphrase-file",
                  secret_file(site, "new", kNewWords)});
  site.desk.must({"lock"});
  site.desk.give_passphrase(kNewWords);
  site.desk.must({"unlock"});
  CHECK(site.desk.must({"status"})["stage"] == Value("member"));
}

// The hard limit of a running process, as the system tells it.
bool may_dump_core(pid_t process) {
  std::ifstream limits("/proc/" + std::to_string(process) + "/limits");
  for (std::string line; std::getline(limits, line);) {
    if (!line.starts_with("Max core file size")) continue;
    std::istringstream words(line.substr(18));
    std::string soft;
    std::string hard;
    words >> soft >> hard;
    return soft != "0" || hard != "0";
  }
  return true;
}

TEST_CASE("neither the owner of a database nor the office server may dump its memory") {
  const Site site;
  site.desk.must({"unlock"});
  REQUIRE(site.desk.owner() != 0);
  CHECK_FALSE(may_dump_core(site.desk.owner()));
  CHECK_FALSE(may_dump_core(site.server.process()));
}

}  // namespace
}  // namespace feltbog::e2e
