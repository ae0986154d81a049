// SPDX-License-Identifier: Apache-2.0
// tidy ROOT: checks the project's own rules (STYLE's arrows and sizes); prints each problem, exits
// with 1 if there is any.
#include "shared/base/file.h"
#include "tests/tidy/checks.h"

#include <exception>
#include <filesystem>
#include <iostream>

using namespace isotherm;

namespace
{

int check(const std::filesystem::path& root)
{
    const auto text = readFile(root / "tests/tidy/allowed_includes.txt");
    const auto rules = text.ok() ? tidy::parseRules(*text) : Result<tidy::Rules>(text.error());
    if (!rules.ok()) {
        std::cerr << "tests/tidy/allowed_includes.txt: " << rules.error().text() << '\n';
        return 2;
    }
    const auto problems = tidy::checkProject(root, *rules);
    if (!problems.ok()) {
        std::cerr << problems.error().text() << '\n';
        return 2;
    }
    for (const std::string& problem : *problems) {
        std::cerr << problem << '\n';
    }
    std::cout << problems->size() << " problems\n";
    return problems->empty() ? 0 : 1;
}

} // namespace

int main(int argc, char** argv)
{
    if (argc != 2) {
        std::cerr << "usage: tidy ROOT\n";
        return 2;
    }
    try {
        return check(argv[1]);
    } catch (const std::exception& problem) {
        std::cerr << problem.what() << '\n';
        return 2;
    }
}
