// SPDX-License-Identifier: Apache-2.0
#include "tests/sync/samples.h"

namespace feltbog::tests {
namespace {

using namespace feltbog::sync;

template <class Fixed>
Fixed filled(std::uint8_t number) {
  Fixed out;
  out.bytes.fill(number);
  return out;
}

Bytes greeting(MessageType type) {
  if (type == MessageType::hello) {
    Hello hello;
    hello.oldest = 1;
    hello.newest = 1;
    hello.organisation = filled<OrganisationId>(7);
    hello.claim.subject = filled<ledger::SessionSubject>(1);
    hello.nonce = filled<ledger::SessionNonce>(2);
    return encode_message(hello);
  }
  if (type == MessageType::challenge) {
    return encode_message(Challenge{1, filled<ledger::SessionNonce>(3),
                                    filled<ServerIncarnation>(9), true, WallTime{1'790'000'000'000},
                                    filled<crypto::Signature>(4)});
  }
  if (type == MessageType::proof) return encode_message(Proof{filled<crypto::Signature>(5)});
  return encode_message(Welcome{});
}

Bytes chunk_message(MessageType type) {
  const SpaceId space = filled<SpaceId>(50);
  const ChunkHash hash = filled<ChunkHash>(6);
  switch (type) {
    case MessageType::offer_chunks: return encode_message(OfferChunks{space, {hash}});
    case MessageType::chunks_answer: return encode_message(ChunksAnswer{0, {true, false}, {8}});
    case MessageType::put_chunk: return encode_message(PutChunk{space, hash, {1, 2}});
    case MessageType::chunk_answer: return encode_message(ChunkAnswer{0, {8}});
    case MessageType::get_chunks: return encode_message(GetChunks{space, {hash}});
    default: return encode_message(Chunk{Bytes{1, 2}});
  }
}

template <class Message>
Result<Bytes> recode_as(BytesView body) {
  FELTBOG_TRY(message, decode_message<Message>(body));
  return encode_message(message);
}

}  // namespace

Bytes sample(MessageType type) {
  const SpaceId space = filled<SpaceId>(50);
  switch (type) {
    case MessageType::hello:
    case MessageType::challenge:
    case MessageType::proof:
    case MessageType::welcome: return greeting(type);
    case MessageType::bye: return encode_message(Bye{106});
    case MessageType::ping: return encode_message(Ping{});
    case MessageType::have:
      return encode_message(
          Have{3, filled<HeadTag>(1), {{space, 2, filled<HeadTag>(2), 400}}, true});
    case MessageType::ahead: return encode_message(Ahead{10, 5'000});
    case MessageType::records: return encode_message(Records{space, 1, {{{1, 2}, {3}}}});
    case MessageType::runs: return encode_message(Runs{space, 9, {{8, {1}}, {9, {2}}}});
    case MessageType::standing: return encode_message(Standing{space, {3, filled<RecordHash>(1)}});
    case MessageType::withdrawn: return encode_message(Withdrawn{space});
    case MessageType::head: return encode_message(Head{space, {9}});
    case MessageType::pulled: return encode_message(Pulled{});
    case MessageType::append_record: return encode_message(AppendRecord{{}, 4, {{1}, {2}}});
    case MessageType::record_answer: return encode_message(RecordAnswer{107});
    case MessageType::push_runs: return encode_message(PushRuns{space, {{1}, {2}}});
    case MessageType::runs_answer: return encode_message(RunsAnswer{{0, 108}, {5}});
    case MessageType::offer_chunks:
    case MessageType::chunks_answer:
    case MessageType::put_chunk:
    case MessageType::chunk_answer:
    case MessageType::get_chunks:
    case MessageType::chunk: return chunk_message(type);
  }
  return {};
}

Result<Bytes> recode(BytesView body) {
  FELTBOG_TRY(type, message_type(body));
  switch (type) {
    case MessageType::hello: return recode_as<Hello>(body);
    case MessageType::challenge: return recode_as<Challenge>(body);
    case MessageType::proof: return recode_as<Proof>(body);
    case MessageType::welcome: return recode_as<Welcome>(body);
    case MessageType::bye: return recode_as<Bye>(body);
    case MessageType::ping: return recode_as<Ping>(body);
    case MessageType::have: return recode_as<Have>(body);
    case MessageType::ahead: return recode_as<Ahead>(body);
    case MessageType::records: return recode_as<Records>(body);
    case MessageType::runs: return recode_as<Runs>(body);
    case MessageType::standing: return recode_as<Standing>(body);
    case MessageType::withdrawn: return recode_as<Withdrawn>(body);
    case MessageType::head: return recode_as<Head>(body);
    case MessageType::pulled: return recode_as<Pulled>(body);
    case MessageType::append_record: return recode_as<AppendRecord>(body);
    case MessageType::record_answer: return recode_as<RecordAnswer>(body);
    case MessageType::push_runs: return recode_as<PushRuns>(body);
    case MessageType::runs_answer: return recode_as<RunsAnswer>(body);
    case MessageType::offer_chunks: return recode_as<OfferChunks>(body);
    case MessageType::chunks_answer: return recode_as<ChunksAnswer>(body);
    case MessageType::put_chunk: return recode_as<PutChunk>(body);
    case MessageType::chunk_answer: return recode_as<ChunkAnswer>(body);
    case MessageType::get_chunks: return recode_as<GetChunks>(body);
    case MessageType::chunk: return recode_as<Chunk>(body);
  }
  return Error{ErrorCode::protocol_error, {}};
}

Bytes frame(BytesView body) {
  Bytes out;
  for (int shift = 24; shift >= 0; shift -= 8) {
    out.push_back(static_cast<std::uint8_t>(body.size() >> shift));
  }
  append(out, body);
  return out;
}

}  // namespace feltbog::tests
