import { SeededRandom } from '@millrace/base';

type Package = typeof import('./index.ts');

/** The package as it loads where no native binary exists for the platform. */
function loadWithoutNative(): Package {
  let loaded: Package | undefined;
  process.env['MILLRACE_NATIVE_CODECS'] = 'off';
  try {
    jest.isolateModules(() => {
      loaded = jest.requireActual<Package>('./index.ts');
      // The choice is made on first use, so it is made here, while the switch is off.
      const input = Buffer.alloc(100_000, 'abc');
      for (const codec of ['snappy', 'lz4'] as const)
        loaded.decompress(codec, loaded.compress(codec, input), { outputBytesMax: 100_000 });
      loaded.crc32c(input);
    });
  } finally {
    delete process.env['MILLRACE_NATIVE_CODECS'];
  }
  if (loaded === undefined) throw new Error('the package did not load');
  return loaded;
}

describe('without native binaries', () => {
  const native = jest.requireActual<Package>('./index.ts');
  const bare = loadWithoutNative();
  const input = Buffer.concat([new SeededRandom(5).bytes(30_000), Buffer.alloc(200_000, 'text that repeats ')]);
  const options = { outputBytesMax: input.length };

  it.each(['snappy', 'lz4'] as const)(
    '%s opens what the native library wrote, and the other way round',
    async (codec) => {
      expect(bare.decompress(codec, native.compress(codec, input), options).equals(input)).toBe(true);
      expect(native.decompress(codec, bare.compress(codec, input), options).equals(input)).toBe(true);
      expect((await bare.decompressAsync(codec, await native.compressAsync(codec, input), options)).equals(input)).toBe(
        true,
      );
      expect((await native.decompressAsync(codec, await bare.compressAsync(codec, input), options)).equals(input)).toBe(
        true,
      );
    },
  );

  it('computes the same checksum', () => {
    expect(bare.crc32c(input)).toBe(native.crc32c(input));
  });

  it('truly runs JavaScript: its blocks differ from the native ones', () => {
    expect(bare.compress('lz4', input).equals(native.compress('lz4', input))).toBe(false);
  });
});
