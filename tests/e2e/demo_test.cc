// SPDX-License-Identifier: Apache-2.0
// The demonstration: a field day with a server and three devices, in both orders of reconnection.
#include "tests/e2e/scratch.h"

namespace feltbog::e2e {
namespace {

void plays_to_the_end(const std::string& option) {
  const Scratch scratch;
  std::vector<std::string> words{FELTBOG_DEMO, "--folder", scratch / "day"};
  if (!option.empty()) words.push_back(option);
  const demo::Outcome outcome = demo::Process::start(words).finish();
  CHECK_MESSAGE(outcome.status == 0, (outcome.out + outcome.err));
  // What held is not kept.
  CHECK_FALSE(std::filesystem::exists(scratch / "day"));
}

TEST_CASE("a field day with two phones and a desk ends the same everywhere, and nothing leaks") {
  plays_to_the_end("");
}

TEST_CASE("the day ends the same when the other phone reconnects first") {
  plays_to_the_end("--second-first");
}

}  // namespace
}  // namespace feltbog::e2e
