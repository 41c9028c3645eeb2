// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/world.h"

#include <algorithm>

#include "core/base/json.h"
#include "core/crypto/hash.h"

namespace feltbog::sim {
namespace {

constexpr std::size_t kPacketBytes = 4096;
constexpr int kHealRoundsMax = 400;
using TraceHash = FixedBytes<16, struct TraceHashTag>;

}  // namespace

WorldOptions WorldOptions::calm() {
  WorldOptions options;
  options.link_cut = options.device_power_cut = options.server_power_cut = 0;
  options.disk_fault = options.clock_jump = options.newcomer = 0;
  return options;
}

WorldOptions WorldOptions::of(std::uint64_t seed) {
  WorldOptions options = seed % 11 == 0 ? calm() : WorldOptions();
  options.seed = seed;
  options.workers = 1 + static_cast<int>(seed % 4);
  options.steps = 150 + static_cast<int>(seed % 7) * 50;
  if (seed % 5 == 1) options.link_cut *= 4;
  if (seed % 5 == 2) options.device_power_cut *= 4;
  if (seed % 5 == 3) options.disk_fault *= 4;
  if (seed % 5 == 4) options.server_power_cut *= 4;
  return options;
}

World::World(const WorldOptions& options)
    : options_(options),
      random_(options.seed),
      server_random_(options.seed * 31 + 7),
      server_key_(crypto::Key::random(server_random_)),
      server_identity_(crypto::SigningSecret::random(server_random_)) {}

World::~World() = default;

void World::note(const std::string& event) {
  append(trace_, as_bytes(event));
  trace_.push_back('\n');
}

void World::problem(std::string what) {
  note("PROBLEM " + what);
  outcome_.problems.push_back(std::move(what));
}

std::optional<Value> World::call(Node& node, std::string_view command, Value parameters) {
  auto result =
      node.workspace->call(command, parameters, {casework::Language::english, std::nullopt});
  last_code_ = result ? ErrorCode::internal : result.error().code;
  last_error_ =
      result ? "ok" : std::string(error_name(result.error().code)) + " " + result.error().detail;
  note(node.name + " " + std::string(command) + " " + to_json(parameters) + " " + last_error_);
  if (result) return std::move(result).value();
  return std::nullopt;
}

Value World::must(Node& node, std::string_view command, Value parameters) {
  auto result = call(node, command, std::move(parameters));
  if (!result) problem(node.name + " could not " + std::string(command) + ": " + last_error_);
  return result ? std::move(*result) : Value();
}

void World::reopen(Node& node) {
  node.link.reset();
  node.workspace.reset();
  auto opened = workspace::Workspace::open(node.environment(), "device.db", node.key);
  if (!opened)
    return problem(node.name + " does not open: " + std::string(error_name(opened.error().code)));
  node.workspace = std::move(opened).value();
}

void World::reopen_server() {
  for (auto& node : nodes_) cut(*node);
  relay_.reset();
  auto database = store::Database::open(server_disk_, "server.db", server_key_, server_random_);
  if (!database) return problem("the server's database does not open");
  auto opened = server::RelayStore::open(std::move(database).value(), server_identity_.copy(),
                                         server_clock_, server_random_);
  if (!opened) return problem("the server does not open");
  relay_ = std::move(opened).value();
}

void World::found() {
  reopen_server();
  ledger::FoundingInvite invite;
  invite.server_address = "office.example:7443";
  invite.server_key = crypto::signing_public(server_identity_);
  invite.secret = crypto::SigningSecret::random(server_random_);
  if (!relay_->allow_founding(crypto::signing_public(invite.secret)))
    problem("founding not allowed");
  add_node("desk");
  if (!desk().workspace->found_organisation(invite, "desk")) problem("not founded");
  sync_fully(desk());  // founding
  // Clocks jump by years here; what that does to a lease: tests/core/workspace/lease_test.cc.
  if (!call(desk(), "lease.set", testing::parameters("days", 0))) problem("leases are on");
  sync_fully(desk());  // as a member: brings the directory
}

void World::connect(Node& node) {
  if (node.link || !node.workspace) return;
  const auto stage = node.workspace->stage();
  if (stage == workspace::Stage::empty) return;
  auto link = std::make_unique<Link>();
  link->as_newcomer = stage != workspace::Stage::member;
  link->client = std::make_unique<sync::ClientSession>(node.workspace->replica(), node.random);
  link->server = std::make_unique<sync::ServerSession>(*relay_, server_random_);
  link->client->start(now_);
  link->server->start(now_);
  node.link = std::move(link);
  ++outcome_.sessions;
  note(node.name + " connects");
}

void World::cut(Node& node) {
  if (!node.link) return;
  note(node.name + " cut");
  node.link.reset();
}

void World::power_cut(Node& node) {
  const auto policy = testing::kCrashPolicies[chance(std::size(testing::kCrashPolicies))];
  note(node.name + " power cut " + std::string(testing::crash_policy_name(policy)));
  ++outcome_.power_cuts;
  node.link.reset();
  node.disk.crash(policy, random_());
  node.disk.clear_faults();
  reopen(node);
}

void World::inject_fault(Node& node) {
  ++outcome_.faults;
  const auto kind = chance(2) == 0 ? testing::FaultKind::io_error : testing::FaultKind::disk_full;
  note(node.name + " disk fault");
  node.disk.inject({node.disk.call_count() + chance(40), kind, false});
}

void World::power_cut_server() {
  const auto policy = testing::kCrashPolicies[chance(std::size(testing::kCrashPolicies))];
  note("server power cut " + std::string(testing::crash_policy_name(policy)));
  ++outcome_.power_cuts;
  for (auto& node : nodes_) cut(*node);
  server_disk_.crash(policy, random_());
  reopen_server();
}

// Takes what both ends want to send and puts it on the wire in packets of random size and delay.
void World::drain(Node& node) {
  Link& link = *node.link;
  const auto send = [this, &node](auto& session, std::deque<Packet>& queue) {
    while (true) {
      Bytes bytes = session.poll_transmit(1 + chance(kPacketBytes));
      if (bytes.empty()) return;
      look_for_words(bytes, node.name + "'s traffic");
      Instant due = now_.after(static_cast<std::int64_t>(chance(300)));
      if (!queue.empty()) due = std::max(due, queue.back().due);
      queue.push_back({std::move(bytes), due});
    }
  };
  send(*link.client, link.up);
  send(*link.server, link.down);
}

void World::deliver(Node& node) {
  Link& link = *node.link;
  while (!link.up.empty() && link.up.front().due <= now_ && link.server->wants_input()) {
    link.server->handle_bytes(link.up.front().bytes, now_);
    link.up.pop_front();
    drain(node);
  }
  while (!link.down.empty() && link.down.front().due <= now_ && link.client->wants_input()) {
    link.client->handle_bytes(link.down.front().bytes, now_);
    link.down.pop_front();
    drain(node);
  }
}

void World::pump(Node& node) {
  if (!node.link) return;
  drain(node);
  deliver(node);
  const auto tick = [this](auto& session) {
    if (const auto at = session.poll_timeout(); at && *at <= now_) session.handle_timeout(now_);
  };
  tick(*node.link->client);
  tick(*node.link->server);
  while (const auto event = node.link->server->poll_event()) {
    if (event->kind != sync::ServerEventKind::committed) continue;
    for (auto& other : nodes_) {
      if (other.get() != &node && other->link) other->link->server->notify(event->log, now_);
    }
  }
  take_events(node);
}

// A newcomer leaves once it is let in, and returns as a member.
void World::newcomer_caught_up(Node& node) {
  if (!node.is_member()) return node.link->client->local_work(now_);
  note(node.name + " is let in");
  cut(node);
}

void World::take_events(Node& node) {
  bool broken = false;
  bool caught_up = false;
  while (const auto event = node.link->client->poll_event()) {
    if (event->kind == sync::ClientEventKind::caught_up) caught_up = true;
    if (event->kind != sync::ClientEventKind::closed) continue;
    note(node.name + " session ended " + std::string(error_name(event->error.code)));
    broken = event->error.code == ErrorCode::io_error || event->error.code == ErrorCode::disk_full;
  }
  const bool closed = node.link->client->closed() || node.link->server->closed();
  if (closed) {
    cut(node);
  } else if (caught_up && node.link->as_newcomer) {
    newcomer_caught_up(node);
  }
  // A disk that failed a sync is not written again until the database is opened anew.
  if (broken) reopen(node);
}

void World::advance(std::int64_t milliseconds) {
  now_ = now_.after(milliseconds);
  server_clock_.advance(milliseconds);
  for (auto& node : nodes_) node->clock.advance(milliseconds);
  for (auto& node : nodes_) pump(*node);
}

void World::sync_fully(Node& node) {
  connect(node);
  bool done = false;
  for (int round = 0; round < 2000 && !done && node.link; ++round) {
    now_ = now_.after(10);
    drain(node);
    deliver(node);
    while (node.link->server->poll_event()) {
    }
    while (const auto event = node.link->client->poll_event()) {
      if (event->kind == sync::ClientEventKind::closed) {
        problem(node.name + " set-up session ended: " + std::string(error_name(event->error.code)) +
                " " + event->error.detail);
        done = true;
      }
      if (event->kind == sync::ClientEventKind::caught_up) done = true;
    }
  }
  if (!done) problem(node.name + " did not catch up");
  cut(node);
}

void World::step() {
  Node& node = *nodes_[chance(nodes_.size())];
  const auto dice = static_cast<int>(chance(1000));
  int bound = options_.link_cut;
  if (dice < bound) {
    if (node.link) ++outcome_.link_cuts;
    return cut(node);
  }
  if (dice < (bound += options_.device_power_cut)) return power_cut(node);
  if (dice < (bound += options_.server_power_cut)) return power_cut_server();
  if (dice < (bound += options_.disk_fault)) return inject_fault(node);
  if (dice < (bound += options_.clock_jump)) return jump_clock(node);
  if (dice < (bound += options_.newcomer)) return newcomer_comes();
  if (dice < (bound += 300)) return act(node);
  if (dice < (bound += 120)) return connect(node);
  advance(1 + static_cast<std::int64_t>(chance(2000)));
}

bool World::quiet() {
  return std::all_of(nodes_.begin(), nodes_.end(), [](const auto& node) {
    return node->is_member() && node->link && node->link->up.empty() && node->link->down.empty() &&
           node->link->client->progress().phase == sync::Phase::live &&
           !node->workspace->has_local_work();
  });
}

// The weather clears: everybody is online until nothing moves any more.
void World::heal() {
  note("heal");
  for (auto& node : nodes_) {
    node->disk.clear_faults();
    reopen(*node);
  }
  int still = 0;
  for (int round = 0; round < kHealRoundsMax && still < 5; ++round) {
    for (auto& node : nodes_) connect(*node);
    advance(400);
    still = quiet() ? still + 1 : 0;
  }
  if (still < 5) problem("no rest after healing");
}

World::Node& World::add_node(const std::string& name) {
  nodes_.push_back(std::make_unique<Node>(name, options_.seed * 101 + nodes_.size()));
  Node& node = *nodes_.back();
  auto created = workspace::Workspace::create(node.environment(), "device.db", node.key);
  if (!created) {
    problem(name + " has no database");
  } else {
    node.workspace = std::move(created).value();
  }
  return node;
}

Outcome World::run() {
  found();
  const auto sound = [this] { return outcome_.problems.empty(); };
  const auto skew = static_cast<std::uint64_t>(options_.clock_skew_milliseconds_max);
  for (int number = 1; number <= options_.workers; ++number) {
    Node& worker = add_node("worker" + std::to_string(number));
    worker.clock.wall.milliseconds +=
        static_cast<std::int64_t>(chance(2 * skew + 1)) - options_.clock_skew_milliseconds_max;
  }
  if (sound()) enrol_all();
  if (sound()) publish_pathway();
  for (int i = 0; i < options_.steps && sound(); ++i) step();
  if (sound()) heal();
  if (sound()) settle_all();
  if (sound()) heal();
  if (sound()) check();
  outcome_.acknowledged = acknowledged_.size() + photos_.size();
  outcome_.trace = to_hex(crypto::hash<TraceHash>("sim-trace.v1", trace_).view());
  return outcome_;
}

}  // namespace feltbog::sim
