// SPDX-License-Identifier: Apache-2.0
#include "apps/host/transfers.h"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <filesystem>

#include "core/crypto/secret.h"

namespace feltbog::host {
namespace {

constexpr std::size_t kPieceBytes = 4 * workspace::kChunkBytes;

struct Magic {
  std::size_t offset;
  std::string_view bytes;
  std::string_view type;
};
// The first bytes each format's own specification demands.
constexpr Magic kMagic[] = {
    {0, "\xFF\xD8\xFF", "image/jpeg"}, {0, "\x89PNG\r\n\x1A\n", "image/png"},
    {0, "GIF8", "image/gif"},          {8, "WEBP", "image/webp"},
    {4, "ftypheic", "image/heic"},     {4, "ftypheix", "image/heic"},
    {4, "ftypmif1", "image/heif"},     {4, "ftyp", "video/mp4"},
    {0, "%PDF-", "application/pdf"}};

}  // namespace

std::string media_type_of(BytesView first_bytes) {
  const std::string_view text = as_text(first_bytes);
  for (const Magic& magic : kMagic) {
    if (text.size() >= magic.offset && text.substr(magic.offset).starts_with(magic.bytes)) {
      return std::string(magic.type);
    }
  }
  return "application/octet-stream";
}

class Transfers::Transfer {
 public:
  explicit Transfer(Asker asker) : asker_(std::move(asker)) {}
  virtual ~Transfer() = default;
  // The result once it is done; nothing while there is more to do.
  virtual Result<std::optional<Value>> step() = 0;
  virtual bool changes_workspace() const = 0;
  const Asker& asker() const { return asker_; }

 protected:
  void tell(std::uint64_t done, std::uint64_t whole) const {
    Value body;
    body["bytes_done"] = done;
    body["bytes_whole"] = whole;
    asker_.progress(std::move(body));
  }

 private:
  Asker asker_;
};

class Transfers::Attaching final : public Transfer {
 public:
  Attaching(Asker asker, std::unique_ptr<File> source, std::uint64_t size,
            std::unique_ptr<workspace::AttachmentWriter> writer)
      : Transfer(std::move(asker)),
        source_(std::move(source)),
        size_(size),
        writer_(std::move(writer)) {}

  Result<std::optional<Value>> step() override {
    Bytes piece(kPieceBytes);
    FELTBOG_TRY(count, source_->read(done_, piece));
    const auto written = writer_->write(BytesView(piece).first(count));
    crypto::wipe(piece);
    FELTBOG_CHECK(written);
    done_ += count;
    tell(done_, size_);
    if (count == kPieceBytes) return std::optional<Value>();
    FELTBOG_TRY(result, writer_->finish());
    return std::optional<Value>(std::move(result));
  }
  bool changes_workspace() const override { return true; }

 private:
  std::unique_ptr<File> source_;
  std::uint64_t size_;
  std::uint64_t done_ = 0;
  std::unique_ptr<workspace::AttachmentWriter> writer_;
};

class Transfers::Saving final : public Transfer {
 public:
  Saving(Asker asker, Disk& disk, std::string path, std::unique_ptr<File> file,
         std::unique_ptr<workspace::AttachmentReader> reader)
      : Transfer(std::move(asker)),
        disk_(disk),
        path_(std::move(path)),
        file_(std::move(file)),
        reader_(std::move(reader)) {}
  ~Saving() override {
    if (file_ == nullptr) return;
    file_.reset();
    // Half of a photo helps nobody; when even removing fails there is nobody left to tell.
    (void)disk_.remove(part_of(path_)).has_value();
  }
  static std::string part_of(const std::string& path) { return path + ".part"; }

  Result<std::optional<Value>> step() override {
    const std::uint64_t size = reader_->size();
    if (done_ < size) {
      FELTBOG_TRY(piece, reader_->read(done_, kPieceBytes));
      const auto written = file_->write(done_, piece);
      crypto::wipe(piece);
      FELTBOG_CHECK(written);
      if (piece.empty()) return Error{ErrorCode::corrupt, "attachment ends early"};
      done_ += piece.size();
      tell(done_, size);
      if (done_ < size) return std::optional<Value>();
    }
    FELTBOG_CHECK(file_->sync());
    FELTBOG_CHECK(disk_.rename(part_of(path_), path_));
    file_.reset();
    Value result;
    result["path"] = path_;
    result["size"] = size;
    return std::optional<Value>(std::move(result));
  }
  bool changes_workspace() const override { return false; }

 private:
  Disk& disk_;
  std::string path_;
  std::unique_ptr<File> file_;
  std::unique_ptr<workspace::AttachmentReader> reader_;
  std::uint64_t done_ = 0;
};

Transfers::Transfers(boost::asio::io_context& io, Disk& disk, std::function<void()> changed)
    : io_(io), disk_(disk), changed_(std::move(changed)) {}
Transfers::~Transfers() = default;

Result<void> Transfers::attach(Asker asker, workspace::Workspace& workspace,
                               const std::string& file, const std::string& path,
                               const std::string& name) {
  // A pipe could keep the owner waiting for ever.
  std::error_code failure;
  const auto status = std::filesystem::status(path, failure);
  if (status.type() == std::filesystem::file_type::not_found) return ErrorCode::not_found;
  if (failure || !std::filesystem::is_regular_file(status)) {
    return Error{ErrorCode::invalid_argument, "path is no plain file"};
  }
  FELTBOG_TRY(source, disk_.open(path, OpenMode::read_only));
  FELTBOG_TRY(size, source->size());
  if (size > workspace::kAttachmentBytesMax) {
    return Error{ErrorCode::limit_exceeded, "attachment of " + std::to_string(size) + " bytes"};
  }
  Bytes first(16);
  FELTBOG_TRY(count, source->read(0, first));
  first.resize(count);
  FELTBOG_TRY(writer,
              workspace::AttachmentWriter::open(workspace, file, name, media_type_of(first)));
  return begin(
      std::make_unique<Attaching>(std::move(asker), std::move(source), size, std::move(writer)));
}

Result<void> Transfers::save(Asker asker, workspace::Workspace& workspace, const std::string& file,
                             const std::string& attachment, const std::string& path,
                             std::string purpose) {
  FELTBOG_TRY(there, disk_.exists(path));
  if (there) return Error{ErrorCode::already_exists, "path"};
  FELTBOG_TRY(reader,
              workspace::AttachmentReader::open(workspace, file, attachment, std::move(purpose)));
  FELTBOG_CHECK(disk_.remove(Saving::part_of(path)));
  FELTBOG_TRY(target, disk_.open(Saving::part_of(path), OpenMode::create_or_open));
  return begin(std::make_unique<Saving>(std::move(asker), disk_, path, std::move(target),
                                        std::move(reader)));
}

Result<void> Transfers::begin(std::unique_ptr<Transfer> transfer) {
  if (running_.size() >= kTransfersMax) return Error{ErrorCode::limit_exceeded, "transfers"};
  running_.push_back(std::move(transfer));
  schedule();
  return {};
}

void Transfers::schedule() {
  if (scheduled_ || running_.empty()) return;
  scheduled_ = true;
  boost::asio::post(io_, [this, alive = std::weak_ptr<bool>(alive_)] {
    if (alive.lock() != nullptr) step();
  });
}

// One piece of the first transfer, which then goes to the end of the queue.
void Transfers::step() {
  scheduled_ = false;
  if (running_.empty()) return;
  std::unique_ptr<Transfer> transfer = std::move(running_.front());
  running_.pop_front();
  auto stepped = transfer->step();
  if (!stepped.has_value()) {
    const Error& error = stepped.error();
    const Asker asker = transfer->asker();
    transfer.reset();
    asker.error(error);
  } else if (stepped->has_value()) {
    transfer->asker().result(std::move(**stepped));
    if (transfer->changes_workspace()) changed_();
  } else {
    running_.push_back(std::move(transfer));
  }
  schedule();
}

bool Transfers::cancel(const Asker& asker) {
  return running_.remove_if([&asker](const std::unique_ptr<Transfer>& transfer) {
    if (!(transfer->asker() == asker)) return false;
    transfer->asker().error({ErrorCode::cancelled, {}});
    return true;
  }) > 0;
}

void Transfers::drop(const Responder& responder) {
  running_.remove_if([&responder](const std::unique_ptr<Transfer>& transfer) {
    return transfer->asker().is_of(responder);
  });
}

void Transfers::stop(const Error& error) {
  for (const auto& transfer : running_) transfer->asker().error(error);
  running_.clear();
}

}  // namespace feltbog::host
