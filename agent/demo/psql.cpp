// SPDX-License-Identifier: Apache-2.0
#include "agent/demo/psql.h"

#include "agent/demo/child.h"
#include "shared/base/file.h"

#include <charconv>
#include <system_error>

namespace isotherm::demo
{

Psql::Psql(std::filesystem::path binaries, std::filesystem::path folder, std::string conninfo)
    : m_program(std::move(binaries) / "psql"), m_folder(std::move(folder)),
      m_conninfo(std::move(conninfo))
{
}

Result<std::string> Psql::run(const std::string& sql)
{
    const std::filesystem::path outputFile = m_folder / "psql.out";
    std::error_code ignored;
    std::filesystem::remove(outputFile, ignored);
    ChildOptions child;
    child.command = {m_program.string(), "-X", "-A",       "-t", "-q", "-v",
                     "ON_ERROR_STOP=1",  "-d", m_conninfo, "-c", sql};
    child.directory = m_folder;
    child.outputFile = outputFile;
    ISO_ASSIGN(const int exitCode, runChild(child, std::chrono::minutes(2)));
    ISO_ASSIGN(std::string output, readFile(outputFile));
    if (exitCode != 0) {
        return makeError(Code::FailedPrecondition, "psql: " + output);
    }
    return output;
}

Result<std::int64_t> Psql::number(const std::string& sql)
{
    ISO_ASSIGN(const std::string output, run(sql));
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(output.data(), output.data() + output.size(), value);
    if (error != std::errc()) {
        return makeError(Code::Internal, "psql gave no number: " + output);
    }
    return value;
}

} // namespace isotherm::demo
