// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/main/connect_dialog.h"

#include "app/viewmath/text.h"

#include <QApplication>
#include <QFileDialog>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QMetaObject>
#include <QPointer>
#include <QPushButton>
#include <QStyle>
#include <QThreadPool>
#include <QVBoxLayout>
#include <QVariant>

namespace isotherm
{

ConnectDialog::ConnectDialog(const QString& file, QWidget* parent)
    : QDialog(parent), m_file(new QLineEdit(file, this)), m_passphrase(new QLineEdit(this)),
      m_verdict(new QLabel(this)), m_test(new QPushButton(tr("Test the connection"), this)),
      m_connect(new QPushButton(tr("Connect"), this))
{
    build();
    connect(m_file, &QLineEdit::textChanged, this, &ConnectDialog::fileChanged);
    connect(m_test, &QPushButton::clicked, this, [this] { test(false); });
    connect(m_connect, &QPushButton::clicked, this, [this] { test(true); });
    fileChanged();
}

void ConnectDialog::build()
{
    setWindowTitle(tr("Connect to an agent"));
    setMinimumWidth(560);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(22, 18, 22, 16);
    layout->setSpacing(10);
    auto* title = new QLabel(tr("Connect to an agent"), this);
    title->setObjectName(QStringLiteral("stepTitle"));
    auto* explanation =
        new QLabel(tr("A profile holds the agent's address and your certificate. An administrator "
                      "makes one with "
                      "“isotherm-agent enroll NAME --role operator --out profile.json”."),
                   this);
    explanation->setObjectName(QStringLiteral("mutedLabel"));
    explanation->setWordWrap(true);
    layout->addWidget(title);
    layout->addWidget(explanation);
    auto* form = new QFormLayout;
    auto* row = new QHBoxLayout;
    auto* browseButton = new QPushButton(tr("Browse…"), this);
    m_file->setAccessibleName(tr("Profile file"));
    row->addWidget(m_file, 1);
    row->addWidget(browseButton);
    form->addRow(tr("Profile file"), row);
    m_passphrase->setEchoMode(QLineEdit::Password);
    form->addRow(tr("Passphrase"), m_passphrase);
    layout->addLayout(form);
    m_verdict->setWordWrap(true);
    m_verdict->setMinimumHeight(56);
    m_verdict->setTextInteractionFlags(Qt::TextSelectableByMouse);
    layout->addWidget(m_verdict);
    auto* buttons = new QHBoxLayout;
    auto* cancel = new QPushButton(tr("Cancel"), this);
    m_connect->setObjectName(QStringLiteral("primaryButton"));
    m_connect->setDefault(true);
    buttons->addWidget(m_test);
    buttons->addStretch(1);
    buttons->addWidget(cancel);
    buttons->addWidget(m_connect);
    layout->addLayout(buttons);
    connect(browseButton, &QPushButton::clicked, this, &ConnectDialog::browse);
    connect(cancel, &QPushButton::clicked, this, &QDialog::reject);
}

QString ConnectDialog::file() const
{
    return m_file->text();
}

void ConnectDialog::browse()
{
    const QString chosen = QFileDialog::getOpenFileName(this, tr("Profile file"), m_file->text(),
                                                        tr("Profiles (*.json);;All files (*)"));
    if (!chosen.isEmpty()) {
        m_file->setText(chosen);
    }
}

void ConnectDialog::fileChanged()
{
    ++m_trial;
    const bool named = !m_file->text().isEmpty();
    m_test->setEnabled(named);
    m_connect->setEnabled(named);
    if (!named) {
        say({}, "plain");
        return;
    }
    const Result<bool> needs = client::profileNeedsPassphrase(m_file->text().toStdString());
    const bool wanted = needs.ok() && needs.value();
    m_passphrase->setEnabled(wanted);
    m_passphrase->setPlaceholderText(wanted ? QString() : tr("not needed"));
    if (needs.ok()) {
        say({}, "plain");
    } else {
        say(text::error(needs.error()), "warning");
    }
}

Status ConnectDialog::load()
{
    ISO_ASSIGN(m_profile, client::loadProfile(m_file->text().toStdString(),
                                              m_passphrase->text().toStdString()));
    ISO_ASSIGN(m_client, client::connectAgent(m_profile, {}));
    return {};
}

void ConnectDialog::test(bool acceptWhenFine)
{
    if (const Status loaded = load(); !loaded.ok()) {
        showProblem(loaded.error());
        return;
    }
    m_test->setEnabled(false);
    m_connect->setEnabled(false);
    say(tr("Asking %1…").arg(text::fromUtf8(m_profile.address)), "plain");
    const int trial = ++m_trial;
    QThreadPool::globalInstance()->start([client = m_client, trial, acceptWhenFine,
                                          guard = QPointer<ConnectDialog>(this)] {
        const Result<ClusterStatus> status = client->status();
        QMetaObject::invokeMethod(
            qApp,
            [guard, status, trial, acceptWhenFine] {
                if (!guard || trial != guard->m_trial) {
                    return;
                }
                guard->m_test->setEnabled(true);
                guard->m_connect->setEnabled(true);
                if (!status.ok()) {
                    guard->showProblem(status.error());
                } else if (acceptWhenFine) {
                    guard->accept();
                } else {
                    guard->say(tr("The agent answers: cluster %1 (%2), agent %3, you are %4 (%5).")
                                   .arg(text::fromUtf8(status.value().cluster),
                                        text::fromUtf8(status.value().environment),
                                        text::fromUtf8(status.value().agentVersion),
                                        text::fromUtf8(guard->m_profile.name),
                                        text::role(guard->m_profile.role)),
                               "good");
                }
            },
            Qt::QueuedConnection);
    });
}

void ConnectDialog::showProblem(const Error& error)
{
    say(text::error(error), "critical");
}

void ConnectDialog::say(const QString& message, const char* tone)
{
    m_verdict->setText(message);
    m_verdict->setProperty("tone", QString::fromLatin1(tone));
    m_verdict->style()->unpolish(m_verdict);
    m_verdict->style()->polish(m_verdict);
}

} // namespace isotherm
