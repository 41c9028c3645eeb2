// SPDX-License-Identifier: Apache-2.0
#include "core/ledger/cut.h"

#include <algorithm>
#include <tuple>

#include "core/ledger/codec.h"

namespace feltbog::ledger {
namespace {

constexpr std::uint64_t kRunSequenceMax = std::uint64_t{1} << 40;

bool before(const Cut& a, const Cut& b) {
  return std::tie(a.space, a.device, a.incarnation) < std::tie(b.space, b.device, b.incarnation);
}

Result<Cut> read_cut(CborReader& reader) {
  Cut out;
  FELTBOG_CHECK(reader.array(5));
  FELTBOG_TRY(space, reader.fixed<SpaceId>());
  out.space = space;
  FELTBOG_TRY(device, reader.fixed<DeviceId>());
  out.device = device;
  FELTBOG_TRY(incarnation, read_uint<std::uint32_t>(reader, kIncarnationMax));
  out.incarnation = incarnation;
  FELTBOG_TRY(sequence, reader.uint(kRunSequenceMax));
  out.sequence = sequence;
  FELTBOG_TRY(hash, reader.fixed<RunHash>());
  out.hash = hash;
  if ((sequence == 0) != hash.is_zero()) return Error{ErrorCode::malformed, "hash of a cut"};
  return out;
}

}  // namespace

void write_cuts(CborWriter& writer, std::span<const Cut> cuts) {
  writer.array(cuts.size());
  for (const Cut& cut : cuts) {
    writer.array(5).fixed(cut.space).fixed(cut.device).uint(cut.incarnation);
    writer.uint(cut.sequence).fixed(cut.hash);
  }
}

Result<std::vector<Cut>> read_cuts(CborReader& reader) {
  FELTBOG_TRY(count, read_count(reader, kCutsMax));
  std::vector<Cut> out;
  for (std::size_t i = 0; i < count; ++i) {
    FELTBOG_TRY(cut, read_cut(reader));
    out.push_back(cut);
  }
  if (!ascends(out, before)) return Error{ErrorCode::malformed, "cuts out of order"};
  return out;
}

void sort_cuts(std::vector<Cut>& cuts) { std::sort(cuts.begin(), cuts.end(), before); }

}  // namespace feltbog::ledger
