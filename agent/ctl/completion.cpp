// SPDX-License-Identifier: Apache-2.0
#include "agent/ctl/completion.h"

#include <functional>

namespace isotherm::ctl
{
namespace
{

using Visit = std::function<void(const std::string& path, const CommandNode& node)>;

/// Every command with its path, "restore run"; the root's is empty.
void walk(const CommandNode& node, const std::string& path, const Visit& visit)
{
    visit(path, node);
    for (const CommandNode& child : node.commands) {
        walk(child, path.empty() ? child.name : path + " " + child.name, visit);
    }
}

std::string joined(const std::vector<std::string>& words)
{
    std::string text;
    for (const std::string& word : words) {
        text += (text.empty() ? "" : " ") + word;
    }
    return text;
}

/// For single quotes in any of the shells.
std::string quoted(const std::string& text)
{
    std::string safe;
    for (const char c : text) {
        safe += c == '\'' ? std::string("’") : std::string(1, c);
    }
    return "'" + safe + "'";
}

/// "path) commands='…' options='…' ;;" for each path, as bash and zsh both read it.
std::string cases(const CommandNode& root)
{
    std::string text;
    walk(root, "", [&](const std::string& path, const CommandNode& node) {
        std::vector<std::string> names;
        for (const CommandNode& child : node.commands) {
            names.push_back(child.name);
        }
        text += "        " + quoted(path) + ") commands=" + quoted(joined(names)) +
                " options=" + quoted(joined(node.options)) + " ;;\n";
    });
    return text;
}

std::string bashScript(const CommandNode& root)
{
    return "# bash completion for isothermctl: source it, or put it into\n"
           "# /usr/share/bash-completion/completions/isothermctl\n"
           "_isothermctl_words()\n{\n"
           "    local commands='' options=''\n"
           "    case \"$1\" in\n" +
           cases(root) +
           "    esac\n"
           "    printf '%s\\n' \"$commands\" \"$options " +
           joined(root.options) +
           "\"\n}\n"
           "_isothermctl()\n{\n"
           "    local current=\"${COMP_WORDS[COMP_CWORD]}\" path='' word next words\n"
           "    for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
           "        next=\"${path:+$path }$word\"\n"
           "        case \" $(_isothermctl_words \"$path\" | head -n 1) \" in\n"
           "            *\" $word \"*) path=\"$next\" ;;\n"
           "        esac\n"
           "    done\n"
           "    if [[ \"$current\" == -* ]]; then\n"
           "        words=\"$(_isothermctl_words \"$path\" | tail -n 1)\"\n"
           "    else\n"
           "        words=\"$(_isothermctl_words \"$path\" | head -n 1)\"\n"
           "    fi\n"
           "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\")\n"
           "    if [[ ${#COMPREPLY[@]} -eq 0 && \"$current\" != -* ]]; then\n"
           "        mapfile -t COMPREPLY < <(compgen -f -- \"$current\")\n"
           "    fi\n"
           "}\n"
           "complete -F _isothermctl isothermctl\n";
}

std::string zshScript(const CommandNode& root)
{
    return "#compdef isothermctl\n"
           "_isothermctl()\n{\n"
           "    local current_path='' commands='' options='' word\n"
           "    _isothermctl_at() {\n"
           "        commands='' options=''\n"
           "        case \"$1\" in\n" +
           cases(root) +
           "        esac\n"
           "    }\n"
           "    _isothermctl_at ''\n"
           "    for word in \"${(@)words[2,CURRENT-1]}\"; do\n"
           "        if [[ \" $commands \" == *\" $word \"* ]]; then\n"
           "            current_path=\"${current_path:+$current_path }$word\"\n"
           "            _isothermctl_at \"$current_path\"\n"
           "        fi\n"
           "    done\n"
           "    if [[ \"$PREFIX\" == -* ]]; then\n"
           "        compadd -- ${=options} " +
           joined(root.options) +
           "\n"
           "    elif [[ -n \"$commands\" ]]; then\n"
           "        compadd -- ${=commands}\n"
           "    else\n"
           "        _files\n"
           "    fi\n"
           "}\n"
           "compdef _isothermctl isothermctl\n";
}

std::string fishScript(const CommandNode& root)
{
    std::string text = "# fish completion for isothermctl: put it into "
                       "~/.config/fish/completions/isothermctl.fish\n"
                       "function __isothermctl_at\n"
                       "    set -l words (commandline -opc)\n"
                       "    set -l wanted (string split -n ' ' -- $argv[1])\n"
                       "    set -l found\n"
                       "    for word in $words[2..-1]\n"
                       "        string match -q -- '-*' $word; or set -a found $word\n"
                       "    end\n"
                       "    test \"$found\" = \"$wanted\"\n"
                       "end\n";
    walk(root, "", [&](const std::string& path, const CommandNode& node) {
        const std::string condition = " -n \"__isothermctl_at " + quoted(path) + "\"";
        for (const CommandNode& child : node.commands) {
            text += "complete -c isothermctl -f" + condition + " -a " + child.name + " -d " +
                    quoted(child.description) + "\n";
        }
        for (const std::string& option : node.options) {
            text +=
                "complete -c isothermctl" + (path.empty() ? std::string() : condition) +
                (option.starts_with("--") ? " -l " + option.substr(2) : " -s " + option.substr(1)) +
                "\n";
        }
    });
    return text;
}

} // namespace

Result<std::string> completionScript(const CommandNode& root, std::string_view shell)
{
    if (shell == "bash") {
        return bashScript(root);
    }
    if (shell == "zsh") {
        return zshScript(root);
    }
    if (shell == "fish") {
        return fishScript(root);
    }
    return makeError(Code::InvalidArgument,
                     "there is no completion for \"" + std::string(shell) + "\"",
                     "one of bash, zsh, fish");
}

} // namespace isotherm::ctl
