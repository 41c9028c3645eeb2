// SPDX-License-Identifier: Apache-2.0
// The permutation law: what a barred device wrote late, the record that bars it, the new key and
// its cuts, what a person decides, and an erasure amount to one state at whoever hears of them, in
// whatever order. Only the order within a log is given. The rules:
// tests/core/ledger/standing_test.cc.
#include <doctest/doctest.h>

#include <algorithm>

#include "core/workspace/core.h"
#include "tests/core/workspace/forger.h"

using namespace feltbog;
using namespace feltbog::testing;

namespace {

enum class Cuts { none, lost_at, named };
enum class Verdict { adopted, rejected };

// A piece as the server delivers it: a record of a log, or a run.
struct Piece {
  ledger::LogName log;
  std::uint64_t sequence = 0;  // of the record; 0: a run
  ledger::RecordItem record;
  ledger::RunItem run;
};

struct Outcome {
  Bytes documents;
  Value runs;  // the standing of each
  Value held;
  Value note;
  Value found;
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

// Anna writes, loses her phone, and whoever has it writes on; Bo writes on top. She is barred, the
// phone hands in what it had not sent, and somebody judges. Carl has no network all the while.
struct Story {
  TestOffice office{1};
  TestDevice& desk = office.desk();
  TestDevice& anna = office.add("Anna");
  TestDevice& bo = office.add("Bo");
  TestDevice& carl = office.add("Carl");
  std::string id = office.refer({"Anna", "Bo", "Carl"});
  SpaceId space;
  std::vector<Piece> pieces;

  Story(Cuts cuts, Verdict verdict) {
    office.sync_all();
    space = TestOffice::space_of(desk, id);
    write("Borgeren sov.");
    office.sync_all();
    const std::uint64_t known_run = standing().last_position;
    const std::uint64_t known_record = standing().records.sequence;
    const std::uint64_t known = office.relay().organisation_head().value().sequence;
    const ledger::Cut cut = cut_at_newest();
    for (TestDevice* device : {&desk, &anna, &bo, &carl}) device->clock.advance(3 * 3'600'000);
    append(anna, "Nøglen er væk.");
    sync_rest({&anna, &bo});
    append(bo, "Bo ringede på.");
    sync_rest({&bo, &desk});
    append(anna, "Usendt.");
    bar(cuts, cut);
    sync_rest({&desk, &bo});
    REQUIRE(office.try_sync(anna)->code == ErrorCode::revoked);
    sync_rest({&desk});
    judge(verdict);
    sync_rest({&desk, &bo});
    collect(known, known_record, known_run);
  }

  void write(const char* words) {
    anna.call("note.write", parameters("case", id, "text", words, "title", "N"));
  }
  void append(TestDevice& device, const char* words) {
    device.call("note.append", parameters("case", id, "note", "N", "text", words));
  }
  void sync_rest(std::initializer_list<TestDevice*> devices) {
    for (TestDevice* device : devices) office.sync(*device);
  }
  sync::SpaceStanding standing() { return office.relay().standing(device_id(desk), space).value(); }
  ledger::Cut cut_at_newest() {
    const auto run =
        ledger::SealedRun::decode(runs_on_server(office, desk, space).back().run).value();
    REQUIRE(run.header.device == device_id(anna));
    return {space, device_id(anna), 1, run.header.sequence, run.header.hash()};
  }
  void bar(Cuts cuts, const ledger::Cut& cut) {
    if (cuts == Cuts::none) {
      desk.call("device.revoke", parameters("device", "Anna"));
    } else if (cuts == Cuts::lost_at) {
      desk.call("device.revoke", parameters("device", "Anna", "lost_at", "2026-11-02T13:00"));
    } else {
      workspace::Core& core = desk.workspace().core();
      const auto barred = core.durably([&]() -> Result<bool> {
        FELTBOG_TRY(record, ledger::make_record(core.membership.organisation(), core.identity,
                                                ledger::DeviceRevoke{cut.device, {cut}, {}}));
        FELTBOG_CHECK(core.membership.append(record));
        return true;
      });
      REQUIRE(barred.has_value());
    }
  }
  // The first that is held back; what else is, stays undecided.
  void judge(Verdict verdict) {
    const Value held = desk.call("held.list");
    REQUIRE_FALSE(held.items().empty());
    desk.call(verdict == Verdict::adopted ? "held.adopt" : "held.reject",
              parameters("run", held.items().front()["id"]));
  }
  void collect(std::uint64_t known, std::uint64_t known_record, std::uint64_t known_run) {
    take_records(std::nullopt, known + 1);
    take_records(space, known_record + 1);
    for (const auto& item : runs_on_server(office, desk, space)) {
      if (item.position > known_run) pieces.push_back({space, 0, {}, item});
    }
    REQUIRE(pieces.size() == 6);  // barring, rotation, verdict; two of Anna's, one of Bo's
  }
  void take_records(const ledger::LogName& log, std::uint64_t first) {
    for (auto& item : records_on_server(office, desk, log, first)) {
      pieces.push_back({log, first++, std::move(item), {}});
    }
  }

  void deliver(TestDevice& device, const Piece& piece) {
    auto& replica = device.workspace().replica();
    const auto stored = piece.sequence > 0
                            ? replica.store_records(piece.log, piece.sequence, {&piece.record, 1})
                            : replica.store_runs(space, office.relay().incarnation(),
                                                 {&piece.run, 1}, piece.run.position);
    REQUIRE_MESSAGE(stored.has_value(), (stored ? "" : error_name(stored.error().code)));
  }
  Outcome outcome(TestDevice& device) {
    workspace::Core& core = device.workspace().core();
    Outcome out;
    if (const auto file = core.files.open(space); file && !core.membership.space(space)->erased()) {
      out.documents = (*file)->history.canonical_state();
    }
    auto rows = core.database->prepare(
        "SELECT lower(hex(hash)), standing, set_aside FROM run WHERE space = ?1 ORDER BY hash");
    REQUIRE(rows.has_value());
    rows->bind(1, space);
    out.runs = Value::List{};
    while (rows->step().value()) {
      out.runs.push_back(Value::List{Value(std::string(rows->text(0))), Value(rows->integer(1)),
                                     Value(rows->is_null(2))});
    }
    out.held = device.call("held.list");
    const auto note = device.try_call("note.show", parameters("case", id, "note", "N"));
    out.note = note ? (*note)["text"] : Value(std::string(error_name(note.error().code)));
    out.found = device.call("search", parameters("words", "Nøglen Usendt"));
    return out;
  }

  // Every order in which the server could deliver the pieces; gives the one outcome.
  Outcome check_every_order() {
    std::vector<std::size_t> order(pieces.size());
    for (std::size_t index = 0; index < order.size(); ++index) order[index] = index;
    std::optional<Outcome> first;
    std::uint64_t seed = 1000;
    do {
      if (!follows_the_logs(order)) continue;
      std::string said;
      for (const std::size_t index : order) said += " " + std::to_string(index);
      CAPTURE(said);
      const auto device = carl.copy(++seed);
      for (const std::size_t index : order) deliver(*device, pieces[index]);
      Outcome now = outcome(*device);
      if (!first) first = now;
      REQUIRE(now == *first);
    } while (std::next_permutation(order.begin(), order.end()));
    return std::move(*first);
  }
  // A record rests on all records that stand before it among the pieces.
  bool follows_the_logs(const std::vector<std::size_t>& order) {
    std::size_t last = 0;
    for (const std::size_t index : order) {
      if (pieces[index].sequence == 0) continue;
      if (index < last) return false;
      last = index;
    }
    return true;
  }
};

std::size_t standing_as(const Outcome& outcome, ledger::RunStanding standing) {
  const auto& runs = outcome.runs.items();
  return static_cast<std::size_t>(std::count_if(runs.begin(), runs.end(), [&](const Value& run) {
    return run.items()[1] == Value(static_cast<std::int64_t>(standing));
  }));
}

}  // namespace

TEST_CASE(
    "what a barred phone wrote, its barring, the new key and a verdict give one state in every "
    "order of arrival") {
  using ledger::RunStanding;
  SUBCASE("the barring says nothing of when, and what came late is adopted") {
    Story story(Cuts::none, Verdict::adopted);
    const Outcome outcome = story.check_every_order();
    for (const char* words : {"Nøglen er væk.", "Bo ringede på.", "Usendt."}) {
      CHECK(outcome.note.text_or("").find(words) != std::string::npos);
    }
    CHECK(standing_as(outcome, RunStanding::adopted) == 1);
  }
  SUBCASE("the barring says when the phone got lost, and what it wrote then is rejected") {
    Story story(Cuts::lost_at, Verdict::rejected);
    const Outcome outcome = story.check_every_order();
    CHECK(outcome.note == Value("Borgeren sov.\nBo ringede på."));
    CHECK(standing_as(outcome, RunStanding::rejected) == 1);
    CHECK(standing_as(outcome, RunStanding::held_back) == 1);
  }
  SUBCASE("the barring names the cut itself, and what lies beyond it is adopted") {
    Story story(Cuts::named, Verdict::adopted);
    const Outcome outcome = story.check_every_order();
    CHECK(standing_as(outcome, RunStanding::adopted) == 1);
    CHECK(standing_as(outcome, RunStanding::held_back) == 1);
  }
}

TEST_CASE("an erasure leaves nothing of it, whatever of it comes before or after") {
  Story story(Cuts::none, Verdict::adopted);
  const std::uint64_t last = story.standing().records.sequence;
  story.desk.call("case.erase", parameters("case", story.id, "ground", "mistake"));
  story.office.sync(story.desk);
  auto erasure = records_on_server(story.office, story.desk, story.space, last + 1).front();
  story.pieces.insert(story.pieces.begin() + 3, {story.space, last + 1, std::move(erasure), {}});
  const Outcome outcome = story.check_every_order();
  CHECK(outcome.documents.empty());
  CHECK(outcome.runs.items().empty());
  CHECK(outcome.held.items().empty());
  CHECK(outcome.found.items().empty());
  CHECK(outcome.note == Value("not_found"));
}
