import sys

import confluent_kafka

import admins
import chaos
import consumer_groups
import group_member
import groups
import produce
import restarts
import transactions
from harness import Context, run_all

if __name__ == "__main__":
    if len(sys.argv) == 4 and sys.argv[1] == "member":
        groups.be_member(Context("member"), sys.argv[2], sys.argv[3])
    elif sys.argv[1:] == ["chaos", "produce"]:
        chaos.produce()
    elif sys.argv[1:] == ["chaos", "read"]:
        chaos.read()
    elif sys.argv[1:] == ["groups"]:
        group_member.be_group_member()
    else:
        version = f"{confluent_kafka.__version__} (librdkafka {confluent_kafka.libversion()[0]})"
        run_all(version, {**produce.CASES, **groups.CASES, **consumer_groups.CASES, **restarts.CASES, **transactions.CASES, **admins.CASES})
