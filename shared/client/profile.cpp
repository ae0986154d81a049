// SPDX-License-Identifier: Apache-2.0
#include "shared/client/profile.h"

#include "shared/base/file.h"
#include "shared/client/private_key.h"

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <system_error>

namespace isotherm::client
{
namespace
{

using nlohmann::json;

constexpr const char* kSchema = "isotherm/profile/v1";

Error noProfile(const std::filesystem::path& file)
{
    return makeError(Code::InvalidArgument, file.string() + " is no connection profile",
                     "ask for one: isotherm-agent enroll NAME --role ROLE --out FILE");
}

std::string field(const json& document, const char* name)
{
    const auto found = document.find(name);
    return found != document.end() && found->is_string() ? found->get<std::string>()
                                                         : std::string();
}

Result<json> readDocument(const std::filesystem::path& file)
{
    Result<std::string> text = readFile(file, std::size_t{1} << 20U);
    if (!text.ok()) {
        Error error = text.error();
        if (error.code == Code::NotFound) {
            error.hint = "give a profile that isotherm-agent enroll wrote: --profile FILE";
        } else if (error.code == Code::ResourceExhausted) {
            return noProfile(file);
        }
        return error;
    }
    json document = json::parse(text.value(), nullptr, false);
    if (!document.is_object() || field(document, "schema") != kSchema) {
        return noProfile(file);
    }
    for (const char* name : {"name", "address", "ca", "certificate", "key"}) {
        if (field(document, name).empty()) {
            return noProfile(file).within(std::string("no \"") + name + "\"");
        }
    }
    return document;
}

} // namespace

Result<bool> profileNeedsPassphrase(const std::filesystem::path& file)
{
    ISO_ASSIGN(const json document, readDocument(file));
    return isEncryptedKey(field(document, "key"));
}

Result<Profile> loadProfile(const std::filesystem::path& file, std::string_view passphrase)
{
    ISO_ASSIGN(const json document, readDocument(file));
    Profile profile;
    profile.name = field(document, "name");
    profile.role = parseRole(field(document, "role")).value_or(Role::Viewer);
    profile.cluster = field(document, "cluster");
    profile.address = field(document, "address");
    profile.caPem = field(document, "ca");
    profile.certificatePem = field(document, "certificate");
    Result<std::string> key = decryptPrivateKey(field(document, "key"), passphrase);
    if (!key.ok()) {
        return key.error().within(file.string());
    }
    profile.privateKeyPem = std::move(key).value();
    return profile;
}

Status saveProfile(const Profile& profile, const std::filesystem::path& file,
                   std::string_view passphrase)
{
    ISO_ASSIGN(const std::string key, encryptPrivateKey(profile.privateKeyPem, passphrase));
    const nlohmann::ordered_json document = {{"schema", kSchema},
                                             {"name", profile.name},
                                             {"role", roleName(profile.role)},
                                             {"cluster", profile.cluster},
                                             {"address", profile.address},
                                             {"ca", profile.caPem},
                                             {"certificate", profile.certificatePem},
                                             {"key", key}};
    if (file.has_parent_path()) {
        std::error_code error;
        std::filesystem::create_directories(file.parent_path(), error);
        if (error) {
            return errnoError(error.value(),
                              "cannot make the folder " + file.parent_path().string());
        }
    }
    return writeFileDurably(
        file, document.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n",
        FileMode::Private);
}

std::filesystem::path defaultProfilePath()
{
    if (const char* given = std::getenv("ISOTHERM_PROFILE"); given != nullptr && *given != '\0') {
        return given;
    }
    const char* config = std::getenv("XDG_CONFIG_HOME");
    const char* home = std::getenv("HOME");
    const std::filesystem::path base =
        config != nullptr && *config != '\0'
            ? std::filesystem::path(config)
            : std::filesystem::path(home != nullptr ? home : ".") / ".config";
    return base / "isotherm" / "profile.json";
}

} // namespace isotherm::client
