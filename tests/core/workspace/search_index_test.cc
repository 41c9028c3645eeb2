// SPDX-License-Identifier: Apache-2.0
#include "core/workspace/search_index.h"

#include <doctest/doctest.h>

#include "tests/support/test_office.h"

using namespace feltbog;
using namespace feltbog::testing;

namespace {

std::size_t hits(TestDevice& device, const char* words) {
  return device.call("search", parameters("words", words)).items().size();
}

}  // namespace

TEST_CASE("words that were reworded away are found no more, and the new ones are") {
  TestOffice office(1);
  TestDevice& desk = office.desk();
  const std::string id = office.refer({"Karen"});
  desk.call("note.write", parameters("case", id, "text", "aftalt tirsdag", "title", "N"));
  desk.call("note.edit", parameters("case", id, "note", "N", "text", "aftalt onsdag"));
  CHECK(hits(desk, "tirsdag") == 0);
  CHECK(hits(desk, "onsdag") == 1);
}

TEST_CASE("a colleague's words are found after a sync, and what a hit shows is where it stands") {
  TestOffice office(2);
  TestDevice& anna = office.add("Anna");
  const std::string id = office.refer({"Anna"});
  office.sync_all();
  anna.call("note.write",
            parameters("case", id, "text", "Blåbærgrød til frokost", "title", "Besøg"));
  office.sync_all();
  const Value found = office.desk().call("search", parameters("words", "blåbær"));
  REQUIRE(found.items().size() == 1);
  const Value& hit = found.items().front();
  CHECK(hit["case"] == Value(id));
  CHECK(hit["kind"] == Value("note"));
  CHECK(hit["excerpt"].text_or("").find("«Blåbærgrød»") != std::string::npos);
}

TEST_CASE("whatever is typed is taken for words, never for a query language or an error") {
  TestOffice office(3);
  for (const char* words : {"*", "-", "NEAR(a b)", "a AND", "body:x", "'", "\"", "(", "🙂", "\\",
                            "a\x01 b", "^x", "{}"}) {
    CAPTURE(words);
    const auto found = office.desk().try_call("search", parameters("words", words));
    if (!found) CHECK(found.error().code == ErrorCode::invalid_argument);
  }
  CHECK(office.desk().try_call("search", parameters("words", " \t ")).error().code ==
        ErrorCode::invalid_argument);
}

TEST_CASE("the definition of a pathway and the key of a photo are not words") {
  TestOffice office(4);
  office.refer({"Karen"});
  CHECK(hits(office.desk(), "outreach_worker") == 0);
}
