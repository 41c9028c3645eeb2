// SPDX-License-Identifier: Apache-2.0
// Files on their way into or out of the encrypted database, a piece at a time, so that other
// requests are answered in between. Sealing is done in core/workspace/attachment.h.
#pragma once

#include <functional>
#include <list>
#include <memory>
#include <string>

#include "apps/host/asker.h"
#include "core/workspace/attachment.h"

namespace boost::asio {
class io_context;
}

namespace feltbog::host {

inline constexpr std::size_t kTransfersMax = 8;

// "image/jpeg" and the like, told from the first bytes of a file, never from its name.
std::string media_type_of(BytesView first_bytes);

class Transfers {
 public:
  // `changed` is called when an attachment was added. All must outlive it.
  Transfers(boost::asio::io_context& io, Disk& disk, std::function<void()> changed);
  ~Transfers();
  Transfers(const Transfers&) = delete;
  Transfers& operator=(const Transfers&) = delete;

  // Reads the file at `path` into an attachment of the case `file`. Errors at once: not_found,
  // ambiguous, limit_exceeded, io_error; later ones go to the asker.
  Result<void> attach(Asker asker, workspace::Workspace& workspace, const std::string& file,
                      const std::string& path, const std::string& name);
  // Writes an attachment to `path`, which must not exist; it appears whole or not at all. `purpose`
  // as in CallContext. Errors: already_exists, and those of attach.
  Result<void> save(Asker asker, workspace::Workspace& workspace, const std::string& file,
                    const std::string& attachment, const std::string& path, std::string purpose);
  bool cancel(const Asker& asker);
  void drop(const Responder& responder);
  // Ends all and says why; what was half done is removed. To be called before the workspace closes.
  void stop(const Error& error);
  bool busy() const { return !running_.empty(); }

 private:
  class Transfer;
  class Attaching;
  class Saving;
  Result<void> begin(std::unique_ptr<Transfer> transfer);
  void schedule();
  void step();
  boost::asio::io_context& io_;
  Disk& disk_;
  std::function<void()> changed_;
  std::list<std::unique_ptr<Transfer>> running_;
  bool scheduled_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace feltbog::host
