// SPDX-License-Identifier: Apache-2.0
#include "apps/cli/invite.h"

#include "apps/cli/error_message.h"
#include "apps/cli/new_file.h"
#include "apps/cli/qr.h"
#include "apps/cli/qr_image.h"
#include "apps/cli/render.h"
#include "apps/host/owner_process.h"

namespace feltbog::cli {
namespace {

// The files an invite shall be written to. Made before the invite, which cannot be shown again.
struct InviteFiles {
  std::optional<NewFile> png;
  std::optional<NewFile> page;
};

Result<std::optional<NewFile>> make_file(const Context& context, std::string_view parameter) {
  const std::string* path = context.parameters[parameter].text();
  if (path == nullptr) return std::optional<NewFile>();
  FELTBOG_TRY(file, NewFile::create(*path));
  return std::optional<NewFile>(std::move(file));
}

Result<InviteFiles> make_files(const Context& context) {
  InviteFiles out;
  FELTBOG_TRY(png, make_file(context, "png"));
  out.png = std::move(png);
  FELTBOG_TRY(page, make_file(context, "page"));
  out.page = std::move(page);
  return out;
}

InvitePage page_of(const Context& context, const Value& invite) {
  const auto words = [&](Phrase phrase) { return std::string(say(context.language, phrase)); };
  return {context.language == Language::danish ? "da" : "en",
          words(Phrase::invite_for) + " " + invite["name"].text_or(""),
          words(Phrase::invite_valid_until) + " " +
              render_date(invite["expires"].text_or(""), context.language),
          invite["invite"].text_or(""), words(Phrase::invite_use)};
}

Result<void> write_files(const Context& context, const Value& invite, InviteFiles& files) {
  FELTBOG_TRY(code, make_qr_code(invite["invite"].text_or("")));
  if (files.png) {
    FELTBOG_TRY(picture, qr_png(code));
    FELTBOG_CHECK(files.png->write(picture));
  }
  if (files.page)
    FELTBOG_CHECK(files.page->write(as_bytes(qr_page(code, page_of(context, invite)))));
  return {};
}

Result<void> print_invite(const Context& context, const Value& invite) {
  const std::string text = invite["invite"].text_or("");
  context.print(std::string(say(context.language, Phrase::invite_for)) + " " +
                render_cell({}, invite["name"], context.language) + "\n" +
                std::string(say(context.language, Phrase::invite_valid_until)) + " " +
                render_date(invite["expires"].text_or(""), context.language) + "\n\n" + text +
                "\n\n");
  if (context.parameters["qr"].boolean_or(false)) {
    FELTBOG_TRY(code, make_qr_code(text));
    context.print(qr_for_terminal(code, context.out_terminal.colour) + "\n");
  }
  context.print(std::string(say(context.language, Phrase::invite_use)) + "\n");
  return {};
}

Result<Value> sync_once(Session& session) {
  Value body;
  body["mode"] = "once";
  return session.ask_with_progress(host::verb::kSync, body);
}

}  // namespace

// The invite is shown even when a file or the sync fails: it was made, and cannot be shown again.
Result<int> run_invite(const Context& context) {
  FELTBOG_TRY(session, Session::open(context, Session::Folder::must_exist));
  FELTBOG_TRY(files, make_files(context));
  Value parameters = context.parameters;
  for (const auto& own : {"qr", "png", "page"}) parameters.map()->erase(own);
  FELTBOG_TRY(invite, session.call("user.invite", parameters));
  auto done = write_files(context, invite, files);
  const auto synced = sync_once(session);
  if (done && !synced) done = synced.error();
  if (context.line.options.json) {
    invite["synced"] = synced.has_value();
    if (!done) {
      const Value error = error_json(context.language, done.error());
      invite["error"] = error["error"];
    }
    context.print_json(invite);
    return done ? 0 : exit_status(done.error());
  }
  FELTBOG_CHECK(print_invite(context, invite));
  if (!synced) context.remark(Phrase::invite_not_synced);
  if (!done) return done.error();
  return 0;
}

}  // namespace feltbog::cli
