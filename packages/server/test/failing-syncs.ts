/**
 * A disk whose syncs fail from a moment on, for a process that runs: a library that is loaded before the C library and answers EIO in
 * the kernel's place once a file is there.
 *
 * Owns: the library's source, and building it where there is a C compiler.
 * `writes`: writes that are to be durable (O_DSYNC, the journal's). `syncs`: fsync and fdatasync (segments, checkpoints).
 */
import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export type FailingSyncs = 'writes' | 'syncs';

const SOURCE = `
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

static int fails(const char *what) {
  const char *mode = getenv("FAILING_SYNCS"), *mark = getenv("FAILING_SYNCS_MARK");
  int before = errno;
  int yes = mode && mark && !strcmp(mode, what) && !access(mark, F_OK);
  errno = yes ? EIO : before;
  return yes;
}

static int isDurable(int fd) {
  int flags = fcntl(fd, F_GETFL);
  return flags != -1 && (flags & O_DSYNC);
}

#define WRAP(type, name, condition, parameters, arguments)                  \\
  type name parameters {                                                    \\
    static type (*real) parameters;                                         \\
    if (condition) return -1;                                               \\
    if (!real) *(void **)&real = dlsym(RTLD_NEXT, #name);                   \\
    return real arguments;                                                  \\
  }

WRAP(int, fsync, fails("syncs"), (int fd), (fd))
WRAP(int, fdatasync, fails("syncs"), (int fd), (fd))
WRAP(ssize_t, write, isDurable(fd) && fails("writes"), (int fd, const void *b, size_t n), (fd, b, n))
WRAP(ssize_t, writev, isDurable(fd) && fails("writes"), (int fd, const struct iovec *v, int n), (fd, v, n))
WRAP(ssize_t, pwrite, isDurable(fd) && fails("writes"), (int fd, const void *b, size_t n, off_t o), (fd, b, n, o))
WRAP(ssize_t, pwrite64, isDurable(fd) && fails("writes"), (int fd, const void *b, size_t n, off_t o), (fd, b, n, o))
WRAP(ssize_t, pwritev, isDurable(fd) && fails("writes"), (int fd, const struct iovec *v, int n, off_t o), (fd, v, n, o))
WRAP(ssize_t, pwritev64, isDurable(fd) && fails("writes"), (int fd, const struct iovec *v, int n, off_t o), (fd, v, n, o))
`;

/** Undefined when it can be built here. */
export function reasonAgainstFailingSyncs(): string | undefined {
  if (process.platform !== 'linux') return 'only Linux loads a library before the C library';
  try {
    execFileSync('cc', ['--version'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'there is no C compiler (cc)';
  }
}

/** Builds the library in `directory`; returns the environment that a process needs, and what makes its syncs fail. */
export async function buildFailingSyncs(
  directory: string,
  what: FailingSyncs,
): Promise<{ readonly environment: Readonly<Record<string, string>>; readonly begin: () => Promise<void> }> {
  const source = join(directory, 'failing-syncs.c');
  const library = join(directory, 'failing-syncs.so');
  const mark = join(directory, 'syncs-fail');
  await writeFile(source, SOURCE);
  execFileSync('cc', ['-shared', '-fPIC', '-O1', '-o', library, source, '-ldl'], { stdio: 'pipe' });
  return {
    environment: { LD_PRELOAD: library, FAILING_SYNCS: what, FAILING_SYNCS_MARK: mark },
    begin: () => writeFile(mark, ''),
  };
}
