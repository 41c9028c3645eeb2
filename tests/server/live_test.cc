// SPDX-License-Identifier: Apache-2.0
// Whole devices against a whole server over loopback TLS: founding, enrolling, live push,
// revocation, replacement, restart.
#include <doctest/doctest.h>

#include <boost/asio/post.hpp>

#include "core/ledger/invite.h"
#include "core/workspace/core.h"
#include "server/hub.h"
#include "sync/transport/session_driver.h"
#include "tests/server/loopback.h"
#include "tests/support/test_device.h"

using namespace feltbog;
using namespace feltbog::testing;

namespace {

// Lets a listener be made before the hub it hands connections to.
struct ForwardingFactory final : server::ChannelFactory {
  server::ChannelFactory* target = nullptr;
  std::unique_ptr<server::Channel> open_channel(const sync::ChannelBinding& binding,
                                                server::Carrier& carrier, Instant now) override {
    return target->open_channel(binding, carrier, now);
  }
};

class LiveOffice {
 public:
  LiveOffice() : loopback(forward), key_(crypto::Key::random(random)) {
    identity_ = crypto::SigningSecret::random(random);
    founding_.secret = crypto::SigningSecret::random(random);
    founding_.server_address = "127.0.0.1:" + std::to_string(loopback.listener->port());
    founding_.pin.bytes = loopback.pin.bytes;
    founding_.server_key = crypto::signing_public(identity_);
    start();
    REQUIRE(store->allow_founding(crypto::signing_public(founding_.secret)).has_value());
  }

  void start() {
    auto database = store::Database::open(disk, "office.db", key_, random);
    REQUIRE(database.has_value());
    auto opened = server::RelayStore::open(std::move(database).value(), identity_.copy(),
                                           loopback.clock, random);
    REQUIRE(opened.has_value());
    store = std::move(opened).value();
    hub = std::make_unique<server::Hub>(
        *store, loopback.clock, loopback.log, random,
        [this](std::function<void()> work) { boost::asio::post(loopback.io, std::move(work)); });
    forward.target = hub.get();
  }
  const ledger::FoundingInvite& founding() const { return founding_; }

  ForwardingFactory forward;
  Loopback loopback;
  MemoryDisk disk;
  SeededRandom random{77};
  std::unique_ptr<server::RelayStore> store;
  std::unique_ptr<server::Hub> hub;

 private:
  crypto::Key key_;
  crypto::SigningSecret identity_;
  ledger::FoundingInvite founding_;
};

// A device and, while it is online, its connection.
class OnlineDevice {
 public:
  OnlineDevice(LiveOffice& office, std::uint64_t seed) : device(seed), office_(office) {}
  ~OnlineDevice() { client_.reset(); }

  void go_online() {
    closed.reset();
    caught_up = false;
    driver_ = std::make_unique<transport::SessionDriver>(
        device.workspace().replica(), device.random, sync::ClientOptions{},
        [this](const sync::ClientEvent& event) { hear(event); });
    client_ = std::make_unique<transport::WebSocketClient>(office_.loopback.io, device.clock,
                                                           *driver_, office_.loopback.address());
    client_->start();
  }
  void drop() { client_.reset(); }
  void nudge() {
    driver_->local_work(device.clock.now);
    client_->wake();
  }
  bool wait(const std::function<bool()>& done) { return office_.loopback.run_until(done); }

  // Sessions until the device is a member and has nothing left to send.
  void become_member() {
    for (int round = 0; round < 6; ++round) {
      go_online();
      REQUIRE(wait([&] { return caught_up || closed; }));
      for (int i = 0; i < 3 && !closed && device.workspace().has_local_work(); ++i) {
        caught_up = false;
        nudge();
        REQUIRE(wait([&] { return caught_up || closed; }));
      }
      finish();
      if (device.workspace().stage() == workspace::Stage::member &&
          !device.workspace().has_local_work()) {
        return;
      }
    }
    FAIL("did not become a member");
  }
  void finish() {
    driver_->finish(device.clock.now);
    client_->wake();
    REQUIRE(wait([&] { return closed.has_value(); }));
  }
  void stay_online() {
    go_online();
    REQUIRE(wait([&] { return caught_up; }));
  }
  std::size_t people() { return device.call("user.list").items().size(); }

  TestDevice device;
  std::optional<ErrorCode> closed;
  bool caught_up = false;

 private:
  void hear(const sync::ClientEvent& event) {
    if (event.kind == sync::ClientEventKind::caught_up) caught_up = true;
    if (event.kind == sync::ClientEventKind::closed) closed = event.error.code;
  }
  LiveOffice& office_;
  std::unique_ptr<transport::SessionDriver> driver_;
  std::unique_ptr<transport::WebSocketClient> client_;
};

std::string invite(OnlineDevice& admin, const char* name) {
  const auto made = admin.device.call(
      "user.invite", parameters("name", name, "role", Value::List{Value("worker")}));
  return made["invite"].text_or("");
}

void accept(OnlineDevice& device, const std::string& text) {
  auto parsed = ledger::Invite::parse(text);
  REQUIRE(parsed.has_value());
  REQUIRE(device.device.workspace().accept_invite(*parsed).has_value());
}

// An office with an administrator and one worker, both members, neither online.
struct SmallOffice {
  SmallOffice() {
    REQUIRE(admin.device.workspace().found_organisation(office.founding(), "Karen").has_value());
    admin.become_member();
    const std::string text = invite(admin, "Anna");
    admin.become_member();
    accept(worker, text);
    worker.become_member();
  }
  LiveOffice office;
  OnlineDevice admin{office, 1};
  OnlineDevice worker{office, 2};
};

}  // namespace

TEST_CASE("what one device writes is on the other one's screen while both are online") {
  SmallOffice small;
  small.admin.stay_online();
  small.worker.stay_online();
  const std::size_t before = small.worker.people();
  invite(small.admin, "Bo");
  small.admin.nudge();
  CHECK(small.worker.wait([&] { return small.worker.people() == before + 1; }));
  CHECK(small.office.hub->session_count() == 2);
  CHECK_FALSE(small.worker.closed.has_value());
}

TEST_CASE("the newest session of a device wins, and the older one is told") {
  SmallOffice small;
  small.worker.stay_online();
  sync::ClientOptions options;
  std::optional<ErrorCode> second_closed;
  bool second_caught_up = false;
  transport::SessionDriver driver(small.worker.device.workspace().replica(),
                                  small.worker.device.random, options,
                                  [&](const sync::ClientEvent& event) {
                                    if (event.kind == sync::ClientEventKind::caught_up)
                                      second_caught_up = true;
                                    if (event.kind == sync::ClientEventKind::closed)
                                      second_closed = event.error.code;
                                  });
  transport::WebSocketClient client(small.office.loopback.io, small.worker.device.clock, driver,
                                    small.office.loopback.address());
  client.start();
  CHECK(small.worker.wait([&] { return second_caught_up && small.worker.closed.has_value(); }));
  CHECK(small.worker.wait([&] { return small.office.hub->session_count() == 1; }));
  CHECK_FALSE(second_closed.has_value());
  CHECK(small.office.loopback.log.mentions("session_replaced"));
}

TEST_CASE("a server that restarts loses nothing, and devices go on where they were") {
  SmallOffice small;
  small.admin.stay_online();
  small.office.hub->close_all();
  REQUIRE(small.admin.wait([&] { return small.admin.closed.has_value(); }));
  REQUIRE(small.admin.wait([&] { return small.office.hub->session_count() == 0; }));
  small.office.hub.reset();
  small.office.store.reset();
  small.office.disk.crash(CrashPolicy::lose_unsynced, 5);
  small.office.start();
  invite(small.admin, "Bo");
  small.admin.become_member();
  small.worker.stay_online();
  CHECK(small.worker.people() == 3);
}

TEST_CASE("a commit that fails cuts every session off, and what it held comes again") {
  SmallOffice small;
  small.admin.stay_online();
  small.worker.stay_online();
  invite(small.admin, "Bo");
  const auto revision = small.admin.device.workspace().has_local_work();
  CHECK(revision);
  small.office.disk.limit_capacity(0);
  small.admin.nudge();
  REQUIRE(small.admin.wait([&] { return small.admin.closed && small.worker.closed; }));
  CHECK(small.office.loopback.log.mentions("commit_failed code=disk_full"));
  CHECK(small.admin.device.workspace().has_local_work());
  small.office.disk.limit_capacity(std::uint64_t{1} << 40);
  small.admin.become_member();
  CHECK_FALSE(small.admin.device.workspace().has_local_work());
  small.worker.stay_online();
  CHECK(small.worker.people() == 3);
}

TEST_CASE("a device that is barred while it is connected is cut off at once, and told why") {
  SmallOffice small;
  small.worker.stay_online();
  small.admin.stay_online();
  auto& core = small.admin.device.workspace().core();
  const auto barred = small.worker.device.workspace().core().identity.id;
  const auto record = ledger::make_record(core.membership.organisation(), core.identity,
                                          ledger::DeviceRevoke{barred, {}});
  REQUIRE(record.has_value());
  // It reaches the store by another way than these sessions; the next record makes the hub look.
  const sync::Admission by{ledger::SessionParty::device, core.identity.id, {}};
  REQUIRE(
      small.office.store->append_record(by, std::nullopt, record->sequence, {record->encode(), {}})
          .has_value());
  REQUIRE(small.office.store->commit().has_value());
  invite(small.admin, "Bo");
  small.admin.nudge();
  REQUIRE(small.worker.wait([&] { return small.worker.closed.has_value(); }));
  CHECK(small.worker.closed == ErrorCode::revoked);
  CHECK(small.office.loopback.log.mentions("session_barred"));
  CHECK_FALSE(small.admin.closed.has_value());
  // Let in again as barred, it reads why and leaves by itself.
  small.worker.go_online();
  REQUIRE(small.worker.wait([&] { return small.worker.closed.has_value(); }));
  CHECK(small.worker.closed == ErrorCode::revoked);
  CHECK(small.office.loopback.log.mentions("barred_session_admitted"));
  CHECK(small.worker.device.workspace().stage() == workspace::Stage::revoked);
}

TEST_CASE("a device whose connection is cut comes back and misses nothing") {
  SmallOffice small;
  small.admin.stay_online();
  for (int round = 0; round < 5; ++round) {
    small.worker.stay_online();
    small.worker.drop();
    invite(small.admin, ("Ny " + std::to_string(round)).c_str());
    small.admin.nudge();
    REQUIRE(small.admin.wait([&] { return !small.admin.device.workspace().has_local_work(); }));
  }
  small.worker.stay_online();
  CHECK(small.worker.people() == 7);
  CHECK(small.worker.wait([&] { return small.office.hub->session_count() == 2; }));
}

TEST_CASE("an invite that was used lets nobody else in") {
  LiveOffice office;
  OnlineDevice admin{office, 1};
  REQUIRE(admin.device.workspace().found_organisation(office.founding(), "Karen").has_value());
  admin.become_member();
  const std::string text = invite(admin, "Anna");
  admin.become_member();
  OnlineDevice first{office, 2};
  accept(first, text);
  first.become_member();
  OnlineDevice second{office, 3};
  accept(second, text);
  second.go_online();
  REQUIRE(second.wait([&] { return second.closed.has_value(); }));
  CHECK(second.closed == ErrorCode::invite_used);
}

TEST_CASE("nothing a device sends over the wire or stores at the server holds its words") {
  SmallOffice small;
  small.admin.stay_online();
  const std::string canary = "Kanariefugl Sangersen";
  invite(small.admin, canary.c_str());
  small.admin.nudge();
  REQUIRE(small.admin.wait([&] { return !small.admin.device.workspace().has_local_work(); }));
  for (const std::string& path : small.office.disk.paths()) {
    const Bytes content = small.office.disk.content(path);
    CHECK(as_text(content).find("Kanariefugl") == std::string_view::npos);
  }
  for (const std::string& line : small.office.loopback.log.lines) {
    CHECK(line.find("Kanariefugl") == std::string::npos);
  }
}
