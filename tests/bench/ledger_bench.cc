// SPDX-License-Identifier: Apache-2.0
// bench_ledger [--json] [--rounds N]: what proving and sealing cost: runs verified and opened, a
// member added, keys rotated, and the account of bytes. Every time is a median.
#include <sodium.h>

#include <cstdlib>
#include <cstring>
#include <thread>

#include "core/crypto/system_random.h"
#include "core/document/change_codec.h"
#include "core/ledger/domains.h"
#include "core/ledger/run_rules.h"
#include "tests/bench/ledger_account.h"
#include "tests/bench/ledger_member.h"
#include "tests/bench/ledger_runs.h"
#include "tests/bench/measure.h"
#include "tests/support/outside_tests.h"

namespace feltbog::bench {
namespace {

using namespace ledger;

constexpr std::size_t kChanges = 10'000;
constexpr std::size_t kEach = 10;
constexpr double kOpenGoalSeconds = 0.15;
constexpr std::size_t kMemberRuns = 10'000;
constexpr std::size_t kSpaces = 1'000;
constexpr std::size_t kSpaceDevices = 8;
constexpr double kRotateGoalSeconds = 1;

struct Options {
  bool json = false;
  int rounds = 9;
};

template <class Work>
Span median_of(int rounds, Work work) {
  std::vector<double> cpu;
  std::vector<double> wall;
  for (int round = 0; round < rounds; ++round) {
    const Span span = time_of(work);
    cpu.push_back(span.cpu);
    wall.push_back(span.wall);
  }
  return {median(cpu), median(wall)};
}

// On a machine that does other things too, processor time says more than wall time.
Row processor_row(double seconds) {
  Row row;
  row.name = "  in processor time";
  row.unit = "s CPU";
  row.ours = seconds;
  return row;
}

// As a device does with what arrives.
void verify_and_open(TypedRuns& typed, const std::vector<Bytes>& stored) {
  WriterTip tip;
  for (const Bytes& encoded : stored) {
    const auto run = SealedRun::decode(encoded);
    if (!run) give_up("a run does not decode");
    const auto header = verify_run(*run, typed.office.state, typed.room.state, tip);
    if (!header || !open_run(*run, typed.ring())) give_up("a run does not verify or open");
    tip = WriterTip::after(*header);
  }
}

// What the primitives are given for one run, prepared beforehand.
struct Primitives {
  Bytes signed_bytes;
  crypto::Signature signature;
  Bytes header;
  Bytes additional;
  Bytes body;
};

std::vector<Primitives> primitives_of(const TypedRuns& typed) {
  std::vector<Primitives> out;
  for (const SealedRun& run : typed.runs) {
    Primitives one;
    one.header = run.header.encode();
    one.signed_bytes.assign(domains::kRun.bytes().begin(), domains::kRun.bytes().end());
    append(one.signed_bytes, one.header);
    one.signature = run.signature;
    one.additional = additional_data(run.header);
    one.body = *run.body;
    out.push_back(std::move(one));
  }
  return out;
}

// libsodium alone: a signature, two hashes and a decryption for each run.
void run_primitives(const std::vector<Primitives>& runs, const crypto::SigningPublic& author,
                    const crypto::Key& key) {
  constexpr std::size_t kNonce = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
  unsigned char hash[32];
  Bytes plain;
  for (const Primitives& run : runs) {
    bool good = crypto_sign_verify_detached(run.signature.bytes.data(), run.signed_bytes.data(),
                                            run.signed_bytes.size(), author.bytes.data()) == 0;
    crypto_generichash(hash, sizeof hash, run.header.data(), run.header.size(), nullptr, 0);
    crypto_generichash(hash, sizeof hash, run.body.data(), run.body.size(), nullptr, 0);
    plain.resize(run.body.size());
    good = good && crypto_aead_xchacha20poly1305_ietf_decrypt(
                       plain.data(), nullptr, nullptr, run.body.data() + kNonce,
                       run.body.size() - kNonce, run.additional.data(), run.additional.size(),
                       run.body.data(), key.view().data()) == 0;
    if (!good) give_up("the primitives do not agree");
  }
}

void add_opening(const Options& options, std::vector<Row>& rows) {
  TypedRuns typed(kChanges, kEach);
  std::vector<Bytes> stored;
  for (const SealedRun& run : typed.runs) stored.push_back(run.encode());
  const auto primitives = primitives_of(typed);
  const crypto::Key key =
      crypto::derive_key(domains::kRunKey, *typed.ring().find(1), typed.room.state.id().view());
  std::vector<double> ours;
  std::vector<double> cpu;
  std::vector<double> theirs;
  std::vector<double> ratios;
  for (int round = 0; round < options.rounds; ++round) {
    const Span span = time_of([&] { verify_and_open(typed, stored); });
    ours.push_back(span.wall);
    cpu.push_back(span.cpu);
    theirs.push_back(time_of([&] {
                       run_primitives(primitives, typed.author.identity.publics.signing, key);
                     }).wall);
    ratios.push_back(ours.back() / theirs.back());
  }
  Row goal;
  goal.name = "verify and open 10,000 changes, runs of ten";
  goal.unit = "s wall";
  goal.ours = median(ours);
  goal.goal = kOpenGoalSeconds;
  rows.push_back(goal);
  rows.push_back(processor_row(median(cpu)));
  Row peer = goal;
  peer.name = "  against its primitives";
  peer.goal.reset();
  peer.peer = "libsodium alone";
  peer.theirs = median(theirs);
  peer.ratio = median(ratios);
  rows.push_back(peer);
  Row decoding;
  decoding.name = "  and decode the changes";
  decoding.unit = "s wall";
  decoding.ours = median_of(options.rounds, [&] {
                    for (const Bytes& payload : typed.payloads) {
                      if (!document::decode_changes(typed.writer, payload)) {
                        give_up("changes do not decode");
                      }
                    }
                  }).wall;
  rows.push_back(decoding);
}

// What guarded and locked memory costs each time a key is derived and let go: opening a run makes
// one such key, sealing to a device three.
void add_secret(const Options& options, std::vector<Row>& rows) {
  constexpr int kSecrets = 2'000;
  Row row;
  row.name = "make and let go one secret in memory";
  row.unit = "us CPU";
  row.ours = 1e6 / kSecrets * median_of(options.rounds, [] {
                                for (int i = 0; i < kSecrets; ++i) crypto::Key();
                              }).cpu;
  rows.push_back(row);
}

struct RotationScene {
  test::Office office;
  std::vector<NewSpace> spaces;
};

// Spaces of nine devices, one of which was barred since.
void furnish(RotationScene& scene) {
  std::vector<Member> others;
  for (std::size_t number = 0; number < kSpaceDevices; ++number) {
    others.push_back({scene.office.add_person({Role::worker}).user, SpaceRole::writer});
  }
  std::vector<Member> members = others;
  members.push_back({scene.office.founder().user, SpaceRole::writer});
  for (std::size_t number = 0; number < kSpaces; ++number) {
    auto space =
        create_space(scene.office.random.make<SpaceId>(), SpaceKind::provider_file, members,
                     scene.office.founder().identity, scene.office.state, scene.office.random);
    if (!space) give_up("a space cannot be created");
    scene.spaces.push_back(std::move(space).value());
  }
  scene.office.append(scene.office.founder(), DeviceRevoke{scene.office.phones.back().id(), {}});
}

// Each thread takes a part of the spaces; they share the organisation's state, which nobody
// changes.
void rotate_all(const RotationScene& scene, std::size_t threads) {
  const auto work = [&](std::size_t first) {
    crypto::SystemRandom random;
    for (std::size_t at = first; at < scene.spaces.size(); at += threads) {
      const NewSpace& space = scene.spaces[at];
      const auto made = rotate_epoch(space.state, scene.office.state, space.keys, {},
                                     scene.office.phones.front().identity, random);
      if (!made) give_up("a space cannot be rotated");
    }
  };
  std::vector<std::thread> others;
  for (std::size_t number = 1; number < threads; ++number) others.emplace_back(work, number);
  work(0);
  for (std::thread& other : others) other.join();
}

void add_rotation(const Options& options, std::vector<Row>& rows) {
  RotationScene scene;
  furnish(scene);
  for (const std::size_t threads : {std::size_t{1}, std::size_t{2}}) {
    Row row;
    row.name = "rotate 1,000 spaces of 8 devices, " + std::to_string(threads) +
               (threads == 1 ? " thread" : " threads");
    row.unit = "s wall";
    const Span span = median_of(options.rounds, [&] { rotate_all(scene, threads); });
    row.ours = span.wall;
    if (threads == 2) row.goal = kRotateGoalSeconds;
    rows.push_back(row);
    rows.push_back(processor_row(span.cpu));
  }
}

Options read_options(int count, char** arguments) {
  Options options;
  for (int i = 1; i < count; ++i) {
    if (std::strcmp(arguments[i], "--json") == 0) {
      options.json = true;
    } else if (std::strcmp(arguments[i], "--rounds") == 0 && i + 1 < count) {
      options.rounds = std::max(1, std::atoi(arguments[++i]));
    } else {
      give_up("usage: bench_ledger [--json] [--rounds N]");
    }
  }
  return options;
}

int run_main(int count, char** arguments) {
  const Options options = read_options(count, arguments);
  testing::abort_on_failed_assertions();
  std::vector<Row> rows;
  add_opening(options, rows);
  add_secret(options, rows);
  add_rotation(options, rows);
  for (const Row& row : member_rows(kMemberRuns)) rows.push_back(row);
  for (const Row& row : account_rows()) rows.push_back(row);
  if (options.json) {
    print_json(rows);
    return 0;
  }
  print_table(rows);
  print_account();
  return 0;
}

}  // namespace
}  // namespace feltbog::bench

int main(int count, char** arguments) { return feltbog::bench::run_main(count, arguments); }
