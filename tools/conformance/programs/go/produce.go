package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
)

const spreadPartitions = 3

func produceCases() []namedCase {
	gzip, snappy := kgo.GzipCompression(), kgo.SnappyCompression()
	lz4, zstd := kgo.Lz4Compression(), kgo.ZstdCompression()
	acks := func(acks kgo.Acks) []kgo.Opt {
		return []kgo.Opt{kgo.RequiredAcks(acks), kgo.DisableIdempotentWrite()}
	}
	codec := func(codec kgo.CompressionCodec) []kgo.Opt {
		return []kgo.Opt{kgo.ProducerBatchCompression(codec), kgo.ProducerLinger(20 * time.Millisecond)}
	}
	return []namedCase{
		{"produce-acks-all", spread(24, kgo.RequiredAcks(kgo.AllISRAcks()))},
		{"produce-acks-1", spread(24, acks(kgo.LeaderAck())...)},
		{"produce-acks-0", spread(24, acks(kgo.NoAck())...)},
		{"codec-gzip", spread(300, codec(gzip)...)},
		{"codec-snappy", spread(300, codec(snappy)...)},
		{"codec-lz4", spread(300, codec(lz4)...)},
		{"codec-zstd", spread(300, codec(zstd)...)},
		{"headers", headers},
		{"null-and-empty", nullAndEmpty},
		{"timestamps", timestamps},
		{"idempotence", idempotence},
		{"large-message", largeMessage},
		{"many-topics", manyTopics},
		{"auto-create", autoCreate},
		{"interop", interop},
	}
}

func spread(size int, options ...kgo.Opt) func(c *testCase) string {
	return func(c *testCase) string {
		topic := createTopic(c, "t", spreadPartitions)
		values := numbered(600, size)
		records := make([]*kgo.Record, len(values))
		for index, value := range values {
			partition := index % spreadPartitions
			records[index] = text(topic, int32(partition), fmt.Sprintf("k%d", partition), value)
		}
		send(newClient(c, options...), records...)
		if c.name != "produce-acks-0" {
			for index, record := range records {
				equal(record.Offset, int64(index/spreadPartitions), "acknowledged offset")
			}
		}
		read := readAll(c, topic, len(values))
		for partition := range spreadPartitions {
			var expected []string
			for index := partition; index < len(values); index += spreadPartitions {
				expected = append(expected, values[index])
			}
			equal(read.inOrder(int32(partition), 0), expected, fmt.Sprintf("values of partition %d", partition))
		}
		for _, record := range read.received {
			equal(string(record.Key), fmt.Sprintf("k%d", record.Partition), "key")
		}
		return ""
	}
}

func headers(c *testCase) string {
	topic := createTopic(c, "t", 1)
	record := text(topic, 0, "", "v")
	record.Headers = []kgo.RecordHeader{
		{Key: "b", Value: []byte("two")},
		{Key: "a", Value: []byte("one")},
		{Key: "a", Value: []byte("more")},
		{Key: "empty", Value: []byte{}},
		{Key: "null", Value: nil},
		{Key: "binary", Value: noise(64)},
	}
	send(newClient(c), record, text(topic, 0, "", "none"))
	read := readAll(c, topic, 2).received
	equal(read[0].Headers, record.Headers, "headers")
	equal(len(read[1].Headers), 0, "headers of a record without any")
	return ""
}

func nullAndEmpty(c *testCase) string {
	topic := createTopic(c, "t", 1)
	null, empty := []byte(nil), []byte{}
	pairs := [][2][]byte{{null, null}, {null, empty}, {empty, null}, {empty, empty}, {[]byte("k"), []byte("v")}}
	var records []*kgo.Record
	for _, pair := range pairs {
		records = append(records, &kgo.Record{Topic: topic, Key: pair[0], Value: pair[1]})
	}
	send(newClient(c), records...)
	var got [][2][]byte
	for _, record := range readAll(c, topic, 5).received {
		got = append(got, [2][]byte{record.Key, record.Value})
	}
	equal(got, pairs, "keys and values")
	return ""
}

func timestamps(c *testCase) string {
	created := createTopic(c, "create", 1)
	appended := createTopic(c, "append", 1, "message.timestamp.type", "LogAppendTime")
	client := newClient(c, kgo.ProducerLinger(50*time.Millisecond))
	old := time.Now().Add(-time.Hour).UnixMilli()
	times := []int64{old, old + 7, old + 3}
	before := time.Now().UnixMilli()
	for _, topic := range []string{created, appended} {
		records := texts(topic, []string{"v", "v", "v"})
		for index, record := range records {
			record.Timestamp = time.UnixMilli(times[index])
		}
		send(client, records...)
	}
	after := time.Now().UnixMilli()
	for index, record := range readAll(c, created, 3).received {
		equal(record.Timestamp.UnixMilli(), times[index], "create time")
		equal(record.Attrs.TimestampType(), int8(0), "type")
	}
	for _, record := range readAll(c, appended, 3).received {
		stamp := record.Timestamp.UnixMilli()
		equal(record.Attrs.TimestampType(), int8(1), "type")
		check(stamp >= before && stamp <= after, "append time %d in %d…%d", stamp, before, after)
	}
	return ""
}

func idempotence(c *testCase) string {
	topic := createTopic(c, "t", 1)
	client := newClient(c, kgo.ProducerBatchMaxBytes(1024))
	values := numbered(2_000, 24)
	records := texts(topic, values)
	send(client, records...)
	for index, record := range records {
		equal(record.Offset, int64(index), "acknowledged offset")
	}
	equal(readAll(c, topic, len(values)).inOrder(0, 0), values, "values")
	return ""
}

func largeMessage(c *testCase) string {
	topic := createTopic(c, "t", 1, "max.message.bytes", "6000000")
	client := newClient(c, kgo.ProducerBatchMaxBytes(20_000_000))
	big := noise(5_000_000)
	send(client, text(topic, 0, "", "before"))
	send(client, &kgo.Record{Topic: topic, Value: big})
	err := client.ProduceSync(background, &kgo.Record{Topic: topic, Value: noise(7_000_000)}).FirstErr()
	check(errors.Is(err, kerr.MessageTooLarge), "MESSAGE_TOO_LARGE expected, got %v", err)
	send(client, text(topic, 0, "", "after"))
	var digests []string
	for _, record := range readAll(c, topic, 3).received {
		digests = append(digests, digest(record.Value))
	}
	equal(digests, []string{digest([]byte("before")), digest(big), digest([]byte("after"))}, "digests")
	return ""
}

func manyTopics(c *testCase) string {
	admin := newAdmin(c)
	var topics, values []string
	var records []*kgo.Record
	for index := range 100 {
		topic := c.unique(fmt.Sprintf("%03d", index))
		topics = append(topics, topic)
		for partition := range int32(2) {
			value := fmt.Sprintf("%s/%d", topic, partition)
			values = append(values, value)
			records = append(records, text(topic, partition, "", value))
		}
	}
	must(must1(admin.CreateTopics(background, 2, 1, nil, topics...)).Error(), "creating the topics")
	send(newClient(c), records...)
	m := joinGroup(c, c.unique("group"), topics)
	untilPolled("200 records", func() bool { return len(m.received) >= 200 }, m)
	for _, record := range m.received {
		equal(string(record.Value), fmt.Sprintf("%s/%d", record.Topic, record.Partition), "place")
		equal(record.Offset, int64(0), "offset")
	}
	equal(sorted(m.values()), sorted(values), "values")
	m.client.Close()
	must(must1(admin.DeleteTopics(background, topics...)).Error(), "deleting the topics")
	until("all topics gone", func() bool {
		left := must1(admin.ListTopics(background))
		for _, topic := range topics {
			if left.Has(topic) {
				return false
			}
		}
		return true
	})
	return ""
}

func autoCreate(c *testCase) string {
	topic := c.unique("t")
	send(newClient(c, kgo.AllowAutoTopicCreation(), kgo.UnknownTopicRetries(-1)), text(topic, 0, "", "first"))
	equal(readAll(c, topic, 1).inOrder(0, 0), []string{"first"}, "values")
	return ""
}

func interop(c *testCase) string {
	codecs := map[string]kgo.CompressionCodec{
		"none": kgo.NoCompression(), "gzip": kgo.GzipCompression(), "snappy": kgo.SnappyCompression(),
		"lz4": kgo.Lz4Compression(), "zstd": kgo.ZstdCompression(),
	}
	for name, codec := range codecs {
		client := newClient(c, kgo.AllowAutoTopicCreation(), kgo.UnknownTopicRetries(-1),
			kgo.ProducerBatchCompression(codec), kgo.ProducerLinger(20*time.Millisecond))
		for _, value := range numbered(10, 200) {
			record := text(interopTopic, 0, "", "franz-go|"+name+"|"+value)
			record.Headers = []kgo.RecordHeader{{Key: "sha256", Value: []byte(digest(record.Value))}}
			client.Produce(background, record, func(_ *kgo.Record, err error) {
				if err != nil {
					fmt.Println("producing", err)
				}
			})
		}
		must(client.Flush(background), "flush")
	}
	end, found := must1(newAdmin(c).ListEndOffsets(background, interopTopic)).Lookup(interopTopic, 0)
	check(found, "an end offset")
	counts := map[string]int{}
	for _, record := range readAll(c, interopTopic, int(end.Offset)).received {
		equal(string(record.Headers[0].Value), digest(record.Value), "digest")
		counts[strings.Split(string(record.Value), "|")[0]]++
	}
	equal(counts["franz-go"], 50, "own records")
	return fmt.Sprintf("read %v", counts)
}
