// SPDX-License-Identifier: Apache-2.0
#include "agent/metadata/sqlite_error.h"

#include <sqlite3.h>
#include <string>

namespace isotherm::metadata
{

Error sqliteError(int code, sqlite3* handle, std::string_view what)
{
    const char* reason = handle != nullptr ? sqlite3_errmsg(handle) : sqlite3_errstr(code);
    Error error{Code::Internal, "metadata: " + std::string(what) + ": " + reason, {}};
    switch (code & 0xFF) {
    case SQLITE_FULL:
        error.code = Code::ResourceExhausted;
        error.hint =
            "free space where the state directory is; nothing that was acknowledged is lost";
        break;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        error.code = Code::Unavailable;
        error.hint = "another process uses the metadata file: run one agent per state directory";
        break;
    case SQLITE_IOERR:
        error.code = Code::Unavailable;
        error.hint = "check the disk under the state directory";
        break;
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_AUTH:
        error.code = Code::PermissionDenied;
        error.hint = "check the owner and mode of the state directory";
        break;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        error.code = Code::DataLoss;
        error.hint = "move the file away; the catalogue is rebuilt from the repository";
        break;
    case SQLITE_CONSTRAINT:
        error.code = Code::AlreadyExists;
        break;
    default:
        break;
    }
    return error;
}

} // namespace isotherm::metadata
