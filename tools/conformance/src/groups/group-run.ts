/**
 * One client's group through everything that may happen to a group, phase by phase.
 *
 * Owns: the order of events. Each phase ends when the group is whole again: the broker says that it is stable with all members that live,
 *   each partition has one owner, and something was read of each since then.
 * Bounds: a phase comes to its end within `WHOLE_MS_MAX`.
 * Not here: what the history proves (group-history.ts).
 */
import { join } from 'node:path';
import {
  createDescribeGroupsRequest,
  describeGroupsRequest,
  describeGroupsResponse,
} from '@millrace/protocol/messages/15-describe-groups';
import { waitUntil, WireClient } from '@millrace/testing';
import type { Launch } from '../client.ts';
import type { Target } from '../target.ts';
import { GroupHistory, type Phase } from './group-history.ts';
import { createGroupTopic, GroupLoad } from './group-load.ts';
import { GroupProcess } from './group-process.ts';

const WHOLE_MS_MAX = 60_000;
const REBALANCE_SEEN_MS_MAX = 20_000;
const DESCRIBE_VERSION = 5;
/** The shortest that brokers allow. */
export const SESSION_MS = 6_000;
export const HEARTBEAT_MS = 500;
const REBALANCE_MS = 10_000;

export interface GroupRunSetting {
  readonly client: { readonly name: string; readonly launch: Launch };
  readonly target: Target;
  /** Of processes; a third of them dies. */
  readonly processCount: number;
  readonly membersPerProcess: number;
  readonly partitionCount: number;
  /** Whether members read; else there is no topic, and only who has what is looked at. */
  readonly isReading: boolean;
  readonly run: string;
  readonly logDir: string;
}

export interface PhaseOutcome extends Phase {
  /** By partition: how long nothing was read of it, or nobody had it. */
  readonly pausesMs: readonly number[];
}

export class GroupRun {
  readonly history: GroupHistory;
  readonly phases: PhaseOutcome[] = [];
  readonly #setting: GroupRunSetting;
  readonly #topic: string;
  readonly #processes: GroupProcess[] = [];
  #started = 0;
  version = 'unknown';

  constructor(setting: GroupRunSetting) {
    this.#setting = setting;
    this.#topic = `groups-${setting.run}-${setting.client.name}`;
    this.history = new GroupHistory(setting.partitionCount);
  }

  async run(onPhase: (phase: PhaseOutcome) => void): Promise<void> {
    const { target, partitionCount, isReading, processCount } = this.#setting;
    if (isReading) await createGroupTopic(target.bootstrap(), this.#topic, partitionCount);
    const load = isReading ? GroupLoad.start(target.bootstrap(), this.#topic, partitionCount) : undefined;
    const third = Math.floor(processCount / 3);
    try {
      onPhase(await this.#phase('join at once', () => Promise.resolve(this.#start(processCount))));
      this.version = this.#processes[0]?.version ?? this.version;
      onPhase(await this.#phase('one rebalance after the other', () => this.#chain(3)));
      onPhase(await this.#phase('two come while two go', () => this.#exchange(2)));
      onPhase(await this.#phase('a third killed', () => this.#kill(third)));
      if (target.restartable) {
        onPhase(await this.#phase('broker killed in a rebalance', () => this.#restartInRebalance(third)));
      }
    } finally {
      await Promise.all(this.#processes.splice(0).map((one) => one.leave()));
      await load?.stop();
    }
  }

  async #phase(name: string, act: () => Promise<void>): Promise<PhaseOutcome> {
    const fromMs = Date.now();
    await act();
    await this.#whole(Date.now());
    const phase: Phase = { name, fromMs, toMs: Date.now() };
    const pausesMs = this.#setting.isReading ? this.history.pausesMs(phase) : this.history.ownerlessMs(phase);
    const outcome: PhaseOutcome = { ...phase, pausesMs };
    this.phases.push(outcome);
    return outcome;
  }

  /** Each change comes while the rebalance of the one before is under way. */
  async #chain(count: number): Promise<void> {
    for (let index = 0; index < count; index++) {
      this.#start(1);
      await this.#rebalancing();
      void this.#processes.shift()?.leave();
      await this.#rebalancing();
    }
  }

  async #exchange(count: number): Promise<void> {
    const leaving = this.#processes.splice(0, count);
    this.#start(count);
    await Promise.all(leaving.map((one) => one.leave()));
  }

  async #kill(count: number): Promise<void> {
    await Promise.all(this.#processes.splice(0, count).map((one) => one.kill()));
  }

  async #restartInRebalance(count: number): Promise<void> {
    this.#start(count);
    if (this.#setting.isReading) await this.#rebalancing();
    else await this.#givenUp();
    await this.#setting.target.restart('kill-now');
  }

  #start(count: number): void {
    const { client, target, membersPerProcess: memberCount, logDir, partitionCount } = this.#setting;
    for (let index = 0; index < count; index++) {
      const name = `${client.name}-${++this.#started}`;
      const environment = {
        GROUPS_BOOTSTRAP: target.bootstrap(),
        GROUPS_TOPIC: this.#topic,
        GROUPS_GROUP: this.#topic,
        GROUPS_PARTITIONS: String(partitionCount),
        GROUPS_SESSION_MS: String(SESSION_MS),
        GROUPS_HEARTBEAT_MS: String(HEARTBEAT_MS),
        GROUPS_REBALANCE_MS: String(REBALANCE_MS),
      };
      const logFile = join(logDir, `${name}.log`);
      const { history } = this;
      this.#processes.push(
        new GroupProcess({ name, launch: client.launch, memberCount, environment, logFile, history }),
      );
    }
  }

  async #whole(sinceMs: number): Promise<void> {
    let described = await this.#describe();
    const count = (): number => this.#processes.reduce((sum, { memberCount }) => sum + memberCount, 0);
    const lacks = (): string[] => {
      const contested = this.history.contested();
      const silent = this.#setting.isReading ? this.history.silentSince(sinceMs) : [];
      return [
        ...(described.state === 'Stable' ? [] : [`the broker says ${described.state}`]),
        ...(described.members === count() ? [] : [`${described.members} members of ${count()}`]),
        ...(contested.length === 0 ? [] : [`${contested.length} partitions without exactly one owner`]),
        ...(silent.length === 0 ? [] : [`nothing was read of ${silent.length} partitions`]),
      ];
    };
    const isWhole = async (): Promise<boolean> => {
      const trouble = this.#processes.map((one) => one.trouble).find((one) => one !== undefined);
      const crash = trouble ?? this.#setting.target.crashed();
      if (crash !== undefined) throw new Error(crash);
      described = await this.#describe();
      return lacks().length === 0;
    };
    await waitUntil(() => `the group is not whole again: ${lacks().join(', ')}`, isWhole, WHOLE_MS_MAX);
  }

  async #rebalancing(): Promise<void> {
    const isRebalancing = async (): Promise<boolean> => (await this.#describe()).state.endsWith('Rebalance');
    await waitUntil('a rebalance', isRebalancing, REBALANCE_SEEN_MS_MAX);
  }

  /** So far into a rebalance that most members of an eager group have given up what they had and wait for the others. */
  async #givenUp(): Promise<void> {
    const { partitionCount } = this.#setting;
    const areMost = (): boolean => this.history.contested().length > partitionCount / 2;
    await waitUntil('most partitions to be given up', areMost, REBALANCE_SEEN_MS_MAX);
  }

  async #describe(): Promise<{ readonly state: string; readonly members: number }> {
    const [host = '', port] = this.#setting.target.bootstrap().split(':');
    try {
      await using wire = await WireClient.connect({ host, port: Number(port), clientId: 'groups-observer' });
      const request = createDescribeGroupsRequest({ groups: [this.#topic] });
      const { groups } = await wire.call(describeGroupsRequest, describeGroupsResponse, DESCRIBE_VERSION, request);
      return { state: groups[0]?.groupState ?? '', members: groups[0]?.members.length ?? 0 };
    } catch (error) {
      return { state: String(error), members: -1 };
    }
  }
}
