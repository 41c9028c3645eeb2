// SPDX-License-Identifier: Apache-2.0
// Notes taken down while nothing may be shown, and what becomes of them.
#include <doctest/doctest.h>

#include <set>

#include "core/workspace/core.h"
#include "core/workspace/dropped_notes.h"
#include "tests/support/test_office.h"

using namespace feltbog;
using namespace feltbog::testing;
using namespace feltbog::workspace;

namespace {

constexpr std::int64_t kDay = 24LL * 3'600'000;

struct Lapsed {
  TestOffice office{1};
  TestDevice& anna = office.add("Anna");
  std::string id = office.refer({"Anna"});

  Lapsed() {
    office.sync_all();
    office.clock().advance(20 * kDay);
    anna.clock.advance(20 * kDay);
  }
  void drop(const std::string& text, const std::string& file) {
    anna.call("note.drop", parameters("text", text, "case", file, "at", "2026-11-20T10:30"));
  }
  std::int64_t dropped() { return anna.call("status")["dropped_notes"].integer_or(-1); }
  std::vector<std::string> titles() {
    std::vector<std::string> out;
    const Value listed = anna.call("note.list", parameters("case", id));
    for (const Value& row : listed.items()) out.push_back(row["title"].text_or(""));
    return out;
  }
};

// The device as the power cut left it has the note: still sealed, or once in its case; how often
// it was the latter.
int note_count_after_cut(Lapsed& phone, std::uint64_t cut, CrashPolicy policy) {
  auto disk = phone.anna.disk.image_at(cut, policy, cut);
  SeededRandom random(cut * 7 + 1);
  const Environment environment{disk.get(), &phone.anna.clock, &random};
  auto opened = Workspace::open(environment, "device.db", phone.anna.key());
  REQUIRE(opened.has_value());
  Workspace& workspace = **opened;
  const CallContext context;
  const bool lapsed = workspace.call("lease.show", {}, context).value()["state"] == Value("lapsed");
  CHECK(workspace.call("status", {}, context).value()["dropped_notes"] == Value(lapsed ? 1 : 0));
  if (lapsed) return 0;
  const Value listed = workspace.call("note.list", parameters("case", phone.id), context).value();
  CHECK(listed.items().size() == 1);
  return 1;
}

}  // namespace

TEST_CASE("a lapsed device takes notes and shows nothing of them but how many") {
  Lapsed phone;
  phone.drop("Ringede på.", phone.id);
  const Value second = phone.anna.call("note.drop", parameters("text", "Mødte naboen."));
  CHECK(second["dropped_notes"] == Value(2));
  CHECK(second.map()->size() == 1);
  CHECK(phone.dropped() == 2);
  CHECK(phone.anna.try_call("note.dropped").error().code == ErrorCode::lease_lapsed);
  CHECK(phone.anna.try_call("note.file", parameters("id", 1, "case", phone.id)).error().code ==
        ErrorCode::lease_lapsed);
  CHECK(phone.anna.workspace().core().dropped->file_all().has_value());
  CHECK(phone.dropped() == 2);
}

TEST_CASE("a case that is not here is taken like one that is, so that nobody learns which are") {
  Lapsed phone;
  phone.drop("Ukendt.", "Navn Ingen Har");
  phone.drop("Kendt.", phone.id);
  CHECK(phone.dropped() == 2);
}

TEST_CASE("a renewed lease makes ordinary notes of them, with the times they had") {
  Lapsed phone;
  phone.drop("Ringede på.", phone.id);
  const WallTime recorded = phone.anna.clock.wall;
  phone.anna.clock.advance(kDay);
  phone.office.sync(phone.anna);
  CHECK(phone.dropped() == 0);
  const Value note =
      phone.anna.call("note.show", parameters("case", phone.id, "note", "2026-11-20T10:30"));
  CHECK(note["text"] == Value("Ringede på."));
  CHECK(note["happened"] == Value("2026-11-20T10:30"));
  const Value history =
      phone.anna.call("note.history", parameters("case", phone.id, "note", "2026-11-20T10:30"));
  CHECK(history.items().front()["written"].text_or("").substr(0, 16) ==
        casework::to_text(casework::to_copenhagen(recorded)).substr(0, 16));
  CHECK(phone.titles().size() == 1);
}

TEST_CASE("what was dropped reaches the others with the next sync") {
  Lapsed phone;
  phone.drop("Ringede på.", phone.id);
  phone.office.sync(phone.anna);
  CHECK(phone.anna.workspace().has_local_work());
  phone.office.sync(phone.anna);
  phone.office.sync(phone.office.desk());
  CHECK(phone.office.desk().call(
            "note.show", parameters("case", phone.id, "note", "2026-11-20T10:30"))["text"] ==
        Value("Ringede på."));
}

TEST_CASE("without a case, or with one that is not here, they are listed and filed by hand") {
  Lapsed phone;
  phone.anna.call("note.drop", parameters("text", "Uden sag."));
  phone.drop("Fremmed sag.", "Navn Ingen Har");
  phone.office.sync(phone.anna);
  const Value listed = phone.anna.call("note.dropped");
  REQUIRE(listed.items().size() == 2);
  CHECK(listed.items()[0]["text"] == Value("Uden sag."));
  CHECK(listed.items()[1]["case"] == Value("Navn Ingen Har"));
  for (const char* number : {"1", "2"}) {
    phone.anna.call("note.file", parameters("id", std::stoi(number), "case", phone.id));
  }
  CHECK(phone.dropped() == 0);
  CHECK(phone.titles().size() == 2);
  CHECK(phone.anna.try_call("note.file", parameters("id", 1, "case", phone.id)).error().code ==
        ErrorCode::not_found);
  CHECK(phone.titles().size() == 2);
}

TEST_CASE("a device whose lease runs makes an ordinary note of it at once") {
  Lapsed phone;
  phone.office.sync(phone.anna);
  phone.drop("Ringede på.", phone.id);
  CHECK(phone.dropped() == 0);
  CHECK(phone.titles() == std::vector<std::string>{"2026-11-20T10:30"});
}

TEST_CASE("a dropped note that could not be a note is refused, not cut") {
  Lapsed phone;
  const std::string text(kDroppedNoteBytesMax + 1, 'a');
  CHECK(phone.anna.try_call("note.drop", parameters("text", text)).error().code ==
        ErrorCode::limit_exceeded);
  phone.drop(text.substr(1), phone.id);
  phone.office.sync(phone.anna);
  CHECK(phone.titles().size() == 1);
}

TEST_CASE("a device is not given up while it has notes that are in no case") {
  Lapsed phone;
  phone.anna.call("note.drop", parameters("text", "Uden sag."));
  phone.office.sync(phone.anna);
  phone.office.sync(phone.anna);
  CHECK(phone.anna.try_call("device.leave").error().code == ErrorCode::wrong_state);
  phone.anna.call("note.file", parameters("id", 1, "case", phone.id));
  phone.office.sync(phone.anna);
  CHECK(phone.anna.try_call("device.leave").has_value());
}

TEST_CASE("no dropped word stands readable in the database's rows") {
  Lapsed phone;
  phone.drop("Et sjældent ord", phone.id);
  auto row = phone.anna.workspace().core().database->prepare("SELECT sealed FROM dropped_note");
  REQUIRE(row.has_value());
  REQUIRE(row->step().value());
  const Bytes sealed = to_bytes(row->bytes(0));
  CHECK(as_text(sealed).find("sjældent") == std::string_view::npos);
}

TEST_CASE("a device that belongs to nobody, or was barred, takes nothing down") {
  TestOffice office{1};
  TestDevice& stranger = office.add_stranger();
  CHECK(stranger.try_call("note.drop", parameters("text", "Ord")).error().code ==
        ErrorCode::wrong_state);
  TestDevice& anna = office.add("Anna");
  office.desk().call("device.revoke", parameters("device", "Anna"));
  office.sync(office.desk());
  CHECK(office.try_sync(anna)->code == ErrorCode::revoked);
  CHECK(anna.try_call("note.drop", parameters("text", "Ord")).error().code == ErrorCode::revoked);
}

TEST_CASE("a power cut at any change neither loses a dropped note nor files it twice") {
  Lapsed phone;
  phone.anna.disk.start_recording();
  phone.drop("En", phone.id);
  const std::uint64_t taken = phone.anna.disk.change_count();
  phone.office.sync(phone.anna);
  const std::uint64_t last = phone.anna.disk.change_count();
  int filed = 0;
  for (std::uint64_t cut = taken; cut <= last; ++cut) {
    for (const CrashPolicy policy : kCrashPolicies) {
      CAPTURE(cut);
      CAPTURE(crash_policy_name(policy));
      filed += note_count_after_cut(phone, cut, policy);
    }
  }
  CHECK(filed > 0);
}
