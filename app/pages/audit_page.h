// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/models/audit_model.h"
#include "app/pages/page_context.h"

#include <QSortFilterProxyModel>
#include <QWidget>

class QLabel;
class QPushButton;

namespace isotherm
{

/// Who changed what, and whether the chain of the log still holds.
class AuditPage : public QWidget
{
    Q_OBJECT

public:
    explicit AuditPage(const PageContext& context, QWidget* parent = nullptr);

    void refresh();
    [[nodiscard]] AuditModel& model() { return *m_model; }

protected:
    void showEvent(QShowEvent* event) override;

private:
    void build();
    void verify();
    void exportCsv();
    void say(const QString& message, const char* tone);

    PageContext m_context;
    AuditModel* m_model;
    QSortFilterProxyModel m_filter;
    QLabel* m_verdict = nullptr;
    QPushButton* m_verify = nullptr;
};

} // namespace isotherm
