// SPDX-License-Identifier: Apache-2.0
#include "tests/core/ledger/signatures.h"

#include <doctest/doctest.h>

#include <memory>

#include "core/ledger/codec.h"
#include "core/ledger/invite.h"

namespace feltbog::ledger::test {

Signatures::Signatures() {
  office_.append(founder_, ServerKeySet{key()});
  add_records();
  add_device_addition();
  add_recovery_use();
  add_founding();
  add_run();
  add_statements();
  add_proofs();
}

void Signatures::add_records() {
  const Record member = make_record(office_.state, founder_.identity,
                                    UserAdd{office_.random.make<UserId>(), {Role::worker}})
                            .value();
  const auto to_organisation = [this](const Record& record) {
    OrganisationState trial = office_.state;
    return trial.apply(record).has_value();
  };
  kinds_.push_back({"organisation record", domains::kOrganisationRecord, member.body(),
                    member.signature,
                    [member, to_organisation](const crypto::Signature& signature) {
                      Record record = member;
                      record.signature = signature;
                      return to_organisation(record);
                    },
                    member.encode(),
                    [to_organisation](BytesView bytes) {
                      const auto record = Record::decode(bytes);
                      return record && to_organisation(*record);
                    }});
  const Record rotation = rotate_epoch(room_.state, office_.state, room_.ring(founder_), {},
                                       founder_.identity, office_.random)
                              .value()
                              .step.record;
  const auto to_space = [this](const Record& record) {
    SpaceState trial = room_.state;
    return trial.apply(record, office_.state).has_value();
  };
  kinds_.push_back({"space record", domains::kSpaceRecord, rotation.body(), rotation.signature,
                    [rotation, to_space](const crypto::Signature& signature) {
                      Record record = rotation;
                      record.signature = signature;
                      return to_space(record);
                    },
                    rotation.encode(),
                    [to_space](BytesView bytes) {
                      const auto record = Record::decode(bytes);
                      return record && to_space(*record);
                    }});
}

// The invite's key is the founder's own, and the record around it is signed anew each time.
void Signatures::add_device_addition() {
  const auto invite = office_.random.make<InviteId>();
  OrganisationState state = office_.state;
  const auto created =
      make_record(state, founder_.identity,
                  InviteCreate{invite, key(), founder_.user, WallTime{1800000000000}});
  REQUIRE(created.has_value());
  REQUIRE(state.apply(*created).has_value());
  const auto device = std::make_shared<DeviceIdentity>(DeviceIdentity::make(office_.random));
  const LogId log = log_id(state.id());
  const Bytes statement =
      device_addition_statement(log, state.head(), invite, founder_.user, device->publics);
  const auto signature =
      crypto::sign(founder_.identity.signing, domains::kDeviceAddition, statement);
  const UserId user = founder_.user;
  kinds_.push_back(
      {"device addition", domains::kDeviceAddition, statement, signature,
       [state, device, log, invite, user](const crypto::Signature& given) {
         const OrganisationPayload add = DeviceAdd{invite, user, device->publics, given};
         OrganisationState trial = state;
         return trial
             .apply(sign_record(LogKind::organisation, log, state.head(), {}, *device, kind_of(add),
                                encode_payload(add)))
             .has_value();
       }});
}

// The recovery key signs with the founder's own.
void Signatures::add_recovery_use() {
  NewRecoveryKey made = make_recovery_key(office_.state.id(), office_.random);
  made.publics.signing = key();
  OrganisationState state = office_.state;
  const auto set =
      make_record(state, founder_.identity, RecoveryKeySet{made.publics, made.custody});
  REQUIRE(set.has_value());
  REQUIRE(state.apply(*set).has_value());
  const RecoveryUse use{
      recovery_key_id(made.publics), RecoveryReason::ordered, WallTime{1800000000000}, {}};
  const Bytes statement =
      recovery_use_statement(state.id(), use.key, founder_.id(), use.reason, use.at);
  kinds_.push_back({"recovery use", domains::kRecoveryUse, statement,
                    crypto::sign(founder_.identity.signing, domains::kRecoveryUse, statement),
                    [this, state, use](const crypto::Signature& given) {
                      RecoveryUse payload = use;
                      payload.signature = given;
                      const OrganisationPayload any = payload;
                      OrganisationState trial = state;
                      return trial
                          .apply(sign_record(LogKind::organisation, log_id(state.id()),
                                             state.head(), {}, founder_.identity, kind_of(any),
                                             encode_payload(any)))
                          .has_value();
                    }});
}

void Signatures::add_founding() {
  const Record create = office_.records.front();
  kinds_.push_back({"founding", domains::kFounding, to_bytes(create.hash().view()),
                    sign_founding(founder_.identity.signing, create),
                    [this, create](const crypto::Signature& signature) {
                      return check_founding(key(), create, signature).has_value();
                    }});
}

void Signatures::add_run() {
  Chain chain{room_, founder_, 1, {}};
  const SealedRun sealed = chain.seal(1, as_bytes("x")).value();
  kinds_.push_back({"run", domains::kRun, sealed.header.encode(), sealed.signature,
                    [this, sealed](const crypto::Signature& signature) {
                      SealedRun run = sealed;
                      run.signature = signature;
                      return verify_run(run, office_.state, room_.state, {}).has_value();
                    },
                    sealed.encode(),
                    [this](BytesView bytes) {
                      return verify_run(bytes, office_.state, room_.state, {}).has_value();
                    }});
}

template <class Statement>
void Signatures::add_statement(const char* name, crypto::Domain domain, Statement statement,
                               Result<Statement> (*verify)(BytesView, const OrganisationState&)) {
  statement.organisation = office_.state.id();
  statement.space = room_.state.id();
  statement.sign(founder_.identity.signing);
  const Bytes encoded = statement.encode();
  const auto signed_bytes = decode_signed(encoded, encoded.size());
  REQUIRE(signed_bytes.has_value());
  kinds_.push_back(
      {name, domain, to_bytes(signed_bytes->body), statement.signature,
       [this, statement, verify](const crypto::Signature& signature) {
         Statement changed = statement;
         changed.signature = signature;
         return verify(changed.encode(), office_.state).has_value();
       },
       encoded,
       [this, verify](BytesView bytes) { return verify(bytes, office_.state).has_value(); }});
}

void Signatures::add_statements() {
  Receipt receipt;
  receipt.entries = {{office_.random.make<RunHash>(), 1}};
  add_statement("receipt", domains::kReceipt, receipt, verify_receipt);
  ChunkReceipt chunks;
  chunks.chunks = {office_.random.make<ChunkHash>()};
  add_statement("chunk receipt", domains::kChunkReceipt, chunks, verify_chunk_receipt);
  add_statement("space head", domains::kSpaceHead, SpaceHead{}, verify_space_head);
}

void Signatures::add_proofs() {
  SessionTranscript transcript;
  transcript.server_key = key();
  const auto add = [&](const char* name, crypto::Domain domain, SessionParty party) {
    transcript.party = party;
    kinds_.push_back({name, domain, transcript.encode(),
                      prove_client(transcript, founder_.identity.signing),
                      [this, transcript](const crypto::Signature& signature) {
                        return check_client(transcript, key(), signature).has_value();
                      }});
  };
  add("device's proof", domains::kDeviceProof, SessionParty::device);
  add("invite's proof", domains::kInviteProof, SessionParty::invite);
  add("founder's proof", domains::kFoundingProof, SessionParty::founding);
  kinds_.push_back({"server's proof", domains::kServerProof, transcript.encode(),
                    prove_server(transcript, founder_.identity.signing),
                    [transcript](const crypto::Signature& signature) {
                      return check_server(transcript, signature).has_value();
                    }});
}

}  // namespace feltbog::ledger::test
