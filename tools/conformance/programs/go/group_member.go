package main

// A member of the groups run with sarama: says what it is assigned, gives up and reads, until its stdin says `stop`
// (see ../../src/groups/group-messages.ts).

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/IBM/sarama"
)

// groupTeller says what happens to a member. sarama gives up everything before each rebalance, whatever the reason.
type groupTeller struct{ mutex sync.Mutex }

func (t *groupTeller) say(fields ...any) {
	words := make([]string, len(fields))
	for index, field := range fields {
		words[index] = fmt.Sprint(field)
	}
	t.mutex.Lock()
	defer t.mutex.Unlock()
	_, _ = fmt.Fprintf(os.Stdout, "@@ %s\n", strings.Join(words, "\t"))
}

func (t *groupTeller) sayClaims(kind string, session sarama.ConsumerGroupSession) {
	var partitions []string
	for _, claimed := range session.Claims() {
		for _, partition := range claimed {
			partitions = append(partitions, strconv.Itoa(int(partition)))
		}
	}
	if len(partitions) > 0 {
		t.say(kind, time.Now().UnixMilli(), strings.Join(partitions, ","))
	}
}

func (t *groupTeller) Setup(session sarama.ConsumerGroupSession) error {
	t.sayClaims("assigned", session)
	return nil
}

func (t *groupTeller) Cleanup(session sarama.ConsumerGroupSession) error {
	t.sayClaims("revoked", session)
	return nil
}

func (t *groupTeller) ConsumeClaim(session sarama.ConsumerGroupSession, claim sarama.ConsumerGroupClaim) error {
	for {
		select {
		case message, isOpen := <-claim.Messages():
			if !isOpen {
				return nil
			}
			t.say("got", time.Now().UnixMilli(), message.Partition, message.Offset)
			session.MarkMessage(message, "")
		case <-session.Context().Done():
			return nil
		}
	}
}

func milliseconds(name string) time.Duration {
	return time.Duration(must1(strconv.Atoi(os.Getenv(name)))) * time.Millisecond
}

func beGroupMember(version string) {
	teller := &groupTeller{}
	teller.say("version", version)
	config := saramaConfig()
	config.ClientID = "groups-sarama"
	config.Consumer.Offsets.AutoCommit.Interval = 500 * time.Millisecond
	config.Consumer.Group.Session.Timeout = milliseconds("GROUPS_SESSION_MS")
	config.Consumer.Group.Heartbeat.Interval = milliseconds("GROUPS_HEARTBEAT_MS")
	config.Consumer.Group.Rebalance.Timeout = milliseconds("GROUPS_REBALANCE_MS")
	config.Consumer.Group.Rebalance.GroupStrategies = []sarama.BalanceStrategy{sarama.NewBalanceStrategySticky()}
	ctx, stop := context.WithCancel(context.Background())
	go func() {
		lines := bufio.NewScanner(os.Stdin)
		for lines.Scan() && lines.Text() != "stop" {
		}
		stop()
	}()
	group := joinWhenServed(ctx, config)
	go func() {
		for err := range group.Errors() {
			fmt.Fprintln(os.Stderr, err)
		}
	}()
	for ctx.Err() == nil {
		if err := group.Consume(ctx, []string{os.Getenv("GROUPS_TOPIC")}, teller); err != nil {
			fmt.Fprintln(os.Stderr, err)
			time.Sleep(100 * time.Millisecond)
		}
	}
	_ = group.Close()
	teller.say("end")
}

// joinWhenServed tries again while the broker is away: sarama gives up on a client that finds none.
func joinWhenServed(ctx context.Context, config *sarama.Config) sarama.ConsumerGroup {
	for {
		group, err := sarama.NewConsumerGroup([]string{os.Getenv("GROUPS_BOOTSTRAP")}, os.Getenv("GROUPS_GROUP"), config)
		if err == nil {
			return group
		}
		if ctx.Err() != nil {
			os.Exit(0)
		}
		time.Sleep(100 * time.Millisecond)
	}
}
