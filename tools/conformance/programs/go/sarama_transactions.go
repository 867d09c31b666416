package main

// Transactions of sarama; its producer takes part in them by BeginTxn, CommitTxn and AbortTxn.

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/IBM/sarama"
)

func saramaTransactionCases() []namedCase {
	return []namedCase{
		{"txn-commit", saramaCommit},
		{"txn-abort", saramaAbort},
		{"txn-fencing", saramaFencing},
		{"txn-timeout", saramaTimeout},
		{"txn-offsets", saramaOffsets},
		{"txn-group", saramaGroup},
		{"txn-admin", saramaTransactionAdmin},
	}
}

// saramaTransactional makes a producer that has its id already, and so has fenced the one before it.
func saramaTransactional(c *testCase, id string, timeout time.Duration) sarama.SyncProducer {
	return saramaProducer(c, func(config *sarama.Config) {
		config.Producer.Idempotent = true
		config.Producer.Transaction.ID = c.unique(id)
		config.Producer.Transaction.Timeout = timeout
		config.Net.MaxOpenRequests = 1
	})
}

func saramaBegin(producer sarama.SyncProducer, messages ...*sarama.ProducerMessage) {
	must(producer.BeginTxn(), "beginning a transaction")
	saramaSend(producer, messages...)
}

func saramaCommit(c *testCase) string {
	topic := saramaTopic(c, "t", 3)
	producer := saramaTransactional(c, "id", time.Minute)
	committed := newSaramaReader(c, topic, sarama.ReadCommitted)
	all := newSaramaReader(c, topic, sarama.ReadUncommitted)
	saramaBegin(producer)
	for partition := range int32(3) {
		saramaSend(producer, saramaMessages(topic, partition, named(fmt.Sprintf("a%d-", partition), 100))...)
	}
	all.untilRead(300)
	// A record outside of any transaction waits for the open one before it.
	saramaSend(saramaProducer(c, nil), saramaMessage(topic, 0, "plain0"))
	all.untilRead(301)
	equal(committed.count(), 0, "records before the commit")
	must(producer.CommitTxn(), "commit")
	committed.untilRead(301)
	saramaBegin(producer, saramaMessages(topic, 1, named("b-", 10))...)
	must(producer.CommitTxn(), "commit")
	committed.untilRead(311)
	equal(committed.places(0), concat(placed(0, "a0-", 100), placed(100, "plain", 1)), "partition 0")
	equal(committed.places(1), concat(placed(0, "a1-", 100), placed(101, "b-", 10)), "partition 1")
	equal(committed.places(2), placed(0, "a2-", 100), "partition 2")
	return ""
}

// saramaAbort has two producers take turns in one partition; the aborted records lie between the others.
func saramaAbort(c *testCase) string {
	topic := saramaTopic(c, "t", 1)
	one, two := saramaTransactional(c, "one", time.Minute), saramaTransactional(c, "two", time.Minute)
	saramaBegin(one, saramaMessages(topic, 0, named("a", 10))...)
	saramaBegin(two, saramaMessages(topic, 0, named("b", 10))...)
	must(one.AbortTxn(), "abort")
	saramaBegin(one, saramaMessages(topic, 0, named("c", 10))...)
	must(two.CommitTxn(), "commit")
	committed := newSaramaReader(c, topic, sarama.ReadCommitted)
	committed.untilRead(10)
	must(one.CommitTxn(), "commit")
	committed.untilRead(20)
	saramaBegin(two, saramaMessages(topic, 0, named("d", 10))...)
	must(two.AbortTxn(), "abort")
	client := must1(sarama.NewClient([]string{bootstrap}, saramaConfig()))
	closeAfter(c, client)
	// The answer to EndTxn may come before its marker.
	until("the end, with four markers", func() bool {
		return must1(client.GetOffset(topic, 0, sarama.OffsetNewest)) == 44
	})
	saramaSend(saramaProducer(c, nil), saramaMessage(topic, 0, "plain0"))
	committed.untilRead(21)
	equal(committed.places(0), concat(placed(10, "b", 10), placed(21, "c", 10), placed(44, "plain", 1)), "committed records")
	all := newSaramaReader(c, topic, sarama.ReadUncommitted)
	all.untilRead(41)
	equal(
		all.places(0),
		concat(placed(0, "a", 10), placed(10, "b", 10), placed(21, "c", 10), placed(33, "d", 10), placed(44, "plain", 1)),
		"all records")
	return ""
}

func saramaFencing(c *testCase) string {
	topic := saramaTopic(c, "t", 1)
	zombie := saramaTransactional(c, "id", time.Minute)
	saramaBegin(zombie, saramaMessages(topic, 0, named("zombie", 5))...)
	next := saramaTransactional(c, "id", time.Minute)
	saramaBegin(next, saramaMessages(topic, 0, named("next", 5))...)
	_, _, refused := zombie.SendMessage(saramaMessage(topic, 0, "late"))
	check(
		refusedWith(refused, sarama.ErrInvalidProducerEpoch, sarama.ErrProducerFenced), "the zombie's record: %v", refused)
	check(zombie.CommitTxn() != nil, "the zombie's commit was accepted")
	must(next.CommitTxn(), "commit")
	committed := newSaramaReader(c, topic, sarama.ReadCommitted)
	committed.untilRead(5)
	// Five records and the marker that aborted them come first.
	equal(committed.places(0), placed(6, "next", 5), "committed records")
	return refused.Error()
}

func saramaTimeout(c *testCase) string {
	topic := saramaTopic(c, "t", 1)
	slow := saramaTransactional(c, "id", time.Second)
	committed := newSaramaReader(c, topic, sarama.ReadCommitted)
	since := time.Now()
	saramaBegin(slow, saramaMessages(topic, 0, named("slow", 5))...)
	saramaSend(saramaProducer(c, nil), saramaMessage(topic, 0, "plain0"))
	committed.untilRead(1)
	took := time.Since(since)
	check(took >= time.Second, "aborted after %v, before its time", took)
	refused := slow.CommitTxn()
	check(refused != nil, "the late commit was accepted")
	next := saramaTransactional(c, "id", time.Minute)
	saramaBegin(next, saramaMessages(topic, 0, named("next", 5))...)
	must(next.CommitTxn(), "commit")
	committed.untilRead(6)
	equal(committed.places(0), concat(placed(5, "plain", 1), placed(7, "next", 5)), "committed records")
	return fmt.Sprintf("aborted after %d ms, then %v", took.Milliseconds(), refused)
}

func saramaOffsets(c *testCase) string {
	in, out := saramaTopic(c, "in", 1), saramaTopic(c, "out", 1)
	group := c.unique("group")
	admin := saramaAdmin(c)
	committedOffset := func() int64 {
		return must1(admin.ListConsumerGroupOffsets(group, map[string][]int32{in: {0}})).GetBlock(in, 0).Offset
	}
	producer := saramaTransactional(c, "id", time.Minute)
	offset := func(at int64) map[string][]*sarama.PartitionOffsetMetadata {
		return map[string][]*sarama.PartitionOffsetMetadata{in: {{Partition: 0, Offset: at, LeaderEpoch: -1}}}
	}
	saramaBegin(producer, saramaMessages(out, 0, named("aborted", 3))...)
	must(producer.AddOffsetsToTxn(offset(7), group), "adding offsets")
	must(producer.AbortTxn(), "abort")
	equal(committedOffset(), -1, "offset after the abort")
	saramaBegin(producer, saramaMessages(out, 0, named("done", 3))...)
	must(producer.AddOffsetsToTxn(offset(12), group), "adding offsets")
	equal(committedOffset(), -1, "offset before the commit")
	must(producer.CommitTxn(), "commit")
	until("the committed offset", func() bool { return committedOffset() == 12 })
	written := newSaramaReader(c, out, sarama.ReadCommitted)
	written.untilRead(3)
	equal(written.places(0), placed(4, "done", 3), "records written with the offsets")
	return ""
}

// saramaProcessor copies each record of its claims in a transaction of its own, with the offset and the group's generation.
type saramaProcessor struct {
	mutex    sync.Mutex
	producer sarama.SyncProducer
	group    string
	out      string
	claims   int
	done     int
	refusals []error
}

func (p *saramaProcessor) Setup(session sarama.ConsumerGroupSession) error {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.claims = 0
	for _, partitions := range session.Claims() {
		p.claims += len(partitions)
	}
	return nil
}

func (p *saramaProcessor) Cleanup(sarama.ConsumerGroupSession) error { return nil }

func (p *saramaProcessor) ConsumeClaim(session sarama.ConsumerGroupSession, claim sarama.ConsumerGroupClaim) error {
	for message := range claim.Messages() {
		if err := p.process(session, message); err != nil {
			return err
		}
	}
	return nil
}

func (p *saramaProcessor) process(session sarama.ConsumerGroupSession, message *sarama.ConsumerMessage) error {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if session.Context().Err() != nil {
		return nil
	}
	err := p.copy(message, session.GenerationID(), session.MemberID())
	if err != nil {
		p.refusals = append(p.refusals, err)
		return errors.Join(err, p.producer.AbortTxn())
	}
	p.done++
	return nil
}

func (p *saramaProcessor) copy(message *sarama.ConsumerMessage, generation int32, member string) error {
	if err := p.producer.BeginTxn(); err != nil {
		return err
	}
	if _, _, err := p.producer.SendMessage(saramaMessage(p.out, 0, string(message.Value))); err != nil {
		return err
	}
	metadata := sarama.NewConsumerGroupMetadata(p.group)
	metadata.GenerationID, metadata.MemberID = generation, member
	if err := p.producer.AddMessageToTxnWithGroupMetadata(message, metadata, nil); err != nil {
		return err
	}
	return p.producer.CommitTxn()
}

func (p *saramaProcessor) state() (claims, done int) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return p.claims, p.done
}

// saramaMember runs a processor in the group until the case ends.
func saramaMember(c *testCase, id, group, in, out string) *saramaProcessor {
	p := &saramaProcessor{producer: saramaTransactional(c, id, time.Minute), group: group, out: out}
	config := saramaConfig()
	config.Consumer.IsolationLevel = sarama.ReadCommitted
	config.Consumer.Offsets.AutoCommit.Enable = false
	member := must1(sarama.NewConsumerGroup([]string{bootstrap}, group, config))
	go func() {
		for !errors.Is(member.Consume(background, []string{in}, p), sarama.ErrClosedConsumerGroup) {
			continue
		}
	}()
	go func() {
		for range member.Errors() {
			continue
		}
	}()
	closeAfter(c, member)
	return p
}

func saramaGroup(c *testCase) string {
	in, out := saramaTopic(c, "in", 4), saramaTopic(c, "out", 1)
	values := numbered(80, 24)
	messages := saramaMessages(in, 0, values)
	for index, message := range messages {
		message.Partition = int32(index % 4)
	}
	saramaSend(saramaProducer(c, nil), messages[:40]...)
	group := c.unique("group")
	first := saramaMember(c, "one", group, in, out)
	until("10 records processed", func() bool { _, done := first.state(); return done >= 10 })
	second := saramaMember(c, "two", group, in, out)
	until("two and two", func() bool {
		one, _ := first.state()
		two, _ := second.state()
		return one == 2 && two == 2
	})
	// A member that the group does not have, with a generation that is over.
	late := &saramaProcessor{producer: saramaTransactional(c, "late", time.Minute), group: group, out: out}
	refused := late.copy(&sarama.ConsumerMessage{Topic: in, Value: []byte("late")}, 1, "nobody")
	check(
		refusedWith(refused, sarama.ErrUnknownMemberId, sarama.ErrIllegalGeneration, sarama.ErrFencedInstancedId),
		"offsets of a member that is gone: %v", refused)
	must(late.producer.AbortTxn(), "abort")
	saramaSend(saramaProducer(c, nil), messages[40:]...)
	until("80 records processed", func() bool {
		_, one := first.state()
		_, two := second.state()
		return one+two >= 80
	})
	// A last record, so that one too many is seen as well.
	saramaSend(saramaProducer(c, nil), saramaMessage(out, 0, "~"))
	written := newSaramaReader(c, out, sarama.ReadCommitted)
	until("the last record", func() bool {
		read := written.values()
		return len(read) > 0 && read[len(read)-1] == "~"
	})
	equal(sorted(written.values()), append(values, "~"), "output")
	return fmt.Sprintf("%d commits refused in the rebalance", len(first.refusals)+len(second.refusals))
}

func saramaTransactionAdmin(c *testCase) string {
	topic := saramaTopic(c, "t", 2)
	admin := saramaAdmin(c)
	id := c.unique("id")
	producer := saramaTransactional(c, "id", 45*time.Second)
	saramaBegin(producer, saramaMessages(topic, 0, named("first", 3))...)
	open := must1(admin.DescribeTransactions([]string{id}))[id]
	equal(open.TransactionState, "Ongoing", "state")
	equal(open.TransactionTimeout, 45*time.Second, "timeout")
	equal(open.Topics, []sarama.DescribeTransactionsResponseTopic{{Topic: topic, Partitions: []int32{0}}}, "partitions")
	listed := must1(admin.ListTransactions([]string{"Ongoing"}, []int64{open.ProducerID}, -1))
	expected := sarama.ListTransactionsResponseTransactionState{
		TransactionalID: id, ProducerID: open.ProducerID, TransactionState: "Ongoing",
	}
	equal(listed, []sarama.ListTransactionsResponseTransactionState{expected}, "listed by state and producer id")
	equal(len(must1(admin.ListTransactions(nil, []int64{open.ProducerID}, 3_600_000))), 0, "open for an hour")
	producers := must1(admin.DescribeProducers(map[string][]int32{topic: {0, 1}}))[topic]
	equal(len(producers[0].ActiveProducers), 1, "producers of the partition")
	state := producers[0].ActiveProducers[0]
	equal([]int64{state.ProducerID, state.CurrentTxnStartOffset}, []int64{open.ProducerID, 0}, "producer and first offset")
	equal(len(producers[1].ActiveProducers), 0, "producers of the other partition")
	must(producer.AbortTxn(), "abort")
	until("the end of the transaction", func() bool {
		return must1(admin.DescribeTransactions([]string{id}))[id].TransactionState == "CompleteAbort"
	})
	return ""
}
