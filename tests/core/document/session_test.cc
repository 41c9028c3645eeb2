// SPDX-License-Identifier: Apache-2.0
// Whole editing sessions end in the text that was recorded: those in the folder that the variable
// FELTBOG_TRACES names, or generated ones.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>

#include "core/document/history.h"
#include "tests/core/document/generator.h"
#include "tests/support/editing_session.h"

namespace feltbog::document {
namespace {

using testing::EditingSession;

std::vector<EditingSession> sessions() {
  if (const char* folder = std::getenv("FELTBOG_TRACES")) {
    auto read = testing::read_sessions(folder);
    REQUIRE(read);
    REQUIRE_FALSE(read->empty());
    return std::move(read).value();
  }
  return {testing::generate_sequential(1, 20000), testing::generate_two_authors(2, 8000, 40),
          testing::generate_two_authors(3, 3000, 1500)};
}

std::string text_of(const std::vector<Change>& changes) {
  History history(generator::schema());
  for (const Change& change : changes) REQUIRE(history.add(change));
  CHECK(history.held_count() == 0);
  return history.text({}, "body");
}

}  // namespace

TEST_CASE("every session ends in the text that was recorded, change by change and in batches") {
  for (const EditingSession& session : sessions()) {
    CAPTURE(session.name);
    CHECK(text_of(testing::to_changes(session)) == session.end_text);
    if (session.concurrent) continue;
    CHECK(text_of(testing::to_changes(session, kOpsPerChangeMax)) == session.end_text);
  }
}

TEST_CASE("a session of two authors ends in the recorded text in whatever order it arrives") {
  for (const EditingSession& session : sessions()) {
    if (!session.concurrent) continue;
    CAPTURE(session.name);
    // Each author's work as one block: the second one's waits, or merges late.
    std::vector<Change> changes = testing::to_changes(session);
    std::stable_sort(changes.begin(), changes.end(),
                     [](const Change& a, const Change& b) { return a.id.writer < b.id.writer; });
    CHECK(text_of(changes) == session.end_text);
  }
}

TEST_CASE("a generated session comes back from the format it is exchanged in") {
  const EditingSession session = testing::generate_two_authors(5, 300, 20);
  CHECK(testing::to_json(session).find("\"kind\":\"concurrent\"") != std::string::npos);
}

}  // namespace feltbog::document
