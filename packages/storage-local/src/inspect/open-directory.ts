/** A data directory as an inspector finds it, without a lock on it and without making anything. */
import { MillraceError } from '@millrace/base';
import { FORMAT_FILE_NAME, FORMAT_VERSION, layoutOf, parseFormat, type DataLayout } from '../data-directory.ts';
import { readWholeFile, errorCodeOf, type FileSystem } from '../file-system.ts';

export interface OpenedDirectory {
  readonly layout: DataLayout;
  readonly journalId: Buffer;
}

/** Throws `MILLRACE_STORAGE_FORMAT` when there is no data of a format that is known. */
export async function openDirectory(fileSystem: FileSystem, dataDir: string): Promise<OpenedDirectory> {
  const path = `${dataDir}/${FORMAT_FILE_NAME}`;
  const content = await readWholeFile(fileSystem, path);
  if (content === undefined) throw unreadable(dataDir, `there is no ${path}; name the data directory of a broker`);
  const { version, journalId } = parseFormat(content);
  if (version !== FORMAT_VERSION || journalId === undefined) {
    throw unreadable(
      dataDir,
      `${path} names data format ${version ?? 'unknown'}, this version reads ${FORMAT_VERSION}`,
    );
  }
  return { layout: layoutOf(dataDir), journalId };
}

/** Names in a directory in order; none when it is missing. */
export async function namesIn(fileSystem: FileSystem, directory: string): Promise<string[]> {
  try {
    return (await fileSystem.list(directory)).sort();
  } catch (error) {
    if (errorCodeOf(error) === 'ENOENT') return [];
    throw error;
  }
}

function unreadable(dataDir: string, reason: string): MillraceError {
  return new MillraceError('MILLRACE_STORAGE_FORMAT', `cannot read ${dataDir}: ${reason}`, { details: { dataDir } });
}
