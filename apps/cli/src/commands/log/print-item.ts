/** Prints what `millrace log dump` finds, as text. */
import { isUtf8 } from 'node:buffer';
import { relative } from 'node:path';
import type { DumpedBatch, DumpedEntry, DumpedItem, PartitionState } from '@millrace/storage-local/inspect';
import type { Output } from '../../output.ts';
import type { Selection } from './log-options.ts';

const BATCH_INDENT = '  ';
const ENTRY_INDENT = '    ';
const RECORD_INDENT = '  ';

export class ItemPrinter {
  readonly #output: Output;
  readonly #selection: Selection;
  #path = '';

  constructor(output: Output, selection: Selection) {
    this.#output = output;
    this.#selection = selection;
  }

  print(item: DumpedItem): void {
    if (item.path !== this.#path) this.#output.line(relative(this.#selection.dataDir, item.path));
    this.#path = item.path;
    switch (item.kind) {
      case 'checkpoint': {
        const { createdMs, replayLsn, nextLsn, partitions, isClosing } = item;
        const closing = isClosing ? ', written on closing' : '';
        this.#line(`  made ${time(createdMs)}${closing}: needs groups from ${replayLsn} on, next is ${nextLsn}`);
        for (const state of partitions) this.#printState(ENTRY_INDENT, state);
        return;
      }
      case 'group': {
        const { lsn, position, sizeBytes, timeMs, entries } = item;
        const size = `${sizeBytes} bytes, ${time(timeMs)}`;
        this.#line(`  group ${lsn} at byte ${position}: ${size}`);
        for (const entry of entries) this.#printEntry(entry);
        return;
      }
      case 'batch':
        this.#printBatch(BATCH_INDENT, `batch at byte ${item.position}`, item.batch);
        return;
      case 'damage':
        this.#line(`  DAMAGE at byte ${item.position}: ${item.reason}`);
        return;
    }
  }

  #printEntry(entry: DumpedEntry): void {
    switch (entry.kind) {
      case 'batch': {
        const what = `batch of ${this.#selection.nameOf(entry.id)}${entry.startsSegment ? ', begins a segment' : ''}`;
        this.#printBatch(ENTRY_INDENT, what, entry.batch);
        return;
      }
      case 'state':
        this.#printState(ENTRY_INDENT, entry.state);
        return;
      case 'log start': {
        const emptied = entry.emptiesLog ? ', where it is empty' : '';
        this.#line(`${ENTRY_INDENT}log start of ${this.#selection.nameOf(entry.id)} to ${entry.offset}${emptied}`);
        return;
      }
      case 'swapped': {
        const { segments, cleanedEndOffset } = entry.swap;
        this.#line(`${ENTRY_INDENT}${this.#selection.nameOf(entry.id)} cleaned up to ${cleanedEndOffset}`);
        for (const segment of segments) this.#printSegment(ENTRY_INDENT, segment);
        return;
      }
      case 'deleted':
        this.#line(`${ENTRY_INDENT}${this.#selection.nameOf(entry.id)} deleted`);
        return;
      case 'session':
        this.#line(`${ENTRY_INDENT}a broker began to write`);
        return;
      case 'unknown':
        this.#line(`${ENTRY_INDENT}an entry of the unknown kind ${entry.number}`);
        return;
    }
  }

  #printState(indent: string, { id, durability, stateLsn, dataLsn, snapshot }: PartitionState): void {
    const {
      logStartOffset,
      dataEndOffset,
      stateEndOffset,
      segments,
      epochs,
      producers,
      cleanedEndOffset = 0,
    } = snapshot;
    const name = `${this.#selection.nameOf(id)} (${id.topicId}-${id.partition})`;
    const needs = Number.isFinite(dataLsn) ? `, needs batches from group ${dataLsn} on` : '';
    this.#line(`${indent}state of ${name}: ${durability}, as of group ${stateLsn}${needs}`);
    const offsets = `log start ${logStartOffset}, segments end ${dataEndOffset}, state ends ${stateEndOffset}`;
    const known = epochs.map(({ leaderEpoch, startOffset }) => `${leaderEpoch} from ${startOffset}`).join(', ');
    this.#line(`${indent}  ${offsets}; epochs ${known === '' ? 'none' : known}; ${producers.length} producers`);
    if (cleanedEndOffset > 0) this.#line(`${indent}  cleaned up to ${cleanedEndOffset}`);
    for (const segment of segments) this.#printSegment(indent, segment);
  }

  #printSegment(indent: string, segment: PartitionState['snapshot']['segments'][number]): void {
    const { baseOffset, endOffset, sizeBytes, generation = 0 } = segment;
    const cleaned = generation === 0 ? '' : `, cleaned in generation ${generation}`;
    this.#line(`${indent}  segment ${baseOffset}..${endOffset - 1}: ${sizeBytes} bytes${cleaned}`);
  }

  #printBatch(indent: string, what: string, batch: DumpedBatch): void {
    const parts = [
      `offsets ${batch.baseOffset}..${batch.lastOffset}`,
      `${batch.recordCount} records`,
      `${batch.sizeBytes} bytes`,
      batch.codec ?? 'unknown compression',
      `epoch ${batch.leaderEpoch}`,
      `${batch.timestampType} ${time(batch.maxTimestampMs)}`,
    ];
    if (batch.producerId >= 0) {
      parts.push(`producer ${batch.producerId} epoch ${batch.producerEpoch} sequence ${batch.baseSequence}`);
    }
    if (batch.isTransactional) parts.push('transactional');
    if (batch.isControl) parts.push('control');
    if (batch.deleteHorizonMs !== undefined) parts.push(`delete horizon ${time(batch.deleteHorizonMs)}`);
    if (!batch.isCrcValid) parts.push('CRC WRONG');
    this.#line(`${indent}${what}: ${parts.join(', ')}`);
    if (typeof batch.records === 'string') this.#line(`${indent}${RECORD_INDENT}records: ${batch.records}`);
    else {
      for (const { offset, timestampMs, key, value, headers } of batch.records ?? []) {
        const named = headers.map((header) => ` ${header.key}=${text(header.value)}`).join('');
        this.#line(`${indent}${RECORD_INDENT}${offset} ${time(timestampMs)} ${text(key)}: ${text(value)}${named}`);
      }
    }
  }

  #line(line: string): void {
    this.#output.line(line);
  }
}

/** Quoted as in JSON, so that a record is one line and cannot write to the terminal. */
function text(bytes: Buffer | null): string {
  if (bytes === null) return 'null';
  return isUtf8(bytes) ? JSON.stringify(bytes.toString()) : `base64:${bytes.toString('base64')}`;
}

function time(timeMs: number): string {
  const date = new Date(timeMs);
  return timeMs < 0 || Number.isNaN(date.getTime()) ? 'at no time' : date.toISOString();
}
