// SPDX-License-Identifier: Apache-2.0
// The running server. One thread: sessions and store are not shared; a pool would give each thread
// an io_context of its own and the store a thread for itself.
#include "server/service.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <optional>
#include <utility>

#include "server/hub.h"

namespace feltbog::server {
namespace {

namespace asio = boost::asio;

// How long sessions have for their farewell once the server stops.
constexpr auto kFarewell = std::chrono::seconds(3);

}  // namespace

Result<void> serve(Disk& disk, Clock& clock, Random& random, Log& log, Office office,
                   const ServeOptions& options) {
  asio::io_context io(1);
  Hub hub(*office.store, clock, log, random,
          [&io](std::function<void()> work) { asio::post(io, std::move(work)); });
  FELTBOG_TRY(listener, Listener::open(io, clock, log, hub, std::move(office.tls), options.listen,
                                       options.limits));
  const OfficePaths paths(options.directory);
  const std::string port = std::to_string(listener->port());
  FELTBOG_CHECK(replace_file(disk, paths.port, as_bytes(port + "\n")));
  log.event("listening", {{"port", listener->port()}});
  std::printf("listening on port %s\n", port.c_str());
  std::fflush(stdout);

  std::optional<Error> failure;
  hub.on_failure([&](const Error& error) {
    failure = error;
    io.stop();
  });
  asio::signal_set signals(io, SIGINT, SIGTERM);
  asio::steady_timer farewell(io);
  signals.async_wait([&](boost::system::error_code error, int) {
    if (error) return;
    log.event("stopping", {{"sessions", hub.session_count()}});
    listener->stop();
    hub.close_all();
    farewell.expires_after(kFarewell);
    farewell.async_wait([&io](boost::system::error_code) { io.stop(); });
    asio::post(io, [&] {
      if (hub.session_count() == 0) io.stop();
    });
  });
  io.run();
  listener.reset();
  // Lets connections that were dropped end before the hub they report to.
  io.restart();
  io.poll();
  log.event("stopped");
  auto removed = disk.remove(paths.port);
  if (failure) return *failure;
  return removed;
}

}  // namespace feltbog::server
