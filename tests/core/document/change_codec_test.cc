// SPDX-License-Identifier: Apache-2.0
// Batches: one encoding each, and nothing else is let in.
#include "core/document/change_codec.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "core/base/cbor.h"
#include "core/document/column.h"
#include "tests/core/document/generator.h"

namespace feltbog::document {
namespace {

const WriterId kAuthor = generator::writer(1);

// One of everything, over three changes.
std::vector<Change> sample() {
  const WriterId other = generator::writer(2);
  const DocumentId note{{other, 2}, 1};
  std::vector<Change> out(3);
  out[0].dependencies = {{other, 4}};
  out[0].ops = {{note, "body", Insert{3, "Bø🙂"}},
                {note, "body", Insert{6, "g"}},
                {note, "body", Erase{2, 5}},
                {{}, {}, Create{"visit"}},
                {{{kAuthor, 7}, 3}, "outcome", Set{Value("hjemme"), std::nullopt}}};
  std::vector<OpId> replaced{{{kAuthor, 7}, 4}, {{other, 2}, 0}};
  std::sort(replaced.begin(), replaced.end());
  out[1].ops = {{note, "outcome", Set{Value(), replaced}},
                {note, "needs", Add{Value(17)}},
                {note, "needs", Remove{{{{other, 3}, 0}}}},
                {{}, "entries", Append{Value(Value::List{Value(1), Value("to")})}},
                {{}, "attempts", Increment{-3}}};
  out[2].dependencies = {{other, 9}};
  out[2].ops = {{note, "body", Freeze{}},
                {note, {}, Unknown{41, Bytes{0x82, 0x01, 0x61, 'x'}}},
                {note, "goals", PlaceItem{std::nullopt, OpId{{other, 5}, 2}, Value("spise")}},
                {note, "goals", PlaceItem{OpId{{kAuthor, 3}, 0}, std::nullopt, Value()}},
                {note, {}, Delete{}},
                {note, {}, Restore{{{{other, 4}, 1}}}},
                {note, "body", Mark{2, 9, "list", Value("bullet"), true}}};
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i].id = {kAuthor, 7 + i};
    out[i].lamport = 20 + 3 * i;
    out[i].recorded_at.milliseconds = static_cast<std::int64_t>(5000 - 700 * i);
  }
  return out;
}

}  // namespace

TEST_CASE("a batch comes back as it was, unknown actions included") {
  const std::vector<Change> changes = sample();
  const Bytes bytes = encode_changes(kAuthor, changes).value();
  const auto decoded = decode_changes(kAuthor, bytes);
  REQUIRE(decoded);
  CHECK(*decoded == changes);
  CHECK(encode_changes(kAuthor, *decoded).value() == bytes);
}

TEST_CASE("every truncation of a batch is refused") {
  const Bytes bytes = encode_changes(kAuthor, sample()).value();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    CHECK_FALSE(decode_changes(kAuthor, BytesView(bytes).first(size)));
  }
  Bytes longer = bytes;
  longer.push_back(0);
  CHECK_FALSE(decode_changes(kAuthor, longer));
}

TEST_CASE("a batch with any bit flipped is refused, or is another batch in its one form") {
  const std::vector<Change> changes = sample();
  const Bytes bytes = encode_changes(kAuthor, changes).value();
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    Bytes flipped = bytes;
    flipped[bit / 8] = static_cast<std::uint8_t>(flipped[bit / 8] ^ (1u << (bit % 8)));
    const auto decoded = decode_changes(kAuthor, flipped);
    if (!decoded) continue;
    CHECK(*decoded != changes);
    CHECK(encode_changes(kAuthor, *decoded).value() == flipped);
  }
}

TEST_CASE("random bytes in place of any byte never crash the decoder") {
  const Bytes bytes = encode_changes(kAuthor, sample()).value();
  generator::Dice dice(3);
  for (int round = 0; round < 20000; ++round) {
    Bytes changed = bytes;
    for (std::size_t i = 0; i < 1 + dice.roll(4); ++i) {
      changed[dice.roll(changed.size())] = static_cast<std::uint8_t>(dice.roll(256));
    }
    const auto decoded = decode_changes(kAuthor, changed);
    if (decoded) CHECK(encode_changes(kAuthor, *decoded).value() == changed);
  }
}

TEST_CASE("a batch of a newer version says so") {
  Bytes bytes = encode_changes(kAuthor, sample()).value();
  REQUIRE(bytes[1] == kBatchVersion);
  bytes[1] = kBatchVersion + 1;
  CHECK(decode_changes(kAuthor, bytes).error().code == ErrorCode::unsupported_version);
}

TEST_CASE("only consecutive changes of the one writer make a batch") {
  std::vector<Change> changes = sample();
  CHECK(encode_changes(generator::writer(2), changes).error().code == ErrorCode::invalid_argument);
  changes.erase(changes.begin() + 1);
  CHECK(encode_changes(kAuthor, changes).error().code == ErrorCode::invalid_argument);
  CHECK(encode_changes(kAuthor, {}).error().code == ErrorCode::invalid_argument);
  changes = sample();
  changes[1].lamport = changes[0].lamport;
  CHECK(encode_changes(kAuthor, changes).error().code == ErrorCode::invalid_argument);
}

TEST_CASE("a hundred keystrokes, a change each, take few bytes; how few is up to their times") {
  const auto size_with_times_every = [](std::size_t keystrokes) {
    std::vector<Change> changes;
    const DocumentId note{{generator::writer(2), 40}, 0};
    for (std::size_t i = 0; i < 100; ++i) {
      Change change;
      change.id = {kAuthor, 5000 + i};
      change.lamport = 90000 + i;
      if (i == 0) change.dependencies = {{generator::writer(2), 800}};
      const std::size_t second = i / keystrokes * keystrokes / 5;
      change.recorded_at.milliseconds = 1700000000000 + static_cast<std::int64_t>(second * 1000);
      const std::string letter(1, static_cast<char>('a' + i % 26));
      change.ops = {{note, "body", Insert{7000 + i, letter}}};
      changes.push_back(change);
    }
    const Bytes bytes = encode_changes(kAuthor, changes).value();
    CHECK(decode_changes(kAuthor, bytes).value() == changes);
    return bytes.size();
  };
  CHECK(size_with_times_every(50) < 200);  // a time per burst of typing
  CHECK(size_with_times_every(5) < 300);   // a time per second
}

TEST_CASE("few bytes cannot claim many changes") {
  CborWriter out;
  out.array(17).uint(kBatchVersion).uint(1).uint(kChangesPerBatchMax).array(0).array(0);
  const std::vector<std::uint64_t> ones(kChangesPerBatchMax, 1);
  const std::vector<std::uint64_t> many(kChangesPerBatchMax, kOpsPerChangeMax);
  const std::vector<std::uint64_t> none(kChangesPerBatchMax, 0);
  for (const auto* column : {&ones, &none, &none, &many}) out.bytes(encode_column(*column));
  for (int i = 0; i < 6; ++i) out.bytes({});
  out.text("").bytes({});
  CHECK(decode_changes(kAuthor, out.result()).error().code == ErrorCode::limit_exceeded);
}

TEST_CASE("a column comes back, runs or not") {
  generator::Dice dice(5);
  for (int round = 0; round < 300; ++round) {
    std::vector<std::uint64_t> numbers;
    while (numbers.size() < dice.roll(60)) {
      const std::uint64_t number = dice.one_in(5) ? dice.next() : dice.roll(3);
      numbers.insert(numbers.end(), 1 + dice.roll(5), number);
    }
    const Bytes bytes = encode_column(numbers);
    CHECK(decode_column(bytes, numbers.size()).value() == numbers);
    CHECK_FALSE(decode_column(bytes, numbers.size() + 1));
    if (!numbers.empty()) CHECK_FALSE(decode_column(bytes, numbers.size() - 1));
  }
  for (std::int64_t value : {std::int64_t{0}, std::int64_t{-1}, INT64_MAX, INT64_MIN}) {
    CHECK(unzigzag(zigzag(value)) == value);
  }
}

}  // namespace feltbog::document
