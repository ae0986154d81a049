// SPDX-License-Identifier: Apache-2.0
#include "tests/tidy/checks.h"

#include "shared/base/file.h"
#include "tests/tidy/source_text.h"

#include <algorithm>
#include <array>

namespace isotherm::tidy
{
namespace
{

constexpr std::array<std::string_view, 4> kCodeFolders = {"agent", "app", "shared", "tests"};

std::string problem(const std::string& path, std::size_t line, const std::string& what,
                    const std::string& hint)
{
    return path + ":" + std::to_string(line) + ": " + what + "; hint: " + hint;
}

/// "agent/jobs" of "agent/jobs/job_engine.h"; empty for what is not in a second-level folder.
std::string roomOf(const std::string& path)
{
    const std::size_t first = path.find('/');
    const std::size_t second = first == std::string::npos ? first : path.find('/', first + 1);
    return second == std::string::npos ? std::string() : path.substr(0, second);
}

bool startsWithFolder(const std::string& path)
{
    return std::any_of(kCodeFolders.begin(), kCodeFolders.end(), [&path](std::string_view folder) {
        return path.starts_with(std::string(folder) + "/");
    });
}

const std::string kSpdx = "SPDX-License-Identifier: ";

bool isCpp(const std::string& path)
{
    return path.ends_with(".cpp") || path.ends_with(".h");
}

bool isChecked(const std::string& path)
{
    return isCpp(path) || path.ends_with(".proto") || path.ends_with(".cmake") ||
           path.ends_with(".sh") || path.ends_with(".py") || path.ends_with("CMakeLists.txt");
}

void checkIncludes(const std::string& path, std::string_view content, const Rules& rules,
                   std::vector<std::string>& problems)
{
    const std::string room = roomOf(path);
    if (path.starts_with("tests/")) {
        return;
    }
    if (!rules.knows(room)) {
        problems.push_back(
            problem(path, 1, "the folder " + room + " has no rule",
                    "decide what it may include in tests/tidy/allowed_includes.txt"));
        return;
    }
    for (const Include& include : includesOf(content)) {
        const std::string included = roomOf(include.path);
        if (include.quoted && startsWithFolder(include.path) && !rules.allows(room, included)) {
            problems.push_back(problem(path, include.line, room + " must not include " + included,
                                       "follow the arrows of tests/tidy/allowed_includes.txt"));
        }
        const auto* owners = rules.ownersOf(include.path);
        if (!startsWithFolder(include.path) && owners != nullptr && !owners->contains(room)) {
            problems.push_back(problem(path, include.line,
                                       room + " must not include <" + include.path + ">",
                                       "it belongs to " + *owners->begin()));
        }
    }
}

void checkSizes(const std::string& path, std::string_view content,
                std::vector<std::string>& problems)
{
    const auto lines = static_cast<std::size_t>(std::count(content.begin(), content.end(), '\n'));
    if (lines > kMaxFileLines) {
        problems.push_back(problem(path, kMaxFileLines + 1,
                                   "the file has " + std::to_string(lines) + " lines",
                                   "split it: 700 is the limit"));
    }
    if (!isCpp(path)) {
        return;
    }
    for (const FunctionLength& function : functionLengths(content)) {
        if (function.lines > kMaxFunctionLines) {
            problems.push_back(
                problem(path, function.line,
                        "the function has " + std::to_string(function.lines) + " lines",
                        "split it: 70 is the limit"));
        }
    }
}

void checkLicence(const std::string& path, std::string_view content,
                  std::vector<std::string>& problems)
{
    // A test that is linked with the console carries the console's licence.
    std::vector<std::string> licences = {path.starts_with("app/") ? "GPL-3.0-or-later"
                                                                  : "Apache-2.0"};
    if (path.starts_with("tests/")) {
        licences.emplace_back("GPL-3.0-or-later");
    }
    std::size_t end = 0;
    for (int line = 0; line < 2 && end != std::string_view::npos; ++line) {
        end = content.find('\n', end == 0 ? 0 : end + 1); // a script begins with #!
    }
    const std::string_view top = content.substr(0, end);
    const bool licensed = std::any_of(licences.begin(), licences.end(), [top](const auto& licence) {
        return top.find(kSpdx + licence) != top.npos;
    });
    if (!licensed) {
        problems.push_back(problem(path, 1, "there is no licence line",
                                   "begin the file with \"" + kSpdx + licences.front() + "\""));
    }
}

void checkTop(const std::filesystem::path& root, const Rules& rules,
              std::vector<std::string>& problems)
{
    for (const auto& entry : std::filesystem::directory_iterator(root)) {
        const std::string name = entry.path().filename().string();
        if (entry.is_directory() && !name.starts_with(".") && !rules.topFolders.contains(name)) {
            problems.push_back(problem(name, 1, "there is a new folder at the top of the project",
                                       "the names there are given: find a place below them"));
        }
    }
}

} // namespace

std::vector<std::string> checkFile(const std::string& path, std::string_view content,
                                   const Rules& rules)
{
    std::vector<std::string> problems;
    if (isCpp(path)) {
        checkIncludes(path, content, rules, problems);
    }
    checkSizes(path, content, problems);
    checkLicence(path, content, problems);
    return problems;
}

Result<std::vector<std::string>> checkProject(const std::filesystem::path& root, const Rules& rules)
{
    std::vector<std::string> problems;
    checkTop(root, rules, problems);
    for (const std::string_view folder : {"agent", "app", "shared", "tests", "packaging"}) {
        if (!std::filesystem::is_directory(root / folder)) {
            continue;
        }
        for (const auto& entry : std::filesystem::recursive_directory_iterator(root / folder)) {
            const std::string path = std::filesystem::relative(entry.path(), root).string();
            if (!entry.is_regular_file() || !isChecked(path)) {
                continue;
            }
            ISO_ASSIGN(const std::string content, readFile(entry.path()));
            const auto found = checkFile(path, content, rules);
            problems.insert(problems.end(), found.begin(), found.end());
        }
    }
    std::sort(problems.begin(), problems.end());
    return problems;
}

} // namespace isotherm::tidy
