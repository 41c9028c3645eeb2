// SPDX-License-Identifier: Apache-2.0
// The power is cut at every change of the disk, under every policy of what survives: what
// was acknowledged is there, and the device goes on with the server as the server was then.
#include <doctest/doctest.h>

#include <set>

#include "core/workspace/attachment.h"
#include "core/workspace/core.h"
#include "tests/support/test_office.h"

using namespace feltbog;
using namespace feltbog::testing;

namespace {

// How things stood when the disk had seen so many changes.
struct Moment {
  std::uint64_t changes = 0;
  std::shared_ptr<MemoryDisk> server;
  std::size_t acknowledged = 0;  // titles of notes whose writing had returned
};

class Workload {
 public:
  explicit Workload(TestOffice& office) : office_(office), device_(office.add("Anna")) {
    case_ = office.refer({"Anna"});
    office.sync_all();
    device_.disk.start_recording();
    remember();
  }

  void run() {
    write("En");
    sync();
    write("To");
    photo();
    write("Tre");
    sync();
    device_.call("note.edit", parameters("case", case_, "note", "En", "text", "Omskrevet"));
    device_.call("outcome.record", parameters("case", case_, "outcome", "contact.reached"));
    write("Fire");
    sync();
  }

  TestDevice& device() { return device_; }
  const std::string& reference() const { return case_; }
  const std::vector<std::string>& titles() const { return titles_; }
  // The last moment at which the disk had seen no more changes.
  const Moment& at(std::uint64_t changes) const {
    const Moment* found = &moments_.front();
    for (const Moment& moment : moments_) {
      if (moment.changes <= changes) found = &moment;
    }
    return *found;
  }

 private:
  void remember() {
    moments_.push_back({device_.disk.change_count(), office_.copy_server(), titles_.size()});
  }
  void write(const std::string& title) {
    device_.call("note.write", parameters("case", case_, "text", "Ord " + title, "title", title));
    titles_.push_back(title);
    remember();
  }
  void photo() {
    auto writer =
        workspace::AttachmentWriter::open(device_.workspace(), case_, "foto", "image/png");
    REQUIRE(writer.has_value());
    REQUIRE((*writer)->write(Bytes(workspace::kChunkBytes + 9, 3)).has_value());
    REQUIRE((*writer)->finish().has_value());
    remember();
  }
  void sync() {
    Wire wire(device_.workspace(), device_.random, office_.relay(), office_.random());
    wire.before_client = [this] { remember(); };
    while (wire.turn()) {
    }
    REQUIRE(wire.caught_up);
    remember();
  }

  TestOffice& office_;
  TestDevice& device_;
  std::string case_;
  std::vector<std::string> titles_;
  std::vector<Moment> moments_;
};

void check_image(TestOffice& office, Workload& work, std::uint64_t changes, CrashPolicy policy) {
  TestDevice& device = work.device();
  const Moment& moment = work.at(changes);
  auto disk = device.disk.image_at(changes, policy, changes);
  SeededRandom random(changes * 7 + 1);
  const workspace::Environment environment{disk.get(), &device.clock, &random};
  auto opened = workspace::Workspace::open(environment, "device.db", device.key());
  REQUIRE(opened.has_value());
  workspace::Workspace& workspace = **opened;
  CHECK(workspace.core().database->check_integrity().has_value());
  const workspace::CallContext context;
  const auto list = workspace.call("note.list", parameters("case", work.reference()), context);
  REQUIRE(list.has_value());
  std::set<std::string> here;
  for (const Value& row : list->items()) here.insert(row["title"].text_or({}));
  for (std::size_t i = 0; i < moment.acknowledged; ++i) CHECK(here.contains(work.titles()[i]));

  auto server_disk = moment.server->clone();
  auto relay = office.open_copy(*server_disk);
  Wire wire(workspace, random, *relay, random);
  while (wire.turn()) {
  }
  CHECK_FALSE(wire.ended.has_value());
  CHECK(wire.caught_up);
  const auto status = workspace.call("status", {}, context);
  REQUIRE(status.has_value());
  CHECK((*status)["all_sent"] == Value(true));
  CHECK((*status)["runs_set_aside"] == Value(0));
}

}  // namespace

TEST_CASE("a power cut at any change of the disk loses nothing acknowledged and breaks no sync") {
  TestOffice office(1);
  Workload work(office);
  work.run();
  const std::uint64_t changes = work.device().disk.change_count();
  REQUIRE(changes > 30);
  for (std::uint64_t cut = 0; cut <= changes; ++cut) {
    for (const CrashPolicy policy : kCrashPolicies) {
      CAPTURE(cut);
      CAPTURE(crash_policy_name(policy));
      check_image(office, work, cut, policy);
    }
  }
}

TEST_CASE("a power cut at any change while a database is made leaves one that opens, or none") {
  TestDevice device(1);
  MemoryDisk disk;
  disk.start_recording();
  SeededRandom random(5);
  const crypto::Key key = crypto::Key::random(random);
  const workspace::Environment environment{&disk, &device.clock, &random};
  REQUIRE(workspace::Workspace::create(environment, "device.db", key).has_value());
  for (std::uint64_t cut = 0; cut <= disk.change_count(); ++cut) {
    for (const CrashPolicy policy : kCrashPolicies) {
      CAPTURE(cut);
      CAPTURE(crash_policy_name(policy));
      auto image = disk.image_at(cut, policy, cut);
      const workspace::Environment after{image.get(), &device.clock, &random};
      auto opened = workspace::Workspace::open(after, "device.db", key);
      if (!opened && opened.error().code == ErrorCode::not_found) {
        opened = workspace::Workspace::create(after, "device.db", key);
      }
      REQUIRE_MESSAGE(opened.has_value(), (opened ? "" : error_name(opened.error().code)));
      CHECK((*opened)->stage() == workspace::Stage::empty);
    }
  }
}
