// SPDX-License-Identifier: Apache-2.0
// The field day with kill -9 of the server or a client at ten points of its second half.
#include "tests/e2e/scratch.h"

namespace feltbog::e2e {
namespace {

void survives(const std::string& seed) {
  const Scratch scratch;
  const demo::Outcome outcome = demo::Process::start({FELTBOG_DEMO, "--folder", scratch / "day",
                                                      "--kills", "10", "--seed", seed})
                                    .finish();
  CAPTURE(seed);
  CHECK_MESSAGE(outcome.status == 0, (outcome.out + outcome.err));
  CHECK_MESSAGE(outcome.out.find("after 10 kills") != std::string::npos, outcome.out);
}

TEST_CASE("killed at ten points, server or client, the day still ends with nothing lost (1)") {
  survives("1");
}

TEST_CASE("killed at ten points, server or client, the day still ends with nothing lost (2)") {
  survives("2");
}

TEST_CASE("killed at ten points, server or client, the day still ends with nothing lost (3)") {
  survives("3");
}

}  // namespace
}  // namespace feltbog::e2e
