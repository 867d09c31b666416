import { s3Error } from './s3-error.ts';

describe('s3Error', () => {
  it('does not try a certificate again, and names the remedy', () => {
    const error = Object.assign(new Error('unable to verify the first certificate'), {
      code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      $metadata: { attempts: 1 },
    });

    expect(s3Error('write o', error)).toMatchObject({
      code: 'MILLRACE_CONNECT_S3_DENIED',
      retriable: false,
      message: expect.stringMatching(/^may not write o: .*store\.url.*NODE_EXTRA_CA_CERTS/),
    });
  });

  it('tries again where there was no answer', () => {
    const error = Object.assign(new Error('connect'), { code: 'ECONNREFUSED', $metadata: { attempts: 1 } });

    expect(s3Error('write o', error)).toMatchObject({ code: 'MILLRACE_CONNECT_S3_UNAVAILABLE', retriable: true });
  });
});
