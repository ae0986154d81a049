// SPDX-License-Identifier: Apache-2.0
#include "agent/runtime/setup.h"

#include "agent/repository/repository.h"
#include "agent/security/certificate_authority.h"
#include "agent/security/client_registry.h"
#include "agent/storage/directory_store.h"
#include "shared/base/byte_io.h"
#include "shared/base/file.h"

#include <cerrno>
#include <sys/random.h>
#include <sys/stat.h>
#include <utility>

namespace isotherm::runtime
{
namespace
{

constexpr std::size_t kPassphraseBytes = 32;

Result<bool> makeFolder(const std::filesystem::path& folder)
{
    std::error_code error;
    if (std::filesystem::is_directory(folder, error)) {
        return false;
    }
    std::filesystem::create_directories(folder, error);
    if (error) {
        return errnoError(error.value(), "cannot make the folder " + folder.string());
    }
    if (::chmod(folder.c_str(), 0700) != 0) {
        return errnoError(errno, "cannot protect the folder " + folder.string());
    }
    return true;
}

Result<bool> makePassphrase(const std::filesystem::path& file)
{
    std::error_code ignored;
    if (std::filesystem::exists(file, ignored)) {
        return false;
    }
    std::string bytes(kPassphraseBytes, '\0');
    if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
        return errnoError(errno, "cannot get random bytes");
    }
    if (file.has_parent_path()) {
        ISO_TRY(makeFolder(file.parent_path()));
    }
    ISO_TRY(writeFileDurably(file, toHex(bytes) + "\n", FileMode::Private));
    return true;
}

Result<bool> makeAuthority(const std::filesystem::path& folder, const std::string& cluster,
                           WallTime now)
{
    const auto made = security::CertificateAuthority::create(folder, cluster, now);
    if (!made.ok() && made.error().code != Code::AlreadyExists) {
        return made.error();
    }
    return made.ok();
}

Result<bool> makeRepository(const config::AgentConfig& config, const Clock& clock)
{
    ISO_ASSIGN(const std::string passphrase, repositoryPassphrase(config));
    const std::filesystem::path& root = config.tiers.front().path;
    ISO_TRY(makeFolder(root));
    ISO_ASSIGN(const auto store, storage::DirectoryStore::open(root));
    const repository::RepositoryOptions options{.clock = clock, .cost = {}};
    const auto made = repository::Repository::create(*store, passphrase, options);
    if (!made.ok() && made.error().code != Code::AlreadyExists) {
        return made.error();
    }
    return made.ok();
}

} // namespace

std::vector<metadata::StoredKeyspace> configuredKeyspaces(const config::AgentConfig& config)
{
    std::vector<metadata::StoredKeyspace> keyspaces;
    for (const config::KeyspaceSection& section : config.clusters.front().keyspaces) {
        metadata::StoredKeyspace keyspace;
        keyspace.spec = {section.name, section.tables, section.keyColumns};
        keyspace.record.name = section.name;
        keyspace.record.rpo = section.rpo;
        keyspaces.push_back(std::move(keyspace));
    }
    return keyspaces;
}

StatePaths statePaths(const config::AgentConfig& config)
{
    const std::filesystem::path& state = config.agent.stateDir;
    return {state / "metadata.db", state / "tls", state / "audit.jsonl"};
}

Result<std::string> repositoryPassphrase(const config::AgentConfig& config)
{
    const std::filesystem::path& file = config.repository.passphraseFile;
    if (file.empty()) {
        return makeError(Code::FailedPrecondition, "no passphrase file for the repository",
                         "set passphrase_file in [repository]");
    }
    struct stat info = {};
    if (::stat(file.c_str(), &info) != 0) {
        return errnoError(errno, "cannot read the passphrase file " + file.string());
    }
    if ((info.st_mode & 0077U) != 0) {
        return makeError(Code::FailedPrecondition, file.string() + " can be read by others",
                         "chmod 600 " + file.string());
    }
    ISO_ASSIGN(const std::string content, readFile(file, 4096));
    const std::string line = content.substr(0, content.find('\n'));
    if (line.empty()) {
        return makeError(Code::FailedPrecondition, file.string() + " holds no passphrase");
    }
    return line;
}

Result<std::vector<std::string>> initialise(const config::AgentConfig& config, const Clock& clock)
{
    std::vector<std::string> made;
    const auto note = [&made](const Result<bool>& step, const std::string& what) -> Status {
        if (!step.ok()) {
            return step.error();
        }
        if (*step) {
            made.push_back(what);
        }
        return {};
    };
    const StatePaths paths = statePaths(config);
    const std::string& cluster = config.clusters.front().name;
    ISO_TRY(
        note(makeFolder(config.agent.stateDir), "state folder " + config.agent.stateDir.string()));
    ISO_TRY(note(makeAuthority(paths.tls, cluster, clock.wallNow()),
                 "certificate authority in " + paths.tls.string()));
    const std::filesystem::path& passphrase = config.repository.passphraseFile;
    if (!passphrase.empty()) {
        ISO_TRY(note(makePassphrase(passphrase),
                     "passphrase in " + passphrase.string() +
                         ": keep a copy elsewhere, without it no backup can be read"));
    }
    ISO_TRY(
        note(makeRepository(config, clock), "repository in " + config.tiers.front().path.string()));
    return made;
}

Result<client::Profile> enrol(const config::AgentConfig& config, const Enrolment& enrolment,
                              const Clock& clock)
{
    const StatePaths paths = statePaths(config);
    ISO_ASSIGN(const auto authority, security::CertificateAuthority::open(paths.tls));
    security::ClientRegistry registry(paths.tls);
    ISO_ASSIGN(const security::IssuedClient issued,
               security::enrollClient(authority, registry, enrolment.name, enrolment.role,
                                      clock.wallNow()));
    client::Profile profile;
    profile.name = enrolment.name;
    profile.role = enrolment.role;
    profile.cluster = config.clusters.front().name;
    profile.address = enrolment.address.empty() ? config.agent.listen : enrolment.address;
    profile.caPem = authority.certificatePem();
    profile.certificatePem = issued.pair.certificatePem;
    profile.privateKeyPem = issued.pair.privateKeyPem;
    return profile;
}

} // namespace isotherm::runtime
