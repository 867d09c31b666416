package main

// Transactions: what other consumers see, who is refused, and the session that processes a group's records in them.

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
)

func transactionCases() []namedCase {
	return []namedCase{
		{"txn-commit", txnCommit},
		{"txn-abort", txnAbort},
		{"txn-fencing", txnFencing},
		{"txn-timeout", txnTimeout},
		{"txn-offsets", txnOffsets},
		{"txn-group", txnGroup},
		{"txn-restart-kill", txnRestartKill},
		{"txn-admin", txnAdmin},
	}
}

// transactional makes a producer that has its id already, and so has fenced the one before it.
func transactional(c *testCase, id string, options ...kgo.Opt) *kgo.Client {
	client := newClient(c, append([]kgo.Opt{kgo.TransactionalID(c.unique(id))}, options...)...)
	deadline, cancel := context.WithTimeout(background, 30*time.Second)
	defer cancel()
	_, _, err := client.ProducerID(deadline)
	must(err, "producer id of "+id)
	return client
}

func begin(client *kgo.Client) {
	must(client.BeginTransaction(), "beginning a transaction")
}

func end(client *kgo.Client, how kgo.TransactionEndTry) {
	must(client.EndTransaction(background, how), "ending a transaction")
}

// named makes values prefix0, prefix1, …
func named(prefix string, count int) []string {
	values := make([]string, count)
	for index := range values {
		values[index] = fmt.Sprintf("%s%d", prefix, index)
	}
	return values
}

// placed makes offset:value of values that lie next to each other.
func placed(first int, prefix string, count int) []string {
	values := named(prefix, count)
	for index, value := range values {
		values[index] = fmt.Sprintf("%d:%s", first+index, value)
	}
	return values
}

func (m *member) places(partition int32) []string {
	var places []string
	for _, record := range m.received {
		if record.Partition == partition {
			places = append(places, fmt.Sprintf("%d:%s", record.Offset, record.Value))
		}
	}
	return places
}

func untilRead(m *member, count int) {
	untilPolled(fmt.Sprintf("%d records", count), func() bool { return len(m.received) >= count }, m)
}

func newReader(c *testCase, topic string, isolation kgo.IsolationLevel) *member {
	return newMember(c, kgo.ConsumeTopics(topic), kgo.FetchIsolationLevel(isolation))
}

// stableEnd is the last stable offset, behind which read_committed sees nothing.
func stableEnd(c *testCase, topic string, partition int32) int64 {
	found, _ := must1(newAdmin(c).ListCommittedOffsets(background, topic)).Lookup(topic, partition)
	must(found.Err, "last stable offset")
	return found.Offset
}

func untilStableEnd(c *testCase, topic string, offset int64) {
	until(fmt.Sprintf("the last stable offset %d", offset), func() bool { return stableEnd(c, topic, 0) == offset })
}

func refusedWith(err error, expected ...error) bool {
	return slices.ContainsFunc(expected, func(one error) bool { return errors.Is(err, one) })
}

func inPartition(partition int32, records []*kgo.Record) []*kgo.Record {
	for _, record := range records {
		record.Partition = partition
	}
	return records
}

func concat(parts ...[]string) []string {
	var all []string
	for _, part := range parts {
		all = append(all, part...)
	}
	return all
}

func txnCommit(c *testCase) string {
	topic := createTopic(c, "t", 3)
	client := transactional(c, "id")
	committed := newReader(c, topic, kgo.ReadCommitted())
	all := newReader(c, topic, kgo.ReadUncommitted())
	begin(client)
	for partition := range int32(3) {
		send(client, inPartition(partition, texts(topic, named(fmt.Sprintf("a%d-", partition), 100)))...)
	}
	untilRead(all, 300)
	// A record outside of any transaction waits for the open one before it.
	send(newClient(c), text(topic, 0, "", "plain0"))
	for partition := range int32(3) {
		equal(stableEnd(c, topic, partition), 0, "last stable offset")
	}
	committed.poll()
	committed.poll()
	equal(len(committed.received), 0, "records before the commit")
	end(client, kgo.TryCommit)
	untilRead(committed, 301)
	begin(client)
	send(client, inPartition(1, texts(topic, named("b-", 10)))...)
	end(client, kgo.TryCommit)
	untilRead(committed, 311)
	equal(committed.places(0), concat(placed(0, "a0-", 100), placed(100, "plain", 1)), "partition 0")
	equal(committed.places(1), concat(placed(0, "a1-", 100), placed(101, "b-", 10)), "partition 1")
	equal(committed.places(2), placed(0, "a2-", 100), "partition 2")
	for partition, offset := range []int64{102, 112, 101} {
		equal(stableEnd(c, topic, int32(partition)), offset, "last stable offset at the end")
	}
	return ""
}

// txnAbort has two producers take turns in one partition; the aborted records lie between the others.
func txnAbort(c *testCase) string {
	topic := createTopic(c, "t", 1)
	one, two := transactional(c, "one"), transactional(c, "two")
	begin(one)
	send(one, texts(topic, named("a", 10))...)
	begin(two)
	send(two, texts(topic, named("b", 10))...)
	end(one, kgo.TryAbort)
	begin(one)
	send(one, texts(topic, named("c", 10))...)
	end(two, kgo.TryCommit)
	// The answer to a commit may come before its markers.
	untilStableEnd(c, topic, 21)
	end(one, kgo.TryCommit)
	begin(two)
	send(two, texts(topic, named("d", 10))...)
	end(two, kgo.TryAbort)
	untilStableEnd(c, topic, 44)
	send(newClient(c), text(topic, 0, "", "plain0"))
	committed := newReader(c, topic, kgo.ReadCommitted())
	untilRead(committed, 21)
	equal(committed.places(0), concat(placed(10, "b", 10), placed(21, "c", 10), placed(44, "plain", 1)), "committed records")
	all := newReader(c, topic, kgo.ReadUncommitted())
	untilRead(all, 41)
	equal(
		all.places(0),
		concat(placed(0, "a", 10), placed(10, "b", 10), placed(21, "c", 10), placed(33, "d", 10), placed(44, "plain", 1)),
		"all records")
	return ""
}

func txnFencing(c *testCase) string {
	topic := createTopic(c, "t", 1)
	zombie := transactional(c, "id")
	begin(zombie)
	send(zombie, texts(topic, named("zombie", 5))...)
	next := transactional(c, "id")
	begin(next)
	send(next, texts(topic, named("next", 5))...)
	refused := zombie.ProduceSync(background, text(topic, 0, "", "late")).FirstErr()
	check(refusedWith(refused, kerr.InvalidProducerEpoch, kerr.ProducerFenced), "the zombie's record: %v", refused)
	check(zombie.EndTransaction(background, kgo.TryCommit) != nil, "the zombie's commit was accepted")
	end(next, kgo.TryCommit)
	committed := newReader(c, topic, kgo.ReadCommitted())
	untilRead(committed, 5)
	// Five records and the marker that aborted them come first.
	equal(committed.places(0), placed(6, "next", 5), "committed records")
	equal(stableEnd(c, topic, 0), 12, "end")
	return refused.Error()
}

func txnTimeout(c *testCase) string {
	topic := createTopic(c, "t", 1)
	slow := transactional(c, "id", kgo.TransactionTimeout(time.Second))
	since := time.Now()
	begin(slow)
	send(slow, texts(topic, named("slow", 5))...)
	send(newClient(c), text(topic, 0, "", "plain0"))
	committed := newReader(c, topic, kgo.ReadCommitted())
	untilRead(committed, 1)
	took := time.Since(since)
	check(took >= time.Second, "aborted after %v, before its time", took)
	refused := slow.EndTransaction(background, kgo.TryCommit)
	check(refused != nil, "the late commit was accepted")
	next := transactional(c, "id")
	begin(next)
	send(next, texts(topic, named("next", 5))...)
	end(next, kgo.TryCommit)
	untilRead(committed, 6)
	equal(committed.places(0), concat(placed(5, "plain", 1), placed(7, "next", 5)), "committed records")
	return fmt.Sprintf("aborted after %d ms, then %v", took.Milliseconds(), refused)
}

func newSession(c *testCase, id, group, topic string) *kgo.GroupTransactSession {
	session := must1(kgo.NewGroupTransactSession(
		kgo.SeedBrokers(bootstrap),
		kgo.TransactionalID(c.unique(id)),
		kgo.ConsumerGroup(group),
		kgo.ConsumeTopics(topic),
		kgo.Balancers(kgo.RangeBalancer()),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()),
		kgo.FetchMaxWait(100*time.Millisecond),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.SessionTimeout(10*time.Second),
		kgo.HeartbeatInterval(300*time.Millisecond),
		kgo.MetadataMinAge(50*time.Millisecond),
		kgo.ProducerLinger(0),
		kgo.RecordPartitioner(kgo.ManualPartitioner()),
	))
	c.after(session.Close)
	return session
}

func pollSome(session *kgo.GroupTransactSession, records int) []*kgo.Record {
	deadline, cancel := context.WithTimeout(background, 100*time.Millisecond)
	defer cancel()
	return session.PollRecords(deadline, records).Records()
}

func copyTo(session *kgo.GroupTransactSession, topic string, records []*kgo.Record) {
	for _, record := range records {
		must(session.ProduceSync(background, text(topic, 0, "", string(record.Value))).FirstErr(), "producing the output")
	}
}

func committedOffset(admin *kadm.Client, group, topic string) int64 {
	found, ok := must1(admin.FetchOffsets(background, group)).Lookup(topic, 0)
	if !ok {
		return -1
	}
	return found.At
}

func txnOffsets(c *testCase) string {
	in, out := createTopic(c, "in", 1), createTopic(c, "out", 1)
	values := numbered(20, 24)
	send(newClient(c), texts(in, values)...)
	group := c.unique("group")
	admin := newAdmin(c)
	session := newSession(c, "id", group, in)
	var read []*kgo.Record
	until("12 records", func() bool {
		read = append(read, pollSome(session, 12-len(read))...)
		return len(read) == 12
	})
	must(session.Begin(), "begin")
	copyTo(session, out, read)
	committed, err := session.End(background, kgo.TryAbort)
	must(err, "abort")
	check(!committed, "an abort says that it committed")
	equal(committedOffset(admin, group, in), -1, "offset after the abort")
	read = nil
	until("12 records again", func() bool {
		read = append(read, pollSome(session, 12-len(read))...)
		return len(read) == 12
	})
	must(session.Begin(), "begin")
	copyTo(session, out, read)
	check(must1(session.End(background, kgo.TryCommit)), "the session did not commit")
	until("the committed offset", func() bool { return committedOffset(admin, group, in) == 12 })
	session.Close()
	written := newReader(c, out, kgo.ReadCommitted())
	untilRead(written, 12)
	// The first attempt and its marker come before.
	equal(written.received[0].Offset, int64(13), "first offset")
	equal(written.inOrder(0, 13), values[:12], "output")
	later := joinGroup(c, group, []string{in})
	untilRead(later, 8)
	equal(later.inOrder(0, 12), values[12:], "values after the committed offset")
	return ""
}

// txnGroup: what a session read before it lost partitions is not committed, and everything is processed once.
func txnGroup(c *testCase) string {
	in, out := createTopic(c, "in", 4), createTopic(c, "out", 1)
	values := numbered(200, 24)
	send(newClient(c), spreadOver(in, values)...)
	group := c.unique("group")
	first := newSession(c, "one", group, in)
	var read []*kgo.Record
	until("40 records", func() bool {
		read = append(read, pollSome(first, 20)...)
		return len(read) >= 40
	})
	must(first.Begin(), "begin")
	copyTo(first, out, read)
	rival := joinGroup(c, group, []string{in}, kgo.DisableAutoCommit())
	untilPolled("two partitions with another member", func() bool { return len(rival.held()) == 2 }, rival)
	check(!must1(first.End(background, kgo.TryCommit)), "offsets of an earlier generation were committed")
	rival.client.Close()
	second := newSession(c, "two", group, in)
	done := 0
	process := func(session *kgo.GroupTransactSession) {
		records := pollSome(session, 20)
		if len(records) == 0 {
			return
		}
		must(session.Begin(), "begin")
		copyTo(session, out, records)
		if must1(session.End(background, kgo.TryCommit)) {
			done += len(records)
		}
	}
	until("200 records processed", func() bool {
		process(first)
		process(second)
		return done >= 200
	})
	// A last record, so that one too many is seen as well.
	send(newClient(c), text(out, 0, "", "~"))
	written := newReader(c, out, kgo.ReadCommitted())
	untilPolled("the last record", func() bool {
		return len(written.received) > 0 && string(written.received[len(written.received)-1].Value) == "~"
	}, written)
	equal(sorted(written.values()), append(values, "~"), "output")
	return ""
}

// txnRestartKill has one committed, one aborted, two open when the broker is killed; of these one commits and one aborts.
func txnRestartKill(c *testCase) string {
	topic := createTopic(c, "t", 1)
	one, two := transactional(c, "one"), transactional(c, "two")
	begin(one)
	send(one, texts(topic, named("a", 5))...)
	end(one, kgo.TryCommit)
	begin(two)
	send(two, texts(topic, named("b", 5))...)
	end(two, kgo.TryAbort)
	untilStableEnd(c, topic, 12)
	begin(one)
	send(one, texts(topic, named("c", 5))...)
	begin(two)
	send(two, texts(topic, named("d", 5))...)
	c.restart("kill")
	// Right after its start Apache Kafka is no coordinator yet, and ending a transaction gives up on that.
	admin := newAdmin(c)
	until("the coordinators", func() bool {
		described, err := admin.DescribeTransactions(background, c.unique("one"), c.unique("two"))
		return err == nil && described[c.unique("one")].Err == nil && described[c.unique("two")].Err == nil
	})
	send(one, texts(topic, named("e", 5))...)
	end(two, kgo.TryAbort)
	end(one, kgo.TryCommit)
	begin(one)
	send(one, texts(topic, named("f", 5))...)
	end(one, kgo.TryCommit)
	committed := newReader(c, topic, kgo.ReadCommitted())
	untilRead(committed, 20)
	expected := concat(placed(0, "a", 5), placed(12, "c", 5), placed(22, "e", 5), placed(29, "f", 5))
	equal(committed.places(0), expected, "committed records")
	equal(stableEnd(c, topic, 0), 35, "end")
	return ""
}

func txnAdmin(c *testCase) string {
	topic := createTopic(c, "t", 2)
	admin := newAdmin(c)
	client := transactional(c, "id", kgo.TransactionTimeout(45*time.Second))
	id := c.unique("id")
	begin(client)
	send(client, texts(topic, named("first", 3))...)
	end(client, kgo.TryCommit)
	untilStableEnd(c, topic, 4)
	begin(client)
	send(client, texts(topic, named("second", 3))...)
	open := must1(admin.DescribeTransactions(background, id))[id]
	must(open.Err, "describing the transaction")
	equal(open.State, "Ongoing", "state")
	equal(open.TimeoutMillis, 45_000, "timeout")
	check(open.Topics.Lookup(topic, 0) && !open.Topics.Lookup(topic, 1), "partitions: %v", open.Topics)
	started := time.Since(time.UnixMilli(open.StartTimestamp))
	check(started >= 0 && started < 30*time.Second, "started %v ago", started)
	for _, states := range [][]string{nil, {"Ongoing"}} {
		listed, found := must1(admin.ListTransactions(background, []int64{open.ProducerID}, states))[id]
		check(found && listed.State == "Ongoing" && listed.ProducerID == open.ProducerID, "listed: %v", listed)
	}
	_, found := must1(admin.ListTransactions(background, nil, []string{"CompleteAbort"}))[id]
	check(!found, "not listed among the aborted ones")
	partitions := kadm.TopicsSet{}
	partitions.Add(topic, 0, 1)
	producers := must1(admin.DescribeProducers(background, partitions))[topic].Partitions
	state := producers[0].ActiveProducers[open.ProducerID]
	equal([]int64{state.CurrentTxnStartOffset, int64(state.LastSequence)}, []int64{4, 2}, "first offset and last sequence")
	equal(len(producers[1].ActiveProducers), 0, "producers of the other partition")
	none := must1(admin.DescribeTransactions(background, id+"-none"))[id+"-none"]
	check(refusedWith(none.Err, kerr.TransactionalIDNotFound), "an unknown id: %v", none.Err)
	end(client, kgo.TryAbort)
	until("the end of the transaction", func() bool {
		return must1(admin.DescribeTransactions(background, id))[id].State == "CompleteAbort"
	})
	state = must1(admin.DescribeProducers(background, partitions))[topic].Partitions[0].ActiveProducers[open.ProducerID]
	equal(state.CurrentTxnStartOffset, -1, "first offset of an open transaction")
	return ""
}
