// SPDX-License-Identifier: Apache-2.0
#include "tests/core/ledger/fixture.h"

#include <doctest/doctest.h>

#include <cstring>

namespace feltbog::ledger::test {

void SeededRandom::fill(std::span<std::uint8_t> out) {
  using Block = FixedBytes<64, struct BlockTag>;
  for (std::size_t done = 0; done < out.size(); done += Block::kSize) {
    const Bytes place = CborWriter().uint(seed_).uint(counter_++).take();
    const Block block = crypto::hash<Block>("test-random", place);
    std::copy_n(block.bytes.begin(), std::min(Block::kSize, out.size() - done),
                out.begin() + static_cast<std::ptrdiff_t>(done));
  }
}

std::uint64_t SeededRandom::number() {
  std::uint64_t out = 0;
  std::array<std::uint8_t, sizeof out> bytes{};
  fill(bytes);
  for (const std::uint8_t byte : bytes) out = (out << 8) | byte;
  return out;
}

Office::Office(std::uint64_t seed) : random(seed), server(crypto::SigningSecret::random(random)) {
  const auto user = random.make<UserId>();
  phones.push_back({user, DeviceIdentity::make(random)});
  const auto record = found_organisation(random.make<OrganisationId>(), founder().identity,
                                         crypto::signing_public(server), user,
                                         {Role::administrator, Role::caseworker});
  REQUIRE(record.has_value());
  append(*record);
}

void Office::append(const Record& record) {
  const auto applied = state.apply(record);
  REQUIRE_MESSAGE(applied.has_value(), (applied ? std::string() : applied.error().detail));
  records.push_back(record);
}

void Office::append(const Phone& author, const OrganisationPayload& payload) {
  const auto record = make_record(state, author.identity, payload);
  REQUIRE_MESSAGE(record.has_value(), (record ? std::string() : record.error().detail));
  append(*record);
}

UserId Office::add_user(RoleSet roles) {
  const auto user = random.make<UserId>();
  append(founder(), UserAdd{user, roles});
  return user;
}

Office::Invited Office::invite(const UserId& user, const Phone& author) {
  Invited out{random.make<InviteId>(), crypto::SigningSecret::random(random)};
  append(author,
         InviteCreate{out.id, crypto::signing_public(out.secret), user, WallTime{1800000000000}});
  return out;
}

Phone& Office::enrol(const UserId& user) {
  const Invited invited = invite(user);
  phones.push_back({user, DeviceIdentity::make(random)});
  const auto record = make_device_add(state, phones.back().identity, invited.id, invited.secret);
  REQUIRE(record.has_value());
  append(*record);
  return phones.back();
}

RecoveryKey Office::set_recovery_key() {
  const NewRecoveryKey made = make_recovery_key(state.id(), random);
  append(founder(), RecoveryKeySet{made.publics, made.custody});
  auto key =
      open_recovery_key(state.id(), made.publics, made.custody, made.codes[2], made.codes[0]);
  REQUIRE(key.has_value());
  return std::move(key).value();
}

void Office::use_recovery_key(const Phone& author, const RecoveryKey& key) {
  append(author, make_recovery_use(state, author.id(), key, RecoveryReason::devices_lost,
                                   WallTime{1800000000000}));
}

Result<void> Office::attempt(const Phone& author, const OrganisationPayload& payload) const {
  OrganisationState trial = state;
  return trial.apply(sign_record(LogKind::organisation, log_id(state.id()), state.head(), {},
                                 author.identity, kind_of(payload), encode_payload(payload)));
}

Room::Room(Office& home, const Phone& creator, std::vector<Member> others, SpaceKind kind)
    : office(home) {
  others.push_back({creator.user, SpaceRole::writer});
  auto created = create_space(office.random.make<SpaceId>(), kind, others, creator.identity,
                              office.state, office.random);
  REQUIRE_MESSAGE(created.has_value(), (created ? std::string() : created.error().detail));
  take(created->step);
  CHECK(state.head() == created->state.head());
}

void Room::take(const SpaceStep& step) {
  const auto applied = state.apply(step.record, office.state);
  REQUIRE_MESSAGE(applied.has_value(), (applied ? std::string() : applied.error().detail));
  records.push_back(step.record);
  wraps.push_back(step.wraps);
  if (step.wraps.empty()) return;
  for (const Phone& phone : office.phones) {
    const auto opened = open_wraps(phone.identity, state, step.wraps, rings[phone.id()]);
    CHECK((opened || opened.error().code == ErrorCode::missing_key));
  }
}

void Room::add(const Phone& author, std::vector<Member> members) {
  const auto step = add_members(state, office.state, ring(author), std::move(members),
                                author.identity, office.random);
  REQUIRE_MESSAGE(step.has_value(), (step ? std::string() : step.error().detail));
  take(*step);
}

void Room::settle(const Phone& author, std::vector<Verdict> verdicts) {
  const auto step = settle_held_runs(state, office.state, std::move(verdicts), author.identity);
  REQUIRE_MESSAGE(step.has_value(), (step ? std::string() : step.error().detail));
  take(*step);
}

void Room::join_recovery_key(const Phone& author) {
  const auto step =
      ledger::join_recovery_key(state, office.state, ring(author), author.identity, office.random);
  REQUIRE_MESSAGE(step.has_value(), (step ? std::string() : step.error().detail));
  take(*step);
}

void Room::take(const Result<SpaceStep>& step) {
  REQUIRE_MESSAGE(step.has_value(), (step ? std::string() : step.error().detail));
  take(*step);
}

Keyring Room::recovered(const RecoveryKey& key) const {
  Keyring out;
  for (const Bytes& announced : wraps) {
    if (announced.empty()) continue;
    const auto opened = open_wraps(key, state, announced, out);
    CHECK((opened || opened.error().code == ErrorCode::missing_key));
  }
  return out;
}

void Room::join(const Phone& author, std::vector<DeviceId> devices) {
  const auto step = join_devices(state, office.state, ring(author), std::move(devices),
                                 author.identity, office.random);
  REQUIRE_MESSAGE(step.has_value(), (step ? std::string() : step.error().detail));
  take(*step);
}

void Room::remove(const Phone& author, std::vector<UserId> users, std::vector<Cut> cuts) {
  const auto step = remove_members(state, office.state, ring(author), std::move(users),
                                   std::move(cuts), author.identity, office.random);
  REQUIRE_MESSAGE(step.has_value(), (step ? std::string() : step.error().detail));
  take(step->step);
}

void Room::rotate(const Phone& author, std::vector<Cut> cuts) {
  const auto step = rotate_epoch(state, office.state, ring(author), std::move(cuts),
                                 author.identity, office.random);
  REQUIRE_MESSAGE(step.has_value(), (step ? std::string() : step.error().detail));
  take(step->step);
}

Result<void> Room::attempt(const Phone& author, const SpacePayload& payload) const {
  return attempt(author, payload, office.state.head());
}

Result<void> Room::attempt(const Phone& author, const SpacePayload& payload,
                           const LogHead& cited) const {
  SpaceState trial = state;
  return trial.apply(sign_record(LogKind::space, log_id(state.id()), state.head(), cited,
                                 author.identity, kind_of(payload), encode_payload(payload)),
                     office.state);
}

Result<SealedRun> Chain::seal(std::uint32_t changes, BytesView payload, RetentionClass retention) {
  const RunDraft draft{incarnation, tip, retention, changes, to_bytes(payload), witness};
  return seal_run(draft, phone.identity, room.office.state, room.state, room.ring(phone),
                  room.office.random);
}

SealedRun Chain::write(std::uint32_t changes, std::string_view payload) {
  auto run = seal(changes, as_bytes(payload));
  REQUIRE_MESSAGE(run.has_value(), (run ? std::string() : run.error().detail));
  const auto header = verify_run(*run, room.office.state, room.state, tip);
  REQUIRE_MESSAGE(header.has_value(), (header ? std::string() : header.error().detail));
  tip = WriterTip::after(*header);
  return std::move(run).value();
}

Bytes flip(BytesView bytes, std::size_t bit) {
  Bytes out = to_bytes(bytes);
  out[bit / 8] = static_cast<std::uint8_t>(out[bit / 8] ^ (1U << (bit % 8)));
  return out;
}

void check_strict(BytesView encoded, const std::function<Result<Bytes>(BytesView)>& recode) {
  const auto whole = recode(encoded);
  REQUIRE(whole.has_value());
  CHECK(*whole == to_bytes(encoded));
  Bytes longer = to_bytes(encoded);
  longer.push_back(0);
  CHECK_FALSE(recode(longer).has_value());
  std::size_t wrong = 0;
  for (std::size_t size = 0; size < encoded.size(); ++size) {
    if (recode(encoded.first(size)).has_value()) ++wrong;
  }
  CHECK(wrong == 0);
  for (std::size_t bit = 0; bit < encoded.size() * 8; ++bit) {
    const Bytes changed = flip(encoded, bit);
    const auto read = recode(changed);
    if (read && *read != changed) ++wrong;
  }
  CHECK(wrong == 0);
}

}  // namespace feltbog::ledger::test
