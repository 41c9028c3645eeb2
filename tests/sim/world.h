// SPDX-License-Identifier: Apache-2.0
// A whole office in one process: real workspaces, real sync sessions, the real relay store, over a
// simulated clock, network and disk. One seed decides everything; the same seed plays the same
// world. Machines and wires: world.cc; what people do: world_people.cc; what must hold at the end:
// world_check.cc.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/workspace/workspace.h"
#include "server/relay_store.h"
#include "sync/client_session.h"
#include "sync/server_session.h"
#include "tests/support/memory_disk.h"
#include "tests/support/test_device.h"

namespace feltbog::sim {

struct WorldOptions {
  std::uint64_t seed = 1;
  int workers = 2;
  int steps = 300;
  // Chances per step, in thousandths.
  int link_cut = 40;
  int device_power_cut = 15;
  int server_power_cut = 10;
  int disk_fault = 15;
  int clock_jump = 10;
  int newcomer = 8;  // until one has come
  std::int64_t clock_skew_milliseconds_max = 2LL * 24 * 3600 * 1000;

  // Nothing breaks.
  static WorldOptions calm();
  // Number and severity of everything by the seed.
  static WorldOptions of(std::uint64_t seed);
};

// What a world came to. Empty problems: all held.
struct Outcome {
  std::vector<std::string> problems;
  std::string trace;  // equal for two runs of one seed
  std::size_t acknowledged = 0;
  std::size_t power_cuts = 0;
  std::size_t faults = 0;
  std::size_t link_cuts = 0;
  std::size_t sessions = 0;
  std::size_t photos = 0;
  std::size_t conflicts_settled = 0;
  std::size_t newcomers = 0;
};

class World {
 public:
  explicit World(const WorldOptions& options);
  ~World();
  Outcome run();
  // What happened, a line each: for whoever looks into a seed.
  std::string_view trace() const { return as_text(trace_); }

 private:
  struct Packet {
    Bytes bytes;
    Instant due;
  };
  struct Link {
    std::unique_ptr<sync::ClientSession> client;
    std::unique_ptr<sync::ServerSession> server;
    std::deque<Packet> up;
    std::deque<Packet> down;
    bool as_newcomer = false;
  };
  struct Node {
    std::string name;
    testing::MemoryDisk disk;
    testing::ManualClock clock;
    testing::SeededRandom random;
    crypto::Key key;
    std::unique_ptr<workspace::Workspace> workspace;
    std::unique_ptr<Link> link;
    Node(std::string called, std::uint64_t seed)
        : name(std::move(called)), random(seed), key(crypto::Key::random(random)) {}
    workspace::Environment environment() { return {&disk, &clock, &random}; }
    bool is_member() const { return workspace->stage() == workspace::Stage::member; }
  };
  struct Case {
    std::string id;
    std::set<std::string> people;  // names of those it was referred to, and the desk
  };
  struct Photo {
    std::string case_id;
    Bytes bytes;
  };

  // --- world.cc ---
  void found();
  Node& add_node(const std::string& name);
  void step();
  void connect(Node& node);
  void cut(Node& node);
  void power_cut(Node& node);
  void power_cut_server();
  void inject_fault(Node& node);
  void reopen(Node& node);
  void reopen_server();
  void advance(std::int64_t milliseconds);
  void pump(Node& node);
  void take_events(Node& node);
  void newcomer_caught_up(Node& node);
  void drain(Node& node);
  void deliver(Node& node);
  void heal();
  bool quiet();
  // A session to its end, without faults.
  void sync_fully(Node& node);
  std::optional<Value> call(Node& node, std::string_view command, Value parameters);
  Value must(Node& node, std::string_view command, Value parameters);
  void note(const std::string& event);
  void problem(std::string what);
  std::uint64_t chance(std::uint64_t below) { return random_() % below; }
  Node& desk() { return *nodes_.front(); }

  // --- world_people.cc ---
  void enrol_all();
  void enrol(Node& worker, const Value& made);
  void publish_pathway();
  bool open_case();
  void newcomer_comes();
  void jump_clock(Node& node);
  void act(Node& node);
  void write_words(Node& node, const Case& file);
  void take_photo(Node& node, const Case& file);
  void record_outcome(Node& node, const Case& file);
  void sign(Node& node, const Case& file);
  bool settle_one(Node& node);
  void settle_all();
  void done(Node& node);
  // The last call failed: where the disk did, the device is started anew.
  void failed(Node& node);

  // --- world_check.cc ---
  void check();
  void check_case(const Case& file);
  void check_words(Node& node, const Case& file);
  void check_photos(Node& node, const Case& file);
  void check_status(Node& node);
  void check_disks();
  void look_for_words(BytesView bytes, const std::string& where);

  WorldOptions options_;
  std::mt19937_64 random_;
  Instant now_;
  testing::MemoryDisk server_disk_;
  testing::ManualClock server_clock_;
  testing::SeededRandom server_random_;
  crypto::Key server_key_;
  crypto::SigningSecret server_identity_;
  std::unique_ptr<server::RelayStore> relay_;
  std::vector<std::unique_ptr<Node>> nodes_;
  std::vector<Case> cases_;
  std::map<std::string, std::string> acknowledged_;  // words whose writing returned, and their case
  std::map<std::string, Photo> photos_;              // by name, those whose finish() returned
  std::uint64_t words_ = 0;
  Bytes trace_;
  ErrorCode last_code_ = ErrorCode::internal;
  std::string last_error_;
  Outcome outcome_;
};

}  // namespace feltbog::sim
