// SPDX-License-Identifier: Apache-2.0
// Every hash, signature and key derivation of this room has a domain of its own, listed here once.
// No two are equal (a test compares them), so nothing made for one purpose is good for another.
#pragma once

#include "core/crypto/hash.h"

namespace feltbog::ledger::domains {

using crypto::Domain;

// Hashes.
inline constexpr Domain kDeviceId{"device-id.v1"};
inline constexpr Domain kWriterId{"writer-id.v1"};
inline constexpr Domain kOrganisationRecordHash{"org-rec.hash.v1"};
inline constexpr Domain kSpaceRecordHash{"spc-rec.hash.v1"};
inline constexpr Domain kKeyId{"key-id.v1"};
inline constexpr Domain kRecipients{"recipients.v1"};
inline constexpr Domain kKeyWraps{"wraps.hash.v1"};
inline constexpr Domain kRunHash{"run.hash.v1"};
inline constexpr Domain kRunBody{"run.body.v1"};
inline constexpr Domain kChunkHash{"chunk.hash.v1"};
inline constexpr Domain kPosition{"position.v1"};
inline constexpr Domain kInviteChecksum{"invite.sum.v1"};
inline constexpr Domain kFoundingChecksum{"founding.sum.v1"};
inline constexpr Domain kRecoveryKeyId{"recovery-id.v1"};
inline constexpr Domain kCustodian{"custodian.v1"};
inline constexpr Domain kCustodianChecksum{"custodian.sum.v1"};
inline constexpr Domain kLeaseChallenge{"lease-chall.v1"};
inline constexpr Domain kLeaseCode{"lease-code.v1"};
inline constexpr Domain kSpokenDevice{"device-spoken.v1"};

// Signatures.
inline constexpr Domain kOrganisationRecord{"org-rec.sig.v1"};
inline constexpr Domain kSpaceRecord{"spc-rec.sig.v1"};
inline constexpr Domain kDeviceAddition{"dev-add.sig.v1"};
inline constexpr Domain kFounding{"founding.sig.v1"};
inline constexpr Domain kRun{"run.sig.v1"};
inline constexpr Domain kReceipt{"receipt.sig.v1"};
inline constexpr Domain kChunkReceipt{"chunk-rc.sig.v1"};
inline constexpr Domain kSpaceHead{"spc-head.sig.v1"};
inline constexpr Domain kDeviceProof{"auth.device.v1"};
inline constexpr Domain kInviteProof{"auth.invite.v1"};
inline constexpr Domain kFoundingProof{"auth.found.v1"};
inline constexpr Domain kServerProof{"auth.server.v1"};
inline constexpr Domain kRecoveryUse{"rec-use.sig.v1"};

// Keys.
inline constexpr Domain kKeyWrap{"key-wrap.v1"};
inline constexpr Domain kPreviousKey{"prev-key.v1"};
inline constexpr Domain kRunKey{"run-key.v1"};
inline constexpr Domain kCustody{"custody.v1"};
inline constexpr Domain kRecoverySigning{"rec-sign.v1"};
inline constexpr Domain kRecoveryAgreement{"rec-agree.v1"};
inline constexpr Domain kRecoveryWrap{"rec-wrap.v1"};
inline constexpr Domain kLeaseKey{"lease-key.v1"};

inline constexpr Domain kAll[] = {kDeviceId,
                                  kWriterId,
                                  kOrganisationRecordHash,
                                  kSpaceRecordHash,
                                  kKeyId,
                                  kRecipients,
                                  kKeyWraps,
                                  kRunHash,
                                  kRunBody,
                                  kPosition,
                                  kInviteChecksum,
                                  kFoundingChecksum,
                                  kOrganisationRecord,
                                  kSpaceRecord,
                                  kDeviceAddition,
                                  kFounding,
                                  kRun,
                                  kReceipt,
                                  kSpaceHead,
                                  kDeviceProof,
                                  kInviteProof,
                                  kFoundingProof,
                                  kServerProof,
                                  kKeyWrap,
                                  kPreviousKey,
                                  kRunKey,
                                  kChunkReceipt,
                                  kChunkHash,
                                  kRecoveryKeyId,
                                  kCustodian,
                                  kCustodianChecksum,
                                  kRecoveryUse,
                                  kCustody,
                                  kRecoverySigning,
                                  kRecoveryAgreement,
                                  kRecoveryWrap,
                                  kLeaseChallenge,
                                  kLeaseCode,
                                  kSpokenDevice,
                                  kLeaseKey};

}  // namespace feltbog::ledger::domains
