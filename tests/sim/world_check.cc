// SPDX-License-Identifier: Apache-2.0
// What must hold once everybody is online and nothing moves: no acknowledged word is lost, all see
// the same, everything is sent, nothing is readable outside.
#include "core/base/json.h"
#include "core/workspace/attachment.h"
#include "tests/sim/world.h"

namespace feltbog::sim {
namespace {

using testing::parameters;

constexpr std::string_view kCanary = "KANARIE";

}  // namespace

void World::look_for_words(BytesView bytes, const std::string& where) {
  if (as_text(bytes).find(kCanary) != std::string_view::npos) problem("readable words in " + where);
}

void World::check() {
  for (const Case& file : cases_) check_case(file);
  for (auto& node : nodes_) check_status(*node);
  check_disks();
}

void World::check_case(const Case& file) {
  std::set<std::string> hashes;
  for (auto& node : nodes_) {
    if (!file.people.contains(node->name)) continue;
    hashes.insert(must(*node, "case.show", parameters("case", file.id))["state_hash"].text_or({}));
    check_words(*node, file);
    check_photos(*node, file);
  }
  if (hashes.size() != 1) problem("the devices do not agree on " + file.id);
  for (const std::string& hash : hashes) note(hash);
}

void World::check_words(Node& node, const Case& file) {
  std::string all = to_json(must(node, "case.show", parameters("case", file.id)));
  const Value notes = must(node, "note.list", parameters("case", file.id));
  for (const Value& row : notes.items()) {
    all += to_json(must(node, "note.show", parameters("case", file.id, "note", row["id"])));
  }
  bool complete = true;
  for (const auto& [words, case_id] : acknowledged_) {
    if (case_id != file.id || all.find(words) != std::string::npos) continue;
    problem(node.name + " lacks " + words);
    complete = false;
  }
  if (!complete) note(node.name + " has " + all);
}

void World::check_photos(Node& node, const Case& file) {
  for (const auto& [name, photo] : photos_) {
    if (photo.case_id != file.id) continue;
    const auto reader = workspace::AttachmentReader::open(*node.workspace, file.id, name);
    const auto bytes = reader ? (*reader)->read(0, photo.bytes.size() + 1) : Result<Bytes>(Bytes());
    if (!reader || !bytes || bytes.value() != photo.bytes) problem(node.name + " lacks " + name);
  }
}

void World::check_status(Node& node) {
  const Value status = must(node, "status", {});
  if (status["all_sent"] != Value(true)) problem(node.name + " has not sent everything");
  for (const char* none : {"runs_set_aside", "changes_refused", "changes_waiting", "conflicts",
                           "attachment_chunks_wanted"}) {
    if (status[none] != Value(0)) problem(node.name + " has " + none);
  }
}

void World::check_disks() {
  for (auto& node : nodes_) {
    for (const std::string& path : node->disk.paths()) {
      look_for_words(node->disk.content(path), node->name + ":" + path);
    }
  }
  for (const std::string& path : server_disk_.paths()) {
    look_for_words(server_disk_.content(path), "server:" + path);
  }
}

}  // namespace feltbog::sim
