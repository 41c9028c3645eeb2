// SPDX-License-Identifier: Apache-2.0
#include "core/ledger/record.h"

#include <doctest/doctest.h>

#include "tests/core/ledger/fixture.h"

using namespace feltbog;
using namespace feltbog::ledger;
using namespace feltbog::ledger::test;

namespace {

Result<Bytes> recode(BytesView bytes) {
  FELTBOG_TRY(record, Record::decode(bytes));
  return record.encode();
}

// A log with a record of every kind.
Office every_kind() {
  Office office(3);
  Phone& worker = office.add_person({Role::worker});
  const UserId other = office.add_user({Role::worker, Role::auditor});
  const auto open = office.invite(other);
  office.append(office.founder(), InviteRevoke{open.id});
  office.append(office.founder(), RolesSet{other, {Role::supervisor}});
  office.append(
      office.founder(),
      DeviceRevoke{worker.id(), {{office.random.make<SpaceId>(), worker.id(), 1, 0, {}}}});
  office.append(office.founder(), UserSuspend{other, {}});
  office.append(office.founder(), UserReinstate{other});
  office.append(office.founder(), ServerKeySet{office.random.make<crypto::SigningPublic>()});
  office.append(office.founder(), WipeOrder{worker.id()});
  office.use_recovery_key(office.founder(), office.set_recovery_key());
  office.append(office.founder(), TeamSet{office.random.make<TeamId>(), {other}});
  office.append(office.founder(), DutySet{{office.founder().id()}});
  const Mandate absence{
      office.random.make<MandateId>(), office.founder().user, worker.user,
      MandateGround::absence,          WallTime{1'000'000},   WallTime{2'000'000}};
  office.append(office.founder(), MandateGive{absence});
  office.append(office.founder(), MandateEnd{absence.id});
  office.append(office.founder(), LeaseSet{30});
  return office;
}

}  // namespace

TEST_CASE("a record of every kind reads back, and no truncation or flipped bit of it does") {
  const Office office = every_kind();
  std::set<std::uint16_t> kinds;
  for (const Record& record : office.records) {
    if (!kinds.insert(record.kind).second) continue;
    CAPTURE(organisation_kind_name(record.kind));
    check_strict(record.encode(), recode);
  }
  CHECK(kinds.size() == std::variant_size_v<OrganisationPayload>);
}

TEST_CASE("the payload of every kind reads back, and nothing but it") {
  for (const Record& record : every_kind().records) {
    CAPTURE(organisation_kind_name(record.kind));
    check_strict(record.payload, [&](BytesView bytes) -> Result<Bytes> {
      FELTBOG_TRY(payload, decode_organisation_payload(record.kind, bytes));
      return encode_payload(payload);
    });
  }
}

TEST_CASE("any flipped bit keeps a record out of the log") {
  Office office(5);
  office.add_person({Role::worker});
  OrganisationState before;
  for (const Record& record : office.records) {
    const Bytes encoded = record.encode();
    std::size_t taken = 0;
    for (std::size_t bit = 0; bit < encoded.size() * 8; ++bit) {
      const auto read = Record::decode(flip(encoded, bit));
      OrganisationState trial = before;
      if (read && trial.apply(*read)) ++taken;
    }
    CHECK(taken == 0);
    REQUIRE(before.apply(record).has_value());
  }
}

TEST_CASE("a record's hash covers its body and not its signature") {
  Office office(2);
  Record record = office.records.front();
  const RecordHash hash = record.hash();
  record.signature.bytes[0] ^= 1;
  CHECK(record.hash() == hash);
  record.sequence = 2;
  CHECK(record.hash() != hash);
}

TEST_CASE("a record that is too large, too new or out of form is refused with its reason") {
  Office office(2);
  Record record = office.records.front();
  record.payload = Bytes(kRecordBytesMax);
  CHECK(code_of(Record::decode(record.encode())) == ErrorCode::limit_exceeded);

  record = office.records.front();
  Bytes body = record.body();
  body[1] = 2;  // the version
  const Bytes newer = CborWriter().array(2).bytes(body).fixed(record.signature).take();
  CHECK(code_of(Record::decode(newer)) == ErrorCode::unsupported_version);

  record.sequence = 0;
  CHECK(code_of(Record::decode(record.encode())) == ErrorCode::malformed);
  record.sequence = 2;  // without a previous hash
  CHECK(code_of(Record::decode(record.encode())) == ErrorCode::malformed);
  record = office.records.front();
  record.log_kind = LogKind::space;  // citing nothing
  CHECK(code_of(Record::decode(record.encode())) == ErrorCode::malformed);
}

TEST_CASE("a device's secrets read back as the same device, and nothing but them") {
  SeededRandom random(9);
  const DeviceIdentity identity = DeviceIdentity::make(random);
  const auto read = DeviceIdentity::decode(identity.encode());
  REQUIRE(read.has_value());
  CHECK(read->id == identity.id);
  CHECK(read->publics == identity.publics);
  CHECK(identity.copy().id == identity.id);
  check_strict(identity.encode(), [](BytesView bytes) -> Result<Bytes> {
    FELTBOG_TRY(device, DeviceIdentity::decode(bytes));
    return device.encode();
  });
}

TEST_CASE("a device's id changes with either of its public keys") {
  SeededRandom random(9);
  const DevicePublic device = DeviceIdentity::make(random).publics;
  const DevicePublic other = DeviceIdentity::make(random).publics;
  CHECK(device_id({device.signing, other.agreement}) != device_id(device));
  CHECK(device_id({other.signing, device.agreement}) != device_id(device));
}

TEST_CASE("a writer's id changes with space, device and incarnation") {
  SeededRandom random(9);
  const auto space = random.make<SpaceId>();
  const auto device = random.make<DeviceId>();
  const WriterId writer = writer_id(space, device, 1);
  CHECK(writer == writer_id(space, device, 1));
  CHECK(writer != writer_id(space, device, 2));
  CHECK(writer != writer_id(random.make<SpaceId>(), device, 1));
  CHECK(writer != writer_id(space, random.make<DeviceId>(), 1));
}

TEST_CASE("every role has a name of its own by which it is found again") {
  for (std::size_t i = 0; i < kRoleCount; ++i) {
    const auto role = static_cast<Role>(i);
    CHECK(role_from_name(role_name(role)) == role);
  }
  CHECK_FALSE(role_from_name("mayor").has_value());
  CHECK(code_of(RoleSet::from_bits(0)) == ErrorCode::malformed);
  CHECK(code_of(RoleSet::from_bits(32)) == ErrorCode::unknown_kind);
}
