// SPDX-License-Identifier: Apache-2.0
#include "mobile-bridge/c/family.h"

namespace feltbog::bridge {
namespace {

template <class Owned>
void close_all(std::map<HandleName, Owned>& owned) noexcept {
  for (const auto& [name, each] : owned) handles().remove(name);
  owned.clear();
}

}  // namespace

Family::Family(std::string directory, std::unique_ptr<Host> host)
    : host_(std::move(host)),
      vault_({&disk_, &clock_, &random_}, std::move(directory), host_->hardware()) {}

Family::~Family() { lock(); }

Result<workspace::Workspace*> Family::workspace() {
  if (workspace_ == nullptr) return ErrorCode::locked;
  return workspace_.get();
}

void Family::unlocked(std::unique_ptr<workspace::Workspace> workspace) {
  workspace_ = std::move(workspace);
  revision_seen_ = workspace_->revision();
}

void Family::lock() noexcept {
  close_all(syncs);
  close_all(editors);
  close_all(attachments);
  watches.clear();
  workspace_.reset();
}

std::uint64_t Family::moved_revision() {
  if (workspace_ == nullptr || workspace_->revision() == revision_seen_) return 0;
  revision_seen_ = workspace_->revision();
  return revision_seen_;
}

Result<void> still_open(HandleKind kind, HandleName name) {
  FELTBOG_TRY(family, handles().find(kind, name));
  return {};
}

}  // namespace feltbog::bridge
