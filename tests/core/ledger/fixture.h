// SPDX-License-Identifier: Apache-2.0
// An office to test with: an organisation, its people and their devices, a space and its keys, all
// from one seed.
#pragma once

#include <deque>
#include <functional>

#include "core/ledger/run.h"
#include "core/ledger/space_builder.h"

namespace feltbog::ledger::test {

// The bytes a seed gives: BLAKE2b of seed and counter.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : seed_(seed) {}
  void fill(std::span<std::uint8_t> out) override;
  std::uint64_t number();
  // 0 to `bound` - 1.
  std::size_t below(std::size_t bound) { return static_cast<std::size_t>(number() % bound); }
  bool one_in(std::size_t count) { return below(count) == 0; }

 private:
  std::uint64_t seed_;
  std::uint64_t counter_ = 0;
};

struct Phone {
  UserId user;
  DeviceIdentity identity;
  const DeviceId& id() const { return identity.id; }
};

// The founder is administrator and caseworker. Every call requires success.
class Office {
 public:
  explicit Office(std::uint64_t seed = 1);

  SeededRandom random;
  crypto::SigningSecret server;
  OrganisationState state;
  std::vector<Record> records;
  std::deque<Phone> phones;  // stay where they are

  Phone& founder() { return phones.front(); }
  void append(const Record& record);
  void append(const Phone& author, const OrganisationPayload& payload);
  UserId add_user(RoleSet roles);
  // A further device of a user, invited by the founder.
  Phone& enrol(const UserId& user);
  Phone& add_person(RoleSet roles) { return enrol(add_user(roles)); }
  struct Invited {
    InviteId id;
    crypto::SigningSecret secret;
  };
  Invited invite(const UserId& user) { return invite(user, founder()); }
  Invited invite(const UserId& user, const Phone& author);
  // Set by the founder, and brought back with two of its codes.
  RecoveryKey set_recovery_key();
  void use_recovery_key(const Phone& author, const RecoveryKey& key);
  // What the validator says of a record that `author` signs without asking first.
  Result<void> attempt(const Phone& author, const OrganisationPayload& payload) const;
};

// A space and every device's ring.
class Room {
 public:
  Room(Office& office, const Phone& creator, std::vector<Member> others,
       SpaceKind kind = SpaceKind::provider_file);

  Office& office;
  SpaceState state;
  std::vector<Record> records;
  std::vector<Bytes> wraps;
  std::map<DeviceId, Keyring> rings;

  // Applies a step and lets every device of the office try to open its wraps.
  void take(const SpaceStep& step);
  void add(const Phone& author, std::vector<Member> members);
  void join(const Phone& author, std::vector<DeviceId> devices);
  void remove(const Phone& author, std::vector<UserId> users, std::vector<Cut> cuts = {});
  void rotate(const Phone& author, std::vector<Cut> cuts = {});
  void settle(const Phone& author, std::vector<Verdict> verdicts);
  void join_recovery_key(const Phone& author);
  // The keys that `key` opens.
  Keyring recovered(const RecoveryKey& key) const;
  void take(const Result<SpaceStep>& step);  // requires that it was made
  Keyring& ring(const Phone& phone) { return rings[phone.id()]; }
  // What the validator says of a record signed without asking first, and citing `cited`.
  Result<void> attempt(const Phone& author, const SpacePayload& payload) const;
  Result<void> attempt(const Phone& author, const SpacePayload& payload,
                       const LogHead& cited) const;
};

// One writer's chain in a room.
struct Chain {
  Room& room;
  const Phone& phone;
  std::uint32_t incarnation = 1;
  WriterTip tip;
  std::optional<OrderWitness> witness = {};

  Result<SealedRun> seal(std::uint32_t changes, BytesView payload, RetentionClass retention = 0);
  // Seals, verifies, and goes on.
  SealedRun write(std::uint32_t changes = 1, std::string_view payload = "a change");
  Cut cut() const { return {room.state.id(), phone.id(), incarnation, tip.sequence, tip.hash}; }
};

// internal when the result is a success, so that it never equals an expected code.
template <class T>
ErrorCode code_of(const Result<T>& result) {
  return result ? ErrorCode::internal : result.error().code;
}
Bytes flip(BytesView bytes, std::size_t bit);
// Requires that every truncation and every extension by a byte is refused, and that each flipped
// bit is refused or gives a value whose encoding is exactly the changed bytes.
void check_strict(BytesView encoded, const std::function<Result<Bytes>(BytesView)>& recode);

}  // namespace feltbog::ledger::test
