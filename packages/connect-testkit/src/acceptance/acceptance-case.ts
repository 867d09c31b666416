import { MillraceError, messageOf } from '@millrace/base';

/** One thing that a connector has to do right; rejects with what it did instead. */
export interface AcceptanceCase {
  readonly name: string;
  readonly run: () => Promise<void>;
}

/** What not every connector has, and a world therefore need not offer; its driver then says so. */
export type Optional = 'brokenConfigs' | 'interrupt' | 'poison' | 'tombstone';

export interface WithoutSome {
  /**
   * What worlds of this connector do not offer: the cases about it are left out. A case about something that is neither offered nor named here
   * fails, so that nothing counts as tested by being forgotten.
   */
  readonly without?: readonly Optional[];
}

const SHOWN = 5;
/** A connector has a second to end; the rest is for a machine that does other things, too. */
export const END_MS_MAX = 1_000;
const SETTLE_MS_MAX = 5_000;
const LOOK_MS = 20;
const RESTING_LOOKS = 10;

export function refuse(message: string): never {
  throw new MillraceError('MILLRACE_TESTKIT_NOT_ACCEPTED', message);
}

/** The cases about something optional; none when the driver says that there is no such thing. */
export function casesAbout(
  what: Optional,
  { without = [] }: WithoutSome,
  cases: readonly AcceptanceCase[],
): readonly AcceptanceCase[] {
  return without.includes(what) ? [] : cases;
}

/** What the world offers; refuses when it offers no such thing. */
export function offered<World extends object, What extends Optional & keyof World>(
  world: World,
  what: What,
): NonNullable<World[What]> {
  const offer: unknown = world[what];
  if (offer === undefined)
    refuse(`the world has no ${what}: give it one, or say without: ['${what}'] when there can be none`);
  return (typeof offer === 'function' ? offer.bind(world) : offer) as NonNullable<World[What]>;
}

/** Every id once and in order, unless repeats are allowed: then their first appearances. */
export function compareIds(
  expected: readonly string[],
  seen: readonly string[],
  use: { readonly mayRepeat: boolean; readonly isOrdered: boolean; readonly what: string },
): void {
  const known = new Set(expected);
  const found = new Set(seen);
  const problems = [
    listed(
      'are missing',
      expected.filter((id) => !found.has(id)),
    ),
    listed(
      'were never written',
      [...found].filter((id) => !known.has(id)),
    ),
    use.mayRepeat ? [] : listed('came more than once', repeated(seen)),
    use.isOrdered ? outOfOrder(expected, [...found]) : [],
  ].flat();
  if (problems.length > 0) refuse(`${use.what}: ${problems.join('; ')}`);
}

function listed(what: string, ids: readonly string[]): string[] {
  if (ids.length === 0) return [];
  return [`${ids.length} ${what} (${ids.slice(0, SHOWN).join(', ')}${ids.length > SHOWN ? ', …' : ''})`];
}

function repeated(ids: readonly string[]): string[] {
  return [...new Set(ids.filter((id, index) => ids.indexOf(id) !== index))];
}

function outOfOrder(expected: readonly string[], seen: readonly string[]): string[] {
  const place = new Map(expected.map((id, index) => [id, index]));
  const wrong = seen.find((id, index) => index > 0 && (place.get(id) ?? 0) < (place.get(seen[index - 1] ?? '') ?? 0));
  return wrong === undefined ? [] : [`${wrong} came after what was written later`];
}

/** Refuses text in which a secret shows. */
export function refuseSecrets(secrets: readonly string[], where: string, shown: unknown): void {
  const text = typeof shown === 'string' ? shown : JSON.stringify(shown, replacer);
  const leaked = secrets.find((secret) => secret !== '' && text.includes(secret));
  if (leaked !== undefined) refuse(`a secret is shown in ${where}`);
}

function replacer(_name: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  return value instanceof Error ? `${messageOf(value)} ${value.stack ?? ''}` : value;
}

/** Sockets, timers, files and the like that are open in this process, by kind. */
function openResources(): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}

/** The fewest of each kind that are seen for a while: what is on its way to its end would hide as much that is left open later. */
async function restingResources(): Promise<ReadonlyMap<string, number>> {
  let fewest = openResources();
  for (let look = 1; look < RESTING_LOOKS; look++) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    const now = openResources();
    fewest = new Map([...fewest].map(([kind, count]) => [kind, Math.min(count, now.get(kind) ?? 0)]));
  }
  return fewest;
}

/** Runs it some times and refuses when each time leaves something open. */
export async function refuseLeaks(run: () => Promise<void>): Promise<void> {
  // The first ones open what is kept for good, such as pools of the fixture.
  await run();
  await run();
  const before = await restingResources();
  await run();
  await run();
  await run();
  const deadline = performance.now() + SETTLE_MS_MAX;
  for (;;) {
    // Three runs: what is left behind each time has grown by three.
    const grown = [...openResources()].filter(([kind, count]) => count >= (before.get(kind) ?? 0) + 3);
    if (grown.length === 0) return;
    if (performance.now() > deadline) {
      refuse(
        `runs leave open: ${grown.map(([kind, count]) => `${kind} (${before.get(kind) ?? 0}, then ${count})`).join(', ')}`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

/** Refuses unless the run that is waited for fails by itself: it may neither go on, nor end as if all were well, nor do nothing. */
export async function refuseUnlessFailed(waiting: Promise<unknown>): Promise<void> {
  const error = await waiting.then(
    () => refuse('it went on'),
    (failure: unknown) => failure,
  );
  if (!MillraceError.is(error)) return;
  if (error.code === 'MILLRACE_TESTKIT_NOT_ACCEPTED') throw error;
  if (error.code === 'MILLRACE_TESTKIT_TIMEOUT') refuse('it neither failed nor went on');
  if (error.code === 'MILLRACE_TESTKIT_ENDED_EARLY') refuse('it ended as if nothing had happened');
}
