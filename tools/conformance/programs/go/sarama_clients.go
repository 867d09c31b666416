package main

// sarama clients with the settings that the cases share, and reading a topic to a known count.

import (
	"fmt"
	"sync"
	"time"

	"github.com/IBM/sarama"
)

func saramaConfig() *sarama.Config {
	config := sarama.NewConfig()
	config.ClientID = "conformance-sarama"
	config.Version = sarama.MaxVersion
	config.Metadata.Retry.Backoff = 50 * time.Millisecond
	config.Metadata.RefreshFrequency = time.Second
	config.Producer.Partitioner = sarama.NewManualPartitioner
	config.Producer.Return.Successes = true
	config.Producer.RequiredAcks = sarama.WaitForAll
	config.Producer.MaxMessageBytes = 20_000_000
	config.Producer.Retry.Backoff = 50 * time.Millisecond
	config.Producer.Transaction.Retry.Max = 1_000
	config.Producer.Transaction.Retry.Backoff = 10 * time.Millisecond
	config.Consumer.MaxWaitTime = 100 * time.Millisecond
	config.Consumer.Return.Errors = true
	config.Consumer.Offsets.Initial = sarama.OffsetOldest
	config.Consumer.Group.Session.Timeout = 10 * time.Second
	config.Consumer.Group.Heartbeat.Interval = 300 * time.Millisecond
	config.Consumer.Group.Rebalance.Retry.Backoff = 100 * time.Millisecond
	return config
}

func closeAfter(c *testCase, closed interface{ Close() error }) {
	c.after(func() { _ = closed.Close() })
}

func saramaAdmin(c *testCase) sarama.TransactionClusterAdmin {
	admin := must1(sarama.NewClusterAdmin([]string{bootstrap}, saramaConfig()))
	closeAfter(c, admin)
	return admin.(sarama.TransactionClusterAdmin)
}

func saramaTopic(c *testCase, suffix string, partitions int32) string {
	topic := c.unique(suffix)
	detail := &sarama.TopicDetail{NumPartitions: partitions, ReplicationFactor: 1}
	must(saramaAdmin(c).CreateTopic(topic, detail, false), "creating "+topic)
	client := must1(sarama.NewClient([]string{bootstrap}, saramaConfig()))
	closeAfter(c, client)
	// The leaders may not serve yet.
	until("the leaders of "+topic, func() bool {
		for partition := range partitions {
			if _, err := client.GetOffset(topic, partition, sarama.OffsetNewest); err != nil {
				return false
			}
		}
		return true
	})
	return topic
}

func saramaProducer(c *testCase, adjust func(config *sarama.Config)) sarama.SyncProducer {
	config := saramaConfig()
	if adjust != nil {
		adjust(config)
	}
	producer := must1(sarama.NewSyncProducer([]string{bootstrap}, config))
	closeAfter(c, producer)
	return producer
}

func saramaMessage(topic string, partition int32, value string) *sarama.ProducerMessage {
	return &sarama.ProducerMessage{Topic: topic, Partition: partition, Value: sarama.StringEncoder(value)}
}

func saramaMessages(topic string, partition int32, values []string) []*sarama.ProducerMessage {
	messages := make([]*sarama.ProducerMessage, len(values))
	for index, value := range values {
		messages[index] = saramaMessage(topic, partition, value)
	}
	return messages
}

func saramaSend(producer sarama.SyncProducer, messages ...*sarama.ProducerMessage) {
	must(producer.SendMessages(messages), "producing")
}

// saramaReader remembers what it read of all partitions of a topic.
type saramaReader struct {
	mutex    sync.Mutex
	received []*sarama.ConsumerMessage
	failures []error
}

func newSaramaReader(c *testCase, topic string, isolation sarama.IsolationLevel) *saramaReader {
	config := saramaConfig()
	config.Consumer.IsolationLevel = isolation
	consumer := must1(sarama.NewConsumer([]string{bootstrap}, config))
	closeAfter(c, consumer)
	reader := &saramaReader{}
	for _, partition := range must1(consumer.Partitions(topic)) {
		one := must1(consumer.ConsumePartition(topic, partition, sarama.OffsetOldest))
		closeAfter(c, one)
		go func() {
			for message := range one.Messages() {
				reader.mutex.Lock()
				reader.received = append(reader.received, message)
				reader.mutex.Unlock()
			}
		}()
		go func() {
			for err := range one.Errors() {
				reader.mutex.Lock()
				reader.failures = append(reader.failures, err)
				reader.mutex.Unlock()
			}
		}()
	}
	return reader
}

func (r *saramaReader) count() int {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	check(len(r.failures) == 0, "reading: %v", r.failures)
	return len(r.received)
}

func (r *saramaReader) untilRead(count int) {
	until(fmt.Sprintf("%d records", count), func() bool { return r.count() >= count })
}

func (r *saramaReader) values() []string {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	values := make([]string, len(r.received))
	for index, message := range r.received {
		values[index] = string(message.Value)
	}
	return values
}

// places returns offset:value of one partition.
func (r *saramaReader) places(partition int32) []string {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	var places []string
	for _, message := range r.received {
		if message.Partition == partition {
			places = append(places, fmt.Sprintf("%d:%s", message.Offset, message.Value))
		}
	}
	return places
}
