package main

import (
	"slices"

	"github.com/twmb/franz-go/pkg/kgo"
)

// Groups whose assignments the broker computes (KIP-848).
func consumerGroupCases() []namedCase {
	return []namedCase{
		{"consumer-group", consumerGroupJoinLeave},
		{"consumer-group-migration", consumerGroupMigration},
	}
}

func consumerGroupJoinLeave(c *testCase) string {
	topic := createTopic(c, "t", 4)
	group := c.unique("group")
	first := joinGroup(c, group, []string{topic}, kgo.ServerSideBalancer())
	untilPolled("all with the first", func() bool { return len(first.held()) == 4 }, first)
	second := joinGroup(c, group, []string{topic}, kgo.ServerSideBalancer())
	untilPolled("two and two", func() bool { return len(first.held()) == 2 && len(second.held()) == 2 }, first, second)
	equal(slices.Sorted(slices.Values(append(first.held(), second.held()...))), []int32{0, 1, 2, 3}, "partitions of both")
	values := numbered(400, 24)
	client := newClient(c)
	send(client, spreadOver(topic, values[:200])...)
	total := func() int { return len(first.received) + len(second.received) }
	untilPolled("200 records", func() bool { return total() >= 200 }, first, second)
	check(len(first.received) > 0 && len(second.received) > 0, "both received records")
	must(second.client.CommitUncommittedOffsets(background), "last commit of the member that leaves")
	second.client.Close()
	untilPolled("all back with the first", func() bool { return len(first.held()) == 4 }, first)
	send(client, spreadOver(topic, values[200:])...)
	untilPolled("400 records", func() bool { return total() >= 400 }, first)
	equal(sorted(append(first.values(), second.values()...)), values, "values, each once")
	return ""
}

func consumerGroupMigration(c *testCase) string {
	topic := createTopic(c, "t", 4)
	group := c.unique("group")
	old := joinGroup(c, group, []string{topic}, kgo.Balancers(kgo.CooperativeStickyBalancer()))
	untilPolled("all with the classic member", func() bool { return len(old.held()) == 4 }, old)
	next := joinGroup(c, group, []string{topic}, kgo.ServerSideBalancer())
	untilPolled("two and two", func() bool { return len(old.held()) == 2 && len(next.held()) == 2 }, old, next)
	next.client.Close()
	untilPolled("all with the classic member again", func() bool { return len(old.held()) == 4 }, old)
	return ""
}
