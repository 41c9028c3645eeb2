// SPDX-License-Identifier: Apache-2.0
// The messages' one encoding each, and what a decoder refuses.
#include "sync/message.h"

#include <doctest/doctest.h>

#include "sync/limits.h"
#include "tests/sync/samples.h"

using namespace feltbog;
using namespace feltbog::tests;
using namespace feltbog::sync;

namespace {

// Decodes a body as whatever type it says it is, and encodes what came out.
template <class Message>
Result<Bytes> again(BytesView body) {
  FELTBOG_TRY(message, decode_message<Message>(body));
  return encode_message(message);
}

Result<Bytes> again(BytesView body) {
  FELTBOG_TRY(type, message_type(body));
  switch (type) {
    case MessageType::hello: return again<Hello>(body);
    case MessageType::challenge: return again<Challenge>(body);
    case MessageType::proof: return again<Proof>(body);
    case MessageType::welcome: return again<Welcome>(body);
    case MessageType::bye: return again<Bye>(body);
    case MessageType::ping: return again<Ping>(body);
    case MessageType::have: return again<Have>(body);
    case MessageType::ahead: return again<Ahead>(body);
    case MessageType::records: return again<Records>(body);
    case MessageType::runs: return again<Runs>(body);
    case MessageType::standing: return again<Standing>(body);
    case MessageType::withdrawn: return again<Withdrawn>(body);
    case MessageType::head: return again<Head>(body);
    case MessageType::pulled: return again<Pulled>(body);
    case MessageType::append_record: return again<AppendRecord>(body);
    case MessageType::record_answer: return again<RecordAnswer>(body);
    case MessageType::push_runs: return again<PushRuns>(body);
    case MessageType::runs_answer: return again<RunsAnswer>(body);
    case MessageType::offer_chunks: return again<OfferChunks>(body);
    case MessageType::chunks_answer: return again<ChunksAnswer>(body);
    case MessageType::put_chunk: return again<PutChunk>(body);
    case MessageType::chunk_answer: return again<ChunkAnswer>(body);
    case MessageType::get_chunks: return again<GetChunks>(body);
    case MessageType::chunk: return again<Chunk>(body);
  }
  return Error{ErrorCode::protocol_error, {}};
}

}  // namespace

TEST_CASE("every message comes out as it went in") {
  for (const MessageType type : message_types()) {
    const Bytes body = sample(type);
    const Result<Bytes> encoded = again(body);
    REQUIRE(encoded.has_value());
    CHECK(*encoded == body);
  }
}

TEST_CASE("a message cut short or followed by more is refused") {
  for (const MessageType type : message_types()) {
    Bytes body = sample(type);
    for (std::size_t length = 0; length < body.size(); ++length) {
      const Result<Bytes> cut = again(BytesView(body).first(length));
      REQUIRE_FALSE(cut.has_value());
      CHECK(cut.error().code == ErrorCode::protocol_error);
    }
    body.push_back(0);
    CHECK_FALSE(again(body).has_value());
  }
}

TEST_CASE("a message with any bit turned is refused, or is another message in its one encoding") {
  for (const MessageType type : message_types()) {
    const Bytes body = sample(type);
    for (std::size_t bit = 0; bit < body.size() * 8; ++bit) {
      Bytes turned = body;
      turned[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
      const Result<Bytes> encoded = again(turned);
      if (encoded) CHECK(*encoded == turned);
    }
  }
}

TEST_CASE("counts and sizes beyond the limits are refused before anything is kept") {
  Have many;
  many.spaces.resize(kBatchSpacesMax + 1);
  CHECK_FALSE(again(encode_message(many)).has_value());
  many.spaces.resize(kBatchSpacesMax);
  CHECK(again(encode_message(many)).has_value());
  PushRuns large;
  large.runs.emplace_back(ledger::kSessionRunMax + 1);
  CHECK_FALSE(again(encode_message(large)).has_value());
  PutChunk chunk;
  chunk.bytes.resize(ledger::kSessionChunkMax + 1);
  CHECK_FALSE(again(encode_message(chunk)).has_value());
  OfferChunks offer;
  offer.chunks.resize(kBatchChunksMax + 1);
  CHECK_FALSE(again(encode_message(offer)).has_value());
  // An array that claims four thousand million items, in nine bytes.
  const Bytes liar{0x84, 0x0d, 0x50, 0x9a, 0xff, 0xff, 0xff, 0xff, 0x00};
  CHECK_FALSE(again(liar).has_value());
}

TEST_CASE("positions that do not rise, or pass the cursor, are refused") {
  Runs runs;
  runs.position = 5;
  runs.runs = {{4, {1}}, {4, {2}}};
  CHECK_FALSE(again(encode_message(runs)).has_value());
  runs.runs = {{4, {1}}, {6, {2}}};
  CHECK_FALSE(again(encode_message(runs)).has_value());
  runs.runs = {{0, {1}}};
  CHECK_FALSE(again(encode_message(runs)).has_value());
  runs.runs = {{4, {1}}, {5, {2}}};
  CHECK(again(encode_message(runs)).has_value());
}
