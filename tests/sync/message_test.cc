// SPDX-License-Identifier: Apache-2.0
// The messages' one encoding each, and what a decoder refuses.
#include "sync/message.h"

#include <doctest/doctest.h>

#include "sync/limits.h"
#include "tests/sync/samples.h"

using namespace feltbog;
using namespace feltbog::tests;
using namespace feltbog::sync;

TEST_CASE("every message comes out as it went in") {
  for (const MessageType type : message_types()) {
    const Bytes body = sample(type);
    const Result<Bytes> encoded = recode(body);
    REQUIRE(encoded.has_value());
    CHECK(*encoded == body);
  }
}

TEST_CASE("a message cut short or followed by more is refused") {
  for (const MessageType type : message_types()) {
    Bytes body = sample(type);
    for (std::size_t length = 0; length < body.size(); ++length) {
      const Result<Bytes> cut = recode(BytesView(body).first(length));
      REQUIRE_FALSE(cut.has_value());
      CHECK(cut.error().code == ErrorCode::protocol_error);
    }
    body.push_back(0);
    CHECK_FALSE(recode(body).has_value());
  }
}

TEST_CASE("a message with any bit turned is refused, or is another message in its one encoding") {
  for (const MessageType type : message_types()) {
    const Bytes body = sample(type);
    for (std::size_t bit = 0; bit < body.size() * 8; ++bit) {
      Bytes turned = body;
      turned[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
      const Result<Bytes> encoded = recode(turned);
      if (encoded) CHECK(*encoded == turned);
    }
  }
}

TEST_CASE("counts and sizes beyond the limits are refused before anything is kept") {
  Have many;
  many.spaces.resize(kBatchSpacesMax + 1);
  CHECK_FALSE(recode(encode_message(many)).has_value());
  many.spaces.resize(kBatchSpacesMax);
  CHECK(recode(encode_message(many)).has_value());
  PushRuns large;
  large.runs.emplace_back(ledger::kSessionRunMax + 1);
  CHECK_FALSE(recode(encode_message(large)).has_value());
  PutChunk chunk;
  chunk.bytes.resize(ledger::kSessionChunkMax + 1);
  CHECK_FALSE(recode(encode_message(chunk)).has_value());
  OfferChunks offer;
  offer.chunks.resize(kBatchChunksMax + 1);
  CHECK_FALSE(recode(encode_message(offer)).has_value());
  // An array that claims four thousand million items, in nine bytes.
  const Bytes liar{0x84, 0x0d, 0x50, 0x9a, 0xff, 0xff, 0xff, 0xff, 0x00};
  CHECK_FALSE(recode(liar).has_value());
}

TEST_CASE("positions that do not rise, or pass the cursor, are refused") {
  Runs runs;
  runs.position = 5;
  runs.runs = {{4, {1}}, {4, {2}}};
  CHECK_FALSE(recode(encode_message(runs)).has_value());
  runs.runs = {{4, {1}}, {6, {2}}};
  CHECK_FALSE(recode(encode_message(runs)).has_value());
  runs.runs = {{0, {1}}};
  CHECK_FALSE(recode(encode_message(runs)).has_value());
  runs.runs = {{4, {1}}, {5, {2}}};
  CHECK(recode(encode_message(runs)).has_value());
}
