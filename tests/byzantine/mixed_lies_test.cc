// SPDX-License-Identifier: Apache-2.0
// A server that lies in whatever way comes to its mind, at any point of any session.
#include <doctest/doctest.h>

#include <algorithm>

#include "core/ledger/run.h"
#include "tests/byzantine/scene.h"
#include "tests/core/workspace/forger.h"

using namespace feltbog;
using namespace feltbog::testing;

namespace {

constexpr int kRounds = 5;

class MixedLies {
 public:
  explicit MixedLies(Scene& scene, std::uint64_t seed)
      : scene_(scene), random_(seed), server_(scene.office) {
    server_.on_records = [this](const ledger::LogName& log, std::uint64_t first, auto& records) {
      if (lies()) spoil_records(log, first, records);
    };
    server_.on_runs = [this](const SpaceId& space, std::uint64_t, sync::RunBatch& batch) {
      if (lies() && !batch.runs.empty()) spoil_runs(space, batch);
    };
    server_.on_standing = [this](const SpaceId&, sync::SpaceStanding& standing) {
      if (lies()) standing.last_position = below(standing.last_position + 1);
    };
    server_.instead_of_storing = [this](const DeviceId& author, const SpaceId& space,
                                        std::span<const Bytes> runs) {
      return take_runs(author, space, runs);
    };
  }
  Liar& server() { return server_; }
  std::size_t told() const { return told_; }

 private:
  std::uint64_t below(std::uint64_t bound) { return random_.make<RunHash>().bytes[0] % bound; }
  bool lies() {
    const bool yes = below(4) == 0;
    told_ += yes ? 1 : 0;
    return yes;
  }
  template <class Items>
  std::size_t any_of(const Items& items) {
    return static_cast<std::size_t>(below(items.size()));
  }

  // A record in somebody's name, one left out, changed, or with keys nobody announced.
  void spoil_records(const ledger::LogName& log, std::uint64_t first,
                     std::vector<ledger::RecordItem>& records) {
    auto impostor = ledger::DeviceIdentity::make(random_);
    impostor.id = device_id(scene_.desk);
    if (records.empty()) {
      if (log || first != scene_.organisation_head().sequence + 1) return;
      const auto user = random_.make<UserId>();
      records.push_back(
          next_record(scene_.desk, impostor, ledger::UserAdd{user, {ledger::Role::administrator}}));
      return;
    }
    ledger::RecordItem& item = records[any_of(records)];
    switch (below(4)) {
      case 0: records.pop_back(); break;
      case 1: item.record.back() ^= 1; break;
      case 2: item.wraps.push_back(0); break;
      default: records.insert(records.begin(), records.back()); break;
    }
  }

  // Runs left out, exchanged, changed, shown twice, or taken from another file.
  void spoil_runs(const SpaceId& space, sync::RunBatch& batch) {
    const std::size_t one = any_of(batch.runs);
    const std::size_t other = any_of(batch.runs);
    switch (below(6)) {
      case 0: batch.runs.erase(batch.runs.begin() + static_cast<std::ptrdiff_t>(one)); break;
      case 1: std::swap(batch.runs[one].run, batch.runs[other].run); break;
      case 2: batch.runs[one].run.back() ^= 1; break;
      case 3:
        batch.runs.push_back({batch.runs.back().position + 1, batch.runs[one].run});
        batch.more = false;
        break;
      case 4: batch.runs[one].run = without_body(batch.runs[one].run); break;
      default:
        if (space == scene_.space) return;
        batch.runs[one].run = runs_on_server(scene_.office, scene_.anna, scene_.space).back().run;
        break;
    }
  }

  static Bytes without_body(BytesView encoded) {
    auto run = ledger::SealedRun::decode(encoded);
    if (!run) return to_bytes(encoded);
    run->body.reset();
    return run->encode();
  }

  // Keeps them; throws them away with a receipt; with a receipt of somebody else; says it cannot.
  Result<sync::AppendedRuns> take_runs(const DeviceId& author, const SpaceId& space,
                                       std::span<const Bytes> runs) {
    if (!lies()) return scene_.office.relay().append_runs(author, space, runs);
    server_.receipts_skip = below(3);
    switch (below(3)) {
      case 0:
        return server_.receipt_without_storing(author, space, runs,
                                               scene_.office.server_identity());
      case 1:
        return server_.receipt_without_storing(author, space, runs,
                                               crypto::SigningSecret::random(random_));
      default: return Error{ErrorCode::quota_exceeded, "said by the liar"};
    }
  }

  Scene& scene_;
  SeededRandom random_;
  Liar server_;
  std::size_t told_ = 0;
};

}  // namespace

TEST_CASE("whatever lies a server mixes, an honest one finds every word and all devices alike") {
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    CAPTURE(seed);
    Scene scene(seed);
    MixedLies lies(scene, seed);
    for (int round = 0; round < kRounds; ++round) {
      int number = 0;
      for (TestDevice* device : scene.honest) {
        scene.write(*device, "n" + std::to_string(round) + std::to_string(number++));
        scene.meet(*device, lies.server());
      }
    }
    CHECK(lies.told() > 10);
    scene.check_unharmed();
  }
}
