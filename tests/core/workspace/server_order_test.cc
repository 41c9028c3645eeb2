// SPDX-License-Identifier: Apache-2.0
#include "core/workspace/server_order.h"

#include <doctest/doctest.h>

#include "tests/core/workspace/forger.h"
#include "tests/support/relay_in_between.h"

using namespace feltbog;
using namespace feltbog::testing;

namespace {

struct Watched {
  TestOffice office{1};
  TestDevice& anna = office.add("Anna");
  TestDevice& bo = office.add("Bo");
  std::string id = office.refer({"Anna", "Bo"});
  SpaceId space;

  Watched() {
    office.sync_all();
    space = TestOffice::space_of(anna, id);
  }
  void write(TestDevice& device, const std::string& title) {
    device.call("note.write", parameters("case", id, "text", "Skrevet.", "title", title));
  }
  void show(TestDevice& device, const std::string& title) {
    device.call("note.show", parameters("case", id, "note", title));
  }
  std::string hash_of(TestDevice& device) {
    return device.call("case.show", parameters("case", id))["state_hash"].text_or("");
  }
  void check_all_alike() {
    CHECK(hash_of(anna) == hash_of(office.desk()));
    CHECK(hash_of(bo) == hash_of(office.desk()));
  }
  std::vector<std::string> found_by(TestDevice& device) {
    const Value listed = device.call("evidence.list");
    std::vector<std::string> kinds;
    for (const Value& row : listed.items()) kinds.push_back(row["kind"].text_or(""));
    CHECK(device.call("status")["evidence"] == Value(static_cast<std::int64_t>(kinds.size())));
    return kinds;
  }
  // The newest run of a device as the server has it.
  ledger::SealedRun newest_run(TestDevice& of) {
    std::optional<ledger::SealedRun> out;
    for (const auto& item : runs_on_server(office, anna, space)) {
      auto run = ledger::SealedRun::decode(item.run);
      REQUIRE(run.has_value());
      if (run->header.device == device_id(of)) out = std::move(run).value();
    }
    REQUIRE(out.has_value());
    return *out;
  }
};

using Kinds = std::vector<std::string>;

}  // namespace

TEST_CASE("with an honest server nothing is found, and runs say how far their author had checked") {
  Watched watched;
  for (int round = 0; round < 3; ++round) {
    watched.write(watched.anna, "A" + std::to_string(round));
    watched.write(watched.bo, "B" + std::to_string(round));
    watched.office.sync_all();
    watched.anna.reopen();
  }
  watched.check_all_alike();
  CHECK(watched.found_by(watched.anna).empty());
  CHECK(watched.found_by(watched.bo).empty());
  const auto witness = watched.newest_run(watched.anna).header.witness;
  REQUIRE(witness.has_value());
  CHECK(witness->incarnation == watched.office.relay().incarnation());
  CHECK(witness->position > 0);
}

TEST_CASE("a server put back from a backup, which says so, is no contradiction") {
  Watched watched;
  auto backup = watched.office.copy_server();
  watched.write(watched.anna, "efter");
  watched.office.sync_all();
  watched.office.put_back_server(std::move(backup), true);
  watched.office.sync_all();
  watched.check_all_alike();
  CHECK(watched.found_by(watched.anna).empty());
  CHECK(watched.found_by(watched.bo).empty());
}

TEST_CASE("two stories of one server are found out by the first run that passes between them") {
  Watched watched;
  watched.office.sync_all();
  auto other = watched.office.copy_server();
  watched.write(watched.anna, "Annas");
  watched.office.sync(watched.anna);
  auto first = watched.office.copy_server();
  // Bo is shown another world, in which he writes, looks, and writes again.
  watched.office.put_back_server(std::move(other), false);
  for (const char* title : {"et", "to"}) {
    watched.write(watched.bo, title);
    watched.office.sync(watched.bo);
  }
  std::vector<Bytes> of_bo;
  for (const auto& item : runs_on_server(watched.office, watched.bo, watched.space)) {
    const auto run = ledger::SealedRun::decode(item.run);
    REQUIRE(run.has_value());
    if (run->header.device == device_id(watched.bo)) of_bo.push_back(item.run);
  }
  // The server works both worlds, and hands over what he wrote.
  watched.office.put_back_server(std::move(first), false);
  for (const Bytes& run : of_bo) push(watched.office, watched.bo, watched.space, run);
  watched.office.sync(watched.anna);
  watched.show(watched.anna, "to");
  CHECK(watched.found_by(watched.anna) == Kinds{"other_order_seen"});
  const Value shown = watched.anna.call("evidence.show", parameters("evidence", 1));
  CHECK(shown["proves"] == Value(true));
  CHECK(shown["second"]["by"] == Value("Bo"));
  CHECK(shown["first"]["order"] != shown["second"]["order"]);
}

TEST_CASE("a run left out is noticed, and asked for until it comes") {
  class Withholding : public RelayInBetween {
   public:
    using RelayInBetween::RelayInBetween;
    std::uint64_t withheld = 0;
    Result<sync::RunBatch> read_runs(const DeviceId& reader, const SpaceId& space,
                                     std::uint64_t position,
                                     const sync::ReadLimits& limits) override {
      auto batch = honest_.read_runs(reader, space, position, limits);
      if (batch) {
        std::erase_if(batch->runs, [&](const auto& item) { return item.position == withheld; });
      }
      return batch;
    }
  };
  Watched watched;
  const auto before = watched.office.relay().standing(device_id(watched.bo), watched.space);
  REQUIRE(before.has_value());
  for (const char* title : {"et", "to", "tre"}) {
    watched.write(watched.anna, title);
    watched.office.sync(watched.anna);
  }
  Withholding server(watched.office.relay());
  server.withheld = before->last_position + 2;
  for (int times = 0; times < 2; ++times) {
    CHECK_FALSE(watched.office.try_sync(watched.bo, server).has_value());
    CHECK(watched.found_by(watched.bo) == Kinds{"run_withheld"});
  }
  watched.show(watched.bo, "et");
  watched.office.sync(watched.bo);
  watched.show(watched.bo, "to");
  watched.show(watched.bo, "tre");
  watched.office.sync_all();
  watched.check_all_alike();
}

TEST_CASE("a head that the server did not sign, or of another space, ends the session") {
  class Lying : public RelayInBetween {
   public:
    using RelayInBetween::RelayInBetween;
    std::optional<SpaceId> instead;
    Result<sync::SignedHead> signed_head(const DeviceId& reader, const SpaceId& space) override {
      auto head = honest_.signed_head(reader, instead.value_or(space));
      if (!head) return head;
      if (!instead) head->head.back() ^= 1;
      const auto standing = honest_.standing(reader, space);
      head->position = standing->last_position;
      return head;
    }
  };
  Watched watched;
  watched.write(watched.anna, "et");
  watched.office.sync(watched.anna);
  Lying server(watched.office.relay());
  auto ended = watched.office.try_sync(watched.bo, server);
  REQUIRE(ended.has_value());
  CHECK(ended->code == ErrorCode::bad_signature);
  server.instead = watched.bo.workspace().core().joining.directory;
  watched.write(watched.anna, "to");
  watched.office.sync(watched.anna);
  ended = watched.office.try_sync(watched.bo, server);
  REQUIRE(ended.has_value());
  CHECK(ended->code == ErrorCode::malformed);
  // What came before is kept.
  watched.show(watched.bo, "to");
}
