// SPDX-License-Identifier: Apache-2.0
// An order to wipe is carried out on the files themselves, also after a power cut in the middle.
#include <doctest/doctest.h>

#include "apps/host/messages.h"
#include "apps/host/vault.h"
#include "tests/support/test_office.h"

using namespace feltbog;
using namespace feltbog::testing;

namespace {

constexpr std::string_view kPassphrase = "korrekt hest batteri";

// Anna's phone, whose files lie behind a vault.
struct Phone {
  TestOffice office{1};
  MemoryDisk disk;
  ManualClock clock;
  SeededRandom random{77};
  host::DataDirectory directory{"phone"};
  host::Vault vault{{&disk, &clock, &random}, directory, 1};
  std::string code;
  std::string file;

  Phone() {
    const ledger::Invite invite = office.invite("Anna", "caseworker");
    REQUIRE(vault.create(kPassphrase).has_value());
    code = vault.add_recovery(kPassphrase).value();
    REQUIRE(vault.workspace()->accept_invite(invite).has_value());
    sync();
    office.sync(office.desk());
    file = office.refer({"Anna"});
    office.sync(office.desk());
    sync();
    REQUIRE(vault.workspace()->stage() == workspace::Stage::member);
  }
  Phone& ordered() {
    office.desk().call("device.wipe", parameters("device", "Anna"));
    office.sync(office.desk());
    return *this;
  }
  Result<Value> call(const char* command, const Value& given = {}) {
    return vault.workspace()->call(command, given, {});
  }
  void sync() {
    Wire wire(*vault.workspace(), random, office.relay(), office.random());
    while (wire.turn()) {
    }
  }
  bool wipe_due() { return vault.workspace()->wipe_due().value(); }
};

// What a person with the supervisor's code gets to see, who needs neither the hardware key nor the
// passphrase. Nothing: the error that says why.
ErrorCode open_with(Phone& phone, MemoryDisk& disk) {
  SeededRandom random(5);
  host::Vault vault({&disk, &phone.clock, &random}, phone.directory, 1);
  const auto opened = vault.unlock_with_recovery(phone.code);
  REQUIRE_FALSE(opened.has_value());
  CHECK(vault.workspace() == nullptr);
  if (opened.error().code == ErrorCode::revoked) CHECK(opened.error().detail == host::kWiped);
  return opened.error().code;
}

}  // namespace

TEST_CASE("a wiped folder holds nothing, and is like new for the next invite") {
  Phone phone;
  phone.ordered().sync();
  REQUIRE(phone.wipe_due());
  REQUIRE(phone.vault.wipe().has_value());
  CHECK(phone.disk.paths().empty());
  CHECK(phone.vault.unlock(kPassphrase).error().code == ErrorCode::not_found);
  CHECK(phone.vault.create(kPassphrase).has_value());
}

TEST_CASE("an order that was not carried out is carried out when the database is opened next") {
  Phone phone;
  phone.ordered().sync();
  phone.vault.lock();
  const auto opened = phone.vault.unlock(kPassphrase);
  REQUIRE_FALSE(opened.has_value());
  CHECK(opened.error() == Error{ErrorCode::revoked, std::string(host::kWiped)});
  CHECK(phone.disk.paths().empty());
}

TEST_CASE("a power cut while a phone is wiped leaves one that is wiped next, or nothing to read") {
  Phone phone;
  phone.ordered().sync();
  phone.vault.lock();
  const auto before = phone.disk.clone();
  CHECK(open_with(phone, *before) == ErrorCode::revoked);
  CHECK(before->paths().empty());
  phone.disk.start_recording();
  REQUIRE(phone.vault.wipe().has_value());
  for (std::uint64_t cut = 0; cut <= phone.disk.change_count(); ++cut) {
    for (const CrashPolicy policy : kCrashPolicies) {
      CAPTURE(cut);
      CAPTURE(crash_policy_name(policy));
      const auto image = phone.disk.image_at(cut, policy, cut);
      if (open_with(phone, *image) == ErrorCode::revoked) CHECK(image->paths().empty());
    }
  }
}

TEST_CASE("a device whose user gives it up holds nothing of theirs when the next one takes it") {
  Phone phone;
  REQUIRE(
      phone.call("note.write", parameters("case", phone.file, "text", "KANARIEFUGL", "title", "N"))
          .has_value());
  const auto early = phone.call("device.leave");
  REQUIRE_FALSE(early.has_value());
  CHECK(early.error().code == ErrorCode::wrong_state);
  phone.sync();
  REQUIRE(phone.call("device.leave").has_value());
  CHECK_FALSE(phone.wipe_due());
  phone.sync();
  REQUIRE(phone.wipe_due());
  REQUIRE(phone.vault.wipe().has_value());
  CHECK(phone.disk.paths().empty());
  // What its user wrote is where it belongs, and the next user begins with nothing.
  phone.office.sync(phone.office.desk());
  phone.office.sync(phone.office.desk());
  CHECK(phone.office.desk().call("search", parameters("words", "KANARIEFUGL")).items().size() == 1);
  const ledger::Invite invite = phone.office.invite("Bo");
  REQUIRE(phone.vault.create(kPassphrase).has_value());
  REQUIRE(phone.vault.workspace()->accept_invite(invite).has_value());
  phone.sync();
  phone.office.sync(phone.office.desk());
  phone.sync();
  REQUIRE(phone.vault.workspace()->stage() == workspace::Stage::member);
  CHECK(phone.call("case.list")->items().empty());
  CHECK(phone.call("search", parameters("words", "KANARIEFUGL"))->items().empty());
}

TEST_CASE("nobody gives up the only device that can open a case") {
  Phone phone;
  REQUIRE(phone.call("case.new", parameters("citizen", "Kun Her")).has_value());
  phone.sync();
  const auto refused = phone.call("device.leave");
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == ErrorCode::wrong_state);
  REQUIRE(
      phone.call("case.add-member", parameters("case", "Kun Her", "user", "Karen")).has_value());
  phone.sync();
  CHECK(phone.call("device.leave").has_value());
}
