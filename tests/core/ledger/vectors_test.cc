// SPDX-License-Identifier: Apache-2.0
// The formats, frozen: files under tests/vectors/ledger are made again from a seed and compared
// byte for byte, then replayed. A file is entries of "name: value" lines, a blank line between
// entries; `expect` is "ok" with what must come out, or the name of the error.
// FELTBOG_WRITE_VECTORS=1 writes the files anew, for a format that is changed on purpose.
#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "core/ledger/invite.h"
#include "core/ledger/lease_code.h"
#include "core/ledger/receipt.h"
#include "core/ledger/run_batch.h"
#include "core/ledger/session_proof.h"
#include "core/ledger/spoken_code.h"
#include "tests/core/ledger/fixture.h"

using namespace feltbog;
using namespace feltbog::ledger;
using namespace feltbog::ledger::test;

namespace {

std::string outcome(const Error& error) { return std::string(error_name(error.code)); }
template <class Fixed>
std::string hex_of(const Fixed& value) {
  return to_hex(value.view());
}

// The lines of one file.
struct Vectors {
  std::string text = "# SPDX-License-Identifier: Apache-2.0\n";
  Vectors& line(std::string_view name, std::string_view value) {
    text.append(name).append(": ").append(value).append("\n");
    return *this;
  }
  Vectors& entry(std::string_view title) {
    text.append("\n");
    return line("case", title);
  }
};

void compare(const std::string& file, const Vectors& vectors) {
  const std::string path = std::string(FELTBOG_SOURCE_DIR) + "/tests/vectors/ledger/" + file;
  if (std::getenv("FELTBOG_WRITE_VECTORS") != nullptr) {
    std::ofstream(path, std::ios::binary) << vectors.text;
  }
  std::ifstream in(path, std::ios::binary);
  const std::string stored{std::istreambuf_iterator<char>(in), {}};
  CAPTURE(path);
  CHECK(stored == vectors.text);
}

// An organisation, a space and three runs, from seed 2026.
struct Story {
  Office office{2026};
  Phone& worker = office.add_person({Role::worker});
  Phone& colleague = office.add_person({Role::worker, Role::caseworker});
  Room room{office,
            office.founder(),
            {{worker.user, SpaceRole::writer}, {colleague.user, SpaceRole::reader}}};
  Chain chain{room, worker, 1, {}};
  std::vector<Bytes> payloads;
  std::vector<SealedRun> runs;

  Story() {
    // Incompressible, so that the bytes do not depend on the compressor's version.
    for (const std::uint32_t changes : {1U, 10U}) {
      payloads.emplace_back(40 * changes);
      office.random.fill(payloads.back());
      runs.push_back(chain.write(changes, as_text(payloads.back())));
      chain.witness = {office.random.make<ServerIncarnation>(), 300,
                       office.random.make<PositionHash>()};
    }
    const auto user = office.add_user({Role::auditor});
    const auto open = office.invite(user);
    office.append(office.founder(), InviteRevoke{open.id});
    office.append(office.founder(), RolesSet{user, {Role::supervisor}});
    office.append(office.founder(), DeviceRevoke{colleague.id(), {}});
    office.append(office.founder(), UserSuspend{user, {}});
    office.append(office.founder(), UserReinstate{user});
  }
};

}  // namespace

TEST_CASE("the organisation's log has the bytes it always had") {
  Office office{2026};
  Vectors out;
  Phone& worker = office.add_person({Role::worker});
  const auto user = office.add_user({Role::auditor});
  const auto open = office.invite(user);
  office.append(office.founder(), InviteRevoke{open.id});
  office.append(office.founder(), RolesSet{user, {Role::supervisor}});
  office.append(office.founder(), DeviceRevoke{worker.id(),
                                               {{office.random.make<SpaceId>(), worker.id(), 1, 3,
                                                 office.random.make<RunHash>()}},
                                               WallTime{1800000000000}});
  office.append(office.founder(), UserSuspend{user, {}});
  office.append(office.founder(), UserReinstate{user});
  office.append(office.founder(), ServerKeySet{office.random.make<crypto::SigningPublic>()});
  office.append(office.founder(), WipeOrder{worker.id()});

  OrganisationState state;
  const auto judge = [&](const std::string& title, const Bytes& bytes) {
    const auto record = Record::decode(bytes);
    auto applied = record ? state.apply(*record) : Result<void>(record.error());
    out.entry(title).line("record", to_hex(bytes));
    out.line("expect", applied ? "ok " + hex_of(state.head().hash) : outcome(applied.error()));
  };
  for (const Record& record : office.records) {
    Record forged = record;
    forged.signature.bytes[0] ^= 1;
    judge(std::string(organisation_kind_name(record.kind)) + " with a changed signature",
          forged.encode());
    judge(std::string(organisation_kind_name(record.kind)), record.encode());
  }
  judge("the last record again", office.records.back().encode());
  judge("a record of an unknown kind",
        sign_record(LogKind::organisation, log_id(state.id()), state.head(), {},
                    office.founder().identity, 999, {0xf6})
            .encode());
  judge("a record of a later version", [&] {
    Bytes bytes = office.records.back().encode();
    bytes[4] = 2;
    return bytes;
  }());
  compare("organisation.txt", out);
}

TEST_CASE("a space's log, its wraps and its keys have the bytes they always had") {
  Story story;
  story.room.rotate(story.office.founder());
  Phone& tablet = story.office.enrol(story.worker.user);
  story.room.join(story.worker, {tablet.id()});
  Phone& late = story.office.add_person({Role::worker});
  story.room.add(story.office.founder(), {{late.user, SpaceRole::reader}});
  story.room.remove(story.office.founder(), {late.user},
                    {{story.room.state.id(), late.id(), 1, 0, {}}});
  story.room.settle(story.office.founder(),
                    {{story.runs[0].header.hash(), true}, {story.runs[1].header.hash(), false}});
  const auto& keeper = story.office.founder().identity;
  for (const bool held : {true, false}) {
    story.room.take(set_legal_hold(story.room.state, story.office.state, held, keeper));
  }
  const SpaceErase erasure{ErasureGround::retention_over, story.office.random.make<ArchiveHash>()};
  story.room.take(erase_space(story.room.state, story.office.state, erasure, keeper));
  story.room.take(confirm_erasure(story.room.state, story.office.state, keeper));
  Vectors out;
  for (const Record& record : story.office.records) {
    out.entry(organisation_kind_name(record.kind)).line("organisation", to_hex(record.encode()));
  }
  SpaceState state;
  for (std::size_t i = 0; i < story.room.records.size(); ++i) {
    const Record& record = story.room.records[i];
    REQUIRE(state.apply(record, story.office.state).has_value());
    out.entry(space_kind_name(record.kind)).line("record", to_hex(record.encode()));
    out.line("wraps", to_hex(story.room.wraps[i]));
    out.line("expect", "ok " + hex_of(state.head().hash) + " epoch " +
                           std::to_string(state.epoch().number) + " key " +
                           hex_of(state.epoch().key));
  }
  out.entry("the worker's secrets").line("device", to_hex(story.worker.identity.encode()));
  out.line("ring", to_hex(story.room.ring(story.worker).encode()));
  compare("space.txt", out);
}

TEST_CASE("the recovery key, its codes and its records have the bytes they always had") {
  Office office{2026};
  Phone& worker = office.add_person({Role::worker});
  Room room(office, worker, {});
  const NewRecoveryKey made = make_recovery_key(office.state.id(), office.random);
  office.append(office.founder(), RecoveryKeySet{made.publics, made.custody});
  room.join_recovery_key(worker);
  const auto key = open_recovery_key(office.state.id(), made.publics, made.custody, made.codes[1],
                                     made.codes[2]);
  REQUIRE(key.has_value());
  office.use_recovery_key(office.founder(), *key);
  const Keyring ring = room.recovered(*key);
  const auto step =
      add_members(room.state, office.state, ring, {{office.founder().user, SpaceRole::reader}},
                  office.founder().identity, office.random);
  REQUIRE(step.has_value());
  room.take(*step);
  Vectors out;
  out.entry("the custodians' codes");
  for (const CustodianCode& code : made.codes) out.line("code", to_text(code));
  out.line("recovery-key", hex_of(key->id));
  for (const Record& record : office.records) {
    out.entry(organisation_kind_name(record.kind)).line("organisation", to_hex(record.encode()));
  }
  for (std::size_t i = 0; i < room.records.size(); ++i) {
    out.entry(space_kind_name(room.records[i].kind));
    out.line("record", to_hex(room.records[i].encode()));
    out.line("wraps", to_hex(room.wraps[i]));
  }
  out.entry("what the recovery key opens").line("ring", to_hex(ring.encode()));
  compare("recovery.txt", out);
}

TEST_CASE("leases, their codes and spoken names have the bytes they always had") {
  Office office{2026};
  Phone& worker = office.add_person({Role::worker});
  Vectors out;
  for (const std::uint64_t days : {0U, 30U}) {
    office.append(office.founder(), LeaseSet{days});
    out.entry("lease_set").line("organisation", to_hex(office.records.back().encode()));
  }
  const WallTime from{1'800'000'000'000};
  out.entry("the asker's secrets").line("device", to_hex(worker.identity.encode()));
  out.line("spoken", spoken_device_code(worker.id()));
  out.entry("the giver's secrets").line("device", to_hex(office.founder().identity.encode()));
  for (const std::uint64_t used : {0U, 1U}) {
    const auto challenge = lease_challenge(office.state.id(), worker.id(), from, used);
    const auto grant = lease_grant(from, used + 7).value();
    out.entry("a code, after " + std::to_string(used) + " others");
    out.line("challenge", lease_challenge_text(challenge));
    out.line("day", std::to_string(grant.day)).line("days", std::to_string(grant.days));
    out.line("expect", make_lease_code(office.state.id(), office.founder().identity,
                                       worker.identity.publics, challenge, grant)
                           .value());
  }
  compare("lease.txt", out);
}

TEST_CASE("sealed runs have the bytes they always had") {
  Story story;
  Vectors out;
  out.entry("the space's ring").line("ring", to_hex(story.room.ring(story.worker).encode()));
  out.line("space", to_hex(story.room.records.front().encode()));
  for (const Record& record : story.office.records) {
    out.line("organisation", to_hex(record.encode()));
  }
  WriterTip tip;
  const auto judge = [&](const std::string& title, const Bytes& bytes) {
    const auto header = verify_run(bytes, story.office.state, story.room.state, tip);
    out.entry(title).line("run", to_hex(bytes));
    out.line("expect", header
                           ? "ok " + hex_of(header->hash()) + " writer " + hex_of(header->writer())
                           : outcome(header.error()));
    if (header) tip = WriterTip::after(*header);
  };
  const Bytes first = story.runs[0].encode();
  judge("the second run first", story.runs[1].encode());
  judge("a changed body", flip(first, first.size() * 8 - 1));
  SealedRun altered = story.runs[0];
  altered.header.retention ^= 1;
  judge("a changed header", altered.encode());
  judge("one change", first);
  judge("one change again", first);
  SealedRun erased = story.runs[1];
  erased.body.reset();
  judge("ten changes, their body erased", erased.encode());
  for (std::size_t i = 0; i < story.runs.size(); ++i) {
    out.line("opens", to_hex(open_run(story.runs[i], story.room.ring(story.worker)).value()));
    CHECK(open_run(story.runs[i], story.room.ring(story.worker)).value() == story.payloads[i]);
  }
  out.entry("both on the wire").line("batch", to_hex(encode_run_batch(story.runs).value()));
  compare("run.txt", out);
}

TEST_CASE("what the server signs has the bytes it always had") {
  Office office{2026};
  const auto fill = [&](auto& statement) {
    statement.organisation = office.state.id();
    statement.incarnation = office.random.make<ServerIncarnation>();
    statement.space = office.random.make<SpaceId>();
    statement.server_time = WallTime{1800000000000};
  };
  Receipt receipt;
  fill(receipt);
  receipt.entries = {{office.random.make<RunHash>(), 1}, {office.random.make<RunHash>(), 70000}};
  receipt.sign(office.server);
  ChunkReceipt chunks;
  fill(chunks);
  chunks.chunks = {office.random.make<ChunkHash>()};
  chunks.sign(office.server);
  SpaceHead head;
  fill(head);
  head.position = 2;
  head.order = extend_order({}, 1, receipt.entries.front().run);
  head.log = office.state.head();
  head.sign(office.server);
  Vectors out;
  out.entry("the server").line("key", hex_of(office.state.server_key()));
  const auto judge = [&](const std::string& kind, const Bytes& bytes, const auto& verify) {
    out.entry(kind).line("bytes", to_hex(bytes)).line("expect", verify(bytes, office.state));
    const Bytes changed = flip(bytes, bytes.size() * 8 - 1);  // of the signature
    out.entry(kind + ", changed").line("bytes", to_hex(changed));
    out.line("expect", verify(changed, office.state));
  };
  const auto verdict = [](const auto& read) {
    return read ? std::string("ok") : outcome(read.error());
  };
  judge("receipt", receipt.encode(),
        [&](BytesView b, const auto& s) { return verdict(verify_receipt(b, s)); });
  judge("chunk receipt", chunks.encode(),
        [&](BytesView b, const auto& s) { return verdict(verify_chunk_receipt(b, s)); });
  judge("space head", head.encode(),
        [&](BytesView b, const auto& s) { return verdict(verify_space_head(b, s)); });
  compare("server.txt", out);
}

TEST_CASE("invites and session proofs have the bytes they always had") {
  Office office{2026};
  Vectors out;
  const auto user = office.add_user({Role::worker});
  const auto invited = office.invite(user);
  const Invite invite{office.state.id(),
                      *office.state.hash_at(1),
                      office.state.head(),
                      "office.example.dk:8443",
                      office.random.make<CertificatePin>(),
                      office.state.server_key(),
                      invited.id,
                      invited.secret.copy()};
  const FoundingInvite founding{"[2001:db8::1]:8443", office.random.make<CertificatePin>(),
                                office.state.server_key(),
                                crypto::SigningSecret::random(office.random)};
  const auto judge = [&](const std::string& title, const std::string& text) {
    const auto read = Invite::parse(text);
    const auto other = FoundingInvite::parse(text);
    out.entry(title).line("text", text);
    out.line("expect", read ? "ok " + hex_of(read->id) : outcome(read.error()));
    out.line("expect-founding", other ? "ok " + other->server_address : outcome(other.error()));
  };
  judge("an invite", invite.to_text());
  std::string typed = invite.to_text();
  typed[22] = typed[22] == '7' ? '8' : '7';
  REQUIRE(code_of(Invite::parse(typed)) == ErrorCode::malformed);
  judge("an invite with a typing error", typed);
  judge("a founding invite", founding.to_text());
  out.entry("the founding secret vouches")
      .line("record", to_hex(office.records.front().encode()))
      .line("key", hex_of(crypto::signing_public(founding.secret)))
      .line("signature", hex_of(sign_founding(founding.secret, office.records.front())));
  SessionTranscript transcript;
  transcript.organisation = office.state.id();
  transcript.subject = SessionTranscript::subject_of(office.founder().id());
  transcript.server_key = office.state.server_key();
  transcript.client_nonce = office.random.make<SessionNonce>();
  transcript.server_nonce = office.random.make<SessionNonce>();
  for (const bool bound : {false, true}) {
    if (bound) transcript.binding = office.random.make<ChannelBinding>();
    out.entry(bound ? "a session bound to its channel" : "a session");
    out.line("transcript", to_hex(transcript.encode()));
    out.line("client-key", hex_of(office.founder().identity.publics.signing));
    out.line("client", hex_of(prove_client(transcript, office.founder().identity.signing)));
    out.line("server", hex_of(prove_server(transcript, office.server)));
  }
  compare("invite.txt", out);
}

TEST_CASE("teams, duty and mandates have the bytes they always had") {
  constexpr WallTime kAt{1800000000000};
  constexpr WallTime kUntil{1800000000000 + 8 * 3'600'000};
  Office office{2026};
  Phone& worker = office.add_person({Role::worker});
  Phone& deputy = office.add_person({Role::worker});
  Phone& helper = office.add_person({Role::worker});
  Room room(office, worker, {});
  office.append(office.founder(), TeamSet{office.random.make<TeamId>(), {worker.user}});
  office.append(office.founder(), DutySet{{office.founder().id()}});
  room.join(worker, {office.founder().id()});
  const Mandate urgent{office.random.make<MandateId>(), helper.user, room.state.id(),
                       MandateGround::life_at_risk,     kAt,         kUntil};
  const Mandate absence{office.random.make<MandateId>(), deputy.user, worker.user,
                        MandateGround::absence,          kAt,         kUntil};
  const Mandate for_good{office.random.make<MandateId>(), deputy.user, helper.user,
                         MandateGround::hand_over,        kAt,         {}};
  for (const Mandate& mandate : {urgent, absence, for_good}) {
    office.append(office.founder(), MandateGive{mandate});
  }
  std::vector<MandateId> both{urgent.id, absence.id};
  std::sort(both.begin(), both.end());
  room.take(join_mandates(room.state, office.state, room.ring(office.founder()), both,
                          office.founder().identity, office.random));
  office.append(office.founder(), MandateEnd{for_good.id});
  const auto left = leave_mandates(room.state, office.state, room.ring(worker), {helper.user}, {},
                                   worker.identity, office.random);
  REQUIRE(left.has_value());
  room.take(left->step);
  Vectors out;
  for (const Record& record : office.records) {
    out.entry(organisation_kind_name(record.kind)).line("organisation", to_hex(record.encode()));
  }
  for (std::size_t i = 0; i < room.records.size(); ++i) {
    out.entry(space_kind_name(room.records[i].kind));
    out.line("record", to_hex(room.records[i].encode()));
    out.line("wraps", to_hex(room.wraps[i]));
  }
  compare("mandate.txt", out);
}
