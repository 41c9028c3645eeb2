// SPDX-License-Identifier: Apache-2.0
// The recovery key: who brings it back, who may use it, and what is sealed to it.
#include <doctest/doctest.h>

#include "tests/core/ledger/fixture.h"

using namespace feltbog;
using namespace feltbog::ledger;
using namespace feltbog::ledger::test;

namespace {

constexpr WallTime kNoon{1800000000000};

// A worker's file of which nobody else is a member.
struct Lonely : Office {
  Phone& worker = add_person({Role::worker});
  Phone& outsider = add_person({Role::worker});
  Room room{*this, worker, {}};

  ErrorCode says(const Phone& author, const SpacePayload& payload) const {
    return code_of(room.attempt(author, payload));
  }
  Result<SpaceStep> adds(const Phone& author, const Keyring& keys, const UserId& user) {
    return add_members(room.state, state, keys, {{user, SpaceRole::reader}}, author.identity,
                       random);
  }
};

Result<RecoveryKey> open(const Office& office, const NewRecoveryKey& made, std::size_t one,
                         std::size_t other) {
  return open_recovery_key(office.state.id(), made.publics, made.custody, made.codes[one],
                           made.codes[other]);
}

}  // namespace

TEST_CASE("any two of three codes bring the recovery key back, in either order, and one does not") {
  Office office;
  const NewRecoveryKey made = make_recovery_key(office.state.id(), office.random);
  for (std::size_t one = 0; one < kCustodians; ++one) {
    for (std::size_t other = 0; other < kCustodians; ++other) {
      CAPTURE(one);
      CAPTURE(other);
      const auto key = open(office, made, one, other);
      if (one == other) {
        CHECK(code_of(key) == ErrorCode::invalid_argument);
      } else {
        REQUIRE(key.has_value());
        CHECK(key->publics == made.publics);
        CHECK(key->id == recovery_key_id(made.publics));
      }
    }
  }
}

TEST_CASE("codes of another key or another organisation open nothing") {
  Office office;
  const NewRecoveryKey made = make_recovery_key(office.state.id(), office.random);
  const NewRecoveryKey other = make_recovery_key(office.state.id(), office.random);
  CHECK(code_of(open_recovery_key(office.state.id(), made.publics, made.custody, made.codes[0],
                                  other.codes[1])) == ErrorCode::decryption_failed);
  CHECK(code_of(open_recovery_key(office.random.make<OrganisationId>(), made.publics, made.custody,
                                  made.codes[0], made.codes[1])) == ErrorCode::decryption_failed);
  Custody moved = made.custody;
  std::swap(moved.seeds[0], moved.seeds[1]);
  CHECK(code_of(open_recovery_key(office.state.id(), made.publics, moved, made.codes[0],
                                  made.codes[1])) == ErrorCode::decryption_failed);
}

TEST_CASE("a code is read however it is typed, and a typing error is noticed") {
  Office office;
  const CustodianCode code = CustodianCode::random(office.random);
  const std::string text = to_text(code);
  CHECK(text.size() == 29 + 5);
  std::string typed;
  for (const char symbol : text) {
    typed += symbol == '-' ? ' ' : static_cast<char>(std::tolower(symbol));
  }
  CHECK(parse_custodian_code(text).value() == code);
  CHECK(parse_custodian_code(typed).value() == code);
  std::size_t missed = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '-') continue;
    std::string wrong = text;
    wrong[at] = wrong[at] == '7' ? '8' : '7';
    if (parse_custodian_code(wrong).has_value()) ++missed;
  }
  CHECK(missed == 0);
  CHECK(code_of(parse_custodian_code("")) == ErrorCode::invalid_argument);
  CHECK(code_of(parse_custodian_code(text + "7")) == ErrorCode::invalid_argument);
  CHECK(code_of(parse_custodian_code(std::string(1000, '7'))) == ErrorCode::invalid_argument);
}

TEST_CASE("an administrator sets a recovery key, and one that was replaced never comes back") {
  Lonely office;
  const NewRecoveryKey made = make_recovery_key(office.state.id(), office.random);
  const RecoveryKeySet set{made.publics, made.custody};
  CHECK(code_of(office.attempt(office.worker, set)) == ErrorCode::not_authorised);
  RecoveryKeySet bad = set;
  bad.publics.agreement = {};
  CHECK(code_of(office.attempt(office.founder(), bad)) == ErrorCode::malformed);
  bad = set;
  bad.custody.custodians[2] = bad.custody.custodians[0];
  CHECK(code_of(office.attempt(office.founder(), bad)) == ErrorCode::malformed);
  CHECK(office.state.recovery_key() == nullptr);
  office.append(office.founder(), set);
  CHECK(office.state.recovery_key()->id == recovery_key_id(made.publics));
  CHECK(code_of(office.attempt(office.founder(), set)) == ErrorCode::already_exists);
  const RecoveryKey next = office.set_recovery_key();
  CHECK(office.state.recovery_key()->id == next.id);
  CHECK(code_of(office.attempt(office.founder(), set)) == ErrorCode::already_exists);
  // The past stays what it was.
  const std::uint64_t now = office.state.head().sequence;
  CHECK(office.state.recovery_key(now - 1)->id == recovery_key_id(made.publics));
  CHECK(office.state.recovery_key(now - 2) == nullptr);
}

TEST_CASE("the recovery key is used by an administrator who opened it, on one device, once") {
  Lonely office;
  const RecoveryKey key = office.set_recovery_key();
  const auto use = [&](const Phone& author, const RecoveryKey& with) {
    return make_recovery_use(office.state, author.id(), with, RecoveryReason::ordered, kNoon);
  };
  const auto says = [&](const Phone& author, const RecoveryUse& payload) {
    return code_of(office.attempt(author, payload));
  };
  CHECK(says(office.worker, use(office.worker, key)) == ErrorCode::not_authorised);
  // Signed for another device.
  CHECK(says(office.founder(), use(office.worker, key)) == ErrorCode::bad_signature);
  RecoveryUse altered = use(office.founder(), key);
  altered.reason = RecoveryReason::members_gone;
  CHECK(says(office.founder(), altered) == ErrorCode::bad_signature);
  altered = use(office.founder(), key);
  altered.at.milliseconds += 1;
  CHECK(says(office.founder(), altered) == ErrorCode::bad_signature);
  // By an administrator without the codes.
  auto seed = crypto::Key::random(office.random);
  RecoveryKey forged = RecoveryKey::from_seed(seed);
  forged.id = key.id;
  CHECK(says(office.founder(), use(office.founder(), forged)) == ErrorCode::bad_signature);

  CHECK(office.state.recovers_with(office.founder().user) == nullptr);
  office.append(office.founder(), use(office.founder(), key));
  REQUIRE(office.state.recovers_with(office.founder().user) != nullptr);
  CHECK(office.state.recovers_with(office.worker.user) == nullptr);
  REQUIRE(office.state.recovery_uses().size() == 1);
  CHECK(office.state.recovery_uses().front().user == office.founder().user);
  CHECK(office.state.recovery_uses().front().reason == RecoveryReason::ordered);
  CHECK(says(office.founder(), use(office.founder(), key)) == ErrorCode::already_exists);

  // Another key in its place ends it, and the first is no use any more.
  office.set_recovery_key();
  CHECK(office.state.recovers_with(office.founder().user) == nullptr);
  CHECK(says(office.founder(), use(office.founder(), key)) == ErrorCode::wrong_state);
}

TEST_CASE("who administers no longer, recovers no longer") {
  Lonely office;
  Phone& second = office.add_person({Role::administrator});
  const RecoveryKey key = office.set_recovery_key();
  office.use_recovery_key(second, key);
  CHECK(office.state.recovers_with(second.user) != nullptr);
  office.append(office.founder(), RolesSet{second.user, {Role::worker}});
  CHECK(office.state.recovers_with(second.user) == nullptr);
}

TEST_CASE(
    "a space made under a recovery key is sealed to it, and one that leaves it out is refused") {
  Lonely office;
  const RecoveryKey key = office.set_recovery_key();
  Room room(office, office.worker, {});
  CHECK(room.recovered(key).size() == 1);
  CHECK(*room.recovered(key).find(1) == *room.ring(office.worker).find(1));
  CHECK_FALSE(room.state.lacks_recovery_key(office.state));
  const std::vector<DeviceId> devices{office.worker.id()};
  SpaceState none;
  const auto creates = [&](const WrapsCommitment& wraps) {
    const SpacePayload payload = SpaceCreate{office.state.id(),
                                             SpaceKind::provider_file,
                                             {{office.worker.user, SpaceRole::writer}},
                                             office.random.make<KeyId>(),
                                             wraps};
    return code_of(
        none.apply(sign_record(LogKind::space, office.random.make<LogId>(), {}, office.state.head(),
                               office.worker.identity, kind_of(payload), encode_payload(payload)),
                   office.state));
  };
  CHECK(creates({recipients_hash(devices), {}}) == ErrorCode::not_authorised);
  CHECK(creates({recipients_hash(devices, office.random.make<RecoveryKeyId>()), {}}) ==
        ErrorCode::not_authorised);
  CHECK(creates({recipients_hash(devices, key.id), {}}) == ErrorCode::internal);
}

TEST_CASE("a space from before is given to the recovery key by a member, once, with all its past") {
  Lonely office;
  office.room.rotate(office.worker);
  const WrapsCommitment nothing{recipients_hash({}), {}};
  CHECK(office.says(office.worker, RecoveryJoin{nothing}) == ErrorCode::wrong_state);
  const RecoveryKey key = office.set_recovery_key();
  CHECK(office.room.state.lacks_recovery_key(office.state));
  CHECK_FALSE(office.room.state.needs_rotation(office.state));
  CHECK(office.room.recovered(key).empty());
  const WrapsCommitment right{recipients_hash({}, key.id), {}};
  const std::vector<DeviceId> too_many{office.worker.id()};
  CHECK(office.says(office.outsider, RecoveryJoin{right}) == ErrorCode::not_authorised);
  CHECK(office.says(office.worker, RecoveryJoin{nothing}) == ErrorCode::not_authorised);
  CHECK(office.says(office.worker, RecoveryJoin{{recipients_hash(too_many, key.id), {}}}) ==
        ErrorCode::not_authorised);
  office.room.join_recovery_key(office.worker);
  CHECK_FALSE(office.room.state.lacks_recovery_key(office.state));
  CHECK(office.room.recovered(key).size() == 2);
  CHECK(office.says(office.worker, RecoveryJoin{right}) == ErrorCode::already_exists);
}

TEST_CASE("what cites the log from before the recovery key is judged as of then") {
  Lonely office;
  const LogHead before = office.state.head();
  const RecoveryKey key = office.set_recovery_key();
  Rotation rotation;
  rotation.epoch = 2;
  rotation.key = office.random.make<KeyId>();
  const std::vector<DeviceId> devices{office.worker.id()};
  rotation.wraps = {recipients_hash(devices), {}};
  rotation.sealed_previous = Bytes(kSealedPreviousBytes);
  CHECK(office.room.attempt(office.worker, EpochRotate{rotation}, before).has_value());
  CHECK(office.says(office.worker, EpochRotate{rotation}) == ErrorCode::not_authorised);
  rotation.wraps = {recipients_hash(devices, key.id), {}};
  CHECK(office.says(office.worker, EpochRotate{rotation}) == ErrorCode::internal);
  CHECK(code_of(office.room.attempt(office.worker, EpochRotate{rotation}, before)) ==
        ErrorCode::not_authorised);
}

TEST_CASE("an administrator who used the recovery key lets itself in, and no other does") {
  Lonely office;
  Phone& second = office.add_person({Role::administrator});
  const RecoveryKey key = office.set_recovery_key();
  office.room.join_recovery_key(office.worker);
  const Keyring keys = office.room.recovered(key);
  const Phone& founder = office.founder();
  CHECK(code_of(office.adds(founder, keys, founder.user)) == ErrorCode::not_authorised);
  office.use_recovery_key(founder, key);
  CHECK(office.room.state.recoverable_by(founder.user, office.state));
  CHECK_FALSE(office.room.state.recoverable_by(second.user, office.state));
  CHECK(code_of(office.adds(second, keys, second.user)) == ErrorCode::not_authorised);
  const auto step = office.adds(founder, keys, founder.user);
  REQUIRE(step.has_value());
  office.room.take(*step);
  CHECK(office.room.state.role(founder.user) == SpaceRole::reader);
  CHECK(office.room.ring(founder).size() == 1);
  // And then those who go on with the file.
  const auto next = office.adds(founder, keys, office.outsider.user);
  REQUIRE(next.has_value());
  office.room.take(*next);
  CHECK(office.room.ring(office.outsider).size() == 1);
}

TEST_CASE("a space that was never given to the recovery key is not opened with it") {
  Lonely office;
  const RecoveryKey key = office.set_recovery_key();
  office.use_recovery_key(office.founder(), key);
  CHECK_FALSE(office.room.state.recoverable_by(office.founder().user, office.state));
  // By somebody who made up a key for it, to be given the next one.
  const std::vector<DeviceId> devices{office.founder().id()};
  const MemberAdd addition{{{office.founder().user, SpaceRole::reader}},
                           {recipients_hash(devices, key.id), {}}};
  CHECK(office.says(office.founder(), addition) == ErrorCode::not_authorised);
}

TEST_CASE("another recovery key makes a new key due, which the one before does not open") {
  Lonely office;
  const RecoveryKey first = office.set_recovery_key();
  office.room.join_recovery_key(office.worker);
  const RecoveryKey second = office.set_recovery_key();
  CHECK(office.room.state.needs_rotation(office.state));
  CHECK(office.room.state.lacks_recovery_key(office.state));
  office.room.rotate(office.worker);
  CHECK_FALSE(office.room.state.needs_rotation(office.state));
  CHECK_FALSE(office.room.state.lacks_recovery_key(office.state));
  CHECK(office.room.recovered(first).newest() == 1);
  CHECK(office.room.recovered(second).size() == 2);
}

TEST_CASE("wraps have one place for the recovery key, the last, and take no other kind") {
  Lonely office;
  const RecoveryKey key = office.set_recovery_key();
  Room room(office, office.worker, {{office.outsider.user, SpaceRole::reader}});
  const Bytes encoded = room.wraps.front();
  check_strict(encoded, [](BytesView bytes) -> Result<Bytes> {
    FELTBOG_TRY(wraps, KeyWraps::decode(bytes));
    return wraps.encode();
  });
  KeyWraps wraps = KeyWraps::decode(encoded).value();
  REQUIRE(wraps.recovery.has_value());
  const auto write = [&](std::initializer_list<std::uint64_t> kinds) {
    CborWriter writer;
    writer.array(5).uint(1).fixed(wraps.space).uint(wraps.epoch).fixed(wraps.key);
    writer.array(kinds.size());
    for (const std::uint64_t kind : kinds) {
      writer.array(3).uint(kind).fixed(wraps.recovery->recipient).bytes(wraps.recovery->sealed);
    }
    return KeyWraps::decode(writer.take());
  };
  CHECK(write({1}).has_value());
  CHECK(code_of(write({2})) == ErrorCode::unknown_kind);
  CHECK(code_of(write({1, 1})) == ErrorCode::malformed);
  CHECK(code_of(write({1, 0})) == ErrorCode::malformed);
  // Left out, they are not what the record announces.
  wraps.recovery.reset();
  CHECK_FALSE(room.state.check_wraps(wraps.encode()).has_value());
}

TEST_CASE("records of the recovery key and reasons have their names") {
  CHECK(organisation_kind_name(kind_of(RecoveryKeySet{})) == "recovery_key_set");
  CHECK(organisation_kind_name(kind_of(RecoveryUse{})) == "recovery_use");
  CHECK(space_kind_name(kind_of(RecoveryJoin{})) == "recovery_join");
  CHECK(kind_of(RecoveryKeySet{}) == 12);
  CHECK(kind_of(RecoveryUse{}) == 13);
  CHECK(kind_of(RecoveryJoin{}) == 7);
  for (const RecoveryReason reason :
       {RecoveryReason::devices_lost, RecoveryReason::members_gone, RecoveryReason::ordered}) {
    CHECK(recovery_reason_from_name(recovery_reason_name(reason)) == reason);
  }
  CHECK_FALSE(recovery_reason_from_name("curious").has_value());
  CHECK_FALSE(recovery_reason_from_number(0).has_value());
}

TEST_CASE("a reason this version does not know stops the log") {
  Lonely office;
  const RecoveryKey key = office.set_recovery_key();
  const RecoveryUse use = make_recovery_use(office.state, office.founder().id(), key,
                                            static_cast<RecoveryReason>(4), kNoon);
  CHECK(code_of(office.attempt(office.founder(), use)) == ErrorCode::unknown_kind);
}
