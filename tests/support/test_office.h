// SPDX-License-Identifier: Apache-2.0
// An office for tests of the workspace: a real relay store on a memory disk, a desk that founded
// the organisation, and phones that joined it. Sessions run at once and without a network.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/relay_store.h"
#include "sync/client_session.h"
#include "sync/server_session.h"
#include "tests/support/test_device.h"

namespace feltbog::testing {

// A device and the server, wired together.
class Wire {
 public:
  Wire(workspace::Workspace& workspace, Random& device_random, sync::Relay& relay, Random& random);
  // Moves what there is to move, once. False when nothing moved or the session ended.
  bool turn();
  // As when the device has written something meanwhile.
  void tell_local_work() { client_.local_work({}); }

  std::size_t left = SIZE_MAX;                // bytes from the server until the link breaks
  std::function<void()> before_client;        // called before the device is given anything
  std::function<void(Bytes&)> on_the_way_up;  // may change what the device sends
  bool caught_up = false;
  std::optional<Error> ended;

 private:
  bool move_up();
  bool move_down();
  sync::ClientSession client_;
  sync::ServerSession server_;
};

class TestOffice {
 public:
  // Founded by "Karen" at desk(), and on the server.
  explicit TestOffice(std::uint64_t seed = 1);
  // Not founded yet: link() is what the server's operator hands out.
  struct Unfounded {};
  TestOffice(std::uint64_t seed, Unfounded);
  const ledger::FoundingInvite& link() const { return link_; }

  TestDevice& desk() { return *devices_.front(); }
  // A person invited by the desk, with a device that joined and was given the keys.
  TestDevice& add(const std::string& name, const std::string& role = "worker");
  // A device that belongs to nobody yet.
  TestDevice& add_stranger();
  ledger::Invite invite(const std::string& name, const std::string& role = "worker");

  // A file of the desk, referred to everybody named: its reference.
  std::string refer(const std::vector<std::string>& names, const std::string& citizen = "Åse F");

  // A session until nothing moves. The test fails when it ends with an error, or does not catch up.
  void sync(TestDevice& device);
  // The same; what ended it before it caught up, if anything did.
  std::optional<Error> try_sync(TestDevice& device);
  // The same with a server of one's own making in between.
  std::optional<Error> try_sync(TestDevice& device, sync::Relay& relay);
  // The link breaks after so many bytes from the server.
  void sync_until(TestDevice& device, std::size_t bytes_from_server);
  // Time passes, for everybody and the server.
  void advance(std::int64_t milliseconds);
  // Everybody, twice, so that each has what all have.
  void sync_all();

  server::RelayStore& relay() { return *relay_; }
  // The server's.
  ManualClock& clock() { return clock_; }
  Random& random() { return random_; }
  // The server's key, for a server that lies.
  const crypto::SigningSecret& server_identity() const { return identity_; }
  // The server as a disk of an earlier moment has it. A backup that was put back makes itself known
  // by a new incarnation; a disk that merely forgot does not.
  std::unique_ptr<MemoryDisk> copy_server() const { return server_disk_->clone(); }
  std::unique_ptr<server::RelayStore> open_copy(MemoryDisk& disk);
  void put_back_server(std::unique_ptr<MemoryDisk> disk, bool new_incarnation);

  // The id behind a reference, as the device knows it.
  static SpaceId space_of(TestDevice& device, const std::string& reference);

 private:
  void open_relay();

  std::uint64_t seed_;
  SeededRandom random_;
  ManualClock clock_;
  crypto::Key server_key_;
  crypto::SigningSecret identity_;
  ledger::FoundingInvite link_;
  std::unique_ptr<MemoryDisk> server_disk_;
  std::unique_ptr<server::RelayStore> relay_;
  std::deque<std::unique_ptr<TestDevice>> devices_;
};

}  // namespace feltbog::testing
