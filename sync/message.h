// SPDX-License-Identifier: Apache-2.0
// The messages of the protocol as values, and their one encoding each: a CBOR array that begins
// with the type. What may follow what: client_table.cc, server_table.cc. Grammar: docs/protocol.md.
#pragma once

#include <span>

#include "core/base/cbor.h"
#include "core/base/clock.h"
#include "core/ledger/replica.h"
#include "sync/answer_code.h"

namespace feltbog::sync {

// Never reused, never renumbered. Kept free: 17 and 18 (holdings by fingerprint), 40 to 49
// (reconciliation by ranges of hashes).
enum class MessageType : std::uint8_t {
  hello = 1,
  challenge = 2,
  proof = 3,
  welcome = 4,
  bye = 5,
  ping = 6,
  have = 10,
  ahead = 11,
  records = 12,
  runs = 13,
  standing = 14,
  withdrawn = 15,
  head = 16,
  pulled = 19,
  append_record = 20,
  record_answer = 21,
  push_runs = 22,
  runs_answer = 23,
  offer_chunks = 30,
  chunks_answer = 31,
  put_chunk = 32,
  chunk_answer = 33,
  get_chunks = 34,
  chunk = 35,
};
std::span<const MessageType> message_types();

// The first bytes of a record's hash: enough to notice that two logs differ.
using HeadTag = FixedBytes<8, struct HeadTagTag>;
HeadTag head_tag(const RecordHash& hash);

struct Hello {
  static constexpr MessageType kType = MessageType::hello;
  std::uint64_t oldest = 0;
  std::uint64_t newest = 0;
  OrganisationId organisation;
  ledger::SessionClaim claim;
  ledger::SessionNonce nonce;
  bool binds = false;
};
struct Challenge {
  static constexpr MessageType kType = MessageType::challenge;
  std::uint64_t version = 0;
  ledger::SessionNonce nonce;
  ServerIncarnation incarnation;
  bool binds = false;
  WallTime time;  // the server's; signed with all the rest
  crypto::Signature proof;
};
struct Proof {
  static constexpr MessageType kType = MessageType::proof;
  crypto::Signature proof;
};
struct Welcome {
  static constexpr MessageType kType = MessageType::welcome;
};
struct Bye {
  static constexpr MessageType kType = MessageType::bye;
  AnswerCode code = 0;  // 0: nothing is wrong
};
struct Ping {
  static constexpr MessageType kType = MessageType::ping;
};

struct SpaceClaim {
  SpaceId space;
  std::uint64_t records = 0;
  HeadTag tag;
  std::uint64_t position = 0;
};
struct Have {
  static constexpr MessageType kType = MessageType::have;
  std::uint64_t records = 0;  // of the organisation's log; the same in every part
  HeadTag tag;
  std::vector<SpaceClaim> spaces;
  bool more = false;  // another part follows
};
struct Ahead {
  static constexpr MessageType kType = MessageType::ahead;
  std::uint64_t runs = 0;
  std::uint64_t bytes = 0;
};
struct Records {
  static constexpr MessageType kType = MessageType::records;
  ledger::LogName log;
  std::uint64_t first = 0;
  std::vector<ledger::RecordItem> items;
};
struct Runs {
  static constexpr MessageType kType = MessageType::runs;
  SpaceId space;
  std::uint64_t position = 0;  // the client has everything up to here once it has stored these
  std::vector<ledger::RunItem> runs;
};
struct Standing {
  static constexpr MessageType kType = MessageType::standing;
  ledger::LogName log;
  ledger::LogHead head;
};
struct Withdrawn {
  static constexpr MessageType kType = MessageType::withdrawn;
  SpaceId space;
};
// After the last of the runs that were due. Signed: ledger::SpaceHead, at the client's position.
struct Head {
  static constexpr MessageType kType = MessageType::head;
  SpaceId space;
  Bytes head;
};
struct Pulled {
  static constexpr MessageType kType = MessageType::pulled;
};

struct AppendRecord {
  static constexpr MessageType kType = MessageType::append_record;
  ledger::LogName log;
  std::uint64_t sequence = 0;
  ledger::RecordItem item;
};
// Answers are matched to what they answer by order.
struct RecordAnswer {
  static constexpr MessageType kType = MessageType::record_answer;
  AnswerCode code = kTaken;
};
struct PushRuns {
  static constexpr MessageType kType = MessageType::push_runs;
  SpaceId space;
  std::vector<Bytes> runs;
};
struct RunsAnswer {
  static constexpr MessageType kType = MessageType::runs_answer;
  std::vector<AnswerCode> codes;  // one for each run of the push
  Bytes receipt;                  // for those taken; empty when there are none
};

struct OfferChunks {
  static constexpr MessageType kType = MessageType::offer_chunks;
  SpaceId space;
  std::vector<ChunkHash> chunks;
};
struct ChunksAnswer {
  static constexpr MessageType kType = MessageType::chunks_answer;
  AnswerCode code = kTaken;  // any other is for all of them, and `held` is empty
  std::vector<bool> held;    // one for each chunk of the offer; put those that are not
  Bytes receipt;             // for those held; empty when there are none
};
struct PutChunk {
  static constexpr MessageType kType = MessageType::put_chunk;
  SpaceId space;
  ChunkHash chunk;
  Bytes bytes;
};
struct ChunkAnswer {
  static constexpr MessageType kType = MessageType::chunk_answer;
  AnswerCode code = kTaken;
  Bytes receipt;
};
struct GetChunks {
  static constexpr MessageType kType = MessageType::get_chunks;
  SpaceId space;
  std::vector<ChunkHash> chunks;
};
struct Chunk {
  static constexpr MessageType kType = MessageType::chunk;
  std::optional<Bytes> bytes;  // none: the server does not hold it
};
// The type of a frame's body alone. Error: protocol_error (no array, or an unknown type).
Result<MessageType> message_type(BytesView body);

// Error: protocol_error, whose detail says which rule was broken: type, form or a limit.
template <class Message>
Result<Message> decode_message(BytesView body);
template <class Message>
Bytes encode_message(const Message& message);

}  // namespace feltbog::sync
