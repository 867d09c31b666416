// Command conformance shows what franz-go can do with a broker; the runner in ../../src starts it.
package main

import (
	"os"
	"runtime/debug"
	"slices"
)

func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	for _, module := range info.Deps {
		if module.Path == "github.com/twmb/franz-go" {
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
	runAll(version(), slices.Concat(produceCases(), groupCases(), restartCases(), transactionCases(), adminCases(), consoleCases()))
}
