// SPDX-License-Identifier: Apache-2.0
// A phone that wrote without network is barred before it comes back: what it hands in, what it is
// shown, and when it is to destroy what it holds.
#include <doctest/doctest.h>

#include "core/ledger/organisation.h"
#include "core/workspace/attachment.h"
#include "core/workspace/core.h"
#include "core/workspace/editor.h"
#include "tests/core/workspace/forger.h"

using namespace feltbog;
using namespace feltbog::testing;

namespace {

struct Lost {
  TestOffice office{1};
  TestDevice& desk = office.desk();
  TestDevice& anna = office.add("Anna", "caseworker");
  TestDevice& bo = office.add("Bo");
  std::string id = office.refer({"Anna", "Bo"});

  Lost() { office.sync_all(); }
  void write(TestDevice& device, const std::string& title, const std::string& words) {
    device.call("note.write", parameters("case", id, "text", words, "title", title));
  }
  void bar() { order("device.revoke"); }
  void order(const char* command) {
    desk.call(command, parameters("device", "Anna"));
    sync_rest();
  }
  void sync_rest() {
    for (int round = 0; round < 2; ++round) {
      office.sync(desk);
      office.sync(bo);
    }
  }
  // The phone is back in reach.
  void come_back() {
    const auto ended = office.try_sync(anna);
    REQUIRE(ended.has_value());
    REQUIRE_MESSAGE(ended->code == ErrorCode::revoked, error_name(ended->code) << ended->detail);
  }
  Value held() { return desk.call("held.list"); }
  bool finds(TestDevice& device, const char* word) {
    return !device.call("search", parameters("words", word)).items().empty();
  }
  bool all_sent() { return anna.call("status")["all_sent"] == Value(true); }
  bool wipe_due() {
    const auto due = anna.workspace().wipe_due();
    REQUIRE(due.has_value());
    return *due;
  }
  std::int64_t count(const char* sql) {
    auto row = anna.workspace().core().database->prepare(sql);
    REQUIRE(row.has_value());
    REQUIRE(row->step().value());
    return row->integer(0);
  }
  ledger::Replica& replica() { return anna.workspace().replica(); }
};

ErrorCode code_of(const Result<Value>& result) {
  return result ? ErrorCode::internal : result.error().code;
}

}  // namespace

TEST_CASE("what a barred phone had not sent arrives, waits for a supervisor, and can be adopted") {
  Lost lost;
  lost.write(lost.anna, "Sidste", "Nøglen ligger hos naboen.");
  lost.bar();
  lost.come_back();
  CHECK(lost.all_sent());
  lost.sync_rest();
  CHECK_FALSE(lost.finds(lost.desk, "naboen"));
  CHECK_FALSE(lost.finds(lost.bo, "naboen"));
  const Value held = lost.held();
  REQUIRE(held.items().size() == 1);
  const Value run = held.items().front()["id"];
  CHECK(lost.desk.call("held.show", parameters("run", run))["by"] == Value("Anna"));
  lost.desk.call("held.adopt", parameters("run", run));
  lost.sync_rest();
  for (TestDevice* device : {&lost.desk, &lost.bo}) {
    const Value note = device->call("note.show", parameters("case", lost.id, "note", "Sidste"));
    CHECK(note["text"] == Value("Nøglen ligger hos naboen."));
  }
}

TEST_CASE("what was sealed before the barring goes as it was, and what came later follows it") {
  Lost lost;
  lost.write(lost.anna, "A", "Første");
  static_cast<void>(lost.replica().claim());
  REQUIRE(lost.replica().runs_to_send(1 << 20, 0)->size() == 1);
  lost.write(lost.anna, "B", "Anden");
  auto photo = workspace::AttachmentWriter::open(lost.anna.workspace(), lost.id, "foto", "image/x");
  REQUIRE(photo.has_value());
  REQUIRE((*photo)->write(Bytes(workspace::kChunkBytes + 9, 3)).has_value());
  REQUIRE((*photo)->finish().has_value());
  lost.bar();
  lost.come_back();
  CHECK(lost.all_sent());
  CHECK(lost.office.relay().counts()->chunks == 2);
  lost.sync_rest();
  CHECK(lost.held().items().size() == 2);
  CHECK(lost.desk.call("status")["runs_set_aside"] == Value(0));
}

TEST_CASE("a barred phone is shown nothing that came after it was barred") {
  Lost lost;
  const auto runs = lost.count("SELECT count(*) FROM run WHERE own = 0");
  const auto records = lost.count("SELECT count(*) FROM space_record");
  lost.bar();
  lost.write(lost.bo, "Ny", "Det må telefonen ikke se.");
  lost.sync_rest();
  lost.come_back();
  CHECK(lost.count("SELECT count(*) FROM run WHERE own = 0") == runs);
  CHECK(lost.count("SELECT count(*) FROM space_record") == records);
  lost.come_back();
  CHECK(lost.count("SELECT count(*) FROM run WHERE own = 0") == runs);
}

TEST_CASE("a barred phone opens none of its cases and writes in none, and says what is unsent") {
  Lost lost;
  lost.write(lost.anna, "A", "Første");
  auto open =
      workspace::Editor::open(lost.anna.workspace(), lost.id, "A", workspace::TextUnit::code_point);
  REQUIRE(open.has_value());
  lost.bar();
  lost.come_back();
  for (const bool restarted : {false, true}) {
    CAPTURE(restarted);
    if (restarted) {
      open->reset();
      lost.anna.reopen();
    } else {
      CHECK((*open)->splice((*open)->revision(), 0, 0, "x").error().code == ErrorCode::revoked);
    }
    CHECK(code_of(lost.anna.try_call("note.list", parameters("case", lost.id))) ==
          ErrorCode::revoked);
    CHECK(code_of(lost.anna.try_call("search", parameters("words", "Første"))) ==
          ErrorCode::revoked);
    CHECK(code_of(lost.anna.try_call("case.new", parameters("citizen", "Ny"))) ==
          ErrorCode::revoked);
    const auto editor = workspace::Editor::open(lost.anna.workspace(), lost.id, "A",
                                                workspace::TextUnit::code_point);
    CHECK(editor.error().code == ErrorCode::revoked);
    const auto photo =
        workspace::AttachmentWriter::open(lost.anna.workspace(), lost.id, "foto", "image/x");
    CHECK(photo.error().code == ErrorCode::revoked);
    CHECK(lost.anna.call("status")["stage"] == Value("revoked"));
  }
}

TEST_CASE("a case the server never had stays on a barred phone, and is counted as unsent") {
  Lost lost;
  lost.anna.call("case.new", parameters("citizen", "Aldrig Sendt"));
  lost.write(lost.anna, "Sidste", "I en sag som alle har.");
  lost.order("device.wipe");
  lost.come_back();
  CHECK_FALSE(lost.all_sent());
  CHECK(lost.anna.call("status")["not_sent"]["changes"] != Value(0));
  lost.sync_rest();
  CHECK(lost.held().items().size() == 1);
  CHECK(lost.wipe_due());
}

TEST_CASE("a device that bars itself tells the server, and is barred once that has heard") {
  Lost lost;
  lost.write(lost.anna, "Sidste", "Jeg afleverer telefonen.");
  lost.anna.call("device.revoke", parameters("device", "Anna"));
  lost.come_back();
  CHECK_FALSE(lost.office.relay().device_active(device_id(lost.anna)));
  CHECK(lost.all_sent());
}

TEST_CASE("an order to wipe is due at once where nothing waits, else once the rescue was tried") {
  for (const bool has_unsent : {false, true}) {
    CAPTURE(has_unsent);
    Lost lost;
    if (has_unsent) lost.write(lost.anna, "Sidste", "Usendt");
    const auto known = lost.anna.workspace().core().membership.organisation_accepted();
    lost.order("device.wipe");
    CHECK_FALSE(lost.wipe_due());
    // The link breaks behind the organisation's log.
    const auto records = records_on_server(lost.office, lost.anna, {}, known + 1);
    REQUIRE(lost.replica().store_records({}, known + 1, records).has_value());
    CHECK(lost.wipe_due() != has_unsent);
    lost.come_back();
    CHECK(lost.wipe_due());
    lost.anna.reopen();
    CHECK(lost.wipe_due());
  }
}

TEST_CASE("a device that is only barred is never to be wiped") {
  Lost lost;
  lost.bar();
  lost.come_back();
  CHECK_FALSE(lost.wipe_due());
}

TEST_CASE("an order to wipe is obeyed on a full disk too, where nobody can remember the rescue") {
  Lost lost;
  lost.anna.call("case.new", parameters("citizen", "Aldrig Sendt"));
  lost.order("device.wipe");
  const auto known = lost.anna.workspace().core().membership.organisation_accepted();
  const auto records = records_on_server(lost.office, lost.anna, {}, known + 1);
  REQUIRE(lost.replica().store_records({}, known + 1, records).has_value());
  CHECK_FALSE(lost.wipe_due());
  lost.anna.disk.inject({lost.anna.disk.call_count(), FaultKind::disk_full, true});
  CHECK_FALSE(lost.replica().barred().has_value());
  lost.anna.disk.clear_faults();
  CHECK(lost.wipe_due());
}
