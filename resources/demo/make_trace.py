#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes shop_trace.csv.gz, the recorded trace that comes with Isotherm: see README.md. Python 3, no packages.
The same program makes the same trace."""
import datetime
import gzip
import io
import math
import random

STEP = 30  # minutes
DAYS = 35
SHARDS = 10
START = datetime.datetime(2026, 1, 5)  # a Monday


def level(shard, day, hour):
    """Expected accesses in a step, and the share of them that write."""
    weekend = day % 7 >= 5
    people = math.exp(-((hour - 13.5) / 4.5) ** 2) + 0.7 * math.exp(-((hour - 20) / 2.0) ** 2)
    load = 40 + 700 * people * (0.6 if weekend else 1.0) * (0.25 + 0.09 * shard)
    write = 0.25
    if shard == 2 and 1 <= hour < 3.5:  # the nightly import
        load, write = 6500, 0.9
    if shard == 9:  # the newest customers: the append edge, growing
        load *= 1.0 + 0.04 * day
        write = 0.45
    if shard == 5 and not weekend and 9 <= hour < 10:  # invoices, every working day at nine
        load, write = 5600, 0.6
    if shard == 7 and day in (18, 32) and 18 <= hour < 22:  # two sales that nobody announced
        load *= 7
    if shard == 0:  # old customers sleep
        load *= 0.05
    return load, write


def main():
    chance = random.Random(20260105)
    text = io.StringIO()
    text.write("t," + ",".join("s%d.r,s%d.w" % (s, s) for s in range(SHARDS)) + "\n")
    wander = [0.0] * SHARDS
    for step in range(DAYS * 24 * 60 // STEP):
        time = START + datetime.timedelta(minutes=STEP * step)
        row = [time.strftime("%Y-%m-%dT%H:%M:00Z")]
        for shard in range(SHARDS):
            load, write = level(shard, step * STEP // 1440, time.hour + time.minute / 60)
            wander[shard] = 0.9 * wander[shard] + 0.06 * chance.gauss(0, 1)
            load *= math.exp(wander[shard] + 0.1 * chance.gauss(0, 1))
            missing = shard == 4 and 700 <= step < 706  # three hours that the agent did not see
            row += ["", ""] if missing else ["%d" % round(load * (1 - write)), "%d" % round(load * write)]
        text.write(",".join(row) + "\n")
    with open("shop_trace.csv.gz", "wb") as raw:
        with gzip.GzipFile(filename="", mode="wb", fileobj=raw, compresslevel=9, mtime=0) as packed:
            packed.write(text.getvalue().encode())


if __name__ == "__main__":
    main()
