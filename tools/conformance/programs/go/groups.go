package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

func groupCases() []namedCase {
	return []namedCase{
		{"commit-offsets", commitOffsets},
		{"seek-offset", seekOffset},
		{"seek-timestamp", seekTimestamp},
		{"group-join-leave", joinLeave},
		{"group-crash", crash},
		{"group-cooperative", cooperative},
		{"group-static", staticMember},
	}
}

func commitOffsets(c *testCase) string {
	topic := createTopic(c, "t", 1)
	values := numbered(20, 24)
	send(newClient(c), texts(topic, values)...)
	group := c.unique("group")
	first := joinGroup(c, group, []string{topic}, kgo.DisableAutoCommit())
	untilPolled("20 records", func() bool { return len(first.received) >= 20 }, first)
	must(first.client.CommitRecords(background, first.received[11]), "committing record 11")
	first.client.Close()
	admin := newAdmin(c)
	fetched, found := must1(admin.FetchOffsets(background, group)).Lookup(topic, 0)
	check(found, "a committed offset")
	equal(fetched.At, int64(12), "offset")
	equal(fetched.LeaderEpoch, first.received[11].LeaderEpoch, "leader epoch")
	offsets := kadm.Offsets{}
	offsets.Add(kadm.Offset{Topic: topic, Partition: 0, At: 13, LeaderEpoch: 0, Metadata: "up to thirteen, ünï"})
	must(admin.CommitAllOffsets(background, group, offsets), "committing as a simple consumer")
	fetched, _ = must1(admin.FetchOffsets(background, group)).Lookup(topic, 0)
	equal([]any{fetched.At, fetched.Metadata}, []any{int64(13), "up to thirteen, ünï"}, "offset and metadata")
	second := joinGroup(c, group, []string{topic})
	untilPolled("7 records", func() bool { return len(second.received) >= 7 }, second)
	equal(second.inOrder(0, 13), values[13:], "values after the committed offset")
	return ""
}

func seekOffset(c *testCase) string {
	topic := createTopic(c, "t", 1)
	values := numbered(50, 24)
	send(newClient(c), texts(topic, values)...)
	from := func(offset kgo.Offset, first int) {
		m := newMember(c, kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{topic: {0: offset}}))
		untilPolled(fmt.Sprintf("the rest from %d", first), func() bool { return len(m.received) >= 50-first }, m)
		equal(m.inOrder(0, int64(first)), values[first:], "values")
	}
	from(kgo.NewOffset().At(37), 37)
	from(kgo.NewOffset().AtEnd().Relative(-5), 45)
	from(kgo.NewOffset().At(500), 0)
	m := newMember(c, kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{topic: {0: kgo.NewOffset().At(0)}}))
	untilPolled("50 records", func() bool { return len(m.received) >= 50 }, m)
	m.received = nil
	m.client.SetOffsets(map[string]map[int32]kgo.EpochOffset{topic: {0: {Epoch: -1, Offset: 40}}})
	untilPolled("10 records again", func() bool { return len(m.received) >= 10 }, m)
	equal(m.inOrder(0, 40), values[40:], "values after the seek")
	return ""
}

func seekTimestamp(c *testCase) string {
	topic := createTopic(c, "t", 1)
	client := newClient(c)
	start := time.Now().Add(-100 * time.Second).UnixMilli()
	values := numbered(50, 24)
	for batch := range 5 {
		records := texts(topic, values[batch*10:batch*10+10])
		for index, record := range records {
			record.Timestamp = time.UnixMilli(start + int64(batch*10+index)*100)
		}
		send(client, records...)
	}
	admin := newAdmin(c)
	for _, one := range [][3]int64{{0, 0, 0}, {1_701, 18, 1_800}, {1_800, 18, 1_800}, {4_900, 49, 4_900}} {
		found, _ := must1(admin.ListOffsetsAfterMilli(background, start+one[0], topic)).Lookup(topic, 0)
		equal([]int64{found.Offset, found.Timestamp}, []int64{one[1], start + one[2]}, fmt.Sprintf("offset at +%d", one[0]))
	}
	after := kgo.NewOffset().AfterMilli(start + 1_701)
	m := newMember(c, kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{topic: {0: after}}))
	untilPolled("32 records", func() bool { return len(m.received) >= 32 }, m)
	equal(m.inOrder(0, 18), values[18:], "values from the time")
	return ""
}

func spreadOver(topic string, values []string) []*kgo.Record {
	records := texts(topic, values)
	for index, record := range records {
		record.Partition = int32(index % 4)
	}
	return records
}

func joinLeave(c *testCase) string {
	topic := createTopic(c, "t", 4)
	group := c.unique("group")
	first := joinGroup(c, group, []string{topic})
	untilPolled("all with the first", func() bool { return len(first.held()) == 4 }, first)
	second := joinGroup(c, group, []string{topic})
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

func crash(c *testCase) string {
	topic := createTopic(c, "t", 4)
	group := c.unique("group")
	doomed := exec.Command(os.Args[0], "member", group, topic)
	stdin := must1(doomed.StdinPipe())
	stdout := must1(doomed.StdoutPipe())
	doomed.Stderr = os.Stderr
	must(doomed.Start(), "starting the second member")
	c.after(func() { _ = stdin.Close() })
	line := must1(bufio.NewReader(stdout).ReadString('\n'))
	equal(line, "joined\n", "first line of the second member")
	first := joinGroup(c, group, []string{topic}, kgo.SessionTimeout(6*time.Second))
	untilPolled("two partitions", func() bool { return len(first.held()) == 2 }, first)
	since := time.Now()
	must(doomed.Process.Kill(), "kill")
	_ = doomed.Wait()
	untilPolled("all after the crash", func() bool { return len(first.held()) == 4 }, first)
	took := time.Since(since)
	check(took > 3*time.Second, "taken over after %v, before the session could end", took)
	values := numbered(40, 24)
	send(newClient(c), spreadOver(topic, values)...)
	untilPolled("40 records", func() bool { return len(first.received) >= 40 }, first)
	equal(sorted(first.values()), values, "values")
	return fmt.Sprintf("taken over after %d ms", took.Milliseconds())
}

// beMember is the member that another process kills.
func beMember(group, topic string) {
	m := joinGroup(&testCase{name: "member"}, group, []string{topic}, kgo.SessionTimeout(6*time.Second))
	untilPolled("an assignment", func() bool { return len(m.held()) > 0 }, m)
	fmt.Println("joined")
	_, _ = io.Copy(io.Discard, os.Stdin)
}

func cooperative(c *testCase) string {
	topic := createTopic(c, "t", 4)
	group := c.unique("group")
	balancer := kgo.Balancers(kgo.CooperativeStickyBalancer())
	first := joinGroup(c, group, []string{topic}, balancer)
	untilPolled("all with the first", func() bool { return len(first.held()) == 4 }, first)
	second := joinGroup(c, group, []string{topic}, balancer)
	always := first.held()
	untilPolled("two and two", func() bool {
		held := first.held()
		always = slices.DeleteFunc(always, func(partition int32) bool { return !slices.Contains(held, partition) })
		return len(held) == 2 && len(second.held()) == 2
	}, first, second)
	equal(len(always), 2, "partitions that the first member held all the time")
	equal([]int{first.revoked, first.lost}, []int{2, 0}, "revoked and lost partitions")
	second.client.Close()
	untilPolled("all back", func() bool { return len(first.held()) == 4 }, first)
	equal([]int{first.revoked, first.lost}, []int{2, 0}, "revoked and lost partitions at the end")
	return ""
}

func staticMember(c *testCase) string {
	topic := createTopic(c, "t", 4)
	group := c.unique("group")
	session := kgo.SessionTimeout(30 * time.Second)
	first := joinGroup(c, group, []string{topic}, session, kgo.InstanceID("one"))
	second := joinGroup(c, group, []string{topic}, session, kgo.InstanceID("two"))
	untilPolled("two and two", func() bool { return len(first.held()) == 2 && len(second.held()) == 2 }, first, second)
	held, assignments := second.held(), first.assignments
	_, generation := first.client.GroupMetadata()
	// A static member that closes does not leave the group.
	second.client.Close()
	again := joinGroup(c, group, []string{topic}, session, kgo.InstanceID("two"))
	untilPolled("the member is back", func() bool { return len(again.held()) == 2 }, first, again)
	equal(again.held(), held, "partitions of the member that came back")
	equal(first.assignments, assignments, "assignments of the other member")
	_, after := again.client.GroupMetadata()
	equal(after, generation, "generation")
	return ""
}
