package main

import (
	"fmt"
	"strings"

	"github.com/IBM/sarama"
)

func saramaCases() []namedCase {
	codec := func(codec sarama.CompressionCodec) func(c *testCase) string {
		return saramaSpread(300, func(config *sarama.Config) { config.Producer.Compression = codec })
	}
	acks := func(acks sarama.RequiredAcks) func(c *testCase) string {
		return saramaSpread(24, func(config *sarama.Config) { config.Producer.RequiredAcks = acks })
	}
	cases := []namedCase{
		{"produce-acks-all", acks(sarama.WaitForAll)},
		{"produce-acks-1", acks(sarama.WaitForLocal)},
		{"codec-gzip", codec(sarama.CompressionGZIP)},
		{"codec-snappy", codec(sarama.CompressionSnappy)},
		{"codec-lz4", codec(sarama.CompressionLZ4)},
		{"codec-zstd", codec(sarama.CompressionZSTD)},
		{"headers", saramaHeaders},
		{"null-and-empty", saramaNullAndEmpty},
		{"idempotence", saramaIdempotence},
		{"interop", saramaInterop},
	}
	return append(cases, saramaTransactionCases()...)
}

func saramaSpread(size int, adjust func(config *sarama.Config)) func(c *testCase) string {
	return func(c *testCase) string {
		topic := saramaTopic(c, "t", spreadPartitions)
		values := numbered(600, size)
		messages := make([]*sarama.ProducerMessage, len(values))
		for index, value := range values {
			partition := int32(index % spreadPartitions)
			messages[index] = saramaMessage(topic, partition, value)
			messages[index].Key = sarama.StringEncoder(fmt.Sprintf("k%d", partition))
		}
		saramaSend(saramaProducer(c, adjust), messages...)
		reader := newSaramaReader(c, topic, sarama.ReadUncommitted)
		reader.untilRead(len(values))
		for partition := range spreadPartitions {
			var expected []string
			for index := partition; index < len(values); index += spreadPartitions {
				expected = append(expected, fmt.Sprintf("%d:%s", index/spreadPartitions, values[index]))
				equal(messages[index].Offset, int64(index/spreadPartitions), "acknowledged offset")
			}
			equal(reader.places(int32(partition)), expected, fmt.Sprintf("partition %d", partition))
		}
		for _, message := range reader.received {
			equal(string(message.Key), fmt.Sprintf("k%d", message.Partition), "key")
		}
		return ""
	}
}

func saramaHeaders(c *testCase) string {
	topic := saramaTopic(c, "t", 1)
	header := func(key string, value []byte) sarama.RecordHeader {
		return sarama.RecordHeader{Key: []byte(key), Value: value}
	}
	sent := []sarama.RecordHeader{
		header("b", []byte("two")), header("a", []byte("one")), header("a", []byte("more")), header("empty", []byte{}),
		header("null", nil), header("binary", noise(64)),
	}
	message := saramaMessage(topic, 0, "v")
	message.Headers = sent
	saramaSend(saramaProducer(c, nil), message, saramaMessage(topic, 0, "none"))
	reader := newSaramaReader(c, topic, sarama.ReadUncommitted)
	reader.untilRead(2)
	var read []sarama.RecordHeader
	for _, one := range reader.received[0].Headers {
		read = append(read, *one)
	}
	equal(read, sent, "headers")
	equal(len(reader.received[1].Headers), 0, "headers of a record without any")
	return ""
}

func saramaNullAndEmpty(c *testCase) string {
	topic := saramaTopic(c, "t", 1)
	null, empty, some := sarama.Encoder(nil), sarama.ByteEncoder([]byte{}), sarama.ByteEncoder([]byte("v"))
	pairs := [][2]sarama.Encoder{{null, null}, {null, empty}, {empty, null}, {empty, empty}, {some, some}}
	var messages []*sarama.ProducerMessage
	for _, pair := range pairs {
		messages = append(messages, &sarama.ProducerMessage{Topic: topic, Key: pair[0], Value: pair[1]})
	}
	saramaSend(saramaProducer(c, nil), messages...)
	reader := newSaramaReader(c, topic, sarama.ReadUncommitted)
	reader.untilRead(len(pairs))
	for index, pair := range pairs {
		message := reader.received[index]
		equal([]bool{message.Key == nil, message.Value == nil}, []bool{pair[0] == null, pair[1] == null}, "which are null")
	}
	return ""
}

func saramaIdempotence(c *testCase) string {
	topic := saramaTopic(c, "t", 1)
	values := numbered(2_000, 24)
	producer := saramaProducer(c, func(config *sarama.Config) {
		config.Producer.Idempotent = true
		config.Producer.Flush.MaxMessages = 20
		config.Net.MaxOpenRequests = 1
	})
	saramaSend(producer, saramaMessages(topic, 0, values)...)
	reader := newSaramaReader(c, topic, sarama.ReadUncommitted)
	reader.untilRead(len(values))
	equal(reader.values(), values, "values")
	client := must1(sarama.NewClient([]string{bootstrap}, saramaConfig()))
	closeAfter(c, client)
	equal(must1(client.GetOffset(topic, 0, sarama.OffsetNewest)), int64(len(values)), "records stored")
	return ""
}

func saramaInterop(c *testCase) string {
	codecs := map[string]sarama.CompressionCodec{
		"none": sarama.CompressionNone, "gzip": sarama.CompressionGZIP, "snappy": sarama.CompressionSnappy,
		"lz4": sarama.CompressionLZ4, "zstd": sarama.CompressionZSTD,
	}
	for name, codec := range codecs {
		var messages []*sarama.ProducerMessage
		for _, value := range numbered(10, 200) {
			value = fmt.Sprintf("sarama|%s|%s", name, value)
			message := saramaMessage(interopTopic, 0, value)
			message.Headers = []sarama.RecordHeader{{Key: []byte("sha256"), Value: []byte(digest([]byte(value)))}}
			messages = append(messages, message)
		}
		saramaSend(saramaProducer(c, func(config *sarama.Config) { config.Producer.Compression = codec }), messages...)
	}
	client := must1(sarama.NewClient([]string{bootstrap}, saramaConfig()))
	closeAfter(c, client)
	end := must1(client.GetOffset(interopTopic, 0, sarama.OffsetNewest))
	reader := newSaramaReader(c, interopTopic, sarama.ReadUncommitted)
	reader.untilRead(int(end))
	counts := map[string]int{}
	var order []string
	for _, message := range reader.received {
		equal(string(message.Headers[0].Value), digest(message.Value), fmt.Sprintf("digest at offset %d", message.Offset))
		name, _, _ := strings.Cut(string(message.Value), "|")
		if counts[name] == 0 {
			order = append(order, name)
		}
		counts[name]++
	}
	check(counts["sarama"] >= 50, "own records: %d", counts["sarama"])
	var remarks []string
	for _, name := range order {
		remarks = append(remarks, fmt.Sprintf("%d of %s", counts[name], name))
	}
	return "read " + strings.Join(remarks, ", ")
}
