package main

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
)

func adminCases() []namedCase {
	return []namedCase{
		{"admin-topics", adminTopics},
		{"admin-configs", adminConfigs},
		{"admin-partitions", adminPartitions},
		{"admin-groups", adminGroups},
		{"admin-delete-records", adminDeleteRecords},
		{"admin-offsets", adminOffsets},
		{"admin-cluster", adminCluster},
	}
}

func refused(err error, expected *kerr.Error, what string) {
	check(errors.Is(err, expected), "%s: %s expected, got %v", what, expected.Message, err)
}

func adminTopics(c *testCase) string {
	admin := newAdmin(c)
	topic := c.unique("t")
	exists := func() bool { return must1(admin.ListTopics(background)).Has(topic) }
	must(must1(admin.ValidateCreateTopics(background, 3, 1, nil, topic)).Error(), "validating")
	check(!exists(), "a validated topic was made")
	created := must1(admin.CreateTopic(background, 3, 1, nil, topic))
	equal([]int{int(created.NumPartitions), int(created.ReplicationFactor)}, []int{3, 1}, "answer")
	until("the topic is listed", exists)
	listed := must1(admin.ListTopics(background, topic))[topic]
	equal(listed.ID, created.ID, "topic id")
	equal(listed.Partitions.Numbers(), []int32{0, 1, 2}, "partitions")
	for _, partition := range listed.Partitions {
		check(slices.Contains(partition.ISR, partition.Leader), "the leader of %d is in sync", partition.Partition)
	}
	create := func(name string, replicas int16) error {
		_, err := admin.CreateTopic(background, 1, replicas, nil, name)
		return err
	}
	refused(create(topic, 1), kerr.TopicAlreadyExists, "the same topic")
	refused(create("a b", 1), kerr.InvalidTopicException, "a bad name")
	refused(create(topic+"-rf", 3), kerr.InvalidReplicationFactor, "three replicas")
	_, err := admin.DeleteTopic(background, topic+"-no")
	refused(err, kerr.UnknownTopicOrPartition, "deleting an unknown topic")
	must1(admin.DeleteTopic(background, topic))
	until("the topic is gone", func() bool { return !exists() })
	again := must1(admin.CreateTopic(background, 1, 1, nil, topic))
	check(again.ID != created.ID, "a topic made again has a new id")
	must1(admin.DeleteTopic(background, topic))
	return ""
}

func adminConfigs(c *testCase) string {
	admin := newAdmin(c)
	topic := createTopic(c, "t", 1, "retention.ms", "3600000")
	config := func(name string) *kadm.Config {
		resource := must1(must1(admin.DescribeTopicConfigs(background, topic)).On(topic, nil))
		must(resource.Err, "describing")
		index := slices.IndexFunc(resource.Configs, func(one kadm.Config) bool { return one.Key == name })
		check(index >= 0, "%s is described", name)
		return &resource.Configs[index]
	}
	alter := func(op kadm.IncrementalOp, name, value string) error {
		change := kadm.AlterConfig{Op: op, Name: name}
		if op != kadm.DeleteConfig {
			change.Value = &value
		}
		return must1(must1(admin.AlterTopicConfigs(background, []kadm.AlterConfig{change}, topic)).On(topic, nil)).Err
	}
	equal(config("retention.ms").MaybeValue(), "3600000", "value of creation")
	equal(config("retention.ms").Source.String(), "DYNAMIC_TOPIC_CONFIG", "source")
	equal(config("cleanup.policy").MaybeValue(), "delete", "a default")
	must(alter(kadm.SetConfig, "max.message.bytes", "2000"), "setting")
	until("the new value", func() bool { return config("max.message.bytes").MaybeValue() == "2000" })
	client := newClient(c, kgo.ProducerBatchCompression(kgo.NoCompression()))
	large := func() error {
		return client.ProduceSync(background, &kgo.Record{Topic: topic, Value: make([]byte, 3_000)}).FirstErr()
	}
	refused(large(), kerr.MessageTooLarge, "3,000 bytes")
	refused(alter(kadm.SetConfig, "max.message.bytes", "plenty"), kerr.InvalidConfig, "no number")
	refused(alter(kadm.SetConfig, "no.such.key", "1"), kerr.InvalidConfig, "an unknown key")
	must(alter(kadm.DeleteConfig, "max.message.bytes", ""), "deleting")
	until("the default", func() bool { return config("max.message.bytes").MaybeValue() == "1048588" })
	must(large(), "3,000 bytes with the default")
	policy := func() string { return config("cleanup.policy").MaybeValue() }
	must(alter(kadm.AppendConfig, "cleanup.policy", "delete"), "appending what is there already")
	equal(policy(), "delete", "the same value")
	must(alter(kadm.AppendConfig, "cleanup.policy", "compact"), "appending")
	until("the appended value", func() bool { return policy() == "delete,compact" || policy() == "compact,delete" })
	must(alter(kadm.SubtractConfig, "cleanup.policy", "compact"), "subtracting")
	until("the subtracted value", func() bool { return policy() == "delete" })
	value := "1234567"
	state := []kadm.AlterConfig{{Name: "segment.bytes", Value: &value}}
	must(must1(must1(admin.AlterTopicConfigsState(background, state, topic)).On(topic, nil)).Err, "replacing all")
	until("the whole set is replaced", func() bool {
		return config("segment.bytes").MaybeValue() == value && config("retention.ms").MaybeValue() == "604800000"
	})
	node := must1(admin.ListBrokers(background))[0].NodeID
	broker := must1(admin.DescribeBrokerConfigs(background, node))[0]
	for _, name := range []string{"log.retention.ms", "num.partitions", "message.max.bytes"} {
		check(slices.ContainsFunc(broker.Configs, func(one kadm.Config) bool { return one.Key == name }), "broker config %s", name)
	}
	return fmt.Sprintf("%d broker configs", len(broker.Configs))
}

func adminPartitions(c *testCase) string {
	admin := newAdmin(c)
	topic := createTopic(c, "t", 1)
	m := joinGroup(c, c.unique("group"), []string{topic})
	untilPolled("the first partition", func() bool { return len(m.held()) == 1 }, m)
	must(must1(admin.UpdatePartitions(background, 4, topic)).Error(), "growing")
	untilPolled("four partitions at the running consumer", func() bool { return len(m.held()) == 4 }, m)
	client := newClient(c)
	for partition := range int32(4) {
		send(client, text(topic, partition, "", fmt.Sprintf("p%d", partition)))
	}
	untilPolled("4 records", func() bool { return len(m.received) >= 4 }, m)
	places := make([]string, 4)
	for index, record := range m.received {
		places[index] = place(record)
	}
	equal(sorted(places), []string{"0/0/p0", "1/0/p1", "2/0/p2", "3/0/p3"}, "records")
	// kadm itself refuses to shrink, so the broker is asked for a number that is no increase.
	refused(must1(admin.UpdatePartitions(background, 4, topic)).Error(), kerr.InvalidPartitions, "no increase")
	return ""
}

func adminGroups(c *testCase) string {
	admin := newAdmin(c)
	topic := createTopic(c, "t", 2)
	values := numbered(10, 24)
	send(newClient(c), texts(topic, values)...)
	group := c.unique("group")
	m := joinGroup(c, group, []string{topic}, kgo.DisableAutoCommit())
	untilPolled("10 records", func() bool { return len(m.received) >= 10 && len(m.held()) == 2 }, m)
	must(m.client.CommitUncommittedOffsets(background), "commit")
	listed := func(state string) bool {
		_, found := must1(admin.ListGroups(background, state))[group]
		return found
	}
	check(listed("Stable"), "the group is among the stable ones")
	check(!listed("Empty"), "the group is not among the empty ones")
	described := must1(admin.DescribeGroups(background, group))[group]
	equal([]string{described.State, described.ProtocolType, described.Protocol}, []string{"Stable", "consumer", "range"}, "description")
	equal([]any{len(described.Members), described.Members[0].ClientID}, []any{1, "conformance-franz-go"}, "members")
	assignment, known := described.Members[0].Assigned.AsConsumer()
	check(known && len(assignment.Topics) == 1, "an assignment of one topic")
	equal(assignment.Topics[0].Partitions, []int32{0, 1}, "assigned partitions")
	_, err := admin.DeleteGroup(background, group)
	refused(err, kerr.NonEmptyGroup, "deleting a live group")
	lag := must1(admin.Lag(background, group))[group]
	equal(lag.Lag.Total(), int64(0), "lag")
	m.client.Close()
	until("the group is empty", func() bool { return listed("Empty") })
	offsets := kadm.Offsets{}
	offsets.AddOffset(topic, 0, 7, -1)
	offsets.AddOffset(topic, 1, 0, -1)
	must(admin.CommitAllOffsets(background, group, offsets), "setting offsets")
	second := joinGroup(c, group, []string{topic})
	untilPolled("3 records", func() bool { return len(second.received) >= 3 }, second)
	equal(second.inOrder(0, 7), values[7:], "values after the offset that was set")
	second.client.Close()
	until("the group is empty again", func() bool { return listed("Empty") })
	deleted := must1(admin.DeleteOffsets(background, group, kadm.TopicsSet{topic: {0: {}}}))
	must(deleted.Error(), "deleting an offset")
	left := must1(admin.FetchOffsets(background, group))
	_, first := left.Lookup(topic, 0)
	_, other := left.Lookup(topic, 1)
	equal([]bool{first, other}, []bool{false, true}, "partitions with an offset")
	must1(admin.DeleteGroup(background, group))
	check(!listed("Empty"), "the group is gone")
	return ""
}

func adminDeleteRecords(c *testCase) string {
	admin := newAdmin(c)
	topic := createTopic(c, "t", 1)
	values := numbered(30, 24)
	send(newClient(c), texts(topic, values)...)
	remove := func(offset int64) kadm.DeleteRecordsResponse {
		offsets := kadm.Offsets{}
		offsets.AddOffset(topic, 0, offset, -1)
		answer, found := must1(admin.DeleteRecords(background, offsets)).Lookup(topic, 0)
		check(found, "an answer for the partition")
		return answer
	}
	equal(remove(21).LowWatermark, int64(21), "low watermark")
	equal(remove(5).LowWatermark, int64(21), "low watermark when asked for less")
	equal(readAll(c, topic, 9).inOrder(0, 21), values[21:], "values left")
	refused(remove(31).Err, kerr.OffsetOutOfRange, "beyond the end")
	equal(remove(-1).LowWatermark, int64(30), "low watermark after deleting all")
	return ""
}

func adminOffsets(c *testCase) string {
	admin := newAdmin(c)
	topic := createTopic(c, "t", 2)
	client := newClient(c)
	start := time.Now().Add(-time.Minute).UnixMilli()
	for _, delta := range []int64{0, 1, 2, 9, 4} {
		record := text(topic, 1, "", "v")
		record.Timestamp = time.UnixMilli(start + delta)
		send(client, record)
	}
	offset := func(listed kadm.ListedOffsets, err error) []int64 {
		must(err, "listing offsets")
		both := make([]int64, 2)
		for partition := range int32(2) {
			found, _ := listed.Lookup(topic, partition)
			must(found.Err, "listing the offset")
			both[partition] = found.Offset
		}
		return both
	}
	equal(offset(admin.ListStartOffsets(background, topic)), []int64{0, 0}, "earliest")
	equal(offset(admin.ListEndOffsets(background, topic)), []int64{0, 5}, "latest")
	equal(offset(admin.ListCommittedOffsets(background, topic)), []int64{0, 5}, "last stable")
	equal(offset(admin.ListMaxTimestampOffsets(background, topic)), []int64{-1, 3}, "largest timestamp")
	equal(offset(admin.ListOffsetsAfterMilli(background, start+2, topic)), []int64{0, 2}, "by time (kadm takes the end if there is none)")
	return ""
}

func adminCluster(c *testCase) string {
	admin := newAdmin(c)
	metadata := must1(admin.BrokerMetadata(background))
	check(metadata.Cluster != "", "a cluster id")
	equal(len(metadata.Brokers), 1, "brokers")
	broker := metadata.Brokers[0]
	equal(fmt.Sprintf("%s:%d", broker.Host, broker.Port), bootstrap, "address")
	equal(metadata.Controller, broker.NodeID, "controller")
	topic := createTopic(c, "t", 1)
	send(newClient(c), texts(topic, numbered(10, 100))...)
	dirs := must1(admin.DescribeAllLogDirs(background, kadm.TopicsSet{topic: {0: {}}}))
	partition, found := dirs[broker.NodeID].Lookup(dirs[broker.NodeID].Sorted()[0].Dir, topic, 0)
	check(found && partition.Size > 100 && partition.Size < 3_000, "size of the partition on disk, got %d", partition.Size)
	versions := must1(admin.ApiVersions(background))[broker.NodeID]
	return fmt.Sprintf("%d APIs", len(versions.Raw().ApiKeys))
}
