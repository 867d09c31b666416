package main

// The requests behind the pages of Redpanda Console, in their order and with its client's settings. It uses kadm where
// kadm has a function, and raw requests of kmsg elsewhere.

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	"github.com/twmb/franz-go/pkg/kversion"
)

func consoleCases() []namedCase {
	return []namedCase{
		{"ui-console-overview", consoleOverview},
		{"ui-console-topic", consoleTopic},
		{"ui-console-messages", consoleMessages},
		{"ui-console-groups", consoleGroups},
	}
}

// optional sends a request that a broker may do without: it is answered, or franz-go says at once that the broker does
// not offer it. The pages then say so; anything else would be a page that hangs.
func optional(client *kgo.Client, what string, request kmsg.Request) (missing string) {
	since := time.Now()
	_, err := client.Request(background, request)
	if err == nil {
		return ""
	}
	check(strings.Contains(err.Error(), "broker is too old"), "%s: %v", what, err)
	check(time.Since(since) < 5*time.Second, "%s was refused late", what)
	return what
}

func consoleOverview(c *testCase) string {
	client := newClient(c)
	admin := kadm.NewClient(client)
	topic := createTopic(c, "t", 2)
	send(client, texts(topic, numbered(30, 24))...)
	versions := kmsg.NewPtrApiVersionsRequest()
	versions.ClientSoftwareName, versions.ClientSoftwareVersion = "RPConsole", "1.0"
	known := kversion.FromApiVersionsResponse(must1(versions.RequestWith(background, client)))
	// The keys by which Console decides what its menus offer; without them an entry is greyed out.
	for _, key := range []kmsg.Request{
		&kmsg.DescribeConfigsRequest{}, &kmsg.DescribeGroupsRequest{}, &kmsg.ListGroupsRequest{},
		&kmsg.DeleteRecordsRequest{}, &kmsg.OffsetCommitRequest{}, &kmsg.DeleteGroupsRequest{},
		&kmsg.OffsetDeleteRequest{}, &kmsg.ListPartitionReassignmentsRequest{}, &kmsg.IncrementalAlterConfigsRequest{},
	} {
		_, found := known.LookupMaxKeyVersion(key.Key())
		check(found, "%s is offered", kmsg.NameForKey(key.Key()))
	}
	metadata := must1(admin.Metadata(background))
	equal(len(metadata.Brokers), 1, "brokers")
	equal(metadata.Controller, metadata.Brokers[0].NodeID, "controller")
	// All brokers at once: log dirs of everything, and configs.
	logDirs := kmsg.NewPtrDescribeLogDirsRequest()
	var bytes int64
	for _, shard := range client.RequestSharded(background, logDirs) {
		must(shard.Err, "log dirs")
		for _, dir := range shard.Resp.(*kmsg.DescribeLogDirsResponse).Dirs {
			must(kerr.ErrorForCode(dir.ErrorCode), "log dir")
			for _, one := range dir.Topics {
				for _, partition := range one.Partitions {
					bytes += partition.Size
				}
			}
		}
	}
	check(bytes > 500, "size of all partitions, got %d", bytes)
	configs := must1(admin.DescribeBrokerConfigs(background, metadata.Brokers[0].NodeID))
	must(configs[0].Err, "broker configs")
	check(len(configs[0].Configs) > 20, "broker configs")
	reassignments := must1(kmsg.NewPtrListPartitionReassignmentsRequest().RequestWith(background, client))
	must(kerr.ErrorForCode(reassignments.ErrorCode), "reassignments")
	acls := kmsg.NewPtrDescribeACLsRequest()
	acls.ResourceType, acls.ResourcePatternType = kmsg.ACLResourceTypeAny, kmsg.ACLResourcePatternTypeAny
	acls.Operation, acls.PermissionType = kmsg.ACLOperationAny, kmsg.ACLPermissionTypeAny
	missing := []string{
		optional(client, "ACLs", acls),
		optional(client, "quotas", kmsg.NewPtrDescribeClientQuotasRequest()),
		optional(client, "SCRAM users", kmsg.NewPtrDescribeUserSCRAMCredentialsRequest()),
		optional(client, "quorum", kmsg.NewPtrDescribeQuorumRequest()),
	}
	missing = slices.DeleteFunc(missing, func(what string) bool { return what == "" })
	return fmt.Sprintf("version shown: %s; not offered: %v", known.VersionGuess(), missing)
}

func consoleTopic(c *testCase) string {
	client := newClient(c)
	admin := kadm.NewClient(client)
	topic, policy, retention := c.unique("t"), "delete", "3600000"
	create := kmsg.NewPtrCreateTopicsRequest()
	wanted := kmsg.NewCreateTopicsRequestTopic()
	wanted.Topic, wanted.NumPartitions, wanted.ReplicationFactor = topic, 2, -1
	wanted.Configs = []kmsg.CreateTopicsRequestTopicConfig{{Name: "cleanup.policy", Value: &policy}, {Name: "retention.ms", Value: &retention}}
	create.Topics = append(create.Topics, wanted)
	created := must1(create.RequestWith(background, client)).Topics[0]
	must(kerr.ErrorForCode(created.ErrorCode), "creating")
	equal([]int{int(created.NumPartitions), int(created.ReplicationFactor)}, []int{2, 1}, "answer")
	until("the leaders", func() bool {
		listed, err := admin.ListEndOffsets(background, topic)
		return err == nil && listed.Error() == nil && len(listed[topic]) == 2
	})
	for _, record := range texts(topic, numbered(12, 100)) {
		record.Key = []byte("k")
		send(client, record)
	}
	// The list: metadata, the cleanup policy of every topic, sizes of everything.
	metadata := must1(admin.Metadata(background))
	check(metadata.Topics.Has(topic), "the topic is listed")
	described := must1(admin.DescribeTopicConfigs(background, metadata.Topics.Names()...))
	shown := must1(described.On(topic, nil))
	index := slices.IndexFunc(shown.Configs, func(one kadm.Config) bool { return one.Key == "cleanup.policy" })
	equal(shown.Configs[index].MaybeValue(), policy, "cleanup policy")
	dirs := must1(admin.DescribeAllLogDirs(background, nil))
	sizes := map[int32]int64{}
	for _, dir := range dirs.Sorted() {
		must(dir.Err, "log dir")
		for _, partition := range dir.Topics[topic] {
			sizes[partition.Partition] = partition.Size
		}
	}
	check(sizes[0] > 500 && sizes[1] == 0, "sizes %v", sizes)
	// The detail: settings with documentation, both ends of each partition, and which groups read it.
	detail := kmsg.NewPtrDescribeConfigsRequest()
	resource := kmsg.NewDescribeConfigsRequestResource()
	resource.ResourceType, resource.ResourceName = kmsg.ConfigResourceTypeTopic, topic
	detail.Resources, detail.IncludeSynonyms, detail.IncludeDocumentation = append(detail.Resources, resource), true, true
	answer := must1(detail.RequestWith(background, client)).Resources[0]
	must(kerr.ErrorForCode(answer.ErrorCode), "settings")
	check(answer.Configs[0].Documentation != nil && len(answer.Configs) > 10, "settings with documentation")
	ends := must1(admin.ListEndOffsets(background, topic))
	starts := must1(admin.ListStartOffsets(background, topic))
	end, _ := ends.Lookup(topic, 0)
	start, _ := starts.Lookup(topic, 0)
	equal([]int64{start.Offset, end.Offset}, []int64{0, 12}, "ends of the first partition")
	groups := must1(admin.ListGroups(background))
	for _, lag := range must1(admin.Lag(background, groups.Groups()...)) {
		must(lag.FetchErr, "offsets of group "+lag.Group)
	}
	value := "60000"
	change := []kadm.AlterConfig{{Op: kadm.SetConfig, Name: "retention.ms", Value: &value}}
	must(must1(must1(admin.AlterTopicConfigs(background, change, topic)).On(topic, nil)).Err, "changing a setting")
	must(must1(admin.ValidateCreatePartitions(background, 1, topic)).Error(), "validating one more partition")
	must(must1(admin.CreatePartitions(background, 1, topic)).Error(), "one more partition")
	until("three partitions", func() bool { return len(must1(admin.ListTopics(background, topic))[topic].Partitions) == 3 })
	offsets := kadm.Offsets{}
	offsets.AddOffset(topic, 0, 12, -1)
	deleted, _ := must1(admin.DeleteRecords(background, offsets)).Lookup(topic, 0)
	must(deleted.Err, "deleting records")
	equal(deleted.LowWatermark, int64(12), "low watermark")
	must1(admin.DeleteTopic(background, topic))
	_, err := admin.DeleteTopic(background, topic)
	refused(err, kerr.UnknownTopicOrPartition, "deleting it again")
	return ""
}

// consume reads count records from the offsets on, in a client of its own as each search has.
func consume(c *testCase, offsets map[string]map[int32]kgo.Offset, count int) []string {
	client := newClient(c, kgo.ConsumePartitions(offsets), kgo.FetchMaxBytes(5_000_000), kgo.MaxConcurrentFetches(12), kgo.KeepControlRecords())
	defer client.Close()
	deadline, cancel := context.WithTimeout(background, 30*time.Second)
	defer cancel()
	var values []string
	for len(values) < count {
		fetches := client.PollFetches(deadline)
		must(fetches.Err(), "reading")
		for _, record := range fetches.Records() {
			values = append(values, string(record.Value))
		}
	}
	return values[:count]
}

func consoleMessages(c *testCase) string {
	client := newClient(c)
	admin := kadm.NewClient(client)
	topic := createTopic(c, "t", 3)
	values := numbered(50, 24)
	begin := time.Now().Add(-time.Minute).UnixMilli()
	records := texts(topic, values)
	for index, record := range records {
		record.Timestamp = time.UnixMilli(begin + int64(index))
	}
	send(client, records...)
	send(client, text(topic, 1, "", "other"))
	equal(must1(admin.Metadata(background, topic)).Topics[topic].Partitions.Numbers(), []int32{0, 1, 2}, "partitions")
	starts := must1(admin.ListStartOffsets(background, topic))
	ends := must1(admin.ListEndOffsets(background, topic))
	ranges := map[int32][2]int64{}
	starts.Each(func(start kadm.ListedOffset) {
		end, _ := ends.Lookup(topic, start.Partition)
		ranges[start.Partition] = [2]int64{start.Offset, end.Offset}
	})
	equal(ranges, map[int32][2]int64{0: {0, 50}, 1: {0, 1}, 2: {0, 0}}, "offsets")
	from := func(partition int32, offset int64) map[string]map[int32]kgo.Offset {
		return map[string]map[int32]kgo.Offset{topic: {partition: kgo.NewOffset().At(offset)}}
	}
	equal(consume(c, from(0, 0), 10), values[:10], "the oldest ten")
	equal(consume(c, from(0, 40), 10), values[40:], "the newest ten")
	both := map[string]map[int32]kgo.Offset{topic: {0: kgo.NewOffset().At(48), 1: kgo.NewOffset().At(0)}}
	equal(sorted(consume(c, both, 3)), sorted([]string{values[48], values[49], "other"}), "the newest of two partitions")
	// From a time: looked up by hand, −1 (no record after it) means the partition is left out.
	lookup := kmsg.NewPtrListOffsetsRequest()
	asked := kmsg.NewListOffsetsRequestTopic()
	asked.Topic = topic
	for partition := range int32(3) {
		one := kmsg.NewListOffsetsRequestTopicPartition()
		one.Partition, one.Timestamp = partition, begin+30
		asked.Partitions = append(asked.Partitions, one)
	}
	lookup.Topics = append(lookup.Topics, asked)
	found := map[int32]int64{}
	for _, partition := range must1(lookup.RequestWith(background, client)).Topics[0].Partitions {
		must(kerr.ErrorForCode(partition.ErrorCode), "looking up a time")
		found[partition.Partition] = partition.Offset
	}
	equal(found, map[int32]int64{0: 30, 1: 0, 2: -1}, "offsets by time")
	equal(consume(c, from(0, found[0]), 20), values[30:], "from a time on")
	return ""
}

func consoleGroups(c *testCase) string {
	client := newClient(c)
	admin := kadm.NewClient(client)
	topic := createTopic(c, "t", 2)
	send(client, texts(topic, numbered(10, 24))...)
	group, other := c.unique("group"), c.unique("other")
	m := joinGroup(c, group, []string{topic}, kgo.DisableAutoCommit())
	untilPolled("10 records", func() bool { return len(m.received) >= 10 && len(m.held()) == 2 }, m)
	must(m.client.CommitUncommittedOffsets(background), "commit")
	initial := kadm.Offsets{}
	initial.AddOffset(topic, 0, 4, -1)
	must(admin.CommitAllOffsets(background, other, initial), "offsets of a group without members")
	listed := must1(admin.ListGroups(background))
	check(slices.Contains(listed.Groups(), group) && slices.Contains(listed.Groups(), other), "both groups are listed")
	described := must1(admin.DescribeGroups(background, group, other))
	equal([]string{described[group].State, described[other].State}, []string{"Stable", "Empty"}, "states")
	// Offsets of many groups in one request, then the ends of their topics.
	fetched := admin.FetchManyOffsets(background, group, other)
	end, _ := must1(admin.ListEndOffsets(background, topic)).Lookup(topic, 0)
	lags := map[string]int64{}
	fetched.EachError(func(one kadm.FetchOffsetsResponse) { failf("offsets of %s: %v", one.Group, one.Err) })
	for name, one := range fetched {
		committed, _ := one.Fetched.Lookup(topic, 0)
		lags[name] = end.Offset - committed.At
	}
	equal(lags, map[string]int64{group: 0, other: 6}, "lags")
	// Editing offsets is a raw commit without a member; a live group refuses it.
	edit := func(name string, offset int64) error {
		request := kmsg.NewPtrOffsetCommitRequest()
		request.Group, request.Generation = name, -1
		of := kmsg.NewOffsetCommitRequestTopic()
		of.Topic = topic
		// Newest versions name topics by id.
		of.TopicID = must1(admin.ListTopics(background, topic))[topic].ID
		partition := kmsg.NewOffsetCommitRequestTopicPartition()
		partition.Partition, partition.Offset = 0, offset
		of.Partitions = append(of.Partitions, partition)
		request.Topics = append(request.Topics, of)
		answer := must1(request.RequestWith(background, client))
		return kerr.ErrorForCode(answer.Topics[0].Partitions[0].ErrorCode)
	}
	refused(edit(group, 2), kerr.UnknownMemberID, "editing offsets of a live group")
	must(edit(other, 9), "editing offsets")
	committed, _ := must1(admin.FetchOffsets(background, other)).Lookup(topic, 0)
	equal(committed.At, int64(9), "offset after the edit")
	_, err := admin.DeleteGroup(background, group)
	refused(err, kerr.NonEmptyGroup, "deleting a live group")
	must(must1(admin.DeleteOffsets(background, other, kadm.TopicsSet{topic: {0: {}}})).Error(), "deleting an offset")
	if _, err := admin.DeleteGroup(background, other); err != nil {
		// Apache Kafka drops a group with its last offset.
		check(errors.Is(err, kerr.GroupIDNotFound), "deleting the group: %v", err)
	}
	check(!slices.Contains(must1(admin.ListGroups(background)).Groups(), other), "the group is gone")
	return ""
}
