// SPDX-License-Identifier: Apache-2.0
#pragma once

// Apart from the test: moc does not read raw strings that hold "//".
namespace isotherm::config
{

/// Every key with a value that is not its default where it can be.
inline constexpr const char* kExample = R"([agent]
listen = "127.0.0.1:7443"
state_dir = "/var/lib/isotherm"
roles = ["all"]
[metrics]
listen = "127.0.0.1:9857"
[cluster.orders-prod]
kind = "postgresql"
dsn = "service=orders_prod"
environment = "production"
[cluster.orders-prod.keyspace.orders]
tables = ["orders", "order_lines"]
key = "customer_id"
rpo = "5m"
rotation = "7d"
hot_rate = 5000
[cluster.orders-prod.keyspace.orders.retention]
window = "30d"
[changes]
margin = "2h"
mode = "propose"
split_above = 1.0
merge_below = 0.35
max_per_hour = 12
[schedule]
hot = "1h"
warm = "6h"
cold = "24h"
hot_above = 0.8
warm_above = 0.5
jitter = 0.2
max_concurrent_jobs = 4
[retention]
chains = 2
age = "2d"
window = "14d"
every = "2h"
grace = "12h"
[rotation]
slot = "30m"
database_every = 3
max_deltas = 100
[drill]
enabled = false
every = "3d"
[tier.local]
kind = "directory"
path = "/srv/isotherm"
[repository]
passphrase_file = "/etc/isotherm/passphrase"
zstd_level = 3
[bus]
url = "inproc:"
)";

/// Nine mistakes.
inline constexpr const char* kMistakes = R"([agent]
lisen = "127.0.0.1:7443"
roles = ["al"]
[schedule]
hot = 5
warm_above = 0.9

[cluster.x]
dsn = "service=x"
  [cluster.x.keyspace.k]
  table = ["a"]
[tier.cold]
kind = "s3"
bucket = "b"
[bus]
url = "amqp://host"
[shedule]
)";

} // namespace isotherm::config
