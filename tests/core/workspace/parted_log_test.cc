// SPDX-License-Identifier: Apache-2.0
// A server put back to an older state that took other records since: one space's log goes on in two
// ways. Nothing settles which yet; everything else must go on.
#include <doctest/doctest.h>

#include "core/workspace/core.h"
#include "tests/support/test_office.h"

using namespace feltbog;
using namespace feltbog::testing;

namespace {

// The desk took Bo out of a case, and Carl, who had not heard of it, let Eva in at a server that
// had forgotten it.
struct Parted {
  TestOffice office{1};
  TestDevice& desk = office.desk();
  TestDevice& anna = office.add("Anna");
  TestDevice& carl = office.add("Carl", "caseworker");
  std::string id;
  std::string other;

  Parted() {
    office.add("Bo");
    office.add("Eva");
    office.add("Finn");
    id = office.refer({"Anna", "Bo", "Carl"});
    other = office.refer({"Anna"}, "Anden F");
    office.sync_all();
    auto backup = office.copy_server();
    desk.call("case.remove-member", parameters("case", id, "user", "Bo"));
    office.sync(desk);
    office.put_back_server(std::move(backup), true);
    add("Eva");
  }
  void add(const char* name) {
    carl.call("case.add-member", parameters("case", id, "user", name));
    office.sync(carl);
  }
  void write(const std::string& reference, const char* title) {
    desk.call("note.write", parameters("case", reference, "text", "Skrevet.", "title", title));
  }
  bool reads(TestDevice& device, const std::string& reference, const char* title) {
    return device.try_call("note.show", parameters("case", reference, "note", title)).has_value();
  }
  std::size_t contradictions() {
    std::size_t count = 0;
    const Value list = desk.call("evidence.list");
    for (const Value& row : list.items()) {
      if (row["kind"] == Value("server_changed_log")) ++count;
    }
    return count;
  }
};

}  // namespace

TEST_CASE("where a case's log has parted, all other cases go on being synced") {
  Parted test;
  test.write(test.other, "Andetsteds");
  test.write(test.id, "Her");
  test.office.sync(test.desk);
  test.office.sync(test.anna);
  CHECK(test.reads(test.anna, test.other, "Andetsteds"));
  // What cannot leave is said, and stays.
  CHECK(test.desk.call("status")["all_sent"] == Value(false));
  CHECK(test.reads(test.desk, test.id, "Her"));
  CHECK(test.contradictions() == 1);
}

TEST_CASE("it stays so when the server's log grows on, and through restarts") {
  Parted test;
  test.office.sync(test.desk);
  test.add("Finn");
  test.write(test.other, "Først");
  test.office.sync(test.desk);
  test.desk.reopen();
  test.write(test.other, "Så");
  test.office.sync(test.desk);
  test.office.sync(test.anna);
  CHECK(test.reads(test.anna, test.other, "Først"));
  CHECK(test.reads(test.anna, test.other, "Så"));
  CHECK(test.contradictions() >= 1);
  // What was decided at the desk still stands there.
  const SpaceId space = TestOffice::space_of(test.desk, test.id);
  CHECK(test.desk.workspace().core().membership.space(space)->state.members().size() == 3);
}

TEST_CASE("a record that waits in such a log keeps waiting, and the session comes to an end") {
  Parted test;
  test.desk.call("case.add-member", parameters("case", test.id, "user", "Finn"));
  test.write(test.other, "Andetsteds");
  test.office.sync(test.desk);
  test.office.sync(test.desk);
  test.office.sync(test.anna);
  CHECK(test.reads(test.anna, test.other, "Andetsteds"));
  CHECK(test.desk.call("status")["not_sent"]["membership_records"] == Value(1));
}
