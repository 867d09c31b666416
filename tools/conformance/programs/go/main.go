// Command conformance shows what franz-go, or with an argument sarama, can do with a broker; the runner in ../../src starts it.
package main

import (
	"os"
	"runtime/debug"
	"slices"
)

func version(path string) string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	for _, module := range info.Deps {
		if module.Path == path {
			return module.Version
		}
	}
	return "unknown"
}

func main() {
	if len(os.Args) == 4 && os.Args[1] == "member" {
		beMember(os.Args[2], os.Args[3])
		return
	}
	if len(os.Args) == 3 && os.Args[1] == "sarama" && os.Args[2] == "groups" {
		beGroupMember(version("github.com/IBM/sarama"))
		return
	}
	if len(os.Args) == 2 && os.Args[1] == "sarama" {
		runAll(version("github.com/IBM/sarama"), saramaCases())
		return
	}
	runAll(version("github.com/twmb/franz-go"), slices.Concat(produceCases(), groupCases(), consumerGroupCases(), restartCases(), transactionCases(), adminCases(), consoleCases()))
}
