package main

// franz-go clients with the settings that the cases share, and reading a topic to a known count.

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
)

var background = context.Background()

func newClient(c *testCase, options ...kgo.Opt) *kgo.Client {
	common := []kgo.Opt{
		kgo.SeedBrokers(bootstrap),
		kgo.ClientID("conformance-franz-go"),
		kgo.MetadataMinAge(50 * time.Millisecond),
		kgo.MetadataMaxAge(time.Second),
		kgo.ProducerLinger(0),
		kgo.RetryBackoffFn(func(int) time.Duration { return 50 * time.Millisecond }),
		kgo.RecordPartitioner(kgo.ManualPartitioner()),
		kgo.WithLogger(kgo.BasicLogger(os.Stderr, kgo.LogLevelWarn, nil)),
	}
	client := must1(kgo.NewClient(append(common, options...)...))
	c.after(client.Close)
	return client
}

func newAdmin(c *testCase) *kadm.Client {
	return kadm.NewClient(newClient(c))
}

// createTopic takes configs as name, value, name, value.
func createTopic(c *testCase, suffix string, partitions int32, configs ...string) string {
	topic := c.unique(suffix)
	set := map[string]*string{}
	for index := 0; index < len(configs); index += 2 {
		set[configs[index]] = &configs[index+1]
	}
	admin := newAdmin(c)
	answer := must1(admin.CreateTopic(background, partitions, 1, set, topic))
	must(answer.Err, "creating "+topic)
	// The leaders may not serve yet, and a send without acknowledgement would then be lost.
	until("the leaders of "+topic, func() bool {
		listed, err := admin.ListEndOffsets(background, topic)
		return err == nil && listed.Error() == nil && len(listed[topic]) == int(partitions)
	})
	return topic
}

func text(topic string, partition int32, key, value string) *kgo.Record {
	record := &kgo.Record{Topic: topic, Partition: partition, Value: []byte(value)}
	if key != "" {
		record.Key = []byte(key)
	}
	return record
}

func texts(topic string, values []string) []*kgo.Record {
	records := make([]*kgo.Record, len(values))
	for index, value := range values {
		records[index] = text(topic, 0, "", value)
	}
	return records
}

// send produces all at once and waits for all answers.
func send(client *kgo.Client, records ...*kgo.Record) {
	must(client.ProduceSync(background, records...).FirstErr(), "producing")
}

// member is a consumer that remembers what it read and how its assignment changed.
type member struct {
	client   *kgo.Client
	received []*kgo.Record

	mutex       sync.Mutex
	assigned    map[int32]bool
	assignments int
	revoked     int
	lost        int
}

func newMember(c *testCase, options ...kgo.Opt) *member {
	m := &member{assigned: map[int32]bool{}}
	common := []kgo.Opt{
		kgo.FetchMaxWait(100 * time.Millisecond),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
	}
	m.client = newClient(c, append(common, options...)...)
	return m
}

// joinGroup makes a member of a group on the topics.
func joinGroup(c *testCase, group string, topics []string, options ...kgo.Opt) *member {
	m := &member{assigned: map[int32]bool{}}
	common := []kgo.Opt{
		kgo.ConsumerGroup(group),
		kgo.ConsumeTopics(topics...),
		kgo.Balancers(kgo.RangeBalancer()),
		kgo.FetchMaxWait(100 * time.Millisecond),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.SessionTimeout(10 * time.Second),
		kgo.HeartbeatInterval(300 * time.Millisecond),
		kgo.AutoCommitInterval(200 * time.Millisecond),
		kgo.OnPartitionsAssigned(func(_ context.Context, _ *kgo.Client, topics map[string][]int32) {
			m.change(topics, func(partition int32) { m.assigned[partition] = true })
			m.assignments++
		}),
		kgo.OnPartitionsRevoked(func(_ context.Context, _ *kgo.Client, topics map[string][]int32) {
			m.change(topics, func(partition int32) { delete(m.assigned, partition); m.revoked++ })
		}),
		kgo.OnPartitionsLost(func(_ context.Context, _ *kgo.Client, topics map[string][]int32) {
			m.change(topics, func(partition int32) { delete(m.assigned, partition); m.lost++ })
		}),
	}
	m.client = newClient(c, append(common, options...)...)
	return m
}

func (m *member) change(topics map[string][]int32, each func(partition int32)) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	for _, partitions := range topics {
		for _, partition := range partitions {
			each(partition)
		}
	}
}

func (m *member) poll() {
	deadline, cancel := context.WithTimeout(background, 50*time.Millisecond)
	defer cancel()
	fetches := m.client.PollFetches(deadline)
	fetches.EachError(func(topic string, partition int32, err error) {
		var session *kgo.ErrGroupSession // The client joins again by itself.
		if !errors.Is(err, context.DeadlineExceeded) && !errors.As(err, &session) && !kerr.IsRetriable(err) {
			failf("fetching %s/%d: %v", topic, partition, err)
		}
	})
	m.received = append(m.received, fetches.Records()...)
}

func (m *member) held() []int32 {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	return slices.Sorted(maps.Keys(m.assigned))
}

func (m *member) values() []string {
	values := make([]string, len(m.received))
	for index, record := range m.received {
		values[index] = string(record.Value)
	}
	return values
}

// inOrder returns the values of one partition, after a check that offsets are first, first + 1, …
func (m *member) inOrder(partition int32, first int64) []string {
	var values []string
	for _, record := range m.received {
		if record.Partition == partition {
			equal(record.Offset, first+int64(len(values)), fmt.Sprintf("offset in partition %d", partition))
			values = append(values, string(record.Value))
		}
	}
	return values
}

func untilPolled(what string, condition func() bool, members ...*member) {
	until(what, func() bool {
		for _, one := range members {
			one.poll()
		}
		return condition()
	})
}

// readAll reads from the beginning without a group, and checks that no more than count are stored.
func readAll(c *testCase, topic string, count int) *member {
	m := newMember(c, kgo.ConsumeTopics(topic))
	untilPolled(fmt.Sprintf("%d records in %s", count, topic), func() bool { return len(m.received) >= count }, m)
	admin := kadm.NewClient(m.client)
	var stored int64
	must1(admin.ListStartOffsets(background, topic)).Each(func(one kadm.ListedOffset) { stored -= one.Offset })
	must1(admin.ListEndOffsets(background, topic)).Each(func(one kadm.ListedOffset) { stored += one.Offset })
	equal(stored, int64(count), "records stored in "+topic)
	return m
}
