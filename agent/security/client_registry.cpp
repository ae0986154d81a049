// SPDX-License-Identifier: Apache-2.0
#include "agent/security/client_registry.h"

#include "shared/base/file.h"
#include "shared/base/time_text.h"

#include <cerrno>
#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <sys/file.h>
#include <sys/stat.h>

namespace isotherm::security
{

/// Tells one content of the file from another without reading it. Every writer renames a new file
/// into place, so that inode and change time move together.
struct ClientRegistry::Stamp
{
    bool exists = false;
    ino_t inode = 0;
    off_t size = 0;
    std::int64_t seconds = 0;
    std::int64_t nanoseconds = 0;

    friend bool operator==(const Stamp&, const Stamp&) = default;
};

namespace
{

using nlohmann::json;

constexpr const char* kSchema = "isotherm/clients/v1";

json toJson(const ClientRecord& record)
{
    json object = {{"serial", record.serial},
                   {"name", record.name},
                   {"role", roleName(record.role)},
                   {"enrolled", formatUtc(record.enrolled)}};
    if (record.revoked) {
        object["revoked"] = formatUtc(*record.revoked);
    }
    return object;
}

std::optional<ClientRecord> fromJson(const json& object)
{
    if (!object.is_object()) {
        return std::nullopt;
    }
    ClientRecord record;
    record.serial = object.value("serial", "");
    record.name = object.value("name", "");
    const std::optional<Role> role = parseRole(object.value("role", ""));
    const Result<WallTime> enrolled = parseInstant(object.value("enrolled", ""), WallTime{});
    if (record.serial.empty() || record.name.empty() || !role || !enrolled.ok()) {
        return std::nullopt;
    }
    record.role = *role;
    record.enrolled = enrolled.value();
    if (object.contains("revoked")) {
        // Whatever stands there, the client is revoked: a time that cannot be read must not let it
        // in again.
        const json& when = object["revoked"];
        const Result<WallTime> revoked =
            parseInstant(when.is_string() ? when.get<std::string>() : "", WallTime{});
        record.revoked = revoked.ok() ? revoked.value() : WallTime{};
    }
    return record;
}

Error unreadable(const std::filesystem::path& file)
{
    return makeError(Code::FailedPrecondition,
                     "cannot understand the client registry " + file.string(),
                     "restore it from a backup; nobody comes in until then");
}

/// Holds a lock file against writers of other processes for as long as it lives.
Result<FileDescriptor> lockFile(const std::filesystem::path& file)
{
    FileDescriptor fd(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (fd.get() < 0) {
        return errnoError(errno, "cannot open " + file.string());
    }
    while (::flock(fd.get(), LOCK_EX) != 0) {
        if (errno != EINTR) {
            return errnoError(errno, "cannot lock " + file.string());
        }
    }
    return fd;
}

} // namespace

ClientRegistry::ClientRegistry(std::filesystem::path directory)
    : m_file(std::move(directory) / "clients.json")
{
}

Status ClientRegistry::refresh() const
{
    Stamp stamp;
    struct stat info = {};
    if (::stat(m_file.c_str(), &info) == 0) {
        stamp = {true, info.st_ino, info.st_size, info.st_ctim.tv_sec, info.st_ctim.tv_nsec};
    } else if (errno != ENOENT) {
        return errnoError(errno, "cannot look at " + m_file.string());
    }
    if (m_stamp && *m_stamp == stamp) {
        return {};
    }
    m_stamp.reset();
    m_records.clear();
    Records records;
    if (stamp.exists) {
        ISO_ASSIGN(const std::string text, readFile(m_file));
        const json document = json::parse(text, nullptr, false);
        if (!document.is_object() || document.value("schema", json()) != kSchema ||
            !document.contains("clients") || !document["clients"].is_array()) {
            return unreadable(m_file);
        }
        for (const json& object : document["clients"]) {
            std::optional<ClientRecord> record;
            try { // value() throws when a field has another type
                record = fromJson(object);
            } catch (const json::exception&) {
                record.reset();
            }
            if (!record || !records.emplace(record->serial, *record).second) {
                return unreadable(m_file);
            }
        }
    }
    m_records = std::move(records);
    m_stamp = std::make_shared<const Stamp>(stamp);
    return {};
}

Status ClientRegistry::store(const Records& records) const
{
    json clients = json::array();
    for (const auto& [serial, record] : records) {
        clients.push_back(toJson(record));
    }
    const json document = {{"schema", kSchema}, {"clients", std::move(clients)}};
    m_stamp.reset();
    return writeFileDurably(m_file, document.dump(2) + "\n", FileMode::Private);
}

template <class Change>
Status ClientRegistry::change(Change&& apply)
{
    const std::lock_guard guard(m_mutex);
    ISO_ASSIGN(const FileDescriptor lock, lockFile(m_file.string() + ".lock"));
    ISO_TRY(refresh());
    Records records = m_records;
    ISO_TRY(apply(records));
    return store(records);
}

Result<ClientRecord> ClientRegistry::find(std::string_view serial) const
{
    const std::lock_guard guard(m_mutex);
    ISO_TRY(refresh());
    const auto found = m_records.find(serial);
    if (found == m_records.end()) {
        return makeError(Code::NotFound,
                         "certificate " + std::string(serial) + " was never enrolled here",
                         "enroll again: isotherm-agent enroll NAME --role ROLE --out FILE");
    }
    return found->second;
}

Result<std::vector<ClientRecord>> ClientRegistry::list() const
{
    const std::lock_guard guard(m_mutex);
    ISO_TRY(refresh());
    std::vector<ClientRecord> all;
    for (const auto& [serial, record] : m_records) {
        all.push_back(record);
    }
    return all;
}

Status ClientRegistry::add(const ClientRecord& added)
{
    return change([&](Records& records) -> Status {
        for (const auto& [serial, record] : records) {
            if (serial == added.serial || (record.name == added.name && !record.revoked)) {
                return makeError(Code::AlreadyExists, "client " + record.name + " is enrolled",
                                 "revoke it first, or take another name");
            }
        }
        records.emplace(added.serial, added);
        return {};
    });
}

Status ClientRegistry::revoke(std::string_view name, WallTime now)
{
    return change([&](Records& records) -> Status {
        bool any = false;
        for (auto& [serial, record] : records) {
            if (record.name == name && !record.revoked) {
                record.revoked = now;
                any = true;
            }
        }
        if (!any) {
            return makeError(Code::NotFound, "no enrolled client is named " + std::string(name));
        }
        return {};
    });
}

Status ClientRegistry::setRole(std::string_view name, Role role)
{
    return change([&](Records& records) -> Status {
        bool any = false;
        for (auto& [serial, record] : records) {
            if (record.name == name && !record.revoked) {
                record.role = role;
                any = true;
            }
        }
        if (!any) {
            return makeError(Code::NotFound, "no enrolled client is named " + std::string(name));
        }
        return {};
    });
}

Result<IssuedClient> enrollClient(const CertificateAuthority& authority, ClientRegistry& registry,
                                  std::string_view name, Role role, WallTime now)
{
    ISO_ASSIGN(IssuedClient issued, authority.issueClient(name, role, now));
    ClientRecord record;
    record.serial = issued.serial;
    record.name = name;
    record.role = role;
    record.enrolled = now;
    ISO_TRY(registry.add(record));
    return issued;
}

} // namespace isotherm::security
