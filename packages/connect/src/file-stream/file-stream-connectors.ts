import type { Plugin } from '@millrace/connect-api';
import { fileStreamSink } from './file-stream-sink.ts';
import { fileStreamSource } from './file-stream-source.ts';

export const fileStreamConnectors = [fileStreamSource, fileStreamSink] as readonly Plugin[];
