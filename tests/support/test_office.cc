// SPDX-License-Identifier: Apache-2.0
#include "tests/support/test_office.h"

#include <doctest/doctest.h>

#include "core/base/platform/posix_disk.h"
#include "core/workspace/naming.h"

namespace feltbog::testing {
namespace {

constexpr std::size_t kPacketBytes = 1u << 16;

}  // namespace

Wire::Wire(workspace::Workspace& workspace, Random& device_random, sync::Relay& relay,
           Random& random)
    : client_(workspace.replica(), device_random), server_(relay, random) {
  client_.start({});
  server_.start({});
}

bool Wire::move_up() {
  bool moved = false;
  while (true) {
    if (before_client) before_client();
    Bytes up = client_.poll_transmit(kPacketBytes);
    if (up.empty()) return moved;
    if (on_the_way_up) on_the_way_up(up);
    server_.handle_bytes(up, {});
    moved = true;
  }
}

bool Wire::move_down() {
  bool moved = false;
  while (left > 0) {
    const Bytes down = server_.poll_transmit(std::min(kPacketBytes, left));
    if (down.empty()) break;
    left -= down.size();
    if (before_client) before_client();
    client_.handle_bytes(down, {});
    moved = true;
  }
  return moved;
}

bool Wire::turn() {
  const bool sent = move_up();
  const bool received = move_down();
  while (server_.poll_event()) {
  }
  while (const auto event = client_.poll_event()) {
    if (event->kind == sync::ClientEventKind::closed) ended = event->error;
    if (event->kind == sync::ClientEventKind::caught_up) caught_up = true;
  }
  return (sent || received) && !ended && left > 0;
}

TestOffice::TestOffice(std::uint64_t seed, Unfounded)
    : seed_(seed),
      random_(seed * 977 + 5),
      server_key_(crypto::Key::random(random_)),
      identity_(crypto::SigningSecret::random(random_)),
      server_disk_(std::make_unique<MemoryDisk>()) {
  open_relay();
  link_.server_address = "office.example:8443";
  link_.server_key = crypto::signing_public(identity_);
  link_.secret = crypto::SigningSecret::random(random_);
  REQUIRE(relay_->allow_founding(crypto::signing_public(link_.secret)).has_value());
}

TestOffice::TestOffice(std::uint64_t seed) : TestOffice(seed, Unfounded{}) {
  TestDevice& founder = add_stranger();
  REQUIRE(founder.workspace().found_organisation(link_, "Karen").has_value());
  sync(founder);
  sync(founder);
  REQUIRE(founder.workspace().stage() == workspace::Stage::member);
}

std::unique_ptr<server::RelayStore> TestOffice::open_copy(MemoryDisk& disk) {
  auto database = store::Database::open(disk, "server.db", server_key_, random_);
  REQUIRE(database.has_value());
  auto opened =
      server::RelayStore::open(std::move(database).value(), identity_.copy(), clock_, random_);
  REQUIRE(opened.has_value());
  return std::move(opened).value();
}

void TestOffice::open_relay() {
  relay_.reset();
  relay_ = open_copy(*server_disk_);
}

void TestOffice::put_back_server(std::unique_ptr<MemoryDisk> disk, bool new_incarnation) {
  relay_.reset();
  server_disk_ = std::move(disk);
  if (new_incarnation) {
    auto database = store::Database::open(*server_disk_, "server.db", server_key_, random_);
    REQUIRE(database.has_value());
    REQUIRE((*database)->run("DELETE FROM setting WHERE name = 'incarnation'").has_value());
  }
  open_relay();
}

TestDevice& TestOffice::add_stranger() {
  devices_.push_back(std::make_unique<TestDevice>(seed_ * 131 + devices_.size()));
  return *devices_.back();
}

ledger::Invite TestOffice::invite(const std::string& name, const std::string& role) {
  const Value made =
      desk().call("user.invite", parameters("name", name, "role", Value::List{Value(role)}));
  sync(desk());
  auto parsed = ledger::Invite::parse(made["invite"].text_or({}));
  REQUIRE(parsed.has_value());
  return std::move(parsed).value();
}

TestDevice& TestOffice::add(const std::string& name, const std::string& role) {
  const ledger::Invite made = invite(name, role);
  TestDevice& device = add_stranger();
  REQUIRE(device.workspace().accept_invite(made).has_value());
  sync(device);
  sync(desk());  // wraps the keys
  sync(device);
  REQUIRE(device.workspace().stage() == workspace::Stage::member);
  return device;
}

std::string TestOffice::refer(const std::vector<std::string>& names, const std::string& citizen) {
  const Value own = desk().call("case.new", parameters("citizen", citizen));
  PosixDisk source;
  const auto text =
      read_file(source, FELTBOG_SOURCE_DIR "/pathways/slagelse-fokus-2021.json", 1 << 20);
  REQUIRE(text.has_value());
  const auto published = desk().try_call(
      "pathway.publish", parameters("definition", std::string(as_text(text.value()))));
  REQUIRE((published.has_value() || published.error().code == ErrorCode::already_exists));
  Value request = parameters("case", own["case"], "pathway", "slagelse-fokus");
  for (const std::string& name : names) request["to"].push_back(name);
  return desk().call("case.refer", std::move(request))["case"].text_or({});
}

std::optional<Error> TestOffice::try_sync(TestDevice& device) { return try_sync(device, *relay_); }

std::optional<Error> TestOffice::try_sync(TestDevice& device, sync::Relay& relay) {
  Wire wire(device.workspace(), device.random, relay, random_);
  while (wire.turn()) {
  }
  if (wire.ended) return wire.ended;
  if (!wire.caught_up) return Error{ErrorCode::timed_out, "did not catch up"};
  return std::nullopt;
}

void TestOffice::sync(TestDevice& device) {
  const auto ended = try_sync(device);
  REQUIRE_MESSAGE(
      !ended, (ended ? std::string(error_name(ended->code)) + " " + ended->detail : std::string()));
}

void TestOffice::sync_until(TestDevice& device, std::size_t bytes_from_server) {
  Wire wire(device.workspace(), device.random, *relay_, random_);
  wire.left = bytes_from_server;
  while (wire.turn()) {
  }
}

void TestOffice::advance(std::int64_t milliseconds) {
  clock_.advance(milliseconds);
  for (const auto& device : devices_) device->clock.advance(milliseconds);
}

void TestOffice::sync_all() {
  for (int round = 0; round < 2; ++round) {
    for (auto& device : devices_) {
      if (device->workspace().stage() == workspace::Stage::member) sync(*device);
    }
  }
}

SpaceId TestOffice::space_of(TestDevice& device, const std::string& reference) {
  const auto file = workspace::find_file(device.workspace().core(), reference);
  REQUIRE(file.has_value());
  return (*file)->id;
}

}  // namespace feltbog::testing
