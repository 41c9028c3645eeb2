// SPDX-License-Identifier: Apache-2.0
// What the people of the simulated office do, while anything may break.
#include <algorithm>

#include "core/base/json.h"
#include "core/base/platform/posix_disk.h"
#include "core/workspace/attachment.h"
#include "tests/sim/world.h"

namespace feltbog::sim {
namespace {

using testing::parameters;

constexpr std::string_view kCanary = "KANARIE";
constexpr std::string_view kShared = "Fælles";  // the note everybody writes in
constexpr std::int64_t kDay = 24LL * 3600 * 1000;
constexpr std::uint64_t kCasesMax = 4;

// Not what a disk says: the person was told no.
bool is_plain_refusal(ErrorCode code) {
  switch (code) {
    case ErrorCode::not_found:
    case ErrorCode::ambiguous:
    case ErrorCode::immutable:
    case ErrorCode::conflict:
    case ErrorCode::wrong_state:
    case ErrorCode::not_permitted: return true;
    default: return false;
  }
}

}  // namespace

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
  if (!invite || !worker.workspace->accept_invite(invite.value())) {
    return problem("invite not taken");
  }
  sync_fully(worker);
}

void World::publish_pathway() {
  PosixDisk source;
  const auto definition =
      read_file(source, FELTBOG_SOURCE_DIR "/pathways/slagelse-fokus-2021.json", 1 << 20);
  if (!definition) return problem("the pathway is not in the source tree");
  must(desk(), "pathway.publish", parameters("definition", std::string(as_text(*definition))));
  if (!open_case()) return problem("no case: " + last_error_);
  for (int round = 0; round < 2; ++round) {
    for (auto& node : nodes_) sync_fully(*node);
  }
}

// A file at the desk, referred to everybody there is by now, with a note to write in together.
bool World::open_case() {
  const auto opened = call(desk(), "case.new", parameters("citizen", "KANARIE Fiktiv"));
  if (!opened) return false;
  Value request =
      parameters("case", (*opened)["case"], "pathway", "slagelse-fokus", "to", Value::List{});
  Case made;
  for (const auto& node : nodes_) {
    made.people.insert(node->name);
    if (node.get() != &desk()) request["to"].push_back(node->name);
  }
  const auto referred = call(desk(), "case.refer", std::move(request));
  if (!referred) return false;
  made.id = (*referred)["case"].text_or({});
  if (!call(desk(), "note.write",
            parameters("case", made.id, "title", std::string(kShared), "text", "Start."))) {
    return false;
  }
  cases_.push_back(std::move(made));
  return true;
}

// Somebody joins the organisation in the middle of it all.
void World::newcomer_comes() {
  if (outcome_.newcomers > 0) return;
  const std::string name = "late";
  const auto made = call(desk(), "user.invite",
                         parameters("name", name, "role", Value::List{Value("worker")},
                                    "expires_hours", std::int64_t{14 * 24}));
  if (!made) return failed(desk());
  ++outcome_.newcomers;
  done(desk());
  const auto invite = ledger::Invite::parse((*made)["invite"].text_or({}));
  Node& node = add_node(name);
  if (!invite || !node.workspace->accept_invite(invite.value())) problem("invite not taken");
  note(name + " has an invite");
}

// The desk's clock stays near the truth: its invites are judged by the server's.
void World::jump_clock(Node& node) {
  const std::int64_t days = &node == &desk() ? 1 : 400;
  const auto span = static_cast<std::uint64_t>(2 * days * kDay + 1);
  node.clock.wall.milliseconds += static_cast<std::int64_t>(chance(span)) - days * kDay;
  if (&node == &desk()) node.clock.wall = server_clock_.wall;
  note(node.name + " clock jumps");
}

void World::act(Node& node) {
  if (cases_.empty() || !node.is_member()) return;
  const Case& file = cases_[chance(cases_.size())];
  if (!file.people.contains(node.name)) return;
  const std::uint64_t dice = chance(20);
  if (dice < 13) return write_words(node, file);
  if (dice < 15) return take_photo(node, file);
  if (dice < 17) return record_outcome(node, file);
  if (dice < 18) return sign(node, file);
  if (&node != &desk()) return write_words(node, file);
  if (dice < 19 && cases_.size() < kCasesMax) {
    if (!open_case()) failed(node);
    return;
  }
  settle_one(node);
}

void World::done(Node& node) {
  if (node.link) node.link->client->local_work(now_);
}

void World::failed(Node& node) {
  if (is_plain_refusal(last_code_)) return;
  node.disk.clear_faults();
  reopen(node);
}

void World::write_words(Node& node, const Case& file) {
  const std::string words = std::string(kCanary) + "-" + std::to_string(++words_) + "-" + node.name;
  Value request = parameters("case", file.id, "text", words);
  std::optional<Value> written;
  switch (chance(5)) {
    case 0: written = call(node, "note.write", std::move(request)); break;
    case 1:
      request["note"] = kShared;
      written = call(node, "note.append", std::move(request));
      break;
    case 2: {
      const auto shown =
          call(node, "note.show", parameters("case", file.id, "note", std::string(kShared)));
      if (!shown) return failed(node);
      request["note"] = kShared;
      request["text"] = words + "\n" + (*shown)["text"].text_or({});
      written = call(node, "note.edit", std::move(request));
      break;
    }
    case 3:
      written = call(
          node, "contact.log",
          parameters("case", file.id, "channel", "phone", "result", "no_answer", "note", words));
      break;
    default:
      written = call(node, "visit.log", parameters("case", file.id, "minutes", 20, "place", words));
      break;
  }
  if (!written) return failed(node);
  acknowledged_[words] = file.id;
  done(node);
}

void World::take_photo(Node& node, const Case& file) {
  const std::string name = std::string(kCanary) + "-" + std::to_string(++words_) + ".jpg";
  Bytes bytes(static_cast<std::size_t>(1 + chance(3000)));
  for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(chance(256));
  append(bytes, as_bytes(kCanary));
  const auto finished = [&]() -> Result<Value> {
    FELTBOG_TRY(writer,
                workspace::AttachmentWriter::open(*node.workspace, file.id, name, "image/jpeg"));
    FELTBOG_CHECK(writer->write(bytes));
    return writer->finish();
  }();
  last_code_ = finished ? ErrorCode::internal : finished.error().code;
  note(node.name + " photo " + (finished ? "ok" : std::string(error_name(last_code_))));
  if (!finished) return failed(node);
  photos_[name] = {file.id, std::move(bytes)};
  ++outcome_.photos;
  done(node);
}

void World::record_outcome(Node& node, const Case& file) {
  const char* outcomes[] = {"contact.reached", "contact.declined"};
  const bool recorded =
      call(node, "outcome.record", parameters("case", file.id, "outcome", outcomes[chance(2)]))
          .has_value();
  if (!recorded) return failed(node);
  done(node);
}

void World::sign(Node& node, const Case& file) {
  // The shared note is signed rarely: words written meanwhile become conflicts.
  const auto notes = call(node, "note.list", parameters("case", file.id));
  if (!notes) return failed(node);
  if (notes->items().empty()) return;
  const Value& picked = notes->items()[chance(notes->items().size())];
  if (!call(node, "note.sign", parameters("case", file.id, "note", picked["id"]))) {
    return failed(node);
  }
  done(node);
}

// False when there is nothing to settle, or it failed.
bool World::settle_one(Node& node) {
  const auto open = call(node, "conflicts.list", {});
  if (!open) {
    failed(node);
    return false;
  }
  for (const Value& row : open->items()) {
    if (row["yours_to_settle"] != Value(true)) continue;
    note(node.name + " settles " + to_json(row));
    Value request = parameters("conflict", row["id"]);
    if (row["kind"] == Value("values")) request["pick"] = std::int64_t{1};
    if (!call(node, "conflicts.settle", std::move(request))) {
      failed(node);
      return false;
    }
    ++outcome_.conflicts_settled;
    done(node);
    return true;
  }
  return false;
}

void World::settle_all() {
  while (settle_one(desk())) {
  }
}

}  // namespace feltbog::sim
