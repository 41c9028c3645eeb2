// SPDX-License-Identifier: Apache-2.0
// The decoder of batches reads each part strictly, without encoding anything: these take batches
// apart, put them together in other ways, and ask the encoder.
#include <doctest/doctest.h>

#include <algorithm>

#include "core/base/cbor.h"
#include "core/document/change_codec.h"
#include "core/document/column.h"
#include "tests/core/document/generator.h"

namespace feltbog::document {
namespace {

using generator::Dice;
using Numbers = std::vector<std::uint64_t>;

const WriterId kAuthor = generator::writer(1);

// The numbers in groups of any kind and size.
Bytes grouped_anyhow(const Numbers& numbers, Dice& dice) {
  Bytes out;
  for (std::size_t at = 0; at < numbers.size();) {
    std::size_t run = 1;
    while (at + run < numbers.size() && numbers[at + run] == numbers[at]) ++run;
    const bool repeats = dice.one_in(2);
    const std::size_t size =
        1 + dice.roll(std::min<std::size_t>(repeats ? run : 6, numbers.size() - at));
    Numbers written{size * 2 + (repeats ? 1 : 0)};
    for (std::size_t i = 0; i < (repeats ? 1 : size); ++i) written.push_back(numbers[at + i]);
    for (std::uint64_t number : written) {
      for (; number >= 0x80; number >>= 7) out.push_back(static_cast<std::uint8_t>(number | 0x80));
      const bool longer = dice.one_in(50);  // with a byte that says nothing
      out.push_back(static_cast<std::uint8_t>(number | (longer ? 0x80u : 0u)));
      if (longer) out.push_back(0);
    }
    at += size;
  }
  return out;
}

// Of a column that decodes.
Numbers numbers_of(const Bytes& column) {
  for (std::size_t count = 0;; ++count) {
    if (auto numbers = decode_column(column, count)) return *numbers;
  }
}

struct Parts {
  std::uint64_t first = 0;
  std::uint64_t count = 0;
  std::vector<WriterId> writers;
  std::vector<Bytes> targets;
  std::vector<Numbers> columns;
  std::size_t regrouped = SIZE_MAX;  // this column, if any, is not grouped as it should be
  std::string text;
  Bytes payloads;
};

Parts parts_of(const Bytes& batch) {
  CborReader in(batch);
  Parts out;
  REQUIRE(in.array(17));
  in.uint().value();
  out.first = in.uint().value();
  out.count = in.uint().value();
  out.writers.resize(in.array().value());
  for (WriterId& writer : out.writers) writer = in.fixed<WriterId>().value();
  out.targets.resize(in.array().value());
  for (Bytes& target : out.targets) target = to_bytes(in.raw().value());
  out.columns.resize(10);
  for (Numbers& column : out.columns) column = numbers_of(to_bytes(in.bytes().value()));
  out.text = in.text().value();
  out.payloads = to_bytes(in.bytes().value());
  REQUIRE(in.finish());
  return out;
}

Bytes batch_of(const Parts& parts, Dice& dice) {
  CborWriter out;
  out.array(17).uint(kBatchVersion).uint(parts.first).uint(parts.count);
  out.array(parts.writers.size());
  for (const WriterId& writer : parts.writers) out.fixed(writer);
  out.array(parts.targets.size());
  for (const Bytes& target : parts.targets) out.raw(target);
  for (std::size_t i = 0; i < parts.columns.size(); ++i) {
    const Numbers& column = parts.columns[i];
    out.bytes(i == parts.regrouped ? grouped_anyhow(column, dice) : encode_column(column));
  }
  out.text(parts.text).bytes(parts.payloads);
  return out.take();
}

template <class Entry>
void alter_table(std::vector<Entry>& table, Dice& dice, const Entry& fresh) {
  if (table.empty() || dice.one_in(3)) return table.push_back(fresh);
  Entry& one = table[dice.roll(table.size())];
  Entry& other = table[dice.roll(table.size())];
  if (dice.one_in(2)) return std::swap(one, other);
  dice.one_in(2) ? table.push_back(Entry(one)) : table.pop_back();
}

void alter_column(Numbers& column, Dice& dice) {
  if (column.empty()) return;
  std::uint64_t& one = column[dice.roll(column.size())];
  if (dice.one_in(2)) return std::swap(one, column[dice.roll(column.size())]);
  one = dice.roll(6);
}

void alter(Parts& parts, Dice& dice) {
  switch (dice.roll(6)) {
    case 0: return alter_table(parts.writers, dice, dice.one_in(2) ? kAuthor : WriterId{});
    case 1: {
      CborWriter target;
      target.array(4).uint(dice.roll(3)).uint(dice.roll(3)).uint(dice.roll(2)).text("body");
      return alter_table(parts.targets, dice, target.take());
    }
    case 2: parts.regrouped = dice.roll(parts.columns.size()); return;
    default: return alter_column(parts.columns[dice.roll(parts.columns.size())], dice);
  }
}

// What kAuthor wrote in a random history.
std::vector<Change> written(std::uint64_t seed) {
  std::vector<Change> out = generator::changes(seed, {.authors = 3, .steps = 5 + seed % 40});
  std::erase_if(out, [](const Change& change) { return change.id.writer != kAuthor; });
  return out;
}

}  // namespace

TEST_CASE("whatever batch is let in, however it was put together, encodes to the same bytes") {
  std::size_t let_in = 0;
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    CAPTURE(seed);
    const std::vector<Change> changes = written(seed);
    if (changes.empty()) continue;
    const Parts parts = parts_of(encode_changes(kAuthor, changes).value());
    Dice dice(seed);
    for (int round = 0; round < 100; ++round) {
      Parts altered = parts;
      for (std::size_t i = 0; i < 1 + dice.roll(3); ++i) alter(altered, dice);
      const Bytes batch = batch_of(altered, dice);
      const auto decoded = decode_changes(kAuthor, batch);
      if (!decoded) continue;
      ++let_in;
      REQUIRE(encode_changes(kAuthor, *decoded).value() == batch);
    }
  }
  CHECK(let_in > 1000);
}

TEST_CASE("of all ways to group a column's numbers only the encoder's is let in") {
  Dice dice(7);
  for (int round = 0; round < 20000; ++round) {
    Numbers numbers(1 + dice.roll(8));
    for (std::uint64_t& number : numbers) number = dice.roll(2) * 200;
    const Bytes column = grouped_anyhow(numbers, dice);
    const auto decoded = decode_column(column, numbers.size());
    REQUIRE(decoded.has_value() == (column == encode_column(numbers)));
  }
}

TEST_CASE("a batch is refused for an entry of its tables that is not used, or is there twice") {
  Change change;
  change.id = {kAuthor, 1};
  change.lamport = 5;
  change.dependencies = {{generator::writer(2), 4}};
  change.ops = {{{}, "body", Insert{0, "ja"}}};
  const Parts parts = parts_of(encode_changes(kAuthor, {&change, 1}).value());
  Dice dice(1);
  REQUIRE(decode_changes(kAuthor, batch_of(parts, dice)));
  for (const WriterId& writer : {kAuthor, generator::writer(2), generator::writer(3)}) {
    Parts more = parts;
    more.writers.push_back(writer);
    CHECK_FALSE(decode_changes(kAuthor, batch_of(more, dice)));
  }
  Parts more = parts;
  more.targets.push_back(parts.targets[0]);
  CHECK_FALSE(decode_changes(kAuthor, batch_of(more, dice)));
}

}  // namespace feltbog::document
