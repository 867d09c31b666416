package main

// The runner's line protocol (see src/protocol.ts), deadlines, checks and the data that cases write.

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"reflect"
	"runtime/debug"
	"slices"
	"strings"
	"time"
)

var (
	bootstrap    = os.Getenv("CONFORMANCE_BOOTSTRAP")
	interopTopic = os.Getenv("CONFORMANCE_INTEROP")
	answers      = bufio.NewReader(os.Stdin)
)

// failure ends a case; the runner of cases recovers it.
type failure struct{ reason string }

func failf(format string, args ...any) {
	panic(failure{fmt.Sprintf(format, args...)})
}

func check(condition bool, format string, args ...any) {
	if !condition {
		failf(format, args...)
	}
}

func must(err error, what string) {
	if err != nil {
		failf("%s: %v", what, err)
	}
}

func must1[T any](value T, err error) T {
	if err != nil {
		failf("%v", err)
	}
	return value
}

func equal[T any](actual, expected T, what string) {
	if !reflect.DeepEqual(actual, expected) {
		failf("%s: got %s, expected %s", what, cut(actual), cut(expected))
	}
}

func cut(value any) string {
	text := fmt.Sprintf("%v", value)
	if len(text) > 400 {
		text = text[:400] + "…"
	}
	return text
}

// until waits for the condition; the condition itself may poll a consumer.
func until(what string, condition func() bool) {
	deadline := time.Now().Add(30 * time.Second)
	for !condition() {
		check(time.Now().Before(deadline), "not within 30 s: %s", what)
		time.Sleep(10 * time.Millisecond)
	}
}

// testCase is a case while it runs.
type testCase struct {
	name     string
	cleanups []func()
}

// unique is a topic or group name that no other case uses.
func (c *testCase) unique(suffix string) string {
	return os.Getenv("CONFORMANCE_RUN") + "-" + c.name + "-" + suffix
}

func (c *testCase) after(cleanup func()) {
	c.cleanups = append(c.cleanups, cleanup)
}

func (c *testCase) restart(mode string) {
	say("restart", mode)
	answer, err := answers.ReadString('\n')
	must(err, "reading the runner's answer")
	check(strings.TrimSpace(answer) == "ok", "restart of the broker: %s", answer)
}

func say(fields ...any) {
	texts := make([]string, len(fields))
	for index, field := range fields {
		texts[index] = strings.Join(strings.Fields(fmt.Sprint(field)), " ")
	}
	fmt.Println("@@ " + strings.Join(texts, "\t"))
}

// namedCase is a case with the name it has in the table; a returned text is a remark for the report.
type namedCase struct {
	name string
	body func(c *testCase) string
}

func runAll(version string, cases []namedCase) {
	names := make([]string, len(cases))
	for index, one := range cases {
		names[index] = one.name
	}
	say("plan", version, strings.Join(names, ","))
	wanted := strings.Split(os.Getenv("CONFORMANCE_CASES"), ",")
	for _, one := range cases {
		if !slices.Contains(wanted, one.name) {
			continue
		}
		say("start", one.name)
		since := time.Now()
		kind, detail := runOne(one)
		say(kind, one.name, time.Since(since).Milliseconds(), detail)
	}
}

func runOne(one namedCase) (kind, detail string) {
	c := &testCase{name: one.name}
	defer func() {
		if problem := recover(); problem != nil {
			kind = "fail"
			if known, ok := problem.(failure); ok {
				detail = known.reason
			} else {
				detail = fmt.Sprint(problem)
			}
			fmt.Fprintln(os.Stderr, detail, string(debug.Stack()))
		}
		for _, cleanup := range slices.Backward(c.cleanups) {
			cleanup()
		}
	}()
	return "pass", one.body(c)
}

// numbered makes different values, compressible, each about size bytes and beginning with its number.
func numbered(count, size int) []string {
	values := make([]string, count)
	for index := range values {
		value := fmt.Sprintf("%06d:", index) + strings.Repeat("abcdefgh", size/8+1)
		values[index] = value[:max(size, 7)]
	}
	return values
}

// noise makes bytes that do not compress, the same in each run.
func noise(size int) []byte {
	var all []byte
	for index := 0; len(all) < size; index++ {
		block := sha256.Sum256(fmt.Appendf(nil, "noise-%d", index))
		all = append(all, block[:]...)
	}
	return all[:size]
}

func digest(value []byte) string {
	sum := sha256.Sum256(value)
	return hex.EncodeToString(sum[:])
}

func sorted(values []string) []string {
	return slices.Sorted(slices.Values(values))
}
