// SPDX-License-Identifier: Apache-2.0
#include "core/workspace/attachment.h"

#include <doctest/doctest.h>

#include "core/workspace/core.h"
#include "tests/support/test_office.h"

using namespace feltbog;
using namespace feltbog::testing;
using workspace::AttachmentReader;
using workspace::AttachmentWriter;

namespace {

Bytes photo(TestDevice& device, std::size_t size) {
  Bytes out(size);
  device.random.fill(out);
  return out;
}

std::unique_ptr<AttachmentWriter> writer(TestDevice& device, const std::string& id,
                                         const char* name) {
  auto out = AttachmentWriter::open(device.workspace(), id, name, "image/jpeg");
  REQUIRE(out.has_value());
  return std::move(out).value();
}

std::unique_ptr<AttachmentReader> reader(TestDevice& device, const std::string& id,
                                         const char* name) {
  auto out = AttachmentReader::open(device.workspace(), id, name);
  REQUIRE(out.has_value());
  return std::move(out).value();
}

struct Pair {
  TestOffice office{1};
  TestDevice& anna = office.add("Anna");
  std::string id = office.refer({"Anna"});
  Pair() { office.sync_all(); }
};

}  // namespace

TEST_CASE("a small photo comes along with the file, a large one when somebody opens it") {
  Pair pair;
  TestDevice& desk = pair.office.desk();
  const Bytes small = photo(pair.anna, 100'000);
  const Bytes large = photo(pair.anna, 2'200'000);
  for (const auto& [name, bytes] : {std::pair{"lille", &small}, std::pair{"stor", &large}}) {
    auto out = writer(pair.anna, pair.id, name);
    REQUIRE(out->write(*bytes).has_value());
    REQUIRE(out->finish().has_value());
  }
  CHECK(pair.anna.workspace().has_local_work());
  pair.office.sync_all();
  CHECK(pair.anna.call("status")["all_sent"] == Value(true));
  CHECK(reader(desk, pair.id, "lille")->read(0, small.size()).value() == small);
  CHECK(reader(desk, pair.id, "stor")->read(0, 10).error().code == ErrorCode::wrong_state);
  CHECK(desk.call("status")["attachment_chunks_wanted"] == Value(34));
  pair.office.sync(desk);
  CHECK(reader(desk, pair.id, "stor")->read(0, large.size()).value() == large);
}

TEST_CASE("reading from beyond the end gives nothing, however far beyond") {
  Pair pair;
  auto out = writer(pair.anna, pair.id, "foto");
  REQUIRE(out->write(Bytes(10, 7)).has_value());
  REQUIRE(out->finish().has_value());
  const auto in = reader(pair.anna, pair.id, "foto");
  CHECK(in->read(10, 5).value().empty());
  CHECK(in->read(UINT64_MAX, 5).value().empty());
  CHECK(in->read(8, SIZE_MAX).value() == Bytes(2, 7));
}

TEST_CASE("a photo that met a full disk is finished later, whole") {
  Pair pair;
  const Bytes bytes = photo(pair.anna, 3 * workspace::kChunkBytes + 5);
  for (std::uint64_t call = 0; call < 60; call += 3) {
    CAPTURE(call);
    auto out = writer(pair.anna, pair.id, ("foto-" + std::to_string(call)).c_str());
    REQUIRE(out->write(bytes).has_value());
    pair.anna.disk.inject({pair.anna.disk.call_count() + call, FaultKind::disk_full, false});
    auto finished = out->finish();
    pair.anna.disk.clear_faults();
    if (!finished) finished = out->finish();
    if (!finished) {
      // A disk that failed in a sync is written again after a restart only.
      out.reset();
      pair.anna.reopen();
      continue;
    }
    CHECK(reader(pair.anna, pair.id, ("foto-" + std::to_string(call)).c_str())
              ->read(0, bytes.size())
              .value() == bytes);
  }
}

TEST_CASE("chunks of a photo that a power cut left unfinished are swept out") {
  Pair pair;
  auto out = writer(pair.anna, pair.id, "foto");
  REQUIRE(out->write(photo(pair.anna, 3 * workspace::kChunkBytes)).has_value());
  auto left = pair.anna.disk.clone();
  workspace::Environment environment{left.get(), &pair.anna.clock, &pair.anna.random};
  auto opened = workspace::Workspace::open(environment, "device.db", pair.anna.key());
  REQUIRE(opened.has_value());
  auto chunks = (*opened)->core().database->prepare("SELECT count(*) FROM chunk");
  REQUIRE(chunks.has_value());
  REQUIRE(chunks->step().value());
  CHECK(chunks->integer(0) == 0);
}

TEST_CASE("a finished photo takes no more bytes, and cannot be finished twice") {
  Pair pair;
  auto out = writer(pair.anna, pair.id, "foto");
  REQUIRE(out->finish().has_value());
  CHECK(out->write(Bytes{1}).error().code == ErrorCode::closed_handle);
  CHECK(out->finish().error().code == ErrorCode::closed_handle);
}

TEST_CASE("an attachment larger than the limit is refused before it fills the disk") {
  Pair pair;
  auto out = writer(pair.anna, pair.id, "foto");
  const std::size_t written = pair.anna.disk.bytes_written();
  const std::uint8_t byte = 0;
  const BytesView huge(&byte, workspace::kAttachmentBytesMax + 1);  // never read
  CHECK(out->write(huge).error().code == ErrorCode::limit_exceeded);
  CHECK(pair.anna.disk.bytes_written() == written);
}
