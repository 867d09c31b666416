package main

// An idempotent producer with requests in flight and a group with one member, while the broker goes away and comes back:
// each acknowledged record is there once, where it was acknowledged. franz-go gives its group session up when the
// coordinator cannot be reached and joins again by itself, so rebalances are counted but not forbidden.

import (
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

const restartPartitions = 2

func restartCases() []namedCase {
	return []namedCase{{"restart-clean", restarted("clean")}, {"restart-kill", restarted("kill")}}
}

// sender produces until it is stopped and remembers what was acknowledged.
type sender struct {
	mutex        sync.Mutex
	acknowledged []string
	failures     []string
	stop         chan struct{}
	done         sync.WaitGroup
}

func place(record *kgo.Record) string {
	return fmt.Sprintf("%d/%d/%s", record.Partition, record.Offset, record.Value)
}

func startSender(client *kgo.Client, topic string) *sender {
	s := &sender{stop: make(chan struct{})}
	s.done.Go(func() {
		for index := 0; ; index++ {
			select {
			case <-s.stop:
				_ = client.Flush(background)
				return
			default:
			}
			record := text(topic, int32(index%restartPartitions), "", fmt.Sprintf("v%07d", index))
			client.Produce(background, record, func(record *kgo.Record, err error) {
				s.mutex.Lock()
				defer s.mutex.Unlock()
				if err != nil {
					s.failures = append(s.failures, err.Error())
				} else {
					s.acknowledged = append(s.acknowledged, place(record))
				}
			})
			if index%50 == 49 {
				_ = client.Flush(background)
			}
		}
	})
	return s
}

// distinct counts places, because a member that joined again may read some records twice.
func (m *member) distinct() int {
	places := map[string]bool{}
	for _, record := range m.received {
		places[place(record)] = true
	}
	return len(places)
}

func (s *sender) count() int {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return len(s.acknowledged)
}

func restarted(mode string) func(c *testCase) string {
	return func(c *testCase) string {
		topic := createTopic(c, "t", restartPartitions)
		group := c.unique("group")
		m := joinGroup(c, group, []string{topic}, kgo.SessionTimeout(30*time.Second))
		untilPolled("an assignment", func() bool { return len(m.held()) == restartPartitions }, m)
		s := startSender(newClient(c, kgo.ProducerBatchMaxBytes(1024)), topic)
		untilPolled("2,000 acknowledged", func() bool { return s.count() >= 2_000 }, m)
		c.restart(mode)
		wanted := s.count() + 2_000
		untilPolled("2,000 more acknowledged", func() bool { return s.count() >= wanted }, m)
		close(s.stop)
		s.done.Wait()
		equal(len(s.failures), 0, fmt.Sprintf("failed sends (%s)", cut(s.failures)))
		untilPolled("everything at the member", func() bool { return m.distinct() >= s.count() }, m)
		places := map[string]bool{}
		for _, record := range m.received {
			places[place(record)] = true
		}
		equal(slices.Sorted(maps.Keys(places)), sorted(s.acknowledged), "what the member read")
		must(m.client.CommitUncommittedOffsets(background), "commit")
		admin := newAdmin(c)
		committed := must1(admin.FetchOffsets(background, group))
		var stored int64
		must1(admin.ListEndOffsets(background, topic)).Each(func(end kadm.ListedOffset) {
			own, _ := committed.Lookup(topic, end.Partition)
			equal(own.At, end.Offset, fmt.Sprintf("committed offset of partition %d", end.Partition))
			stored += end.Offset
		})
		equal(stored, int64(s.count()), "records stored")
		return fmt.Sprintf("%d acknowledged, none stored twice, %d rebalances", stored, m.assignments-1)
	}
}
