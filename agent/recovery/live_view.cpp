// SPDX-License-Identifier: Apache-2.0
#include "agent/recovery/live_view.h"

namespace isotherm::recovery
{

Result<std::shared_ptr<const topology::KeyspaceView>> liveView(topology::Topology& topology,
                                                               const std::string& keyspace)
{
    const Status looked = topology.refresh(); // another keyspace's trouble is not ours
    for (const auto& view : topology.keyspaces()) {
        if (view->stored.record.name != keyspace) {
            continue;
        }
        if (!view->trouble.empty()) {
            return looked.ok() ? makeError(Code::FailedPrecondition, view->trouble)
                               : looked.error();
        }
        return view;
    }
    return makeError(Code::NotFound, "there is no keyspace " + keyspace,
                     "isothermctl keyspace list names them");
}

} // namespace isotherm::recovery
