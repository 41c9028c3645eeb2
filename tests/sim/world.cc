// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/world.h"

#include <algorithm>

#include "core/base/json.h"
#include "core/base/platform/posix_disk.h"
#include "core/crypto/hash.h"

namespace feltbog::sim {
namespace {

using testing::parameters;

constexpr std::string_view kCanary = "KANARIE";
constexpr std::size_t kPacketBytes = 4096;
constexpr int kHealRoundsMax = 400;
using TraceHash = FixedBytes<16, struct TraceHashTag>;

}  // namespace

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
  last_error_ =
      result ? "ok" : std::string(error_name(result.error().code)) + " " + result.error().detail;
  note(node.name + " " + std::string(command) + " " + last_error_);
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
  auto made = std::make_unique<Node>("desk", options_.seed * 101);
  auto created = workspace::Workspace::create(made->environment(), "device.db", made->key);
  made->workspace = std::move(created).value();
  if (!made->workspace->found_organisation(invite, "Karen")) problem("not founded");
  nodes_.push_back(std::move(made));
  sync_fully(desk());  // founding
  sync_fully(desk());  // as a member: brings the directory
}

// Half of the worlds hand out all invites first, half one by one; the desk then has or has not
// heard of the last phone when it makes the next invite.
void World::enrol_all() {
  std::vector<Value> invites;
  const bool all_first = chance(2) == 0;
  for (std::size_t i = 1; i < nodes_.size(); ++i) {
    invites.push_back(
        must(desk(), "user.invite",
             parameters("name", nodes_[i]->name, "role", Value::List{Value("worker")})));
    sync_fully(desk());
    if (!all_first) enrol(*nodes_[i], invites.back());
  }
  for (std::size_t i = 1; i < nodes_.size() && all_first; ++i) enrol(*nodes_[i], invites[i - 1]);
  sync_fully(desk());  // wraps the keys
  for (auto& node : nodes_) sync_fully(*node);
}

void World::enrol(Node& worker, const Value& made) {
  auto invite = ledger::Invite::parse(made["invite"].text_or({}));
  if (!invite || !worker.workspace->accept_invite(invite.value()))
    return problem("invite not taken");
  sync_fully(worker);
}

void World::make_case() {
  const Value opened = must(desk(), "case.new", parameters("citizen", "KANARIE Fiktiv"));
  PosixDisk source;
  auto definition =
      read_file(source, FELTBOG_SOURCE_DIR "/pathways/slagelse-fokus-2021.json", 1 << 20);
  if (!definition) return problem("the pathway is not in the source tree");
  const Value published =
      must(desk(), "pathway.publish", parameters("definition", std::string(as_text(*definition))));
  Value refer = parameters("case", opened["case"], "pathway", published["id"]);
  for (std::size_t i = 1; i < nodes_.size(); ++i) refer["to"].push_back(nodes_[i]->name);
  case_ = must(desk(), "case.refer", std::move(refer))["case"].text_or({});
  must(desk(), "note.write", parameters("case", case_, "title", "Fælles", "text", "Start."));
  for (int round = 0; round < 2; ++round) {
    for (auto& node : nodes_) sync_fully(*node);
  }
}

void World::connect(Node& node) {
  if (node.link || !node.workspace) return;
  auto link = std::make_unique<Link>();
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
  bool broken = false;
  while (const auto event = node.link->client->poll_event()) {
    if (event->kind != sync::ClientEventKind::closed) continue;
    note(node.name + " session ended " + std::string(error_name(event->error.code)));
    broken = event->error.code == ErrorCode::io_error || event->error.code == ErrorCode::disk_full;
  }
  if (node.link->client->closed() || node.link->server->closed()) cut(node);
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

void World::write_something(Node& node) {
  const std::string words = std::string(kCanary) + "-" + std::to_string(++words_) + "-" + node.name;
  Value request = parameters("case", case_, "text", words);
  std::optional<Value> done;
  switch (chance(5)) {
    case 0: done = call(node, "note.write", std::move(request)); break;
    case 1:
      request["note"] = "Fælles";
      done = call(node, "note.append", std::move(request));
      break;
    case 2: {
      const auto shown = call(node, "note.show", parameters("case", case_, "note", "Fælles"));
      if (!shown) return;
      request["note"] = "Fælles";
      request["text"] = words + "\n" + (*shown)["text"].text_or({});
      done = call(node, "note.edit", std::move(request));
      break;
    }
    case 3:
      done =
          call(node, "contact.log",
               parameters("case", case_, "channel", "phone", "result", "no_answer", "note", words));
      break;
    default:
      done = call(node, "visit.log", parameters("case", case_, "minutes", 20, "place", words));
      break;
  }
  if (done) {
    acknowledged_.insert(words);
    if (node.link) node.link->client->local_work(now_);
  } else {
    node.disk.clear_faults();
    reopen(node);
  }
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
  if (dice < (bound += options_.disk_fault)) {
    ++outcome_.faults;
    const auto kind = chance(2) == 0 ? testing::FaultKind::io_error : testing::FaultKind::disk_full;
    note(node.name + " disk fault");
    return node.disk.inject({node.disk.call_count() + chance(40), kind, false});
  }
  if (dice < (bound += 300)) return write_something(node);
  if (dice < (bound += 120)) return connect(node);
  advance(1 + static_cast<std::int64_t>(chance(2000)));
}

bool World::quiet() {
  return std::all_of(nodes_.begin(), nodes_.end(), [](const auto& node) {
    return node->link && node->link->up.empty() && node->link->down.empty() &&
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

void World::look_for_words(BytesView bytes, const std::string& where) {
  if (as_text(bytes).find(kCanary) != std::string_view::npos) problem("readable words in " + where);
}

void World::check_words() {
  for (auto& node : nodes_) {
    std::string all;
    const Value notes = must(*node, "note.list", parameters("case", case_));
    for (const Value& row : notes.items()) {
      all += must(*node, "note.show", parameters("case", case_, "note", row["id"]))["text"].text_or(
          {});
      all += '\n';
    }
    all += to_json(must(*node, "case.show", parameters("case", case_)));
    for (const std::string& words : acknowledged_) {
      if (all.find(words) == std::string::npos) problem(node->name + " lacks " + words);
    }
  }
}

void World::check_hashes() {
  std::set<std::string> hashes;
  for (auto& node : nodes_) {
    hashes.insert(must(*node, "case.show", parameters("case", case_))["state_hash"].text_or({}));
    const Value status = must(*node, "status", {});
    if (status["all_sent"] != Value(true)) problem(node->name + " has not sent everything");
    if (status["runs_set_aside"] != Value(0)) problem(node->name + " has runs set aside");
  }
  if (hashes.size() != 1) problem("the devices do not agree");
  for (const std::string& hash : hashes) note(hash);
}

void World::check() {
  check_hashes();
  check_words();
  for (auto& node : nodes_) {
    for (const std::string& path : node->disk.paths()) {
      look_for_words(node->disk.content(path), node->name + ":" + path);
    }
  }
  for (const std::string& path : server_disk_.paths()) {
    look_for_words(server_disk_.content(path), "server:" + path);
  }
}

void World::add_worker(int number) {
  auto worker = std::make_unique<Node>("worker" + std::to_string(number),
                                       options_.seed * 101 + static_cast<std::uint64_t>(number));
  auto created = workspace::Workspace::create(worker->environment(), "device.db", worker->key);
  worker->workspace = std::move(created).value();
  const auto skew = static_cast<std::uint64_t>(options_.clock_skew_milliseconds_max);
  worker->clock.wall.milliseconds +=
      static_cast<std::int64_t>(chance(2 * skew + 1)) - options_.clock_skew_milliseconds_max;
  nodes_.push_back(std::move(worker));
}

Outcome World::run() {
  found();
  for (int number = 1; number <= options_.workers; ++number) add_worker(number);
  if (outcome_.problems.empty()) enrol_all();
  if (outcome_.problems.empty()) make_case();
  for (int i = 0; i < options_.steps && outcome_.problems.empty(); ++i) step();
  if (outcome_.problems.empty()) heal();
  if (outcome_.problems.empty()) check();
  outcome_.acknowledged = acknowledged_.size();
  outcome_.trace = to_hex(crypto::hash<TraceHash>("sim-trace.v1", trace_).view());
  return outcome_;
}

}  // namespace feltbog::sim
