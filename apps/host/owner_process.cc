// SPDX-License-Identifier: Apache-2.0
#include "apps/host/owner_process.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <csignal>

#include "apps/host/owner.h"
#include "apps/host/owner_socket.h"
#include "apps/host/ready_pipe.h"
#include "core/base/platform/posix_disk.h"
#include "core/base/platform/process_guard.h"
#include "core/base/platform/system_clock.h"
#include "core/crypto/system_random.h"
#include "core/store/wiping_memory.h"

namespace feltbog::host {
namespace {

constexpr std::int64_t kFarewellMilliseconds = 2'000;

// What the process is made of, in the order it is built; gone in the other.
struct Process {
  explicit Process(DataDirectory where) : directory(std::move(where)) {}

  DataDirectory directory;
  PosixDisk disk;
  SystemClock clock;
  crypto::SystemRandom random;
  std::unique_ptr<File> lock;
  std::unique_ptr<Log> log;
  boost::asio::io_context io;
  boost::asio::steady_timer farewell{io};
  std::unique_ptr<Owner> owner;
  std::unique_ptr<OwnerSocket> socket;
  std::unique_ptr<boost::asio::signal_set> signals;

  void leave() {
    owner->lock({ErrorCode::locked, "the owner stops"});
    socket->close();
    signals->cancel();
    owner->quiet();
    // Whoever does not read their last answer does not keep the process.
    farewell.expires_after(std::chrono::milliseconds(kFarewellMilliseconds));
    farewell.async_wait([this](const boost::system::error_code& cancelled) {
      if (!cancelled) io.stop();
    });
    socket->on_empty([this] { farewell.cancel(); });
  }
};

// On a full disk the bytes of the last owner's token are used again, so that what is stored can
// still be read. A torn token lets nobody in, and the next start makes another.
Result<void> write_token(Disk& disk, const std::string& path, const OwnerToken& token) {
  auto replaced = replace_file(disk, path, token.view());
  if (replaced.has_value() || replaced.error().code != ErrorCode::disk_full) return replaced;
  FELTBOG_TRY(file, disk.open(path, OpenMode::read_write));
  return file->write(0, token.view());
}

Result<void> prepare(Process& process, const OwnerOptions& options) {
  FELTBOG_TRY(lock, process.disk.lock(process.directory.lock()));
  process.lock = std::move(lock);
  FELTBOG_TRY(log, Log::open(process.disk, process.directory.log(), process.clock));
  process.log = std::move(log);
  const auto token = process.random.make<OwnerToken>();
  FELTBOG_CHECK(write_token(process.disk, process.directory.token(), token));
  process.owner =
      std::make_unique<Owner>(process.io,
                              OwnerSetting{{&process.disk, &process.clock, &process.random},
                                           process.directory,
                                           options.idle,
                                           options.unlock_milliseconds},
                              *process.log, [&process] { process.leave(); });
  FELTBOG_TRY(socket,
              OwnerSocket::listen(process.io, *process.owner, process.directory.socket(), token));
  process.socket = std::move(socket);
  process.signals = std::make_unique<boost::asio::signal_set>(process.io, SIGTERM, SIGINT, SIGHUP);
  process.signals->async_wait([&process](const boost::system::error_code& cancelled, int) {
    if (!cancelled) process.leave();
  });
  return {};
}

}  // namespace

Result<void> run_owner(const OwnerOptions& options) {
  auto start = [&]() -> Result<std::unique_ptr<Process>> {
    FELTBOG_CHECK(forbid_memory_dumps());
    if (!store::wipe_freed_sqlite_memory()) return Error{ErrorCode::internal, "SQLite's allocator"};
    // A file that reaches its limit is an error of the write, as a full disk is, and not the end.
    static_cast<void>(std::signal(SIGXFSZ, SIG_IGN));
    FELTBOG_TRY(directory, DataDirectory::prepare(options.directory));
    auto process = std::make_unique<Process>(std::move(directory));
    FELTBOG_CHECK(prepare(*process, options));
    return process;
  };
  auto started = start();
  if (!started.has_value()) {
    report_ready(options.ready_descriptor, started.error());
    return started.error();
  }
  (*started)->log->event("started");
  report_ready(options.ready_descriptor, {});
  (*started)->io.run();
  return {};
}

}  // namespace feltbog::host
