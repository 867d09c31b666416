export { DEFAULT_CLEANER_SETTINGS, type CleanerSettings } from './cleaner/cleaner-settings.ts';
export { lockDataDirectory, type DirectoryLock } from './directory-lock.ts';
export type { FileSystem, OpenFile, OpenFileOptions, OpenMode } from './file-system.ts';
export { createLocalLogEngine, type LocalLogEngineConfig, type LocalLogEngineOptions } from './local-engine.ts';
