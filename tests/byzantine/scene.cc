// SPDX-License-Identifier: Apache-2.0
#include "tests/byzantine/scene.h"

#include <doctest/doctest.h>

#include "core/workspace/core.h"
#include "tests/core/workspace/forger.h"
#include "tests/support/office_knowledge.h"

namespace feltbog::testing {

using workspace::Core;

Scene::Scene(std::uint64_t seed) : office(seed) {
  sync_honest();
  space = TestOffice::space_of(anna, id);
}

void Scene::write(TestDevice& device, const std::string& title) {
  device.call("note.write",
              parameters("case", id, "text", "Det om " + title + ".", "title", title));
  written_.push_back(title);
}

bool Scene::shows(TestDevice& device, const std::string& title) {
  const auto note = device.try_call("note.show", parameters("case", id, "note", title));
  return note.has_value() && (*note)["text"] == Value("Det om " + title + ".");
}

ErrorCode Scene::meet(TestDevice& device, sync::Relay& relay) {
  const auto ended = office.try_sync(device, relay);
  return ended ? ended->code : ErrorCode::internal;
}

void Scene::sync_honest(int rounds) {
  for (int round = 0; round < rounds; ++round) {
    for (TestDevice* device : honest) office.sync(*device);
  }
}

Bytes Scene::state_of(TestDevice& device) {
  Core& core = device.workspace().core();
  Bytes out = to_bytes(core.membership.organisation().head().hash.view());
  for (const SpaceId& each : {*core.joining.directory, space}) {
    const workspace::SpaceLog* log = core.membership.space(each);
    if (log == nullptr) continue;
    append(out, log->state.head().hash.view());
    auto file = core.files.open(each);
    REQUIRE(file.has_value());
    append(out, (*file)->history.canonical_state());
  }
  return out;
}

ledger::LogHead Scene::organisation_head() { return office.relay().organisation_head().value(); }

sync::SpaceStanding Scene::standing() {
  return office.relay().standing(device_id(desk), space).value();
}

std::vector<std::string> Scene::evidence(TestDevice& device) {
  const Value listed = device.call("evidence.list");
  std::vector<std::string> kinds;
  for (const Value& row : listed.items()) kinds.push_back(row["kind"].text_or(""));
  return kinds;
}

std::int64_t Scene::set_aside(TestDevice& device, std::string_view reason) {
  return device.call("status")["set_aside_reasons"][reason].integer_or(0);
}

void Scene::check_unharmed() {
  const std::size_t before = written_.size();
  for (TestDevice* device : honest) {
    write(*device, "efter " + std::to_string(written_.size() - before));
  }
  sync_honest(4);
  const Bytes state = state_of(desk);
  const Value held = desk.call("held.list");
  for (std::size_t index = 0; index < honest.size(); ++index) {
    CAPTURE(index);
    TestDevice& device = *honest[index];
    CHECK(device.call("status")["all_sent"] == Value(true));
    for (const std::string& title : written_) {
      CAPTURE(title);
      CHECK(shows(device, title));
    }
    CHECK(device.call("held.list") == held);
    CHECK(state_of(device) == state);
    check_keys(device);
    device.reopen();
    CHECK(state_of(device) == state);
  }
  check_secrets();
}

void Scene::check_keys(TestDevice& device) {
  workspace::Membership& membership = device.workspace().core().membership;
  for (const auto& [name, log] : membership.spaces()) {
    const auto ring = membership.keys(name);
    REQUIRE(ring.has_value());
    for (const auto& [epoch, key] : (*ring)->keys()) {
      REQUIRE(epoch <= log.state.epochs().size());
      CHECK(ledger::key_id(key, name, epoch) == log.state.epochs()[epoch - 1].key);
    }
  }
}

void Scene::check_secrets() {
  std::vector<const ledger::DeviceIdentity*> everybody = outsiders;
  for (TestDevice* device : honest) everybody.push_back(&identity_of(*device));
  for (const std::string& problem : knowledge_of(desk, everybody).problems()) FAIL_CHECK(problem);
}

const ledger::DeviceIdentity& identity_of(TestDevice& device) {
  return device.workspace().core().identity;
}

ledger::RecordItem next_record(TestDevice& knows, const ledger::DeviceIdentity& author,
                               const ledger::OrganisationPayload& payload) {
  const auto& organisation = knows.workspace().core().membership.organisation();
  const ledger::Record record = ledger::sign_record(
      ledger::LogKind::organisation, ledger::log_id(organisation.id()), organisation.head(), {},
      author, ledger::kind_of(payload), ledger::encode_payload(payload));
  return {record.encode(), {}};
}

ledger::RecordItem next_record(TestDevice& knows, const SpaceId& space,
                               const ledger::DeviceIdentity& author,
                               const ledger::SpacePayload& payload, Bytes wraps) {
  const workspace::Membership& membership = knows.workspace().core().membership;
  const ledger::Record record =
      ledger::sign_record(ledger::LogKind::space, ledger::log_id(space),
                          membership.space(space)->state.head(), membership.organisation().head(),
                          author, ledger::kind_of(payload), ledger::encode_payload(payload));
  return {record.encode(), std::move(wraps)};
}

}  // namespace feltbog::testing
