// SPDX-License-Identifier: Apache-2.0
// Frames and messages of the owner's socket under truncation, cutting and flipped bits.
#include "apps/host/frame.h"

#include <doctest/doctest.h>

#include "apps/host/messages.h"

namespace feltbog::host {
namespace {

Value sample() {
  Value body;
  body["command"] = "note.write";
  body["parameters"]["text"] = "Blåbærgrød 🫐";
  body["parameters"]["list"].push_back(std::int64_t{-7});
  return to_value(Request{42, "call", std::move(body)});
}

Bytes sample_frame() {
  auto frame = encode_frame(sample());
  REQUIRE(frame.has_value());
  return std::move(*frame);
}

TEST_CASE("a frame comes back as the value it was, however it is cut") {
  const Bytes frame = sample_frame();
  for (std::size_t cut = 0; cut <= frame.size(); ++cut) {
    FrameReader reader;
    reader.feed(BytesView(frame).first(cut));
    if (cut < frame.size()) {
      const auto early = reader.next();
      REQUIRE(early.has_value());
      CHECK_FALSE(early->has_value());
    }
    reader.feed(BytesView(frame).subspan(cut));
    const auto whole = reader.next();
    REQUIRE(whole.has_value());
    REQUIRE(whole->has_value());
    CHECK(**whole == sample());
    CHECK(reader.pending() == 0);
  }
}

TEST_CASE("frames that arrive together are read one after another") {
  Bytes both = sample_frame();
  append(both, sample_frame());
  FrameReader reader;
  reader.feed(both);
  for (int count = 0; count < 2; ++count) {
    const auto value = reader.next();
    REQUIRE(value.has_value());
    REQUIRE(value->has_value());
    CHECK(**value == sample());
  }
  CHECK_FALSE(reader.next()->has_value());
}

TEST_CASE("a flipped bit gives an error, an incomplete frame or another value, never a crash") {
  const Bytes frame = sample_frame();
  for (std::size_t bit = 0; bit < frame.size() * 8; ++bit) {
    Bytes flipped = frame;
    flipped[bit / 8] = static_cast<std::uint8_t>(flipped[bit / 8] ^ (1U << (bit % 8)));
    FrameReader reader;
    reader.feed(flipped);
    auto value = reader.next();
    if (!value.has_value() || !value->has_value()) continue;
    CHECK_FALSE(**value == sample());
    // Whatever it became, reading it as a message is safe.
    (void)request_from(**value).has_value();
    (void)reply_from(**value).has_value();
  }
}

TEST_CASE("a frame larger than allowed is refused before it is waited for") {
  FrameReader reader(kGreetingBytesMax);
  reader.feed(Bytes{0, 0, 4, 1});
  const auto refused = reader.next();
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == ErrorCode::limit_exceeded);
  const auto huge = encode_frame(Value(Bytes(kFrameBytesMax)));
  REQUIRE_FALSE(huge.has_value());
  CHECK(huge.error().code == ErrorCode::limit_exceeded);
}

TEST_CASE("a frame that holds more than one value is refused") {
  FrameReader reader;
  reader.feed(Bytes{0, 0, 0, 2, 0x01, 0x01});
  CHECK_FALSE(reader.next().has_value());
}

}  // namespace
}  // namespace feltbog::host
