/** Names of objects: the folder of the topic and its partitioner, then Kafka's topic, partition and the offset of the first record. */
export interface ObjectNameOptions {
  readonly topicsDir: string;
  readonly directoryDelimiter: string;
  readonly fileDelimiter: string;
  readonly offsetDigits: number;
  /** With that of the compression. */
  readonly extension: string;
}

export function folderOf(topic: string, encodedPartition: string, options: ObjectNameOptions): string {
  const folders = [options.topicsDir, topic, encodedPartition].filter((folder) => folder !== '');
  return folders.join(options.directoryDelimiter) + options.directoryDelimiter;
}

/** Topic and partition are those of Kafka, also when a transform renamed the topic: so two of them never meet in one name. */
export function fileStem(topic: string, partition: number, options: ObjectNameOptions): string {
  return `${topic}${options.fileDelimiter}${partition}${options.fileDelimiter}`;
}

export function objectKey(folder: string, stem: string, offset: number, options: ObjectNameOptions): string {
  return `${folder}${stem}${String(offset).padStart(options.offsetDigits, '0')}${options.extension}`;
}
