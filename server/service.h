// SPDX-License-Identifier: Apache-2.0
// Serving an office until told to stop: io_context, listener, hub and signals put together.
#pragma once

#include <string>

#include "core/base/disk.h"
#include "server/listener.h"
#include "server/office.h"

namespace feltbog::server {

struct ServeOptions {
  std::string directory;
  ListenAddress listen;
  Limits limits = {};
};

// Opens the listener, writes the port to DIR/port and to standard output, and runs until SIGTERM or
// SIGINT; then says farewell to the sessions and returns. Errors: those of Listener::open,
// io_error, disk_full.
Result<void> serve(Disk& disk, Clock& clock, Random& random, Log& log, Office office,
                   const ServeOptions& options);

}  // namespace feltbog::server
