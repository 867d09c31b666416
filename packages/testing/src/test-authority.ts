/** Certificates for tests of TLS, made by `openssl`. */
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { createTempDir, type TempDir } from './temp-dir.ts';

const DAYS = '2';
const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

export interface IssuedCertificate {
  /** PEM texts. */
  readonly certificate: string;
  readonly key: string;
}

/** An authority that nobody knows who was not told of it. */
export class TestAuthority implements AsyncDisposable {
  readonly #folder: TempDir;
  #count = 0;

  private constructor(folder: TempDir) {
    this.#folder = folder;
  }

  static async create(): Promise<TestAuthority> {
    const authority = new TestAuthority(await createTempDir('authority'));
    // A name of its own: what two of one name sign is told apart by the signature alone, and the failure is another.
    const subject = `/CN=${basename(authority.#folder.path)}`;
    await authority.#openssl('req', '-x509', ...KEY, '-days', DAYS, '-subj', subject, ...files('ca'));
    return authority;
  }

  /** The file with its own certificate. */
  get path(): string {
    return this.#at('ca.pem');
  }

  /** @param names such as `DNS:localhost` or `IP:127.0.0.1` */
  async issue(...names: readonly string[]): Promise<IssuedCertificate> {
    const name = `issued-${(this.#count += 1)}`;
    await writeFile(this.#at(`${name}.names`), `subjectAltName=${names.join(',')}\n`);
    await this.#openssl('req', ...KEY, '-subj', `/CN=${name}`, ...files(name, 'csr'));
    await this.#openssl(
      ...['x509', '-req', '-in', `${name}.csr`, '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial'],
      ...['-days', DAYS, '-extfile', `${name}.names`, '-out', `${name}.pem`],
    );
    const [certificate, key] = await Promise.all(
      [`${name}.pem`, `${name}.key`].map((file) => readFile(this.#at(file), 'utf8')),
    );
    return { certificate: certificate ?? '', key: key ?? '' };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#folder.remove();
  }

  #at(file: string): string {
    return join(this.#folder.path, file);
  }

  async #openssl(...args: readonly string[]): Promise<void> {
    await promisify(execFile)('openssl', args, { cwd: this.#folder.path });
  }
}

function files(name: string, ending = 'pem'): readonly string[] {
  return ['-keyout', `${name}.key`, '-out', `${name}.${ending}`];
}
