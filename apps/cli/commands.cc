// SPDX-License-Identifier: Apache-2.0
#include "apps/cli/commands.h"

#include <algorithm>

namespace feltbog::cli {
namespace {

using workspace::AccessClass;
using workspace::CommandRow;
using workspace::Entitlement;
using workspace::Parameter;
using workspace::ParameterType;
using workspace::Presence;
using workspace::Shape;
using workspace::Words;

constexpr Parameter kCase{"case", ParameterType::text, Presence::positional, {"The file", "Sagen"}};

constexpr Parameter kCompletion[] = {{"shell",
                                      ParameterType::text,
                                      Presence::positional,
                                      {"bash, zsh or fish", "bash, zsh eller fish"}}};
constexpr Parameter kEnrol[] = {{"invite",
                                 ParameterType::text,
                                 Presence::positional,
                                 {"The invite, as text", "Invitationen, som tekst"}}};
constexpr Parameter kInvite[] = {
    {"name", ParameterType::text, Presence::required, {"The person's name", "Personens navn"}},
    {"role",
     ParameterType::text_list,
     Presence::required,
     {"worker, caseworker, supervisor, administrator or auditor",
      "worker, caseworker, supervisor, administrator eller auditor"}},
    {"expires_hours",
     ParameterType::integer,
     Presence::optional,
     {"How long it is good for (default 72)", "Hvor længe den gælder (ellers 72)"}},
    {"qr",
     ParameterType::boolean,
     Presence::optional,
     {"Show it as a QR code as well", "Vis den også som QR-kode"}},
    {"png",
     ParameterType::text,
     Presence::optional,
     {"Write the QR code to a new picture file", "Skriv QR-koden til en ny billedfil"}},
    {"page",
     ParameterType::text,
     Presence::optional,
     {"Write it to a new HTML page to print", "Skriv den til en ny HTML-side til udskrift"}}};
constexpr Parameter kLock[] = {{"stop",
                                ParameterType::boolean,
                                Presence::optional,
                                {"End the owner process as well", "Afslut også ejerprocessen"}}};
constexpr Parameter kOrgCreate[] = {
    {"office",
     ParameterType::text,
     Presence::required,
     {"What `feltbogd init` printed", "Det som `feltbogd init` skrev"}},
    {"name", ParameterType::text, Presence::required, {"Your name", "Dit navn"}}};
constexpr Parameter kOwner[] = {
    {"lock_after",
     ParameterType::integer,
     Presence::optional,
     {"Milliseconds without activity until it locks",
      "Millisekunder uden aktivitet før den låser"}},
    {"leave_after",
     ParameterType::integer,
     Presence::optional,
     {"Milliseconds without activity until it leaves",
      "Millisekunder uden aktivitet før den slutter"}},
    {"unlock_time",
     ParameterType::integer,
     Presence::optional,
     {"Milliseconds that unlocking may take", "Millisekunder som oplåsning må tage"}},
    {"ready",
     ParameterType::integer,
     Presence::optional,
     {"A descriptor to report readiness on", "En deskriptor til at melde klar på"}}};
constexpr Parameter kWithRecoveryCode{
    "recovery_code",
    ParameterType::boolean,
    Presence::optional,
    {"Ask for a recovery code instead of the passphrase",
     "Spørg om en genoprettelseskode i stedet for adgangssætningen"}};
constexpr Parameter kPassphraseChange[] = {
    kWithRecoveryCode,
    {"new_passphrase_file",
     ParameterType::text,
     Presence::optional,
     {"Read the new passphrase from this file", "Læs den nye adgangssætning fra denne fil"}}};
constexpr Parameter kUnlock[] = {kWithRecoveryCode};
constexpr Parameter kPhotoAdd[] = {
    kCase,
    {"file", ParameterType::text, Presence::positional, {"The picture", "Billedet"}},
    {"name",
     ParameterType::text,
     Presence::optional,
     {"What it is called (default: the file's name)", "Hvad det hedder (ellers: filens navn)"}}};
constexpr Parameter kPhotoSave[] = {
    kCase,
    {"attachment",
     ParameterType::text,
     Presence::positional,
     {"The attachment: the beginning of its id, or its name",
      "Bilaget: begyndelsen af dets id, eller dets navn"}},
    {"file",
     ParameterType::text,
     Presence::positional,
     {"Where to; not a file that exists", "Hvorhen; ikke en fil der findes"}}};
constexpr Parameter kSync[] = {
    {"watch",
     ParameterType::boolean,
     Presence::optional,
     {"Stay connected until interrupted", "Bliv forbundet indtil det afbrydes"}},
    {"record",
     ParameterType::text,
     Presence::optional,
     {"Append everything sent and received to this file (it is ciphertext)",
      "Føj alt sendt og modtaget til denne fil (det er krypteret)"}}};

constexpr CommandRow special(std::string_view name, Words summary, std::string_view example,
                             std::span<const Parameter> parameters) {
  return {name,
          Shape::command,
          1,
          summary,
          example,
          parameters,
          {},
          Entitlement::anyone,
          AccessClass::none,
          false,
          false,
          nullptr};
}

constexpr CommandRow kRows[] = {
    special("completion",
            {"Print a shell's completion script", "Skriv en skals script til fuldførelse"},
            "feltbog completion bash", kCompletion),
    special("enrol",
            {"Make this device a member, by an invite", "Indmeld denne enhed med en invitation"},
            "feltbog enrol 'FELTBOG-INVITE:...'", kEnrol),
    special("invite",
            {"Invite a person's device, and let the server know",
             "Invitér en persons enhed, og lad serveren vide det"},
            "feltbog invite --name 'Anna' --role worker --qr", kInvite),
    special("lock", {"Close the database and forget its keys", "Luk databasen og glem dens nøgler"},
            "feltbog lock", kLock),
    special("org.create",
            {"Make an organisation on a new office server",
             "Opret en organisation på en ny kontorserver"},
            "feltbog org create --office 'FELTBOG-OFFICE:...' --name 'Inger'", kOrgCreate),
    special("owner",
            {"Own a database (started by the other commands)",
             "Vær ejer af en database (startes af de andre kommandoer)"},
            "feltbog owner --dir /tmp/anna", kOwner),
    special(
        "passphrase.change",
        {"Choose a new passphrase for this device", "Vælg en ny adgangssætning til denne enhed"},
        "feltbog passphrase change", kPassphraseChange),
    special("photo.add",
            {"Add a photo or a scanned letter to a file",
             "Føj et foto eller et scannet brev til en sag"},
            "feltbog photo add abcd12 stue.jpg", kPhotoAdd),
    special("photo.save",
            {"Save a photo from a file, decrypted", "Gem et foto fra en sag, ukrypteret"},
            "feltbog photo save abcd12 stue.jpg /tmp/stue.jpg", kPhotoSave),
    special("recovery.add",
            {"Make a recovery code for this device, and show it once",
             "Lav en genoprettelseskode til denne enhed, og vis den én gang"},
            "feltbog recovery add", {}),
    special("sync", {"Exchange with the office server", "Udveksl med kontorserveren"},
            "feltbog sync --watch", kSync),
    special("unlock",
            {"Open the database with the passphrase, or with a recovery code",
             "Åbn databasen med adgangssætningen, eller med en genoprettelseskode"},
            "feltbog unlock", kUnlock),
};

}  // namespace

std::span<const CommandRow> special_commands() { return kRows; }

bool is_special(const CommandRow& row) { return row.run == nullptr; }

std::vector<const CommandRow*> all_commands() {
  std::vector<const CommandRow*> out;
  for (const CommandRow* row : workspace::command_table()) out.push_back(row);
  for (const CommandRow& row : kRows) out.push_back(&row);
  std::sort(out.begin(), out.end(),
            [](const CommandRow* a, const CommandRow* b) { return a->name < b->name; });
  return out;
}

const CommandRow* find_any_command(std::string_view name) {
  for (const CommandRow& row : kRows) {
    if (row.name == name) return &row;
  }
  return workspace::find_command(name);
}

std::string typed_name(std::string_view name) {
  std::string out(name);
  std::replace(out.begin(), out.end(), '.', ' ');
  return out;
}

std::string option_name(std::string_view parameter) {
  std::string out = "--" + std::string(parameter);
  std::replace(out.begin(), out.end(), '_', '-');
  return out;
}

std::string value_name(std::string_view parameter) {
  std::string out(parameter);
  for (char& letter : out) {
    if (letter >= 'a' && letter <= 'z') letter = static_cast<char>(letter - 'a' + 'A');
  }
  return out;
}

}  // namespace feltbog::cli
