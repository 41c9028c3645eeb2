// SPDX-License-Identifier: Apache-2.0
// examples/c/note.c, built against libfeltbog.so and run as its reader would run it.
#include <doctest/doctest.h>
#include <sys/wait.h>

#include "tests/mobile-bridge/c/phone.h"

using namespace feltbog::testing;

namespace {

struct Run {
  int status = -1;
  std::string out;
};

Run run_example(const std::string& folder, const std::string& passphrase, const std::string& invite,
                const std::string& text) {
  const std::string command = std::string(FELTBOG_EXAMPLE) + " '" + folder + "' '" + passphrase +
                              "' '" + invite + "' '" + text + "' 2>&1";
  FILE* pipe = ::popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  Run run;
  char part[4096];
  while (const std::size_t count = std::fread(part, 1, sizeof part, pipe)) {
    run.out.append(part, count);
  }
  const int status = ::pclose(pipe);
  run.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return run;
}

}  // namespace

TEST_CASE("the example in C writes a note and reads it back, in a new folder and in an old one") {
  Folder folder;
  const std::string invite = office_invite();
  const std::string passphrase(kPassphrase);
  const std::string words = "Blåbærgrød 🫐 på Ærø, " + std::string(300, 'x');
  const Run first = run_example(folder.path().string(), passphrase, invite, words);
  CHECK(first.out == words + "\n");
  CHECK(first.status == 0);
  CHECK(run_example(folder.path().string(), passphrase, invite, "Kort").out == "Kort\n");
}

TEST_CASE("the example in C says what was wrong") {
  Folder folder;
  const Run refused = run_example(folder.path().string(), "kort", office_invite(), "x");
  CHECK(refused.status == 1);
  CHECK(refused.out.find("[weak_passphrase 34]") != std::string::npos);
}
