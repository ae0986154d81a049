// SPDX-License-Identifier: Apache-2.0
#include "agent/attribution/key_conditions.h"

#include <nlohmann/json.hpp>

namespace isotherm::attribution
{
namespace
{

using nlohmann::json;

constexpr int kDeepest = 64;
constexpr int kDeepestSum = 8; ///< `a + 9`, `16 * a + b`: more is no simple arithmetic
const json kNothing = json::object();

const json& part(const json& node, const char* name)
{
    if (!node.is_object()) {
        return kNothing;
    }
    const auto found = node.find(name);
    return found == node.end() ? kNothing : *found;
}

std::string textOf(const json& node, const char* name)
{
    const json& value = part(node, name);
    return value.is_string() ? value.get<std::string>() : std::string();
}

std::string operatorOf(const json& expression)
{
    const json& names = part(expression, "name");
    return names.is_array() && !names.empty() ? textOf(part(names.back(), "String"), "sval")
                                              : std::string();
}

std::optional<KeyValue> constantOf(const json& constant)
{
    KeyValue value;
    if (constant.contains("ival")) { // 0 is left out
        const json& number = part(constant["ival"], "ival");
        value.text = std::to_string(number.is_number_integer() ? number.get<std::int64_t>() : 0);
    } else if (constant.contains("fval")) {
        value.text = textOf(constant["fval"], "fval");
    } else if (constant.contains("sval")) {
        value.text = textOf(constant["sval"], "sval");
    } else if (constant.contains("boolval")) {
        const json& truth = part(constant["boolval"], "boolval");
        value.text = truth.is_boolean() && truth.get<bool>() ? "true" : "false";
    } else {
        return std::nullopt; // NULL
    }
    return value;
}

std::optional<KeyValue> valueAt(const json& node, int room);

/// `left sign right` of whole numbers: worked out when the parameters are known.
std::optional<KeyValue> arithmeticOf(const json& expression, int room)
{
    const std::string sign = operatorOf(expression);
    if (room == 0 || textOf(expression, "kind") != "AEXPR_OP" ||
        (sign != "+" && sign != "-" && sign != "*")) {
        return std::nullopt;
    }
    auto left = valueAt(part(expression, "lexpr"), room - 1);
    auto right = valueAt(part(expression, "rexpr"), room - 1);
    if (!left || !right) {
        return std::nullopt;
    }
    KeyValue value;
    value.sign = sign.front();
    value.operands = {std::move(*left), std::move(*right)};
    return value;
}

std::optional<KeyValue> plainOf(const json& node, int room)
{
    if (node.contains("A_Const")) {
        return constantOf(node["A_Const"]);
    }
    if (node.contains("ParamRef")) {
        const json& number = part(node["ParamRef"], "number");
        KeyValue value;
        value.parameter = number.is_number_unsigned() ? number.get<std::size_t>() : 0;
        return value.parameter == 0 ? std::nullopt : std::optional(value);
    }
    return node.contains("A_Expr") ? arithmeticOf(node["A_Expr"], room) : std::nullopt;
}

std::optional<KeyValue> valueAt(const json& node, int room)
{
    const json* at = &node;
    bool negated = false;
    for (int depth = 0; depth < kDeepest && at->is_object(); ++depth) {
        const json& expression = part(*at, "A_Expr");
        const std::string sign =
            expression.empty() || expression.contains("lexpr") ? "" : operatorOf(expression);
        if (at->contains("TypeCast")) {
            at = &part((*at)["TypeCast"], "arg");
        } else if (sign == "-" || sign == "+") {
            negated = negated != (sign == "-");
            at = &part(expression, "rexpr");
        } else {
            auto value = plainOf(*at, room);
            if (value) {
                value->negated = negated;
            }
            return value;
        }
    }
    return std::nullopt;
}

/// The one side that is a key's column, and the other.
struct Comparison
{
    std::size_t entry = 0;
    const json* value = nullptr;
    bool turned = false; ///< the value was on the left
};

std::optional<Comparison> comparisonOf(const json& left, const json& right,
                                       const ResolveColumn& resolve)
{
    if (const auto entry = resolve(left)) {
        return Comparison{*entry, &right, false};
    }
    if (const auto entry = resolve(right)) {
        return Comparison{*entry, &left, true};
    }
    return std::nullopt;
}

void addOperator(const Comparison& comparison, std::string sign, std::vector<KeyFinding>& found)
{
    const auto value = valueOf(*comparison.value);
    if (!value) {
        found.push_back({comparison.entry, std::nullopt});
        return;
    }
    KeyCondition condition;
    if (comparison.turned && sign != "=") {
        sign = sign.front() == '<' ? ">" : "<"; // whether the end counts does not matter here
    }
    if (sign == "=") {
        condition.equal.push_back(*value);
    } else if (sign.front() == '<' && sign != "<>") {
        condition.upper = value;
    } else if (sign.front() == '>') {
        condition.lower = value;
    } else {
        return; // <>, and what we do not know
    }
    found.push_back({comparison.entry, std::move(condition)});
}

void addList(std::size_t entry, const json& items, std::vector<KeyFinding>& found)
{
    KeyCondition condition;
    for (const json& item : items) {
        const auto value = valueOf(item);
        if (!value) {
            found.push_back({entry, std::nullopt});
            return;
        }
        condition.equal.push_back(*value);
    }
    if (!condition.equal.empty()) {
        found.push_back({entry, std::move(condition)});
    }
}

void addBetween(std::size_t entry, const json& items, std::vector<KeyFinding>& found)
{
    KeyFinding finding{entry, std::nullopt};
    if (items.is_array() && items.size() == 2) {
        const auto lower = valueOf(items[0]);
        const auto upper = valueOf(items[1]);
        if (lower && upper) {
            finding.condition = KeyCondition{{}, lower, upper, std::nullopt};
        }
    }
    found.push_back(std::move(finding));
}

/// key = any (array)
void addAny(std::size_t entry, const json& array, std::vector<KeyFinding>& found)
{
    const json& cast = part(array, "TypeCast");
    const json& inner = cast.empty() ? array : part(cast, "arg");
    const json& elements = part(part(inner, "A_ArrayExpr"), "elements");
    if (elements.is_array()) {
        addList(entry, elements, found);
        return;
    }
    KeyFinding finding{entry, std::nullopt};
    if (const auto value = valueOf(inner)) {
        finding.condition = KeyCondition{{}, std::nullopt, std::nullopt, value};
    }
    found.push_back(std::move(finding));
}

/// a OR b OR …: equalities of one key only.
void addEither(const json& args, const ResolveColumn& resolve, std::vector<KeyFinding>& found,
               int depth)
{
    KeyFinding all{0, KeyCondition{}};
    bool first = true;
    for (const json& one : args) {
        std::vector<KeyFinding> branch;
        readCondition(one, resolve, branch, depth + 1);
        if (branch.size() != 1 || !branch[0].condition || branch[0].condition->equal.empty() ||
            (!first && branch[0].entry != all.entry)) {
            return;
        }
        all.entry = branch[0].entry;
        first = false;
        const auto& values = branch[0].condition->equal;
        all.condition->equal.insert(all.condition->equal.end(), values.begin(), values.end());
    }
    if (!first) {
        found.push_back(std::move(all));
    }
}

/// (key, b) = (1, 2): as if each were compared alone; of < and > only the first can be used.
void addRow(const json& left, const json& right, const std::string& sign,
            const ResolveColumn& resolve, std::vector<KeyFinding>& found)
{
    for (std::size_t i = 0; i < left.size() && i < right.size(); ++i) {
        const auto comparison = comparisonOf(left[i], right[i], resolve);
        if (comparison && (sign == "=" || i == 0)) {
            addOperator(*comparison, sign, found);
        }
    }
}

} // namespace

std::optional<KeyValue> valueOf(const json& node)
{
    return valueAt(node, kDeepestSum);
}

std::vector<std::string> columnOf(const json& node)
{
    std::vector<std::string> names;
    for (const json& field : part(part(node, "ColumnRef"), "fields")) {
        if (!field.is_object() || !field.contains("String")) {
            return {}; // *
        }
        names.push_back(textOf(field["String"], "sval"));
    }
    return names;
}

std::optional<std::pair<const json*, const json*>> equalColumns(const json& condition)
{
    const json& expression = part(condition, "A_Expr");
    if (textOf(expression, "kind") != "AEXPR_OP" || operatorOf(expression) != "=") {
        return std::nullopt;
    }
    const json& left = part(expression, "lexpr");
    const json& right = part(expression, "rexpr");
    if (columnOf(left).empty() || columnOf(right).empty()) {
        return std::nullopt;
    }
    return std::pair(&left, &right);
}

void readCondition(const json& condition, const ResolveColumn& resolve,
                   std::vector<KeyFinding>& found, int depth)
{
    if (depth > kDeepest) {
        return;
    }
    const json& boolean = part(condition, "BoolExpr");
    if (textOf(boolean, "boolop") == "OR_EXPR") {
        addEither(part(boolean, "args"), resolve, found, depth);
        return;
    }
    if (textOf(boolean, "boolop") == "AND_EXPR") {
        for (const json& one : part(boolean, "args")) {
            readCondition(one, resolve, found, depth + 1);
        }
        return;
    }
    const json& expression = part(condition, "A_Expr");
    const std::string kind = textOf(expression, "kind");
    const json& left = part(expression, "lexpr");
    const json& right = part(expression, "rexpr");
    const json& leftRow = part(part(left, "RowExpr"), "args");
    const json& rightRow = part(part(right, "RowExpr"), "args");
    if (kind == "AEXPR_OP" && leftRow.is_array() && rightRow.is_array()) {
        addRow(leftRow, rightRow, operatorOf(expression), resolve, found);
        return;
    }
    if (kind == "AEXPR_OP") {
        const auto comparison = comparisonOf(left, right, resolve);
        const std::string sign = operatorOf(expression);
        if (comparison && !sign.empty()) {
            addOperator(*comparison, sign, found);
        }
        return;
    }
    const auto entry = resolve(left);
    if (!entry) {
        return;
    }
    const json& items = part(part(right, "List"), "items");
    if (kind == "AEXPR_IN" && operatorOf(expression) == "=") {
        addList(*entry, items, found);
    } else if (kind == "AEXPR_BETWEEN" || kind == "AEXPR_BETWEEN_SYM") {
        addBetween(*entry, items, found);
    } else if (kind == "AEXPR_OP_ANY" && operatorOf(expression) == "=") {
        addAny(*entry, right, found);
    }
}

void combine(const std::vector<KeyFinding>& found, std::size_t entry, TableUse& use)
{
    KeyCondition range;
    bool ranged = false;
    for (const KeyFinding& finding : found) {
        if (finding.entry != entry) {
            continue;
        }
        if (!finding.condition) {
            use.reason = Reason::NotConstant;
            continue;
        }
        if (!finding.condition->equal.empty() || finding.condition->array) {
            use.condition = finding.condition;
            return;
        }
        ranged = true;
        range.lower = finding.condition->lower ? finding.condition->lower : range.lower;
        range.upper = finding.condition->upper ? finding.condition->upper : range.upper;
    }
    if (ranged) {
        use.condition = std::move(range);
    }
}

} // namespace isotherm::attribution
